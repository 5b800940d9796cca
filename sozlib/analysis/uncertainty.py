"""How sure is a class? Monte-Carlo over everything that could defensibly have been decided otherwise.

An index rests on choices (how to normalise, weigh and add up) and on counts that chance moves. All of them are varied
at once; what remains is, for each area, an interval of ranks and the share of runs in which it falls into each class.
One array operation does a thousand runs, so the audit costs less than a second and is never left out.

References
----------
Saisana, Saltelli and Tarantola (2005): Uncertainty and sensitivity analysis techniques as tools for the quality
assessment of composite indicators. JRSS A 168(2), 307–323. Becker et al. (2022): COINr: An R package for developing
composite indicators. JOSS 7(78), 4567.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sozlib.analysis.index import middle_classes
from sozlib.analysis.method import Method, Values, all_weights

#: Other ways of computing an index that could be defended as well as the sum of z-values, which comes first.
DEFENSIBLE = (Method("z"), Method("rank"), Method("z", "geometric"), Method("rank", "geometric"))


@dataclass(frozen=True)
class Uncertainty:
    """Result of :func:`simulate` for n areas, NaN where an area is not valid.

    Parameters
    ----------
    rank_low, rank_high
        n, bounds of the central 90 % of ranks; 1 is the highest burden.
    rank_median
        n.
    probability
        n × classes, share of runs in which the area falls into the class.
    """

    rank_low: Values
    rank_high: Values
    rank_median: Values
    probability: Values

    def certainty(self, classes: Values) -> Values:
        """Share of runs in which each area keeps the class it was given (n, 1-based classes)."""
        result = np.full(classes.shape, np.nan)
        known = ~np.isnan(classes)
        result[known] = self.probability[known, classes[known].astype(int) - 1]
        return result


@dataclass(frozen=True)
class Draws:
    """What chance and decisions are in each of r runs: the factors of the audit.

    Parameters
    ----------
    noise
        r × n × k standard normal errors.
    weights
        r × (k + d) factors of the weights.
    method
        r, number of the method.
    """

    noise: Values
    weights: Values
    method: NDArray[np.int64]


class Trial:
    """An index that can be computed again and again under other decisions and other chance.

    Parameters
    ----------
    values
        n × k indicators in their own units.
    directions
        k, +1 where a high value burdens, −1 where it relieves.
    valid
        n, areas that take part.
    methods
        Methods among which is drawn, the index's own first.
    errors
        n × k standard errors of the values (chance of small numbers); None leaves them as they are.
    weights
        k, the index's own weights; equal when not given.
    weight_spread
        Each weight is drawn uniformly from ±this share around its own value.
    """

    def __init__(
        self,
        values: Values,
        directions: Sequence[int],
        valid: NDArray[np.bool_],
        methods: Sequence[Method] = DEFENSIBLE,
        *,
        errors: Values | None = None,
        weights: Sequence[float] | None = None,
        weight_spread: float = 0.25,
    ):
        self.base: Values = values[valid] * np.asarray(directions, dtype=float)
        self.errors = None if errors is None else errors[valid]
        self.methods, self.spread = tuple(methods), weight_spread
        self.weights = all_weights(self.methods[0], self.base.shape[1], weights)

    def draw(self, runs: int, generator: np.random.Generator) -> Draws:
        """Chance and decisions of a number of runs."""
        shape = (runs, *self.base.shape)
        noise = np.zeros((runs, 1, 1)) if self.errors is None else generator.standard_normal(shape)
        factors = generator.uniform(1 - self.spread, 1 + self.spread, (runs, len(self.weights)))
        return Draws(noise, factors, generator.integers(0, len(self.methods), runs))

    def scores(self, draws: Draws) -> Values:
        """Standardised scores, r × n."""
        runs = len(draws.method)
        drawn = np.broadcast_to(self.base, (runs, *self.base.shape))
        if self.errors is not None:
            drawn = drawn + draws.noise * self.errors
        weights, score = self.weights * draws.weights, np.empty((runs, len(self.base)))
        for number, method in enumerate(self.methods):
            chosen = draws.method == number
            if chosen.any():
                score[chosen] = method.score(drawn[chosen], weights[chosen])
        ddof = self.methods[0].ddof
        spread = score.std(axis=1, keepdims=True, ddof=ddof)
        centred: Values = score - score.mean(axis=1, keepdims=True)
        return centred / np.where(spread > 0, spread, 1.0)


def places(scores: Values) -> Values:
    """Rank of each area in each run (r × n), 1 the highest score; equal scores share the better one."""
    from scipy.stats import rankdata

    place: Values = rankdata(-scores, method="min", axis=1).astype(float)
    return place


def simulate(
    trial: Trial, valid: NDArray[np.bool_], limits: Sequence[float], *, runs: int = 1000, seed: int = 0
) -> Uncertainty:
    """Ranks and classes under repeated decisions and repeated chance.

    Parameters
    ----------
    trial
        The index and what may vary.
    valid
        n, areas that take part.
    limits
        Class limits on the standardised score, ascending.
    runs
        Number of repetitions.
    seed
        The same seed gives the same result to the bit.
    """
    score = trial.scores(trial.draw(runs, np.random.default_rng(seed)))
    low, median, high = np.percentile(places(score), [5, 50, 95], axis=0)
    reached = middle_classes(score, limits)
    shares = np.stack([(reached == c).mean(axis=0) for c in range(1, len(limits) + 2)], axis=1)
    return Uncertainty(_spread(low, valid), _spread(high, valid), _spread(median, valid), _spread(shares, valid))


#: What the audit varies, as :func:`variance_shares` names it.
SOURCES = ("sampling", "weights", "method")


@dataclass(frozen=True)
class Share:
    """Part of the variance of ranks that a source explains alone (``first``), and with its interactions (``total``)."""

    first: float
    total: float


def variance_shares(trial: Trial, *, runs: int = 256, seed: int = 0) -> dict[str, Share] | None:
    """Which source of uncertainty moves the ranks most: Sobol's indices of the three groups of factors.

    Variances are summed over the areas before they are related, so that areas whose rank hardly moves do not count.
    None where no rank moves.

    Parameters
    ----------
    trial
        The index and what may vary.
    runs
        Runs of each of the five designs.
    seed
        The same seed gives the same result to the bit.

    References
    ----------
    Jansen (1999): Analysis of variance designs for model output. Computer Physics Communications 117, 35–43. Saltelli
    et al. (2010): Variance based sensitivity analysis of model output. Computer Physics Communications 181, 259–270.
    """
    generator = np.random.default_rng(seed)
    one, other = trial.draw(runs, generator), trial.draw(runs, generator)
    first, second = places(trial.scores(one)), places(trial.scores(other))
    whole = float(np.concatenate([first, second]).var(axis=0).sum())
    if whole == 0:
        return None
    mixed = {
        "sampling": replace(one, noise=other.noise),
        "weights": replace(one, weights=other.weights),
        "method": replace(one, method=other.method),
    }
    found = {}
    for source, draws in mixed.items():
        place = places(trial.scores(draws))
        alone = 1 - float(((second - place) ** 2).mean(axis=0).sum()) / (2 * whole)
        total = float(((first - place) ** 2).mean(axis=0).sum()) / (2 * whole)
        found[source] = Share(min(max(alone, 0.0), 1.0), min(total, 1.0))
    return found


def _spread(result: Values, valid: NDArray[np.bool_]) -> Values:
    """Result of the valid areas at their places among all."""
    whole = np.full((len(valid), *result.shape[1:]), np.nan)
    whole[valid] = result
    return whole
