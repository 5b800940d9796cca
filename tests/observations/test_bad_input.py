"""Every kind of bad input gets a German message that names file, row, column, what was found and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from sozlib.errors import InputError
from sozlib.observations import load_observations
from sozlib.project import Project

from .conftest import AREAS, TABLE, Office, codes, told

WITHOUT_CHECK: dict[str, Any] = {"checks": []}


def change(old: str, new: str) -> str:
    assert old in TABLE
    return TABLE.replace(old, new)


def test_a_good_delivery_has_nothing_to_tell(office: Office) -> None:
    assert told(office()) == []


CASES: dict[str, tuple[str, str | bytes, dict[str, Any]]] = {
    "unknown area": ("unknown-area", change("0203;2019", "0204;2019"), {}),
    "area without its leading zero": ("unknown-area", change("0101;2019", "101;2019"), {}),
    "ids that were taken for numbers": (
        "unknown-area",
        TABLE.replace("0101;", "101.0;").replace("0102;", "102.0;").replace("0203;", "203.0;"),
        {},
    ),
    "area with a slip of the pen": ("unknown-area", change("0102;2019", "0199;2019"), {}),
    "total between the rows": ("unknown-area", TABLE + "Probekreis;2020;9;9;0\n", {}),
    "area missing in a year": ("missing-area", change("0102;2020;66;33;33\n", ""), {}),
    "row twice": ("duplicate", TABLE + "0101;2020;1.150;1.100;50\n", {}),
    "negative count": ("negative", change("0203;2019;7;4;3", "0203;2019;-7;4;3"), {}),
    "text in a number": ("text-in-number", change(";60;", ";ca. 60;"), {}),
    "half a person": ("not-whole", change(";60;", ";60,5;"), {}),
    "mixed decimal signs": ("mixed-decimal", change(";60;", ";60.5;"), WITHOUT_CHECK),
    "mixed decimal signs, none declared": (
        "mixed-decimal",
        change(";60;", ";60.5;").replace(";7;", ";7,5;").replace(";66;", ";66,5;"),
        {"checks": [], "decimal": None, "measures": [{"id": "quote", "kind": "amount", "column": "insgesamt"}]},
    ),
    "number that can be read two ways": (
        "ambiguous-number",
        TABLE,
        {"checks": [], "decimal": None, "measures": [{"id": "quote", "kind": "amount", "column": "insgesamt"}]},
    ),
    "parts that do not add up": ("sum", change("0102;2019;60;30;30", "0102;2019;60;30;33"), {}),
    "part larger than its whole": (
        "part-of-whole",
        change("0102;2019;60;30;30", "0102;2019;60;61;30"),
        {"checks": [{"part": "arbeitslose_sgb2", "whole": "arbeitslose"}]},
    ),
    "total of the whole differs": (
        "sum",
        TABLE + "Kreis;2019;188;114;74\n",
        {"area": {"column": "Raum", "map": {"Kreis": "00"}}},
    ),
    "missing column": ("missing-column", change("SGB III", "SGB 3"), {}),
    "column twice": ("column-twice", change("SGB III", "SGB II"), {}),
    "empty file": ("empty-file", b"", {}),
    "head without data": ("empty-file", "Raum;Jahr;insgesamt;SGB II;SGB III\n", {}),
    "empty cell": ("empty-cell", change(";60;", ";;"), WITHOUT_CHECK),
    "no year": ("period", change("0203;2020", "0203;2020/21"), WITHOUT_CHECK),
    "delimiter within a text": ("ragged-row", change("0203;2019;7;4;3", "0203;2019;7;4;3;neu"), WITHOUT_CHECK),
    "old encoding, UTF-8 declared": (
        "encoding",
        change("insgesamt", "zusätzlich").encode("cp1252"),
        WITHOUT_CHECK,
    ),
    "UTF-8, old encoding declared": ("encoding", change("insgesamt", "zusätzlich"), {"encoding": "windows-1252"}),
    "no such file": ("missing-file", TABLE, {"files": "data/arbeitlose.csv"}),
    "head at another place": ("header", TABLE, {"header_row": "Gemeinde"}),
    "unknown measure in a check": (
        "unknown-measure",
        TABLE,
        {"checks": [{"part": "arbeitslos", "whole": "arbeitslose"}]},
    ),
    "unknown key": ("unknown-key", TABLE, {"delimeter": ";"}),
    "pattern that is none": ("bad-value", TABLE, {"data_until": "("}),
    "two origins of the year": ("bad-value", TABLE, {"period": {"column": "Jahr", "constant": 2020}}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_told(name: str, office: Office, snapshot: SnapshotAssertion) -> None:
    code, table, source = CASES[name]
    observations = office(table, source=source)
    assert code in codes(observations)
    assert told(observations) == snapshot


def test_a_year_delivered_in_two_files_is_told(office: Office, snapshot: SnapshotAssertion) -> None:
    head, *rows = TABLE.splitlines()
    older = "\n".join([head, *rows[:3]])
    observations = office(
        None,
        source={"files": ["data/al_*.csv"]},
        files={"data/al_2019.csv": older, "data/al_2019_neu.csv": older},
    )
    assert codes(observations) == {"period-twice"}
    assert told(observations) == snapshot


def test_a_wrong_cell_is_an_unknown_number_to_all_other_checks(office: Office) -> None:
    source = {"area": {"column": "Raum", "map": {"Kreis": "00"}}}
    with_total = "Kreis;2019;187;114;73\n"
    for wrong in ("ca. 60", "-60", "60,5", "60.5"):
        observations = office(change("0102;2019;60;", f"0102;2019;{wrong};") + with_total, source=source)
        assert len(observations.problems) == 1, told(observations)
    smaller = office(change("0102;2019;60;", "0102;2019;x;") + "Kreis;2019;100;114;73\n", source=source)
    assert codes(smaller) == {"sum"}  # what is known already adds up to more than the total


def test_a_file_that_no_pattern_fits_is_told(office: Office, snapshot: SnapshotAssertion) -> None:
    files = {
        "data/al_2019.csv": TABLE,
        "data/al_2018 (Kopie).csv": TABLE,
        "data/Notizen.docx": b"1",
        "data/~$x.xlsx": b"1",
    }
    observations = office(None, source={"files": ["data/al_{period}.csv"], "period": {}}, files=files)
    unread = [problem for problem in observations.problems if problem.code == "unread-file"]
    assert [str(problem) for problem in unread] == snapshot
    named = office(TABLE, files={"data/haushalte.csv": TABLE})
    assert [(p.code, p.severity) for p in named.problems] == [("unread-file", "note")]


def test_a_pattern_with_a_star_beside_the_year_reads_both_deliveries(office: Office) -> None:
    table = "Raum;insgesamt;SGB II;SGB III\n0101;3;1;2\n0102;3;1;2\n0203;3;1;2\n"
    files = {"data/al_2019.csv": table, "data/al_2019-neu.csv": table}
    observations = office(None, source={"files": ["data/al_{period}*.csv"], "period": {}}, files=files)
    assert codes(observations) == {"period-twice"}


def test_the_same_mistake_in_many_files_is_told_once(office: Office, snapshot: SnapshotAssertion) -> None:
    files = {f"data/al_{year}.csv": change("Jahr", "Jähr").encode("cp1252") for year in range(2010, 2020)}
    observations = office(None, source={"files": ["data/al_*.csv"]}, files=files)
    assert told(observations) == snapshot


def test_a_year_in_two_columns_is_told(office: Office, snapshot: SnapshotAssertion) -> None:
    table = "Raum;Stand 2019;2020;2019\n0101;1;2;1\n0102;1;2;1\n0203;1;2;1\n"
    measures = [{"id": "arbeitslose", "columns": r"(?P<period>\d{4})"}]
    observations = office(table, source={"period": {}, "measures": measures, "checks": []})
    assert codes(observations) == {"period-twice"}
    assert told(observations) == snapshot


def test_groups_that_share_people_are_told(office: Office, snapshot: SnapshotAssertion) -> None:
    rows = [f"{area};2020;{sex};5" for area in ("0101", "0102", "0203") for sex in ("m", "w", "insgesamt")]
    table = "\n".join(["Raum;Jahr;Geschlecht;insgesamt", *rows])
    source = {
        "groups": {"sex": {"column": "Geschlecht"}},
        "measures": [{"id": "arbeitslose", "column": "insgesamt"}],
        "checks": [],
    }
    assert told(office(table, source=source)) == snapshot
    source["groups"] = {"sex": {"column": "Geschlecht", "ignore": ["insgesamt"]}}
    assert told(office(table, source=source)) == []


def test_an_unknown_group_is_told(office: Office, snapshot: SnapshotAssertion) -> None:
    table = "Raum;Jahr;Geschlecht;insgesamt\n0101;2020;m;1\n0102;2020;männl.;1\n0203;2020;w;1\n"
    source = {
        "groups": {"sex": {"column": "Geschlecht"}},
        "measures": [{"id": "arbeitslose", "column": "insgesamt"}],
        "checks": [],
        "area": {"column": "Raum", "complete": False},
    }
    assert told(office(table, source=source)) == snapshot


def test_all_problems_are_told_at_once_and_stop_the_build(office: Office, tmp_path: Any) -> None:
    table = change("0203;2019;7", "0204;2019;-7").replace(";60;", ";sechzig;").replace("0102;2020;66;33;33\n", "")
    assert codes(office(table)) >= {"unknown-area", "negative", "text-in-number", "missing-area"}
    with pytest.raises(InputError) as caught:
        load_observations(Project(tmp_path))
    assert len(caught.value.problems) == 4  # one message for each mistake, none for what follows from it


def test_many_mistakes_of_one_kind_are_counted(office: Office) -> None:
    rows = [f"01{n:02};2020;1;1;0" for n in range(20, 60)]
    messages = told(office("\n".join([TABLE.strip(), *rows])))
    assert sum("gibt es nicht" in message for message in messages) == 10
    assert any("an 30 weiteren Stellen" in message for message in messages)


@pytest.mark.parametrize(
    "areas",
    [
        AREAS.replace("0102;", "0101;"),
        AREAS.replace("Neuhafen;area;00", "Neuhafen;areal;00"),
        AREAS.replace("Neuhafen;area;00", "Neuhafen;area;01"),
        AREAS.replace("00;Probekreis;district;\n", ""),
        AREAS.replace("0102;", "../0102;"),
        AREAS.replace("Neuhafen", "Altstadt"),
        AREAS.replace("level", "levl"),
    ],
    ids=["twice", "level", "parent", "whole", "path", "name", "column"],
)
def test_a_wrong_table_of_areas_is_told(areas: str, office: Office, snapshot: SnapshotAssertion) -> None:
    observations = office(files={"data/raeume.csv": areas})
    assert [m for m in told(observations) if "raeume.csv" in m] == snapshot
    assert codes(observations)
