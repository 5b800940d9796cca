"""Which cells of additive tables must stay hidden so that small counts cannot be found by subtraction.

A small count is hidden first (primary). Where a published total and the other parts would give it away, further parts
are hidden (secondary), the smallest first, until every sum that holds a hidden cell holds at least two and the others
in it are large enough to blur the small one. In tables that nest (areas in regions in the whole) this makes it
impossible to compute a hidden cell exactly from sums. Where sums overlap (age groups within an area, areas within an
age group) it does not; there the system of all sums is solved like an attacker would, and more is hidden until no small
count comes out.

References
----------
.. [1] Hundepool, A. et al. (2012): Statistical Disclosure Control. Wiley, ch. 4 (tabular data, hypercube and modular
   methods).
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class Sum:
    """Parts that add up to a total.

    Parameters
    ----------
    parts
        Positions of the parts among the cells.
    total
        Position of the total, None where the total is published elsewhere and cannot be hidden here.
    """

    parts: tuple[int, ...]
    total: int | None = None

    @property
    def members(self) -> tuple[int, ...]:
        """Positions of parts and total."""
        return self.parts if self.total is None else (*self.parts, self.total)

    def without(self, told: npt.NDArray[np.bool_]) -> Sum:
        """The sum of what readers do not know yet: known parts are subtracted, a known total is a number."""
        parts = tuple(cell for cell in self.parts if not told[cell])
        return Sum(parts, None if self.total is None or told[self.total] else self.total)


def conceal(
    sizes: npt.NDArray[np.float64],
    primary: npt.NDArray[np.bool_],
    sums: Sequence[Sum],
    minimum: float | npt.NDArray[np.float64],
    already: npt.NDArray[np.bool_] | None = None,
    told: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.bool_]:
    """Cells to hide.

    Parameters
    ----------
    sizes
        Count in each cell; NaN where it is unknown to readers anyway.
    primary
        Cells that must be hidden.
    sums
        Sums that readers know or can make.
    minimum
        How much the other hidden cells of a sum must hold together, so that each small count (or amount that gives
        away a contributor) stays uncertain; one number, or one for each cell.
    already
        Further cells that are hidden anyway.
    told
        Cells whose number readers know from elsewhere: hidden or not, they blur no other.

    Returns
    -------
    numpy.ndarray
        Mask of hidden cells; holds ``primary``. Empty cells are never chosen: that nothing is there is public.
    """
    if told is not None and told.any():
        sums = [equation.without(told) for equation in sums]
    of_cell: dict[int, list[Sum]] = defaultdict(list)
    for equation in sums:
        for cell in equation.members:
            of_cell[cell].append(equation)
    start = primary.copy() if already is None else primary | already
    choice = _Choice(sizes, start, np.where(primary, minimum, 0.0), of_cell, {s.total for s in sums})
    choice.spread()
    while True:
        covered = choice.hidden | choice.unknown
        touched = dict.fromkeys(s for c in np.flatnonzero(covered) for s in of_cell[int(c)])
        found = determined(covered, list(touched)) & primary
        more = {choice.smallest_beside(int(cell)) for cell in np.flatnonzero(found)} - {None}
        if not more:
            return choice.hidden
        choice.hidden[[cell for cell in more if cell is not None]] = True
        choice.spread()


@dataclass
class _Choice:
    """What is hidden so far, and what each hidden cell still needs.

    Parameters
    ----------
    sizes
        Count in each cell, NaN where it is unknown anyway.
    hidden
        Cells hidden so far.
    beside
        How much the others in a sum must hold beside a hidden cell. A total that is hidden because its parts do not
        hold enough takes over their need: they move no further than the sums that hold the total let it.
    of_cell, totals
        Sums by their cells; cells that are a total.
    within
        How much the hidden parts of a hidden total must hold, because the total is what blurs another cell.
    """

    sizes: npt.NDArray[np.float64]
    hidden: npt.NDArray[np.bool_]
    beside: npt.NDArray[np.float64]
    of_cell: Mapping[int, Sequence[Sum]]
    totals: Set[int | None]
    within: npt.NDArray[np.float64] = field(init=False)
    unknown: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.within, self.unknown = self.beside.copy(), np.isnan(self.sizes)

    def spread(self) -> None:
        """Hide further cells until every sum is safe by itself."""
        waiting = deque(dict.fromkeys(s for cell in np.flatnonzero(self.hidden) for s in self.of_cell[int(cell)]))
        queued = set(waiting)
        while waiting:
            equation = waiting.popleft()
            queued.discard(equation)
            touched = self._additions(equation)
            self.hidden[touched] = True
            touched += self._passed_on(equation)
            fresh = dict.fromkeys(s for cell in touched for s in self.of_cell[cell] if s not in queued)
            queued.update(fresh)
            waiting.extend(fresh)

    def smallest_beside(self, cell: int) -> int | None:
        """Smallest shown cell of the sums that hold this one; None if there is none."""
        beside = {c for s in self.of_cell[cell] for c in s.members if not self.hidden[c] and self.sizes[c] > 0}
        return min(beside, key=lambda c: (self.sizes[c], c), default=None)

    def _additions(self, equation: Sum) -> list[int]:
        """Further cells of one sum to hide, smallest part first, the total last."""
        added: list[int] = []
        sizes, total = self.sizes, equation.total
        free = sorted((c for c in equation.parts if not self.hidden[c] and sizes[c] > 0), key=lambda c: (sizes[c], c))
        if total is not None and not self.hidden[total] and sizes[total] > 0:
            free.append(total)
        while not self._safe(equation, added) and free:
            added.append(free.pop(0))
        return added

    def _safe(self, equation: Sum, added: list[int]) -> bool:
        concealed = [c for c in equation.members if self.hidden[c] or c in added]
        if not concealed:
            return True
        if len(concealed) + sum(bool(self.unknown[c]) for c in equation.members if c not in concealed) < 2:
            return False
        if any(self.unknown[c] for c in equation.members):
            return True
        if equation.total in concealed:
            parts = [c for c in concealed if c != equation.total]
            return bool(self.sizes[parts].sum() >= self.within[equation.total])
        everything = float(self.sizes[concealed].sum())
        return all(everything - self.sizes[c] >= self.beside[c] for c in concealed)

    def _passed_on(self, equation: Sum) -> list[int]:
        """Hidden totals that take over a need of this sum: its own total, and parts that are totals of other sums."""
        touched = []
        parts = [c for c in equation.parts if self.hidden[c]]
        total = equation.total if equation.total is not None and self.hidden[equation.total] else None
        needs = [(cell, self.beside[cell]) for cell in parts]
        if total is not None:
            everything = np.nansum(self.sizes[parts])
            taken = max((need for cell, need in needs if everything - self.sizes[cell] < need), default=0.0)
            if taken > self.beside[total]:
                self.beside[total] = taken
                touched.append(total)
            needs.append((total, self.within[total]))
        for cell, need in needs:
            others = [c for c in parts if c != cell]
            rest = need - np.nansum(self.sizes[[c for c in others if c not in self.totals]])
            below = [c for c in others if c in self.totals and rest > self.within[c]]
            self.within[below] = rest
            touched += below
        return touched


def determined(unknown: npt.NDArray[np.bool_], sums: Sequence[Sum]) -> npt.NDArray[np.bool_]:
    """Unknown cells that follow exactly from the known ones by adding and subtracting sums.

    A cell is free if the sums leave room to change it: if it moves in the null space of their matrix. Cells that no
    chain of sums connects are looked at apart, which keeps the matrices small.
    """
    result = np.zeros(len(unknown), dtype=bool)
    cells = np.flatnonzero(unknown)
    position = {int(cell): i for i, cell in enumerate(cells)}
    equations = []
    for equation in sums:
        row = {position[c]: 1.0 for c in equation.parts if unknown[c]}
        if equation.total is not None and unknown[equation.total]:
            row[position[equation.total]] = -1.0
        if row:
            equations.append(row)
    if not equations:
        return result
    rows = np.repeat(np.arange(len(equations)), [len(e) for e in equations])
    columns = np.concatenate([list(e) for e in equations])
    values = np.concatenate([list(e.values()) for e in equations])
    matrix = csr_array((values, (rows, columns)), shape=(len(equations), len(cells)))
    gram = (matrix.T @ matrix).tocsr()
    number, of_cell = connected_components(abs(matrix).T @ abs(matrix), directed=False)
    in_equation = gram.diagonal() > 0
    for component in range(number):
        inside = np.flatnonzero(of_cell == component)
        if in_equation[inside].all():
            # The null space of the sums is that of their Gram matrix, whose size is the number of cells only.
            strength, direction = np.linalg.eigh(gram[inside][:, inside].toarray())
            free = direction[:, strength < 1e-9 * max(strength[-1], 1.0)]
            result[cells[inside]] = (np.abs(free) < 1e-6).all(axis=1)
    return result
