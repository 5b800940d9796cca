"""Classes of a map in words and colours; where their limits come from says :mod:`sozlib.indicators.limits`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import pandas as pd

from sozlib.chapter.numbers import number
from sozlib.indicators.limits import class_limits, class_of


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
        return class_of(value, self.limits, self.decimals)

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
    return MapClasses(class_limits(values["value"].to_numpy(dtype=float), decimals, classes), decimals)
