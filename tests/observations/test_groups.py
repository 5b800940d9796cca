"""Age groups as offices write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sozlib.observations.groups import OPEN, age_range, nationality_of, sex_of


@pytest.mark.parametrize(
    ("label", "ages"),
    [
        ("7", (7, 7)), ("7 Jahre", (7, 7)), ("0", (0, 0)), ("unter 3", (0, 2)), ("unter 1 Jahr", (0, 0)),
        ("u3", (0, 2)), ("< 15", (0, 14)), ("3 bis unter 6 Jahre", (3, 5)), ("15 b. u. 18", (15, 17)),
        ("20 - <25", (20, 24)), ("3-5", (3, 5)), ("15–24 Jahre", (15, 24)), ("15 bis 24", (15, 24)),
        ("90 und mehr", (90, OPEN)), ("65 Jahre und älter", (65, OPEN)), ("80+", (80, OPEN)),
        ("ab 65 Jahren", (65, OPEN)), ("insgesamt", (0, OPEN)), ("3\u00a0bis unter\u00a06", (3, 5)),
    ],
)  # fmt: skip
def test_age_labels(label: str, ages: tuple[int, int]) -> None:
    assert age_range(label) == ages


@pytest.mark.parametrize("label", ["jung", "6 bis unter 3", "unter 0", "über 64", "3.5", "-1"])
def test_a_label_that_is_not_understood_is_not_guessed(label: str) -> None:
    assert age_range(label) is None


@given(st.integers(0, 100), st.integers(1, 30))
def test_bis_unter_excludes_its_end_and_a_dash_includes_it(low: int, width: int) -> None:
    assert age_range(f"{low} bis unter {low + width} Jahre") == age_range(f"{low}–{low + width - 1}")


def test_sex_and_nationality_in_the_words_of_offices() -> None:
    assert [sex_of(label) for label in ("Männer", "weiblich", "d", "insgesamt", "?")] == ["m", "f", "d", "", None]
    assert [nationality_of(label) for label in ("Deutsche", "Nichtdeutsche", "Zusammen", "EU")] == [
        "german",
        "foreign",
        "",
        None,
    ]
