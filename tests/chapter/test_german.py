"""German grammar holds for every number, place and whole."""

from __future__ import annotations

import pytest

from sozlib.chapter import german
from sozlib.chapter.places import Whole, place

CITY = Whole("Flensburg", "Stadt", "in Flensburg", "in der Stadt", "der Stadt", "die")
DISTRICT = Whole("Musterkreis", "Kreis", "im Musterkreis", "im Kreis", "des Kreises", "der")


def test_lists_read_like_sentences() -> None:
    assert [german.join(x) for x in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A und B", "A, B und C"]


@pytest.mark.parametrize(
    ("n", "m", "f"),
    [(0, "kein Raum", "keine Gemeinde"), (1, "ein Raum", "eine Gemeinde"), (2, "zwei Räume", "zwei Gemeinden"),
     (12, "zwölf Räume", "zwölf Gemeinden"), (13, "13 Räume", "13 Gemeinden")],
)  # fmt: skip
def test_numbers_up_to_twelve_are_words_and_agree_with_their_noun(n: int, m: str, f: str) -> None:
    assert german.counted(n, "Raum", "Räume", "m") == m
    assert german.counted(n, "Gemeinde", "Gemeinden", "f") == f


def test_datives_and_counts_that_stand_alone() -> None:
    assert german.counted_dative(1, "Raum", "Räumen", "m") == "einem Raum"
    assert german.counted_dative(3, "Gemeinde", "Gemeinden", "f") == "drei Gemeinden"
    assert [german.count_alone(n, "m") for n in (0, 1, 2)] == ["keiner", "einer", "zwei"]


@pytest.mark.parametrize(
    ("name", "where"),
    [("Brackenrode", "in Brackenrode"), ("Bad Quellingen", "in Bad Quellingen"), ("Altstadt", "in der Altstadt"),
     ("Haselmünde-Altstadt", "in Haselmünde-Altstadt"), ("Westliche Höhe", "im Stadtteil Westliche Höhe"),
     ("Friesischer Berg", "im Stadtteil Friesischer Berg")],
)  # fmt: skip
def test_places_take_the_right_preposition(name: str, where: str) -> None:
    assert place(name, "Stadtteil", "m").locative == where


def test_the_whole_bends_in_both_genders() -> None:
    assert (DISTRICT.accusative, DISTRICT.dative, DISTRICT.to, DISTRICT.source) == (
        "den Kreis", "dem Kreis", "zum Kreis", "vom Kreis",
    )  # fmt: skip
    assert (CITY.accusative, CITY.dative, CITY.to, CITY.source) == (
        "die Stadt", "der Stadt", "zur Stadt", "von der Stadt",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("percent", "words"),
    [(18.5, "fast jedes fünfte Kind"), (20.0, "rund jedes fünfte Kind"), (21.0, "mehr als jedes fünfte Kind"),
     (50.3, "rund jedes zweite Kind"), (4.9, "fast jedes zwanzigste Kind"), (40.0, None), (7.2, None)],
)  # fmt: skip
def test_fractions_are_only_said_where_they_are_near(percent: float, words: str | None) -> None:
    assert german.every_nth(percent, "jedes Kind") == words


@pytest.mark.parametrize(
    ("as_of", "text"),
    [("31.12.", "Ende 2025"), ("1.3.", "Am 1.\u00a0März 2025"), ("30.06., Bevölkerung 31.12.", "Am 30.\u00a0Juni 2025"),
     ("Jahresdurchschnitt; Bevölkerung 31.12.", "Im Jahresdurchschnitt 2025"), ("Kalenderjahr", "Im Jahr 2025"),
     ("Dezember, Bevölkerung 31.12.", "Ende 2025"), ("", "Im Jahr 2025")],
)  # fmt: skip
def test_points_in_time_begin_a_sentence(as_of: str, text: str) -> None:
    assert german.when(as_of, 2025) == text


def test_years_are_grouped() -> None:
    assert german.year_ranges([2016, 2017, 2018, 2020, 2021, 2025]) == "2016 bis 2018, 2020, 2021 und 2025"


def test_ranks_become_superlatives() -> None:
    assert [german.superlative(n) for n in (1, 2, 5)] == ["höchste", "zweithöchste", "fünfthöchste"]
    assert german.superlative(3, high=False) == "drittniedrigste"
