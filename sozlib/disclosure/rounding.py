"""Which counts an edition shows rounded, and what a rounded number still says of the true one.

Rounding (:mod:`sozlib.indicators.rounding`) is chosen for a source (``round_to`` in its file: in every edition that
protects anything, own areas aside) or for an edition (``shows: rounded``). Either way it is chosen for measures: a
count is rounded wherever it stands, as numerator, as denominator and in the population table, and everything derived is
computed from the rounded counts.

A base covers a minimum if all counts that the minimum protects are rounded to 0: 3 covers a minimum of 2, 5 of 3, 10 of
5. Counts that their base does not cover are hidden besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure.own import Own
from sozlib.disclosure.system import Count, Limit
from sozlib.edition import SIDES, Edition, Side
from sozlib.indicators.catalogue import Indicator, Term
from sozlib.indicators.rounding import base_of, reach
from sozlib.observations.source import Source

#: Kinds of measures that count people or cases; sums of money, means and shares are not rounded.
_COUNTED = frozenset({"count", "balance"})


def sides(of: pd.Series, areas: pd.DataFrame, level: str, own: Own) -> npt.NDArray[np.object_]:
    """Whose areas these are: the readers' own, others of the reporting level, or sums.

    Parameters
    ----------
    of
        Ids of areas.
    areas, level
        Areas of all levels; id of the reporting level.
    own
        The readers' areas.
    """
    base = areas.loc[areas["level"] == level, "id"]
    found: npt.NDArray[np.object_] = np.where(of.isin(own.areas), "own", np.where(of.isin(base), "others", "sums"))
    return found


def whose(areas: pd.DataFrame, level: str, own: Own) -> Callable[[str], Side]:
    """The side of a single area, see :func:`sides`."""
    found = dict(zip(areas["id"], sides(areas["id"], areas, level, own), strict=True))
    return found.__getitem__


@dataclass(frozen=True)
class Rounding:
    """Bases of the measures that an edition shows rounded, by whose areas they are about."""

    bases: Mapping[Side, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, edition: Edition, catalogue: Sequence[Indicator], sources: Sequence[Source]) -> Rounding:
        """Rounding of an edition.

        Parameters
        ----------
        edition
            What it shows.
        catalogue, sources
            The project's. A source's base counts, else the edition's.
        """
        if not edition.protects:
            return cls()
        kinds = {m.id: m.kind for source in sources for m in source.measures}
        delivered = {m.id: s.round_to for s in sources for m in s.measures if s.round_to and m.kind in _COUNTED}
        found: dict[Side, Mapping[str, int]] = {}
        for side in SIDES:
            agreed = {
                measure: edition.base
                for indicator in catalogue
                if edition.shows.of(indicator.id, indicator.topic, side) == "rounded"
                for measure in indicator.measures
                if kinds.get(measure) in _COUNTED
            }
            bases = agreed | ({} if side == "own" else delivered)
            if bases:
                found[side] = dict(sorted((m, delivered.get(m, base)) for m, base in bases.items()))
        return cls(found)

    @classmethod
    def read(cls, meta: Mapping[str, Any]) -> Rounding:
        """Rounding of a snapshot by its meta data."""
        return cls(meta.get("rounding") or {})

    def __bool__(self) -> bool:
        return bool(self.bases)

    def at(self, side: Side) -> Mapping[str, int]:
        """Bases of the measures on one side."""
        return self.bases.get(side, {})

    def covers(self, terms: Sequence[Term], side: Side, minimum: int) -> bool:
        """Whether every count that a minimum protects is rounded to 0 in each of these terms."""
        bases = [base_of(term.measures, self.at(side)) for term in terms]
        return bool(bases) and all(reach(base)[1] + 1 >= minimum for base in bases)

    def reach(self, terms: Sequence[Term], side: Side) -> tuple[float, float]:
        """How far below and above a published sum of terms the true one may lie; 0 where none is rounded."""
        below = above = 0.0
        for term in terms:
            down, up = reach(base_of(term.measures, self.at(side)))
            below += abs(term.factor) * (down if term.factor > 0 else up)
            above += abs(term.factor) * (up if term.factor > 0 else down)
        return below, above

    def limit(self, count: Count, number: float, side: Side) -> Limit | None:
        """What a published number says of a count; None where it is the count itself."""
        below, above = self.reach([term for term, _, _ in count.parts], side)
        return Limit(((count, 1.0),), number - below, number + above) if below or above else None


#: Nothing is rounded.
EXACT = Rounding()


def mixed(exact: pd.DataFrame, rounded: Mapping[Side, pd.DataFrame], side: npt.NDArray[np.object_]) -> pd.DataFrame:
    """Rows of a table as they are to be shown.

    Parameters
    ----------
    exact
        The table with true numbers.
    rounded
        The same rows made from rounded counts, by side.
    side
        Side of each row.
    """
    parts = [exact[~np.isin(side, list(rounded))], *(frame[side == of] for of, frame in rounded.items())]
    result: pd.DataFrame = pd.concat([part for part in parts if len(part)] or [exact]).sort_index()
    return result
