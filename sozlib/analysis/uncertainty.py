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
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


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


def simulate(
    values: Values,
    directions: Sequence[int],
    valid: NDArray[np.bool_],
    limits: Sequence[float],
    *,
    errors: Values | None = None,
    weights: Sequence[float] | None = None,
    weight_spread: float = 0.25,
    vary_method: bool = True,
    runs: int = 1000,
    seed: int = 0,
) -> Uncertainty:
    """Ranks and classes under repeated decisions and repeated chance.

    Parameters
    ----------
    values
        n × k indicators in their own units.
    directions
        k, +1 where a high value burdens, −1 where it relieves.
    valid
        n, areas that take part.
    limits
        Class limits on the standardised score, ascending.
    errors
        n × k standard errors of the values (chance of small numbers); None leaves them as they are.
    weights
        k, the index's own weights; equal when not given.
    weight_spread
        Each weight is drawn uniformly from ±this share around its own value.
    vary_method
        Draw the normaliser (z or rank) and the aggregation (additive or geometric) as well.
    runs
        Number of repetitions.
    seed
        The same seed gives the same result to the bit.
    """
    generator = np.random.default_rng(seed)
    base = values[valid] * np.asarray(directions, dtype=float)
    areas, indicators = base.shape
    drawn = np.broadcast_to(base, (runs, areas, indicators))
    if errors is not None:
        drawn = drawn + generator.standard_normal((runs, areas, indicators)) * errors[valid]
    own = np.ones(indicators) if weights is None else np.asarray(weights, dtype=float)
    weight = own * generator.uniform(1 - weight_spread, 1 + weight_spread, (runs, indicators))
    method = generator.integers(0, 4, runs) if vary_method else np.zeros(runs, dtype=int)
    score = np.empty((runs, areas))
    for number in range(4):
        chosen = method == number
        if chosen.any():
            score[chosen] = _scores(drawn[chosen], weight[chosen], ranked=number % 2 == 1, geometric=number >= 2)
    score = _standardise(score[..., None])[..., 0]
    place = np.argsort(np.argsort(-score, axis=1, kind="stable"), axis=1) + 1.0
    low, median, high = np.percentile(place, [5, 50, 95], axis=0)
    reached = np.searchsorted(np.asarray(limits), score, side="left")
    shares = np.stack([(reached == c).mean(axis=0) for c in range(len(limits) + 1)], axis=1)
    return Uncertainty(_spread(low, valid), _spread(high, valid), _spread(median, valid), _spread(shares, valid))


def _scores(drawn: Values, weight: Values, *, ranked: bool, geometric: bool) -> Values:
    if ranked:
        normal = (np.argsort(np.argsort(drawn, axis=1), axis=1) + 0.5) / drawn.shape[1]
    else:
        normal = _standardise(drawn)
    if geometric:
        # Positive numbers with the spread of z-values, so that a weak side is only partly made up for by a strong one.
        normal = np.log(normal - normal.min(axis=1, keepdims=True) + 1)
    score: Values = np.einsum("rak,rk->ra", normal, weight)
    return score


def _standardise(values: Values) -> Values:
    spread = values.std(axis=1, keepdims=True)
    centred: Values = values - values.mean(axis=1, keepdims=True)
    return centred / np.where(spread > 0, spread, 1.0)


def _spread(result: Values, valid: NDArray[np.bool_]) -> Values:
    """Result of the valid areas at their places among all."""
    whole = np.full((len(valid), *result.shape[1:]), np.nan)
    whole[valid] = result
    return whole
