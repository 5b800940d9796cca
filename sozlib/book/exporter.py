"""From an executed notebook to Markdown, by Quarto's cell rules.

A nbconvert exporter with a preprocessor and a template of its own: nbconvert's Markdown exporter knows neither ``#|``
options nor Quarto's order of output forms, and pandoc's reader for notebooks loses tables. Each cell's Markdown is
preceded by a mark with the cell's number, so that every later message can name the cell.

References
----------
https://nbconvert.readthedocs.io/en/latest/external_exporters.html
"""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.preprocessors import Preprocessor
from traitlets.config import Config

from sozlib.book.cells import CellOptions, is_object_text, is_table, read_options
from sozlib.errors import Place, Problem

_IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
#: Ids that preparing gave: the number of the cell in the executed notebook.
_NUMBERED = re.compile(r"zelle-(\d+)")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class CellMarkdown(Preprocessor):
    """Gives every cell the Markdown that stands for it (metadata ``sozlib_text``)."""

    def preprocess(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Go through all cells; pictures go to ``resources["outputs"]``, problems to ``resources["problems"]``."""
        resources.setdefault("outputs", {})
        problems: list[Problem] = resources.setdefault("problems", [])
        notebook = str(resources.get("notebook", ""))
        folder = str(resources.get("images", "abb"))
        for position, cell in enumerate(nb.cells, start=1):
            given = _NUMBERED.fullmatch(cell.get("id", ""))
            number = int(given[1]) if given else position
            writer = _CellWriter(Place(notebook, cell=number), folder, resources["outputs"], problems)
            cell.metadata["sozlib_number"] = number
            cell.metadata["sozlib_text"] = writer.write(cell, first=position == 1)
        return nb, resources


class ChapterExporter(TemplateExporter):
    """An executed notebook as one Markdown text in Quarto's notation."""

    @property
    def default_config(self) -> Config:
        """Only our preprocessor runs: nothing is executed, nothing else is rewritten or looked at."""
        return Config({"ChapterExporter": {"default_preprocessors": [], "preprocessors": [CellMarkdown]}})

    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(Path(__file__).parent / "templates")]

    def _template_name_default(self) -> str:
        return "chapter"

    def _file_extension_default(self) -> str:
        return ".md"


_EXPORTER: list[ChapterExporter] = []


def to_markdown(notebook: nbformat.NotebookNode, name: str, images: str) -> tuple[str, dict[str, bytes], list[Problem]]:
    """Markdown of an executed notebook.

    Parameters
    ----------
    notebook
        The notebook with its outputs.
    name
        Its path for messages.
    images
        Folder, relative to the notebook, for pictures that its outputs carry.

    Returns
    -------
    tuple
        Markdown; relative path → content of pictures; problems.
    """
    if not _EXPORTER:
        exporter: Any = ChapterExporter
        _EXPORTER.append(exporter())
    resources: dict[str, Any] = {"notebook": name, "images": images, "outputs": {}, "problems": []}
    markdown, resources = _EXPORTER[0].from_notebook_node(notebook, resources)
    return markdown, dict(resources["outputs"]), list(resources["problems"])


class _CellWriter:
    """Markdown of one cell."""

    def __init__(self, place: Place, folder: str, files: dict[str, bytes], problems: list[Problem]):
        self.place, self.folder, self.files, self.problems = place, folder, files, problems
        self.pictures = 0

    def write(self, cell: Any, *, first: bool) -> str:
        source = str(cell.source)
        if cell.cell_type == "markdown":
            tags = cell.metadata.get("tags", [])
            return "" if "remove-cell" in tags else _attachments(source, cell, self)
        if cell.cell_type == "raw":
            return self._raw(source, cell, first)
        options, problems = read_options(source, dict(cell.metadata), self.place)
        self.problems += problems
        return "" if options.removed else self._code(cell, options)

    def _raw(self, source: str, cell: Any, first: bool) -> str:
        if first and source.lstrip().startswith("---"):
            return ""
        kind = str(cell.metadata.get("raw_mimetype") or cell.metadata.get("format") or "")
        if kind == "text/html":
            return _raw_html(source)
        return source if kind == "text/markdown" else ""

    def _code(self, cell: Any, options: CellOptions) -> str:
        parts = []
        if options.on("echo") and options.code:
            parts.append(_fence(options.code, "python"))
        if options.on("output"):
            shown = [output for output in cell.get("outputs", []) if self._shown(output, options)]
            texts = [self._output(output, options, shown) for output in shown]
            body = [text for text in texts if text.strip()]
            label = options.text("label")
            if label.startswith(("fig-", "tbl-")) and body:
                parts.append(self._labelled(label, body, options))
            else:
                parts += body
        return "\n\n".join(parts)

    def _shown(self, output: Any, options: CellOptions) -> bool:
        if output.output_type == "stream":
            return output.name == "stdout" or options.on("warning")
        if output.output_type == "error":
            self.problems.append(
                Problem(
                    "cell-error",
                    f"Die Zelle endete mit einem Fehler ({output.get('ename', '')}: {output.get('evalue', '')}).",
                    "Beheben Sie ihn im Notebook und bauen Sie das Kapitel neu.",
                    self.place,
                )
            )
            return False
        return True

    def _output(self, output: Any, options: CellOptions, siblings: list[Any]) -> str:
        if output.output_type == "stream":
            text = _ANSI.sub("", str(output.text)).rstrip()
            return text if options.values.get("output") == "asis" else _fence(text, "")
        data = dict(output.get("data", {}))
        if output.get("metadata", {}).get("sozlib"):
            return str(data.get("text/markdown", ""))
        picture = next((mime for mime in _IMAGES if mime in data), None)
        markdown, table = data.get("text/markdown"), data.get("text/html")
        if table is not None and is_table(str(table)) and "<script" not in str(table):
            html_form = _raw_html(_frame(str(table)))
            if markdown is None:
                return f"::: {{.output-table}}\n{html_form}\n:::"
            return (
                f'::::: {{.output-table}}\n:::: {{.content-visible when-format="html"}}\n{html_form}\n::::\n\n'
                f':::: {{.content-visible unless-format="html"}}\n{markdown}\n::::\n:::::'
            )
        if markdown is not None and picture is None:
            return str(markdown)
        if picture is not None:
            return self._picture(data[picture], picture, options)
        if table is not None:
            return _raw_html(str(table))
        plain = _ANSI.sub("", str(data.get("text/plain", ""))).rstrip()
        if not plain or is_object_text(plain):
            return ""
        return plain if options.values.get("output") == "asis" else _fence(plain, "")

    def _picture(self, content: Any, mime: str, options: CellOptions) -> str:
        self.pictures += 1
        stem = options.text("label") or f"zelle-{self.place.cell}"
        stem = re.sub(r"[^A-Za-z0-9_-]", "-", stem) + (f"-{self.pictures}" if self.pictures > 1 else "")
        path = f"{self.folder}/{stem}.{_IMAGES[mime]}"
        text = "".join(content) if isinstance(content, list) else str(content)
        self.files[path] = text.encode() if mime == "image/svg+xml" else base64.b64decode(text)
        alt = options.text("fig-alt").replace('"', "”").replace("\n", " ")
        caption = options.text("fig-cap") if not options.text("label").startswith("fig-") else ""
        picture = f'![]({path}){{fig-alt="{alt}"}}' if alt else f"![]({path})"
        return f"{picture}\n\n{caption}".rstrip()

    def _labelled(self, label: str, body: list[str], options: CellOptions) -> str:
        figure = label.startswith("fig-")
        caption = options.text("fig-cap" if figure else "tbl-cap")
        if not caption:
            key = "fig-cap" if figure else "tbl-cap"
            self.problems.append(
                Problem("no-caption", f"„{label}“ hat keine Unterschrift.", f"Ergänzen Sie „#| {key}: …“.", self.place)
            )
        wide = " .wide" if options.text("column") in {"page", "screen", "body-outset"} else ""
        kind = ".figure" if figure else ".table-block"
        content = "\n\n".join(body)
        return f"::::::: {{#{label} {kind}{wide}}}\n{content}\n\n{caption}\n:::::::"


def _attachments(source: str, cell: Any, writer: _CellWriter) -> str:
    """Pictures pasted into a Markdown cell become files beside the chapter."""
    for name, forms in dict(cell.get("attachments") or {}).items():
        for mime, content in forms.items():
            if mime in _IMAGES:
                stem = re.sub(r"[^A-Za-z0-9_-]", "-", Path(name).stem)
                path = f"{writer.folder}/zelle-{writer.place.cell}-{stem}.{_IMAGES[mime]}"
                writer.files[path] = base64.b64decode(content)
                source = source.replace(f"attachment:{name}", path)
    return source


def _fence(text: str, language: str) -> str:
    ticks = "`" * max(3, max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _raw_html(text: str) -> str:
    ticks = "`" * max(3, max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{ticks}{{=html}}\n{text.strip()}\n{ticks}"


def _frame(table: str) -> str:
    """A table in the frame that scrolls on narrow screens and can be reached by keyboard."""
    label = html.escape("Tabelle, seitlich verschiebbar")
    return f'<div class="frame" tabindex="0" role="group" aria-label="{label}">{table}</div>'
