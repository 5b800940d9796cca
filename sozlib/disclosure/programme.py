"""A linear programme whose objective changes: HiGHS gets the equations once and starts from where it last stopped.

The attack asks thousands of small programmes over the same equations. Handing these over anew each time costs several
times what solving them does.

References
----------
.. [1] Huangfu, Q. & Hall, J. (2018): Parallelizing the dual revised simplex method. Math. Prog. Comp. 10 (HiGHS).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from highspy._core import _Highs
from scipy.sparse import csr_array

from sozlib.errors import SozlibError

_Numbers = npt.NDArray[np.float64]


class ContradictionError(SozlibError):
    """Published numbers that cannot all be true."""


@dataclass(frozen=True)
class Solution:
    """Where a weighted sum of unknowns is smallest.

    Parameters
    ----------
    smallest
        The sum there; minus infinity where it has no smallest value.
    unknowns
        Value of each unknown; meaningless without a smallest value.
    prices
        Shadow price of each equation.
    """

    smallest: float
    unknowns: _Numbers
    prices: _Numbers


class Programme:
    """Equations between unknowns that are not negative.

    Parameters
    ----------
    equations
        One line each, one column an unknown.
    right
        Their right sides.
    """

    def __init__(self, equations: csr_array, right: _Numbers):
        lines, self._size = equations.shape
        self._columns = np.arange(self._size, dtype=np.int32)
        self._low, self._high = np.zeros(self._size), np.full(self._size, np.inf)
        self._top = np.inf
        problem = highspy.HighsLp()
        problem.num_col_, problem.num_row_ = self._size, lines
        problem.col_cost_, problem.col_lower_, problem.col_upper_ = np.zeros(self._size), self._low, self._high
        problem.row_lower_ = problem.row_upper_ = right
        problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        problem.a_matrix_.start_ = equations.indptr.astype(np.int32)
        problem.a_matrix_.index_ = equations.indices.astype(np.int32)
        problem.a_matrix_.value_ = equations.data
        # Not highspy.Highs: that one greets on standard output and holds on to itself by its callbacks.
        self._highs = _Highs()
        for name, value in (("output_flag", False), ("threads", 1)):
            self._highs.setOptionValue(name, value)
        self._highs.passModel(problem)

    def fix(self, unknown: int, value: float) -> None:
        """Make an unknown known."""
        self._low[unknown] = self._high[unknown] = value
        self._bound()

    def free(self, unknown: int) -> None:
        """Make it unknown again."""
        self._low[unknown], self._high[unknown] = 0.0, np.inf
        self._bound()

    def smallest(self, weights: _Numbers, top: float = np.inf) -> Solution:
        """Smallest value of a weighted sum.

        Parameters
        ----------
        weights
            Weight of each unknown.
        top
            No unknown is larger unless it is fixed.

        Raises
        ------
        ContradictionError
            There is no solution.
        """
        if top != self._top:
            self._top = top
            self._bound()
        status = self._status(weights)
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            open_ended = self._status(np.zeros(self._size)) == highspy.HighsModelStatus.kOptimal
            status = highspy.HighsModelStatus.kUnbounded if open_ended else highspy.HighsModelStatus.kInfeasible
        if status == highspy.HighsModelStatus.kInfeasible:
            raise ContradictionError("Die veröffentlichten Zahlen widersprechen sich: Summen gehen nicht auf.")
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnbounded):
            raise SozlibError(
                f"Der Angriff auf die gesperrten Zahlen ist ohne Ergebnis geblieben (HiGHS: {status.name})."
            )
        found = self._highs.getSolution()
        unbounded = status == highspy.HighsModelStatus.kUnbounded
        value = -np.inf if unbounded else self._highs.getInfo().objective_function_value
        return Solution(value, np.array(found.col_value), np.array(found.row_dual))

    def _bound(self) -> None:
        high = np.maximum(np.minimum(self._high, self._top), self._low)
        self._highs.changeColsBounds(self._size, self._columns, self._low, high)

    def _status(self, weights: _Numbers) -> highspy.HighsModelStatus:
        self._highs.changeColsCost(self._size, self._columns, weights)
        self._highs.run()
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            # Where it last stopped was no good place to start from.
            self._highs.clearSolver()
            self._highs.run()
        status: highspy.HighsModelStatus = self._highs.getModelStatus()
        return status
