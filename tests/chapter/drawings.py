"""Made-up values and questions about drawings that all chart tests share."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import shapely
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Bbox

from sozlib.chapter.canvas import FULL, MIDDLE, NARROW, TEXT
from sozlib.chapter.lettering import FAMILY
from sozlib.chapter.palette import Palette
from sozlib.chapter.svg import html_form, print_form, written
from sozlib.chapter.values import AreaValue, TimeSeries

PALETTE = Palette.read(Path(__file__).parents[2] / "reports" / "theme" / "tokens.css")
WIDTHS = (NARROW, TEXT, FULL)
LONG_NAME = "Haselmünde-Bahnhofsviertel Süd und Gleis"  # 40 letters
NAMES = (LONG_NAME, "Brackenrode", "Bad Quellingen", "Haselmünde-Bahnhofsviertel", "Neuilmsdorf", "Au")
SVG = "{http://www.w3.org/2000/svg}"


def area(k: int, value: float | None, status: str = "", *, spread: float = 2.0, versus: str | None = None) -> AreaValue:
    """Area number k with a value and an interval around it."""
    low, high = (None, None) if value is None else (value - spread, value + spread)
    name = NAMES[k % len(NAMES)] + (f" {k}" if k >= len(NAMES) else "")
    return AreaValue(f"{k:04d}", name, value, low, high, status, label=str(k), versus=versus)


def series(
    name: str, values: Iterable[float | None], *, start: int = 2010, step: int = 1, **more: object
) -> TimeSeries:
    """Series from a first year on."""
    column = tuple(values)
    periods = tuple(range(start, start + step * len(column), step))
    low = tuple(None if v is None else v - 2 for v in column)
    high = tuple(None if v is None else v + 2 for v in column)
    return TimeSeries(name, periods, column, low, high, **more)  # type: ignore[arg-type]


def grid_of_areas(rows: int, columns: int, size: float = 4000.0) -> gpd.GeoDataFrame:
    """Square areas side by side, ids ``0001`` and so on, in metres."""
    boxes = [
        shapely.box(x * size, -y * size, (x + 1) * size, -(y - 1) * size) for y in range(rows) for x in range(columns)
    ]
    return gpd.GeoDataFrame({"id": [f"{k:04d}" for k in range(1, len(boxes) + 1)]}, geometry=boxes, crs=25832)


def texts(figure: Figure) -> list[str]:
    """All words of a figure."""
    return [artist.get_text() for artist in figure.findobj(Text) if artist.get_text()]


@lru_cache(maxsize=4096)
def _drawn_width(text: str, size: float, weight: int) -> float:
    """Width of a text without hinting, as matplotlib lays it out for SVG."""
    font = FontProperties(family=FAMILY, weight=weight, size=size)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0])


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """All words of a figure with the box of their ink in px."""
    found = []
    for artist in figure.findobj(Text):
        text = artist.get_text()
        if text:
            width = _drawn_width(text, artist.get_fontsize(), artist.get_fontweight())
            x, y = artist.get_transform().transform(artist.get_position())
            left = x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[artist.get_horizontalalignment()]
            low = y + artist.get_fontsize() * MIDDLE - 5
            found.append((text, Bbox.from_extents(left, low, left + width, low + 10)))
    return found


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of words that touch each other."""
    found = boxes(figure)
    return [
        (a, b)
        for i, (a, box) in enumerate(found)
        for b, other in found[i + 1 :]
        if box.x0 < other.x1 - 0.5 and other.x0 < box.x1 - 0.5 and box.y0 < other.y1 and other.y0 < box.y1
    ]


def cut_off(figure: Figure) -> list[str]:
    """Words that leave the drawing."""
    width, height = figure.get_size_inches() * 72
    return [
        text for text, box in boxes(figure) if box.x0 < -1 or box.x1 > width + 1 or box.y0 < -1 or box.y1 > height + 1
    ]


def forms(figure: Figure) -> tuple[str, str]:
    """Print form and page form."""
    tree = written(figure, "fig-x")
    return (
        print_form(tree, "Titel", "Beschreibung", PALETTE),
        html_form(tree, "fig-x-w", "Titel", "Beschreibung", PALETTE),
    )


def elements(svg: str, kind: str) -> list[ElementTree.Element]:
    """Elements of a kind in an SVG of print form."""
    return list(ElementTree.fromstring(svg).iter(f"{SVG}{kind}"))


def assert_well_drawn(figure: Figure) -> None:
    """What holds for every chart: words neither touch nor leave, nothing is "nan", colours have roles."""
    assert overlaps(figure) == []
    assert cut_off(figure) == []
    fixed, page = forms(figure)
    for svg in (fixed, page):
        assert "nan" not in svg.lower().replace("benannt", "").replace("genannt", "").replace("bekannt", "")
        assert "style=" not in svg  # the site forbids inline styles
        assert "None" not in svg
    ElementTree.fromstring(fixed)
    assert "var(" not in fixed
    for token in PALETTE.drawn.values():
        assert f'"{token}"' not in page  # every colour follows the mode of the page
