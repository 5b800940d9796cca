"""Hidden values in profiles: bars and marks that what the edition shows does not explain, numbers of a row likewise.

A row begins with the indicator's name. What lies between it and the next row's is looked at: the light bar spans the
values of all areas, the dark one their middle half, the own area has a mark of its own colours, and every number
printed is a value of some area. The whole is the middle of the row's scale, the end of the longer light bar its reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sozlib.gate.drawing import Drawing, Shape, Text
from sozlib.gate.words import Names

#: Lines of a name that is wrapped stand so far below each other, px.
_LEADING = 17.0
#: A row begins so far above the baseline of its name, px.
_ABOVE = 20.0
#: Ends of bars may be so far from where they belong, px: both ends of the scale are read off tenths.
_NEAR = 0.6


def hidden_values(drawing: Drawing, area: str, names: Names) -> Iterator[tuple[str, str, int]]:
    """Hidden values that a profile shows; none in another drawing.

    Parameters
    ----------
    drawing
        The drawing.
    area
        Whose profile it is.
    names
        Names and hidden cells.
    """
    for indicator, top, below in _rows(drawing, names):
        last = max((period for _, period in names.values(indicator)), default=0)
        row, scales = _Row.of(drawing, top, below, names), _scales(drawing, top, below, indicator, last, names)
        shown = {form for key, forms in names.shown.items() if key[0] == indicator for form in forms}
        for cell in names.cells(indicator, period=last):
            if "value" not in names.hidden.cells[cell]:
                continue
            bars = row.bars and cell[1] in names.reporting and not any(row.spans(scale) for scale in scales)
            own = names.numbers(indicator).get((area, last), [])
            misplaced = bool(scales) and not any(row.marks_only(own, scale) for scale in scales)
            marks = cell[1] == area and row.marks and (misplaced or names.without_value(cell))
            printed = {form for form, column in names.forms[cell].items() if column == "value"}
            if bars or marks or row.numbers & printed - shown:
                yield cell


@dataclass(frozen=True)
class _Scale:
    """Scale of a row: px of each number, and numbers that the edition shows of the reporting level."""

    whole: float
    center: float
    unit: float
    values: tuple[float, ...]

    def __call__(self, number: float) -> float:
        """Px of a number; what would lie outside stands at the edge."""
        reach = max((abs(value - self.whole) for value in self.values), default=0.0) or 1.0
        return self.center + self.unit * float(np.clip((number - self.whole) / reach, -1.02, 1.02))


@dataclass(frozen=True)
class _Row:
    """What a row shows: numbers, px of the own area's marks and of the ends of its interval, of both bars' ends."""

    numbers: frozenset[str]
    marks: tuple[float, ...]
    light: tuple[float, float] | None
    dark: tuple[float, float] | None

    @classmethod
    def of(cls, drawing: Drawing, top: float, below: float, names: Names) -> _Row:
        """The row between two heights."""
        colours, inside = names.palette, _inside(drawing, top, below)
        marks = [x for x, y in drawing.circles if top < y < below]
        for shape in inside:
            if shape.fill in (colours["better-2"], colours["worse-2"], colours["own"]):
                marks.append(sum(shape.across) / 2)
            elif not shape.fill and shape.stroke == colours["ink"]:
                marks += shape.across
        printed = (t.words for t in drawing.texts if t.anchor == "end" and top < t.y < below)
        numbers = frozenset(number.strip() for words in printed for number in words.split("|"))
        bars = ({shape.fill: shape.across for shape in inside}.get(colours[token]) for token in ("grid", "others"))
        return cls(numbers, tuple(marks), *bars)

    @property
    def bars(self) -> bool:
        """Whether it has any."""
        return self.light is not None or self.dark is not None

    def spans(self, scale: _Scale) -> bool:
        """Whether both bars are those of the scale's values; a bar is at least one px wide."""
        spread = np.percentile(scale.values, [0, 100, 25, 75]) if scale.values else np.full(4, np.nan)
        for bar, ends in ((self.light, spread[:2]), (self.dark, spread[2:])):
            low, high = sorted(scale(end) for end in ends)
            if bar is not None and not (abs(bar[0] - low) <= _NEAR and abs(bar[1] - max(high, low + 1)) <= _NEAR):
                return False
        return True

    def marks_only(self, numbers: Sequence[float], scale: _Scale) -> bool:
        """Whether every mark stands for one of some numbers."""
        places = [scale(number) for number in numbers]
        return all(any(abs(mark - place) <= _NEAR for place in places) for mark in self.marks)


def _scales(
    drawing: Drawing, top: float, below: float, indicator: str, period: int, names: Names
) -> tuple[_Scale, ...]:
    """Scales that a row can have: to the right may be more or less."""
    colours, inside = names.palette, _inside(drawing, top, below)
    shown = names.values(indicator)
    whole = shown.get((names.whole["id"], period))
    centers = [s.across[0] for s in inside if not s.fill and s.stroke == colours["district"]]
    bars = [s.across for s in inside if s.fill == colours["grid"]]
    if whole is None or not centers or not bars:
        return ()
    values = tuple(v for area in names.reporting if (v := shown.get((area, period))) is not None)
    # The bar reaches the end of the scale on one side at least.
    return tuple(
        _Scale(whole, centers[0], unit, values) for end in bars[0] for unit in (end - centers[0], centers[0] - end)
    )


def _inside(drawing: Drawing, top: float, below: float) -> list[Shape]:
    """Shapes of a row."""
    return [shape for shape in drawing.shapes if top < sum(shape.along) / 2 < below]


def _rows(drawing: Drawing, names: Names) -> Iterator[tuple[str, float, float]]:
    """Indicators of the rows, each with the upper edge of its row and that of what comes next."""
    lines = sorted((t for t in drawing.texts if t.anchor == "start"), key=lambda t: (t.x, t.y))
    entries: list[list[Text]] = []
    for line in lines:
        if entries and line.x == entries[-1][-1].x and line.y - entries[-1][-1].y <= _LEADING:
            entries[-1].append(line)
        else:
            entries.append([line])
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        indicator = names.indicator(" ".join(line.words for line in entry))
        if indicator is not None:
            next_one = following is not None and following[0].x == entry[0].x
            yield indicator, entry[0].y - _ABOVE, following[0].y - _ABOVE if following and next_one else np.inf
