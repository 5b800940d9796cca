"""Formulas are spoken in German."""

from __future__ import annotations

import pytest

from sozlib.book.formula import spoken


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\frac{x}{n} \cdot 100", "x geteilt durch n mal 100"),
        (r"z = 1{,}96", "z gleich 1,96"),
        (r"\hat{p} \pm z", "p Dach plus minus z"),
        (r"\sqrt{p(1-p)}", "Wurzel aus (p(1 minus p))"),
        (r"x_i^2", "x Index i hoch 2"),
        (r"\sum_{i} a_i \leq 5\,\%", "Summe Index i a Index i kleiner oder gleich 5 Prozent"),
    ],
)
def test_a_formula_in_words(tex: str, words: str) -> None:
    assert spoken(tex) == words
