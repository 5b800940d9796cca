"""Counts rounded to the nearest multiple of a base, as a way to protect small ones.

Every count is rounded by itself: a total is not the sum of its rounded parts. So the same count gives the same number
in every table, edition and cycle, which random and controlled rounding do not do by themselves; the price is that sums
do not add up exactly. What is rounded to 0 is nothing or very little, and nobody can tell which.

References
----------
.. [1] Hundepool, A. et al. (2012): Statistical Disclosure Control. Wiley, ch. 5 (frequency tables).
.. [2] Hundepool, A. et al.: Handbook on Statistical Disclosure Control, section 5.5,
   https://sdctools.github.io/HandbookSDC/05-frequency-tables.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

#: Bases to which counts may be rounded.
BASES = (3, 5, 10)


def nearest(numbers: npt.ArrayLike, base: int) -> npt.NDArray[np.float64]:
    """Nearest multiples of a base; half a base is rounded away from zero, NaN stays.

    Examples
    --------
    >>> nearest([0, 2, 3, 7, 8], 5).tolist()
    [0.0, 0.0, 5.0, 5.0, 10.0]
    >>> nearest([4, 5, -5], 10).tolist()
    [0.0, 10.0, -10.0]
    """
    values = np.asarray(numbers, dtype=float)
    rounded: npt.NDArray[np.float64] = np.sign(values) * np.floor(np.abs(values) / base + 0.5) * base + 0.0
    return rounded


def reach(base: int) -> tuple[int, int]:
    """How far below and above a rounded count above zero the true one may lie.

    Examples
    --------
    >>> reach(5), reach(10)
    ((2, 2), (5, 4))
    """
    return base // 2, (base - 1) // 2


def base_of(measures: Iterable[str], bases: Mapping[str, int]) -> int:
    """Base of a count of these measures together: the largest of theirs; 1 where none is rounded."""
    return max((bases.get(measure, 1) for measure in measures), default=1)


def bases_told(rounding: Mapping[str, Mapping[str, int]] | None, measures: Collection[str] | None = None) -> list[int]:
    """Bases to which an edition rounds measures, rising.

    Parameters
    ----------
    rounding
        What the snapshot's meta data say: base by side and measure; None where nothing is rounded.
    measures
        Measures to look at; all without them.
    """
    told = [pair for side in (rounding or {}).values() for pair in side.items()]
    return sorted({base for measure, base in told if measures is None or measure in measures})


def note(bases: Sequence[int]) -> str:
    """What readers must know of rounded counts, in German; empty without bases.

    Examples
    --------
    >>> note([5])
    'Anzahlen gerundet auf ein Vielfaches von 5: „0“ heißt nichts oder sehr wenig, Summen gehen nicht genau auf.'
    """
    if not bases:
        return ""
    named = " oder ".join(str(base) for base in bases)
    return (
        f"Anzahlen gerundet auf ein Vielfaches von {named}: „0“ heißt nichts oder sehr wenig, Summen gehen nicht genau "
        "auf."
    )
