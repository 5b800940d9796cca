"""Whether another method or another start would have found the same types.

Every method of grouping has its own idea of a group. Areas on which all of them agree belong together; where they
differ, the report says so beside the area. The consensus groups areas by how often all variants put them together.

References
----------
Strehl and Ghosh (2002): Cluster ensembles. Journal of Machine Learning Research 3, 583–617.

Hubert and Arabie (1985): Comparing partitions. Journal of Classification 2, 193–218 (adjusted Rand index).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sozlib.analysis.regions import Adjacency, skater_regions
from sozlib.analysis.typology import Labels, Method, Values, cluster, jaccard, match

#: Name of the consensus among the methods.
CONSENSUS = "consensus"


@dataclass(frozen=True)
class Agreement:
    """How far the types depend on the method.

    Parameters
    ----------
    areas
        n, share of the variants that put each area into the counterpart of its type; each method counts as one,
        however many starts it has.
    methods
        The methods compared, the report's own first, the consensus last.
    rand
        methods × methods, adjusted Rand index of their groupings (of the first start): 1 the same, 0 as by chance.
    """

    areas: Values
    methods: tuple[str, ...]
    rand: Values


def agreement(
    points: Values,
    labels: Labels,
    method: Method,
    seed: int = 0,
    *,
    starts: int = 5,
    adjacency: Adjacency | None = None,
) -> Agreement:
    """Compare types with those of other methods and starts.

    Types are compared with those of k-means, Ward and mixture; regions with those of Ward and SKATER.

    Parameters
    ----------
    points, labels, method, seed, adjacency
        As grouped, see :func:`~sozlib.analysis.typology.cluster`.
    starts
        Seeds of each method that starts at random.
    """
    from sklearn.metrics import adjusted_rand_score

    found = dict(_variants(points, int(labels.max()) + 1, seed, starts, adjacency))
    shares = np.mean([np.mean([aligned(v, labels) == labels for v in same], axis=0) for same in found.values()], axis=0)
    order = [method, *(name for name in found if name != method)]
    compared = [labels, *(found[name][0] for name in order[1:]), consensus(together(found), int(labels.max()) + 1)]
    rand = np.array([[float(adjusted_rand_score(left, right)) for right in compared] for left in compared])
    return Agreement(shares, (*order, CONSENSUS), rand)


def _variants(
    points: Values, k: int, seed: int, starts: int, adjacency: Adjacency | None
) -> Mapping[str, Sequence[Labels]]:
    if adjacency is not None:
        regions = cluster(points, k, "ward-spatial", adjacency=adjacency)
        return {"ward-spatial": [regions], "skater": [skater_regions(points, k, adjacency)]}
    seeds = range(seed, seed + starts)
    return {
        "k-means": [cluster(points, k, "k-means", s) for s in seeds],
        "ward": [cluster(points, k, "ward")],
        "mixture": [cluster(points, k, "mixture", s) for s in seeds],
    }


def aligned(labels: Labels, to: Labels) -> Labels:
    """A grouping in the numbers of another: each type bears that of its counterpart, −1 where it has none."""
    counterpart = match(-jaccard(labels, to))
    result: Labels = counterpart[labels]
    return result


def together(variants: Mapping[str, Sequence[Labels]]) -> Values:
    """Co-association: share of the variants in which two areas are of one type (n × n); each method counts as one."""
    shares = [np.mean([v[:, None] == v[None] for v in same], axis=0) for same in variants.values()]
    return np.asarray(np.mean(shares, axis=0))


def consensus(shares: Values, k: int) -> Labels:
    """k groups of areas that the variants put together most often (average linkage of the co-association)."""
    from sklearn.cluster import AgglomerativeClustering

    model = AgglomerativeClustering(k, metric="precomputed", linkage="average")
    return np.asarray(model.fit_predict(1 - shares), dtype=np.int64)
