"""Small districts for claims about indicators."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from sozlib.indicators.catalogue import Indicator
from sozlib.indicators.quantities import Quantities

LEVELS = ("area", "region", "district")
DISTRICT = {"0101": "01", "0102": "01", "0103": "01", "0201": "02", "0202": "02", "01": "00", "02": "00", "00": None}


@pytest.fixture
def areas() -> pd.DataFrame:
    """Five areas in two regions of one district."""
    level = {4: "area", 2: "region"}
    return pd.DataFrame(
        [
            {
                "id": id_,
                "name": id_,
                "level": "district" if id_ == "00" else level[len(id_)],
                "parent": parent,
                "km2": 5.0,
                "valid_from": None,
                "valid_to": None,
            }
            for id_, parent in DISTRICT.items()
        ]
    )


@pytest.fixture
def observed(areas) -> Callable[..., Quantities]:
    """Quantities from {measure: rows}, a row being (area, period, value, and optionally status and groups)."""

    def make(measures: Mapping[str, list[tuple[Any, ...]]], kinds: Mapping[str, str] | None = None) -> Quantities:
        rows = []
        for measure, cells in measures.items():
            for area, period, value, *rest in cells:
                status = rest[0] if rest else ""
                groups = rest[1] if len(rest) > 1 else {}
                rows.append(
                    {
                        **{"area": area, "period": period, "measure": measure, "sex": "", "nationality": ""},
                        **{"age_from": 0, "age_to": None, "value": value, "status": status},
                        **groups,
                    }
                )
        return Quantities(pd.DataFrame(rows), areas, LEVELS, kinds or {})

    return make


def indicator(**changes: Any) -> Indicator:
    """A valid entry with changes."""
    entry: dict[str, Any] = {
        **{"id": "quote", "title": "Quote", "short_title": "Quote", "topic": "armut", "kind": "proportion"},
        **{"unit": "%", "direction": "burdening", "numerator": {"measure": "cases"}, "numerator_text": "Fälle"},
        **{"denominator": {"measure": "people"}, "denominator_text": "Menschen", "source": "Quelle"},
        **{"as_of": "31.12.", "interpretation": "Deutung", "minimum_denominator": 0},
    }
    return Indicator.model_validate(entry | changes)


@pytest.fixture
def entry() -> Callable[..., Indicator]:
    """Makes an indicator; keywords change a proportion of cases among people."""
    return indicator
