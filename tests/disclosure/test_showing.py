"""What each edition tells of a value: the value, its class, or nothing; and what a municipality sees of itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_attack import NOBODY, edition
from test_protection import AREAS, BASE, LEVELS, entry, observations

from sozlib.disclosure.attack import attack
from sozlib.disclosure.concealment import Sum
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.own import Own
from sozlib.disclosure.protect import nested, protect
from sozlib.disclosure.showing import limits_of, population_shown, shown
from sozlib.edition import Show, Shows
from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities
from sozlib.snapshot import CLASSES, WITHOUT_VALUE

NUMBERS = ["numerator", "denominator", "value", "lower", "upper", "trend_change", "rank"]
CATALOGUE = [
    entry(),
    entry(id="pflege", topic="pflege", numerator={"measure": "care"}, denominator={"measure": "old"}),
]
COUNTS = st.lists(st.integers(0, 12), min_size=5, max_size=5)
SHOWING = st.sampled_from([None, "value", "class", "nothing"])
SHOW = st.builds(Show, own=SHOWING, others=SHOWING, sums=st.sampled_from([None, "value", "nothing"]))
SHOWS = st.builds(
    Shows,
    own=SHOWING,
    others=SHOWING,
    sums=st.sampled_from([None, "value", "nothing"]),
    topics=st.dictionaries(st.sampled_from(["armut", "pflege"]), SHOW),
    indicators=st.dictionaries(st.sampled_from(["quote", "pflege"]), SHOW),
)


def computed(cases, care=(20, 30, 40, 50, 60)):
    table = observations(cases=cases, people=[1000] * 5, care=care, old=[100] * 5)
    return compute(CATALOGUE, Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)


def seen(full, shows, own=(), minimum=3):
    """What an edition holds of the indicators."""
    mine = Own.of(own, AREAS, 0)
    everybodys = protect(full, CATALOGUE, AREAS, LEVELS, minimum=minimum, trend_years=5)
    frame = protect(full, CATALOGUE, AREAS, LEVELS, minimum=minimum, trend_years=5, own=mine)
    limits = limits_of(everybodys, CATALOGUE, AREAS, "area", shows)
    return shown(frame, CATALOGUE, AREAS, LEVELS, shows=shows, own=mine, limits=limits, minimum=minimum)


def status(frame, indicator="quote"):
    rows = frame[frame["indicator"] == indicator]
    return dict(zip(rows["area"], rows["status"], strict=True))


def side_of(area, own):
    return "own" if area in own else "others" if area in BASE else "sums"


@given(COUNTS, COUNTS, SHOWS, st.sets(st.sampled_from(BASE), max_size=3))
@settings(max_examples=10, deadline=None)
def test_what_is_declared_as_class_or_nothing_has_no_number_in_the_edition(cases, care, shows, own):
    frame = seen(computed(cases, care), shows, tuple(own))
    mine = Own.of(tuple(own), AREAS, 0).areas
    topics = {"quote": "armut", "pflege": "pflege"}
    for row in frame.to_dict("records"):
        showing = shows.of(row["indicator"], topics[row["indicator"]], side_of(row["area"], mine))
        if showing != "value":
            assert all(pd.isna(row[name]) for name in NUMBERS)
            assert row["status"] in WITHOUT_VALUE
            assert row["versus_whole"] is None
            assert row["trend"] is None
        if showing == "nothing":
            assert row["status"] not in CLASSES


@given(COUNTS, SHOWS, st.sets(st.sampled_from(BASE), max_size=3))
@settings(max_examples=10, deadline=None)
def test_no_withheld_count_follows_from_sums(attack, cases, shows, own):
    frame = seen(computed(cases, [7, 9, 11, 13, 15]), shows, tuple(own))
    mine = Own.of(tuple(own), AREAS, 0).areas
    rows = frame[frame["indicator"] == "pflege"].reset_index(drop=True)
    missing = rows["numerator"].isna().to_numpy()
    sums = [s for s in nested(rows, AREAS, ["indicator", "period"]) if s.total is not None]
    found = attack(missing, [Sum(s.parts, s.total) for s in sums])
    sides = [side_of(area, mine) for area in rows["area"]]
    declared = {i for i, side in enumerate(sides) if shows.of("pflege", "pflege", side) != "value"}
    assert not found & declared


def test_a_class_stands_where_the_value_was():
    frame = seen(computed([10, 30, 50, 70, 90]), Shows(others="class"))
    assert status(frame)["0101"] == "Klasse 1 von 5"
    assert status(frame)["0202"] == "Klasse 5 von 5"
    assert status(frame)["00"] == ""


def test_nobody_and_few_lie_in_the_lowest_class_alike():
    """That nobody is meant would be a number; what is too small for everyone has no class either."""
    frame = seen(computed([0, 2, 30, 40, 50]), Shows(others="class"))
    assert status(frame)["0101"] == "Klasse 1 von 3"
    assert status(frame)["0102"] == "."


def test_a_rank_among_the_few_that_are_shown_is_no_rank():
    frame = seen(computed([10, 30, 50, 70, 90]), Shows(own="value", others="class"), own=("0101",))
    rows = frame[frame["indicator"] == "quote"].set_index("area")
    assert rows.at["0101", "value"] == 1.0
    assert rows["ranked"].isna().all()


def test_a_region_of_two_would_tell_the_neighbour_and_is_withheld():
    frame = seen(computed([10, 30, 50, 70, 90]), Shows(own="value", others="nothing"), own=("0201",))
    assert status(frame)["0201"] == ""
    assert status(frame)["02"] == "."
    assert status(frame)["00"] == "." or status(frame)["01"] == "."


def test_classes_are_those_of_the_public_maps_whatever_the_readers_may_see():
    full = computed([1, 30, 50, 70, 90])
    shows = Shows(own="value", others="class")
    public = limits_of(
        protect(full, CATALOGUE, AREAS, LEVELS, minimum=3, trend_years=5), CATALOGUE, AREAS, "area", shows
    )
    for own in BASE:
        frame = seen(full, shows, own=(own,))
        told = {area: sign for area, sign in status(frame).items() if sign in CLASSES}
        assert {CLASSES[sign][1] for sign in told.values()} <= {len(public["quote"]) + 1}


def test_a_municipality_sees_its_own_small_numbers():
    frame = seen(computed([2, 10, 30, 40, 50]), Shows(), own=("0101", "0102"))
    rows = frame[frame["indicator"] == "quote"].set_index("area")
    assert rows.loc[["0101", "0102"], "numerator"].tolist() == [2, 10]


def test_an_own_number_that_would_tell_a_neighbours_stays_hidden():
    """The region has 42, 30 are shown: whoever sees the own 10 knows the neighbour's 2."""
    frame = seen(computed([2, 10, 30, 40, 50]), Shows(), own=("0102",))
    assert status(frame)["0101"] == "."
    assert status(frame)["0102"] == "."


@given(COUNTS, st.sets(st.sampled_from(BASE), min_size=1, max_size=3))
@settings(max_examples=10, deadline=None)
def test_a_municipality_with_the_public_edition_finds_no_small_number_of_another(cases, own):
    full = computed(cases)
    public, municipal = seen(full, Shows()), seen(full, Shows(), tuple(own))
    hidden = hidden_cells(full, municipal, NOBODY, NOBODY)
    both = municipal.assign(**{name: municipal[name].fillna(public[name]) for name in ("numerator", "denominator")})
    for found in attack(edition(CATALOGUE, both), hidden, {}):
        assert found.safe or found.count.area in Own.of(tuple(own), AREAS, 0).areas
    assert not (municipal["numerator"].isna() & public["numerator"].notna()).any()


def test_sums_of_own_areas_only_are_own():
    assert Own.of(("0201", "0202"), AREAS, 0).areas == {"0201", "0202", "02"}
    assert Own.of(BASE, AREAS, 0).areas == {*BASE, "01", "02", "00"}
    assert not Own.of((), AREAS, 0)


@pytest.mark.parametrize("showing", ["class", "nothing"])
def test_the_population_of_others_has_no_classes_and_is_withheld(showing):
    table = pd.DataFrame({"area": ["0101", "0102", "01"], "value": [5.0, 6.0, 11.0], "status": ""})
    own = Own.of(("0101",), AREAS, 0)
    frame = population_shown(table, shows=Shows(own="value", others=showing), own=own, base=BASE)
    assert frame["status"].tolist() == ["", ".", ""]
    assert np.isnan(frame.at[1, "value"])
