"""The drawings of the start page: the outlines of all areas as its motif, and the map that leads to the profiles."""

from __future__ import annotations

from typing import Any

import shapely
from markupsafe import Markup

from sozlib.book.frame import Frame
from sozlib.chapter import german
from sozlib.chapter.numbers import keep_together, spoken_number
from sozlib.chapter.outlines import outlines_of
from sozlib.chapter.readings import Series
from sozlib.chapter.signs import SIGNS
from sozlib.chapter.values import AreaValue, spoken_reason
from sozlib.snapshot import Snapshot

_WIDTH = 420.0

#: Id of the map's figure on the start page.
_ID = "fig-startkarte"


def outlines(snapshot: Snapshot) -> Markup | None:
    """Outlines of all areas as a decorative SVG, each shared border drawn once; None without geometry.

    Drawn in the class ``outlines``, so that the style sheet decides on the colour.
    """
    areas = outlines_of(snapshot)
    if areas is None or not areas.shapes:
        return None
    west, south, east, north = areas.bounds
    scale = _WIDTH / (east - west)
    height = (north - south) * scale
    lines = shapely.line_merge(shapely.union_all(shapely.boundary(list(areas.shapes.values()))))
    drawn = []
    for line in shapely.get_parts(lines):
        points = [f"{(x - west) * scale:.1f} {(north - y) * scale:.1f}" for x, y in shapely.get_coordinates(line)]
        drawn.append("M" + "L".join(points))
    size = f'width="{_WIDTH + 2:.0f}" height="{height + 2:.0f}"'
    return Markup(
        f'<svg class="outlines" viewBox="-1 -1 {_WIDTH + 2:.0f} {height + 2:.0f}" {size} focusable="false">'
        f'<path d="{"".join(sorted(drawn))}"/></svg>'
    )


def start_map(frame: Frame, series: Series) -> dict[str, Any] | None:
    """Map of an indicator in its latest period, each area a link to its profile; None without geometry.

    Parameters
    ----------
    frame
        The report.
    series
        Readings of the indicator.

    Returns
    -------
    dict
        What the macro ``figure`` shows: id, number, statement, what, source, and the drawings ``wide`` and ``narrow``.
    """
    # What draws is loaded only where something is drawn: a build seldom draws this map anew.
    from sozlib.chapter.canvas import NARROW, TEXT
    from sozlib.chapter.choropleth import choropleth
    from sozlib.chapter.classes import map_classes
    from sozlib.chapter.context import Context
    from sozlib.chapter.sources import source_line
    from sozlib.chapter.svg import Link, html_form

    areas = outlines_of(frame.snapshot)
    if areas is None or not areas.shapes or series.period is None:
        return None
    meta, context = series.meta, Context(frame.snapshot)
    values = context.values(series)
    rows = frame.snapshot.indicators
    rows = rows[(rows["indicator"] == meta.id) & rows["area"].isin(list(areas.shapes))]
    classes = context.told_classes(series) or map_classes(rows, decimals=meta.decimals)
    whole = context.value(series, context.whole_id)
    links = {
        value.area: Link(href, _spoken(value, meta.decimals, meta.unit))
        for value in values
        if (href := frame.links.area(value.area))
    }
    terms, whole_report = frame.report.terms, len(links) == len(values)
    each = {"m": "Jeder", "f": "Jede", "n": "Jedes"}[terms.gender]

    def drawn(width: int, prefix: str) -> Markup:
        canvas = choropleth(
            areas,
            values,
            classes,
            palette=context.palette,
            whole=whole if whole.known else None,
            unit=meta.unit,
            decimals=meta.decimals,
            plural=terms.plural,
            width=width,
        )
        linked = f"{each.lower()} {terms.singular} ist ein Link" if whole_report else "mit Links zu den Profilen"
        title = f"Karte der {len(values)} {terms.plural}, {linked}"
        return Markup(html_form(canvas, prefix, title, meta.title, links))

    when = german.stichtag(meta.as_of, series.period).removeprefix("Stand ")
    leads = f"{each} {terms.singular} führt zu {'ihrem' if terms.gender == 'f' else 'seinem'} Profil."
    if not whole_report:
        leads = f"Wo der Bericht ein Profil enthält, führen die {terms.plural} dorthin."
    return {
        "id": _ID,
        "number": "1",
        "statement": meta.short_title,
        "what": keep_together(f"{meta.title} {meta.unit_words}, {when}. {leads}"),
        "source": keep_together(source_line(context, [series], hidden={v.status for v in values if not v.known})),
        "wide": drawn(TEXT, f"{_ID}-w"),
        "narrow": drawn(NARROW, f"{_ID}-n"),
    }


def _spoken(value: AreaValue, decimals: int, unit: str) -> str:
    """ "7. Brackenrode: 18,5 Prozent"; where there is no value, why."""
    name = f"{value.label}. {value.name}" if value.label else value.name
    if not value.known:
        return f"{name}: {spoken_reason(value.status)}"
    limited = f", {SIGNS['()'].spoken}" if value.status == "()" else ""
    return f"{name}: {spoken_number(value.text(decimals, unit)).strip('()')}{limited}"
