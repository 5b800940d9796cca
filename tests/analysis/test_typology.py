"""Types are found where there are some, whatever the units and the order, and keep their names."""

import itertools

import numpy as np
import pytest
from analysis.planted import CENTRES, PLANTED, areas
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, rankdata
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from sozlib.analysis import typology

METHODS = ("k-means", "ward", "mixture")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", ["z", "robust", "rank"])
def test_planted_types_are_recovered(method, scale):
    labels = typology.cluster(typology.scale(areas(), scale), 3, method)
    assert adjusted_rand_score(PLANTED, labels) == 1


@pytest.mark.parametrize("method", METHODS)
def test_blobs_of_scikit_learn_are_recovered(method):
    values, planted = make_blobs(120, n_features=5, centers=5, cluster_std=0.8, random_state=4)
    labels = typology.cluster(typology.scale(values), 5, method)
    assert adjusted_rand_score(planted, labels) == 1


def test_numbers_of_types_do_not_depend_on_the_seed():
    scaled = typology.scale(areas())
    assert all(np.array_equal(typology.cluster(scaled, 3, seed=s), typology.cluster(scaled, 3)) for s in range(5))


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(len(PLANTED))), method=st.sampled_from(METHODS))
def test_types_do_not_depend_on_the_order_of_the_areas(order, method):
    scaled = typology.scale(areas())
    assert np.array_equal(typology.cluster(scaled[list(order)], 3, method), typology.cluster(scaled, 3, method)[order])


@settings(max_examples=25, deadline=None)
@given(
    factor=st.lists(st.floats(0.01, 1000), min_size=3, max_size=3), shift=st.floats(-1000, 1000),
    scale=st.sampled_from(["z", "robust", "rank"]),
)  # fmt: skip
def test_marks_do_not_depend_on_the_units(factor, shift, scale):
    other = areas() * np.array(factor) + shift
    np.testing.assert_allclose(typology.scale(other, scale), typology.scale(areas(), scale), atol=1e-6)


def test_rank_marks_are_the_normal_scores_of_scipys_ranks():
    values = np.array([[1.0], [2.0], [2.0], [7.0], [3.0]])
    expected = norm.ppf((rankdata(values, axis=0) - 0.5) / 5)
    np.testing.assert_allclose(typology.scale(values, "rank"), expected)


@pytest.mark.parametrize("scale", ["z", "robust", "rank"])
def test_an_area_left_out_is_placed_among_the_others_without_moving_them(scale):
    part, far = areas(), np.array([[500.0, -500.0, 0.0]])
    placed = typology.scale(np.vstack([part, far]), scale, part)
    np.testing.assert_array_equal(placed[:-1], typology.scale(part, scale))
    assert np.isfinite(placed).all()
    assert placed[-1, 0] == placed[:, 0].max()
    assert placed[-1, 1] == placed[:, 1].min()


def test_components_hold_the_wanted_share_and_loadings_are_correlations():
    scaled = typology.scale(areas())
    found = typology.components(scaled, 0.9)
    assert found.shares.sum() >= 0.9 > found.shares[:-1].sum()
    expected = np.corrcoef(found.points.T, scaled.T)[: len(found.shares), len(found.shares) :]
    np.testing.assert_allclose(found.loadings, expected, atol=1e-9)
    all_of_them = typology.components(scaled, 3)
    np.testing.assert_allclose(
        typology.distances(all_of_them.points, all_of_them.points), typology.distances(scaled, scaled), atol=1e-9
    )


def test_jaccard_by_hand():
    """Types {1,2,3} and {4,5} against {1,2} and {3,4,5}."""
    found = typology.jaccard(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]))
    np.testing.assert_allclose(found, [[2 / 3, 1 / 5], [0, 2 / 3]])


def test_types_keep_their_number_over_cycles_whatever_order_they_are_found_in():
    scaled = typology.scale(areas())
    labels = typology.cluster(scaled, 3)
    before = typology.centres(scaled, labels)
    for order in itertools.permutations(range(3)):
        shuffled = np.array(order)[labels]
        now = typology.centres(scaled, shuffled)
        assert np.array_equal(typology.identity(typology.distances(now, before))[shuffled], labels)


def test_a_new_type_gets_a_number_not_used_before_and_a_type_that_is_gone_leaves_its_number_free():
    two, three = CENTRES[:2], CENTRES
    assert typology.identity(typology.distances(three, two)).tolist() == [0, 1, 2]
    assert typology.identity(typology.distances(three[[2, 1, 0]], two)).tolist() == [2, 1, 0]
    assert typology.identity(typology.distances(CENTRES[[0, 2]], three)).tolist() == [0, 2]


def test_the_crosstable_counts_every_area_once():
    before, now = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0])
    table = typology.crosstable(before, now)
    assert table.sum() == 5
    assert table.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]


def test_more_types_than_areas_are_refused():
    with pytest.raises(ValueError, match="37 Typen"):
        typology.cluster(areas(), 37)


def test_an_indicator_that_is_the_same_everywhere_is_refused():
    for scale in ("z", "robust", "rank"):
        with pytest.raises(ValueError, match="gleich"):
            typology.scale(np.column_stack([areas(), np.ones(len(PLANTED))]), scale)
