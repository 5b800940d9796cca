"""A drawing as a reader with a ruler sees it: words and points in px, axes found by the labels of their ticks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sozlib.chapter.palette import Palette
from sozlib.gate.words import normal

_STEP = re.compile(r"([MLlCcQqVvHhZz])|(-?\d*\.?\d+)")
_HEX = re.compile(r"#[0-9a-f]{6}")
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{3})*(?:,\d+)?( %)?")
YEAR = re.compile(r"(?:19|20)\d\d")
#: Drawings are written in tenths of a px.
NEAR = 0.35
_PAIRS = {"l": 2, "c": 6, "q": 4}

#: Points of a path without a gap.
Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Text:
    """Words of a drawing, where they stand in px and whether that is their start, middle or end."""

    x: float
    y: float
    anchor: str
    words: str


@dataclass(frozen=True)
class Axis:
    """Linear axis: px = slope · value + offset."""

    slope: float
    offset: float

    def __call__(self, value: float) -> float:
        """Px of a value."""
        return self.slope * value + self.offset


@dataclass(frozen=True)
class Shape:
    """A path: colours of its inside and of its line, its parts, and whose area it is where the page says so."""

    fill: str
    stroke: str
    rings: tuple[Ring, ...]
    area: str = ""

    @property
    def across(self) -> tuple[float, float]:
        """Px of its left and its right end."""
        xs = [x for ring in self.rings for x, _ in ring]
        return (min(xs), max(xs)) if xs else (0.0, 0.0)

    @property
    def along(self) -> tuple[float, float]:
        """Px of its upper and its lower end."""
        ys = [y for ring in self.rings for _, y in ring]
        return (min(ys), max(ys)) if ys else (0.0, 0.0)


class Drawing:
    """One SVG drawing.

    Parameters
    ----------
    svg
        Its element; names of tags without namespace.
    """

    def __init__(self, svg: Any):
        self.texts: list[Text] = []
        points: list[tuple[float, float]] = []
        paints: list[str] = []
        self.circles: list[tuple[float, float]] = []
        self.shapes: list[Shape] = []
        self.title = ""
        whose = {inner: group.get("data-id") for group in svg.iter() if group.get("data-id") for inner in group.iter()}
        for element in svg.iter():
            tag = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
            if tag == "title":
                self.title = normal(element.text or "")
            elif tag == "text" and element.get("transform") is None:
                words = normal("".join(element.itertext()))
                place = float(element.get("x", 0)), float(element.get("y", 0))
                self.texts.append(Text(*place, element.get("text-anchor", "start"), words))
            elif tag == "circle":
                place = float(element.get("cx", 0)), float(element.get("cy", 0))
                self.circles.append(place)
                points.append(place)
                paints.append(_paint(element))
            elif tag == "path":
                paint, rings = _paint(element), tuple(runs(element.get("d", "")))
                colours = _colour(element, "fill"), _colour(element, "stroke")
                self.shapes.append(Shape(*colours, rings, whose.get(element, "")))
                for corner in (corner for ring in rings for corner in ring):
                    points.append(corner)
                    paints.append(paint)
        self.points = np.array(points, dtype=float).reshape(-1, 2)
        self.paints = np.array(paints, dtype=object)

    @property
    def years(self) -> Axis | None:
        """Axis of the years, along the lower edge."""
        rows = self._rows([t for t in self.texts if t.anchor == "middle" and YEAR.fullmatch(t.words)])
        return fit([(float(t.words), t.x) for t in max(rows, key=len, default=[])])

    @property
    def across(self) -> Axis | None:
        """Axis of the values from left to right."""
        labels = [t for t in self.texts if t.anchor == "middle" and value_of(t) is not None]
        rows = self._rows([t for t in labels if not YEAR.fullmatch(t.words)])
        return fit([(value_of(t) or 0.0, t.x) for t in max(rows, key=len, default=[])])

    @property
    def up(self) -> Axis | None:
        """Axis of the values from below; labels stand a third of their size under their line."""
        columns: dict[float, list[Text]] = {}
        for text in self.texts:
            if text.anchor == "end" and value_of(text) is not None:
                columns.setdefault(text.x, []).append(text)
        labels = columns[min(columns)] if columns else []
        return fit([(value_of(t) or 0.0, t.y - 13 * 0.33) for t in labels])

    @staticmethod
    def _rows(texts: Sequence[Text]) -> list[list[Text]]:
        rows: dict[float, list[Text]] = {}
        for text in texts:
            rows.setdefault(text.y, []).append(text)
        return list(rows.values())

    def marks(self, palette: Palette) -> npt.NDArray[np.float64]:
        """Points of everything but the straight lines of the axes."""
        axes = (palette["axis"], palette["grid"])
        corners = [
            corner
            for shape in self.shapes
            for ring in shape.rings
            if not (shape.stroke in axes and _level(ring))
            for corner in ring
        ]
        return np.array([*corners, *self.circles], dtype=float).reshape(-1, 2)


def _level(ring: Ring) -> bool:
    """Whether it is one line that is level or upright."""
    return len(ring) == 2 and (ring[0][0] == ring[1][0] or ring[0][1] == ring[1][1])


def value_of(text: Text) -> float | None:
    """Number that a text is; None for other words."""
    match = _NUMBER.fullmatch(text.words)
    return float(text.words.removesuffix(" %").replace(".", "").replace(",", ".")) if match else None


def fit(pairs: Sequence[tuple[float, float]]) -> Axis | None:
    """Axis through labelled places; None unless they lie on a line."""
    if len({value for value, _ in pairs}) < 2:
        return None
    values, places = np.array(pairs).T
    slope, offset = np.polyfit(values, places, 1)
    straight = np.abs(slope * values + offset - places).max() <= 0.5
    return Axis(float(slope), float(offset)) if straight else None


def _paint(element: Any) -> str:
    return _colour(element, "stroke") or _colour(element, "fill")


def _colour(element: Any, key: str) -> str:
    found = _HEX.search(element.get(key, ""))
    return found[0] if found else ""


def runs(d: str) -> Iterator[Ring]:
    """Parts of a path, each as the points in px where it starts, turns and ends."""
    x = y = 0.0
    command = ""
    waiting: list[float] = []
    run: Ring = []
    for letter, number in _STEP.findall(d):
        if letter:
            command, waiting = letter, []
            if command in "Mm" and run:
                yield run
                run = []
            continue
        waiting.append(float(number))
        if command.lower() in ("v", "h"):
            along = waiting.pop()
            if command.lower() == "h":
                x = along + (x if command == "h" else 0.0)
            else:
                y = along + (y if command == "v" else 0.0)
            run.append((x, y))
        elif len(waiting) == _PAIRS.get(command.lower(), 2):
            relative = command in "lcq" and command != ""
            x, y = waiting[-2] + (x if relative else 0.0), waiting[-1] + (y if relative else 0.0)
            waiting = []
            run.append((x, y))
    if run:
        yield run
