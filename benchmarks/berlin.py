"""A report on 447 real areas from nothing: Berlin's, whose tables lie outside the project."""

from __future__ import annotations

import os
import resource
import shutil
from pathlib import Path

from benchmarks.partial import ROOT, build, nothing
from sozlib.project import Project

#: Environment variable with the folder of Berlin's tables; the project's parameters name it.
TABLES = "BERLIN_DATEN"


def berlin(folder: Path) -> None:
    """Build all volumes, then again with nothing to do.

    Parameters
    ----------
    folder
        Where the copy of the project and its report may lie: about 2.5 GB.

    Raises
    ------
    SystemExit
        The tables are not there.
    """
    if not Path(os.environ.get(TABLES, "")).is_dir() or not os.environ.get(TABLES):
        raise SystemExit(f"{TABLES} must name the folder of Berlin's tables.")
    shutil.copytree(ROOT / "tests/projects/berlin", folder, ignore=shutil.ignore_patterns("reports"))
    project = Project(folder)
    cost, said = build(project)
    files = [path for path in project.output("public").rglob("*") if path.is_file()]
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  {'everything':40} wall {cost.wall:6.0f} s  cpu {cost.cpu:6.0f} s  {'; '.join(said)}")
    print(f"  {len(files)} files, {sum(path.stat().st_size for path in files) / 2**20:.0f} MB; ", end="")
    print(f"largest process {largest:.0f} MB, ", end="")
    pages = [path.stat().st_size for path in files if path.suffix == ".html"]
    print(f"{len(pages)} pages, the largest {max(pages) / 2**20:.1f} MB")
    print(f"  {'nothing':40} {nothing(project, 9)}")
