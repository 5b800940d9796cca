"""Clear types survive another draw, blurred ones do not, and an area between two types is the least certain."""

import numpy as np
import pytest
from analysis.planted import CENTRES, areas

from sozlib.analysis.stability import STABLE, stability
from sozlib.analysis.typology import centres, cluster, scale


def test_clear_types_are_stable_and_blurred_ones_are_not():
    clear, blurred = (scale(areas(spread)) for spread in (0.4, 6.0))
    sure = stability(clear, cluster(clear, 3, "ward"), "ward", 30)
    unsure = stability(blurred, cluster(blurred, 3, "ward"), "ward", 30)
    assert (sure.types > STABLE).all()
    assert (sure.areas == 1).all()
    assert unsure.types.mean() < STABLE
    assert unsure.areas.min() < 0.8


@pytest.mark.parametrize("method", ["k-means", "ward"])
def test_an_area_between_two_types_is_less_certain_than_all_others(method):
    values = areas(0.4)
    values[0] = (CENTRES[0] + CENTRES[1]) / 2
    scaled = scale(values)
    certain = stability(scaled, cluster(scaled, 3, method), method, runs=40).areas
    assert certain[0] == certain.min() < 1


def test_bootstrap_jaccard_by_hand():
    """Two far pairs of areas: a draw that misses a pair gives it no counterpart, any other draw gives it back whole."""
    points = np.array([[0.0], [0.1], [9.0], [9.1]])
    labels = np.array([0, 0, 1, 1])
    generator = np.random.default_rng(5)
    expected = np.zeros((40, 2))
    for run in range(40):
        drawn = np.unique(generator.integers(0, 4, 4))
        for pair in (0, 1):
            own = [area for area in drawn if area // 2 == pair]
            whole_draw_is_pair = len(own) == len(drawn)
            # of a pair that is drawn alone two groups are made, one for each area
            expected[run, pair] = (1 / len(own) if whole_draw_is_pair else 1.0) if own else 0.0
    found = stability(points, labels, "ward", 40, 5)
    np.testing.assert_allclose(found.types, expected.mean(axis=0))


def test_an_area_assigned_afterwards_has_a_certainty_of_its_own():
    scaled = scale(areas(0.4))
    labels = cluster(scaled, 3, "ward")
    inside, between = scaled[labels == 1].mean(axis=0), centres(scaled, labels)[:2].mean(axis=0)
    found = stability(
        scaled, labels, "ward", 60, later=np.vstack([inside, between]), later_labels=np.array([1, 1], dtype=np.int64)
    )
    assert len(found.areas) == len(labels) + 2
    assert found.areas[-2] == 1
    assert found.areas[-1] < 1
