"""Five areas in two regions of one district, and one indicator: enough for most claims."""

from typing import Any

import pandas as pd

from sozlib.indicators.catalogue import Indicator
from sozlib.indicators.quantities import Quantities

LEVELS = ("area", "region", "district")
PARENT = {"0101": "01", "0102": "01", "0103": "01", "0201": "02", "0202": "02", "01": "00", "02": "00", "00": None}
BASE = tuple(area for area in PARENT if len(area) == 4)


def district() -> pd.DataFrame:
    """Areas of all levels."""
    return pd.DataFrame(
        {
            "id": list(PARENT),
            "level": ["area"] * 5 + ["region"] * 2 + ["district"],
            "parent": list(PARENT.values()),
            "km2": 5.0,
            "valid_from": None,
            "valid_to": None,
        }
    )


def indicator(**changes: Any) -> Indicator:
    """Share of cases among people, with changes."""
    entry: dict[str, Any] = {
        **{"id": "quote", "title": "Quote", "short_title": "Quote", "topic": "armut", "kind": "proportion"},
        **{"unit": "%", "direction": "burdening", "numerator": {"measure": "cases"}, "numerator_text": "Fälle"},
        **{"denominator": {"measure": "people"}, "denominator_text": "Menschen", "source": "Quelle"},
        **{"as_of": "31.12.", "interpretation": "Deutung", "minimum_denominator": 0},
    }
    return Indicator.model_validate(entry | changes)


def observation(measure: str, area: str, period: int, value: float | None, status: str = "", **groups: Any) -> dict:
    """One record; without groups the whole measure."""
    whole = {"sex": "", "age_from": 0, "age_to": None, "nationality": ""}
    return {"measure": measure, "area": area, "period": period, "value": value, "status": status} | whole | groups


def counted(cases: list[int], people: list[int]) -> Quantities:
    """Quantities of one year without any sign."""
    pairs = [("cases", cases), ("people", people)]
    rows = [observation(m, a, 2024, float(v)) for m, vs in pairs for a, v in zip(BASE, vs, strict=True)]
    return Quantities(pd.DataFrame(rows), district(), LEVELS)
