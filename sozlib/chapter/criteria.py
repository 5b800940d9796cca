"""What speaks for which number of types: three criteria side by side, none of which decides alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, wrap
from sozlib.chapter.numbers import number
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import nice_scale

_PLOT, _GAP, _LEADING = 150.0, 26.0, 15.0


@dataclass(frozen=True)
class Criterion:
    """A criterion over numbers of types.

    Parameters
    ----------
    title
        What it is called.
    verdict
        What it favours, in words.
    points
        Number of types, value, and its standard error (0 for none).
    favoured
        The number that it favours, None for none.
    limits
        Values marked by a dashed line.
    """

    title: str
    verdict: str
    points: Sequence[tuple[int, float, float]]
    favoured: int | None
    limits: Sequence[float] = ()


def criteria(found: Sequence[Criterion], chosen: int, *, palette: Palette, width: int = TEXT) -> Canvas:
    """Draw the criteria, side by side or on phones below each other; the chosen number lies on a band.

    Parameters
    ----------
    found
        The criteria.
    chosen
        The report's number of types.
    width
        Width in px.
    """
    slim = width < 500
    across = float(width) if slim else (width - _GAP * (len(found) - 1)) / len(found)
    verdicts = [wrap(c.verdict, across, NOTE) for c in found]
    head = 22.0 + _LEADING * max(len(v) for v in verdicts) + 10
    tall = head + _PLOT + 34
    canvas = Canvas(width, tall * (len(found) if slim else 1) + 18, palette)
    for i, (criterion, verdict) in enumerate(zip(found, verdicts, strict=True)):
        left, top = (0.0, i * tall) if slim else (i * (across + _GAP), 0.0)
        canvas.text(left, top + 14, criterion.title, bold=True)
        canvas.lines_of_text(left, top + 31, verdict, leading=_LEADING, size=NOTE, color="ink-2")
        _plot(canvas, criterion, chosen, (left, top + head, across))
    canvas.text(width - 2, canvas.height - 6, "Zahl der Typen", size=NOTE, color="ink-2", anchor="end")
    return canvas


def _plot(canvas: Canvas, criterion: Criterion, chosen: int, place: tuple[float, float, float]) -> None:
    left, top, across = place
    first, right, bottom = left + 44, left + across - 8, top + _PLOT
    numbers = [k for k, _, _ in criterion.points]
    values = [v + side * e for _, v, e in criterion.points for side in (-1, 1)]
    y = nice_scale([*values, *criterion.limits], bottom, top, ticks=4, from_zero=False)
    step = (right - first - 16) / max(numbers[-1] - numbers[0], 1)

    def x(k: int) -> float:
        return first + 8 + (k - numbers[0]) * step

    if chosen in numbers:
        canvas.rect(x(chosen) - 9, top, 18, _PLOT, "interval")
    for tick, text in zip(y.ticks, y.labels(), strict=True):
        canvas.line([first, right], [y(tick)] * 2, "grid", 1)
        canvas.text(first - 6, y(tick) + NOTE * MIDDLE, text, size=NOTE, color="ink-2", anchor="end")
    for limit in criterion.limits:
        canvas.line([first, right], [y(limit)] * 2, "axis", 1.2, dash=(4, 3))
    for k, value, error in criterion.points:
        if error:
            canvas.line([x(k)] * 2, [y(value - error), y(value + error)], "others", 2)
    canvas.line([x(k) for k in numbers], [y(v) for _, v, _ in criterion.points], "district", 1.6)
    for k, value, _ in criterion.points:
        own = k == chosen
        canvas.dot(x(k), y(value), 9 if own else 7, "own" if own else "district", stroke="paper", stroke_width=1)
        if k == criterion.favoured:
            canvas.dot(x(k), y(value), 15, None, stroke="ink", stroke_width=1.6)
        canvas.text(
            x(k), bottom + 17, number(k, 0), size=NOTE, bold=own, color="ink" if own else "ink-2", anchor="middle"
        )
