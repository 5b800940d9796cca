"""The certainty of a class is what repetition says, reproducible to the bit."""

import numpy as np
import pytest
from scipy.stats import norm

from sozlib.analysis.method import Method
from sozlib.analysis.uncertainty import DEFENSIBLE, Trial, Uncertainty, simulate

GENERATOR = np.random.default_rng(7)
VALUES = GENERATOR.normal(10, 3, (40, 4)) + GENERATOR.normal(0, 4, (40, 1))
EVERYONE = np.ones(40, dtype=bool)
LIMITS = (-1.0, 1.0, 1.5)
UPWARDS = [1, 1, 1, 1]


def repeated(values=VALUES, directions=UPWARDS, valid=EVERYONE, *, runs=1000, seed=0, **varied) -> Uncertainty:
    """Index of some areas under everything that varies; ``plain`` fixes method and weights."""
    if varied.pop("plain", False):
        varied |= {"methods": [Method()], "weight_spread": 0}
    return simulate(Trial(values, directions, valid, **varied), valid, LIMITS, runs=runs, seed=seed)


def test_the_shares_of_the_classes_add_up_to_one():
    result = repeated()
    assert result.probability.sum(axis=1) == pytest.approx(np.ones(40))


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    first, again, other = (repeated(seed=s) for s in (1, 1, 2))
    assert np.array_equal(first.probability, again.probability)
    assert not np.array_equal(first.probability, other.probability)


def test_without_anything_to_vary_every_run_is_the_index_itself():
    result = repeated(plain=True, runs=20)
    assert set(np.unique(result.probability)) <= {0.0, 1.0}
    assert np.array_equal(result.rank_low, result.rank_high)
    z = (VALUES - VALUES.mean(axis=0)) / VALUES.std(axis=0)
    by_hand = 40 - np.argsort(np.argsort(z.sum(axis=1)))
    assert np.array_equal(result.rank_median, by_hand)


def test_small_numbers_make_a_class_less_certain():
    quiet = repeated(errors=np.full(VALUES.shape, 0.1))
    loud = repeated(errors=np.full(VALUES.shape, 4.0))
    assert loud.probability.max(axis=1).mean() < quiet.probability.max(axis=1).mean()
    assert (loud.rank_high - loud.rank_low).mean() > (quiet.rank_high - quiet.rank_low).mean()


def test_an_area_far_above_all_others_is_certain():
    values = VALUES.copy()
    values[0] += 60
    result = repeated(values, errors=np.full(VALUES.shape, 0.5), methods=DEFENSIBLE[:1])
    assert result.probability[0, 3] == 1
    assert (result.rank_low[0], result.rank_high[0]) == (1, 1)
    assert result.certainty(np.full(40, 4.0))[0] == 1


def test_areas_left_out_have_no_rank_and_no_class():
    valid = EVERYONE.copy()
    valid[3] = False
    result = repeated(valid=valid)
    assert np.isnan(result.rank_median[3])
    assert np.isnan(result.probability[3]).all()


def test_relieving_indicators_turn_the_ranks_around():
    burdening, relieving = (repeated(directions=[sign] * 4, plain=True, runs=5) for sign in (1, -1))
    assert np.array_equal(burdening.rank_median, 41 - relieving.rank_median)


@pytest.mark.parametrize("error", [0.3, 1.0])
def test_the_rank_intervals_hold_the_true_rank_at_least_as_often_as_they_say(error):
    """Simulation: areas with known values are counted again and again with the chance that the intervals assume."""
    generator = np.random.default_rng(20)
    spread = np.full(VALUES.shape, error)
    true = repeated(plain=True, runs=1).rank_median
    held = [
        (found.rank_low <= true) & (true <= found.rank_high)
        for seed in range(60)
        for counted in (VALUES + generator.standard_normal(VALUES.shape) * spread,)
        for found in (repeated(counted, plain=True, errors=spread, runs=300, seed=seed),)
    ]
    assert 0.85 < np.mean(held) < 0.99


def test_the_class_probability_is_that_of_the_normal_distribution_where_only_one_area_is_uncertain():
    """One noisy area among quiet ones: its chance to pass the limit can be computed by hand."""
    values = np.linspace(-1, 1, 400)[:, None].repeat(2, axis=1)
    area, noise = 350, 0.2
    errors = np.zeros(values.shape)
    errors[area] = noise
    valid = np.ones(400, dtype=bool)
    found = simulate(Trial(values, [1, 1], valid, [Method()], errors=errors, weight_spread=0), valid, LIMITS, runs=4000)
    limit = values[:, 0].std()  # a standardised score of 1
    expected = 1 - norm.cdf((limit - values[area, 0]) / (noise / np.sqrt(2)))
    assert found.probability[area, 2:].sum() == pytest.approx(expected, abs=0.03)
