"""Hidden age groups in pyramids: a bar or a piece of the line that compares which is not what the edition shows.

The row of an age group is found by the labels between both sides, year and area by the legend, lengths by the ticks
below. In per cent, shares are of all people shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sozlib.gate.drawing import NEAR, YEAR, Axis, Drawing, fit, value_of
from sozlib.gate.words import Names, People

_AGE = re.compile(r"(\d+)(?:[-–]\d+|\+)")
#: Age groups span so many years.
_SPAN = 5
#: Labels stand so far below the middle of their row, px.
_BASELINE = 4.0
#: The legend stands above this, px.
_LEGEND = 30.0


@dataclass(frozen=True)
class _Rows:
    """Rows of a pyramid: px of the middle by lowest age, half their height, px between both sides, axis of each sex."""

    middle: Axis
    half: float
    between: float
    lengths: dict[str, Axis | None]


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
    rows, legend = _rows(drawing), _legend(drawing, names)
    if rows is None or not legend:
        return
    share = any("%" in text.words and value_of(text) is None for text in drawing.texts)
    (own, _), compared = (legend[0][0], area), (legend[1][0], legend[1][1] or area) if len(legend) > 1 else None
    for group in names.hidden.people:
        of, period, sex, low = group
        lengths: list[float] = []
        if sex not in rows.lengths:
            continue
        if (period, of) == (own, area):
            lengths = _bars(drawing, rows, sex, low, names)
        elif (period, of) == compared:
            lengths = _steps(drawing, rows, sex, low, names)
        shown, axis = names.people.get(group), rows.lengths[sex]
        place = (
            axis(shown * (100 / (names.counted(of, period) or 1) if share else 1))
            if axis and shown is not None
            else None
        )
        if any(place is None or abs(length - place) > 2 * NEAR for length in lengths):
            yield group


def _rows(drawing: Drawing) -> _Rows | None:
    labels = [(int(match[1]), text) for text in drawing.texts if (match := _AGE.fullmatch(text.words))]
    middle = fit([(float(low), text.y - _BASELINE) for low, text in labels if text.anchor == "middle"])
    if middle is None or len(labels) < _SPAN or not len(drawing.points):
        return None
    between = labels[0][1].x
    lengths = {sex: _lengths(drawing, between, left=sex == "m") for sex in ("m", "f")}
    return _Rows(middle, abs(middle.slope) * _SPAN / 2, between, lengths)


def _legend(drawing: Drawing, names: Names) -> list[tuple[int, str | None]]:
    """Year of the bars, and year and area of the line; no area stands for the same."""
    entries: dict[float, list[str]] = {}
    for text in sorted((t for t in drawing.texts if t.y < _LEGEND), key=lambda t: (t.x, t.y)):
        entries.setdefault(text.x, []).append(text.words)
    found: list[tuple[int, str | None]] = []
    for words in (" ".join(lines) for lines in entries.values()):
        if year := YEAR.search(words):
            found.append((int(year[0]), names.area(words.replace(year[0], "").strip())))
    return found


def _bars(drawing: Drawing, rows: _Rows, sex: str, low: int, names: Names) -> list[float]:
    """Px at which the bars of a row end; those of the sign that stands for a hidden number are none."""
    y, ends = rows.middle(low), []
    for shape in drawing.shapes:
        (left, right), (top, bottom) = shape.across, shape.along
        inside = top < y < bottom and bottom - top <= 2 * rows.half
        mine = (left + right) / 2 < rows.between if sex == "m" else (left + right) / 2 > rows.between
        if inside and mine and right > left and shape.fill not in ("", names.palette["withheld"]):
            ends.append(left if sex == "m" else right)
    dots = [x for x, cy in drawing.circles if abs(cy - y) < rows.half and (x < rows.between) == (sex == "m")]
    return ends + dots


def _steps(drawing: Drawing, rows: _Rows, sex: str, low: int, names: Names) -> list[float]:
    """Px at which the line runs along a row."""
    y, found = rows.middle(low), []
    for ring in (ring for shape in drawing.shapes if shape.stroke == names.palette["ink"] for ring in shape.rings):
        for (x, top), (other, bottom) in pairwise(ring):
            along = sorted((top, bottom))
            if abs(x - other) <= NEAR and along[0] < y < along[1] and (x < rows.between) == (sex == "m"):
                found.append(x)
    return found


def _lengths(drawing: Drawing, middle: float, *, left: bool) -> Axis | None:
    """Axis of one side, by the ticks below it."""
    ticks = [(v, t) for t in drawing.texts if t.anchor == "middle" and (v := value_of(t)) is not None]
    lowest = max((t.y for _, t in ticks), default=0.0)
    return fit([(v, t.x) for v, t in ticks if t.y == lowest and (t.x < middle) == left])
