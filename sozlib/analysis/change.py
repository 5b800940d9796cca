"""Change since a reference year: which values of which areas have moved by more than chance, all comparisons together.

A report compares hundreds of values with what they were. At the usual 5 % level, one in twenty would seem to have
changed although nothing has. The p-values of all comparisons are therefore adjusted together, so that among the changes
called secured at most 5 % are expected to be false (false discovery rate [1]_). The values of the whole are a family of
their own: they are few and answer another question.

* Proportions and ratios of disjoint groups: score test of two proportions; Poisson rates: score test of two rates.
  These are the tests of :mod:`sozlib.indicators.trend` for two years. Where fewer than five cases are expected
  somewhere, the exact conditional test takes their place (hypergeometric, binomial), doubled one-sided.
* Balances: normal test from both intervals. Means, numbers and other ratios have no sampling model and are not tested.

The interval of a change comes from the intervals of both values (square-and-add [2]_, [3]_).

What the tests take for granted: both years are independent. They are not, most people are counted twice; a positive
correlation makes the test cautious. People of one household receive benefits together, which makes it too bold. Both
are stated in the report. Under the positive dependence of overlapping indicators the adjustment still holds [4]_.

Only what an edition shows goes in. A hidden value has no change, and no adjusted p-value rests on it.

References
----------
.. [1] Benjamini, Y.; Hochberg, Y. (1995): Controlling the false discovery rate. JRSS B 57, 289-300.
.. [2] Newcombe, R. G. (1998): Interval estimation for the difference between independent proportions. Statistics in
   Medicine 17, 873-890 (method 10).
.. [3] Zou, G. Y.; Donner, A. (2008): Construction of confidence limits about effect measures. Statistics in Medicine
   27, 1693-1702.
.. [4] Benjamini, Y.; Yekutieli, D. (2001): The control of the false discovery rate in multiple testing under
   dependency. Annals of Statistics 29, 1165-1188.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom, false_discovery_control, hypergeom, norm

from sozlib.indicators.catalogue import Break, Indicator, Method
from sozlib.indicators.intervals import CONFIDENCE
from sozlib.indicators.trend import slope_score
from sozlib.snapshot import CHANGE_COLUMNS, CLASSES, WITHOUT_VALUE

#: Share of false discoveries that is accepted among the changes called secured.
LEVEL = 0.05

#: A reference value may be this many years older than the reference year: some sources report every other year.
OLDER = 2

#: Signs that say why a value is missing.
SIGNS = WITHOUT_VALUE - set(CLASSES)

#: Fewer expected cases call for the exact test.
FEW = 5.0

Array = npt.NDArray[np.float64]


def changes(
    shown: pd.DataFrame, catalogue: Sequence[Indicator], areas: Sequence[str], whole: str, compared_with: int
) -> pd.DataFrame:
    """Changes of all indicators since a reference year.

    Parameters
    ----------
    shown
        Indicators as an edition shows them, columns :data:`sozlib.snapshot.INDICATOR_COLUMNS`.
    catalogue
        The indicators.
    areas, whole
        Ids of the areas of the reporting level and of the whole.
    compared_with
        Reference year. An indicator's latest value is compared with its value of this year, or the latest one up to
        :data:`OLDER` years earlier.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`sozlib.snapshot.CHANGE_COLUMNS`, ordered as the catalogue and the areas. An indicator without
        comparable years has no rows; a value that one of both years does not show has a status and no numbers.
    """
    wanted = [*areas, whole]
    by_indicator = dict(iter(shown[shown["area"].isin(wanted)].groupby("indicator", sort=False)))
    frames = [
        frame
        for indicator in catalogue
        if indicator.id in by_indicator
        and (frame := _of_indicator(by_indicator[indicator.id], indicator, wanted, compared_with)) is not None
    ]
    if not frames:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    frame = pd.concat(frames, ignore_index=True)
    frame["q"] = np.nan
    for family in (frame["area"] != whole, frame["area"] == whole):
        tested = frame["p"].notna() & family
        if tested.any():
            frame.loc[tested, "q"] = false_discovery_control(frame.loc[tested, "p"])
    found = frame["q"] <= LEVEL
    words = np.select([found & (frame["change"] > 0), found & (frame["change"] < 0)], ["rising", "falling"], "none")
    frame["verdict"] = pd.Series(words, frame.index, dtype=object).where(frame["q"].notna(), None)
    return frame[list(CHANGE_COLUMNS)]


def compared_years(frame: pd.DataFrame, compared_with: int) -> tuple[int, int] | None:
    """Reference year and latest year of one indicator's rows; None where there are no two such years."""
    known = sorted({int(period) for period in frame.loc[frame["value"].notna(), "period"]})
    before = [period for period in known if compared_with - OLDER <= period <= compared_with]
    return (before[-1], known[-1]) if before and known[-1] > compared_with else None


def broken(indicator: Indicator, years: tuple[int, int]) -> Break | None:
    """The break between two years that makes an indicator's values incomparable, None where there is none."""
    return next((b for b in indicator.breaks if b.restart and years[0] < b.period <= years[1]), None)


def incomparable(shown: pd.DataFrame, catalogue: Sequence[Indicator], compared_with: int) -> dict[str, str]:
    """Indicators that have both years but a break between them, each with the break's text."""
    rows = dict(iter(shown.groupby("indicator", sort=False)))
    found = {}
    for indicator in catalogue:
        years = compared_years(rows[indicator.id], compared_with) if indicator.id in rows else None
        gap = broken(indicator, years) if years else None
        if gap is not None:
            found[indicator.id] = f"{gap.period}: {gap.text}"
    return found


def _of_indicator(
    rows: pd.DataFrame, indicator: Indicator, areas: Sequence[str], compared_with: int
) -> pd.DataFrame | None:
    years = compared_years(rows, compared_with)
    if years is None or broken(indicator, years) is not None:
        return None
    by_year = [rows[rows["period"] == year].set_index("area") for year in years]
    counted = [area for area in areas if any(area in side.index for side in by_year)]
    before, now = (side.reindex(counted) for side in by_year)
    values = np.stack([side["value"].to_numpy(dtype=float) for side in (before, now)], axis=1)
    both = np.isfinite(values).all(axis=1)
    count, total = (
        np.stack([side[column].to_numpy(dtype=float) for side in (before, now)], axis=1)
        for column in ("numerator", "denominator")
    )
    bounds = np.stack(
        [side[column].to_numpy(dtype=float) for side in (before, now) for column in ("lower", "upper")], axis=1
    ).reshape(-1, 2, 2)
    p = significance(indicator.method, values, count, total, bounds)
    low, high = difference_interval(values, bounds)
    # A class that an edition tells in place of a value is no reason why there is none: the value is unknown.
    statuses = [side["status"].where(side["status"].isin(SIGNS), ".").to_numpy(dtype=object) for side in (before, now)]
    status = np.where(np.isnan(values[:, 1]), statuses[1], np.where(np.isnan(values[:, 0]), statuses[0], ""))
    frame = pd.DataFrame(
        {
            "indicator": indicator.id,
            "area": counted,
            "period": years[1],
            "reference": years[0],
            "before": values[:, 0],
            "value": values[:, 1],
            "change": values[:, 1] - values[:, 0],
            "lower": low,
            "upper": high,
            "status": status,
            "p": p,
        }
    )
    frame.loc[~both, ["before", "value", "change", "lower", "upper", "p"]] = np.nan
    return frame


def significance(method: Method, values: Array, count: Array, total: Array, bounds: Array) -> Array:
    """Two-sided p-values of the differences between two years.

    Parameters
    ----------
    method
        The indicator's method, see :mod:`sozlib.indicators.intervals`.
    values, count, total
        Shape (areas, 2): values, numerators and denominators of both years; NaN where unknown.
    bounds
        Shape (areas, 2, 2): lower and upper bound of each value.

    Returns
    -------
    numpy.ndarray
        Shape (areas,); NaN where there is nothing to test.
    """
    if method == "difference":
        reach = (bounds[:, :, 1] - bounds[:, :, 0]) / (2 * norm.ppf(0.5 + CONFIDENCE / 2))
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (values[:, 1] - values[:, 0]) / np.sqrt((reach**2).sum(axis=1))
        p: Array = 2 * norm.sf(np.abs(z))
        return p
    p = np.full(len(values), np.nan)
    if method not in ("wilson", "odds", "poisson"):
        return p
    people = total + count if method == "odds" else total
    usable = np.isfinite(count).all(axis=1) & np.isfinite(people).all(axis=1)
    usable &= (count >= 0).all(axis=1) & (people > 0).all(axis=1)
    poisson = method == "poisson"
    if not poisson:
        usable &= (count <= people).all(axis=1)
    p[usable] = two_counts(count[usable], people[usable], poisson=poisson)
    return p


def two_counts(count: Array, total: Array, *, poisson: bool) -> Array:
    """p-values of two proportions (or Poisson rates) each.

    Parameters
    ----------
    count, total
        Cases and people (or exposure), shape (comparisons, 2).
    poisson
        Whether cases are Poisson events instead of people with a property.
    """
    p: Array = 2 * norm.sf(np.abs(slope_score(np.array([0.0, 1.0]), count, total, poisson=poisson)))
    cases = count.sum(axis=1, keepdims=True)
    expected = cases * total / total.sum(axis=1, keepdims=True)
    least = expected.min(axis=1) if poisson else np.minimum(expected, total - expected).min(axis=1)
    few = least < FEW
    if few.any():
        p[few] = _exact(count[few].round(), total[few], poisson=poisson)
    return p


def _exact(count: Array, total: Array, *, poisson: bool) -> Array:
    """Conditional test given all cases of both years: twice the smaller tail."""
    cases, later = count.sum(axis=1), count[:, 1]
    if poisson:
        law = binom(cases, total[:, 1] / total.sum(axis=1))
    else:
        people = np.maximum(total.round(), count)
        law = hypergeom(people.sum(axis=1), cases, people[:, 1])
    tails = np.minimum(law.cdf(later), law.sf(later - 1))
    result: Array = np.minimum(1.0, 2 * tails)
    return result


def difference_interval(values: Array, bounds: Array) -> tuple[Array, Array]:
    """95 % interval of the difference of two values from the intervals of both ([2]_, [3]_); NaN where one has none."""
    (first, second), (low, high) = values.T, np.moveaxis(bounds, 2, 0)
    change = second - first
    below = np.sqrt((second - low[:, 1]) ** 2 + (high[:, 0] - first) ** 2)
    above = np.sqrt((high[:, 1] - second) ** 2 + (first - low[:, 0]) ** 2)
    return change - below, change + above
