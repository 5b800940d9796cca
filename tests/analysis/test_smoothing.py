"""Empirical Bayes for maps: against esda, as properties, and nearer to the truth than the raw values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import assume, given
from hypothesis import strategies as st
from test_change import entry

from sozlib.analysis.smoothing import LEAST_AREAS, empirical_bayes, smoothed

COUNTS = st.lists(st.tuples(st.integers(0, 80), st.integers(80, 5000)), min_size=5, max_size=30)


@given(COUNTS)
def test_rates_are_smoothed_as_by_esda_where_areas_differ_by_more_than_chance(pairs):
    count, total = np.array(pairs, dtype=float).T
    assume(count.sum() > 0)
    found, weight = empirical_bayes(count, total, poisson=True)
    if weight.any():
        assert found == pytest.approx(Empirical_Bayes(count, total).r.ravel())


@given(COUNTS, st.booleans())
def test_a_smoothed_value_lies_between_the_raw_one_and_the_mean(pairs, poisson):
    count, total = np.array(pairs, dtype=float).T
    assume(count.sum() > 0)
    found, weight = empirical_bayes(count, total, poisson=poisson)
    mean = count.sum() / total.sum()
    low, high = np.minimum(count / total, mean), np.maximum(count / total, mean)
    assert ((found >= low - 1e-12) & (found <= high + 1e-12)).all()
    assert ((weight >= 0) & (weight <= 1)).all()


def test_the_fewer_people_the_nearer_to_the_mean():
    total = np.array([50.0, 500.0, 5000.0, 1000.0, 1000.0, 1000.0])
    _, weight = empirical_bayes(total * np.array([0.3, 0.3, 0.3, 0.05, 0.1, 0.2]), total, poisson=False)
    assert weight[0] < weight[1] < weight[2]


def test_areas_that_differ_by_chance_alone_all_get_the_mean():
    found, weight = empirical_bayes(np.full(8, 10.0), np.full(8, 100.0), poisson=False)
    assert found == pytest.approx(0.1)
    assert not weight.any()


def test_smoothed_values_are_nearer_to_the_truth_than_raw_ones():
    rng = np.random.default_rng(3)
    raw_error = smooth_error = 0.0
    for _ in range(50):
        truth = rng.beta(8, 42, 100)
        total = rng.integers(20, 400, 100)
        count = rng.binomial(total, truth).astype(float)
        found, _ = empirical_bayes(count, total.astype(float), poisson=False)
        raw_error += ((count / total - truth) ** 2).mean()
        smooth_error += ((found - truth) ** 2).mean()
    assert smooth_error < 0.8 * raw_error


def test_a_hidden_value_gets_no_smoothed_one_and_changes_no_other():
    one = entry("one")
    areas = [f"{n:02}" for n in range(8)]
    rows = pd.DataFrame({"area": areas, "period": 2025, "numerator": [3.0, 9, 14, 22, 5, 17, 30, 8]}).assign(
        indicator="one", denominator=100.0
    )
    rows["value"] = rows["numerator"]
    hidden = rows.copy()
    hidden.loc[0, ["numerator", "value"]] = np.nan
    found = smoothed(hidden, [one], areas)
    assert "00" not in set(found["area"])
    pd.testing.assert_frame_equal(found, smoothed(rows[1:], [one], areas))
    assert smoothed(rows[: LEAST_AREAS - 1], [one], areas).empty
