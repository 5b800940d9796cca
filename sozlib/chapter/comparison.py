"""Comparison: all areas in order of their value, with intervals, beside the whole.

A rank alone misleads: neighbours in the order often differ by chance. Each area therefore shows its 95 % interval, and
the whole is a line with an interval of its own. Areas without a value stand at the end with their sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, SMALL, block_width, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import nice_scale
from sozlib.chapter.values import AreaValue


def ranked(areas: Sequence[AreaValue]) -> tuple[AreaValue, ...]:
    """Areas as the chart shows them: highest value first, ties in their given order, those without a value last."""
    known = sorted((a for a in areas if a.value is not None), key=lambda a: -(a.value or 0.0))
    return (*known, *(a for a in areas if a.value is None))


def comparison(
    areas: Sequence[AreaValue],
    whole: AreaValue | None,
    *,
    palette: Palette,
    own: str | None = None,
    unit: str = "%",
    decimals: int = 1,
    from_zero: bool = True,
    width: int = TEXT,
    tight: bool = False,
) -> Canvas:
    """Draw the areas in order.

    Parameters
    ----------
    areas
        Values of one period, in any order; 1 to about 60.
    whole
        The district's value, None to leave it out (for absolute numbers).
    own
        Id of the area that is emphasised.
    unit, decimals
        Of the indicator.
    from_zero
        Zero belongs to the axis.
    width
        Width in px.
    tight
        Rows as close as in a printed table: a map or trend has room on the same page.
    """
    rows = ranked(areas)
    slim = width < 500
    row_height, size = (23.0, SIZE) if len(rows) <= 28 else (19.0, 13.0) if len(rows) <= 40 else (14.5, SMALL)
    if tight:
        row_height = min(row_height, 17.5)
    bold = [a.area == own for a in rows]
    room = 140.0 if slim else 300.0
    names = [wrap(a.short_name if slim else a.name, room, size, b) for a, b in zip(rows, bold, strict=True)]
    numbers = [a.text(decimals) for a in rows]
    left = max((block_width(n, size, b) for n, b in zip(names, bold, strict=True)), default=0.0) + 12
    right = max((text_width(t, size, b) for t, b in zip(numbers, bold, strict=True)), default=0.0) + 14
    heights = [row_height + (len(n) - 1) * (size + 1.5) for n in names]
    heading = wrap("in %" if unit == "%" else unit, width * 0.4, NOTE)
    whole_label = "" if whole is None or not whole.known else f"{whole.name} {whole.text(decimals, unit)}"
    if slim and whole is not None and whole_label:
        whole_label = f"{whole.short_name} {whole.text(decimals, unit)}"
    two_rows = bool(whole_label) and len(heading) >= 1
    top = 12.0 + 15 * len(heading) + (14 if two_rows else 0)
    foot = 26.0
    canvas = Canvas(width, top + sum(heights) + foot, palette)
    bottom = top + sum(heights)
    known = [v for a in rows for v in (a.value, a.lower, a.upper)]
    if whole is not None:
        known += [whole.value, whole.lower, whole.upper]
    x = nice_scale(known, left + 6, width - right - 4, ticks=4 if slim else 7, from_zero=from_zero, to_tick=False)

    y = top
    for area, height in zip(rows, heights, strict=True):
        if area.area == own:
            canvas.rect(0, y, width, height, "interval")
        y += height
    for tick, label in zip(x.ticks, x.labels(), strict=True):
        canvas.line([x(tick)] * 2, [top, bottom], "axis" if tick == 0 and x.low < 0 else "grid", 1)
        canvas.text(x(tick), bottom + 17, label, size=13, color="ink-2", anchor="middle")
    if whole is not None and whole.value is not None:
        if whole.lower is not None and whole.upper is not None:
            canvas.rect(x(whole.lower), top, max(x(whole.upper) - x(whole.lower), 1), bottom - top, "grid")
        canvas.line([x(whole.value)] * 2, [top - 3, bottom], "district", 1.6)
        half = text_width(whole_label, SIZE, bold=True) / 2
        at = min(max(x(whole.value), half + 2), width - half - 2)
        canvas.text(at, top - 8, whole_label, bold=True, color="district", anchor="middle")
    canvas.lines_of_text(width - 4, 12, heading, leading=15, size=NOTE, color="ink-2", anchor="end")

    y = top
    hidden_before = False
    for area, lines, text, emphasised, height in zip(rows, names, numbers, bold, heights, strict=True):
        middle = y + height / 2
        if not area.known and not hidden_before:
            hidden_before = True
            if y > top:
                canvas.line([0, width], [y, y], "axis", 0.8)
        first = middle - (len(lines) - 1) * (size + 1.5) / 2 + size * MIDDLE
        canvas.lines_of_text(left - 10, first, lines, leading=size + 1.5, size=size, bold=emphasised, anchor="end")
        color = "own" if emphasised else "district"
        if area.value is not None:
            if area.lower is not None and area.upper is not None:
                canvas.line([x(area.lower), x(area.upper)], [middle] * 2, color, 3 if emphasised else 1.8)
            limited = area.status == "()"
            canvas.dot(
                x(area.value),
                middle,
                9 if emphasised else 7.5,
                "paper" if limited else color,
                stroke=color if limited else "paper",
                stroke_width=1.8 if limited else 1.2,
            )
        number_color = "ink" if area.known else "ink-2"
        canvas.text(
            width - 4, middle + size * MIDDLE, text, size=size, bold=emphasised, color=number_color, anchor="end"
        )
        y += height
    return canvas
