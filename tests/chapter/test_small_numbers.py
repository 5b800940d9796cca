"""Funnel plots, smoothed values, neighbours and standardised values as the report shows them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from drawings import PALETTE, WIDTHS, texts

from sozlib.chapter import ages, agestandard, neighbours, smallnumbers
from sozlib.chapter.context import Context
from sozlib.chapter.funnel import Dot, Limits, funnel
from sozlib.snapshot import CLUSTER_COLUMNS, FUNNEL_COLUMNS, PATTERN_COLUMNS, Snapshot

ID = "above-rising"


@pytest.fixture
def analysed(small_snapshot: Snapshot, tmp_path: Path) -> Context:
    folder = tmp_path / "snapshot"
    shutil.copytree(small_snapshot.path, folder)
    limits = [
        (ID, a, 2025, n, 9.0, 11.0, 17.0, 20.0) for a, n in (("0101", 1000), ("0102", 1000), ("0103", 1000), ("", 500))
    ]
    pd.DataFrame(limits, columns=list(FUNNEL_COLUMNS)).to_parquet(folder / "funnels.parquet")
    smooth = [{"indicator": ID, "area": a, "period": 2025, "value": v, "weight": w}
              for a, v, w in (("0101", 16.0, 0.4), ("0102", 20.0, 0.7), ("0103", 12.0, 0.6))]  # fmt: skip
    pd.DataFrame(smooth).to_parquet(folder / "smoothed.parquet")
    even = [{"indicator": ID, "area": a, "period": 2025, "value": v, "lower": v - 1, "upper": v + 1, "status": ""}
            for a, v in (("0101", 15.0), ("0102", 22.0), ("00", 14.1))]  # fmt: skip
    hidden = {
        "indicator": ID,
        "area": "0103",
        "period": 2025,
        "value": None,
        "lower": None,
        "upper": None,
        "status": ".",
    }
    pd.DataFrame([*even, hidden]).to_parquet(folder / "standardised.parquet")
    pattern = [(ID, 2025, 16, 1, 0.41, -0.07, 0.004), ("below-falling", 2025, 16, 0, 0.01, -0.07, 0.6),
               ("same-none", 2025, 4, 0, None, None, None)]  # fmt: skip
    pd.DataFrame(pattern, columns=list(PATTERN_COLUMNS)).to_parquet(folder / "patterns.parquet")
    pd.DataFrame([(ID, "0102", 2025, "high", 0.01)], columns=list(CLUSTER_COLUMNS)).to_parquet(
        folder / "clusters.parquet"
    )
    meta = json.loads((folder / "snapshot.json").read_text("utf-8"))
    meta["catalogue"][0]["standardised"] = {"by": "age", "ages": [0, 65, 75, 85], "reference": "whole"}
    meta["digest"] = f"{meta['digest']}-analysed"
    (folder / "snapshot.json").write_text(json.dumps(meta), "utf-8")
    return Context(Snapshot.open(folder))


def test_a_funnel_says_how_many_lie_outside_and_how_many_chance_would_leave(analysed: Context) -> None:
    part = smallnumbers.funnel(analysed, analysed.series(ID))
    assert part.id == "fig-trichter-above-rising"
    assert "Außerhalb von 95 Prozent: 2, durch Zufall zu erwarten: etwa 0. Außerhalb von 99,8 Prozent: 1." in part.alt
    assert "Darüber vor allem: Altstadt mit 21,0 Prozent." in part.alt
    assert "außerhalb von 99,8" in part.markdown


@pytest.mark.parametrize("width", WIDTHS)
def test_only_areas_outside_the_outer_limits_are_named(width: int) -> None:
    curve = [
        Limits(float(n), 10 - 60 / n**0.5, 10 - 40 / n**0.5, 10 + 40 / n**0.5, 10 + 60 / n**0.5) for n in (100, 900)
    ]
    dots = [Dot("Haselmünde-Altstadt", "Altstadt", 25.0, curve[0]), Dot("Brackenrode", "Brackenrode", 10.5, curve[1])]
    drawn = texts(funnel(dots, curve, 10.0, "Linie: Kreis 10,0 %", palette=PALETTE, width=width))
    assert "Altstadt" in drawn
    assert "Brackenrode" not in drawn


def test_a_map_is_smoothed_only_where_chance_explains_much(analysed: Context) -> None:
    assert smallnumbers.varies_by_chance(analysed, analysed.series(ID))
    assert not smallnumbers.varies_by_chance(analysed, analysed.series("same-none"))


def test_the_numbers_of_a_smoothed_map_hold_the_counted_values(analysed: Context) -> None:
    rows = {row.head: row.cells for row in smallnumbers.smoothed_table(analysed, analysed.series(ID)).rows}
    assert rows["Brackenrode"] == ("18,5", "17,0–20,0", "16,0", "40")
    assert rows["Bad Quellingen"][2:] == ("x", "x")
    assert "weil sie stärker vom Zufall abhängen" in smallnumbers.smoothed_what(analysed, analysed.series(ID))


def test_a_pattern_is_said_with_its_numbers_and_islands_openly(analysed: Context) -> None:
    part = neighbours.sentence(analysed, analysed.series(ID))
    assert part is not None
    assert "ähneln sich stärker, als durch Zufall zu erwarten wäre (Morans I = 0,41; p = 0,004)" in part.markdown
    assert "Von ähnlich hohen Werten umgeben: Altstadt." in part.markdown
    assert "nicht geprüft: ein Raum" in part.markdown


def test_no_pattern_among_few_areas_is_no_proof_of_none(analysed: Context) -> None:
    part = neighbours.sentence(analysed, analysed.series("below-falling"))
    assert part is not None
    assert "nicht gesichert" in part.markdown
    assert "nur starke Muster" in part.markdown
    few = neighbours.sentence(analysed, analysed.series("same-none"))
    assert few is not None
    assert "bei 4 vergleichbaren Werten nicht prüfen" in few.markdown
    assert neighbours.sentence(analysed, analysed.series("equal")) is None


def test_standardised_values_stand_beside_the_counted_ones(analysed: Context) -> None:
    part = agestandard.figure_of(analysed, analysed.series(ID))
    assert "Mit dem Altersaufbau des Kreises wäre" in part.markdown
    assert "gezählt 18,5 Prozent, standardisiert 15,0 Prozent" in part.alt
    assert "Ohne standardisierten Wert: Westliche Höhe" in part.alt
    assert "Altersgruppen: 0 bis 64, 65 bis 74, 75 bis 84 und ab 85 Jahre" in ages.explained(analysed, ID)
    assert ages.explained(analysed, "equal") == ""


def test_where_chance_explains_everything_there_is_no_map_of_one_colour(analysed: Context) -> None:
    path = analysed.snapshot.path / "smoothed.parquet"
    pd.read_parquet(path).assign(value=14.0, weight=0.0).to_parquet(path)
    again = Context(Snapshot.open(analysed.snapshot.path))
    assert smallnumbers.chance_alone(again, again.series(ID))
    assert smallnumbers.varies_by_chance(again, again.series(ID))
    assert not smallnumbers.chance_alone(analysed, analysed.series("equal"))
