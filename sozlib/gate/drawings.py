"""Hidden numbers in drawings: a point, a line's corner or a bar's end where the hidden value would stand.

A drawing is read as a reader with a ruler would: the axis is found by the labels of its ticks, the hidden value is put
on it, and what stands there is looked at. Trends, funnels and dot plots have both axes; in rankings and pairs of dots
the row's name, in small multiples the panel's title says whose mark it is. Maps, pyramids and profiles are looked at in
:mod:`~sozlib.gate.maps`, :mod:`~sozlib.gate.pyramids` and :mod:`~sozlib.gate.profiles`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from sozlib.gate import maps, profiles, pyramids
from sozlib.gate.drawing import NEAR, YEAR, Axis, Drawing
from sozlib.gate.pages import Leak
from sozlib.gate.words import Names

_LABEL = re.compile(r"^\d+ (?=\D)")


def leaks(svg: Any, id: str, area: str, names: Names) -> Iterator[Leak]:
    """Hidden values that a drawing shows.

    Parameters
    ----------
    svg
        Element of the drawing.
    id
        Id of its figure, which names the indicator.
    area
        Area of the volume.
    names
        Names and hidden cells.
    """
    indicator = names.of_block(id)
    if indicator is None and any(of == area for of, *_ in names.hidden.people):
        for _, period, _, low in pyramids.hidden_groups(Drawing(svg), area, names):
            yield Leak(f"Zeichnung {id}", f"Bevölkerung, Altersgruppe ab {low} Jahren, {period}")
    if indicator is not None and not any(True for _ in names.cells(indicator)):
        return
    if indicator is None and not any(part in id for part in ("-vielfache", "-verlaeufe", "-profil")):
        return
    drawing = Drawing(svg)
    found: Iterator[tuple[str, str, int]] = iter(())
    years, up, across = drawing.years, drawing.up, drawing.across
    if indicator is None and "-profil" in id:
        found = profiles.hidden_values(drawing, area, names)
    elif indicator is not None and "-karte-" in id:
        found = maps.hidden_areas(drawing, indicator, names)
    elif indicator is not None and years is not None and up is not None:
        found = _on_trend(drawing, years, up, indicator, area, names)
    elif indicator is not None and up is not None and "-trichter-" in id:
        found = _in_funnel(drawing, up, indicator, names)
    elif indicator is not None and across is not None:
        found = _on_row(drawing, across, indicator, names, then_and_now="-veraenderung-" in id)
    elif years is None and across is None:
        found = _in_panels(drawing, indicator, area, names)
    for cell in dict.fromkeys(found):
        yield Leak(f"Zeichnung {id}", names.described(cell))


def _on_trend(
    drawing: Drawing, years: Axis, up: Axis, indicator: str, area: str, names: Names
) -> Iterator[tuple[str, str, int]]:
    shown = names.numbers(indicator)
    for cell in names.cells(indicator):
        numbers = names.hidden.cells[cell]
        x = years(cell[2])
        others = [up(n) for (_, period), values in shown.items() if period == cell[2] for n in values]
        for column in ("value", "lower", "upper"):
            y = up(numbers[column]) if column in numbers else None
            explained = y is None or any(abs(y - other) <= 2 * NEAR for other in others)
            if y is not None and not explained and drawing.mark_at(x, y):
                yield cell


def _in_funnel(drawing: Drawing, up: Axis, indicator: str, names: Names) -> Iterator[tuple[str, str, int]]:
    """A dot at the height of a hidden value that no shown value of the year explains."""
    named = YEAR.findall(drawing.title)
    period = int(named[-1]) if named else None
    shown = [up(n) for (_, p), values in names.numbers(indicator).items() if period in (None, p) for n in values]
    for cell in names.cells(indicator, period=period):
        if "value" not in names.hidden.cells[cell]:
            continue
        y = up(names.hidden.cells[cell]["value"])
        dots = any(abs(cy - y) <= NEAR for _, cy in drawing.circles)
        if dots and not any(abs(y - other) <= 2 * NEAR for other in shown):
            yield cell


def _on_row(
    drawing: Drawing, across: Axis, indicator: str, names: Names, *, then_and_now: bool = False
) -> Iterator[tuple[str, str, int]]:
    """Marks of a row whose value is hidden; of both years that the title names where it compares two."""
    named = [int(year) for year in YEAR.findall(drawing.title)]
    for period in named if then_and_now else [named[-1] if named else None]:
        yield from _in_year(drawing, across, indicator, names, period)


def _in_year(
    drawing: Drawing, across: Axis, indicator: str, names: Names, period: int | None
) -> Iterator[tuple[str, str, int]]:
    rows = {names.area(t.words): t.y for t in drawing.texts if t.anchor == "end" and names.area(t.words)}
    shown = [n for (_, p), values in names.numbers(indicator).items() if period in (None, p) for n in values]
    for cell in names.cells(indicator, period=period):
        numbers = names.hidden.cells[cell]
        if "value" not in numbers:
            continue
        if cell[1] in rows and names.without_value(cell):
            y = rows[cell[1]]
            if any(y - 12 < cy < y + 4 for _, cy in drawing.circles):
                yield cell
        else:
            x = across(numbers["value"])
            dots = [cx for cx, _ in drawing.circles if abs(cx - x) <= NEAR]
            if dots and not any(abs(across(n) - x) <= 2 * NEAR for n in shown):
                yield cell


def _in_panels(drawing: Drawing, indicator: str | None, area: str, names: Names) -> Iterator[tuple[str, str, int]]:
    """Small multiples: a mark above a year whose value the panel hides."""
    ends = sorted(int(t.words) for t in drawing.texts if YEAR.fullmatch(t.words))
    if not ends or ends[0] == ends[-1] or not len(drawing.points):
        return
    palette = names.palette
    drawn = np.isin(drawing.paints, [palette["own"], palette["ink-2"]])
    points = drawing.points[drawn]
    titles = [(t, _panel(t.words, indicator, area, names)) for t in drawing.texts if t.anchor == "start"]
    titles = [(t, key) for t, key in titles if key is not None]
    rows = sorted({t.y for t, _ in titles})
    for text, key in titles:
        right = min((t.x for t in drawing.texts if t.anchor == "end" and t.y == text.y and t.x > text.x), default=None)
        if right is None or key is None:
            continue
        below = next((y for y in rows if y > text.y), np.inf)
        for cell in names.cells(key[0], key[1]):
            if not names.without_value(cell):
                continue
            x = text.x + 5 + (cell[2] - ends[0]) / (ends[-1] - ends[0]) * (right - text.x - 13)
            inside = (points[:, 1] > text.y) & (points[:, 1] < below) & (np.abs(points[:, 0] - x) <= NEAR)
            if inside.any():
                yield cell


def _panel(title: str, indicator: str | None, area: str, names: Names) -> tuple[str, str] | None:
    words = _LABEL.sub("", title)
    if indicator is not None:
        of = names.area(words)
        return (indicator, of) if of else None
    named = names.indicator(words)
    return (named, area) if named else None
