"""Types of areas in the report: their map, what marks them, how stable they are, who has moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.choropleth import choropleth
from sozlib.chapter.classes import Kinds
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, nothing
from sozlib.chapter.outlines import outlines_of
from sozlib.chapter.readings import Series
from sozlib.chapter.sources import source_line
from sozlib.chapter.tables import Column, Row, Table
from sozlib.chapter.values import AreaValue, finite

_LETTERS = "ABCDEFGH"
#: A mean further from zero than this, in standard deviations, marks a type.
SALIENT = 0.5
#: Hennig's limits: a type is stable from the first, unstable below the second.
_STABLE, _FAIR = 0.75, 0.60
_NONE = "Für diesen Bericht sind keine Raumtypen vereinbart (parameters/typology.yml)."


@dataclass(frozen=True)
class Assignment:
    """An area's type: number (None without type), share of the runs that confirm it, marks by indicator."""

    area: str
    number: int | None
    kept: float | None
    reason: str
    marks: Mapping[str, float]

    @property
    def letter(self) -> str:
        """ "A", "B", …; "x" without type."""
        return "x" if self.number is None else _LETTERS[self.number]

    @property
    def certainty(self) -> str:
        """Certainty of the assignment in a word."""
        if self.kept is None:
            return "x"
        printed = round(100 * self.kept) / 100
        return "hoch" if printed >= 0.80 else "mittel" if printed >= 0.65 else "gering"


def definition(context: Context) -> Mapping[str, Any]:
    """The typology's definition as the snapshot holds it; empty without one."""
    return context.snapshot.meta.get("typology") or {}


def years(context: Context) -> list[int]:
    """Years for which there are types; the last is the report's."""
    table = context.snapshot.typology
    return [] if table is None else sorted({int(year) for year in table["period"]})


def assignments(context: Context, period: int | None = None) -> dict[str, Assignment]:
    """Type of every area in the latest (or another) year, in display order; empty without a typology."""
    known = years(context)
    table = context.snapshot.typology
    if table is None or not known:
        return {}
    rows: pd.DataFrame = table[table["period"] == (period or known[-1])]
    found = {str(row["area"]): _assignment({str(k): v for k, v in row.items()}) for row in rows.to_dict("records")}
    return {id: found[id] for id in context.areas if id in found}


def _assignment(row: Mapping[str, Any]) -> Assignment:
    marks = {k.removeprefix("mark:"): finite(v) for k, v in row.items() if k.startswith("mark:")}
    number = int(row["type"])
    return Assignment(
        str(row["area"]),
        number if number >= 0 else None,
        finite(row["kept"]),
        str(row["reason"] or ""),
        {k: v for k, v in marks.items() if v is not None},
    )


def members(found: Mapping[str, Assignment]) -> dict[int, list[Assignment]]:
    """Areas of each type, by its number."""
    present = sorted({a.number for a in found.values() if a.number is not None})
    return {number: [a for a in found.values() if a.number == number] for number in present}


def name(context: Context, number: int) -> str:
    """Name of a type as the parameters say, "Typ A" without one."""
    letter = _LETTERS[number]
    return str((definition(context).get("names") or {}).get(letter) or f"Typ {letter}")


def salient(context: Context, found: Mapping[str, Assignment], number: int) -> str:
    """What marks a type: "viel „A“, wenig „B“"; indicators in which it differs clearly from the mean."""
    means = _means(members(found)[number])
    titles = {s.meta.id: f"„{s.meta.short_title}“" for s in _series(context)}
    order = sorted(means, key=lambda id: -abs(means[id]))
    above = [titles[id] for id in order if means[id] >= SALIENT][:3]
    below = [titles[id] for id in order if means[id] <= -SALIENT][:3]
    parts = [f"hoch: {german.join(above)}"] if above else []
    parts += [f"niedrig: {german.join(below)}"] if below else []
    return "; ".join(parts) or "nahe am Durchschnitt"


def map(context: Context) -> Part:
    """Map of the types with their letters."""
    found = assignments(context)
    outlines = outlines_of(context.snapshot)
    if not found:
        return nothing(_NONE)
    if outlines is None:
        return nothing("Für diesen Bericht liegen keine Gebietsgrenzen vor; die Karte entfällt.")
    groups, setting = members(found), context.setting
    kinds = Kinds(
        tuple(f"type-{_LETTERS[number].lower()}" for number in groups),
        tuple(_titled(context, number) for number in groups),
    )
    order = list(groups)
    values = [
        AreaValue(
            a.area,
            context.areas[a.area].name,
            None if a.number is None else float(order.index(a.number)),
            status="x" if a.number is None else "",
            label=a.letter,
        )
        for a in found.values()
    ]

    def draw(width: int) -> Figure:
        return choropleth(
            outlines,
            values,
            kinds,
            palette=context.palette,
            own=setting.area,
            unit="Typ",
            decimals=0,
            plural=setting.plural,
            width=width,
        )

    statement = f"{german.capital(german.count_word(len(groups)))} Typen fassen ähnliche {setting.plural} zusammen"
    what = (
        f"Gruppierung nach {german.count_word(len(_series(context)))} Merkmalen, ohne Bewertung, {years(context)[-1]}"
    )
    told = "; ".join(f"{_titled(context, number)}: {_list(context, group)}" for number, group in groups.items())
    alt = f"Karte der Typen. {told}."
    return figure(context, "fig-raumtypen", draw, markdown.Caption(statement, what, _source(context)), alt, None)


def profiles(context: Context) -> Part:
    """Table of what marks each type, and how stable it is."""
    found = assignments(context)
    if not found:
        return nothing(_NONE)
    groups = members(found)
    steady = definition(context).get("stability") or {}
    means = {number: _means(group) for number, group in groups.items()}
    rows = [
        Row(series.meta.short_title, tuple(numbers.signed(means[number][series.meta.id], 1) for number in groups))
        for series in _series(context)
    ]
    rows.append(Row(f"Zahl der {context.setting.plural}", tuple(str(len(group)) for group in groups.values())))
    rows.append(Row("Stabilität", tuple(_stable(finite(steady.get(str(number)))) for number in groups)))
    columns = tuple(Column(_LETTERS[number], "Typ") for number in groups)
    what = f"Mittel der {context.setting.plural} in Standardabweichungen, {years(context)[-1]}. Stabilität: "
    limits = (numbers.number(_STABLE, 2), numbers.number(_FAIR, 2))
    what += "mittlere Ähnlichkeit (Jaccard) in Stichproben, ab {} stabil, unter {} instabil".format(*limits)
    return _table("tbl-raumtypen", Table("Merkmal", columns, tuple(rows)), "Was die Typen kennzeichnet", what, context)


def describe(context: Context) -> Part:
    """A paragraph for each type: members and marks; and who has moved since the reference year."""
    found = assignments(context)
    if not found:
        return nothing(_NONE)
    lines = []
    for number, group in members(found).items():
        few = " Der Typ besteht aus einem einzigen Gebiet." if len(group) == 1 else ""
        title = markdown.plain(f"{_titled(context, number)}.")
        lines.append(
            f"**{title}** {markdown.plain(german.capital(salient(context, found, number)))}. "
            + markdown.plain(f"Dazu gehören: {_list(context, group)}.{few}")
        )
    unsure = [a for a in found.values() if a.certainty == "gering"]
    if unsure:
        lines.append(markdown.plain(f"Unsicher zugeordnet: {_list(context, unsure)}."))
    without = [a for a in found.values() if a.number is None]
    if without:
        lines.append(markdown.plain(f"Ohne Typ, weil Angaben fehlen: {_list(context, without)}."))
    return Part("text", "\n\n".join(lines))


def table(context: Context) -> Part:
    """Type of every area with its certainty, beside the type in the reference year."""
    found, known = assignments(context), years(context)
    if not found:
        return nothing(_NONE)
    before = assignments(context, known[0]) if len(known) > 1 else {}
    rows = []
    for a in found.values():
        cells = [
            a.letter if a.number is None else _titled(context, a.number),
            "x" if a.kept is None else numbers.number(100 * a.kept, 0),
            a.certainty,
        ]
        cells += [before[a.area].letter if a.area in before else "x"] if before else []
        rows.append(Row(context.areas[a.area].name, tuple(cells)))
    columns = [Column(f"Typ {known[-1]}", left=True), Column("gleicher Typ in %"), Column("Sicherheit", left=True)]
    columns += [Column(f"Typ {known[0]}", left=True)] if before else []
    what = f"Anteil von {definition(context)['runs']} Stichproben mit gleichem Typ; hoch ab 80 %, mittel ab 65 %"
    content = Table(context.setting.singular, tuple(columns), tuple(rows))
    statement = f"{_moves(context, found, before)}" if before else f"Typen der {context.setting.plural}"
    return _table("tbl-zuordnung", content, statement, what.replace(" %", f"{numbers.NBSP}%"), context)


def evidence(context: Context) -> Part:
    """Table of what speaks for each number of types."""
    rows = definition(context).get("evidence") or []
    if not rows:
        return nothing(_NONE)
    chosen = int(definition(context)["types"])
    columns = ("Silhouette", "Gap", "Standardfehler", "Stabilität", "kleinster Typ")
    lines = tuple(
        Row(
            str(int(row["types"])),
            (
                *(_decimal(row[key]) for key in ("silhouette", "gap", "gap_error", "stability")),
                str(int(row["smallest"])),
            ),
            "own" if int(row["types"]) == chosen else "",
        )
        for row in rows
    )
    content = Table("Zahl der Typen", tuple(Column(c) for c in columns), lines)
    what = "Silhouette, Gap und Stabilität: mehr ist besser. Hervorgehoben: die gewählte Zahl"
    return _table("tbl-typenzahl", content, "Was für welche Zahl von Typen spricht", what, context)


def method(context: Context) -> Part:
    """How the types are found."""
    chosen = definition(context)
    if not chosen:
        return nothing(_NONE)
    scales = {"z": "z-Werte", "robust": "Median und Quartilsabstand", "rank": "Ränge (normalverteilt)"}
    methods = {"ward": "Ward", "k-means": "k-Means", "mixture": "gaußsche Mischverteilung"}
    titles = german.join(f"„{s.meta.short_title}“" for s in _series(context))
    text = (
        f"Merkmale: {titles}. Skala: {scales[chosen['scale']]}; Verfahren: {methods[chosen['method']]}. Die Typen "
        f"werden für {german.join(str(year) for year in years(context))} auf gemeinsamer Skala gebildet; ein Typ "
        f"behält den Buchstaben seines Gegenstücks im Bezugsjahr {chosen['reference']}. Die Sicherheit der Zuordnung "
        f"ist der Anteil von {chosen['runs']} Stichproben, in denen der nächste Typ das Gegenstück des eigenen ist. "
        "Grundlage sind nur die in dieser Ausgabe gezeigten Werte. Ein Typ beschreibt; er bewertet nicht."
    )
    return Part("text", markdown.plain(text))


def lead(context: Context) -> str:
    """What types are for."""
    return (
        f"Welche {context.setting.plural} einander ähnlich sind und sich deshalb gut vergleichen lassen. "
        "Typen beschreiben; sie bewerten nicht."
    )


def type_text(context: Context) -> str:
    """Type of the chapter's area, its certainty and who shares it, in sentences; "" without one."""
    found = assignments(context)
    own = found.get(context.area.id) if context.area else None
    if own is None or own.number is None:
        return ""
    others = [a for a in found.values() if a.number == own.number and a.area != own.area]
    text = f"{_titled(context, own.number)} (Sicherheit der Zuordnung: {own.certainty})."
    if not others:
        return f"{text} Kein anderes Gebiet gehört zu diesem Typ."
    shown = others if len(others) <= 5 else others[:4]
    rest = len(others) - len(shown)
    more = f" und {german.count_word(rest)} weitere" if rest else ""
    names = ", ".join(context.areas[a.area].name for a in shown) if rest else _list(context, shown)
    return f"{text} Zum selben Typ {'gehört' if len(others) == 1 else 'gehören'} {names}{more}."


def _moves(context: Context, now: Mapping[str, Assignment], before: Mapping[str, Assignment]) -> str:
    moved = [
        a
        for a in now.values()
        if a.area in before and a.number is not None and before[a.area].number not in (None, a.number)
    ]
    verb = "hat" if len(moved) <= 1 else "haben"
    since = years(context)[0]
    return f"{german.capital(context.setting.count(len(moved)))} {verb} seit {since} den Typ gewechselt"


def _titled(context: Context, number: int) -> str:
    given, letter = name(context, number), _LETTERS[number]
    return given if given == f"Typ {letter}" else f"{letter} {given}"


def _means(group: Sequence[Assignment]) -> dict[str, float]:
    return {id: sum(a.marks[id] for a in group) / len(group) for id in group[0].marks}


def _series(context: Context) -> list[Series]:
    return [context.series(str(id)) for id in definition(context).get("indicators", ())]


def _list(context: Context, found: Sequence[Assignment]) -> str:
    return german.join(context.areas[a.area].name for a in found)


def _stable(share: float | None) -> str:
    return "x" if share is None else numbers.number(share, 2)


def _decimal(value: Any) -> str:
    known = finite(value)
    return "x" if known is None else numbers.number(known, 2)


def _source(context: Context) -> str:
    return source_line(context, _series(context), period=years(context)[-1])


def _table(id: str, content: Table, statement: str, what: str, context: Context) -> Part:
    caption = markdown.Caption(statement, what, _source(context))
    return Part("table", markdown.table(id, content, caption), content.html(statement), id=id)
