"""Boundary changes keep what was counted: nobody gets lost when municipalities merge."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from sozlib.observations.boundaries import Boundaries, Part, apply_boundaries
from sozlib.observations.groups import OPEN
from sozlib.observations.signs import status_of_sum

from .conftest import Office, codes, told

CHANGES = "old;new;year;share\n0104;0102;2020;\n0105;0102;2020;\n"
TABLE = """\
Raum;Jahr;insgesamt
0101;2019;120
0104;2019;50
0105;2019;10
0203;2019;7
0101;2020;150
0102;2020;66
0203;2020;5
"""
SOURCE = {"measures": [{"id": "arbeitslose", "column": "insgesamt"}], "checks": []}


def merged(office: Office, table: str = TABLE, changes: str = CHANGES, **source: object) -> object:
    return office(
        table,
        source={**SOURCE, **source},
        areas={"changes": "data/aenderungen.csv"},
        files={"data/aenderungen.csv": changes},
    )


def value(observations: object, area: str, period: int) -> tuple[float, str]:
    table = observations.table  # type: ignore[attr-defined]
    row = table[(table["area"] == area) & (table["period"] == period)].iloc[0]
    return row["value"], row["status"]


def test_merged_municipalities_add_up(office: Office) -> None:
    observations = merged(office)
    assert told(observations) == []  # type: ignore[arg-type]
    assert value(observations, "0102", 2019) == (60, "")
    assert value(observations, "0102", 2020) == (66, "")


def test_a_secret_part_makes_the_sum_secret(office: Office) -> None:
    result, status = value(merged(office, TABLE.replace("0105;2019;10", "0105;2019;.")), "0102", 2019)
    assert math.isnan(result)
    assert status == "."


def test_a_split_takes_its_documented_share_and_is_marked_as_estimated(office: Office) -> None:
    changes = "old;new;year;share\n0104;0102;2020;0,6\n0104;0203;2020;0,4\n"
    table = TABLE.replace("0105;2019;10\n", "0102;2019;10\n")
    observations = merged(office, table, changes)
    assert value(observations, "0102", 2019) == (pytest.approx(40), "()")
    assert value(observations, "0203", 2019) == (pytest.approx(27), "()")


def test_the_dash_of_a_dissolved_municipality_is_no_zero(office: Office) -> None:
    observations = merged(office, TABLE + "0104;2020;-\n0105;2020;.\n0102;2019;-\n")
    assert told(observations) == []  # type: ignore[arg-type]
    assert value(observations, "0102", 2020) == (66, "")
    assert value(observations, "0102", 2019) == (60, "")


def test_shares_are_not_added(office: Office) -> None:
    observations = merged(office, measures=[{"id": "quote", "kind": "share", "column": "insgesamt"}], decimal=",")
    assert "share" in codes(observations)  # type: ignore[arg-type]  # 120 is no share
    assert value(observations, "0102", 2019)[1] == "x"


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        (TABLE + "0104;2020;3\n", CHANGES),
        (TABLE.replace("0105;2019;10\n", ""), CHANGES),
        (TABLE, CHANGES.replace("0104;0102;2020;", "0104;0102;2020;0,5")),
        (TABLE, CHANGES.replace("0104;0102", "0104;0112")),
        (TABLE, CHANGES.replace("0104;0102;2020;", "0104;0102;neulich;")),
        (TABLE, "old;new;year\n0104;0105;2020\n0105;0104;2021\n"),
        (TABLE, CHANGES.replace("year", "Jahr")),
    ],
    ids=["ended", "part missing", "share", "unknown", "year", "circle", "column"],
)
def test_what_cannot_be_joined_is_told(table: str, changes: str, office: Office, snapshot: SnapshotAssertion) -> None:
    observations = merged(office, table, changes)
    assert codes(observations)  # type: ignore[arg-type]
    assert told(observations) == snapshot  # type: ignore[arg-type]


def test_old_and_new_side_by_side_would_count_twice(office: Office) -> None:
    areas = (
        "id;name;level;parent;valid_from\n0101;Altstadt;area;00;\n0102;Neuhafen;area;00;2020-01-01\n"
        "0203;Quellingen;area;00;\n00;Probekreis;district;;\n"
    )
    observations = office(
        TABLE + "0102;2019;60\n",
        source=SOURCE,
        areas={"changes": "data/aenderungen.csv"},
        files={"data/aenderungen.csv": CHANGES, "data/raeume.csv": areas},
    )
    assert codes(observations) == {"period-twice"}


def test_changes_follow_one_another() -> None:
    boundaries = Boundaries((Part("A", "B", 2011), Part("B", "C", 2015, 0.5), Part("B", "D", 2015, 0.5)))
    assert [(part.new, part.share) for part in boundaries.present("A")] == [("C", 0.5), ("D", 0.5)]


OLD = ("A", "B", "C")
counts = st.lists(st.tuples(st.sampled_from(OLD), st.integers(0, 500), st.sampled_from(["", "–", "()"])), min_size=1)


def frame_of(rows: list[tuple[str, int, str]]) -> pd.DataFrame:
    table = pd.DataFrame(
        [(area, n, "–" if value == 0 else status if status != "–" else "", float(value))
         for n, (area, value, status) in enumerate(rows)],
        columns=["area", "age_from", "status", "value"],
    )  # fmt: skip
    constants = {
        "period": 2010, "measure": "einwohner", "sex": "", "age_to": OPEN, "nationality": "", "source": "s",
        "file": "f.csv", "sheet": None, "row": 1, "column": "c",
    }  # fmt: skip
    return table.assign(**constants)


@settings(deadline=None, max_examples=50)  # frames, not formulas: the first one is slow
@given(counts, st.floats(0.05, 0.95))
def test_nobody_is_lost_whatever_changes(rows: list[tuple[str, int, str]], share: float) -> None:
    frame = frame_of(rows).drop_duplicates(["area", "age_from"])
    boundaries = Boundaries((Part("A", "N", 2015), Part("B", "N", 2015, share), Part("B", "M", 2015, 1 - share)))
    result = apply_boundaries(frame, boundaries, {"einwohner": "count"}).frame
    assert result["value"].sum() == pytest.approx(frame["value"].sum())
    assert not set(result["area"]) & {"A", "B"}
    key = ["area", "period", "measure", "sex", "age_from", "age_to", "nationality"]
    assert not result.duplicated(key).any()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(["", "()", ".", "/"])), min_size=2, max_size=2))
def test_the_status_of_a_merger_is_that_of_a_sum(parts: list[tuple[int, str]]) -> None:
    frame = frame_of([("A", 1, ""), ("B", 1, "")]).assign(age_from=0)
    frame["value"] = [math.nan if status in "./" and status else float(value) for value, status in parts]
    frame["status"] = [status for _, status in parts]
    boundaries = Boundaries((Part("A", "N", 2015), Part("B", "N", 2015)))
    result = apply_boundaries(frame, boundaries, {"einwohner": "count"}).frame
    assert result["status"].tolist() == [status_of_sum(status for _, status in parts)]
    assert math.isnan(result["value"].iloc[0]) == (result["status"].iloc[0] in (".", "/"))
