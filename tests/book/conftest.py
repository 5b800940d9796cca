"""One small book, built once for all tests of this folder."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

sys.path.insert(0, str(Path(__file__).parent))

from executed import small_plan, write_notebooks

from sozlib.batch.plan import Plan
from sozlib.book.assemble import assemble
from sozlib.book.document import BookSite
from sozlib.project import Project
from sozlib.snapshot import AREA_COLUMNS, INDICATOR_COLUMNS, POPULATION_COLUMNS, Snapshot, write_snapshot

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def project() -> Project:
    return Project(ROOT)


@pytest.fixture(scope="session")
def plan() -> Plan:
    return small_plan(ROOT / "notebooks" / "areas" / "armut.ipynb")


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Snapshot:
    folder = tmp_path_factory.mktemp("snapshot") / "snapshot"
    geometry = gpd.GeoDataFrame(
        {"id": ["0201", "0202"]}, geometry=[box(0, 0, 2000, 1500), box(2000, 0, 4000, 1500)], crs=25832
    )
    return write_snapshot(
        folder,
        meta={"edition": {"id": "public"}, "cycle": {}, "report": {}, "catalogue": [], "sources": []},
        areas=pd.DataFrame(columns=list(AREA_COLUMNS)),
        indicators=pd.DataFrame(columns=list(INDICATOR_COLUMNS)),
        population=pd.DataFrame(columns=list(POPULATION_COLUMNS)),
        geometry=geometry,
        tokens=project.theme / "tokens.css",
    )


def no_pages(*_: object) -> None:
    """The site's pages have tests of their own."""


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory, project: Project, plan: Plan, snapshot: Snapshot) -> BookSite:
    workshop = tmp_path_factory.mktemp("workshop")
    write_notebooks(plan, workshop / "notebooks")
    return assemble(project, plan, snapshot, workshop, assembler="embedded", build_pages=no_pages)
