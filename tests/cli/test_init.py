"""``sozlib init``: a project folder that says itself what is missing, and can be planned once it is filled."""

from __future__ import annotations

from pathlib import Path

import pytest

from sozlib.cli import main
from sozlib.project import Project


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "sozialbericht"
    assert main(["init", str(folder)]) == 0
    said = capsys.readouterr().out
    assert f"Angelegt: {folder.as_posix()}" in said
    return folder


def fill(folder: Path) -> None:
    rows = ["id;name;level;parent", "00;Probekreis;district;", "0101;Altstadt;area;00", "0102;Neuhafen;area;00"]
    (folder / "data" / "gebiete.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    persons = [
        f"{area};{year};{sex};{age};{20 + age % 7}"
        for area in ("0101", "0102")
        for year in range(2015, 2026)
        for sex in ("m", "w")
        for age in range(0, 91, 5)
    ]
    table = "\n".join(["raum;jahr;geschlecht;alter;anzahl", *persons]) + "\n"
    (folder / "data" / "einwohner.csv").write_text(table.replace(";w;", ";weiblich;").replace(";m;", ";männlich;"))


def test_a_new_project_has_all_folders_and_is_readable(folder: Path) -> None:
    for name in (
        "README.md",
        ".gitignore",
        "parameters/report.yml",
        "parameters/cycles/2026.yml",
        "parameters/sources/einwohner.yml",
        "parameters/indicators/bevoelkerung.yml",
        "parameters/katalog/arbeit.yml",
        "reports/theme/tokens.css",
        "data/gebiete.csv",
    ):
        assert (folder / name).is_file(), name
    assert (folder / "notebooks" / "texts").is_dir()
    assert not any((folder / "notebooks" / "texts").iterdir())
    project = Project(folder)
    assert project.report.cycle == project.cycle.id


def test_a_new_project_says_what_is_missing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--project", str(folder)]) == 2
    assert "data/gebiete.csv" in capsys.readouterr().err


def test_a_new_project_with_data_passes_check_and_plan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(folder)
    assert main(["check", "--project", str(folder)]) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "kein Fehler" in said
    assert "<Name>" in said  # placeholders that are still there are named
    assert main(["plan", "--project", str(folder)]) == 0
    assert "Ausgabe public: 3 Bände" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["eigenes.txt", ".versteckt"])
def test_nothing_is_overwritten(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / content).write_text("meins")
    assert main(["init", str(tmp_path)]) == 1
    assert f"ist nicht leer ({content}). Es wurde nichts geändert" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [content]
    assert (tmp_path / content).read_text() == "meins"


def test_a_fresh_repository_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert main(["init", str(tmp_path)]) == 0
    assert (tmp_path / "README.md").is_file()
