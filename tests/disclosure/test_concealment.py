"""Hidden cells cannot be computed from what is shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sozlib.disclosure.concealment import Sum, conceal, determined

MINIMUM = 3


def nested(regions):
    """Cells and sums of areas in regions in one district: areas first, then regions, the district last."""
    sizes = [count for areas in regions for count in areas]
    sums, first = [], 0
    for number, areas in enumerate(regions):
        sums.append(Sum(tuple(range(first, first + len(areas))), len(sizes) + number))
        first += len(areas)
    totals = [sum(areas) for areas in regions]
    sums.append(Sum(tuple(range(first, first + len(regions))), first + len(regions)))
    return np.array([*sizes, *totals, sum(totals)], dtype=float), sums


def small(sizes):
    return (sizes > 0) & (sizes < MINIMUM)


def hidden_of(regions):
    sizes, sums = nested(regions)
    return conceal(sizes, small(sizes), sums, MINIMUM)


def test_nothing_small_hides_nothing():
    assert not hidden_of([[5, 9, 0], [4, 3]]).any()


def test_with_a_small_count_the_next_smallest_of_its_region_is_hidden():
    assert np.flatnonzero(hidden_of([[2, 9, 50, 7], [4, 3]])).tolist() == [0, 3]


def test_empty_areas_protect_nobody():
    assert np.flatnonzero(hidden_of([[2, 0, 50, 7], [4, 3]])).tolist() == [0, 3]


def test_two_small_counts_need_a_third_if_their_sum_would_tell_them():
    assert np.flatnonzero(hidden_of([[1, 1, 50, 70], [40, 30]])).tolist() == [0, 1, 2]


def test_a_small_count_alone_in_its_region_hides_the_region_and_another_region():
    hidden = hidden_of([[2, 0], [4, 3], [100, 90]])
    assert np.flatnonzero(hidden).tolist() == [0, 3, 6, 7]


def test_a_secret_of_the_source_counts_as_hidden_but_hides_nothing_itself():
    sizes, sums = nested([[2, 9, 50], [4, 3]])
    sizes[2] = np.nan
    assert np.flatnonzero(conceal(sizes, small(sizes), sums, MINIMUM)).tolist() == [0]


cells = st.one_of(st.integers(0, 4), st.integers(0, 60))
districts = st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=5)


@settings(max_examples=120, deadline=None)
@given(districts)
def test_no_hidden_cell_can_be_found_by_subtraction(attack, regions):
    sizes, sums = nested(regions)
    primary = small(sizes)
    hidden = conceal(sizes, primary, sums, MINIMUM)
    assert hidden[primary].all()
    if not hidden[-1]:  # a district of one or two people is hidden whole; above it there is no sum
        assert not attack(hidden, sums)


@settings(max_examples=80, deadline=None)
@given(districts)
def test_a_known_total_leaves_each_small_count_uncertain(regions):
    sizes, sums = nested(regions)
    primary = small(sizes)
    hidden = conceal(sizes, primary, sums, MINIMUM)
    for equation in sums:
        concealed = [c for c in equation.parts if hidden[c]]
        if equation.total in np.flatnonzero(hidden):
            continue
        for cell in concealed:
            if primary[cell]:
                assert sizes[concealed].sum() - sizes[cell] >= MINIMUM


@settings(max_examples=80, deadline=None)
@given(districts)
def test_empty_cells_are_never_hidden_and_the_choice_is_always_the_same(regions):
    sizes, sums = nested(regions)
    hidden = conceal(sizes, small(sizes), sums, MINIMUM)
    assert not hidden[sizes == 0].any()
    assert (hidden == conceal(sizes, small(sizes), sums, MINIMUM)).all()


@pytest.mark.parametrize("minimum", [3, 5, 10])
def test_a_sum_published_elsewhere_is_protected_by_its_parts_alone(minimum):
    sizes = np.array([1.0, 30, 4, 2])
    hidden = conceal(sizes, sizes < 2, [Sum((0, 1)), Sum((0, 2, 3))], minimum)
    assert hidden[0]
    assert hidden[1]
    assert sizes[hidden & np.array([True, False, True, True])].sum() - 1 >= min(minimum, 6)


overlapping = st.lists(st.lists(st.sampled_from([0, 1, 2, 3, 9, 20]), min_size=4, max_size=4), min_size=3, max_size=4)


@settings(max_examples=80, deadline=None)
@given(overlapping)
def test_in_a_table_with_sums_both_ways_no_small_count_can_be_found(attack, rows):
    sizes = np.array(rows, dtype=float)
    number = np.arange(sizes.size).reshape(sizes.shape)
    halves = [Sum(tuple(row[:2])) for row in number.tolist()]
    sums = [*(Sum(tuple(row)) for row in number.tolist()), *(Sum(tuple(row)) for row in number.T.tolist()), *halves]
    flat = sizes.ravel()
    hidden = conceal(flat, small(flat), sums, MINIMUM)
    found = attack(hidden, sums)
    assert found == set(np.flatnonzero(determined(hidden, sums)).tolist())
    for cell in np.flatnonzero(small(flat)):
        everything_else_hidden = all(hidden[c] or flat[c] == 0 for s in sums if cell in s.members for c in s.members)
        assert cell not in found or everything_else_hidden
