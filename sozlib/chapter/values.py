"""What a chart draws: the value of one area in one period, and the series of one area.

Both carry the status of official tables. A value that is protected, unreliable or missing has a sign and no number;
``nan`` of a data frame never reaches a drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sozlib.chapter.numbers import number, with_unit
from sozlib.chapter.signs import SIGNS
from sozlib.snapshot import CLASSES, WITHOUT_VALUE

if TYPE_CHECKING:
    import pandas as pd


def finite(value: Any) -> float | None:
    """Number, or None where a table has none (None, ``nan``, ``NA``)."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        return None
    return result if math.isfinite(result) else None


@dataclass(frozen=True)
class AreaValue:
    """An indicator's value for one area and period.

    Parameters
    ----------
    area
        Id of the area.
    name
        Name to show; ``short_name`` where space is scarce.
    value, lower, upper
        Value and 95 % interval in the indicator's unit; None where there is none.
    status
        Sign of official tables, see :data:`sozlib.snapshot.Status`.
    label
        What identifies the area on maps, usually its number.
    versus
        ``above``, ``below``, ``same`` (not distinguishable from the whole) or None (not compared).
    """

    area: str
    name: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    status: str = ""
    short_name: str = ""
    label: str = ""
    versus: str | None = None

    def __post_init__(self) -> None:
        hidden = self.status in WITHOUT_VALUE
        for name in ("value", "lower", "upper"):
            object.__setattr__(self, name, None if hidden else finite(getattr(self, name)))
        if self.value is None:
            object.__setattr__(self, "lower", None)
            object.__setattr__(self, "upper", None)
        if not self.short_name:
            object.__setattr__(self, "short_name", self.name)

    @property
    def known(self) -> bool:
        """Whether there is a value to draw."""
        return self.value is not None

    @property
    def told_class(self) -> int | None:
        """Class that the edition tells instead of the value, 0 for the lowest; None where it tells none."""
        return CLASSES[self.status][0] - 1 if self.status in CLASSES else None

    @property
    def sign(self) -> str:
        """Sign that stands in place of a value, "" where there is a value."""
        return "" if self.known else sign(self.status)

    def text(self, decimals: int, unit: str = "") -> str:
        """Value as it is written beside its mark; the sign where there is no value."""
        return value_text(self.value, decimals, self.status, unit)


@dataclass(frozen=True)
class TimeSeries:
    """An indicator's values for one area over the periods in which it was recorded.

    Parameters
    ----------
    name
        Name to show beside the line.
    periods
        Years, rising; a year without a record is left out.
    values, lower, upper
        As long as ``periods``; None where there is no value.
    statuses
        Signs of official tables, as long as ``periods``.
    """

    name: str
    periods: tuple[int, ...]
    values: tuple[float | None, ...]
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()
    statuses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.periods)
        if list(self.periods) != sorted(set(self.periods)):
            raise ValueError("periods of a series must rise")
        statuses = self.statuses or ("",) * n
        object.__setattr__(self, "statuses", statuses)
        for field in ("values", "lower", "upper"):
            column = getattr(self, field) or (None,) * n
            if len(column) != n:
                raise ValueError(f"{field} must be as long as periods")
            shown = (None if s in WITHOUT_VALUE else finite(v) for v, s in zip(column, statuses, strict=True))
            object.__setattr__(self, field, tuple(shown))

    @classmethod
    def of(cls, name: str, frame: pd.DataFrame) -> TimeSeries:
        """Series of one area and one indicator from rows of :attr:`sozlib.snapshot.Snapshot.indicators`."""
        frame = frame.sort_values("period")
        return cls(
            name,
            tuple(int(p) for p in frame["period"]),
            tuple(frame["value"]),
            tuple(frame["lower"]),
            tuple(frame["upper"]),
            tuple(str(s) for s in frame["status"]),
        )

    @property
    def last(self) -> tuple[int, float] | None:
        """Last period with a value, and the value."""
        known = [(p, v) for p, v in zip(self.periods, self.values, strict=True) if v is not None]
        return known[-1] if known else None

    @property
    def known(self) -> bool:
        """Whether there is any value to draw."""
        return self.last is not None

    @property
    def rhythm(self) -> int:
        """Usual distance of two records in years: 1, or 2 for a survey every second year."""
        steps = [b - a for a, b in zip(self.periods, self.periods[1:], strict=False)]
        return max(set(steps), key=lambda step: (steps.count(step), -step)) if steps else 1

    def runs(self) -> list[list[int]]:
        """Positions of values that may be joined by a line.

        A line runs on from one record to the next if both have values and lie no further apart than the rhythm;
        everything else is a gap and stays one.
        """
        runs: list[list[int]] = []
        for i, value in enumerate(self.values):
            if value is None:
                continue
            previous = runs[-1][-1] if runs else None
            if previous == i - 1 and self.periods[i] - self.periods[i - 1] <= self.rhythm:
                runs[-1].append(i)
            else:
                runs.append([i])
        return runs

    def signs(self) -> list[tuple[int, str]]:
        """Periods that were recorded but have no value, each with its sign or the number of its class."""
        return [(p, mark(s)) for p, v, s in zip(self.periods, self.values, self.statuses, strict=True) if v is None]


def sign(status: str) -> str:
    """Sign for a cell without a value; a value missing without a reason is unknown."""
    return SIGNS[status].sign if status in SIGNS and status != "()" else SIGNS["."].sign


def mark(status: str) -> str:
    """Like :func:`sign` where there is room for one character only: of a class its number."""
    return str(CLASSES[status][0]) if status in CLASSES else sign(status)


def spoken_reason(status: str) -> str:
    """Why there is no value, in words of the legend of signs."""
    return SIGNS[status if status in SIGNS and status != "()" else "."].spoken


def value_text(value: float | None, decimals: int, status: str = "", unit: str = "") -> str:
    """Value as in tables: number, number in brackets, or sign; the unit only for "%" and only beside numbers."""
    if value is None or status in ("–", "0"):
        return sign(status)
    text = with_unit(number(value, decimals), unit if unit == "%" else "")
    return f"({text})" if status == "()" else text


def area_values(frame: pd.DataFrame, areas: pd.DataFrame) -> tuple[AreaValue, ...]:
    """Values of one indicator and one period, in the order of ``areas``.

    Parameters
    ----------
    frame
        Rows of :attr:`sozlib.snapshot.Snapshot.indicators`, at most one an area.
    areas
        The areas to show, rows of :attr:`sozlib.snapshot.Snapshot.areas`. An area without a row is unknown (".").
    """
    rows = {str(row["area"]): row for row in frame.to_dict("records")}
    return tuple(_area_value(area, rows.get(str(area["id"]))) for area in areas.to_dict("records"))


def _area_value(area: dict[Any, Any], row: dict[Any, Any] | None) -> AreaValue:
    label = finite(area["number"])
    short = area["short_name"]
    row = row or {"value": None, "lower": None, "upper": None, "status": ".", "versus_whole": None}
    versus = row["versus_whole"]
    return AreaValue(
        area=str(area["id"]),
        name=str(area["name"]),
        value=row["value"],
        lower=row["lower"],
        upper=row["upper"],
        status=str(row["status"]),
        short_name=short if isinstance(short, str) else "",
        label="" if label is None else f"{label:.0f}",
        versus=versus if isinstance(versus, str) else None,
    )


def known(values: Iterable[AreaValue]) -> list[float]:
    """Numbers of those values that have one."""
    return [v.value for v in values if v.value is not None]
