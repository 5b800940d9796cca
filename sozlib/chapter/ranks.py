"""Rank intervals: between which places each area may stand, when chance and method are varied.

A single rank promises an order that the data do not hold. Areas whose bars overlap cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, block_width, wrap
from sozlib.chapter.palette import Palette
from sozlib.chapter.standing import Standing

#: More areas than this do not fit a page; the most burdened are shown.
MOST = 40
_ROW = 23.0


def in_order(standings: Sequence[Standing], most: int = MOST) -> list[Standing]:
    """Areas with a rank interval, the most burdened first."""
    known = [s for s in standings if s.rank is not None and s.rank_low is not None and s.rank_high is not None]
    return sorted(known, key=lambda s: (s.rank or 0, s.area))[:most]


def rank_intervals(
    standings: Sequence[Standing], names: Mapping[str, str], *, palette: Palette, width: int = TEXT
) -> Figure:
    """Draw the intervals.

    Parameters
    ----------
    standings
        Standings of all areas; those without interval are left out.
    names
        Name of each area.
    width
        Width in px.
    """
    rows = in_order(standings)
    room = 132.0 if width < 500 else 300.0
    lines = [wrap(names[s.area], room, SIZE) for s in rows]
    left = max((block_width(text, SIZE) for text in lines), default=0.0) + 14
    last = max((s.rank_high or 1 for s in rows), default=1)
    heights = [_ROW + 15 * (len(text) - 1) for text in lines]
    top, bottom = 34.0, 34.0 + sum(heights)
    canvas = Canvas(width, bottom + 8, palette)
    right = width - 14.0

    def x(rank: float) -> float:
        return left + 8 + (rank - 1) / max(last - 1, 1) * (right - left - 8)

    canvas.text(left + 2, 12, "‹ höchste Belastung", size=NOTE, color="ink-2")
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if last / s <= (6 if width < 500 else 16))
    for tick in [1, *range(step if step > 1 else 2, last + 1, step)]:
        canvas.line([x(tick)] * 2, [top, bottom], "grid", 1)
        canvas.text(x(tick), top - 6, str(tick), size=NOTE, color="ink-2", anchor="middle")
    y = top
    for standing, text, height in zip(rows, lines, heights, strict=True):
        middle = y + height / 2
        first = middle - (len(text) - 1) * 7.5 + SIZE * MIDDLE
        canvas.lines_of_text(left - 8, first, text, leading=15, size=SIZE, anchor="end")
        low, high = x(standing.rank_low or 1), x(standing.rank_high or 1)
        canvas.line([low - 4, high + 4], [middle, middle], "others", 9)
        canvas.dot(x(standing.rank or 1), middle, 8, "district", stroke="paper", stroke_width=1)
        y += height
    return canvas.figure
