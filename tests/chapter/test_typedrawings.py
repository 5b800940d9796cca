"""Drawings of types: readable from one area to a city, from two types to eight, on phones and on paper."""

from __future__ import annotations

import numpy as np
import pytest
from drawings import LONG_NAME, PALETTE, WIDTHS, assert_well_drawn, elements, forms, texts

from sozlib.chapter.canvas import Outline
from sozlib.chapter.criteria import Criterion, criteria
from sozlib.chapter.transition import WITHOUT, Move, transition
from sozlib.chapter.typeprofile import TypePanel, type_profiles

LETTERS = "ABCDEFGH"
TITLES = {f"i{n}": f"Anteil der Haushalte mit Merkmal {n} an allen Haushalten" for n in range(6)}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("types", [2, 5, 8])
def test_profiles_of_two_to_eight_types_with_long_names(width: int, types: int) -> None:
    marks = np.random.default_rng(types).normal(0, 1.5, (types, 6))
    panels = [
        TypePanel(letter, f"{LONG_NAME} {letter}", f"{n + 1} Räume", dict(zip(TITLES, row, strict=True)))
        for n, (letter, row) in enumerate(zip(LETTERS, marks, strict=False))
    ]
    figure = type_profiles(panels, TITLES, palette=PALETTE, width=width)
    assert_well_drawn(figure)
    assert [text for text in texts(figure) if text in LETTERS] == list(LETTERS[:types])


def test_a_mark_of_zero_has_a_number_and_no_bar() -> None:
    figure = type_profiles([TypePanel("A", "Mitte", "ein Raum", {"i0": 0.0})], {"i0": "Dichte"}, palette=PALETTE)
    assert "±0,0" in texts(figure)


def moves(areas: int, types: int, seed: int = 1, moved: float = 0.2) -> list[Move]:
    generator = np.random.default_rng(seed)
    before = generator.integers(0, types, areas)
    now = np.where(generator.random(areas) < moved, generator.integers(0, types, areas), before)
    return [Move(LETTERS[a], LETTERS[b], str(n + 1)) for n, (a, b) in enumerate(zip(before, now, strict=True))]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("areas", "types"), [(16, 5), (60, 8), (447, 8)])
def test_bands_from_a_district_to_a_city(width: int, areas: int, types: int) -> None:
    found = [*moves(areas, types), Move(WITHOUT, "A"), Move("B", WITHOUT)]
    titles = {letter: f"{letter} Städtisch, viele Alleinlebende, wenig Kinder" for letter in LETTERS} | {
        WITHOUT: "ohne Typ"
    }
    figure = transition(found, titles, (2020, 2025), palette=PALETTE, width=width)
    assert_well_drawn(figure)
    shown = texts(figure)
    assert {"2020", "2025"} <= set(shown)
    for letter in LETTERS[:types]:
        assert str(sum(m.now == letter for m in found)) in shown


def test_those_that_stayed_are_grey_and_those_that_moved_have_the_colour_of_where_they_came_from() -> None:
    found = [Move("A", "A"), Move("A", "B", "7"), Move("B", "B")]
    titles = {"A": "A", "B": "B"}
    figure = transition(found, titles, (2020, 2025), palette=PALETTE)
    bands = [m for m in figure.marks if isinstance(m, Outline) and len(m.rings[0]) > 4]  # rectangles have four corners
    assert len(bands) == 3
    fills = [e.get("fill") for e in elements(forms(figure)[0], "path")]
    assert fills.count(PALETTE["grid"]) == 2
    assert "7" in texts(figure)


@pytest.mark.parametrize("width", WIDTHS)
def test_criteria_side_by_side_or_below_each_other(width: int) -> None:
    points = [(k, 0.1 * k, 0.05) for k in range(1, 9)]
    found = [
        Criterion("Silhouette", "spricht für vier Typen", [(k, v, 0.0) for k, v, _ in points[1:]], 4),
        Criterion("Gap-Statistik", "legt sich bis 8 nicht fest", points, None),
        Criterion("Stabilität (Jaccard)", "spricht gegen eine Einteilung", points[1:], 2, (0.6, 0.75)),
    ]
    figure = criteria(found, 5, palette=PALETTE, width=width)
    assert_well_drawn(figure)
    assert texts(figure).count("5") == 3
