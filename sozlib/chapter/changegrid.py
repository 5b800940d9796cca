"""Grid of indicators and areas: where a value has risen or fallen by more than chance.

Triangles point up or down, so that colour is not needed; blue and ochre say better and worse where the catalogue gives
a direction. What is not secured is a small ring; what is not shown or not tested has its sign.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas, Marker
from sozlib.chapter.lettering import NOTE, SIZE, SMALL, block_width, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.moved import Change
from sozlib.chapter.numbers import NBSP
from sozlib.chapter.palette import Palette
from sozlib.chapter.signs import SIGNS

#: More areas find no room beside each other.
MOST = 20

_TOKENS = {"better": "better-2", "worse": "worse-2", "higher": "ink-2", "lower": "ink-2"}


def change_grid(
    rows: Sequence[tuple[str, Mapping[str, Change]]],
    columns: Sequence[tuple[str, str, str]],
    *,
    palette: Palette,
    whole: str = "",
    width: int = TEXT,
) -> Canvas:
    """Draw the grid.

    Parameters
    ----------
    rows
        Title of each indicator and its changes by area.
    columns
        Id, label above the column, and name of each area; at most :data:`MOST`.
    whole
        Id of the area of the last column when that is the whole, which is set off.
    width
        Width in px.
    """
    slim = width < 500
    room = 114.0 if slim else 190.0
    size = SMALL if slim else SIZE
    titles = [wrap(title, room, size) for title, _ in rows]
    left = max((block_width(lines, size) for lines in titles), default=0.0) + 10
    last = next((label for id, label, _ in columns if id == whole), "")
    beside = text_width(last, SMALL, bold=True) / 2
    step = min((width - left - beside - 2) / max(len(columns) - 0.5, 1), 30.0)
    gap = max(6.0, beside + 8 - step) if last else 0.0
    step = min((width - left - gap - beside - 2) / max(len(columns) - 0.5, 1), 30.0)
    heights = [max(24.0, len(lines) * (size + 2) + 7) for lines in titles]
    top = 22.0
    bottom = top + sum(heights)
    key = "   ".join(f"{label}{NBSP}{name.replace(' ', NBSP)}" for id, label, name in columns if id != whole)
    note = wrap(key, width - 4, NOTE)
    canvas = Canvas(width, bottom + 10 + 16 * len(note), palette)
    places = {id: left + step * (n + 0.5) + (gap if id == whole else 0.0) for n, (id, _, _) in enumerate(columns)}
    for id, label, _ in columns:
        canvas.text(places[id], top - 8, label, size=SMALL, bold=id == whole, color="ink-2", anchor="middle")
    y = top
    for (_, changes), lines, height in zip(rows, titles, heights, strict=True):
        middle = y + height / 2
        canvas.line([0, width], [y, y], "grid", 1)
        first = middle - (len(lines) - 1) * (size + 2) / 2 + size * MIDDLE
        canvas.lines_of_text(left - 10, first, lines, leading=size + 2, size=size, anchor="end")
        for id, x in places.items():
            _mark(canvas, changes.get(id), x, middle, min(step, 15.0))
        y += height
    canvas.line([0, width], [y, y], "axis", 1)
    if whole in places:
        canvas.line([places[whole] - step / 2 - gap / 2] * 2, [top, bottom], "axis", 0.8)
    canvas.lines_of_text(0, bottom + 20, note, leading=16, size=NOTE, color="ink-2")
    return canvas


def _mark(canvas: Canvas, change: Change | None, x: float, y: float, size: float) -> None:
    if change is None or change.change is None or not change.tested:
        known = change is not None and change.change is not None
        text = "x" if known or change is None else SIGNS[change.status if change.status in SIGNS else "."].sign
        canvas.text(x, y + SMALL * MIDDLE, text, size=SMALL, color="ink-2", anchor="middle")
    elif not change.secured:
        canvas.dot(x, y, 5.5, "paper", stroke="axis", stroke_width=1.2)
    else:
        marker: Marker = "^" if change.verdict == "rising" else "v"
        canvas.dot(x, y, min(size - 2, 12.5), _TOKENS[change.meaning or "higher"], marker=marker)
