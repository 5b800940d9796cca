"""Every template runs from top to bottom, with every engine alike, and is stored without outputs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sozlib.batch.chapter_run import ChapterJob, EngineName
from sozlib.batch.execute import execute
from sozlib.project import Project
from sozlib.state import prepare

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "notebooks").glob("[!t]*/*.ipynb"))
SNAPSHOT = "../../reports/2026/.work/internal/snapshot"
PARAMETERS = ("area", "topic", "cycle", "edition", "snapshot")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_templates_are_stored_without_outputs(template: Path) -> None:
    cells = json.loads(template.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert code[0]["metadata"]["tags"] == ["parameters"]
    names = [line.split(" = ")[0] for line in code[0]["source"] if " = " in line]
    assert tuple(names) == PARAMETERS
    assert len({cell["id"] for cell in cells}) == len(cells)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Copy of the demonstration project with the data of its internal edition."""
    folder = tmp_path_factory.mktemp("vorlagen") / "projekt"
    for name in ("notebooks", "parameters", "data", "reports/theme"):
        shutil.copytree(ROOT / name, folder / name)
    copy = Project(folder)
    prepare(copy, "internal")
    return copy


@pytest.mark.skipif(not hasattr(os, "fork"), reason="dieses Betriebssystem kennt kein fork")
@pytest.mark.xdist_group("notebooks")
def test_every_template_gives_the_same_from_all_engines(project: Project, tmp_path: Path) -> None:
    """With their default area: plain papermill and what forks, cell by cell, images included."""
    templates = sorted(project.notebooks.glob("[!t]*/*.ipynb"))
    assert len(templates) == len(TEMPLATES) >= 12
    written: dict[str, list[Path]] = {}
    engines: tuple[EngineName, ...] = ("plain", "forked", "kernel")
    for engine in engines:
        todo = [
            ChapterJob(path.stem, path, tmp_path / engine / path.name, {"snapshot": SNAPSHOT}, path.parent, engine)
            for path in templates
        ]
        results = execute(todo, 2)
        assert [result.failure for result in results] == [None] * len(todo)
        written[engine] = [one.output for one in todo]
    for plain, *forked in zip(*written.values(), strict=True):
        one, *others = (json.loads(path.read_text(encoding="utf-8"))["cells"] for path in (plain, *forked))
        for other in others:
            assert [cell.get("outputs") for cell in other] == [cell.get("outputs") for cell in one], plain.stem
        assert {path.read_bytes() for path in forked} == {plain.read_bytes()}
    shown = "".join(path.read_text(encoding="utf-8") for path in written["forked"])
    assert shown.count('"image/svg+xml": [') >= 30


@pytest.mark.xdist_group("notebooks")
def test_templates_run_as_they_stand_in_jupyterlab(project: Project) -> None:
    """nbval opens one of each folder in a kernel, in the template's folder, without a snapshot named."""
    found = [str(project.notebooks / name) for name in ("areas/profil.ipynb", "overall/zusammenfassung.ipynb")]
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider", "-q"]
    command += ["-c", os.devnull, "--rootdir", str(project.root), *found]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
