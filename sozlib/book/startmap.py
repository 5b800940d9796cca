"""The drawings of the start page: the outlines of all areas as its motif, and the map that leads to the profiles."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from sozlib.book.frame import Frame
from sozlib.chapter.readings import Series
from sozlib.snapshot import Snapshot

_WIDTH = 420.0


def outlines(snapshot: Snapshot) -> Markup | None:
    """Outlines of all areas as a decorative SVG, each shared border drawn once; None without geometry.

    Drawn in the class ``outlines``, so that the style sheet decides on the colour.
    """
    geometry = snapshot.geometry
    if geometry is None or not len(geometry):
        return None
    import shapely

    west, south, east, north = (float(x) for x in geometry.total_bounds)
    scale = _WIDTH / (east - west)
    height = (north - south) * scale
    simple = shapely.coverage_simplify(geometry.geometry.to_numpy(), (east - west) / 900)
    lines = shapely.line_merge(shapely.unary_union(shapely.boundary(simple)))
    parts = []
    for line in shapely.get_parts(lines):
        points = [f"{(x - west) * scale:.1f} {(north - y) * scale:.1f}" for x, y in shapely.get_coordinates(line)]
        parts.append("M" + "L".join(points))
    drawing = "".join(sorted(parts))
    return Markup(
        f'<svg class="outlines" viewBox="-1 -1 {_WIDTH + 2:.0f} {height + 2:.0f}" width="{_WIDTH + 2:.0f}" '
        f'height="{height + 2:.0f}" focusable="false"><path d="{drawing}"/></svg>'
    )


def start_map(frame: Frame, series: Series) -> dict[str, Any] | None:
    """Map of the start indicator, each area a link to its profile; None without geometry."""
    return None
