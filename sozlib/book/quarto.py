"""A volume as a Quarto book project, and its rendering where Quarto is installed.

The project is always written and valid: analysts with Quarto can render or preview a volume by itself, and the
embedded assembler reads the same notebooks. Quarto's theme, its Typst template and the small filter for our blocks are
made from the report's design tokens.

References
----------
https://quarto.org/docs/books/ ; https://quarto.org/docs/output-formats/typst.html
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sozlib.batch.plan import Volume
from sozlib.book.theme import FONTS, theme_file
from sozlib.errors import SozlibError
from sozlib.project import Project

_TYPST_THEME = ("report.typ",)
_QUARTO_THEME = ("sozlib.lua", "typst-template.typ", "typst-show.typ", "report.scss", "fonts.css")
OUTPUT = "_book"


def quarto_path() -> str | None:
    """The installed Quarto, None where there is none."""
    return shutil.which("quarto")


def write_project(project: Project, volume: Volume, folder: Path, data: Mapping[str, Any]) -> None:
    """Write everything of a volume's Quarto project but the notebooks.

    Parameters
    ----------
    project
        The report project; its theme is copied.
    volume
        The volume.
    folder
        The project's folder with the prepared notebooks.
    data
        Front matter, see :func:`sozlib.book.imprint.volume_data`.
    """
    theme = folder / "theme"
    theme.mkdir(parents=True, exist_ok=True)
    for name in ("tokens.css", *_TYPST_THEME, *(f"quarto/{name}" for name in _QUARTO_THEME)):
        shutil.copyfile(theme_file(project, name), theme / Path(name).name)
    tokens = (theme / "tokens.css").read_text(encoding="utf-8")
    (theme / "tokens.scss").write_text(scss(tokens), encoding="utf-8", newline="\n")
    (theme / "light.css").write_text(_light(tokens), encoding="utf-8", newline="\n")
    fonts = theme / "fonts"
    fonts.mkdir(exist_ok=True)
    for font in sorted((*FONTS.glob("*.ttf"), *FONTS.glob("*.woff2"))):
        shutil.copyfile(font, fonts / font.name)
    (theme / "volume.json").write_text(
        json.dumps({**data, "motif": None}, ensure_ascii=False, indent=1, sort_keys=True), "utf-8", newline="\n"
    )
    (folder / "index.qmd").write_text(index_page(data), encoding="utf-8", newline="\n")
    (folder / "_quarto.yml").write_text(configuration(project, volume, data), encoding="utf-8", newline="\n")


def configuration(project: Project, volume: Volume, data: Mapping[str, Any]) -> str:
    """``_quarto.yml`` of a volume."""
    config: dict[str, Any] = {
        "project": {"type": "book", "output-dir": OUTPUT, "resources": ["theme/fonts/*.woff2"]},
        "lang": "de",
        "book": {
            "title": data["document-title"],
            "subtitle": data["subtitle"],
            "author": data["author"],
            "date": project.cycle.published.isoformat(),
            "output-file": volume.id,
            "downloads": ["pdf"],
            "chapters": ["index.qmd", *(f"{chapter.slug}.ipynb" for chapter in volume.chapters)],
            "page-footer": {"left": " · ".join(data["notices"]), "right": data["author"]},
            "search": True,
        },
        "execute": {"enabled": False, "echo": False, "warning": False},
        "number-sections": True,
        "number-depth": 2,
        "crossref": {"chapters": True, "sec-prefix": "Abschnitt"},
        "filters": ["theme/sozlib.lua"],
        "format": {
            "html": {
                "theme": ["cosmo", "theme/tokens.scss", "theme/report.scss"],
                "css": ["theme/light.css", "theme/fonts.css"],
                "toc": True,
                "toc-depth": 3,
                "toc-title": "In diesem Kapitel",
                "html-math-method": "mathml",
                "fig-cap-location": "top",
                "tbl-cap-location": "top",
                "link-external-newwindow": False,
            },
            "typst": {
                "toc": True,
                "toc-depth": 2,
                "papersize": "a4",
                "pdf-standard": ["ua-1", "a-2a"],
                "font-paths": ["theme/fonts"],
                "template-partials": ["theme/typst-template.typ", "theme/typst-show.typ"],
                "keep-typ": False,
            },
        },
    }
    yaml = YAML(typ="rt", pure=True)
    yaml.allow_unicode = True
    yaml.width = 4096
    stream = StringIO()
    yaml.dump(config, stream)
    return "# Von sozlib geschrieben; Änderungen gehen beim nächsten Bau verloren.\n" + stream.getvalue()


def index_page(data: Mapping[str, Any]) -> str:
    """The volume's first page: what it is, the signs, the imprint."""
    lines = [
        f"# {_markdown(data['volume'])} {{.unnumbered}}",
        "",
        "::: {.lead}",
        _markdown(data["volume-subtitle"] or data["subtitle"]),
        ":::",
        "",
        _markdown(data["state"]),
        "",
        "## Zeichen in den Tabellen {.unnumbered}",
        "",
        "| Zeichen | Bedeutung |",
        "|:--|:--|",
        *(f"| {_markdown(sign)} | {_markdown(words)} |" for sign, words in data["signs"]),
        "",
        "## Impressum {.unnumbered}",
        "",
        "| | |",
        "|:--|:--|",
        *(f"| **{_markdown(key)}** | {_markdown(words)} |" for key, words in data["imprint"]),
        "",
    ]
    return "\n".join(lines)


def scss(tokens: str) -> str:
    """Design tokens as Sass variables for Bootstrap's theme, light values."""
    found = dict(re.findall(r"--([\w-]+):\s*([^;]+);", _light(tokens)))
    colours = "\n".join(f"$sozlib-{name}: {value};" for name, value in found.items() if value.startswith("#"))
    return (
        "/*-- scss:defaults --*/\n"
        f"{colours}\n"
        f"$font-family-sans-serif: {found['sans']};\n"
        f"$font-family-serif: {found['serif']};\n"
        "$body-color: $sozlib-text;\n$body-bg: $sozlib-surface;\n$link-color: $sozlib-accent;\n"
        "$primary: $sozlib-accent;\n$border-color: $sozlib-rule;\n$headings-font-family: $font-family-serif;\n"
        "$headings-font-weight: 600;\n"
    )


def render(folder: Path, volume: Volume, published_epoch: int) -> tuple[Path, Path]:
    """Render a volume with Quarto; both formats in one call, since a render empties the output folder.

    Parameters
    ----------
    folder
        The volume's project.
    volume
        The volume.
    published_epoch
        Date of publication in seconds since 1970, for files with a time stamp.

    Returns
    -------
    tuple
        Folder of the HTML pages, and the PDF.

    Raises
    ------
    SozlibError
        Quarto is missing or failed; the message ends with what it said.
    """
    program = quarto_path()
    if program is None:
        raise SozlibError(
            "Quarto ist nicht installiert. Installieren Sie es, oder wählen Sie --assembler embedded (oder auto)."
        )
    environment = {
        **{key: value for key, value in os.environ.items() if key != "QUARTO_PROFILE"},
        "SOURCE_DATE_EPOCH": str(published_epoch),
        "TYPST_FONT_PATHS": str(FONTS),
    }
    done = subprocess.run(
        [program, "render", str(folder), "--to", "all", "--no-execute"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + "\n" + done.stderr).strip().splitlines()[-25:])
        raise SozlibError(f"Quarto ist am Band „{volume.title}“ gescheitert (Ende {done.returncode}):\n{said}")
    html = folder / OUTPUT
    pdf = html / f"{volume.id}.pdf"
    missing = [path for path in (html / "index.html", pdf) if not path.is_file()]
    missing += [html / f"{c.slug}.html" for c in volume.chapters if not (html / f"{c.slug}.html").is_file()]
    if missing:
        names = ", ".join(path.name for path in missing)
        raise SozlibError(f"Quarto hat für den Band „{volume.title}“ diese Dateien nicht geschrieben: {names}.")
    return html, pdf


def _light(tokens: str) -> str:
    """Tokens without the dark scheme: Quarto's pages stay light, so drawings on them must, too."""
    return tokens[: tokens.index("@media")] if "@media" in tokens else tokens


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|@$~^])", r"\\\1", text)
