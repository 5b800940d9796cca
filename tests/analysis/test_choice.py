"""What speaks for a number of types: against second ways of computing, and against planted numbers."""

import numpy as np
import pytest
from analysis.planted import PLANTED, areas
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

from sozlib.analysis.choice import Choice, choices, favoured
from sozlib.analysis.stability import stability
from sozlib.analysis.typology import cluster, scale


def test_the_number_of_planted_types_is_the_best_choice():
    found = choices(scale(areas()), range(1, 6), "ward", 10)
    assert favoured(found) == {"silhouette": 3, "gap": 3, "stability": 3}
    assert [c.types for c in found] == [1, 2, 3, 4, 5]
    assert [c.smallest for c in found][:3] == [len(PLANTED), 14, 10]


def test_without_types_the_gap_statistic_favours_one():
    noise = np.random.default_rng(8).uniform(0, 1, (60, 3))
    assert favoured(choices(noise, range(1, 5), "ward", 5))["gap"] == 1


def test_the_gap_statistic_agrees_with_a_second_way():
    """Pooled sums of pairwise distances as in the paper, on trees of scipy, with the same reference draws."""
    points, k, seed = scale(areas(1.5)), 3, 7

    def pooled(values):
        labels = fcluster(linkage(values, "ward"), k, "maxclust")
        return sum((pdist(g) ** 2).sum() / len(g) for g in (values[labels == label] for label in set(labels)))

    generator = np.random.default_rng(seed)
    low, high = points.min(axis=0), points.max(axis=0)
    logs = [np.log(pooled(generator.uniform(low, high, points.shape))) for _ in range(20)]
    found = choices(points, [k], "ward", 2, seed)[0]
    assert found.gap == pytest.approx(np.mean(logs) - np.log(pooled(points)))
    assert found.gap_error == pytest.approx(np.std(logs) * np.sqrt(1 + 1 / 20))


def test_stability_is_the_mean_and_the_worst_of_the_types():
    points = scale(areas(1.5))
    found = choices(points, [3], "ward", 12, 4)[0]
    types = stability(points, cluster(points, 3, "ward", 4), "ward", 12, 4).types
    assert (found.stability, found.weakest) == (types.mean(), types.min())


def test_tibshiranis_rule_takes_the_first_number_that_the_next_does_not_clearly_beat():
    def row(types, gap):
        return Choice(types, 0.1 * types, gap, 0.1, 0.9 - 0.1 * types, 0.5, 3)

    rising = [row(k, 0.3 * k) for k in range(1, 5)]
    assert favoured(rising) == {"silhouette": 4, "gap": None, "stability": 2}
    flat = [row(1, 0.1), row(2, 0.5), row(3, 0.55), row(4, 0.9)]
    assert favoured(flat)["gap"] == 2


def test_what_cannot_be_computed_is_told_as_nothing():
    one = choices(scale(areas()), [1], "ward", 5)[0]
    assert one.told()["silhouette"] is None
    assert one.told()["stability"] is None
    assert one.told()["gap"] is not None
