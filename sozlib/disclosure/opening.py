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
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sozlib.disclosure.bounds import intervals
from sozlib.disclosure.concealment import Sum

#: Parts of a table with more hidden cells stay as they are: every trial costs linear programmes of that size.
MOST_CELLS = 300

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
        if len(cells) > MOST_CELLS or np.isnan(sizes[cells]).any():
            continue
        guarded = cells[protected[cells]]
        wanted = width[guarded]
        if (_widths(result, sizes, equations, guarded, wanted) < wanted).any():
            continue
        for cell in sorted(cells[~fixed[cells]], key=lambda c: (-sizes[c], c)):
            result[cell] = False
            near = np.isin(guarded, [c for equation in equations if cell in equation.members for c in equation.members])
            # The neighbours first: if opening the cell harms anybody, it is mostly them.
            for some in (near, ~near):
                if (_widths(result, sizes, equations, guarded[some], wanted[some]) < wanted[some]).any():
                    result[cell] = True
                    break
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


def _widths(
    hidden: _Mask,
    sizes: npt.NDArray[np.float64],
    sums: Sequence[Sum],
    cells: npt.NDArray[np.int_],
    enough: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Widths of the intervals that sums leave of hidden cells, or enough."""
    rows, right = [], []
    for equation in sums:
        row = {c: 1.0 for c in equation.parts if hidden[c]}
        if equation.total is not None and hidden[equation.total]:
            row[equation.total] = -1.0
        if row:
            rows.append(row)
            right.append(float(sum(weight * sizes[c] for c, weight in row.items())))
    goals = [({int(cell): 1.0}, 0.0) for cell in cells]
    return np.array([high - low for low, high in intervals(rows, right, goals, enough.tolist())])
