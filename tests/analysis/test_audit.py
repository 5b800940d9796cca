"""The audit finds what was planted: who has no say, who says the same, which class hangs on one decision."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from test_monitor import AREAS, INDICATORS, definition, table

from sozlib.analysis.audit import audit, coherence, correlation_ratio, cronbach, variants
from sozlib.analysis.index import composite
from sozlib.analysis.method import Domains, Method, normalised
from sozlib.analysis.uncertainty import SOURCES, Trial, places, variance_shares
from sozlib.indicators.catalogue import read_catalogue
from sozlib.project import Project
from sozlib.snapshot import AUDIT_COLUMNS

GENERATOR = np.random.default_rng(11)
NEED = GENERATOR.normal(0, 1, 60)
EVERYONE = np.ones(60, dtype=bool)


def indicators(*loadings: float, noise: float = 0.5) -> np.ndarray:
    """Indicators of 60 areas that follow one need as strongly as each loading says."""
    generator = np.random.default_rng(5)
    return np.column_stack([load * NEED + noise * generator.normal(0, 1, 60) for load in loadings])


def examined(values: np.ndarray, method: Method = Method(), weights: list[float] | None = None):  # noqa: B008
    result = composite(values, [1] * values.shape[1], EVERYONE, method, weights)
    share = np.ones(values.shape[1]) if weights is None else np.array(weights)
    return coherence(values, result.score, result.contributions, share / share.sum())


@pytest.fixture(scope="module")
def catalogue():
    from test_monitor import ROOT

    return read_catalogue(Project(ROOT))


# Coherence ----------------------------------------------------------------------------------------------------------


def test_alpha_is_that_of_the_variances_of_items_and_their_sum():
    values = indicators(1, 0.8, 0.6)
    z = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    by_hand = 3 / 2 * (1 - z.var(axis=0, ddof=1).sum() / z.sum(axis=1).var(ddof=1))
    found = examined(values)
    assert found.alpha == pytest.approx(by_hand)
    two = z[:, 1:]
    assert found.alpha_without[0] == pytest.approx(2 * (1 - 2 / two.sum(axis=1).var(ddof=1)))
    assert np.isnan(cronbach(np.ones((1, 1))))


def test_correlations_are_pearsons():
    values = indicators(1, 0.8, 0.6)
    found = examined(values)
    assert found.correlations[0, 2] == pytest.approx(pearsonr(values[:, 0], values[:, 2]).statistic)
    total = normalised(values, "z", 0).sum(axis=1)
    assert found.with_index[1] == pytest.approx(pearsonr(values[:, 1], total).statistic)


def test_in_a_sum_of_z_values_the_effective_weights_are_the_shares_of_the_correlations_with_the_index():
    found = examined(indicators(1, 0.8, 0.6, 0))
    assert found.effective == pytest.approx(found.with_index / found.with_index.sum())
    assert found.effective.sum() == pytest.approx(1)
    assert found.effective[0] > 1.5 * found.effective[3]
    assert found.nominal == pytest.approx([0.25] * 4)


def test_two_indicators_that_say_the_same_outvote_a_third():
    """The third has a third of the weights and less than a quarter of the differences."""
    values = np.column_stack([NEED, NEED + 0.01 * indicators(0, noise=1)[:, 0], indicators(0, noise=1)[:, 0]])
    found = examined(values)
    assert found.nominal[2] == pytest.approx(1 / 3)
    assert found.effective[2] < 0.25
    assert found.flags(0) == found.flags(1) == ("collinear",)


def test_an_indicator_that_runs_against_the_index_and_one_without_say_are_flagged():
    found = examined(indicators(2, 2, -1.2, noise=0.2))
    assert "negative" in found.flags(2)
    assert found.effective[2] < 0
    lone = indicators(1, 1, 1, 1, 1, 1, 0, noise=0.1)
    assert examined(lone).flags(6) == ("silent",)
    assert examined(indicators(1, 0.8, 0.6)).flags(0) == ()


def test_the_correlation_ratio_sees_a_curve_that_a_correlation_does_not():
    x = np.linspace(-1, 1, 201)
    assert pearsonr(x, x**2).statistic ** 2 == pytest.approx(0, abs=1e-12)
    assert correlation_ratio(x, x**2) > 0.4
    assert correlation_ratio(x, 3 * x + 1) == pytest.approx(1)
    assert correlation_ratio(x[::10], x[::10] ** 2) == pytest.approx(0, abs=1e-12), "few areas: a straight line"


# Methods a second way -----------------------------------------------------------------------------------------------


def test_the_principal_component_is_that_of_scikit_learn():
    values = indicators(1, 0.8, 0.2)
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    loadings = PCA(1).fit(z).components_[0]
    expected = z @ (loadings if loadings.sum() > 0 else -loadings)
    assert composite(values, [1] * 3, EVERYONE, Method(aggregation="principal-component")).score == pytest.approx(
        expected
    )


def test_geometric_and_harmonic_means_lie_below_the_arithmetic_and_weigh_like_it():
    values = indicators(1, 0.8, 0.2)
    shifted = 1 + values - values.min(axis=0)
    z = shifted / values.std(axis=0)
    moved = z - z.min(axis=0) + 1
    weights = np.array([3.0, 2.0, 1.0]) / 6
    geometric, harmonic = (
        composite(values, [1] * 3, EVERYONE, Method(aggregation=a), [3, 2, 1]).score for a in ("geometric", "harmonic")
    )
    assert geometric == pytest.approx(np.prod(moved**weights, axis=1))
    assert harmonic == pytest.approx(1 / (weights / moved).sum(axis=1))
    assert (harmonic <= geometric + 1e-12).all()
    assert (geometric <= moved @ weights + 1e-12).all()


def test_the_english_way_over_domains_is_computed_as_published():
    """z-values averaged in each domain, domains ranked, exponentially stretched, added with their weights."""
    values = indicators(1, 0.8, 0.6, 0.4)
    domains = Domains((0, 0, 1, 1), (22.5, 9.3))
    method = Method("rank-exponential", "sum", domains=domains)
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    expected = np.zeros(60)
    for columns, weight in (([0, 1], 22.5), ([2, 3], 9.3)):
        rank = pd.Series(z[:, columns].mean(axis=1)).rank().to_numpy() / 60
        expected += weight * -23 * np.log(1 - rank * (1 - np.exp(-100 / 23)))
    assert composite(values, [1] * 4, EVERYONE, method).score == pytest.approx(expected)


def test_exponentially_stretched_ranks_have_the_published_properties():
    """Scores run to 100, the most deprived tenth has those above 50, and nine tenths cannot buy off one hundredth."""
    stretched = normalised(np.arange(1.0, 32845.0)[:, None], "rank-exponential", 0)[:, 0]
    assert stretched[-1] == pytest.approx(100)
    assert stretched[0] == pytest.approx(0, abs=0.001)
    assert (stretched > 50).mean() == pytest.approx(0.1, abs=0.003)
    most_and_least = (stretched[-1] + stretched[0]) / 2
    assert (stretched < most_and_least).mean() == pytest.approx(0.9, abs=0.003), "plain ranks would give 0.5"


def test_contributions_over_domains_sum_to_the_score_where_the_method_adds():
    values, domains = indicators(1, 0.8, 0.6, 0.4), Domains((0, 1, 0, 1), (2.0, 1.0))
    result = composite(values, [1] * 4, EVERYONE, Method(domains=domains), [1, 3, 2, 1])
    assert result.contributions.sum(axis=1) == pytest.approx(result.score)
    stretched = composite(values, [1] * 4, EVERYONE, Method("rank-exponential", domains=domains))
    assert np.corrcoef(stretched.contributions[:, 0], values[:, 0])[0, 1] > 0.7


@pytest.mark.parametrize("aggregation", ["geometric", "harmonic", "principal-component"])
def test_an_indicator_at_the_mean_adds_nothing(aggregation):
    values = indicators(1, 0.8, 0.6)
    values[7, 1] = (values[:, 1].sum() - values[7, 1]) / 59
    result = composite(values, [1] * 3, EVERYONE, Method(aggregation=aggregation))
    assert result.contributions[7, 1] == pytest.approx(0, abs=1e-9)
    assert (np.diff(result.contributions[np.argsort(values[:, 0]), 0]) > -0.5).all()


# Leave one out, choose otherwise ------------------------------------------------------------------------------------


def test_a_class_that_hangs_on_one_indicator_changes_when_it_is_left_out(catalogue):
    frame = table()
    planted = (frame["area"] == "08") & (frame["indicator"] == "altersarmut")
    frame.loc[planted, ["value", "lower", "upper"]] += 30
    found = audit(definition(), catalogue, frame, {}, AREAS)
    assert found is not None
    mine = found.table[found.table["area"] == "08"].set_index(["kind", "variant"])["status"]
    assert mine["base", ""] == 4
    assert mine["without", "altersarmut"] == 2
    assert mine["without", "sgb2_quote_u65"] == 4


def test_without_an_indicator_the_index_is_that_of_the_others():
    values = indicators(1, 0.8, 0.6)
    rules = definition()
    without = {v.name: v for v in variants(rules, values, [1] * 3, EVERYONE) if v.kind == "without"}
    z = (values[:, :2] - values[:, :2].mean(axis=0)) / values[:, :2].std(axis=0)
    place = pd.Series(-z.sum(axis=1)).rank(method="min").to_numpy()
    assert np.array_equal(without["altersarmut"].ranks, place)


def test_every_other_choice_is_made_once_and_none_that_changes_nothing():
    names = [(v.kind, v.name) for v in variants(definition(), indicators(1, 1, 1), [1] * 3, EVERYONE)]
    assert names == [
        ("base", ""),
        *(("without", i) for i in INDICATORS),
        *(("normaliser", n) for n in ("min-max", "rank", "rank-exponential")),
        *(("aggregation", a) for a in ("geometric", "harmonic", "principal-component")),
        ("ddof", "1"),
    ]
    heavy = [{"indicator": i, "weight": w} for i, w in zip(INDICATORS, (3, 1, 1), strict=True)]
    own = definition(indicators=heavy, aggregation="mean", ddof=1)
    others = [(v.kind, v.name) for v in variants(own, indicators(1, 1, 1), [1] * 3, EVERYONE)]
    assert ("weights", "equal") in others
    assert ("ddof", "0") in others
    assert not {("aggregation", "sum"), ("aggregation", "mean")} & set(others)


def test_a_domain_whose_last_indicator_is_left_out_goes_with_it():
    entries = [{"indicator": i, "domain": d} for i, d in zip(INDICATORS, "aab", strict=True)]
    rules = definition(indicators=entries, domains=[{"id": d, "title": d} for d in "ab"])
    found = {v.name: v for v in variants(rules, indicators(1, 0.8, 0.6), [1] * 3, EVERYONE) if v.kind == "without"}
    alone = normalised(indicators(1, 0.8, 0.6)[:, :2], "z", 0).mean(axis=1)
    assert np.array_equal(found["altersarmut"].ranks, pd.Series(-alone).rank(method="min").to_numpy())


# Sources of uncertainty ---------------------------------------------------------------------------------------------


def test_only_what_varies_has_a_share_and_nothing_has_one_where_nothing_varies():
    values = indicators(1, 0.8, 0.6)
    alone = {
        "sampling": Trial(values, [1] * 3, EVERYONE, [Method()], errors=np.full((60, 3), 0.3), weight_spread=0),
        "weights": Trial(values, [1] * 3, EVERYONE, [Method()]),
        "method": Trial(values, [1] * 3, EVERYONE, weight_spread=0),
    }
    for source, trial in alone.items():
        shares = variance_shares(trial)
        assert shares is not None
        assert shares[source].first == pytest.approx(1, abs=0.05)
        assert all(shares[other].total < 0.05 for other in SOURCES if other != source)
    assert variance_shares(Trial(values, [1] * 3, EVERYONE, [Method()], weight_spread=0)) is None


def test_first_shares_are_those_of_the_conditional_means():
    """Second way, straight from the definition: variance of the mean rank given the method, over all variance."""
    trial = Trial(indicators(1, 0.8, 0.2), [1] * 3, EVERYONE, errors=np.full((60, 3), 0.2))
    shares = variance_shares(trial, runs=1500)
    assert shares is not None
    draws = trial.draw(4000, np.random.default_rng(3))
    rank = places(trial.scores(draws))
    means = np.stack([rank[draws.method == m].mean(axis=0) for m in range(4)])
    assert shares["method"].first == pytest.approx(means.var(axis=0).sum() / rank.var(axis=0).sum(), abs=0.05)
    linear = LinearRegression().fit(draws.weights, rank).predict(draws.weights)
    assert shares["weights"].first == pytest.approx(linear.var(axis=0).sum() / rank.var(axis=0).sum(), abs=0.08)


# As an edition may show it ------------------------------------------------------------------------------------------


def test_the_audit_is_a_function_of_what_the_edition_shows(catalogue):
    everything = table()
    cell = (everything["area"] == "09") & (everything["indicator"] == "altersarmut")
    shown = everything.copy()
    shown.loc[cell, ["value", "lower", "upper"]] = np.nan
    shown.loc[cell, "status"] = "."
    found = audit(definition(), catalogue, shown, {}, AREAS)
    assert found is not None
    assert tuple(found.table) == AUDIT_COLUMNS
    assert "09" not in set(found.table["area"])
    assert found.meta["areas"] == len(AREAS) - 1
    open_ = audit(definition(), catalogue, everything, {}, AREAS)
    assert open_ is not None
    assert open_.meta["correlations"] != found.meta["correlations"]


def test_the_audit_is_the_same_to_the_bit_and_for_any_order_of_areas(catalogue):
    first, again = (audit(definition(), catalogue, table(), {}, AREAS) for _ in range(2))
    turned = audit(definition(), catalogue, table(), {}, AREAS[::-1])
    assert first is not None
    assert again is not None
    assert turned is not None
    assert first.meta == again.meta
    pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)
    order = ["kind", "variant", "area"]
    pd.testing.assert_frame_equal(
        first.table.sort_values(order).reset_index(drop=True), turned.table.sort_values(order).reset_index(drop=True)
    )
    for one, other in zip(first.meta["indicators"], turned.meta["indicators"], strict=True):
        assert one["effective"] == pytest.approx(other["effective"])


def test_without_a_status_there_is_no_audit(catalogue):
    frame = table()
    frame["status"] = "."
    assert audit(definition(), catalogue, frame, {}, AREAS) is None
