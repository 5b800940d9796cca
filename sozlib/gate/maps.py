"""Hidden values on maps: an area in the colour of a class where the edition hides the value and tells no class.

Whose area it is says the number that stands in it. Areas too small for their number are passed over: only the legend's
count speaks of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from shapely import Point, Polygon

from sozlib.gate.drawing import YEAR, Drawing, Ring
from sozlib.gate.words import Names
from sozlib.snapshot import CLASSES

#: Numbers stand so far below the middle of their letters, px.
_BASELINE = 4.0


def hidden_areas(drawing: Drawing, indicator: str, names: Names) -> Iterator[tuple[str, str, int]]:
    """Cells whose class a map shows though the edition hides them.

    Parameters
    ----------
    drawing
        The map; its title names the year.
    indicator
        What it shows.
    names
        Names and hidden cells.
    """
    named = YEAR.findall(drawing.title)
    colours = {names.palette[f"class-{number}"] for number in range(1, 6)}
    coloured = [rings for paint, rings in drawing.shapes if paint in colours]
    told = names.statuses(indicator)
    for cell in names.cells(indicator, period=int(named[-1]) if named else None):
        if not names.without_value(cell) or told.get(cell[1:]) in CLASSES:
            continue
        places = [(text.x, text.y - _BASELINE) for text in drawing.texts if names.number(text.words) == cell[1]]
        if any(_inside(place, rings) for place in places for rings in coloured):
            yield cell


def _inside(place: tuple[float, float], rings: list[Ring]) -> bool:
    """Whether a place lies in an area; a second ring inside the first is a hole or another part."""
    within = [ring for ring in rings if len(ring) > 2 and Polygon(ring).contains(Point(place))]
    return len(within) % 2 == 1
