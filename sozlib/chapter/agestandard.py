"""Age-standardised values beside the counted ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sozlib.chapter import contents, german, numbers
from sozlib.chapter.ages import readings, structure
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.dumbbell import Pair, dumbbell
from sozlib.chapter.figures import caption_of, figure, from_zero, nothing, slug
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.tables import Column, Row, Table

#: So many areas are rows of the figure.
_ROWS = 24


def figure_of(context: Context, series: Series) -> Part:
    """Dumbbell of counted and standardised values."""
    meta, setting = series.meta, context.setting
    found = readings(context, series)
    both = {id for id, r in found.items() if r.value is not None and series.get(id).value is not None}
    shown = [id for id in context.areas if id in both]
    if len(shown) < 2:
        how = f"nur für {setting.name(shown[0])}" if shown else "nicht"
        return nothing(f"Altersstandardisierte Werte sind für „{meta.title}“ {how} ausgewiesen.")
    shown.sort(key=lambda id: -(found[id].value or 0.0))
    missing = [id for id in context.areas if id in found and id not in both]
    high, low = setting.where(shown[0]), setting.where(shown[-1])
    crude_of = {id: series.get(id).value or 0.0 for id in shown}
    even_of = {id: found[id].value or 0.0 for id in shown}
    by_effect = sorted(shown, key=lambda id: -abs(even_of[id] - crude_of[id]))
    few = set(by_effect[:_ROWS])
    selected = len(shown) > _ROWS
    if selected:
        shown, missing = [id for id in shown if id in few], []
    rows = [_pair(context, series, found, id) for id in (*shown, *missing, context.whole_id) if id in found]

    def draw(width: int, tight: bool = False) -> Canvas:
        return dumbbell(
            rows, palette=context.palette, unit=meta.unit, from_zero=from_zero(series), heading="standardisiert",
            width=width, tight=tight,
        )  # fmt: skip

    age = f"Mit dem Altersaufbau {structure(context, meta.id)}"
    statement = f"{age} wäre {meta.noun.nominative} {high} am höchsten, {low} am niedrigsten"
    extra = "Hohler Punkt: gezählt, voller Punkt: altersstandardisiert, mit 95-%-Intervall"
    if selected:
        extra += f". Gezeigt: die {_ROWS} {setting.plural}, bei denen der Altersaufbau am meisten ausmacht"
    caption = caption_of(context, series, statement, None, extra)
    moved = by_effect[0]
    crude, even = (numbers.spoken_number(meta.text(side[moved])) for side in (crude_of, even_of))
    alt = f"Punktpaare für {len(shown)} {setting.plural}, gezählt und altersstandardisiert. {statement}. "
    alt += f"Am stärksten verändert sich der Wert für {setting.name(moved)}: gezählt {crude}, standardisiert {even}."
    if missing:
        alt += f" Ohne standardisierten Wert: {german.join(setting.name(id) for id in missing)}."
    columns = (Column("gezählt"), Column(contents.INTERVAL), Column("standardisiert"), Column(contents.INTERVAL))
    lines = tuple(
        Row(
            context.all_areas[id].name,
            tuple(f(meta, r) for r in (series.get(id), found[id]) for f in (_cell, contents.interval)),
            "whole" if id == context.whole_id else "own" if id == setting.area else "",
        )
        for id in (*shown, *missing, context.whole_id)
        if id in found
    )
    table = Table(setting.singular, columns, lines)
    id = f"fig-standardisiert-{slug(meta.id)}"
    return figure(context, id, draw, caption, alt, table, print_at=partial(draw, tight=True))


def _cell(meta: Meta, reading: Reading) -> str:
    return meta.cell(reading)


def _pair(context: Context, series: Series, found: Mapping[str, Reading], id: str) -> Pair:
    meta, even, crude = series.meta, found[id], series.get(id)
    whole, own = id == context.whole_id, id == context.setting.area
    name, short_name = context.names_of(id)
    return Pair(
        name=name,
        short_name=short_name,
        first=crude.value,
        second=even.value,
        text=meta.cell(even),
        token="own" if own else "district",
        strong=own,
        lower=even.lower,
        upper=even.upper,
        apart=whole,
    )
