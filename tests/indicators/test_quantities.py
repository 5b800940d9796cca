"""Sums behind indicators: groups, signs, areas above, Stichtag."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sozlib.indicators.catalogue import SURFACE, Term
from sozlib.indicators.quantities import combine_statuses

BASE = ("0101", "0102", "0103", "0201", "0202")


def every(value: float, period: int = 2024, **groups):
    return [(area, period, value, "", groups) for area in BASE]


def cell(frame, area: str, period: int = 2024):
    row = frame[(frame["area"] == area) & (frame["period"] == period)]
    assert len(row) == 1
    return row.iloc[0]


def test_regions_and_district_are_sums_of_their_areas(observed):
    frame = observed({"people": [(a, 2024, n) for n, a in enumerate(BASE, start=1)]}).of([Term(measure="people")])
    assert [cell(frame, a)["value"] for a in ("01", "02", "00")] == [6, 9, 15]


def test_a_secret_part_makes_the_sum_secret(observed):
    rows = [*((a, 2024, 10.0) for a in BASE[:-1]), ("0202", 2024, None, ".")]
    frame = observed({"people": rows}).of([Term(measure="people")])
    assert cell(frame, "01")["value"] == 30
    for area in ("0202", "02", "00"):
        assert cell(frame, area)["status"] == "."
        assert np.isnan(cell(frame, area)["value"])


def test_a_total_that_the_source_delivers_stands_although_a_part_is_secret(observed):
    rows = [*((a, 2024, 10.0) for a in BASE[:-1]), ("0202", 2024, None, "."), ("00", 2024, 42.0)]
    frame = observed({"people": rows}).of([Term(measure="people")])
    assert cell(frame, "00")["value"] == 42
    assert cell(frame, "02")["status"] == "."


def test_an_area_missing_in_a_year_is_unknown_and_so_is_what_contains_it(observed):
    frame = observed({"people": [(a, 2024, 10.0) for a in BASE[:-1]]}).of([Term(measure="people")])
    assert [cell(frame, a)["status"] for a in ("0202", "02", "00", "01")] == [".", ".", ".", ""]


def test_a_year_that_nobody_delivered_stays_a_gap(observed):
    frame = observed({"people": [*every(10, 2021), *every(12, 2023)]}).of([Term(measure="people")])
    assert sorted(set(frame["period"])) == [2021, 2023]


@pytest.mark.parametrize(("sign", "expected"), [("()", "()"), ("/", "/"), ("x", "x"), ("...", "...")])
def test_signs_travel_into_the_sums(observed, sign, expected):
    value = 10.0 if sign == "()" else None
    rows = [("0101", 2024, value, sign), *((a, 2024, 10.0) for a in BASE[1:])]
    frame = observed({"people": rows}).of([Term(measure="people")])
    assert [cell(frame, a)["status"] for a in ("0101", "01", "00", "02")] == [expected] * 3 + [""]
    assert (cell(frame, "00")["value"] == 50) == (sign == "()")


def test_nothing_in_all_parts_is_nothing_in_the_sum_and_less_than_half_is_not_nothing(observed):
    rows = [*((a, 2024, 0.0, "–") for a in BASE[:3]), ("0201", 2024, 0.0, "0"), ("0202", 2024, 0.0, "–")]
    frame = observed({"people": rows}).of([Term(measure="people")])
    assert [cell(frame, a)["status"] for a in ("01", "02", "00")] == ["–", "0", "0"]


def test_groups_are_chosen_by_age_sex_and_nationality(observed):
    rows = [
        (a, 2024, float(age + (sex == "f") * 100), "", {"age_from": age, "age_to": age, "sex": sex})
        for a in BASE
        for age in range(5)
        for sex in "mf"
    ]
    frame = observed({"people": rows}).of([Term(measure="people", age_from=1, age_to=3, sex="f")])
    assert cell(frame, "0101")["value"] == 101 + 102 + 103
    assert cell(frame, "00")["value"] == 5 * 306


def test_a_group_that_straddles_the_bounds_answers_nothing(observed):
    rows = [(a, 2024, 10.0, "", {"age_from": 10, "age_to": 19}) for a in BASE]
    quantities = observed({"people": rows})
    assert quantities.of([Term(measure="people", age_to=14)]).empty
    assert quantities.of([Term(measure="people", age_to=19, sex="f")]).empty
    assert cell(quantities.of([Term(measure="people", age_to=19)]), "00")["value"] == 50


def test_an_area_without_anybody_in_the_group_has_none(observed):
    rows = [(a, 2024, 10.0, "", {"age_from": 0, "age_to": 79}) for a in BASE]
    rows += [("0101", 2024, 2.0, "", {"age_from": 80})]
    frame = observed({"people": rows}).of([Term(measure="people", age_from=80)])
    assert [(cell(frame, a)["value"], cell(frame, a)["status"]) for a in ("0101", "0102")] == [(2, ""), (0, "–")]
    assert cell(frame, "00")["value"] == 2


def test_differences_average_population_and_last_years_stichtag(observed):
    quantities = observed({"people": [*every(100, 2023), *every(110, 2024)]})
    change = quantities.of([Term(measure="people"), Term(measure="people", lag=1, factor=-1)])
    average = quantities.of([Term(measure="people", factor=0.5), Term(measure="people", lag=1, factor=0.5)])
    before = quantities.of([Term(measure="people", lag=1)])
    assert [cell(f, "00")["value"] for f in (change, average, before)] == [50, 525, 500]
    assert set(change["period"]) == {2024}


def test_mean_age_counts_half_a_year_for_those_within_a_year_of_age(observed):
    rows = [("0101", 2024, 2.0, "", {"age_from": 10, "age_to": 10}), ("0101", 2024, 1.0, "", {"age_from": 90})]
    frame = observed({"people": rows}).of([Term(measure="people", weight="age")])
    assert cell(frame, "0101")["value"] == 2 * 10.5 + 92.5


def test_the_surface_of_an_area_is_a_measure(observed):
    assert cell(observed({"people": every(1)}).of([Term(measure=SURFACE)]), "00")["value"] == 5


def test_averages_are_not_added_up_over_areas(observed):
    frame = observed({"rent": every(8.5)}, {"rent": "mean"}).of([Term(measure="rent")])
    assert cell(frame, "0101")["value"] == 8.5
    assert cell(frame, "00")["status"] == "."


def test_several_measures_add_up_and_one_secret_makes_the_sum_secret(observed):
    rows = {"one": every(3), "two": [*((a, 2024, 4.0) for a in BASE[:-1]), ("0202", 2024, None, ".")]}
    frame = observed(rows).of([Term(measure=("one", "two"))])
    assert cell(frame, "0101")["value"] == 7
    assert [cell(frame, a)["status"] for a in ("0202", "02", "00", "01")] == [".", ".", ".", ""]


def test_an_area_that_did_not_exist_yet_is_not_missing(observed, areas):
    areas.loc[areas["id"] == "0202", "valid_from"] = "2024-01-01"
    rows = [*((a, 2023, 10.0) for a in BASE[:-1]), *((a, 2024, 10.0) for a in BASE)]
    frame = observed({"people": rows}).of([Term(measure="people")])
    assert [cell(frame, "00", year)["value"] for year in (2023, 2024)] == [40, 50]
    assert not ((frame["area"] == "0202") & (frame["period"] == 2023)).any()


SIGNS = st.sampled_from(["", "–", "0", ".", "/", "()", "x", "..."])


@given(st.lists(st.lists(SIGNS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_a_sum_has_a_value_only_if_all_parts_have_one(statuses):
    combined = combine_statuses(np.array(statuses, dtype=object), np.zeros(len(statuses)))
    without = {".", "/", "x", "..."}
    for row, status in zip(statuses, combined, strict=True):
        assert (status in without) == bool(without & set(row))
        assert status in without or (status == "()") == ("()" in row)
