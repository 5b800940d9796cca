"""A drawing surface measured in px from the upper left.

The charts of a report follow rules that plotting libraries' axes do not know: labels that must not touch, rows of a
table beside marks, a legend in words. So they are laid out in px (680 px are 160 mm in print) from a handful of marks,
and :mod:`sozlib.chapter.svg` writes these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sozlib.chapter.lettering import SIZE
from sozlib.chapter.palette import Palette

#: Widths in px that every figure is drawn for: phone, text column (160 mm in print), full width.
NARROW, TEXT, FULL = 340, 680, 1040
#: Half the height of a digit as part of the font size: a baseline this far below a line centres the text on it.
MIDDLE = 0.33

Anchor = Literal["start", "middle", "end"]
Cap = Literal["butt", "round"]
#: A circle, a square, or a triangle that points up, down, left or right.
Marker = Literal["o", "s", "^", "v", "<", ">"]
Points = Sequence[float] | npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text whose anchor stands at a point of its baseline; ``silent`` where it is not read aloud."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    color: str
    anchor: Anchor
    silent: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """Open line or closed rings, each an array of points (n, 2); ``area`` is whose outline it is on a map."""

    rings: Sequence[npt.NDArray[np.float64]]
    closed: bool
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()
    cap: Cap = "butt"
    hatched: bool = False
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """One mark about its centre."""

    x: float
    y: float
    diameter: float
    fill: str | None
    stroke: str | None
    stroke_width: float
    marker: Marker


class Canvas:
    """A drawing of a size in px: marks in their order, and above them words.

    Parameters
    ----------
    width, height
        Size in px.
    palette
        Colours; marks name tokens, not colours.
    """

    def __init__(self, width: float, height: float, palette: Palette):
        self.width = width
        self.height = float(np.ceil(height))
        self.palette = palette
        self.marks: list[Outline | Dot] = []
        self.words: list[Words] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = SIZE,
        bold: bool = False,
        color: str = "ink",
        anchor: Anchor = "start",
        silent: bool = False,
    ) -> None:
        """One line of text; ``y`` is its baseline."""
        if text:
            self.words.append(Words(x, y, text, size, bold, color, anchor, silent))

    def lines_of_text(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        *,
        leading: float = 15.5,
        size: float = SIZE,
        bold: bool = False,
        color: str = "ink",
        anchor: Anchor = "start",
    ) -> None:
        """Several lines of text, the first with its baseline at ``y``."""
        for i, line in enumerate(lines):
            self.text(x, y + i * leading, line, size=size, bold=bold, color=color, anchor=anchor)

    def line(
        self,
        x: Points,
        y: Points,
        color: str,
        width: float = 1.0,
        *,
        dash: tuple[float, ...] = (),
        cap: Cap = "butt",
    ) -> None:
        """Open line through points; ``dash`` in px, ``cap`` for lines without."""
        points = np.column_stack([x, y]).astype(float)
        self.marks.append(Outline([points], False, None, color, width, dash, "butt" if dash else cap))

    def dot(
        self,
        x: float,
        y: float,
        diameter: float,
        fill: str | None,
        *,
        stroke: str | None = None,
        stroke_width: float = 0.0,
        marker: Marker = "o",
    ) -> None:
        """One mark."""
        self.marks.append(Dot(x, y, diameter, fill, stroke, stroke_width, marker))

    def dots(
        self,
        x: Points,
        y: Points,
        diameter: float,
        fill: str | None,
        *,
        stroke: str | None = None,
        stroke_width: float = 0.0,
    ) -> None:
        """Circles of one kind at several points."""
        for one_x, one_y in zip(x, y, strict=True):
            self.dot(one_x, one_y, diameter, fill, stroke=stroke, stroke_width=stroke_width)

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str | None,
        *,
        stroke: str | None = None,
        stroke_width: float = 0.0,
        hatched: bool = False,
    ) -> None:
        """Rectangle from its upper left corner."""
        ring = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
        self.shape([ring], fill, stroke=stroke, stroke_width=stroke_width, hatched=hatched)

    def shape(
        self,
        rings: Sequence[npt.NDArray[np.float64]],
        fill: str | None,
        *,
        stroke: str | None = None,
        stroke_width: float = 0.0,
        hatched: bool = False,
        area: str | None = None,
    ) -> None:
        """Area enclosed by rings in px; rings inside rings are holes."""
        if rings:
            mark = Outline(rings, True, fill, stroke, stroke_width, hatched=hatched, area=area)
            self.marks.append(mark)
