"""Trends: tested over all years, checked against regressions and enumeration."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from sozlib.indicators.trend import _tail, slope_score, trends

YEARS = np.arange(2020.0, 2026.0)


def series(numerators, denominators, years=range(2020, 2026), area="0101"):
    frame = pd.DataFrame({"area": area, "period": list(years), "numerator": numerators, "denominator": denominators})
    return frame.assign(value=100 * frame["numerator"] / frame["denominator"])


def last(frame, **options):
    return trends(frame, options.pop("method", "wilson"), 5, **options).iloc[-1]


def test_a_share_that_rises_beyond_chance_is_rising_with_its_change():
    row = last(series([100, 110, 120, 130, 140, 150], [1000] * 6))
    assert (row["trend"], row["trend_from"], row["trend_change"]) == ("rising", 2020, pytest.approx(5))


def test_the_same_shares_of_few_people_are_no_trend():
    assert last(series([10, 11, 12, 13, 14, 15], [100] * 6))["trend"] == "none"


def test_a_hump_that_is_gone_again_is_no_trend():
    assert last(series([100, 300, 300, 250, 140, 99], [1000] * 6))["trend"] == "none"


def test_no_cases_in_all_years_is_no_trend():
    assert last(series([0] * 6, [500] * 6))["trend"] == "none"


def test_a_series_of_every_other_year_is_tested_and_a_gap_stays_a_gap():
    frame = series([100, 150, 200], [1000] * 3, years=[2021, 2023, 2025])
    result = trends(frame, "wilson", 5)
    assert result["trend"].tolist() == [None, None, "rising"]
    assert result["trend_from"].iloc[-1] == 2021


def test_two_years_or_a_short_span_cannot_be_tested():
    assert last(series([100, 300], [1000] * 2, years=[2020, 2025]))["trend"] is None
    assert last(series([100, 200, 300], [1000] * 3, years=[2023, 2024, 2025]))["trend"] is None


def test_a_missing_last_value_has_no_trend():
    frame = series([100, 120, 140, 160, 180, 200], [1000] * 6)
    frame.loc[5, "value"] = np.nan
    assert last(frame)["trend"] is None


def test_no_trend_reaches_across_a_break_that_restarts_the_series():
    frame = series([100, 120, 140, 160, 180, 200], [1000] * 6)
    assert last(frame, restarts=[2021])["trend_from"] == 2021
    assert last(frame, restarts=[2022])["trend"] is None


def test_cochran_armitage_is_the_score_test_of_logistic_regression():
    count, total = np.array([[31, 25, 40, 38, 45, 52]]), np.array([[900, 910, 905, 880, 870, 860]])
    z = slope_score(YEARS, count, total, poisson=False)[0]
    shares = np.repeat(YEARS, total[0])
    cases = np.concatenate([np.r_[np.ones(c), np.zeros(n - c)] for c, n in zip(count[0], total[0], strict=True)])
    r = np.corrcoef(shares, cases)[0, 1]
    assert z == pytest.approx(r * np.sqrt(len(cases)), rel=1e-9)


def test_the_rate_test_agrees_with_poisson_regression():
    count, people = np.array([[52, 60, 49, 70, 75, 83]]), np.array([[9000.0, 9100, 9050, 8800, 8700, 8600]])
    z = slope_score(YEARS, count, people, poisson=True)[0]
    design = sm.add_constant(YEARS - YEARS.mean())
    fit = sm.GLM(count[0], design, family=sm.families.Poisson(), offset=np.log(people[0])).fit()
    assert z == pytest.approx(fit.tvalues[1], rel=0.03)


def test_two_years_give_the_two_proportion_test():
    from statsmodels.stats.proportion import proportions_ztest

    z = slope_score(np.array([0.0, 1.0]), np.array([[40, 62]]), np.array([[800, 790]]), poisson=False)[0]
    assert z == pytest.approx(proportions_ztest([62, 40], [790, 800])[0])


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_mann_kendall_probabilities_are_those_of_all_orders(n):
    scores = [
        sum(np.sign(p[j] - p[i]) for i in range(n) for j in range(i + 1, n)) for p in itertools.permutations(range(n))
    ]
    for score in range(1, n * (n - 1) // 2 + 1):
        share = np.mean([abs(s) >= score for s in scores])
        assert _tail(n, score) == pytest.approx(min(1, share))


def test_mann_kendall_agrees_with_scipy_where_there_are_no_ties():
    values = [41.2, 41.9, 42.1, 42.0, 42.6, 43.0]
    assert _tail(6, 13) == pytest.approx(stats.kendalltau(range(6), values, method="exact").pvalue)
    frame = series(values, [1.0] * 6).assign(value=values)
    assert last(frame, method="none")["trend"] == "rising"


def test_a_mean_that_wavers_is_no_trend():
    frame = series([0.0] * 6, [1.0] * 6).assign(value=[41.2, 42.9, 41.1, 42.0, 41.6, 42.0])
    assert last(frame, method="none")["trend"] == "none"
