"""Rounded counts: the same number wherever a count stands, and an attack that knows what rounding leaves open."""

import itertools
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_attack import NOBODY, edition
from test_protection import AREAS, BASE, LEVELS, entry, observations, row

from sozlib.disclosure import ranges
from sozlib.disclosure.attack import attack
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.ledger import Ledger, published_counts
from sozlib.disclosure.own import Own
from sozlib.disclosure.protect import protect
from sozlib.disclosure.rounding import Rounding, mixed, sides
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.system import Count, Remainder
from sozlib.edition import Edition
from sozlib.indicators.catalogue import Term
from sozlib.indicators.compute import compared, compute, typed
from sozlib.indicators.intervals import wilson
from sozlib.indicators.quantities import Quantities
from sozlib.indicators.rounding import BASES, nearest, note

BOTH = {"cases": 5, "people": 5}


def computed(catalogue, table, bases=()):
    quantities = Quantities(table, AREAS, LEVELS, bases=dict(bases))
    return compute(catalogue, quantities, periods=(2000, 2030), trend_years=5)


@dataclass(frozen=True)
class District:
    """The tables of a district before protection and as an edition shows them."""

    full: pd.DataFrame
    public: pd.DataFrame
    meta: dict

    @property
    def hidden(self):
        return hidden_cells(self.full, self.public, NOBODY, NOBODY)

    @property
    def edition(self):
        return SimpleNamespace(indicators=self.public, population=NOBODY, areas=AREAS, meta=self.meta)

    def attacked(self, held=(), **before):
        return attack(self.edition, self.hidden, {}, [one.edition for one in held], **before)


def rounded(catalogue, table, bases, own=(), minimum=3):
    """An edition in which counts of others and sums are rounded."""
    full, mine = computed(catalogue, table), Own.of(own, AREAS, 0)
    side = sides(full["area"], AREAS, LEVELS[0], mine)
    tables = dict.fromkeys(("others", "sums"), computed(catalogue, table, bases))
    counted = typed(compared(mixed(full, tables, side), AREAS, LEVELS))
    rounding = Rounding({"others": bases, "sums": bases}) if bases else Rounding()
    rule = Rule(minimum, own=mine, rounding=rounding)
    public = protect(full, catalogue, AREAS, LEVELS, rule, trend_years=5, rounded=counted)
    meta = edition(catalogue, public, minimum=minimum).meta | {"rounding": rounding.bases}
    meta["edition"] |= {"own": own}
    return District(full, public, meta)


@given(st.integers(0, 10_000), st.sampled_from(BASES))
def test_a_count_is_rounded_as_with_whole_numbers(count, base):
    found = nearest([count, -count], base).tolist()
    assert found == [base * ((2 * count + base) // (2 * base)), -base * ((2 * count + base) // (2 * base))]
    assert nearest(found, base).tolist() == found
    assert abs(found[0] - count) <= base / 2


def test_every_count_is_rounded_by_itself_and_the_same_wherever_it_stands():
    """2, 2, 3, 7 and 8 are 0, 0, 5, 5 and 10, but 7 in region 01 are 5, not 0 + 0 + 5, and 22 are 20."""
    share = entry()
    beside = entry(id="je", kind="rate", numerator={"measure": "people"}, denominator={"measure": "cases"})
    frame = computed([share, beside], observations(cases=[2, 2, 3, 7, 8], people=[99, 98, 97, 96, 94]), BOTH)
    numerators = [row(frame, area)["numerator"] for area in (*BASE, "01", "02", "00")]
    assert numerators == [0, 0, 5, 5, 10, 5, 15, 20]
    assert [row(frame, area)["denominator"] for area in (*BASE, "00")] == [100, 100, 95, 95, 95, 485]
    assert [row(frame, area, "je")["denominator"] for area in (*BASE, "00")] == [0, 0, 5, 5, 10, 20]


def test_everything_derived_is_computed_from_the_rounded_counts():
    frame = computed([entry()], observations(cases=[23, 41, 58, 12, 77], people=[101, 99, 152, 48, 203]), BOTH)
    assert row(frame, "0101")["value"] == 25.0
    low, high = wilson(np.array([25.0]), np.array([100.0]))
    assert row(frame, "0101")[["lower", "upper"]].tolist() == pytest.approx([100 * low[0], 100 * high[0]])
    assert row(frame, "0101")["whole_value"] == pytest.approx(100 * 210 / 605)
    assert row(frame, "0201")["rank"] == 5, "12 of 48 are 10 of 50"


def test_nobody_and_few_look_alike_and_nothing_is_divided_by_nobody():
    frame = computed([entry()], observations(cases=[0, 2, 30, 1, 9], people=[60, 60, 60, 2, 60]), BOTH)
    assert [row(frame, area)["status"] for area in BASE] == ["0", "0", "", "x", ""]
    assert row(frame, "0101")["value"] == row(frame, "0102")["value"] == 0
    assert np.isnan(row(frame, "0201")["value"])


def test_rounding_makes_no_share_of_more_than_all():
    frame = computed([entry()], observations(cases=[98, 9, 9, 9, 9], people=[98, 60, 60, 60, 60]), {"cases": 5})
    assert row(frame, "0101")[["numerator", "denominator", "value"]].tolist() == [100, 98, 100]
    assert row(frame, "0101")["upper"] == 100


def test_a_mean_keeps_its_true_value_as_it_is_printed():
    """Sums of years of age are no counts; over a rounded number of people they would be another mean."""
    mean = {
        "id": "alter",
        "kind": "mean",
        "per": 1,
        "unit": "Jahre",
        "numerator": {"measure": "people", "weight": "age"},
    }
    table = observations(people=[33, 30, 30, 30, 30]).assign(age_from=40, age_to=44)
    frame = computed([entry(**mean)], table, {"people": 5})
    assert row(frame, "0101", "alter")[["value", "denominator", "numerator"]].tolist() == [42.5, 35, 42.5 * 35]


@pytest.mark.parametrize(("base", "covered"), [(3, 2), (5, 3), (10, 5)])
def test_a_base_covers_the_minimum_whose_counts_it_makes_nothing_of(base, covered):
    rounding, terms = Rounding({"others": {"cases": base}}), entry().numerator
    assert rounding.covers(terms, "others", covered)
    assert not rounding.covers(terms, "others", covered + 1)
    assert not rounding.covers(terms, "own", covered)
    assert set(nearest(range(covered), base)) == {0}
    assert nearest([covered], base) > 0


@settings(deadline=None)
@given(st.integers(0, 200), st.sampled_from(BASES))
def test_what_a_rounded_number_says_is_what_a_list_of_all_counts_says(count, base):
    found = Count(((Term(measure="cases"), 1.0, 0),), "0101", 2024, "Fälle")
    number = float(nearest([count], base)[0])
    limit = Rounding({"others": {"cases": base}}).limit(found, number, "others")
    possible = [n for n in range(400) if nearest([n], base) == number]
    assert (max(limit.low, 0), limit.high) == (possible[0], possible[-1])


def test_rounding_that_covers_hides_nothing_and_rounding_that_does_not_hides_besides():
    table = observations(cases=[2, 10, 30, 40, 50], people=[100] * 5)
    public = rounded([entry()], table, BOTH).public
    assert [row(public, area)["status"] for area in BASE] == ["0", "", "", "", ""]
    narrow = rounded([entry()], table, {"cases": 3, "people": 3}).public
    assert row(narrow, "0101")["status"] == "."
    assert row(narrow, "0103")["numerator"] == 30


def test_a_total_of_two_small_parts_tells_them_and_the_attack_says_so():
    """2 and 2 are both 0, but 4 is 5: neither part can be nobody."""
    district = rounded([entry()], observations(cases=[20, 30, 40, 2, 2], people=[100] * 5), BOTH)
    found = {i.count.area: (i.low, i.high, i.required, i.safe) for i in district.attacked() if i.required}
    assert found == {"0201": (1, 2, 2, False), "0202": (1, 2, 2, False)}


def test_a_rounded_small_count_among_large_ones_is_safe():
    district = rounded([entry()], observations(cases=[2, 30, 40, 50, 60], people=[100] * 5), BOTH)
    found = {i.count.area: (i.low, i.high, i.safe) for i in district.attacked() if i.required}
    assert found == {"0101": (0, 2, True)}


pairs = st.lists(st.integers(0, 9), min_size=5, max_size=5)


@settings(max_examples=8, deadline=None)
@given(pairs, st.sampled_from(BASES))
def test_the_attack_finds_what_a_list_of_all_tables_leaves(cases, base):
    """Every table of two areas of region 02 with the same rounded numbers, one by one; the whole counts, too."""
    district = rounded(
        [entry()], observations(cases=cases, people=[1000] * 5), {"cases": base, "people": base}, minimum=2
    )

    def alike(number: int, true: int) -> bool:
        return bool(nearest([number], base) == nearest([true], base))

    def leaves(true: int) -> list[int]:
        return [number for number in range(40) if alike(number, true)]

    above = {sum(three) for three in itertools.product(*map(leaves, cases[:3])) if alike(sum(three), sum(cases[:3]))}
    possible = [
        (first, second)
        for first, second in itertools.product(leaves(cases[3]), leaves(cases[4]))
        if alike(first + second, cases[3] + cases[4])
        and any(alike(other + first + second, sum(cases)) for other in above)
    ]
    alone = Rounding(district.meta["rounding"])
    for inference in district.attacked():
        if inference.count.area in ("0201", "0202") and inference.required:
            numbers = [pair[int(inference.count.area[-1]) - 1] for pair in possible]
            assert (inference.low, inference.high) == (min(numbers), max(numbers))
            assert alone.covers(entry().numerator, "others", 2)


size = 6 * len(BASE)
numbers = st.lists(st.one_of(st.integers(0, 3), st.integers(0, 20)), min_size=size, max_size=size)
rest = st.lists(st.one_of(st.integers(0, 2), st.integers(3, 30)), min_size=size, max_size=size)
GROUPS = [{"age_to": 4}, {"age_to": 14}, {"age_to": 17}, {"age_from": 5, "age_to": 17}, {"age_to": 14, "sex": "m"}]
SHARES = [
    entry(id=f"g{n}", short_title=f"G{n}", numerator={"measure": "cases", **g}, denominator={"measure": "people", **g})
    for n, g in enumerate(GROUPS)
]
CELLS = [(low, high, sex) for low, high in ((0, 4), (5, 14), (15, 17)) for sex in "mf"]


def grouped(cases, others):
    """Observations of cases and people by age and sex."""
    at, more = (np.array(n).reshape(len(CELLS), len(BASE)) for n in (cases, others))
    parts = [
        observations(cases=at[n], people=at[n] + more[n]).assign(age_from=low, age_to=high, sex=sex)
        for n, (low, high, sex) in enumerate(CELLS)
    ]
    return pd.concat(parts, ignore_index=True)


@settings(max_examples=5, deadline=None)
@given(
    numbers,
    rest,
    st.sampled_from([{"cases": 5}, BOTH, {"cases": 10, "people": 5}, {"cases": 3, "people": 3}]),
    st.sampled_from(BASE),
)
def test_in_overlapping_tables_every_interval_holds_the_truth_and_every_count_has_one_number(cases, others, bases, own):
    table = grouped(cases, others)
    public, town = rounded(SHARES, table, bases), rounded(SHARES, table, bases, (own,))
    true = {c.identity: n for c, n in ranges.shown(replace(public, public=public.full).edition, {})}
    for found in (public.attacked(), town.attacked([public])):
        for inference in found:
            assert inference.low <= number_of(inference.count, true) <= inference.high
            assert inference.lost or inference.safe == (inference.width >= inference.required)
            assert inference.required or inference.count.identity not in _numbers(public.edition)
    assert len(_numbers(public.edition)) > 0, "each count has one number wherever it stands"
    mine = town.public["area"] == own
    pd.testing.assert_series_equal(
        town.public.loc[mine & town.public["numerator"].notna(), "numerator"],
        town.full.loc[mine & town.public["numerator"].notna(), "numerator"],
    )


def number_of(target, true):
    """True number of a count, or of those whom one leaves of another."""
    if isinstance(target, Remainder):
        return true[target.everyone.identity] - true[target.meant.identity]
    return true[target.identity]


def _numbers(shown):
    """Numbers of an edition by identity of their count; the same count must not have two."""
    found = {}
    for count, number in ranges.shown(shown, {}):
        if np.isfinite(number):
            assert found.setdefault(count.identity, number) == number
    return found


def test_the_record_holds_the_true_numbers_where_others_stand():
    table = observations(cases=[2, 10, 33, 40, 50], people=[101, 100, 100, 100, 100])
    cells = rounded([entry()], table, BOTH).hidden.cells
    assert cells["quote", "0101", 2024]["numerator"] == 2
    assert cells["quote", "0101", 2024]["denominator"] == 101
    assert cells["quote", "0103", 2024]["numerator"] == 33
    assert "denominator" not in cells["quote", "0103", 2024]
    assert ("quote", "0102", 2024) not in cells or "numerator" not in cells["quote", "0102", 2024]


def test_the_ledger_remembers_what_a_rounded_number_says_and_takes_it_for_no_count():
    table = observations(cases=[2, 10, 33, 40, 50], people=[101, 100, 100, 100, 100])
    ledger = Ledger(published_counts(rounded([entry()], table, BOTH).edition))
    assert not list(ledger.counts({}))
    told = {(limit.parts[0][0].area, limit.low, limit.high) for limit in ledger.limits({})}
    assert ("0103", 33, 37) in told, "33 is shown as 35"
    assert ("0101", -2, 2) in told
    found = rounded([entry()], table, {}).attacked(before=tuple(ledger.limits({})))
    assert {(i.count.area, i.low, i.high) for i in found if i.required} == {("0101", 0, 2)}


def test_rounding_is_chosen_for_a_source_or_for_an_edition():
    def source(id, base, **kinds):
        measures = [SimpleNamespace(id=m, kind=kind) for m, kind in kinds.items()]
        return SimpleNamespace(id=id, round_to=base, measures=measures)

    sources = [source("amt", None, people="count", euros="amount"), source("sgb", 10, cases="count")]
    catalogue = [entry()]
    public = Edition(id="public", title="öffentlich", minimum_count=3)
    assert Rounding.of(public, catalogue, sources).bases == {"others": {"cases": 10}, "sums": {"cases": 10}}
    assert not Rounding.of(Edition(id="internal", title="intern"), catalogue, sources)
    agreed = Edition(id="public", title="öffentlich", shows={"others": "rounded"}, round_to=3)
    found = Rounding.of(agreed, catalogue, sources).bases
    assert found == {"others": {"cases": 10, "people": 3}, "sums": {"cases": 10}}


def test_readers_are_told_what_is_rounded():
    assert note([]) == ""
    assert note([3, 10]).startswith("Anzahlen gerundet auf ein Vielfaches von 3 oder 10")


def test_rows_of_a_mixed_table_are_those_of_their_side():
    exact = pd.DataFrame({"area": ["0101", "0102", "01"], "n": [2, 3, 5]})
    table = {"others": exact.assign(n=[0, 5, 5]), "sums": exact.assign(n=[0, 5, 10])}
    assert mixed(exact, table, np.array(["own", "others", "sums"], dtype=object))["n"].tolist() == [2, 5, 10]
