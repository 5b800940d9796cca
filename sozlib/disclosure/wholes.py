"""Published counts that are parts of other published counts, beyond the ages and areas that nest by themselves.

That the parts of a sum add up to it, and that a part is not larger than its whole, stands in the sources
(``checks``); a term of several measures is the sum of its measures, and everyone is both sexes. Readers know all of
that, so disclosure control reckons with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sozlib.disclosure.ledger import key_of
from sozlib.disclosure.publication import Published
from sozlib.disclosure.system import Count, Limit
from sozlib.indicators.catalogue import SURFACE, Indicator, Term

#: Lower age and upper age (exclusive).
Span = tuple[float, float]


@lru_cache(maxsize=4096)
def plain(term: Term) -> Term:
    """What a term counts, wherever it stands: no lag, no factor, age from 0 said as none."""
    return term.model_copy(update={"lag": 0, "factor": 1.0, "age_from": term.age_from or None})


def span_of(term: Term) -> Span:
    """Ages of a term."""
    return float(term.age_from or 0), np.inf if term.age_to is None else term.age_to + 1.0


@dataclass(frozen=True)
class Whole:
    """A published count and published counts of people who belong to it.

    Parameters
    ----------
    total
        The whole.
    parts
        Parts of it that share nobody.
    complete
        Whether there is nobody else in the whole.
    """

    total: Term
    parts: tuple[Term, ...]
    complete: bool

    @property
    def terms(self) -> tuple[Term, ...]:
        """The whole and its parts."""
        return (self.total, *self.parts)

    @property
    def of_one_measure(self) -> bool:
        """Whether the parts are groups of what the whole counts, which needs no telling."""
        return {m for part in self.parts for m in part.measures} <= set(self.total.measures)

    @property
    def others(self) -> tuple[Term, ...]:
        """Whoever belongs to no part, as terms of one count: the whole less its parts."""
        return (self.total, *(part.model_copy(update={"factor": -1.0}) for part in self.parts))


def wholes_of(catalogue: Sequence[Indicator], meta: Mapping[str, Any]) -> tuple[Whole, ...]:
    """Wholes and parts among all that an edition publishes.

    Parameters
    ----------
    catalogue
        The indicators.
    meta
        Meta data of the edition: its ``sources`` with their ``sums`` (fields ``total`` and ``parts`` of a sum, and
        whether it is ``complete``), the ``report`` with the measure of its table by age and sex.
    """
    sides = (side for i in catalogue for side in (i.numerator, i.denominator))
    published = [plain(side[0]) for side in sides if len(side) == 1 and side[0].weight is None]
    if measure := meta["report"]["population"]:
        published.append(Term(measure=measure))
    declared = [s for source in meta.get("sources", ()) for s in source.get("sums", ())]
    return _wholes(tuple(dict.fromkeys(published)), tuple(map(_declared, declared)))


def _declared(fields: Mapping[str, Any]) -> tuple[Term, tuple[Term, ...], bool]:
    """A sum of a source as terms."""
    total, *parts = (Term.model_validate(side) for side in (fields["total"], *fields["parts"]))
    return total, tuple(parts), bool(fields["complete"])


@lru_cache(maxsize=8)
def _wholes(there: tuple[Term, ...], declared: tuple[tuple[Term, tuple[Term, ...], bool], ...]) -> tuple[Whole, ...]:
    sums = list(declared)
    for term in there:
        if len(term.measures) > 1:
            sums.append((term, tuple(term.model_copy(update={"measure": m}) for m in term.measures), True))
        for name in ("sex", "nationality"):
            if getattr(term, name):
                sums.append((term.model_copy(update={name: None}), (term,), False))
    found = []
    for total, parts, complete in sums:
        pieces = [_pieces(part, there) for part in parts] if total in there else []
        if any(pieces):
            whole = complete and all(of == [part] for part, of in zip(parts, pieces, strict=True))
            found.append(Whole(total, tuple(piece for of in pieces for piece in of), whole))
    return tuple(dict.fromkeys(found))


def _pieces(part: Term, there: Sequence[Term]) -> list[Term]:
    """A part where it is published, else published age groups within it that share nobody, the widest first."""
    if part in there:
        return [part]
    low, high = span_of(part)
    ages = {"age_from": None, "age_to": None}
    same = [term for term in there if term.model_copy(update=ages) == part.model_copy(update=ages)]
    within = [term for term in same if low <= span_of(term)[0] and span_of(term)[1] <= high]
    chosen: list[Term] = []
    for term in sorted(within, key=lambda t: (span_of(t)[0] - span_of(t)[1], span_of(t))):
        if not any(_overlap(span_of(term), span_of(other)) for other in chosen):
            chosen.append(term)
    return chosen


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def columns(
    indicators: pd.DataFrame, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> Iterator[tuple[Term, str, pd.Series]]:
    """Counts of people that indicators rest on, one numerator or denominator after the other.

    Parameters
    ----------
    indicators
        Columns indicator, area, period, numerator, denominator.
    catalogue, kinds
        The indicators, and the kinds of the measures: amounts are left out.

    Yields
    ------
    Term, str, pandas.Series
        What is counted, its name in :data:`~sozlib.disclosure.ledger.Cell`, the numbers by area and year.
    """
    by_id = {indicator.id: indicator for indicator in catalogue}
    for id, rows in indicators[indicators["indicator"].isin(list(by_id))].groupby("indicator", sort=False):
        for side in ("numerator", "denominator"):
            terms: tuple[Term, ...] = getattr(by_id[str(id)], side)
            if len(terms) == 1 and terms[0].weight is None and _of_people(terms[0].measures, kinds):
                key, lag = key_of(terms)
                numbers = rows[side] / terms[0].factor
                yield (
                    plain(terms[0]),
                    key,
                    numbers.set_axis(pd.MultiIndex.from_arrays([rows["area"], rows["period"] - lag])),
                )


def _of_people(measures: Collection[str], kinds: Mapping[str, str]) -> bool:
    return all(kinds.get(measure, "count") == "count" and measure != SURFACE for measure in measures)


def told(edition: Published, catalogue: Sequence[Indicator], kinds: Mapping[str, str]) -> Iterator[Limit]:
    """That parts are no more than their whole, where an edition shows some of them and hides others.

    Sums of one measure's groups need no telling (:mod:`~sozlib.disclosure.system`).
    """
    apart = [w for w in wholes_of(catalogue, edition.meta) if not w.of_one_measure]
    wanted = {term for whole in apart for term in whole.terms}
    found: dict[Term, pd.Series] = {}
    for term, _, numbers in columns(edition.indicators, about(catalogue, wanted), kinds):
        found[term] = numbers if term not in found else found[term].combine_first(numbers)
    for whole in apart:
        if found.keys() >= set(whole.terms):
            table = pd.concat([found[term] for term in whole.terms], axis=1, join="inner")
            some = table.isna().any(axis=1) & table.notna().any(axis=1)
            for area, year in table.index[some.to_numpy()]:
                total, *parts = (
                    Count(((term, 1.0, 0),), str(area), int(year), " + ".join(term.measures)) for term in whole.terms
                )
                weighted = ((total, 1.0), *((part, -1.0) for part in parts))
                yield Limit(weighted, 0.0, 0.0 if whole.complete else np.inf)


def about(catalogue: Sequence[Indicator], terms: Collection[Term]) -> list[Indicator]:
    """Indicators that rest on one of these counts."""
    return [i for i in catalogue if any(plain(t[0]) in terms for t in (i.numerator, i.denominator) if len(t) == 1)]
