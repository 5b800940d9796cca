"""Limits of an indicator's classes: few, round, the same for all years.

Limits come from the values of all years together, so maps of different years can be laid side by side. They are then
rounded as far as the classes stay apart, because a reader must be able to say "unter 6 Prozent". What is compared with
a limit is the value as it is printed: 5.96, printed as 6,0, is not "unter 6".

References
----------
.. [1] Fisher, W. D. (1958), On grouping for maximum homogeneity, *Journal of the American Statistical Association* 53,
   789-798.
.. [2] Rey, S. J. et al., *mapclassify*, PySAL, https://pysal.org/mapclassify/; its ``FisherJenks`` finds the same
   breaks in Python's loops, a hundred times as slowly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sozlib.snapshot import MOST_CLASSES

#: Roundings from coarse to fine, within a power of ten.
_STEPS = (10.0, 5.0, 2.0, 1.0)
#: So many different values the search for natural breaks is given at most; its time grows with their square.
_MOST = 1000


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
    limits = [(b + float(distinct[distinct > b + 1e-9][0])) / 2 for b in natural_breaks(present, wanted)]
    return _rounded(limits, distinct, decimals)


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


def natural_breaks(values: npt.NDArray[np.float64], classes: int) -> list[float]:
    """Highest value of each class but the last; the classes deviate least from their means, in squares [1]_.

    Parameters
    ----------
    values
        Finite values, in any order; of more than 1,000 different ones the search gets evenly spaced order statistics.
    classes
        Number of classes; fewer are made where there are fewer different values.

    Examples
    --------
    >>> natural_breaks(np.array([1.0, 2.0, 2.0, 8.0, 9.0, 20.0]), 3)
    [2.0, 9.0]
    """
    ordered = np.sort(values)
    if len(np.unique(ordered)) > _MOST:
        ordered = ordered[np.linspace(0, len(ordered) - 1, _MOST).round().astype(int)]
    distinct, counts = np.unique(ordered, return_counts=True)
    centred = distinct - ordered.mean()  # sums of squares of large numbers would lose the small differences
    n, first, second = (np.concatenate([[0.0], np.cumsum(counts * centred**power)]) for power in (0, 1, 2))
    # Squared deviations of the class from value i (row) to before value j (column); the lower half is no class.
    members = n - n[:-1, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = second - second[:-1, None] - (first - first[:-1, None]) ** 2 / members
    inside[members <= 0] = np.inf
    least = inside[0]
    starts = []
    for _ in range(min(classes, len(distinct)) - 1):
        together = least[:-1, None] + inside  # all before value i in one class less, the class from i to before j last
        starts.append(together.argmin(axis=0))
        least = together.min(axis=0)
    breaks, end = [], len(distinct)
    for start in reversed(starts):
        end = int(start[end])
        breaks.append(float(distinct[end - 1]))
    return breaks[::-1]


def _rounded(limits: list[float], distinct: npt.NDArray[np.float64], decimals: int) -> tuple[float, ...]:
    """Limits rounded as coarsely as every class keeps a value; ``distinct`` are all values, rising."""
    if not limits:
        return ()
    finest = 10.0**-decimals
    spread = float(distinct[-1] - distinct[0])
    narrowest = min((b - a for a, b in pairwise(limits)), default=spread)
    coarsest = math.ceil(math.log10(max(spread, finest)))
    for power in range(max(coarsest - 1, -decimals), -decimals - 1, -1):
        for step in _STEPS:
            unit = step * 10.0**power
            candidate = [_round_to(limit, unit) for limit in limits]
            filled = len(np.unique(np.searchsorted(candidate, distinct + 1e-9, side="right"))) == len(limits) + 1
            if filled and unit <= max(narrowest, finest):
                return tuple(candidate)
    return tuple(limits)  # numbers so large that their last decimal is lost


def _round_to(value: float, unit: float) -> float:
    """Rounded half up: a limit in the middle between two printed values must not fall on the lower one."""
    return float(round(math.floor(value / unit + 0.5 + 1e-9) * unit, 10)) + 0.0
