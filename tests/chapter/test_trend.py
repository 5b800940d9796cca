import re

import pytest
from drawings import LONG_NAME, NARROW, PALETTE, TEXT, assert_well_drawn, elements, forms, series, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from sozlib.chapter.trend import SeriesBreak, trend
from sozlib.chapter.values import TimeSeries

WHOLE = series("Kreis", [14 + k / 10 for k in range(16)])
OWN = series(LONG_NAME, [22 - k / 3 for k in range(16)])
BREAKS = (SeriesBreak(2011, "Zensus 2011"), SeriesBreak(2022, "Zensus 2022: neue Basis der Bevölkerungszahlen"))


def own_line(svg: str) -> str:
    """Strokes of the own area's line."""
    lines = [e for e in elements(svg, "path") if e.get("stroke-width") == "3"]
    return " ".join(e.attrib["d"] for e in lines)


@pytest.mark.parametrize("width", [NARROW, TEXT])
@pytest.mark.parametrize("breaks", [(), BREAKS, (*BREAKS, SeriesBreak(2023, "Neue Gebiete"))])
def test_words_stand_free(width: int, breaks: tuple[SeriesBreak, ...]) -> None:
    region = series("Planungsregion Kreisstadt", [14.3 + k / 10 for k in range(16)])
    assert_well_drawn(trend(OWN, WHOLE, palette=PALETTE, region=region, breaks=breaks, width=width))


@pytest.mark.parametrize("width", [NARROW, TEXT])
def test_lines_that_end_together_have_labels_apart(width: int) -> None:
    same = series("Brackenrode", [14 + k / 10 for k in range(16)])
    figure = trend(same, WHOLE, palette=PALETTE, region=series("Region Ost", WHOLE.values), width=width)
    assert_well_drawn(figure)
    assert texts(figure).count("15,5\u00a0%") == 3


def test_a_protected_year_parts_the_line_and_leaves_its_sign() -> None:
    values = [20.0, 21, None, 22, 23]
    figure = trend(series("Au", values, statuses=("", "", ".", "", "")), None, palette=PALETTE)
    fixed, _ = forms(figure)
    assert own_line(fixed).count("M") == 2
    assert "." in texts(figure)
    assert_well_drawn(figure)


def test_a_protected_value_is_not_drawn_even_if_the_table_holds_it() -> None:
    series_ = TimeSeries("Au", (2023, 2024), (20.0, 99.0), (19.0, 95.0), (21.0, 100.0), ("", "."))
    figure = trend(series_, None, palette=PALETTE)
    assert "99,0\u00a0%" not in texts(figure)
    assert not any(text.startswith("100") for text in texts(figure))


@pytest.mark.parametrize("width", [NARROW, TEXT])
def test_if_all_own_values_are_protected_the_whole_remains_and_a_note_says_why(width: int) -> None:
    own = series("Kaltenmühlen", [None] * 16, statuses=(".",) * 16)
    figure = trend(own, WHOLE, palette=PALETTE, breaks=BREAKS, width=width)
    fixed, _ = forms(figure)
    assert own_line(fixed) == ""
    assert texts(figure).count(".") == 16
    assert "geheim gehalten oder unbekannt" in " ".join(texts(figure)).replace("\n", " ")
    assert "Kreis" in texts(figure)
    assert "95-%-Intervall" not in texts(figure)
    assert_well_drawn(figure)


def test_a_survey_every_second_year_is_joined_and_marked() -> None:
    own = series("Au", [30.0, 32, 35, 36], start=2017, step=2)
    fixed, _ = forms(trend(own, None, palette=PALETTE))
    assert own_line(fixed).count("M") == 1
    assert len(elements(fixed, "circle")) == 4


def test_a_missing_survey_stays_a_gap() -> None:
    own = TimeSeries("Au", (2013, 2015, 2019, 2021), (30.0, 31.0, 35.0, 36.0))
    fixed, _ = forms(trend(own, None, palette=PALETTE))
    assert own_line(fixed).count("M") == 2


def test_a_yearly_series_without_a_row_for_a_year_has_a_gap_without_sign() -> None:
    own = TimeSeries("Au", (2013, 2014, 2015, 2018, 2019, 2020), (30.0, 31.0, 35.0, 36.0, 35.0, 34.0))
    figure = trend(own, None, palette=PALETTE)
    assert own_line(forms(figure)[0]).count("M") == 2
    assert "." not in texts(figure)


@pytest.mark.parametrize("width", [NARROW, TEXT])
def test_a_single_year_is_a_point_with_its_interval(width: int) -> None:
    figure = trend(series("Au", [18.5]), series("Kreis", [14.1]), palette=PALETTE, breaks=BREAKS, width=width)
    fixed, _ = forms(figure)
    assert len(elements(fixed, "circle")) == 2
    assert "2010" in texts(figure)
    assert_well_drawn(figure)


def test_a_line_that_ends_early_says_when() -> None:
    own = series("Au", [20.0, 21, None, None], statuses=("", "", ".", "/"))
    assert "21,0\u00a0% (2011)" in texts(trend(own, WHOLE, palette=PALETTE)) or any(
        "(2011)" in text for text in texts(trend(own, WHOLE, palette=PALETTE))
    )


def test_a_break_stands_before_the_first_year_after_it_and_only_within_the_years_shown() -> None:
    figure = trend(OWN, WHOLE, palette=PALETTE, breaks=[SeriesBreak(2009, "zu früh"), SeriesBreak(2016, "Revision")])
    assert "Revision" in texts(figure)
    assert "zu früh" not in texts(figure)


def test_an_axis_that_does_not_begin_at_zero_says_so() -> None:
    age = series("Au", [43.1, 43.5, 44.0])
    text = " ".join(texts(trend(age, None, palette=PALETTE, unit="Jahre", from_zero=False)))
    assert "Jahre, Achse beginnt nicht bei 0" in text
    assert "Achse" not in " ".join(texts(trend(age, None, palette=PALETTE, unit="Jahre")))


STATUS = st.sampled_from(["", "", "", ".", "/", "x", "...", "()"])


@settings(deadline=None, max_examples=40)
@given(st.data(), st.sampled_from([NARROW, TEXT]))
def test_any_mixture_of_values_and_signs_is_drawn(data: st.DataObject, width: int) -> None:
    n = data.draw(st.integers(1, 16))
    values = data.draw(st.lists(st.none() | st.floats(0, 60), min_size=n, max_size=n))
    statuses = tuple(data.draw(st.lists(STATUS, min_size=n, max_size=n)))
    own = series(LONG_NAME, values, statuses=statuses)
    whole = series("Kreis", data.draw(st.lists(st.floats(0, 60), min_size=n, max_size=n)))
    figure = trend(own, whole, palette=PALETTE, breaks=BREAKS, width=width)
    assert_well_drawn(figure)
    hidden = [s for _, s in own.signs()]
    shown = [t for t in texts(figure) if re.fullmatch(r"[./x…]", t)]
    assert sorted(shown) == sorted(hidden)


@pytest.mark.parametrize("width", [NARROW, TEXT])
def test_classes_in_place_of_values_are_numbers_on_the_axis_and_a_note_says_what_they_are(width: int) -> None:
    own = series("Kaltenmühlen", [None] * 16, statuses=("Klasse 2 von 5",) * 10 + ("Klasse 3 von 5",) * 6)
    figure = trend(own, WHOLE, palette=PALETTE, width=width)
    assert (texts(figure).count("2"), texts(figure).count("3")) == (10, 6)
    said = " ".join(texts(figure)).replace("\n", " ")
    assert said.count("Klassen statt Werten, 1 umfasst die niedrigsten") == 1
    assert "Klasse 2 von 5" not in said
    assert_well_drawn(figure)
