"""An executed notebook without what differs from run to run: times, process numbers, addresses, paths.

The same inputs give the same bytes, so everything that follows can tell by a digest whether a chapter has changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

import nbformat

_CELL_FILE = re.compile(r"(?:/\S*|[A-Za-z]:\\\S*)ipykernel_\d+[/\\]\d+\.py|<ipython-input-\d+-[0-9a-f]+>")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_PAPERMILL_TAG = "papermill-error-cell-tag"


def tidy(notebook: Any, template_ids: Collection[str], parameters: dict[str, str]) -> Any:
    """Strip an executed notebook of everything accidental; do not use the given one any more.

    Parameters
    ----------
    notebook
        What papermill returned.
    template_ids
        Ids of the template's cells; other cells get one from their position.
    parameters
        What the chapter was run with, kept in the metadata.

    Returns
    -------
    NotebookNode
        The tidy notebook.
    """
    if "widgets" in notebook.metadata:
        notebook = _numbered(notebook)
    widgets = {"widgets": notebook.metadata.widgets} if "widgets" in notebook.metadata else {}
    notebook.metadata = type(notebook.metadata)(
        **widgets,
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        sozlib={"parameters": dict(parameters)},
    )
    for position, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.get("id") not in template_ids:
            cell["id"] = f"cell-{position}"
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                output.text = _CELL_FILE.sub("<Zelle>", output.text)
            elif "data" in output and isinstance(output.data.get("text/plain"), str):
                output.data["text/plain"] = _ADDRESS.sub("", output.data["text/plain"])
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _numbered(notebook: Any) -> Any:
    """The same notebook with the models of its widgets numbered: their ids are drawn at random."""
    text = json.dumps(notebook)
    models = [model for part in notebook.metadata.widgets.values() for model in part.get("state", ())]
    for number, model in enumerate(models, 1):
        text = text.replace(model, f"widget-{number}")
    return type(notebook)(nbformat.from_dict(json.loads(text)))  # type: ignore[no-untyped-call]


def template_cell_number(notebook: Any, index: int) -> int:
    """1-based number that a cell of an executed notebook has in its template.

    papermill inserts the injected parameters and, on failure, two notes; analysts count the cells of their template.
    """
    inserted = sum(
        bool({"injected-parameters", _PAPERMILL_TAG} & set(cell.metadata.get("tags", ())))
        for cell in notebook.cells[:index]
    )
    return index + 1 - inserted
