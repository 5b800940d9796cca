"""Made-up values and questions about drawings that all chart tests share."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import shapely
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Bbox

from sozlib.chapter.canvas import FULL, MIDDLE, NARROW, TEXT, Canvas
from sozlib.chapter.lettering import FAMILY, register_fonts
from sozlib.chapter.palette import Palette
from sozlib.chapter.svg import html_form, print_form
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


def texts(canvas: Canvas) -> list[str]:
    """All words of a drawing."""
    return [words.text for words in canvas.words]


@lru_cache(maxsize=4096)
def _drawn_width(text: str, size: float, bold: bool) -> float:
    """Width of a text without hinting, as matplotlib lays it out."""
    register_fonts()
    font = FontProperties(family=FAMILY, weight=600 if bold else 400, size=size)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0])


def boxes(canvas: Canvas) -> list[tuple[str, Bbox]]:
    """All words of a drawing with the box of their ink in px, y downwards."""
    found = []
    for words in canvas.words:
        width = _drawn_width(words.text, words.size, words.bold)
        left = words.x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[words.anchor]
        middle = words.y - words.size * MIDDLE
        found.append((words.text, Bbox.from_extents(left, middle - 5, left + width, middle + 5)))
    return found


def overlaps(canvas: Canvas) -> list[tuple[str, str]]:
    """Pairs of words that touch each other."""
    found = boxes(canvas)
    return [
        (a, b)
        for i, (a, box) in enumerate(found)
        for b, other in found[i + 1 :]
        if box.x0 < other.x1 - 0.5 and other.x0 < box.x1 - 0.5 and box.y0 < other.y1 and other.y0 < box.y1
    ]


def cut_off(canvas: Canvas) -> list[str]:
    """Words that leave the drawing."""
    width, height = canvas.width, canvas.height
    return [
        text for text, box in boxes(canvas) if box.x0 < -1 or box.x1 > width + 1 or box.y0 < -1 or box.y1 > height + 1
    ]


def forms(canvas: Canvas) -> tuple[str, str]:
    """Print form and page form."""
    return print_form(canvas, "Titel", "Beschreibung"), html_form(canvas, "fig-x-w", "Titel", "Beschreibung")


def elements(svg: str, kind: str) -> list[ElementTree.Element]:
    """Elements of a kind in an SVG of print form."""
    return list(ElementTree.fromstring(svg).iter(f"{SVG}{kind}"))


def assert_well_drawn(canvas: Canvas) -> None:
    """What holds for every chart: words neither touch nor leave, nothing is "nan", colours have roles."""
    assert overlaps(canvas) == []
    assert cut_off(canvas) == []
    fixed, page = forms(canvas)
    for svg in (fixed, page):
        assert "nan" not in svg.lower().replace("benannt", "").replace("genannt", "").replace("bekannt", "")
        assert "style=" not in svg  # the site forbids inline styles
        assert "None" not in svg
    ElementTree.fromstring(fixed)
    assert "var(" not in fixed
    for token in PALETTE.colours.values():
        assert f'"{token}"' not in page  # every colour follows the mode of the page
