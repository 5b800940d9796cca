"""Where an area lies: the small map beside its name, and the outline of all areas for covers."""

from __future__ import annotations

import numpy as np

from sozlib.chapter.canvas import Canvas
from sozlib.chapter.outlines import Outlines, Ring
from sozlib.chapter.palette import Palette

#: Borders of more areas than this are not drawn in a small map.
_MOST_BORDERS = 60
#: Key of the land as a whole among the rings; no area has an empty id.
_LAND = ""


def locator(outlines: Outlines, own: str, *, palette: Palette, width: int = 150, height: int | None = None) -> Canvas:
    """Draw all areas light and the own one filled; a very small one gets a ring that leads the eye.

    Of many areas only the land as a whole is drawn: their borders would be a grey haze, on every page.

    Parameters
    ----------
    outlines
        The areas.
    own
        Id of the filled area.
    width, height
        Largest size in px; without ``height`` the map's own proportion, but no higher than 1.2 times its width.
    """
    canvas, rings = _surface(outlines, palette, width, height, coarse=width < 240)
    if len(rings) > _MOST_BORDERS + 1:
        canvas.shape(rings[_LAND], "grid", stroke="paper", stroke_width=0.8)
        rings = {own: rings[own]} if own in rings else {}
    else:
        del rings[_LAND]
    for id, area in rings.items():
        canvas.shape(area, "own" if id == own else "grid", stroke="paper", stroke_width=0.8)
    if own in rings:
        points = np.vstack(rings[own])
        (low_x, low_y), (high_x, high_y) = points.min(axis=0), points.max(axis=0)
        if max(high_x - low_x, high_y - low_y) < 0.09 * width:
            canvas.dot((low_x + high_x) / 2, (low_y + high_y) / 2, 0.15 * width, None, stroke="own", stroke_width=1.6)
    return canvas


def outline(outlines: Outlines, *, palette: Palette, width: int = 420, color: str = "class-3") -> Canvas:
    """Draw the borders of all areas, for title pages."""
    canvas, rings = _surface(outlines, palette, width, None, coarse=False)
    del rings[_LAND]
    for area in rings.values():
        canvas.shape(area, None, stroke=color, stroke_width=1)
    return canvas


def _surface(
    outlines: Outlines, palette: Palette, width: float, height: float | None, *, coarse: bool
) -> tuple[Canvas, dict[str, list[Ring]]]:
    west, south, east, north = outlines.bounds
    margin = 1.0
    limit = height if height is not None else width * 1.2
    scale = min((width - 2 * margin) / (east - west), (limit - 2 * margin) / (north - south))
    origin = np.array([west, north])
    factor = np.array([scale, -scale])
    source = {**(outlines.coarse_rings if coarse else outlines.rings), _LAND: outlines.coarse_land}
    rings = {id: [(ring - origin) * factor + margin for ring in area] for id, area in source.items()}
    size = (east - west) * scale + 2 * margin, (north - south) * scale + 2 * margin
    return Canvas(float(np.ceil(size[0])), size[1], palette), rings
