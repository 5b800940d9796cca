"""Readers are told how each source is protected, never with which numbers of a dominance rule."""

import pytest

from sozlib.disclosure.told import amounts_note, protection_of_source

CHILDREN = {"measures": ["kinder"], "counted": ["kinder"], "guarded": [], "minimum_count": None}
SPENT = {"measures": ["ausgaben"], "counted": [], "guarded": ["ausgaben"], "minimum_count": None}
ROUNDED = {"others": {"kinder": 5}}


@pytest.mark.parametrize(
    ("source", "minimum", "rounding", "said"),
    [
        (CHILDREN, 3, None, "Anzahlen unter 3 gesperrt"),
        (CHILDREN | {"minimum_count": 5}, 3, None, "Anzahlen unter 5 gesperrt"),
        (CHILDREN | {"minimum_count": 5}, 0, None, ""),
        (CHILDREN, 3, ROUNDED, "Anzahlen auf ein Vielfaches von 5 gerundet"),
        (CHILDREN, 4, ROUNDED, "Anzahlen auf ein Vielfaches von 5 gerundet; Anzahlen unter 4 gesperrt"),
        (CHILDREN, 3, {"others": {"andere": 5}}, "Anzahlen unter 3 gesperrt"),
    ],
)
def test_a_source_counts_by_its_own_rule_and_rounding_stands_for_what_it_covers(source, minimum, rounding, said):
    assert protection_of_source(source, minimum, rounding) == said


def test_hidden_amounts_are_explained_where_a_rule_guards_them():
    assert "Beitrag eines einzelnen" in amounts_note([CHILDREN, SPENT])
    assert amounts_note([CHILDREN, SPENT], {"kinder"}) == ""
    assert protection_of_source(SPENT, 3, None).startswith("gesperrt Beträge, die so wenige ausmachen")
