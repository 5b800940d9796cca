"""Where an area stands in the monitor, in the words of the report.

The snapshot holds numbers; here they become classes with names, a certainty in words and the indicators that drive
them. Words for certainty follow the less sure of the two classes, because a decision rests on both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from sozlib.chapter.context import Context
from sozlib.chapter.values import finite
from sozlib.snapshot import Snapshot

STATUS = ("hoch", "mittel", "niedrig", "sehr niedrig")
DYNAMICS = (("+", "positiv"), ("±", "stabil"), ("\u2212", "negativ"))
_LETTERS = "psn"
#: Shares of the repeated runs from which a class counts as highly or fairly certain.
HIGH, FAIR = 0.80, 0.65


@dataclass(frozen=True)
class Standing:
    """An area's place in the monitor of one year.

    Parameters
    ----------
    area, period
        Whose and when.
    status, dynamics
        Classes from 1; None where the area has none, with the reason.
    rank, rank_low, rank_high
        1 is the highest burden; the bounds hold the central 90 % of the repeated runs.
    status_shares, dynamics_shares
        Share of the runs in each class; empty where the edition does not show them.
    used
        On how many indicators the status rests.
    status_score
        In standard deviations from the mean of the areas; positive is more burdened.
    parts, dynamics_parts
        What each indicator adds to the score, by id.
    since
        First year of the unbroken time in the status class.
    since_start
        Whether the monitor begins with that year, so that the time may be longer.
    """

    area: str
    period: int
    status: int | None
    dynamics: int | None
    reason: str = ""
    dynamics_reason: str = ""
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    status_shares: tuple[float, ...] = ()
    dynamics_shares: tuple[float, ...] = ()
    used: int | None = None
    status_score: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    dynamics_parts: Mapping[str, float] = field(default_factory=dict)
    since: int | None = None
    since_start: bool = False

    @property
    def placed(self) -> bool:
        """Whether the area has both classes and so a cell of the matrix."""
        return self.status is not None and self.dynamics is not None

    @property
    def cell(self) -> str:
        """Cell of the matrix as tokens and style sheet call it ("3p"), "" without one."""
        return f"{self.status}{_LETTERS[self.dynamics - 1]}" if self.status and self.dynamics else ""

    @property
    def status_text(self) -> str:
        """ "3 niedrig" """
        return f"{self.status} {STATUS[self.status - 1]}" if self.status else "x"

    @property
    def dynamics_text(self) -> str:
        """ "+ positiv" """
        return " ".join(DYNAMICS[self.dynamics - 1]) if self.dynamics else "x"

    @property
    def status_share(self) -> float | None:
        """Share of the runs that confirm the status."""
        return self.status_shares[self.status - 1] if self.status and self.status_shares else None

    @property
    def dynamics_share(self) -> float | None:
        """Share of the runs that confirm the dynamics."""
        return self.dynamics_shares[self.dynamics - 1] if self.dynamics and self.dynamics_shares else None

    @property
    def certainty(self) -> str:
        """ "hoch", "mittel" or "gering", after the less sure class; "" where it is not shown."""
        shares = [share for share in (self.status_share, self.dynamics_share) if share is not None]
        if not shares:
            return ""
        return certainty_word(min(shares))


def certainty_word(share: float) -> str:
    """Share of the runs that confirm a class, in a word; judged as printed, in whole percent."""
    printed = round(100 * share) / 100
    return "hoch" if printed >= HIGH else "mittel" if printed >= FAIR else "gering"


def standings(context: Context, period: int | None = None) -> dict[str, Standing]:
    """Standing of every area of the reporting level in the latest (or another) year, in display order.

    Empty where the project has no monitor or no year of it could be computed.
    """
    every = _of_snapshot(context.snapshot)
    years = sorted({year for _, year in every})
    if not years:
        return {}
    wanted = period or years[-1]
    return {id: every[id, wanted] for id in context.areas if (id, wanted) in every}


def history(context: Context, area: str) -> list[Standing]:
    """Standing of one area in every year of the monitor, the earliest first."""
    found = _of_snapshot(context.snapshot)
    return [found[key] for key in sorted(found, key=lambda key: key[1]) if key[0] == area]


def _of_snapshot(snapshot: Snapshot) -> dict[tuple[str, int], Standing]:
    table = snapshot.monitor  # asked for each time: what a chapter reads is noted
    return {} if table is None else _read(snapshot.path, snapshot.digest)


@lru_cache(maxsize=4)
def _read(path: Path, digest: str) -> dict[tuple[str, int], Standing]:
    table = Snapshot.open(path).monitor
    rows: list[dict[str, Any]] = [] if table is None else table.to_dict("records")  # type: ignore[assignment]
    found: dict[tuple[str, int], Standing] = {}
    years = sorted({int(row["period"]) for row in rows})
    previous = dict(zip(years[1:], years, strict=False))
    for row in sorted(rows, key=lambda row: int(row["period"])):
        area, period, status = str(row["area"]), int(row["period"]), _whole(row["status"])
        before = found.get((area, previous.get(period, 0)))
        since = before.since if before is not None and before.status == status and before.since else period
        found[area, period] = Standing(
            area=area,
            period=period,
            status=status,
            dynamics=_whole(row["dynamics"]),
            reason=str(row["reason"] or ""),
            dynamics_reason=str(row["dynamics_reason"] or ""),
            rank=_whole(row["rank"]),
            rank_low=_whole(row["rank_low"]),
            rank_high=_whole(row["rank_high"]),
            status_shares=_shares(row, "status", 4),
            dynamics_shares=_shares(row, "dynamics", 3),
            used=_whole(row["used"]),
            status_score=finite(row["status_score"]),
            parts=_parts(row, "status:"),
            dynamics_parts=_parts(row, "dynamics:"),
            since=since if status is not None else None,
            since_start=since == years[0],
        )
    return found


def _whole(value: Any) -> int | None:
    number = finite(value)
    return None if number is None else round(number)


def _shares(row: Mapping[str, Any], side: str, classes: int) -> tuple[float, ...]:
    shares = [finite(row[f"{side}_{n}"]) for n in range(1, classes + 1)]
    known: Sequence[float] = [share for share in shares if share is not None]
    return tuple(known) if len(known) == classes else ()


def _parts(row: Mapping[str, Any], prefix: str) -> dict[str, float]:
    found = {key.removeprefix(prefix): finite(value) for key, value in row.items() if key.startswith(prefix)}
    return {key: value for key, value in found.items() if value is not None}
