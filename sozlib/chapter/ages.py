"""Age-standardised values as the snapshot holds them, and what the catalogue says about them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sozlib.chapter import german
from sozlib.chapter.context import Context
from sozlib.chapter.readings import Reading, Series
from sozlib.chapter.values import finite


def asked(context: Context, indicator: str) -> Mapping[str, Any]:
    """What the catalogue says about an indicator's standardisation; empty where it asks for none."""
    for entry in context.snapshot.meta["catalogue"]:
        if entry["id"] == indicator:
            return entry.get("standardised") or {}
    return {}


def readings(context: Context, series: Series, period: int | None = None) -> dict[str, Reading]:
    """Standardised values by area, of the latest period when none is given; empty where there are none."""
    frame = context.snapshot.standardised
    if frame is None:
        return {}
    rows = frame[(frame["indicator"] == series.meta.id) & (frame["period"] == (period or series.period))]
    return {
        str(row["area"]): Reading(
            series.meta.id,
            str(row["area"]),
            int(row["period"]),
            str(row["status"] or ""),
            finite(row["value"]),
            finite(row["lower"]),
            finite(row["upper"]),
        )
        for row in rows.to_dict("records")
    }


def structure(context: Context, indicator: str) -> str:
    """Whose age structure is used, in the genitive or with its name."""
    if asked(context, indicator).get("reference") == "esp2013":
        return "der europäischen Standardbevölkerung 2013"
    return context.setting.whole.kind_genitive


def explained(context: Context, indicator: str) -> str:
    """How an indicator is standardised, for its sheet; "" where it is not."""
    wanted = asked(context, indicator)
    if not wanted:
        return ""
    ages = [int(age) for age in wanted["ages"]]
    ends = [f"{low} bis {high - 1}" for low, high in pairwise(ages)]
    groups = german.join([*ends, f"ab {ages[-1]}"])
    latest = "" if wanted.get("reference") == "esp2013" else " im jüngsten Jahr"
    return (
        f"Direkt standardisiert: Welcher Wert ergäbe sich mit dem Altersaufbau {structure(context, indicator)}{latest}?"
        f" Altersgruppen: {groups} Jahre. Der Wert dient dem Vergleich; gezählt ist der rohe Wert."
    )
