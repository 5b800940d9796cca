"""A drawing surface measured in px from the upper left, on a matplotlib figure.

The charts of a report follow rules that matplotlib's axes do not know: labels that must not touch, rows of a table
beside marks, a legend in words. They are laid out in px (1 px = 1 pt at 72 dpi) and put on a plain
:class:`matplotlib.figure.Figure` without pyplot, so no global state is touched and figures are freed when unused.
An analyst can still add to such a figure or save it in any format.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib import rcParams
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from sozlib.chapter.lettering import FAMILY, SIZE, register_fonts
from sozlib.chapter.palette import Palette

#: Widths in px that every figure is drawn for: phone, text column (160 mm in print), full width.
NARROW, TEXT, FULL = 340, 680, 1040
Anchor = Literal["start", "middle", "end"]
Points = Sequence[float] | npt.NDArray[np.float64]

_ALIGN = {"start": "left", "middle": "center", "end": "right"}
#: Half the height of a digit as part of the font size: a baseline this far below a line centres the text on it.
MIDDLE = 0.33


@lru_cache(maxsize=32)
def _letters(size: float, bold: bool) -> FontProperties:
    return FontProperties(family=FAMILY, weight=600 if bold else 400, size=size)


class _Line(Text):
    """One line of text that stands on its baseline.

    matplotlib measures every text before it draws it, to align it itself. In SVG whose text stays text, the program
    that shows the drawing aligns it: measuring would be half the work of drawing a chart, and for nothing.
    """

    def draw(self, renderer: Any) -> None:
        """Put the text out where it is anchored, or as matplotlib would in other formats."""
        real = getattr(renderer, "_renderer", renderer)
        if not isinstance(real, RendererSVG) or rcParams["svg.fonttype"] != "none" or self.get_rotation():
            super().draw(renderer)
            return
        if not self.get_visible() or not self.get_text():
            return
        renderer.open_group("text", self.get_gid())
        x, y = self.get_transform().transform(self.get_unitless_position())
        brush = renderer.new_gc()
        brush.set_foreground(self.get_color())
        brush.set_alpha(self.get_alpha())
        height = renderer.get_canvas_width_height()[1]
        renderer.draw_text(brush, x, height - y, self.get_text(), self.get_fontproperties(), 0.0, mtext=self)
        brush.restore()
        renderer.close_group("text")
        self.stale = False


class Canvas:
    """Figure of a size in px with the few marks that the charts are made of.

    Parameters
    ----------
    width, height
        Size in px.
    palette
        Colours; marks name tokens, not colours.
    """

    def __init__(self, width: float, height: float, palette: Palette):
        register_fonts()
        self.width = width
        self.height = float(np.ceil(height))
        self.palette = palette
        self.figure = Figure(figsize=(width / 72, self.height / 72), dpi=72)
        self.figure.patch.set_visible(False)
        self._place = Affine2D().scale(1 / 72, -1 / 72).translate(0, self.height / 72) + self.figure.dpi_scale_trans
        self._order = 1.0

    def _next(self) -> float:
        self._order += 0.001
        return self._order

    def _colour(self, token: str | None) -> str:
        return "none" if token is None else self.palette[token]

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
        gid: str | None = None,
    ) -> Text:
        """One line of text; ``y`` is its baseline."""
        artist = _Line(
            x,
            y,
            text,
            color=self._colour(color),
            fontproperties=_letters(size, bold),
            ha=_ALIGN[anchor],
            va="baseline",
            transform=self._place,
            zorder=self._next() + 1,
            parse_math=False,
            gid=gid,
        )
        self.figure.add_artist(artist)
        return artist

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
        dash: tuple[float, ...] | None = None,
        cap: Literal["butt", "round", "projecting"] = "butt",
    ) -> None:
        """Open line through points; ``dash`` in px, not in line widths."""
        style: Any = "-" if dash is None else (0.0, tuple(d / width for d in dash))
        self.figure.add_artist(
            Line2D(
                x,
                y,
                color=self._colour(color),
                linewidth=width,
                linestyle=style,
                transform=self._place,
                solid_capstyle=cap,
                dash_capstyle="butt",
                solid_joinstyle="round",
                zorder=self._next(),
            )
        )

    def dots(
        self,
        x: Points,
        y: Points,
        diameter: float,
        fill: str | None,
        *,
        stroke: str | None = None,
        stroke_width: float = 0.0,
        marker: str = "o",
    ) -> None:
        """Marks of one kind at several points."""
        self.figure.add_artist(
            Line2D(
                x,
                y,
                linestyle="none",
                marker=marker,
                markersize=diameter,
                markerfacecolor=self._colour(fill),
                markeredgecolor=self._colour(stroke),
                markeredgewidth=stroke_width,
                transform=self._place,
                zorder=self._next(),
            )
        )

    def dot(
        self,
        x: float,
        y: float,
        diameter: float,
        fill: str | None,
        *,
        stroke: str | None = None,
        stroke_width: float = 0.0,
        marker: str = "o",
    ) -> None:
        """One mark."""
        self.dots([x], [y], diameter, fill, stroke=stroke, stroke_width=stroke_width, marker=marker)

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
        gid: str | None = None,
    ) -> None:
        """Rectangle from its upper left corner."""
        patch = Rectangle(
            (x, y),
            width,
            height,
            facecolor=self._colour(fill),
            edgecolor=self._colour(stroke),
            linewidth=stroke_width,
            transform=self._place,
            zorder=self._next(),
            gid=gid,
        )
        self._add(patch, hatched)

    def shape(
        self,
        rings: Sequence[npt.NDArray[np.float64]],
        fill: str | None,
        *,
        stroke: str | None = None,
        stroke_width: float = 0.0,
        hatched: bool = False,
        gid: str | None = None,
    ) -> None:
        """Area enclosed by rings (px, first point repeated at the end); rings inside rings are holes."""
        if not rings:
            return
        path = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
        patch = PathPatch(
            path,
            facecolor=self._colour(fill),
            edgecolor=self._colour(stroke),
            linewidth=stroke_width,
            joinstyle="round",
            transform=self._place,
            zorder=self._next(),
            gid=gid,
        )
        self._add(patch, hatched)

    def _add(self, patch: PathPatch | Rectangle, hatched: bool) -> None:
        if hatched:
            patch.set_hatch("////")
            patch.set_hatchcolor(self._colour("hatch"))
        self.figure.add_artist(patch)
