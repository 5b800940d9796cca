"""The audit of the monitor as the snapshot holds it, in the words of the field.

Numbers become variants with the areas that change their class, indicators with what is wrong with them, and sources of
uncertainty in order of their weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from sozlib.chapter.context import Context
from sozlib.snapshot import Snapshot


@dataclass(frozen=True)
class Change:
    """An area whose status class a variant changes."""

    area: str
    before: int
    after: int


@dataclass(frozen=True)
class Variant:
    """The index had one thing been decided otherwise.

    Parameters
    ----------
    kind, name
        What was decided otherwise and how, as :data:`sozlib.snapshot.AUDIT_COLUMNS` says.
    changes
        Areas with another class.
    mean_shift
        Mean number of ranks by which areas move.
    most
        Largest number of ranks by which an area moves.
    """

    kind: str
    name: str
    changes: tuple[Change, ...]
    mean_shift: float
    most: int


@dataclass(frozen=True)
class Part:
    """An indicator's part in the index; shares from 0 to 1, see :class:`sozlib.analysis.audit.Coherence`."""

    id: str
    nominal: float
    effective: float
    importance: float
    with_index: float
    alpha_without: float | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Audited:
    """What the audit says.

    Parameters
    ----------
    period
        Year of the status.
    areas
        How many areas took part: those whose values the edition shows.
    alpha
        Cronbach's alpha; None for a single indicator.
    parts
        The indicators, in the monitor's order.
    correlations
        Of the indicators, oriented so that high means burdened.
    sources
        Share of the ranks' variance by source, alone and in all, the weightiest first; empty where no rank moves.
    variants
        Without each indicator, then with each other choice.
    base
        Class of each area that took part, computed from what the edition shows.
    """

    period: int
    areas: int
    alpha: float | None
    parts: tuple[Part, ...]
    correlations: tuple[tuple[float, ...], ...]
    sources: Mapping[str, tuple[float, float]]
    variants: tuple[Variant, ...]
    base: Mapping[str, int]

    @property
    def without(self) -> list[Variant]:
        """The index without each indicator."""
        return [variant for variant in self.variants if variant.kind == "without"]

    @property
    def choices(self) -> list[Variant]:
        """The index by other methods."""
        return [variant for variant in self.variants if variant.kind != "without"]

    def changed(self, area: str) -> int:
        """In how many variants an area has another class."""
        return sum(change.area == area for variant in self.variants for change in variant.changes)

    def pairs(self, above: float) -> list[tuple[int, int, float]]:
        """Pairs of indicators correlated more strongly than that, the closest first."""
        count = len(self.parts)
        found = [(i, j, self.correlations[i][j]) for i in range(count) for j in range(i + 1, count)]
        return sorted((pair for pair in found if abs(pair[2]) > above), key=lambda pair: -abs(pair[2]))


def audited(context: Context) -> Audited | None:
    """The audit of the monitor's latest year; None where the snapshot has none."""
    table, meta = context.snapshot.audit, context.snapshot.meta.get("audit")
    if table is None or not meta:
        return None
    return _read(context.snapshot.path, context.snapshot.digest)


@lru_cache(maxsize=4)
def _read(path: Path, digest: str) -> Audited:
    snapshot = Snapshot.open(path)
    meta: Mapping[str, Any] = snapshot.meta["audit"]
    table: pd.DataFrame = snapshot.unnoted("audit")
    base = table[table["kind"] == "base"].set_index("area")
    others = table[table["kind"] != "base"].groupby(["kind", "variant"], sort=False)
    sources = {str(name): (float(s["first"]), float(s["total"])) for name, s in (meta["sources"] or {}).items()}
    return Audited(
        period=int(meta["period"]),
        areas=int(meta["areas"]),
        alpha=meta["alpha"],
        parts=tuple(Part(**{**entry, "flags": tuple(entry["flags"])}) for entry in meta["indicators"]),
        correlations=tuple(tuple(row) for row in meta["correlations"]),
        sources=dict(sorted(sources.items(), key=lambda item: -item[1][0])),
        variants=tuple(_variant(str(kind), str(name), rows, base) for (kind, name), rows in others),
        base={str(area): int(status) for area, status in base["status"].items()},
    )


def _variant(kind: str, name: str, rows: pd.DataFrame, base: pd.DataFrame) -> Variant:
    after = rows.set_index("area")
    before = base.loc[after.index]
    moved: Sequence[bool] = after["status"].ne(before["status"]).tolist()
    changes = tuple(
        Change(str(area), int(was), int(now))
        for area, was, now, other in zip(after.index, before["status"], after["status"], moved, strict=True)
        if other
    )
    shift = (after["rank"] - before["rank"]).abs()
    return Variant(kind, name, changes, float(shift.mean()), int(shift.max()))
