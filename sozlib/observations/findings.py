"""Many findings of one kind, told so that they can still be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd

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


_GERMAN = str.maketrans(",.-", ".,−")


def german(value: float) -> str:
    """Number for messages: ``1.234,5``."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value != round(value) else f"{value:,.0f}"
    return text.translate(_GERMAN)


def place_of(row: Mapping[Any, Any], column: bool = True) -> Place:
    """Place of an observation, from its columns file, sheet, row and column."""
    return Place(
        row["file"],
        None if pd.isna(row["row"]) else int(row["row"]),
        row["column"] if column else None,
        row["sheet"] if isinstance(row["sheet"], str) else None,
    )
