"""Classes of a map: few, round limits, the same for all years.

Limits come from the values of all years together (:class:`mapclassify.Pooled`), so maps of different years can be laid
side by side. They are then rounded as far as the classes stay apart, because a reader must be able to say "unter 6
Prozent". What is compared with a limit is the value as it is printed: 5.96, printed as 6,0, is not "unter 6".

References
----------
.. [1] Rey, S. J. et al., *mapclassify*, PySAL, https://pysal.org/mapclassify/
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.chapter.numbers import number

#: Roundings from coarse to fine, within a power of ten.
_STEPS = (10.0, 5.0, 2.0, 1.0)
#: So many values the search for natural breaks is given at most.
_MOST = 160


class Classes(Protocol):
    """What a map needs to know of its classes, of amounts or of kinds."""

    def class_of(self, value: float) -> int:
        """Class of a value, 0 for the first."""

    def counts(self, values: Iterable[float | None]) -> tuple[int, ...]:
        """How many of the values fall into each class."""

    def labels(self) -> tuple[str, ...]:
        """Classes in German words."""

    def tokens(self) -> tuple[str, ...]:
        """Token of each class's colour."""


@dataclass(frozen=True)
class Kinds:
    """Classes that are no amounts: a value is the position of a kind.

    Parameters
    ----------
    colours
        Token of each kind.
    names
        What each is called.
    """

    colours: tuple[str, ...]
    names: tuple[str, ...]

    def class_of(self, value: float) -> int:
        """The value itself."""
        return int(value)

    def counts(self, values: Iterable[float | None]) -> tuple[int, ...]:
        """How many of the values are of each kind; None is of none."""
        found = [int(value) for value in values if value is not None]
        return tuple(found.count(kind) for kind in range(len(self.colours)))

    def labels(self) -> tuple[str, ...]:
        """Names of the kinds."""
        return self.names

    def tokens(self) -> tuple[str, ...]:
        """Colours of the kinds."""
        return self.colours


@dataclass(frozen=True)
class MapClasses:
    """Classes of amounts, lowest first.

    Parameters
    ----------
    limits
        Rising limits between neighbouring classes; a value on a limit belongs to the upper class.
    decimals
        Decimals of the indicator: values are compared as they are printed.
    """

    limits: tuple[float, ...]
    decimals: int = 1

    def __len__(self) -> int:
        return len(self.limits) + 1

    def class_of(self, value: float) -> int:
        """Class of a value, 0 for the lowest."""
        printed = float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP))
        return int(np.searchsorted(self.limits, printed + 1e-9, side="right"))

    def counts(self, values: Iterable[float | None]) -> tuple[int, ...]:
        """How many of the values fall into each class; None falls into none."""
        counts = [0] * len(self)
        for value in values:
            if value is not None:
                counts[self.class_of(value)] += 1
        return tuple(counts)

    def labels(self) -> tuple[str, ...]:
        """Classes in German words: "unter 6", "6 bis unter 10", "20 und mehr"."""
        if not self.limits:
            return ("alle Werte",)
        places = next(d for d in range(8) if d == 7 or all(math.isclose(v, round(v, d)) for v in self.limits))
        words = [number(limit, places) for limit in self.limits]
        between = [f"{a} bis unter {b}" for a, b in pairwise(words)]
        return (f"unter {words[0]}", *between, f"{words[-1]} und mehr")

    def tokens(self) -> tuple[str, ...]:
        """Token of each class's colour; fewer than five classes keep both ends of the scale apart."""
        chosen = {1: (3,), 2: (2, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5)}.get(len(self), (1, 2, 3, 4, 5))
        return tuple(f"class-{i}" for i in chosen)


def map_classes(values: pd.DataFrame, *, decimals: int = 1, classes: int = 5) -> MapClasses:
    """Classes for an indicator, the same for all years.

    Parameters
    ----------
    values
        Rows of :attr:`sozlib.snapshot.Snapshot.indicators` for one indicator and the areas of the map, all years
        (column ``value``); missing values are passed over.
    decimals
        Decimals with which the values are printed.
    classes
        At most so many classes (1 to 5).
    """
    if not 1 <= classes <= 5:
        raise ValueError("a map has one to five classes")
    column = values["value"].astype(float).round(decimals).to_numpy(dtype=float)
    present: npt.NDArray[np.float64] = column[np.isfinite(column)].astype(np.float64)
    distinct = np.unique(present)
    wanted = min(classes, len(distinct))
    if wanted < 2:
        return MapClasses((), decimals)
    # A limit lies between the highest value of a class and the lowest of the next.
    limits = [(b + float(distinct[distinct > b + 1e-9][0])) / 2 for b in _pooled(present, wanted)]
    return MapClasses(_rounded(limits, float(distinct[0]), float(distinct[-1]), decimals), decimals)


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
        pooled = mapclassify.Pooled(ordered.reshape(-1, 1), classifier="FisherJenks", k=classes)
    return [float(b) for b in np.unique(pooled.global_classifier.bins)[:-1]]


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
