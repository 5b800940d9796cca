"""Who has moved from which type to which since the reference year: bands, a table, and the areas by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sozlib.chapter import areatypes, german, markdown
from sozlib.chapter.areatypes import Assignment, assignments, listed, members, titled, years
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, nothing
from sozlib.chapter.tables import Column, Row, Table
from sozlib.chapter.transition import WITHOUT, Move, transition
from sozlib.chapter.typechapter import NONE, source, table_part

Pair = tuple[str, str]


#: More moves than this are counted, not named, where the chart is described.
_MOST_SPOKEN = 30


def _moved(context: Context) -> dict[Pair, list[Assignment]]:
    """Areas with a type in both years by their letters before and now, in the order of the letters."""
    now, before = assignments(context), assignments(context, years(context)[0])
    found: dict[Pair, list[Assignment]] = {}
    for a in now.values():
        if a.number is not None and before[a.area].number is not None:
            found.setdefault((before[a.area].letter, a.letter), []).append(a)
    return dict(sorted(found.items()))


def _lacking(context: Context) -> Part | None:
    known = years(context)
    if not known:
        return nothing(NONE)
    if len(known) < 2:
        reference = areatypes.definition(context)["reference"]
        return nothing(f"Für {reference} liegen nicht alle Merkmale vor; Wechsel lassen sich nicht zeigen.")
    return None


def flows(context: Context) -> Part:
    """Bands between the types of both years."""
    lacking = _lacking(context)
    if lacking is not None:
        return lacking
    known = years(context)
    now, before = assignments(context), assignments(context, known[0])
    labels = {a.id: "" if a.number is None else str(a.number) for a in context.areas.values()}
    moves = [Move(before[id].letter, a.letter, labels[id]) for id, a in now.items()]
    numbers = sorted({*members(now), *members(before)})
    titles = {areatypes.letter(n): titled(context, n) for n in numbers} | {WITHOUT: "ohne Typ"}

    def draw(width: int) -> Canvas:
        return transition(moves, titles, (known[0], known[-1]), palette=context.palette, width=width)

    changed = {pair: group for pair, group in _moved(context).items() if pair[0] != pair[1]}
    rows = tuple(
        Row(f"{old} nach {new}", (str(len(group)), listed(context, group, 0))) for (old, new), group in changed.items()
    )
    data = Table("Wechsel", (Column("Zahl"), Column(context.setting.plural, left=True)), rows)
    what = f"Typen {known[0]} (links) und {known[-1]} (rechts); farbige Bänder: Wechsel, graue: gleicher Typ"
    if any(labels.values()):
        what += f". Ziffern: Nummern der {context.setting.plural}"
    caption = markdown.Caption(statement(context), what, source(context))
    few = sum(map(len, changed.values())) <= _MOST_SPOKEN
    told = "; ".join(
        f"von {old} nach {new} {listed(context, group, 6) if few else len(group)}"
        for (old, new), group in changed.items()
    )
    alt = f"Flussdiagramm der Typen {known[0]} und {known[-1]}. {statement(context)}"
    return figure(
        context, "fig-typwechsel", draw, caption, f"{alt}{f': {told}' if told else ''}.", data if rows else None
    )


def table(context: Context) -> Part:
    """How many areas went from which type (rows) to which (columns)."""
    lacking = _lacking(context)
    if lacking is not None:
        return lacking
    known, pairs = years(context), _moved(context)
    now, before = assignments(context), assignments(context, known[0])
    columns, lines = list(members(now)), list(members(before))

    rows = []
    for old in lines:
        cells = [_count(len(pairs.get((areatypes.letter(old), areatypes.letter(new)), ()))) for new in columns]
        gone = sum(now[a.area].number is None for a in before.values() if a.number == old)
        total = sum(a.number == old for a in before.values())
        rows.append(Row(titled(context, old), (*cells, _count(gone), str(total))))
    fresh = [sum(before[a.area].number is None for a in now.values() if a.number == new) for new in columns]
    neither = sum(a.number is None and before[a.area].number is None for a in now.values())
    without = sum(a.number is None for a in before.values())
    if without:
        rows.append(Row("ohne Typ", (*(_count(n) for n in fresh), _count(neither), str(without))))
    sums = [sum(a.number == new for a in now.values()) for new in columns]
    missing = sum(a.number is None for a in now.values())
    rows.append(Row(f"Summe {known[-1]}", (*(str(n) for n in sums), _count(missing), str(len(now))), "whole"))
    letters = [areatypes.letter(new) for new in columns] + (["ohne"] if missing else [])
    heads = (*(Column(name, f"Typ {known[-1]}") for name in letters), Column(f"Summe {known[0]}"))
    if not missing:
        rows = [replace(row, cells=(*row.cells[:-2], row.cells[-1])) for row in rows]
    what = f"Zahl der {context.setting.plural}; Zeilen: Typ {known[0]}, Spalten: Typ {known[-1]}"
    content = Table(f"Typ {known[0]}", heads, tuple(rows))
    return table_part("tbl-typwechsel", content, f"Von Typ zu Typ, {known[0]} bis {known[-1]}", what, context)


def named(context: Context) -> Part:
    """The areas that have moved, by name, and how a move is read."""
    lacking = _lacking(context)
    if lacking is not None:
        return lacking
    known = years(context)
    before = assignments(context, known[0])
    lines = []
    for (old, new), group in _moved(context).items():
        if old != new:
            lines.append(f"**Von {old} nach {new}:** {markdown.plain(_with_doubts(context, group, before))}.")
    fresh = [a for a in assignments(context).values() if a.number is not None and before[a.area].number is None]
    if fresh:
        lines.append(markdown.plain(f"Ohne Typ im Jahr {known[0]}: {listed(context, fresh)}."))
    if not any(line.startswith("**") for line in lines):
        lines.insert(0, markdown.plain(f"{statement(context)}."))
    else:
        moved = [a for (old, new), group in _moved(context).items() if old != new for a in group]
        unsure = sum(a.unsure or before[a.area].unsure for a in moved)
        text = "Ein Wechsel sagt, dass sich die Merkmale verschoben haben, nicht, dass etwas besser oder schlechter "
        text += "geworden ist."
        if unsure:
            one = "einer" if context.setting.gender == "f" else "einem"
            many = one if unsure == 1 else german.count_word(unsure)
            text += f" Bei {many} davon war die Zuordnung in einem der beiden Jahre unsicher; dort kann er Zufall sein."
        lines.append(text)
    return Part("text", "\n\n".join(lines))


def _with_doubts(context: Context, group: list[Assignment], before: Mapping[str, Assignment]) -> str:
    """Names of the areas, those last whose assignment is unsure in one of the years."""
    doubtful = [a for a in group if a.unsure or before[a.area].unsure]
    parts = []
    for words, some in (("", [a for a in group if a not in doubtful]), ("unsicher: ", doubtful)):
        shown = areatypes.first(some, areatypes.MOST_NAMED)
        names = [context.areas[a.area].name for a in shown]
        if names:
            parts.append(f"{words}{areatypes.cut(names, len(some) - len(shown))}")
    return "; ".join(parts)


def statement(context: Context) -> str:
    """ "Drei Räume haben seit 2020 den Typ gewechselt"."""
    count = sum(len(group) for pair, group in _moved(context).items() if pair[0] != pair[1])
    verb = "hat" if count <= 1 else "haben"
    return f"{german.capital(context.setting.count(count))} {verb} seit {years(context)[0]} den Typ gewechselt"


def _count(n: int) -> str:
    return str(n) if n else "–"
