"""The PDF of a volume is readable by everyone, and by an independent validator's word."""

from __future__ import annotations

import json
import re
from pathlib import Path

import page
import pikepdf
import pytest
from conftest import no_pages
from executed import write_notebooks
from pikepdf import Name

from sozlib.batch.plan import Plan
from sozlib.book.assemble import assemble, volume_keys, volume_reasons
from sozlib.book.binding import BoundVolume, VolumeJob, bind
from sozlib.book.document import BookSite
from sozlib.book.pdf import set_pdf, structure_elements
from sozlib.book.pdfua import pdf_findings
from sozlib.book.shelf import Shelf
from sozlib.crew import Crew
from sozlib.errors import SozlibError
from sozlib.files import Digests
from sozlib.project import Project
from sozlib.snapshot import Snapshot

#: Misfires on streams that end in 0x0D.
FALSE_ALARM = "PDFA2A-STREAM-LENGTH-001"


def pdf_of(book: BookSite, volume: str) -> Path:
    path = book.volumes[volume].pdf
    assert path is not None
    return path


@pytest.mark.parametrize("profile", [page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A])
@pytest.mark.parametrize("volume", ["ueberblick", "brackenrode"])
def test_validator_finds_pdf_ua_and_pdf_a(book: BookSite, volume: str, profile: page.ValidationProfile) -> None:
    report = page.validate_pdf(pdf_of(book, volume), profile=profile, limits=page.SafetyLimits.unlimited())
    assert [(f.rule_id, f.message) for f in report.failures if f.rule_id != FALSE_ALARM] == []
    assert report.rules.passed > 20


def test_own_checks_find_nothing_in_a_good_pdf(book: BookSite, project: Project) -> None:
    for volume in book.volumes:
        assert pdf_findings(pdf_of(book, volume), project.report.invented) == []


def test_own_checks_find_what_was_broken(book: BookSite, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    with pikepdf.open(pdf_of(book, "brackenrode")) as pdf:
        del pdf.Root["/Lang"]
        del pdf.Root["/Outlines"]
        figure = next(e for e in structure_elements(pdf) if e.get("/S") == Name.Figure)
        del figure["/Alt"]
        header = next(e for e in structure_elements(pdf) if e.get("/S") == Name.TH)
        del header["/A"]
        pdf.save(broken)
    found = " ".join(pdf_findings(broken, "steht nirgends"))
    for words in ("Sprache", "Lesezeichen", "Alternativtext", "Kopfzelle", "„steht nirgends“"):
        assert words in found


def test_every_body_row_starts_with_a_row_header(book: BookSite) -> None:
    with pikepdf.open(pdf_of(book, "brackenrode")) as pdf:
        scopes = [
            str(e["/A"]["/Scope"] if isinstance(e["/A"], pikepdf.Dictionary) else e["/A"][0]["/Scope"])
            for e in structure_elements(pdf)
            if e.get("/S") == Name.TH
        ]
    # 7 areas, 2 rows of the analyst's own table, 2 key figures; 6 + 3 + 3 column heads (one corner is empty).
    assert scopes.count("/Row") == 11
    assert scopes.count("/Column") >= 11


def test_bookmarks_are_the_headings(book: BookSite) -> None:
    with pikepdf.open(pdf_of(book, "brackenrode")) as pdf, pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
        below = [child.title for item in outline.root for child in item.children]
    assert titles == ["Zeichen und Impressum", "Inhalt", "1 Kinder und Familien", "2 Arbeit"]
    assert "1.1 Kinder im SGB-II-Bezug" in [title.replace("\u2011", "-") for title in below]


def test_pdf_says_what_it_is(book: BookSite, project: Project) -> None:
    with pikepdf.open(pdf_of(book, "brackenrode")) as pdf:
        assert str(pdf.Root.Lang) == "de-DE"
        assert "Band 2: Brackenrode" in str(pdf.docinfo["/Title"])
        assert str(pdf.docinfo["/CreationDate"]).startswith(f"D:{project.cycle.published:%Y%m%d}")


def test_same_inputs_give_the_same_bytes(
    tmp_path: Path, project: Project, plan: Plan, snapshot: Snapshot, book: BookSite
) -> None:
    write_notebooks(plan, tmp_path / "notebooks")
    with Crew(2) as crew:
        again = assemble(project, plan, snapshot, tmp_path, assembler="embedded", crew=crew, build_pages=no_pages)
    for volume, document in book.volumes.items():
        assert pdf_of(again, volume).read_bytes() == pdf_of(book, volume).read_bytes()
        assert [c.body_html for c in again.volumes[volume].chapters] == [c.body_html for c in document.chapters]
    first, second = (
        {p.relative_to(s.folder.parent): p.read_bytes() for p in (s.folder.parent / "quarto").rglob("*") if p.is_file()}
        for s in (book, again)
    )
    assert first == second


def test_a_bound_volume_stays_when_the_build_is_broken_off(
    tmp_path: Path, project: Project, plan: Plan, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebooks(plan, tmp_path / "notebooks")
    first, *others = (volume.id for volume in plan.volumes)

    def broken_off(job: VolumeJob) -> BoundVolume:
        if job.id != first:
            raise KeyboardInterrupt
        return bind(job)

    monkeypatch.setattr("sozlib.book.assemble.bind", broken_off)
    with pytest.raises(KeyboardInterrupt):
        assemble(project, plan, snapshot, tmp_path, assembler="embedded", build_pages=no_pages)
    keys = volume_keys(project, plan, snapshot, tmp_path, Digests(), "embedded")
    reasons = volume_reasons(Shelf(tmp_path / "quarto", Digests()), keys)
    assert reasons == {first: (), **dict.fromkeys(others, ("neu",))}


def test_unknown_glyphs_and_fonts_stop_the_setting(tmp_path: Path, project: Project) -> None:
    main = tmp_path / "main.typ"
    for source in ('#text(font: "Nirgends")[x]', "= Titel \u4e2d"):
        main.write_text(f'#set document(title: "x")\n#set text(lang: "de", font: "Source Sans 3")\n{source}', "utf-8")
        with pytest.raises(SozlibError):
            set_pdf(main, tmp_path, tmp_path / "x.pdf", project.cycle.published)
    assert not (tmp_path / "x.pdf").exists()


def test_volume_data_carries_notices_and_imprint(book: BookSite) -> None:
    data = json.loads((book.folder.parent / "quarto/brackenrode/.embedded/volume.json").read_text("utf-8"))
    assert any("erfunden" in notice for notice in data["notices"])
    assert any("Öffentliche Ausgabe" in notice for notice in data["notices"])
    keys = [key for key, _ in data["imprint"]]
    assert {
        "Herausgeber",
        "Datenstand",
        "Zitierweise",
        "Lizenz",
        "Schriften",
        "Barrierefreiheit",
        "Geheimhaltung",
    } <= set(keys)
    assert re.fullmatch(r"1\.0 vom 16\. März 2026, Öffentliche Ausgabe", dict(data["imprint"])["Fassung"])
