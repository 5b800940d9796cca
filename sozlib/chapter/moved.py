"""Changes since the reference year as the snapshot holds them, with what each means.

A change counts only where the test of all comparisons together secures it; better or worse it is only where the
catalogue gives the indicator a direction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sozlib.chapter import numbers
from sozlib.chapter.context import Context
from sozlib.chapter.judgement import Verdict, judged
from sozlib.chapter.readings import Meta
from sozlib.chapter.signs import SIGNS
from sozlib.chapter.values import finite


@dataclass(frozen=True)
class Change:
    """Change of an indicator in an area; see :data:`sozlib.snapshot.CHANGE_COLUMNS`.

    Numbers are None where one of both years shows no value; ``status`` then says why.
    """

    meta: Meta
    area: str
    period: int
    reference: int
    before: float | None
    value: float | None
    change: float | None
    lower: float | None
    upper: float | None
    status: str
    p: float | None
    verdict: str | None

    @property
    def tested(self) -> bool:
        """Whether there is a test of this change."""
        return self.verdict is not None

    @property
    def secured(self) -> bool:
        """Whether the change is secured among all comparisons."""
        return self.verdict in ("rising", "falling")

    @property
    def meaning(self) -> Verdict | None:
        """Better, worse, higher or lower; None where nothing is secured."""
        return judged(self.meta, self.verdict == "rising") if self.secured else None

    @property
    def size(self) -> float:
        """Size in relation to the earlier value, to order changes of different units; 0 where there is none."""
        return abs(self.change or 0.0) / abs(self.before) if self.before else 0.0

    @property
    def cell(self) -> str:
        """Table cell: the change with its sign, in brackets where it is not secured, or why there is none."""
        if self.change is None:
            return SIGNS[self.status if self.status in SIGNS else "."].sign
        text = numbers.signed(self.change, self.meta.decimals)
        return text if self.secured else f"({text})"


def reference(context: Context) -> int | None:
    """Year with which values are compared; None where the snapshot compares nothing."""
    told = context.snapshot.meta.get("changes") or {}
    return int(told["compared_with"]) if told else None


def of_areas(context: Context) -> list[Change]:
    """Changes of the areas of the reporting level, as the catalogue and the areas are ordered."""
    return _of(context, set(context.areas))


def of_whole(context: Context) -> list[Change]:
    """Changes of the whole."""
    return _of(context, {context.whole_id})


def grouped(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Changes by indicator."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.meta.id, []).append(change)
    return found


def _of(context: Context, areas: set[str]) -> list[Change]:
    frame = context.snapshot.changes
    if frame is None or frame.empty:
        return []
    catalogue = context.readings.catalogue
    rows = frame[frame["area"].isin(areas)].to_dict("records")
    return [_change(catalogue[str(row["indicator"])], {str(k): v for k, v in row.items()}) for row in rows]


def _change(meta: Meta, row: dict[str, Any]) -> Change:
    known = {name: finite(row[name]) for name in ("before", "value", "change", "lower", "upper", "p")}
    verdict = row["verdict"] if isinstance(row["verdict"], str) else None
    return Change(
        meta=meta,
        area=str(row["area"]),
        period=int(row["period"]),
        reference=int(row["reference"]),
        status=str(row["status"] or ""),
        verdict=verdict,
        **known,
    )
