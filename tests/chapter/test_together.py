"""Several indicators in few sentences, and the results of the summary: nothing is said that no test bears out."""

from __future__ import annotations

import re
from dataclasses import replace

import invented
import pytest

from sozlib.chapter import captions, together
from sozlib.chapter.context import Context
from sozlib.chapter.judgement import Standing, movement, verdict
from sozlib.chapter.readings import Series
from sozlib.chapter.results import block, results

SIGNIFICANT = re.compile(r"gesichert|signifikant|Unterschied")


def all_series(context: Context) -> list[Series]:
    return [context.series(situation) for situation in invented.SITUATIONS]


def told(context: Context, *situations: str) -> str:
    return " ".join(together.sentences([context.series(s) for s in situations], context.setting))


def test_indicators_with_the_same_message_share_a_sentence_and_keep_their_numbers(brackenrode: Context) -> None:
    text = told(brackenrode, "above-rising", "above-slightly", "biennial", "same-none", "equal")
    assert text.count("Gesichert über den Werten des Kreises liegen in Brackenrode") == 1
    assert text.count("Kein Unterschied zum Kreis ist in Brackenrode gesichert") == 1
    assert all(value in text for value in ("18,5\u00a0%", "15,0\u00a0%", "16,0\u00a0%", "14,9\u00a0Jahre"))


def test_no_list_in_a_sentence_has_more_than_three_members(brackenrode: Context) -> None:
    hidden = [replace_id(brackenrode, "protected-now", n) for n in range(7)]
    for sentence in re.split(r"[.,] (?=ebenso|[A-Z])", together.withheld_together(hidden, brackenrode.setting)[0]):
        assert sentence.count("Merkmal") <= together.MOST, sentence


def replace_id(context: Context, situation: str, n: int) -> Series:
    series = context.series(situation)
    readings = [series.get(area, period) for area in ("0101", "00") for period in series.periods]
    return Series(replace(series.meta, id=f"x{n}"), readings, "00")


def test_better_and_worse_follow_the_direction_of_the_catalogue(brackenrode: Context) -> None:
    above, relieving = brackenrode.series("above-rising"), brackenrode.series("below-falling")
    assert verdict(above.meta, above.get("0101")) == "worse"
    assert verdict(relieving.meta, relieving.get("0101")) == "worse", "a low value of what relieves is worse"
    neutral = replace(above.meta, direction="neutral")
    assert verdict(neutral, above.get("0101")) == movement(neutral, above.get("0101")) == "higher"
    assert verdict(above.meta, brackenrode.series("same-none").get("0101")) is None


@pytest.mark.parametrize("area", invented.AREAS)
def test_remarks_are_never_empty_and_judge_only_what_is_secured(brackenrode: Context, area: str) -> None:
    context = Context(brackenrode.snapshot, area, "")
    texts = together.remarks(all_series(context), context.setting)
    standing = Standing.of(all_series(context), area)
    assert texts
    assert any("ungünstiger" in text for text in texts) == bool(standing.worse)


def test_without_a_test_a_caption_names_an_order_and_no_significance(brackenrode: Context) -> None:
    series = brackenrode.series("untested")
    for context in (brackenrode, Context(brackenrode.snapshot, "", "armut")):
        said = captions.comparison(without_comparison(series), context.setting)
        assert said
        assert not SIGNIFICANT.search(said), said


def without_comparison(series: Series) -> Series:
    readings = [
        replace(series.get(area, period), versus_whole=None)
        for area in (*invented.AREAS, "00")
        for period in series.periods
    ]
    return Series(replace(series.meta, interval="none"), readings, "00")


def test_results_are_statements_with_sentences_and_end_where_they_lead(brackenrode: Context) -> None:
    whole = Context(brackenrode.snapshot, "", "")
    found = results(whole, all_series(whole))
    assert 2 <= len(found) <= 6
    assert found[0].statement.endswith("liegen die Räume am weitesten auseinander")
    assert any("nicht ausgewiesen" in result.statement for result in found)
    assert not any(result.statement.endswith(".") for result in found)
    page = block(whole, found).markdown
    assert page.count("<li><h3>") == page.count("\n### ") == len(found)


def test_an_edition_in_which_nothing_is_secured_says_so(brackenrode: Context) -> None:
    whole = Context(brackenrode.snapshot, "", "")
    assert "zeigt diese Ausgabe nicht" in block(whole, []).markdown
