"""What an edition tells beside numbers: classes, and that those meant are among all."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_attack import NOBODY, edition
from test_protection import AREAS, LEVELS, editions, entry, observations, row

from sozlib.disclosure.attack import attack
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.own import NOBODY as NO_OWN
from sozlib.disclosure.protect import protect
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.showing import limits_of, shown
from sozlib.edition import Shows
from sozlib.indicators.compute import compute
from sozlib.indicators.limits import class_of, class_range
from sozlib.indicators.quantities import Quantities
from sozlib.snapshot import CLASSES

OTHERS = Shows(others="class", sums="nothing")


def told(indicators, table, shows=OTHERS, minimum=3):
    """What an edition shows, what it hides, and what the attack finds of it."""
    full = compute(indicators, Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    protected = protect(full, indicators, AREAS, LEVELS, Rule(minimum), trend_years=5)
    limits = limits_of(protected, indicators, AREAS, "area", shows)
    frame = shown(protected, indicators, AREAS, LEVELS, shows=shows, own=NO_OWN, limits=limits, minimum=minimum)
    about = edition(indicators, frame, minimum=minimum)
    about.meta["edition"]["shows"] = shows.model_dump()
    about.meta["class_limits"] = limits
    found = attack(about, hidden_cells(full, frame, NOBODY, NOBODY), {})
    return frame, limits, {(i.count.name, i.count.area): i for i in found}


def of_class(status, limits, denominators, decimals=1, per=100):
    """Pairs of numerator and denominator whose printed value lies in the class, by trying them all."""
    return [
        (number, below)
        for below in denominators
        for number in range(below + 1)
        if below and class_of(number * per / below, limits, decimals) + 1 == CLASSES[status][0]
    ]


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(3, 37), min_size=5, max_size=5), st.sampled_from([0, 1]))
def test_a_class_with_a_known_denominator_leaves_the_numbers_that_a_list_of_all_leaves(cases, decimals):
    people = observations(people=[40, 50, 60, 70, 80])
    plain = entry(decimals=decimals)
    everyone = entry(id="all", short_title="Alle", kind="count", numerator={"measure": "people"}, denominator=(), per=1)
    shows = Shows(indicators={"quote": OTHERS})
    table = pd.concat([people, observations(cases=cases)], ignore_index=True)
    frame, limits, found = told([plain, everyone], table, shows)
    for area, below in zip(("0101", "0102", "0103", "0201", "0202"), (40, 50, 60, 70, 80), strict=True):
        status = row(frame, area)["status"]
        if status in CLASSES:
            numbers = [number for number, _ in of_class(status, limits["quote"], [below], decimals)]
            inference = found["Quote (Zähler)", area]
            assert (inference.low, inference.high) == (min(numbers), max(numbers))
            assert inference.high - inference.low >= 3


def test_a_class_with_a_hidden_denominator_holds_both_together():
    """Nobody knows how many there are, but the two of a region are 100 together, and half of them are meant in one."""
    indicators = [
        entry(),
        entry(id="all", short_title="Alle", kind="count", numerator={"measure": "people"}, denominator=(), per=1),
    ]
    table = observations(cases=[10, 20, 25, 35, 15], people=[60, 60, 60, 50, 50])
    shows = Shows(indicators={"quote": Shows(others="class", sums="value"), "all": Shows(others="nothing")})
    frame, limits, found = told(indicators, table, shows)
    status = {area: row(frame, area)["status"] for area in ("0201", "0202")}
    possible = [
        (first, second)
        for first in of_class(status["0201"], limits["quote"], range(101))
        for second in of_class(status["0202"], limits["quote"], [100 - first[1]])
        if first[0] + second[0] == 50
    ]
    for name, place in (("Quote (Zähler)", 0), ("Quote (Nenner)", 1)):
        numbers = [first[place] for first, _ in possible]
        inference = found[name, "0201"]
        # Linear programmes do not ask whether all unknowns can be whole together: at most one more on each side.
        assert min(numbers) - 1 <= inference.low <= min(numbers)
        assert max(numbers) <= inference.high <= max(numbers) + 1


def test_a_class_that_leaves_hardly_a_choice_is_withheld():
    """The middle class is 30 to 35 per cent: of 20 people that is 6 and nothing else, of 500 it is many."""
    table = observations(cases=[6, 25, 175, 40, 400], people=[20, 100, 500, 200, 1000])
    frame, limits, found = told([entry()], table)
    assert len(limits["quote"]) == 4
    assert len(of_class("Klasse 3 von 5", limits["quote"], [20])) == 1
    statuses = {area: row(frame, area)["status"] for area in ("0101", "0102", "0103", "0201", "0202")}
    assert statuses == {
        "0101": ".",
        "0102": "Klasse 2 von 5",
        "0103": "Klasse 4 von 5",
        "0201": "Klasse 1 von 5",
        "0202": "Klasse 5 von 5",
    }
    assert all(inference.safe for inference in found.values())


def test_those_meant_are_among_all_even_where_nobody_knows_how_many_all_are():
    """The two denominators of region 02 are hidden, together they are 9: neither holds more cases than that."""
    indicators = [entry()]
    table = observations(cases=[10, 20, 30, 1, 4], people=[100, 100, 100, 2, 7])
    full, public = editions(indicators, table)
    found = attack(edition(indicators, public), hidden_cells(full, public, NOBODY, NOBODY), {})
    intervals = {(i.count.name, i.count.area): (i.low, i.high) for i in found}
    assert row(public, "0201")[["numerator", "denominator"]].isna().all()
    assert intervals["Quote (Nenner)", "0201"] == (0, 9)
    assert intervals["Quote (Zähler)", "0201"] == (0, 5)


@given(
    st.floats(0, 200, allow_nan=False),
    st.lists(st.integers(1, 1999), min_size=0, max_size=4, unique=True),
    st.sampled_from([0, 1, 2]),
)
@example(5.95, [60], 1)
@example(5.9499, [60], 1)
def test_the_range_of_a_class_holds_what_is_printed_in_it(value, tenths, decimals):
    limits = [tenth / 10 for tenth in sorted(tenths)]
    place = class_of(value, limits, decimals)
    low, high = class_range(place, limits, decimals)
    assert low - 1e-9 <= value < high + 1e-9
    for other in range(len(limits) + 1):
        if other != place:
            start, end = class_range(other, limits, decimals)
            assert value < start + 1e-9 or value >= end - 1e-9 or start == end
    assert math.isinf(class_range(0, limits, decimals)[0])


@pytest.mark.parametrize("shows", [Shows(), OTHERS, Shows(others="nothing", sums="value")])
@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=5, max_size=5), st.lists(st.integers(12, 40), min_size=5, max_size=5))
@example([0, 3, 7, 0, 1], [12] * 5)  # HiGHS does not solve it from where it stopped before
def test_a_rate_is_never_shown_without_its_counts(shows, cases, people):
    """So a rounded rate tells nothing of a hidden count: there is none beside it."""
    indicators = [
        entry(),
        entry(
            id="rate",
            short_title="Rate",
            kind="rate",
            numerator={"measure": "people"},
            denominator={"measure": "cases"},
        ),
    ]
    frame, _, found = told(indicators, observations(cases=cases, people=people), shows)
    derived = ["value", "lower", "upper", "trend_change", "rank"]
    hidden = frame["numerator"].isna() | frame["denominator"].isna()
    assert frame.loc[hidden, derived].isna().all(axis=None)
    assert frame.loc[hidden, ["versus_whole", "versus_region", "trend"]].isna().all(axis=None)
    assert np.all([i.safe for i in found.values()])
