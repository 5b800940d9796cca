"""Types are found where there are some, say how sure they are, and keep their names."""

import itertools

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from sozlib.analysis import typology

PLANTED = np.repeat([0, 1, 2], [14, 12, 10])
CENTRES = np.array([[-3.0, 0.0, 2.0], [0.0, 3.0, -1.0], [3.0, -2.0, 0.0]])


def areas(spread: float = 0.5, seed: int = 3) -> np.ndarray:
    return CENTRES[PLANTED] + np.random.default_rng(seed).normal(0, spread, (len(PLANTED), 3))


@pytest.mark.parametrize("method", ["k-means", "ward", "mixture"])
@pytest.mark.parametrize("scale", ["z", "robust", "rank"])
def test_planted_types_are_recovered(method, scale):
    labels = typology.cluster(typology.scale(areas(), scale), 3, method)
    assert adjusted_rand_score(PLANTED, labels) == 1


def test_numbers_of_types_do_not_depend_on_the_seed():
    scaled = typology.scale(areas())
    assert all(np.array_equal(typology.cluster(scaled, 3, seed=s), typology.cluster(scaled, 3)) for s in range(5))


def test_clear_types_are_stable_and_blurred_ones_are_not():
    clear, blurred = (typology.scale(areas(spread)) for spread in (0.4, 6.0))
    sure = typology.stability(clear, typology.cluster(clear, 3), runs=30)
    unsure = typology.stability(blurred, typology.cluster(blurred, 3), runs=30)
    assert (sure.types > typology.STABLE).all()
    assert (sure.areas == 1).all()
    assert unsure.types.mean() < typology.STABLE
    assert unsure.areas.min() < 0.8


def test_an_area_between_two_types_is_less_certain_than_all_others():
    values = areas(0.4)
    values[0] = (CENTRES[0] + CENTRES[1]) / 2
    scaled = typology.scale(values)
    certain = typology.stability(scaled, typology.cluster(scaled, 3), runs=60).areas
    assert certain[0] == certain.min() < 1


def test_the_number_of_planted_types_is_the_best_choice():
    found = typology.choices(typology.scale(areas()), range(2, 6), runs=10)
    assert max(found, key=lambda c: c.silhouette).k == 3
    assert max(found, key=lambda c: c.gap).k == 3
    assert [c.k for c in found] == [2, 3, 4, 5]


def test_types_keep_their_number_over_cycles_whatever_order_they_are_found_in():
    scaled = typology.scale(areas())
    labels = typology.cluster(scaled, 3)
    before = typology.centres(scaled, labels)
    for order in itertools.permutations(range(3)):
        shuffled = np.array(order)[labels]
        now = typology.centres(scaled, shuffled)
        assert np.array_equal(typology.keep_identity(shuffled, now, before), labels)


def test_a_new_type_gets_a_number_not_used_before():
    before = CENTRES[:2]
    assert typology.keep_identity(np.array([0, 1, 2]), CENTRES, before).tolist() == [0, 1, 2]
    assert typology.keep_identity(np.array([0, 1, 2]), CENTRES[[2, 1, 0]], before).tolist() == [2, 1, 0]


def test_transitions_count_every_area_once():
    before, now = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0])
    table = typology.transitions(before, now)
    assert table.sum() == 5
    assert table[0].tolist() == [1, 1, 0]
    assert table[2].tolist() == [1, 0, 1]


def test_more_types_than_areas_are_refused():
    with pytest.raises(ValueError, match="37 Typen"):
        typology.cluster(areas(), 37)
