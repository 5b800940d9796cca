"""All editions of a report: those declared, and of each family one for each municipality.

Which municipalities there are says the table of areas. Where an area of the reporting level is a municipality, each
gets an edition; a town that reports by quarters is named with ``together`` and gets one for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sozlib.edition import PUBLIC, Edition, Showing, Side
from sozlib.errors import InputError, Place, Problem, SozlibError, raise_errors
from sozlib.indicators.catalogue import Indicator, Term
from sozlib.nearest import suggestion
from sozlib.observations.areas import Areas, read_area_table
from sozlib.observations.findings import listed
from sozlib.parameters import line_of, read_yaml
from sozlib.project import Project

_FILE = "parameters/report.yml"

#: What may be shown of a value, the least first, and how messages say it.
_SAID: Mapping[Showing, str] = {
    "nothing": "gar nicht",
    "class": "nur als Klasse",
    "rounded": "gerundet",
    "value": "als Wert",
}
_AMPLE = tuple(_SAID)
_OF: Mapping[Side, str] = {"own": "Von den eigenen Gebieten", "others": "Von anderen Gebieten", "sums": "Von Summen"}


def editions_of(project: Project) -> tuple[Edition, ...]:
    """All editions of a report, families resolved, in the order of the declaration.

    Raises
    ------
    InputError
        With all problems of the declaration, or of the table of areas where a family needs it.
    """
    return _editions_of(project)


@lru_cache(maxsize=8)
def _editions_of(project: Project) -> tuple[Edition, ...]:
    raise_errors(examine_editions(project))
    declared = project.report.editions
    public = next((edition for edition in declared if edition.public), None)
    if not any(edition.for_each or edition.own for edition in declared):
        return declared
    areas = read_area_table(project)[0]
    members = (member for edition in declared for member in _members(edition, areas))
    return tuple(_beside_public(member, public) for member in members)


def chosen(project: Project, names: Sequence[str]) -> tuple[Edition, ...]:
    """Editions by id; the id of a family stands for all of its members. Without names the public one, or the first.

    Raises
    ------
    SozlibError
        There is no such edition.
    """
    everything, declared = editions_of(project), project.report.editions
    families = {edition.id for edition in declared if edition.for_each}
    if not names:
        return tuple(e for e in everything if e.public) or everything[:1]
    found: dict[str, Edition] = {}
    for name in names:
        of_family = [e for e in everything if name in families and e.id.startswith(f"{name}-")]
        for edition in of_family or [edition_of(project, name)]:
            found[edition.id] = edition
    return tuple(found.values())


def edition_of(project: Project, id: str) -> Edition:
    """The edition of that id.

    Raises
    ------
    SozlibError
        The report declares no such edition, or the id is that of a family.
    """
    everything = editions_of(project)
    for candidate in everything:
        if candidate.id == id:
            return candidate
    declared = [edition.id for edition in project.report.editions]
    if id in declared:
        members = ", ".join(e.id for e in everything if e.id.startswith(f"{id}-"))
        raise SozlibError(f"„{id}“ ist eine Reihe von Ausgaben; nennen Sie eine davon: {members}.")
    known = [e.id for e in everything]
    shown = f"Vorhanden: {', '.join(known)}." if len(known) <= 8 else suggestion(id, [*declared, *known])
    raise SozlibError(f"Die Ausgabe „{id}“ ist in {_FILE} nicht vereinbart. {shown}")


def family_of(project: Project, id: str) -> str | None:
    """Id of the family that an edition belongs to; None for an edition declared by itself."""
    families = [edition.id for edition in project.report.editions if edition.for_each]
    own = [edition.id for edition in project.report.editions]
    return next((family for family in families if id not in own and id.startswith(f"{family}-")), None)


def _members(edition: Edition, areas: Areas) -> list[Edition]:
    """A family's editions, one for each municipality, in the order of their areas; an edition by itself stays."""
    if not edition.for_each:
        return [edition]
    inside = {id: areas.reporting_below(id) for id in edition.together}
    taken = {id for ids in inside.values() for id in ids}
    found: list[tuple[int, Edition]] = []
    for area in areas.table[areas.table["valid_to"].isna()].to_dict("records"):
        id = str(area["id"])
        own = inside.get(id, ())
        if not own and area["level"] == edition.for_each and id not in taken:
            own = areas.reporting_below(id) or (id,)
        if own:
            name = str(area["name"] if own == (id,) else area["short_name"])
            words = {key: getattr(edition, key).replace("{area}", name) for key in ("title", "notice")}
            update = {**words, "id": f"{edition.id}-{id}", "for_each": None, "together": (), "own": own}
            found.append((areas.reporting_ids.index(own[0]), edition.model_copy(update=update)))
    return [member for _, member in sorted(found, key=lambda pair: pair[0])]


def _beside_public(edition: Edition, public: Edition | None) -> Edition:
    """An edition with own areas: its readers have the public one too and see others as everybody does."""
    if not edition.own or public is None:
        return edition
    holds = (PUBLIC,) if edition.reader_also_holds is None else edition.reader_also_holds
    shows = edition.shows.as_seen_by_others(public.shows)
    base = edition.round_to or public.round_to
    return edition.model_copy(update={"reader_also_holds": holds, "shows": shows, "round_to": base})


def examine_editions(project: Project, catalogue: Sequence[Indicator] | None = None) -> list[Problem]:
    """Problems of the declaration: names that nobody knows, rules that contradict each other.

    Parameters
    ----------
    project
        The report project.
    catalogue
        The indicators; without them their names are not looked at.
    """
    data = read_yaml(project.parameters / "report.yml", project.root)
    return [
        problem
        for n, edition in enumerate(project.report.editions)
        for problem in _examine(_Declared(project, edition, n, data), catalogue)
    ]


class _Declared:
    """An edition where it stands in the file."""

    def __init__(self, project: Project, edition: Edition, position: int, data: Any):
        self.project, self.edition, self._position, self._data = project, edition, position, data

    def problem(self, code: str, found: str, remedy: str, *path: str | int) -> Problem:
        """A problem with its line."""
        row = line_of(self._data, ("editions", self._position, *path))
        return Problem(code, f"Ausgabe „{self.edition.id}“: {found}", remedy, Place(_FILE, row))

    def unknown(self, what: str, ids: Collection[str], known: Collection[str], *path: str | int) -> Iterator[Problem]:
        """Ids that are not known, each with its line where it is a key."""
        for id in ids:
            if id not in known:
                yield self.problem("unknown-name", f"{what} „{id}“ gibt es nicht.", suggestion(id, known), *path, id)


def _examine(at: _Declared, catalogue: Sequence[Indicator] | None) -> Iterator[Problem]:
    report, edition = at.project.report, at.edition
    levels = [level.id for level in report.levels]
    if edition.for_each and edition.for_each not in levels:
        found, remedy = f"Die Ebene „{edition.for_each}“ gibt es nicht.", suggestion(edition.for_each, levels)
        yield at.problem("unknown-name", found, remedy, "for_each")
    if edition.for_each and "{area}" not in edition.title:
        remedy = "Schreiben Sie {area} dorthin, wo der Name der Gemeinde stehen soll."
        yield at.problem("no-area-in-title", "Der Titel ist für alle Gemeinden derselbe.", remedy, "title")
    yield from at.unknown("Das Themenfeld", edition.shows.topics, [t.id for t in report.topics], "shows", "topics")
    if catalogue is not None:
        known = [indicator.id for indicator in catalogue]
        yield from at.unknown("Den Indikator", edition.shows.indicators, known, "shows", "indicators")
        yield from _given_away(at, catalogue)
        yield from _unchecked(at, catalogue)
        yield from _needless(at, catalogue)
    yield from _examine_held(at)
    if edition.for_each or edition.own:
        yield from _examine_areas(at)


def _examine_held(at: _Declared) -> Iterator[Problem]:
    """Readers who hold two editions could fill the gaps of one from the other, unless both protect the same counts."""
    edition, others = at.edition, {e.id: e for e in at.project.report.editions if e.id != at.edition.id}
    yield from at.unknown("Die Ausgabe", edition.holds, list(others), "reader_also_holds")
    held = _held(edition)
    reached = list(held)
    for id in reached:
        reached += [other for other in (others[id].holds if id in others else ()) if other not in reached]
    if edition.id in reached:
        found = "Die Angaben in reader_also_holds führen im Kreis zu ihr zurück."
        remedy = "Nennen Sie die andere nur bei einer von ihnen; der Angriff rechnet dort alle zusammen."
        yield at.problem("held-in-a-circle", found, remedy, "reader_also_holds")
    for id in held:
        other = others.get(id)
        for name in ("minimum_count", "minimum_denominator"):
            mine, theirs = getattr(edition, name), getattr(other, name, None)
            if other is not None and mine != theirs:
                found = f"{name} ist {mine}, in der Ausgabe „{id}“ aber {theirs}."
                remedy = (
                    "Wer beide hat, könnte Lücken der einen aus der anderen füllen. Geben Sie beiden dieselbe Zahl."
                )
                yield at.problem("minimum-differs", found, remedy, name)
        if other is not None and edition.round_to and other.shows.tells("rounded") and edition.base != other.base:
            found = f"round_to ist {edition.base}, in der Ausgabe „{id}“ aber {other.base}."
            remedy = "Wer beide hat, könnte die Anzahlen enger eingrenzen. Geben Sie beiden dieselbe Zahl."
            yield at.problem("rounding-differs", found, remedy, "round_to")


def _held(edition: Edition) -> tuple[str, ...]:
    """Ids of the editions that readers of a declared one have besides: without a word the public one, of own areas."""
    if edition.reader_also_holds is not None:
        return edition.reader_also_holds
    return (PUBLIC,) if edition.for_each or edition.own else ()


def _examine_areas(at: _Declared) -> Iterator[Problem]:
    try:
        areas = read_area_table(at.project)[0]
    except InputError:  # told where the table itself is checked
        return
    sums = [id for id in areas.ids if id not in areas.reporting_ids]
    yield from at.unknown("Die Region", at.edition.together, sums, "together")
    yield from at.unknown("Das Gebiet", at.edition.own, areas.reporting_ids, "own")
    members = [member.id for member in _members(at.edition, areas)]
    if not members and at.edition.for_each in [level.id for level in at.project.report.levels]:
        found = f"Auf der Ebene „{at.edition.for_each}“ gibt es keine Gebiete."
        yield at.problem("no-members", found, "Prüfen Sie for_each und die Tabelle der Gebiete.", "for_each")
    declared = [e.id.casefold() for e in at.project.report.editions if e.id != at.edition.id]
    for id in members:
        if id.casefold() in declared or sum(id.casefold() == other.casefold() for other in members) > 1:
            found = f"Zwei Ausgaben hießen „{id}“; manche Dateisysteme unterscheiden Groß und Klein nicht."
            yield at.problem("same-edition", found, "Benennen Sie eine davon um.", "id")


def _given_away(at: _Declared, catalogue: Sequence[Indicator]) -> Iterator[Problem]:
    """Indicators declared as class or nothing whose counts other indicators show: anyone could divide them."""
    sides: tuple[Side, ...] = ("own", "others") if at.edition.for_each or at.edition.own else ("others",)
    for side in sides:
        shown: dict[tuple[Term, ...], str] = {}
        for indicator in catalogue:
            if at.edition.shows.of(indicator.id, indicator.topic, side) == "value":
                # What is rounded in one indicator is rounded in all.
                for terms in (indicator.numerator, indicator.denominator):
                    shown.setdefault(_same_date(terms), indicator.id)
        for indicator in catalogue:
            showing = at.edition.shows.of(indicator.id, indicator.topic, side)
            parts = [_same_date(terms) for terms in (indicator.numerator, indicator.denominator) if terms]
            if showing in ("class", "nothing") and all(part in shown for part in parts):
                sources = " und ".join(dict.fromkeys(f"„{shown[part]}“" for part in parts))
                found = (
                    f"Der Indikator „{indicator.id}“ soll nicht als Wert erscheinen, lässt sich aber aus {sources} "
                    "errechnen."
                )
                remedy = "Zeigen Sie auch diese nur als Klasse oder gar nicht."
                rules = at.edition.shows
                path = ("indicators", indicator.id) if indicator.id in rules.indicators else ("topics", indicator.topic)
                yield at.problem("given-away", found, remedy, "shows", *path)


def _unchecked(at: _Declared, catalogue: Sequence[Indicator]) -> Iterator[Problem]:
    """Delivered values of which nobody says on how many people they rest, in an edition that asks for a number."""
    ids = [i.id for i in catalogue if i.delivered and (i.kind != "proportion" or not i.denominator)]
    least = at.edition.minimum_denominator
    if least and ids:
        found = (
            f"minimum_denominator {least} lässt sich nicht prüfen bei {listed([f'„{id}“' for id in ids], 8)}: "
            "Der Wert wird fertig geliefert, ohne die Anzahl der Menschen, auf die er sich bezieht."
        )
        remedy = (
            "Klären Sie, ob die liefernde Stelle kleine Gruppen sperrt, geben Sie bei Anteilen den Nenner an, oder "
            "zeigen Sie diese Indikatoren nicht (shows)."
        )
        yield replace(at.problem("unchecked-denominator", found, remedy, "minimum_denominator"), severity="warning")


def _needless(at: _Declared, catalogue: Sequence[Indicator]) -> Iterator[Problem]:
    """Indicators of which an edition shows less than another that the same readers have: that keeps nothing back."""
    edition, others = at.edition, {e.id: e for e in at.project.report.editions}
    mixed = bool(edition.for_each or edition.own)
    mine = edition.shows.as_seen_by_others(others[PUBLIC].shows) if mixed and PUBLIC in others else edition.shows
    # To whoever is no municipality of its own, the own areas are others like all.
    sides: tuple[tuple[Side, Side], ...] = (("others", "others"), ("sums", "sums"))
    found: dict[tuple[str, Side, Showing, Showing], list[str]] = {}
    for other in (others[id] for id in _held(edition) if id in others):
        for here, there in (("own", "others"), *sides) if mixed else sides:
            for indicator in catalogue:
                less = mine.of(indicator.id, indicator.topic, here)
                more = other.shows.of(indicator.id, indicator.topic, there)
                if _AMPLE.index(less) < _AMPLE.index(more):
                    found.setdefault((other.id, here, less, more), []).append(f"„{indicator.id}“")
    for (id, side, less, more), ids in found.items():
        verb = "erscheint" if len(ids) == 1 else "erscheinen"
        said = (
            f"{_OF[side]} {verb} {listed(ids, 8)} {_SAID[less]}, in der Ausgabe „{id}“, die dieselben Leser haben, "
            f"aber {_SAID[more]}."
        )
        remedy = f"Das hält nichts zurück. Soll es geschützt sein, zeigen Sie auch in „{id}“ nicht mehr."
        yield replace(at.problem("shown-elsewhere", said, remedy, "shows"), severity="warning")


def _same_date(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """A count is the same count wherever it stands, whatever year it is looked up for."""
    return tuple(term.model_copy(update={"lag": 0}) for term in terms) if len(terms) == 1 else terms
