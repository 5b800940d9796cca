"""Change since a reference year: tests against statsmodels and plain counting, false discoveries by simulation."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from sozlib.analysis.change import LEVEL, changes, difference_interval, incomparable, two_counts
from sozlib.indicators.catalogue import Indicator
from sozlib.indicators.intervals import interval, wilson
from sozlib.snapshot import CHANGE_COLUMNS

AREAS = [f"{n:02}" for n in range(1, 9)]
WHOLE = "00"


def entry(id: str, **fields) -> Indicator:
    usual = {
        "id": id, "topic": "armut", "title": id, "short_title": id, "kind": "proportion", "unit": "%",
        "direction": "burdening", "numerator": {"measure": "a"}, "denominator": {"measure": "b"},
        "numerator_text": "a", "denominator_text": "b", "source": "q", "as_of": "31.12.", "interpretation": "i",
    }  # fmt: skip
    return Indicator(**{**usual, **fields})


def shown(indicator: Indicator, counts: dict[tuple[str, int], tuple[float, float]]) -> pd.DataFrame:
    """Rows of the indicator table with values and intervals from counts; a missing count is hidden."""
    rows = pd.DataFrame(
        [(area, period, *pair) for (area, period), pair in counts.items()],
        columns=["area", "period", "numerator", "denominator"],
    )
    value = rows["numerator"] / rows["denominator"] * indicator.per
    numerator, denominator = (rows[c].to_numpy(dtype=float) for c in ("numerator", "denominator"))
    low, high = interval(indicator.method, numerator, denominator, numerator, indicator.per)
    status = np.where(value.isna(), ".", "")
    return rows.assign(indicator=indicator.id, value=value, lower=low, upper=high, status=status)


def test_proportions_are_compared_as_by_statsmodels():
    count = np.array([[120.0, 160.0], [40.0, 22.0]])
    total = np.array([[1000.0, 1020.0], [300.0, 310.0]])
    expected = [proportions_ztest(c, n)[1] for c, n in zip(count, total, strict=True)]
    assert two_counts(count, total, poisson=False) == pytest.approx(expected)


def test_rates_are_compared_as_by_statsmodels():
    count, total = np.array([[80.0, 120.0]]), np.array([[9000.0, 9500.0]])
    expected = poisson_2indep(80, 9000, 120, 9500, method="score").pvalue
    assert two_counts(count, total, poisson=True)[0] == pytest.approx(expected)


def test_few_cases_are_compared_exactly_by_counting_all_tables():
    early, late, people, later = 1, 7, 40, 45
    ways = [comb(people, early + late - k) * comb(later, k) for k in range(early + late + 1)]
    tail = min(sum(ways[late:]), sum(ways[: late + 1])) / sum(ways)
    found = two_counts(np.array([[early, late]], float), np.array([[people, later]], float), poisson=False)
    assert found[0] == pytest.approx(min(1, 2 * tail))


def test_few_events_are_compared_exactly_by_the_binomial_distribution():
    share = 2000 / 3000
    tail = sum(comb(6, k) * share**k * (1 - share) ** (6 - k) for k in range(2))
    found = two_counts(np.array([[5.0, 1.0]]), np.array([[1000.0, 2000.0]]), poisson=True)
    assert found[0] == pytest.approx(2 * tail)


@given(
    st.tuples(st.integers(0, 60), st.integers(0, 60)), st.tuples(st.integers(60, 900), st.integers(60, 900)),
    st.booleans(),
)  # fmt: skip
def test_it_does_not_matter_which_year_is_called_the_first(count, total, poisson):
    there = two_counts(np.array([count], float), np.array([total], float), poisson=poisson)
    back = two_counts(np.array([count[::-1]], float), np.array([total[::-1]], float), poisson=poisson)
    assert there[0] == pytest.approx(back[0])
    assert 0 <= there[0] <= 1


def test_the_interval_of_a_difference_is_newcombes_published_one():
    # Newcombe (1998), table II, example (a), method 10: 56/70 - 48/80.
    first, second = wilson(np.array([48.0]), np.array([80.0])), wilson(np.array([56.0]), np.array([70.0]))
    bounds = np.array([[[first[0][0], first[1][0]], [second[0][0], second[1][0]]]])
    low, high = difference_interval(np.array([[48 / 80, 56 / 70]]), bounds)
    assert (round(low[0], 4), round(high[0], 4)) == (0.0524, 0.3339)
    assert (low[0], high[0]) == pytest.approx(confint_proportions_2indep(56, 70, 48, 80, method="newcomb"))


def test_all_comparisons_of_areas_are_adjusted_together_and_the_wholes_apart():
    one, two = entry("one"), entry("two")
    rng = np.random.default_rng(1)
    frames = [
        shown(i, {(a, y): (float(rng.binomial(800, 0.2)), 800.0) for a in [*AREAS, WHOLE] for y in (2020, 2025)})
        for i in (one, two)
    ]
    found = changes(pd.concat(frames, ignore_index=True), [one, two], AREAS, WHOLE, 2020)
    for family in (found["area"] != WHOLE, found["area"] == WHOLE):
        rows = found[family]
        assert rows["q"].to_numpy() == pytest.approx(multipletests(rows["p"], method="fdr_bh")[1])
    assert list(found.columns) == list(CHANGE_COLUMNS)


def test_planted_changes_are_found_and_hardly_any_other():
    rng = np.random.default_rng(5)
    shares, recovered = [], []
    for _ in range(40):
        rate = np.full((400, 2), 0.15)
        rate[:60, 1] = rng.choice([0.105, 0.20], 60)  # planted
        total = rng.integers(800, 4000, (400, 1)) * np.ones((1, 2))
        p = two_counts(rng.binomial(total.astype(int), rate).astype(float), total, poisson=False)
        found = multipletests(p, alpha=LEVEL, method="fdr_bh")[0]
        shares.append(found[60:].sum() / max(found.sum(), 1))
        recovered.append(found[:60].mean())
    assert np.mean(shares) <= LEVEL
    assert np.mean(recovered) > 0.9


def test_without_any_change_one_in_twenty_single_tests_but_no_adjusted_one_is_positive():
    rng = np.random.default_rng(6)
    total = rng.integers(300, 3000, (6000, 1)) * np.ones((1, 2))
    p = two_counts(rng.binomial(total.astype(int), 0.12).astype(float), total, poisson=False)
    assert 0.042 < (p < 0.05).mean() < 0.058
    assert multipletests(p, method="fdr_bh")[0].sum() == 0


@pytest.mark.parametrize("rate", [0.002, 0.01])
def test_few_cases_make_the_test_cautious_not_bold(rate):
    rng = np.random.default_rng(7)
    total = np.full((6000, 2), 300.0)
    p = two_counts(rng.binomial(300, rate, (6000, 2)).astype(float), total, poisson=False)
    assert (p < 0.05).mean() <= 0.05


def test_a_hidden_year_leaves_no_number_of_the_change():
    one = entry("one")
    counts = {(a, y): (100.0 + 60 * (y == 2025), 1000.0) for a in [*AREAS, WHOLE] for y in (2020, 2025)}
    counts["03", 2020] = (np.nan, 1000.0)
    row = changes(shown(one, counts), [one], AREAS, WHOLE, 2020).set_index("area").loc["03"]
    assert row["status"] == "."
    assert row[["before", "value", "change", "lower", "upper", "p", "q"]].isna().all()
    assert row["verdict"] is None


def test_a_break_that_starts_anew_stops_the_comparison_and_is_named():
    one = entry("one", breaks=[{"period": 2023, "text": "Neuer Begriff", "restart": True}])
    rows = shown(one, {(a, y): (100.0, 1000.0) for a in [*AREAS, WHOLE] for y in (2020, 2025)})
    assert changes(rows, [one], AREAS, WHOLE, 2020).empty
    assert incomparable(rows, [one], 2020) == {"one": "2023: Neuer Begriff"}


@pytest.mark.parametrize(("years", "expected"), [((2019, 2025), 2019), ((2018, 2025), 2018), ((2017, 2025), None)])
def test_sources_that_report_every_other_year_are_compared_with_the_year_before(years, expected):
    one = entry("one")
    found = changes(
        shown(one, {(a, y): (100.0, 1000.0) for a in [*AREAS, WHOLE] for y in years}), [one], AREAS, WHOLE, 2020
    )
    assert (int(found["reference"].iloc[0]) if len(found) else None) == expected


def test_a_mean_is_shown_but_not_tested():
    one = entry("one", kind="mean", per=1, unit="Jahre")
    rows = shown(one, {(a, y): (44.0 + (y == 2025), 1.0) for a in [*AREAS, WHOLE] for y in (2020, 2025)})
    found = changes(rows.assign(lower=np.nan, upper=np.nan), [one], AREAS, WHOLE, 2020)
    assert (found["change"] == 1).all()
    assert found["q"].isna().all()
    assert set(found["verdict"]) == {None}


def test_a_balance_is_tested_by_its_intervals():
    one = entry("one", kind="change", per=1000, unit="je 1.000", interval="difference")
    rows = pd.DataFrame(
        [(a, y, v, v - 1.96, v + 1.96) for a in [*AREAS, WHOLE] for y, v in ((2020, 1.0), (2025, 5.0))],
        columns=["area", "period", "value", "lower", "upper"],
    ).assign(indicator="one", status="", numerator=1.0, denominator=1000.0)
    found = changes(rows, [one], AREAS, WHOLE, 2020)
    assert found["p"].to_numpy() == pytest.approx(0.004678, abs=2e-5)  # z = 4 / sqrt(2)
    assert set(found["verdict"]) == {"rising"}
