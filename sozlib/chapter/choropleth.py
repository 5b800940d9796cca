"""Map of the areas in classes, with a legend in words, counts and the district's value.

The class limits are the same for all years (:mod:`sozlib.chapter.classes`). An area without a value is hatched and has
a line of its own in the legend; it never gets the colour of a class. Small areas are repeated enlarged in an inset; a
label that finds no room in its area stands beside it with a line, or is left out where areas are many.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.classes import Classes
from sozlib.chapter.lettering import NOTE, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.numbers import NBSP
from sozlib.chapter.outlines import Outlines, Ring
from sozlib.chapter.palette import Palette, lettering
from sozlib.chapter.values import AreaValue, spoken_reason

_LINE = 22.0  # height of a legend line
_COLUMN = 206.0  # beside the map
_TALLEST = {True: 460.0, False: 560.0}  # of the main map, on phones and else
_TALLEST_FLAT = 270.0  # in print
_LEGEND = 160.0  # width of the legend beside an inset
_LABELLED = 60  # on maps of more areas, labels that find no room in theirs are left out
_MANY = 24  # from here on a map without inset takes the whole width


@dataclass(frozen=True)
class LegendEntry:
    """A line of the legend.

    Parameters
    ----------
    token
        Colour; ``withheld`` is hatched.
    label
        "6 bis unter 10", or why there is no value.
    count
        How many areas.
    """

    token: str
    label: str
    count: int


def class_of(value: AreaValue, classes: Classes) -> int | None:
    """Class in which an area is drawn: that of its value, or the one that the edition tells instead."""
    return value.told_class if value.value is None else classes.class_of(value.value)


def legend(values: Sequence[AreaValue], classes: Classes) -> tuple[LegendEntry, ...]:
    """Legend of a map: every class, also an empty one, then the reasons why values are missing."""
    found = [class_of(v, classes) for v in values]
    entries = [
        LegendEntry(token, label, found.count(number))
        for number, (token, label) in enumerate(zip(classes.tokens(), classes.labels(), strict=True))
    ]
    hidden = [v for v, number in zip(values, found, strict=True) if number is None]
    for reason in dict.fromkeys(spoken_reason(v.status) for v in hidden):
        same = [v for v in hidden if spoken_reason(v.status) == reason]
        entries.append(LegendEntry("withheld", f"{reason}{NBSP}({same[0].sign})", len(same)))
    return tuple(entries)


@dataclass(frozen=True)
class _View:
    """Where a part of the map lies: px of its left upper corner, scale, and the map's west and north end."""

    left: float
    top: float
    scale: float
    west: float
    north: float

    def rings(self, rings: Sequence[Ring]) -> list[Ring]:
        return [
            np.column_stack(
                (self.left + (r[:, 0] - self.west) * self.scale, self.top + (self.north - r[:, 1]) * self.scale)
            )
            for r in rings
        ]

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.left + (x - self.west) * self.scale, self.top + (self.north - y) * self.scale

    def back(self, x: float, y: float) -> tuple[float, float]:
        return self.west + (x - self.left) / self.scale, self.north - (y - self.top) / self.scale


def choropleth(
    outlines: Outlines,
    values: Sequence[AreaValue],
    classes: Classes,
    *,
    palette: Palette,
    whole: AreaValue | None = None,
    own: str | None = None,
    unit: str = "%",
    decimals: int = 1,
    plural: str = "Räume",
    width: int = TEXT,
    flat: bool = False,
    marked: Sequence[str] = (),
) -> Canvas:
    """Draw a map.

    Parameters
    ----------
    outlines
        The areas; those that have no value in ``values`` are hatched as unknown.
    values
        Values of one period; their labels stand in the areas.
    classes
        Classes of the indicator.
    whole
        The district; its value stands below the legend.
    own
        Id of the area with a double outline.
    unit, decimals
        Of the indicator.
    plural
        What the report calls its areas.
    width
        Width in px.
    flat
        For print: a lower map, inset and legend side by side, so that a second figure has room on the page.
    marked
        Ids of areas with a single outline.

    Notes
    -----
    Every area is a group ``area:<id>``, in display order: :func:`sozlib.chapter.svg.render` makes them links.
    """
    drawn = AreaMap(outlines, values, classes, palette, whole, own, unit, decimals, plural, width, flat)
    drawn.marked = [id for id in marked if id in drawn.values]
    return drawn.draw()


class AreaMap:
    """A map being laid out and drawn; maps with another legend are made of it.

    Parameters are those of :func:`choropleth`; ``without`` is what areas without class are called in the legend, ""
    for the reasons of each.
    """

    def __init__(
        self,
        outlines: Outlines,
        values: Sequence[AreaValue],
        classes: Classes,
        palette: Palette,
        whole: AreaValue | None,
        own: str | None,
        unit: str,
        decimals: int,
        plural: str,
        width: int,
        flat: bool = False,
        without: str = "",
    ):
        self.flat, self.without = flat, without
        self.marked: Sequence[str] = ()
        self.outlines, self.classes, self.palette, self.own, self.width = outlines, classes, palette, own, width
        given = {v.area: v for v in values}
        self.values = {id: given.get(id) or AreaValue(id, id, None, status=".") for id in outlines.shapes}
        self.slim = width < 500
        self.entries = self._entries()
        words = "Prozent" if unit == "%" else unit
        self.heading = f"{words} · Zahl der {plural}"
        self.mark = f"{whole.name} {whole.text(decimals, unit)}" if whole is not None else ""
        self._layout()

    def _entries(self) -> tuple[LegendEntry, ...]:
        entries = legend(list(self.values.values()), self.classes)
        hidden = sum(entry.count for entry in entries if entry.token == "withheld")
        if not (self.without and hidden):
            return entries
        return (*(e for e in entries if e.token != "withheld"), LegendEntry("withheld", self.without, hidden))

    def _layout(self) -> None:
        """Legend beside the map, or below it on phones and where many areas need the width."""
        width = self.width
        frame = self.outlines.frame
        self.below = self.slim or (frame is None and len(self.values) > _MANY)
        room = width if self.below else width - _COLUMN - 16
        west, south, east, north = self.outlines.bounds
        pad = 4.0  # the double outline, and labels beside their areas
        flat = self.flat and not self.below
        tallest = _TALLEST_FLAT if flat else _TALLEST[self.slim]
        scale = min((room - 2 * pad) / (east - west), tallest / (north - south))
        across_map = (east - west) * scale
        self.main = _View(pad if flat else (room - across_map) / 2, pad, scale, west, north)
        map_bottom = (north - south) * scale + 2 * pad
        beside = across_map + 2 * pad + 20
        self.map_box = (0.0, 0.0, beside - 20 if flat else float(room), map_bottom)
        self.inset: _View | None = None
        inset_bottom = inset_right = 0.0
        widest = 140.0 if self.slim else 190.0
        apart = flat and frame is not None and width - beside - _LEGEND - 18 >= 100
        if apart:
            widest = min(widest, width - beside - _LEGEND - 18)
        if frame is not None:
            across, up = frame[2] - frame[0], frame[3] - frame[1]
            scale = min(widest / across, 230.0 / up)
            title = self.outlines.inset.title if self.outlines.inset is not None else ""
            self.inset_title = wrap(title, max(widest, 140) if self.slim or apart else _COLUMN - 16, NOTE)
            left = 1.0 if self.slim else beside if apart else width - _COLUMN + 15
            top = (map_bottom + 12 if self.slim else 2.0) + 15.0 * len(self.inset_title) + 4
            self.inset = _View(left, top, scale, frame[0], frame[3])
            self.inset_box = (left, top, across * scale, up * scale)
            inset_right, inset_bottom = left + across * scale, top + up * scale + 2
        if apart:
            self.legend_left, self.legend_top, self.legend_right = inset_right + 18, 4.0, width - 2.0
        elif not self.below:
            self.legend_left, self.legend_top = width - _COLUMN + 15, inset_bottom + 16 if frame is not None else 4.0
            self.legend_right = width - 2.0
        else:
            self.legend_left, self.legend_top = (inset_right + 17 if frame is not None else 0.0), map_bottom + 14
            self.legend_right = width - 2.0 if frame is not None else 238.0 if self.slim else 205.0
        room = self.legend_right - self.legend_left - 30 - 22
        self.legend_lines = [(entry, wrap(entry.label, room, 13)) for entry in self.entries]
        full = width - 2.0 if self.below else self.legend_right
        self.legend_head = wrap(self.heading, full - self.legend_left, NOTE)
        legend_height = self._place_legend()
        self.height = max(map_bottom, self.legend_top + legend_height, inset_bottom) + 2
        if not self.below and frame is None:  # at the foot of the map
            self.legend_top = max(4.0, map_bottom - legend_height)

    def _place_legend(self) -> float:
        """Offsets of the legend's lines from its upper left corner; height in px.

        Below a wide map the lines stand in columns.
        """
        columns = 3 if self.below and not self.slim else 1
        per_column = -(-len(self.legend_lines) // columns)
        head = 15.0 * len(self.legend_head) + 6
        self.legend_offsets: list[tuple[float, float]] = []
        y, lowest = head, head
        for i, (_, text) in enumerate(self.legend_lines):
            if i % per_column == 0:
                y = head
            self.legend_offsets.append((i // per_column * 226.0, y))
            y += _LINE + 15 * (len(text) - 1)
            lowest = max(lowest, y)
        self.mark_offset = lowest
        return lowest + (22 if self.mark else 0) + 2

    def draw(self) -> Canvas:
        """The map as a figure."""
        self.canvas = Canvas(self.width, self.height, self.palette)
        tokens = self.classes.tokens()
        for id, value in self.values.items():
            enlarged = self.outlines.enlarged(id)
            if enlarged and self.inset is not None:
                self._area(id, value, tokens, self.main, 0.6, linked=False)
                self._area(id, value, tokens, self.inset, 1.1, linked=True)
            else:
                self._area(id, value, tokens, self.main, 0.9, linked=True)
        if self.inset is not None:
            self._frames()
        for id in self.marked:
            self._outline(id, (("ink", 2.4),))
        if self.own in self.values:
            self._outline(self.own, (("paper", 5.5), ("ink", 2.4)))
        self._labels()
        self._legend()
        return self.canvas

    def _area(
        self, id: str, value: AreaValue, tokens: Sequence[str], view: _View, line: float, *, linked: bool
    ) -> None:
        number = class_of(value, self.classes)
        hatched = number is None
        fill = "withheld" if number is None else tokens[number]
        self.canvas.shape(
            view.rings(self.outlines.rings[id]),
            fill,
            stroke="paper",
            stroke_width=line,
            hatched=hatched,
            area=id if linked else None,
        )

    def _frames(self) -> None:
        frame = self.outlines.frame
        if frame is None:
            return
        left, top = self.main.point(frame[0], frame[3])
        right, bottom = self.main.point(frame[2], frame[1])
        self.canvas.rect(left, top, right - left, bottom - top, None, stroke="ink-2", stroke_width=1)
        x, y, w, h = self.inset_box
        self.canvas.rect(x, y, w, h, None, stroke="ink-2", stroke_width=1)
        title_top = y - 15.0 * len(self.inset_title) + 8
        self.canvas.lines_of_text(x, title_top, self.inset_title, leading=15, size=NOTE, color="ink-2")

    def _outline(self, id: str, strokes: Sequence[tuple[str, float]]) -> None:
        """Lines around an area, on the map and in the inset; thinner where it is small."""
        views = [self.main]
        if self.outlines.enlarged(id) and self.inset is not None:
            views.append(self.inset)
        for view in views:
            small = len(views) == 2 and view is self.main
            for token, line in strokes:
                width = line * 0.58 if small else line
                self.canvas.shape(view.rings(self.outlines.rings[id]), None, stroke=token, stroke_width=width)

    def _labels(self) -> None:
        """Numbers of the areas: inside where there is room, else beside them with a line."""
        taken: list[tuple[float, float, float, float]] = []
        outside: list[tuple[str, float, float]] = []
        tokens = self.classes.tokens()
        several = len({e.label for e in self.entries if e.token == "withheld"}) > 1
        for id, value in self.values.items():
            text = value.label
            if not text:
                continue
            number = class_of(value, self.classes)
            if several and number is None:
                text = f"{text} {value.sign}"
            view = self.inset if self.outlines.enlarged(id) and self.inset is not None else self.main
            spot = self.outlines.spots[id]
            x, y = view.point(spot.x, spot.y)
            radius = spot.radius * view.scale
            size = next((s for s in (14.0, 13.0, 12.0) if self._fits(text, s, radius)), None)
            if size is None:
                if len(self.values) <= _LABELLED:
                    outside.append((text, x, y))
                continue
            half = text_width(text, size, bold=True) / 2
            taken.append((x - half - 2, y - size * 0.4, x + half + 2, y + size * 0.4))
            color = "ink"
            if number is None:
                self.canvas.rect(x - half - 3, y - 8.5, 2 * half + 6, 17, "withheld")
            else:
                color = lettering(tokens[number])
            self.canvas.text(
                x, y + size * MIDDLE, text, size=size, bold=True, color=color, anchor="middle", silent=True
            )
        for text, x, y in outside:
            self._beside(text, x, y, taken)

    @staticmethod
    def _fits(text: str, size: float, radius: float) -> bool:
        return math.hypot(text_width(text, size, bold=True) / 2, size * 0.34) <= radius * 1.05

    def _beside(self, text: str, x: float, y: float, taken: list[tuple[float, float, float, float]]) -> None:
        """Label next to its area: as near as it touches no other label, outside of all areas if it can be."""
        half, size = text_width(text, 12, bold=True) / 2, 12.0
        low_x, low_y, high_x, high_y = self.map_box
        best: tuple[float, float, float, bool] | None = None
        for distance in (14.0, 18.0, 23.0, 29.0, 36.0, 45.0, 58.0, 74.0):
            for k in range(24):
                angle = 2 * math.pi * (k + 0.5) / 24
                cx, cy = x + distance * math.cos(angle), y + distance * math.sin(angle)
                box = (cx - half - 2, cy - 7, cx + half + 2, cy + 7)
                if box[0] < low_x or box[1] < low_y or box[2] > high_x or box[3] > high_y:
                    continue
                if any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
                    continue
                if any(_crosses(x, y, cx, cy, t) for t in taken):
                    continue
                on_land = bool(self.outlines.land.intersects(shapely.Point(*self.main.back(cx, cy))))
                cost = distance + (30 if on_land else 0)
                if best is None or cost < best[0]:
                    best = (cost, cx, cy, on_land)
        if best is None:
            return
        _, cx, cy, on_land = best
        angle = math.atan2(cy - y, cx - x)
        reach = max(math.hypot(cx - x, cy - y) - (half if abs(math.cos(angle)) > 0.6 else 7) - 1, 0)
        self.canvas.line([x, x + reach * math.cos(angle)], [y, y + reach * math.sin(angle)], "ink", 0.9)
        self.canvas.dot(x, y, 4.5, "ink", stroke="paper", stroke_width=0.8)
        if on_land:
            self.canvas.rect(cx - half - 2, cy - 7, 2 * half + 4, 14, "paper")
        taken.append((cx - half - 2, cy - 7, cx + half + 2, cy + 7))
        self.canvas.text(cx, cy + size * MIDDLE, text, size=size, bold=True, color="ink", anchor="middle", silent=True)

    def _legend(self) -> None:
        canvas, left, top = self.canvas, self.legend_left, self.legend_top
        canvas.lines_of_text(left, top + 11, self.legend_head, leading=15, size=NOTE, color="ink-2")
        for (entry, text), (dx, dy) in zip(self.legend_lines, self.legend_offsets, strict=True):
            x, y = left + dx, top + dy
            hatched = entry.token == "withheld"
            frame = "hatch" if hatched else "axis"
            canvas.rect(x + 0.5, y, 22, 16, entry.token, stroke=frame, stroke_width=0.6, hatched=hatched)
            canvas.lines_of_text(x + 31, y + 12.5, text, leading=15, size=13)
            count = str(entry.count) if entry.count else "–"
            canvas.text(self.legend_right + dx, y + 12.5, count, size=13, color="ink-2", anchor="end")
        if self.mark:
            canvas.text(left, top + self.mark_offset + 14, self.mark, size=13, bold=True, color="district")


def _crosses(x: float, y: float, cx: float, cy: float, box: tuple[float, float, float, float]) -> bool:
    return any(box[0] < x + (cx - x) * t < box[2] and box[1] < y + (cy - y) * t < box[3] for t in (0.25, 0.5, 0.75))
