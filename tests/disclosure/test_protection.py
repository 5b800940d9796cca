"""What a public edition shows of small numbers: nothing, nor anything that gives them away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sozlib.disclosure.concealment import Sum
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.protect import protect, protect_population
from sozlib.disclosure.rule import Rule
from sozlib.indicators.catalogue import Indicator
from sozlib.indicators.compute import compute
from sozlib.indicators.population import population_table
from sozlib.indicators.quantities import Quantities
from sozlib.snapshot import POPULATION_COLUMNS

LEVELS = ("area", "region", "district")
PARENT = {"0101": "01", "0102": "01", "0103": "01", "0201": "02", "0202": "02", "01": "00", "02": "00", "00": None}
BASE = tuple(area for area in PARENT if len(area) == 4)
AREAS = pd.DataFrame(
    {
        "id": list(PARENT),
        "level": ["area"] * 5 + ["region"] * 2 + ["district"],
        "parent": list(PARENT.values()),
        "km2": 1.0,
        "valid_from": None,
        "valid_to": None,
    }
)
HIDDEN = ("numerator", "value", "lower", "upper", "rank", "versus_whole", "versus_region", "trend", "trend_change")


def entry(**changes) -> Indicator:
    fields = {
        **{"id": "quote", "title": "Quote", "short_title": "Quote", "topic": "armut", "kind": "proportion"},
        **{"unit": "%", "direction": "burdening", "numerator": {"measure": "cases"}, "numerator_text": "Fälle"},
        **{"denominator": {"measure": "people"}, "denominator_text": "Menschen", "source": "Quelle"},
        **{"as_of": "31.12.", "interpretation": "Deutung", "minimum_denominator": 0},
    }
    return Indicator.model_validate(fields | changes)


def observations(**measures) -> pd.DataFrame:
    """Rows from measure={period: counts in the order of the areas} or measure=counts of 2024."""
    rows = [
        {"area": area, "period": period, "measure": measure, "sex": "", "age_from": 0, "age_to": None}
        | {"nationality": "", "value": float(count), "status": ""}
        for measure, years in measures.items()
        for period, counts in (years if isinstance(years, dict) else {2024: years}).items()
        for area, count in zip(BASE, counts, strict=True)
    ]
    return pd.DataFrame(rows)


def editions(indicators, table):
    """Internal and public frame."""
    full = compute(indicators, Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    return full, protect(full, indicators, AREAS, LEVELS, Rule(3), trend_years=5)


def row(frame, area, indicator="quote", period=2024):
    found = frame[(frame["area"] == area) & (frame["indicator"] == indicator) & (frame["period"] == period)]
    assert len(found) == 1
    return found.iloc[0]


def hidden_areas(frame, indicator="quote", period=2024):
    at = (frame["indicator"] == indicator) & (frame["period"] == period) & (frame["status"] == ".")
    return set(frame.loc[at, "area"])


def test_a_small_count_is_hidden_with_all_that_follows_from_it():
    _, public = editions([entry()], observations(cases=[2, 10, 30, 40, 50], people=[100] * 5))
    assert row(public, "0101")["status"] == "."
    assert row(public, "0101")[list(HIDDEN)].isna().all()
    assert row(public, "0101")["denominator"] == 100
    assert hidden_areas(public) == {"0101", "0102"}


def test_the_internal_edition_shows_everything():
    full, _ = editions([entry()], observations(cases=[2, 10, 30, 40, 50], people=[100] * 5))
    same = protect(full, [entry()], AREAS, LEVELS, Rule(0), trend_years=5)
    pd.testing.assert_frame_equal(full, same)


def test_nothing_and_three_are_shown():
    _, public = editions([entry()], observations(cases=[0, 3, 30, 40, 50], people=[100] * 5))
    assert hidden_areas(public) == set()
    assert row(public, "0101")["status"] == "–"


def test_few_people_who_are_not_meant_are_protected_like_few_who_are():
    _, public = editions([entry()], observations(cases=[98, 10, 30, 40, 50], people=[100] * 5))
    assert "0101" in hidden_areas(public)
    _, rates = editions([entry(kind="rate")], observations(cases=[98, 10, 30, 40, 50], people=[100] * 5))
    assert hidden_areas(rates) == set()


def test_a_small_denominator_is_hidden_too():
    _, public = editions([entry()], observations(cases=[0, 10, 30, 40, 50], people=[2, 90, 100, 100, 100]))
    assert np.isnan(row(public, "0101")["denominator"])
    assert row(public, "0101")["status"] == "."


def test_ranks_are_made_among_the_values_that_are_shown():
    full, public = editions([entry()], observations(cases=[2, 10, 30, 40, 50], people=[100] * 5))
    assert [row(full, a)["rank"] for a in ("0202", "0201", "0103")] == [1, 2, 3]
    assert [row(public, a)["rank"] for a in ("0202", "0201", "0103")] == [1, 2, 3]
    assert row(public, "0202")["ranked"] == 3


def test_the_value_of_the_district_stays():
    full, public = editions([entry()], observations(cases=[2, 10, 30, 40, 50], people=[100] * 5))
    assert row(public, "0103")["whole_value"] == row(full, "00")["value"] == row(public, "00")["value"]


def test_a_hidden_region_is_hidden_as_reference_too():
    _, public = editions([entry()], observations(cases=[30, 40, 50, 2, 0], people=[100] * 5))
    assert {"02", "0201"} <= hidden_areas(public)
    assert np.isnan(row(public, "0202")["region_value"])
    assert row(public, "0202")["versus_region"] is None


def test_a_trend_that_starts_from_a_hidden_value_is_hidden():
    cases = {year: [2 if year == 2020 else 40, 10, 30, 40, 50] for year in range(2020, 2026)}
    people = {year: [100] * 5 for year in range(2020, 2026)}
    full, public = editions([entry()], observations(cases=cases, people=people))
    assert row(full, "0101", period=2025)["trend"] == "rising"
    assert row(public, "0101", period=2025)["status"] == ""
    assert row(public, "0101", period=2025)[["trend", "trend_from", "trend_change"]].isna().all()
    assert row(public, "0103", period=2025)["trend_from"] == 2020


def test_a_change_between_two_shown_values_is_no_secret_though_a_year_between_is():
    cases = {year: [2 if year == 2022 else year - 1990, 10, 30, 40, 50] for year in range(2020, 2026)}
    people = {year: [100] * 5 for year in range(2020, 2026)}
    full, public = editions([entry()], observations(cases=cases, people=people))
    assert pd.isna(row(public, "0101", period=2025)["trend_change"])
    nobody = pd.DataFrame(columns=list(POPULATION_COLUMNS))
    hidden = hidden_cells(full, public, nobody, nobody).cells
    assert "trend_change" not in hidden.get(("quote", "0101", 2025), {}), "35 less 30, both on the page"
    assert hidden["quote", "0101", 2022]["value"] == 2


def test_a_count_hidden_as_a_numerator_is_hidden_as_a_denominator():
    one, other = entry(), entry(id="anteil", numerator={"measure": "part"}, denominator={"measure": "cases"})
    table = observations(cases=[2, 10, 30, 40, 50], part=[0, 4, 10, 10, 10], people=[100] * 5)
    _, public = editions([one, other], table)
    for area in ("0101", "0102"):
        assert np.isnan(row(public, area, "anteil")["denominator"])
        assert row(public, area, "anteil")["status"] == "."


def test_a_count_is_hidden_at_another_stichtag_too():
    now = entry(id="jetzt", numerator={"measure": "people"}, denominator={"measure": "all"})
    later = entry(denominator={"measure": "people", "lag": 1})
    people = {2023: [2, 9, 90, 90, 90], 2024: [50, 90, 90, 90, 90]}
    every = {2023: [200] * 5, 2024: [200] * 5}
    table = observations(people=people, all=every, cases={2024: [0, 4, 30, 40, 50]})
    _, public = editions([now, later], table)
    assert "0101" in hidden_areas(public, "jetzt", 2023)
    assert np.isnan(row(public, "0101")["denominator"])


def test_a_balance_of_small_counts_is_hidden():
    change = entry(
        kind="change", interval="difference", numerator=[{"measure": "cases"}, {"measure": "left", "factor": -1}]
    )
    _, public = editions([change], observations(cases=[1, 9, 9, 9, 9], left=[8, 9, 9, 9, 9], people=[99] * 5))
    assert "0101" in hidden_areas(public)
    assert "0201" not in hidden_areas(public)


counts = st.lists(st.one_of(st.integers(0, 3), st.integers(0, 50)), min_size=5, max_size=5)


@settings(max_examples=15, deadline=None)
@given(cases=counts, others=counts)
def test_no_hidden_count_of_an_edition_can_be_found_by_subtraction(attack, cases, others):
    table = observations(cases=cases, people=[c + o for c, o in zip(cases, others, strict=True)])
    full, public = editions([entry()], table)
    order = list(PARENT)
    sums = [Sum((0, 1, 2), 5), Sum((3, 4), 6), Sum((5, 6), 7)]
    for column in ("numerator", "denominator"):
        true = full.set_index("area")[column].reindex(order).to_numpy()
        shown = public.set_index("area")[column].reindex(order).to_numpy()
        concealed = np.isnan(shown) & ~np.isnan(true)
        assert not (((shown > 0) & (shown < 3)).any())
        found = attack(concealed, sums) if not concealed[7] else set()
        assert not {order[c] for c in found if 0 < true[c] < 3}
    visible = public[public["value"].notna()]
    rest = visible["denominator"] - visible["numerator"]
    assert not ((rest > 0) & (rest < 3)).any()


def pyramid(counts: dict[str, dict[tuple[str, int], int]]) -> pd.DataFrame:
    rows = [
        {"area": area, "period": 2024, "measure": "people", "sex": sex, "nationality": ""}
        | {"age_from": low, "age_to": None if low == 90 else low + 4, "status": ""}
        | {"value": float(counts.get(area, {}).get((sex, low), 20))}
        for area in BASE
        for sex in "mf"
        for low in range(0, 95, 5)
    ]
    return population_table(Quantities(pd.DataFrame(rows), AREAS, LEVELS), "people", (2000, 2030))


def test_a_small_age_group_is_hidden_with_what_would_give_it_away(attack):
    full = pyramid({"0101": {("m", 90): 2}, "0201": {("f", 85): 1, ("m", 0): 1}})
    women = entry(denominator={"measure": "people", "sex": "f", "age_from": 15, "age_to": 64})
    old = entry(id="alt", numerator={"measure": "people", "age_from": 80})
    public = protect_population(full, AREAS, [women, old], Rule(3))
    concealed = (public["status"] == ".").to_numpy()
    assert public.loc[concealed, "value"].isna().all()
    assert not public["value"].between(1, 2).any()
    cells = full.reset_index(drop=True)
    sums = []
    for _, parts in cells.groupby(["sex", "age_from"]):
        at = dict(zip(parts["area"], parts.index, strict=True))
        sums += [Sum((at["0101"], at["0102"], at["0103"]), at["01"]), Sum((at["0201"], at["0202"]), at["02"])]
        sums.append(Sum((at["01"], at["02"]), at["00"]))
    for _, parts in cells.groupby("area"):
        groups = parts[parts["sex"] != ""]
        sums.append(Sum(tuple(groups.index), parts.index[parts["sex"] == ""].item()))
        sums.append(Sum(tuple(groups.index[groups["age_from"] >= 80])))
    small = set(full.index[full["value"].between(1, 2)])
    assert len(small) == 3
    assert not attack(concealed, sums) & small
    assert (public.loc[public["sex"] == "", "status"] == "").all(), "totals stay public"
    hidden = public[concealed].groupby("area").size()
    assert (hidden >= 2).all(), "one hidden group alone would be the rest of the total"


def test_a_total_is_hidden_where_it_is_small_itself(attack):
    nobody = {(sex, low): 0 for sex in "mf" for low in range(0, 95, 5)}
    full = pyramid({"0201": {**nobody, ("m", 0): 1, ("f", 40): 1}})
    public = protect_population(full, AREAS, [], Rule(3))
    assert full.loc[(full["area"] == "0201") & (full["sex"] == ""), "value"].item() == 2
    totals = public[public["sex"] == ""].set_index("area")
    assert set(totals.index[totals["status"] == "."]) >= {"0201", "0202"}, "the region would give it back"
    cells = full.reset_index(drop=True)
    sums = [Sum(tuple(p.index[p["sex"] != ""]), p.index[p["sex"] == ""].item()) for _, p in cells.groupby("area")]
    for _, p in cells.groupby(["sex", "age_from"]):
        at = dict(zip(p["area"], p.index, strict=True))
        sums += [Sum((at["0101"], at["0102"], at["0103"]), at["01"]), Sum((at["0201"], at["0202"]), at["02"])]
        sums.append(Sum((at["01"], at["02"]), at["00"]))
    small = set(cells.index[cells["value"].between(1, 2)])
    assert not attack((public["status"] == ".").to_numpy(), sums) & small


def test_population_groups_are_five_years_and_open_at_ninety():
    full = pyramid({})
    groups = full[(full["area"] == "00") & (full["sex"] == "f")]
    assert groups["age_from"].tolist() == list(range(0, 95, 5))
    assert groups["age_to"].tolist()[:-1] == list(range(4, 90, 5))
    assert groups["age_to"].isna().tolist() == [False] * 18 + [True]
    assert (groups["value"] == 100).all()


def test_a_measure_without_sex_and_age_gives_totals_alone():
    table = observations(people=[10] * 5)
    totals = population_table(Quantities(table, AREAS, LEVELS), "people", (2000, 2030))
    assert (totals["sex"] == "").all()
    found = dict(zip(totals["area"], totals["value"], strict=True))
    assert found == dict.fromkeys(BASE, 10) | {"01": 30, "02": 20, "00": 50}


@pytest.mark.parametrize("minimum", [3, 5])
def test_the_minimum_is_that_of_the_edition(minimum):
    full, _ = editions([entry()], observations(cases=[4, 10, 30, 40, 50], people=[100] * 5))
    public = protect(full, [entry()], AREAS, LEVELS, Rule(minimum), trend_years=5)
    assert ("0101" in hidden_areas(public)) == (minimum == 5)
