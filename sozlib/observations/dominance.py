"""When an amount gives away what a single contributor has: p % rule, (n, k) rule, least number of contributors.

Expenditure, places or hours of an area are often made up by a few providers. Whoever is the second largest of them
subtracts its own part from the published amount and knows the largest one's within what the others have together. The
rules [1]_ call an amount sensitive where that is too close, and say how far from the true amount an intruder's bounds
have to stay (the protection level). A source declares for a measure which rule holds, and which of its other measures
tell the number of contributors and the largest contributions; these serve the rule and are never shown.

References
----------
.. [1] Hundepool, A. et al. (2012): Statistical Disclosure Control. Wiley, ch. 4.2 (sensitivity rules, tables 4.2 and
   4.4 of the online edition, https://sdctools.github.io/HandbookSDC).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from sozlib.errors import Place, Problem
from sozlib.nearest import suggestion
from sozlib.parameters import Id, Parameters

if TYPE_CHECKING:
    from sozlib.observations.source import Measure, Source

Array = npt.NDArray[np.float64]


class Dominance(Parameters):
    """Rule for the amounts of a measure, with the measures that it needs.

    With ``largest`` and ``two_largest`` and ``p`` the p % rule; with ``k`` the (n, k) rule, n = 1 with ``largest`` and
    n = 2 with ``two_largest``; with ``contributors`` a least number of contributors, alone or beside one of them.
    """

    contributors: Id | None = Field(None, description="Merkmal mit der Zahl der Beitragenden (Träger, Betriebe)")
    largest: Id | None = Field(None, description="Merkmal mit dem größten Einzelbeitrag")
    two_largest: Id | None = Field(None, description="Merkmal mit den zwei größten Einzelbeiträgen zusammen")
    minimum: int = Field(3, ge=3, description="So viele Beitragende braucht ein Betrag, der gezeigt wird")
    p: float | None = Field(
        None,
        gt=0,
        le=100,
        description="p-%-Regel: Der größte Beitrag muss um mindestens p % ungewiss bleiben. Nur mit contributors: so "
        "viel vom Betrag (sonst 10)",
    )
    n: Literal[1, 2] | None = Field(None, description="(n,k)-Regel: Zahl der größten Beiträge")
    k: float | None = Field(
        None, gt=0, lt=100, description="(n,k)-Regel: mehr als k % des Betrags dürfen die n größten nicht ausmachen"
    )

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.n is None) != (self.k is None):
            raise ValueError("n und k gehören zusammen: Die n größten Beiträge dürfen höchstens k % ausmachen.")
        if self.k is not None and self.p is not None:
            raise ValueError("entweder p (p-%-Regel) oder n und k ((n,k)-Regel) angeben.")
        needed: dict[str, object]
        if self.k is not None:
            needed = {"largest": self.largest} if self.n == 1 else {"two_largest": self.two_largest}
        elif self.largest or self.two_largest:
            needed = {"largest": self.largest, "two_largest": self.two_largest, "p": self.p}
        else:
            needed = {"contributors": self.contributors}
        missing = [name for name, given in needed.items() if given is None]
        if missing:
            raise ValueError(f"Für die Regel fehlt {' und '.join(missing)}.")
        return self

    @property
    def contributions(self) -> tuple[str, ...]:
        """Ids of the measures of single contributions: no edition and no indicator may show them."""
        return tuple(measure for measure in (self.largest, self.two_largest) if measure)

    @property
    def measures(self) -> tuple[str, ...]:
        """Ids of all measures that the rule needs."""
        return (*self.contributions, *([self.contributors] if self.contributors else []))

    def levels(self, amount: Array, contributors: Array, largest: Array, two_largest: Array) -> Array:
        """Protection levels: how far below and above the true amount an intruder's bounds must lie.

        Parameters
        ----------
        amount
            Amounts; NaN where there is none.
        contributors
            How many make it up, or a smaller number.
        largest, two_largest
            The largest contribution and the two largest together, or larger numbers. NaN where unknown.

        Returns
        -------
        numpy.ndarray
            Levels in the unit of the amount; 0 where it may be shown. What is unknown counts as if one contributor
            made up everything.

        Examples
        --------
        >>> rule = Dominance(largest="x1", two_largest="x12", p=10)
        >>> rule.levels(*(np.array([number]) for number in (100.0, np.nan, 80.0, 95.0))).tolist()
        [3.0]
        """
        most = amount * (100 / self.k - 1 if self.k else (self.p or 10) / 100)
        if self.k:
            needed = 100 / self.k * (largest if self.n == 1 else two_largest) - amount
        elif self.largest and self.p:
            needed = self.p / 100 * largest - (amount - two_largest)
        else:
            needed = np.zeros_like(amount)
        if self.contributors:
            needed = np.where(contributors >= self.minimum, needed, most)
        found = np.minimum(np.where(np.isnan(needed), most, needed), most)
        return np.where(amount > 0, np.maximum(found, 0.0), 0.0)


def wrong_contributions(
    source: Source,
    measures: Mapping[str, Measure],
    declared: Collection[str] | None,
    place: Callable[..., Place],
) -> list[Problem]:
    """What is wrong with the measures that a source's rules name.

    Parameters
    ----------
    source
        The source.
    measures
        Measures of all sources.
    declared
        Ids of measures that are declared anywhere, also in files that cannot be used; None if that is unknown.
    place
        Place of a key in a source, from its id and path.
    """
    problems = []
    rules = [(number, measure.dominance) for number, measure in enumerate(source.measures) if measure.dominance]
    for number, rule in rules:
        at = place(source.id, "measures", number, "dominance")
        roles = [(rule.contributors, "count"), (rule.largest, "amount"), (rule.two_largest, "amount")]
        for name, wanted in ((name, wanted) for name, wanted in roles if name):
            if name in measures and measures[name].kind != wanted:
                found = f"dominance: Das Merkmal „{name}“ ist {measures[name].kind}, nötig ist {wanted}."
                remedy = "contributors ist eine Anzahl, largest und two_largest sind Beträge."
                problems.append(Problem("measure-kind", found, remedy, at))
            elif name not in measures and declared is not None and name not in declared:
                found = f"dominance: Das Merkmal „{name}“ gibt es nicht."
                remedy = suggestion(name, sorted(measures), "in parameters/sources")
                problems.append(Problem("unknown-measure", found, remedy, at))
    return problems
