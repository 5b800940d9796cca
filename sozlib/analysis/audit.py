"""Audit of an index: do its indicators belong together, who really decides, and what would other choices change?

An index is defended before a council by its weakest point. The audit looks for it as COINr does: correlations and
coherence of the indicators, the part each really has in the differences (which is not its weight), the classes without
each indicator, the classes under every other method, and the source of uncertainty that moves ranks most. It rests on
what an edition shows and on nothing else, so that no protected value can be solved for.

References
----------
Becker et al. (2022): COINr: An R package for developing composite indicators. JOSS 7(78), 4567. Paruolo, Saisana and
Saltelli (2013): Ratings and rankings: voodoo or science? JRSS A 176(3), 609–634. Nardo et al. (2008): Handbook on
Constructing Composite Indicators, OECD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from sozlib.analysis.basis import Basis, Flags, Year
from sozlib.analysis.definition import MonitorDefinition
from sozlib.analysis.index import composite, middle_classes, standardise
from sozlib.analysis.method import Aggregation, Normaliser, Values, nominal_weights
from sozlib.analysis.monitor import ranked, trial_of
from sozlib.analysis.uncertainty import variance_shares
from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import AUDIT_COLUMNS

#: Two indicators correlated more strongly than this say nearly the same.
COLLINEAR = 0.9
#: An indicator correlated with the index more weakly than this has no say in it.
SILENT = 0.3
#: With fewer areas a curve through the points follows chance; importance is then the squared correlation.
FEWEST_FOR_CURVES = 30


@dataclass(frozen=True)
class Coherence:
    """Whether k indicators belong together, and what part each has in the index.

    Parameters
    ----------
    correlations
        k × k, Pearson, of the indicators oriented so that high means burdened.
    alpha
        Cronbach's alpha of the standardised indicators.
    alpha_without
        k, alpha of the others; NaN where fewer than two are left.
    with_index
        k, correlation of each indicator with the score.
    importance
        k, share of the score's variance that is explained by the indicator alone (correlation ratio).
    nominal
        k, weight as defined; sums to 1.
    effective
        k, share of the score's variance that comes from the indicator's contribution; sums to 1.
    """

    correlations: Values
    alpha: float
    alpha_without: Values
    with_index: Values
    importance: Values
    nominal: Values
    effective: Values

    def flags(self, position: int) -> tuple[str, ...]:
        """What is wrong with an indicator: ``negative``, ``silent``, ``collinear``; empty where nothing is."""
        others = np.delete(self.correlations[position], position)
        own = self.with_index[position]
        found = ["negative"] if own < 0 else []
        found += ["silent"] if abs(own) < SILENT else []
        found += ["collinear"] if (np.abs(others) > COLLINEAR).any() else []
        return tuple(found)


def coherence(oriented: Values, score: Values, contributions: Values, nominal: Values) -> Coherence:
    """Coherence of the indicators of an index.

    Parameters
    ----------
    oriented
        n × k without gaps, high means burdened.
    score
        n, of the index.
    contributions
        n × k, what each indicator adds to the score.
    nominal
        k, weights as defined, sum 1.
    """
    correlations: Values = np.atleast_2d(np.corrcoef(oriented, rowvar=False))
    columns = range(oriented.shape[1])
    with_index = np.array([np.corrcoef(column, score)[0, 1] for column in oriented.T])
    shared = (contributions - contributions.mean(axis=0)).T @ (score - score.mean())
    return Coherence(
        correlations=correlations,
        alpha=cronbach(correlations),
        alpha_without=np.array([cronbach(np.delete(np.delete(correlations, i, 0), i, 1)) for i in columns]),
        with_index=with_index,
        importance=np.array([correlation_ratio(column, score) for column in oriented.T]),
        nominal=nominal,
        effective=shared / shared.sum(),
    )


def cronbach(correlations: Values) -> float:
    """Cronbach's alpha of standardised items from their correlations (k × k); NaN for a single item."""
    count = len(correlations)
    return float(count / (count - 1) * (1 - count / correlations.sum())) if count > 1 else float("nan")


def correlation_ratio(x: Values, y: Values) -> float:
    """Share of the variance of y that is explained by x along a smooth curve, 0 to 1 (n each).

    The curve is a local linear regression; for few areas (:data:`FEWEST_FOR_CURVES`) a straight line.

    References
    ----------
    Paruolo, Saisana and Saltelli (2013), section 3: the correlation ratio as measure of importance.
    """
    if len(x) < FEWEST_FOR_CURVES:
        return float(np.corrcoef(x, y)[0, 1] ** 2)
    from statsmodels.nonparametric.smoothers_lowess import lowess

    expected = lowess(y, x, it=0, return_sorted=False)
    return float(min(expected.var() / y.var(), 1.0))


@dataclass(frozen=True)
class Variant:
    """Classes and ranks of n areas had one thing been decided otherwise; NaN where an area is not classified.

    ``kind`` is ``base`` (the index itself), ``without`` (an indicator left out), ``normaliser``, ``aggregation``,
    ``weights`` or ``ddof``; ``name`` says which.
    """

    kind: str
    name: str
    classes: Values
    ranks: Values


def variants(definition: MonitorDefinition, values: Values, signs: Sequence[int], valid: Flags) -> list[Variant]:
    """The index itself, then without each indicator, then with every other method, one change at a time.

    Parameters
    ----------
    definition
        The project's monitor.
    values
        n × k indicators in their units.
    signs
        k, +1 where a high value burdens, −1 where it relieves.
    valid
        n, areas that take part; the same in all variants, so that nothing changes but the choice.
    """
    found = []
    for kind, name, other in _alternatives(definition):
        kept = [definition.ids.index(id) for id in other.ids]
        result = composite(values[:, kept], [signs[i] for i in kept], valid, other.method, other.weights)
        score = standardise(result.score, valid, other.ddof)
        found.append(Variant(kind, name, middle_classes(score, other.status_limits), ranked(score)))
    return found


def _alternatives(definition: MonitorDefinition) -> Iterator[tuple[str, str, MonitorDefinition]]:
    yield "base", "", definition
    for id in definition.ids:
        left = tuple(entry for entry in definition.indicators if entry.indicator != id)
        domains = tuple(domain for domain in definition.domains if any(e.domain == domain.id for e in left))
        yield "without", id, definition.model_copy(update={"indicators": left, "domains": domains})
    for normaliser in get_args(Normaliser):
        if normaliser != definition.normaliser:
            yield "normaliser", normaliser, definition.model_copy(update={"normaliser": normaliser})
    for aggregation in get_args(Aggregation):
        # After standardisation a mean is a sum.
        if aggregation != "mean" and aggregation != (
            "sum" if definition.aggregation == "mean" else definition.aggregation
        ):
            yield "aggregation", aggregation, definition.model_copy(update={"aggregation": aggregation})
    if np.ptp(nominal_weights(definition.method, definition.weights)) > 0:
        yield "weights", "equal", _equal(definition)
    yield "ddof", str(1 - definition.ddof), definition.model_copy(update={"ddof": 1 - definition.ddof})


def _equal(definition: MonitorDefinition) -> MonitorDefinition:
    """Every indicator (and domain) with the same weight."""
    same = {"weight": 1.0}
    indicators = tuple(entry.model_copy(update=same) for entry in definition.indicators)
    domains = tuple(domain.model_copy(update=same) for domain in definition.domains)
    return definition.model_copy(update={"indicators": indicators, "domains": domains})


@dataclass(frozen=True)
class Audit:
    """Table with columns :data:`sozlib.snapshot.AUDIT_COLUMNS`, and what the snapshot's meta data say of the index."""

    table: pd.DataFrame
    meta: Mapping[str, Any]


def audit(
    definition: MonitorDefinition,
    catalogue: Sequence[Indicator],
    shown: pd.DataFrame,
    inhabitants: Mapping[tuple[str, int], float],
    areas: Sequence[str],
) -> Audit | None:
    """Audit of the status in the latest year; None where there is no status.

    Parameters
    ----------
    definition, catalogue, inhabitants, areas
        As for :func:`sozlib.analysis.monitor.monitor_table`.
    shown
        The indicators that the edition shows: areas of which an indicator is protected take no part.
    """
    years = [
        (basis, year)
        for period, basis in Basis.by_year(definition, catalogue, shown, areas)
        if (year := basis.year(period, inhabitants)) is not None
    ]
    if not years:
        return None
    basis, year = years[-1]
    definition = basis.definition
    found = variants(definition, year.values, basis.signs, year.valid)
    frames = [
        pd.DataFrame(
            {
                "area": basis.areas,
                "period": year.period,
                "kind": one.kind,
                "variant": one.name,
                "status": one.classes,
                "rank": one.ranks,
            }
        )[year.valid]
        for one in found
    ]
    table = pd.concat(frames, ignore_index=True)[list(AUDIT_COLUMNS)]
    return Audit(
        table, {"period": year.period, "areas": int(year.valid.sum()), **_described(definition, year, basis.signs)}
    )


def _described(definition: MonitorDefinition, year: Year, signs: Sequence[int]) -> dict[str, Any]:
    result = composite(year.values, signs, year.valid, definition.method, definition.weights)
    oriented = year.values[year.valid] * np.asarray(signs, dtype=float)
    nominal = nominal_weights(definition.method, definition.weights)
    found = coherence(oriented, result.score[year.valid], result.contributions[year.valid], nominal)
    trial = trial_of(definition, year.values, signs, year.valid, year.errors)
    shares = variance_shares(trial, seed=definition.uncertainty.seed)
    indicators = [
        {
            "id": id,
            **{name: _plain(getattr(found, name)[i]) for name in _OF_INDICATORS},
            "flags": list(found.flags(i)),
        }
        for i, id in enumerate(definition.ids)
    ]
    return {
        "period": year.period,
        "areas": int(year.valid.sum()),
        "alpha": _plain(found.alpha),
        "correlations": [[_plain(value) for value in row] for row in found.correlations],
        "indicators": indicators,
        "sources": shares and {source: asdict(share) for source, share in shares.items()},
    }


_OF_INDICATORS = ("nominal", "effective", "importance", "with_index", "alpha_without")


def _plain(value: float) -> float | None:
    """Number as JSON knows it."""
    return round(float(value), 6) if np.isfinite(value) else None
