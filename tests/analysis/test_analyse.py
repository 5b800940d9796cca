"""What analyses are told of a project's people: once each."""

import numpy as np
import pandas as pd

from sozlib.analysis.analyse import inhabitants


def test_inhabitants_are_the_totals_and_not_totals_and_groups_together():
    rows = [
        ("01", 2025, "m", 0, 4, 100.0, ""),
        ("01", 2025, "w", 0, 4, 120.0, ""),
        ("01", 2025, "", 0, None, 220.0, ""),
        ("02", 2025, "", 0, None, np.nan, "."),
    ]
    columns = ["area", "period", "sex", "age_from", "age_to", "value", "status"]
    found = inhabitants(pd.DataFrame(rows, columns=columns))
    assert found["01", 2025] == 220
    assert np.isnan(found["02", 2025])
