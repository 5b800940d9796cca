"""Funnel plot: the value of each area over its number of people, with the limits within which chance would leave it.

Small areas stand at the left, where the limits are wide. Only areas outside the outer limits are named; all stand in
the table. A dot inside the limits is no judgement, and one outside no guilt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SMALL, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import Scale, nice_scale

#: So many areas are named at most, those furthest outside.
NAMED = 8

_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Limits:
    """Control limits at a number of people, in the indicator's unit."""

    total: float
    lower_998: float
    lower_95: float
    upper_95: float
    upper_998: float


@dataclass(frozen=True)
class Dot:
    """An area in the plot: its people, its value, the limits at its size; ``short_name`` labels it."""

    name: str
    short_name: str
    value: float
    limits: Limits
    own: bool = False

    @property
    def outside(self) -> int:
        """0 within the 95 % limits, 1 between them and those at 99.8 %, 2 beyond."""
        here = self.limits
        if self.value < here.lower_998 or self.value > here.upper_998:
            return 2
        return int(self.value < here.lower_95 or self.value > here.upper_95)

    @property
    def above(self) -> bool:
        """Whether the value lies in the upper half of the funnel."""
        return self.value > (self.limits.lower_95 + self.limits.upper_95) / 2

    @property
    def distance(self) -> float:
        """Distance from the middle of the funnel in widths of its 95 % limits."""
        middle = (self.limits.lower_95 + self.limits.upper_95) / 2
        wide = max(self.limits.upper_95 - self.limits.lower_95, 1e-12)
        return abs(self.value - middle) / wide


def funnel(
    dots: Sequence[Dot],
    curve: Sequence[Limits],
    target: float,
    target_text: str,
    *,
    palette: Palette,
    unit: str = "%",
    people: str = "Menschen",
    width: int = TEXT,
) -> Canvas:
    """Draw the plot.

    Parameters
    ----------
    dots
        The areas that have a value.
    curve
        Limits from the smallest to the largest number of people.
    target
        The whole's value; ``target_text`` says whose line it is.
    unit
        Of the values.
    people
        What the axis along the lower edge counts.
    width
        Width in px.
    """
    slim = width < 500
    height = 330.0 if slim else 380.0
    left, right, top, bottom = 44.0, width - 8.0, 26.0, height - 44.0
    highest, lowest = max(d.value for d in dots), min(d.value for d in dots)
    lowest = min(lowest, *(p.lower_998 for p in curve))
    reach = max(highest * 1.04, min(target * 1.6, max(p.upper_998 for p in curve)))
    # What counts is the distance from the limits: far from zero the axis begins where the funnel does.
    y = nice_scale([lowest, reach], bottom, top, ticks=5, from_zero=lowest < target / 2, to_tick=False)
    x = nice_scale([0.0, max(p.total for p in curve)], left, right, ticks=3 if slim else 6, to_tick=False)
    note = wrap(people, right - left, NOTE)
    canvas = Canvas(width, height + 15.0 * (len(note) - 1), palette)
    for tick, text in zip(y.ticks, y.labels(), strict=True):
        canvas.line([left, right], [y(tick)] * 2, "grid", 1)
        over = f"{text} %" if unit == "%" and tick == y.ticks[-1] else text
        canvas.text(left - 6, y(tick) + 13 * MIDDLE, over, size=13, color="ink-2", anchor="end")
    for tick, text in zip(x.ticks, x.labels(), strict=True):
        canvas.text(x(tick), bottom + 18, text, size=13, color="ink-2", anchor="middle")
    canvas.lines_of_text(right, bottom + 36, note, leading=15, size=NOTE, color="ink-2", anchor="end")
    ordered = sorted(curve, key=lambda p: p.total)
    for name in ("lower_998", "lower_95", "upper_95", "upper_998"):
        _limit(canvas, x, y, ordered, name, dash=(5.0, 3.0) if name.endswith("998") else ())
    canvas.line([left, right], [y(target)] * 2, "district", 1.6)
    canvas.text(right, 13, target_text, bold=True, color="district", anchor="end")
    taken: list[_Box] = []
    for dot in sorted(dots, key=lambda d: (d.outside, d.own)):
        _draw(canvas, x, y, dot)
        taken.append((x(dot.limits.total) - 5, y(dot.value) - 5, x(dot.limits.total) + 5, y(dot.value) + 5))
    far = sorted((d for d in dots if d.outside == 2 or d.own), key=lambda d: (not d.own, -d.distance))[:NAMED]
    for dot in far:
        _name(canvas, x(dot.limits.total), y(dot.value), dot, taken, (left, top - 12, right, bottom))
    return canvas


def _limit(canvas: Canvas, x: Scale, y: Scale, ordered: Sequence[Limits], name: str, dash: tuple[float, ...]) -> None:
    """A limit as far as it lies inside the axis; where it leaves, it ends on the edge."""
    across = np.array([p.total for p in ordered])
    up = np.array([float(getattr(p, name)) for p in ordered])
    inside = up <= y.high
    if not inside.any():
        return
    first = int(np.argmax(inside))
    points_x, points_y = across[first:], up[first:]
    if first:
        share = (up[first - 1] - y.high) / (up[first - 1] - up[first])
        cut = across[first - 1] + share * (across[first] - across[first - 1])
        points_x, points_y = np.concatenate([[cut], points_x]), np.concatenate([[y.high], points_y])
    canvas.line([x(v) for v in points_x], [y(v) for v in points_y], "axis", 1.4, dash=dash)


def _draw(canvas: Canvas, x: Scale, y: Scale, dot: Dot) -> None:
    color = "own" if dot.own or dot.outside == 2 else "district" if dot.outside else "others"
    size = 10.5 if dot.own else 9.0 if dot.outside else 8.0
    canvas.dot(x(dot.limits.total), y(dot.value), size, color, stroke="paper", stroke_width=1.1)


def _name(canvas: Canvas, x: float, y: float, dot: Dot, taken: list[_Box], frame: _Box) -> None:
    """Name beside its dot: right, left, above or below, wherever it touches nothing; else it is left to the table."""
    wide = text_width(dot.short_name, SMALL, bold=dot.own)
    places = (
        (x + 8, y + SMALL * MIDDLE, x + 8),
        (x - 8 - wide, y + SMALL * MIDDLE, x - 8 - wide),
        (x - wide / 2, y - 9, x - wide / 2),
        (x - wide / 2, y + 17, x - wide / 2),
    )
    for start, base, begin in places:
        box = (start - 1, base - 10, start + wide + 1, base + 3)
        free = all(box[0] >= t[2] or box[2] <= t[0] or box[1] >= t[3] or box[3] <= t[1] for t in taken)
        if free and box[0] >= frame[0] and box[2] <= frame[2] and box[1] >= frame[1] and box[3] <= frame[3]:
            canvas.text(begin, base, dot.short_name, size=SMALL, bold=dot.own)
            taken.append(box)
            return
