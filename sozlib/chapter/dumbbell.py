"""Dumbbell: two values of each area on one line, such as then and now, or counted and standardised.

The first value is a hollow mark, the second a filled one; the line between them is the difference. Rows without both
values stand at the end with their sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, SMALL, block_width, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import nice_scale


@dataclass(frozen=True)
class Pair:
    """A row of the chart.

    Parameters
    ----------
    name, short_name
        Of the area.
    first, second
        Both values; the row has no marks unless there are both.
    text
        What stands at the right: the difference, or the sign.
    token
        Colour of line and marks.
    strong
        Thick line, bold text: what stands out by the test.
    lower, upper
        Interval of the second value, None to leave it out.
    apart
        Set off by a line above: the whole.
    """

    name: str
    short_name: str
    first: float | None
    second: float | None
    text: str
    token: str = "district"
    strong: bool = False
    lower: float | None = None
    upper: float | None = None
    apart: bool = False


def dumbbell(
    rows: Sequence[Pair],
    *,
    palette: Palette,
    unit: str = "%",
    from_zero: bool = True,
    heading: str = "",
    width: int = TEXT,
    tight: bool = False,
) -> Canvas:
    """Draw the rows in their order.

    Parameters
    ----------
    rows
        One to about thirty.
    unit
        Unit of the axis.
    from_zero
        Zero belongs to the axis.
    heading
        What stands over the texts at the right.
    width
        Width in px.
    tight
        Rows as close as in a printed table.
    """
    slim = width < 500
    row_height, size = (23.0, SIZE) if len(rows) <= 28 else (17.0, SMALL)
    if tight:
        row_height = min(row_height, 17.5)
    room = 128.0 if slim else 280.0
    names = [wrap(r.short_name if slim else r.name, room, size, r.apart) for r in rows]
    left = max((block_width(n, size, r.apart) for n, r in zip(names, rows, strict=True)), default=0.0) + 12
    right = max((text_width(r.text, size, r.strong or r.apart) for r in rows), default=0.0) + 14
    over = wrap(heading, max(right, width * 0.3), NOTE) if heading else ()
    heights = [row_height + (len(n) - 1) * (size + 1.5) for n in names]
    top = 8.0 + 15 * max(len(over), 0)
    bottom = top + sum(heights)
    canvas = Canvas(width, bottom + 44, palette)
    known = [v for r in rows for v in (r.first, r.second, r.lower, r.upper)]
    x = nice_scale(known, left + 6, width - right - 8, ticks=4 if slim else 7, from_zero=from_zero, to_tick=False)
    for tick, label in zip(x.ticks, x.labels(), strict=True):
        canvas.line([x(tick)] * 2, [top, bottom], "axis" if tick == 0 and x.low < 0 else "grid", 1)
        canvas.text(x(tick), bottom + 17, label, size=13, color="ink-2", anchor="middle")
    canvas.text(x.end, bottom + 36, "in %" if unit == "%" else unit, size=NOTE, color="ink-2", anchor="end")
    canvas.lines_of_text(width - 4, 12, over, leading=15, size=NOTE, color="ink-2", anchor="end")
    y = top
    for row, lines, height in zip(rows, names, heights, strict=True):
        middle = y + height / 2
        if row.apart and y > top:
            canvas.line([0, width], [y, y], "axis", 0.8)
        first = middle - (len(lines) - 1) * (size + 1.5) / 2 + size * MIDDLE
        canvas.lines_of_text(left - 10, first, lines, leading=size + 1.5, size=size, bold=row.apart, anchor="end")
        if row.first is not None and row.second is not None:
            if row.lower is not None and row.upper is not None:
                canvas.line([x(row.lower), x(row.upper)], [middle] * 2, "interval", 7)
            canvas.line([x(row.first), x(row.second)], [middle] * 2, row.token, 3 if row.strong else 1.4)
            canvas.dot(x(row.first), middle, 8, "paper", stroke=row.token, stroke_width=1.6)
            canvas.dot(x(row.second), middle, 9 if row.strong else 7.5, row.token, stroke="paper", stroke_width=1)
        bold = row.strong or row.apart
        canvas.text(width - 4, middle + size * MIDDLE, row.text, size=size, bold=bold, anchor="end")
        y += height
    return canvas
