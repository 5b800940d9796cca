"""Optimal cell suppression as an integer programme with cuts from the attacker's problem.

A master programme chooses the cheapest set of hidden cells; for every small count the attacker's two linear programmes
say how wide it leaves its interval. Where that is too narrow, their dual solutions give an inequality that every safe
choice obeys (a capacity cut of [1]_), and the master programme is solved again.

References
----------
.. [1] Fischetti, M. & Salazar, J.-J. (2001): Solving the Cell Suppression Problem on Tabular Data with Linear
   Constraints. Management Science 47(7), sections 3 and 4.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from sozlib.disclosure.concealment import Sum

#: No count of the table is assumed to be larger than it is by more than this.
_ROOM = 1e4


@dataclass(frozen=True)
class Optimum:
    """Cells to hide.

    Parameters
    ----------
    hidden
        Mask; None where no safe choice was found in time.
    least
        No safe choice hides fewer cells.
    cuts
        Number of inequalities that were needed.
    """

    hidden: np.ndarray | None
    least: int
    cuts: int


def optimal(sizes: np.ndarray, primary: np.ndarray, sums: Sequence[Sum], width: float, seconds: float) -> Optimum:
    """Fewest hidden cells, and of those choices the one with the fewest counts.

    Parameters
    ----------
    sizes, primary, sums
        See :func:`sozlib.disclosure.concealment.conceal`; all totals may be hidden.
    width
        How wide the interval of each primary cell must be.
    seconds
        Time after which to stop.
    """
    matrix = _matrix(sums, len(sizes))
    cost = 1.0 + sizes / (sizes.sum() + 1.0)
    box, whole = Bounds(primary.astype(float), (sizes > 0).astype(float)), np.ones(len(sizes))
    rows = [_beside(equation, cell, len(sizes)) for equation in sums for cell in equation.members if primary[cell]]
    right = [1.0] * len(rows)
    end = time.monotonic() + seconds
    least, cuts = int(primary.sum()), 0
    while (left := end - time.monotonic()) > 0:
        constraint = LinearConstraint(csr_array(np.array(rows)), lb=np.array(right))
        answer = milp(cost, constraints=constraint, bounds=box, integrality=whole, options={"time_limit": left})
        if answer.status != 0:
            break
        found = answer.x > 0.5
        least = int(found.sum())
        tried = (_cut(int(cell), found, sizes, matrix, width) for cell in np.flatnonzero(primary))
        new = [cut for cut in tried if cut is not None]
        if not new:
            return Optimum(found, least, cuts)
        rows += new
        right += [width] * len(new)
        cuts += len(new)
    return Optimum(None, least, cuts)


def _matrix(sums: Sequence[Sum], cells: int) -> csr_array:
    matrix = np.zeros((len(sums), cells))
    for line, equation in enumerate(sums):
        matrix[line, list(equation.parts)] = 1.0
        if equation.total is not None:
            matrix[line, equation.total] = -1.0
    return csr_array(matrix)


def _beside(equation: Sum, cell: int, cells: int) -> np.ndarray:
    """A sum that holds a primary cell hides another one."""
    row = np.zeros(cells)
    row[[other for other in equation.members if other != cell]] = 1.0
    return row


def _cut(cell: int, hidden: np.ndarray, sizes: np.ndarray, matrix: csr_array, width: float) -> np.ndarray | None:
    """Inequality that every choice obeys which leaves a cell wide enough; None where this one does."""
    low, high = np.where(hidden, 0.0, sizes), np.where(hidden, sizes + _ROOM, sizes)
    goal = np.zeros(len(sizes))
    goal[cell] = 1.0
    ends, weight = [], np.zeros(len(sizes))
    for sign in (1.0, -1.0):
        answer = linprog(sign * goal, A_eq=matrix, b_eq=matrix @ sizes, bounds=np.stack([low, high], axis=1))
        ends.append(answer.x[cell])
        weight += answer.lower.marginals * sizes - answer.upper.marginals * _ROOM
    if ends[1] - ends[0] >= width - 1e-6:
        return None
    return np.where(weight > 1e-7, np.minimum(weight, width), 0.0)
