"""Values that rest on few people: what the catalogue calls unreliable, and what an edition does not show at all."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from test_protection import AREAS, BASE, LEVELS, entry, observations, row
from test_widening import protection

from sozlib.analysis.funnel import funnels
from sozlib.analysis.smoothing import smoothed
from sozlib.disclosure.attack import attack
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.own import NOBODY as NO_OWN
from sozlib.disclosure.own import Own
from sozlib.disclosure.protect import protect
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.widening import widened
from sozlib.edition import Edition
from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities
from sozlib.snapshot import POPULATION_COLUMNS

NOBODY = pd.DataFrame(columns=list(POPULATION_COLUMNS))
CASES, PEOPLE = [8, 10, 30, 40, 50], [20, 90, 100, 100, 100]
DERIVED = ["value", "lower", "upper", "versus_whole", "versus_region", "rank", "trend", "trend_from", "trend_change"]


def editions(table, indicators, least=25, own=NO_OWN):
    full = compute(indicators, Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    return full, protect(full, indicators, AREAS, LEVELS, Rule(3, own=own), trend_years=5, minimum_denominator=least)


def test_a_rate_on_few_people_is_hidden_with_its_numerator_and_all_that_follows():
    full, public = editions(observations(cases=CASES, people=PEOPLE), [entry()])
    assert row(full, "0101")["value"] == 40
    hidden = row(public, "0101")
    assert hidden["status"] == "."
    assert hidden[["numerator", *DERIVED]].isna().all()
    assert hidden["denominator"] == 20, "how many live there is no secret"
    assert row(public, "0102")["status"] == ".", "region 01 less the others would give the 8 back"
    assert row(public, "0103")["ranked"] == 3
    assert "0101" not in set(smoothed(public, [entry()], BASE)["area"])
    assert "0101" not in set(funnels(public, [entry()], BASE, "00")["area"])


def test_without_the_edition_asking_the_catalogue_hides_the_value_and_not_the_counts():
    _, public = editions(observations(cases=CASES, people=PEOPLE), [entry(minimum_denominator=25)], least=0)
    unreliable = row(public, "0101")
    assert unreliable["status"] == "/"
    assert unreliable[DERIVED].isna().all()
    assert (unreliable["numerator"], unreliable["denominator"]) == (8, 20)
    assert "0101" not in set(smoothed(public, [entry()], BASE)["area"])


def test_the_edition_can_ask_for_more_than_the_catalogue_and_not_for_less():
    table = observations(cases=CASES, people=PEOPLE)
    _, more = editions(table, [entry(minimum_denominator=10)], least=95)
    assert {area for area in BASE if row(more, area)["status"] == "."} == {"0101", "0102"}
    _, less = editions(table, [entry(minimum_denominator=95)], least=10)
    assert {area for area in BASE if row(less, area)["status"] == "/"} == {"0101", "0102"}


def test_a_trend_over_a_year_with_few_people_is_hidden():
    years = range(2020, 2026)
    cases = {year: [8, 10, 30, 40, 50] if year == 2020 else [48, 10, 30, 40, 50] for year in years}
    people = {year: [20 if year == 2020 else 90, 90, 100, 100, 100] for year in years}
    full, public = editions(observations(cases=cases, people=people), [entry()])
    assert not pd.isna(row(full, "0101", period=2025)["trend_from"])
    assert row(public, "0101", period=2025)[["trend", "trend_from", "trend_change"]].isna().all()


def test_that_nobody_is_meant_is_shown_as_everywhere():
    _, public = editions(observations(cases=[0, 10, 30, 40, 50], people=PEOPLE), [entry()])
    assert {area for area in BASE if row(public, area)["status"] == "."} == set()
    assert row(public, "0101")["status"] == "–"


def test_the_same_count_over_many_people_is_hidden_too():
    """8 of 20 children is 8 of 5000 inhabitants: who reads it there can divide."""
    wide = entry(id="dichte", kind="rate", denominator={"measure": "all"}, per=1000)
    table = observations(cases=CASES, people=PEOPLE, all=[5000] * 5)
    _, public = editions(table, [entry(), wide])
    assert np.isnan(row(public, "0101", "dichte")["numerator"])


def test_square_kilometres_are_not_people():
    density = entry(id="dichte", kind="ratio", numerator={"measure": "people"}, denominator={"measure": "flaeche_km2"})
    full, public = editions(observations(cases=CASES, people=PEOPLE), [density])
    pd.testing.assert_frame_equal(full, public)


def test_a_municipality_sees_its_own_rates_on_few_people():
    own = Own.of(["0101", "0102"], AREAS, 0)
    _, mine = editions(observations(cases=CASES, people=PEOPLE), [entry()], own=own)
    assert row(mine, "0101")["value"] == 40


numbers = st.lists(st.integers(0, 30), min_size=5, max_size=5)


@settings(max_examples=8, deadline=None)
@given(cases=numbers, others=numbers)
@example(cases=[3, 3, 13, 0, 0], others=[0, 0, 12, 0, 1])
def test_no_numerator_of_a_rate_on_few_people_can_be_told(cases, others):
    table = observations(cases=cases, people=[c + o for c, o in zip(cases, others, strict=True)])
    district = protection([entry()], table, minimum_denominator=25)
    edition, _ = widened(district, {})
    full, public = district.full.indicators, edition.indicators
    few = full[(full["denominator"] < 25) & (full["numerator"] > 0)]
    places = pd.MultiIndex.from_frame(public[["area", "period"]])
    assert public.loc[places.isin(pd.MultiIndex.from_frame(few[["area", "period"]])), "numerator"].isna().all()
    found = attack(edition, hidden_cells(full, public, NOBODY, NOBODY), {})
    required = {i.count.area: i.required for i in found if i.count.name == "Quote (Zähler)"}
    some = few[few["numerator"] < few["denominator"]]
    assert all(required[area] >= 3 for area in some["area"]), "that all are meant is as open as that nobody is"
    left = public[public["area"].isin(BASE) & (public["numerator"] > 0)]
    assert left.empty or all(inference.safe for inference in found), "unsafe only where nothing is left to hide"


def test_without_a_minimum_for_counts_it_means_nothing_and_is_refused():
    with pytest.raises(ValidationError, match="minimum_denominator braucht minimum_count"):
        Edition(id="public", title="Öffentlich", minimum_denominator=30)
    said = Edition(id="public", title="Öffentlich", minimum_count=3, minimum_denominator=30).protection
    assert "Gesperrt sind auch Werte, die sich auf weniger als 30 Menschen beziehen." in said
