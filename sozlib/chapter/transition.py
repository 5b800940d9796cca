"""Who has moved from which type to which: bands between two years.

A band is as thick as it has areas. Those that stayed are grey; those that moved have the colour of the type they came
from, and their numbers where there is room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SIZE, wrap
from sozlib.chapter.palette import Palette, lettering

#: Key of the areas without type; it stands last.
WITHOUT = "x"
_BAR, _LEADING, _LABELLED = 22.0, 16.0, 14.0


@dataclass(frozen=True)
class Move:
    """An area's letters in both years (:data:`WITHOUT` for none), and what identifies it in drawings ("" for none)."""

    before: str
    now: str
    label: str = ""


@dataclass(frozen=True)
class _Block:
    """A type's bar on one side: its upper end, how high it is, the middle of its label, the label."""

    top: float
    height: float
    middle: float
    lines: Sequence[str]


def transition(
    moves: Sequence[Move], titles: Mapping[str, str], years: tuple[int, int], *, palette: Palette, width: int = TEXT
) -> Canvas:
    """Draw the bands.

    Parameters
    ----------
    moves
        One for each area.
    titles
        Name of each letter.
    years
        The two years.
    width
        Width in px; on phones the names are left out and the letters stand alone.
    """
    room = 30.0 if width < 500 else 196.0
    unit = min(18.0, 330.0 / max(len(moves), 1))
    before = _blocks([m.before for m in moves], titles, unit, room)
    now = _blocks([m.now for m in moves], titles, unit, room)
    lowest = max(
        max(b.top + b.height, b.middle + _LEADING * len(b.lines) / 2) for b in (*before.values(), *now.values())
    )
    canvas = Canvas(width, lowest + 8, palette)
    left, right = room + _BAR + 6, width - room - _BAR - 6
    flows = {(a, b): [m for m in moves if (m.before, m.now) == (a, b)] for a in before for b in now}
    flows = {pair: here for pair, here in flows.items() if here}
    starts, ends = _ends(before, flows, unit, 0), _ends(now, flows, unit, 1)
    for pair in sorted(flows, key=lambda pair: pair[0] != pair[1]):
        _flow(canvas, pair, flows[pair], (left, right), (starts[pair], ends[pair]), unit)
    for number, blocks in enumerate((before, now)):
        for key, block in blocks.items():
            _label(canvas, key, block, bool(number), width, room)
    canvas.text(left, 13, str(years[0]), bold=True, anchor="end")
    canvas.text(right, 13, str(years[1]), bold=True)
    return canvas


def _blocks(keys: Sequence[str], titles: Mapping[str, str], unit: float, room: float) -> dict[str, _Block]:
    """Bars of a side; one that is lower than its label gets the label's height to itself."""
    blocks, y = {}, 26.0
    for key in sorted(set(keys), key=lambda k: (k == WITHOUT, k)):
        count = keys.count(key)
        name = () if room < 100 else wrap(titles[key], room - 6, SIZE)
        lines = [*name, str(count)]
        height = max(unit * count, _LEADING * len(lines), _BAR)
        blocks[key] = _Block(y + (height - unit * count) / 2, unit * count, y + height / 2, lines)
        y += height + 12
    return blocks


def _ends(
    blocks: Mapping[str, _Block], flows: Mapping[tuple[str, str], Sequence[Move]], unit: float, side: int
) -> dict[tuple[str, str], float]:
    """Upper end of each band at its bar on one side, ordered as the bars of the other side are."""
    ends = {}
    for key, block in blocks.items():
        y = block.top
        for pair in (p for p in flows if p[side] == key):
            ends[pair] = y
            y += unit * len(flows[pair])
    return ends


def _flow(
    canvas: Canvas,
    pair: tuple[str, str],
    moves: Sequence[Move],
    x: tuple[float, float],
    y: tuple[float, float],
    unit: float,
) -> None:
    stayed, unknown = pair[0] == pair[1], pair[0] == WITHOUT
    token = "grid" if stayed else "withheld" if unknown else f"type-{pair[0].lower()}"
    canvas.shape([_band(x, y, unit * len(moves))], token, stroke="paper", stroke_width=0.8)
    if stayed or unit < _LABELLED:
        return
    for n, move in enumerate(moves):
        middle = y[1] + unit * (n + 0.5) + NOTE * MIDDLE
        color = "ink" if unknown else lettering(token)
        canvas.text(x[1] - 8, middle, move.label, size=NOTE, bold=True, color=color, anchor="end", silent=True)


def _band(x: tuple[float, float], y: tuple[float, float], thickness: float) -> npt.NDArray[np.float64]:
    t = np.linspace(0, 1, 25)
    across, down = x[0] + (x[1] - x[0]) * t, y[0] + (y[1] - y[0]) * (3 * t**2 - 2 * t**3)
    upper, lower = np.column_stack((across, down)), np.column_stack((across, down + thickness))[::-1]
    return np.vstack((upper, lower, upper[:1]))


def _label(canvas: Canvas, key: str, block: _Block, after: bool, width: float, room: float) -> None:
    token = "withheld" if key == WITHOUT else f"type-{key.lower()}"
    bar = width - room - _BAR - 2 if after else room + 2
    canvas.rect(bar, block.top, _BAR, max(block.height, 2.0), token, hatched=key == WITHOUT)
    if block.height >= _LABELLED and key != WITHOUT:
        middle = block.top + block.height / 2 + SIZE * MIDDLE
        canvas.text(bar + _BAR / 2, middle, key, bold=True, color=lettering(token), anchor="middle", silent=True)
    at = width - room + 4 if after else room - 4
    first = block.middle - (len(block.lines) - 1) * _LEADING / 2 + SIZE * MIDDLE
    for n, line in enumerate(block.lines):
        count = n == len(block.lines) - 1
        size, color = (NOTE, "ink-2") if count else (SIZE, "ink")
        canvas.text(at, first + n * _LEADING, line, size=size, color=color, anchor="start" if after else "end")
