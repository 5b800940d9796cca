"""Parts of the chapter on changes: how many, where, which are the largest.

The chapter is one page for a committee. It names how many comparisons were made and how many would stand out by chance
alone, because readers remember the numbers and forget how many were looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.changegrid import MOST, change_grid
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, nothing
from sozlib.chapter.moved import Change, grouped, of_areas, of_whole, reference
from sozlib.chapter.sources import source_line
from sozlib.chapter.tables import Column, Row, Table

#: So many changes for better and for worse stand in the short list.
LISTED = 6

#: Said where there is nothing to compare.
NONE = "Für diesen Datenstand liegen keine zwei Jahre vor, die sich vergleichen lassen."


def lead(context: Context) -> str:
    """How many values have moved, and which way."""
    found = of_areas(context)
    tested = [c for c in found if c.tested]
    year = reference(context)
    if not tested or year is None:
        return NONE
    return (
        f"Was sich seit {year} gesichert verändert hat, wo und wie stark. Von "
        f"{numbers.number(len(tested), 0)} Werten der {context.setting.plural} {_counted(found)}."
    )


def _counted(found: Sequence[Change]) -> str:
    """ "haben sich 30 gesichert zum Günstigeren und 50 zum Ungünstigeren verändert, 20 ohne Wertung"."""
    by = {word: sum(c.meaning == word for c in found) for word in ("better", "worse", "higher", "lower")}
    judged, plain = by["better"] + by["worse"], by["higher"] + by["lower"]
    without = "ohne dass das zu werten ist"
    if not judged:
        return f"{_have(plain)} sich {_values(plain)} gesichert verändert" + (f", {without}" if plain else "")
    text = f"{_have(judged)} sich {_values(by['better'])} gesichert zum Günstigeren und {_values(by['worse'])} zum "
    return f"{text}Ungünstigeren verändert" + (
        f"; {_values(plain)} {_have(plain)} sich verändert, {without}" if plain else ""
    )


def _values(count: int) -> str:
    """So many values (der Wert) in a sentence."""
    return {0: "keiner", 1: "einer"}.get(count) or numbers.number(count, 0)


def _have(count: int) -> str:
    return "haben" if count > 1 else "hat"


def chance(context: Context) -> Part:
    """How many comparisons there are, and how many would stand out by chance alone."""
    tested = [c for c in of_areas(context) if c.tested]
    if not tested:
        return nothing(NONE)
    single = sum(c.p is not None and c.p < 0.05 for c in tested)
    secured = sum(c.secured for c in tested)
    text = (
        f"Geprüft sind {numbers.number(len(tested), 0)} Veränderungen. Hätte sich nirgends etwas verändert, sähen "
        f"trotzdem etwa {numbers.number(0.05 * len(tested), 0)} davon bei einzelner Prüfung gesichert aus; gefunden "
        f"wurden so {numbers.number(single, 0)}. Deshalb sind hier alle Vergleiche gemeinsam geprüft: "
        f"{numbers.number(secured, 0)} gelten als gesichert, und davon ist im Mittel höchstens jeder zwanzigste Befund "
        "ein Zufall."
    )
    hidden = sum(c.change is None for c in of_areas(context))
    if hidden:
        many = "1 weiteren Wert" if hidden == 1 else f"{numbers.number(hidden, 0)} weitere Werte"
        text += f" Für {many} fehlt eines der beiden Jahre."
    return Part("text", markdown.plain(text))


def whole(context: Context, chosen: Sequence[str]) -> Part:
    """Which of the indicators have moved in the whole."""
    found = [c for c in of_whole(context) if c.meta.id in chosen]
    tested = [c for c in found if c.tested]
    if not tested:
        return nothing(f"Für {context.setting.whole.accusative} insgesamt lässt sich keine Veränderung prüfen.")
    lines = []
    for word, said in (("worse", "ungünstiger"), ("better", "günstiger")):
        moved = sorted((c for c in tested if c.meaning == word), key=lambda c: -c.size)
        if moved:
            lines.append(f"Gesichert {said}: {german.join(_from_to(c) for c in moved)}.")
    plain = [c for c in tested if c.meaning in ("higher", "lower")]
    if plain:
        lines.append(f"Ohne Wertung verändert: {german.join(_from_to(c) for c in plain)}.")
    still = [c.meta.short_title for c in tested if not c.secured]
    if still:
        lines.append(f"Nicht gesichert verändert: {german.join(still)}.")
    start = f"{german.capital(context.setting.whole.kind_locative)} insgesamt. "
    return Part("text", markdown.plain(start + " ".join(lines)))


def _from_to(change: Change) -> str:
    meta = change.meta
    return f"{meta.short_title} (von {meta.dative(change.before or 0.0)} auf {meta.text(change.value or 0.0)})"


def grid(context: Context, chosen: Sequence[str]) -> Part:
    """Grid of the chosen indicators and the areas."""
    by = {id: {c.area: c for c in group} for id, group in grouped(of_areas(context)).items() if id in chosen}
    total = {c.meta.id: c for c in of_whole(context) if c.meta.id in by}
    rows = [(context.series(id).meta, by[id]) for id in chosen if id in by]
    if not rows:
        return nothing(NONE)
    setting = context.setting
    areas = most_moved(context, [c for changes in by.values() for c in changes.values()], MOST)
    numbered = all(context.areas[id].number is not None for id in areas)
    columns = [
        (id, str(context.areas[id].number if numbered else n), context.areas[id].short_name)
        for n, id in enumerate(areas, 1)
    ]
    last = (context.whole_id, setting.whole.kind, setting.whole.kind)
    drawn = [(m.short_title, {**c, **({context.whole_id: total[m.id]} if m.id in total else {})}) for m, c in rows]

    def draw(width: int) -> Canvas:
        return change_grid(drawn, [*columns, last], palette=context.palette, whole=context.whole_id, width=width)

    every = [c for _, changes in rows for c in changes.values()]
    better, worse = (sum(c.meaning == word for c in every) for word in ("better", "worse"))
    statement = _better_and_worse(better, worse)
    what = f"Eckdaten der {setting.plural}, jüngster Wert gegenüber {_since(context, every)}. Dreieck: gesichert "
    what += "gestiegen oder gesunken; blau günstiger, ocker ungünstiger, grau ohne Wertung; Ring: nicht gesichert"
    if len(areas) < len(context.areas):
        what += f". Gezeigt: die {len(areas)} {setting.plural} mit den meisten gesicherten Veränderungen"
    alt = f"Raster aus {len(rows)} Merkmalen und {len(areas)} Gebieten. {statement}."
    low = max(rows, key=lambda row: sum(c.secured for c in row[1].values()))
    moved = sum(c.secured for c in low[1].values())
    alt += f" Am häufigsten verändert: {low[0].short_title}, in {moved} von {len(low[1])} Gebieten."
    shown = [*areas, context.whole_id]
    table = Table(
        setting.singular,
        tuple(Column(m.short_title) for m, _ in rows),
        tuple(
            Row(
                context.all_areas[id].name,
                tuple(changes[id].cell if id in changes else "x" for _, changes in drawn),
                "whole" if id == context.whole_id else "",
            )
            for id in shown
        ),
    )
    used = [context.series(m.id) for m, _ in rows]
    caption = markdown.Caption(statement, what, source_line(context, used))
    return figure(context, "fig-veraenderungen", draw, caption, alt, table)


def _better_and_worse(better: int, worse: int) -> str:
    """ "Drei Werte sind gesichert günstiger geworden, einer ungünstiger"; figures for both where one needs them."""
    if max(better, worse) > 12:
        return f"{better} Werte sind gesichert günstiger geworden, {worse} ungünstiger"
    first = german.capital(german.counted(better, "Wert", "Werte", "m"))
    verb = "ist" if better < 2 else "sind"
    return f"{first} {verb} gesichert günstiger geworden, {german.count_alone(worse, 'm')} ungünstiger"


def _since(context: Context, changes: Sequence[Change]) -> str:
    """Reference year, with those indicators that have an earlier one: "2020 (Pflegequote: 2019)"."""
    year = reference(context)
    other = {c.meta.short_title: c.reference for c in changes if c.reference != year}
    aside = "; ".join(f"{title}: {before}" for title, before in other.items())
    return f"{year} ({aside})" if aside else str(year)


def most_moved(context: Context, changes: Sequence[Change], most: int) -> list[str]:
    """Areas in display order: all of them, or those with the most secured changes."""
    if len(context.areas) <= most:
        return list(context.areas)
    counted: dict[str, int] = dict.fromkeys(context.areas, 0)
    for change in changes:
        counted[change.area] += change.secured
    chosen = set(sorted(counted, key=lambda id: -counted[id])[:most])
    return [id for id in context.areas if id in chosen]


def short_list(context: Context, chosen: Sequence[str]) -> Part:
    """Table of the largest secured changes for worse and for better among the chosen indicators."""
    found = [c for c in of_areas(context) if c.meta.id in chosen and c.meaning in ("worse", "better")]
    if not found:
        return nothing("Unter den Eckdaten ist keine Veränderung gesichert, die sich werten lässt.")
    rows = []
    for word, said in (("worse", "ungünstiger"), ("better", "günstiger")):
        largest = sorted((c for c in found if c.meaning == word), key=lambda c: -c.size)[:LISTED]
        rows += [_listed(context, c, said) for c in largest]
    columns = (
        Column("Merkmal", left=True),
        Column("vorher"),
        Column("jetzt"),
        Column("Veränderung"),
        Column("95-%-Intervall"),
        Column("Richtung", left=True),
    )
    statement = "Die größten gesicherten Veränderungen"
    what = (
        f"Eckdaten gegenüber {_since(context, found)}, geordnet nach der Veränderung im Verhältnis zum früheren Wert; "
    )
    what += f"je Richtung höchstens {german.count_word(LISTED)}"
    used = [context.series(id) for id in dict.fromkeys(c.meta.id for c in found)]
    table = Table(context.setting.singular, columns, tuple(rows))
    caption = markdown.Caption(statement, what, source_line(context, used))
    id = "tbl-veraenderungen"
    return Part("table", markdown.table(id, table, caption), table.html(statement), id=id)


def _listed(context: Context, change: Change, said: str) -> Row:
    meta = change.meta
    bounds = "x"
    if change.lower is not None and change.upper is not None:
        bounds = numbers.span(change.lower, change.upper, meta.decimals)
    values = (meta.text(change.before or 0.0), meta.text(change.value or 0.0))
    return Row(context.areas[change.area].name, (meta.short_title, *values, change.cell, bounds, said))


def most_changed(context: Context, chosen: Sequence[str]) -> list[str]:
    """The one of the indicators that has moved in most areas, as a list of one or none."""
    counted = {id: sum(c.secured for c in group) for id, group in grouped(of_areas(context)).items() if id in chosen}
    best = max(counted, key=lambda id: counted[id], default=None)
    return [best] if best is not None and counted[best] else []


def method(context: Context) -> Part:
    """How changes are tested, in the words of a committee."""
    year = reference(context)
    if year is None:
        return nothing(NONE)
    text = (
        f"Verglichen wird der jüngste Wert eines Merkmals mit dem von {year}, bei Quellen, die nicht jedes Jahr "
        "erscheinen, mit dem letzten Wert davor. Anteile und Raten werden aus ihren Fallzahlen geprüft, bei wenigen "
        "Fällen exakt; Salden aus ihren Intervallen. Mittelwerte, Anzahlen und andere Verhältnisse werden nicht "
        "geprüft. Alle Vergleiche der Gebiete werden gemeinsam beurteilt (Rate falscher Entdeckungen nach Benjamini "
        "und Hochberg, 5 %), die des Ganzen für sich. Das ist strenger als der Trend in den einzelnen Kapiteln, der "
        "jede Reihe allein prüft. Die Prüfung nimmt beide Jahre als unabhängig an: Weil viele Menschen in beiden "
        "gezählt sind, ist sie eher vorsichtig; weil Menschen eines Haushalts gemeinsam Leistungen erhalten, eher "
        "großzügig. Nicht ausgewiesene Werte gehen nicht ein. Keine Veränderung nennt eine Ursache."
    )
    return Part("text", markdown.plain(text))
