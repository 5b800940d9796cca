"""Regions hang together, planted ones are found, and areas without neighbours are joined openly."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import adjusted_rand_score

from sozlib.analysis.agreement import agreement
from sozlib.analysis.regions import contracted, neighbours_of, skater_regions
from sozlib.analysis.stability import stability
from sozlib.analysis.typology import cluster

SIDE = 8
IDS = [f"{n:03}" for n in range(SIDE * SIDE)]


def squares(more=()) -> gpd.GeoDataFrame:
    boxes = [shapely.box(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for y in range(SIDE) for x in range(SIDE)]
    ids = [*IDS, *(f"i{n}" for n in range(len(more)))]
    return gpd.GeoDataFrame({"id": ids}, geometry=[*boxes, *more], crs=25832)


#: Four quarters of the square; two opposite ones are alike.
PLANTED = np.array([2 * (y >= SIDE // 2) + (x >= SIDE // 2) for y in range(SIDE) for x in range(SIDE)])
POINTS = np.array([[0.0, 0], [4, 0], [4, 4], [0, 0]])[PLANTED] + np.random.default_rng(2).normal(0, 0.4, (64, 2))


@pytest.fixture(scope="module")
def adjacency() -> np.ndarray:
    return neighbours_of(squares(), IDS).adjacency


def test_neighbours_share_a_border_and_not_only_a_corner(adjacency):
    assert adjacency[0].nonzero()[0].tolist() == [1, SIDE]
    assert (adjacency == adjacency.T).all()
    assert adjacency.sum() == 2 * 2 * SIDE * (SIDE - 1)


def test_planted_regions_are_found_where_plain_types_would_mix_two_of_them(adjacency):
    found = cluster(POINTS, 4, "ward-spatial", adjacency=adjacency)
    assert adjusted_rand_score(PLANTED, found) == 1
    assert adjusted_rand_score(PLANTED, skater_regions(POINTS, 4, adjacency)) == 1
    assert adjusted_rand_score(PLANTED, cluster(POINTS, 4, "ward")) < 1


def test_every_region_hangs_together(adjacency):
    noise = np.random.default_rng(5).normal(size=(64, 3))
    for found in (cluster(noise, 6, "ward-spatial", adjacency=adjacency), skater_regions(noise, 6, adjacency)):
        for region in range(6):
            inside = np.flatnonzero(found == region)
            assert connected_components(adjacency[np.ix_(inside, inside)], directed=False)[0] == 1


def test_areas_exactly_alike_are_still_neighbours(adjacency):
    """A distance of zero is a neighbour like any other, not a missing border."""
    found = skater_regions(POINTS.round(0), 4, adjacency)
    assert len(set(found)) == 4


def test_islands_are_joined_to_the_nearest_area_and_named():
    far = squares([shapely.box(-40, 0, -30, 10), shapely.box(-60, 0, -50, 10)])
    found = neighbours_of(far, list(far["id"]))
    assert connected_components(found.adjacency, directed=False)[0] == 1
    assert {frozenset(pair) for pair in found.joined} == {frozenset({"i0", "i1"}), frozenset({"i0", "000"})}


def test_a_sample_of_areas_hangs_together_across_those_left_out(adjacency):
    column = np.arange(64) % SIDE
    kept = np.flatnonzero((column != 3) & (column != 4))
    found = contracted(adjacency, kept)
    assert connected_components(found, directed=False)[0] == 1
    assert not found.diagonal().any()
    left, right = kept.tolist().index(2), kept.tolist().index(5)
    assert found[left, right]
    np.testing.assert_array_equal(contracted(adjacency, np.arange(64)), adjacency)


def test_planted_regions_are_stable_and_both_methods_agree(adjacency):
    labels = cluster(POINTS, 4, "ward-spatial", adjacency=adjacency)
    steady = stability(POINTS, labels, "ward-spatial", 30, adjacency=adjacency)
    assert (steady.types > 0.75).all()
    assert steady.areas.mean() > 0.9
    assert agreement(POINTS, labels, "ward-spatial", adjacency=adjacency).areas.min() == 1


def test_regions_need_outlines():
    with pytest.raises(ValueError, match="Gebietsgrenzen"):
        cluster(POINTS, 4, "ward-spatial")
