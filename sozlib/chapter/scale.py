"""From values to px: axes whose ticks are round numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from sozlib.chapter.numbers import number


@dataclass(frozen=True)
class Scale:
    """Linear axis.

    Parameters
    ----------
    low, high
        Values at the ends.
    start, end
        The ends in px.
    ticks
        Round values within the axis.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = ()

    def __call__(self, value: float) -> float:
        """Place of a value in px."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def decimals(self) -> int:
        """Decimals that tell the ticks apart."""
        return next((d for d in range(6) if all(math.isclose(t, round(t, d), abs_tol=1e-9) for t in self.ticks)), 6)

    def labels(self) -> tuple[str, ...]:
        """Ticks as German numbers."""
        return tuple(number(t, self.decimals) for t in self.ticks)


def nice_scale(
    values: Iterable[float | None],
    start: float,
    end: float,
    *,
    ticks: int = 6,
    from_zero: bool = True,
    to_tick: bool = True,
    whole_numbers: bool = False,
) -> Scale:
    """Axis for values.

    Parameters
    ----------
    values
        What must find room; None is passed over.
    start, end
        The ends in px.
    ticks
        About how many ticks.
    from_zero
        Zero belongs to the axis.
    to_tick
        The axis ends on ticks; otherwise a little beyond the outermost value.
    """
    found = [float(v) for v in values if v is not None]
    low, high = (min(found), max(found)) if found else (0.0, 1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-9:
        spread = abs(high) * 0.1 if abs(high) > 1e-6 else 1.0
        low, high = (low if from_zero and low == 0 else low - spread), high + spread
    locator = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10], integer=whole_numbers, min_n_ticks=2)
    found_ticks = np.asarray(locator.tick_values(low, high), dtype=float)
    step = found_ticks[1] - found_ticks[0]
    slack = step * 1e-9
    if to_tick:
        keep = found_ticks[(found_ticks > low - step + slack) & (found_ticks < high + step - slack)]
        low, high = float(keep[0]), float(keep[-1])
    else:
        margin = (high - low) * 0.03
        low, high = (0.0 if from_zero and low >= 0 else low - margin), high + margin
        keep = found_ticks[(found_ticks >= low - slack) & (found_ticks <= high + slack)]
    return Scale(low, high, start, end, tuple(float(round(t, 10)) + 0.0 for t in keep))


def spread_out(wanted: list[float], heights: list[float], low: float, high: float, gap: float = 3.0) -> list[float]:
    """Centres for labels so that none touches another.

    Parameters
    ----------
    wanted
        Centres in px, where the labels belong.
    heights
        Heights of the labels in px.
    low, high
        The labels stay within, if they find room there.

    Returns
    -------
    list of float
        Centres in the order of ``wanted``, moved as little as the neighbours need.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[tuple[list[int], float]] = []  # members and upper edge
    for i in order:
        members, top = [i], wanted[i] - heights[i] / 2
        while groups and groups[-1][1] + _extent(groups[-1][0], heights, gap) + gap > top:
            members = groups.pop()[0] + members
            ideal = [wanted[m] - heights[m] / 2 - _offset(members, k, heights, gap) for k, m in enumerate(members)]
            top = sum(ideal) / len(ideal)
        top = max(low, min(top, high - _extent(members, heights, gap)))
        groups.append((members, top))
    # A group pushed back from the lower edge may press on the one above.
    for k in range(len(groups) - 1, 0, -1):
        (above, top_above), (_, top) = groups[k - 1], groups[k]
        limit = top - gap - _extent(above, heights, gap)
        groups[k - 1] = (above, min(top_above, limit))
    result = [0.0] * len(wanted)
    for members, top in groups:
        for k, m in enumerate(members):
            result[m] = top + _offset(members, k, heights, gap) + heights[m] / 2
    return result


def _extent(members: list[int], heights: list[float], gap: float) -> float:
    return sum(heights[m] for m in members) + gap * (len(members) - 1)


def _offset(members: list[int], k: int, heights: list[float], gap: float) -> float:
    return sum(heights[m] for m in members[:k]) + gap * k
