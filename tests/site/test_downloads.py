"""Data for readers: what the edition shows and no more, described so that programs read it right."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import small_report

from sozlib.book.downloads import Download, write_downloads
from sozlib.edition import Edition
from sozlib.snapshot import Snapshot


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("bericht")
    return small_report.snapshot(small_report.project(folder), folder / "stand")


@pytest.fixture(scope="module")
def target(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seiten")
    write_downloads(snapshot, folder)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def row(path: Path, indicator: str, area: str, year: int = 2025) -> dict[str, str]:
    wanted = (indicator, area, str(year))
    found = [r for r in rows(path) if (r["indikator"], r["gebiet_id"], r["jahr"]) == wanted]
    assert len(found) == 1
    return found[0]


def test_a_value_stands_with_decimal_comma_source_licence_and_version(target: Path) -> None:
    found = row(target / "daten" / "armut.csv", "kinderarmut", "0101")
    assert found["wert"] == "24,3"  # 24.25, rounded half up as in the report
    assert (found["untergrenze"], found["obergrenze"]) == ("22,3", "26,3")
    assert found["zeichen"] == ""
    assert found["gegenueber_gesamt"] == "höher"
    assert (found["quelle"], found["definition_fassung"]) == ("Probestatistik; Einwohnerregister", "1.1")
    assert found["lizenz"] == "Datenlizenz Deutschland – Namensnennung – 2.0"


@pytest.mark.parametrize(
    ("topic", "indicator", "area", "sign"),
    [
        ("armut", "kinderarmut", "0102", "."),
        ("pflege", "pflegequote", "0201", "/"),
        ("pflege", "einwohner_ab_65", "0201", "..."),
    ],
)
def test_a_withheld_value_is_its_sign_in_every_column_that_follows_from_it(
    target: Path, topic: str, indicator: str, area: str, sign: str
) -> None:
    found = row(target / "daten" / f"{topic}.csv", indicator, area)
    follows = ("wert", "untergrenze", "obergrenze", "zaehler", "gegenueber_gesamt", "rang", "trend", "trend_aenderung")
    assert {found[name] for name in follows} == {sign}
    assert found["zeichen"] == sign


def test_what_cannot_have_a_value_is_blocked_not_empty(target: Path) -> None:
    whole = row(target / "daten" / "armut.csv", "kinderarmut", "00")
    assert (whole["wert"], whole["rang"], whole["gegenueber_gesamt"]) == ("14,1", "x", "x")
    count = row(target / "daten" / "pflege.csv", "einwohner_ab_65", "0101")
    assert (count["wert"], count["untergrenze"], count["nenner"]) == ("1234", "x", "x")


def test_a_limited_value_and_a_true_zero_keep_their_numbers_and_their_signs(target: Path) -> None:
    limited = row(target / "daten" / "armut.csv", "kinderarmut", "0201")
    assert (limited["wert"], limited["zeichen"]) == ("6,5", "()")
    zero = row(target / "daten" / "pflege.csv", "pflegequote", "0101")
    assert (zero["wert"], zero["zeichen"]) == ("0", "–")


def test_the_topics_together_are_everything(target: Path) -> None:
    parts = [r for topic in ("armut", "pflege") for r in rows(target / "daten" / f"{topic}.csv")]
    assert parts == rows(target / "daten" / "indikatoren.csv")
    assert len(parts) == 3 * 4 * len(small_report.YEARS)


def test_ids_keep_their_leading_zeros(target: Path) -> None:
    assert [r["gebiet_id"] for r in rows(target / "daten" / "gebiete.csv")] == [
        "0101",
        "0102",
        "0201",
        "01",
        "02",
        "00",
    ]


def package(target: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((target / "daten" / "datapackage.json").read_text(encoding="utf-8"))
    return content


def test_the_package_describes_every_file_beside_it_with_its_digest(target: Path) -> None:
    described = {r["path"]: (r["bytes"], r["hash"]) for r in package(target)["resources"]}
    there = {p.name: p.read_bytes() for p in (target / "daten").iterdir() if p.suffix in (".csv", ".geojson")}
    assert described == {n: (len(b), "sha256:" + hashlib.sha256(b).hexdigest()) for n, b in there.items()}


def test_the_schema_reads_every_cell(target: Path) -> None:
    """Read the tables by their description alone: types, missing values, keys, foreign keys."""
    resources = {r["name"]: r for r in package(target)["resources"] if r["profile"] == "tabular-data-resource"}
    tables: dict[str, list[dict[str, Any]]] = {}
    for name, resource in resources.items():
        schema = resource["schema"]
        fields = {f["name"]: f for f in schema["fields"]}
        content = rows(target / "daten" / resource["path"])
        assert resource["dialect"]["delimiter"] == ";"
        assert content, name
        assert list(content[0]) == list(fields), name
        tables[name] = [{k: parsed(v, fields[k], schema["missingValues"]) for k, v in r.items()} for r in content]
        keys = [tuple(r[k] for k in schema["primaryKey"]) for r in tables[name]]
        assert len(keys) == len(set(keys)), name
        assert all(None not in key for key in keys), name
    for name, resource in resources.items():
        for key in resource["schema"].get("foreignKeys", []):
            known = {r[key["reference"]["fields"]] for r in tables[key["reference"]["resource"]]}
            assert {r[key["fields"]] for r in tables[name]} <= known


def parsed(text: str, field: dict[str, Any], missing: list[str]) -> Any:
    if text in missing:
        assert not field.get("constraints", {}).get("required"), field["name"]
        return None
    if field["type"] == "integer":
        return int(text)
    if field["type"] == "number":
        assert field["decimalChar"] == ","
        return float(text.replace(",", "."))
    return text


def test_the_outlines_are_geojson_in_degrees_with_names(target: Path) -> None:
    content = json.loads((target / "daten" / "grenzen.geojson").read_text(encoding="utf-8"))
    assert content["license"] == "Datenlizenz Deutschland – Namensnennung – 2.0"
    assert [f["properties"]["name"] for f in content["features"]] == ["Altstadt", "Neuhafen", "Überlingen"]
    ring = content["features"][0]["geometry"]["coordinates"][0]
    # EPSG:25832 has its central meridian at 9 degrees east, easting 500,000 m.
    assert min(x for x, _ in ring) == pytest.approx(9.0, abs=1e-5)
    assert all(47 < y < 55.1 for _, y in ring)
    turn = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring))
    assert turn < 0, "RFC 7946: outer rings run counterclockwise"


def test_the_workbook_has_a_sheet_for_each_topic_and_shows_signs_and_brackets(target: Path) -> None:
    book = openpyxl.load_workbook(target / "daten" / "indikatoren.xlsx")
    assert book.sheetnames == [
        "Lies mich",
        "Armut und Transferleistungen",
        "Alter und Pflege",
        "Definitionen",
        "Quellen",
        "Zeichen",
    ]
    sheet = book["Armut und Transferleistungen"]
    heads = [cell.value for cell in sheet[1]]
    at = {name: heads.index(name) for name in ("gebiet_id", "jahr", "wert", "zeichen")}
    cells = {(r[at["gebiet_id"]].value, r[at["jahr"]].value): r[at["wert"]] for r in sheet.iter_rows(min_row=2)}
    assert cells["0101", 2025].value == 24.3
    assert cells["0102", 2025].value == "."
    assert cells["0201", 2025].value == 6.5
    assert cells["0201", 2025].number_format.startswith("(")
    text = " ".join(str(c.value) for r in book["Lies mich"].iter_rows() for c in r if c.value)
    assert "Der Probekreis ist erfunden." in text
    assert "Anzahlen über null und unter 3 sind gesperrt" in text


def test_text_that_looks_like_a_formula_does_not_run_in_a_spreadsheet(tmp_path: Path) -> None:
    project = small_report.project(tmp_path)
    snapshot = small_report.snapshot(project, tmp_path / "stand")
    snapshot.meta["catalogue"][0]["source"] = "=HYPERLINK(1)"
    write_downloads(snapshot, tmp_path / "seiten")
    found = row(tmp_path / "seiten" / "daten" / "armut.csv", "kinderarmut", "0101")
    assert found["quelle"] == "'=HYPERLINK(1)"
    book = openpyxl.load_workbook(tmp_path / "seiten" / "daten" / "indikatoren.xlsx")
    assert {c.data_type for r in book["Armut und Transferleistungen"].iter_rows() for c in r} <= {"s", "n"}


def test_downloads_are_named_with_their_sizes(snapshot: Snapshot, tmp_path: Path) -> None:
    found = write_downloads(snapshot, tmp_path)
    assert found[0] == Download(
        "daten/indikatoren.xlsx", "Alle Indikatoren nach Räumen, 2021 bis 2025", "Excel", found[0].bytes
    )
    assert all((tmp_path / d.path).stat().st_size == d.bytes for d in found)


@pytest.fixture(scope="module")
def municipal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Downloads of an edition for one municipality, with classes of others."""
    folder = tmp_path_factory.mktemp("bericht")
    snapshot = small_report.snapshot(small_report.project(folder), folder / "stand")
    title, notice = "Ausgabe für Neuhafen", "Nur für Neuhafen bestimmt."
    edition = Edition(id="municipal-0102", title=title, notice=notice, own=("0102",), minimum_count=3)
    snapshot.meta["edition"] = edition.model_dump(mode="json")
    snapshot.meta["report"] |= {"licence": "keine, nicht zur Veröffentlichung bestimmt", "licence_url": ""}
    other = snapshot.indicators["area"] == "0101"
    snapshot.indicators.loc[other, ["value", "lower", "upper", "numerator", "denominator"]] = math.nan
    snapshot.indicators.loc[other, "status"] = "Klasse 2 von 3"
    write_downloads(snapshot, folder / "seiten")
    return folder / "seiten" / "daten"


def test_every_file_with_values_says_for_whom_it_is_and_carries_no_licence(municipal: Path) -> None:
    mark = "Ausgabe für Neuhafen. Nur für Neuhafen bestimmt."
    assert {r["lizenz"] for r in rows(municipal / "armut.csv")} == {mark}
    described = json.loads((municipal / "datapackage.json").read_text(encoding="utf-8"))
    assert "Nur für Neuhafen bestimmt." in described["description"]
    assert described["licenses"] == [{"name": "none", "title": "keine, nicht zur Veröffentlichung bestimmt"}]
    assert json.loads((municipal / "grenzen.geojson").read_text(encoding="utf-8"))["note"].startswith(mark)
    book = openpyxl.load_workbook(municipal / "indikatoren.xlsx")
    assert book.properties.description.startswith(mark)
    text = " ".join(str(c.value) for line in book["Lies mich"].iter_rows() for c in line if c.value)
    assert "Leserkreis Nur für Neuhafen bestimmt." in text
    everything = [path.read_bytes() for path in municipal.iterdir() if path.suffix in (".csv", ".json", ".geojson")]
    assert not any(b"govdata" in content or b"Datenlizenz" in content for content in everything)


def test_a_class_stands_in_the_files_where_the_value_was_and_is_explained(municipal: Path) -> None:
    found = row(municipal / "armut.csv", "kinderarmut", "0101")
    assert {found[name] for name in ("wert", "untergrenze", "zaehler", "nenner", "zeichen")} == {"Klasse 2 von 3"}
    signs = {r["zeichen"]: r["bedeutung"] for r in rows(municipal / "zeichen.csv")}
    assert signs["Klasse 2 von 3"] == "Wert in Klasse 2 von 3 (1 = niedrigste Werte)"
    assert not any("von 5" in sign for sign in signs)
    described = json.loads((municipal / "datapackage.json").read_text(encoding="utf-8"))
    missing = next(r for r in described["resources"] if r["name"] == "armut")["schema"]["missingValues"]
    assert "Klasse 2 von 3" in missing
