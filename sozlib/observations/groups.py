"""Groups of people as tables name them: sex, age, nationality.

„3 bis unter 6 Jahre“ ends at 5, „3–5“ does too, and „90 und mehr“ has no end. Whatever is not understood is a problem:
a group read wrongly shifts every rate that uses it.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: Stands for the open end of an age group while frames are made; the finished table has a missing value there.
OPEN = 999

SEX: dict[str, str] = {
    **dict.fromkeys(("m", "männlich", "männer", "mann", "jungen", "male", "1 männlich"), "m"),
    **dict.fromkeys(("f", "w", "weiblich", "frauen", "frau", "mädchen", "female", "2 weiblich"), "f"),
    **dict.fromkeys(("d", "divers", "x"), "d"),
    **dict.fromkeys(("", "insgesamt", "zusammen", "gesamt", "alle"), ""),
}
NATIONALITY: dict[str, str] = {
    **dict.fromkeys(("german", "d", "deutsch", "deutsche", "deutsche staatsangehörigkeit"), "german"),
    **dict.fromkeys(
        (
            "foreign", "a", "ausländer", "ausländisch", "nichtdeutsch", "nichtdeutsche", "nicht deutsch",
            "ausländerinnen und ausländer", "ausländer/-innen", "ausländische staatsangehörigkeit",
        ),
        "foreign",
    ),
    **dict.fromkeys(("", "insgesamt", "zusammen", "gesamt", "alle"), ""),
}  # fmt: skip

_UNIT = r"(?:\s*(?:-?jährige?|jahre?n?|j\.))?"
_AGES = (
    ("single", re.compile(rf"(?P<a>\d+){_UNIT}")),
    ("under", re.compile(rf"(?:unter|<|u)\s*(?P<b>\d+){_UNIT}")),
    (
        "below",
        re.compile(rf"(?P<a>\d+)\s*(?:jahre)?\s*(?:bis|b\.|-|–)?\s*(?:unter|u\.|u|<)\s*(?P<b>\d+){_UNIT}"),
    ),
    ("to", re.compile(rf"(?P<a>\d+)\s*(?:jahre)?\s*(?:bis|-|–|to)\s*(?P<b>\d+){_UNIT}")),
    (
        "open",
        re.compile(rf"(?P<a>\d+){_UNIT}\s*(?:und|u\.|oder)\s*(?:mehr|älter|m\.|ä\.)(?:\s*jahre)?|(?P<c>\d+)\s*\+"),
    ),
    ("open", re.compile(rf"(?:ab|>=|≥)\s*(?P<a>\d+){_UNIT}(?:\s*und älter)?")),
    ("all", re.compile(r"|insgesamt|zusammen|gesamt|alle")),
)


@lru_cache(maxsize=4096)
def age_range(label: str) -> tuple[int, int] | None:
    """First and last year of age of a label, both inclusive; the open end is :data:`OPEN`; None if not understood.

    Examples
    --------
    >>> age_range("3 bis unter 6 Jahre"), age_range("15–17"), age_range("unter 1")
    ((3, 5), (15, 17), (0, 0))
    >>> age_range("90 und mehr") == (90, OPEN)
    True
    """
    text = " ".join(label.casefold().replace("\u00a0", " ").split())
    for form, pattern in _AGES:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        ends = {name: int(value) for name, value in match.groupdict().items() if value is not None}
        low = ends.get("a", ends.get("c", 0))
        high = {"single": low, "open": OPEN, "all": OPEN}.get(form)
        if high is None:
            high = ends["b"] - (form != "to")
        return (low, high) if 0 <= low <= high else None
    return None


def sex_of(label: str) -> str | None:
    """``m``, ``f``, ``d`` or empty (all) of a label; None if not understood."""
    return SEX.get(label.casefold())


def nationality_of(label: str) -> str | None:
    """``german``, ``foreign`` or empty (all) of a label; None if not understood."""
    return NATIONALITY.get(label.casefold())
