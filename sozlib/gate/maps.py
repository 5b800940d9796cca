"""Hidden values on maps: an area in the colour of a class that is not that of what the edition shows.

Whose area it is says the page's link, or the number that stands in it, or one beside it with a line that leads there.
Which colour stands for which values says the legend.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from shapely import Point, Polygon

from sozlib.gate.drawing import NEAR, YEAR, Drawing, Ring
from sozlib.gate.words import Names
from sozlib.indicators.limits import class_of
from sozlib.snapshot import CLASSES

#: Numbers stand so far below the middle of their letters, px.
_BASELINE = 4.0
#: A line ends so near the middle of the number that it leads to, px.
_REACH = 14.0
#: Patches of the legend are so wide and high, px; their words, in one or two lines, begin so near and end so far down.
_PATCH, _WORDS = (22.0, 16.0), (12.0, 30.0)
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{3})*(?:,\d+)?")


def hidden_areas(drawing: Drawing, indicator: str, names: Names, *, smoothed: bool) -> Iterator[tuple[str, str, int]]:
    """Cells of which a map shows a class that the edition does not tell.

    Parameters
    ----------
    drawing
        The map; its title names the year, which is the latest with values otherwise.
    indicator
        What it shows.
    names
        Names and hidden cells.
    smoothed
        Whether it shows smoothed values where the edition has any.
    """
    named = YEAR.findall(drawing.title)
    colours = _colours(drawing, names)
    legend = [colour for colour in names.scale if colour in _patches(drawing)]
    limits = _limits(drawing, legend)
    statuses = names.statuses(indicator)
    latest = max((year for _, year in names.values(indicator)), default=None)
    for cell in names.cells(indicator, period=int(named[-1]) if named else latest):
        shown, told = names.value(cell), statuses.get(cell[1:])
        if smoothed and shown is not None and cell in names.smoothed:
            shown, _ = names.smoothed[cell]
        number = CLASSES[told][0] - 1 if told is not None and told in CLASSES else None
        if number is None and shown is not None:
            if limits is None:
                continue
            number = class_of(shown, limits, names.decimals.get(indicator, 1))
        allowed = legend[number : number + 1] if number is not None else []
        if colours.get(cell[1], set()) - set(allowed):
            yield cell


def _colours(drawing: Drawing, names: Names) -> dict[str, set[str]]:
    """Colours of classes that each area has."""
    found: dict[str, set[str]] = {}
    places = list(_places(drawing, names))
    for shape in drawing.shapes:
        if shape.fill not in names.scale:
            continue
        whose = {shape.area} if shape.area else {area for area, at in places if _inside(at, shape.rings)}
        for area in whose:
            found.setdefault(area, set()).add(shape.fill)
    return found


def _places(drawing: Drawing, names: Names) -> Iterator[tuple[str, tuple[float, float]]]:
    """Areas by number, each with a place in it: the number's own, or that from which a line leads to the number."""
    numbers = []
    for text in drawing.texts:
        area = names.number(text.words.split(" ")[0]) if text.anchor == "middle" else None
        if area is not None:
            numbers.append((area, (text.x, text.y - _BASELINE)))
    yield from numbers
    for ring in (ring for shape in drawing.shapes if not shape.fill for ring in shape.rings):
        if len(ring) == 2 and any(math.dist(ring[0], dot) <= NEAR for dot in drawing.circles):
            near = min(numbers, key=lambda number: math.dist(number[1], ring[1]), default=None)
            if near is not None and math.dist(near[1], ring[1]) <= _REACH:
                yield near[0], ring[0]


def _patches(drawing: Drawing) -> dict[str, tuple[float, float]]:
    """Right edge and upper edge of the legend's patch of each colour."""
    found = {}
    for shape in drawing.shapes:
        (left, right), (top, bottom) = shape.across, shape.along
        if abs(right - left - _PATCH[0]) <= NEAR and abs(bottom - top - _PATCH[1]) <= NEAR:
            found[shape.fill] = (right, top)
    return found


def _limits(drawing: Drawing, legend: list[str]) -> tuple[float, ...] | None:
    """Limits between the classes as the legend names them; None where it does not."""
    found: set[float] = set()
    patches = _patches(drawing)
    for right, top in (patches[colour] for colour in legend):
        beside = [t for t in drawing.texts if 0 < t.x - right <= _WORDS[0] and top < t.y <= top + _WORDS[1]]
        for words in (text.words for text in beside):
            found |= {float(n.replace(".", "").replace(",", ".")) for n in _NUMBER.findall(words)}
    return tuple(sorted(found)) if legend and len(found) == len(legend) - 1 else None


def _inside(place: tuple[float, float], rings: tuple[Ring, ...]) -> bool:
    """Whether a place lies in an area; a second ring inside the first is a hole or another part."""
    within = [ring for ring in rings if len(ring) > 2 and Polygon(ring).contains(Point(place))]
    return len(within) % 2 == 1
