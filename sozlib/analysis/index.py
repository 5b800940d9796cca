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

from sozlib.analysis.method import Method, Values, all_weights

#: As Berlin computes: sum of z-values.
PLAIN = Method()
_SAME = "Ein Indikator ist in allen Räumen gleich und kann nicht standardisiert werden."


@dataclass(frozen=True)
class IndexResult:
    """What an index says about n areas; NaN where an area is not valid.

    Parameters
    ----------
    score
        n, the aggregate.
    contributions
        n × k, what each indicator adds to the score, see :meth:`Method.contributions`.
    """

    score: Values
    contributions: Values


def composite(
    values: Values,
    directions: Sequence[int],
    valid: NDArray[np.bool_],
    method: Method = PLAIN,
    weights: Sequence[float] | None = None,
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
    method
        How they are made comparable and put together.
    weights
        k, positive; equal when not given.

    Raises
    ------
    ValueError
        A valid area lacks an indicator, an indicator is the same everywhere, or shapes do not fit.
    """
    count = values.shape[1]
    if count != len(directions):
        raise ValueError("Zahl der Richtungen und der Indikatoren verschieden.")
    if np.isnan(values[valid]).any():
        raise ValueError("Einem gültigen Raum fehlt ein Indikator.")
    oriented = values[valid] * np.asarray(directions, dtype=float)
    if np.any(np.ptp(oriented, axis=0) == 0):
        raise ValueError(_SAME)
    weight = all_weights(method, count, weights)
    score, contributions = np.full(len(values), np.nan), np.full(values.shape, np.nan)
    score[valid] = method.score(oriented, weight)
    contributions[valid] = method.contributions(oriented, weight)
    return IndexResult(score, contributions)


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
        raise ValueError(_SAME)
    result = np.full(values.shape, np.nan)
    result[valid] = (seen - seen.mean(axis=0)) / spread
    return result


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
    total = composite(values, [1] * values.shape[1], valid).score
    score = standardise(total, valid, ddof=0)
    return score, middle_classes(score, limits)


def middle_classes(score: Values, limits: Sequence[float]) -> Values:
    """Class 1 … len(limits) + 1 of each score, NaN where the score is; the second class holds both its limits.

    So "average" is −1 ≤ x ≤ 1: a score that equals a limit is never counted as special.
    """
    classes = np.searchsorted(np.asarray(limits[1:]), score, side="left") + 2.0
    return np.where(np.isnan(score), np.nan, np.where(score < limits[0], 1.0, classes))
