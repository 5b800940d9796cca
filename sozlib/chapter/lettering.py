"""Letters in charts: the report's fonts, the width of a text, where a long name may break.

Charts keep text as text. Whether labels fit is therefore decided here, by measuring with the very font that the page
and the PDF load, and not by the eye.
"""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font, LoadFlags

FAMILY = "Source Sans 3"
#: What stands in SVG files: the same order as the token ``--sans``.
STACK = "'Source Sans 3', 'Source Sans Pro', 'Segoe UI', Arial, sans-serif"
#: Sizes in px; 680 px are 160 mm in print, so 13.5 px are 9 pt and 12 px are 8 pt, the smallest.
SIZE, NOTE, SMALL = 13.5, 12.5, 12.0
_WEIGHTS = {"Regular": 400, "Semibold": 600, "Bold": 700}
_UNITS = 64.0
#: Site and PDF set figures with equal widths; they are a little wider than the usual ones.
_ALLOWANCE = 1.02


def _font(weight: str) -> Path:
    return Path(str(files("sozlib") / "fonts" / f"SourceSans3-{weight}.ttf"))


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make the report's sans-serif known to matplotlib under one family name; does nothing when called again."""
    for name, weight in _WEIGHTS.items():
        entry = font_manager.ttfFontProperty(font_manager.get_font(str(_font(name))))
        font_manager.fontManager.ttflist.append(dataclasses.replace(entry, name=FAMILY, weight=weight))


@lru_cache(maxsize=2)
def _face(bold: bool) -> FT2Font:
    face = FT2Font(str(_font("Semibold" if bold else "Regular")))
    face.set_size(_UNITS, 72)
    return face


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    return float(_face(bold).load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / _UNITS


@lru_cache(maxsize=8192)
def width(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Width of one line of text in px."""
    return _ALLOWANCE * size * sum(_advance(letter, bold) for letter in text)


def block_width(lines: tuple[str, ...], size: float = SIZE, bold: bool = False) -> float:
    """Width in px of the longest of several lines."""
    return max((width(line, size, bold) for line in lines), default=0.0)


@lru_cache(maxsize=2048)
def wrap(text: str, available: float, size: float = SIZE, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines that fit.

    Breaks after spaces, hyphens, dashes and slashes; a word that is still too long is broken where it must be and gets
    a hyphen. Nothing is ever cut off.

    Parameters
    ----------
    text
        One paragraph; line breaks in it are kept.
    available
        Width of a line in px.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in re.findall(r"[^ \-–/]*[ \-–/]?", paragraph):
            if width((line + piece).rstrip(" "), size, bold) <= available:
                line += piece
                continue
            if line:
                lines.append(line.rstrip(" "))
            while width(piece.rstrip(" "), size, bold) > available and len(piece) > 4:
                fits = max(2, *(n for n in range(1, len(piece)) if width(piece[:n] + "-", size, bold) <= available), 2)
                fits = min(fits, len(piece) - 2)
                lines.append(piece[:fits] + "-")
                piece = piece[fits:]
            line = piece
        lines.append(line.rstrip(" "))
    return tuple(line for line in lines if line) or ("",)
