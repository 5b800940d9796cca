"""Regular expressions from parameter files: only those whose search ends.

Python's ``re`` goes back and tries again, so that ``(a+)+b`` takes longer than a life on thirty letters. Before a
pattern is accepted, the ways in which it can divide a text are counted: a repetition has one for each number of times,
alternatives add up, what follows each other multiplies, a repetition of something with several ways takes powers. That
count bounds the steps of a search in a text of :data:`LONGEST` characters (R. Cox, „Regular Expression Matching Can Be
Simple And Fast“, 2007); no more of a longer text is searched.
"""

from __future__ import annotations

import math
import re
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Annotated, Any

from pydantic import AfterValidator

#: Characters of a pattern and of a text that is searched.
LONGEST_PATTERN, LONGEST = 500, 500

#: Ways to divide a text that a pattern may have; that many steps take some seconds.
MOST_WAYS = 1e9


def _accepted(value: str) -> str:
    if len(value) > LONGEST_PATTERN:
        raise ValueError(f"Der reguläre Ausdruck hat {len(value)} Zeichen, erlaubt sind {LONGEST_PATTERN}.")
    try:
        re.compile(value)
        tree = parser.parse(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{value!r} ist kein gültiger regulärer Ausdruck ({error}).") from None
    starts = 1 if value.startswith(("^", r"\A")) and "|" not in value else LONGEST
    if starts * _ways(tree) > MOST_WAYS:
        raise ValueError(
            f"Der reguläre Ausdruck {value!r} könnte endlos suchen. Vermeiden Sie Wiederholungen in Wiederholungen, "
            "und mehr als zwei offene (* oder +), mit ^ am Anfang drei."
        )
    return value


#: A regular expression in a parameter file.
Pattern = Annotated[str, AfterValidator(_accepted)]


def search(pattern: str, text: str) -> re.Match[str] | None:
    """First place that fits the pattern of a parameter file, in the first :data:`LONGEST` characters of a text."""
    return re.search(pattern, text[:LONGEST])


def without(pattern: str, text: str) -> str:
    """Text without what fits the pattern; texts longer than :data:`LONGEST` stay."""
    return re.sub(pattern, "", text) if len(text) <= LONGEST else text


def _ways(parts: Any) -> float:
    """In how many ways a sequence of parsed parts can divide a text of :data:`LONGEST` characters."""
    return math.prod(_ways_of(*part) for part in parts)


def _ways_of(kind: Any, about: Any) -> float:
    if kind in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        least, most, inner = about
        once = _ways(inner)
        most = min(int(most), LONGEST)
        least = min(int(least), most)
        if once == 1:
            return most - least + 1
        return math.inf if most * math.log(once) > math.log(MOST_WAYS) else sum(once**n for n in range(least, most + 1))
    if kind is code.BRANCH:
        return sum(_ways(alternative) for alternative in about[1])
    if kind is code.SUBPATTERN:
        return _ways(about[-1])
    if kind is code.ATOMIC_GROUP:
        return _ways(about)
    if kind in (code.ASSERT, code.ASSERT_NOT):
        return _ways(about[1])
    if kind is code.GROUPREF_EXISTS:
        return sum(_ways(branch) for branch in about[1:] if branch is not None)
    return 1
