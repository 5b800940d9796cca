from __future__ import annotations

from pathlib import Path

import invented
import pytest

from sozlib.chapter.context import Context
from sozlib.snapshot import Snapshot


@pytest.fixture(scope="session")
def small_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Invented snapshot with one indicator for each situation."""
    return invented.snapshot(tmp_path_factory.mktemp("stand") / "snapshot")


@pytest.fixture
def brackenrode(small_snapshot: Snapshot) -> Context:
    """A chapter on poverty in the area in which every situation occurs."""
    return Context(small_snapshot, "0101", "armut")


@pytest.fixture
def project_text(tmp_path: Path) -> Path:
    """Place for an area's text inside a project folder."""
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "report.yml").write_text("title: X\n", encoding="utf-8")
    path = tmp_path / "notebooks" / "texts" / "0101" / "armut.md"
    path.parent.mkdir(parents=True)
    return path
