"""Population pyramid: people by age group and sex, beside an earlier year or the structure of the whole.

Bars are the area today; a dark step line is what it is compared with. Against the whole only shares can be
compared, so both are then drawn in per cent of all inhabitants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sozlib.chapter.canvas import MIDDLE, TEXT, Canvas
from sozlib.chapter.lettering import NOTE, SMALL, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.numbers import number
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import nice_scale
from sozlib.chapter.values import finite, sign
from sozlib.snapshot import WITHOUT_VALUE

if TYPE_CHECKING:
    import pandas as pd

Counts = tuple[float | None, ...]


@dataclass(frozen=True)
class AgeStructure:
    """Inhabitants by age group and sex.

    Parameters
    ----------
    label
        What it is: "2025", "Kreis 2025".
    age_from, age_to
        First and last age of each group, rising; None as last age means "and older".
    male, female
        Inhabitants of each group; None where the number is not shown.
    male_status, female_status
        Signs of official tables.
    exact
        Whether the numbers add up; rounded ones do not.
    """

    label: str
    age_from: tuple[int, ...]
    age_to: tuple[int | None, ...]
    male: Counts
    female: Counts
    male_status: tuple[str, ...] = ()
    female_status: tuple[str, ...] = ()
    exact: bool = True

    def __post_init__(self) -> None:
        for sex in ("male", "female"):
            counts = getattr(self, sex)
            status = getattr(self, f"{sex}_status") or ("",) * len(counts)
            shown = (None if s in WITHOUT_VALUE else finite(c) for c, s in zip(counts, status, strict=True))
            object.__setattr__(self, sex, tuple(shown))
            object.__setattr__(self, f"{sex}_status", status)

    @classmethod
    def of(cls, label: str, frame: pd.DataFrame, *, exact: bool = True) -> AgeStructure:
        """Structure of one area and period from rows of :attr:`sozlib.snapshot.Snapshot.population`."""
        cells = {(str(r["sex"]), int(r["age_from"])): r for r in frame.to_dict("records")}
        ages = sorted({age for _, age in cells})
        last = {age: next(finite(r["age_to"]) for (_, a), r in cells.items() if a == age) for age in ages}
        columns = {}
        for sex in ("m", "f"):
            found = [cells.get((sex, age)) for age in ages]
            columns[sex] = (
                tuple(None if r is None else finite(r["value"]) for r in found),
                tuple("." if r is None else str(r["status"]) for r in found),
            )
        to = tuple(None if (end := last[age]) is None else int(end) for age in ages)
        return cls(label, tuple(ages), to, columns["m"][0], columns["f"][0], columns["m"][1], columns["f"][1], exact)

    @property
    def total(self) -> float:
        """Sum of the numbers shown."""
        return sum(c for c in (*self.male, *self.female) if c is not None)

    @property
    def complete(self) -> bool:
        """Whether every group has a number."""
        return None not in self.male and None not in self.female

    def scaled(self, share: bool) -> tuple[Counts, Counts]:
        """Numbers, or per cent of all inhabitants shown."""
        factor = 100 / self.total if share and self.total else 1.0
        return tuple(None if c is None else c * factor for c in self.male), tuple(
            None if c is None else c * factor for c in self.female
        )

    def groups(self) -> tuple[str, ...]:
        """Age groups as words: "0–4", "90+"."""
        return tuple(f"{a}+" if b is None else f"{a}–{b}" for a, b in zip(self.age_from, self.age_to, strict=True))


def pyramid(
    own: AgeStructure,
    *,
    palette: Palette,
    compared: AgeStructure | None = None,
    share: bool = False,
    width: int = TEXT,
) -> Canvas:
    """Draw a pyramid.

    Parameters
    ----------
    own
        The bars.
    compared
        The step line: an earlier year of the same area, or the whole (then with ``share``). Groups must be the same.
    share
        Per cent of all inhabitants in place of persons.
    width
        Width in px.
    """
    if compared is not None and compared.age_from != own.age_from:
        raise ValueError("both structures need the same age groups")
    slim = width < 500
    groups = own.groups()
    middle = max((text_width(g, SMALL) for g in groups), default=0.0) + 14
    note = f"{compared.label}" if compared is not None else ""
    notes = wrap(note, width - 130, NOTE) if note else ()
    bar = 15.0 if slim else 17.0
    head = 48.0 + 15.0 * max(len(notes) - 1, 0)
    n = len(groups)
    canvas = Canvas(width, head + n * bar + 40, palette)
    bottom = head + n * bar
    male, female = own.scaled(share)
    other = compared.scaled(share) if compared is not None else ((), ())
    reach = (width - 8 - middle) / 2
    scale = nice_scale(
        [*male, *female, *other[0], *other[1]],
        0,
        reach - 6,
        ticks=3 if slim else 4,
        to_tick=False,
        whole_numbers=not share,
    )
    edges = {-1: width / 2 - middle / 2, 1: width / 2 + middle / 2}
    for side, edge in edges.items():
        for tick, label in zip(scale.ticks, scale.labels(), strict=True):
            at = edge + side * scale(tick)
            canvas.line([at, at], [head, bottom], "grid", 1)
            canvas.text(at, bottom + 17, label, size=13, color="ink-2", anchor="middle")
    unit = "in % aller Einwohnerinnen und Einwohner" if share else "Personen"
    canvas.text(width - 4, bottom + 35, unit, size=NOTE, color="ink-2", anchor="end")
    for side, counts, statuses, token in (
        (-1, male, own.male_status, "male"),
        (1, female, own.female_status, "female"),
    ):
        for i, (count, status) in enumerate(zip(counts, statuses, strict=True)):
            y = bottom - (i + 1) * bar
            if count is None:
                at = edges[side] + side * 7
                canvas.rect(min(edges[side], edges[side] + side * 14), y + 1, 14, bar - 2, "withheld")
                canvas.text(at, y + bar / 2 + 4, sign(status), size=SMALL, bold=True, color="ink-2", anchor="middle")
            else:
                length = scale(count)
                canvas.rect(edges[side] - (length if side < 0 else 0), y + 0.8, length, bar - 1.6, token)
    for side, counts in ((-1, other[0]), (1, other[1])):
        _steps(canvas, counts, edges[side], side, bottom, bar, scale.end / (scale.high or 1))
    every = 2 if n > 12 else 1
    for i in range(0, n, every):
        y = bottom - (i + 0.5) * bar
        canvas.text(width / 2, y + SMALL * MIDDLE, groups[i], size=SMALL, color="ink-2", anchor="middle")
    if every == 2 and n % 2 == 0:
        y = bottom - (n - 0.5) * bar
        canvas.text(width / 2, y + SMALL * MIDDLE, groups[-1], size=SMALL, color="ink-2", anchor="middle")
    _heads(canvas, own, notes, share, head, middle, width)
    return canvas


def _steps(canvas: Canvas, counts: Counts, edge: float, side: int, bottom: float, bar: float, per_unit: float) -> None:
    """Step line over runs of groups with a number."""
    xs: list[float] = []
    ys: list[float] = []
    for i, count in enumerate((*counts, None)):
        if count is None:
            if xs:
                canvas.line(xs, ys, "ink", 1.8)
            xs, ys = [], []
            continue
        at = edge + side * count * per_unit
        xs += [at, at]
        ys += [bottom - i * bar, bottom - (i + 1) * bar]


def _heads(
    canvas: Canvas, own: AgeStructure, notes: tuple[str, ...], share: bool, head: float, middle: float, width: float
) -> None:
    canvas.rect(4, 5, 10, 10, "male")
    canvas.rect(15, 5, 10, 10, "female")
    canvas.text(31, 14, own.label, size=NOTE, color="ink-2")
    start = 31 + text_width(own.label, NOTE) + 18
    if notes:
        canvas.line([start, start + 22], [10, 10], "ink", 1.8)
        canvas.lines_of_text(start + 29, 14, notes, leading=15, size=NOTE, color="ink-2")
    for side, word, counts, anchor in ((-1, "Männer", own.male, "end"), (1, "Frauen", own.female, "start")):
        shown = [c for c in counts if c is not None]
        text = f"{word} {number(float(np.sum(shown)), 0)}" if own.exact and len(shown) == len(counts) else word
        x = width / 2 + side * (middle / 2 + 4)
        canvas.text(x, head - 9, text, bold=True, anchor="end" if anchor == "end" else "start")
