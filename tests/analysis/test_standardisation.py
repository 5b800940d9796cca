"""Age-standardised values: the published example, esda, single age groups, coverage, protection."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from esda.smoothing import direct_age_standardization
from hypothesis import given
from hypothesis import strategies as st
from test_change import entry

from sozlib.analysis.standardisation import (
    EUROPEAN_2013,
    age_groups,
    direct,
    european,
    protect_standardised,
    standardised,
)
from sozlib.indicators.catalogue import Standardisation
from sozlib.indicators.intervals import garwood, wilson
from sozlib.indicators.quantities import Quantities

# Births with Down's syndrome by age of the mother, first children: Fleiss (1981), p. 249; Fay and Feuer (1997), table
# I.
CASES = np.array([[107.0, 141, 60, 40, 39, 25]])
BIRTHS = np.array([[230061.0, 329449, 114920, 39487, 14208, 3052]])
STANDARD = np.array([63986.6, 186263.6, 157302.2, 97647.0, 47572.6, 12262.6])


def test_the_published_rate_comes_out():
    value, low, high = direct(CASES, BIRTHS, STANDARD, rates=True)
    assert round(1e5 * value[0], 1) == 92.3
    expected = direct_age_standardization(CASES.ravel(), BIRTHS.ravel(), STANDARD, 1)[0]
    assert (value[0], low[0], high[0]) == pytest.approx(expected)


@given(st.integers(0, 60), st.integers(100, 5000))
def test_with_one_age_group_a_rate_has_its_exact_interval(cases, people):
    count, total = np.array([[float(cases)]]), np.array([[float(people)]])
    value, low, high = direct(count, total, np.array([1.0]), rates=True)
    exact = [bound[0] / people for bound in garwood(count[0])]
    assert (value[0], low[0], high[0]) == pytest.approx((cases / people, *exact))


@given(st.integers(0, 60), st.integers(60, 5000))
def test_with_one_age_group_a_proportion_has_its_wilson_interval(cases, people):
    count, total = np.array([[float(cases)]]), np.array([[float(people)]])
    value, low, high = direct(count, total, np.array([1.0]), rates=False)
    assert (low[0], high[0]) == pytest.approx([b[0] for b in wilson(count[0], total[0])])
    assert value[0] == pytest.approx(cases / people)


def test_the_own_age_structure_gives_the_crude_value():
    count, total = np.array([[4.0, 20, 60]]), np.array([[900.0, 300, 150]])
    assert direct(count, total, total[0], rates=False)[0][0] == pytest.approx(84 / 1350)


@pytest.mark.parametrize("rates", [True, False])
def test_intervals_hold_the_truth_as_often_as_they_say(rates):
    rng = np.random.default_rng(9)
    total = np.tile([900.0, 160.0, 110.0, 45.0], (4000, 1))
    risk, weights = np.array([0.006, 0.034, 0.15, 0.43]), np.array([60.0, 12, 10, 4])
    count = rng.poisson(total * risk) if rates else rng.binomial(total.astype(int), risk)
    truth = (weights / weights.sum() * risk).sum()
    _, low, high = direct(count.astype(float), total, weights, rates=rates)
    assert 0.94 <= ((low <= truth) & (truth <= high)).mean() <= (0.985 if rates else 0.965)


def test_the_european_standard_population_of_2013():
    assert sum(EUROPEAN_2013) == 100_000
    groups = age_groups(Standardisation(ages=(0, 65, 75, 85)), None)
    assert groups == [(0, 64), (65, 74), (75, 84), (85, None)]
    assert list(european(groups)) == [80_500, 10_500, 6_500, 2_500]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"ages": [0, 65, 60]}, "steigen"),
        ({"ages": [0, 63], "reference": "esp2013"}, "fünf Jahren"),
        ({"ages": [15, 65]}, "beginnt wie der Nenner mit 0"),
    ],
)
def test_wrong_age_groups_are_explained(wanted, message):
    with pytest.raises(ValueError, match=message):
        entry("one", standardised=wanted)


def district() -> Quantities:
    """Two areas with equal risks at each age, one of them old."""
    people = {"01": (900, 100), "02": (500, 500)}
    rows = [
        (area, 2025, measure, "", low, high, "", float(n), "")
        for area, sizes in people.items()
        for (low, high), n, risk in zip(((0, 64), (65, None)), sizes, (0.02, 0.2), strict=True)
        for measure, n in (("einwohner", n), ("pflege_alter", n * risk))
    ]
    columns = ["area", "period", "measure", "sex", "age_from", "age_to", "nationality", "value", "status"]
    areas = pd.DataFrame(
        {"id": ["01", "02", "00"], "level": ["area", "area", "district"], "parent": ["00", "00", None],
         "km2": 1.0, "valid_from": None, "valid_to": None}
    )  # fmt: skip
    return Quantities(pd.DataFrame(rows, columns=columns), areas, ("area", "district"))


CARE = entry(
    "care", numerator={"measure": "pflege"}, denominator={"measure": "einwohner"},
    standardised={"ages": [0, 65], "measure": "pflege_alter"},
)  # fmt: skip


def test_areas_of_equal_risk_have_equal_standardised_values_however_old_they_are():
    found = standardised([CARE], district(), "00", (2020, 2025)).set_index("area")
    # The whole has 1,400 people under 65 and 600 older ones.
    assert found["value"].to_dict() == pytest.approx(dict.fromkeys(["01", "02", "00"], 2 * 0.7 + 20 * 0.3))
    assert (found["lower"] < found["value"]).all()


def test_a_small_count_of_an_age_group_or_a_hidden_crude_value_hides_the_standardised_one():
    frame = standardised([CARE], district(), "00", (2020, 2025))
    frame.loc[frame["area"] == "01", "least"] = 2.0
    crude = pd.DataFrame({"area": ["01", "02", "00"], "numerator": 10.0, "value": 5.0}).assign(
        indicator="care", period=2025
    )
    shown = crude.copy()
    assert list(protect_standardised(frame, crude, shown, [CARE], minimum=3)["status"]) == [".", "", ""]
    shown.loc[1, ["numerator", "value"]] = np.nan
    found = protect_standardised(frame, crude, shown, [CARE], minimum=3)
    assert list(found["status"]) == [".", ".", ""]
    assert found.loc[:1, ["value", "lower", "upper"]].isna().all(axis=None)
    assert list(protect_standardised(frame, crude, shown, [CARE], minimum=0)["status"]) == ["", ".", ""]


def test_another_indicator_that_hides_a_count_by_age_hides_the_standardised_value_too():
    old = entry("old", numerator={"measure": "pflege_alter", "age_from": 65}, denominator={"measure": "einwohner"})
    frame = standardised([CARE], district(), "00", (2020, 2025))
    full = pd.DataFrame(
        [(i, a, 10.0, 5.0) for i in ("care", "old") for a in ("01", "02", "00")],
        columns=["indicator", "area", "numerator", "value"],
    ).assign(period=2025)
    shown = full.copy()
    shown.loc[(full["indicator"] == "old") & (full["area"] == "02"), ["numerator", "value"]] = np.nan
    assert list(protect_standardised(frame, full, shown, [CARE, old], minimum=3)["status"]) == ["", ".", ""]


def test_what_is_protected_is_rounded_as_it_is_shown():
    frame = standardised([CARE], district(), "00", (2020, 2025)).assign(value=7.1234567)
    crude = pd.DataFrame({"area": ["01", "02", "00"], "numerator": 10.0, "value": 5.0}).assign(
        indicator="care", period=2025
    )
    assert set(protect_standardised(frame, crude, crude, [CARE], minimum=3)["value"]) == {7.1}


def test_more_people_in_care_than_people_are_no_share():
    quantities = district()
    cases = (quantities.observations["measure"] == "pflege_alter") & (quantities.observations["age_from"] == 65)
    quantities.observations.loc[cases & (quantities.observations["area"] == "01"), "value"] = 120.0
    found = standardised([CARE], quantities, "00", (2020, 2025)).set_index("area")
    assert found.loc["01", "status"] == "x"
    assert np.isnan(found.loc["01", "value"])
