"""The border of this room: what every table of observations fulfils.

Checks with good messages come before; this one makes sure that nothing passes that they do not know.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import pandera.pandas as pa

from sozlib.errors import Problem
from sozlib.snapshot import WITHOUT_VALUE

KEY = ["area", "period", "measure", "sex", "age_from", "age_to", "nationality"]
#: Columns of observations. ``age_to`` is inclusive and missing where the group has no upper end; empty ``sex`` and
#: ``nationality`` mean all. ``file``, ``sheet``, ``row``, ``column`` say where the value stood (of a sum over merged
#: areas: its first part).
OBSERVATION_COLUMNS = (*KEY, "value", "status", "source", "file", "sheet", "row", "column")

SIGNS = ("", "–", "0", ".", "/", "()", "x", "...")


def schema(areas: Collection[str], measures: Collection[str]) -> pa.DataFrameSchema:
    """Schema of observations for the areas and measures of a report."""
    without = sorted(WITHOUT_VALUE)
    return pa.DataFrameSchema(
        {
            "area": pa.Column(object, pa.Check.isin(list(areas)), coerce=True),
            "period": pa.Column("int64", pa.Check.in_range(1900, 2100)),
            "measure": pa.Column(object, pa.Check.isin(list(measures)), coerce=True),
            "sex": pa.Column(object, pa.Check.isin(["m", "f", "d", ""]), coerce=True),
            "age_from": pa.Column("int64", pa.Check.in_range(0, 130)),
            "age_to": pa.Column("Int64", pa.Check.in_range(0, 130), nullable=True),
            "nationality": pa.Column(object, pa.Check.isin(["german", "foreign", ""]), coerce=True),
            "value": pa.Column("float64", nullable=True),
            "status": pa.Column(object, pa.Check.isin(list(SIGNS)), coerce=True),
            "source": pa.Column(object, coerce=True),
        },
        checks=[
            pa.Check(
                lambda f: f["value"].isna() == f["status"].isin(without),
                name="value-status",
                error="Wert und Zeichen widersprechen sich",
            ),
            pa.Check(lambda f: ~f["status"].eq("–") | f["value"].eq(0), name="nothing", error="„–“ mit einem Wert"),
            pa.Check(
                lambda f: f["age_to"].isna() | (f["age_from"] <= f["age_to"].fillna(999)),
                name="ages",
                error="Altersgruppe endet vor ihrem Anfang",
            ),
        ],
        unique=KEY,
    )


def validate(frame: pd.DataFrame, areas: Collection[str], measures: Collection[str]) -> tuple[Problem, ...]:
    """Problems of a table of observations at the border."""
    try:
        schema(areas, measures).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.drop_duplicates(["column", "check"])
        return tuple(
            Problem(
                "schema",
                f"Beobachtungen verletzen die Regel „{case['check']}“ (Spalte {case['column']}: "
                f"{case['failure_case']}).",
                "Das sollte eine frühere Prüfung gemeldet haben; bitte melden Sie den Fall.",
            )
            for case in cases.to_dict("records")
        )
    return ()
