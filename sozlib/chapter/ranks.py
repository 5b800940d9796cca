"""Rank intervals: between which places each area may stand, when chance and method are varied.

A single rank promises an order that the data do not hold. Areas whose bars overlap cannot be told apart. Few areas get
a row with their name; many stand side by side without names, so that the eye sees where the order is firm and where it
is not, and the numbers beside the figure name them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, block_width, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.palette import Palette
from sozlib.chapter.standing import STATUS, Standing

#: More areas than this do not get a row each.
MOST = 40
_ROW = 23.0


def in_order(standings: Sequence[Standing]) -> list[Standing]:
    """Areas with a rank interval, the most burdened first."""
    known = [s for s in standings if s.rank is not None and s.rank_low is not None and s.rank_high is not None]
    return sorted(known, key=lambda s: (s.rank or 0, s.area))


def rank_intervals(
    standings: Sequence[Standing], names: Mapping[str, str], *, palette: Palette, width: int = TEXT
) -> Canvas:
    """Draw the intervals in the colours of the status.

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
    return _rows(rows, names, palette, width) if len(rows) <= MOST else _band(rows, palette, width)


def _rows(rows: Sequence[Standing], names: Mapping[str, str], palette: Palette, width: int) -> Canvas:
    room = 132.0 if width < 500 else 300.0
    lines = [wrap(names[s.area], room, SIZE) for s in rows]
    left = max((block_width(text, SIZE) for text in lines), default=0.0) + 14
    classes = [_class(s, width) for s in rows]
    last = max((s.rank_high or 1 for s in rows), default=1)
    heights = [_ROW + 15 * (len(text) - 1) for text in lines]
    top, bottom = 34.0, 34.0 + sum(heights)
    canvas = Canvas(width, bottom + 8, palette)
    right = width - 20.0 - max((text_width(text, NOTE) for text in classes), default=0.0)

    def x(rank: float) -> float:
        return left + 8 + (rank - 1) / max(last - 1, 1) * (right - left - 8)

    canvas.text(left + 2, 12, "‹ höchste Belastung", size=NOTE, color="ink-2")
    canvas.text(width - 2, 12, "Status", size=NOTE, color="ink-2", anchor="end")
    for tick in _ticks(last, 6 if width < 500 else 16):
        canvas.line([x(tick)] * 2, [top, bottom], "grid", 1)
        canvas.text(x(tick), top - 6, str(tick), size=NOTE, color="ink-2", anchor="middle")
    y = top
    for standing, text, said, height in zip(rows, lines, classes, heights, strict=True):
        middle = y + height / 2
        first = middle - (len(text) - 1) * 7.5 + SIZE * MIDDLE
        canvas.lines_of_text(left - 8, first, text, leading=15, size=SIZE, anchor="end")
        low, high = x(standing.rank_low or 1), x(standing.rank_high or 1)
        canvas.line([low - 4, high + 4], [middle, middle], "others", 9)
        canvas.dot(x(standing.rank or 1), middle, 11, _token(standing), stroke="ink", stroke_width=1)
        canvas.text(width - 2, middle + NOTE * MIDDLE, said, size=NOTE, anchor="end")
        y += height
    return canvas


def _band(rows: Sequence[Standing], palette: Palette, width: int) -> Canvas:
    """Intervals side by side in the order of the ranks, the classes below."""
    last = max(s.rank_high or 1 for s in rows)
    left, right, top, bottom = 40.0, width - 6.0, 44.0, 44.0 + (260.0 if width < 500 else 380.0)
    canvas = Canvas(width, bottom + 40, palette)
    step = (right - left) / len(rows)

    def y(rank: float) -> float:
        return top + (rank - 1) / max(last - 1, 1) * (bottom - top)

    for tick in _ticks(last, 6):
        canvas.line([left, right], [y(tick)] * 2, "grid", 1)
        canvas.text(left - 6, y(tick) + NOTE * MIDDLE, str(tick), size=NOTE, color="ink-2", anchor="end")
    canvas.text(0, 14, "Rang", size=NOTE, color="ink-2")
    edges = np.repeat(left + np.arange(len(rows) + 1) * step, 2)[1:-1]
    low = np.repeat([y(s.rank_low or 1) - 1 for s in rows], 2)
    high = np.repeat([y(s.rank_high or 1) + 1 for s in rows], 2)
    outline = np.concatenate([np.column_stack([edges, low]), np.column_stack([edges, high])[::-1]])
    canvas.shape([np.concatenate([outline, outline[:1]])], "others")
    canvas.line((edges[::2] + edges[1::2]) / 2, [y(s.rank or 1) for s in rows], "ink", 1.2)
    taken = -1.0
    for status, group in groupby(enumerate(rows), key=lambda entry: entry[1].status):
        found = [number for number, _ in group]
        start, end = left + found[0] * step, left + (found[-1] + 1) * step
        canvas.rect(start, bottom + 4, end - start, 9, _token(rows[found[0]]), stroke="axis", stroke_width=0.8)
        text = f"Status {status}" if width >= 500 else str(status)
        middle, half = (start + end) / 2, text_width(text, NOTE) / 2
        middle = min(max(middle, left + half), right - half)
        if status is not None and middle - half > taken:
            canvas.text(middle, bottom + 30, text, size=NOTE, anchor="middle")
            taken = middle + half + 4
    return canvas


def _class(standing: Standing, width: int) -> str:
    if standing.status is None:
        return "x"
    return str(standing.status) if width < 500 else f"{standing.status} {STATUS[standing.status - 1]}"


def _token(standing: Standing) -> str:
    return "withheld" if standing.status is None else f"status-{standing.status}s"


def _ticks(last: int, most: int) -> list[int]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if last / s <= most)
    return [1, *range(step if step > 1 else 2, last + 1, step)]
