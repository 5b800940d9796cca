"""What a cell says about itself: ``#|`` options, tags, and which form of an output is shown.

These are Quarto's rules, so that a chapter reads the same whether Quarto or the embedded assembler binds it: option
lines at the head of a code cell, the tags ``remove-cell``, ``hide-cell`` and ``hide-code``, and the order in which the
forms (MIME types) of an output are preferred for a format.

References
----------
https://quarto.org/docs/reference/cells/cells-jupyter.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sozlib.errors import Place, Problem


def _words(text: str) -> frozenset[str]:
    """Names from a block of text: long lists stay readable."""
    return frozenset(text.split())


_OPTION = re.compile(r"^#\|\s?(.*)$")

#: Options of a whole notebook where a cell says nothing else (``execute:`` of the Quarto project).
DEFAULTS = {"echo": False, "warning": False, "output": True, "include": True}

_KNOWN = _words(
    """
    label echo eval output warning error include code-fold code-summary fig-cap fig-alt fig-width fig-height
    tbl-cap classes column lst-cap lst-label layout-ncol fig-align tags cap-location fig-cap-location
    tbl-cap-location
    """
)


@dataclass(frozen=True)
class CellOptions:
    """Options of a code cell as Quarto understands them.

    ``values`` holds what the cell and its tags say over :data:`DEFAULTS`; ``code`` the source without option lines.
    """

    values: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    removed: bool = False

    def text(self, key: str) -> str:
        """An option as text, empty where it is absent."""
        value = self.values.get(key)
        return "" if value is None else str(value).strip()

    def on(self, key: str) -> bool:
        """Whether an option is switched on (``true`` or any word that is no denial)."""
        return self.values.get(key) not in (False, None, "false")


def read_options(source: str, metadata: dict[str, Any], place: Place) -> tuple[CellOptions, list[Problem]]:
    """Options of a code cell.

    Parameters
    ----------
    source
        The cell's source.
    metadata
        The cell's metadata: ``tags``, and options such as ``echo`` that JupyterLab's side bar may set.
    place
        Notebook and cell, for messages.
    """
    lines = source.splitlines()
    head: list[str] = []
    for line in lines:
        if (match := _OPTION.match(line)) is None:
            break
        head.append(match[1])
    values: dict[str, Any] = dict(DEFAULTS)
    problems: list[Problem] = []
    tags = {str(tag) for tag in metadata.get("tags", [])}
    if {"hide-code", "hide-cell"} & tags:
        values["echo"] = False
    values |= {key: metadata[key] for key in ("echo", "include", "output", "warning") if key in metadata}
    if head:
        try:
            given = YAML(typ="safe", pure=True).load("\n".join(head))
        except YAMLError:
            given = None
        if not isinstance(given, dict):
            problems.append(
                Problem(
                    "cell-options",
                    "Die Zeilen „#| …“ sind kein gültiges YAML.",
                    "Schreiben Sie „#| Schlüssel: Wert“; Texte mit Doppelpunkt brauchen Anführungszeichen.",
                    place,
                )
            )
        else:
            values |= {str(key): value for key, value in given.items()}
            for key in sorted(set(map(str, given)) - _KNOWN):
                problems.append(
                    Problem("cell-options", f"Die Option „#| {key}“ wird nicht ausgewertet.", "", place, "warning")
                )
    removed = "remove-cell" in tags or not CellOptions(values).on("include")
    return CellOptions(values, "\n".join(lines[len(head) :]).strip("\n"), removed), problems


def is_table(html: str) -> bool:
    """Whether an HTML output is a table in the first place."""
    return "<table" in html


_OBJECT_TEXT = re.compile(r"^(?:\[?<[^>]*>(?:,.*)?\]?|Text\(.*\)|<Figure size .*>)$", re.DOTALL)


def is_object_text(text: str) -> bool:
    """Whether plain text is only the name of a Python object, such as ``<Axes: >``."""
    return bool(_OBJECT_TEXT.match(text.strip()))
