"""A build releases a whole and checked report or nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_project import template, write_data, write_project

from sozlib.cli import main
from sozlib.errors import SozlibError
from sozlib.manifest import compare
from sozlib.project import Project
from sozlib.release import exclusive, recover, switch_in


def folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "index.html").write_text(text)
    return path


def test_the_switch_replaces_the_whole_report(tmp_path: Path) -> None:
    report = tmp_path / "reports" / "public"
    switch_in(folder(tmp_path / "site", "erster"), report)
    (report / "alt.html").write_text("nur im ersten")
    switch_in(folder(tmp_path / "site", "zweiter"), report)
    assert [path.name for path in report.iterdir()] == ["index.html"]
    assert (report / "index.html").read_text() == "zweiter"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reports"]


def test_the_switch_works_without_swapping_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sozlib.release._exchange", lambda one, other: False)
    report = folder(tmp_path / "public", "erster")
    switch_in(folder(tmp_path / "site", "zweiter"), report)
    assert (report / "index.html").read_text() == "zweiter"


def test_an_interrupted_switch_brings_the_old_report_back(tmp_path: Path) -> None:
    folder(tmp_path / ".public.old", "der letzte gute")
    recover(tmp_path / "public")
    assert (tmp_path / "public" / "index.html").read_text() == "der letzte gute"


def test_two_builds_never_share_a_workshop(tmp_path: Path) -> None:
    with exclusive(tmp_path), pytest.raises(SozlibError, match="Hier läuft schon ein Bau"), exclusive(tmp_path):
        pass
    with exclusive(tmp_path):
        pass


# -- from end to end ---------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = write_project(tmp_path)
    write_data(project)
    return project


def sozlib(project: Project, *arguments: str) -> int:
    return main([*arguments, "--project", str(project.root)])


def test_a_build_releases_a_report_that_verifies_and_can_be_made_again(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sozlib(project, "build") == 0
    report = project.output("public")
    assert (report / "index.html").is_file()
    assert (report / "altstadt" / "arbeit.html").is_file()
    assert (report / "pdf" / "altstadt.pdf").read_bytes().startswith(b"%PDF")
    assert "Ausführung: " in capsys.readouterr().out
    assert sozlib(project, "verify") == 0

    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["cycle"], manifest["edition"], manifest["date"]) == ("2026", "public", "2026-06-30")
    assert len(manifest["chapters"]) == 9
    assert manifest["inputs"]["data/einwohner.csv"] is None  # a digest would let a protected cell be guessed
    assert re.fullmatch("[0-9a-f]{64}", manifest["inputs"]["parameters/report.yml"])
    assert re.fullmatch("[0-9a-f]{64}", manifest["outputs"]["index.html"])
    assert str(project.root) not in json.dumps(manifest)

    first = (report / "manifest.json").read_bytes()
    assert sozlib(project, "build") == 0
    assert (report / "manifest.json").read_bytes() == first

    (report / "index.html").write_text("verändert")
    (report / "fremd.txt").write_text("fremd")
    (report / "altstadt" / "kita.html").unlink()
    assert {str(problem.place): problem.found for problem in compare(report, "r")} == {
        "r/index.html": "Die Datei wurde nach dem Bau verändert.",
        "r/fremd.txt": "Die Datei gehört nicht zum Bericht.",
        "r/altstadt/kita.html": "Die Datei fehlt.",
    }
    assert sozlib(project, "verify") == 3


def test_a_failing_chapter_leaves_the_last_good_report(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    last = folder(project.output("public"), "der letzte gute")
    template(project.notebooks / "areas" / "kita.ipynb", "if area == '0102':\n    raise ValueError('Quote fehlt')")
    assert sozlib(project, "build") == 3
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "Fehler: 1 von 9 Kapiteln ist gescheitert. Der Bericht wird nicht freigegeben; der letzte gute bleibt.",
        "",
        "neuhafen/kita (notebooks/areas/kita.ipynb, Zelle 3)",
        "  Fehler: ValueError: Quote fehlt",
        "  Notebook: reports/2026/.work/public/notebooks/neuhafen/kita.fehler.ipynb",
    ]
    assert "9/9" in said.out
    assert (last / "index.html").read_text() == "der letzte gute"
    assert (project.workshop("public") / "notebooks" / "altstadt" / "kita.ipynb").is_file()


def test_a_partial_build_never_takes_the_place_of_the_whole(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = folder(project.output("public"), "der ganze Bericht")
    assert sozlib(project, "build", "--areas", "altstadt", "--topics", "arbeit") == 0
    assert (whole / "index.html").read_text() == "der ganze Bericht"
    part = project.root / "reports" / "2026" / "public-teil"
    assert (part / "altstadt" / "arbeit.html").is_file()
    assert not (part / "neuhafen").exists()
    assert "Teilbau: der vollständige Bericht in reports/2026/public blieb unberührt." in capsys.readouterr().out


def test_a_preview_shows_one_chapter_and_touches_no_report(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sozlib(project, "preview", "altstadt", "arbeit") == 0
    page = Path(capsys.readouterr().out.splitlines()[-1])
    assert page.is_file()
    assert "0101 arbeit 2026 public" in page.read_text(encoding="utf-8")
    assert not project.output("public").exists()
    assert sozlib(project, "preview", "altstadt", "arbiet") == 2
    assert "Meinten Sie „arbeit“?" in capsys.readouterr().err


def test_wrong_input_stops_a_build_before_any_chapter_runs(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project.data / "einwohner.csv"
    path.write_text(path.read_text().replace("0102;2021;1010", "0199;2021;-5"), encoding="utf-8")
    assert sozlib(project, "build") == 2
    said = capsys.readouterr()
    assert "Ausführung" not in said.out
    assert "data/einwohner.csv" in said.err
    assert sozlib(project, "check") == 2
    assert "0199" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows kennt kein SIGINT für andere Prozesse")
def test_ctrl_c_ends_a_build_with_130_and_leaves_the_last_report(project: Project) -> None:
    last = folder(project.output("public"), "der letzte gute")
    template(
        project.notebooks / "overall" / "zusammenfassung.ipynb",
        "import time\nopen('laeuft', 'w').close()\ntime.sleep(300)",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "sozlib.cli", "build", "--project", str(project.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 90
    while not (project.notebooks / "overall" / "laeuft").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said.strip() == "Abgebrochen. Der letzte gute Bericht ist unverändert."
    assert (last / "index.html").read_text() == "der letzte gute"
    with exclusive(project.workshop("public")):
        pass
