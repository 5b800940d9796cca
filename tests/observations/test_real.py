"""Tables of real cities: Flensburg's Sozialatlas and Berlin's register, read by parameter files only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sozlib.observations import collect
from sozlib.project import Project

from .conftest import CYCLE, REPORT, SOURCE, codes, told, write_yaml

REAL = Path(__file__).parents[2].parent / "shared" / "real"
COMMON: dict[str, Any] = {
    **{key: SOURCE[key] for key in ("publisher", "citation", "licence", "as_of")},
    "title": "Probe",
    "zero": "exact",
}


def needs(folder: str) -> Path:
    path = REAL / folder
    if not path.is_dir():
        pytest.skip(f"Die echten Tabellen fehlen ({folder} unter ../shared/real).")
    return path


def project(root: Path, data: Path, areas: dict[str, Any], sources: list[dict[str, Any]]) -> Project:
    write_yaml(root / "parameters/report.yml", {**REPORT, "data": os.fspath(data), "areas": areas})
    write_yaml(root / "parameters/cycles/2020.yml", CYCLE)
    for source in sources:
        write_yaml(root / f"parameters/sources/{source['id']}.yml", {**COMMON, **source})
    return Project(root)


def test_flensburg_reads_as_published(tmp_path: Path) -> None:
    data = needs("flensburg")
    areas = {
        "table": "data/fl_district.csv",
        "columns": {"id": "0", "name": "1"},
        "geometry": "data/stadtteile.geojson",
        "id_property": "AREA_ID",
        "id_pattern": "STGT0*([0-9]+)",
    }
    place = {"area": {"column": "district_id", "integer": True}, "period": {"column": "year"}}
    sources = [
        {
            "id": "einwohner",
            "files": "data/fl_residents_by_district.csv",
            **place,
            "measures": [{"id": "einwohner", "column": "residents"}],
        },
        {
            "id": "alter",
            "files": "data/fl_age_groups_by_district.csv",
            **place,
            "ignore_columns": "age_0_to_under_7|age_60|age_65",
            "measures": [
                {"id": "einwohner_alter", "column": "age_under_18", "age_to": 17},
                {"id": "einwohner_80plus", "column": "age_80_and_above", "age_from": 80},
            ],
        },
        {
            "id": "wohnung",
            "files": "data/fl_housing_assistance_cases_by_district.csv",
            **place,
            "empty": ".",
            "measures": [{"id": "raeumung", "column": "eviction_carried"}],
        },
    ]
    observations = collect(project(tmp_path, data, areas, sources))
    assert not codes(observations), told(observations)
    raw = pd.read_csv(data / "fl_residents_by_district.csv")
    mine = observations.table.query("measure == 'einwohner'")
    assert mine["value"].sum() == raw["residents"].sum()
    assert len(mine) == len(raw)
    evictions = pd.read_csv(data / "fl_housing_assistance_cases_by_district.csv")["eviction_carried"]
    statuses = observations.table.query("measure == 'raeumung'")["status"]
    assert (statuses == ".").sum() == evictions.isna().sum()
    assert observations.areas["km2"].iloc[-1] == pytest.approx(49, abs=1)


def test_flensburg_ids_with_a_decimal_point_are_not_guessed(tmp_path: Path) -> None:
    data = needs("flensburg")
    areas = {"table": "data/fl_district.csv", "columns": {"id": "0", "name": "1"}}
    source = {
        "id": "sgb2",
        "files": "data/fl_basic_benefits_income_by_district.csv",
        "area": {"column": "district_id"},
        "period": {"column": "year"},
        "measures": [{"id": "grundsicherung", "column": "male", "sex": "m"}],
    }
    observations = collect(project(tmp_path, data, areas, [source]))
    assert any("area.integer: true" in message for message in told(observations))


def test_berlin_keeps_leading_zeros_and_all_447_areas(tmp_path: Path) -> None:
    data = needs("berlin")
    names = pd.read_csv(data / "mss_2019_index.csv", dtype=str)[["id"]].assign(name=lambda f: "Planungsraum " + f["id"])
    (tmp_path / "parameters").mkdir()
    names.to_csv(tmp_path / "parameters/raeume.csv", index=False, sep=";")
    areas = {"table": "parameters/raeume.csv", "geometry": "data/planungsraeume_until_2020.geojson"}
    source = {
        "id": "ewr",
        "files": "data/ewr_{period}.csv",
        "area": {"column": "id"},
        "ignore_columns": "female|foreigners",
        "measures": [
            {"id": "einwohner", "column": "inhabitants"},
            {"id": "einwohner_alter", "column": "inhabitants_age_below_6", "age_to": 5},
        ],
        "checks": [{"part": "einwohner_alter", "whole": "einwohner"}],
    }
    observations = collect(project(tmp_path, data, areas, [source]))
    # The published outlines hold one area twice and one that the register does not know, and lack one that it does.
    assert codes(observations) == {"unknown-area", "missing-geometry", "duplicate-area"}
    outlines = " ".join(told(observations))
    assert all(id_ in outlines for id_ in ("09041403", "04030417", "06010102"))
    assert observations.table.groupby("period")["area"].nunique().to_dict() == dict.fromkeys(range(2015, 2019), 447)
    raw = sum(pd.read_csv(data / f"ewr_{year}.csv")["inhabitants"].sum() for year in range(2015, 2019))
    assert observations.table.query("measure == 'einwohner'")["value"].sum() == raw
