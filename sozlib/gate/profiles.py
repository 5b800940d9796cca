"""Hidden values in profiles: the mark of an own value that the edition hides, or its number among those of a row.

A row begins with the indicator's name. What lies between it and the next row's is looked at: the own area has a mark
of its own colours, and every number printed is a value of some area.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sozlib.gate.drawing import Drawing, Text
from sozlib.gate.words import Names

#: Lines of a name that is wrapped stand so far below each other, px.
_LEADING = 17.0
#: A row begins so far above the baseline of its name, px.
_ABOVE = 20.0


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
        last = max((period for _, period in names.numbers(indicator)), default=None)
        numbers = _numbers(drawing, top, below)
        shown = {form for key, forms in names.shown.items() if key[0] == indicator for form in forms}
        for cell in names.cells(indicator, period=last):
            if "value" not in names.hidden.cells[cell]:
                continue
            own = cell[1] == area and names.without_value(cell) and _has_mark(drawing, top, below, names)
            printed = {form for form, column in names.forms[cell].items() if column == "value"}
            if own or numbers & printed - shown:
                yield cell


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


def _numbers(drawing: Drawing, top: float, below: float) -> set[str]:
    inside = (t.words for t in drawing.texts if t.anchor == "end" and top < t.y < below)
    return {number.strip() for words in inside for number in words.split("|")}


def _has_mark(drawing: Drawing, top: float, below: float, names: Names) -> bool:
    """Whether something in a row has the colours of an own value: a mark, or the line of its interval."""
    marks = {names.palette[token] for token in ("better-2", "worse-2", "own")}
    shapes = [ring for fill, rings in drawing.shapes if fill in marks for ring in rings]
    places = [y for _, y in drawing.circles] + [y for ring in shapes for _, y in ring]
    places += drawing.points[drawing.paints == names.palette["ink"], 1].tolist()
    return any(top < y < below for y in places)
