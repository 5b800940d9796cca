"""Files as offices deliver them: encodings, title rows, merged heads, footnotes, one sheet a year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sozlib.errors import InputError
from sozlib.observations.heads import understand
from sozlib.observations.read import decode, detect_delimiter, read_grid

from .conftest import Office, codes, told

GERMAN = "Gemeinde;Größe\nMühlhausen;Straße – „Höfe“ 5 €\n"


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16")]
)
def test_the_encoding_is_detected_and_named(encoding: str, name: str) -> None:
    assert decode(GERMAN.encode(encoding), "a.csv", None) == (GERMAN, name)


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
def test_old_exports_keep_their_umlauts(encoding: str) -> None:
    text = "Gemeinde;Größe\nMühlhausen;Öffentliche Straße, Plätze\n"
    assert decode(text.encode(encoding), "a.csv", None)[0] == text


def test_pure_ascii_needs_no_note() -> None:
    assert decode(b"a;b\n1;2\n", "a.csv", None) == ("a;b\n1;2\n", None)


def test_bytes_of_no_known_encoding_are_refused() -> None:
    with pytest.raises(InputError, match=r"Zeile 2.*nicht sicher erkennen"):
        decode(b"a;b\n\x01\x81\x9f\xd0\xfe\xf0;2\n", "a.csv", None)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_detected_beside_titles_and_decimal_commas(delimiter: str) -> None:
    number = "1.5" if delimiter == "," else "1,5"
    rows = [delimiter.join(("0101", number, number)) for _ in range(5)]
    text = "\n".join(["Arbeitslose, Dezember 2020", "", delimiter.join("abc"), *rows, "(C) Statistik"])
    assert detect_delimiter(text) == delimiter


def test_row_numbers_count_lines_as_an_editor_does(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Raum;Bemerkung\n1;"zwei\nZeilen"\n\n2;eine\n', encoding="utf-8")
    table = understand(read_grid(path, "a.csv", delimiter=";"))
    assert list(table.body.index) == [2, 5]


def workbook(path: Path, sheets: dict[str, list[list[Any]]], merges: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merges:
            sheet.merge_cells(cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


ROWS: list[list[Any]] = [
    ["Arbeitslose im Probekreis"],
    [],
    ["Schlüssel", "Raum", "Arbeitslose", None, None],
    [None, None, "insgesamt 1)", "davon", None],
    [None, None, None, "Männer", "Frauen"],
    ["0101", "Altstadt", 12, 7, 5],
    ["0102", "Neuhafen", "(4)", ".", "."],
    ["0203", "Quellingen", 0, "-", "-"],
    [],
    ["1) Ohne Personen in Maßnahmen."],
]
MERGES = ("A3:A5", "B3:B5", "C3:E3", "C4:C5", "D4:E4")
WIDE: dict[str, Any] = {
    "files": "data/al.xlsx",
    "encoding": None,
    "delimiter": None,
    "header_row": 3,
    "header_rows": 3,
    "marks": r"\s*\d\)$",
    "data_until": r"^1\)",
    "area": {"column": "Schlüssel"},
    "period": {"constant": 2020},
    "measures": [
        {"id": "arbeitslose", "column": "Arbeitslose | insgesamt"},
        {"id": "arbeitslose_geschlecht", "columns": r"davon \| (?P<sex>Männer|Frauen)"},
    ],
    "checks": [],
}


def test_merged_heads_read_from_top_to_bottom(office: Office, tmp_path: Path) -> None:
    workbook(tmp_path / "data/al.xlsx", {"Daten": ROWS}, MERGES)
    observations = office(None, source=WIDE)
    assert [m for m in told(observations) if "Hinweis" not in m] == []
    table = observations.table.set_index(["measure", "sex", "area"])
    assert table.loc[("arbeitslose", "", "0102"), ["value", "status"]].tolist() == [4, "()"]
    assert table.loc[("arbeitslose_geschlecht", "f", "0101"), "value"] == 5
    assert table.loc[("arbeitslose_geschlecht", "m", "0102"), "status"] == "."
    assert table.loc[("arbeitslose", "", "0203"), "status"] == "–"
    row = table.loc[("arbeitslose_geschlecht", "m", "0203")]
    assert (row["row"], row["column"]) == (8, "Arbeitslose | davon | Männer")


def test_a_csv_with_the_same_head_reads_the_same(office: Office, tmp_path: Path) -> None:
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in ROWS]
    from_csv = office("\n".join(lines).encode("cp1252"), source={**WIDE, "files": "data/arbeitslose.csv"})
    workbook(tmp_path / "data/al.xlsx", {"Daten": ROWS}, MERGES)
    from_excel = office(None, source=WIDE)
    columns = ["area", "measure", "sex", "value", "status", "row", "column"]
    assert from_csv.table[columns].equals(from_excel.table[columns])


def test_one_sheet_a_year(office: Office, tmp_path: Path) -> None:
    sheets = {str(year): [["Raum", "insgesamt"], ["0101", year], ["0102", 2], ["0203", 3]] for year in (2019, 2020)}
    workbook(tmp_path / "data/al.xlsx", {"Titel": [["Arbeitslose"]], **sheets})
    source = {
        "files": "data/al.xlsx",
        "sheet": "{period}",
        "period": {},
        "measures": [{"id": "arbeitslose", "column": "insgesamt"}],
        "checks": [],
    }
    observations = office(None, source=source)
    assert told(observations) == []
    values = observations.table.set_index(["area", "period"])["value"]
    assert (values["0101", 2019], values["0101", 2020]) == (2019, 2020)


def test_the_year_in_the_name_of_the_file(office: Office) -> None:
    files: dict[str, str | bytes] = {
        f"data/al_{year}-12-31.csv": f"Raum;insgesamt\n0101;{year}\n0102;1\n0203;1\n" for year in (2019, 2020)
    }
    source = {
        "files": "data/al_{period}-12-31.csv",
        "period": {},
        "measures": [{"id": "arbeitslose", "column": "insgesamt"}],
        "checks": [],
    }
    observations = office(None, source=source, files={**files, "data/al_alt.csv": "anderes"})
    assert set(observations.table["period"]) == {2019, 2020}
    assert [(p.code, p.place.file) for p in observations.problems] == [("unread-file", "data/al_alt.csv")]


def test_a_long_table_with_groups_and_a_column_of_measures(office: Office) -> None:
    rows = [
        f"{area};31.12.2020;{sex};{age};{what};{value}"
        for area in ("0101", "0102", "0203")
        for sex in ("männlich", "weiblich")
        for age in ("unter 3", "3 bis unter 6", "90 und mehr")
        for what, value in (("BEV", "10"), ("SGB2", "1"))
    ]
    table = "\n".join(["Raum;Jahr;Geschlecht;Alter;Merkmal;Wert", *rows])
    source = {
        "groups": {"sex": {"column": "Geschlecht"}, "age": {"column": "Alter"}},
        "measures": [
            {"id": "einwohner", "column": "Wert", "where": {"Merkmal": "BEV"}},
            {"id": "leistung", "column": "Wert", "where": {"Merkmal": ["SGB2", "SGB II"]}},
        ],
        "checks": [{"part": "leistung", "whole": {"measure": "einwohner", "age_to": 5, "age_from": 0}}],
    }
    observations = office(table, source=source)
    assert told(observations) == []
    people = observations.table.query("measure == 'einwohner' and area == '0101' and sex == 'f'")
    assert people["age_from"].tolist() == [0, 3, 90]
    assert people["age_to"].isna().tolist() == [False, False, True]


def test_rows_below_a_merged_name_belong_to_it(office: Office) -> None:
    table = "Raum;Jahr;Geschlecht;insgesamt\n0101;2020;m;1\n;;w;2\n0102;2020;m;3\n;;w;4\n0203;2020;m;5\n;;w;6\n"
    source = {
        "fill_down": ["Raum", "Jahr"],
        "groups": {"sex": {"column": "Geschlecht"}},
        "measures": [{"id": "arbeitslose", "column": "insgesamt"}],
        "checks": [],
    }
    observations = office(table, source=source)
    assert told(observations) == []
    assert observations.table.query("sex == 'f'")["value"].tolist() == [2, 4, 6]


def test_values_in_thousands_are_multiplied_and_rounded_sums_allowed(office: Office) -> None:
    table = "Raum;Jahr;insgesamt\n0101;2020;1\n0102;2020;1\n0203;2020;1\nKreis;2020;4\n"
    source = {
        "area": {"column": "Raum", "map": {"Kreis": "00"}},
        "measures": [{"id": "ausgaben", "kind": "amount", "column": "insgesamt", "factor": 1000}],
        "checks": [],
    }
    observations = office(table, source=source)
    assert told(observations) == []
    assert observations.table["value"].tolist() == [1000, 1000, 1000, 4000]


def test_what_was_detected_is_told_once_a_source(office: Office) -> None:
    table = "Raum;Jahr;Größe;Rest\n0101;2020;1,5;1\n0102;2020;2,5;1\n0203;2020;3,5;1\n".encode("cp1252")
    source = {
        "encoding": None,
        "delimiter": None,
        "decimal": None,
        "measures": [{"id": "groesse", "kind": "amount", "column": "Größe"}],
        "checks": [],
    }
    observations = office(table, source=source)
    assert not codes(observations)
    notes = " ".join(told(observations))
    for part in ("Windows-1252", "Semikolon", "Dezimalzeichen erkannt: „,“", "Nicht verwendete Spalten: „Rest“"):
        assert part in notes


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 9999), min_size=2, max_size=5), min_size=2, max_size=8), st.data())
def test_a_table_reads_the_same_in_every_encoding_and_delimiter(rows: list[list[int]], data: st.DataObject) -> None:
    width = min(map(len, rows))
    delimiter = data.draw(st.sampled_from([";", "\t", "|"]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    head = [f"Größe {n}" for n in range(width)]
    text = "\n".join(delimiter.join(map(str, row[:width])) for row in [head, *rows])
    decoded, _ = decode(text.encode(encoding), "a.csv", None)
    assert decoded == text
    assert detect_delimiter(decoded) == delimiter


ONE: dict[str, Any] = {"measures": [{"id": "arbeitslose", "column": "insgesamt"}], "checks": []}
SIMPLE = "Raum;Jahr;insgesamt\n0101;2020;1\n0102;2020;2\n0203;2020;3\n"


def values(observations: Any) -> dict[tuple[str, int], float]:
    table = observations.table
    return dict(zip(zip(table["area"], table["period"], strict=True), table["value"], strict=True))


EXPECTED = {("0101", 2020): 1, ("0102", 2020): 2, ("0203", 2020): 3}


@pytest.mark.parametrize(
    ("table", "area"),
    [
        (SIMPLE.replace("0101;", "101;").replace("0102;", "102;").replace("0203;", "203;"), {"width": 4}),
        (SIMPLE.replace("0101;", "101.0;").replace("0102;", "102.0;").replace("0203;", "203.0;"),
         {"integer": True, "width": 4}),
        (SIMPLE.replace("0101", "Raum 0101 (Mitte)"), {"pattern": r"(\d{4})"}),
        (SIMPLE.replace("0101", "Mitte"), {"map": {"Mitte": "0101"}}),
        (SIMPLE.replace("0101", "Mitte"), {"map_file": "parameters/kennungen.csv"}),
        (SIMPLE + "Summe;2020;6\nDavon Stadt;2020;3\n", {"ignore": ["Summe"], "ignore_pattern": "^Davon"}),
    ],
    ids=["width", "integer", "pattern", "map", "map file", "totals ignored"],
)  # fmt: skip
def test_ids_of_areas_follow_declared_rules(table: str, area: dict[str, Any], office: Office) -> None:
    observations = office(
        table,
        source={**ONE, "area": {"column": "Raum", **area}},
        files={"parameters/kennungen.csv": "from;to\nMitte;0101\n"},
    )
    assert told(observations) == []
    assert values(observations) == EXPECTED


def test_one_file_an_area(office: Office) -> None:
    files: dict[str, str | bytes] = {f"data/raum-{area}.csv": f"Jahr;insgesamt\n2020;{n}\n"
                                     for n, area in enumerate(("0101", "0102", "0203"), 1)}  # fmt: skip
    observations = office(None, source={**ONE, "files": "data/raum-{area}.csv", "area": {}}, files=files)
    assert told(observations) == []
    assert values(observations) == EXPECTED


def test_areas_as_columns(office: Office) -> None:
    table = "Jahr;Raum 0101;Raum 0102;Raum 0203\n2020;1;2;3\n"
    measures = [{"id": "arbeitslose", "columns": r"^Raum (?P<area>\d{4})$"}]
    observations = office(table, source={"area": {}, "measures": measures, "checks": []})
    assert told(observations) == []
    assert values(observations) == EXPECTED


def test_a_table_of_the_whole_only_needs_no_areas(office: Office) -> None:
    observations = office("Jahr;insgesamt\n2019;5\n2020;6\n", source={**ONE, "area": {"constant": "00"}})
    assert told(observations) == []
    assert values(observations) == {("00", 2019): 5, ("00", 2020): 6}


def test_rows_that_hold_no_data_are_skipped_by_number(office: Office) -> None:
    table = SIMPLE.replace("0101", "in Personen;;\n0101")
    observations = office(table, source={**ONE, "skip_rows": [2]})
    assert told(observations) == []
    assert values(observations) == EXPECTED
    assert observations.table["row"].tolist() == [3, 4, 5]


def test_preliminary_values_are_read_and_told(office: Office) -> None:
    observations = office(SIMPLE.replace("2020;3", "2020;3 p"), source=ONE)
    assert values(observations) == EXPECTED
    assert any("vorläufig" in message for message in told(observations))


def test_rounded_tables_may_miss_their_total_by_what_rounding_explains(office: Office) -> None:
    table = "Raum;Jahr;a;b;c\n0101;2020;5;5;15\n0102;2020;5;5;10\n0203;2020;10;10;40\n"
    source = {
        "rounding": 5,
        "measures": [{"id": name, "column": name} for name in "abc"],
        "checks": [{"parts": ["a", "b"], "total": "c"}],
    }
    messages = told(office(table, source=source))
    assert len(messages) == 1
    assert "0203 Quellingen" in messages[0]
