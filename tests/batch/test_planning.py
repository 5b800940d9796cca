"""The plan: every chapter, checked before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_project import areas_table, template, write_project

from sozlib.batch.planning import make_plan
from sozlib.batch.templates import check_template
from sozlib.errors import InputError
from sozlib.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return write_project(tmp_path)


def problems_of(project: Project, **wanted: tuple[str, ...]) -> list[str]:
    with pytest.raises(InputError) as caught:
        make_plan(project, areas_table(), "public", **wanted)
    return [str(problem) for problem in caught.value.problems]


def report_with(project: Project, old: str, new: str) -> Project:
    path = project.parameters / "report.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return Project(project.root)


def test_every_area_has_a_chapter_for_each_topic(project: Project) -> None:
    plan = make_plan(project, areas_table(), "public")
    assert [volume.id for volume in plan.volumes] == ["ueberblick", "altstadt", "neuhafen"]
    assert [volume.number for volume in plan.volumes] == [1, 2, 3]
    assert [chapter.id for chapter in plan.chapters] == [
        "ueberblick/zusammenfassung",
        "ueberblick/vergleich-arbeit",
        "ueberblick/vergleich-kita",
        "altstadt/profil",
        "altstadt/arbeit",
        "altstadt/kita",
        "neuhafen/profil",
        "neuhafen/arbeit",
        "neuhafen/kita",
    ]
    profile = plan.volumes[1].chapters[0]
    assert (profile.title, profile.area, profile.topic) == ("Altstadt: Profil", "0101", None)
    assert plan.chapters[1].title == "Arbeit: Vergleich"


def test_areas_that_no_longer_exist_and_higher_levels_have_no_volume(project: Project) -> None:
    areas = areas_table()
    areas["valid_to"] = areas["valid_to"].astype(object)
    areas.loc[areas["id"] == "0102", "valid_to"] = "2015-12-31"
    assert [volume.id for volume in make_plan(project, areas, "public").volumes] == ["ueberblick", "altstadt"]


def test_a_part_keeps_the_numbers_of_the_whole(project: Project) -> None:
    plan = make_plan(project, areas_table(), "public", only_areas=("neuhafen",), only_topics=("kita",))
    assert [chapter.id for chapter in plan.chapters] == ["neuhafen/kita"]
    assert plan.volumes[0].number == 3


def test_an_area_is_known_by_id_and_by_slug(project: Project) -> None:
    by_id = make_plan(project, areas_table(), "public", only_areas=("0101",))
    assert by_id == make_plan(project, areas_table(), "public", only_areas=("altstadt",))


def test_unknown_areas_and_topics_are_all_named_with_the_nearest_known(project: Project) -> None:
    assert problems_of(project, only_areas=("altstatt", "xyz"), only_topics=("arbiet",)) == [
        "Fehler: --areas: Gebiet „altstatt“ ist nicht bekannt. Meinten Sie „altstadt“ (Altstadt)?",
        "Fehler: --areas: Gebiet „xyz“ ist nicht bekannt. Bekannt sind: ueberblick, 0101, altstadt, 0102, neuhafen.",
        "Fehler: --topics: Themenfeld „arbiet“ ist nicht bekannt. Meinten Sie „arbeit“ (Arbeit)?",
    ]


def test_all_problems_of_all_templates_come_at_once(project: Project) -> None:
    project = report_with(project, "template: overall/zusammenfassung", "template: overall/zusammenfasung")
    template(project.notebooks / "areas" / "arbeit.ipynb", "print(1)", parameters=None)
    template(
        project.notebooks / "overall" / "vergleich.ipynb",
        parameters='aera = ""\ntopic = 3\ncycle = ""\nedition = ""\nsnapshot = ""',
    )
    (project.notebooks / "areas" / "profil.ipynb").write_text("{", encoding="utf-8")
    assert problems_of(project) == [
        "Fehler: notebooks/areas/arbeit.ipynb: Keine Zelle trägt das Etikett „parameters“. "
        "Die erste Code-Zelle braucht es und die Namen area, topic, cycle, edition, snapshot.",
        "Fehler: notebooks/areas/profil.ipynb: Die Vorlage ist kein lesbares Notebook. "
        "Öffnen Sie sie in JupyterLab und speichern Sie sie neu.",
        "Fehler: notebooks/overall/vergleich.ipynb, Zelle 2, Zeile 1: Unbekannter Parameter „aera“. "
        "Meinten Sie „area“?",
        "Fehler: notebooks/overall/vergleich.ipynb, Zelle 2, Zeile 2: Der Parameter „topic“ ist kein Text. "
        'Schreiben Sie topic = "…".',
        'Fehler: notebooks/overall/vergleich.ipynb, Zelle 2: Der Parameter „area“ fehlt. Ergänzen Sie area = "".',
        "Fehler: notebooks/overall/zusammenfasung.ipynb: Die Vorlage gibt es nicht. Meinten Sie „zusammenfassung“?",
    ]


def test_parameters_with_type_hints_are_understood(tmp_path: Path) -> None:
    path = template(
        tmp_path / "a.ipynb",
        parameters='area: str = "0101"  # Raum\ntopic: str = ""\ncycle = ""\nedition = ""\nsnapshot: str = ""',
    )
    assert check_template(path, tmp_path) == []


def test_parameters_that_are_no_python_are_named(tmp_path: Path) -> None:
    path = template(tmp_path / "a.ipynb", parameters="area = ")
    (problem,) = check_template(path, tmp_path)
    assert problem.code == "parameters-syntax"
    assert (problem.place.cell, problem.place.row) == (2, 1)


def test_a_second_parameters_cell_is_refused(tmp_path: Path) -> None:
    path = template(tmp_path / "a.ipynb", 'area = "0101"')
    content = json.loads(path.read_text())
    content["cells"][2]["metadata"]["tags"] = ["parameters"]
    path.write_text(json.dumps(content))
    assert [problem.code for problem in check_template(path, tmp_path)] == ["two-parameters"]


def test_two_chapters_never_share_a_file(project: Project) -> None:
    project = report_with(project, ', slug: "vergleich-{topic}"', "")
    (problem,) = problems_of(project)
    assert problem.startswith("Fehler: parameters/report.yml: Zwei Kapitel eines Bandes bekämen die Datei „vergleich“")


def test_a_placeholder_that_means_nothing_there_is_an_error(project: Project) -> None:
    project = report_with(project, "title: Zusammenfassung", 'title: "Zusammenfassung {topic_title}"')
    assert "der Platzhalter {topic_title} ist hier nicht bekannt" in problems_of(project)[0]


@pytest.mark.parametrize("name", ["../fremd", "/etc/fremd"])
def test_a_template_outside_the_notebooks_is_refused(project: Project, name: str) -> None:
    project = report_with(project, "template: overall/zusammenfassung", f"template: {name}")
    assert "liegt außerhalb von notebooks/" in problems_of(project)[0]


def test_file_names_come_only_from_harmless_letters(project: Project) -> None:
    project = report_with(project, "areas/profil,", 'areas/profil, slug: "../../oben",')
    assert any("„../../oben“ ist nicht erlaubt" in problem for problem in problems_of(project))
