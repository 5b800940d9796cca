"""Executed notebooks become chapters of a Quarto book: one folder a volume, read by both assemblers.

What the chapters put out is cut down to the form a book reads: Markdown, drawings as files beside the notebook, tables
also as Markdown, because Quarto starts a helper process for every HTML table that lacks it. Whatever differs from run
to run (cell ids, times, paths) is taken out, so that the same figures give the same bytes.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from sozlib.batch.plan import PlannedChapter, Volume
from sozlib.book.sanitise import url_problem
from sozlib.book.tables import read_table, to_pipe
from sozlib.errors import Place, Problem, SozlibError

# nbformat is not annotated.
_read: Any = nbformat.read
_node: Any = NotebookNode
_raw_cell: Any = nbformat.v4.new_raw_cell

_DEFINED = re.compile(r"\{#((?:fig|tbl|sec)-[\w-]+)")
_LABEL = re.compile(r"^#\|\s*label:\s*((?:fig|tbl)-[\w-]+)\s*$", re.MULTILINE)
_PICTURE = re.compile(r"(!\[[^\]]*\]\()([^)\s]+)(?=[)\s])")
_KEPT_METADATA = ("tags", "echo", "include", "output", "warning", "raw_mimetype", "format")


def prepare_volume(volume: Volume, notebooks: Path, folder: Path) -> list[Problem]:
    """Write a volume's notebooks and pictures into its Quarto project.

    Parameters
    ----------
    volume
        The volume.
    notebooks
        Folder with the executed notebooks, ``<volume>/<slug>.ipynb``.
    folder
        The project's folder; emptied first.

    Returns
    -------
    list
        Problems with pictures.

    Raises
    ------
    SozlibError
        An executed notebook is missing.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    for chapter in volume.chapters:
        source = notebooks / volume.id / f"{chapter.slug}.ipynb"
        if not source.is_file():
            raise SozlibError(f"{source.as_posix()}: Das ausgeführte Kapitel fehlt. „sozlib build“ führt es aus.")
        notebook = _read(source, as_version=4)
        problems += prepare_notebook(notebook, chapter, folder)
        _make_unique(notebook, chapter.slug, taken)
        text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / f"{chapter.slug}.ipynb").write_text(text + "\n", encoding="utf-8", newline="\n")
    return problems


def prepare_notebook(notebook: NotebookNode, chapter: PlannedChapter, folder: Path) -> list[Problem]:
    """Cut a notebook down to what a book reads, in place; its pictures go to ``folder/<slug>-abb``."""
    images = f"{chapter.slug}-abb"
    problems: list[Problem] = []
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [_output(output, images, folder) for output in cell.outputs]
        elif cell.cell_type == "markdown":
            place = Place(f"{chapter.volume}/{chapter.slug}.ipynb", cell=number)
            cell.source = _with_pictures(cell.source, chapter, folder, place, problems)
        cell.metadata = _node({key: cell.metadata[key] for key in _KEPT_METADATA if key in cell.metadata})
    front = _raw_cell(f"---\ntitle: {json.dumps(chapter.title, ensure_ascii=False)}\n---")
    if notebook.cells and notebook.cells[0].cell_type == "raw" and notebook.cells[0].source.lstrip().startswith("---"):
        notebook.cells[0] = front
        first = 1
    else:
        notebook.cells.insert(0, front)
        first = 0
    for number, cell in enumerate(notebook.cells, start=first):
        cell["id"] = f"zelle-{number}"  # the executed notebook's numbers: messages name them
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata = _node({"kernelspec": kernel, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return problems


def _output(output: Any, images: str, folder: Path) -> Any:
    if "execution_count" in output:
        output["execution_count"] = None
    if output.output_type not in {"display_data", "execute_result"}:
        return output
    data = dict(output.data)
    ours = output.get("metadata", {}).get("sozlib")
    if ours:
        for name in ours.get("files", {}):
            if (drawing := data.get("image/svg+xml")) is not None and name.endswith(".svg"):
                target = folder / images / Path(name).name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text("".join(drawing), encoding="utf-8", newline="\n")
        markdown = "".join(data.get("text/markdown", "")).replace("](abb/", f"]({images}/")
        output.data = _node({"text/markdown": markdown})
        return output
    if "text/markdown" not in data and "<table" in (html := "".join(data.get("text/html", ""))):
        table = read_table(html)
        if table is not None:
            output.data["text/markdown"] = to_pipe(table)
    return output


def _with_pictures(source: str, chapter: PlannedChapter, folder: Path, place: Place, problems: list[Problem]) -> str:
    """Pictures that lie beside the template travel with the chapter."""

    def take(match: re.Match[str]) -> str:
        address = match[2]
        if address.startswith("attachment:") or url_problem(address, image=True):
            return match[0]
        origin = chapter.template.parent / address
        if not origin.is_file():
            problems.append(
                Problem(
                    "image-missing",
                    f"Das Bild „{address}“ gibt es nicht.",
                    f"Legen Sie es neben die Vorlage {chapter.template.name}.",
                    place,
                )
            )
            return match[0]
        name = re.sub(r"[^A-Za-z0-9._-]", "-", origin.name)
        target = folder / f"{chapter.slug}-abb" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, target)
        return f"{match[1]}{chapter.slug}-abb/{name}"

    return _PICTURE.sub(take, source)


def _make_unique(notebook: NotebookNode, slug: str, taken: dict[str, str]) -> None:
    """An id that an earlier chapter of the volume uses gets the chapter's name: in one PDF ids must be unique."""
    texts = [text for cell in notebook.cells for text in _texts(cell)]
    own = {id for text in texts for id in (*_DEFINED.findall(text), *_LABEL.findall(text))}
    renamed = {id: f"{id}-{slug}" for id in sorted(own) if id in taken}
    for id in own - set(renamed):
        taken[id] = slug
    if not renamed:
        return
    ids = "|".join(map(re.escape, renamed))
    named = re.compile(rf"(\{{#|(?<![\w/.])@|^#\|\s*label:\s*)({ids})(?![\w-])", re.MULTILINE)

    def rename(text: str) -> str:
        return named.sub(lambda match: match[1] + renamed[match[2]], text)

    for cell in notebook.cells:
        cell.source = rename(cell.source)
        for output in cell.get("outputs", []):
            if "text/markdown" in output.get("data", {}):
                output.data["text/markdown"] = rename("".join(output.data["text/markdown"]))


def _texts(cell: Any) -> list[str]:
    outputs = [o.data["text/markdown"] for o in cell.get("outputs", []) if "text/markdown" in o.get("data", {})]
    return [str(cell.source), *("".join(text) for text in outputs)]
