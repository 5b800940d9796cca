"""Map of the monitor's twelve classes: lightness is the status, hue the dynamics, and the legend is the matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from sozlib.chapter.canvas import TEXT, Canvas
from sozlib.chapter.choropleth import AreaMap, LegendEntry
from sozlib.chapter.classes import Kinds
from sozlib.chapter.lettering import NOTE
from sozlib.chapter.outlines import Outlines
from sozlib.chapter.palette import Palette, lettering
from sozlib.chapter.standing import DYNAMICS, STATUS, Standing
from sozlib.chapter.values import AreaValue

#: All cells of the matrix, row by row: "1p", "1s", "1n", "2p", …
CELLS = tuple(f"{status}{letter}" for status, letter in product(range(1, 5), "psn"))
_WIDTH, _HEIGHT, _LEFT = 34.0, 24.0, 52.0


def status_map(
    outlines: Outlines,
    standings: Mapping[str, Standing],
    labels: Mapping[str, str],
    *,
    palette: Palette,
    own: str | None = None,
    plural: str = "Räume",
    width: int = TEXT,
) -> Canvas:
    """Draw the map of the classes.

    Parameters
    ----------
    outlines
        The areas.
    standings
        Standing of each area; areas without both classes are hatched.
    labels
        What stands in each area, usually its number.
    own
        Id of the area with a double outline.
    plural
        What the report calls its areas.
    width
        Width in px.
    """
    values = [
        AreaValue(id, id, float(CELLS.index(s.cell)) if s.placed else None, status="" if s.placed else "x", label=label)
        for id, label in labels.items()
        if (s := standings.get(id)) is not None
    ]
    names = tuple(f"Status {s}, {d}" for s, (_, d) in product(STATUS, DYNAMICS))
    classes = Kinds(tuple(f"status-{cell}" for cell in CELLS), names)
    drawn = _StatusMap(outlines, values, classes, palette, None, own, "", 0, plural, width, without="ohne Einordnung")
    return drawn.draw()


class _StatusMap(AreaMap):
    """Map whose legend is the matrix; what is drawn as a line below it are the areas that stand nowhere in it."""

    def _entries(self) -> tuple[LegendEntry, ...]:
        return tuple(entry for entry in super()._entries() if entry.token == "withheld")

    def _place_legend(self) -> float:
        self.heading = f"Zahl der {self.heading.rpartition('Zahl der ')[2]}"
        self.legend_offsets = [(0.0, 24 + 4 * _HEIGHT + 30) for _ in self.legend_lines]
        return 24 + 4 * _HEIGHT + 26 + (24 if self.legend_lines else 0)

    def _legend(self) -> None:
        canvas, left, top = self.canvas, self.legend_left, self.legend_top
        counts = self.classes.counts(value.value for value in self.values.values())
        canvas.text(left, top + 13, "Status", size=NOTE, color="ink-2")
        for column, (sign, _) in enumerate(DYNAMICS):
            canvas.text(left + _LEFT + (column + 0.5) * _WIDTH, top + 13, sign, size=13, bold=True, anchor="middle")
        for position, (cell, count) in enumerate(zip(CELLS, counts, strict=True)):
            x, y = left + _LEFT + position % 3 * _WIDTH, top + 20 + position // 3 * _HEIGHT
            token = f"status-{cell}"
            canvas.rect(x, y, _WIDTH - 2, _HEIGHT - 2, token)
            canvas.text(
                x + _WIDTH / 2 - 1, y + 15.5, str(count or "–"), size=NOTE, color=lettering(token), anchor="middle"
            )
        for row in range(4):
            canvas.text(left + _LEFT - 8, top + 35.5 + row * _HEIGHT, str(row + 1), size=NOTE, anchor="end")
        foot = f"Dynamik, {self.heading}"
        canvas.text(left, top + 20 + 4 * _HEIGHT + 16, foot, size=NOTE, color="ink-2")
        for (entry, text), (dx, dy) in zip(self.legend_lines, self.legend_offsets, strict=True):
            canvas.rect(left + dx + 0.5, top + dy, 22, 16, entry.token, stroke="hatch", stroke_width=0.6, hatched=True)
            canvas.text(left + dx + 31, top + dy + 12.5, f"{' '.join(text)}: {entry.count}", size=13)


def cells_of(standings: Sequence[Standing]) -> dict[str, list[Standing]]:
    """Areas of each cell of the matrix."""
    return {cell: [s for s in standings if s.cell == cell] for cell in CELLS}
