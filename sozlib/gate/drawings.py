"""Hidden numbers in drawings: a point, a line's corner or a bar's end where the hidden value would stand.

A drawing is read as a reader with a ruler would: the axis is found by the labels of its ticks, the hidden value is put
on it, and what stands there is looked at. Trends, funnels and dot plots have both axes; in rankings and pairs of dots
the row's name, in small multiples the panel's title says whose mark it is, and that mark must be where the number
stands that the edition shows. Maps, pyramids and profiles are looked at in :mod:`~sozlib.gate.maps`,
:mod:`~sozlib.gate.pyramids` and :mod:`~sozlib.gate.profiles`, small multiples in :mod:`~sozlib.gate.panels`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sozlib.gate import maps, panels, profiles, pyramids
from sozlib.gate.drawing import NEAR, YEAR, Axis, Drawing
from sozlib.gate.pages import Leak
from sozlib.gate.words import START, Names


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
    if indicator is None and any(of in (area, names.whole["id"]) for of, *_ in names.hidden.people):
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
    elif indicator is not None and ("-karte-" in id or id.startswith(START)):
        found = maps.hidden_areas(drawing, indicator, names, smoothed="-geglaettet-" in id)
    elif indicator is not None and years is not None and up is not None:
        found = _on_trend(drawing, years, up, indicator, area, names)
    elif indicator is not None and up is not None and "-trichter-" in id:
        found = _in_funnel(drawing, up, indicator, names)
    elif indicator is not None and across is not None:
        named = [int(year) for year in YEAR.findall(drawing.title)]
        periods = named if "-veraenderung-" in id else named[-1:]
        found = _on_row(drawing, across, indicator, names, periods, raw="-standardisiert-" not in id)
    elif years is None and across is None:
        found = panels.hidden_marks(drawing, indicator, area, names)
    for cell in dict.fromkeys(found):
        yield Leak(f"Zeichnung {id}", names.described(cell))


def _on_trend(
    drawing: Drawing, years: Axis, up: Axis, indicator: str, area: str, names: Names
) -> Iterator[tuple[str, str, int]]:
    """Marks above a year that neither the area's nor the whole's numbers explain."""
    shown, marks = names.numbers(indicator), drawing.marks(names.palette)
    for period in sorted({cell[2] for cell in names.cells(indicator)}):
        heights = marks[np.abs(marks[:, 0] - years(period)) <= NEAR, 1]
        if not len(heights):
            continue
        others = [up(n) for of in (area, names.whole["id"]) for n in shown.get((of, period), ())]
        for cell in names.cells(indicator, period=period):
            numbers = names.hidden.cells[cell]
            for y in (up(numbers[column]) for column in ("value", "lower", "upper") if column in numbers):
                explained = any(abs(y - other) <= 2 * NEAR for other in others)
                if not explained and (np.abs(heights - y) <= NEAR).any():
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
    drawing: Drawing, across: Axis, indicator: str, names: Names, periods: Sequence[int], *, raw: bool
) -> Iterator[tuple[str, str, int]]:
    """Marks that no value shown of the row, or of any row where rows have no names, explains.

    Parameters
    ----------
    drawing, across, indicator, names
        The drawing, its axis, what it shows, what is hidden.
    periods
        Years whose values it shows; empty for all.
    raw
        Whether it shows values as the tables have them, not standardised ones beside them.
    """
    rows = {names.area(t.words): t.y for t in drawing.texts if t.anchor == "end" and names.area(t.words)}
    shown = names.values(indicator)
    beside = [] if raw else [across(n) for n in names.derived_values(indicator)]
    others = [across(n) for (_, period), n in shown.items() if not periods or period in periods]
    for cell in names.cells(indicator):
        if (periods and cell[2] not in periods) or "value" not in names.hidden.cells[cell]:
            continue
        if cell[1] in rows:
            y = rows[cell[1]]
            marks = [cx for cx, cy in drawing.circles if y - 12 < cy < y + 4]
            own = [across(shown[cell[1], period]) for period in periods if (cell[1], period) in shown]
            explained = [] if names.without_value(cell) else own + beside
            if any(not any(abs(x - place) <= 2 * NEAR for place in explained) for x in marks):
                yield cell
        else:
            x = across(names.hidden.cells[cell]["value"])
            dots = any(abs(cx - x) <= NEAR for cx, _ in drawing.circles)
            if dots and not any(abs(other - x) <= 2 * NEAR for other in others + beside):
                yield cell
