"""Numbers as German tables write them: ``1.234,5``, and which decimal sign a table uses.

``1.234`` is one thousand two hundred thirty-four in one table and a little more than one in another. Whoever reads it
leniently is wrong by a factor of a thousand without noticing; so a number is either exactly of the declared or
detected form, or it is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

MINUS = str.maketrans({"−": "-", "–": "-"})
#: No table counts so much; beyond it, not every whole number has a float of its own.
LARGEST = 2.0**53
#: Spaces that separate thousands: ordinary, no-break, narrow no-break, thin.
SPACES = " \u00a0\u202f\u2009"


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written.

    Parameters
    ----------
    decimal
        Decimal sign, ``,`` or ``.``.
    thousands
        Sign between groups of three digits; ``""`` forbids it.
    """

    decimal: str = ","
    thousands: str = "."

    @classmethod
    def of(cls, decimal: str, thousands: str | None = None) -> NumberFormat:
        """Format of a decimal sign; without ``thousands``, the other of the two signs separates thousands."""
        return cls(decimal, {",": ".", ".": ","}[decimal] if thousands is None else thousands)

    def parse(self, text: str) -> float | None:
        """Value of a text, None if it is no number of this format or larger than any count.

        Examples
        --------
        >>> NumberFormat().parse("-1.234,5")
        -1234.5
        >>> NumberFormat().parse("12.5") is None
        True
        """
        text = text.strip(SPACES).translate(MINUS)
        if not _pattern(self.decimal, self.thousands).fullmatch(text):
            return None
        if self.thousands:
            for sign in SPACES if self.thousands == " " else self.thousands:
                text = text.replace(sign, "")
        value = float(text.replace(self.decimal, "."))
        return value if abs(value) < LARGEST else None


@lru_cache
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    mark = re.escape(decimal)
    whole = r"\d+"
    if thousands:
        sign = f"[{SPACES}]" if thousands == " " else re.escape(thousands)
        whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{sign}\d{{3}})+)"
    return re.compile(rf"[+-]?{whole}(?:{mark}\d+)?", re.ASCII)


_DECIMAL = {
    ",": re.compile(r"[+-]?(?:\d{4,}|0\d*),\d+|[+-]?\d{1,3},(?:\d{1,2}|\d{4,})|[+-]?\d{1,3}(?:\.\d{3})+,\d+"),
    ".": re.compile(r"[+-]?(?:\d{4,}|0\d*)\.\d+|[+-]?\d{1,3}\.(?:\d{1,2}|\d{4,})|[+-]?\d{1,3}(?:,\d{3})+\.\d+"),
}
_GROUPED = {  # several groups: this sign can only separate thousands
    ".": re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}"),
    ",": re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,}"),
}
_OPEN = {".": re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}"), ",": re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")}
_OTHER = {",": ".", ".": ","}


@dataclass(frozen=True)
class Detected:
    """What the numbers of a table show about their decimal sign.

    Parameters
    ----------
    decimal
        The sign, None where no number decides it.
    sure
        Texts that can only mean this sign, by sign; both signs filled means a mixed table.
    open
        Texts such as ``1.234`` that can be read both ways, by the sign they contain.
    """

    decimal: str | None
    sure: dict[str, tuple[str, ...]]
    open: dict[str, tuple[str, ...]]

    @property
    def mixed(self) -> bool:
        """Both signs occur as a decimal sign."""
        return all(self.sure.values())


def detect_decimal(texts: Iterable[str]) -> Detected:
    """Find out the decimal sign from distinct cell texts.

    Examples
    --------
    >>> detect_decimal(["12,5", "1.234"]).decimal
    ','
    >>> detect_decimal(["1.234"]).decimal is None
    True
    """
    sure: dict[str, list[str]] = {",": [], ".": []}
    unsure: dict[str, list[str]] = {",": [], ".": []}
    for text in texts:
        text = text.strip(SPACES + "()").translate(MINUS)
        for sign in (",", "."):
            if _DECIMAL[sign].fullmatch(text):
                sure[sign].append(text)
            elif _GROUPED[sign].fullmatch(text):
                sure[_OTHER[sign]].append(text)
            elif _OPEN[sign].fullmatch(text):
                unsure[sign].append(text)
    decided = [sign for sign in sure if sure[sign]]
    return Detected(
        decided[0] if len(decided) == 1 else None,
        {sign: tuple(found) for sign, found in sure.items()},
        {sign: tuple(found) for sign, found in unsure.items()},
    )
