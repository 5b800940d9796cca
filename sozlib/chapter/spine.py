"""Spine chart: an area's profile against the whole, one row for each indicator.

Every row has a scale of its own on which the whole is the centre line. Right is always the more favourable side;
indicators without a direction stand in a block of their own, where right means higher. A triangle points only where the
difference is significant; a hollow circle says that the area cannot be told from the whole.

References
----------
.. [1] Public Health England / OHID, *Fingertips*, spine charts, https://fingertips.phe.org.uk/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sozlib.chapter.canvas import FULL, MIDDLE, Canvas, Marker
from sozlib.chapter.lettering import NOTE, SIZE, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.numbers import number
from sozlib.chapter.palette import Palette
from sozlib.chapter.values import AreaValue, known, sign, spoken_reason

Direction = Literal["burdening", "relieving", "neutral"]
Finding = Literal["better", "worse", "same", "higher", "lower", "unknown"]


@dataclass(frozen=True)
class SpineRow:
    """One indicator of a profile.

    Parameters
    ----------
    title
        Short title of the indicator.
    own, whole
        Values of the area and the district.
    areas
        Values of all areas, the own one included: the light and dark bars. Where fewer than half of them are shown (an
        edition that tells classes of the others), bars of the rest would say nothing of all: there are none then.
    direction
        Whether high values burden, relieve or neither.
    unit, decimals
        Of the indicator.
    """

    title: str
    own: AreaValue
    whole: AreaValue
    areas: tuple[AreaValue, ...]
    direction: Direction = "neutral"
    unit: str = "%"
    decimals: int = 1

    @property
    def spread(self) -> tuple[float, ...]:
        """Values that the bars stand for; empty where most areas have none."""
        values = known(self.areas)
        return tuple(values) if 2 * len(values) >= len(self.areas) else ()

    @property
    def finding(self) -> Finding:
        """Where the area lies against the whole; anything but ``same`` is significant."""
        versus = self.own.versus
        if self.own.value is None or self.whole.value is None or versus not in ("above", "below", "same"):
            return "unknown"
        if versus == "same":
            return "same"
        if self.direction == "neutral":
            return "higher" if versus == "above" else "lower"
        return "better" if (versus == "above") == (self.direction == "relieving") else "worse"


@dataclass(frozen=True)
class _Columns:
    """Places in px: title ends, numbers end, the bars' box."""

    title: float
    own: float
    whole: float
    low: float
    high: float
    left: float
    right: float


def spine(
    rows: Sequence[SpineRow],
    *,
    palette: Palette,
    own_label: str = "Raum",
    whole_label: str = "Kreis",
    width: int = FULL,
) -> Canvas:
    """Draw a profile.

    Parameters
    ----------
    rows
        Indicators in the order to show; those without a direction are moved into a second block.
    own_label, whole_label
        Heads of the number columns, also the word at the centre line.
    width
        Width in px: 1040, 680 or 340.
    """
    return _Spine(rows, palette, own_label, whole_label, width).draw()


class _Spine:
    def __init__(self, rows: Sequence[SpineRow], palette: Palette, own_label: str, whole_label: str, width: int):
        self.width, self.palette, self.own_label, self.whole_label = width, palette, own_label, whole_label
        self.slim = width < 500
        valued = [r for r in rows if r.direction != "neutral"]
        neutral = [r for r in rows if r.direction == "neutral"]
        self.blocks = [(kind, block) for kind, block in ((True, valued), (False, neutral)) if block]
        self.mixed = len({r.unit for r in rows}) > 1 or any(r.unit != "%" for r in rows)
        self.columns = self._layout(rows)
        self.titles = {id(r): self._title(r) for r in rows}
        self.head = 46.0
        self.block_gap = 14.0
        self.height = sum(self.head + sum(map(self._height, block)) for _, block in self.blocks)
        self.height += self.block_gap * (len(self.blocks) - 1) + 4

    def _layout(self, rows: Sequence[SpineRow]) -> _Columns:
        if self.slim:
            return _Columns(self.width - 12.0, 0, 0, 0, 0, 8.0, self.width - 8.0)
        full = self.width > 900
        gap = 22.0 if full else 13.0
        cell = {
            "own": self._column([(r.own.text(r.decimals), True) for r in rows], self.own_label),
            "whole": self._column([(r.whole.text(r.decimals), False) for r in rows], self.whole_label),
            "low": self._column([(_edge(r, min), False) for r in rows], "min."),
            "high": self._column([(_edge(r, max), False) for r in rows], "max."),
        }
        high = self.width - 4.0
        low = high - cell["high"] - gap
        right = low - cell["low"] - gap
        room = right - (460.0 if full else 210.0) - gap - cell["own"] - cell["whole"] - 2 * gap
        wanted = max([90.0, *(text_width(_named(r, self.mixed), SIZE) + 2 for r in rows)])
        title = min(wanted, room)
        own = title + gap + cell["own"]
        whole = own + gap + cell["whole"]
        return _Columns(title, own, whole, low, high, whole + gap, right)

    def _column(self, cells: Sequence[tuple[str, bool]], label: str) -> float:
        return max([text_width(label, NOTE), *(text_width(text, SIZE, bold) for text, bold in cells)])

    def _title(self, row: SpineRow) -> tuple[str, ...]:
        numbers = text_width(self._pair(row), 13, bold=True) + 16 if self.slim else 0.0
        return wrap(_named(row, self.mixed), self.columns.title - numbers + 1, 13 if self.slim else SIZE)

    def _pair(self, row: SpineRow) -> str:
        return f"{row.own.text(row.decimals)} | {row.whole.text(row.decimals)}"

    def _height(self, row: SpineRow) -> float:
        lines = len(self.titles[id(row)])
        return 35.0 + 16 * lines if self.slim else max(31.0, 15.0 * lines + 10)

    def draw(self) -> Canvas:
        self.canvas = canvas = Canvas(self.width, self.height, self.palette)
        y = 0.0
        for k, (valued, block) in enumerate(self.blocks):
            y += self.block_gap if k else 0
            self._block_head(y, valued, first=k == 0)
            y += self.head
            for row in block:
                height = self._height(row)
                if not self.slim:
                    canvas.line([0, self.width], [y, y], "grid", 0.8)
                self._row(row, y, height)
                y += height
        return canvas

    def _block_head(self, y: float, valued: bool, first: bool) -> None:
        canvas, c = self.canvas, self.columns
        base = y + self.head - 12
        if self.slim:
            text = f"{self.own_label} | {self.whole_label}"
            canvas.text(self.width - 6, y + 14, text, size=NOTE, color="ink-2", anchor="end")
            if not valued:
                canvas.text(6, y + 14, "Ohne Wertung", size=NOTE, color="ink-2")
        else:
            heads = ((c.own, self.own_label), (c.whole, self.whole_label), (c.low, "min."), (c.high, "max."))
            for x, text in heads if first else ():
                canvas.text(x, base, text, size=NOTE, color="ink-2", anchor="end")
            if not valued:
                canvas.text(0, base, "Ohne Wertung", size=NOTE, color="ink-2")
        words = ("ungünstiger", "günstiger") if valued else ("niedriger", "höher")
        colors = ("worse-2", "better-2") if valued else ("ink-2", "ink-2")
        mark = base - NOTE * MIDDLE
        canvas.dot(c.left + 3, mark, 6.5, colors[0], marker="<")
        canvas.text(c.left + 11, base, words[0], size=NOTE, bold=True, color=colors[0])
        canvas.dot(c.right - 3, mark, 6.5, colors[1], marker=">")
        canvas.text(c.right - 11, base, words[1], size=NOTE, bold=True, color=colors[1], anchor="end")
        middle = (c.left + c.right) / 2
        space = (c.right - c.left) / 2 - text_width(words[0], NOTE, bold=True) - 18
        if text_width(self.whole_label, NOTE, bold=True) / 2 < space:
            canvas.text(middle, base, self.whole_label, size=NOTE, bold=True, color="district", anchor="middle")

    def _row(self, row: SpineRow, y: float, height: float) -> None:
        canvas, c = self.canvas, self.columns
        title = self.titles[id(row)]
        if self.slim:
            middle = y + height - 17
            canvas.lines_of_text(6, y + 14, title, leading=16, size=13)
            canvas.text(self.width - 6, y + 14, self._pair(row), size=13, bold=True, anchor="end")
        else:
            middle = y + height / 2
            first = middle + SIZE * MIDDLE - (len(title) - 1) * 7.5
            canvas.lines_of_text(0, first, title, leading=15, size=SIZE)
            base = middle + SIZE * MIDDLE
            canvas.text(c.own, base, row.own.text(row.decimals), bold=True, anchor="end")
            canvas.text(c.whole, base, row.whole.text(row.decimals), color="ink-2", anchor="end")
            canvas.text(c.low, base, _edge(row, min), color="ink-2", anchor="end")
            canvas.text(c.high, base, _edge(row, max), color="ink-2", anchor="end")
        self._marks(row, y, height, middle)

    def _marks(self, row: SpineRow, y: float, height: float, middle: float) -> None:
        canvas, c = self.canvas, self.columns
        center, half = (c.left + c.right) / 2, (c.right - c.left) / 2 - 6
        top, bottom = (middle - 11, middle + 11) if self.slim else (y, y + height)
        values, whole = row.spread, row.whole.value
        own = [v for v in (row.own.value, row.own.lower, row.own.upper) if v is not None]
        if whole is not None and (values or own):
            side = -1.0 if row.direction == "burdening" else 1.0
            reach = max((abs(v - whole) for v in values or own), default=0.0) or abs(whole) or 1.0

            def x(value: float) -> float:
                return center + half * float(np.clip(side * (value - whole) / reach, -1.02, 1.02))

            if values:
                q1, q3 = (float(q) for q in np.percentile(values, [25, 75]))
                for token, a, b in (("grid", min(values), max(values)), ("others", q1, q3)):
                    low, high = sorted((x(a), x(b)))
                    canvas.rect(low, middle - 6.5, max(high - low, 1), 13, token)
            canvas.line([center, center], [top, bottom], "district", 1.6)
            if row.own.value is not None:
                if row.own.lower is not None and row.own.upper is not None:
                    canvas.line([x(row.own.lower), x(row.own.upper)], [middle, middle], "ink", 1.6)
                self._own_mark(row, x(row.own.value), middle)
                return
        else:
            canvas.line([center, center], [top, bottom], "district", 1.6)
        if row.own.value is None:
            text = sign(row.own.status)
            reason = spoken_reason(row.own.status)
            words = text if text == reason else f"{text}  {reason}"
            available = half - 12
            shown = words if text_width(words, NOTE) <= available else text
            canvas.rect(center + 5, middle - 8.5, text_width(shown, NOTE) + 10, 17, "withheld")
            canvas.text(center + 10, middle + NOTE * MIDDLE, shown, size=NOTE, color="ink-2")

    def _own_mark(self, row: SpineRow, x: float, y: float) -> None:
        canvas, finding = self.canvas, row.finding
        if finding in ("better", "worse"):
            marker: Marker = ">" if finding == "better" else "<"
            canvas.dot(x, y, 10, f"{finding}-2", stroke="paper", stroke_width=1, marker=marker)
        elif finding in ("higher", "lower") or (row.direction == "neutral" and finding != "same"):
            canvas.dot(x, y, 8.5, "own", stroke="paper", stroke_width=1, marker="s")
        else:
            canvas.dot(x, y, 8.5, "paper", stroke="ink", stroke_width=2)


def _named(row: SpineRow, mixed: bool) -> str:
    return f"{row.title} ({row.unit})" if mixed and row.unit else row.title


def _edge(row: SpineRow, choose: Callable[[list[float]], float]) -> str:
    return number(choose(list(row.spread)), row.decimals) if row.spread else ""
