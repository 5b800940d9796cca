"""Hidden age groups in pyramids: a bar where the edition hides how many there are, a corner of the line that compares.

The row of an age group is found by the labels between both sides, the year by the legend, the length of a compared
group by the ticks below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from sozlib.gate.drawing import NEAR, YEAR, Axis, Drawing, fit, value_of
from sozlib.gate.words import Names, People

_AGE = re.compile(r"(\d+)(?:[-–]\d+|\+)")
#: Age groups span so many years.
_SPAN = 5
#: Labels stand so far below the middle of their row, px.
_BASELINE = 4.0
#: The legend stands above this, px.
_LEGEND = 30.0


def hidden_groups(drawing: Drawing, area: str, names: Names) -> Iterator[People]:
    """Hidden age groups that a pyramid shows; none in another drawing.

    Parameters
    ----------
    drawing
        The drawing.
    area
        Whose population it is.
    names
        Names and hidden counts.
    """
    labels = [(int(match[1]), text) for text in drawing.texts if (match := _AGE.fullmatch(text.words))]
    rows = fit([(float(low), text.y - _BASELINE) for low, text in labels if text.anchor == "middle"])
    years = sorted((t.x, int(t.words)) for t in drawing.texts if t.y < _LEGEND and YEAR.fullmatch(t.words))
    if rows is None or len(labels) < _SPAN or not years or not len(drawing.points):
        return
    middle, half = labels[0][1].x, abs(rows.slope) * _SPAN / 2
    own, compared = years[0][1], years[1][1] if len(years) > 1 else None
    shown = drawing.paints != names.palette["withheld"]
    for group, count in names.hidden.people.items():
        of, period, sex, low = group
        if of != area or period not in (own, compared) or group in names.drawn:
            continue
        y, left = rows(low), sex == "m"
        side = (drawing.points[:, 0] < middle) == left
        if period == own:
            inside = np.abs(drawing.points[:, 1] - y) < half - NEAR
            if (side & inside & shown).any():
                yield group
        elif (axis := _lengths(drawing, middle, left=left)) is not None:
            x = axis(count)
            if drawing.mark_at(x, y - half) and drawing.mark_at(x, y + half):
                yield group


def _lengths(drawing: Drawing, middle: float, *, left: bool) -> Axis | None:
    """Axis of one side, by the ticks below it."""
    ticks = [(v, t) for t in drawing.texts if t.anchor == "middle" and (v := value_of(t)) is not None]
    lowest = max((t.y for _, t in ticks), default=0.0)
    return fit([(v, t.x) for v, t in ticks if t.y == lowest and (t.x < middle) == left])
