"""What a template must be before it may run: a notebook whose parameters cell asks for what the plan gives.

papermill only warns of an unknown parameter and starts a kernel first. Here the template is read without running
anything: a missing parameters cell or a misspelt name is found for all chapters in a few milliseconds.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from sozlib.errors import Place, Problem, relative
from sozlib.nearest import nearest

#: What the plan gives to every chapter; all are texts.
PARAMETERS = ("area", "topic", "cycle", "edition", "snapshot")


def check_template(path: Path, root: Path) -> list[Problem]:
    """Problems of one template; none if it can be run.

    Parameters
    ----------
    path
        The notebook.
    root
        Project folder, for the paths in messages.
    """
    file = relative(path, root)
    if not path.is_file():
        found = sorted(p.stem for p in path.parent.glob("*.ipynb"))
        near = nearest(path.stem, found, cutoff=0.5)
        remedy = f"Meinten Sie „{near}“?" if near else "Legen Sie sie an oder ändern Sie „volumes“ in report.yml."
        return [Problem("template-missing", "Die Vorlage gibt es nicht.", remedy, Place(file))]
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if isinstance(cell["cell_type"], str)]
    except (ValueError, KeyError, TypeError):
        remedy = "Öffnen Sie sie in JupyterLab und speichern Sie sie neu."
        return [Problem("template-broken", "Die Vorlage ist kein lesbares Notebook.", remedy, Place(file))]
    tagged = [
        number
        for number, cell in enumerate(cells, 1)
        if cell["cell_type"] == "code" and "parameters" in cell.get("metadata", {}).get("tags", ())
    ]
    if not tagged:
        return [
            Problem(
                "no-parameters",
                "Keine Zelle trägt das Etikett „parameters“.",
                f"Die erste Code-Zelle braucht es und die Namen {', '.join(PARAMETERS)}.",
                Place(file),
            )
        ]
    problems = [
        Problem(
            "two-parameters",
            "Eine zweite Zelle trägt das Etikett „parameters“.",
            "Fassen Sie beide zusammen.",
            Place(file, cell=number),
        )
        for number in tagged[1:]
    ]
    return problems + _check_names(cells[tagged[0] - 1], Place(file, cell=tagged[0]))


def _check_names(cell: dict[str, Any], place: Place) -> list[Problem]:
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        found = f"Die Parameter sind kein gültiges Python ({error.msg})."
        return [Problem("parameters-syntax", found, "", Place(place.file, row=error.lineno, cell=place.cell))]
    given: dict[str, tuple[ast.expr | None, int]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    given[target.id] = (node.value, node.lineno)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            given[node.target.id] = (node.value, node.lineno)
    problems = []
    for name, (value, row) in given.items():
        here = Place(place.file, row=row, cell=place.cell)
        if name not in PARAMETERS:
            near = nearest(name, [p for p in PARAMETERS if p not in given], cutoff=0.4)
            remedy = f"Meinten Sie „{near}“?" if near else f"Bekannt sind {', '.join(PARAMETERS)}."
            problems.append(Problem("unknown-parameter", f"Unbekannter Parameter „{name}“.", remedy, here))
        elif not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            found = f"Der Parameter „{name}“ ist kein Text."
            problems.append(Problem("parameter-type", found, f'Schreiben Sie {name} = "…".', here))
    for name in PARAMETERS:
        if name not in given:
            found = f"Der Parameter „{name}“ fehlt."
            problems.append(Problem("missing-parameter", found, f'Ergänzen Sie {name} = "".', place))
    return problems
