"""What the interval of a balance tells: not the balance alone, but both counts behind it.

The interval of arrivals less departures is as wide as both together are many (:mod:`sozlib.indicators.intervals`).
Whoever has the balance and its interval has the sum and the difference of two counts, and so each of them. Disclosure
control therefore takes what is added and what is subtracted for published counts wherever such an interval stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sozlib.disclosure.system import Count, expressed
from sozlib.indicators.catalogue import Indicator, Term
from sozlib.indicators.intervals import CONFIDENCE

#: Counts are whole, or whole parts of a factor: what differs by less is the same number.
_DECIMALS = 6

Array = npt.NDArray[np.float64]


def sides(indicator: Indicator) -> tuple[tuple[Term, ...], ...]:
    """What is added and what is subtracted in the numerator of a balance with an interval; nothing for all others."""
    if indicator.method != "difference":
        return ()
    added = tuple(term for term in indicator.numerator if term.factor > 0)
    subtracted = tuple(
        term.model_copy(update={"factor": -term.factor}) for term in indicator.numerator if term.factor < 0
    )
    return tuple(terms for terms in (added, subtracted) if terms)


def balanced(
    indicators: pd.DataFrame, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> Iterator[tuple[Count, float]]:
    """Counts behind all balances, see :func:`told`; for the parameters see :func:`sozlib.disclosure.system.counts`."""
    for indicator in filter(sides, catalogue):
        rows = indicators[indicators["indicator"] == indicator.id]
        for terms, numbers in told(indicator, rows):
            parts = expressed(terms, kinds)
            name = f"{indicator.short_title} ({' + '.join(m for term in terms for m in term.measures)})"
            for area, period, number in zip(rows["area"], rows["period"], numbers, strict=True) if parts else ():
                yield Count(parts, str(area), int(period), name), float(number)


def told(indicator: Indicator, rows: pd.DataFrame) -> Iterator[tuple[tuple[Term, ...], Array]]:
    """Both counts behind a balance as its rows tell them, NaN where they do not.

    Parameters
    ----------
    indicator
        The balance; of other indicators nothing is told.
    rows
        Columns numerator, denominator, value, lower, upper.
    """
    if wanted := sides(indicator):
        numerator, below, value, lower, upper = (
            rows[name].to_numpy(dtype=float) for name in ("numerator", "denominator", "value", "lower", "upper")
        )
        reach = (upper - lower) / 2 * (below if indicator.denominator else 1.0) / indicator.per
        size = (reach / norm.ppf(0.5 + CONFIDENCE / 2)) ** 2
        # Only where nobody is counted on either side is there a value without an interval.
        size[np.isnan(size) & (numerator == 0) & np.isfinite(value)] = 0.0
        yield from split(wanted, numerator, size)


def split(
    wanted: tuple[tuple[Term, ...], ...], balance: Array, size: Array
) -> Iterator[tuple[tuple[Term, ...], Array]]:
    """Counts on each side of a balance.

    Parameters
    ----------
    wanted
        What :func:`sides` found.
    balance, size
        Their difference, and both together.
    """
    for terms in wanted:
        sign = 1.0 if terms == wanted[0] else -1.0
        yield terms, np.round((size + sign * balance) / 2, _DECIMALS)
