"""Control limits: by hand, against the normal limits of large areas, and what chance leaves outside."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_change import entry

from sozlib.analysis.funnel import POINTS, TAILS, funnels, limit


def test_a_limit_is_interpolated_between_whole_cases():
    below = [sum(comb(20, k) * 0.2**k * 0.8 ** (20 - k) for k in range(m + 1)) for m in range(21)]
    cases = next(m for m, reached in enumerate(below) if reached > 0.975)
    part = (below[cases] - 0.975) / (below[cases] - below[cases - 1])
    assert limit(0.2, np.array([20.0]), 0.975, rates=False)[0] == pytest.approx((cases - part) / 20)


@pytest.mark.parametrize("rates", [True, False])
def test_for_many_people_the_limits_are_the_normal_ones(rates):
    total, target = 40_000.0, 0.12
    spread = np.sqrt(target * (1 if rates else 1 - target) / total)
    found = [limit(target, np.array([total]), tail, rates=rates)[0] for tail in TAILS]
    assert found == pytest.approx([target + z * spread for z in (-3.09, -1.96, 1.96, 3.09)], abs=2e-4)


@given(st.floats(0.01, 0.9), st.integers(30, 5000))
def test_limits_enclose_each_other_and_the_target(target, people):
    low, down, up, high = (limit(target, np.array([float(people)]), tail, rates=False)[0] for tail in TAILS)
    assert low <= down <= target + 1e-9 or down == 0
    assert up <= high + 1e-12
    assert low >= 0
    assert high <= 1


def test_chance_alone_leaves_one_in_twenty_areas_outside_the_inner_limits():
    rng = np.random.default_rng(4)
    total = rng.integers(200, 3000, 20_000).astype(float)
    share = rng.binomial(total.astype(int), 0.15) / total
    low, down, up, high = (limit(0.15, total, tail, rates=False) for tail in TAILS)
    assert 0.04 < ((share < down) | (share > up)).mean() < 0.06
    assert ((share < low) | (share > high)).mean() < 0.004


def test_a_hidden_area_has_no_limits_and_the_target_is_the_wholes_value():
    one = entry("one")
    rows = pd.DataFrame(
        [("01", 30.0, 200.0), ("02", 90.0, 400.0), ("03", np.nan, 300.0), ("00", 150.0, 1000.0)],
        columns=["area", "numerator", "denominator"],
    ).assign(indicator="one", period=2025)
    rows["value"] = rows["numerator"] / rows["denominator"] * 100
    found = funnels(rows, [one], ["01", "02", "03"], "00")
    assert sorted(found["area"].unique()) == ["", "01", "02"]
    assert (found["area"] == "").sum() == POINTS
    expected = limit(0.15, np.array([200.0]), 0.975, rates=False)[0] * 100
    assert found.set_index("area").loc["01", "upper_95"] == pytest.approx(expected)


def test_without_a_value_of_the_whole_there_is_no_funnel():
    rows = pd.DataFrame({"area": ["01", "02"], "numerator": 3.0, "denominator": 100.0, "value": 3.0}).assign(
        indicator="one", period=2025
    )
    assert funnels(rows, [entry("one")], ["01", "02"], "00").empty
