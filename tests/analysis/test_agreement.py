"""Methods agree on clear types; where they differ, the areas are named."""

import numpy as np
from analysis.planted import CENTRES, PLANTED, areas

from sozlib.analysis.agreement import agreement, aligned, consensus, together
from sozlib.analysis.typology import cluster, scale


def test_all_methods_and_starts_find_clear_types():
    scaled = scale(areas())
    found = agreement(scaled, cluster(scaled, 3, "ward"), "ward", starts=2)
    assert found.methods == ("ward", "k-means", "mixture", "consensus")
    np.testing.assert_allclose(found.rand, 1)
    assert (found.areas == 1).all()


def test_methods_agree_least_on_an_area_between_types():
    values = areas(0.9)
    values[0] = CENTRES[:2].mean(axis=0)
    scaled = scale(values)
    found = agreement(scaled, cluster(scaled, 3, "ward"), "ward", starts=3)
    assert found.areas.min() < 1
    np.testing.assert_allclose(found.rand, found.rand.T)
    np.testing.assert_allclose(np.diag(found.rand), 1)


def test_co_association_by_hand_counts_each_method_as_one():
    variants = {
        "k-means": [np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])],
        "ward": [np.array([1, 1, 0, 0])],
    }
    found = together(variants)
    assert found[0, 1] == 0.75  # one of two starts, and the other method
    assert found[1, 2] == 0.25
    assert found[0, 3] == 0
    assert (np.diag(found) == 1).all()


def test_the_consensus_follows_the_majority():
    split, other = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 1, 1])
    shares = together({"a": [split], "b": [split], "c": [other]})
    assert np.array_equal(aligned(consensus(shares, 2), split), split)


def test_relabelling_changes_nothing():
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        assert np.array_equal(aligned(np.array(order)[PLANTED], PLANTED), PLANTED)
