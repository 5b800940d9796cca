"""Hidden values in small multiples: marks above a year that do not stand as high as the numbers shown.

The title of a panel says whose values it shows, the years stand at its foot. Few panels have numbers at their axis, but
all heights of one are values on one linear scale: those of the numbers shown must lie on a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from sozlib.gate.drawing import NEAR, YEAR, Drawing
from sozlib.gate.words import Names

_LABEL = re.compile(r"^\d+ (?=\D)")
#: A panel's first year stands so far from its left edge, its last one from its right edge, px.
_LEFT, _RIGHT = 5.0, 8.0


def hidden_marks(drawing: Drawing, indicator: str | None, area: str, names: Names) -> Iterator[tuple[str, str, int]]:
    """Hidden cells whose mark a panel shows.

    Parameters
    ----------
    drawing
        The drawing.
    indicator
        Indicator of all panels, which then are areas'; None where each panel is another indicator.
    area
        Area of the panels that are indicators.
    names
        Names and hidden cells.
    """
    ends = sorted(int(t.words) for t in drawing.texts if YEAR.fullmatch(t.words))
    if not ends or ends[0] == ends[-1] or not len(drawing.points):
        return
    colours = names.palette
    points = drawing.points[np.isin(drawing.paints, [colours["own"], colours["ink-2"]])]
    titles = [
        (t, key) for t in drawing.texts if t.anchor == "start" and (key := _panel(t.words, indicator, area, names))
    ]
    rows = sorted({t.y for t, _ in titles})
    for text, key in titles:
        right = min((t.x for t in drawing.texts if t.anchor == "end" and t.y == text.y and t.x > text.x), default=None)
        cells = list(names.cells(*key))
        if right is None or not cells:
            continue
        inside = points[(points[:, 1] > text.y) & (points[:, 1] < next((y for y in rows if y > text.y), np.inf))]
        marks: dict[int, set[float]] = {}
        for period in range(ends[0], ends[-1] + 1):
            x = text.x + _LEFT + (period - ends[0]) / (ends[-1] - ends[0]) * (right - text.x - _LEFT - _RIGHT)
            if heights := set(inside[np.abs(inside[:, 0] - x) <= NEAR, 1].tolist()):
                marks[period] = heights
        shown = {period: value for (of, period), value in names.values(key[0]).items() if of == key[1]}
        straight = _on_a_line(marks, shown)
        for cell in cells:
            if cell[2] in marks and (names.without_value(cell) or (cell in names.beside and not straight)):
                yield cell


def _on_a_line(marks: dict[int, set[float]], shown: dict[int, float]) -> bool:
    """Whether heights, px, are a linear function of the values of the same years."""
    pairs = [(shown[period], height) for period, heights in marks.items() if period in shown for height in heights]
    if len({value for value, _ in pairs}) < 2:
        return True
    values, heights = np.array(pairs).T
    slope, offset = np.polyfit(values, heights, 1)
    return bool(np.abs(slope * values + offset - heights).max() <= 2 * NEAR)


def _panel(title: str, indicator: str | None, area: str, names: Names) -> tuple[str, str] | None:
    words = _LABEL.sub("", title)
    if indicator is not None:
        of = names.area(words)
        return (indicator, of) if of else None
    named = names.indicator(words)
    return (named, area) if named else None
