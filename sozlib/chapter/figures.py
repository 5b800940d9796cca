"""Figures of a chapter: a drawing, the words around it, the numbers behind it.

Each function turns readings into one :class:`~sozlib.chapter.display.Part`. Where there is nothing to draw, the part is
a sentence that says so: a figure is never empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from sozlib.chapter import alternatives, captions, contents, markdown
from sozlib.chapter.canvas import FULL, TEXT, Canvas
from sozlib.chapter.comparison import comparison as draw_comparison
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.distribution import distribution as draw_distribution
from sozlib.chapter.readings import Reading, Series
from sozlib.chapter.sources import source_line
from sozlib.chapter.svg import render
from sozlib.chapter.tables import Table
from sozlib.chapter.trend import SeriesBreak
from sozlib.chapter.trend import trend as draw_trend


def trend(context: Context, series: Series) -> Part:
    """Line chart of an indicator over the years, area beside whole."""
    meta, setting = series.meta, context.setting
    if len(series.periods) < 2:
        years = f"nur Werte für {series.periods[0]}" if series.periods else "keine Werte"
        return nothing(f"Für „{meta.title}“ liegen {years} vor; ein Verlauf lässt sich nicht zeigen.")
    own = context.time_series(series, context.area.id) if context.area else None
    whole = context.time_series(series, context.whole_id)
    breaks = [SeriesBreak(year, text) for year, text in meta.breaks]

    def draw(width: int) -> Canvas:
        return draw_trend(
            own,
            whole if meta.kind != "count" or own is None else None,
            palette=context.palette,
            breaks=breaks,
            unit=meta.unit,
            decimals=meta.decimals,
            from_zero=from_zero(series),
            width=width,
        )

    caption = markdown.Caption(
        captions.trend(series, setting),
        captions.what(meta, captions.years(series.periods)),
        source_line(context, [series], breaks=True, hidden=hidden_among(series.over_time(context.focus))),
    )
    alt = alternatives.trend(series, setting)
    return figure(context, f"fig-verlauf-{slug(meta.id)}", draw, caption, alt, contents.over_time(context, series))


def comparison(context: Context, series: Series, period: int | None = None) -> Part:
    """Areas in order with their intervals; where they are many, their distribution."""
    if context.many:
        return distribution(context, series, period)
    meta, setting = series.meta, context.setting
    if not any_shown(context, series, period):
        return _no_value(context, series, period)

    def draw(width: int, tight: bool = False) -> Canvas:
        return draw_comparison(
            context.values(series, period),
            None if meta.kind == "count" else context.value(series, context.whole_id, period),
            palette=context.palette,
            own=setting.area,
            unit=meta.unit,
            decimals=meta.decimals,
            from_zero=from_zero(series),
            width=width,
            tight=tight,
        )

    with_interval = any(r.lower is not None for r in series.among(context.areas, period))
    extra = "Mit 95-%-Intervall" if with_interval else ""
    caption = caption_of(context, series, captions.comparison(series, setting), period, extra)
    data = contents.ranked(context, series, period)
    alt, print_at = alternatives.comparison(series, setting, period), partial(draw, tight=True)
    return figure(context, f"fig-rangfolge-{slug(meta.id)}", draw, caption, alt, data, print_at=print_at)


def _no_value(context: Context, series: Series, period: int | None) -> Part:
    if any(reading.classed for reading in series.among(context.areas, period)):
        return nothing(
            f"Für „{series.meta.title}“ sind Klassen statt Werten ausgewiesen; daraus folgt keine Reihenfolge."
        )
    return nothing(f"Für „{series.meta.title}“ ist in keinem Gebiet ein Wert ausgewiesen.")


def distribution(context: Context, series: Series, period: int | None = None) -> Part:
    """Where all areas lie on one axis."""
    meta, setting = series.meta, context.setting
    if not any_shown(context, series, period):
        return _no_value(context, series, period)

    def draw(width: int) -> Canvas:
        return draw_distribution(
            context.values(series, period),
            None if meta.kind == "count" else context.value(series, context.whole_id, period),
            palette=context.palette,
            own=setting.area,
            unit=meta.unit,
            decimals=meta.decimals,
            from_zero=from_zero(series),
            terms=(setting.singular, setting.plural),
            width=width,
        )

    extra = f"Jeder Punkt ist {'eine' if setting.gender == 'f' else 'ein'} {setting.singular}"
    caption = caption_of(context, series, captions.distribution(series, setting, period), period, extra)
    alt = alternatives.distribution(series, setting, period)
    data = contents.ranked(context, series, period)
    return figure(context, f"fig-verteilung-{slug(meta.id)}", draw, caption, alt, data)


def nothing(text: str) -> Part:
    """Sentence in place of a figure or table that would be empty."""
    return Part("text", markdown.plain(text))


def caption_of(context: Context, series: Series, statement: str, period: int | None, extra: str) -> markdown.Caption:
    """Caption of a figure that shows one period of an indicator."""
    period = period or series.period
    what = captions.what(series.meta, captions.as_of(series.meta, period), extra)
    hidden = hidden_among(series.among(context.areas, period))
    return markdown.Caption(statement, what, source_line(context, [series], period=period, hidden=hidden))


def figure(
    context: Context,
    id: str,
    draw: Callable[[int], Canvas],
    caption: markdown.Caption,
    alt: str,
    data: Table | None,
    full: bool = False,
    keys: str = "",
    print_at: Callable[[int], Canvas] | None = None,
) -> Part:
    """Figure from a function that draws it for a width.

    ``keys`` is HTML that explains its signs; ``print_at`` draws for print where that is another drawing.
    """
    drawing = render(
        draw,
        id=id,
        title=caption.what,
        description=alt,
        width=FULL if full else TEXT,
        print_at=print_at,
    )
    content = markdown.figure(id, drawing.wide_html, drawing.narrow_html, alt, caption, data, full, keys)
    shown = f"<figure>{drawing.wide_html}<figcaption><strong>{markdown.as_html(caption.statement)}</strong> "
    shown += f"{markdown.as_html(caption.what)}</figcaption></figure><p>{markdown.as_html(caption.source)}</p>"
    return Part("figure", content, shown, id=id, alt=alt, svg=drawing.print_svg)


def any_shown(context: Context, series: Series, period: int | None = None) -> bool:
    """Whether any area shows a value."""
    return any(r.shown for r in series.among(context.areas, period))


def hidden_among(readings: Iterable[Reading]) -> set[str]:
    """Statuses of the values that are withheld."""
    return {r.status for r in readings if not r.known}


def from_zero(series: Series) -> bool:
    """Whether zero belongs to the axis."""
    return series.meta.kind not in ("mean", "change")


def slug(indicator: str) -> str:
    """Id of an indicator as part of a figure's id."""
    return indicator.replace("_", "-").lower()
