import re

import numpy as np
from drawings import PALETTE, area, elements, forms, series
from hypothesis import given
from hypothesis import strategies as st

from sozlib.chapter.canvas import TEXT, Canvas
from sozlib.chapter.svg import Link, html_form, path_of, render
from sozlib.chapter.trend import trend


def draw(width: int):  # type: ignore[no-untyped-def]
    return trend(series("Au", [3, 4, None, 5]), series("Kreis", [4, 4, 4, 4]), palette=PALETTE, width=width)


def test_the_same_figure_gives_the_same_bytes() -> None:
    first, second = (render(draw, id="fig-x", title="T", description="D") for _ in range(2))
    assert first == second


def test_a_drawing_has_a_form_for_print_page_and_phone() -> None:
    drawing = render(draw, id="fig-x", title="A & B", description="<b>", width=1040)
    assert 'viewBox="0 0 680 ' in drawing.print_svg
    assert 'viewBox="0 0 1040 ' in drawing.wide_html
    assert 'viewBox="0 0 340 ' in drawing.narrow_html
    assert "<title>A &amp; B</title><desc>&lt;b&gt;</desc>" in drawing.print_svg


def test_ids_are_unique_on_a_page_and_all_references_lead_somewhere() -> None:
    drawing = render(draw, id="fig-x", title="T", description="D")
    page = drawing.wide_html + drawing.narrow_html
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for named in re.findall(r'aria-labelledby="([^"]+)"', page):
        assert set(named.split()) <= set(ids)


def test_the_page_reads_a_picture_with_name_and_description() -> None:
    _, page = forms(draw(TEXT))
    assert page.startswith('<svg role="img" aria-labelledby="fig-x-w-t fig-x-w-d"')
    assert '<title id="fig-x-w-t">Titel</title><desc id="fig-x-w-d">Beschreibung</desc>' in page


def test_text_stays_text_and_nothing_tells_of_time_or_tool() -> None:
    fixed, page = forms(draw(TEXT))
    assert "Kreis" in [e.text for e in elements(fixed, "text")]
    for svg in (fixed, page):
        assert not re.search(r"metadata|matplotlib|Date|20\d\d-\d\d", svg, re.IGNORECASE)


def test_colours_are_variables_on_the_page_and_fixed_in_print() -> None:
    fixed, page = forms(draw(TEXT))
    assert 'stroke="#0b5a6d"' in fixed
    assert "var(" not in fixed
    assert 'stroke="var(--own, #0b5a6d)"' in page


def test_hatching_is_defined_once_and_used() -> None:
    canvas = Canvas(100, 100, PALETTE)
    for x in (0, 50):
        canvas.rect(x, 0, 40, 40, "withheld", hatched=True)
    fixed, page = forms(canvas)
    for svg in (fixed, page):
        assert svg.count("<pattern") == 1
        [id] = re.findall(r'<pattern id="([^"]+)"', svg)
        assert svg.count(f'fill="url(#{id})"') == 2


def test_links_have_names_and_their_group_is_no_picture() -> None:
    canvas = Canvas(100, 100, PALETTE)
    ring = np.array([[0, 0], [50, 0], [50, 50], [0, 0]], dtype=float)
    canvas.shape([ring], "class-1", area="0101")
    links = {"0101": Link("alt stadt/index.html?a=1&b=2", 'Altstadt: "18,5 Prozent"')}
    page = html_form(canvas, "fig-k-w", "Karte", "Beschreibung", links)
    assert '<svg role="group" aria-label="Karte"' in page
    link = (
        '<g data-id="0101"><a href="alt stadt/index.html?a=1&amp;b=2" aria-label="Altstadt: &quot;18,5 Prozent&quot;">'
    )
    assert link in page
    assert 'role="img"' not in page


@given(st.lists(st.tuples(st.floats(-999, 999), st.floats(-999, 999)), min_size=2, max_size=30))
def test_small_paths_are_true_to_a_tenth(points: list[tuple[float, float]]) -> None:
    small = path_of([points], closed=False)
    numbers = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", small)]
    x, y = numbers[:2]
    visited = [(x, y)]
    for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
        x, y = x + dx, y + dy
        visited.append((x, y))
    for px, py in points:
        assert any(abs(px - vx) <= 0.0501 and abs(py - vy) <= 0.0501 for vx, vy in visited)


def test_no_value_becomes_the_sign_of_its_status() -> None:
    assert area(1, None).text(1) == "."
    assert area(1, 3.0, "/").text(1) == "/"
    assert area(1, float("nan"), "...").text(1) == "…"
    assert area(1, 3.0, "()").text(1, "%") == "(3,0\u00a0%)"
    assert area(1, 0.0, "–").text(1, "%") == "–"
