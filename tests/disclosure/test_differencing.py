"""Small groups that no table shows and that follow from others by adding and subtracting."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from test_protection import entry, hidden_areas, observations
from test_widening import GROUPS, SHARES, attacked, cases, chosen, exactly_known, grouped, others, protection

from sozlib.disclosure.attack import attack
from sozlib.disclosure.differencing import with_groups
from sozlib.disclosure.hidden import hidden_cells, read_hidden, write_hidden
from sozlib.disclosure.ledger import Ledger, published_counts
from sozlib.disclosure.rounding import Rounding
from sozlib.disclosure.wholes import Whole, plain, told, wholes_of
from sozlib.disclosure.widening import widened
from sozlib.observations.source import Check, Source


def found_in(district, public):
    """What an attack finds of everything that is protected."""
    full = district.full
    hidden = hidden_cells(full.indicators, public.indicators, full.population, public.population)
    hidden = replace(hidden, groups=district.groups)
    return attack(public, hidden, {}, earlier=tuple(district.ledger.counts({}))).inferences


def by_ages(**people):
    """People by age: ``to17=[…]`` in the order of the areas, each group from where the last one ended."""
    low, tables = 0, []
    for name, counts in people.items():
        top = None if name == "older" else int(name.removeprefix("to"))
        tables.append(observations(people=counts, cases=[5] * 5).assign(age_from=low, age_to=top))
        low = low if top is None else top + 1
    return pd.concat(tables, ignore_index=True)


def of_ages(low=None, top=None):
    ages = {"age_from": low, "age_to": top}
    name = f"i{low or 0}_{top or 'plus'}"
    return entry(
        id=name, short_title=name, numerator={"measure": "cases", **ages}, denominator={"measure": "people", **ages}
    )


TWO_OF_18_AND_19 = {"to17": [40, 60, 70, 80, 90], "to19": [2, 10, 12, 14, 16], "older": [200, 300, 400, 500, 600]}


def groups_of(district):
    return {(area, number) for area, number in district.groups[["area", "number"]].itertuples(index=False)}


def test_those_between_two_ages_are_guarded():
    """42 under 20, 40 under 18: no table has a line for the two."""
    catalogue = [of_ages(None, 17), of_ages(None, 19), of_ages()]
    careless = protection(catalogue, by_ages(**TWO_OF_18_AND_19))
    public, _ = widened(careless, {})
    assert hidden_areas(public.indicators, "i0_17") == hidden_areas(public.indicators, "i0_19") == set()
    district = with_groups(careless, {})
    assert groups_of(district) == {("0101", 2)}
    exact = [i for i in found_in(district, public) if not i.safe]
    assert [(i.count.area, i.low, i.high, i.required) for i in exact] == [("0101", 2, 2, 3)]
    guarded, further = widened(district, {})
    assert all(i.safe for i in found_in(district, guarded))
    assert {(area, year) for _, area, year in district.given} == {("0101", 2024)}
    assert hidden_areas(guarded.indicators, "i0_17") == {"0101", "0102"}, "and what its region would tell"
    assert further == frozenset()


def test_the_counts_that_fewest_indicators_rest_on_are_hidden():
    """Either end of the group will do; two indicators rest on those under 18, one on those under 20."""
    catalogue = [of_ages(None, 17), of_ages(None, 19)]
    second = entry(id="second", short_title="Zweiter", denominator={"measure": "people", "age_to": 17})
    district = with_groups(protection([*catalogue, second], by_ages(**TWO_OF_18_AND_19)), {})
    assert len(district.given) == 1
    assert all('"age_to":19' in key and '"people"' in key for key, _, _ in district.given)


def test_every_way_to_a_group_is_cut():
    """Those under 18 are also all less those of 18 and more."""
    catalogue = [of_ages(None, 17), of_ages(None, 19), of_ages(), of_ages(18, None)]
    district = with_groups(protection(catalogue, by_ages(**TWO_OF_18_AND_19)), {})
    public, _ = widened(district, {})
    assert all(i.safe for i in found_in(district, public))
    hidden = {i for i in ("i0_17", "i0_19", "i18_plus", "i0_plus") if "0101" in hidden_areas(public.indicators, i)}
    assert hidden in ({"i0_17", "i18_plus"}, {"i0_19"}), "nothing more than one end of the group"


def test_the_other_sex_is_guarded():
    table = pd.concat(
        [
            observations(people=people, cases=[5] * 5).assign(sex=sex)
            for sex, people in {"f": [40, 60, 70, 80, 90], "m": [1, 20, 30, 40, 50]}.items()
        ],
        ignore_index=True,
    )
    women = entry(id="frauen", short_title="Frauen", denominator={"measure": "people", "sex": "f"})
    district = with_groups(protection([entry(), women], table), {})
    assert groups_of(district) == {("0101", 1)}
    public, _ = widened(district, {})
    assert all(i.safe for i in found_in(district, public))
    assert "0101" in hidden_areas(public.indicators, "quote") | hidden_areas(public.indicators, "frauen")


def with_sums(district, *sums):
    """The same with what its source declares."""
    fields = [
        {"total": {"measure": total}, "parts": [{"measure": part} for part in parts], "complete": complete}
        for total, parts, complete in sums
    ]
    meta = district.full.meta | {"sources": [{"measures": [], "sums": fields}]}
    return replace(district, full=replace(district.full, meta=meta))


CARE = [
    entry(id=part, short_title=part, numerator={"measure": part}, denominator={"measure": "people"})
    for part in ("home", "service", "family")
]
CARED = {"people": [102, 210, 330, 440, 550], "home": [30, 60, 90, 120, 150], "service": [30, 50, 90, 100, 150]}
CARED |= {"family": [40, 90, 140, 200, 230], "other": [2, 10, 10, 20, 20]}


@pytest.mark.parametrize(
    "sum_", [("people", ["home", "service", "family", "other"], True), ("people", ["home", "service", "family"], False)]
)
def test_the_part_that_nobody_publishes_is_guarded(sum_):
    """All who need care less those cared for in three ways."""
    district = with_groups(with_sums(protection(CARE, observations(**CARED)), sum_), {})
    if sum_[2]:
        assert groups_of(district) == {("0101", 2)}
    public, _ = widened(district, {})
    assert all(i.safe for i in found_in(district, public))
    assert any("0101" in hidden_areas(public.indicators, i.id) for i in CARE)


def test_a_small_part_does_not_follow_from_all_the_others():
    """Every part is published, one of them is small: the sum would tell it."""
    catalogue = [*CARE, entry(id="other", short_title="other", numerator={"measure": "other"})]
    district = with_sums(protection(catalogue, observations(**CARED)), ("people", list(CARED)[1:], True))
    assert [i.low for i in attacked(district, district.publication()) if not i.safe] == [2]
    district = with_groups(district, {})
    public, _ = widened(district, {})
    assert all(i.safe for i in found_in(district, public))


def test_what_readers_know_already_is_not_hidden_for_a_group():
    catalogue = [of_ages(None, 17), of_ages(None, 19)]
    table = by_ages(**TWO_OF_18_AND_19)
    ledger = Ledger(published_counts(widened(protection(catalogue, table), {})[0]))
    district = with_groups(protection(catalogue, table, ledger), {})
    assert district.given == frozenset()
    public, _ = widened(district, {})
    (youths,) = [i for i in found_in(district, public) if i.required]
    assert (youths.low, youths.high, youths.safe, youths.lost) == (2, 2, True, True)


def test_a_group_in_a_region_is_asked_for_in_its_areas():
    """Two in the whole region, in one of its areas."""
    table = by_ages(to17=[40, 60, 70, 80, 90], to19=[2, 0, 0, 14, 16])
    district = with_groups(protection([of_ages(None, 17), of_ages(None, 19)], table), {})
    assert groups_of(district) == {("01", 2), ("0101", 2), ("0102", 0), ("0103", 0)}
    public, _ = widened(district, {})
    found = [i for i in found_in(district, public) if i.required]
    assert {i.count.area for i in found} == {"01", "0101"}
    assert all(i.safe for i in found)


def test_rounded_counts_tell_no_group():
    catalogue, table = [of_ages(None, 17), of_ages(None, 19)], by_ages(**TWO_OF_18_AND_19)
    exact = protection(catalogue, table)
    bases = {side: {"people": 5, "cases": 5} for side in ("others", "sums")}
    meta = exact.full.meta | {"rounding": Rounding(bases).bases}
    district = with_groups(replace(exact, full=replace(exact.full, meta=meta)), {})
    assert groups_of(district) == set()


def test_an_edition_that_protects_nothing_guards_no_group():
    district = protection([of_ages(None, 17), of_ages(None, 19)], by_ages(**TWO_OF_18_AND_19), minimum_count=0)
    assert with_groups(district, {}) is district


# -- wholes and parts --------------------------------------------------------------------------------------------------


def test_wholes_are_found_among_what_is_published():
    catalogue = [
        entry(id="a", numerator={"measure": "sum"}, denominator={"measure": "young", "age_to": 17}),
        entry(id="b", numerator={"measure": "old", "age_from": 65}, denominator={"measure": ["sum", "old"]}),
    ]
    meta = {"report": {"population": "people"}, "sources": [{"sums": []}, {}]}
    assert wholes_of(catalogue, meta) == (
        Whole(catalogue[1].denominator[0], (plain(catalogue[0].numerator[0]), plain(catalogue[1].numerator[0])), False),
    )
    declared = {"total": {"measure": "sum"}, "parts": [{"measure": "young"}, {"measure": "old"}], "complete": True}
    found = wholes_of(catalogue, meta | {"sources": [{"sums": [declared]}]})[0]
    assert [t.measure for t in found.terms] == ["sum", "young", "old"]
    assert not found.complete, "of the young and the old only some ages are published"
    assert [t.factor for t in found.others] == [1.0, -1.0, -1.0]
    nobody = {"total": {"measure": "unknown"}, "parts": [{"measure": "young"}], "complete": True}
    assert len(wholes_of(catalogue, meta | {"sources": [{"sums": [nobody]}]})) == 1


def test_of_overlapping_groups_the_widest_are_the_parts():
    catalogue = [
        entry(
            id=f"a{top}", numerator={"measure": "part", "age_from": low, "age_to": top}, denominator={"measure": "all"}
        )
        for low, top in ((0, 5), (0, 14), (10, 20), (15, 20))
    ]
    declared = {"total": {"measure": "all"}, "parts": [{"measure": "part"}], "complete": True}
    (whole,) = wholes_of(catalogue, {"report": {"population": None}, "sources": [{"sums": [declared]}]})
    assert [(t.age_from or 0, t.age_to) for t in whole.parts] == [(0, 14), (15, 20)]


def test_what_is_told_of_parts_holds_where_some_are_hidden():
    district = with_sums(protection(CARE, observations(**CARED)), ("people", ["home", "service", "family"], False))
    assert list(told(district.full, CARE, {})) == [], "nothing is uncertain"
    some = district.full.indicators.copy()
    some.loc[(some["indicator"] == "home") & (some["area"] == "0101"), "numerator"] = np.nan
    (limit,) = told(replace(district.full, indicators=some), CARE, {})
    assert (limit.low, limit.high) == (0.0, np.inf)
    assert [(c.name, c.area, c.period, w) for c, w in limit.parts] == [
        ("people", "0101", 2024, 1.0),
        ("home", "0101", 2024, -1.0),
        ("service", "0101", 2024, -1.0),
        ("family", "0101", 2024, -1.0),
    ]


def test_only_checks_that_hold_to_the_last_unit_are_sums():
    checks = [
        {"parts": ["a", {"measure": "b", "age_from": 3}], "total": "c"},
        {"part": "a", "whole": "c"},
        {"part": "b", "whole": "c", "tolerance": 2},
        {"part": "b", "whole": "c", "severity": "warning", "reason": "Meldeverzug"},
    ]
    source = Source.model_construct(rounding=1, checks=tuple(Check.model_validate(check) for check in checks))
    found = [(total.term["measure"], [p.term for p in parts], complete) for total, parts, complete in source.sums]
    group = {"age_to": None, "sex": None, "nationality": None}
    assert found == [
        ("c", [{"measure": "a", "age_from": None, **group}, {"measure": "b", "age_from": 3, **group}], True),
        ("c", [{"measure": "a", "age_from": None, **group}], False),
    ]
    assert list(source.model_copy(update={"rounding": 10.0}).sums) == []


def test_the_record_keeps_the_groups(tmp_path):
    district = with_groups(protection([of_ages(None, 17), of_ages(None, 19)], by_ages(**TWO_OF_18_AND_19)), {})
    full = district.full
    hidden = hidden_cells(full.indicators, full.indicators, full.population, full.population)
    write_hidden(replace(hidden, groups=district.groups, further=district.given), tmp_path)
    read = read_hidden(tmp_path)
    pd.testing.assert_frame_equal(read.groups, district.groups)
    assert read.further == district.given


# -- any tables --------------------------------------------------------------------------------------------------------

#: All groups between two ages, of everyone and of each sex.
EVERY = {
    f"e{low}_{top}{sex}": {"age_from": low, "age_to": top} | ({"sex": sex} if sex else {})
    for low in (0, 5, 15)
    for top in (4, 14, 17)
    for sex in ("", "m", "f")
    if low < top
}


@settings(max_examples=8, deadline=None)
@given(numbers=cases, rest=others, groups=chosen)
def test_no_small_group_of_any_ages_and_sex_can_be_computed(numbers, rest, groups):
    """By linear algebra in fractions, cell by cell, over all published counts of all areas."""
    table = grouped(numbers, rest)
    shares = [SHARES[n] for n in sorted(groups)]
    district = with_groups(protection(shares, table), {})
    public, _ = widened(district, {})
    assert all(i.safe for i in found_in(district, public))
    everything = [
        entry(id=id, short_title=id, numerator={"measure": "cases", **g}, denominator={"measure": "people", **g})
        for id, g in EVERY.items()
    ]
    full = protection(everything, table).full.indicators
    published = {f"g{n}": GROUPS[n] for n in groups}
    assert not exactly_known(full, [public.indicators], {**published, **EVERY})
