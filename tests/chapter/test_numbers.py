"""Numbers stand as German readers expect them, and a missing number can never be written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sozlib.chapter import numbers


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234.5, 1, "1.234,5"),
        (1234567, 0, "1.234.567"),
        (-3.25, 1, "−3,3"),
        (-0.04, 1, "0,0"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
    ],
)
def test_numbers_are_rounded_half_up_with_comma_point_and_minus(value: float, decimals: int, text: str) -> None:
    assert numbers.number(value, decimals) == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_missing_number_has_no_digits(value: float) -> None:
    with pytest.raises(ValueError, match="sign"):
        numbers.number(value)


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_written_numbers_read_back_to_within_half_a_unit(value: float, decimals: int) -> None:
    read = float(numbers.number(value, decimals).replace(".", "").replace(",", ".").replace("−", "-"))
    assert abs(read - value) <= 0.5 * 10**-decimals * (1 + 1e-6) + 1e-9 * abs(value)


def test_differences_carry_their_sign() -> None:
    assert [numbers.signed(v) for v in (0.3, -0.3, 0.04, -0.04)] == ["+0,3", "−0,3", "±0,0", "±0,0"]


def test_ranges_have_an_en_dash_that_a_minus_cannot_be_mistaken_for() -> None:
    assert numbers.span(16.6, 20.4) == "16,6–20,4"
    assert numbers.span(-1.2, 2.0) == "−1,2 – 2,0"


@pytest.mark.parametrize(
    ("value", "status", "cell"),
    [(12.3, "", "12,3"), (12.3, "()", "(12,3)"), (0.0, "–", "–"), (0.01, "0", "0"), (None, ".", "."), (None, "", "."),
     (None, "/", "/"), (None, "x", "x"), (None, "...", "…")],
)  # fmt: skip
def test_a_cell_shows_number_brackets_or_sign(value: float | None, status: str, cell: str) -> None:
    assert numbers.cell(value, 1, status) == cell


def test_terms_and_units_do_not_break() -> None:
    assert numbers.keep_together("SGB II und SGB-II-Quote, § 53 SGB II: 18,5 % von 3 km²") == (
        "SGB\u00a0II und SGB\u2011II\u2011Quote, §\u00a053 SGB\u00a0II: 18,5\u00a0% von 3\u00a0km²"
    )


def test_text_is_taken_literally_by_markdown() -> None:
    assert numbers.escape("a*b_c [x] <b> $5 | #1\n neu") == "a\\*b\\_c \\[x\\] \\<b\\> \\$5 \\| \\#1 neu"
