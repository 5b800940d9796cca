"""How a number may stand in a file, so that a hidden one is recognised in every form."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

#: A number as German text writes it: thousands with points, decimal comma. Dates and versions are none.
_NUMBER = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?![.,]?\d)")

#: Digits from which a number is no coincidence any more, wherever it stands.
DISTINCT = 7

#: A decimal sign with many digits behind it; the digits before it are looked at only then, which is much faster.
_LONG = re.compile(rf"(?<=\d)[.,]\d{{{DISTINCT - 3},}}")


#: The class that an edition tells instead of a value; its numbers are none of the value's.
CLASS = re.compile(r"Klasse[\s\u00a0]\d von[\s\u00a0]\d(?!\d)")


#: The number that a rate refers to ("je 1.000 Einwohner"), which is part of its unit.
_PER = re.compile(r"(?<!\w)je\s1[.0]*0(?![\d,]|\.\d)")


def tokens(text: str) -> set[str]:
    """Numbers of a German text without their sign and thousands separators; those of classes and units are none."""
    return {found.replace(".", "") for found in _NUMBER.findall(_PER.sub("je", CLASS.sub("", text)))}


def renderings(number: float, decimals: int) -> frozenset[str]:
    """Forms of a number that :func:`tokens` may find: rounded as in the report, finer, or whole.

    Parameters
    ----------
    number
        The hidden number.
    decimals
        Decimals of its indicator.
    """
    if not math.isfinite(number):
        return frozenset()
    size = abs(number)
    if size == int(size):
        return frozenset({str(int(size)), f"{size:.1f}".replace(".", ",")})
    found = {f"{size:.{d}f}".replace(".", ",") for d in range(max(decimals, 1), 7)}
    if decimals == 0:
        found.add(str(math.floor(size + 0.5)))
    # The report rounds half up, formatting rounds half to even.
    factor = 10**decimals
    found.add(f"{math.floor(size * factor + 0.5 + 1e-9) / factor:.{decimals}f}".replace(".", ","))
    found.add(repr(size).replace(".", ","))
    return frozenset(found)


def telling(token: str) -> bool:
    """Whether a number says something by itself: a decimal, or three digits and more; "2" stands everywhere."""
    return "," in token or len(token) >= 3


def fingerprints(numbers: Iterable[float]) -> set[str]:
    """First digits of those numbers that are unmistakable in full precision."""
    found = set()
    for number in numbers:
        digits = _digits(repr(abs(float(number)))) if math.isfinite(number) else ""
        if len(digits) >= DISTINCT:
            found.add(digits[:DISTINCT])
    return found


def long_numbers(text: str) -> Iterator[tuple[str, str]]:
    """Numbers written in full precision, each with its fingerprint."""
    for match in _LONG.finditer(text):
        start = match.start()
        while start and text[start - 1].isdecimal():
            start -= 1
        number = text[start : match.end()]
        digits = _digits(number)
        if len(digits) >= DISTINCT and text[start - 1 : start] not in (".", ","):
            yield number, digits[:DISTINCT]


def _digits(text: str) -> str:
    """Significant digits of a plain decimal number; rounding of the last ones is left to the caller's length."""
    if "e" in text:
        return ""
    return text.replace(".", "").replace(",", "").lstrip("0")
