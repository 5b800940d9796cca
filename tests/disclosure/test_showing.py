"""What each edition tells of a value: the value, its class, or nothing; and what a municipality sees of itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_attack import NOBODY, edition
from test_protection import AREAS, BASE, LEVELS, entry, observations

from sozlib.disclosure.attack import attack
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.own import Own
from sozlib.disclosure.protect import nested, protect
from sozlib.disclosure.rule import Rule
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


@pytest.fixture(name="attack_sums", scope="session")
def _attack_sums(request):
    """Linear algebra on nested sums; see conftest. The name ``attack`` is that of the linear programmes here."""
    return request.getfixturevalue("attack")


def computed(cases, care=(20, 30, 40, 50, 60)):
    table = observations(cases=cases, people=[1000] * 5, care=care, old=[100] * 5)
    return compute(CATALOGUE, Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)


def seen(full, shows, own=(), minimum=3):
    """What an edition holds of the indicators."""
    mine = Own.of(own, AREAS, 0)
    everybodys = protect(full, CATALOGUE, AREAS, LEVELS, Rule(minimum), trend_years=5)
    frame = protect(full, CATALOGUE, AREAS, LEVELS, Rule(minimum, own=mine), trend_years=5)
    limits = limits_of(everybodys, CATALOGUE, AREAS, "area", shows)
    return shown(frame, CATALOGUE, AREAS, LEVELS, shows=shows, own=mine, limits=limits, minimum=minimum)


def status(frame, indicator="quote"):
    rows = frame[frame["indicator"] == indicator]
    return dict(zip(rows["area"], rows["status"], strict=True))


def others_of(full, own):
    """Numerators without the readers' own people where they are part of a sum, by indicator and area."""
    numbers = full.set_index(["indicator", "area"])["numerator"].copy()
    parent = dict(zip(AREAS["id"], AREAS["parent"], strict=True))
    for indicator, area in [pair for pair in numbers.index if pair[1] in own]:
        upper = parent[area]
        while isinstance(upper, str):
            numbers[indicator, upper] -= full.set_index(["indicator", "area"])["numerator"][indicator, area]
            upper = parent[upper]
    return numbers


def side_of(area, own):
    return "own" if area in own else "others" if area in BASE else "sums"


@given(COUNTS, COUNTS, SHOWS, st.sets(st.sampled_from(BASE), max_size=3))
@settings(max_examples=8, deadline=None)
def test_what_is_withheld_by_agreement_is_no_number_and_follows_from_none(attack_sums, cases, care, shows, own):
    full = computed(cases, care)
    frame = seen(full, shows, tuple(own))
    mine = Own.of(tuple(own), AREAS, 0).areas
    somebody = others_of(full, own) > 0
    topics = {"quote": "armut", "pflege": "pflege"}
    frame["showing"] = [
        shows.of(i, topics[i], side_of(area, mine)) for i, area in zip(frame["indicator"], frame["area"], strict=True)
    ]
    withheld = frame[frame["showing"] != "value"]
    assert withheld[NUMBERS].isna().all(axis=None)
    assert withheld["status"].isin(WITHOUT_VALUE).all()
    assert withheld[["versus_whole", "versus_region", "trend"]].isna().all(axis=None)
    assert not withheld.loc[withheld["showing"] == "nothing", "status"].isin(CLASSES).any()
    for indicator in ("quote", "pflege"):
        rows = frame[frame["indicator"] == indicator].reset_index(drop=True)
        sums = [s for s in nested(rows, AREAS, ["indicator", "period"]) if s.total is not None]
        exact = attack_sums(rows["numerator"].isna().to_numpy(), sums)
        # That nobody is there is open, so a sum of nobody is nobody in each part, and a sum of the readers' own people
        # and nobody else is theirs.
        there = somebody.reindex(pd.MultiIndex.from_frame(rows[["indicator", "area"]])).to_numpy()
        assert not exact & set(np.flatnonzero((rows["showing"] != "value") & there))
    assert all(inference.safe for inference in attacked(full, frame, shows, tuple(own)))


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
    public = limits_of(protect(full, CATALOGUE, AREAS, LEVELS, Rule(3), trend_years=5), CATALOGUE, AREAS, "area", shows)
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


def attacked(full, frame, shows, own, held=()):
    """What readers find about what their edition hides, with the editions that they hold beside it."""
    about = edition(CATALOGUE, frame)
    about.meta["edition"] |= {"own": own, "shows": shows.model_dump()}
    everybodys = protect(full, CATALOGUE, AREAS, LEVELS, Rule(3), trend_years=5)
    about.meta["class_limits"] = limits_of(everybodys, CATALOGUE, AREAS, "area", shows)
    return attack(about, hidden_cells(full, frame, NOBODY, NOBODY), {}, [edition(CATALOGUE, other) for other in held])


@given(COUNTS, st.sets(st.sampled_from(BASE), min_size=1, max_size=3))
@settings(max_examples=8, deadline=None)
def test_a_municipality_with_the_public_edition_finds_no_small_number_of_another(cases, own):
    full = computed(cases)
    public, municipal = seen(full, Shows()), seen(full, Shows(), tuple(own))
    found = attacked(full, municipal, Shows(), tuple(own), [public])
    assert all(inference.safe for inference in found)
    assert not (municipal["numerator"].isna() & public["numerator"].notna()).any()


def test_an_own_number_shown_without_care_is_found_out_with_the_public_edition():
    """The region has 12: whoever sees the own 10 knows the neighbour's 2; the attack says so."""
    full = computed([2, 10, 30, 40, 50])
    public = seen(full, Shows())
    careless = public.copy()
    mine = (full["area"] == "0102") & (full["indicator"] == "quote")
    careless.loc[mine, list(NUMBERS)] = full.loc[mine, list(NUMBERS)]
    (found,) = [i for i in attacked(full, careless, Shows(), ("0102",), [public]) if i.count.area == "0101"]
    assert (found.low, found.high, found.safe) == (2, 2, False)


def test_what_another_edition_tells_is_no_longer_looked_for():
    full = computed([10, 30, 50, 70, 90])
    shows = Shows(own="value", others="class")
    frame = seen(full, shows, ("0101",))
    assert attacked(full, frame, shows, ("0101",))
    assert not attacked(full, frame, shows, ("0101",), [seen(full, Shows())])


def test_sums_of_own_areas_only_are_own():
    assert Own.of(("0201", "0202"), AREAS, 0).areas == {"0201", "0202", "02"}
    assert Own.of(BASE, AREAS, 0).areas == {*BASE, "01", "02", "00"}
    assert not Own.of((), AREAS, 0)


@pytest.mark.parametrize("showing", ["class", "nothing"])
def test_the_population_of_others_has_no_classes_and_is_withheld(showing):
    table = pd.DataFrame({"area": ["0101", "0102", "01"], "value": [5.0, 6.0, 11.0], "status": ""})
    own = Own.of(("0101",), AREAS, 0)
    frame = population_shown(table, AREAS, "area", shows=Shows(own="value", others=showing), own=own)
    assert frame["status"].tolist() == ["", ".", ""]
    assert np.isnan(frame.at[1, "value"])
