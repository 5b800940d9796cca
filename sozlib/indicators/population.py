"""Population by five-year age groups and sex: the table behind pyramids."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
    groups = pd.DataFrame(
        [(sex, low, low + 4 if low != GROUPS[-1] else np.inf) for low in GROUPS for sex in ("m", "f")],
        columns=["sex", "age_from", "age_to"],
    )
    frame = quantities.grouped(measure, groups) if measure else pd.DataFrame(columns=list(POPULATION_COLUMNS))
    frame = frame.loc[frame["period"].between(*periods), list(POPULATION_COLUMNS)]
    frame["age_to"] = frame["age_to"].replace(np.inf, np.nan)
    frame = frame.astype({"period": "int64", "age_from": "int64", "age_to": "Int64", "value": "float64"})
    order = {area: i for i, area in enumerate(quantities.areas["id"])}
    return frame.sort_values(
        ["area", "period", "age_from", "sex"], key=lambda s: s.map(order) if s.name == "area" else s, ignore_index=True
    )
