"""One programme asked again and again finds what a fresh one of another making finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from sozlib.disclosure.programme import ContradictionError, Programme

WEIGHTS = st.lists(st.integers(-3, 3), min_size=5, max_size=5)
TOPS, FIXED = st.sampled_from([np.inf, 20.0]), st.sampled_from([None, 0, 3])


@given(
    st.lists(st.lists(st.integers(-1, 1), min_size=5, max_size=5), min_size=1, max_size=4),
    st.lists(st.integers(0, 9), min_size=5, max_size=5),
    st.lists(st.tuples(WEIGHTS, TOPS, FIXED), min_size=1, max_size=5),
)
@settings(max_examples=40, deadline=None)
def test_each_answer_is_that_of_a_fresh_programme(rows, true, questions):
    equations = np.array(rows, dtype=float)
    right = equations @ true
    programme = Programme(csr_array(equations), right)
    for weights, top, fixed in questions:
        box = [(0.0, None if top == np.inf else top)] * 5
        if fixed is not None:
            programme.fix(fixed, true[fixed])
            box[fixed] = (true[fixed], true[fixed])
        found = programme.smallest(np.array(weights, dtype=float), top)
        expected = linprog(weights, A_eq=equations, b_eq=right, bounds=box)
        if expected.status == 0:
            assert found.smallest == pytest.approx(expected.fun, abs=1e-6)
            assert equations @ found.unknowns == pytest.approx(right, abs=1e-6)
            assert (found.unknowns >= -1e-6).all()
        else:
            assert found.smallest == -np.inf
        if fixed is not None:
            programme.free(fixed)


def test_equations_without_a_solution_are_a_contradiction():
    twice = csr_array(np.array([[1.0, 1.0], [1.0, 1.0]]))
    programme = Programme(twice, np.array([3.0, 4.0]))
    with pytest.raises(ContradictionError, match="widersprechen sich"):
        programme.smallest(np.array([1.0, 0.0]))


def test_within_a_box_too_small_there_is_none_and_without_it_there_is():
    programme = Programme(csr_array(np.array([[1.0, 1.0]])), np.array([30.0]))
    with pytest.raises(ContradictionError):
        programme.smallest(np.array([1.0, 0.0]), 10.0)
    assert programme.smallest(np.array([-1.0, 0.0])).smallest == -30.0


def test_unknowns_in_no_equation_are_open():
    programme = Programme(csr_array((0, 2)), np.zeros(0))
    assert programme.smallest(np.array([1.0, 0.0])).smallest == 0.0
    assert programme.smallest(np.array([-1.0, 0.0])).smallest == -np.inf


def test_nothing_is_written_to_standard_output(capfd):
    Programme(csr_array(np.array([[1.0]])), np.array([1.0])).smallest(np.array([1.0]))
    assert capfd.readouterr() == ("", "")
