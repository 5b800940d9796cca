"""Natural breaks beside a second way of finding them, and the classes that limits make."""

from __future__ import annotations

import warnings
from itertools import combinations, pairwise

import mapclassify
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sozlib.indicators.limits import class_limits, class_of, natural_breaks

values = st.lists(st.integers(-400, 400).map(lambda n: n / 10), min_size=2, max_size=12)


def deviations(column: np.ndarray, breaks: list[float]) -> float:
    """Sum of squared deviations from the means of the classes that breaks make."""
    of_class = np.searchsorted(breaks, column, side="left")
    return sum(float(((part - part.mean()) ** 2).sum()) for c in set(of_class) if len(part := column[of_class == c]))


@given(values, st.integers(1, 5))
def test_no_other_classes_deviate_less(listed, classes):
    column = np.array(listed)
    distinct = np.unique(column)
    classes = min(classes, len(distinct))
    found = natural_breaks(column, classes)
    least = min(deviations(column, list(b)) for b in combinations(distinct[:-1], classes - 1))
    assert len(found) == classes - 1
    assert set(found) <= set(distinct[:-1])
    assert deviations(column, found) == pytest.approx(least, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_breaks_of_mapclassify(seed):
    column = np.round(np.random.default_rng(seed).gamma(3, 4, 150), 1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Numba not installed")
        other = mapclassify.FisherJenks(column, k=5).bins
    assert natural_breaks(column, 5) == pytest.approx(other[:-1])
    assert natural_breaks(column + 1e6, 5) == pytest.approx(other[:-1] + 1e6)


def test_very_many_values_get_nearly_the_best_classes():
    column = np.random.default_rng(7).gamma(3, 4, 3000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sozlib.indicators.limits._MOST", 3000)
        best = natural_breaks(column, 5)
    assert deviations(column, natural_breaks(column, 5)) < 1.001 * deviations(column, best)


@given(values, st.integers(0, 2))
def test_limits_rise_and_every_class_has_a_value(listed, decimals):
    column = np.array([*listed, np.nan])
    limits = class_limits(column, decimals)
    assert all(a < b for a, b in pairwise(limits))
    printed = np.round(column[:-1], decimals)
    assert {class_of(v, limits, decimals) for v in printed} == set(range(len(limits) + 1))
    assert len(limits) + 1 == min(5, len(np.unique(printed)))


def test_neighbouring_numbers_are_told_apart():
    limits = class_limits(np.array([0.0, 4.0, 5.0]), 0)
    assert [class_of(v, limits, 0) for v in (0.0, 4.0, 5.0)] == [0, 1, 2]


def test_fewer_different_values_than_classes_get_a_class_each():
    assert natural_breaks(np.array([3.0, 3.0, 7.0]), 5) == [3.0]
    assert natural_breaks(np.array([3.0, 3.0]), 5) == []


@pytest.mark.parametrize("size", [1e13, 1e15])
def test_numbers_so_large_that_their_decimals_are_lost_get_limits_too(size):
    column = size + np.array([0.0, 16.0, 64.0, 4096.0])
    limits = class_limits(column, 2)
    assert len(np.unique(np.searchsorted(limits, column, side="right"))) == len(limits) + 1
