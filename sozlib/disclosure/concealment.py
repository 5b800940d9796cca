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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    minimum: int | npt.NDArray[np.int_],
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
        How much the other hidden cells of a sum must hold together, so that each small count stays uncertain; one
        number, or one for each cell.
    already
        Further cells that are hidden anyway.
    told
        Cells whose number readers know from elsewhere: hidden or not, they blur no other.

    Returns
    -------
    numpy.ndarray
        Mask of hidden cells; holds ``primary``. Empty cells are never chosen: that nothing is there is public.
    """
    unknown = np.isnan(sizes)
    minimum = np.broadcast_to(minimum, sizes.shape)
    if told is not None and told.any():
        sums = [equation.without(told) for equation in sums]
    of_cell: dict[int, list[Sum]] = defaultdict(list)
    for equation in sums:
        for cell in equation.members:
            of_cell[cell].append(equation)
    start = primary.copy() if already is None else primary | already
    hidden = _spread(start, sizes, primary, unknown, of_cell, minimum)
    while True:
        touched = dict.fromkeys(s for c in np.flatnonzero(hidden | unknown) for s in of_cell[int(c)])
        found = determined(hidden | unknown, list(touched)) & primary
        more = {_smallest_beside(int(cell), hidden, sizes, of_cell[int(cell)]) for cell in np.flatnonzero(found)}
        more.discard(None)
        if not more:
            break
        hidden[[cell for cell in more if cell is not None]] = True
        hidden = _spread(hidden, sizes, primary, unknown, of_cell, minimum)
    return hidden


def _smallest_beside(
    cell: int, hidden: npt.NDArray[np.bool_], sizes: npt.NDArray[np.float64], sums: Sequence[Sum]
) -> int | None:
    """Smallest shown cell of the sums that hold this one; None if there is none."""
    beside = {c for s in sums for c in s.members if not hidden[c] and sizes[c] > 0}
    return min(beside, key=lambda c: (sizes[c], c), default=None)


def _spread(
    hidden: npt.NDArray[np.bool_],
    sizes: npt.NDArray[np.float64],
    primary: npt.NDArray[np.bool_],
    unknown: npt.NDArray[np.bool_],
    of_cell: Mapping[int, Sequence[Sum]],
    minimum: npt.NDArray[np.int_],
) -> npt.NDArray[np.bool_]:
    """Hide further cells until every sum is safe by itself."""
    waiting = deque(dict.fromkeys(s for cell in np.flatnonzero(hidden) for s in of_cell[int(cell)]))
    queued = set(waiting)
    while waiting:
        equation = waiting.popleft()
        queued.discard(equation)
        for cell in _additions(equation, sizes, primary, hidden, unknown, minimum):
            hidden[cell] = True
            fresh = [s for s in of_cell[cell] if s not in queued]
            queued.update(fresh)
            waiting.extend(fresh)
    return hidden


def _additions(
    equation: Sum,
    sizes: npt.NDArray[np.float64],
    primary: npt.NDArray[np.bool_],
    hidden: npt.NDArray[np.bool_],
    unknown: npt.NDArray[np.bool_],
    minimum: npt.NDArray[np.int_],
) -> list[int]:
    """Further cells of one sum to hide, smallest part first, the total last."""
    added: list[int] = []
    free = sorted((c for c in equation.parts if not hidden[c] and sizes[c] > 0), key=lambda c: (sizes[c], c))
    if equation.total is not None and not hidden[equation.total] and sizes[equation.total] > 0:
        free.append(equation.total)
    while not _safe(equation, sizes, primary, hidden, unknown, minimum, added) and free:
        added.append(free.pop(0))
    return added


def _safe(
    equation: Sum,
    sizes: npt.NDArray[np.float64],
    primary: npt.NDArray[np.bool_],
    hidden: npt.NDArray[np.bool_],
    unknown: npt.NDArray[np.bool_],
    minimum: npt.NDArray[np.int_],
    added: list[int],
) -> bool:
    concealed = [c for c in equation.members if hidden[c] or c in added]
    if not concealed:
        return True
    if len(concealed) + sum(bool(unknown[c]) for c in equation.members if c not in concealed) < 2:
        return False
    if any(unknown[c] for c in equation.members) or (equation.total is not None and equation.total in concealed):
        return True
    everything = float(np.nansum(sizes[concealed]))
    return all(everything - sizes[c] >= minimum[c] for c in concealed if primary[c])


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
