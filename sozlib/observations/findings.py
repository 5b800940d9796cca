"""Many findings of one kind, told so that they can still be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sozlib.errors import Place, Problem

Item = TypeVar("Item")

#: As many places of one kind are named each; the rest is counted.
LIMIT = 10


def several(items: Sequence[Item], make: Callable[[Item], Problem]) -> list[Problem]:
    """Problems of many places: the first :data:`LIMIT` each, the rest counted in one."""
    problems = [make(item) for item in items[:LIMIT]]
    if len(items) > LIMIT:
        first = problems[0]
        problems.append(
            Problem(
                first.code,
                f"Dasselbe an {len(items) - LIMIT} weiteren Stellen.",
                "",
                Place(first.place.file, sheet=first.place.sheet),
                first.severity,
            )
        )
    return problems


def listed(items: Sequence[object], limit: int = 5) -> str:
    """The first items, separated by commas, with an ellipsis where there are more."""
    return ", ".join(str(item) for item in items[:limit]) + (" …" if len(items) > limit else "")
