"""Intervals against second ways of computing them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.rates import confint_poisson

from sozlib.indicators.intervals import garwood, interval, wilson


def arrays(*values):
    return tuple(np.array([value], dtype=float) for value in values)


@given(st.integers(1, 30_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_lies_inside_zero_and_one_and_holds_the_share(pair):
    count, total = pair
    low, high = wilson(*arrays(count, total))
    assert 0 <= low[0] <= count / total <= high[0] <= 1
    assert low[0] < high[0]


@pytest.mark.parametrize(("count", "total"), [(0, 10), (1, 29), (15, 148), (293, 1588), (1588, 1588)])
def test_wilson_bounds_are_the_shares_at_which_the_score_test_just_rejects(count, total):
    low, high = wilson(*arrays(count, total))
    z = stats.norm.ppf(0.975)

    def score(share):
        return abs(count / total - share) - z * math.sqrt(share * (1 - share) / total)

    estimate = count / total
    if count > 0:
        assert low[0] == pytest.approx(optimize.brentq(score, 1e-12, estimate - 1e-12), abs=1e-6)
    if count < total:
        assert high[0] == pytest.approx(optimize.brentq(score, estimate + 1e-12, 1 - 1e-12), abs=1e-6)


def test_wilson_agrees_with_the_published_example_of_newcombe():
    # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (count, total), bounds in published.items():
        low, high = wilson(*arrays(count, total))
        assert (round(low[0], 4), round(high[0], 4)) == bounds


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40, 1234])
def test_garwood_bounds_leave_two_and_a_half_per_cent_on_each_side(count):
    low, high = garwood(*arrays(count))
    assert stats.poisson.cdf(count, high[0]) == pytest.approx(0.025, abs=1e-9)
    if count:
        assert stats.poisson.sf(count - 1, low[0]) == pytest.approx(0.025, abs=1e-9)
    assert (low[0], high[0]) == pytest.approx(confint_poisson(count, 1, method="exact-c"), abs=1e-9)


def test_no_case_has_an_interval_from_zero():
    low, high = interval("poisson", *arrays(0, 1000, 0), per=1000)
    assert (low[0], round(high[0], 2)) == (0, 3.69)
    low, high = interval("wilson", *arrays(0, 100, 0), per=100)
    assert low[0] == 0
    assert round(high[0], 2) == 3.70


def test_a_proportion_above_one_has_no_wilson_interval():
    low, high = interval("wilson", *arrays(105, 100, 105), per=100)
    assert np.isnan(low[0])
    assert np.isnan(high[0])


def test_the_interval_of_a_ratio_is_that_of_the_share_of_one_group_in_both():
    low, high = interval("odds", *arrays(300, 900, 300), per=100)
    share_low, share_high = wilson(*arrays(300, 1200))
    assert low[0] == pytest.approx(100 * share_low[0] / (1 - share_low[0]))
    assert high[0] == pytest.approx(100 * share_high[0] / (1 - share_high[0]))
    assert low[0] < 100 * 300 / 900 < high[0]


def test_a_balance_varies_with_the_sum_of_both_counts():
    rng = np.random.default_rng(7)
    balances = rng.poisson(400, 200_000) - rng.poisson(350, 200_000)
    low, high = interval("difference", *arrays(50, 1000, 750), per=1000)
    assert (high[0] - low[0]) / 2 == pytest.approx(1.96 * balances.std(), rel=0.01)


def test_means_have_no_interval():
    low, high = interval("none", *arrays(5, 10, 5), per=1)
    assert np.isnan([low[0], high[0]]).all()
