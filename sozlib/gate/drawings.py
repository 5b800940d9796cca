"""Hidden numbers in drawings: a point, a line's corner or a bar's end where the hidden value would stand.

A drawing is read as a reader with a ruler would: the axis is found by the labels of its ticks, the hidden value is put
on it, and what stands there is looked at. Trends, funnels and dot plots have both axes; in rankings and pairs of dots
the row's name, in small multiples the panel's title says whose mark it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sozlib.gate.pages import Leak
from sozlib.gate.words import Names, normal

_STEP = re.compile(r"([MLlCcQqVvHhZz])|(-?\d*\.?\d+)")
_HEX = re.compile(r"#[0-9a-f]{6}")
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{3})*(?:,\d+)?( %)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LABEL = re.compile(r"^\d+ (?=\D)")
#: Drawings are written in tenths of a px.
_NEAR = 0.35
_PAIRS = {"l": 2, "c": 6, "q": 4}


@dataclass(frozen=True)
class _Text:
    x: float
    y: float
    anchor: str
    words: str


@dataclass(frozen=True)
class _Axis:
    """Linear axis: px = slope · value + offset."""

    slope: float
    offset: float

    def __call__(self, value: float) -> float:
        return self.slope * value + self.offset


class Drawing:
    """One SVG drawing.

    Parameters
    ----------
    svg
        Its element; names of tags without namespace.
    """

    def __init__(self, svg: Any):
        self.texts: list[_Text] = []
        points: list[tuple[float, float]] = []
        paints: list[str] = []
        self.circles: list[tuple[float, float]] = []
        self.title = ""
        for element in svg.iter():
            tag = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
            if tag == "title":
                self.title = normal(element.text or "")
            elif tag == "text" and element.get("transform") is None:
                words = normal("".join(element.itertext()))
                place = float(element.get("x", 0)), float(element.get("y", 0))
                self.texts.append(_Text(*place, element.get("text-anchor", "start"), words))
            elif tag == "circle":
                place = float(element.get("cx", 0)), float(element.get("cy", 0))
                self.circles.append(place)
                points.append(place)
                paints.append(_paint(element))
            elif tag == "path":
                for corner in corners(element.get("d", "")):
                    points.append(corner)
                    paints.append(_paint(element))
        self.points = np.array(points, dtype=float).reshape(-1, 2)
        self.paints = np.array(paints, dtype=object)

    @property
    def years(self) -> _Axis | None:
        """Axis of the years, along the lower edge."""
        rows = self._rows([t for t in self.texts if t.anchor == "middle" and _YEAR.fullmatch(t.words)])
        return _fit([(float(t.words), t.x) for t in max(rows, key=len, default=[])])

    @property
    def across(self) -> _Axis | None:
        """Axis of the values from left to right."""
        labels = [t for t in self.texts if t.anchor == "middle" and _value(t) is not None]
        rows = self._rows([t for t in labels if not _YEAR.fullmatch(t.words)])
        return _fit([(_value(t) or 0.0, t.x) for t in max(rows, key=len, default=[])])

    @property
    def up(self) -> _Axis | None:
        """Axis of the values from below; labels stand a third of their size under their line."""
        columns: dict[float, list[_Text]] = {}
        for text in self.texts:
            if text.anchor == "end" and _value(text) is not None:
                columns.setdefault(text.x, []).append(text)
        labels = columns[min(columns)] if columns else []
        return _fit([(_value(t) or 0.0, t.y - 13 * 0.33) for t in labels])

    @staticmethod
    def _rows(texts: Sequence[_Text]) -> list[list[_Text]]:
        rows: dict[float, list[_Text]] = {}
        for text in texts:
            rows.setdefault(text.y, []).append(text)
        return list(rows.values())

    def mark_at(self, x: float, y: float) -> bool:
        """Whether a mark, a line's corner or an end is at a point."""
        if not len(self.points):
            return False
        return bool((np.abs(self.points - (x, y)).max(axis=1) <= _NEAR).any())


def leaks(svg: Any, id: str, area: str, names: Names) -> Iterator[Leak]:
    """Hidden values that a drawing shows.

    Parameters
    ----------
    svg
        Element of the drawing.
    id
        Id of its figure, which names the indicator.
    area
        Area of the volume.
    names
        Names and hidden cells.
    """
    indicator = names.of_block(id)
    if indicator is not None and not any(True for _ in names.cells(indicator)):
        return
    if indicator is None and "-vielfache" not in id and "-verlaeufe" not in id:
        return
    drawing = Drawing(svg)
    found: Iterator[tuple[str, str, int]] = iter(())
    years, up, across = drawing.years, drawing.up, drawing.across
    if indicator is not None and years is not None and up is not None:
        found = _on_trend(drawing, years, up, indicator, area, names)
    elif indicator is not None and up is not None and "-trichter-" in id:
        found = _in_funnel(drawing, up, indicator, names)
    elif indicator is not None and across is not None:
        found = _on_row(drawing, across, indicator, names, then_and_now="-veraenderung-" in id)
    elif years is None and across is None:
        found = _in_panels(drawing, indicator, area, names)
    for cell in dict.fromkeys(found):
        yield Leak(f"Zeichnung {id}", names.described(cell))


def _on_trend(
    drawing: Drawing, years: _Axis, up: _Axis, indicator: str, area: str, names: Names
) -> Iterator[tuple[str, str, int]]:
    shown = names.numbers(indicator)
    for cell in names.cells(indicator):
        numbers = names.hidden.cells[cell]
        x = years(cell[2])
        others = [up(n) for (_, period), values in shown.items() if period == cell[2] for n in values]
        for column in ("value", "lower", "upper"):
            y = up(numbers[column]) if column in numbers else None
            explained = y is None or any(abs(y - other) <= 2 * _NEAR for other in others)
            if y is not None and not explained and drawing.mark_at(x, y):
                yield cell


def _in_funnel(drawing: Drawing, up: _Axis, indicator: str, names: Names) -> Iterator[tuple[str, str, int]]:
    """A dot at the height of a hidden value that no shown value of the year explains."""
    named = _YEAR.findall(drawing.title)
    period = int(named[-1]) if named else None
    shown = [up(n) for (_, p), values in names.numbers(indicator).items() if period in (None, p) for n in values]
    for cell in names.cells(indicator, period=period):
        if "value" not in names.hidden.cells[cell]:
            continue
        y = up(names.hidden.cells[cell]["value"])
        dots = any(abs(cy - y) <= _NEAR for _, cy in drawing.circles)
        if dots and not any(abs(y - other) <= 2 * _NEAR for other in shown):
            yield cell


def _on_row(
    drawing: Drawing, across: _Axis, indicator: str, names: Names, *, then_and_now: bool = False
) -> Iterator[tuple[str, str, int]]:
    """Marks of a row whose value is hidden; of both years that the title names where it compares two."""
    named = [int(year) for year in _YEAR.findall(drawing.title)]
    for period in named if then_and_now else [named[-1] if named else None]:
        yield from _in_year(drawing, across, indicator, names, period)


def _in_year(
    drawing: Drawing, across: _Axis, indicator: str, names: Names, period: int | None
) -> Iterator[tuple[str, str, int]]:
    rows = {names.area(t.words): t.y for t in drawing.texts if t.anchor == "end" and names.area(t.words)}
    shown = [n for (_, p), values in names.numbers(indicator).items() if period in (None, p) for n in values]
    for cell in names.cells(indicator, period=period):
        numbers = names.hidden.cells[cell]
        if "value" not in numbers:
            continue
        if cell[1] in rows:
            y = rows[cell[1]]
            if any(y - 12 < cy < y + 4 for _, cy in drawing.circles):
                yield cell
        else:
            x = across(numbers["value"])
            dots = [cx for cx, _ in drawing.circles if abs(cx - x) <= _NEAR]
            if dots and not any(abs(across(n) - x) <= 2 * _NEAR for n in shown):
                yield cell


def _in_panels(drawing: Drawing, indicator: str | None, area: str, names: Names) -> Iterator[tuple[str, str, int]]:
    """Small multiples: a mark above a year whose value the panel hides."""
    ends = sorted(int(t.words) for t in drawing.texts if _YEAR.fullmatch(t.words))
    if not ends or ends[0] == ends[-1] or not len(drawing.points):
        return
    palette = names.palette
    drawn = np.isin(drawing.paints, [palette["own"], palette["ink-2"]])
    points = drawing.points[drawn]
    titles = [(t, _panel(t.words, indicator, area, names)) for t in drawing.texts if t.anchor == "start"]
    titles = [(t, key) for t, key in titles if key is not None]
    rows = sorted({t.y for t, _ in titles})
    for text, key in titles:
        right = min((t.x for t in drawing.texts if t.anchor == "end" and t.y == text.y and t.x > text.x), default=None)
        if right is None or key is None:
            continue
        below = next((y for y in rows if y > text.y), np.inf)
        for cell in names.cells(key[0], key[1]):
            if "value" not in names.hidden.cells[cell]:
                continue
            x = text.x + 5 + (cell[2] - ends[0]) / (ends[-1] - ends[0]) * (right - text.x - 13)
            inside = (points[:, 1] > text.y) & (points[:, 1] < below) & (np.abs(points[:, 0] - x) <= _NEAR)
            if inside.any():
                yield cell


def _panel(title: str, indicator: str | None, area: str, names: Names) -> tuple[str, str] | None:
    words = _LABEL.sub("", title)
    if indicator is not None:
        of = names.area(words)
        return (indicator, of) if of else None
    named = names.indicator(words)
    return (named, area) if named else None


def _value(text: _Text) -> float | None:
    match = _NUMBER.fullmatch(text.words)
    return float(text.words.removesuffix(" %").replace(".", "").replace(",", ".")) if match else None


def _fit(pairs: Sequence[tuple[float, float]]) -> _Axis | None:
    """Axis through labelled places; None unless they lie on a line."""
    if len({value for value, _ in pairs}) < 2:
        return None
    values, places = np.array(pairs).T
    slope, offset = np.polyfit(values, places, 1)
    straight = np.abs(slope * values + offset - places).max() <= 0.5
    return _Axis(float(slope), float(offset)) if straight else None


def _paint(element: Any) -> str:
    for key in ("stroke", "fill"):
        found = _HEX.search(element.get(key, ""))
        if found:
            return found[0]
    return ""


def corners(d: str) -> Iterator[tuple[float, float]]:
    """Points of a path in px: where it starts, turns and ends."""
    x = y = 0.0
    command = ""
    waiting: list[float] = []
    for letter, number in _STEP.findall(d):
        if letter:
            command, waiting = letter, []
            continue
        waiting.append(float(number))
        if command.lower() in ("v", "h"):
            along = waiting.pop()
            if command.lower() == "h":
                x = along + (x if command == "h" else 0.0)
            else:
                y = along + (y if command == "v" else 0.0)
            yield x, y
        elif len(waiting) == _PAIRS.get(command.lower(), 2):
            relative = command in "lcq" and command != ""
            x, y = waiting[-2] + (x if relative else 0.0), waiting[-1] + (y if relative else 0.0)
            waiting = []
            yield x, y
