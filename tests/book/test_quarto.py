"""Each volume is a valid Quarto book; where Quarto is installed it binds the report."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, no_pages
from executed import write_notebooks
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from sozlib.batch.plan import Plan
from sozlib.book.assemble import assemble, choose_assembler
from sozlib.book.document import BookSite
from sozlib.book.pandoc import pandoc_path
from sozlib.book.pdf import set_pdf
from sozlib.book.pdfua import pdf_findings
from sozlib.errors import SozlibError
from sozlib.project import Project
from sozlib.snapshot import Snapshot

SCHEMA = ROOT.parent / "shared" / "quarto" / "quarto-project.schema.json"

FAKE = """#!/bin/sh
# Does what `quarto render FOLDER --to all` does to the outside: pages and PDF in the output folder.
test "$1" = render || exit 9
cd "$2" || exit 8
test -n "$FAKE_FAILS" && { echo "ERROR: Kapitel kaputt" >&2; exit 1; }
mkdir -p _book
for f in index *.ipynb; do echo "<p>$f</p>" > "_book/$(basename "$f" .ipynb).html"; done
printf '%s' "$SOURCE_DATE_EPOCH" > "_book/$(basename "$2").pdf"
"""


def config_of(book: BookSite, volume: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(book.folder.parent / "quarto" / volume / "_quarto.yml")
    return loaded


@pytest.fixture
def quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if os.name == "nt":
        pytest.skip("the stand-in for quarto is a shell script")
    program = tmp_path / "bin" / "quarto"
    program.parent.mkdir()
    program.write_text(FAKE)
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


def test_projects_fit_quartos_own_schema(book: BookSite) -> None:
    if not SCHEMA.is_file():
        pytest.skip(f"Quarto's schema is not at {SCHEMA}")
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for volume in book.volumes:
        assert [error.message for error in validator.iter_errors(config_of(book, volume))] == []
    wrong = config_of(book, "brackenrode") | {"execute": {"enabled": "vielleicht"}}
    assert list(validator.iter_errors(wrong)), "the schema finds mistakes at all"


def test_a_project_says_what_quarto_must_do(book: BookSite, plan: Plan) -> None:
    config = config_of(book, "brackenrode")
    assert config["execute"] == {"enabled": False, "echo": False, "warning": False}
    assert config["book"]["chapters"] == ["index.qmd", "kinder.ipynb", "arbeit.ipynb"]
    assert config["format"]["typst"]["pdf-standard"] == ["ua-1", "a-2a"]
    assert config["lang"] == "de"


def test_all_files_a_project_names_are_there(book: BookSite) -> None:
    folder = book.folder.parent / "quarto" / "brackenrode"
    config = config_of(book, "brackenrode")
    html, typst = config["format"]["html"], config["format"]["typst"]
    named = [
        *config["book"]["chapters"],
        *config["filters"],
        *html["theme"][1:],
        *html["css"],
        *typst["template-partials"],
    ]
    assert [name for name in named if not (folder / name).is_file()] == []
    text = (folder / "kinder.ipynb").read_text("utf-8")
    assert "(kinder-abb/fig-verlauf.svg)" in text
    assert (folder / "kinder-abb" / "fig-verlauf.svg").is_file()
    tokens = (folder / "theme" / "tokens.scss").read_text("utf-8")
    assert "$sozlib-accent: #0a5568;" in tokens


def test_tables_carry_markdown_so_that_quarto_starts_no_helper(book: BookSite) -> None:
    notebook = json.loads((book.folder.parent / "quarto/brackenrode/kinder.ipynb").read_text("utf-8"))
    outputs = [o["data"] for c in notebook["cells"] for o in c.get("outputs", []) if "text/html" in o.get("data", {})]
    assert outputs
    assert all("text/markdown" in data for data in outputs)


def test_the_filter_turns_our_blocks_into_calls_of_the_report(book: BookSite, tmp_path: Path) -> None:
    import subprocess

    source = "::: {.box .planning}\nText\n:::\n\n[Satz]{.statement}\n\n::: {.lead}\nLead\n:::\n"
    script = book.folder.parent / "quarto/brackenrode/theme/sozlib.lua"
    done = subprocess.run(
        [pandoc_path(), "-f", "markdown", "-t", "typst", "--lua-filter", str(script)],
        input=source,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert "#note(planning: true)[" in done.stdout
    assert "#statement[Satz]" in done.stdout
    assert "#lead[" in done.stdout


def test_auto_takes_quarto_where_it_is_installed(quarto: Path) -> None:
    assert choose_assembler("auto") == "quarto"
    assert choose_assembler("embedded") == "embedded"


def test_quarto_by_name_must_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert choose_assembler("auto") == "embedded"
    with pytest.raises(SozlibError, match="Quarto ist nicht installiert"):
        choose_assembler("quarto")


def test_quartos_pages_and_pdf_go_into_the_site(
    quarto: Path, tmp_path: Path, project: Project, plan: Plan, snapshot: Snapshot
) -> None:
    write_notebooks(plan, tmp_path / "notebooks")
    calls: list[tuple[object, ...]] = []
    site = assemble(project, plan, snapshot, tmp_path, build_pages=lambda *given: calls.append(given))
    assert site.assembler == "quarto"
    assert (site.folder / "brackenrode" / "kinder.html").is_file()
    assert not (site.folder / "brackenrode" / "brackenrode.pdf").exists()
    assert (site.folder / "pdf" / "brackenrode.pdf").read_text() == "1773619200", "the date of publication"
    documents, pdfs = calls[0][3], calls[0][5]
    assert documents == {}
    assert isinstance(pdfs, dict)
    assert set(pdfs) == {"ueberblick", "brackenrode"}


def test_what_quarto_said_is_in_the_message(
    quarto: Path, tmp_path: Path, project: Project, plan: Plan, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_FAILS", "1")
    write_notebooks(plan, tmp_path / "notebooks")
    with pytest.raises(SozlibError, match="Kapitel kaputt"):
        assemble(project, plan, snapshot, tmp_path, assembler="quarto", build_pages=no_pages)


def test_quartos_typst_template_sets_a_pdf_ua_book(book: BookSite, tmp_path: Path, project: Project) -> None:
    """What Quarto would compile: our partials around a chapter as pandoc's Typst writer gives it."""
    folder = tmp_path / "project"
    shutil.copytree(book.folder.parent / "quarto" / "brackenrode", folder)
    partials = [(folder / "theme" / name).read_text("utf-8") for name in ("typst-template.typ", "typst-show.typ")]
    chapter = (
        "= Kinder\n== Verlauf\nText.\n"
        '#figure(image("/kinder-abb/fig-verlauf.svg", alt: "Linien"), caption: [Sinkt], kind: "quarto-float-fig", '
        'supplement: "Abbildung") <fig-verlauf>\n'
        "#note(planning: true)[Text]\n#lead[Lead]\nSiehe @fig-verlauf.\n"
    )
    (folder / "index.typ").write_text("\n".join([*partials, chapter]), "utf-8")
    target = tmp_path / "book.pdf"
    set_pdf(folder / "index.typ", folder, target, project.cycle.published)
    assert pdf_findings(target, project.report.invented) == []
