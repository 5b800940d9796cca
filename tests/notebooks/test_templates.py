"""Every template runs from top to bottom as it stands in JupyterLab, and is stored without outputs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sozlib.project import Project
from sozlib.state import prepare

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "notebooks").glob("[!t]*/*.ipynb"))
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


@pytest.mark.xdist_group("notebooks")
def test_templates_run_with_their_defaults(tmp_path: Path) -> None:
    """nbval opens each in a kernel of its own, in the template's folder, without a snapshot named."""
    project = tmp_path / "projekt"
    for folder in ("notebooks", "parameters", "data", "reports/theme"):
        shutil.copytree(ROOT / folder, project / folder)
    prepare(Project(project), "internal")
    found = [str(path) for path in sorted((project / "notebooks").glob("[!t]*/*.ipynb"))]
    assert len(found) == len(TEMPLATES) >= 12
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider", "-q"]
    command += ["-c", os.devnull, "--rootdir", str(project), *found]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
