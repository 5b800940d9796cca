import pytest
from drawings import NARROW, PALETTE, TEXT, area, assert_well_drawn, elements, forms, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from sozlib.chapter.comparison import comparison, ranked
from sozlib.chapter.distribution import FiveNumbers, distribution, five_numbers
from sozlib.chapter.values import AreaValue

WHOLE = AreaValue("00", "Musterkreis", 14.1, 13.7, 14.5, short_name="Kreis")
AREAS = [area(k, 5.0 + 3 * k, versus="same") for k in range(12)]
PROTECTED = [*AREAS, area(12, None, "."), area(13, 50.0, "/")]


def test_highest_value_first_and_protected_areas_last() -> None:
    assert [a.area for a in ranked(PROTECTED)][:2] == ["0011", "0010"]
    assert [a.status for a in ranked(PROTECTED)][-2:] == [".", "/"]


def test_ties_keep_the_given_order() -> None:
    tied = [area(3, 7.0), area(1, 7.0), area(2, 7.0)]
    assert [a.area for a in ranked(tied)] == ["0003", "0001", "0002"]


@pytest.mark.parametrize("width", [NARROW, TEXT])
@pytest.mark.parametrize("n", [1, 2, 13, 29, 41, 60])
def test_one_to_sixty_areas_find_room(n: int, width: int) -> None:
    areas = [area(k, 3.0 + (k * 7) % 41, "." if k % 11 == 5 else "") for k in range(n)]
    figure = comparison(areas, WHOLE, palette=PALETTE, own="0000", width=width)
    assert_well_drawn(figure)
    assert figure.height < (1000 if width == TEXT else 2600)


def test_a_protected_area_has_a_sign_and_no_dot() -> None:
    fixed, _ = forms(comparison(PROTECTED, None, palette=PALETTE))
    assert len(elements(fixed, "circle")) == len(AREAS)
    words = texts(comparison(PROTECTED, None, palette=PALETTE))
    assert words.count(".") == 1
    assert words.count("/") == 1
    assert "50,0" not in words


def test_only_the_own_row_is_tinted() -> None:
    tint = PALETTE["interval"]
    with_own, _ = forms(comparison(AREAS, WHOLE, palette=PALETTE, own="0003"))
    without, _ = forms(comparison(AREAS, WHOLE, palette=PALETTE))
    assert with_own.count(f'fill="{tint}"') == 1
    assert without.count(f'fill="{tint}"') == 0


def test_limited_values_are_in_brackets_and_hollow() -> None:
    figure = comparison([area(1, 7.0, "()"), area(2, 9.0)], None, palette=PALETTE)
    assert "(7,0)" in texts(figure)
    hollow = [c for c in elements(forms(figure)[0], "circle") if c.get("fill") == PALETTE["paper"]]
    assert len(hollow) == 1


def test_negative_changes_and_all_protected_are_drawn() -> None:
    assert_well_drawn(comparison([area(1, -4.2), area(2, 3.1)], None, palette=PALETTE, unit="je 1.000"))
    assert_well_drawn(comparison([area(1, None, "."), area(2, None, "/")], WHOLE, palette=PALETTE, own="0001"))


def test_quartiles_count_areas_not_people() -> None:
    areas = [area(k, float(v)) for k, v in enumerate([1, 2, 3, 4, 100])]
    assert five_numbers([*areas, area(9, None, ".")]) == FiveNumbers(1, 2, 3, 4, 100)
    assert five_numbers([area(9, None, ".")]) is None


@pytest.mark.parametrize("width", [NARROW, TEXT])
def test_every_area_with_a_value_is_a_dot_of_the_distribution(width: int) -> None:
    figure = distribution(PROTECTED, WHOLE, palette=PALETTE, own="0003", width=width)
    fixed, _ = forms(figure)
    assert len(elements(fixed, "circle")) == len(AREAS)
    assert "Nicht gezeigt: 1 Raum (.)" in " ".join(texts(figure))
    assert_well_drawn(figure)


VALUE = st.tuples(st.floats(0, 100), st.sampled_from(["", "", "", "()", ".", "/", "..."]))


@settings(deadline=None, max_examples=25)
@given(st.lists(VALUE, min_size=1, max_size=40), st.sampled_from([NARROW, TEXT]))
def test_any_values_are_drawn_well(values: list[tuple[float, str]], width: int) -> None:
    areas = [area(k, v, status) for k, (v, status) in enumerate(values)]
    for chart in (comparison, distribution):
        assert_well_drawn(chart(areas, WHOLE, palette=PALETTE, own="0000", width=width))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0, 100), min_size=2, max_size=60))
def test_dots_of_a_distribution_do_not_cover_each_other(values: list[float]) -> None:
    fixed, _ = forms(distribution([area(k, v) for k, v in enumerate(values)], None, palette=PALETTE))
    dots = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in elements(fixed, "circle")]
    step = 11.0 if len(values) <= 40 else 8.5
    for k, (x, y) in enumerate(dots):
        for a, b in dots[k + 1 :]:
            assert abs(x - a) >= step or abs(y - b) >= step
