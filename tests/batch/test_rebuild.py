"""A build makes again what has changed and says why; killed at any moment, it goes on where it stopped."""

from __future__ import annotations

import json
import os
import random
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_project import OPEN, template, write_project_with_data

from sozlib import receipt
from sozlib.batch.keys import reads_directly
from sozlib.batch.planning import make_plan
from sozlib.batch.summary import by_reason, told
from sozlib.build import Outlook, outlook
from sozlib.cli import main
from sozlib.errors import SozlibError, spoken
from sozlib.files import Digests, stamps, write_whole
from sozlib.manifest import outputs
from sozlib.observations.areas import read_areas
from sozlib.project import Project
from sozlib.release import exclusive


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its report built; what a test changes it changes back."""
    project = write_project_with_data(tmp_path_factory.mktemp("bau"))
    assert main(["build", "--workers", "1", "--project", str(project.root)]) == 0
    return project


@contextmanager
def changed(path: Path, old: str, new: str) -> Iterator[None]:
    before = path.read_bytes()
    text = before.decode("utf-8")
    assert not old or old in text
    path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
    try:
        yield
    finally:
        path.write_bytes(before)


def look(project: Project) -> Outlook:
    project = Project(project.root)
    return outlook(project, make_plan(project, read_areas(project)[0].table, "public"))


def to_run(project: Project) -> dict[str, tuple[str, ...]]:
    return {chapter: reasons for chapter, reasons in look(project).chapters.items() if reasons}


# -- What is made again, and why ---------------------------------------------------------------------------------------


def test_nothing_changed_means_nothing_to_do(built: Project) -> None:
    found = look(built)
    assert set(found.chapters.values()) == set(found.volumes.values()) == {()}
    assert str(found) == "Zu tun: kein Kapitel, kein Band"


def test_a_build_with_nothing_to_do_loads_no_library(built: Project) -> None:
    code = (
        "import sys\nfrom sozlib.cli import main\n"
        "ended = main(['build', '--project', sys.argv[1]])\n"
        "heavy = {'pandas', 'numpy', 'pydantic', 'ruamel', 'papermill', 'matplotlib', 'jinja2'} & set(sys.modules)\n"
        "assert ended == 0 and not heavy, heavy"
    )
    main(["build", "--project", str(built.root)])  # earlier tests touched files and put them back
    said = subprocess.run([sys.executable, "-c", code, str(built.root)], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert said.stdout == "Nichts zu tun: reports/2026/public ist aktuell (3 Bände, 9 Kapitel).\n"


def test_the_first_look_overlooks_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, elsewhere = tmp_path / "projekt", tmp_path / "lieferungen"
    report, workshop = root / "reports" / "2026" / "public", root / "reports" / "2026" / ".work" / "public"
    files = [root / name for name in ("parameters/report.yml", "notebooks/texts/a/b.md", "data/a.csv")]
    files += [elsewhere / "roh.csv", report / "index.html"]
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("eins")
        os.utime(path, ns=(10**18, 10**18))
    watched = receipt.look(root, "data", []).also([elsewhere])
    asked = {"edition": "public", "default": True, "cycle": "2026", "own_cycle": True}
    asked |= {"areas": [], "topics": [], "assembler": None}
    receipt.write(workshop, asked, watched, report, "", "Nichts zu tun.")

    def said(**wish: object) -> list[str] | None:
        return receipt.nothing_to_do(root, receipt.Asked(**wish))  # type: ignore[arg-type]

    assert said() == said(editions=["public"]) == said(cycle="2026") == ["Nichts zu tun."]
    assert said(editions=["internal"]) is said(cycle="2027") is said(areas=["a"]) is said(assembler="quarto") is None
    for path in files:
        path.write_text("zwei")
        assert said() is None, path
        path.write_text("eins")
        os.utime(path, ns=(10**18, 10**18))
        added = path.with_name("neu.csv")
        added.touch()
        assert said() is None, added
        added.unlink()
        assert said() == ["Nichts zu tun."]
    monkeypatch.setattr("sys.version", "3.99")
    assert said() is None


def test_a_family_is_current_when_all_of_its_editions_are(tmp_path: Path) -> None:
    settings = tmp_path / "parameters" / "report.yml"
    settings.parent.mkdir()
    settings.write_text("eins")
    os.utime(settings, ns=(10**18, 10**18))
    watched = receipt.look(tmp_path, "data", [])
    members = ["municipal-1", "municipal-2"]
    asked = {"family": "municipal", "members": members, "default": False, "cycle": "2026", "own_cycle": True}
    asked |= {"areas": [], "topics": [], "assembler": None}
    family = receipt.Asked(["municipal"])
    for member in members:
        assert receipt.nothing_to_do(tmp_path, family) is None
        workshop = tmp_path / "reports" / "2026" / ".work" / member
        report = tmp_path / "reports" / "2026" / member
        report.mkdir(parents=True)
        (report / "index.html").write_text(member)
        receipt.write(workshop, asked | {"edition": member}, watched, report, "", member)
    assert receipt.nothing_to_do(tmp_path, family) == members
    assert receipt.nothing_to_do(tmp_path, receipt.Asked(["municipal", "municipal-1"])) == members
    (tmp_path / "reports" / "2026" / "municipal-2" / "index.html").write_text("anders")
    assert receipt.nothing_to_do(tmp_path, family) is None


def test_what_changes_while_a_build_reads_it_is_looked_at_again(tmp_path: Path) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "report.yml").write_text("gerade gespeichert")
    assert receipt.look(tmp_path, "data", []).trees[str(tmp_path / "parameters")] == ""


def test_a_text_concerns_its_chapter_and_volume_alone(built: Project) -> None:
    with changed(built.notebooks / "texts" / "altstadt" / "arbeit.md", "", "Mehr dazu im Rathaus.\n"):
        found = look(built)
    assert {c: r for c, r in found.chapters.items() if r} == {
        "altstadt/arbeit": ("Text geändert (texts/altstadt/arbeit.md)",)
    }
    assert {v: r for v, r in found.volumes.items() if r} == {"altstadt": ("1 Kapitel neu",)}


def test_a_report_made_again_in_part_is_the_one_made_from_nothing(built: Project, tmp_path: Path) -> None:
    anew = Project(shutil.copytree(built.root, tmp_path / "neu", ignore=shutil.ignore_patterns("reports")))
    before = outputs(built.output("public"))
    with changed(built.notebooks / "texts" / "altstadt" / "arbeit.md", "", "Mehr dazu im Rathaus.\n"):
        text = (built.notebooks / "texts" / "altstadt" / "arbeit.md").read_bytes()
        assert main(["build", "--workers", "1", "--project", str(built.root)]) == 0
        after = outputs(built.output("public"))
    (anew.notebooks / "texts" / "altstadt" / "arbeit.md").write_bytes(text)
    assert main(["build", "--workers", "2", "--project", str(anew.root)]) == 0
    assert outputs(anew.output("public")) == after
    assert after != before
    assert main(["build", "--workers", "1", "--project", str(built.root)]) == 0
    assert outputs(built.output("public")) == before


def test_a_text_that_a_chapter_looked_for_in_vain_concerns_it_when_it_comes(built: Project) -> None:
    text = built.notebooks / "texts" / "0102" / "arbeit.md"
    text.parent.mkdir()
    text.write_text("Neu.\n", encoding="utf-8")
    try:
        assert to_run(built) == {"neuhafen/arbeit": ("Text neu (texts/0102/arbeit.md)",)}
    finally:
        shutil.rmtree(text.parent)


def test_data_of_an_indicator_concern_the_chapters_that_use_it_and_no_others(built: Project) -> None:
    with changed(built.data / "einwohner.csv", "0101;2024;1000;44;80", "0101;2024;1000;44;83"):
        found = to_run(built)
    assert set(found) == {
        "altstadt/kita",
        "neuhafen/kita",
        "ueberblick/vergleich-kita",
        "ueberblick/zusammenfassung",
    }
    assert set(found.values()) == {("Indikator betreuungsquote: Daten 2024 geändert",)}


def test_a_definition_concerns_the_chapters_that_use_it(built: Project) -> None:
    with changed(built.parameters / "indicators" / "arbeit.yml", "Zeigt einen Anteil.", "Zeigt den Anteil."):
        found = to_run(built)
    assert set(found.values()) == {("Indikator arbeitslosenanteil: Definition geändert",)}
    assert "altstadt/arbeit" in found
    assert not any("kita" in chapter or "profil" in chapter for chapter in found)


def test_a_new_indicator_concerns_its_topic(built: Project) -> None:
    path = built.parameters / "indicators" / "kita.yml"
    entry = path.read_text(encoding="utf-8").split("indicators:\n")[1].replace("betreuungsquote", "zweite_quote")
    with changed(path, "", entry):
        found = to_run(built)
    assert set(found) == {"ueberblick/vergleich-kita", "ueberblick/zusammenfassung"}
    assert found["ueberblick/vergleich-kita"] == ("Themenfeld kita: andere Indikatoren",)


def test_a_template_concerns_its_chapters(built: Project) -> None:
    with changed(built.notebooks / "areas" / "profil.ipynb", "## Vorlage", "## Profil"):
        assert to_run(built) == {
            "altstadt/profil": ("Vorlage geändert",),
            "neuhafen/profil": ("Vorlage geändert",),
        }


def test_another_program_concerns_every_chapter(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sozlib.program.versions", lambda: {"pandas": "99"})
    found = look(built)
    assert set(found.chapters.values()) == {("Programmversion",)}


def test_the_number_of_workers_concerns_no_chapter(built: Project) -> None:
    with changed(built.parameters / "report.yml", "volumes:", "workers: 2\nvolumes:"):
        assert to_run(built) == {}


def test_a_notebook_that_someone_changed_is_made_again(built: Project) -> None:
    notebook = built.workshop("public") / "notebooks" / "altstadt" / "kita.ipynb"
    with changed(notebook, "Vorlage", "Fälschung"):
        assert to_run(built) == {"altstadt/kita": ("Ergebnis verändert",)}


def test_the_plan_says_what_the_next_build_will_do(built: Project, capsys: pytest.CaptureFixture[str]) -> None:
    with changed(built.notebooks / "areas" / "profil.ipynb", "## Vorlage", "## Profil"):
        assert main(["plan", "--project", str(built.root)]) == 0
    said = capsys.readouterr().out
    assert "profil  Altstadt: Profil  (notebooks/areas/profil.ipynb)  [Vorlage geändert]" in said
    assert "kita    Kindertagesbetreuung  (notebooks/areas/kita.ipynb)  [unverändert]" in said
    assert said.endswith("Zu tun: 2 von 9 Kapiteln, 2 von 3 Bänden\n")


@pytest.mark.parametrize(
    ("code", "direct"),
    [
        ("chapter.value('x')", False),
        ("%matplotlib inline\nchapter.value('x')", False),
        ("import pandas as pd\npd.read_parquet(snapshot + '/indicators.parquet')", True),
        ("chapter.context.readings", True),
        ("das ist kein Python", True),
    ],
)
def test_a_template_that_reads_past_the_chapter_is_recognised(tmp_path: Path, code: str, direct: bool) -> None:
    assert reads_directly(template(tmp_path / "v.ipynb", OPEN, code)) is direct


def test_reasons_are_told_in_few_words() -> None:
    assert told(()) == "unverändert"
    assert told(("a", "b", "c", "d", "e")) == "a; b; c; und 2 weitere Gründe"
    chapters = [(f"k{n}", ("Vorlage geändert",)) for n in range(6)]
    assert by_reason([*chapters, ("k1", ("Text geändert",)), ("k9", ())]) == [
        "  Vorlage geändert: k0, k1, k2, k3 und 2 weitere",
        "  Text geändert: k1",
    ]


# -- Nothing lost ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows kennt kein SIGKILL")
def test_builds_killed_at_any_moment_end_in_the_same_report(built: Project, tmp_path: Path) -> None:
    project = write_project_with_data(tmp_path / "bau")
    command = [sys.executable, "-m", "sozlib.cli", "build", "--workers", "1", "--project", str(project.root)]
    seed = random.randrange(1000)
    moments = random.Random(seed)
    workshop = project.workshop("public")
    stages = {
        "Daten": lambda: (workshop / ".lock").exists(),
        "Kapitel": lambda: len(list(workshop.glob("notebooks/*/*.json"))) >= 2,
        "Bücher": lambda: (workshop / "site").exists(),
    }
    kept: set[Path] = set()
    for reached in stages.values():
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not reached() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(moments.random())
        process.kill()
        process.wait()
        done = set(workshop.glob("notebooks/*/*.json"))
        assert kept <= done, f"Zufall {seed}"
        assert all(json.loads(path.read_text(encoding="utf-8"))["key"] for path in done)
        kept = done
    assert len(kept) >= 2
    times = {path: path.stat().st_mtime_ns for path in kept}
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert {path: path.stat().st_mtime_ns for path in kept} == times, "was fertig war, wurde noch einmal gemacht"
    assert outputs(project.output("public")) == outputs(built.output("public")), f"Zufall {seed}"
    assert not list(workshop.glob("notebooks/*/.*"))


def test_a_second_build_learns_who_is_building_and_since_when(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path),
        pytest.raises(
            SozlibError, match=rf"Hier läuft schon ein Bau \(Prozess {os.getpid()}, seit \d+\.\d+\.\d+, \d+:\d+ Uhr\)"
        ),
        exclusive(tmp_path),
    ):
        pass


def test_what_a_killed_build_left_behind_holds_up_nobody(tmp_path: Path) -> None:
    (tmp_path / ".lock").touch()
    (tmp_path / ".lock-holder").write_text("4711 2026-01-01T10:00")
    with exclusive(tmp_path):
        assert (tmp_path / ".lock-holder").read_text().startswith(f"{os.getpid()} ")


def test_a_full_disk_is_said_in_german_and_the_last_report_stays(
    built: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = outputs(built.output("public"))

    def full(path: Path, content: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("sozlib.book.shelf.write_whole", full)
    with changed(built.parameters / "report.yml", "title: Überblick", "title: Übersicht"):
        assert main(["build", "--workers", "1", "--project", str(built.root)]) == 1
    said = capsys.readouterr().err
    assert "Der Datenträger ist voll. Schaffen Sie Platz" in said
    assert outputs(built.output("public")) == before


def test_a_folder_without_the_right_to_write_is_named(built: Project, capsys: pytest.CaptureFixture[str]) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows kennt andere Rechte")
    root = built.root / "reports" / "2026" / ".work" / "public"
    before, rights = outputs(built.output("public")), stat.S_IMODE(root.stat().st_mode)
    parents = [built.root, *built.root.parents][:4]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in parents}
    administrator = os.geteuid() == 0
    with changed(built.notebooks / "texts" / "altstadt" / "arbeit.md", "", "Mehr.\n"):
        try:
            if administrator:  # who may write everywhere becomes somebody who may not
                for path in parents:
                    path.chmod(0o755)
                os.seteuid(65534)
            else:
                root.chmod(0o555)
            assert main(["build", "--project", str(built.root)]) == 1
        finally:
            if administrator:
                os.seteuid(0)
                for path, mode in modes.items():
                    path.chmod(mode)
            root.chmod(rights)
    assert "Zugriff verweigert. Prüfen Sie die Rechte an Datei und Ordner." in capsys.readouterr().err
    assert outputs(built.output("public")) == before


def test_refusals_of_the_system_are_spoken_in_german() -> None:
    assert spoken(OSError(30, "Read-only file system", "/a")) == "/a: Der Datenträger ist schreibgeschützt."
    assert spoken(OSError(28, "No space", "/quelle", None, "/ziel")).startswith("/ziel: Der Datenträger ist voll.")
    assert spoken(OSError(99999, "Odd")) == "Odd."


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ergebnis.json"
    write_whole(path, "alt")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "neu")
    assert [p.name for p in tmp_path.iterdir()] == ["ergebnis.json"]
    assert path.read_text() == "alt"


def test_a_digest_is_computed_anew_when_a_file_changes(tmp_path: Path) -> None:
    path, store = tmp_path / "a.txt", tmp_path / "digests.json"
    path.write_text("eins")
    os.utime(path, ns=(1, 1))
    digests = Digests(store)
    first = digests.of(path)
    digests.keep()
    path.write_text("zwei")
    assert Digests(store).of(path) != first
    os.utime(path, ns=(1, 1))  # same size, time and inode: taken for the same, as by every tool of its kind
    assert Digests(store).of(path) == first
    path.unlink()
    assert Digests(store).of(path) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows verlangt für Verknüpfungen besondere Rechte")
def test_links_to_folders_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    (tmp_path / "daten" / "jahr").mkdir(parents=True)
    (tmp_path / "lieferung").mkdir()
    (tmp_path / "lieferung" / "roh.csv").touch()
    (tmp_path / "daten" / "neu").symlink_to(tmp_path / "lieferung")
    (tmp_path / "daten" / "jahr" / "zurueck").symlink_to(tmp_path / "daten")
    (tmp_path / "lieferung" / "kreis").symlink_to(tmp_path)
    assert [name for name, _ in stamps(tmp_path / "daten")] == ["neu/roh.csv"]
