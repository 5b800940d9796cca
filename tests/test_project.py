"""A report project says what is missing, and the demonstration project is complete."""

import pickle
from pathlib import Path

import pytest

from sozlib.editions import edition_of
from sozlib.errors import InputError, Place, Problem, SozlibError, raise_errors
from sozlib.project import Cycle, Project

ROOT = Path(__file__).parents[1]


def test_a_folder_without_parameters_is_no_project(tmp_path):
    with pytest.raises(InputError, match=r"Kein Berichtsprojekt: parameters/report.yml fehlt"):
        Project(tmp_path)


def test_an_unknown_cycle_lists_those_there_are():
    with pytest.raises(InputError, match=r"„1999“ gibt es nicht. Vorhanden: .*2026"):
        _ = Project(ROOT, "1999").cycle


def test_values_are_compared_with_the_declared_year_or_the_span_of_the_trend_before():
    cycle = Project(ROOT).cycle
    assert (cycle.reference, cycle.model_copy(update={"compared_with": 2023}).reference) == (2020, 2023)
    with pytest.raises(ValueError, match="compared_with 2025 liegt nicht zwischen first_period 2010 und last_period"):
        Cycle.model_validate({**cycle.model_dump(), "compared_with": 2025})


def test_an_unknown_edition_says_which_was_probably_meant():
    with pytest.raises(SozlibError, match="Meinten Sie „municipal-0201“"):
        edition_of(Project(ROOT), "municipal-201")


def test_the_demonstration_is_called_invented():
    assert "erfunden" in Project(ROOT).report.invented


def test_the_public_edition_protects_counts_below_three():
    assert edition_of(Project(ROOT), "public").minimum_count == 3


def test_a_problem_reads_as_one_german_sentence_with_its_place():
    problem = Problem("text", "Gefunden „k. A.“.", "Erwartet wird eine Zahl.", Place("a.xlsx", 7, "Anzahl", "Blatt1"))
    assert str(problem) == (
        "Fehler: a.xlsx, Blatt „Blatt1“, Zeile 7, Spalte „Anzahl“: Gefunden „k. A.“. Erwartet wird eine Zahl."
    )


def test_notes_and_warnings_alone_do_not_stop_anything():
    raise_errors([Problem("encoding", "Erkannt: windows-1252.", severity="note")])


def test_an_input_error_travels_between_processes_with_all_its_problems():
    error = InputError([Problem("a", "A."), Problem("b", "B.")])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems
