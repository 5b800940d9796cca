"""Chapters of an edition that tells classes of areas and no values."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sozlib.chapter import contents, figures, leads, sentences
from sozlib.chapter.context import Context
from sozlib.snapshot import Snapshot

#: What a class in place of the value takes along.
NUMBERS = ("value", "lower", "upper", "numerator", "denominator", "trend_change")


@pytest.fixture
def told(small_snapshot: Snapshot, tmp_path: Path) -> Context:
    folder = tmp_path / "snapshot"
    shutil.copytree(small_snapshot.path, folder)
    rows = pd.read_parquet(folder / "indicators.parquet")
    areas = small_snapshot.areas
    level = areas.loc[areas["level"] == small_snapshot.meta["report"]["levels"][0]["id"], "id"]
    here = rows["area"].isin(level)
    rows.loc[here, list(NUMBERS)] = np.nan
    rows.loc[here, "status"] = "Klasse 2 von 5"
    rows.to_parquet(folder / "indicators.parquet", index=False)
    return Context(Snapshot.open(folder), "0101", "armut")


def test_what_follows_from_a_value_is_secret_where_its_class_stands(told: Context) -> None:
    rows = contents.one_area(told, [told.series("above-rising")]).rows
    assert rows[0].cells[1:5].count("Klasse 2 von 5") == 1
    assert rows[0].cells.count(".") >= 3


def test_the_lead_promises_no_values_of_others_where_there_are_none(told: Context) -> None:
    said = leads.area_lead(told, [told.series("above-rising")])
    assert said.endswith("in Klasse 2 von 5; dieses Kapitel zeigt die Werte des Kreises.")


def test_in_place_of_an_order_stands_why_there_is_none(told: Context) -> None:
    series = told.series("above-rising")
    for made in (figures.comparison, figures.distribution):
        assert "Klassen statt Werten ausgewiesen; daraus folgt keine Reihenfolge" in made(told, series).markdown


def test_the_whole_says_how_many_areas_have_a_class_only(told: Context) -> None:
    said = " ".join(sentences.overall(told.series("above-rising"), told.setting))
    assert "Nur mit der Klasse ausgewiesen sind" in said
    assert "Ohne ausgewiesenen Wert" not in said
