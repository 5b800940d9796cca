"""How well types, and every single assignment, survive another draw of areas.

A type that vanishes as soon as some areas are missing is no finding. Each repetition draws areas with replacement,
groups them anew and compares with the types of the report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sozlib.analysis.regions import Adjacency, contracted
from sozlib.analysis.typology import Labels, Method, Values, centres, cluster, distances, jaccard, match

#: Hennig's reading of a type's bootstrap Jaccard: below the first it is unstable, above the second it is stable.
UNSTABLE, STABLE = 0.60, 0.75


@dataclass(frozen=True)
class Stability:
    """How well types and assignments survive repetition.

    Parameters
    ----------
    types
        k, mean Jaccard similarity of each type to the most similar one of each repetition.
    areas
        n, share of the repetitions in which each area falls into the counterpart of its type; NaN where it cannot be
        told.
    """

    types: Values
    areas: Values


def stability(
    points: Values,
    labels: Labels,
    method: Method = "k-means",
    runs: int = 100,
    seed: int = 0,
    *,
    adjacency: Adjacency | None = None,
    later: Values | None = None,
    later_labels: Labels | None = None,
) -> Stability:
    """Bootstrap stability of types and of every single assignment.

    An area counts as kept when the centre nearest to it is that of its type's counterpart. With regions nearness does
    not tell, for two of them may be alike: there an area counts as kept when it is drawn and lies in the counterpart.

    Parameters
    ----------
    points, labels, method, seed, adjacency
        As grouped, see :func:`~sozlib.analysis.typology.cluster`.
    runs
        Number of repetitions.
    later, later_labels
        Areas that were only assigned afterwards, and their types; their shares follow those of the others.

    References
    ----------
    Hennig (2007): Cluster-wise assessment of cluster stability. Computational Statistics & Data Analysis 52, 258–271.
    """
    generator = np.random.default_rng(seed)
    everywhere = points if later is None else np.vstack([points, later])
    all_labels = labels if later_labels is None else np.concatenate([labels, later_labels])
    n, k = len(labels), int(labels.max()) + 1
    similar = np.zeros((runs, k))
    kept = np.full((runs, len(everywhere)), np.nan)
    for run in range(runs):
        drawn = np.unique(generator.integers(0, n, n))
        near = None if adjacency is None else contracted(adjacency, drawn, points)
        new = cluster(points[drawn], min(k, len(drawn)), method, run, adjacency=near, repeated=True)
        overlap = _padded(jaccard(labels[drawn], new), k)
        similar[run] = overlap.max(axis=1)
        counterpart = match(-overlap)
        if adjacency is None:
            nearest = distances(everywhere, centres(points[drawn], new)).argmin(axis=1)
            kept[run] = nearest == counterpart[all_labels]
        else:
            kept[run, drawn] = new == counterpart[labels[drawn]]
    told = ~np.isnan(kept)
    times = told.sum(axis=0)
    shares = np.divide(np.where(told, kept, 0).sum(axis=0), times, out=np.full(len(times), np.nan), where=times > 0)
    return Stability(similar.mean(axis=0), shares)


def _padded(overlap: Values, k: int) -> Values:
    """Similarities of all k types, also of those with no area in the draw: they are like none."""
    return np.vstack([overlap, np.zeros((k - len(overlap), overlap.shape[1]))])
