"""Projects that came from elsewhere: patterns that search for ever, links that lead out, numbers, workbooks, themes."""

from __future__ import annotations

import io
import re
import shutil
import sys
import zipfile
from itertools import product
from pathlib import Path

import openpyxl
import pytest
import small_report
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from small_project import areas_table, errors_of_changed, write_project

from sozlib.batch.planning import make_plan
from sozlib.book.pages import check_links, facts
from sozlib.book.site import build_site
from sozlib.errors import InputError, SozlibError
from sozlib.gate.pages import parse
from sozlib.indicators.catalogue import Term
from sozlib.observations.read import read_grid
from sozlib.parameters import Parameters
from sozlib.patterns import LONGEST, Pattern, search, without
from sozlib.project import Project

SOURCE = "parameters/sources/einwohner.yml"
PATTERN = TypeAdapter(Pattern)


def errors_after(root: Path, file: str, old: str, new: str) -> str:
    """What stops a small report after one change to one of its files, as its reader sees it."""
    return "\n".join(map(str, errors_of_changed(root, file, old, new)))


ENDLESS = [
    r"(a+)+b",
    r"(a|aa)*b",
    r"(.*)*x",
    r"(x+x+)+y",
    r"((a{1,300}){1,300}){1,300}",
    "a?" * 40 + "a" * 40,
    r".*.*.*x",
    r"(?:a(?=b*c*d*))*x",
]


@pytest.mark.parametrize("pattern", ENDLESS)
def test_a_pattern_that_could_search_for_ever_is_refused(pattern):
    with pytest.raises(ValidationError, match="könnte endlos suchen"):
        PATTERN.validate_python(pattern)


@pytest.mark.parametrize("pattern", ["(", "a{99999999999999999999}", "(?P<x", "x" * (LONGEST + 1)])
def test_what_is_no_pattern_or_too_long_is_refused(pattern):
    with pytest.raises(ValidationError, match="reguläre"):
        PATTERN.validate_python(pattern)


@pytest.mark.parametrize(
    "pattern", [r"^Zuzüge \| (?P<age>.*\d.*)$", r"\s*\d\)$", r"STGT0*(\d+)", "male|female|inhabitants_", r"(\d{3}\.)+x"]
)
def test_usual_patterns_stay_allowed(pattern):
    assert PATTERN.validate_python(pattern) == pattern


@pytest.mark.parametrize("key", ["ignore_columns", "marks", "data_until"])
def test_a_source_names_the_pattern_it_may_not_use(tmp_path, key):
    said = errors_after(tmp_path, SOURCE, "zero: exact", f"zero: exact\n{key}: '(a+)+b'")
    assert f"„{key}“: Der reguläre Ausdruck '(a+)+b' könnte endlos suchen" in said
    assert SOURCE in said


@pytest.mark.parametrize("place", ["column: raum", "column: jahr"])
@pytest.mark.parametrize("key", ["pattern", "ignore_pattern"])
def test_columns_hold_no_endless_pattern(tmp_path, place, key):
    assert "könnte endlos suchen" in errors_after(tmp_path, SOURCE, place, f"{place}, {key}: '(a|a)*b'")


def test_neither_do_measures_and_areas(tmp_path):
    measure = errors_after(tmp_path / "a", SOURCE, "column: anzahl", "columns: '(a|a)*b'")
    area = "areas: {table: data/gebiete.csv}"
    areas = errors_after(tmp_path / "b", "parameters/report.yml", area, area.replace("}", ", id_pattern: '((a*)*)b'}"))
    assert "könnte endlos suchen" in measure
    assert "könnte endlos suchen" in areas


@given(st.text("ab1 ", max_size=12), st.sampled_from([r"^(\w+) (\d)", r"a+b?", r"\s*\d$", r"(a|b1)(?:b| )"]))
def test_a_search_is_that_of_the_language(text, pattern):
    def told(match):
        return match and (match.span(), match.groups())

    assert told(search(pattern, text)) == told(re.search(pattern, text))
    assert without(pattern, text) == re.sub(pattern, "", text)


def test_no_pattern_is_asked_of_an_endless_text():
    assert search("b", "a" * LONGEST + "b") is None
    assert without("a", "a" * (LONGEST + 1)) == "a" * (LONGEST + 1)


needs_links = pytest.mark.skipif(sys.platform == "win32", reason="Windows verlangt für Verknüpfungen besondere Rechte")


@needs_links
@pytest.mark.parametrize(
    "link", ["data/mehr.csv", "data/2020", "parameters/mehr.yml", "notebooks/texts", "reports/theme/style.css"]
)
@pytest.mark.parametrize("way", ["direct", "by another"])
def test_a_link_that_leads_out_stops_the_report(tmp_path, link, way):
    root = tmp_path / "projekt"
    write_project(root)
    (tmp_path / "fremd").mkdir()
    target = tmp_path / "fremd"
    if way == "by another":
        (root / "zwischen").symlink_to(target)
        target = root / "zwischen"
    (root / link).symlink_to(target)
    with pytest.raises(InputError) as stopped:
        Project(root)
    assert [(problem.code, problem.place.file) for problem in stopped.value.problems] == [("link-outside", link)]


@needs_links
def test_links_within_the_project_are_fine(tmp_path):
    write_project(tmp_path)
    (tmp_path / "data" / "kopie.csv").symlink_to("gebiete.csv")
    (tmp_path / "notebooks" / "daten").symlink_to(tmp_path / "data")
    assert Project(tmp_path).report.title == "Probebericht"


@needs_links
def test_a_folder_of_tables_elsewhere_is_declared_and_closed_too(tmp_path):
    root, tables = tmp_path / "projekt", tmp_path / "tabellen"
    write_project(root)
    shutil.move(root / "data", tables)
    report = root / "parameters" / "report.yml"
    report.write_text(f'data: "{tables.as_posix()}"\n' + report.read_text("utf-8"), encoding="utf-8")
    assert Project(root).report.data == tables.as_posix()
    (tables / "passwd.csv").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="führt aus dem Projekt"):
        _ = Project(root).report


@pytest.mark.parametrize("number", ["1e308", "1e13", "1e-300", "9" * 400])
@pytest.mark.parametrize(("file", "old"), [(SOURCE, "column: anzahl}"), (SOURCE, "zero: exact")])
def test_no_number_is_so_large_that_values_would_be_endless(tmp_path, number, file, old):
    new = f"column: anzahl, factor: {number}}}" if "anzahl" in old else f"zero: exact\nrounding: {number}"
    assert errors_after(tmp_path, file, old, new)


@pytest.mark.parametrize("factor", [1e308, -1e308, 1e-308])
def test_neither_is_a_term(factor):
    with pytest.raises(ValidationError, match="zu groß oder zu nahe an null"):
        Term(measure="einwohner", factor=factor)


class Listed(Parameters):
    numbers: tuple[float, ...]
    named: dict[str, list[float]]


@pytest.mark.parametrize("number", [1e308, -1e13, 1e-300])
def test_neither_is_one_in_a_list_or_a_mapping(number):
    assert Listed(numbers=(0.0, 1e12), named={"a": [-1e-12]})
    with pytest.raises(ValidationError, match="zu groß oder zu nahe an null"):
        Listed(numbers=(1.0, number), named={})
    with pytest.raises(ValidationError, match="zu groß oder zu nahe an null"):
        Listed(numbers=(), named={"a": [1.0], "b": [number]})


def test_an_id_is_not_filled_up_to_gigabytes(tmp_path):
    assert "width" in errors_after(tmp_path, SOURCE, "column: raum", "column: raum, width: 10000000000")


NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(path: Path, sheet: str, **more: str) -> Path:
    """A workbook with this content of its sheet, and with further parts."""
    empty = io.BytesIO()
    openpyxl.Workbook().save(empty)
    with zipfile.ZipFile(empty) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            if not member.endswith("sheet1.xml"):
                target.writestr(member, source.read(member))
        target.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{NAMESPACE}">{sheet}</worksheet>')
        for name, content in more.items():
            target.writestr(f"xl/{name}.bin", content)
    return path


def cell(place: str, inside: str = "<v>5</v>") -> str:
    return f'<c r="{place}">{inside}</c>'


FAR = f'<sheetData><row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row></sheetData>'
WIDE = f'<sheetData><row r="1">{cell("A1")}{cell("&#88;FD1")}</row>{"<row/>" * 2000}</sheetData>'
MERGED = f'<sheetData><row r="1">{cell("A1")}</row></sheetData><mergeCells><mergeCell ref="A1:XFD9999"/></mergeCells>'


@pytest.mark.parametrize("sheet", [FAR, WIDE, MERGED], ids=["far", "wide", "merged"])
def test_a_sheet_is_refused_before_its_empty_cells_fill_the_memory(tmp_path, sheet):
    path = workbook(tmp_path / "weit.xlsx", sheet)
    with pytest.raises(InputError, match="Löschen Sie leere Zeilen") as stopped:
        read_grid(path, path.name)
    assert [problem.code for problem in stopped.value.problems] == ["file-size"]


def test_a_far_row_of_few_columns_is_read(tmp_path):
    sheet = f'<sheetData><row r="1">{cell("A1")}{cell("C1")}</row><row r="70000">{cell("B70000")}</row></sheetData>'
    rows = read_grid(workbook(tmp_path / "lang.xlsx", sheet), "lang.xlsx").rows
    assert (len(rows), rows[0], rows[-1][1]) == (70_000, [5, None, 5], 5)


def test_macros_and_foreign_formulas_are_not_followed_only_their_values_read(tmp_path):
    dde = cell("A1", "<f>cmd|'/C calc'!A0</f><v>7</v>") + cell("B1", "<f>'https://boese.example/[x.xlsx]t'!A1</f>")
    path = workbook(tmp_path / "makro.xlsx", f'<sheetData><row r="1">{dde}</row></sheetData>', vbaProject="Sub x()")
    assert read_grid(path, path.name).rows == [[7, None]]


def test_many_sheets_are_counted_not_listed(tmp_path):
    book = openpyxl.Workbook()
    for number in range(300):
        book.create_sheet(f"Blatt {number}")
    book.save(tmp_path / "viele.xlsx")
    for sheet in (None, "fehlt"):
        with pytest.raises(InputError) as stopped:
            read_grid(tmp_path / "viele.xlsx", "viele.xlsx", sheet=sheet)
        assert len(str(stopped.value)) < 300


@pytest.mark.parametrize("sign", ["\0", "\u202e", "\u2066", "\u200b"], ids=["nul", "turn", "isolate", "space"])
def test_a_hidden_sign_in_a_number_or_an_id_is_an_error(tmp_path, sign):
    assert errors_after(tmp_path / "zahl", "data/einwohner.csv", ";1000;41", f";1000;4{sign}1")
    assert errors_after(tmp_path / "id", "data/einwohner.csv", "0101;2021;1000;41", f"01{sign}01;2021;1000;41")


def test_a_row_of_very_many_fields_is_an_error_in_one_sentence(tmp_path):
    said = errors_after(tmp_path, "data/einwohner.csv", "0101;2021;1000;41", "0101;2021;1000;41" + ";1" * 200_000)
    assert "200005 Felder" in said
    assert len(said) < 1000


def test_a_single_wide_row_does_not_widen_all_others(tmp_path):
    (tmp_path / "breit.csv").write_text("a;b\n" * 5_000 + "1;" * 5_000 + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="5001 Zeilen und eine mit 5001 Feldern"):
        read_grid(tmp_path / "breit.csv", "breit.csv")


TRICKS = ["{area.__class__}", "{area!r}", "{0}", "{area:>9999999999}", "{topic[0]}", "{{ 7*7 }}"]


@pytest.mark.parametrize("field", ["title", "slug", "template"])
@pytest.mark.parametrize("trick", TRICKS)
def test_a_placeholder_is_a_word_and_nothing_else(tmp_path, field, trick):
    write_project(tmp_path)
    file = tmp_path / "parameters" / "report.yml"
    old = {"title": "title: Zusammenfassung", "template": "template: overall/zusammenfassung"}
    text = file.read_text("utf-8")
    line = old.get(field, "title: Zusammenfassung")
    new = f'{line}, slug: "{trick}"' if field == "slug" else f'{field}: "{trick}"'
    file.write_text(text.replace(line, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match="Platzhalter"):
        make_plan(Project(tmp_path), areas_table(), "public")


@pytest.mark.parametrize(
    "css",
    [
        "@import 'https://boese.example/x.css';",
        "@import/**/url(//boese.example/x.css);",
        "p { background: URL( 'https://boese.example/x' ) }",
        r"p { background: url(\68ttps://boese.example/x) }",
        r"p { background: u\72l(https:/\/boese.example/x) }",
        'p { background: image-set("https://boese.example/x" 1x) }',
    ],
)
def test_a_style_sheet_that_loads_from_elsewhere_is_found(tmp_path, css):
    (tmp_path / "style.css").write_text(f"p {{ color: red }} {css}", encoding="utf-8")
    assert [problem.code for problem in check_links(tmp_path, {})] == ["external-request"]


STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
OPEN = product(["script-src", "connect-src"], ["*", "https:", "https://boese.example", "'unsafe-inline'"])
LOOSE = ["", "default-src 'self'", *(f"default-src 'none'; {what} {where}" for what, where in OPEN)]


@pytest.mark.parametrize("policy", LOOSE)
def test_a_page_whose_theme_has_loosened_the_policy_is_found(policy):
    page = '<!doctype html><html lang="de"><head><meta http-equiv="Content-Security-Policy" content="{}"></head></html>'
    assert facts(parse(page.format(STRICT))).findings == ()
    assert facts(parse(page.format(policy))).findings == ("Seite ohne strenge Content Security Policy",)


@pytest.mark.parametrize(
    "template", ["{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ page.links.__init__.__globals__ }}", "{% if %}"]
)
def test_a_template_of_the_theme_reaches_nothing_of_the_program(tmp_path, template):
    project = small_report.project(tmp_path)
    snapshot, plan = small_report.snapshot(project, tmp_path / "stand", geometry=False), small_report.plan(project)
    (project.root / "reports" / "theme").mkdir(parents=True, exist_ok=True)
    (project.root / "reports" / "theme" / "start.html").write_text(template, encoding="utf-8")
    with pytest.raises(SozlibError, match=r"Seitenvorlage „start\.html“ in reports/theme"):
        build_site(project, plan, snapshot, small_report.documents(plan), tmp_path / "seiten", {})
