"""How indicators become one number: normalise, weigh, put together, directly or by way of domains.

A :class:`Method` computes one index or a thousand at once (the leading axes of its arrays are repetitions), so the
audit of an index repeats exactly what the index is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Normaliser = Literal["z", "min-max", "rank", "rank-exponential"]
Aggregation = Literal["sum", "mean", "geometric", "harmonic", "principal-component"]
#: Normalisers under which distances between areas keep their proportions.
_LINEAR = frozenset({"z", "min-max"})


@dataclass(frozen=True)
class Domains:
    """Indicators put together into domains before the domains become the index.

    Parameters
    ----------
    of
        k, number of each indicator's domain, from 0.
    weights
        d, positive weights of the domains.
    normaliser, aggregation
        How the indicators of a domain are put together; how the domains are is said by the :class:`Method`.
    """

    of: tuple[int, ...]
    weights: tuple[float, ...]
    normaliser: Normaliser = "z"
    aggregation: Aggregation = "mean"


@dataclass(frozen=True)
class Method:
    """How indicators become one number.

    Parameters
    ----------
    normaliser, aggregation
        How indicators (domains, where there are some) are made comparable and put together. ``geometric`` and
        ``harmonic`` are taken of values moved so that the lowest is 1: a strong side makes up for a weak one only in
        part. ``principal-component`` weighs by the first component, turned so that its loadings sum to a positive
        number, and does not use the given weights.
    ddof
        Standard deviation convention of ``z``: 0 of the population, 1 of a sample.
    domains
        None for an index made of its indicators directly.

    References
    ----------
    Nardo et al. (2008): Handbook on Constructing Composite Indicators, OECD (normalisation, aggregation). Michalski et
    al. (2022): German Index of Socioeconomic Deprivation, J Health Monit 7 Suppl 5 (principal component in each
    dimension). McLennan et al. (2019): The English Indices of Deprivation 2019, Technical report (domains).
    """

    normaliser: Normaliser = "z"
    aggregation: Aggregation = "sum"
    ddof: int = 0
    domains: Domains | None = None

    def score(self, oriented: Values, weights: Values) -> Values:
        """Aggregate of each area.

        Parameters
        ----------
        oriented
            … × n × k without gaps, high means burdened; the leading axes are repetitions.
        weights
            … × (k + d), of the indicators and then of the domains, if any.

        Returns
        -------
        array
            … × n.
        """
        parts, weight = self._parts(oriented, weights)
        return _aggregate(normalised(parts, self.normaliser, self.ddof), self.aggregation, weight)

    def contributions(self, oriented: Values, weights: Values) -> Values:
        """What each indicator adds to the score of each area (n × k).

        The score less the one the area would have if it lay at the mean of all areas in this (normalised) indicator.
        In additive methods that is weight times distance from the mean, and the contributions sum to the score's
        distance from its mean; in others they do so approximately.
        """
        parts, weight = self._parts(oriented, weights)
        whole = normalised(parts, self.normaliser, self.ddof)
        if self.domains is None:
            return _taken_out(whole, self.aggregation, weight)
        terms, firm = _terms(whole, self.aggregation, weight)
        score, result = _combined(terms, self.aggregation, firm), np.empty(oriented.shape)
        for number, columns in enumerate(self._columns()):
            inside = normalised(oriented[:, columns], self.domains.normaliser, self.ddof)
            lost = _taken_out(inside, self.domains.aggregation, weights[columns])
            for position, column in enumerate(columns):
                without = parts[:, number] - lost[:, position]
                moved = _same_scale(parts[:, number], terms[:, number], without, self.normaliser in _LINEAR)
                changed = terms.copy()
                changed[:, number] = moved
                result[:, column] = score - _combined(changed, self.aggregation, firm)
        return result

    def _columns(self) -> list[list[int]]:
        domains = self.domains
        if domains is None:
            return []
        return [[i for i, own in enumerate(domains.of) if own == d] for d in range(len(domains.weights))]

    def _parts(self, oriented: Values, weights: Values) -> tuple[Values, Values]:
        """What the index is made of (indicators or scores of domains), with the weights."""
        domains, count = self.domains, oriented.shape[-1]
        if domains is None:
            return oriented, weights
        scores = [
            _aggregate(
                normalised(oriented[..., columns], domains.normaliser, self.ddof),
                domains.aggregation,
                weights[..., columns],
            )
            for columns in self._columns()
        ]
        return np.stack(scores, axis=-1), weights[..., count:]


def all_weights(method: Method, indicators: int, weights: Sequence[float] | None = None) -> Values:
    """Weights of the indicators (equal when not given) and then of the method's domains, if any."""
    own = np.ones(indicators) if weights is None else np.asarray(weights, dtype=float)
    return own if method.domains is None else np.concatenate([own, method.domains.weights])


def nominal_weights(method: Method, weights: Sequence[float]) -> Values:
    """Share of each indicator in the index as its weights say (k, sum 1).

    With domains: the domain's share times the indicator's share of its domain.
    """
    share: Values = np.asarray(weights, dtype=float)
    if method.domains is not None:
        of = np.asarray(method.domains.of)
        inside: Values = np.bincount(of, share).astype(float)
        share = share / inside[of] * np.asarray(method.domains.weights, dtype=float)[of]
    whole = float(share.sum())
    return share / whole


def normalised(values: Values, method: Normaliser, ddof: int) -> Values:
    """Indicators on a common scale.

    Parameters
    ----------
    values
        … × n × k without gaps, already oriented: high means burdened. A column without spread becomes 0.
    method
        ``z``; ``min-max`` (0–100); ``rank`` (scaled to 0–1); ``rank-exponential``: −23·ln(1 − R(1 − e^(−100/23))) with
        the scaled rank R, so that a high burden on one indicator is not cancelled by low ones on others.
    ddof
        For ``z``.

    References
    ----------
    McLennan et al. (2019): The English Indices of Deprivation 2019, Technical report, chapter 3 (exponential
    transformation).
    """
    if method == "z":
        spread = values.std(axis=-2, keepdims=True, ddof=ddof)
        centred: Values = values - values.mean(axis=-2, keepdims=True)
        return centred / np.where(spread > 0, spread, 1.0)
    if method == "min-max":
        low = values.min(axis=-2, keepdims=True)
        width = values.max(axis=-2, keepdims=True) - low
        scaled: Values = 100 * (values - low) / np.where(width > 0, width, 1.0)
        return scaled
    from scipy.stats import rankdata

    share: Values = rankdata(values, axis=-2) / values.shape[-2]
    if method == "rank":
        return share
    stretched: Values = -23 * np.log(1 - share * (1 - np.exp(-100 / 23)))
    return stretched


def first_component(normal: Values) -> Values:
    """Loadings of the first principal component (… × k of … × n × k), turned so that their sum is positive."""
    centred = normal - normal.mean(axis=-2, keepdims=True)
    loadings: Values = np.linalg.eigh(np.swapaxes(centred, -1, -2) @ centred)[1][..., -1]
    return np.where(loadings.sum(axis=-1, keepdims=True) > 0, loadings, -loadings)


def _aggregate(normal: Values, aggregation: Aggregation, weights: Values) -> Values:
    terms, firm = _terms(normal, aggregation, weights)
    return _combined(terms, aggregation, firm)


def _terms(normal: Values, aggregation: Aggregation, weights: Values) -> tuple[Values, Values]:
    """What is put together (positive where logarithms or inverses are taken) and with which weights."""
    if aggregation in ("geometric", "harmonic"):
        return normal - normal.min(axis=-2, keepdims=True) + 1, weights / weights.sum(axis=-1, keepdims=True)
    if aggregation == "principal-component":
        return normal, first_component(normal)
    return normal, weights / weights.sum(axis=-1, keepdims=True) if aggregation == "mean" else weights


def _combined(terms: Values, aggregation: Aggregation, weights: Values) -> Values:
    if aggregation == "geometric":
        return np.exp(_weighted(np.log(terms), weights))
    if aggregation == "harmonic":
        return 1 / _weighted(1 / terms, weights)
    return _weighted(terms, weights)


def _weighted(terms: Values, weights: Values) -> Values:
    total: Values = (terms @ weights[..., None])[..., 0]
    return total


def _taken_out(normal: Values, aggregation: Aggregation, weights: Values) -> Values:
    """Score less the score with each column in turn at its mean, n × k."""
    terms, firm = _terms(normal, aggregation, weights)
    score, result = _combined(terms, aggregation, firm), np.empty(normal.shape)
    for column in range(normal.shape[1]):
        changed = terms.copy()
        changed[:, column] = terms[:, column].mean()
        result[:, column] = score - _combined(changed, aggregation, firm)
    return result


def _same_scale(before: Values, after: Values, new: Values, linear: bool) -> Values:
    """New values on the scale that has brought ``before`` to ``after``; n each."""
    order = np.argsort(before)
    if linear:
        low, high = order[0], order[-1]
        slope = (after[high] - after[low]) / (before[high] - before[low])
        return np.asarray(after[low] + slope * (new - before[low]))
    return np.interp(new, before[order], after[order])
