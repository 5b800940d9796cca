"""What a build has learned of a file counts only as long as nothing that matters has changed."""

import shutil
from dataclasses import replace

import leaky_report as leaky
import pytest
import small_report

from sozlib.batch.plan import Plan
from sozlib.book import checks
from sozlib.chapter.palette import Palette
from sozlib.crew import Crew
from sozlib.disclosure.hidden import Hidden, record_of, write_hidden
from sozlib.gate.machine import Machine
from sozlib.manifest import outputs
from sozlib.snapshot import Snapshot

PAGE = "neuhafen/armut.html"
PLAN = Plan("2025", "public", ())


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("projekt")
    snapshot = small_report.snapshot(small_report.project(folder), folder / "stand")
    leaky.build(folder / "bericht", snapshot)
    return folder


@pytest.fixture
def report(built, tmp_path):
    """The report's folder, its project and snapshot, with a record that nobody has looked into yet."""
    folder = shutil.copytree(built, tmp_path / "projekt")
    snapshot = Snapshot.open(folder / "stand")
    write_hidden(leaky.hidden(), record_of(snapshot.path))
    return folder / "bericht", small_report.Project(folder), snapshot


@pytest.fixture
def looked_at(monkeypatch):
    """Files that were inspected, one after the other."""
    names = []
    inspect = checks.Inspection.of

    def noted(self, name):
        names.append(name)
        return inspect(self, name)

    monkeypatch.setattr(checks.Inspection, "of", noted)
    monkeypatch.setattr(checks, "pdf_findings", lambda *_: [])  # the invented PDF is no PDF/UA and is not meant to be
    return names


def leaks(report, crew=None):
    site, project, snapshot = report
    digests = outputs(site)
    found = checks.check_site(site, project, PLAN, snapshot, crew=crew, digests=digests)
    return {problem.place.file for problem in found if problem.code in ("disclosure", "machine-trace")}


def plant(report, **places):
    site, _, snapshot = report
    palette = Palette.read(snapshot.path / "tokens.css")
    (site / PAGE).write_text(leaky.page(palette, **places), encoding="utf-8")


def test_a_file_that_stays_the_same_is_not_read_again(report, looked_at):
    assert leaks(report) == set()
    everything = set(looked_at)
    assert PAGE in everything
    looked_at.clear()
    assert leaks(report) == set()
    assert looked_at == ["manifest.json"]  # its digest stands nowhere


def test_a_leak_in_a_file_that_passed_before_is_found(report, looked_at):
    assert leaks(report) == set()
    looked_at.clear()
    plant(report, cell="17,4")
    assert leaks(report) == {PAGE}
    assert set(looked_at) == {PAGE, "manifest.json"}
    assert leaks(report) == {PAGE}  # and again: what was found is not forgotten


def test_a_number_that_vanishes_from_its_page_no_longer_explains_the_print(report):
    plant(report, prose="Die Zahl der Räume ist 17,4.")  # names no indicator, so it gives nothing away
    leaky.pdf(report[0] / "pdf" / "neuhafen.pdf", "Zahl: 17,4.")
    assert leaks(report) == set()
    plant(report)
    assert leaks(report) == {"pdf/neuhafen.pdf"}


def test_a_value_that_is_hidden_since_is_found_in_files_that_passed_before(report):
    assert leaks(report) == set()
    shown = ("kinderarmut", "0102", 2024)  # 15.5, on the page
    rows = leaky.hidden().indicators
    more = rows.assign(area=shown[1], period=shown[2], value=15.5)
    write_hidden(Hidden(more, leaky.hidden().population), record_of(report[2].path))
    assert PAGE in leaks(report)


def test_other_names_other_eyes_and_another_machine_read_everything_again(report, looked_at, monkeypatch):
    leaks(report)
    everything = sorted(looked_at)
    gate = checks.gate_of(report[1], report[2])
    renamed = [{**entry, "title": "Anders", "short_title": "Anders"} for entry in gate.names.catalogue]
    other_names = replace(gate, names=replace(gate.names, catalogue=tuple(renamed)))
    other_machine = replace(gate, machine=Machine(frozenset({"rechner-0815"}), frozenset()))
    for other in (other_names, other_machine):
        looked_at.clear()
        monkeypatch.setattr(checks, "gate_of", lambda *_, gate=other: gate)
        leaks(report)
        assert sorted(looked_at) == everything
    monkeypatch.setattr(checks, "program", lambda digests: "another program")
    looked_at.clear()
    leaks(report)
    assert sorted(looked_at) == everything


def test_what_is_kept_can_be_read_by_its_owner_only_and_is_no_part_of_the_report(report):
    leaks(report)
    kept = record_of(report[2].path) / checks.KEPT
    assert kept.stat().st_mode & 0o077 == 0
    assert not kept.is_relative_to(report[0])


def test_a_damaged_record_of_what_was_learned_is_no_record(report, looked_at):
    leaks(report)
    everything = sorted(looked_at)
    kept = record_of(report[2].path) / checks.KEPT
    for content in ("", "{}", '{"key": 1}', kept.read_text("utf-8")[:-40]):
        kept.write_text(content, "utf-8")
        looked_at.clear()
        assert leaks(report) == set()
        assert sorted(looked_at) == everything


def test_several_processes_find_what_one_finds(report, monkeypatch):
    plant(report, cell="17,4", alt="Linie. Neuhafen: 17,4 Prozent.")
    leaky.pdf(report[0] / "pdf" / "neuhafen.pdf", "Kinderarmut: 7.391 im Jahr 2025.")
    site, project, snapshot = report
    alone = checks.check_files(site, project, "public", snapshot)
    monkeypatch.setattr(checks, "_FEW", 0)
    with Crew(2) as crew:
        assert checks.check_files(site, project, "public", snapshot, crew) == alone
    assert {problem.place.file for problem in alone if problem.code == "disclosure"} == {PAGE, "pdf/neuhafen.pdf"}
