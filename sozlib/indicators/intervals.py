"""95 % intervals of indicators: how far a value could differ by chance alone.

Counts of a register are complete; the interval answers another question: which underlying level would make such a
count likely? It keeps small areas from being judged by a handful of cases.

=============  ==========================================================================================
method         for
=============  ==========================================================================================
``wilson``     proportions: Wilson score interval. Cells with more cases than people get none.
``poisson``    rates: exact (Garwood) interval of the count, divided by the denominator.
``odds``       ratios of two disjoint groups: Wilson interval of the first group's share in both together,
               turned into odds.
``difference`` balances of two independent counts: normal interval with the sum of both counts as variance.
``none``       means, and ratios and changes without a sampling model.
=============  ==========================================================================================

References
----------
.. [1] Wilson, E. B. (1927): Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.
.. [2] Brown, L. D.; Cai, T. T.; DasGupta, A. (2001): Interval estimation for a binomial proportion. Statistical
   Science 16(2), 101-133.
.. [3] Garwood, F. (1936): Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
.. [4] Skellam, J. G. (1946): The frequency distribution of the difference between two Poisson variates. JRSS 109, 296.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, norm
from statsmodels.stats.proportion import proportion_confint

from sozlib.indicators.catalogue import Method

#: Confidence of every interval.
CONFIDENCE = 0.95

Array = npt.NDArray[np.float64]


def interval(method: Method, numerator: Array, denominator: Array, size: Array, per: float) -> tuple[Array, Array]:
    """Lower and upper bound of indicator values.

    Parameters
    ----------
    method
        One of the methods above.
    numerator, denominator
        Sums behind the value; NaN where unknown.
    size
        Sum of the counts in the numerator regardless of their sign: the variance of a balance.
    per
        Factor of the value: 100 for per cent.

    Returns
    -------
    tuple of arrays
        Bounds in the indicator's unit, NaN where there is no interval.
    """
    lower = np.full(len(numerator), np.nan)
    upper = lower.copy()
    usable = np.isfinite(numerator) & np.isfinite(denominator) & (denominator > 0)
    if method == "wilson":
        usable &= (numerator >= 0) & (numerator <= denominator)
        low, high = wilson(numerator[usable], denominator[usable])
    elif method == "poisson":
        usable &= numerator >= 0
        low, high = (bound / denominator[usable] for bound in garwood(numerator[usable]))
    elif method == "odds":
        usable &= numerator >= 0
        low, high = (_odds(bound) for bound in wilson(numerator[usable], numerator[usable] + denominator[usable]))
    elif method == "difference":
        usable &= np.isfinite(size) & (size > 0)
        reach = norm.ppf(0.5 + CONFIDENCE / 2) * np.sqrt(size[usable])
        low = (numerator[usable] - reach) / denominator[usable]
        high = (numerator[usable] + reach) / denominator[usable]
    else:
        return lower, upper
    lower[usable], upper[usable] = low * per, high * per
    return lower, upper


def wilson(count: Array, total: Array) -> tuple[Array, Array]:
    """Wilson score interval of proportions, see [1]_ and [2]_; holds for no case and for all cases too."""
    low, high = proportion_confint(count, total, alpha=1 - CONFIDENCE, method="wilson")
    share = count / total
    # Rounding may put a bound a hair beyond 0, 1 or the estimate itself.
    return np.clip(np.minimum(low, share), 0.0, 1.0), np.clip(np.maximum(high, share), 0.0, 1.0)


def garwood(count: Array) -> tuple[Array, Array]:
    """Exact interval of a Poisson count, see [3]_; no case gives 0 to 3.69."""
    tail = (1 - CONFIDENCE) / 2
    low = np.where(count > 0, chi2.ppf(tail, 2 * np.maximum(count, 1e-9)) / 2, 0.0)
    return low, chi2.ppf(1 - tail, 2 * (count + 1)) / 2


def _odds(share: Array) -> Array:
    with np.errstate(divide="ignore"):
        odds: Array = np.where(share < 1, share / (1 - share), np.nan)
    return odds
