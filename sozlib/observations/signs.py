"""Signs of official tables: what stands in a cell when a number does not, or not alone.

A dash is nothing at all, a dot a secret, a slash a number too unsure to print. Reading any of them as zero or as a
missing value falsifies every sum above it; so each cell becomes a value *and* a status.

References
----------
DIN 55301 (1978, withdrawn 2020), section 10.6; explanations of signs of Destatis and the statistical offices of the
Länder; Statistik der Bundesagentur für Arbeit for ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sozlib.observations.numbers import SPACES, NumberFormat
from sozlib.snapshot import WITHOUT_VALUE

#: Written form → status. ``*`` is the sign of the Bundesagentur für Arbeit for secret values.
SIGNS: Mapping[str, str] = {
    "–": "–", "-": "–", "—": "–", "−": "–",
    ".": ".", "•": ".", "*": ".",
    "...": "...", "…": "...",
    "/": "/",
    "x": "x", "X": "x",
}  # fmt: skip

#: Order in which signs without a value win over one another in a sum: what is secret stays secret.
PRECEDENCE = (".", "/", "...", "x")

NAN = float("nan")
_BRACKETS = re.compile(r"\(\s*(.*?)\s*\)")
_FLAGGED = re.compile(r"(.*\d\)?)\s*([prs])")

Fault = Literal["empty", "text", "decimal"]


@dataclass(frozen=True)
class Cell:
    """A cell understood: value, status, and what was wrong or noteworthy about it.

    Parameters
    ----------
    value
        The number; NaN where the status says that there is none.
    status
        One of the signs of :data:`sozlib.snapshot.Status`.
    flag
        ``p`` preliminary, ``r`` revised, ``s`` estimated, or empty.
    fault
        ``empty``, ``text`` (no number) or ``decimal`` (a number with the other decimal sign); None if all is well.
    """

    value: float = NAN
    status: str = ""
    flag: str = ""
    fault: Fault | None = None


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one table.

    Parameters
    ----------
    numbers
        How its numbers are written.
    signs
        Signs of this table beside the official ones.
    empty
        Status of an empty cell; None makes it a fault.
    exact_zero
        True if the digit 0 means nothing, False if it means less than half a unit.
    """

    numbers: NumberFormat = field(default_factory=NumberFormat)
    signs: Mapping[str, str] = field(default_factory=dict)
    empty: str | None = None
    exact_zero: bool = False

    def read(self, raw: object) -> Cell:
        """Understand one cell: a text, a number of a workbook, or nothing."""
        if raw is None or raw == "" or raw != raw:
            return self._empty()
        if isinstance(raw, bool):
            return Cell(fault="text")
        if isinstance(raw, int | float):
            return self._number(float(raw))
        text = str(raw).strip(SPACES + "\t\r\n")
        if not text:
            return self._empty()
        sign = self.signs.get(text, SIGNS.get(text))
        if sign is not None:
            return Cell(0.0 if sign in ("–", "0") else NAN, sign)
        return self._text(text)

    def _empty(self) -> Cell:
        if self.empty is None:
            return Cell(fault="empty")
        return Cell(0.0 if self.empty == "–" else NAN, self.empty)

    def _text(self, text: str) -> Cell:
        flag = ""
        if match := _FLAGGED.fullmatch(text):
            text, flag = match.groups()
        brackets = _BRACKETS.fullmatch(text)
        inner = brackets[1] if brackets else text
        value = self.numbers.parse(inner)
        if value is None:
            other = NumberFormat.of("." if self.numbers.decimal == "," else ",").parse(inner)
            return Cell(fault="text" if other is None else "decimal")
        if brackets:
            return Cell(value, "()", flag)
        cell = self._number(value)
        return Cell(cell.value, cell.status, flag)

    def _number(self, value: float) -> Cell:
        if value == 0:
            return Cell(0.0, "–" if self.exact_zero else "0")
        return Cell(value)


def status_of_sum(statuses: Iterable[str]) -> str:
    """Status of a sum from the statuses of its parts.

    A part without a value leaves the sum without one; a limited part limits it; only nothing adds up to nothing.

    Examples
    --------
    >>> status_of_sum(["", "–"])
    ''
    >>> status_of_sum(["–", "0"]), status_of_sum(["", "()"]), status_of_sum(["", "/", "."])
    ('0', '()', '.')
    """
    found = set(statuses)
    missing = found & WITHOUT_VALUE
    if missing:
        return next(sign for sign in PRECEDENCE if sign in missing)
    if "()" in found:
        return "()"
    if found == {"–"}:
        return "–"
    return "0" if found and found <= {"–", "0"} else ""
