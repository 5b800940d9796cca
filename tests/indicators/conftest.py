"""Small districts for claims about indicators."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest
from small_district import LEVELS, district, indicator, observation

from sozlib.indicators.catalogue import Indicator
from sozlib.indicators.quantities import Quantities


@pytest.fixture
def areas() -> pd.DataFrame:
    """Five areas in two regions of one district."""
    return district()


@pytest.fixture
def observed(areas) -> Callable[..., Quantities]:
    """Quantities from {measure: rows}, a row being (area, period, value, and optionally status and groups)."""

    def make(measures: Mapping[str, list[tuple[Any, ...]]], kinds: Mapping[str, str] | None = None) -> Quantities:
        rows = []
        for measure, cells in measures.items():
            for area, period, value, *rest in cells:
                status = rest[0] if rest else ""
                groups = rest[1] if len(rest) > 1 else {}
                rows.append(observation(measure, area, period, value, status, **groups))
        return Quantities(pd.DataFrame(rows), areas, LEVELS, kinds or {})

    return make


@pytest.fixture
def entry() -> Callable[..., Indicator]:
    """Makes an indicator; keywords change a proportion of cases among people."""
    return indicator
