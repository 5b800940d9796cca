"""Nominal and effective weights: what a weight says, and what part an indicator really has in the differences.

A weight of a quarter does not mean a quarter of a say: an indicator that agrees with the others is heard more, one that
stands alone less. A hollow circle is the weight as decided, a filled one its effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sozlib.chapter import numbers
from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, block_width, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import nice_scale

_LEADING = 15.0


@dataclass(frozen=True)
class Weight:
    """Name of an indicator, its weight and its effect, in percent."""

    name: str
    nominal: float
    effective: float


def weighting(weights: Sequence[Weight], *, palette: Palette, width: int = TEXT) -> Canvas:
    """Draw one row for each indicator.

    Parameters
    ----------
    weights
        In the order of the index.
    width
        Width in px.
    """
    slim = width < 500
    lines = [wrap(w.name, width * 0.4 if slim else 260.0, SIZE) for w in weights]
    texts = [f"{numbers.number(w.nominal, 0)} → {numbers.number(w.effective, 0)}" for w in weights]
    left = max(block_width(text, SIZE) for text in lines) + 14
    right = max(text_width(text, SIZE) for text in texts) + 16
    heights = [28.0 + _LEADING * (len(text) - 1) for text in lines]
    top, bottom = 26.0, 26.0 + sum(heights)
    canvas = Canvas(width, bottom + 26, palette)
    values = [v for w in weights for v in (w.nominal, w.effective)]
    x = nice_scale(values, left + 6, width - right - 6, ticks=3 if slim else 6, from_zero=True)
    for tick, label in zip(x.ticks, x.labels(), strict=True):
        canvas.line([x(tick)] * 2, [top, bottom], "axis" if tick == 0 and x.low < 0 else "grid", 1)
        canvas.text(x(tick), bottom + 17, label, size=13, color="ink-2", anchor="middle")
    canvas.text(width - 4, 13, "in %", size=NOTE, color="ink-2", anchor="end")
    y = top
    for weight, text, shown, height in zip(weights, lines, texts, heights, strict=True):
        middle = y + height / 2
        first = middle - (len(text) - 1) * _LEADING / 2 + SIZE * MIDDLE
        canvas.lines_of_text(left - 10, first, text, leading=_LEADING, size=SIZE, anchor="end")
        canvas.line([x(weight.nominal), x(weight.effective)], [middle] * 2, "others", 3)
        canvas.dot(x(weight.nominal), middle, 12, "paper", stroke="district", stroke_width=1.8)
        canvas.dot(x(weight.effective), middle, 7, "own")
        canvas.text(width - 4, middle + SIZE * MIDDLE, shown, size=SIZE, anchor="end")
        y += height
    return canvas
