"""A protected number that a person wrote into a text is found before anything is built, with file and line."""

import pandas as pd
import pytest
import small_report

from sozlib import written
from sozlib.disclosure.hidden import COLUMNS, Hidden, record_of, write_hidden
from sozlib.errors import InputError
from sozlib.project import Project

#: Neuhafen: 2 of 41 children in 2025, so 4,9 per cent.
SECRET = {"numerator": 2.0, "denominator": 41.0, "value": 100 * 2 / 41}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zitate")
    snapshot = small_report.snapshot(small_report.project(folder), folder / "stand")
    cell = {"indicator": "kinderarmut", "area": "0102", "period": 2025}
    row = {**cell, **{name: SECRET.get(name, float("nan")) for name in COLUMNS}}
    nobody = pd.DataFrame(columns=["area", "period", "sex", "age_from", "value"])
    write_hidden(Hidden(pd.DataFrame([row]), nobody), record_of(snapshot.path))
    return Project(folder), snapshot


@pytest.fixture
def looked_at(report):
    project, snapshot = report

    def look(text: str, area: str = "neuhafen", topic: str = "armut"):
        path = project.root / "notebooks" / "texts" / area / f"{topic}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        try:
            return written.usable(project, snapshot)
        except InputError as error:
            return list(error.problems)
        finally:
            path.unlink()

    return look


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Kinderarmut betrifft 2 Kinder.",
        "Die Kinderarmut betrifft zwei Kinder.",
        "Die Kinderarmut liegt bei 4,9 Prozent.",
        "Zur Kinderarmut: Es sind 2 von 41 Kindern.",
        "Kinder unter 15 Jahren in SGB-II-Haushalten gibt es 2.",
    ],
)
def test_a_sentence_that_names_the_indicator_is_an_error_with_its_line(looked_at, sentence):
    problems = looked_at(f"Ein Absatz vorweg.\n\nNoch einer. {sentence}\n")
    assert [(p.severity, p.place.row) for p in problems] == [("error", 3)]
    assert "notebooks/texts/neuhafen/armut.md" in str(problems[0])
    assert "„Kinderarmut“, Neuhafen, 2025" in str(problems[0])


def test_a_number_alone_in_a_text_of_the_topic_is_a_warning(looked_at):
    assert [p.severity for p in looked_at("Betroffen sind 2 Familien.\n")] == ["warning"]


def test_a_text_about_another_area_that_names_this_one_is_found(looked_at):
    problems = looked_at("Die Kinderarmut in Neuhafen betrifft 2 Kinder.\n", area="altstadt")
    assert [p.severity for p in problems] == ["error"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Kinderarmut ist seit 2 Jahren bekannt, siehe Kapitel 2 und § 2 SGB II.",
        "Die Kinderarmut zeigt {{ wert('kinderarmut') }} (2025).",
        "Die Kinderarmut lag 2024 bei 15,5 Prozent.",
        "Die Pflegequote beschreibt 41 Einrichtungen.",
        "Kinder unter 15 Jahren in SGB-II-Haushalten sind gemeint.",
        "Zwei Träger berichten. Mehr dazu 2026.",
    ],
)
def test_other_numbers_are_no_citation(looked_at, sentence):
    assert [p for p in looked_at(sentence + "\n", topic="profil") if p.code == "protected-number"] == []


def test_the_same_words_about_an_area_that_hides_nothing_are_fine(looked_at):
    assert looked_at("Die Kinderarmut betrifft 2 Kinder.\n", area="altstadt") == []
