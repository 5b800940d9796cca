"""Parameters, texts and tables come from outside: none of them runs, reads or writes anything, or fills the memory."""

from __future__ import annotations

import csv
import io
import zipfile
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
import small_report
from small_project import ROOT, areas_table, errors_of_changed, write_project

from sozlib.batch.planning import make_plan
from sozlib.book.downloads import write_downloads
from sozlib.book.sanitise import clean_block, clean_body
from sozlib.errors import InputError
from sozlib.observations.areas import slug
from sozlib.observations.read import read_grid
from sozlib.parameters import load, read_yaml
from sozlib.project import Cycle, Project
from sozlib.snapshot import Snapshot, write_snapshot

REPORT = "parameters/report.yml"
CYCLE = (ROOT / "parameters" / "cycles" / "2026.yml").read_text(encoding="utf-8")


def problems_of(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as stopped:
        load(path, Cycle, path.parent)
    return [problem.code for problem in stopped.value.problems]


def bomb(levels: int = 9) -> str:
    """Nine references to nine references to …: 9^levels values from a few hundred bytes."""
    names = [chr(ord("a") + n) for n in range(levels)]
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise(names)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [bomb(), "a: " + "[" * 3_000 + "]" * 3_000, "a: &a [*a]", "a: " + "x" * 5_000_000],
    ids=["references", "nesting", "itself", "length"],
)
def test_a_yaml_bomb_is_refused_before_it_goes_off(tmp_path, text):
    assert problems_of(tmp_path / "2026.yml", text) == ["yaml-size"]


def test_a_reference_that_saves_typing_is_allowed(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("a: &common {x: 1}\nb: *common\n", encoding="utf-8")
    assert read_yaml(path, tmp_path)["b"]["x"] == 1


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/object/apply:subprocess.Popen"])
def test_yaml_calls_no_function(tmp_path, tag):
    made = tmp_path / "made"
    assert problems_of(tmp_path / "2026.yml", CYCLE.replace('id: "2026"', f"id: {tag} ['touch {made}']"))
    assert not made.exists()


EVIL_IDS = ["../kreis", "..", "/etc/passwd", "a/b", "a\\b", "C:x", "a\x00b", "ａ", "a b", "", "x" * 65]


@pytest.mark.parametrize("id", EVIL_IDS)
def test_an_id_never_leads_out_of_its_folder(tmp_path, id):
    project = write_project(tmp_path)
    file = project.parameters / "report.yml"
    quoted = '"' + id.replace("\\", "\\\\").replace("\x00", "\\0") + '"'
    file.write_text(file.read_text("utf-8").replace("{id: arbeit,", f"{{id: {quoted},"), encoding="utf-8")
    with pytest.raises(InputError):
        _ = Project(tmp_path).report


@pytest.mark.parametrize(
    "field",
    ["template: ../../../etc/passwd", "template: /etc/passwd", "template: overall/zusammenfassung, slug: ../../x"],
)
def test_templates_and_file_names_stay_in_the_project(tmp_path, field):
    project = write_project(tmp_path)
    file = project.parameters / "report.yml"
    text = file.read_text("utf-8").replace("{template: overall/zusammenfassung,", f"{{{field},")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        make_plan(Project(tmp_path), areas_table(), "public")


def checked(root: Path, file: str, old: str, new: str) -> list[str]:
    """Codes of what stops a report after one change to one of its files."""
    return [problem.code for problem in errors_of_changed(root, file, old, new)]


SOURCE, CATALOGUE = "parameters/sources/einwohner.yml", "parameters/indicators/arbeit.yml"


@pytest.mark.parametrize("path", ["/etc/passwd.csv", "data/../../secret.csv", "C:\\\\secret.csv", "..\\\\secret.csv"])
@pytest.mark.parametrize(("file", "key"), [(SOURCE, "files: data/einwohner.csv"), (REPORT, "table: data/gebiete.csv")])
def test_tables_are_read_in_the_project_only(tmp_path, path, file, key):
    assert checked(tmp_path, file, key, f'{key.split(":")[0]}: "{path}"') == ["bad-value"]


@pytest.mark.parametrize(
    "field", ["encoding: zlib", "encoding: undefined", "encoding: nonsense", 'delimiter: "ab"', 'delimiter: "\\0"']
)
def test_only_text_is_read_and_only_one_sign_separates(tmp_path, field):
    key = field.split(":")[0]
    old = {"encoding": "encoding: utf-8", "delimiter": 'delimiter: ";"'}[key]
    assert checked(tmp_path, SOURCE, old, field) == ["bad-value"]


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan"])
def test_endless_numbers_are_no_parameters(tmp_path, number):
    changed = f"column: anzahl, factor: {number}}}"
    assert checked(tmp_path, SOURCE, "column: anzahl}", changed) == ["bad-value"]


@pytest.mark.parametrize(
    "number", ["9" * 400, "1" + "0" * 308, "9" * 16, "1e308", "nan", "inf", "٤١", "４１", "4_1", "0x10"]
)
def test_a_cell_that_no_table_counts_to_is_no_number(tmp_path, number):
    assert checked(tmp_path, "data/einwohner.csv", "0101;2021;1000;41", f"0101;2021;1000;{number}") == [
        "text-in-number"
    ]


@pytest.mark.parametrize("name", ["Alt\u202estadt", "Alt\x00stadt", "\u2066Altstadt"])
def test_a_name_holds_no_sign_that_hides_or_turns_it(tmp_path, name):
    assert checked(tmp_path, "data/gebiete.csv", "Altstadt", name) == ["area-name"]


@pytest.mark.parametrize(
    ("old", "new"), [("district;", "district;0101"), ("0101;Altstadt;area;00", "0101;Altstadt;area;0102")]
)
def test_areas_do_not_belong_to_each_other_in_a_circle(tmp_path, old, new):
    assert checked(tmp_path, "data/gebiete.csv", old, new) == ["area-parent"]


def test_two_editions_never_share_a_folder_where_large_and_small_letters_are_one(tmp_path):
    """Else the internal edition would lie in the public folder."""
    assert checked(tmp_path, REPORT, "id: internal", "id: Public") == ["bad-value"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a\u202eb", "\x00", "..."]
)
def test_a_name_becomes_a_harmless_file_name(name):
    assert all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in slug(name))


FORMULAS = ["=cmd|' /C calc'!A0", "+1+cmd|'/C calc'!A0", "-2+3+cmd|'/C calc'!A0", "@SUM(1+9)*cmd", "\t=1+1", "\r=1+1"]


@pytest.fixture(scope="module")
def tricky(tmp_path_factory) -> Path:
    """Downloads of a report whose areas and indicators are named like formulas."""
    folder = tmp_path_factory.mktemp("formeln")
    sound = small_report.snapshot(small_report.project(folder), folder / "stand", geometry=False)
    areas = sound.areas.copy()
    areas["name"] = FORMULAS[: len(areas)]
    meta = dict(sound.meta)
    meta["catalogue"] = [{**entry, "short_title": FORMULAS[0], "source": FORMULAS[2]} for entry in meta["catalogue"]]
    snapshot: Snapshot = write_snapshot(
        folder / "formeln",
        meta=meta,
        areas=areas,
        indicators=sound.indicators,
        population=sound.population,
        geometry=None,
        tokens=sound.path / "tokens.css",
    )
    write_downloads(snapshot, folder / "seiten")
    return folder / "seiten" / "daten"


def test_no_cell_of_a_csv_file_begins_like_a_formula(tricky):
    for path in tricky.glob("*.csv"):
        rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""), delimiter=";")
        cells = [cell for row in rows for cell in row]
        assert cells
        for cell in cells:
            number = cell.lstrip("-").replace(",", "").isdigit()
            assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (path.name, cell)


def test_no_cell_of_the_workbook_is_a_formula(tricky):
    book = openpyxl.load_workbook(tricky / "indikatoren.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == FORMULAS[0] for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)


def workbook(path: Path, **parts: bytes) -> Path:
    """A workbook with parts of it replaced."""
    book = openpyxl.Workbook()
    book.active["A1"] = "Raum"
    sink = io.BytesIO()
    book.save(sink)
    with zipfile.ZipFile(sink) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = parts.get(Path(member.filename).stem, source.read(member))
            target.writestr(member.filename, content)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = workbook(tmp_path / "bombe.xlsx", sheet1=b"<x>" + b" " * 80_000_000)
    assert path.stat().st_size < 200_000
    with pytest.raises(InputError) as stopped:
        read_grid(path, path.name)
    assert [problem.code for problem in stopped.value.problems] == ["file-size"]


SHEET = (
    '<?xml version="1.0"?><!DOCTYPE x [{entities}]>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>Raum {use}</t></is></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize("kind", ["laughs", "file"])
def test_xml_entities_of_a_workbook_are_not_followed(tmp_path, kind):
    secret = tmp_path / "geheim.txt"
    secret.write_text("GEHEIMES", encoding="utf-8")
    laughs = '<!ENTITY a "hahahahaha">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    file = f'<!ENTITY h SYSTEM "{secret.as_uri()}">'
    text = SHEET.format(entities=laughs if kind == "laughs" else file, use="&h;")
    path = workbook(tmp_path / "t.xlsx", sheet1=text.encode())
    with pytest.raises(InputError) as stopped:
        read_grid(path, path.name)
    assert [problem.code for problem in stopped.value.problems] == ["file-format"]


def test_a_very_long_field_is_named_not_repeated(tmp_path):
    path = tmp_path / "lang.csv"
    path.write_text("Raum;Zahl\n0101;" + "9" * 300_000 + "\n", encoding="utf-8")
    with pytest.raises(InputError) as stopped:
        read_grid(path, path.name)
    assert "mehr als 131072 Zeichen" in str(stopped.value)
    assert len(str(stopped.value)) < 1000


SCRIPTS = [
    "<script>alert(1)</script>",
    '<img src="x" onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    "<svg><script>alert(1)</script></svg>",
    '<svg onload="alert(1)"></svg>',
    '<svg><use href="https://boese.example/x.svg#a"></use></svg>',
    '<svg><foreignObject><iframe src="https://boese.example"></iframe></foreignObject></svg>',
    '<svg><animate attributeName="href" values="javascript:alert(1)"/></svg>',
    '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)"></style></mglyph></table></mtext></math>',
    '<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;"></iframe>',
    '<form action="https://boese.example"><button>x</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://boese.example">',
    '<p style="background:url(https://boese.example/x)">x</p>',
]


@pytest.mark.parametrize("code", SCRIPTS)
def test_no_script_and_no_foreign_address_comes_through(code):
    left = (clean_block(f"<p>vor</p>{code}<p>nach</p>") + clean_body(f"<p>vor</p>{code}<p>nach</p>")).casefold()
    assert "nach" in left
    for word in (
        "<script",
        "onerror",
        "onload",
        "javascript:",
        "boese.example",
        "<iframe",
        "<form",
        "<meta",
        "<style",
        "<animate",
    ):
        assert word not in left
