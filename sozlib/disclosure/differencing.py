"""Small groups that no table shows and that readers make by adding and subtracting what tables show.

Those under 20 less those under 18 are those of 18 and 19; all who need care less those cared for in three ways are
those cared for in the fourth. Such a group is as few people as its number says, whether a table has a line for it or
not, so the rule guards it like a count that stands there: what gives it away is hidden, and the attack asks for it.

Every published count is a sum of the smallest groups that all of them can be cut into
(:mod:`~sozlib.disclosure.system`). A group follows from the counts of a place if it is a linear combination of them.
Looked at are all groups between two ages, of everyone or one sex or nationality, and whoever a whole has beside its
published parts (:mod:`~sozlib.disclosure.wholes`). As long as one of them is small and follows, the cheapest count that
it follows from is hidden; in the end those that turn out to be needless are not.

What is chosen here is where :mod:`~sozlib.disclosure.concealment` begins. Whether it is enough decides the attack.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sozlib.disclosure.ledger import COLUMNS, Cell, key_of
from sozlib.disclosure.own import NOBODY
from sozlib.disclosure.publication import Protection, Published
from sozlib.disclosure.rounding import sides
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.system import Count, Group, System
from sozlib.disclosure.wholes import Whole, columns, wholes_of
from sozlib.indicators.catalogue import Term

Numbers = npt.NDArray[np.float64]
#: A count as a sum of terms.
Terms = tuple[Term, ...]
#: Columns of a table of groups: what is counted (:func:`~sozlib.disclosure.ledger.key_of`), where, when, how many.
GROUP = list(COLUMNS[:4])
#: Rows of zeros and ones are dependent if what is left of one is smaller.
_NOTHING = 1e-7
#: A count that is not to be chosen costs this much.
_NEVER = np.inf


def with_groups(protection: Protection, kinds: Mapping[str, str]) -> Protection:
    """Protection of an edition that guards small groups as well, and hides counts for them to begin with.

    Parameters
    ----------
    protection
        The edition before protection. What its readers know from earlier editions is of no use to hide.
    kinds
        Kinds of the measures; amounts have a rule of their own.

    Returns
    -------
    Protection
        With :attr:`~sozlib.disclosure.publication.Protection.groups`, columns :data:`GROUP` (a group in a region stands
        there with that group in all areas of the reporting level below, small or not), and the counts to hide among
        those given.
    """
    full = protection.full
    rule = Rule.of(full.meta, full.areas)
    if not rule.protects or full.indicators.empty:
        return protection
    counts = Counts.of(protection, kinds, rule)
    plain = [(Count(((term, 1.0, 0),), "", 0, ""), np.nan) for terms in counts.numbers for term in terms]
    system = System.of(plain, full.areas, str(full.meta["report"]["levels"][0]["id"]), counts.sexes)
    rows: list[tuple[str, str, int, float]] = []
    cells: set[Cell] = set()
    for family in _families(counts.numbers, counts.wholes, system):
        numbers = family.numbers(np.array([counts.numbers[terms] for terms in family.counts]))
        minimum = np.array([rule.minimum(terms) for terms in family.groups])
        few = (numbers > 0) & (numbers < minimum[:, None])
        rows += _listed(family, numbers, few, counts.places, system.below)
        costs = np.array([counts.costs(terms, rule) for terms in family.counts])
        for place in np.flatnonzero(few.any(axis=0)).tolist():
            for count in family.apart(costs[:, place], np.flatnonzero(few[:, place]).tolist()):
                cells |= counts.cells(family.counts[count], place)
    return replace(protection, groups=pd.DataFrame(rows, columns=GROUP), given=protection.given | cells)


@dataclass(frozen=True)
class Counts:
    """Counts of people that an edition publishes, each once; sums that parts are known to add up to, as nobody else.

    Parameters
    ----------
    places
        Area and year.
    numbers
        Of each count, in the order of the places; NaN where readers know none.
    keys
        Names of the count's cells (:data:`~sozlib.disclosure.ledger.Cell`).
    uses
        How many numerators and denominators rest on it.
    known
        Where readers know the number from elsewhere.
    wholes
        Which of them are parts of others.
    sexes
        Sexes that everyone belongs to.
    """

    places: Sequence[tuple[str, int]]
    numbers: Mapping[Terms, Numbers]
    keys: Mapping[Terms, frozenset[str]]
    uses: Mapping[Terms, float]
    known: Mapping[Terms, npt.NDArray[np.bool_]]
    wholes: Sequence[Whole]
    sexes: tuple[str, ...]

    @classmethod
    def of(cls, protection: Protection, kinds: Mapping[str, str], rule: Rule) -> Counts:
        """Counts of an edition before protection; for the parameters see :func:`with_groups`."""
        full, ledger = protection.full, protection.ledger
        pieces: dict[Terms, list[pd.Series]] = defaultdict(list)
        keys: dict[Terms, set[str]] = defaultdict(set)
        uses: dict[Terms, float] = defaultdict(float)
        for term, key, column in columns(full.indicators, protection.catalogue, kinds):
            pieces[term,].append(column)
            keys[term,].add(key)
            uses[term,] += 1.0
        for term, cells in _by_age_and_sex(full):
            pieces[term,].append(cells)
            uses[term,] = _NEVER
        each = {terms: pd.concat(found).dropna() for terms, found in pieces.items()}
        each = {terms: column[~column.index.duplicated()] for terms, column in each.items()}
        places = sorted({(str(area), int(year)) for column in each.values() for area, year in column.index})
        areas, years = (pd.Series([place[i] for place in places], dtype=object) for i in (0, 1))
        side_of = sides(areas, full.areas, str(full.meta["report"]["levels"][0]["id"]), NOBODY)
        numbers, known = {}, {}
        for terms, column in each.items():
            found = column.reindex(pd.MultiIndex.from_tuples(places)).to_numpy(dtype=float)
            # Of what rounding covers nobody makes anything exact.
            numbers[terms] = np.where(rule.hideable(terms, side_of) > 0, found, np.nan)
            told = [ledger.tells(pd.Series(key, index=areas.index), areas, years, found) for key in keys[terms]]
            known[terms] = np.any([np.zeros(len(places), dtype=bool), *told], axis=0)
        wholes = [w for w in wholes_of(protection.catalogue, full.meta) if all((t,) in numbers for t in w.terms)]
        for whole in (w for w in wholes if w.complete and not w.of_one_measure):
            there = np.all([np.isfinite(numbers[term,]) for term in whole.terms], axis=0)
            numbers[whole.others], uses[whole.others] = np.where(there, 0.0, np.nan), _NEVER
            known[whole.others] = there
        named = {terms: frozenset(keys[terms]) for terms in numbers}
        return cls(places, numbers, named, uses, known, wholes, ("m", "f", "d") if _third(full) else ("m", "f"))

    def cells(self, count: Terms, place: int) -> set[Cell]:
        """A count at a place, by all its names."""
        area, year = self.places[place]
        return {(key, area, year) for key in self.keys[count]}

    def costs(self, count: Terms, rule: Rule) -> Numbers:
        """What it costs to hide a count, by place: indicators first, then people; NaN where readers do not have it."""
        numbers = self.numbers[count]
        cost: Numbers = self.uses[count] + np.minimum(numbers, 1e6) / 1e7
        cost[self.known[count] | (numbers <= 0)] = _NEVER
        cost[np.isnan(numbers) | ((numbers > 0) & (numbers < rule.minimum(count)))] = np.nan
        return cost


def _by_age_and_sex(full: Published) -> Iterator[tuple[Term, pd.Series]]:
    """Columns of the table by age and sex."""
    if measure := full.meta["report"]["population"]:
        for _, rows in full.population.groupby(["sex", "age_from", "age_to"], sort=False, dropna=False):
            sex, low, top = rows[["sex", "age_from", "age_to"]].iloc[0]
            ages = {"age_from": int(low) or None, "age_to": None if pd.isna(top) else int(top)}
            term = Term.model_validate({"measure": measure, "sex": sex or None, **ages})
            yield term, rows.set_index(["area", "period"])["value"]


def _third(full: Published) -> bool:
    """Whether somebody in the table by age and sex is neither male nor female."""
    of_sex = full.population["sex"] != ""
    total, parts = (
        full.population[rows].groupby(["area", "period"])["value"].sum(min_count=1) for rows in (~of_sex, of_sex)
    )
    return bool((total - parts > 0).any())


@dataclass(frozen=True)
class Family:
    """Published counts that have people in common, as sums of the smallest groups they can be cut into.

    Parameters
    ----------
    counts
        What is published.
    matrix
        How often each of the smallest groups (columns) is in each of them (rows).
    groups
        What may follow from them.
    wanted
        How often each of the smallest groups is in these.
    """

    counts: tuple[Terms, ...]
    matrix: Numbers
    groups: tuple[Terms, ...]
    wanted: Numbers

    def numbers(self, of_counts: Numbers) -> Numbers:
        """Numbers of the groups from those of the counts, a row each, by place; NaN where a group does not follow."""
        found = np.full((len(self.groups), of_counts.shape[1]), np.nan)
        patterns, of_place = np.unique(np.isfinite(of_counts), axis=1, return_inverse=True)
        for number, pattern in enumerate(patterns.T):
            times, follows = self._combined(tuple(np.flatnonzero(pattern).tolist()), tuple(range(len(self.groups))))
            here = np.flatnonzero(of_place == number)
            found[np.ix_(follows, here)] = np.round(times[follows] @ of_counts[np.ix_(pattern, here)], 6)
        return found

    def apart(self, costs: Numbers, groups: Sequence[int]) -> set[int]:
        """Cheapest counts without which none of some groups follows, as far as that is possible.

        Parameters
        ----------
        costs
            Of each count; NaN where it is not there anyway, infinite where it stays.
        groups
            Positions of the groups.
        """
        there = np.flatnonzero(~np.isnan(costs)).tolist()
        gone: set[int] = set()

        def combined() -> tuple[list[int], Numbers, npt.NDArray[np.bool_]]:
            left = [count for count in there if count not in gone]
            return left, *self._combined(tuple(left), tuple(groups))

        while True:
            left, times, follows = combined()
            behind = (left[n] for n in np.flatnonzero((np.abs(times[follows]) > _NOTHING).any(axis=0)))
            cheapest = min(behind, key=lambda count: (costs[count], count), default=None)
            if cheapest is None or np.isinf(costs[cheapest]):
                break
            gone.add(cheapest)
        for count in sorted(gone, key=lambda count: (-costs[count], count)):
            gone.remove(count)
            if combined()[2].sum() > follows.sum():
                gone.add(count)
        return gone

    def _combined(self, counts: tuple[int, ...], groups: tuple[int, ...]) -> tuple[Numbers, npt.NDArray[np.bool_]]:
        """How groups are combined of counts (the best that there is), and whether they are."""
        if (counts, groups) not in self._known:
            rows, wanted = self.matrix[list(counts)], self.wanted[list(groups)]
            times = wanted @ np.linalg.pinv(rows)
            self._known[counts, groups] = times, np.abs(wanted - times @ rows).max(axis=1) < _NOTHING
        return self._known[counts, groups]

    @cached_property
    def _known(self) -> dict[tuple[tuple[int, ...], ...], tuple[Numbers, npt.NDArray[np.bool_]]]:
        return {}


def _families(counts: Iterable[Terms], wholes: Sequence[Whole], system: System) -> Iterator[Family]:
    """Published counts that have people in common, and all groups that may follow from them."""
    published = list(counts)
    smallest = sorted({group for terms in published for term in terms for group in system.groups(term)})
    position = {group: number for number, group in enumerate(smallest)}

    def row_of(terms: Terms) -> Numbers:
        row = np.zeros(len(smallest))
        for term in terms:
            row[[position[group] for group in system.groups(term)]] += term.factor
        return row

    matrix = np.array([row_of(terms) for terms in published])
    others = {whole.others: row_of(whole.others) for whole in wholes}
    together = csr_array(np.vstack([matrix, *others.values()]))
    number, family_of = connected_components(together.T @ together, directed=False)
    for family in range(number):
        inside = family_of == family
        rows = np.flatnonzero(matrix[:, inside].any(axis=1))
        found = {row.tobytes(): (terms, row) for terms, row in others.items() if row[inside].any()}
        for term in _between_ages([group for group in smallest if inside[position[group]]]):
            if position.keys() >= set(system.groups(term)):
                row = row_of((term,))
                found[row.tobytes()] = (term,), row
        for row in matrix[rows]:
            found.pop(row.tobytes(), None)
        if found:
            groups, wanted = zip(*found.values(), strict=True)
            yield Family(
                tuple(published[row] for row in rows), matrix[rows][:, inside], groups, np.array(wanted)[:, inside]
            )


def _between_ages(smallest: Sequence[Group]) -> Iterator[Term]:
    """Groups between any two ages, of everyone and of each sex and nationality that is told apart."""
    for measure in dict.fromkeys(group[0] for group in smallest):
        mine = [group for group in smallest if group[0] == measure]
        ages = sorted({age for group in mine for age in group[1:3]})
        sexes, nations = ({group[n] for group in mine} - {""} for n in (3, 4))
        for (low, high), sex, nation in product(
            combinations(ages, 2), [None, *sorted(sexes)], [None, *sorted(nations)]
        ):
            top = None if np.isinf(high) else int(high) - 1
            people = {"sex": sex, "nationality": nation}
            yield Term.model_validate({"measure": measure, "age_from": int(low) or None, "age_to": top, **people})


def _listed(
    family: Family,
    numbers: Numbers,
    few: npt.NDArray[np.bool_],
    places: Sequence[tuple[str, int]],
    below: Mapping[str, Sequence[str]],
) -> Iterator[tuple[str, str, int, float]]:
    """Small groups of a family; one in a region with the same group in the areas below, of which it is made."""
    for group in np.flatnonzero(few.any(axis=1)).tolist():
        key, _ = key_of(family.groups[group])
        small = [places[place] for place in np.flatnonzero(few[group]).tolist()]
        wanted = {*small, *((area, year) for upper, year in small for area in below.get(upper, ()))}
        for (area, year), number in zip(places, numbers[group].tolist(), strict=True):
            if (area, year) in wanted:
                yield key, area, year, number
