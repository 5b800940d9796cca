"""Numbers as German readers expect them, and text that Quarto takes literally.

1.234,5 · minus U+2212 · en dash in ranges · a space that does not break before the unit · "+" on differences.
There is no way to format a missing number: whoever has none must show its sign (:mod:`sozlib.chapter.signs`).
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal

from sozlib.chapter.signs import SIGNS

MINUS = "\u2212"
EN_DASH = "\u2013"
NBSP = "\u00a0"
NB_HYPHEN = "\u2011"

_GERMAN = str.maketrans({",": ".", ".": ",", "-": MINUS})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#@$|~^])")


def number(value: float, decimals: int = 1) -> str:
    """Number with thousands separators, rounded half up as in official tables.

    Raises
    ------
    ValueError
        The value is missing or infinite; there is nothing to write.

    Examples
    --------
    >>> number(1234.55)
    '1.234,6'
    >>> number(-0.04)
    '0,0'
    """
    value = float(value)
    if not math.isfinite(value):
        raise ValueError("a missing number has a sign, not digits")
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    return f"{rounded:,f}".translate(_GERMAN)


def signed(value: float, decimals: int = 1) -> str:
    """Difference with its sign: "+0,3", "−1,2", "±0,0"."""
    text = number(value, decimals)
    if text.startswith(MINUS):
        return text
    return ("+" if text.strip("0,") else "±") + text


def span(lower: float, upper: float, decimals: int = 1) -> str:
    """Range with an en dash: "16,6–20,4"."""
    low, high = number(lower, decimals), number(upper, decimals)
    dash = f" {EN_DASH} " if low.startswith(MINUS) or high.startswith(MINUS) else EN_DASH
    return f"{low}{dash}{high}"


def with_unit(text: str, unit: str) -> str:
    """Number and unit with a space that does not break: "18,5 %", "12,3 je 1.000"."""
    return f"{text}{NBSP}{unit.replace(' ', NBSP)}" if unit else text


def cell(value: float | None, decimals: int, status: str = "") -> str:
    """What stands in a table: the number, the number in brackets, or the sign alone."""
    if status in ("", "()"):
        if value is None or not math.isfinite(float(value)):
            return SIGNS["."].sign
        text = number(value, decimals)
        return f"({text})" if status == "()" else text
    return SIGNS[status].sign


def spoken_number(text: str) -> str:
    """Formatted number for an alternative text: "%" and dashes as words, no spaces that do not break."""
    return text.replace("%", "Prozent").replace(NBSP, " ").replace(EN_DASH, " bis ").replace(MINUS, "minus ")


def keep_together(text: str) -> str:
    """Terms that must not break: "SGB II" gets a fixed space, "SGB-II-" fixed hyphens."""
    if " " not in text and "-" not in text:
        return text
    text = re.sub(r"SGB-(II|III|VIII|IX|XI|XII)-", rf"SGB{NB_HYPHEN}\1{NB_HYPHEN}", text)
    text = re.sub(r"(\bSGB|\bKap\.|\bAbs\.|\bNr\.|§) (?=[IVX\d])", rf"\1{NBSP}", text)
    return re.sub(r"(?<=\d) (?=(%|Prozent|Euro|km²)(\W|$))", NBSP, text)


def escape(text: str) -> str:
    """Plain text as Markdown that means exactly this text; line breaks become spaces."""
    return _MARKDOWN.sub(r"\\\1", re.sub(r"\s*\n\s*", " ", text))
