"""The index for pages opened as files: whole words, right anchors, nothing of drawings and data tables."""

from __future__ import annotations

import json
from pathlib import Path

from sozlib.book.search import FALLBACK, index_entries, index_pages, write_fallback

PAGE = """<!doctype html><html lang="de"><body><nav>Überblick</nav>
<main data-pagefind-body data-pagefind-meta="title:Altstadt: Armut"><h1>Armut</h1>
<p class="kicker" data-pagefind-ignore>Kapitel 2</p><p>Ein <strong>Satz</strong>, der trägt.</p>
<h2 id="lage">2.1 Lage</h2><p>Über<em>schuld</em>ung</p><p>steigt.</p><svg><text>Achse</text></svg>
<details><summary>Zahlen</summary><table><tr><td>18,5</td></tr></table></details>
<section id="quellen"><h2>Quellen</h2><p>&lt;/script&gt; am Ende</p></section></main></body></html>"""


def test_a_page_is_cut_at_its_headings(tmp_path: Path) -> None:
    (tmp_path / "altstadt").mkdir()
    (tmp_path / "altstadt" / "armut.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "suche.html").write_text("<html><body><main>Suche</main></body></html>", encoding="utf-8")
    entries = [(e.path, e.page, e.heading, e.text) for e in index_entries(index_pages(tmp_path))]
    assert entries == [
        ("altstadt/armut.html", "Altstadt: Armut", "", "Ein Satz, der trägt."),
        ("altstadt/armut.html#lage", "Altstadt: Armut", "2.1 Lage", "Überschuldung steigt."),
        ("altstadt/armut.html#quellen", "Altstadt: Armut", "Quellen", "</script> am Ende"),
    ]


def test_pages_of_another_assembler_are_read_too(tmp_path: Path) -> None:
    page = "<html><head><title>1 Armut – Bericht</title></head><body><main><p>Die Quote sinkt.</p></main></body></html>"
    (tmp_path / "armut.html").write_text(page, encoding="utf-8")
    assert [(e.path, e.page, e.text) for e in index_entries(index_pages(tmp_path))] == [
        ("armut.html", "1 Armut", "Die Quote sinkt.")
    ]


def test_the_index_is_a_script_that_no_text_can_break_out_of(tmp_path: Path) -> None:
    (tmp_path / "seite.html").write_text(PAGE, encoding="utf-8")
    write_fallback(tmp_path)
    script = (tmp_path / FALLBACK).read_text(encoding="utf-8")
    assert "</" not in script
    rows = json.loads(script.removeprefix("window.SUCHINDEX=").rstrip(";\n"))
    assert [row[0] for row in rows] == ["seite.html", "seite.html#lage", "seite.html#quellen"]
