"""The catalogue: strict entries, mistakes with file and line, a schema that editors can use."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from sozlib.errors import InputError
from sozlib.indicators.catalogue import SURFACE, json_schema, read_catalogue
from sozlib.project import Project

ROOT = Path(__file__).parents[2]

REPORT = """\
title: Bericht
cycle: "2026"
whole: {id: "00", name: Kreis, locative: im Kreis}
publisher: {name: Kreis}
levels: [{id: area, singular: Raum, plural: Räume}, {id: district, singular: Kreis, plural: Kreise}]
areas: {table: data/gebiete.csv}
editions: [{id: internal, title: Intern}]
topics: [{id: armut, title: Armut}, {id: arbeit, title: Arbeit}]
volumes: {overall: {title: A, chapters: []}, area: {title: B, chapters: []}}
"""

ENTRY = """\
  - id: {id}
    title: Quote
    short_title: Quote
    kind: proportion
    unit: "%"
    direction: burdening
    numerator: {{measure: {measure}}}
    denominator: {{measure: einwohner}}
    numerator_text: Zähler
    denominator_text: Nenner
    source: Quelle
    as_of: "31.12."
    interpretation: Deutung
"""


def project(tmp_path: Path, report: str = REPORT, **files: str) -> Project:
    folder = tmp_path / "parameters" / "indicators"
    folder.mkdir(parents=True)
    (tmp_path / "parameters" / "report.yml").write_text(report, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return Project(tmp_path)


def mistakes(project: Project, *measures: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_catalogue(project, measures or None)
    return [str(problem) for problem in caught.value.problems]


def entry(id_: str = "quote", measure: str = "sgb2_personen") -> str:
    return ENTRY.format(id=id_, measure=measure)


def test_an_unknown_measure_is_named_with_its_line_and_the_nearest_known_one(tmp_path):
    text = "topic: armut\nindicators:\n" + entry(measure="sgb2_person")
    assert mistakes(project(tmp_path, armut=text), "sgb2_personen", "einwohner") == [
        "Fehler: parameters/indicators/armut.yml, Zeile 9: Indikator „quote“: Unbekannt: Merkmal „sgb2_person“. "
        "Meinten Sie „sgb2_personen“?"
    ]


def test_an_id_given_twice_names_both_places(tmp_path):
    text = "indicators:\n" + entry()
    found = mistakes(project(tmp_path, a="topic: armut\n" + text, b="topic: arbeit\n" + text))
    assert found == [
        "Fehler: parameters/indicators/b.yml, Zeile 3: Der Indikator „quote“ steht schon in "
        "parameters/indicators/a.yml, Zeile 3. Jede Kennung nur einmal vergeben."
    ]


def test_an_unknown_topic_is_named_with_the_nearest_known_one(tmp_path):
    text = "topic: armutt\nindicators:\n" + entry()
    assert mistakes(project(tmp_path, armut=text)) == [
        "Fehler: parameters/indicators/armut.yml, Zeile 1: Unbekannt: Themenfeld „armutt“. Meinten Sie „armut“?"
    ]


def test_mistakes_of_all_files_are_reported_at_once(tmp_path):
    wrong = entry().replace("direction: burdening", "direction: schlecht").replace("source:", "sorce:")
    found = mistakes(
        project(tmp_path, a="topic: armut\nindicators:\n" + wrong, b="topic: kita\nindicators:\n" + entry())
    )
    assert len(found) == 4
    assert any("Unbekannter Schlüssel „sorce“. Meinten Sie „source“?" in problem for problem in found)
    assert any("b.yml, Zeile 1" in problem for problem in found)


def test_a_key_indicator_that_the_catalogue_lacks_is_an_error(tmp_path):
    text = "topic: armut\nindicators:\n" + entry()
    found = mistakes(project(tmp_path, REPORT + "key_indicators: [quotes]\n", armut=text))
    assert found == ["Fehler: parameters/report.yml: Unbekannt: Indikator „quotes“. Meinten Sie „quote“?"]


def test_indicators_come_in_the_order_of_the_reports_topics(tmp_path):
    made = project(
        tmp_path,
        arbeit="topic: arbeit\nindicators:\n" + entry("a1"),
        armut="topic: armut\nindicators:\n" + entry("z") + entry("b"),
    )
    assert [indicator.id for indicator in read_catalogue(made)] == ["z", "b", "a1"]


def test_a_proportion_needs_a_denominator_and_a_count_has_none(make):
    with pytest.raises(ValidationError, match="Nenner"):
        make(denominator=())
    with pytest.raises(ValidationError, match="hat keinen Nenner"):
        make(kind="count")
    with pytest.raises(ValidationError, match="setzt einen Anteil voraus"):
        make(kind="rate", interval="wilson")


@pytest.fixture(name="make")
def _make(entry):
    return entry


def test_the_schema_accepts_every_file_of_the_catalogue_and_refuses_an_unknown_key():
    validator = jsonschema.Draft202012Validator(json_schema())
    files = sorted((ROOT / "parameters" / "indicators").glob("*.yml"))
    assert len(files) >= 6
    for path in files:
        content = YAML(typ="safe").load(path)
        validator.validate(content)
    content["indicators"][0]["zaehler"] = 1
    assert not validator.is_valid(content)


def test_the_schema_beside_the_catalogue_is_the_one_of_the_program():
    written = (ROOT / "parameters" / "schema" / "indicators.json").read_text(encoding="utf-8")
    assert json.loads(written) == json_schema()


def test_the_catalogue_uses_only_measures_that_the_demonstration_data_describe():
    described = set(re.findall(r"`(\w+)`", (ROOT / "data" / "README.md").read_text(encoding="utf-8")))
    indicators = read_catalogue(Project(ROOT))
    assert len(indicators) >= 35
    assert {i.topic for i in indicators} == {"bevoelkerung", "haushalte", "arbeit", "armut", "kita", "pflege"}
    assert {m for i in indicators for m in i.measures} - described <= {SURFACE}


@pytest.mark.parametrize("root", [ROOT, ROOT / "tests" / "projects" / "flensburg"], ids=lambda root: root.name)
def test_every_indicator_can_be_named_in_a_sentence(root):
    indicators = read_catalogue(Project(root))
    assert {i.id for i in indicators if not i.phrase} == set()
    assert len({i.phrase for i in indicators}) == len(indicators), "two indicators would read alike"


@pytest.mark.parametrize("phrase", ["Anteil der Kinder", "der", "der Anteil derer, die erhalten"])
def test_a_phrase_is_a_singular_with_article_and_without_clause(make, phrase):
    with pytest.raises(ValidationError, match=r"Beginnen Sie mit|ohne Komma"):
        make(phrase=phrase)
