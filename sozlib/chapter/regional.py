"""One indicator over all areas: on the map, and over the years in small multiples."""

from __future__ import annotations

from functools import partial

import pandas as pd

from sozlib.chapter import alternatives, captions, contents, german, markdown, neighbours, smallnumbers
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.choropleth import choropleth, legend
from sozlib.chapter.classes import map_classes
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import any_shown, caption_of, figure, from_zero, hidden_among, nothing, slug
from sozlib.chapter.multiples import Panel
from sozlib.chapter.multiples import multiples as draw_multiples
from sozlib.chapter.outlines import outlines_of
from sozlib.chapter.readings import Series
from sozlib.chapter.sources import source_line


def map(
    context: Context, series: Series, period: int | None = None, smoothed: bool = False, clusters: bool = False
) -> Part:
    """Map in classes that are the same for all years, of smoothed values where that is asked for and possible.

    With ``clusters``, areas that lie among similar ones or stand out from theirs are outlined.
    """
    meta, setting = series.meta, context.setting
    outlines = outlines_of(context.snapshot)
    if outlines is None:
        return nothing("Für diesen Bericht liegen keine Gebietsgrenzen vor; die Karte entfällt.")
    smoothed = smoothed and bool(smallnumbers.smoothed(context, series, period))
    if smoothed and smallnumbers.chance_alone(context, series, period):
        text = f"Die Unterschiede {meta.noun.at} kann der Zufall erklären; eine geglättete Karte wäre einfarbig und "
        return nothing(text + "entfällt.")
    values = smallnumbers.smoothed_charted(context, series, period) if smoothed else context.values(series, period)
    drawn = sum(value.known or value.told_class is not None for value in values)
    some = any_shown(context, series, period) or any(value.told_class is not None for value in values)
    if not some or drawn == 1 < len(values):  # a map of one area compares nothing
        where = "nur in einem Gebiet" if some else "in keinem Gebiet"
        return nothing(f"Für „{meta.title}“ ist {where} ein Wert ausgewiesen; die Karte entfällt.")
    classes = context.told_classes(series) or map_classes(_pooled(context, series), decimals=meta.decimals)
    entries = [entry for entry in legend(values, classes) if entry.token != "withheld"]
    outlined = neighbours.areas(context, series) if clusters and period in (None, series.period) else []

    def draw(width: int, flat: bool = False) -> Canvas:
        return choropleth(
            outlines,
            values,
            classes,
            palette=context.palette,
            whole=None if meta.kind == "count" else context.value(series, context.whole_id, period),
            own=setting.area,
            unit=meta.unit,
            decimals=meta.decimals,
            plural=setting.plural,
            width=width,
            flat=flat,
            marked=outlined,
        )

    extra = f"Doppelt umrandet: {setting.place.name}" if context.area else ""
    if outlined:
        extra += (
            f"{'. ' if extra else ''}Umrandet: gesichert von ähnlichen Werten umgeben oder anders als die Nachbarschaft"
        )
    caption = caption_of(context, series, captions.map_finding(series, setting, period), period, extra)
    if len(series.periods) > 1:
        last = " Erfundene Daten."
        source = caption.source.removesuffix(last) + " Feste Klassengrenzen, gültig für alle Jahre."
        caption = markdown.Caption(caption.statement, caption.what, source + (last if context.invented else ""))
    labels, counts = [e.label for e in entries], [e.count for e in entries]
    data, print_at = contents.ranked(context, series, period), partial(draw, flat=True)
    if smoothed:
        statement = smallnumbers.smoothed_finding(context, series, period)
        what = smallnumbers.smoothed_what(context, series, period) + (f". {extra}" if extra else "")
        caption = markdown.Caption(statement, what, caption.source)
        alt = f"Karte geglätteter Werte in {german.count_word(len(labels))} Klassen. {statement}."
        data = smallnumbers.smoothed_table(context, series, period)
        id = f"fig-karte-geglaettet-{slug(meta.id)}"
        return figure(context, id, draw, caption, alt, data, print_at=print_at)
    alt = alternatives.map(series, setting, labels, counts, period)
    return figure(context, f"fig-karte-{slug(meta.id)}", draw, caption, alt, data, print_at=print_at)


def multiples(context: Context, series: Series) -> Part:
    """Small multiples: the indicator in all areas (in the regions of many) on one scale, the whole in grey."""
    meta, setting = series.meta, context.setting
    if len(series.periods) < 2:
        return nothing(f"Für „{meta.title}“ liegen nicht genügend Jahre für einen Verlauf vor.")
    whole = context.time_series(series, context.whole_id) if meta.kind != "count" else None
    panels = [
        Panel(
            title=area.short_name,
            series=context.time_series(series, area.id),
            whole=whole,
            label="" if area.number is None else str(area.number),
            own=area.id == setting.area,
            unit=meta.unit,
            decimals=meta.decimals,
            from_zero=from_zero(series),
        )
        for area in context.compared.values()
    ]

    def draw(width: int) -> Canvas:
        return draw_multiples(panels, palette=context.palette, shared_scale=True, width=width)

    what = captions.what(meta, captions.years(series.periods))
    what += f". Graue Linie: {setting.whole.kind}. Gleiche Skala in allen Feldern; die Zahl ist der letzte Wert"
    hidden = hidden_among([r for id in context.compared for r in series.over_time(id)])
    source = source_line(context, [series], breaks=True, hidden=hidden)
    caption = markdown.Caption(captions.multiples(series, setting), what, source)
    alt = alternatives.multiples(series, setting)
    if context.compared is not context.areas:
        what = f"{context.compared_plural}; {what}"
        caption = markdown.Caption(captions.multiples(series, setting), what, source)
        alt = alternatives.multiples_above(series, context.compared_plural, len(panels), setting)
    data = contents.areas_over_time(context, series)
    return figure(context, f"fig-vielfache-{slug(meta.id)}", draw, caption, alt, data, full=context.full_width)


def _pooled(context: Context, series: Series) -> pd.DataFrame:
    rows = [(r.area, r.period, r.value) for p in series.periods for r in series.among(context.areas, p) if r.shown]
    return pd.DataFrame(rows, columns=["area", "period", "value"])
