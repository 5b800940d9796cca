"""A chapter says the same on the page and in print: numbers, references, figures, tables."""

from __future__ import annotations

import base64
from pathlib import Path

import lxml.html
import nbformat
import pytest
from executed import PNG, code, figure, notebook, small_plan, write_notebooks
from nbformat.v4 import new_markdown_cell, new_output

from sozlib.batch.plan import Plan, Volume
from sozlib.book.assemble import assemble
from sozlib.book.convert import convert_volume
from sozlib.book.document import BookSite, ChapterDocument
from sozlib.book.prepare import prepare_volume
from sozlib.errors import InputError, Problem
from sozlib.project import Project
from sozlib.snapshot import Snapshot


@pytest.fixture(scope="module")
def children(book: BookSite) -> ChapterDocument:
    return book.volumes["brackenrode"].chapters[0]


@pytest.fixture(scope="module")
def work(book: BookSite) -> ChapterDocument:
    return book.volumes["brackenrode"].chapters[1]


def convert(tmp_path: Path, *cells: object) -> tuple[ChapterDocument, list[Problem]]:
    """A volume of one chapter made of these cells."""
    volume = small_plan(tmp_path / "vorlage.ipynb").volumes[1]
    volume = Volume(**{**volume.__dict__, "chapters": volume.chapters[:1]})
    path = tmp_path / "notebooks" / "brackenrode" / "kinder.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook(*cells), path)
    problems = prepare_volume(volume, tmp_path / "notebooks", tmp_path / "project")
    document, found = convert_volume(volume, tmp_path / "project")
    return document.chapters[0], problems + found


def errors(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems if problem.severity == "error"]


def page(document: ChapterDocument) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(document.body_html, create_parent="div")


def test_figures_tables_and_sections_count_within_their_chapter(
    children: ChapterDocument, work: ChapterDocument
) -> None:
    assert [(f.id, f.number) for f in children.figures] == [("fig-verlauf", "1.1"), ("fig-eigene", "1.2")]
    assert [(t.id, t.number) for t in children.tables] == [("tbl-raeume", "1.1"), ("tbl-eigene", "1.2")]
    assert [(h.number, h.text) for h in children.headings] == [
        ("1.1", "Kinder im SGB-II-Bezug"),
        ("1.2", "Vergleich der Räume"),
        ("", "Einzelheiten"),
    ]
    assert [(h.number, h.level) for h in work.contents] == [("", 2), ("2.1", 2)]
    assert [f.number for f in work.figures] == ["2.1", "2.2"]


def test_title_lead_and_locator_leave_the_body(children: ChapterDocument) -> None:
    assert children.kicker == "Raum 7"
    assert children.lead_html.startswith("Fast jedes fünfte Kind")
    assert children.locator_html.startswith("<svg")
    assert "Raum 7" not in children.body_html
    assert "Fast jedes fünfte" not in children.body_html


def test_references_are_german_words_that_lead_to_their_target(
    children: ChapterDocument, work: ChapterDocument
) -> None:
    links = [(a.get("href"), a.text_content()) for a in page(children).xpath("//a[contains(@class, 'xref')]")]
    assert ("#fig-verlauf", "Abbildung\u00a01.1") in links
    assert ("#tbl-raeume", "1.1") in links
    assert ("#sec-kinder", "Abschnitt\u00a01.1") in links
    for target, _ in links:
        assert page(children).xpath(f"//*[@id='{target[1:]}']")
    across = [(a.get("href"), a.text_content()) for a in page(work).xpath("//a[contains(@class, 'xref')]")]
    assert ("kinder.html#tbl-raeume", "Tabelle\u00a01.1") in across
    assert '#place-of("Abbildung\u00a01.1", "kinder--fig-verlauf")' in children.typst


def test_an_id_used_by_two_chapters_belongs_to_each(work: ChapterDocument) -> None:
    links = [a.get("href") for a in page(work).xpath("//a[contains(@class, 'xref')]")]
    assert work.figures[0].id == "fig-verlauf-arbeit"
    assert "#fig-verlauf-arbeit" in links


def test_a_figure_on_the_page_has_caption_drawings_source_and_numbers(children: ChapterDocument) -> None:
    figure = page(children).xpath("//figure[@id='fig-verlauf']")[0]
    assert [part.get("class") for part in figure.xpath("./figcaption/span")] == ["number", "statement", "what"]
    assert figure.xpath("string(./figcaption/span[1])") == "Abbildung 1.1"
    assert figure.xpath("./div[@class='wide']/svg")
    assert figure.xpath("./div[@class='narrow']/svg")
    assert not figure.xpath(".//img"), "the print drawing stays out of the page"
    assert figure.xpath("string(./p[@class='source'])").startswith("Quelle:")
    details = figure.getparent().xpath("./details")[0]
    assert details.xpath("string(./summary)") == "Zahlen zur Abbildung 1.1"
    assert len(details.xpath(".//tbody/tr")) == 10


def test_a_table_keeps_its_heads_and_gets_its_caption(children: ChapterDocument) -> None:
    table = page(children).xpath("//div[@id='tbl-raeume']//table")[0]
    assert table.xpath("string(./caption)").split()[:2] == ["Tabelle", "1.1"]
    assert [th.get("scope") for th in table.xpath(".//thead/tr[1]/th")] == ["col", "colgroup", "col"]
    assert table.xpath("string(.//tr[@class='own']/th)") == "Brackenrode"
    assert len(page(children).xpath("//div[@id='tbl-raeume']//table")) == 1


def test_in_print_the_html_table_is_a_real_table_with_spanners(children: ChapterDocument) -> None:
    assert "table.cell(colspan: 3, align: center + bottom)[#column-head[Kinder im SGB~II\\-Bezug]]" in children.typst
    assert 'kinds: ("", "", "", "own", "", "", "whole",)' in children.typst
    assert "geheim gehalten" not in children.typst, "words for screen readers stay on the page"
    assert children.typst.count("#data-table(") == 2, "the pipe-table twin is not set, too"


def test_analysts_own_outputs_follow_quartos_cell_rules(children: ChapterDocument) -> None:
    own = page(children).xpath("//div[@id='tbl-eigene']//table")[0]
    assert own.get("class") == "table"
    assert [th.get("scope") for th in own.xpath(".//tbody/tr/th")] == ["row", "row"]
    image = page(children).xpath("//figure[@id='fig-eigene']//img")[0]
    assert image.get("alt") == "Ein Punkt."
    assert image.get("src") == "kinder-abb/fig-eigene.png"
    assert [f.path for f in children.files] == [
        "brackenrode/kinder-abb/fig-eigene.png",
        "brackenrode/kinder-abb/fig-verlauf.svg",
    ]
    assert "Axes" not in children.body_html
    assert "Figure size" not in children.typst


def test_decimal_commas_in_formulas_have_no_gap(children: ChapterDocument) -> None:
    assert "<mn>1,96</mn>" in children.body_html
    assert '1","96' in children.typst
    assert 'formula("z gleich 1,96")' in children.typst


def test_links_between_chapters_work_in_both_formats(children: ChapterDocument) -> None:
    assert page(children).xpath("//a[@href='arbeit.html']")
    assert '#inner-link("arbeit--")[Arbeit]' in children.typst


def test_search_text_holds_words_but_no_drawings(children: ChapterDocument) -> None:
    assert "Der Rückgang fällt mit zwei neuen Kitas zusammen" in children.plain_text
    assert "Fast jedes fünfte Kind" in children.plain_text
    assert "polyline" not in children.plain_text
    assert "@@raw" not in children.plain_text


def test_key_figures_show_once_in_each_format(work: ChapterDocument) -> None:
    assert len(page(work).xpath("//dl[@class='key-figures']")) == 1
    assert not page(work).xpath("//table[.//th[contains(., 'Unter 18')]]")
    assert work.typst.count("Unter 18 Jahren in %") == 1


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("# Titel", "heading-level"),
        ("## A\n\n#### B", "heading-level"),
        ("![](https://example.org/x.png){fig-alt='x'}", "image-place"),
        ("![](../x.png){fig-alt='x'}", "image-place"),
        ("![](/etc/passwd){fig-alt='x'}", "image-place"),
        ("![](bild.png)", "no-alt"),
        ('```{=typst}\n#read("/etc/passwd")\n```', "raw-typst"),
        ('Siehe `#read("x")`{=typst}.', "raw-typst"),
        ("Siehe @fig-gibt-es-nicht.", "unknown-reference"),
        ("## A {#x}\n\n## B {#x}", "duplicate-id"),
        ("[x](javascript:alert(1))", "link"),
        ("::: {#tbl-x .table-block}\n| a | b |\n|---|--:|\n| 1 | 2 |\n:::", "no-caption"),
    ],
)
def test_what_must_not_be_published_is_an_error_with_notebook_and_cell(
    tmp_path: Path, cell: str, expected: str
) -> None:
    _, problems = convert(tmp_path, new_markdown_cell("Einleitung."), new_markdown_cell(cell))
    found = [problem for problem in problems if problem.code == expected]
    assert found
    assert found[0].severity == "error"
    # counted in the executed notebook: its first cell holds the parameters
    assert str(found[0].place) == "brackenrode/kinder.ipynb, Zelle 3"


def test_an_unlabelled_figure_without_alternative_text_is_an_error(tmp_path: Path) -> None:
    png = new_output("display_data", data={"image/png": "iVBORw0KGgo="})
    _, problems = convert(tmp_path, code(png, source="ax.plot()"))
    assert errors(problems) == ["no-alt"]


def test_scripts_never_reach_a_page(tmp_path: Path) -> None:
    attacks = [
        "<script>alert(1)</script>",
        "Text <img src=x onerror=alert(1)> Text",
        "<div onclick='alert(1)' style='position:fixed' class='skip own'>Klick</div>",
        '<a href="javascript:alert(1)">x</a>',
        "<iframe src='https://example.org'></iframe>",
        "```{=html}\n<svg onload=alert(1)><script>alert(1)</script><a href='javascript:alert(1)'><text>x</text></a>"
        '<rect fill="url(https://example.org/x)"/><foreignObject><body onload=alert(1)></body></foreignObject>'
        "<use href='https://example.org/x.svg#a'/></svg>\n```",
        '[x]{onclick="alert(1)" .evil .own}',
        "<style>body{display:none}</style>",
        "$\\href{javascript:alert(1)}{x}$",
    ]
    document, _ = convert(tmp_path, *(new_markdown_cell(attack) for attack in attacks))
    body = document.body_html.lower()
    for trace in (
        "<script",
        "onerror",
        "onclick",
        "onload",
        'href="javascript',
        "<iframe",
        "<style",
        "style=",
        "evil",
        "skip",
    ):
        assert trace not in body, trace
    assert "url(https" not in body
    assert 'href="https://example.org/x.svg' not in body


def test_a_chapter_text_cannot_call_typst(tmp_path: Path) -> None:
    document, problems = convert(
        tmp_path,
        new_markdown_cell('Text #read("/etc/passwd") und ]#import "@preview/x:1.0.0"; $x$ und <label> sowie @wer.'),
    )
    assert errors(problems) == []
    assert "\\#read" in document.typst
    assert "\\#import" in document.typst


def test_tables_from_html_cannot_call_typst_either(tmp_path: Path) -> None:
    html = '<table><tr><th>a</th></tr><tr><td>]#read("x")[ $a$ `b` // c /* d */ @e \\ <f></td></tr></table>'
    document, problems = convert(tmp_path, code(new_output("display_data", data={"text/html": html})))
    assert errors(problems) == []
    assert '\\]\\#read(\\"x\\")\\[ \\$a\\$ \\`b\\` \\/\\/ c \\/\\* d \\*\\/ \\@e' in document.typst


def test_hidden_cells_and_options_are_obeyed(tmp_path: Path) -> None:
    plain = new_output("stream", name="stdout", text="Ausgabe\n")
    warning = new_output("stream", name="stderr", text="UserWarning: nein\n")
    document, _ = convert(
        tmp_path,
        code(plain, warning, source="print('geheimer Quelltext')"),
        code(plain, source="#| echo: true\nsichtbar = 1"),
        code(plain, source="#| include: false\nprint('weg')"),
        code(plain, source="#| output: false\nx"),
        code(new_output("stream", name="stdout", text="**fett**"), source="#| output: asis\nx"),
    )
    assert "geheimer Quelltext" not in document.body_html
    assert "UserWarning" not in document.body_html
    assert "sichtbar = 1" in document.body_html
    assert document.body_html.count("Ausgabe") == 2
    assert "<strong>fett</strong>" in document.body_html


def test_wide_figures_use_the_full_page(tmp_path: Path) -> None:
    document, _ = convert(tmp_path, code(figure("fig-a", "A", "b", wide=True)))
    assert page(document).xpath("//div[@class='figure-block full']")


def test_prepared_notebooks_hold_no_trace_of_the_run(book: BookSite, plan: Plan) -> None:
    for chapter in plan.chapters:
        path = book.folder.parent / "quarto" / chapter.volume / f"{chapter.slug}.ipynb"
        text = path.read_text("utf-8")
        assert "papermill" not in text
        assert "nur im Labor" not in text
        assert nbformat.read(path, 4).cells[0].source == f'---\ntitle: "{chapter.title}"\n---'


def test_figures_and_tables_written_in_markdown_count_too(tmp_path: Path) -> None:
    (tmp_path / "bild.png").write_bytes(base64.b64decode(PNG))
    document, problems = convert(
        tmp_path,
        new_markdown_cell('![Ein Bild](bild.png){#fig-datei fig-alt="Ein Punkt."}\n\nSiehe @fig-datei und @tbl-klein.'),
        new_markdown_cell("| A | B |\n|---|--:|\n| x | 1 |\n\n: Eine kleine Tabelle {#tbl-klein}"),
    )
    assert errors(problems) == []
    assert [(f.id, f.number, f.caption) for f in document.figures] == [("fig-datei", "1.1", "Ein Bild")]
    assert [(t.id, t.number, t.caption) for t in document.tables] == [("tbl-klein", "1.1", "Eine kleine Tabelle")]
    table = page(document).xpath("//div[@id='tbl-klein']//table[@class='table']")[0]
    assert [cell.get("scope") for cell in table.xpath(".//th")] == ["col", "col", "row"]
    assert page(document).xpath("//img[@src='kinder-abb/bild.png'][@alt='Ein Punkt.']")
    assert '#picture("/kinder-abb/bild.png", "Ein Punkt.", width: auto)' in document.typst


def test_a_picture_that_is_not_there_is_named_with_its_cell(tmp_path: Path) -> None:
    _, problems = convert(tmp_path, new_markdown_cell("![](fehlt.png){fig-alt='x'}"))
    missing = [problem for problem in problems if problem.code == "image-missing"]
    assert str(missing[0]).startswith("Fehler: brackenrode/kinder.ipynb, Zelle 2: Das Bild „fehlt.png“ gibt es nicht.")


def test_bad_chapters_stop_the_book_with_every_problem(tmp_path: Path, project: Project, snapshot: Snapshot) -> None:
    plan = small_plan(tmp_path / "vorlage.ipynb")
    write_notebooks(plan, tmp_path / "notebooks")
    for volume in plan.volumes:
        bad = notebook(new_markdown_cell("# Falsch"))
        nbformat.write(bad, tmp_path / "notebooks" / volume.id / "arbeit.ipynb")
    with pytest.raises(InputError) as caught:
        assemble(project, plan, snapshot, tmp_path, assembler="embedded", build_pages=lambda *_: None)
    files = {problem.place.file for problem in caught.value.problems}
    assert files == {"ueberblick/arbeit.ipynb", "brackenrode/arbeit.ipynb"}
    assert not list((tmp_path / "site").rglob("*.pdf"))
