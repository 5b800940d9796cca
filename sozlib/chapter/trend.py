"""Trend: an area's values over the years beside those of the whole, with interval, breaks and gaps.

A line says "known in between". It is therefore drawn only from record to record; protected, unreliable and missing
values leave a gap, and their sign stands on the axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, block_width, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.numbers import NBSP
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import Scale, nice_scale, spread_out
from sozlib.chapter.values import TimeSeries, sign, spoken_reason, value_text
from sozlib.snapshot import CLASSES

_STRIP = 19.0  # height of the strip that carries the signs
_LEADING = 15.0


@dataclass(frozen=True)
class SeriesBreak:
    """First year after a change that makes earlier values hard to compare, and what changed."""

    period: int
    text: str


@dataclass(frozen=True)
class _Line:
    series: TimeSeries
    color: str
    width: float
    dash: tuple[float, ...]
    mark: float


def trend(
    own: TimeSeries | None,
    whole: TimeSeries | None,
    *,
    palette: Palette,
    region: TimeSeries | None = None,
    breaks: Sequence[SeriesBreak] = (),
    unit: str = "%",
    decimals: int = 1,
    from_zero: bool = True,
    width: int = TEXT,
) -> Canvas:
    """Draw a trend.

    Parameters
    ----------
    own
        The area, with its 95 % band; None in an overall chapter, where the whole takes its place.
    whole, region
        The district as dashed line, the planning region as a finer one.
    breaks
        Changes within the years shown; others are left out.
    unit, decimals
        Of the indicator. "%" stands at the values, any other unit above the axis.
    from_zero
        Zero belongs to the axis (shares, rates); otherwise a note says that it does not.
    width
        Width in px.
    """
    if own is None:
        own, whole = whole, None
    if own is None:
        raise ValueError("a trend needs a series")
    lines = [_Line(own, "own", 3.0, (), 8.0)]
    if region is not None:
        lines.append(_Line(region, "ink-2", 1.5, (6.0, 2.5, 1.5, 2.5), 5.0))
    if whole is not None:
        lines.append(_Line(whole, "district", 2.0, (9.0, 5.0), 6.0))
    return _Trend(lines, palette, breaks, unit, decimals, from_zero, width).draw()


class _Trend:
    def __init__(
        self,
        lines: list[_Line],
        palette: Palette,
        breaks: Sequence[SeriesBreak],
        unit: str,
        decimals: int,
        from_zero: bool,
        width: int,
    ):
        self.lines, self.palette, self.unit, self.decimals, self.width = lines, palette, unit, decimals, width
        self.slim = width < 500
        self.own = lines[0].series
        periods = sorted({p for line in lines for p in line.series.periods})
        self.first, self.last = (periods[0], periods[-1]) if periods else (0, 0)
        self.breaks = [b for b in breaks if self.first < b.period <= self.last]
        self.signs = self.own.signs()
        limits = [v for line in lines for v in line.series.values]
        limits += [*self.own.lower, *self.own.upper]
        self.from_zero = from_zero or not any(v is not None for v in limits)
        scale = nice_scale(limits, 1.0, 0.0, ticks=5 if self.slim else 6, from_zero=self.from_zero)
        labels = scale.labels()
        percent = unit == "%"
        top_label = labels[-1] + (f"{NBSP}%" if percent else "")
        self.left = max(24.0, max(text_width(t, 13) for t in (*labels[:-1], top_label)) + 9)
        self.tick_labels = (*labels[:-1], top_label)
        self.end_labels = [self._end_label(line) for line in lines]
        widest = max((block_width(block, 13, bold=True) for block in self.end_labels), default=0.0)
        self.right = widest + 20 if widest else 14.0
        self.plot_right = width - self.right
        self.notes = self._notes()
        rows = max((row + len(text) for _, text, row, _ in self.notes), default=0)
        heading = "" if percent else unit
        if scale.low > 0:
            heading = f"{unit}, Achse beginnt nicht bei 0"
        self.unit_line = list(wrap(heading, width - 10, NOTE)) if heading else []
        head = rows * _LEADING + (6 if rows else 0)
        self.top = 12 + max(head, len(self.unit_line) * _LEADING)
        self.height = self.top + (240 if self.slim else 245) + (_STRIP if self.signs else 0) + 28
        self.bottom = self.height - 28
        self.floor = self.bottom - (_STRIP if self.signs else 0)
        self.y = Scale(scale.low, scale.high, self.floor, self.top, scale.ticks)
        inset = min(14.0, (self.plot_right - self.left) / (2 * (self.last - self.first + 1)))
        self.x = Scale(self.first, max(self.last, self.first + 1), self.left + inset, self.plot_right - inset)
        if self.first == self.last:
            middle = (self.left + self.plot_right) / 2
            self.x = Scale(self.first, self.first + 1, middle, middle + 1)

    def draw(self) -> Canvas:
        self.canvas = Canvas(self.width, self.height, self.palette)
        self._axes()
        self._break_notes()
        self._band()
        for line in reversed(self.lines):
            self._line(line)
        self._strip()
        self._end_labels()
        self._interval_label()
        return self.canvas

    def _end_label(self, line: _Line) -> tuple[str, ...]:
        """Value (bold) and name of a line; the year too where the line ends early."""
        last = line.series.last
        if last is None:
            return ()
        period, value = last
        status = line.series.statuses[line.series.periods.index(period)]
        text = value_text(value, self.decimals, status, self.unit)
        if period != self.last:
            text += f" ({period})"
        return (text, *wrap(line.series.name, 96 if self.slim else 130, 13))

    def _notes(self) -> list[tuple[SeriesBreak, tuple[str, ...], int, bool]]:
        """Break notes above the plot: text, the row it begins in, whether it stands left of its line."""
        notes: list[tuple[SeriesBreak, tuple[str, ...], int, bool]] = []
        taken: list[tuple[float, float, int, int]] = []
        inset = min(14.0, (self.plot_right - self.left) / (2 * (self.last - self.first + 1)))
        x = Scale(self.first, max(self.last, self.first + 1), self.left + inset, self.plot_right - inset)
        for item in self.breaks:
            at = x(item.period - 0.5)
            text = wrap(item.text, 118 if self.slim else 150, NOTE)
            needed = block_width(text, NOTE) + 8
            left = at + needed > self.width - 2 and at - needed > 2
            low, high = (at - needed, at) if left else (at, at + needed)
            row = 0
            while any(low < h and a < high and row < r + n and r < row + len(text) for a, h, r, n in taken):
                row += 1
            taken += [(low, high, row, len(text))]
            notes.append((item, text, row, left))
        return notes

    def _axes(self) -> None:
        canvas, y = self.canvas, self.y
        for tick, label in zip(y.ticks, self.tick_labels, strict=True):
            zero = tick == 0 and y.low < 0
            canvas.line([self.left, self.plot_right], [y(tick)] * 2, "axis" if zero else "grid", 1)
            canvas.text(self.left - 7, y(tick) + 13 * MIDDLE, label, size=13, color="ink-2", anchor="end")
        canvas.line([self.left, self.plot_right], [self.bottom] * 2, "axis", 0.9)
        canvas.lines_of_text(2, 12, self.unit_line, leading=_LEADING, size=NOTE, color="ink-2")
        span = self.last - self.first
        rhythm = max(self.own.rhythm, 1)
        step = next(s for s in (1, 2, 3, 4, 5, 6, 10, 20) if s == 20 or (s % rhythm == 0 and self._room(s)) or s > span)
        for period in range(self.last, self.first - 1, -step):
            canvas.line([self.x(period)] * 2, [self.bottom, self.bottom + 4], "axis", 0.9)
            canvas.text(self.x(period), self.bottom + 18, str(period), size=13, color="ink-2", anchor="middle")

    def _room(self, step: int) -> bool:
        return abs(self.x(self.first + step) - self.x(self.first)) >= text_width("2000", 13) + 9

    def _break_notes(self) -> None:
        for item, text, row, left in self.notes:
            at = self.x(item.period - 0.5)
            start = 4 + row * _LEADING
            self.canvas.line([at, at], [start, self.bottom], "axis", 1, dash=(1.0, 2.5))
            x, anchor = (at - 6, "end") if left else (at + 6, "start")
            self.canvas.lines_of_text(
                x,
                start + 10,
                text,
                leading=_LEADING,
                size=NOTE,
                color="ink-2",
                anchor="end" if anchor == "end" else "start",
            )

    def _band(self) -> None:
        s = self.own
        for run in s.runs():
            run = [i for i in run if s.lower[i] is not None and s.upper[i] is not None]
            points = [(self.x(s.periods[i]), float(s.lower[i] or 0), float(s.upper[i] or 0)) for i in run]
            if len(points) == 1:
                x, low, high = points[0]
                self.canvas.rect(x - 4, self.y(high), 8, self.y(low) - self.y(high), "interval")
            elif points:
                ring = [(x, self.y(high)) for x, _, high in points]
                ring += [(x, self.y(low)) for x, low, _ in reversed(points)]
                self.canvas.shape([np.array([*ring, ring[0]])], "interval")

    def _line(self, line: _Line) -> None:
        s = line.series
        runs = s.runs()
        for run in runs:
            x, y = self._points(s, run)
            self.canvas.line(x, y, line.color, line.width, dash=line.dash, cap="round")
        sparse = s.rhythm > 1
        for run in runs:
            for i in run:
                limited = s.statuses[i] == "()"
                if sparse or limited or len(run) == 1 or (run is runs[-1] and i == run[-1]):
                    x, y = self._points(s, [i])
                    fill, stroke = ("paper", line.color) if limited else (line.color, "paper")
                    self.canvas.dots(x, y, line.mark, fill, stroke=stroke, stroke_width=2 if limited else 1)

    def _points(self, series: TimeSeries, run: list[int]) -> tuple[list[float], list[float]]:
        x = [self.x(series.periods[i]) for i in run]
        return x, [self.y(v) for i in run if (v := series.values[i]) is not None]

    def _strip(self) -> None:
        """Signs of the years without a value on the axis, and a note if there is none with one."""
        if not self.signs:
            return
        half = (self.x(self.first + 1) - self.x(self.first)) / 2 if self.last > self.first else 20.0
        half = min(half * self.own.rhythm, 40.0) if self.own.rhythm > 1 else half
        for period, _ in self.signs:
            low = max(self.left, self.x(period) - half)
            high = min(self.plot_right, self.x(period) + half)
            self.canvas.rect(low, self.floor + 0.5, high - low, _STRIP - 1, "withheld")
        # Signs of neighbouring years must not touch where the years stand close together.
        room = 2 * half - 1
        for period, mark in self.signs:
            y = self.floor + (8.5 if mark == "." else 13.5)
            size = min(SIZE, SIZE * room / text_width(mark, SIZE, bold=True))
            self.canvas.text(
                *(self.x(period), y + (4 if mark == "." else 0), mark),
                size=size, bold=True, color="ink-2", anchor="middle",
            )  # fmt: skip
        if not self.own.known:
            reasons = "; ".join(dict.fromkeys(map(_why, self.own.statuses)))
            text = wrap(f"{self.own.name}: {reasons}", self.plot_right - self.left - 16, 13)
            y = self.floor - 8 - (len(text) - 1) * 16
            self.canvas.rect(self.left + 5, y - 13, block_width(text, 13) + 6, len(text) * 16 + 2, "paper")
            self.canvas.lines_of_text(self.left + 8, y, text, leading=16, size=13, color="ink-2")

    def _end_labels(self) -> None:
        shown = [(line, label) for line, label in zip(self.lines, self.end_labels, strict=True) if label]
        ends = [line.series.last or (0, 0.0) for line, _ in shown]
        wanted = [self.y(value) for _, value in ends]
        heights = [_LEADING * len(label) + 1 for _, label in shown]
        beside_notes = any(
            not left and self._note_end(item, text) > self.plot_right for item, text, _, left in self.notes
        )
        highest = self.top - 4 if beside_notes else 2.0
        centres = spread_out(wanted, heights, highest, self.bottom + 8, gap=4)  # above the years
        for (line, label), (period, _), at, centre, height in zip(shown, ends, wanted, centres, heights, strict=True):
            x = self.plot_right + 6
            if abs(centre - at) > 9 and period == self.last:
                self.canvas.line([self.x(period) + 6, x - 1], [at, centre], line.color, 0.8)
            y = centre - height / 2 + 12.5
            self.canvas.text(x, y, label[0], bold=True, color=line.color)
            self.canvas.lines_of_text(x, y + _LEADING, label[1:], leading=_LEADING - 0.5, size=13, color=line.color)

    def _note_end(self, item: SeriesBreak, text: tuple[str, ...]) -> float:
        return self.x(item.period - 0.5) + 6 + block_width(text, NOTE)

    def _interval_label(self) -> None:
        """Name of the band, where it touches no line; found once, beside the band's first stretch with room."""
        s = self.own
        if not any(v is not None for v in s.upper):
            return
        text = "95-%-Intervall"
        half = text_width(text, NOTE) / 2 + 3
        known = [
            (self.x(p), self.y(u), self.y(lo))
            for p, u, lo in zip(s.periods, s.upper, s.lower, strict=True)
            if u is not None and lo is not None
        ]
        obstacles = [point for line in self.lines for point in self._dense(line.series)]
        obstacles += [point for i in (0, 1) for point in self._dense_edge(i)]
        for x, *_ in known:
            x = min(max(x, self.left + half), self.plot_right - half)
            near = [(u, lo) for kx, u, lo in known if abs(kx - x) <= half + 30]
            for base in (min(u for u, _ in near) - 6, max(lo for _, lo in near) + 15):
                top, bottom = base - 12, base + 4
                if not (self.top + 2 < top and bottom < self.floor - 2):
                    continue
                if any(abs(at - x) < half + 3 for item, *_ in self.notes for at in [self.x(item.period - 0.5)]):
                    continue
                if not any(abs(px - x) <= half + 2 and top - 2 <= py <= bottom + 2 for px, py in obstacles):
                    self.canvas.text(x, base, text, size=NOTE, color="ink-2", anchor="middle")
                    return

    def _dense(self, series: TimeSeries) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for run in series.runs():
            x, y = self._points(series, run)
            points += _between(x, y)
        return points

    def _dense_edge(self, upper: int) -> list[tuple[float, float]]:
        s = self.own
        column = s.upper if upper else s.lower
        points: list[tuple[float, float]] = []
        for run in s.runs():
            pairs = [(self.x(s.periods[i]), self.y(v)) for i in run if (v := column[i]) is not None]
            points += _between([x for x, _ in pairs], [y for _, y in pairs])
        return points


def _why(status: str) -> str:
    """What a sign on the axis means, for the note in a chart without a value."""
    if status in CLASSES:
        return "Klassen statt Werten, 1 umfasst die niedrigsten"
    return f"{spoken_reason(status)} ({sign(status)})"


def _between(x: list[float], y: list[float]) -> list[tuple[float, float]]:
    if len(x) < 2:
        return list(zip(x, y, strict=True))
    xs = np.arange(x[0], x[-1] + 1, 3.0)
    return list(zip(xs.tolist(), np.interp(xs, x, y).tolist(), strict=True))
