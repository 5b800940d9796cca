"""Limits of an indicator's classes: few, round, the same for all years.

Limits come from the values of all years together, so maps of different years can be laid side by side. They are then
rounded as far as the classes stay apart, because a reader must be able to say "unter 6 Prozent". What is compared with
a limit is the value as it is printed: 5.96, printed as 6,0, is not "unter 6".

References
----------
.. [1] Rey, S. J. et al., *mapclassify*, PySAL, https://pysal.org/mapclassify/
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sozlib.snapshot import MOST_CLASSES

#: Roundings from coarse to fine, within a power of ten.
_STEPS = (10.0, 5.0, 2.0, 1.0)
#: So many values the search for natural breaks is given at most.
_MOST = 160


def class_limits(values: npt.NDArray[np.float64], decimals: int = 1, classes: int = MOST_CLASSES) -> tuple[float, ...]:
    """Rising limits between neighbouring classes; a value on a limit belongs to the upper class.

    Parameters
    ----------
    values
        Values of all areas of a map in all years; NaN is passed over.
    decimals
        Decimals with which the values are printed.
    classes
        At most so many classes (1 to 5).
    """
    if not 1 <= classes <= MOST_CLASSES:
        raise ValueError("a map has one to five classes")
    column = np.round(values.astype(float), decimals)
    present: npt.NDArray[np.float64] = column[np.isfinite(column)]
    distinct = np.unique(present)
    wanted = min(classes, len(distinct))
    if wanted < 2:
        return ()
    # A limit lies between the highest value of a class and the lowest of the next.
    limits = [(b + float(distinct[distinct > b + 1e-9][0])) / 2 for b in _pooled(present, wanted)]
    return _rounded(limits, float(distinct[0]), float(distinct[-1]), decimals)


def class_of(value: float, limits: Sequence[float], decimals: int) -> int:
    """Class of a value as it is printed, 0 for the lowest."""
    printed = float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    return int(np.searchsorted(limits, printed + 1e-9, side="right"))


def class_range(number: int, limits: Sequence[float], decimals: int) -> tuple[float, float]:
    """Values of a class before they are rounded for print: from the first (inclusive) to the second (exclusive).

    The reverse of :func:`class_of`.

    Examples
    --------
    >>> class_range(1, (6.0, 9.0), 1)
    (5.95, 8.95)
    """
    finest = 10.0**-decimals
    # The smallest number with so many decimals that reaches a limit; half a step below it is rounded up to it.
    reached = [math.ceil(limit / finest - 1e-6) * finest - finest / 2 for limit in limits]
    ends = [-math.inf, *(round(end, decimals + 2) for end in reached), math.inf]
    return ends[number], ends[number + 1]


def _pooled(values: npt.NDArray[np.float64], classes: int) -> list[float]:
    """Upper limits of all classes but the highest: natural breaks of all years together.

    The method looks at every pair of values; of many values it gets evenly spaced order statistics.
    """
    import mapclassify

    ordered = np.sort(values)
    if len(ordered) > _MOST:
        ordered = ordered[np.linspace(0, len(ordered) - 1, _MOST).round().astype(int)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        breaks = mapclassify.FisherJenks(ordered, k=classes)
    return [float(b) for b in np.unique(breaks.bins)[:-1]]


def _rounded(limits: list[float], low: float, high: float, decimals: int) -> tuple[float, ...]:
    """Limits rounded as coarsely as they stay apart, and inside the range of the values."""
    limits = sorted(set(limits))
    if not limits:
        return ()
    finest = 10.0**-decimals
    power = math.ceil(math.log10(max(high - low, finest)))
    while True:
        for step in _STEPS:
            unit = step * 10.0 ** (power - 1)
            candidate = [_round_to(limit, unit) for limit in limits]
            apart = len(set(candidate)) == len(candidate)
            inside = low < candidate[0] and candidate[-1] <= high
            narrowest = min(b - a for a, b in pairwise(limits)) if len(limits) > 1 else high - low
            if apart and inside and unit <= max(narrowest, finest):
                return tuple(candidate)
        power -= 1
        if 10.0**power < finest / 10:
            kept = sorted({_round_to(limit, finest) for limit in limits} - {low})
            return tuple(limit for limit in kept if low < limit <= high)


def _round_to(value: float, unit: float) -> float:
    return float(round(round(value / unit) * unit, 10)) + 0.0
