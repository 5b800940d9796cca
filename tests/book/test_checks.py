"""The checks before a release find what would mislead a reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from sozlib.batch.plan import Plan
from sozlib.book.checks import check_presence
from sozlib.book.pages import check_pages

POLICY = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self'\">"
GOOD = f'<!doctype html><html lang="de"><head>{POLICY}</head><body><h1>Titel</h1><p id="a">x</p>{{}}</body></html>'


def site(tmp_path: Path, body: str) -> Path:
    (tmp_path / "index.html").write_text(GOOD.format(body), "utf-8")
    (tmp_path / "andere.html").write_text(GOOD.format('<p id="ziel">y</p>'), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<a href="fehlt.html">x</a>', "dead-link"),
        ('<a href="andere.html#nichts">x</a>', "dead-anchor"),
        ('<a href="#nichts">x</a>', "dead-anchor"),
        ('<a href="../aussen.html">x</a>', "link-outside"),
        ('<img src="https://example.org/x.png" alt="">', "external-request"),
        ('<script src="//example.org/x.js"></script>', "external-request"),
        ('<link rel="stylesheet" href="https://example.org/x.css">', "external-request"),
        ('<p id="a">zweimal</p>', "duplicate-id"),
        ("<h1>noch einer</h1>", "page-title"),
        ('<p onclick="x()">x</p>', "page-content"),
        ('<img src="data:,">', "page-content"),
    ],
)
def test_each_fault_is_found(tmp_path: Path, body: str, code: str) -> None:
    assert [problem.code for problem in check_pages(site(tmp_path, body))] == [code]


def test_a_good_site_passes(tmp_path: Path) -> None:
    body = '<a href="andere.html#ziel">x</a><a href="#a">x</a><a href="https://example.org">Verweis</a>'
    assert check_pages(site(tmp_path, body)) == []


def test_style_sheets_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_text('a { background: url("https://example.org/x.png") }', "utf-8")
    assert [problem.code for problem in check_pages(site(tmp_path, ""))] == ["external-request"]


def test_missing_pages_and_pdfs_are_named(tmp_path: Path, plan: Plan) -> None:
    missing = {problem.place.file for problem in check_presence(site(tmp_path, ""), plan)}
    assert missing == {
        *(f"pdf/{volume.id}.pdf" for volume in plan.volumes),
        *(f"{chapter.id}.html" for chapter in plan.chapters),
    }
