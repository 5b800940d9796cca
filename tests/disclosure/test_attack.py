"""The attack finds what can be computed from a published edition, and nothing is found in a protected one."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_protection import AREAS, BASE, LEVELS, PARENT, editions, entry, observations

from sozlib.disclosure.attack import attack, infer
from sozlib.disclosure.concealment import Sum, conceal
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.system import Count, System
from sozlib.indicators.catalogue import Term
from sozlib.snapshot import POPULATION_COLUMNS

NOBODY = pd.DataFrame(columns=list(POPULATION_COLUMNS))


def edition(indicators, shown, population=NOBODY, minimum=3):
    return SimpleNamespace(
        indicators=shown,
        population=population,
        areas=AREAS,
        meta={
            "edition": {"minimum_count": minimum},
            "catalogue": [indicator.model_dump() for indicator in indicators],
            "report": {"population": "people", "levels": [{"id": level} for level in LEVELS]},
        },
    )


def attacked(indicators, full, shown):
    found = attack(edition(indicators, shown), hidden_cells(full, shown, NOBODY, NOBODY), {})
    return {(i.count.name.split(" ")[0], i.count.area, i.count.period): i for i in found}


def naive(full):
    """Only the small numbers themselves are hidden."""
    shown = full.copy()
    small = shown["numerator"].between(1, 2)
    shown.loc[small, ["numerator", "value", "lower", "upper"]] = np.nan
    shown.loc[small, "status"] = "."
    return shown


def test_hiding_a_small_number_alone_hides_nothing():
    indicators = [entry()]
    full, _ = editions(indicators, observations(cases=[2, 10, 30, 40, 50], people=[100] * 5))
    found = attacked(indicators, full, naive(full))["Quote", "0101", 2024]
    assert (found.low, found.high) == (2, 2)
    assert not found.safe


def test_the_known_safe_pattern_leaves_its_interval():
    """2 and 10 are hidden, their sum 12 is known: each may be anything from 0 to 12."""
    indicators = [entry()]
    full, shown = editions(indicators, observations(cases=[2, 10, 30, 40, 50], people=[100] * 5))
    found = attacked(indicators, full, shown)
    assert {area for _, area, _ in found} == {"0101", "0102"}
    assert {(i.low, i.high) for i in found.values()} == {(0, 12)}
    assert [i.required for i in found.values()] == [3, 0]


def test_a_denominator_bounds_what_can_be_hidden_in_it():
    indicators = [entry()]
    full, shown = editions(indicators, observations(cases=[2, 10, 30, 40, 50], people=[4, 100, 100, 100, 100]))
    found = attacked(indicators, full, shown)
    assert (found["Quote", "0101", 2024].low, found["Quote", "0101", 2024].high) == (0, 4)
    assert (found["Quote", "0102", 2024].low, found["Quote", "0102", 2024].high) == (8, 12)


def aged(**counts):
    """Children by age: two groups of one measure, 0 to 14 and 15 to 17."""
    table = observations(people=[1000] * 5)
    for (low, high), values in {(0, 14): counts["young"], (15, 17): counts["old"]}.items():
        rows = observations(cases=values)
        table = pd.concat([table, rows.assign(age_from=low, age_to=high)], ignore_index=True)
    return table


def test_a_group_between_two_published_ones_is_found():
    """Under 18 less under 15 leaves those of 15 to 17; the third indicator hides them in vain."""
    indicators = [
        entry(id="u15", short_title="U15", numerator={"measure": "cases", "age_to": 14}),
        entry(id="u18", short_title="U18", numerator={"measure": "cases", "age_to": 17}),
        entry(id="older", short_title="Aeltere", numerator={"measure": "cases", "age_from": 15, "age_to": 17}),
    ]
    full, _ = editions(indicators, aged(young=[20, 30, 40, 50, 60], old=[2, 10, 10, 10, 10]))
    found = attacked(indicators, full, naive(full))["Aeltere", "0101", 2024]
    assert (found.low, found.high, found.safe) == (2, 2, False)


def test_a_balance_gives_away_its_hidden_part():
    indicators = [
        entry(id="born", short_title="Geborene", kind="rate", numerator={"measure": "births"}),
        entry(id="dead", short_title="Gestorbene", kind="rate", numerator={"measure": "deaths"}),
        entry(
            id="balance",
            short_title="Saldo",
            kind="ratio",
            numerator=[{"measure": "births"}, {"measure": "deaths", "factor": -1}],
        ),
    ]
    table = observations(births=[2, 10, 30, 40, 50], deaths=[9, 9, 9, 9, 9], people=[1000] * 5)
    full, shown = editions(indicators, table)
    careless = pd.concat([shown[shown["indicator"] != "balance"], full[full["indicator"] == "balance"]])
    assert not attacked(indicators, full, careless)["Geborene", "0101", 2024].safe
    assert all(i.safe for i in attacked(indicators, full, shown).values())


def test_both_sexes_less_one_gives_the_other():
    groups = pd.DataFrame({"area": "0101", "period": 2024, "sex": ["m", "f"], "age_from": 0, "age_to": 4})
    groups["value"], groups["status"] = [2.0, 30.0], ""
    numerator = {"measure": "people", "age_to": 4}
    everyone = entry(id="kids", kind="count", numerator=numerator, denominator=(), denominator_text="")
    total = pd.DataFrame(
        {"indicator": ["kids"], "area": "0101", "period": 2024, "numerator": 32.0, "denominator": np.nan, "status": ""}
    )
    shown = groups.assign(value=[np.nan, 30.0])
    hidden = hidden_cells(
        total.assign(value=32.0, lower=np.nan, upper=np.nan, trend_change=np.nan),
        total.assign(value=32.0, lower=np.nan, upper=np.nan, trend_change=np.nan),
        groups,
        shown,
    )
    found = attack(edition([everyone], total, shown), hidden, {})
    assert [(i.low, i.high, i.safe) for i in found] == [(2, 2, False)]


numbers = st.lists(st.one_of(st.integers(0, 4), st.integers(0, 40)), min_size=len(BASE), max_size=len(BASE))


def published(counts, hidden):
    """A table of one measure: areas, regions and the whole, hidden cells without number."""
    sums = {area: sum(n for a, n in zip(BASE, counts, strict=True) if area in ("00", a[:2], a)) for area in PARENT}
    part = ((Term(measure="cases"), 1.0, 0),)
    cells = [Count(part, area, 2024, "Fälle") for area in PARENT]
    return cells, [(c, np.nan if h else float(sums[c.area])) for c, h in zip(cells, hidden, strict=True)], sums


@settings(max_examples=60, deadline=None)
@given(numbers)
def test_no_small_count_of_a_random_table_can_be_computed(counts):
    place = {area: i for i, area in enumerate(PARENT)}
    inside = {upper: tuple(place[a] for a in PARENT if PARENT[a] == upper) for upper in ("01", "02", "00")}
    sizes = np.array(list(published(counts, [False] * len(PARENT))[2].values()), dtype=float)
    small = (sizes > 0) & (sizes < 3)
    mask = conceal(sizes, small, [Sum(parts, place[upper]) for upper, parts in inside.items()], 3)
    cells, shown, true = published(counts, mask)
    targets = [cell for cell, hidden in zip(cells, mask, strict=True) if hidden]
    found = infer(System.of(shown, AREAS, "area"), targets)
    for cell, (low, high) in zip(targets, found, strict=True):
        assert low <= true[cell.area] <= high
        if small[place[cell.area]]:
            assert high - low >= 3


def test_an_edition_that_hides_nothing_has_nothing_to_find():
    indicators = [entry()]
    full, shown = editions(indicators, observations(cases=[9, 10, 30, 40, 50], people=[100] * 5))
    assert attacked(indicators, full, shown) == {}
