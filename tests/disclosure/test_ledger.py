"""What was published stays known: subtraction across cycles and editions finds nothing either."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_attack import NOBODY, edition
from test_protection import AREAS, LEVELS, entry, hidden_areas, observations, pyramid, row
from test_widening import protection_of

from sozlib.disclosure.attack import attack
from sozlib.disclosure.entry import keep
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.ledger import NOTHING, Ledger, published_counts, released_before
from sozlib.disclosure.ledger import entry as file_of
from sozlib.disclosure.protect import protect, protect_population
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.widening import widened
from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities

CASES = entry()


def full(cases, people=(100,) * 5):
    table = observations(cases=cases, people=people)
    return compute([CASES], Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)


def shown(frame, minimum=3, ledger=NOTHING, sources=None):
    return protect(frame, [CASES], AREAS, LEVELS, Rule(minimum, sources or {}), trend_years=5, ledger=ledger)


def published(frame, minimum=3):
    """Ledger of a release."""
    return Ledger(published_counts(edition([CASES], frame, minimum=minimum)))


def attacked(frame, public, minimum, ledger, held=()):
    own = edition([CASES], public, minimum=minimum)
    hidden = hidden_cells(frame, public, NOBODY, NOBODY)
    return attack(own, hidden, {}, earlier=tuple(ledger.counts({})), held=held)


FRAME = full([2, 4, 6, 40, 50])


def test_a_count_that_an_earlier_edition_showed_gives_away_its_neighbour_unless_it_is_known():
    """2 and 10 are hidden, but the 10 stood in the last report: 42 less 10 less 30 leaves 2."""
    ledger = published(shown(full([20, 10, 30, 40, 50])))
    now = full([2, 10, 30, 40, 50])
    careless = shown(now)
    assert hidden_areas(careless) == {"0101", "0102"}
    assert all(i.safe for i in attacked(now, careless, 3, NOTHING))
    found = {i.count.area: i for i in attacked(now, careless, 3, ledger)}
    assert (found["0101"].low, found["0101"].high, found["0101"].safe) == (2, 2, False)
    careful = shown(now, ledger=ledger)
    assert hidden_areas(careful) == {"0101", "01", "00"}, "neighbours are known, only what is above can blur"
    assert all(i.safe for i in attacked(now, careful, 3, ledger))


def test_what_was_published_and_is_small_now_is_reported_and_no_error():
    before = full([3, 4, 6, 40, 50])
    ledger = published(shown(before))
    found = attacked(before, shown(before, minimum=5, ledger=ledger), 5, ledger)
    assert {(i.count.area, i.low, i.told, i.safe) for i in found} == {
        ("0101", 3, True, True),
        ("0102", 4, True, True),
    }


def test_a_number_revised_since_is_another_number():
    ledger = published(shown(full([3, 8, 7, 41, 51])))
    now = full([2, 9, 6, 40, 50])
    assert hidden_areas(shown(now, ledger=ledger)) == hidden_areas(shown(now))
    assert not any(i.told for i in attacked(now, shown(now, ledger=ledger), 3, ledger))


def test_an_earlier_total_that_the_edition_no_longer_has_is_reckoned_with():
    """Last year told how many are meant in both sexes together; this year only men and women, the women hidden."""
    indicators = [entry(id=sex, short_title=sex, numerator={"measure": "cases", "sex": sex}) for sex in "mf"]
    table = pd.concat(
        [
            observations(people=[100] * 5),
            observations(cases=[2, 10, 30, 40, 50]).assign(sex="f"),
            observations(cases=[9, 10, 30, 40, 50]).assign(sex="m"),
        ],
        ignore_index=True,
    )
    now = compute(indicators, Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    public = protect(now, indicators, AREAS, LEVELS, Rule(3), trend_years=5)
    before = compute([CASES], Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    ledger = published(before)
    hidden = hidden_cells(now, public, NOBODY, NOBODY)
    alone = attack(edition(indicators, public), hidden, {})
    both = attack(edition(indicators, public), hidden, {}, earlier=tuple(ledger.counts({})))
    assert all(i.safe for i in alone)
    assert [(i.count.area, i.low, i.high) for i in both if not i.safe] == [("0101", 2, 2)]


def test_readers_of_two_editions_are_attacked_as_such():
    other = shown(FRAME)
    strict = shown(FRAME, minimum=7)
    assert all(i.safe for i in attacked(FRAME, strict, 7, NOTHING))
    found = attacked(FRAME, strict, 7, NOTHING, held=[edition([CASES], other)])
    lost = [i for i in found if i.lost]
    assert lost, "the other edition has given away what this one protects"
    assert all((i.low, i.high) == i.possible and i.width < i.required for i in lost)


numbers = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 40)), min_size=5, max_size=5)


@settings(max_examples=8, deadline=None)
@given(before=numbers, now=numbers, minimum=st.sampled_from([3, 5]), same=st.sets(st.integers(0, 4)))
def test_no_small_count_can_be_computed_from_two_cycles(before, now, minimum, same):
    """Whatever was published with three: with three again all stay as uncertain as asked.

    A total that three allowed to be told may be too small for five; nothing hidden now can change that, but nothing
    shown now makes it worse.
    """
    now = [before[i] if i in same else number for i, number in enumerate(now)]
    ledger = published(shown(full(before)))
    frame = full(now)
    public = protection_of([CASES], frame, ledger, minimum_count=minimum)
    for found in attacked(frame, widened(public, {})[0].indicators, minimum, ledger):
        assert found.safe
        if found.required and minimum == 3:
            assert not found.lost


def test_the_larger_minimum_of_a_source_counts():
    frame = full([2, 4, 30, 40, 50])
    assert "0102" in hidden_areas(shown(frame, sources={"cases": 5}))
    public = shown(full([4, 30, 40, 50, 60]), sources={"cases": 5})
    assert "0101" in hidden_areas(public)
    assert "0101" not in hidden_areas(shown(full([4, 30, 40, 50, 60])))
    assert "0101" not in hidden_areas(shown(full([4, 30, 40, 50, 60]), sources={"cases": 2}))
    assert row(shown(full([2] * 5), minimum=0, sources={"cases": 5}), "0101")["numerator"] == 2


def test_the_attack_asks_for_the_width_of_the_source():
    frame = full([4, 30, 40, 50, 60])
    public = shown(frame, sources={"cases": 5})
    own = edition([CASES], public)
    own.meta["sources"] = [{"minimum_count": 5, "measures": ["cases"]}]
    found = attack(own, hidden_cells(frame, public, NOBODY, NOBODY), {})
    assert [i.required for i in found if i.count.area == "0101"] == [5]
    assert all(i.safe for i in found)


def test_a_published_age_group_is_known_in_the_next_cycle():
    table = pyramid({"0101": {("m", 90): 2, ("f", 90): 3}})
    before = edition([], full([9] * 5).iloc[:0], table[(table["sex"] == "f") & (table["age_from"] == 90)])
    ledger = Ledger(published_counts(before))
    found = {}
    for name, known in (("before", NOTHING), ("after", ledger)):
        public = protect_population(table, AREAS, [], Rule(3), measure="people", ledger=known)
        own = public[(public["area"] == "0101") & (public["status"] == ".")]
        found[name] = set(zip(own["sex"], own["age_from"], strict=True))
    assert ("f", 90) in found["before"]
    assert ("f", 90) not in found["after"]
    assert ("m", 90) in found["after"]
    assert len(found["after"]) >= 2


def project(root: Path, cycle: str, version: str = "1.0"):
    return SimpleNamespace(ledger=root, cycle=SimpleNamespace(id=cycle, version=version))


def test_a_release_is_entered_under_its_cycle_and_version_and_read_by_all_others(tmp_path: Path):
    snapshot = edition([CASES], shown(full([3, 4, 6, 40, 50])))
    this = project(tmp_path, "2026")
    own = file_of(this, "public")
    keep(snapshot, own)
    written = own.stat().st_mtime_ns
    keep(snapshot, own)
    assert own.stat().st_mtime_ns == written, "what says the same is left alone"
    assert released_before(this) == []
    assert released_before(project(tmp_path, "2026", "1.1")) == [own]
    assert released_before(project(tmp_path, "2027"), ["public"]) == [own]
    assert released_before(project(tmp_path, "2027"), ["municipal-03"]) == []
    ledger = Ledger.read([own])
    people = ledger.table[ledger.table["count"].str.contains("people")]
    assert dict(zip(people["area"], people["number"], strict=True))["00"] == 500
    assert len(ledger.table) == 2 * len(AREAS)


@pytest.mark.parametrize("version", ["..", "1/2", "../../x"])
def test_a_version_is_no_path(tmp_path, version):
    path = file_of(project(tmp_path, "2026", version), "public")
    assert path.resolve().is_relative_to(tmp_path / "2026")
    assert path.parent.parent == tmp_path / "2026"
