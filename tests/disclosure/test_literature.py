"""Published example tables: intervals that are known, patterns that are known to be safe or to leak.

Numbers of the tables and of the intervals are facts from the sources named at each test.
"""

import numpy as np
import pytest

from sozlib.disclosure.bounds import intervals
from sozlib.disclosure.concealment import Sum, conceal, determined
from sozlib.disclosure.opening import opened


class Table:
    """A two-way table with its margins, which are all published."""

    def __init__(self, rows):
        self.shape = np.array(rows).shape
        self.sizes = np.array(rows, dtype=float).ravel()
        number = np.arange(self.sizes.size).reshape(self.shape)
        self.sums = [Sum(tuple(line)) for line in (*number.tolist(), *number.T.tolist())]

    def mask(self, *cells):
        hidden = np.zeros(self.shape, dtype=bool)
        for cell in cells:
            hidden[cell] = True
        return hidden.ravel()

    def intervals(self, hidden):
        """What the attacker finds for each hidden cell, by row and column."""
        rows, right = [], []
        for equation in self.sums:
            if any(hidden[c] for c in equation.parts):
                rows.append({c: 1.0 for c in equation.parts if hidden[c]})
                right.append(sum(self.sizes[c] for c in equation.parts if hidden[c]))
        cells = np.flatnonzero(hidden)
        found = intervals(rows, right, [({int(c): 1.0}, 0.0) for c in cells])
        return {
            (row, column): interval
            for row, column, interval in zip(*np.unravel_index(cells, self.shape), found, strict=True)
        }


def investment():
    """Fischetti & Salazar (2001), Management Science 47(7), first example: investment by activity and region."""
    return Table([[20, 50, 10], [8, 19, 22], [17, 32, 12]])


def test_a_single_missing_cell_is_the_rest_of_its_row():
    table = investment()
    assert table.intervals(table.mask((1, 2))) == {(1, 2): (22, 22)}


def test_the_pattern_of_fischetti_and_salazar_leaves_its_interval():
    """They hide II/A, II/C, III/A and III/C.

    By hand: the rows leave 30 and 29, the columns 25 and 34, so that II/C is at least 30 − 25 = 5 and at most 30.
    """
    table = investment()
    found = table.intervals(table.mask((1, 0), (1, 2), (2, 0), (2, 2)))
    assert found == {(1, 0): (0, 25), (1, 2): (5, 30), (2, 0): (0, 25), (2, 2): (4, 29)}


def test_our_choice_for_the_same_sensitive_cell_is_theirs():
    """A safe choice holds at least one rectangle; theirs hides least of the four (59; 60, 85, 101)."""
    table = investment()
    sensitive = table.mask((1, 2))
    hidden = opened(conceal(table.sizes, sensitive, table.sums, 5), table.sizes, sensitive, table.sums, 5)
    assert (hidden == table.mask((1, 0), (1, 2), (2, 0), (2, 2))).all()


def geurts():
    """Geurts (1992), table 10, as example 3 in Hundepool et al., Handbook on SDC, ch. 4.2.2; X11 … X22 are hidden.

    The source gives margins and the third row only; 4, 3, 2, 1 is one of the tables that agree with them.
    """
    return Table([[4, 3], [2, 1], [3, 3]])


def test_the_feasibility_interval_of_geurts():
    """The source derives 3 to 6 for X11; the others follow from the same four equations."""
    table = geurts()
    assert [table.sizes.reshape(3, 2)[line].sum() for line in (0, 1, 2)] == [7, 3, 6]
    found = table.intervals(table.mask((0, 0), (0, 1), (1, 0), (1, 1)))
    assert found == {(0, 0): (3, 6), (0, 1): (1, 4), (1, 0): (0, 3), (1, 1): (0, 3)}


@pytest.mark.parametrize(("first", "second"), [(3, 4), (5, 2), (6, 1)])
def test_the_interval_does_not_depend_on_which_of_the_possible_tables_is_true(first, second):
    table = Table([[first, second], [6 - first, 4 - second], [3, 3]])
    assert table.intervals(table.mask((0, 0), (0, 1), (1, 0), (1, 1)))[0, 0] == (3, 6)


def test_two_hidden_cells_in_every_row_and_column_are_not_enough():
    """A rule of thumb that leaks, in an invented table: what joins two closed blocks is one cell, and it is known."""
    rows = [[5, 9, 30, 30], [7, 8, 30, 30], [30, 30, 4, 6], [30, 30, 9, 3]]
    table = Table(rows)
    blocks = [(r, c) for r in (0, 1) for c in (0, 1)] + [(r, c) for r in (2, 3) for c in (2, 3)]
    hidden = table.mask(*blocks, (0, 2))
    lines = hidden.reshape(table.shape)
    assert (lines.sum(axis=0) >= 2).all()
    assert (lines.sum(axis=1) >= 2).all()
    assert table.intervals(hidden)[0, 2] == (30, 30)
    assert determined(hidden, table.sums).sum() == 1
    sensitive = table.mask((0, 2))
    ours = conceal(table.sizes, hidden & sensitive, table.sums, 3, already=hidden)
    low, high = table.intervals(ours)[0, 2]
    assert high - low >= 3


def test_a_handbook_cell_with_two_companies_needs_more_than_its_row():
    """Hundepool et al., Handbook on SDC, table 4.1: turnover of regions 1, 2 in industries A, B: 540, 231, 48, 125, of
    which 48 has two respondents. Hiding 48 alone, or with its row, gives it back; all four leave 0 to 173."""
    table = Table([[540, 231], [48, 125]])
    assert table.intervals(table.mask((1, 0)))[1, 0] == (48, 48)
    assert table.intervals(table.mask((1, 0), (1, 1)))[1, 0] == (48, 48)
    sensitive = table.mask((1, 0))
    hidden = conceal(table.sizes, sensitive, table.sums, 4.8)
    assert hidden.all()
    assert table.intervals(hidden)[1, 0] == (0, 173)
