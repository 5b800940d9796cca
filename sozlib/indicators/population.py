"""Population by five-year age groups and sex, and in all: the table behind pyramids and key figures."""

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
        Id of the measure that counts people. Without groups of age and sex it gives totals alone; None gives no rows.
    periods
        First and last period.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`~sozlib.snapshot.POPULATION_COLUMNS`; ``age_to`` is missing in the open group. Totals have no sex
        and begin at age 0.
    """
    groups = pd.DataFrame(
        [(sex, low, low + 4 if low != GROUPS[-1] else np.inf) for low in GROUPS for sex in ("m", "f")],
        columns=["sex", "age_from", "age_to"],
    )
    if measure:
        everybody = quantities.of([Term(measure=measure)]).assign(sex="", age_from=0, age_to=np.inf)
        parts = [quantities.grouped(measure, groups), everybody]
        frame = pd.concat([part[list(POPULATION_COLUMNS)].astype(object) for part in parts], ignore_index=True)
    else:
        frame = pd.DataFrame(columns=list(POPULATION_COLUMNS))
    frame = frame[frame["period"].between(*periods)].reset_index(drop=True)
    frame["age_to"] = frame["age_to"].replace(np.inf, np.nan)
    frame = frame.astype({"period": "int64", "age_from": "int64", "age_to": "Int64", "value": "float64"})
    order = {area: i for i, area in enumerate(quantities.areas["id"])}
    return frame.sort_values(
        ["area", "period", "age_from", "sex"], key=lambda s: s.map(order) if s.name == "area" else s, ignore_index=True
    )
