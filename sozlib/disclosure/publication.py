"""What an edition shows of its counts, and the one door through which it gets there.

Protection of indicators, of the population by age and sex, and what has been agreed to be told of values as a class or
not at all belong together: a count is hidden wherever it stands or nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import pandas as pd

from sozlib.disclosure.ledger import NOTHING, Cells, Ledger
from sozlib.disclosure.own import NOBODY
from sozlib.disclosure.protect import NO_AMOUNTS, SIGN, protect, protect_population
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.showing import limits_of, population_shown, shown
from sozlib.disclosure.uncollected import uncollected
from sozlib.edition import Edition
from sozlib.indicators.catalogue import Indicator


class Published(Protocol):
    """What is looked at of an edition: a snapshot, or tables that are to become one."""

    @property
    def indicators(self) -> pd.DataFrame:
        """See :data:`sozlib.snapshot.INDICATOR_COLUMNS`."""

    @property
    def population(self) -> pd.DataFrame:
        """See :data:`sozlib.snapshot.POPULATION_COLUMNS`."""

    @property
    def areas(self) -> pd.DataFrame:
        """Areas of all levels."""

    @property
    def meta(self) -> Mapping[str, Any]:
        """Edition, report, catalogue, sources."""


@dataclass(frozen=True)
class Publication:
    """Tables of an edition, see :class:`sozlib.snapshot.Snapshot`."""

    indicators: pd.DataFrame
    population: pd.DataFrame
    areas: pd.DataFrame
    meta: Mapping[str, Any]


def emptied(edition: Published) -> Publication:
    """An edition as if it showed nothing but where nobody is: that is open by rule, unless it may be a rounded few."""
    empty = float("nan") if edition.meta.get("rounding") else 0.0
    indicators, population = edition.indicators, edition.population
    counts = {name: indicators[name].where(indicators[name] == empty) for name in ("numerator", "denominator")}
    indicators = indicators.assign(**counts, value=float("nan"), status=SIGN)
    population = population.assign(value=population["value"].where(population["value"] == empty))
    return Publication(indicators, population, edition.areas, edition.meta)


@dataclass(frozen=True)
class Protection:
    """All that decides what an edition shows.

    Parameters
    ----------
    full
        The tables before protection, with true numbers. Their meta data hold ``edition``, ``cycle``, ``report``,
        ``catalogue``, ``sources`` and ``rounding`` as those of the snapshot do.
    catalogue
        The indicators.
    rounded
        The same rows made from rounded counts, where the edition rounds.
    amounts
        Protection levels of amounts that give away a contributor.
    ledger
        What the readers know from earlier releases.
    groups
        Small groups that no table shows and that follow from others (:mod:`~sozlib.disclosure.differencing`).
    given
        Counts to hide for them, and those that an edition the readers also hold hides beyond its own choice
        (:mod:`~sozlib.disclosure.widening`).
    """

    full: Publication
    catalogue: tuple[Indicator, ...]
    rounded: Publication | None = None
    amounts: pd.DataFrame = field(default_factory=NO_AMOUNTS.copy)
    ledger: Ledger = NOTHING
    groups: pd.DataFrame = field(default_factory=NO_AMOUNTS.copy)
    given: Cells = frozenset()

    @cached_property
    def edition(self) -> Edition:
        """The edition."""
        return Edition.model_validate(self.full.meta["edition"])

    @uncollected()
    def publication(self, further: Cells = frozenset()) -> Publication:
        """The edition's tables.

        Parameters
        ----------
        further
            Counts to hide although neither the rule nor a sum asks for it. Of the readers' own areas they are closed
            to them again.
        """
        areas, meta = self.full.areas, dict(self.full.meta)
        shows, rule = self.edition.shows, Rule.of(meta, areas)
        levels = [str(level["id"]) for level in meta["report"]["levels"]]
        closed = frozenset(cell for cell in further if cell[1] in rule.own.areas)
        protected_too = self.given | (further - closed)

        def protected(rule: Rule) -> pd.DataFrame:
            return protect(
                self.full.indicators,
                self.catalogue,
                areas,
                levels,
                rule,
                trend_years=int(meta["cycle"]["trend_years"]),
                ledger=self.ledger,
                amounts=self.amounts,
                minimum_denominator=self.edition.minimum_denominator,
                rounded=self.rounded.indicators if self.rounded else None,
                further=protected_too,
                closed=closed,
            )

        indicators = protected(rule)
        if not shows.everything:
            everybodys = protected(replace(rule, own=NOBODY)) if rule.own else indicators
            limits = limits_of(everybodys, self.catalogue, areas, levels[0], shows)
            indicators = shown(
                indicators,
                self.catalogue,
                areas,
                levels,
                shows=shows,
                own=rule.own,
                limits=limits,
                minimum=rule.edition,
            )
            meta |= {"class_limits": limits} if limits else {}
        population = protect_population(
            self.full.population,
            areas,
            self.catalogue,
            rule,
            measure=meta["report"]["population"],
            ledger=self.ledger,
            rounded=self.rounded.population if self.rounded else None,
            level=levels[0],
            further=protected_too,
            closed=closed,
        )
        population = population_shown(population, areas, levels[0], shows=shows, own=rule.own)
        return Publication(indicators, population, areas, meta)
