"""Small multiples: many small trends that are compared at a glance.

Two uses: one indicator in all areas, on one scale; or many indicators of one area, each on its own scale. In both, the
whole is a grey line and the last value stands beside the title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sozlib.chapter.canvas import FULL, Canvas
from sozlib.chapter.lettering import SMALL, wrap
from sozlib.chapter.lettering import width as text_width
from sozlib.chapter.numbers import NBSP, number
from sozlib.chapter.palette import Palette
from sozlib.chapter.scale import Scale, nice_scale
from sozlib.chapter.values import TimeSeries, sign, value_text

_TITLE = 13.0
_LEADING = 15.5
_PLOT = 76.0
_GAP = 20.0


@dataclass(frozen=True)
class Panel:
    """One small trend.

    Parameters
    ----------
    title
        Name of the area or of the indicator.
    series
        Its values.
    whole
        The district's values, None to leave them out.
    label
        Number of the area, before the title.
    own
        Whether the panel is emphasised.
    unit, decimals
        Of the indicator.
    from_zero
        Zero belongs to the axis (panels with scales of their own).
    """

    title: str
    series: TimeSeries
    whole: TimeSeries | None = None
    label: str = ""
    own: bool = False
    unit: str = "%"
    decimals: int = 1
    from_zero: bool = True


def multiples(panels: Sequence[Panel], *, palette: Palette, shared_scale: bool = True, width: int = FULL) -> Canvas:
    """Draw small multiples.

    Parameters
    ----------
    panels
        In reading order.
    shared_scale
        One scale for all panels (areas) or one for each (indicators); the latter has its ends written at each axis.
    width
        Width in px; four panels a row from 680 px, two on phones.
    """
    if not panels:
        raise ValueError("small multiples need a panel")
    slim = width < 500
    columns = min(2 if slim else 4 if shared_scale or width > 900 else 3, len(panels))
    rows = [panels[i : i + columns] for i in range(0, len(panels), columns)]
    cell = (width - (columns - 1) * _GAP) / columns
    periods = [p for panel in panels for s in (panel.series, panel.whole) if s is not None for p in s.periods]
    first, last = (min(periods), max(periods)) if periods else (0, 1)
    values = [v for panel in panels for v in _values(panel)]
    common = nice_scale(values, 0, 1, ticks=3, from_zero=all(p.from_zero for p in panels)) if shared_scale else None

    heads = [[_head(panel, cell, last) for panel in row] for row in rows]
    room = [12.0 + (5.0 if not shared_scale or k == 0 else 0.0) for k in range(len(rows))]
    tops = [_LEADING * max(len(lines) for lines, _ in row) + extra for row, extra in zip(heads, room, strict=True)]
    plots = _PLOT + (14 if not shared_scale else 0)
    foot = 20.0
    canvas = Canvas(width, sum(top + plots + 20 for top in tops) + foot - 8, palette)
    y = 0.0
    for k, (row, head, top) in enumerate(zip(rows, heads, tops, strict=True)):
        for column, (panel, (lines, value)) in enumerate(zip(row, head, strict=True)):
            left = column * (cell + _GAP)
            scale = common or nice_scale(_values(panel), 0, 1, ticks=3, from_zero=panel.from_zero)
            box = Scale(scale.low, scale.high, y + top + plots, y + top, scale.ticks)
            last_in_column = k == len(rows) - 1 or column >= len(rows[k + 1])
            _panel(
                canvas,
                panel,
                box,
                lines,
                value,
                left,
                y,
                cell,
                (first, last),
                years=last_in_column,
                ends=not shared_scale or (k == 0 and column == 0),
            )
        y += top + plots + 20
    return canvas


def _values(panel: Panel) -> list[float | None]:
    return [*panel.series.values, *(panel.whole.values if panel.whole is not None else ())]


def _head(panel: Panel, cell: float, last: int) -> tuple[tuple[str, ...], str]:
    """Title in lines and last value (or sign) of a panel, with its year where that is not the last one."""
    series = panel.series
    if not series.periods:
        value = sign(".")
    else:
        value = value_text(series.values[-1], panel.decimals, series.statuses[-1], "")
        if series.periods[-1] != last:
            value += f" ({series.periods[-1]})"
    title = f"{panel.label}{NBSP}{NBSP}{panel.title}" if panel.label else panel.title
    room = cell - text_width(value, _TITLE, bold=True) - 8
    return wrap(title, room, _TITLE, panel.own), value


def _panel(
    canvas: Canvas,
    panel: Panel,
    y: Scale,
    lines: Sequence[str],
    value: str,
    left: float,
    top: float,
    cell: float,
    span: tuple[int, int],
    *,
    years: bool,
    ends: bool,
) -> None:
    first, last = span
    x = Scale(first, max(last, first + 1), left + 5, left + cell - 8)
    color = "own" if panel.own else "ink-2"
    canvas.lines_of_text(left, top + 14, lines, leading=_LEADING, size=_TITLE, bold=panel.own)
    known = bool(panel.series.values) and panel.series.values[-1] is not None
    canvas.text(left + cell, top + 14, value, size=_TITLE, bold=True, color=color if known else "ink-2", anchor="end")
    lowest, highest = y(y.low), y(y.high)
    for place, token in ((highest, "grid"), ((lowest + highest) / 2, "grid"), (lowest, "axis")):
        canvas.line([left, left + cell], [place, place], token, 0.8)
    if y.low < 0 < y.high:
        canvas.line([left, left + cell], [y(0), y(0)], "axis", 0.8)
    if panel.whole is not None:
        _series(canvas, panel.whole, x, y, "axis", 1.6)
    _series(canvas, panel.series, x, y, color, 2.6 if panel.own else 2.0, end=True)
    for period, mark in panel.series.signs():
        size = SMALL
        half = text_width(mark, size) / 2 + 2.5
        canvas.rect(x(period) - half, lowest - 13, 2 * half, 12.5, "paper")
        canvas.text(x(period), lowest - 3.5, mark, size=size, bold=True, color="ink-2", anchor="middle")
    if ends:
        unit = f"{NBSP}%" if panel.unit == "%" else f" {panel.unit}"
        canvas.text(left, highest - 3, number(y.high, y.decimals) + unit, size=SMALL, color="ink-2")
        if y.low != 0:
            canvas.text(left, lowest + 12.5, number(y.low, y.decimals), size=SMALL, color="ink-2")
    if years:
        shift = 13.0 if ends and y.low != 0 else 0.0
        canvas.text(left + shift * 2.6, lowest + 15, str(first), size=SMALL, color="ink-2")
        if last != first:
            canvas.text(left + cell, lowest + 15, str(last), size=SMALL, color="ink-2", anchor="end")


def _series(
    canvas: Canvas, series: TimeSeries, x: Scale, y: Scale, color: str, width: float, *, end: bool = False
) -> None:
    for run in series.runs():
        px = [x(series.periods[i]) for i in run]
        py = [y(v) for i in run if (v := series.values[i]) is not None]
        if len(run) == 1:
            canvas.dots(px, py, 4.5, color)
        else:
            canvas.line(px, py, color, width, cap="round")
    if end and series.last is not None:
        period, value = series.last
        canvas.dot(x(period), y(value), 5.5, color)
