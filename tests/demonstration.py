"""The demonstration report, built once for all tests that look at a whole report.

It is built in a copy of the project under ``.cache``, so that tests leave the released report alone, and used again as
long as it is younger than everything that could change it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from sozlib.build import build
from sozlib.errors import SozlibError
from sozlib.project import Project
from sozlib.release import exclusive

ROOT = Path(__file__).parents[1]
COPY = ROOT / ".cache" / "demonstration"
EDITION = "public"

#: Use this finished report instead of building one; for work on pages and tests.
VARIABLE = "SOZLIB_TEST_REPORT"

_MADE_FROM = ("sozlib", "notebooks", "parameters", "data", "reports/theme")

#: Longest wait for another worker's build, in seconds.
_LONGEST = 1800


def demonstration() -> Path:
    """Folder of the demonstration report's public edition, built where there is no current one."""
    if given := os.environ.get(VARIABLE):
        return Path(given).resolve()
    released = Project(ROOT).output(EDITION)
    if _current(released):
        return released
    with _alone(COPY):
        report = COPY / "project" / released.relative_to(ROOT)
        if not _current(report):
            _copy(COPY / "project")
            report = build(Project(COPY / "project"), EDITION, say=lambda text: None)
        return report


def _current(report: Path) -> bool:
    """Whether a report is whole and younger than all that it is made from."""
    manifest = report / "manifest.json"
    if not manifest.is_file():
        return False
    made = manifest.stat().st_mtime
    return all(
        path.stat().st_mtime <= made
        for folder in _MADE_FROM
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def _copy(project: Path) -> None:
    """Copy what a project consists of; the workshop of an earlier build stays."""
    for folder in _MADE_FROM[1:]:
        shutil.rmtree(project / folder, ignore_errors=True)
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__"))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other test process builds."""
    until = time.monotonic() + _LONGEST
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(exclusive(folder))
                break
            except SozlibError:
                if time.monotonic() > until:
                    raise
                time.sleep(1)
        yield
