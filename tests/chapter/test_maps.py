import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from drawings import (
    LONG_NAME,
    NARROW,
    PALETTE,
    TEXT,
    area,
    assert_well_drawn,
    elements,
    forms,
    grid_of_areas,
    texts,
)  # fmt: skip
from hypothesis import given, settings
from hypothesis import strategies as st

from sozlib.chapter.choropleth import LegendEntry, choropleth, legend
from sozlib.chapter.classes import MapClasses
from sozlib.chapter.locator import locator, outline
from sozlib.chapter.outlines import Inset, Outlines
from sozlib.chapter.svg import html_form
from sozlib.chapter.values import AreaValue

FLENSBURG = Path(__file__).parents[3] / "shared" / "real" / "flensburg" / "stadtteile.geojson"
CLASSES = MapClasses((6.0, 10.0, 14.0, 20.0))
GRID = grid_of_areas(4, 5)
OUTLINES = Outlines.prepare(GRID, GRID["id"])
INSET = Outlines.prepare(GRID, GRID["id"], Inset("Kreisstadt Haselmünde", frozenset({"0001", "0002"})))
WHOLE = AreaValue("00", "Musterkreis", 14.1)
VALUES = [area(k, 2.0 + k) for k in range(1, 21)]
PROTECTED = [area(k, 2.0 + k, {3: ".", 7: "/"}.get(k, "")) for k in range(1, 21)]


def fills(figure) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """Fill of each area on the page."""
    page = html_form(figure, "m", "T", "D")
    return dict(re.findall(r'<g data-id="(\w+)"><path d="[^"]+"(?: fill="([^"]+)")', page))


@pytest.mark.parametrize("outlines", [OUTLINES, INSET])
@pytest.mark.parametrize("width", [NARROW, TEXT])
def test_words_stand_free(outlines: Outlines, width: int) -> None:
    figure = choropleth(outlines, PROTECTED, CLASSES, palette=PALETTE, whole=WHOLE, own="0002", width=width)
    assert_well_drawn(figure)


def test_a_protected_area_is_hatched_and_never_gets_a_class_colour() -> None:
    found = fills(choropleth(OUTLINES, PROTECTED, CLASSES, palette=PALETTE))
    assert len(found) == 20
    for k, fill in enumerate(found.values(), 1):
        assert fill.startswith("url(#") == (k in (3, 7))
        assert ("class-" in fill) == (k not in (3, 7))


@settings(deadline=None, max_examples=20)
@given(st.lists(st.sampled_from([".", "/", "x", "..."]) | st.floats(0, 40), min_size=20, max_size=20))
def test_colour_follows_class_for_any_values(content: list[str | float]) -> None:
    values = [area(k, 5.0, c) if isinstance(c, str) else area(k, c) for k, c in enumerate(content, 1)]
    found = fills(choropleth(OUTLINES, values, CLASSES, palette=PALETTE))
    for value, fill in zip(values, found.values(), strict=True):
        if value.value is None:
            assert fill.startswith("url(#")
        else:
            assert fill.startswith(f"var(--class-{CLASSES.class_of(value.value) + 1},")


def test_an_area_without_a_row_is_unknown_not_lowest_class() -> None:
    assert fills(choropleth(OUTLINES, VALUES[:19], CLASSES, palette=PALETTE))["0020"].startswith("url(#")


def test_the_legend_counts_every_area_once_and_names_reasons() -> None:
    entries = legend(PROTECTED, CLASSES)
    assert sum(e.count for e in entries) == 20
    assert entries[0] == LegendEntry("class-1", "unter 6", 2)
    assert [e.label for e in entries[-2:]] == [
        "geheim gehalten oder unbekannt\u00a0(.)",
        "Wert nicht sicher genug\u00a0(/)",
    ]
    assert [e.token for e in legend(VALUES, CLASSES)] == [f"class-{i}" for i in range(1, 6)]


def test_every_class_is_in_the_legend_even_without_an_area() -> None:
    assert [e.count for e in legend([area(1, 3.0)], CLASSES)] == [1, 0, 0, 0, 0]


def test_areas_follow_each_other_in_display_order_with_an_inset_too() -> None:
    order = list(fills(choropleth(INSET, VALUES, CLASSES, palette=PALETTE)))
    assert order == list(GRID["id"])


def test_every_area_has_its_number() -> None:
    for width in (NARROW, TEXT):
        words = texts(choropleth(INSET, VALUES, CLASSES, palette=PALETTE, width=width))
        assert all(str(k) in words for k in range(1, 21))


def test_numbers_are_not_read_aloud_and_do_not_catch_the_pointer() -> None:
    _, page = forms(choropleth(OUTLINES, VALUES, CLASSES, palette=PALETTE))
    numbers = re.findall(r"<text ([^>]*)>(\d+)</text>", page)
    silent = [n for attributes, n in numbers if 'aria-hidden="true" pointer-events="none"' in attributes]
    assert sorted(map(int, silent)) == list(range(1, 21))


def test_a_number_that_finds_no_room_stands_beside_its_area() -> None:
    tiny = grid_of_areas(1, 3, size=100.0)
    large = gpd.GeoDataFrame({"id": ["0004"]}, geometry=[shapely.box(0, -9000, 9000, -100)], crs=25832)
    outlines = Outlines.prepare(
        gpd.GeoDataFrame({**{"id": [*tiny["id"], "0004"]}}, geometry=[*tiny.geometry, *large.geometry], crs=25832),
        ["0001", "0002", "0003", "0004"],
    )
    figure = choropleth(outlines, VALUES[:4], CLASSES, palette=PALETTE)
    assert {"1", "2", "3", "4"} <= set(texts(figure))
    assert_well_drawn(figure)


def test_islands_holes_and_missing_geometry_are_no_obstacle() -> None:
    ring = shapely.box(0, 0, 9000, 9000).difference(shapely.box(3000, 3000, 6000, 6000))
    islands = shapely.MultiPolygon([shapely.box(12000, 0, 15000, 3000), shapely.box(12000, 6000, 13000, 7000)])
    frame = gpd.GeoDataFrame({"id": ["a", "b", "c"]}, geometry=[ring, islands, None], crs=25832)
    outlines = Outlines.prepare(frame, ["c", "b", "a"])
    assert list(outlines.shapes) == ["b", "a"]
    assert [len(outlines.rings[id]) for id in "ba"] == [2, 2]
    values = [AreaValue("a", "A", 3.0, label="1"), AreaValue("b", LONG_NAME, None, status=".", label="2")]
    assert_well_drawn(choropleth(outlines, values, CLASSES, palette=PALETTE, own="a"))


def test_neighbours_keep_their_common_border() -> None:
    if not FLENSBURG.is_file():
        pytest.skip("Stadtteile von Flensburg liegen nicht vor")
    frame = gpd.read_file(FLENSBURG).to_crs(25832).rename(columns={"AREA_ID": "id"})
    outlines = Outlines.prepare(frame, sorted(frame["id"]))
    before, after = frame.union_all().area, shapely.union_all(list(outlines.shapes.values())).area
    overlap = sum(s.area for s in outlines.shapes.values()) - after
    assert after == pytest.approx(before, rel=0.01)
    assert overlap < 0.002 * after
    assert sum(len(r) for rings in outlines.rings.values() for r in rings) < 3000
    values = [AreaValue(id, id, float(k), label=str(k)) for k, id in enumerate(outlines.shapes, 1)]
    for width in (NARROW, TEXT):
        figure = choropleth(outlines, values, CLASSES, palette=PALETTE, whole=WHOLE, width=width)
        assert_well_drawn(figure)
        assert {str(k) for k in range(1, 14)} <= set(texts(figure))


def test_the_locator_fills_exactly_one_area() -> None:
    fixed, _ = forms(locator(OUTLINES, "0007", palette=PALETTE))
    colours = [e.get("fill") for e in elements(fixed, "path")]
    assert colours.count(PALETTE["own"]) == 1
    assert colours.count(PALETTE["grid"]) == 19


def test_a_tiny_area_is_ringed_in_the_locator() -> None:
    frame = grid_of_areas(1, 1, size=9000)
    both = gpd.GeoDataFrame(
        {"id": ["0001", "0002"]}, geometry=[*frame.geometry, shapely.box(9000, 0, 9300, 300)], crs=25832
    )
    outlines = Outlines.prepare(both, both["id"])
    assert len(elements(forms(locator(outlines, "0002", palette=PALETTE))[0], "circle")) == 1
    assert elements(forms(locator(outlines, "0001", palette=PALETTE))[0], "circle") == []


def test_the_outline_has_every_area_and_no_fill() -> None:
    paths = elements(forms(outline(OUTLINES, palette=PALETTE))[0], "path")
    assert len(paths) == 20
    assert {p.get("fill") for p in paths} == {"none"}
