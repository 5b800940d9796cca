"""Distribution: where all areas lie on one axis, and where the own area lies among them.

Every area is a dot; dots that would cover each other are stacked. Beneath stands what a box plot says: lowest value,
lower quartile, median, upper quartile, highest value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sozlib.chapter.canvas import TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.numbers import number
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import Scale, nice_scale
from sozlib.chapter.values import AreaValue, known, spoken_reason


@dataclass(frozen=True)
class FiveNumbers:
    """Lowest value, quartiles and highest value of the areas that have a value."""

    lowest: float
    lower_quartile: float
    median: float
    upper_quartile: float
    highest: float


def five_numbers(areas: Sequence[AreaValue]) -> FiveNumbers | None:
    """Five-number summary of the areas, None if none has a value.

    Areas count alike, whatever their size; the median is therefore not the district's value.
    """
    values = known(areas)
    if not values:
        return None
    low, q1, q2, q3, high = (float(v) for v in np.percentile(values, [0, 25, 50, 75, 100]))
    return FiveNumbers(low, q1, q2, q3, high)


@dataclass(frozen=True)
class _Label:
    text: str
    color: str
    value: float
    center: float
    half: float
    row: int


def distribution(
    areas: Sequence[AreaValue],
    whole: AreaValue | None,
    *,
    palette: Palette,
    own: str | None = None,
    unit: str = "%",
    decimals: int = 1,
    from_zero: bool = True,
    terms: tuple[str, str] = ("Raum", "Räume"),
    width: int = TEXT,
) -> Canvas:
    """Draw the distribution of an indicator over the areas.

    Parameters
    ----------
    areas
        Values of one period.
    whole
        The district's value, None to leave it out.
    own
        Id of the area that is emphasised.
    unit, decimals
        Of the indicator.
    from_zero
        Zero belongs to the axis.
    terms
        One area and several areas, as the report calls them.
    width
        Width in px.
    """
    slim = width < 500
    numbers = five_numbers(areas)
    shown = [a for a in areas if a.known]
    hidden = [a for a in areas if not a.known]
    mine = next((a for a in areas if a.area == own), None)
    values = [a.value for a in shown] + ([whole.value] if whole is not None else [])
    x = nice_scale(values, 26, width - 26, ticks=4 if slim else 8, from_zero=from_zero, to_tick=False)
    diameter = 11.0 if len(shown) <= 40 else 8.5
    stacked = _stacked(shown, x, diameter + 1.5)
    levels = max((level for _, level in stacked), default=0) + 1

    notes = list(wrap(_hidden_note(hidden, terms), width - 8, NOTE)) if hidden else []
    labels = _labels(mine, whole, slim, decimals, unit)
    label_rows = _label_rows(labels, x, width)
    header = 18.0 * (max((label.row for label in label_rows), default=-1) + 1) + 8
    base = header + levels * (diameter + 1.5) + 10
    box = base + 10
    axis = box + 34
    canvas = Canvas(width, axis + 40 + 16 * len(notes), palette)

    for tick, text in zip(x.ticks, x.labels(), strict=True):
        canvas.line([x(tick)] * 2, [header, axis], "grid", 1)
        canvas.text(x(tick), axis + 16, text, size=13, color="ink-2", anchor="middle")
    unit_text = "in %" if unit == "%" else unit
    canvas.text(width - 2, axis + 34, unit_text, size=NOTE, color="ink-2", anchor="end")
    canvas.line([x(x.low), x(x.high)], [base, base], "axis", 0.9)
    if numbers is not None and len(shown) >= 4:
        middle = box + 5.5
        canvas.rect(x(numbers.lowest), box, x(numbers.highest) - x(numbers.lowest), 11, "grid")
        width_half = max(x(numbers.upper_quartile) - x(numbers.lower_quartile), 1)
        canvas.rect(x(numbers.lower_quartile), box, width_half, 11, "others")
        canvas.line([x(numbers.median)] * 2, [box - 2, box + 13], "ink", 2)
        _box_words(canvas, x, numbers, middle + 21, decimals, slim, width)
    for label in label_rows:
        over = [o.row for o in label_rows if abs(o.center - x(label.value)) < o.half]
        start = 17.0 + 18 * max([label.row, *over])
        canvas.line([x(label.value)] * 2, [start, base if label.color == "own" else box + 13], label.color, 1.6)
    for area, level in stacked:
        emphasised = area.area == own
        y = base - 6 - diameter / 2 - level * (diameter + 1.5)
        canvas.dot(
            x(area.value or 0.0),
            y,
            diameter + 2 * emphasised,
            "own" if emphasised else "axis",
            stroke="paper",
            stroke_width=1,
        )
    for label in label_rows:
        canvas.text(label.center, 13 + 18.0 * label.row, label.text, bold=True, color=label.color, anchor="middle")
    canvas.lines_of_text(2, axis + 52, notes, leading=16, size=NOTE, color="ink-2")
    return canvas


def _stacked(areas: Sequence[AreaValue], x: Scale, step: float) -> list[tuple[AreaValue, int]]:
    """Areas with the level of their dot: as low as no dot of that level is touched."""
    ends: list[float] = []
    placed: list[tuple[AreaValue, int]] = []
    for area in sorted(areas, key=lambda a: a.value or 0.0):
        at = x(area.value or 0.0)
        level = next((k for k, end in enumerate(ends) if end + step <= at), len(ends))
        ends[level : level + 1] = [at]
        placed.append((area, level))
    return placed


def _labels(
    mine: AreaValue | None, whole: AreaValue | None, slim: bool, decimals: int, unit: str
) -> list[tuple[str, str, float]]:
    labels: list[tuple[str, str, float]] = []
    for area, color in ((whole, "district"), (mine, "own")):
        if area is not None and area.value is not None:
            name = area.short_name if slim else area.name
            mark = ":" if name[-1:].isdigit() else ""
            labels.append((f"{name}{mark} {area.text(decimals, unit)}", color, area.value))
    return labels


def _label_rows(labels: Sequence[tuple[str, str, float]], x: Scale, width: float) -> list[_Label]:
    """Labels away from each other: the lower value's ends at its line, the higher one's begins there."""
    placed: list[_Label] = []
    highest = max((value for *_, value in labels), default=0.0)
    for text, color, value in labels:
        half = text_width(text, SIZE, bold=True) / 2 + 2
        wanted = x(value) + (0.0 if len(labels) == 1 else half - 6 if value == highest else 6 - half)
        center = min(max(wanted, half), width - half)
        row = 0
        while any(o.row == row and abs(o.center - center) < half + o.half + 10 for o in placed):
            row += 1
        placed.append(_Label(text, color, value, center, half, row))
    return placed


def _box_words(
    canvas: Canvas, x: Scale, numbers: FiveNumbers, y: float, decimals: int, slim: bool, width: float
) -> None:
    """Words under the box, the less important ones only where they find room."""
    taken: list[tuple[float, float]] = []
    wanted = (
        (f"Median {number(numbers.median, decimals)}", numbers.median),
        (("min. " if slim else "niedrigster ") + number(numbers.lowest, decimals), numbers.lowest),
        (("max. " if slim else "höchster ") + number(numbers.highest, decimals), numbers.highest),
    )
    for text, value in wanted:
        half = text_width(text, NOTE) / 2 + 3
        center = min(max(x(value), half), width - half)
        if all(center + half < low or center - half > high for low, high in taken):
            taken.append((center - half, center + half))
            canvas.text(center, y, text, size=NOTE, color="ink-2", anchor="middle")


def _hidden_note(hidden: Sequence[AreaValue], terms: tuple[str, str]) -> str:
    """How many areas are missing and why: "2 Räume (.): geheim gehalten oder unbekannt"."""
    parts = []
    for status in dict.fromkeys(a.status for a in hidden):
        same = [a for a in hidden if a.status == status]
        noun = terms[0] if len(same) == 1 else terms[1]
        parts.append(f"{len(same)} {noun} ({same[0].sign}): {spoken_reason(status)}")
    return "Nicht gezeigt: " + "; ".join(parts)
