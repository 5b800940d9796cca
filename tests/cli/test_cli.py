"""What the batch operator reads: help, messages and exit codes, all in German."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_project import ROOT, write_project
from syrupy.assertion import SnapshotAssertion

from sozlib.cli import main
from sozlib.errors import BuildError, Place, Problem, SozlibError
from sozlib.findings import counted, listed
from sozlib.project import Project

COMMANDS = ("check", "plan", "build", "preview", "verify", "attack", "init", "schema")


@pytest.fixture(autouse=True)
def narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return write_project(tmp_path)


@pytest.mark.parametrize("arguments", [(), *((command,) for command in COMMANDS)])
def test_help_is_german(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said == snapshot
    for english in ("usage", "options:", "positional", "show this help"):
        assert english not in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Es fehlt: BEFEHL."),
        (("bild",), "Unbekannter Befehl „bild“. Meinten Sie „build“?"),
        (
            ("xyz",),
            "Unbekannter Befehl „xyz“. Bekannt sind: check, plan, build, preview, verify, attack, pack, log, "
            "init, schema.",
        ),
        (("preview", "0101"), "Es fehlt: THEMA."),
        (("build", "--area", "0101"), "Nicht verstanden: --area 0101. Meinten Sie „--areas“?"),
        (("build", "--areas"), "--areas braucht eine Angabe."),
        (("build", "--workers", "zwei"), "--workers: ganze Zahl erwartet, gefunden 'zwei'."),
        (("build", "--workers", "-1"), "--workers: ganze Zahl ab 0 erwartet, gefunden '-1'."),
        (("build", "--engine", "fork"), "Unbekannter Wert für --engine „fork“. Meinten Sie „forked“?"),
    ],
)
def test_a_wrong_call_is_explained_in_german(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"Fehler: {message}"
    assert said[1].startswith("Hilfe: sozlib")


def test_help_answers_without_loading_the_libraries() -> None:
    code = (
        "import sys\nfrom sozlib.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'pydantic', 'papermill', 'matplotlib', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("error", "code"),
    [(SozlibError("So geht es nicht."), 1), (BuildError("Nicht freigegeben."), 3), (KeyboardInterrupt(), 130)],
)
def test_every_kind_of_end_has_its_exit_code(
    project: Project, error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("sozlib.build.build", fail)
    assert main(["build", "--project", str(project.root)]) == code


def test_an_error_of_the_program_shows_its_traceback_only_on_demand(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*arguments: object) -> None:
        raise KeyError("area")

    monkeypatch.setattr("sozlib.build.build", fail)
    assert main(["build", "--project", str(project.root)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Fehler im Programm: KeyError: 'area'")
    assert "Traceback" not in said
    with pytest.raises(KeyError):
        main(["build", "--debug", "--project", str(project.root)])


def test_project_may_stand_before_or_after_the_command(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(project.root), "plan"]) == 0
    before = capsys.readouterr().out
    assert main(["plan", "--project", str(project.root)]) == 0
    assert capsys.readouterr().out == before


def test_the_plan_names_volumes_and_chapters(
    project: Project, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    assert main(["plan", "--project", str(project.root), "--areas", "ueberblick,0102"]) == 0
    assert capsys.readouterr().out == snapshot


def test_without_a_wish_the_public_edition_is_meant(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    main(["plan", "--project", str(project.root)])
    assert capsys.readouterr().out.startswith("Ausgabe public: 3 Bände, 9 Kapitel")
    main(["plan", "--project", str(project.root), "--edition", "internal,public"])
    assert capsys.readouterr().out.count("9 Kapitel") == 2
    assert main(["plan", "--project", str(project.root), "--edition", "geheim"]) == 1
    assert "Die Ausgabe „geheim“ ist in parameters/report.yml nicht vereinbart." in capsys.readouterr().err


def test_a_folder_without_project_is_named_with_the_way_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--project", str(tmp_path)]) == 2
    assert "legen Sie mit „sozlib init ORDNER“ einen an" in capsys.readouterr().err


def test_verify_without_report_says_how_to_get_one(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--project", str(project.root)]) == 1
    assert "„sozlib build“ erstellt ihn." in capsys.readouterr().err


def test_schemata_know_the_keys_of_every_parameter_file(tmp_path: Path) -> None:
    assert main(["schema", str(tmp_path)]) == 0
    keys = {path.stem: set(json.loads(path.read_text())["properties"]) for path in tmp_path.glob("*.json")}
    assert {"title", "volumes", "engine"} <= keys["report"]
    assert {"files", "measures"} <= keys["source"]
    assert {"published"} <= keys["cycle"]
    assert {"topic", "indicators"} == keys["indicators"]


def test_problems_are_grouped_by_file_in_the_order_of_the_file() -> None:
    problems = [
        Problem("b", "Zweites.", "Tun Sie das.", Place("data/b.csv", 7, "Anzahl")),
        Problem("n", "Kodierung erkannt.", "", Place("data/b.csv"), "note"),
        Problem("a", "Erstes.", "", Place("data/b.csv", 3)),
        Problem("w", "Früher.", "", Place("data/a.csv"), "warning"),
        Problem("a", "Erstes.", "", Place("data/b.csv", 3)),
        Problem("x", "Ohne Ort."),
    ]
    assert listed(problems) == (
        "Allgemein\n  Fehler: Ohne Ort.\n\n"
        "data/a.csv\n  Warnung: Früher.\n\n"
        "data/b.csv\n  Fehler: Zeile 3: Erstes.\n  Fehler: Zeile 7, Spalte „Anzahl“: Zweites. Tun Sie das.\n"
        "  Hinweis: Kodierung erkannt."
    )
    assert counted(problems) == "3 Fehler, 1 Warnung, 1 Hinweis"
    assert counted([]) == "kein Fehler, keine Warnung, kein Hinweis"


def test_the_repository_is_a_project() -> None:
    assert Project(ROOT).report.title


def test_a_scheduler_means_that_chapters_run_on_its_cluster() -> None:
    from sozlib.cli import _wish, make_parser

    wish = _wish(make_parser().parse_args(["build", "--scheduler", "tcp://rechner:8786"]))
    assert (wish.executor, wish.scheduler) == ("dask", "tcp://rechner:8786")
    with pytest.raises(SozlibError, match="Lassen Sie eine der beiden Angaben weg"):
        _wish(make_parser().parse_args(["build", "--executor", "local", "--scheduler", "tcp://rechner:8786"]))
