"""Heat map of correlations: how closely indicators are related to each other and to the index.

The number stands in every cell, so that colour only helps to find what the numbers say; a negative one is hatched.
Columns carry the numbers of the rows: names of indicators are too long to stand above narrow columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import numbers
from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import SIZE, SMALL, block_width, wrap
from sozlib.chapter.palette import Palette, lettering

#: Upper limits of the classes of colour.
LIMITS = (0.3, 0.5, 0.7, 0.9)
_LEADING = 15.0
#: Columns narrower than this hold no number.
_NARROWEST = 25.0


def heatmap(
    names: Sequence[str],
    correlations: Sequence[Sequence[float]],
    with_index: Sequence[float],
    *,
    palette: Palette,
    width: int = TEXT,
) -> Canvas:
    """Draw the lower half of the correlations and below it a row for the index.

    Parameters
    ----------
    names
        Short names of the k indicators.
    correlations
        k × k, from −1 to 1.
    with_index
        k, correlation of each with the index.
    width
        Width in px.
    """
    count, slim = len(names), width < 500
    size = SMALL if slim or count > 9 else SIZE
    numbered = [f"{n} {name}" for n, name in enumerate(names, 1)]
    lines: list[tuple[str, ...]] = [wrap(t, min(width * 0.42, 230.0), size) for t in [*numbered, "Statuswert"]]
    below: list[str] = []
    if (width - block_width(tuple(line for text in lines for line in text), size) - 14) / count < _NARROWEST:
        # Beside the cells there is room for the numbers of the rows only; the names stand below.
        lines = [(text,) for text in [*map(str, range(1, count + 1)), "Index"]]
        below = [line for text in numbered for line in wrap(text, width - 4.0, size)]
    left = max(block_width(text, size) for text in lines) + 12
    column = min((width - left - 2) / count, 74.0)
    heights = [max(34.0, len(text) * _LEADING + 10) for text in lines]
    top = 24.0
    bottom = top + sum(heights) + 8
    canvas = Canvas(width, bottom + (len(below) * _LEADING + 14 if below else 0), palette)
    canvas.lines_of_text(0, bottom + 16, below, leading=_LEADING, size=size)
    for n in range(count):
        canvas.text(left + (n + 0.5) * column, 15, str(n + 1), size=size, bold=True, anchor="middle")
    y = top
    for row, (text, height) in enumerate(zip(lines, heights, strict=True)):
        last = row == count
        if last:
            canvas.line([0, left + count * column], [y + 2, y + 2], "axis", 0.8)
            y += 4
        middle = y + height / 2
        first = middle - (len(text) - 1) * _LEADING / 2 + size * MIDDLE
        canvas.lines_of_text(0, first, text, leading=_LEADING, size=size, bold=last)
        for n in range(count if last else row + 1):
            value = with_index[n] if last else correlations[row][n]
            x = left + n * column
            if not last and n == row:
                canvas.text(x + column / 2, middle + size * MIDDLE, "1", size=size, color="ink-2", anchor="middle")
                continue
            shown = numbers.number(value, 1 if column < 34 else 2)
            token = f"class-{1 + sum(abs(value) > limit for limit in LIMITS)}"
            negative = shown.startswith(numbers.MINUS)
            canvas.rect(x + 1, y + 1, column - 2, height - 2, "withheld" if negative else token, hatched=negative)
            ink = "ink" if negative else lettering(token)
            if negative:
                half = min(column / 2 - 3, 20.0)
                canvas.rect(x + column / 2 - half, middle - 9, 2 * half, 18, "withheld")
            canvas.text(x + column / 2, middle + size * MIDDLE, shown, size=size, color=ink, anchor="middle")
        y += height
    return canvas
