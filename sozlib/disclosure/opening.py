"""Hidden cells that need not be hidden: opened again, the largest first, as long as every small count stays uncertain.

Where sums overlap (age groups within an area, areas within an age group), cells are chosen sum by sum
(:mod:`sozlib.disclosure.concealment`), and what one sum needed another may have made needless. Each cell that only
protects others is tried in turn: if the attacker's interval of every protected cell is still wide enough without it, it
is shown. What an optimal choice hides is less still, but costs an integer programme (``benchmarks/optimal.py``).

References
----------
.. [1] Kelly, J. P.; Golden, B. L.; Assad, A. A. (1992): Cell suppression: disclosure protection for sensitive tabular
   data. Networks 22, 397-417 – the clean-up procedure after a heuristic.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array, lil_array
from scipy.sparse.csgraph import connected_components

from sozlib.disclosure.bounds import Part, all_wide
from sozlib.disclosure.concealment import Sum

#: Trials in a part of a table, times its hidden cells: each costs linear programmes of that size. Parts of up to 300
#: cells are gone through completely, of larger ones as many cells as that leaves, the largest.
_EFFORT = 90_000

_Mask = npt.NDArray[np.bool_]


def opened(
    hidden: _Mask,
    sizes: npt.NDArray[np.float64],
    protected: _Mask,
    sums: Sequence[Sum],
    minimum: float | npt.NDArray[np.float64],
    keep: _Mask | None = None,
) -> _Mask:
    """Cells that must stay hidden.

    Parameters
    ----------
    hidden
        Cells that :func:`~sozlib.disclosure.concealment.conceal` hides.
    sizes
        Count in each cell, not negative; a part of the table with an unknown one (NaN) stays as it is.
    protected
        Cells whose interval must stay wide enough.
    sums
        Sums that readers know or can make.
    minimum
        Width of the interval of each protected cell.
    keep
        Further cells not to be opened.

    Returns
    -------
    numpy.ndarray
        Mask within ``hidden``. Where the interval of a protected cell is too narrow already, all that its sums connect
        stays as it is.
    """
    result = hidden.copy()
    width = np.broadcast_to(minimum, sizes.shape)
    fixed = protected if keep is None else protected | keep
    concerned = [s for s in sums if result[list(s.members)].any()]
    for cells, equations in _parts(result | np.isnan(sizes), concerned):
        if np.isnan(sizes[cells]).any():
            continue
        guarded = cells[protected[cells]]
        part, wanted = _part(cells, guarded, sizes, equations), width[guarded]
        if not all_wide(part, wanted):
            continue
        largest = sorted(cells[~fixed[cells]], key=lambda c: (-sizes[c], c))
        for cell in largest[: _EFFORT // len(cells)]:
            place = int(np.searchsorted(cells, cell))
            before = part.solutions
            part.fix(place, sizes[cell])
            near = np.isin(guarded, [c for equation in equations if cell in equation.members for c in equation.members])
            # The neighbours first: if opening the cell harms anybody, it is mostly them.
            if all_wide(part, np.where(near, wanted, 0.0)) and all_wide(part, wanted):
                result[cell] = False
            else:
                part.free(place, [*before, *part.solutions])
    return result


def _parts(unknown: _Mask, sums: Sequence[Sum]) -> list[tuple[npt.NDArray[np.int_], list[Sum]]]:
    """Hidden cells that sums connect, with these sums."""
    inside = [[c for c in equation.members if unknown[c]] for equation in sums]
    pairs = np.array([pair for cells in inside for pair in pairwise(cells)], dtype=int).reshape(-1, 2)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(unknown), len(unknown)))
    _, part = connected_components(links, directed=False)
    of_part: dict[int, list[Sum]] = {}
    for equation, cells in zip(sums, inside, strict=True):
        of_part.setdefault(int(part[cells[0]]), []).append(equation)
    order = np.flatnonzero(unknown)
    return [(order[part[order] == number], equations) for number, equations in of_part.items()]


def _part(
    cells: npt.NDArray[np.int_], guarded: npt.NDArray[np.int_], sizes: npt.NDArray[np.float64], sums: Sequence[Sum]
) -> Part:
    """Hidden cells, the sums between them, and the cells whose intervals are looked at."""
    place = {int(cell): number for number, cell in enumerate(cells)}
    matrix = lil_array((len(sums), len(cells)))
    for line, equation in enumerate(sums):
        for cell in equation.parts:
            if cell in place:
                matrix[line, place[cell]] = 1.0
        if equation.total in place:
            matrix[line, place[equation.total]] = -1.0
    block = matrix.tocsr()
    goals = csr_array(
        (np.ones(len(guarded)), (np.arange(len(guarded)), np.searchsorted(cells, guarded))), (len(guarded), len(cells))
    )
    return Part(block, block @ sizes[cells], goals, guarded, np.arange(len(sums)))
