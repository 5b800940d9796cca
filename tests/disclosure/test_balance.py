"""A balance and its interval together tell both counts behind it: disclosure control takes them for published."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_protection import AREAS, BASE, LEVELS, entry, hidden_areas, observations
from test_widening import attacked, protection

from sozlib.disclosure.balance import told
from sozlib.disclosure.ledger import published_counts
from sozlib.disclosure.protect import protect
from sozlib.disclosure.publication import Publication
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.widening import widened
from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities

SALDO = entry(
    id="saldo",
    short_title="Saldo",
    kind="change",
    per=1000,
    interval="difference",
    numerator=[{"measure": "came"}, {"measure": "left", "factor": -1}],
)
SMALL = st.lists(st.integers(0, 12), min_size=5, max_size=5)


def moved(came, left):
    return observations(came=came, left=left, people=[900] * 5)


@given(SMALL, SMALL)
@settings(max_examples=25, deadline=None)
def test_both_counts_are_computed_from_what_a_row_shows(came, left):
    full = compute([SALDO], Quantities(moved(came, left), AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    found = {terms[0].measure: dict(zip(full["area"], numbers, strict=True)) for terms, numbers in told(SALDO, full)}
    for measure, counts in (("came", came), ("left", left)):
        assert [found[measure][area] for area in BASE] == counts
        assert found[measure]["00"] == sum(counts)


def test_nothing_is_told_by_a_row_without_a_value_or_by_other_indicators():
    full = compute([SALDO], Quantities(moved([4] * 5, [4] * 5), AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    hidden = full.assign(numerator=np.nan, value=np.nan, lower=np.nan, upper=np.nan)
    assert all(np.isnan(numbers).all() for _, numbers in told(SALDO, hidden))
    # A value on too few people has counts, but no interval.
    assert all(np.isnan(numbers).all() for _, numbers in told(SALDO, full.assign(value=np.nan, lower=np.nan)))
    assert list(told(entry(), full)) == []


def test_the_regions_interval_would_tell_the_only_arrival_of_two_areas():
    """One came to 0101, nobody to 0102; both balances are hidden, but the region's interval says that one came."""
    district = protection([SALDO], moved([1, 0, 20, 30, 30], [50, 40, 30, 30, 30]))
    careless = district.full.indicators.copy()
    gone = careless["area"].isin(["0101", "0102"])
    careless.loc[gone, ["numerator", "value", "lower", "upper"]] = np.nan
    leaking = Publication(careless, district.full.population, AREAS, district.full.meta)
    found = {(i.count.name, i.count.area): i for i in attacked(district, leaking)}
    arrivals = found["Saldo (came)", "0101"]
    assert (arrivals.low, arrivals.high, arrivals.safe) == (0, 1, False)
    public, further = widened(district, {})
    assert hidden_areas(public.indicators, "saldo") == {"0101", "0103"}, "nobody is no cover"
    assert further == frozenset()
    assert all(i.safe for i in attacked(district, public))


@given(SMALL, SMALL)
@settings(max_examples=12, deadline=None)
def test_neither_side_of_a_balance_is_ever_too_narrow(came, left):
    district = protection([SALDO], moved(came, left))
    public, _ = widened(district, {})
    found = attacked(district, public)
    assert all(inference.safe for inference in found)
    asked = {(i.count.name, i.count.area) for i in found if i.required >= 3}
    small = [(m, a) for m, n in (("came", came), ("left", left)) for a, c in zip(BASE, n, strict=True) if 0 < c < 3]
    assert {(f"Saldo ({measure})", area) for measure, area in small} <= asked


def test_a_side_that_another_indicator_shows_is_one_count_and_hidden_in_both_places():
    arrivals = entry(id="ankunft", short_title="Ankunft", kind="rate", per=1000, numerator={"measure": "came"})
    table = moved([2, 10, 20, 30, 30], [50, 40, 30, 30, 30])
    full = compute([SALDO, arrivals], Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    public = protect(full, [SALDO, arrivals], AREAS, LEVELS, Rule(3), trend_years=5)
    assert hidden_areas(public, "saldo") == hidden_areas(public, "ankunft") == {"0101", "0102"}


def test_the_ledger_keeps_both_sides():
    district = protection([SALDO], moved([4, 10, 20, 30, 30], [50, 40, 30, 30, 30]))
    kept = published_counts(district.full)
    found = {
        tuple(row)
        for row in kept.loc[kept["area"] == "0101", ["count", "number"]].itertuples(index=False)
        if '"came"' in row[0] and '"left"' not in row[0]
    }
    assert [number for _, number in found] == [4.0]
    assert kept.loc[(kept["area"] == "01") & kept["count"].str.contains('"left"'), "number"].max() == pytest.approx(120)
