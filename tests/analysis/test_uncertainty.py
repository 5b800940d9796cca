"""The certainty of a class is what repetition says, reproducible to the bit."""

import numpy as np
import pytest

from sozlib.analysis.uncertainty import simulate

GENERATOR = np.random.default_rng(7)
VALUES = GENERATOR.normal(10, 3, (40, 4)) + GENERATOR.normal(0, 4, (40, 1))
EVERYONE = np.ones(40, dtype=bool)
LIMITS = (-1.0, 1.0, 1.5)
UPWARDS = [1, 1, 1, 1]


def test_the_shares_of_the_classes_add_up_to_one():
    result = simulate(VALUES, UPWARDS, EVERYONE, LIMITS)
    assert result.probability.sum(axis=1) == pytest.approx(np.ones(40))


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    first, again, other = (simulate(VALUES, UPWARDS, EVERYONE, LIMITS, seed=s) for s in (1, 1, 2))
    assert np.array_equal(first.probability, again.probability)
    assert not np.array_equal(first.probability, other.probability)


def test_without_anything_to_vary_every_run_is_the_index_itself():
    result = simulate(VALUES, UPWARDS, EVERYONE, LIMITS, weight_spread=0, vary_method=False, runs=20)
    assert set(np.unique(result.probability)) <= {0.0, 1.0}
    assert np.array_equal(result.rank_low, result.rank_high)
    z = (VALUES - VALUES.mean(axis=0)) / VALUES.std(axis=0)
    by_hand = 40 - np.argsort(np.argsort(z.sum(axis=1)))
    assert np.array_equal(result.rank_median, by_hand)


def test_small_numbers_make_a_class_less_certain():
    quiet = simulate(VALUES, UPWARDS, EVERYONE, LIMITS, errors=np.full(VALUES.shape, 0.1))
    loud = simulate(VALUES, UPWARDS, EVERYONE, LIMITS, errors=np.full(VALUES.shape, 4.0))
    assert loud.probability.max(axis=1).mean() < quiet.probability.max(axis=1).mean()
    assert (loud.rank_high - loud.rank_low).mean() > (quiet.rank_high - quiet.rank_low).mean()


def test_an_area_far_above_all_others_is_certain():
    values = VALUES.copy()
    values[0] += 60
    result = simulate(values, UPWARDS, EVERYONE, LIMITS, errors=np.full(VALUES.shape, 0.5), vary_method=False)
    assert result.probability[0, 3] == 1
    assert (result.rank_low[0], result.rank_high[0]) == (1, 1)
    assert result.certainty(np.full(40, 4.0))[0] == 1


def test_areas_left_out_have_no_rank_and_no_class():
    valid = EVERYONE.copy()
    valid[3] = False
    result = simulate(VALUES, UPWARDS, valid, LIMITS)
    assert np.isnan(result.rank_median[3])
    assert np.isnan(result.probability[3]).all()


def test_relieving_indicators_turn_the_ranks_around():
    burdening, relieving = (
        simulate(VALUES, [sign] * 4, EVERYONE, LIMITS, weight_spread=0, vary_method=False, runs=5) for sign in (1, -1)
    )
    assert np.array_equal(burdening.rank_median, 41 - relieving.rank_median)
