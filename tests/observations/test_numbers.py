"""A number is read as it was meant, or not at all."""

from __future__ import annotations

import pytest
from babel.numbers import format_decimal
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sozlib.observations.numbers import NumberFormat, detect_decimal

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False)


@settings(deadline=None)  # the first call loads the locale
@given(amounts)
def test_what_german_formatting_writes_is_read_back(amount: object) -> None:
    written = format_decimal(amount, locale="de_DE")
    assert NumberFormat.of(",").parse(written) == pytest.approx(float(str(amount)))


@settings(deadline=None)
@given(amounts)
def test_what_swiss_and_english_formatting_writes_is_read_back(amount: object) -> None:
    english = format_decimal(amount, locale="en_US")
    assert NumberFormat.of(".").parse(english) == pytest.approx(float(str(amount)))


@given(st.text(alphabet="0123456789.,", min_size=1, max_size=12))
@example("0.001")
def test_german_and_english_reading_never_differ_unnoticed(text: str) -> None:
    german, english = NumberFormat.of(",").parse(text), NumberFormat.of(".").parse(text)
    if german is not None and english is not None and german != english:
        assert detect_decimal([text]).decimal is None, "a text with two meanings must not decide the sign"


@settings(deadline=None)
@given(st.lists(amounts, min_size=1, max_size=30))
def test_the_decimal_sign_of_a_column_is_found(column: list[object]) -> None:
    found = detect_decimal([format_decimal(amount, locale="de_DE", decimal_quantization=False) for amount in column])
    assert found.decimal in (",", None)
    assert not found.sure["."]


@pytest.mark.parametrize(
    "text", ["1.23", "12,", ",5", "1.2345", "12.34,5", "1,2,3", "1 234", "", "12a", "١٢", "1.234.56"]
)
def test_no_german_number(text: str) -> None:
    assert NumberFormat.of(",").parse(text) is None


@pytest.mark.parametrize("text", ["1 234", "1\u00a0234", "1\u202f234"])
def test_spaces_may_separate_thousands(text: str) -> None:
    assert NumberFormat.of(",", " ").parse(text) == 1234


def test_both_minus_signs_are_read() -> None:
    assert NumberFormat.of(",").parse("-0,3") == NumberFormat.of(",").parse("−0,3") == -0.3


def test_a_column_with_both_signs_is_mixed() -> None:
    assert detect_decimal(["12,5", "12.5"]).mixed
    assert not detect_decimal(["12,5", "1.234"]).mixed
