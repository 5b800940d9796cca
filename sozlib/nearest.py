"""What someone probably meant: the known name most like a misspelt one, or a short list of known names.

A suggestion that is plainly wrong sends the reader astray, and sixty names in one line bury it; so only names that are
much alike are suggested, and lists are cut.
"""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher

#: Names less alike than this (share of common letters) are not suggested.
ALIKE = 0.66

#: As many known names are listed at most.
SHOWN = 8


def nearest(text: str, known: Collection[str], cutoff: float = ALIKE) -> str | None:
    """The known text most like this one, upper and lower case alike; None if none is much alike.

    Examples
    --------
    >>> nearest("delimeter", ["decimal", "delimiter"])
    'delimiter'
    >>> nearest("arbeitslose_55plus", ["alleinlebende_65plus"]) is None
    True
    """
    best = max(known, key=lambda item: (_ratio(text, item), _in_place(text, item)), default=None)
    return best if best is not None and _ratio(text, best) >= cutoff else None


def suggestion(text: str, known: Collection[str], where: str = "") -> str:
    """German sentence: what was probably meant, or which names are known.

    Parameters
    ----------
    text
        The misspelt name.
    known
        All names that would do.
    where
        Where all of them stand, for a list that is cut: „in parameters/sources“.

    Examples
    --------
    >>> suggestion("alder", ["alter", "armut"])
    'Meinten Sie „alter“?'
    >>> suggestion("kita", ["alter", "armut"])
    'Bekannt sind: alter, armut.'
    """
    near = nearest(text, known)
    if near is not None:
        return f"Meinten Sie „{near}“?"
    names = list(dict.fromkeys(known))
    if len(names) <= SHOWN:
        return f"Bekannt sind: {', '.join(names) or 'keine'}."
    first = sorted(names, key=lambda name: -_ratio(text, name))[:SHOWN]
    return f"Bekannt sind {len(names)}, am ähnlichsten: {', '.join(first)} …{f' (alle {where})' if where else ''}."


def _in_place(one: str, other: str) -> int:
    """Letters at the same place: of two ids equally alike, that with one wrong digit."""
    return sum(a == b for a, b in zip(one.casefold(), other.casefold(), strict=False))


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, other.casefold(), one.casefold()).ratio()
