"""The attacker: linear algebra on what a table shows."""

from collections.abc import Sequence

import numpy as np
import pytest

from sozlib.disclosure.concealment import Sum


def determined(hidden: np.ndarray, sums: Sequence[Sum]) -> set[int]:
    """Hidden cells that the shown ones fix: those whose unit vector lies in the row space of the sums."""
    unknown = np.flatnonzero(hidden)
    matrix = np.zeros((len(sums), len(hidden)))
    for number, equation in enumerate(sums):
        matrix[number, list(equation.parts)] = 1
        if equation.total is not None:
            matrix[number, equation.total] = -1
    known_part = matrix[:, unknown]
    rank = np.linalg.matrix_rank(known_part)
    return {
        int(cell)
        for position, cell in enumerate(unknown)
        if np.linalg.matrix_rank(np.vstack([known_part, np.eye(len(unknown))[position]])) == rank
    }


@pytest.fixture(scope="session")
def attack():
    """Hidden cells that can be computed from the shown ones."""
    return determined
