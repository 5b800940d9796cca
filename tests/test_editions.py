"""Editions: which there are, for whom, and what a wrong declaration is told."""

from dataclasses import replace

import pytest
from small_project import REPORT, ROOT, job, template, write_project, write_project_with_data
from syrupy.assertion import SnapshotAssertion

from sozlib.batch.chapter_run import run_chapter
from sozlib.batch.planning import make_plan
from sozlib.book.published import protection_of
from sozlib.chapter import Chapter
from sozlib.edition import Show, Shows
from sozlib.editions import chosen, edition_of, editions_of, examine_editions
from sozlib.errors import InputError, SozlibError
from sozlib.indicators.catalogue import read_catalogue
from sozlib.observations.areas import read_area_table
from sozlib.project import Project
from sozlib.state import make_snapshot, prepare

FAMILY = """\
  - id: municipal
    title: Ausgabe für {area}
    notice: Nur für {area} bestimmt.
    for_each: area
    minimum_count: 3
"""
INTERNAL = "  - {id: internal, title: Interne Ausgabe}\n"


def project_with(root, editions=FAMILY, data=False):
    (write_project_with_data if data else write_project)(root)
    path = root / "parameters" / "report.yml"
    path.write_text(REPORT.replace(INTERNAL, editions + INTERNAL), encoding="utf-8")
    return Project(root)


def test_a_family_is_one_edition_for_each_municipality(tmp_path):
    found = {edition.id: edition for edition in editions_of(project_with(tmp_path))}
    assert list(found) == ["public", "municipal-0101", "municipal-0102", "internal"]
    altstadt = found["municipal-0101"]
    assert (altstadt.title, altstadt.notice) == ("Ausgabe für Altstadt", "Nur für Altstadt bestimmt.")
    assert altstadt.own == ("0101",)
    assert altstadt.holds == ("public",)


def test_a_town_of_quarters_is_one_municipality():
    found = {edition.id: edition for edition in editions_of(Project(ROOT))}
    assert found["municipal-01"].own == ("0101", "0102", "0103", "0104", "0105")
    assert found["municipal-01"].title == "Ausgabe für Haselmünde"
    assert found["municipal-0201"].title == "Ausgabe für Bad Quellingen"
    assert sum(id.startswith("municipal-") for id in found) == 12
    own = [area for edition in found.values() for area in edition.own]
    areas, _ = read_area_table(Project(ROOT))
    assert sorted(own) == sorted(areas.reporting_ids)


def test_the_name_of_a_family_stands_for_all_its_editions(tmp_path):
    project = project_with(tmp_path)
    ids = [edition.id for edition in chosen(project, ["internal", "municipal", "municipal-0102"])]
    assert ids == ["internal", "municipal-0101", "municipal-0102"]
    assert [edition.id for edition in chosen(project, [])] == ["public"]


def test_a_family_is_no_edition_that_could_be_opened(tmp_path):
    with pytest.raises(SozlibError, match="Reihe von Ausgaben; nennen Sie eine davon: municipal-0101, municipal-0102"):
        edition_of(project_with(tmp_path), "municipal")


def test_a_municipal_edition_has_the_overall_volume_and_its_own(tmp_path):
    project = project_with(tmp_path)
    areas = read_area_table(project)[0].table
    assert [v.id for v in make_plan(project, areas, "municipal-0102").volumes] == ["ueberblick", "neuhafen"]
    assert [v.id for v in make_plan(project, areas, "public").volumes] == ["ueberblick", "altstadt", "neuhafen"]
    with pytest.raises(InputError, match="0101"):
        make_plan(project, areas, "municipal-0102", only_areas=["0101"])


def test_where_nothing_is_said_of_others_they_are_seen_as_everybody_sees_them():
    public = Shows(others="class", topics={"kita": Show(others="value")}, indicators={"armut": Show(others="nothing")})
    shows = Shows(own="value", topics={"arbeit": Show(others="nothing")}).as_seen_by_others(public)
    assert shows.of("quote", "pflege", "others") == "class"
    assert shows.of("quote", "kita", "others") == "value"
    assert shows.of("armut", "pflege", "others") == "nothing"
    assert shows.of("quote", "arbeit", "others") == "nothing"
    assert {shows.of(i, t, "own") for i in ("armut", "quote") for t in ("kita", "arbeit", "pflege")} == {"value"}


def test_a_rule_of_its_own_for_others_replaces_that_of_everybody():
    public = Shows(topics={"kita": Show(others="nothing")})
    assert Shows(others="class").as_seen_by_others(public).of("quote", "kita", "others") == "class"


def test_an_edition_opens_in_a_notebook_and_no_other_in_its_place(tmp_path, monkeypatch):
    project = project_with(tmp_path, data=True)
    monkeypatch.chdir(project.notebooks)
    chapter = Chapter.open(area="0101", topic="arbeit", edition="municipal-0101")
    assert chapter.context.edition["own"] == ["0101"]
    other = prepare(project, "internal")
    with pytest.raises(SozlibError, match="Datenstand der Ausgabe „internal“, verlangt ist „municipal-0101“"):
        Chapter.open(area="0101", topic="arbeit", edition="municipal-0101", snapshot=str(other.path))


@pytest.mark.parametrize(
    "code",
    [
        "from sozlib.chapter import Chapter\nChapter.open(area='0101', edition='internal')",
        "from sozlib.snapshot import Snapshot\nSnapshot.open('../../stand-internal')",
    ],
)
def test_a_chapter_in_a_build_opens_no_other_editions_snapshot(tmp_path, code):
    project = project_with(tmp_path, data=True)
    make_snapshot(project, "internal", tmp_path / "stand-internal")
    own, _ = make_snapshot(project, "public", tmp_path / "stand")
    path = template(project.notebooks / "areas" / "neugier.ipynb", code)
    parameters = {"area": "0101", "topic": "", "cycle": "2026", "edition": "public", "snapshot": str(own.path)}
    result = run_chapter(replace(job(path, tmp_path / "kapitel"), parameters=parameters))
    assert result.failure is not None
    assert "nur den Datenstand seiner Ausgabe" in result.failure.error


def wrong(root, editions, data=False):
    """What is said about a declaration."""
    try:
        project = project_with(root, editions, data)
        problems = examine_editions(project, read_catalogue(project) if data else None)
    except InputError as error:
        problems = error.problems
    return "\n".join(map(str, problems))


def test_every_mistake_in_a_declaration_is_named_with_its_line(tmp_path, snapshot: SnapshotAssertion):
    editions = """\
  - id: municipal
    title: Ausgabe für die Gemeinde
    for_each: gemeinde
    together: ["0101"]
    minimum_count: 5
    reader_also_holds: [public, intern]
    shows:
      topics: {arbeiten: {others: class}}
      indicators: {betreungsquote: {others: nothing}}
"""
    assert wrong(tmp_path, editions, data=True) == snapshot


@pytest.mark.parametrize(
    "editions",
    [
        "  - {id: municipal, title: 'Für {area}', for_each: area}\n",
        "  - {id: municipal, title: 'Für {area}', for_each: area, minimum_count: 3, own: ['0101']}\n",
        "  - {id: stadt, title: Stadt, own: ['0109'], minimum_count: 3}\n",
        "  - {id: stadt-teil, title: Stadt}\n",
        "  - {id: municipal-0101, title: Stadt}\n" + FAMILY,
        "  - {id: presse, title: Presse, shows: {others: klasse}}\n",
        "  - {id: presse, title: Presse, shows: {other: class}}\n",
        "  - {id: presse, title: Presse, shows: {others: rounded}, round_to: 4}\n",
        "  - {id: presse, title: Presse, round_to: 5}\n",
        "  - {id: presse, title: Presse, shows: {others: rounded}, round_to: 3, minimum_count: 3}\n"
        "  - {id: rat, title: Rat, shows: {others: rounded}, round_to: 5, minimum_count: 3,\n"
        "     reader_also_holds: [presse]}\n",
        "  - {id: presse, title: P, reader_also_holds: [amt]}\n  - {id: amt, title: A, reader_also_holds: [presse]}\n",
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(tmp_path, editions, snapshot: SnapshotAssertion):
    assert wrong(tmp_path, editions) == snapshot


def test_a_source_is_rounded_in_every_protected_edition_and_readers_are_told(tmp_path):
    project = project_with(tmp_path, data=True)
    sources = sorted((tmp_path / "parameters" / "sources").glob("*.yml"))
    for path in sources:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\nmeasures:", "\nround_to: 5\nmeasures:"), encoding="utf-8")
    public, internal = prepare(project, "public"), prepare(project, "internal")
    counts = public.indicators[["numerator", "denominator"]].to_numpy().ravel()
    assert (counts[counts == counts] % 5 == 0).all()
    assert (internal.indicators["numerator"].dropna() % 5 != 0).any()
    assert "rounding" not in internal.meta
    town = prepare(project, "municipal-0101").indicators
    mine = town[(town["area"] == "0101") & town["numerator"].notna()]
    exact = internal.indicators.loc[mine.index, "numerator"]
    assert mine["numerator"].tolist() == exact.tolist()
    assert "Vielfaches von 5" in protection_of(edition_of(project, "public"), public)
    assert "Vielfaches" not in protection_of(edition_of(project, "internal"), internal)


def test_a_source_rounds_to_three_five_or_ten(tmp_path):
    project = project_with(tmp_path, data=True)
    path = next((tmp_path / "parameters" / "sources").glob("*.yml"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nmeasures:", "\nround_to: 4\nmeasures:"), encoding="utf-8")
    with pytest.raises(InputError, match=r"round_to.*gefunden 4, erlaubt 3, 5 oder 10"):
        prepare(project, "public")


def test_what_can_be_computed_from_other_indicators_cannot_be_kept_back(tmp_path, snapshot: SnapshotAssertion):
    project_with(tmp_path, data=True)
    path = tmp_path / "parameters" / "indicators" / "kita.yml"
    text = path.read_text(encoding="utf-8")
    entry = text[text.index("  - id:") :].replace("id: betreuungsquote", "id: betreuungsdichte")
    path.write_text(text + entry, encoding="utf-8")
    rule = "  - {id: presse, title: Presse, shows: {indicators: {betreuungsquote: {others: class}}}}\n"
    report = tmp_path / "parameters" / "report.yml"
    report.write_text(REPORT.replace(INTERNAL, rule), encoding="utf-8")
    project = Project(tmp_path)
    assert "\n".join(map(str, examine_editions(project, read_catalogue(project)))) == snapshot


@pytest.mark.parametrize(
    ("public", "shows", "said"),
    [
        (
            "",
            "{topics: {kita: {others: class}}}",
            "Von anderen Gebieten erscheint „betreuungsquote“ nur als Klasse, in der Ausgabe „public“, die dieselben "
            "Leser haben, aber als Wert.",
        ),
        (
            ", shows: {others: rounded, sums: rounded}",
            "{own: nothing}",
            "Von den eigenen Gebieten erscheinen „arbeitslosenanteil“, „betreuungsquote“ gar nicht, in der Ausgabe "
            "„public“, die dieselben Leser haben, aber gerundet.",
        ),
        (", shows: {others: class}", "{topics: {kita: {others: class}}}", ""),
        ("", "{own: value}", ""),
    ],
)
def test_an_edition_that_keeps_back_what_its_readers_have_elsewhere_is_told_so(tmp_path, public, shows, said):
    project_with(tmp_path, f"{FAMILY}    shows: {shows}\n", data=True)
    path = tmp_path / "parameters" / "report.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("minimum_count: 3}", f"minimum_count: 3{public}}}"), encoding="utf-8")
    project = Project(tmp_path)
    found = examine_editions(project, read_catalogue(project))
    assert [problem.found for problem in found] == ([f"Ausgabe „municipal“: {said}"] if said else [])
    assert {problem.severity for problem in found} <= {"warning"}


def test_values_without_counts_escape_a_minimum_denominator_and_that_is_said(tmp_path):
    public = "  - {id: public, title: Öffentliche Ausgabe, minimum_count: 3}\n"
    project = project_with(tmp_path, "", data=True)
    path = project.parameters / "report.yml"
    path.write_text(
        path.read_text("utf-8").replace(public, public.replace("3}", "3, minimum_denominator: 30}")), "utf-8"
    )
    counted, *_ = catalogue = read_catalogue(project)
    assert examine_editions(Project(tmp_path), catalogue) == []
    ready = {"delivered": True, "kind": "rate", "denominator": ()}
    share = {"delivered": True, "kind": "proportion"}
    (found,) = examine_editions(
        Project(tmp_path),
        [counted, counted.model_copy(update=share), counted.model_copy(update={"id": "fertig", **ready})],
    )
    assert (found.code, found.severity) == ("unchecked-denominator", "warning")
    assert found.found == (
        "Ausgabe „public“: minimum_denominator 30 lässt sich nicht prüfen bei „fertig“: Der Wert wird fertig "
        "geliefert, ohne die Anzahl der Menschen, auf die er sich bezieht."
    )
    assert found.place.row is not None
