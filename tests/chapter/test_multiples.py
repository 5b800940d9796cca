import pytest
from drawings import LONG_NAME, NARROW, PALETTE, WIDTHS, assert_well_drawn, elements, forms, series, texts

from sozlib.chapter.multiples import Panel, multiples

WHOLE = series("Kreis", [14 + k / 10 for k in range(10)], start=2016)


def panel(k: int, *, title: str = "", **more: object) -> Panel:
    own = series("", [5.0 + k + j / 3 for j in range(10)], start=2016)
    return Panel(title or f"Raum {k}", more.pop("series", own), WHOLE, label=str(k), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("n", [1, 3, 16, 31])
@pytest.mark.parametrize("shared", [True, False])
def test_words_stand_free(n: int, shared: bool, width: int) -> None:
    panels = [panel(k, title=LONG_NAME if k % 4 == 1 else "", own=k == 2) for k in range(1, n + 1)]
    assert_well_drawn(multiples(panels, palette=PALETTE, shared_scale=shared, width=width))


def test_areas_share_one_scale() -> None:
    low = Panel("A", series("", [1.0, 1.0]))
    high = Panel("B", series("", [40.0, 40.0]))
    words = texts(multiples([low, high], palette=PALETTE))
    assert [w for w in words if w.endswith("%")] == ["40\u00a0%"]


def test_indicators_have_scales_of_their_own_with_unit() -> None:
    one = Panel("A", series("", [1.0, 1.5]), unit="%")
    other = Panel("B", series("", [43.1, 44.0]), unit="Jahre", from_zero=False)
    words = texts(multiples([one, other], palette=PALETTE, shared_scale=False))
    assert "1,5\u00a0%" in words
    assert any(w.endswith(" Jahre") for w in words)


@pytest.mark.parametrize("width", WIDTHS)
def test_protected_years_show_their_signs_and_the_sign_in_place_of_the_value(width: int) -> None:
    own = series("", [5.0, 6.0, None, None, None], start=2016, statuses=("", "", ".", ".", "/"))
    figure = multiples([panel(1, series=own), panel(2)], palette=PALETTE, width=width)
    assert texts(figure).count("/") == 1
    assert "/ (2020)" in texts(figure)  # in place of the last value
    assert texts(figure).count(".") == 2
    assert_well_drawn(figure)


def test_an_area_without_any_value_is_still_a_panel() -> None:
    own = series("", [None] * 10, start=2016, statuses=(".",) * 10)
    figure = multiples([panel(1, series=own), Panel("leer", series("", []))], palette=PALETTE, width=NARROW)
    assert texts(figure).count(".") == 12
    assert_well_drawn(figure)


def test_a_value_of_an_earlier_year_says_so() -> None:
    figure = multiples([panel(1), panel(2, series=series("", [3.0], start=2019))], palette=PALETTE)
    assert "3,0 (2019)" in texts(figure)


def test_only_the_own_area_is_coloured() -> None:
    figure = multiples([panel(1), panel(2, own=True), panel(3)], palette=PALETTE)
    strokes = [e.get("stroke") for e in elements(forms(figure)[0], "path")]
    assert strokes.count(PALETTE["own"]) == 1
