"""What a secured difference or change means: better, worse, or without judgement.

The catalogue says of every indicator whether high values burden or relieve. Only with this direction, and only where a
test secures a difference, may a sentence call an area better or worse off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sozlib.chapter.readings import Meta, Reading, Series

Verdict = Literal["better", "worse", "higher", "lower"]


def verdict(meta: Meta, reading: Reading) -> Verdict | None:
    """How a reading lies beside the whole; None where no difference is secured."""
    return judged(meta, reading.versus_whole == "above") if reading.secured else None


def movement(meta: Meta, reading: Reading) -> Verdict | None:
    """How a reading has moved; None where no change is secured."""
    return judged(meta, reading.trend == "rising") if reading.trend in ("rising", "falling") else None


def judged(meta: Meta, high: bool) -> Verdict:
    """What it means that a value is higher (or has risen), or else lower."""
    if meta.direction == "neutral":
        return "higher" if high else "lower"
    return "better" if high == (meta.direction == "relieving") else "worse"


@dataclass(frozen=True)
class Standing:
    """Several indicators of an area, sorted by what is secured against the whole.

    Parameters
    ----------
    better, worse, higher, lower
        Secured differences, the relatively largest first; the latter two have no direction.
    tested
        How many indicators could be compared.
    judged
        How many of these have a direction.
    hidden
        Indicators without a value to show.
    """

    better: tuple[Series, ...]
    worse: tuple[Series, ...]
    higher: tuple[Series, ...]
    lower: tuple[Series, ...]
    tested: int
    judged: int
    hidden: tuple[Series, ...]

    @classmethod
    def of(cls, all_series: Iterable[Series], area: str) -> Standing:
        """Standing of an area in the indicators that have values at all."""
        used = [s for s in all_series if s.period is not None]
        by: dict[str, list[Series]] = {"better": [], "worse": [], "higher": [], "lower": []}
        compared = [s for s in used if s.get(area).versus_whole is not None]
        for series in sorted(compared, key=lambda s: -gap(s.get(area))):
            found = verdict(series.meta, series.get(area))
            if found:
                by[found].append(series)
        return cls(
            better=tuple(by["better"]),
            worse=tuple(by["worse"]),
            higher=tuple(by["higher"]),
            lower=tuple(by["lower"]),
            tested=len(compared),
            judged=sum(s.meta.direction != "neutral" for s in compared),
            hidden=tuple(s for s in used if not s.get(area).known),
        )

    @property
    def secured(self) -> tuple[Series, ...]:
        """All with a secured difference."""
        return (*self.worse, *self.better, *self.higher, *self.lower)


def gap(reading: Reading) -> float:
    """Size of the difference from the whole in relation to the whole's value; 0 where there is none."""
    if reading.distance is None or not reading.whole_value:
        return 0.0
    return abs(reading.distance / reading.whole_value)
