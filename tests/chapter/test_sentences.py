"""Generated sentences are true, whole and readable in every situation."""

from __future__ import annotations

import re
from copy import copy
from itertools import product

import invented
import pytest
from syrupy.assertion import SnapshotAssertion

from sozlib.chapter import alternatives, captions
from sozlib.chapter.context import Context
from sozlib.chapter.leads import area_lead, overall_lead
from sozlib.chapter.sentences import describe, paragraphs
from sozlib.chapter.together import withheld_together

BROKEN = re.compile(r"\b(nan|NaN|None|NA|inf)\b|  |\(\)|,,|\.\.|\s[.,;]|\{|^\s*$")


def said(context: Context, situation: str) -> str:
    return paragraphs(describe(context.series(situation), context.setting))


@pytest.mark.parametrize("situation", invented.SITUATIONS)
def test_description_of_each_situation(brackenrode: Context, situation: str, snapshot: SnapshotAssertion) -> None:
    assert said(brackenrode, situation) == snapshot


@pytest.mark.parametrize("area", ["", *invented.AREAS])
def test_no_description_is_empty_or_broken_in_any_wording(brackenrode: Context, area: str) -> None:
    context = Context(brackenrode.snapshot, area, "armut")
    for situation in invented.SITUATIONS:
        for turn in range(3):
            texts = describe(context.series(situation), context.setting, turn)
            assert texts
            for text in texts:
                plain = text.replace("{.uncertain}", "").replace("(.)", "")
                assert not BROKEN.search(plain), text
                assert plain.endswith("."), text


@pytest.mark.parametrize("situation", invented.SITUATIONS)
def test_captions_carry_no_numbers_and_alternative_texts_are_whole(brackenrode: Context, situation: str) -> None:
    series, setting = brackenrode.series(situation), brackenrode.setting
    for statement in (
        captions.trend(series, setting),
        captions.comparison(series, setting),
        captions.distribution(series, setting),
        captions.map_finding(series, setting),
        captions.multiples(series, setting),
    ):
        assert statement
        assert not re.search(r"\d", statement), statement
        assert not statement.endswith("."), statement
    if series.period is not None:
        for alt in (alternatives.trend(series, setting), alternatives.comparison(series, setting)):
            assert not BROKEN.search(alt), alt


def test_secured_and_clearly_are_only_said_where_the_test_holds(brackenrode: Context) -> None:
    for (situation, facts), turn in product(invented.SITUATIONS.items(), range(3)):
        text = paragraphs(describe(brackenrode.series(situation), brackenrode.setting, turn))
        secured = facts.get("versus") in ("above", "below")
        assert ("deutlich" in text) <= secured, text
        assert ("ist statistisch gesichert" in text) == (secured or facts.get("trend") in ("rising", "falling")), text


def test_a_small_secured_difference_is_not_called_clear(brackenrode: Context) -> None:
    assert "deutlich" in said(brackenrode, "above-rising")
    assert "deutlich" not in said(brackenrode, "above-slightly")


def test_a_protected_value_is_never_said(brackenrode: Context) -> None:
    text = said(brackenrode, "protected-long")
    assert "geheim gehalten oder ist unbekannt; das gilt für die Jahre 2023 bis 2025" in text
    own = text.replace("14,1", "")
    assert not re.search(r"\d,\d", own), "the only value in the text is the whole's"


def test_a_biennial_series_speaks_of_its_own_last_year(brackenrode: Context) -> None:
    assert said(brackenrode, "biennial").startswith("Ende 2023 ")


def test_no_sentence_names_a_cause(brackenrode: Context) -> None:
    causal = re.compile(r"\b(weil|wegen|aufgrund|dadurch|infolge|führt zu|verursach\w+|bewirk\w+)\b")
    for situation in invented.SITUATIONS:
        assert not causal.search(said(brackenrode, situation))


def test_several_withheld_values_share_a_sentence(brackenrode: Context, snapshot: SnapshotAssertion) -> None:
    situations = ("protected-now", "protected-long", "unreliable", "later", "senseless")
    texts = withheld_together([brackenrode.series(s) for s in situations], brackenrode.setting)
    assert texts == snapshot


def test_leads_name_what_is_secured(brackenrode: Context, snapshot: SnapshotAssertion) -> None:
    everything = [brackenrode.series(s) for s in invented.SITUATIONS]
    hidden = [brackenrode.series(s) for s in ("protected-now", "unreliable")]
    whole = Context(brackenrode.snapshot, "", "armut")
    leads = {
        "all": area_lead(brackenrode, everything),
        "one": area_lead(brackenrode, everything[2:3]),
        "same": area_lead(brackenrode, everything[2:4]),
        "hidden": area_lead(brackenrode, hidden),
        "none": area_lead(brackenrode, [brackenrode.series("no-data")]),
        "overall": overall_lead(whole, everything),
    }
    assert leads == snapshot


def test_a_rounded_count_is_said_to_be_about_so_many(brackenrode: Context) -> None:
    exact = brackenrode.series("above-rising")
    rounded = copy(exact)
    rounded.rounded = frozenset({brackenrode.focus})
    said_exactly, said_roughly = (paragraphs(describe(s, brackenrode.setting)) for s in (exact, rounded))
    assert re.search(r"Das sind rund [\d.]+ von rund [\d.]+", said_roughly)
    assert said_roughly.replace("Das sind rund", "Das sind").replace(" von rund ", " von ") == said_exactly
