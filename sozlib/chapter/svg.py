"""From a figure to SVG: one form for print, one for the site, both small.

matplotlib writes correct but wordy SVG. It is read here and written anew: text stays text, numbers have one decimal,
styles become attributes (the site's content security policy forbids inline styles), colours become variables for the
site and stay fixed for print, ids are the figure's own. The same figure gives the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from sozlib.chapter.canvas import NARROW, TEXT
from sozlib.chapter.lettering import STACK
from sozlib.chapter.palette import Palette

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
_ZERO_TURN = re.compile(r"rotate\(-?0(\.0*)? ")
_DEFAULTS = {
    ("stroke", "none"),
    ("stroke-width", "1"),
    ("stroke-linejoin", "miter"),
    ("stroke-linecap", "butt"),
    ("stroke-dashoffset", "0"),
    ("font-weight", "400"),
    ("text-anchor", "start"),
}
#: Presentation attributes that are kept of matplotlib's styles.
_KEPT = re.compile(r"(fill|stroke|opacity|text-anchor|font-size|font-weight)")


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
    figure_at: Callable[[int], Figure],
    *,
    id: str,
    title: str,
    description: str,
    palette: Palette,
    width: int = TEXT,
    links: Mapping[str, Link] | None = None,
    print_at: Callable[[int], Figure] | None = None,
) -> Drawing:
    """Draw a figure once for each width and write its forms.

    Parameters
    ----------
    figure_at
        Draws the figure for a width in px: 680 for print, ``width`` and 340 for the site.
    id
        Id of the figure in its chapter; ids inside the SVG begin with it.
    title, description
        Short name and alternative text, plain text.
    palette
        The palette that the figure was drawn with.
    width
        Width on the page, 680 or 1040 px.
    links
        By area id: makes the areas of a map links, which the keyboard reaches in the order drawn.
    print_at
        Draws the figure for print where a page wants another layout than the screen.
    """
    printed = written((print_at or figure_at)(TEXT), salt=id)
    wide = printed if width == TEXT and print_at is None else written(figure_at(width), salt=id)
    narrow = written(figure_at(NARROW), salt=id)
    return Drawing(
        print_svg=print_form(printed, title, description, palette),
        wide_html=html_form(wide, f"{id}-w", title, description, palette, links),
        narrow_html=html_form(narrow, f"{id}-n", title, description, palette, links),
    )


def written(figure: Figure, salt: str = "sozlib") -> ElementTree.Element:
    """What matplotlib writes for a figure, as a tree."""
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": salt, "path.simplify": False, "hatch.linewidth": 1.0}
    sink = io.BytesIO()
    with matplotlib.rc_context(settings):
        figure.savefig(sink, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return ElementTree.fromstring(sink.getvalue())


def print_form(tree: ElementTree.Element, title: str, description: str, palette: Palette) -> str:
    """SVG file with fixed colours, for PDF, download and office programs."""
    writer = _Writer(tree, "", palette.fixed, xlink=True, links={})
    box = tree.attrib["viewBox"]
    width, height = box.split()[2:]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{_short(width)}" height="{_short(height)}" viewBox="{_numbers(box)}" font-family="{STACK}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{writer.content()}</svg>"
    )


def html_form(
    tree: ElementTree.Element,
    prefix: str,
    title: str,
    description: str,
    palette: Palette,
    links: Mapping[str, Link] | None = None,
) -> str:
    """Inline SVG for a page; a picture with name and description, or a group of links with a name."""
    writer = _Writer(tree, prefix, palette.variable, xlink=False, links=links or {})
    box = tree.attrib["viewBox"]
    width, height = (_short(n) for n in box.split()[2:])
    if links:
        role, words = f'role="group" aria-label="{escape(title)}"', ""
    else:
        role = f'role="img" aria-labelledby="{prefix}-t {prefix}-d"'
        words = f'<title id="{prefix}-t">{escape(title)}</title><desc id="{prefix}-d">{escape(description)}</desc>'
    size = f'class="b{width}" viewBox="{_numbers(box)}" width="{width}" height="{height}"'
    return f'<svg {role} {size} font-family="{STACK}">{words}{writer.content()}</svg>'


class _Writer:
    """Writes the drawn elements of one tree."""

    def __init__(
        self,
        tree: ElementTree.Element,
        prefix: str,
        colour: Callable[[str], str],
        xlink: bool,
        links: Mapping[str, Link],
    ):
        self._tree, self._prefix, self._colour, self._links = tree, prefix, colour, links
        self._href = "xlink:href" if xlink else "href"
        self._linked = bool(prefix)
        self._ids: dict[str, str] = {}
        self._marks: dict[str, tuple[ElementTree.Element, str | None]] = {}

    def content(self) -> str:
        body = "".join(self._element(child) for child in self._tree)
        return "".join(self._definitions()) + body

    def _name(self, id: str) -> str:
        return self._ids.setdefault(id, f"{self._prefix or 'm'}-{len(self._ids)}")

    def _definitions(self) -> list[str]:
        """Hatch patterns in use, much smaller than matplotlib's."""
        out = []
        for pattern in self._tree.iter(f"{_SVG}pattern"):
            if pattern.attrib["id"] not in self._ids:
                continue
            ground = pattern[0].attrib.get("fill", "none")
            lines = _style(pattern[1].attrib.get("style", "")).get("stroke", "none")
            fill, stroke = self._paint(ground), self._paint(lines)
            out.append(
                f'<defs><pattern id="{self._name(pattern.attrib["id"])}" patternUnits="userSpaceOnUse" width="4.5" '
                f'height="4.5" patternTransform="rotate(45)"><rect width="4.5" height="4.5" fill="{fill}"/>'
                f'<path d="M.7 0V4.5" stroke="{stroke}" stroke-width="1.2"/></pattern></defs>'
            )
        return out

    def _element(self, node: ElementTree.Element) -> str:
        kind = node.tag.removeprefix(_SVG)
        if kind == "g":
            return self._group(node)
        if kind == "text":
            return self._text(node)
        if kind == "path":
            style = self._attributes(_style(node.attrib.get("style", "")))
            return f'<path d="{compact_path(node.attrib["d"])}"{style}/>'
        if kind == "use":
            return self._mark(node)
        if kind == "defs":
            for mark in node.iterfind(f"{_SVG}path"):
                self._marks[mark.attrib["id"]] = (mark, _radius(mark.attrib["d"]))
        return ""

    def _group(self, node: ElementTree.Element) -> str:
        inner = "".join(self._element(child) for child in node)
        id = node.attrib.get("id", "")
        if not inner or not self._linked:
            return inner
        if id == "hidden":
            return inner.replace("<text ", '<text aria-hidden="true" pointer-events="none" ')
        if not id.startswith("area:"):
            return inner
        area = id.removeprefix("area:")
        link = self._links.get(area)
        if link is not None:
            inner = f'<a href="{escape(link.href)}" aria-label="{escape(link.label)}">{inner}</a>'
        return f'<g data-id="{escape(area)}">{inner}</g>'

    def _text(self, node: ElementTree.Element) -> str:
        turn = node.attrib.get("transform", "")
        turned = "" if not turn or _ZERO_TURN.match(turn) else f' transform="{_numbers(turn)}"'
        style = self._attributes(_style(node.attrib.get("style", "")))
        x, y = _short(node.attrib["x"]), _short(node.attrib["y"])
        return f'<text x="{x}" y="{y}"{turned}{style}>{escape(node.text or "", quote=False)}</text>'

    def _mark(self, node: ElementTree.Element) -> str:
        mark, radius = self._marks[node.attrib[f"{_XLINK}href"].removeprefix("#")]
        style = self._attributes({**_style(mark.attrib.get("style", "")), **_style(node.attrib.get("style", ""))})
        x, y = float(node.attrib["x"]), float(node.attrib["y"])
        if radius is not None:
            return f'<circle cx="{_short(x)}" cy="{_short(y)}" r="{_short(radius, 2)}"{style}/>'
        return f'<path d="{compact_path(mark.attrib["d"], x, y)}"{style}/>'

    def _attributes(self, style: Mapping[str, str]) -> str:
        out = []
        for key, value in style.items():
            if not _KEPT.match(key):
                continue
            value = value.removesuffix("px")
            if key == "fill" and value in ("#000000", "black"):
                continue
            if key not in ("fill", "stroke", "text-anchor", "stroke-linejoin", "stroke-linecap"):
                value = _numbers(value, 2).replace(",", " ")
            if (key, value) not in _DEFAULTS:
                out.append(f' {key}="{self._paint(value)}"')
        return "".join(out)

    def _paint(self, value: str) -> str:
        if value.startswith("url(#"):
            return f"url(#{self._name(value[5:-1])})"
        return _COLOUR.sub(lambda m: self._colour(m[0]), value)


@lru_cache(maxsize=1024)
def _style(text: str) -> Mapping[str, str]:
    pairs = (part.split(":", 1) for part in text.split(";") if ":" in part)
    return {key.strip(): value.strip() for key, value in pairs}


def _short(value: str | float, decimals: int = 1) -> str:
    """Number without superfluous digits."""
    text = f"{float(value):.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=1024)
def _numbers(text: str, decimals: int = 2) -> str:
    return _NUMBER.sub(lambda m: _short(m[0], decimals), text)


def _radius(d: str) -> str | None:
    """Radius if a path is one of matplotlib's circles about the origin."""
    start = re.match(r"M 0 ([\d.]+)\s", d)
    return start[1] if start and d.count("C") == 8 else None


@lru_cache(maxsize=1024)  # a drawing is written twice, for print and for the page
def compact_path(d: str, dx: float = 0.0, dy: float = 0.0) -> str:
    """Path with relative tenths of a px; straight lines only where the source has them.

    Rounding is done on positions, not on steps, so that borders which two areas share stay shared.
    """
    out: list[str] = []
    x = y = 0
    command = ""
    for part in re.findall(r"[MLCQz][^MLCQz]*", d):
        letter, values = part[0], [float(v) for v in part[1:].split()]
        if letter == "z":
            out.append("z")
            command = "z"
            continue
        points = [(round((values[i] + dx) * 10), round((values[i + 1] + dy) * 10)) for i in range(0, len(values), 2)]
        if letter == "M":
            x, y = points[0]
            out.append(f"M{_tenth(x)}{_joined(_tenth(y))}")
        elif letter == "L":
            step = (points[0][0] - x, points[0][1] - y)
            if step == (0, 0):
                continue
            x, y = points[0]
            first = _tenth(step[0])
            out.append(("l" + first if command != "L" else _joined(first)) + _joined(_tenth(step[1])))
        else:
            steps = [_tenth(v) for px, py in points for v in (px - x, py - y)]
            x, y = points[-1]
            out.append(letter.lower() + steps[0] + "".join(_joined(s) for s in steps[1:]))
        command = letter
    return "".join(out)


@lru_cache(maxsize=4096)
def _tenth(value: int) -> str:
    return _short(value / 10).replace("0.", ".") if abs(value) < 10 and value else _short(value / 10)


def _joined(text: str) -> str:
    return text if text.startswith("-") else " " + text
