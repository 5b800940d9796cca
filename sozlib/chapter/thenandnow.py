"""Part of the chapter on changes: all areas then and now, for one indicator."""

from __future__ import annotations

from functools import partial

from sozlib.chapter import areatypes, german, markdown, numbers
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.changes import most_moved
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.dumbbell import Pair, dumbbell
from sozlib.chapter.figures import figure, from_zero, nothing, slug
from sozlib.chapter.moved import Change, of_areas, of_whole
from sozlib.chapter.readings import Series
from sozlib.chapter.sources import source_line
from sozlib.chapter.tables import Column, Row, Table

#: So many areas are rows of the figure.
_ROWS = 24

_TOKENS = {"better": "better-2", "worse": "worse-2", "higher": "district", "lower": "district"}


def then_and_now(context: Context, series: Series) -> Part:
    """Dumbbell of one indicator: the areas then and now."""
    meta, setting = series.meta, context.setting
    changes = {c.area: c for c in [*of_areas(context), *of_whole(context)] if c.meta.id == meta.id}
    known = [c for id, c in changes.items() if id != context.whole_id and c.change is not None]
    if not known:
        return nothing(f"Für „{meta.title}“ lassen sich keine zwei Jahre vergleichen.")
    period, before = known[0].period, known[0].reference
    areas = set(most_moved(context, known, _ROWS))
    shown = sorted((c for c in known if c.area in areas), key=lambda c: -(c.value or 0.0))
    missing = [c for id, c in changes.items() if id in areas and c.change is None]
    there = [changes[context.whole_id]] if context.whole_id in changes else []
    rows = [_pair(context, c) for c in (*shown, *missing, *there)]

    def draw(width: int, tight: bool = False) -> Canvas:
        return dumbbell(
            rows, palette=context.palette, unit=meta.unit, from_zero=from_zero(series), heading="Veränderung",
            width=width, tight=tight,
        )  # fmt: skip

    up, down = (sum(c.verdict == word for c in known) for word in ("rising", "falling"))
    statement = _moved_statement(context, series, up, down)
    what = f"{meta.title}{f' {meta.unit_words}' if meta.unit and meta.unit not in meta.title else ''}. Hohler Punkt: "
    what += f"{before}, voller Punkt: {period}; kräftig und ohne Klammern: gesichert"
    if meta.direction != "neutral":
        what += "; blau günstiger, ocker ungünstiger"
    if len(areas) < len(context.areas):
        what += f". Gezeigt: die {len(areas)} {setting.plural} mit gesicherten Veränderungen"
    of = setting.singular if len(shown) == 1 else setting.plural
    alt = f"Punktpaare für {len(shown)} {of}, {before} und {period}. {statement}."
    largest = max(known, key=lambda c: abs(c.change or 0.0))
    first, last = (numbers.spoken_number(meta.text(v or 0.0)) for v in (largest.before, largest.value))
    alt += f" Größte Veränderung: {setting.name(largest.area)}, von {first} auf {last}."
    if missing:
        alt += f" Ohne Vergleich: {areatypes.some([setting.name(c.area) for c in missing])}."
    table = Table(
        setting.singular,
        (Column(str(before)), Column(str(period)), Column("Veränderung"), Column("95-%-Intervall")),
        tuple(_numbers(context, c) for c in (*shown, *missing, *there)),
    )
    caption = markdown.Caption(statement, what, source_line(context, [series], breaks=True))
    id = f"fig-veraenderung-{slug(meta.id)}"
    return figure(context, id, draw, caption, alt, table, print_at=partial(draw, tight=True))


def _pair(context: Context, change: Change) -> Pair:
    name, short_name = context.names_of(change.area)
    return Pair(
        name=name,
        short_name=short_name,
        first=change.before,
        second=change.value,
        text=change.cell,
        token=_TOKENS[change.meaning] if change.meaning else "others",
        strong=change.secured,
        apart=change.area == context.whole_id,
    )


def _numbers(context: Context, change: Change) -> Row:
    meta, kind = change.meta, "whole" if change.area == context.whole_id else ""
    if change.change is None:
        cells = (change.cell,) * 4
    else:
        low, high = change.lower, change.upper
        bounds = "x" if low is None or high is None else numbers.span(low, high, meta.decimals)
        before, now = (numbers.number(v or 0.0, meta.decimals) for v in (change.before, change.value))
        cells = (before, now, change.cell, bounds)
    return Row(context.all_areas[change.area].name, cells, kind)  # type: ignore[arg-type]


def _moved_statement(context: Context, series: Series, up: int, down: int) -> str:
    setting, noun = context.setting, series.meta.noun
    if not up and not down:
        none = "keiner" if setting.gender == "f" else "keinem"
        return f"{noun.start} hat sich in {none} {setting.singular} gesichert verändert"
    first, word = (up, "gestiegen") if up >= down else (down, "gesunken")
    other, opposite = (down, "gesunken") if up >= down else (up, "gestiegen")
    where = german.counted_dative(first, setting.singular, setting.plural_dative, setting.gender)
    text = f"{noun.start} ist in {where} gesichert {word}"
    if other:
        alone = ("einer" if setting.gender == "f" else "einem") if other == 1 else german.count_word(other)
        text += f", in {alone} {opposite}"
    return text
