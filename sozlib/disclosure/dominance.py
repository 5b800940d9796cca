"""Which published amounts a few contributors make up, and how far from the truth an intruder's bounds must stay.

Regions and the whole have their amounts from sums. Their largest contributions are delivered or bounded: nobody
contributes more to a region than the largest contributions of all its areas together, and a region has at least as
many contributors as the area with most. Both err on the safe side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure.ledger import COLUMNS, key_of
from sozlib.indicators.catalogue import Indicator, Term
from sozlib.indicators.quantities import Quantities
from sozlib.observations.dominance import Dominance


def levels(catalogue: Sequence[Indicator], quantities: Quantities, rules: Mapping[str, Dominance]) -> pd.DataFrame:
    """Protection levels of all amounts that break the rule of their measure.

    Parameters
    ----------
    catalogue
        Its numerators and denominators are what is published.
    quantities
        Sums of all measures, also of those that only the rules need.
    rules
        Rules by measure.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`~sozlib.disclosure.ledger.COLUMNS`; ``number`` is the level, above zero. A sum of several
        amounts has the largest level of its parts.
    """
    frames = []
    for terms in dict.fromkeys(side for i in catalogue for side in (i.numerator, i.denominator) if side):
        key, lag = key_of(terms)
        for term in terms:
            for measure in term.measures:
                if measure in rules:
                    found = _of_measure(term, measure, quantities, rules[measure])
                    shift = term.lag - lag
                    year, number = found["period"] + shift, found["level"] * abs(term.factor)
                    frames.append(pd.DataFrame({"count": key, "area": found["area"], "year": year, "number": number}))
    if not frames:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(frames, ignore_index=True)
    return table[table["number"] > 0].groupby(list(COLUMNS[:3]), sort=False)["number"].max().reset_index()


def _of_measure(term: Term, measure: str, quantities: Quantities, rule: Dominance) -> pd.DataFrame:
    """Levels of one measure in the groups of a term: area, period, level."""

    def amounts(of: str | None) -> pd.Series:
        wanted = term.model_copy(update={"measure": of, "lag": 0, "factor": 1.0})
        return quantities.of([wanted]).set_index(["area", "period"])["value"] if of else pd.Series(dtype=float)

    amount = amounts(measure)
    beside = (_contributors(quantities, rule.contributors), amounts(rule.largest), amounts(rule.two_largest))
    aligned = [series.reindex(amount.index).to_numpy(dtype=float) for series in beside]
    found = rule.levels(amount.to_numpy(dtype=float), *aligned)
    return amount.index.to_frame(index=False).assign(level=found)


def _contributors(quantities: Quantities, measure: str | None) -> pd.Series:
    """Number of contributors by area and period, at least: an area above has those of its area with most."""
    rows = quantities.observations
    own = rows[rows["measure"] == measure].groupby(["area", "period"])["value"].max()
    parts = quantities.ancestors.merge(own.reset_index(), on="area")
    above = parts.groupby(["upper", "period"])["value"].max()
    return own.combine_first(above.rename_axis(["area", "period"]))


def level_of(levels: pd.DataFrame, key: pd.Series, area: pd.Series, year: pd.Series) -> npt.NDArray[np.float64]:
    """Levels of counts by what :func:`levels` found; 0 where there is nothing to protect."""
    if levels.empty:
        return np.zeros(len(key))
    known = levels.set_index(list(COLUMNS[:3]))["number"]
    return known.reindex(pd.MultiIndex.from_arrays([key, area, year])).fillna(0.0).to_numpy(dtype=float)
