"""Signs of official tables become a status, never a zero and never silently a missing value."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sozlib.observations.numbers import NumberFormat
from sozlib.observations.signs import Cell, CellReader, status_of_sum
from sozlib.snapshot import WITHOUT_VALUE

from .conftest import Office, told

READER = CellReader(NumberFormat.of(","))

STATUSES = st.sampled_from(["", "–", "0", ".", "/", "()", "x", "..."])


@pytest.mark.parametrize(
    ("written", "value", "status"),
    [
        ("-", 0, "–"), ("–", 0, "–"), ("- ", 0, "–"), ("—", 0, "–"),
        ("0", 0, "0"), ("0,0", 0, "0"), (0, 0, "0"),
        (".", None, "."), ("•", None, "."), ("* ", None, "."),
        ("/", None, "/"), ("x", None, "x"), ("X", None, "x"), ("...", None, "..."), ("…", None, "..."),
        ("(12)", 12, "()"), ("( 1.200,5 )", 1200.5, "()"), ("(0)", 0, "()"),
        ("-0,3", -0.3, ""), ("12", 12, ""), (12, 12, ""), (12.5, 12.5, ""),
    ],
)  # fmt: skip
def test_signs_have_their_official_meaning(written: object, value: float | None, status: str) -> None:
    cell = READER.read(written)
    assert (cell.status, cell.fault) == (status, None)
    assert math.isnan(cell.value) if value is None else cell.value == value


@pytest.mark.parametrize(("written", "flag"), [("12 p", "p"), ("12,5r", "r"), ("(12) s", "s")])
def test_marks_of_preliminary_revised_and_estimated_values_are_tolerated(written: str, flag: str) -> None:
    cell = READER.read(written)
    assert cell.flag == flag
    assert cell.value in (12, 12.5)


@pytest.mark.parametrize("written", [None, "", "  ", math.nan])
def test_an_empty_cell_is_a_fault_unless_the_source_says_what_it_means(written: object) -> None:
    assert READER.read(written).fault == "empty"
    assert CellReader(empty=".").read(written).status == "."
    nothing = CellReader(empty="–").read(written)
    assert (nothing.value, nothing.status) == (0, "–")


@pytest.mark.parametrize("written", ["k. A.", "12 Personen", "(x)", "--", "#DIV/0!", True])
def test_any_other_text_is_a_fault(written: object) -> None:
    assert READER.read(written).fault == "text"


def test_a_table_may_bring_signs_of_its_own() -> None:
    assert CellReader(signs={"g": "."}).read("g").status == "."


def test_the_digit_zero_means_nothing_only_where_the_source_says_so() -> None:
    assert CellReader(exact_zero=True).read("0") == Cell(0.0, "–")
    assert CellReader(exact_zero=False).read("0") == Cell(0.0, "0")


@given(st.one_of(st.text(max_size=8), st.floats(allow_nan=False), st.integers()))
def test_every_cell_has_either_a_value_or_a_sign_or_a_fault(written: object) -> None:
    cell = READER.read(written)
    if cell.fault is None:
        assert math.isnan(cell.value) == (cell.status in WITHOUT_VALUE)


@given(st.lists(STATUSES, min_size=1))
def test_a_sum_with_a_missing_part_is_missing(statuses: list[str]) -> None:
    assert (status_of_sum(statuses) in WITHOUT_VALUE) == bool(set(statuses) & WITHOUT_VALUE)


@given(st.lists(STATUSES, min_size=1), st.lists(STATUSES, min_size=1))
def test_the_status_of_a_sum_does_not_depend_on_order_or_steps(one: list[str], two: list[str]) -> None:
    assert status_of_sum([*one, *two]) == status_of_sum([*two, *one])
    assert status_of_sum([*one, *two]) == status_of_sum([status_of_sum(one), status_of_sum(two)])


def test_a_zero_is_unknown_in_rows_declared_so_and_nothing_in_all_others(office: Office) -> None:
    shares = "Raum;Jahr;Quote;Kinder;Wandel\n0101;2020;12,5;0;-1,5\n0102;2020;0;0;0\n0203;2020;8;30,1;0\n"
    measures = [
        {"id": "quote", "kind": "share", "column": "Quote"},
        {"id": "kinder", "kind": "share", "column": "Kinder"},
        {"id": "wandel", "kind": "difference", "column": "Wandel"},
    ]
    observed = office(shares, source={"measures": measures, "checks": None, "unknown_where": {"Quote": "0"}})
    assert told(observed) == []
    found = observed.table.set_index(["area", "measure"])
    assert found["status"].loc["0102"].tolist() == [".", ".", "."]
    assert found["value"].loc["0102"].isna().all()
    assert found.loc[("0101", "kinder"), ["value", "status"]].tolist() == [0, "–"]
    assert found.loc[("0101", "wandel"), "value"] == -1.5
    assert found.loc[("0203", "wandel"), "status"] == "–"
