"""How far linear equations between non-negative numbers leave sums of them open.

The equations of a report fall into many parts that share no unknown; each is looked at by itself. An exact interval
costs two linear programmes for every sum. To show that a sum is open *enough*, less will do: every solution of a part
is a state of the world that agrees with all that is published, so two solutions that differ by the width asked for
prove it. A few programmes that push many sums apart at once settle most of them; only the rest gets its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sozlib.disclosure.programme import ContradictionError, Programme, Solution
from sozlib.disclosure.system import Atom

#: A weighted sum of unknowns: atoms, or any names of cells.
Row = Mapping[Any, float]
#: Smallest and largest value.
Interval = tuple[float, float]


@dataclass
class Part:
    """Unknowns that equations connect, and the sums that reach into them.

    Parameters
    ----------
    block, right
        Equations and their right sides.
    goals
        One line for each sum that has unknowns here.
    numbers
        Positions of these sums among all.
    lines
        Positions of the equations among all.
    """

    block: csr_array
    right: npt.NDArray[np.float64]
    goals: csr_array
    numbers: npt.NDArray[np.int_]
    lines: npt.NDArray[np.int_]
    #: Smallest and largest value of each sum seen so far, and the solutions seen.
    low: npt.NDArray[np.float64] = field(init=False)
    high: npt.NDArray[np.float64] = field(init=False)
    solutions: list[npt.NDArray[np.float64]] = field(init=False)

    def __post_init__(self) -> None:
        self.see_only(())

    def see_only(self, solutions: Iterable[npt.NDArray[np.float64]]) -> None:
        """Forget what was seen but for these solutions."""
        self.low = np.full(len(self.numbers), np.inf)
        self.high = np.full(len(self.numbers), -np.inf)
        self.solutions = []
        for solution in solutions:
            self._see(solution)

    def _see(self, solution: npt.NDArray[np.float64]) -> None:
        seen = self.goals @ solution
        self.low, self.high = np.minimum(self.low, seen), np.maximum(self.high, seen)
        self.solutions.append(solution)

    @cached_property
    def programme(self) -> Programme:
        """The equations as a linear programme."""
        return Programme(self.block, self.right)

    def push(self, weights: npt.NDArray[np.float64]) -> bool:
        """See two solutions at the ends of a weighted sum of the sums; False where there are none within the box."""
        objective = np.asarray(self.goals.T @ weights)
        # Without a box an open sum has no largest solution; within it every solution still agrees with everything.
        box = 2.0 * float(np.abs(self.right).max(initial=0.0)) + 1000.0
        for sign in (1.0, -1.0):
            try:
                found = self.programme.smallest(sign * objective, box)
            except ContradictionError:
                return False
            self._see(found.unknowns)
        return True

    def fix(self, unknown: int, value: float) -> None:
        """Make an unknown known; of the solutions seen those remain that agree, or of which a mean does."""
        self.programme.fix(unknown, value)
        self.see_only(_agreeing(self.solutions[-_REMEMBERED:], unknown, value))

    def free(self, unknown: int, solutions: Iterable[npt.NDArray[np.float64]]) -> None:
        """Make it unknown again, where these solutions were seen."""
        self.programme.free(unknown)
        self.see_only(solutions)

    def extremes(self, line: int) -> Interval:
        """Smallest and largest value of a sum over all solutions.

        Raises
        ------
        ContradictionError
            There is no solution.
        """
        low, high = (end.smallest for end in self._ends(line))
        return low, -high

    def binding(self, line: int) -> tuple[set[int], set[int]]:
        """Equations that keep a sum from becoming smaller, and from becoming larger, by their shadow prices."""
        low, high = (
            set(self.lines[np.abs(end.prices) > _PRICED].tolist()) if np.isfinite(end.smallest) else set()
            for end in self._ends(line)
        )
        return low, high

    def _ends(self, line: int) -> tuple[Solution, Solution]:
        """Solutions in which a sum is smallest, and in which it is largest."""
        objective = self.goals[[line]].toarray()[0]
        return self.programme.smallest(objective), self.programme.smallest(-objective)


def intervals(
    rows: Sequence[Row],
    right: Sequence[float],
    goals: Sequence[tuple[Row, float]],
    enough: Sequence[float] | None = None,
) -> list[Interval]:
    """Smallest and largest whole number that each sum can be.

    Parameters
    ----------
    rows, right
        Equations between unknowns that are not negative.
    goals
        Sums of unknowns, each with a known rest.
    enough
        For each sum the width that suffices: where it is proven, the interval that proves it stands for the true one,
        which holds it. None: every interval is exact.

    Raises
    ------
    ContradictionError
        The equations have no solution.
    """
    parts = _parts(rows, right, [row for row, _ in goals])
    rests = np.array([rest for _, rest in goals], dtype=float)
    of_goal: dict[int, list[tuple[Part, int]]] = defaultdict(list)
    for part in parts:
        for line, number in enumerate(part.numbers):
            of_goal[int(number)].append((part, line))
    settled = np.zeros(len(goals), dtype=bool)
    if enough is not None:
        wanted = np.array(enough, dtype=float)
        # Not for secrecy: the same directions every time give the same result every time.
        chance = np.random.default_rng(len(goals))
        # A sum may reach into several parts: each must have been seen before one can tell how far it is open.
        for part in [part for part in parts if part.push(_directions(chance, np.ones(len(part.numbers), dtype=bool)))]:
            _push_apart(part, wanted, of_goal, rests, chance)
        seen = [_seen(of_goal[number], rest) for number, rest in enumerate(rests)]
        settled = np.array([_wide(found, width) for found, width in zip(seen, wanted, strict=True)], dtype=bool)
    results = []
    for number, rest in enumerate(rests):
        if settled[number]:
            results.append(_whole(*_seen(of_goal[number], rest)))
            continue
        ends = [part.extremes(line) for part, line in of_goal[number]]
        results.append(_whole(rest + sum(low for low, _ in ends), rest + sum(high for _, high in ends)))
    return results


def all_wide(part: Part, enough: npt.NDArray[np.float64]) -> bool:
    """Whether each sum of a part that stands alone is as open as asked for, see :func:`intervals`."""
    alone = {int(number): [(part, line)] for line, number in enumerate(part.numbers)}
    wanted = dict(zip(alone, enough, strict=True))
    _push_apart(part, wanted, alone, dict.fromkeys(alone, 0.0), np.random.default_rng(len(alone)))
    return all(
        _wide(_seen(places, 0.0), wanted[number]) or _wide(_whole(*part.extremes(places[0][1])), wanted[number])
        for number, places in alone.items()
    )


def binding(rows: Sequence[Row], right: Sequence[float], goals: Sequence[Row]) -> list[tuple[set[int], set[int]]]:
    """For each sum the positions of equations that bound it from below and from above.

    As long as these equations hold, whatever becomes of the others, the sum stays within the same bounds (linear
    programming duality).
    """
    found: list[tuple[set[int], set[int]]] = [(set(), set()) for _ in goals]
    for part in _parts(rows, right, goals):
        for line, number in enumerate(part.numbers):
            for all_of_sum, here in zip(found[number], part.binding(line), strict=True):
                all_of_sum |= here
    return found


#: A shadow price that is not zero but for floating point.
_PRICED = 1e-7

#: Attempts to push sums apart that settle none before each sum gets programmes of its own.
_IDLE = 2


def _push_apart(
    part: Part,
    wanted: Mapping[int, float] | npt.NDArray[np.float64],
    of_goal: Mapping[int, list[tuple[Part, int]]],
    rests: Mapping[int, float] | npt.NDArray[np.float64],
    chance: np.random.Generator,
) -> None:
    """See solutions of a part until its sums are wide enough or attempts settle none."""

    def still_narrow() -> npt.NDArray[np.bool_]:
        numbers = part.numbers.tolist()
        return np.array([not _wide(_seen(of_goal[n], rests[n]), wanted[n]) for n in numbers], dtype=bool)

    left, idle = still_narrow(), 0
    while left.any() and idle < _IDLE and part.push(_directions(chance, left)):
        before, left = left.sum(), still_narrow()
        idle = 0 if left.sum() < before else idle + 1


#: Solutions that are kept in mind where an unknown is fixed: they spare programmes, each costs a little itself.
_REMEMBERED = 40


def _agreeing(
    solutions: Sequence[npt.NDArray[np.float64]], unknown: int, value: float
) -> Iterator[npt.NDArray[np.float64]]:
    """Solutions in which an unknown has a value, and means of two between which the value lies."""
    apart = [float(solution[unknown]) - value for solution in solutions]
    above, below = max(apart, default=0.0), min(apart, default=0.0)
    for solution, distance in zip(solutions, apart, strict=True):
        if abs(distance) < _PRICED:
            yield solution
        elif (farthest := below if distance > 0 else above) * distance < 0:
            share = distance / (distance - farthest)
            yield (1 - share) * solution + share * solutions[apart.index(farthest)]


def _directions(chance: np.random.Generator, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Weights that push the chosen sums up or down; neighbours in an equation rarely in the same way."""
    weights = chance.uniform(0.5, 1.5, len(chosen)) * chance.choice([-1.0, 1.0], len(chosen))
    return np.where(chosen, weights, 0.0)


def _seen(places: Sequence[tuple[Part, int]], rest: float) -> Interval:
    """Interval of a sum that the solutions seen so far span."""
    low = rest + sum(float(part.low[line]) for part, line in places)
    return low, rest + sum(float(part.high[line]) for part, line in places)


def _wide(found: Interval, width: float) -> bool:
    if not np.isfinite(found).all():  # a part of it has not been seen
        return False
    low, high = _whole(*found)
    return high - low >= width


def _whole(low: float, high: float) -> Interval:
    highest = float(np.floor(high + 1e-6)) if np.isfinite(high) else high
    return float(np.ceil(low - 1e-6)) + 0.0, highest


def _parts(rows: Sequence[Row], right: Sequence[float], goals: Sequence[Row]) -> list[Part]:
    """Parts that hold something of a sum."""
    position: dict[Atom, int] = {}
    for row in [*rows, *goals]:
        for atom in row:
            position.setdefault(atom, len(position))
    if not position:
        return []
    equations, sums, sides = _matrix(rows, position), _matrix(goals, position), np.array(right, dtype=float)
    number, of_unknown = connected_components(abs(equations).T @ abs(equations), directed=False)
    lines: dict[int, list[int]] = defaultdict(list)
    for line, row in enumerate(rows):
        lines[int(of_unknown[position[next(iter(row))]])].append(line)
    reached: dict[int, list[int]] = defaultdict(list)
    for goal, row in enumerate(goals):
        for component in dict.fromkeys(int(of_unknown[position[atom]]) for atom in row):
            reached[component].append(goal)
    order = np.argsort(of_unknown, kind="stable")
    starts = np.searchsorted(of_unknown[order], np.arange(number + 1))
    found = []
    for component, numbers in sorted(reached.items()):
        inside = order[starts[component] : starts[component + 1]]
        own = lines[component]
        block = equations[own][:, inside]
        found.append(Part(block, sides[own], sums[numbers][:, inside], np.array(numbers), np.array(own, dtype=int)))
    return found


def _matrix(rows: Sequence[Row], position: Mapping[Atom, int]) -> csr_array:
    lengths = [len(row) for row in rows]
    line = np.repeat(np.arange(len(rows)), lengths)
    column = np.array([position[atom] for row in rows for atom in row], dtype=int)
    weight = np.array([w for row in rows for w in row.values()], dtype=float)
    return csr_array((weight, (line, column)), shape=(len(rows), len(position)))
