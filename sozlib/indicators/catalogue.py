"""The catalogue: what an indicator is, written down so that it can be computed, explained and disputed.

Two offices that say "Kinderarmut" often mean different numerators. An entry here therefore holds everything that the
indicator sheet shows (definition in words, source, legal basis, caveats, breaks in the series) beside the terms that
are computed. Entries live in ``parameters/indicators/<topic>.yml``; analysts change them without touching code.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from sozlib.errors import InputError, Place, Problem, raise_errors, relative
from sozlib.nearest import suggestion
from sozlib.parameters import Id, Parameters, line_of, read_yaml, validate
from sozlib.project import Project

Kind = Literal["proportion", "rate", "ratio", "mean", "change", "count"]
Direction = Literal["burdening", "relieving", "neutral"]
Method = Literal["wilson", "poisson", "odds", "difference", "none"]

#: The surface of an area in km², known from the outlines; usable like a measure without groups.
SURFACE = "flaeche_km2"

_USUAL: dict[str, Method] = {"proportion": "wilson", "rate": "poisson"}


class Term(Parameters):
    """A part of a numerator or denominator: one or more measures, restricted to groups, at a period.

    Numerator and denominator are sums of terms, each multiplied by its ``factor``. That covers differences (factor
    −1), the average population (half of this year's end and half of last year's) and denominators of another Stichtag
    (``lag``).
    """

    measure: Id | tuple[Id, ...] = Field(description="Merkmal oder Liste von Merkmalen, die addiert werden")
    sex: Literal["m", "f", "d"] | None = Field(None, description="Nur dieses Geschlecht; ohne Angabe alle")
    age_from: int | None = Field(None, ge=0, le=130, description="Alter ab (vollendete Jahre)")
    age_to: int | None = Field(None, ge=0, le=130, description="Alter bis einschließlich (vollendete Jahre)")
    nationality: Literal["german", "foreign"] | None = Field(None, description="Nur Deutsche oder Nichtdeutsche")
    lag: int = Field(0, ge=0, le=10, description="So viele Jahre vor dem Berichtsjahr (1: Vorjahr)")
    factor: float = Field(1.0, description="Gewicht in der Summe; -1 zieht ab, 0.5 mittelt zwei Stichtage")
    weight: Literal["age"] | None = Field(
        None, description="age: jede Person zählt ihr Alter plus ein halbes Jahr (Summe der Altersjahre)"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.age_from is not None and self.age_to is not None and self.age_from > self.age_to:
            raise ValueError(f"age_from {self.age_from} ist größer als age_to {self.age_to}.")
        if self.factor == 0:
            raise ValueError("factor 0 nimmt den Term aus der Summe; streichen Sie ihn.")
        return self

    @property
    def measures(self) -> tuple[str, ...]:
        """Ids of the measures that are added up."""
        return (self.measure,) if isinstance(self.measure, str) else self.measure


class Break(Parameters):
    """A year from which values compare badly with earlier ones."""

    period: int = Field(description="Erstes Jahr nach dem Bruch")
    text: str = Field(description="Was sich geändert hat")
    restart: bool = Field(False, description="true: frühere Werte sind nicht vergleichbar, der Trend beginnt hier neu")


class Standardisation(Parameters):
    """Values that areas would have if all had the same age structure (direct standardisation).

    ``ages`` are the first ages of the groups, ``reference`` says whose age structure is used: that of the whole in the
    latest year, or the European standard population of 2013. Where the numerator's measure has no ages, ``measure``
    names one that counts the same people by age.
    """

    by: Literal["age"] = "age"
    ages: tuple[int, ...] = Field(min_length=2, description="Erstes Alter jeder Gruppe: [0, 65, 75, 85]")
    reference: Literal["whole", "esp2013"] = Field(
        "whole", description="Altersaufbau: whole (das Ganze) oder esp2013 (europäische Standardbevölkerung 2013)"
    )
    measure: Id | None = Field(None, description="Merkmal des Zählers nach Alter, wenn der Zähler keines hat")

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if list(self.ages) != sorted(set(self.ages)) or self.ages[0] < 0:
            raise ValueError("ages: Die ersten Alter der Gruppen steigen, zum Beispiel [0, 65, 75, 85].")
        if self.reference == "esp2013" and any(age % 5 or age > 95 for age in self.ages):
            raise ValueError("ages: Die europäische Standardbevölkerung hat Gruppen von fünf Jahren bis 95.")
        return self


class Definition(Parameters):
    """An entry of the catalogue as it stands in its file.

    ``interval`` is the method of the 95 % interval; without it, the kind decides (Wilson for proportions, exact Poisson
    for rates, none for the rest), see :mod:`sozlib.indicators.intervals`.

    ``delivered`` is for values that an office publishes without the counts behind them. They are shown as they come.
    Where the denominator is known from another source, the count behind a share is value times denominator, and an area
    above is the mean of those below it that have a value, weighted with the denominator: the same as sums of counts.
    """

    id: Id
    title: str = Field(description="Voller Name")
    short_title: str = Field(description="Kurzer Name für Tabellen und Achsen")
    phrase: str = Field("", description="Name in Sätzen, Einzahl mit Artikel: „der Anteil der Kinder im SGB-II-Bezug“")
    kind: Kind = Field(description="Anteil, Rate, Verhältnis, Mittelwert, Veränderung oder Anzahl")
    per: int = Field(100, ge=1, description="Wert je 1, 100, 1000 oder 10000")
    unit: str = Field(description="Einheit, wie sie am Wert steht: %, je 1.000, Jahre …")
    decimals: int = Field(1, ge=0, le=4, description="Nachkommastellen")
    direction: Direction = Field(description="burdening: hohe Werte belasten; eine Setzung, keine amtliche Wertung")
    numerator: tuple[Term, ...] = Field(min_length=1, description="Zähler: ein Term oder eine Liste von Termen")
    denominator: tuple[Term, ...] = Field((), description="Nenner: ein Term oder eine Liste von Termen")
    delivered: bool = Field(
        False,
        description="true: Das Merkmal (numerator) ist schon der fertige Wert. Mit Nenner entstehen daraus die Anzahl "
        "(bei Anteilen) und die Werte übergeordneter Gebiete",
    )
    numerator_text: str = Field(description="Zähler in Worten")
    denominator_text: str = Field("", description="Nenner in Worten")
    interval: Method | None = Field(None, description="Verfahren des 95-%-Intervalls, wenn nicht das übliche der Art")
    source: str = Field(description="Quellenangabe unter Abbildungen und Tabellen")
    as_of: str = Field(description="Stichtag oder Zeitraum in Worten")
    legal_basis: str = ""
    interpretation: str = Field(description="Was der Wert sagt")
    caveats: str = Field("", description="Was der Wert nicht sagt, Vorsicht beim Vergleich")
    sentence: str = Field(
        "", description="Satz für den Text, beginnt mit dem Verb: „leben {ort} {wert} der Kinder in einem Haushalt …“"
    )
    each: str = Field("", description="Einzelfall für Brüche: „jedes Kind“ ergibt „fast jedes fünfte Kind“")
    breaks: tuple[Break, ...] = ()
    standardised: Standardisation | None = Field(None, description="Altersstandardisierter Wert neben dem rohen")
    minimum_denominator: int = Field(30, ge=0, description="Kleinere Nenner: Wert erscheint als „/“ (nicht sicher)")
    version: str = "1.0"

    @field_validator("sentence")
    @classmethod
    def _sentence(cls, value: str) -> str:
        if value and (value.count("{ort}"), value.count("{wert}")) != (1, 1):
            raise ValueError("Der Satz braucht {ort} und {wert} je einmal.")
        if set("{}") & set(value.replace("{ort}", "").replace("{wert}", "")):
            raise ValueError("Im Satz sind nur die Platzhalter {ort} und {wert} bekannt.")
        return value

    @field_validator("phrase")
    @classmethod
    def _phrase(cls, value: str) -> str:
        if value and "," in value:
            raise ValueError("Der Name steht mitten im Satz: ohne Komma und Nebensatz.")
        if value and (" " not in value or value.split(" ")[0] not in ("der", "die", "das")):
            raise ValueError("Beginnen Sie mit „der“, „die“ oder „das“, zum Beispiel „die SGB-II-Quote“.")
        return value

    @field_validator("each")
    @classmethod
    def _each(cls, value: str) -> str:
        if value and value.split(" ")[0] not in ("jeder", "jede", "jedes"):
            raise ValueError("Beginnen Sie mit „jeder“, „jede“ oder „jedes“, zum Beispiel „jedes Kind“.")
        return value

    @field_validator("numerator", "denominator", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return (value,) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "count" and self.denominator:
            raise ValueError("Eine Anzahl (count) hat keinen Nenner.")
        if self.kind != "count" and not self.denominator and not self.delivered:
            raise ValueError(f"Der Nenner (denominator) fehlt; ohne ihn geht nur kind: count, nicht {self.kind}.")
        if self.delivered and (len(self.numerator) > 1 or self.numerator[0].factor != 1 or self.kind == "count"):
            raise ValueError("delivered: true verlangt als numerator genau ein Merkmal, und nicht kind: count.")
        if self.denominator and not self.denominator_text:
            raise ValueError("Der Nenner in Worten (denominator_text) fehlt.")
        if self.interval == "wilson" and self.kind != "proportion":
            raise ValueError("interval: wilson setzt einen Anteil voraus (kind: proportion).")
        if self.standardised is not None:
            self._can_be_standardised(self.standardised)
        return self

    def _can_be_standardised(self, wanted: Standardisation) -> None:
        terms = (*self.numerator, *self.denominator)
        if self.kind not in ("proportion", "rate") or len(terms) != 2 or any(term.weight for term in terms):
            raise ValueError("standardised setzt einen Anteil oder eine Rate mit je einem Term voraus.")
        first = self.denominator[0].age_from or 0
        if wanted.ages[0] != first:
            raise ValueError(f"standardised: Die erste Altersgruppe beginnt wie der Nenner mit {first}.")

    @property
    def method(self) -> Method:
        """Method of the interval, the kind's usual one where the entry names none."""
        return self.interval or _USUAL.get(self.kind, "none")

    @property
    def measures(self) -> frozenset[str]:
        """Ids of all measures that the entry needs."""
        return frozenset(m for term in (*self.numerator, *self.denominator) for m in term.measures)


class Indicator(Definition):
    """A definition within its topic."""

    topic: Id


class IndicatorFile(Parameters):
    """``parameters/indicators/<topic>.yml``."""

    topic: Id
    indicators: tuple[Definition, ...]


def catalogue_of(meta: Mapping[str, Any]) -> tuple[Indicator, ...]:
    """The catalogue in a snapshot's meta data."""
    return tuple(Indicator.model_validate(entry) for entry in meta["catalogue"])


def read_catalogue(
    project: Project, measures: Collection[str] | None = None, secret: Collection[str] = ()
) -> tuple[Indicator, ...]:
    """All indicators of a project, ordered by the report's topics, within a topic as in the file.

    Parameters
    ----------
    project
        The report project.
    measures
        Ids of the measures that its sources deliver; None leaves unknown measures unnoticed.
    secret
        Ids of those among them that no indicator may show: contributions of single providers.

    Raises
    ------
    InputError
        With every problem of every file: unknown keys, topics and measures, ids given twice.
    """
    indicators, problems = examine_catalogue(project, measures, secret)
    raise_errors(problems)
    return indicators


def examine_catalogue(
    project: Project, measures: Collection[str] | None = None, secret: Collection[str] = ()
) -> tuple[tuple[Indicator, ...], tuple[Problem, ...]]:
    """Like :func:`read_catalogue`, but hands back the problems beside what could be read."""
    topics = [topic.id for topic in project.report.topics]
    problems: list[Problem] = []
    read: list[tuple[int, Indicator]] = []
    first: dict[str, Place] = {}
    for path in sorted((project.parameters / "indicators").glob("*.yml")):
        name = relative(path, project.root)
        try:
            data = read_yaml(path, project.root)
            content = validate(data, IndicatorFile, name)
        except InputError as error:
            problems += error.problems
            continue
        if content.topic not in topics:
            row = line_of(data, ("topic",))
            problems.append(_unknown("unknown-topic", "Themenfeld", content.topic, topics, Place(name, row)))
            continue
        for position, definition in enumerate(content.indicators):
            place = Place(name, line_of(data, ("indicators", position, "id")))
            if definition.id in first:
                found = f"Der Indikator „{definition.id}“ steht schon in {first[definition.id]}."
                problems.append(Problem("duplicate-indicator", found, "Jede Kennung nur einmal vergeben.", place))
                continue
            first[definition.id] = place
            if measures is not None:
                problems += _wrong_measures(definition, measures, secret, data, position, name)
            read.append((topics.index(content.topic), Indicator(topic=content.topic, **definition.model_dump())))
    read.sort(key=lambda pair: pair[0])
    indicators = tuple(indicator for _, indicator in read)
    return indicators, (*problems, *_missing_keys(project, indicators, bool(problems)))


def _missing_keys(project: Project, indicators: Iterable[Indicator], incomplete: bool) -> list[Problem]:
    """Problems of the report's key indicators; left out while the catalogue itself could not be read in full."""
    known = [i.id for i in indicators]
    if incomplete:
        return []
    start = project.report.start_indicator
    wanted = (*project.report.key_indicators, *([start] if start else []))
    place = Place(relative(project.parameters / "report.yml", project.root))
    missing = sorted({w for w in wanted if w not in known})
    return [_unknown("unknown-indicator", "Indikator", key, known, place) for key in missing]


def _wrong_measures(
    definition: Definition, measures: Collection[str], secret: Collection[str], data: Any, position: int, file: str
) -> list[Problem]:
    used: list[tuple[str, tuple[str | int, ...]]] = [
        (measure, (side, number, "measure"))
        for side in ("numerator", "denominator")
        for number, term in enumerate(getattr(definition, side))
        for measure in term.measures
    ]
    if definition.standardised is not None and definition.standardised.measure:
        used.append((definition.standardised.measure, ("standardised", "measure")))
    problems = []
    for measure, key in used:
        place = Place(file, line_of(data, ("indicators", position, *key)))
        if measure in secret:
            found = f"Indikator „{definition.id}“: Das Merkmal „{measure}“ enthält Beiträge Einzelner."
            remedy = "Es dient nur der Regel seines Betrags (dominance) und darf in keinem Indikator stehen."
            problems.append(Problem("secret-measure", found, remedy, place))
        if measure in measures or measure == SURFACE:
            continue
        problem = _unknown("unknown-measure", "Merkmal", measure, [*measures, SURFACE], place)
        found = f"Indikator „{definition.id}“: {problem.found}"
        problems.append(Problem(problem.code, found, problem.remedy, problem.place))
    return problems


def _unknown(code: str, noun: str, name: str, known: Collection[str], place: Place) -> Problem:
    where = "in parameters/sources" if noun == "Merkmal" else "in parameters/indicators" if noun == "Indikator" else ""
    return Problem(code, f"Unbekannt: {noun} „{name}“.", suggestion(name, sorted(known), where), place)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a catalogue file, for completion and checking in editors."""
    schema = IndicatorFile.model_json_schema()
    properties = schema["$defs"]["Definition"]["properties"]
    for side in ("numerator", "denominator"):
        several = {k: properties[side].pop(k) for k in ("items", "type", "minItems") if k in properties[side]}
        properties[side]["anyOf"] = [several["items"], several]
    for model in (schema, *schema["$defs"].values()):
        model.pop("description", None)  # docstrings are for programmers; the fields' own descriptions stay
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Indikatorenkatalog eines Themenfelds"
    return schema


def write_schema(folder: Path) -> Path:
    """Write :func:`json_schema` to ``<folder>/indicators.json`` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "indicators.json"
    path.write_text(json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
