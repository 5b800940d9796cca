"""A public class of the monitor is the same for all that an edition leaves possible: it says nothing of the hidden."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_protection import BASE, entry, observations
from test_widening import protection

from sozlib.analysis.definition import MonitorDefinition
from sozlib.analysis.monitor import monitor_of_edition
from sozlib.disclosure.possible import WORLDS, values_possible, worlds
from sozlib.disclosure.widening import widened

CATALOGUE = [entry(), entry(id="jobs", short_title="Jobs", numerator={"measure": "jobs"})]
JOBS = [20, 22, 24, 23, 21]
PUBLIC = MonitorDefinition.model_validate(
    {
        "id": "m",
        "title": "Monitor",
        "indicators": [{"indicator": "quote"}, {"indicator": "jobs"}],
        "classes": "public",
        "exclusions": {"minimum_inhabitants": 0},
        "uncertainty": {"runs": 200},
    }
)


def published(cases, people=(400,) * 5):
    district = protection(CATALOGUE, observations(cases=cases, jobs=JOBS, people=people))
    return district.full, widened(district, {})[0]


def monitor(edition, definition=PUBLIC):
    found = monitor_of_edition(
        definition, CATALOGUE, lambda ids: worlds(edition, {}, ids), edition.indicators, {}, BASE
    )
    return found.set_index("area")


@given(st.lists(st.integers(0, 30), min_size=5, max_size=5))
@settings(max_examples=10, deadline=None)
def test_the_true_value_lies_between_the_ends(cases):
    full, edition = published(cases)
    ends = values_possible(edition, {}, ["quote"])
    true = full.indicators.loc[ends.index, "value"]
    assert (ends["low"] - 1e-9 <= true).all()
    assert (true <= ends["high"] + 1e-9).all()
    hidden = edition.indicators["numerator"].isna() & edition.indicators["area"].isin(BASE)
    assert set(ends.index) <= set(edition.indicators.index[hidden])


def test_the_ends_are_those_that_one_subtracts_by_hand():
    """0101 and 0102 hidden, 12 together of 400 each: from nobody to 3 per cent."""
    _, edition = published([2, 10, 30, 40, 50])
    ends = values_possible(edition, {}, ["quote"])
    assert list(edition.indicators.loc[ends.index, "area"]) == ["0101", "0102"]
    assert ends.to_numpy().tolist() == [[0.0, 3.0], [0.0, 3.0]]
    assert len(worlds(edition, {}, ["quote"])) == WORLDS


def test_the_class_of_a_hidden_value_is_told_where_it_is_certain_and_its_score_never():
    _, edition = published([2, 10, 200, 210, 220])
    found = monitor(edition)
    assert found.loc[["0101", "0102"], "status"].notna().all()
    assert found.loc[["0101", "0102"], "status_score"].isna().all()
    protected = monitor(edition, PUBLIC.model_copy(update={"classes": "protected"}))
    assert protected["status"].isna().all() if len(protected) else True


def test_a_class_that_depends_on_the_hidden_number_is_withheld():
    """Of 60 people 2 or 10, or anything up to 12: from nobody to a fifth, which is lowest or highest here."""
    _, edition = published([2, 10, 30, 31, 32], [60, 60, 300, 300, 300])
    found = monitor(edition)
    assert found.loc[["0101", "0102"], "status"].isna().all()
    assert set(found.loc[["0101", "0102"], "reason"]) == {"Klasse wegen gesperrter Angaben nicht sicher"}


@given(st.integers(1, 2), st.integers(10, 28), st.lists(st.integers(32, 200), min_size=3, max_size=3))
@settings(max_examples=8, deadline=None)
def test_other_hidden_numbers_leave_every_class_as_it_is(few, more, rest):
    """What 0101 has less 0102 has more: nothing published changes, nor does any class."""
    first = published([few, more, *rest])[1]
    second = published([3 - few, more + 2 * few - 3, *rest])[1]
    pd.testing.assert_frame_equal(first.indicators, second.indicators)
    pd.testing.assert_frame_equal(monitor(first), monitor(second), check_exact=True)


def test_an_edition_that_hides_nothing_is_its_only_world():
    full, _ = published([12, 10, 30, 40, 50])
    (only,) = worlds(full, {}, ["quote"])
    pd.testing.assert_frame_equal(only, full.indicators)


def test_a_value_of_which_nothing_follows_stays_missing_in_all_worlds():
    _, edition = published([2, 10, 30, 40, 50])
    total = edition.indicators["area"].isin(["01", "00"])
    shown = edition.indicators.copy()
    shown.loc[total, ["numerator", "value"]] = np.nan
    ends = values_possible(replace(edition, indicators=shown), {}, ["quote"])
    # Those meant are among 400 in any case.
    assert ends["high"].max() <= 100
