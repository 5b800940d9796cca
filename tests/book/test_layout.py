"""Pages of a volume are well filled, whatever the order of words, figures and tables, and are read in their order."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import page
import pikepdf
import pytest
from pikepdf import Matrix, Name

from sozlib.book.document import BookSite
from sozlib.book.html_blocks import HtmlRenderer
from sozlib.book.pdf import set_pdf, structure_elements
from sozlib.book.references import References
from sozlib.book.tree import text
from sozlib.project import Project

MM = 72 / 25.4
TOP, BOTTOM, HEIGHT = 28 * MM, 24 * MM, 297 * MM
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{}"><rect width="680" height="{}"/></svg>'
WORDS = "Der Anteil in Brackenrode liegt deutlich unter dem des Kreises; der Unterschied ist gesichert. " * 3


def figure(number: int, height: int) -> str:
    return (
        f'#numbered("fig", "Abbildung {number}", "fig-{number}")[#statement[Aussage {number}]#what[in Prozent]]'
        f'[Quelle: erfunden.][#picture("/{height}.svg", "Bild {number}", width: 100%)]\n\n'
    )


def section(number: int, paragraphs: int, heights: list[int], first: int) -> str:
    figures = "".join(figure(first + i, height) for i, height in enumerate(heights))
    return f"== Abschnitt {number}\n\n" + f"{WORDS}\n\n" * paragraphs + figures + f"{WORDS}\n\n"


#: Paragraphs and heights of the figures (px of 680) of a chapter's sections.
CHAPTERS = {
    "much text": [(5, [300, 370, 290]), (4, [300, 370]), (3, [300]), (6, [180]), (4, [])],
    "little text": [(1, [290, 370])] * 5,
    "tall figures": [(2, [420]), (1, [580]), (3, [410]), (2, [510]), (4, [])],
}


@pytest.fixture(scope="module", params=CHAPTERS)
def volume(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, book: BookSite) -> Path:
    folder = tmp_path_factory.mktemp("volume")
    project = book.folder.parent / "quarto" / "brackenrode"
    shutil.copytree(project / "theme", folder / "theme")
    data = json.loads((project / ".embedded" / "volume.json").read_text("utf-8"))
    (folder / "volume.json").write_text(json.dumps({**data, "motif": None}), "utf-8")
    sections, first = "", 1
    for number, (paragraphs, heights) in enumerate(CHAPTERS[request.param], start=1):
        for height in heights:
            (folder / f"{height}.svg").write_text(DRAWING.format(height, height), "utf-8")
        sections += section(number, paragraphs, heights, first)
        first += len(heights)
    main = '#import "/theme/report.typ": *\n#show: report.with(json("volume.json"))\n'
    (folder / "main.typ").write_text(f'{main}#chapter(1, "Arbeit", "arbeit--")[Lead.][\n{sections}]\n', "utf-8")
    set_pdf(folder / "main.typ", folder, folder / "volume.pdf", Project(Path(__file__).parents[2]).cycle.published)
    return folder / "volume.pdf"


def lowest_line(sheet: pikepdf.Page) -> float:
    """How far down the text area the last line stands, as part of its height."""
    lowest, place, stack = HEIGHT, Matrix(), []
    for instruction in pikepdf.parse_content_stream(sheet):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "q":
            stack.append(place)
        elif operator == "Q":
            place = stack.pop()
        elif operator == "cm":
            place = Matrix(*(float(o) for o in operands)) @ place
        elif operator == "Tm":
            y = (Matrix(*(float(o) for o in operands)) @ place).f
            lowest = min(lowest, y) if y > BOTTOM else lowest
    return (HEIGHT - TOP - lowest) / (HEIGHT - TOP - BOTTOM)


def test_only_the_end_of_a_chapter_leaves_a_page_half_empty(volume: Path) -> None:
    with pikepdf.open(volume) as pdf:
        filled = [lowest_line(sheet) for sheet in pdf.pages[3:]]  # after cover, imprint and contents
    assert len(filled) >= 4
    assert min(filled[:-1]) > 0.5
    assert sum(filled[:-1]) / len(filled[:-1]) > 0.75


def test_figures_that_float_are_read_where_the_text_has_them(volume: Path) -> None:
    with pikepdf.open(volume) as pdf:
        read = [str(e["/Alt"]) for e in structure_elements(pdf) if e.get("/S") == Name.Figure and "/Alt" in e]
    numbers = [int(words.removeprefix("Bild ")) for words in read if words.startswith("Bild ")]
    assert len(numbers) > 3
    assert numbers == sorted(numbers)


def test_floating_figures_stay_accessible(volume: Path) -> None:
    report = page.validate_pdf(volume, profile=page.ValidationProfile.PDF_UA_1, limits=page.SafetyLimits.unlimited())
    assert [(f.rule_id, f.message) for f in report.failures] == []


def test_no_line_ends_within_a_paragraph_sign_or_a_unit() -> None:
    words = ["Nach", "§", "16", "Abs.", "2", "SGB", "II", "erhalten", "18", "%", "der", "20", "Kinder", "5", "Euro"]
    inlines = [part for word in words for part in ({"t": "Str", "c": word}, {"t": "Space"})][:-1]
    rendered = HtmlRenderer(References("arbeit", {}, {}), [], "arbeit", []).inlines(inlines)
    assert text(rendered) == "Nach §\u00a016 Abs.\u00a02 SGB\u00a0II erhalten 18\u00a0% der 20 Kinder 5\u00a0Euro"
