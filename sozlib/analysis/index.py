"""Composite indices: several indicators of an area in one number, as recognised monitors compute it.

Classes decide where money and staff go, so every step is a named, documented function on plain arrays: standardise,
orient, weigh, add up, standardise again, classify. The convention for the standard deviation is explicit
(``ddof``): with the population's (0) the published classes of the Berlin monitor reproduce, with the sample's (1) two
areas are missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Normaliser = Literal["z", "min-max", "rank", "rank-exponential"]
Aggregation = Literal["sum", "mean", "geometric", "principal-component"]


@dataclass(frozen=True)
class IndexResult:
    """What an index says about n areas.

    Parameters
    ----------
    normalised
        n × k, the indicators after normalisation and orientation: high means burdened.
    score
        n, the aggregate; NaN where an area is not valid.
    contributions
        n × k, what each indicator adds to the score (additive aggregations; NaN otherwise).
    """

    normalised: Values
    score: Values
    contributions: Values


def standardise(values: Values, valid: NDArray[np.bool_], ddof: int = 0) -> Values:
    """z-values with the unweighted mean and standard deviation over the valid areas.

    Parameters
    ----------
    values
        n or n × k.
    valid
        n, which areas count; the others become NaN.
    ddof
        0: standard deviation of the population, 1: of a sample.

    Raises
    ------
    ValueError
        A column does not vary among the valid areas.
    """
    seen = values[valid]
    spread = seen.std(axis=0, ddof=ddof)
    if np.any(~(spread > 0)):
        raise ValueError("Ein Indikator ist in allen Räumen gleich und kann nicht standardisiert werden.")
    result = np.full(values.shape, np.nan)
    result[valid] = (seen - seen.mean(axis=0)) / spread
    return result


def ranks(values: Values, valid: NDArray[np.bool_]) -> Values:
    """Mean ranks among the valid areas, 1 the lowest, along the first axis."""
    from scipy.stats import rankdata

    result = np.full(values.shape, np.nan)
    result[valid] = rankdata(values[valid], axis=0)
    return result


def normalise(values: Values, valid: NDArray[np.bool_], method: Normaliser, ddof: int = 0) -> Values:
    """Indicators on a common scale.

    Parameters
    ----------
    values
        n × k, already oriented: high means burdened.
    valid
        n.
    method
        ``z``; ``min-max`` (0–100); ``rank`` (scaled to 0–1); ``rank-exponential``: −23·ln(1 − R(1 − e^(−100/23))) with
        the scaled rank R, so that a high burden on one indicator is not cancelled by low ones on others.
    ddof
        For ``z``.

    References
    ----------
    McLennan et al. (2019): The English Indices of Deprivation 2019, Technical report, chapter 3 (exponential
    transformation).
    """
    if method == "z":
        return standardise(values, valid, ddof)
    if method == "min-max":
        low, high = values[valid].min(axis=0), values[valid].max(axis=0)
        result = np.full(values.shape, np.nan)
        result[valid] = 100 * (values[valid] - low) / (high - low)
        return result
    scaled = ranks(values, valid) / valid.sum()
    if method == "rank":
        return np.asarray(scaled)
    return np.asarray(-23 * np.log(1 - scaled * (1 - np.exp(-100 / 23))))


def composite(
    values: Values,
    directions: Sequence[int],
    valid: NDArray[np.bool_],
    *,
    normaliser: Normaliser = "z",
    aggregation: Aggregation = "sum",
    weights: Sequence[float] | None = None,
    ddof: int = 0,
) -> IndexResult:
    """Aggregate of several indicators.

    Parameters
    ----------
    values
        n × k, indicators in their own units; high scores mean a high burden.
    directions
        k, +1 where a high value burdens, −1 where it relieves.
    valid
        n, areas that take part; every one of them needs all indicators.
    normaliser, aggregation
        How the indicators are made comparable and put together. ``principal-component`` takes the first component
        of the normalised indicators, turned so that the burdening ones load positively.
    weights
        k, positive; equal when not given. Not used by ``principal-component``.
    ddof
        Standard deviation convention of ``z``.

    Raises
    ------
    ValueError
        A valid area lacks an indicator, or shapes do not fit.
    """
    if values.shape[1] != len(directions):
        raise ValueError("Zahl der Richtungen und der Indikatoren verschieden.")
    if np.isnan(values[valid]).any():
        raise ValueError("Einem gültigen Raum fehlt ein Indikator.")
    oriented = values * np.asarray(directions, dtype=float)
    normalised = normalise(oriented, valid, normaliser, ddof)
    weight = np.ones(values.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    contributions = np.full(values.shape, np.nan)
    if aggregation == "geometric":
        shifted = normalised - np.nanmin(normalised, axis=0) + 1
        score = np.exp((np.log(shifted) * weight).sum(axis=1) / weight.sum())
    else:
        if aggregation == "principal-component":
            weight = first_component(normalised[valid])
        elif aggregation == "mean":
            weight = weight / weight.sum()
        contributions = normalised * weight
        score = contributions.sum(axis=1)
    return IndexResult(normalised, np.where(valid, score, np.nan), contributions)


def first_component(normalised: Values) -> Values:
    """Loadings of the first principal component, turned so that their sum is positive."""
    centred = normalised - normalised.mean(axis=0)
    loadings: Values = np.linalg.svd(centred, full_matrices=False)[2][0]
    return loadings if loadings.sum() > 0 else -loadings


def classify(score: Values, limits: Sequence[float], closed: Literal["left", "right"] = "right") -> Values:
    """Class 1 … len(limits) + 1 of each score, NaN where the score is.

    ``closed="right"``: a score equal to a limit belongs to the class below it.
    """
    classes = np.searchsorted(np.asarray(limits), score, side="left" if closed == "right" else "right") + 1.0
    return np.where(np.isnan(score), np.nan, classes)


#: Limits of the Berlin monitor on the standardised sum: status 1 hoch … 4 sehr niedrig, dynamics 1 positiv … 3 negativ.
BERLIN_STATUS = (-1.0, 1.0, 1.5)
BERLIN_DYNAMICS = (-1.0, 1.0)


def berlin_index(values: Values, valid: NDArray[np.bool_], limits: Sequence[float]) -> tuple[Values, Values]:
    """Standardised sum of z-values and its classes, as the Monitoring Soziale Stadtentwicklung Berlin computes them.

    Parameters
    ----------
    values
        n × k shares in percent (status) or their two-year changes in percentage points (dynamics); high burdens.
    valid
        n, areas that take part (at least 300 inhabitants, no outliers).
    limits
        :data:`BERLIN_STATUS` or :data:`BERLIN_DYNAMICS`.

    Returns
    -------
    tuple
        Standardised score and class of each area, NaN where an area is not valid. A high score means a low status or
        a negative dynamics.

    References
    ----------
    Senatsverwaltung für Stadtentwicklung und Wohnen Berlin: Monitoring Soziale Stadtentwicklung 2021,
    Indikatorenheft, pp. 41–50.
    """
    total = composite(values, [1] * values.shape[1], valid, ddof=0).score
    score = standardise(total, valid, ddof=0)
    return score, middle_classes(score, limits)


def middle_classes(score: Values, limits: Sequence[float]) -> Values:
    """Class 1 … len(limits) + 1 of each score, NaN where the score is; the second class holds both its limits.

    So "average" is −1 ≤ x ≤ 1: a score that equals a limit is never counted as special.
    """
    classes = np.searchsorted(np.asarray(limits[1:]), score, side="left") + 2.0
    return np.where(np.isnan(score), np.nan, np.where(score < limits[0], 1.0, classes))
