"""What the documents promise about themselves: length, and links that lead somewhere."""

import re
from pathlib import Path

import pypandoc
import pypdfium2
import pytest
import typst

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "benchmarks/README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_data_protection_officer_reads_two_pages(tmp_path: Path) -> None:
    text = pypandoc.convert_file(ROOT / "docs/datenschutz.md", "typst", format="gfm")
    page = tmp_path / "datenschutz.typ"
    page.write_text(f'#set page(paper: "a4", margin: 2cm)\n#set text(size: 10pt, lang: "de")\n{text}', "utf-8")
    assert len(pypdfium2.PdfDocument(typst.compile(page))) == 2


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
