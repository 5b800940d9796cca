"""How the cells of each chapter are run, and why.

A fork of a warm process is quickest and enough for nearly all chapters. It has no kernel, though, so messages between
a notebook and its reader (comms, on which widgets stand) go nowhere: a chapter whose template imports such a library
gets a forked kernel.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sozlib.batch.chapter_run import ChapterJob, EngineName
from sozlib.project import Engine

#: Libraries that speak with the reader through comms.
_NEED_KERNEL = frozenset(
    {"anywidget", "bqplot", "comm", "ipyaggrid", "ipycanvas", "ipydatagrid", "ipyleaflet", "ipympl", "ipyvega"}
    | {"ipyvuetify", "ipywidgets", "lonboard", "pythreejs", "solara"}
)


def choose_engine(wanted: Engine) -> tuple[EngineName, str]:
    """Engine to use, and why, in German."""
    if wanted == "plain":
        return "plain", "so verlangt"
    if not hasattr(os, "fork"):
        return "plain", "dieses Betriebssystem kennt kein fork"
    if wanted != "auto":
        return wanted, "so verlangt"
    if sys.platform == "darwin":
        return "plain", "unter macOS vertragen nicht alle Bibliotheken das Abzweigen"
    return "forked", "vorgewärmte Prozesse sparen den Start eines Kernels je Kapitel"


def with_kernels(jobs: Sequence[ChapterJob], root: Path) -> tuple[tuple[ChapterJob, ...], str]:
    """Jobs in which those chapters have a forked kernel that need one, and a German sentence on them.

    The sentence is empty where there is none.
    """
    needed = {template: needs_kernel(template) for template in sorted({job.template for job in jobs})}
    chosen = tuple(replace(job, engine="kernel") if needed[job.template] else job for job in jobs)
    reasons = [
        f"{template.relative_to(root).as_posix() if template.is_relative_to(root) else template.name} importiert {name}"
        for template, name in needed.items()
        if name
    ]
    return chosen, f"Mit abgezweigtem Kernel: {', '.join(reasons)}." if reasons else ""


def needs_kernel(template: Path) -> str:
    """Name of the library for which a template needs a kernel, "" where it needs none."""
    try:
        cells = json.loads(template.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    for source in sources:
        lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
        try:
            tree = ast.parse("\n".join(lines))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                if name.partition(".")[0] in _NEED_KERNEL:
                    return name.partition(".")[0]
    return ""
