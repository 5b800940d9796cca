"""How a raw table becomes observations: the model of ``parameters/sources/*.yml``.

Offices deliver what they have: title rows, merged heads, footnotes, one file a year, totals between the rows. Each
source file describes one such delivery, so that no table needs code and no step of the reading is hidden. What is
not declared is either detected and reported as a note (encoding, delimiter, decimal sign) or refused.

Rules that all sources share
----------------------------
* Ages are inclusive: ``age_from: 0, age_to: 17`` is "unter 18 Jahren"; an open end has no ``age_to``.
* ``sex`` is ``m``, ``f``, ``d`` or empty (all); ``nationality`` is ``german``, ``foreign`` or empty (all).
* The groups of one measure in one area and period do not overlap: summing them gives the measure's total. A total
  delivered beside its parts is ignored, or a measure of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sozlib.observations.dominance import Dominance
from sozlib.parameters import Id, InProject, Parameters
from sozlib.patterns import Pattern

Sex = Literal["m", "f", "d", ""]
Nationality = Literal["german", "foreign", ""]
#: count: whole number of persons or cases; amount: any number from zero; balance: may be negative; share: 0 to 100;
#: mean: an average; difference: the change of a share or mean. Shares, means and differences cannot be added up.
Kind = Literal["count", "amount", "balance", "share", "mean", "difference"]
#: Kinds whose sum over areas means something.
ADDITIVE: frozenset[str] = frozenset({"count", "amount", "balance"})

#: Parts of a column's head that a pattern may capture.
CAPTURES = frozenset({"area", "period", "sex", "age", "age_from", "age_to", "nationality"})


def _text(value: Any) -> Any:
    """YAML reads 0101 and 2016 as numbers; ids, labels and years in maps are text."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {_text(key): _text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_text(item) for item in value]
    if isinstance(value, str | int | float):
        return [_text(value)]
    return value


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_texts)]
TextMap = Annotated[dict[str, str], BeforeValidator(_texts)]


class Column(Parameters):
    """A column that tells something about its row: what its texts mean and which rows to leave out."""

    column: str | None = Field(None, description="Überschrift der Spalte (mehrzeilige Köpfe mit „ | “ verbunden)")
    pattern: Pattern | None = Field(
        None, description="Regulärer Ausdruck; seine erste Klammer ist der Teil der Zelle, der gilt"
    )
    map: TextMap = Field(default_factory=dict, description="Zuordnung: Text der Zelle → Wert")
    ignore: Texts = Field((), description="Zeilen mit diesem Text in der Spalte bleiben außer Betracht (Summen usw.)")
    ignore_pattern: Pattern | None = Field(None, description="dasselbe als regulärer Ausdruck")


class AreaColumn(Column):
    """Where the area of a row comes from.

    Exactly one of ``column``, ``constant``, a ``{area}`` in the file name, or a ``(?P<area>…)`` in a column pattern.
    """

    constant: Text | None = Field(None, description="Kennung des Raums, wenn die ganze Tabelle nur einen betrifft")
    map_file: str | None = Field(
        None, description="CSV-Datei mit den Spalten from und to: Zuordnung der Kennungen, wenn sie lang ist"
    )
    integer: bool = Field(False, description="true: die Kennung kam als Kommazahl an, „1.0“ wird zu „1“")
    width: int | None = Field(None, ge=1, le=64, description="Kennung links mit Nullen auf diese Länge auffüllen")
    tolerance: float = Field(
        0, ge=0, description="So weit darf die Summe der Räume von einem mitgelieferten Wert des Ganzen abweichen"
    )
    complete: bool = Field(True, description="false: Räume dürfen in einzelnen Jahren fehlen (Hinweis statt Fehler)")


class PeriodColumn(Column):
    """Where the year comes from.

    Exactly one of ``column``, ``constant``, ``{period}`` in the file name or sheet, ``(?P<period>…)`` in a column
    pattern.
    """

    constant: int | None = Field(None, description="Jahr, wenn die ganze Tabelle nur eines betrifft")


class Groups(Parameters):
    """Columns that divide the rows of a long table into groups."""

    sex: Column | None = Field(None, description="Spalte mit dem Geschlecht; Werte m, f, d oder leer (alle)")
    age: Column | None = Field(
        None, description="Spalte mit dem Alter: „7“, „3 bis unter 6“, „15–24“, „90 und mehr“, „unter 3“"
    )
    nationality: Column | None = Field(
        None, description="Spalte mit der Staatsangehörigkeit; Werte german, foreign oder leer (alle)"
    )


class Measure(Parameters):
    """Column or columns that hold one measure (Merkmal)."""

    id: Id = Field(description="Kennung des Merkmals, wie die Indikatoren sie nennen")
    title: str = Field("", description="Was gezählt wird, in Worten")
    kind: Kind = Field(
        "count",
        description="count: ganze Zahl ab 0; amount: Zahl ab 0; balance: auch negativ; share: 0–100; mean: Mittelwert; "
        "difference: Veränderung eines Anteils oder Mittelwerts, auch negativ",
    )
    unit: str = Field("", description="Einheit, wenn sie von der der Quelle abweicht")
    column: str | None = Field(None, description="Überschrift genau einer Spalte")
    columns: Pattern | None = Field(
        None,
        description="Regulärer Ausdruck für mehrere Spalten; benannte Klammern area, period, sex, age, age_from, "
        "age_to, nationality lesen Gruppen aus der Überschrift",
    )
    where: dict[str, Texts] = Field(
        default_factory=dict, description="nur Zeilen, deren Spalte (Schlüssel) einen dieser Texte hat"
    )
    sex: Sex = ""
    age_from: int = Field(0, ge=0, le=130)
    age_to: int | None = Field(None, ge=0, le=130, description="einschließlich; ohne Angabe: und älter")
    nationality: Nationality = ""
    factor: float = Field(1, gt=0, description="Werte damit malnehmen, etwa 1000 bei Angaben in Tausend")
    empty: Literal[".", "...", "x", "/", "–"] | None = Field(
        None, description="Bedeutung leerer Zellen dieses Merkmals, wenn sie von der der Quelle abweicht"
    )
    dominance: Dominance | None = Field(
        None, description="Wann ein Betrag (kind: amount) einen einzelnen Beitrag verriete und gesperrt wird"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.column is None) == (self.columns is None):
            raise ValueError("genau eines von column (eine Spalte) und columns (Muster für mehrere) angeben.")
        unknown = sorted(set(re.compile(self.columns or "").groupindex) - CAPTURES)
        if unknown:
            raise ValueError(f"unbekannte Klammer {', '.join(unknown)}; erlaubt: {', '.join(sorted(CAPTURES))}.")
        if self.age_to is not None and self.age_to < self.age_from:
            raise ValueError(f"age_to {self.age_to} liegt unter age_from {self.age_from}.")
        if self.dominance is not None and self.kind != "amount":
            raise ValueError(f"dominance gibt es nur für Beträge (kind: amount), nicht für {self.kind}.")
        return self

    @property
    def captures(self) -> frozenset[str]:
        """Names of the groups that the heads of this measure carry."""
        return frozenset(re.compile(self.columns or "").groupindex)


class Selection(Parameters):
    """A measure, or some of its groups, as one side of a check. A plain id stands for the whole measure."""

    measure: Id
    sex: Sex = ""
    age_from: int = Field(0, ge=0)
    age_to: int | None = None
    nationality: Nationality = ""

    @property
    def term(self) -> dict[str, Any]:
        """The same as fields of a term (:class:`sozlib.indicators.catalogue.Term`)."""
        groups = {name: getattr(self, name) or None for name in ("sex", "age_from", "nationality")}
        return {"measure": self.measure, "age_to": self.age_to, **groups}

    def __str__(self) -> str:
        words = {"m": "männlich", "f": "weiblich", "d": "divers", "german": "deutsch", "foreign": "nichtdeutsch"}
        parts = [self.measure, words.get(self.sex, ""), words.get(self.nationality, "")]
        if self.age_to is not None:
            parts.append(f"{self.age_from}–{self.age_to} Jahre")
        elif self.age_from:
            parts.append(f"ab {self.age_from} Jahren")
        return ", ".join(part for part in parts if part)


def _selection(value: Any) -> Any:
    return {"measure": value} if isinstance(value, str) else value


Selected = Annotated[Selection, BeforeValidator(_selection)]


class Check(Parameters):
    """What must hold in every area and period: parts add up to a total, or a part is not larger than its whole."""

    parts: tuple[Selected, ...] = Field((), description="Teile, die zusammen total ergeben")
    total: Selected | None = None
    part: Selected | None = Field(None, description="Teil, der nicht größer sein darf als whole")
    whole: Selected | None = None
    tolerance: float = Field(0, ge=0, description="erlaubte Abweichung, etwa wegen Rundung")
    severity: Literal["error", "warning"] = "error"
    reason: str = Field("", description="Warum nur gewarnt oder eine Abweichung geduldet wird")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        sums = bool(self.parts) and self.total is not None
        share = self.part is not None and self.whole is not None
        if sums == share:
            raise ValueError("entweder parts und total oder part und whole angeben.")
        if self.severity == "warning" and not self.reason:
            raise ValueError("severity: warning braucht eine Begründung (reason).")
        return self


class Source(Parameters):
    """``parameters/sources/<id>.yml``: one source and how its tables are read."""

    id: Id
    title: str = Field(description="Name der Statistik oder des Registers")
    publisher: str = Field(description="Stelle, die die Daten liefert")
    citation: str = Field(description="Quellenangabe unter Abbildungen und Tabellen")
    licence: str = Field(description="Lizenz oder Nutzungsrecht")
    as_of: str = Field(description="Stichtag oder Zeitraum in Worten, etwa „31.12.“ oder „Jahressumme“")
    unit: str = Field("Personen", description="Was ein Wert zählt")
    notes: str = Field("", description="Was Leserinnen und Leser wissen müssen")
    url: str = ""
    retrieved: Text = Field("", description="Abrufdatum")
    territory: str = Field("", description="Gebietsstand der Tabellen")
    breaks: dict[int, str] = Field(default_factory=dict, description="Brüche der Zeitreihe: Jahr → was sich änderte")

    files: Annotated[tuple[InProject, ...], BeforeValidator(_texts)] = Field(
        description="Dateien, Pfad ab dem Projektordner (data/… liegt im Datenordner des Berichts); * steht für "
        "beliebige Zeichen, {period} für das Jahr, {area} für die Kennung des Raums"
    )
    encoding: str | None = Field(None, description="utf-8, windows-1252 …; ohne Angabe wird erkannt und gemeldet")
    delimiter: str | None = Field(None, description="Trennzeichen der CSV-Datei; ohne Angabe wird erkannt und gemeldet")
    decimal: Literal[",", "."] | None = Field(None, description="Dezimalzeichen; ohne Angabe wird erkannt und gemeldet")
    thousands: Literal[".", ",", " ", "'", ""] | None = Field(
        None, description='Tausenderzeichen; "" für keines; ohne Angabe folgt es dem Dezimalzeichen'
    )
    sheet: Text | None = Field(
        None, description="Tabellenblatt der XLSX-Datei, auch mit {period}; ohne Angabe das einzige Blatt"
    )
    header_row: int | str = Field(
        1, description="Zeile, in der der Kopf beginnt (1 = erste), oder ein Text, der in dieser Zeile steht"
    )
    header_rows: int = Field(1, ge=1, le=8, description="Zahl der Kopfzeilen; sie werden mit „ | “ verbunden")
    skip_rows: tuple[int, ...] = Field((), description="Nummern von Zeilen unter dem Kopf, die keine Daten enthalten")
    data_until: Pattern | None = Field(
        None, description="Regulärer Ausdruck: ab der Zeile, deren erste gefüllte Zelle passt, folgen Fußnoten"
    )
    fill_down: tuple[str, ...] = Field((), description="Spalten, deren leere Zellen den Wert darüber übernehmen")
    marks: Pattern | None = Field(
        None, description=r"Regulärer Ausdruck für Fußnotenzeichen in Köpfen und Zellen, etwa '\d\)$'"
    )

    area: AreaColumn
    period: PeriodColumn = PeriodColumn()
    groups: Groups = Groups()
    measures: tuple[Measure, ...] = Field(min_length=1)
    ignore_columns: Pattern | None = Field(
        None, description="Regulärer Ausdruck für Spalten, die bewusst ungenutzt bleiben (sonst Hinweis)"
    )

    empty: Literal[".", "...", "x", "/", "–"] | None = Field(
        None, description="Bedeutung leerer Zellen; ohne Angabe ist eine leere Zelle ein Fehler"
    )
    unknown_where: dict[str, Texts] = Field(
        default_factory=dict,
        description="Zeilen, deren Spalte (Schlüssel) einen dieser Texte hat, tragen keinen Wert: Alle Merkmale sind "
        "dort unbekannt (Zeichen .), was auch in den Zellen steht",
    )
    signs: TextMap = Field(
        default_factory=dict, description="Weitere Zeichen dieser Tabelle → amtliches Zeichen, etwa '*': '.'"
    )
    zero: Literal["exact", "rounded"] | None = Field(
        None,
        description="Bedeutung der Ziffer 0: exact = nichts vorhanden, rounded = mehr als nichts, aber weniger als "
        "die Hälfte der Einheit (amtliche Lesart; sie gilt auch ohne Angabe, dann mit Hinweis)",
    )
    minimum_count: int = Field(
        0,
        ge=0,
        description="Anzahlen über null und darunter werden gesperrt, wo diese Zahl größer ist als die der Ausgabe",
    )
    round_to: Literal[3, 5, 10] | None = Field(
        None,
        description="Anzahlen dieser Quelle erscheinen in geschützten Ausgaben gerundet auf Vielfache von 3, 5 oder 10",
    )
    rounding: float = Field(1, gt=0, description="Werte sind auf Vielfache davon gerundet; lockert die Summenprüfungen")
    checks: tuple[Check, ...] = Field((), description="Summen und Teile, die stimmen müssen")

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                str(b"-", value)
        except (LookupError, UnicodeError):
            raise ValueError(f"„{value}“ ist kein Zeichensatz; üblich sind utf-8 und windows-1252.") from None
        return value

    @field_validator("delimiter")
    @classmethod
    def _is_delimiter(cls, value: str | None) -> str | None:
        if value is not None and (len(value) != 1 or value in '"\r\n\0'):
            raise ValueError("Das Trennzeichen ist ein einzelnes Zeichen.")
        return value

    @field_validator("signs")
    @classmethod
    def _known_signs(cls, value: dict[str, str]) -> dict[str, str]:
        wrong = sorted(set(value.values()) - {"–", "-", "0", ".", "/", "x", "..."})
        if wrong:
            raise ValueError(f"{', '.join(wrong)} ist kein amtliches Zeichen; erlaubt: – 0 . / x ...")
        return {key: "–" if sign == "-" else sign for key, sign in value.items()}

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        heads = [measure.captures for measure in self.measures]
        in_files = [all(f"{{{name}}}" in pattern for pattern in self.files) for name in ("area", "period")]
        origins: dict[str, list[object]] = {
            "area": [self.area.column, self.area.constant, in_files[0], all("area" in c for c in heads)],
            "period": [
                self.period.column,
                self.period.constant,
                in_files[1] or "{period}" in (self.sheet or ""),
                all("period" in c for c in heads),
            ],
        }
        for name, found in origins.items():
            if sum(bool(origin) for origin in found) != 1:
                raise ValueError(
                    f"{name}: genau eine Herkunft angeben (column, constant, {{{name}}} im Dateimuster oder "
                    f"(?P<{name}>…) im Muster jeder Merkmalsspalte)."
                )
        for name in ("sex", "age", "nationality"):
            column = getattr(self.groups, name)
            if column is not None and column.column is None:
                raise ValueError(f"groups.{name}: column fehlt.")
        return self

    @property
    def sums(self) -> Iterator[tuple[Selection, tuple[Selection, ...], bool]]:
        """Wholes and their parts, and whether these are all, of checks that hold to the last unit."""
        for check in self.checks if self.rounding == 1 else ():
            total, parts = check.total or check.whole, check.parts or ((check.part,) if check.part else ())
            exact = not check.tolerance and check.severity == "error"
            if total and exact:
                yield total, parts, bool(check.parts)

    def with_contributions(self, known: Collection[str]) -> Self:
        """The same with checks that contributions are not larger than what they contribute to."""
        implied = []
        for measure in self.measures:
            rule = measure.dominance
            steps = [*([rule.largest, rule.two_largest] if rule else ()), measure.id]
            chain = [step for step in steps if step in known]
            implied += [Check.model_validate({"part": a, "whole": b}) for a, b in pairwise(chain)]
        return self.model_copy(update={"checks": (*self.checks, *implied)})
