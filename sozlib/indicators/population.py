"""Population by five-year age groups and sex: the table behind pyramids."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sozlib.indicators.catalogue import Term
from sozlib.indicators.quantities import Quantities
from sozlib.snapshot import POPULATION_COLUMNS

#: Lower bounds of the groups; the last one is open.
GROUPS = tuple(range(0, 95, 5))


def population_table(quantities: Quantities, measure: str | None, periods: tuple[int, int]) -> pd.DataFrame:
    """Population of all areas and levels.

    Parameters
    ----------
    quantities
        The sums of observations.
    measure
        Id of the measure that counts people by age and sex; None or a measure without these groups gives no rows.
    periods
        First and last period.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`~sozlib.snapshot.POPULATION_COLUMNS`; ``age_to`` is missing in the open group.
    """
    parts = []
    for low in GROUPS if measure else ():
        high = low + 4 if low != GROUPS[-1] else None
        for sex in ("m", "f"):
            cells = quantities.of([Term(measure=measure, sex=sex, age_from=low, age_to=high)])
            cells = cells[cells["period"].between(*periods)]
            parts.append(cells.assign(sex=sex, age_from=low, age_to=np.nan if high is None else high))
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(POPULATION_COLUMNS))
    frame = frame[list(POPULATION_COLUMNS)].astype(
        {"period": "int64", "age_from": "int64", "age_to": "Int64", "value": "float64"}
    )
    order = {area: i for i, area in enumerate(quantities.areas["id"])}
    return frame.sort_values(
        ["area", "period", "age_from", "sex"], key=lambda s: s.map(order) if s.name == "area" else s, ignore_index=True
    )
