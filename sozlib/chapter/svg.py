"""From a drawing to SVG: one form for print, one for the site, both small.

Text stays text, numbers have one decimal, styles are attributes (the site's content security policy forbids inline
styles), colours are variables for the site and fixed for print, ids are the figure's own. The same drawing gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np
import numpy.typing as npt

from sozlib.chapter.canvas import NARROW, TEXT, Canvas, Dot, Outline, Words
from sozlib.chapter.lettering import STACK

#: Corners of the marks that are no circles, about the origin and for a diameter of 1 px.
_CORNERS: Mapping[str, Sequence[tuple[float, float]]] = {
    "s": ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)),
    "^": ((0.0, -0.5), (-0.5, 0.5), (0.5, 0.5)),
    "v": ((0.0, 0.5), (0.5, -0.5), (-0.5, -0.5)),
    "<": ((-0.5, 0.0), (0.5, 0.5), (0.5, -0.5)),
    ">": ((0.5, 0.0), (-0.5, -0.5), (-0.5, 0.5)),
}


@dataclass(frozen=True)
class Link:
    """Where an area of a map leads, and what is read aloud for it."""

    href: str
    label: str


@dataclass(frozen=True)
class Drawing:
    """A figure in the forms that the report needs.

    Parameters
    ----------
    print_svg
        File of its own, 680 px wide, fixed light colours.
    wide_html, narrow_html
        For the page: inline SVG, colours as variables; 680 or 1040 px, and 340 px for phones.
    """

    print_svg: str
    wide_html: str
    narrow_html: str


def render(
    drawn_at: Callable[[int], Canvas],
    *,
    id: str,
    title: str,
    description: str,
    width: int = TEXT,
    links: Mapping[str, Link] | None = None,
    print_at: Callable[[int], Canvas] | None = None,
) -> Drawing:
    """Draw a figure once for each width and write its forms.

    Parameters
    ----------
    drawn_at
        Draws the figure for a width in px: 680 for print, ``width`` and 340 for the site.
    id
        Id of the figure in its chapter; ids inside the SVG begin with it.
    title, description
        Short name and alternative text, plain text.
    width
        Width on the page, 680 or 1040 px.
    links
        By area id: makes the areas of a map links, which the keyboard reaches in the order drawn.
    print_at
        Draws the figure for print where a page wants another layout than the screen.
    """
    printed = (print_at or drawn_at)(TEXT)
    wide = printed if width == TEXT and print_at is None else drawn_at(width)
    return Drawing(
        print_svg=print_form(printed, title, description),
        wide_html=html_form(wide, f"{id}-w", title, description, links),
        narrow_html=html_form(drawn_at(NARROW), f"{id}-n", title, description, links),
    )


def print_form(canvas: Canvas, title: str, description: str) -> str:
    """SVG file with fixed colours, for PDF, download and office programs."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {_head(canvas)}>'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        f"{_Writer(canvas, '', canvas.palette.__getitem__, {}).content()}</svg>"
    )


def html_form(
    canvas: Canvas, prefix: str, title: str, description: str, links: Mapping[str, Link] | None = None
) -> str:
    """Inline SVG for a page; a picture with name and description, or a group of links with a name."""
    if links:
        role, words = f'role="group" aria-label="{escape(title)}"', ""
    else:
        role = f'role="img" aria-labelledby="{prefix}-t {prefix}-d"'
        words = f'<title id="{prefix}-t">{escape(title)}</title><desc id="{prefix}-d">{escape(description)}</desc>'
    head = f'class="b{number(canvas.width)}" {_head(canvas)}'
    content = _Writer(canvas, prefix, canvas.palette.variable, links or {}).content()
    return f"<svg {role} {head}>{words}{content}</svg>"


def _head(canvas: Canvas) -> str:
    width, height = number(canvas.width), number(canvas.height)
    shared = f'font-family="{STACK}" stroke-linejoin="round"'
    return f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" {shared}'


class _Writer:
    """Writes the marks of one drawing; for a page where there is a prefix."""

    def __init__(self, canvas: Canvas, prefix: str, paint: Callable[[str], str], links: Mapping[str, Link]):
        self._canvas, self._prefix, self._paint, self._links = canvas, prefix, paint, links
        self._hatched: dict[str | None, str] = {}

    def content(self) -> str:
        marks = [self._outline(m) if isinstance(m, Outline) else self._dot(m) for m in self._canvas.marks]
        words = [self._words(w) for w in self._canvas.words]
        return "".join([*self._patterns(), *marks, *words])

    def _patterns(self) -> list[str]:
        return [
            f'<defs><pattern id="{id}" patternUnits="userSpaceOnUse" width="4.5" height="4.5" '
            f'patternTransform="rotate(45)"><rect width="4.5" height="4.5" fill="{self._colour(ground)}"/>'
            f'<path d="M.7 0V4.5" stroke="{self._paint("hatch")}" stroke-width="1.2"/></pattern></defs>'
            for ground, id in self._hatched.items()
        ]

    def _colour(self, token: str | None) -> str:
        return "none" if token is None else self._paint(token)

    def _outline(self, mark: Outline) -> str:
        fill = self._colour(mark.fill)
        if mark.hatched:
            id = self._hatched.setdefault(mark.fill, f"{self._prefix or 'm'}-{len(self._hatched)}")
            fill = f"url(#{id})"
        style = f' fill="{fill}"'
        if mark.dash:
            style += f' stroke-dasharray="{" ".join(number(d, 2) for d in mark.dash)}"'
        style += self._stroke(mark.stroke, mark.width)
        if mark.cap != "butt":
            style += f' stroke-linecap="{mark.cap}"'
        path = f'<path d="{path_of(mark.rings, mark.closed)}"{style}/>'
        return self._of_area(mark.area, path) if mark.area and self._prefix else path

    def _of_area(self, area: str, path: str) -> str:
        if link := self._links.get(area):
            path = f'<a href="{escape(link.href)}" aria-label="{escape(link.label)}">{path}</a>'
        return f'<g data-id="{escape(area)}">{path}</g>'

    def _dot(self, mark: Dot) -> str:
        style = f'{self._stroke(mark.stroke, mark.stroke_width)} fill="{self._colour(mark.fill)}"'
        if mark.marker == "o":
            return f'<circle cx="{number(mark.x)}" cy="{number(mark.y)}" r="{number(mark.diameter / 2, 2)}"{style}/>'
        corners = np.array(_CORNERS[mark.marker]) * mark.diameter + (mark.x, mark.y)
        return f'<path d="{path_of([corners], closed=True)}"{style}/>'

    def _stroke(self, token: str | None, width: float) -> str:
        if token is None or not width:
            return ""
        drawn = f' stroke="{self._paint(token)}"'
        return drawn if width == 1 else f'{drawn} stroke-width="{number(width, 2)}"'

    def _words(self, words: Words) -> str:
        silent = ' aria-hidden="true" pointer-events="none"' if words.silent and self._prefix else ""
        weight = ' font-weight="600"' if words.bold else ""
        anchor = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
        place = f'x="{number(words.x)}" y="{number(words.y)}"{weight} font-size="{number(words.size, 2)}"{anchor}'
        return f'<text{silent} {place} fill="{self._paint(words.color)}">{escape(words.text, quote=False)}</text>'


def number(value: float, decimals: int = 1) -> str:
    """Number without superfluous digits."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def path_of(rings: Sequence[npt.ArrayLike], closed: bool) -> str:
    """Path through points (px) with relative tenths of a px.

    Rounding is done on positions, not on steps, so that borders which two areas share stay shared. A closed ring may
    repeat its first point at the end.
    """
    return "".join(
        _ring(np.rint(np.asarray(ring, dtype=float) * 10).astype(np.int64).tobytes(), closed) for ring in rings
    )


@lru_cache(maxsize=4096)
def _ring(points: bytes, closed: bool) -> str:
    """Path of one ring of tenths; an area's outline is the same in every map of a chapter."""
    tenths = np.frombuffer(points, dtype=np.int64).reshape(-1, 2)
    if closed and len(tenths) > 1 and (tenths[0] == tenths[-1]).all():
        tenths = tenths[:-1]
    (x, y), steps = tenths[0].tolist(), np.diff(tenths, axis=0).tolist()
    out = [f"M{_tenth(x)}{_joined(_tenth(y))}"]
    first = "l"
    for dx, dy in steps:
        if dx or dy:
            out.append((first + _tenth(dx) if first else _joined(_tenth(dx))) + _joined(_tenth(dy)))
            first = ""
    if closed:
        out.append("z")
    return "".join(out)


@lru_cache(maxsize=4096)
def _tenth(value: int) -> str:
    text = number(value / 10)
    return text.replace("0.", ".") if abs(value) < 10 and value else text


def _joined(text: str) -> str:
    return text if text.startswith("-") else " " + text
