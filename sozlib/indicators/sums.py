"""Sums of observations on a grid of areas, years and groups, each with the sign it takes from its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sozlib.indicators.rounding import nearest

#: Signs of a value from weak to strong. A sum takes the strongest of those without a value, if one of its parts has it.
SIGNS = ("", "–", "0", "()", "...", "x", "/", ".")
PLAIN, NOTHING, ZERO, LIMITED = range(4)
#: From here on there is no value; UNKNOWN is the strongest.
WITHOUT, UNKNOWN = 4, len(SIGNS) - 1
#: Where there is no row at all.
ABSENT = -1

Numbers = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int_]


@dataclass(frozen=True)
class Sums:
    """Sums; every array has the same shape: (areas, years) or (areas, years, groups).

    Parameters
    ----------
    value
        Weighted sum.
    size
        Sum of what was counted, without weights and signs.
    least
        The size where it counts people and is above zero, for disclosure control.
    sign
        Position in :data:`SIGNS`, or ABSENT.
    """

    value: Numbers
    size: Numbers
    least: Numbers
    sign: Positions

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """Where there is a row."""
        found: npt.NDArray[np.bool_] = self.sign != ABSENT
        return found

    def at(self, areas: Positions, years: Positions) -> Sums:
        """Some areas and years; what has no row is unknown there."""
        cells = np.ix_(areas, years)
        sign = self.sign[cells]
        return Sums(self.value[cells], self.size[cells], self.least[cells], np.where(sign == ABSENT, UNKNOWN, sign))

    def with_levels_above(self, base: Positions, pairs: Positions, valid: npt.NDArray[np.bool_]) -> Sums:
        """With sums for the areas above, wherever they have no row of their own.

        Parameters
        ----------
        base
            Areas of the reporting level: only their rows go into sums.
        pairs
            Each of these areas with each one above it, shape (pairs, 2).
        valid
            Whether an area existed, shape (areas, years).
        """
        lower, upper = pairs[:, 0], pairs[:, 1]
        answered = self.there[base].any(axis=0)
        existed = valid[lower].reshape(len(lower), valid.shape[1], *[1] * (answered.ndim - 1))
        pair, *rest = np.nonzero(existed & answered)
        place = np.ravel_multi_index((upper[pair], *rest), self.sign.shape)
        part = lower[pair], *rest
        # An area that delivers nothing is unknown, not empty.
        sign = np.where(self.there[part], self.sign[part], UNKNOWN)
        return self.where(
            self.there, added(place, self.sign.shape, self.value[part], self.size[part], self.least[part], sign)
        )

    def where(self, chosen: npt.NDArray[np.bool_], other: Sums) -> Sums:
        """These sums where chosen, elsewhere the other ones."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("value", "size", "least", "sign"))
        return Sums(*(np.where(chosen, mine, theirs) for mine, theirs in pairs))

    def rounded(self, base: int) -> Sums:
        """Each sum rounded by itself to a multiple of a base; nobody and few both become "0", so that it does not show.

        See :mod:`sozlib.indicators.rounding`.
        """
        if base == 1:
            return self
        value, size = nearest(self.value, base), nearest(self.size, base)
        nothing = (value == 0) & np.isin(self.sign, (PLAIN, NOTHING))
        return Sums(value, size, self.least, np.where(nothing, ZERO, self.sign))


def added(
    place: Positions, shape: tuple[int, ...], value: Numbers, size: Numbers, least: Numbers, sign: Positions
) -> Sums:
    """Sums of rows.

    Parameters
    ----------
    place
        Where each row belongs in the flattened grid.
    shape
        Of the grid.
    value, size, least
        Of each row; NaN adds nothing, and nothing but NaN gives NaN.
    sign
        Position of each row's sign in :data:`SIGNS`.
    """
    cells = int(np.prod(shape))

    def total(numbers: Numbers) -> Numbers:
        known = ~np.isnan(numbers)
        some = np.bincount(place[known], minlength=cells) > 0
        return np.where(some, np.bincount(place[known], numbers[known], cells), np.nan)

    def number_of(which: int) -> Positions:
        return np.bincount(place[sign == which], minlength=cells)

    rows = np.bincount(place, minlength=cells)
    value, size, least = total(value), total(size), total(least)
    strongest = np.zeros(cells, dtype=int)
    np.maximum.at(strongest, place, sign)
    result = np.where(number_of(LIMITED) > 0, LIMITED, np.where(number_of(NOTHING) == rows, NOTHING, PLAIN))
    result = np.where((number_of(ZERO) > 0) & (value == 0), ZERO, result)
    result = np.where(strongest >= WITHOUT, strongest, result)
    result = np.where(rows > 0, result, ABSENT)
    least = np.where(least > 0, least, np.nan)
    without = result >= WITHOUT
    value, size, least = (np.where(without, np.nan, numbers).reshape(shape) for numbers in (value, size, least))
    return Sums(value, size, least, result.reshape(shape))


def together(parts: Sequence[Sums]) -> Sums:
    """Sum of several sums of one grid; where one of them has no row it is unknown."""
    there = np.any([part.there for part in parts], axis=0)
    place = np.tile(np.flatnonzero(there), len(parts))
    value, size, least, sign = (
        np.concatenate([getattr(part, name)[there] for part in parts]) for name in ("value", "size", "least", "sign")
    )
    return added(place, there.shape, value, size, least, np.where(sign == ABSENT, UNKNOWN, sign))
