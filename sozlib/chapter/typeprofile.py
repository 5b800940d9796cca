"""Profiles of the types: for each one how far its indicators lie from the middle of all areas.

One panel a type, one bar an indicator, all on the same scale. Letter and name identify a type; its colour repeats what
the map shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.numbers import signed
from sozlib.chapter.palette import Palette, lettering

_GAP, _ROW, _LEADING, _SWATCH = 28.0, 20.0, 14.5, 20.0


@dataclass(frozen=True)
class TypePanel:
    """A type: its letter, its name, how many areas it has (in words), its mean marks by indicator."""

    letter: str
    title: str
    count: str
    marks: Mapping[str, float]


def type_profiles(
    panels: Sequence[TypePanel], titles: Mapping[str, str], *, palette: Palette, width: int = TEXT
) -> Canvas:
    """Draw the profiles.

    Parameters
    ----------
    panels
        The types, in order.
    titles
        Short title of each indicator, in order.
    width
        Width in px: one column of panels on phones, two in the text, three beyond.
    """
    columns = 1 if width < 500 else 2 if width < 900 else 3
    across = (width - _GAP * (columns - 1)) / columns
    room = 0.46 * across
    labels = {id: wrap(title, room - 8, NOTE) for id, title in titles.items()}
    heights = {id: _ROW + _LEADING * (len(text) - 1) for id, text in labels.items()}
    names = [wrap(panel.title, across - _SWATCH - 8, SIZE, bold=True) for panel in panels]
    heads = [17.0 * len(lines) + 24 for lines in names]
    rows = [range(i, min(i + columns, len(panels))) for i in range(0, len(panels), columns)]
    body = sum(heights.values())
    tall = [max(heads[i] for i in row) + body + 22 for row in rows]
    canvas = Canvas(width, sum(tall), palette)
    furthest = max([1.0, *(abs(mark) for panel in panels for mark in panel.marks.values())])
    top = 0.0
    for row, height in zip(rows, tall, strict=True):
        head = max(heads[i] for i in row)
        for column, i in enumerate(row):
            left = column * (across + _GAP)
            _head(canvas, panels[i], names[i], left, top)
            bars = _Bars(left + room, left + across, furthest)
            _rows(canvas, panels[i], labels, heights, bars, (left, top + head))
        top += height
    return canvas


@dataclass(frozen=True)
class _Bars:
    """Where the bars of a panel are drawn: both ends leave room for a value."""

    start: float
    end: float
    furthest: float

    def __call__(self, mark: float) -> float:
        edge = text_width("+0,0", NOTE) + 5
        half = (self.end - self.start) / 2 - edge
        return (self.start + self.end) / 2 + half * mark / self.furthest


def _head(canvas: Canvas, panel: TypePanel, name: Sequence[str], left: float, top: float) -> None:
    token = f"type-{panel.letter.lower()}"
    canvas.rect(left, top + 1, _SWATCH, _SWATCH, token)
    middle = left + _SWATCH / 2
    canvas.text(middle, top + 16, panel.letter, bold=True, color=lettering(token), anchor="middle", silent=True)
    canvas.lines_of_text(left + _SWATCH + 8, top + 15, name, leading=17, bold=True)
    canvas.text(left + _SWATCH + 8, top + 15 + 17 * len(name), panel.count, size=NOTE, color="ink-2")


def _rows(
    canvas: Canvas,
    panel: TypePanel,
    labels: Mapping[str, Sequence[str]],
    heights: Mapping[str, float],
    x: _Bars,
    corner: tuple[float, float],
) -> None:
    left, y = corner
    canvas.line([x(0)] * 2, [y, y + sum(heights.values())], "axis", 1)
    for id, lines in labels.items():
        middle = y + heights[id] / 2
        first = middle - (len(lines) - 1) * _LEADING / 2 + NOTE * MIDDLE
        canvas.lines_of_text(left, first, lines, leading=_LEADING, size=NOTE, color="ink-2")
        mark = panel.marks[id]
        low, high = sorted((x(0), x(mark)))
        if high - low > 0.5:
            canvas.rect(
                low, middle - 5, high - low, 10, f"type-{panel.letter.lower()}", stroke="ink-2", stroke_width=0.8
            )
        end, side = (high + 5, "start") if mark >= 0 else (low - 5, "end")
        canvas.text(end, middle + NOTE * MIDDLE, signed(mark), size=NOTE, anchor="start" if side == "start" else "end")
        y += heights[id]
