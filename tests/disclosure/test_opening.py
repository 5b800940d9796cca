"""What need not be hidden is shown again, and nothing else."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sozlib.disclosure.concealment import Sum, conceal
from sozlib.disclosure.opening import opened

MINIMUM = 3


def two_way(rows):
    """Cells of a table with all margins, and the sums between them."""
    inner = np.array(rows, dtype=float)
    table = np.block([[inner, inner.sum(axis=1, keepdims=True)], [inner.sum(axis=0), inner.sum()]])
    number = np.arange(table.size).reshape(table.shape)
    lines = [*number.tolist(), *number.T.tolist()]
    return table.ravel(), [Sum(tuple(line[:-1]), line[-1]) for line in lines]


def width(cell, hidden, sizes, sums):
    """The attacker's interval, by two plain linear programmes over the whole table."""
    matrix = np.zeros((len(sums), len(sizes)))
    for line, equation in enumerate(sums):
        matrix[line, list(equation.parts)] = 1
        if equation.total is not None:
            matrix[line, equation.total] = -1
    box = [(0, None) if hidden[c] else (sizes[c], sizes[c]) for c in range(len(sizes))]
    goal = np.eye(len(sizes))[cell]
    ends = [linprog(sign * goal, A_eq=matrix, b_eq=matrix @ sizes, bounds=box) for sign in (1, -1)]
    return np.inf if ends[1].status == 3 else -ends[1].fun - ends[0].fun


def small(sizes):
    return (sizes > 0) & (sizes < MINIMUM)


tables = st.lists(st.lists(st.sampled_from([0, 1, 2, 4, 7, 20]), min_size=4, max_size=4), min_size=3, max_size=4)


@settings(max_examples=12, deadline=None)
@given(tables)
def test_protected_cells_stay_wide_and_no_more_could_be_opened(rows):
    sizes, sums = two_way(rows)
    primary = small(sizes)
    assume(primary.any())
    before = conceal(sizes, primary, sums, MINIMUM)
    after = opened(before, sizes, primary, sums, MINIMUM)
    assert not (after & ~before).any()
    assert after[primary].all()
    wanted = dict.fromkeys(np.flatnonzero(primary), MINIMUM - 1e-06)
    if any(width(c, before, sizes, sums) < least for c, least in wanted.items()):
        return
    assert all(width(c, after, sizes, sums) >= least for c, least in wanted.items())
    for cell in np.flatnonzero(after & ~primary):
        without = after.copy()
        without[cell] = False
        assert any(width(c, without, sizes, sums) < least for c, least in wanted.items())


def test_a_rectangle_around_the_small_cell_is_all_that_need_be_hidden():
    sizes, sums = two_way([[1, 30, 4], [30, 6, 50], [5, 30, 7]])
    inner = np.array([True, True, True, False, True, True, True, False, True, True, True] + [False] * 5)
    after = opened(inner, sizes, small(sizes), sums, MINIMUM)
    assert sorted(sizes[after].tolist()) == [1, 4, 5, 7]


def test_of_a_part_too_large_to_go_through_the_largest_cells_are_tried(monkeypatch):
    sizes, sums = two_way([[1, 30, 4], [30, 6, 50], [5, 30, 7]])
    inner = np.array([True, True, True, False, True, True, True, False, True, True, True] + [False] * 5)
    monkeypatch.setattr("sozlib.disclosure.opening._EFFORT", 2 * inner.sum())
    after = opened(inner, sizes, small(sizes), sums, MINIMUM)
    assert sorted(sizes[inner & ~after].tolist()) == [30, 50], "after 50 and the first 30 there is no time left"
    assert width(0, after, sizes, sums) >= MINIMUM


def test_where_a_small_cell_is_told_already_all_stays_hidden():
    sizes, sums = two_way([[1, 30], [30, 6]])
    row = np.zeros(len(sizes), dtype=bool)
    row[[0, 1]] = True
    assert (opened(row, sizes, small(sizes), sums, MINIMUM) == row).all(), "the columns give both back"


def test_what_must_be_kept_and_what_has_unknown_neighbours_is_left_alone():
    sizes, sums = two_way([[1, 30, 4], [30, 4, 50], [4, 30, 30]])
    everything = np.ones(len(sizes), dtype=bool)
    keep = np.zeros(len(sizes), dtype=bool)
    keep[10] = True
    assert opened(everything, sizes, small(sizes), sums, MINIMUM, keep)[10]
    unknown = sizes.copy()
    unknown[5] = np.nan
    assert opened(everything, unknown, small(sizes), sums, MINIMUM).all()


def test_where_nothing_is_hidden_nothing_happens():
    sizes, sums = two_way([[5, 6], [7, 8]])
    nothing = np.zeros(len(sizes), dtype=bool)
    assert not opened(nothing, sizes, nothing, sums, MINIMUM).any()
