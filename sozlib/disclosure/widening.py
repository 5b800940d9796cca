"""Further counts to hide, found by attack: until none that the rule protects can be inferred too precisely.

Counts are chosen for hiding by looking at small numbers and at sums of areas (:mod:`~sozlib.disclosure.protect`).
Groups that overlap, balances, what was published before and what other editions show can give some away all the same.
So the edition is attacked before it is written. Where a count is too narrow, the shadow prices of the intruder's two
linear programmes name the published numbers that make it so [1]_; the smallest of them that may be hidden is, wherever
it stands and with all that follows, and what has changed is attacked again. In the end what the others have made
needless is shown again, the largest first.

A count that stays too narrow although nothing is left to hide follows from what readers have from elsewhere. The proof
(:mod:`~sozlib.disclosure.proof`), which knows nothing of this choice, decides what that means.

References
----------
.. [1] Fischetti, M. & Salazar, J.-J. (2001): Solving the Cell Suppression Problem on Tabular Data with Linear
   Constraints. Management Science 47(7) - the intruder's programmes as a source of cuts; theirs are solved to the
   optimum, here the cheapest cell of each cut is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sozlib.crew import Crew
from sozlib.disclosure import ranges
from sozlib.disclosure.attack import Attack, attack
from sozlib.disclosure.bounds import binding
from sozlib.disclosure.differencing import GROUP
from sozlib.disclosure.equations import Equation, equations, goal
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.ledger import Cell, Cells, cell_of, counts_in
from sozlib.disclosure.programme import ContradictionError
from sozlib.disclosure.publication import Protection, Publication, Published
from sozlib.disclosure.system import Count, Identity, Limit
from sozlib.disclosure.tables import Tables
from sozlib.disclosure.uncollected import uncollected
from sozlib.snapshot import CLASSES


@dataclass(frozen=True)
class Table:
    """Rows that have to do with each other, and all that bears on them.

    Parameters
    ----------
    protection
        What decides what the edition shows of them.
    kinds
        Kinds of the measures.
    beside
        The same of further editions that the same readers have.
    earlier, limits
        What earlier releases have shown of its counts.
    """

    protection: Protection
    kinds: Mapping[str, str]
    beside: Sequence[Publication]
    earlier: Sequence[tuple[Count, float]]
    limits: Sequence[Limit]

    @uncollected()
    def widened(self, shown: Publication, further: Cells) -> tuple[Cells, bytes]:
        """Counts to hide in all, and the state of the table that nothing needs to be added to.

        Parameters
        ----------
        shown
            What the edition shows of it.
        further
            Counts hidden beyond its own choice so far.
        """
        chosen: list[dict[Cell, float]] = []
        while (found := self._attacked(shown)) is not None and found.short:
            fresh = dict(_cuts(found, further, _told(shown, self.protection.full, self.kinds)))
            if not fresh:
                return further, _state(shown)
            chosen.append(fresh)
            further = further.union(fresh)
            shown = self.protection.publication(further)
        # What was hidden for one count may have become needless by what was hidden for another; not the very last.
        needed = {cell for fresh in chosen[-1:] if len(fresh) == 1 for cell in fresh}
        numbers = {cell: number for fresh in chosen for cell, number in fresh.items() if cell not in needed}
        for cell in sorted(numbers, key=lambda cell: (-numbers[cell], cell)):
            less = self.protection.publication(further - {cell})
            if (found := self._attacked(less)) is not None and not found.short:
                further, shown = further - {cell}, less
        return further, _state(shown)

    def _attacked(self, shown: Publication) -> Attack | None:
        """An attack; None where the numbers contradict each other."""
        full = self.protection.full
        hidden = hidden_cells(full.indicators, shown.indicators, full.population, shown.population)
        hidden = replace(hidden, amounts=self.protection.amounts, groups=self.protection.groups)
        try:
            return attack(shown, hidden, self.kinds, self.beside, earlier=self.earlier, before=self.limits, exact=False)
        except ContradictionError:  # no choice of cells mends numbers that are wrong; the proof tells
            return None


def widened(
    protection: Protection, kinds: Mapping[str, str], held: Sequence[Published] = (), crew: Crew | None = None
) -> tuple[Publication, Cells]:
    """An edition in which everything is as uncertain as the rule asks, as far as hiding can do that.

    Parameters
    ----------
    protection
        What decides what the edition shows.
    kinds
        Kinds of the measures.
    held
        Further editions that the same readers have.
    crew
        Processes that share the tables. What comes out is the same without them.

    Returns
    -------
    Publication
        The edition's tables.
    frozenset
        Counts hidden beyond what :class:`~sozlib.disclosure.publication.Protection` chooses by itself.
    """
    further = Cells()
    edition = protection.publication()
    if not protection.edition.protects:
        return edition, further
    earlier, limits = list(protection.ledger.counts(kinds)), list(protection.ledger.limits(kinds))
    groups = [(count, row) for count, row in counts_in(protection.groups, kinds)]
    done: set[bytes] = set()
    while True:
        tables = Tables.of(edition, protection.catalogue, earlier, limits)
        earlier_of = tables.sorted_by_table(earlier, lambda pair: pair[0])
        limits_of = tables.sorted_by_table(limits, lambda limit: limit.parts[0][0])
        groups_of = tables.sorted_by_table(groups, lambda pair: pair[0])
        full = tables.split(protection.full)
        rounded = tables.split(protection.rounded) if protection.rounded else {}
        others = [tables.split(other) for other in held]
        jobs: list[Job] = []
        for number, shown in tables.split(edition).items():
            state = _state(shown)
            # Where everything is known and shown there is nothing to find.
            if state not in done and not (_complete(full[number]) and _state(full[number]) == state):
                rows = pd.DataFrame([row for _, row in groups_of.get(number, ())], columns=GROUP)
                alone = replace(protection, full=full[number], rounded=rounded.get(number), groups=rows)
                beside = [other[number] for other in others if number in other]
                table = Table(alone, kinds, beside, earlier_of.get(number, ()), limits_of.get(number, ()))
                jobs.append((table, shown, further))
        found = (crew or Crew(1)).each(_widened, jobs)
        done |= {state for _, state in found}
        more = further.union(*(cells for cells, _ in found))
        if more == further:
            return edition, further
        further, edition = more, protection.publication(more)


#: A table, what the edition shows of it, and the counts hidden beyond its own choice so far.
Job = tuple[Table, Publication, Cells]


def _widened(job: Job) -> tuple[Cells, bytes]:
    table, shown, further = job
    return table.widened(shown, further)


def _state(table: Publication) -> bytes:
    """What a table shows, for comparison."""
    of_row = ["indicator", "area", "period", "numerator", "denominator", "status"]
    shown = table.indicators[of_row], table.population[["area", "period", "sex", "age_from", "value"]]
    limits = repr(table.meta.get("class_limits")).encode()
    return b"".join(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes() for frame in shown) + limits


def _complete(table: Publication) -> bool:
    """Whether the sources deliver every count: what they do not may follow from what they do."""
    return bool(table.indicators[["numerator", "denominator"]].notna().all(axis=None))


def _told(table: Publication, full: Publication, kinds: Mapping[str, str]) -> dict[Identity, float]:
    """True numbers of counts of which a table tells anything: the number, a rounded one, the class of the value."""
    classed = full.indicators[table.indicators["status"].isin(CLASSES).to_numpy()].assign(denominator=np.nan)
    of_class = replace(full, indicators=classed, population=full.population.iloc[:0])
    pairs = [*ranges.shown(table, kinds), *ranges.shown(of_class, kinds)]
    told = {count.identity for count, number in pairs if np.isfinite(number)}
    return {count.identity: number for count, number in ranges.shown(full, kinds) if count.identity in told}


def _cuts(found: Attack, cells: Cells, told: Mapping[Identity, float]) -> Iterator[tuple[Cell, float]]:
    """Counts to hide, with their numbers, so that those found too precisely become wider: one each, or one for two."""
    lines = equations(found.system)
    goals = [goal(found.system, inference.count)[0] for inference in found.short]
    bounds = binding([line.row for line in lines], [line.right for line in lines], goals)
    chosen: set[Cell] = set()
    for inference, (below, above) in zip(found.short, bounds, strict=True):
        # A number of people is at least none: while the upper end is below the width, only that end helps.
        top = inference.required if inference.within is None else inference.within[1]
        sides = (above, below) if inference.high < top else (below | above,) if inference.within is None else (below,)
        candidates = next(filter(None, (_candidates(found, [lines[n] for n in s], cells, told) for s in sides)), {})
        if candidates and chosen.isdisjoint(candidates):
            cell = min(candidates, key=lambda cell: (candidates[cell], cell))
            chosen.add(cell)
            yield cell, candidates[cell]


def _candidates(
    found: Attack, lines: Sequence[Equation], cells: Cells, told: Mapping[Identity, float]
) -> dict[Cell, float]:
    """Numbers of the counts behind equations that this edition can hide."""
    behind = {c for line in lines for c in (*line.about, *line.sources(found.system))}
    numbers = {cell_of(c): abs(told[c.identity]) for c in behind if c.identity in told.keys() - found.elsewhere}
    return {cell: number for cell, number in numbers.items() if number > 0 and cell not in cells}
