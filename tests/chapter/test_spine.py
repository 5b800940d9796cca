import dataclasses

import pytest
from drawings import FULL, LONG_NAME, NARROW, PALETTE, TEXT, WIDTHS, area, assert_well_drawn, elements, forms, texts

from sozlib.chapter.spine import SpineRow, spine
from sozlib.chapter.values import AreaValue

AREAS = tuple(area(k, 4.0 + 2 * k) for k in range(10))
WHOLE = AreaValue("00", "Kreis", 13.0, 12.5, 13.5)


def row(versus: str | None, direction: str = "burdening", value: float | None = 18.0, **more: object) -> SpineRow:
    own = area(7, value, "" if value is not None else ".", versus=versus)
    return SpineRow("Kinder in SGB-II-Haushalten", own, WHOLE, AREAS, direction, **more)  # type: ignore[arg-type]


ROWS = (
    row("above"),
    row("below", "relieving"),
    row("same"),
    row(None, value=None),
    row("above", "neutral"),
    row("same", "neutral"),
    row(None, "neutral", value=None),
)


@pytest.mark.parametrize(
    ("versus", "direction", "finding"),
    [
        ("above", "burdening", "worse"),
        ("below", "burdening", "better"),
        ("above", "relieving", "better"),
        ("below", "relieving", "worse"),
        ("above", "neutral", "higher"),
        ("below", "neutral", "lower"),
        ("same", "burdening", "same"),
        (None, "burdening", "unknown"),
    ],
)
def test_direction_decides_what_is_favourable(versus: str | None, direction: str, finding: str) -> None:
    assert row(versus, direction).finding == finding


def mark_of(one: SpineRow) -> float:
    """Place of the own mark in px: middle of the triangle."""
    fixed, _ = forms(spine([one], palette=PALETTE, width=TEXT))
    colours = {PALETTE["better-2"], PALETTE["worse-2"]}
    triangles = [e for e in elements(fixed, "path") if e.get("fill") in colours and e.get("stroke") == "#fefefe"]
    [triangle] = triangles
    return float(triangle.attrib["d"][1:].replace("-", " ").split()[0])


def test_right_is_always_more_favourable() -> None:
    assert mark_of(row("above", "relieving")) > mark_of(row("above", "burdening"))


def test_only_significant_differences_get_a_triangle() -> None:
    fixed, _ = forms(spine([row("same")], palette=PALETTE))
    colours = {PALETTE["better-2"], PALETTE["worse-2"]}
    assert not [e for e in elements(fixed, "path") if e.get("fill") in colours and e.get("stroke") == "#fefefe"]
    [hollow] = elements(fixed, "circle")
    assert hollow.get("fill") == PALETTE["paper"]


def test_a_protected_value_has_a_sign_and_no_mark() -> None:
    figure = spine([row(None, value=None)], palette=PALETTE, width=TEXT)
    assert elements(forms(figure)[0], "circle") == []
    assert "." in texts(figure)


def test_indicators_without_direction_stand_below_and_are_not_judged() -> None:
    words = texts(spine([row("above", "neutral")], palette=PALETTE))
    assert "Ohne Wertung" in words
    assert "höher" in words
    assert "günstiger" not in words


@pytest.mark.parametrize("width", WIDTHS)
def test_words_stand_free(width: int) -> None:
    long = dataclasses.replace(ROWS[0], title=f"Leistungsberechtigte der Eingliederungshilfe: {LONG_NAME}, unter 18")
    mixed = dataclasses.replace(ROWS[1], unit="je 1.000")
    limited = dataclasses.replace(ROWS[2], own=area(3, 11.0, "()", versus="same"))
    unknown = dataclasses.replace(ROWS[2], whole=AreaValue("00", "Kreis", None, status="."))
    nothing = dataclasses.replace(ROWS[4], own=area(3, None, "/"), areas=())
    rows = [*ROWS, long, mixed, limited, unknown, nothing]
    assert_well_drawn(spine(rows, palette=PALETTE, own_label="Brackenrode", whole_label="Landkreis", width=width))


@pytest.mark.parametrize("width", [NARROW, FULL])
def test_large_numbers_find_room(width: int) -> None:
    own = AreaValue("1", "Au", 1234567.0, 1230000.0, 1240000.0, versus="above")
    one = SpineRow("Einwohner", own, AreaValue("00", "Kreis", 9999999.0), (own,), "neutral", "Personen", 0)
    assert_well_drawn(spine([one], palette=PALETTE, width=width))


def test_a_row_where_all_areas_equal_the_whole_is_drawn() -> None:
    same = tuple(area(k, 13.0, spread=0) for k in range(3))
    assert_well_drawn(spine([SpineRow("X", same[0], WHOLE, same)], palette=PALETTE))


@pytest.mark.parametrize(("shown", "bars"), [(1, 0), (4, 0), (5, 2), (10, 2)])
@pytest.mark.parametrize("width", WIDTHS)
def test_bars_stand_for_all_areas_or_not_at_all(shown: int, bars: int, width: int) -> None:
    """An edition that tells only classes of the others knows too few values for a spread."""
    areas = tuple(a if k < shown else dataclasses.replace(a, value=None, status=".") for k, a in enumerate(AREAS))
    one = dataclasses.replace(row("above"), areas=areas)
    fixed, _ = forms(spine([one], palette=PALETTE, width=width))
    colours = {PALETTE["grid"], PALETTE["others"]}
    assert len([e for e in elements(fixed, "path") if e.get("fill") in colours]) == bars
    printed = [text.text for text in elements(fixed, "text")]
    assert ("4,0" in printed) == bool(bars and width > NARROW)


def test_a_class_in_place_of_a_value_is_named_once() -> None:
    one = dataclasses.replace(row(None, value=None), own=area(7, None, "Klasse 3 von 5"))
    figure = spine([one], palette=PALETTE, width=TEXT)
    assert not any(text.count("Klasse 3 von 5") > 1 for text in texts(figure))
    assert "Klasse 3 von 5" in texts(figure)
