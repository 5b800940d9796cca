"""How large a count has to be for an edition to show it: the edition's own number, a source's, the municipality's.

Laws and contracts ask for different numbers: an office may deliver a table on condition that nothing below five is
published. A source's number counts where it is the larger one, and only in editions that protect anything at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure.own import NOBODY, Own
from sozlib.disclosure.rounding import EXACT, Rounding
from sozlib.edition import SIDES, Side
from sozlib.indicators.catalogue import Term


@dataclass(frozen=True)
class Rule:
    """Smallest counts that may be shown.

    Parameters
    ----------
    edition
        The edition's ``minimum_count``; 0 or 1 protects nothing.
    sources
        ``minimum_count`` of the source of each measure that has one.
    own
        Areas of the readers, with a minimum of their own.
    rounding
        Which counts are shown rounded.
    """

    edition: int
    sources: Mapping[str, int] = field(default_factory=dict)
    own: Own = NOBODY
    rounding: Rounding = EXACT

    @classmethod
    def of(cls, meta: Mapping[str, Any], areas: pd.DataFrame) -> Rule:
        """Rule of a snapshot by its meta data."""
        edition = meta["edition"]
        own = Own.of(edition.get("own", ()), areas, int(edition.get("own_minimum_count", 0)))
        sources = meta.get("sources", ())
        each = {m: int(s["minimum_count"]) for s in sources if s.get("minimum_count") for m in s["measures"]}
        return cls(int(edition["minimum_count"]), each, own, Rounding.read(meta))

    @property
    def protects(self) -> bool:
        """Whether any count is too small to be shown."""
        return self.edition > 1

    def width(self, terms: Sequence[Term], side: Side) -> int:
        """How uncertain a small count of these terms has to stay.

        By the minimum where it is hidden. Where rounding covers it, it must not be told from nobody nor from any other
        number that the minimum protects, which is one less.
        """
        least = self.minimum(terms)
        return least - 1 if self.rounding.covers(terms, side, least) else least

    def minimum(self, terms: Sequence[Term]) -> int:
        """Smallest number of a count of these terms that may be shown of others' areas."""
        if not self.protects:
            return self.edition
        return max([self.edition, *(self.sources.get(m, 0) for term in terms for m in term.measures)])

    def hideable(
        self, terms: Sequence[Term], side: npt.NDArray[np.object_], beside: Sequence[Term] = ()
    ) -> npt.NDArray[np.int_]:
        """Counts of these terms above zero and below this are hidden: the minimum, 0 where rounding covers it.

        Parameters
        ----------
        terms
            What is counted.
        side
            Whose areas the counts are about.
        beside
            Terms that have to be rounded, too, for rounding to cover the count.
        """
        least = self.minimum(terms)
        found: npt.NDArray[np.int_] = np.full(len(side), least)
        for whose in SIDES:
            if self.rounding.covers((*terms, *beside), whose, least):
                found[side == whose] = 0
        return found
