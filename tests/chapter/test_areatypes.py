"""Types of areas as the report shows them: letters, members, marks, moves, and how sure they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from drawings import grid_of_areas
from syrupy.assertion import SnapshotAssertion

from sozlib.chapter import areatypes, typecertainty, typechapter, typemoves
from sozlib.chapter.context import Context
from sozlib.snapshot import Snapshot

#: Area, type in 2020 and in 2025, share of the draws, of the methods, type near by, why it took no part, two marks.
AREAS = (
    ("0101", 0, 0, 0.90, 1.0, 1, "", (-1.4, 0.1)),
    ("0102", 0, 1, 0.50, 0.9, 0, "", (0.8, 0.6)),
    ("0103", 1, 1, 0.70, 1.0, 0, "", (1.2, 0.9)),
    ("0104", -1, -1, None, None, -1, "Angaben fehlen", (None, None)),
)


def snapshot_with_types(small: Snapshot, folder: Path, rows=AREAS, **meta: object) -> Snapshot:
    """Snapshot with types in 2020 and 2025; ``meta`` changes what it says about them."""
    shutil.copytree(small.path, folder)
    described = json.loads((folder / "snapshot.json").read_text("utf-8"))
    ids = [str(entry["id"]) for entry in described["catalogue"][:2]]
    table = [
        {
            "area": area,
            "period": year,
            "type": (before, now)[year == 2025],
            "kept": kept,
            "agreed": agreed if year == 2025 else None,
            "second": second,
            "reason": reason,
        }
        | {f"mark:{id}": mark for id, mark in zip(ids, marks, strict=True)}
        for year in (2020, 2025)
        for area, before, now, kept, agreed, second, reason, marks in rows
    ]
    pd.DataFrame(table).to_parquet(folder / "typology.parquet", index=False)
    similar = [("0102", "0103", 1, 0.4), ("0102", "0101", 2, 1.9), ("0101", "0102", 1, 1.9)]
    columns = ["area", "similar", "place", "distance"]
    pd.DataFrame(similar, columns=columns).to_parquet(folder / "similar.parquet", index=False)
    row = {"gap": 0.4, "gap_error": 0.1, "smallest": 1}
    described["typology"] = {
        "id": "t", "title": "Typen", "indicators": ids, "types": 2, "scale": "z", "method": "ward", "reference": 2020,
        "runs": 100, "seed": 0, "names": {"A": "Ruhig"}, "stability": {"0": 0.9, "1": 0.55},
        "reason": "Zwei Typen sind überschaubar.", "moved": {"0": 0.1, "1": 0.7}, "joined": [], "components": None,
        "exclusions": {"minimum_inhabitants": 0, "outliers": None, "areas": {}, "then": "nearest"},
        "evidence": [
            {"types": 1, "silhouette": None, "stability": None, "weakest": None} | row,
            {"types": 2, "silhouette": 0.5, "stability": 0.8, "weakest": 0.55} | row,
            {"types": 3, "silhouette": 0.6, "stability": 0.7, "weakest": 0.4} | row,
        ],
        "favoured": {"silhouette": 3, "gap": None, "stability": 2},
        "agreement": {
            "methods": ["ward", "k-means", "consensus"], "rand": [[1, 0.5, 0.6], [0.5, 1, 0.7], [0.6, 0.7, 1]]
        },
    } | meta  # fmt: skip
    described["report"]["volumes"] = {"overall": {"chapters": []}, "area": {"chapters": []}}
    described["digest"] = f"{described['digest']}-typen-{folder.name}"
    (folder / "snapshot.json").write_text(json.dumps(described), "utf-8")
    return Snapshot.open(folder)


@pytest.fixture
def typed(small_snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """Two types; the second area has moved and is unsure, the fourth has none."""
    return snapshot_with_types(small_snapshot, tmp_path / "zwei")


def test_sentences_about_types(typed: Snapshot, snapshot: SnapshotAssertion) -> None:
    context = Context(typed)
    parts = (typechapter.describe, typemoves.named, typecertainty.choice, typechapter.method)
    texts = [typechapter.lead(context), *(part(context).markdown for part in parts)]
    texts += [areatypes.type_text(Context(typed, area)) for area in ("0101", "0102", "0103")]
    assert "\n\n---\n\n".join(texts) == snapshot


def test_sentences_about_regions_areas_left_out_and_types_that_come_and_go(
    small_snapshot: Snapshot, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    rows = (
        ("0101", 0, 2, 0.90, 1.0, -1, "", (-1.4, 0.1)),
        ("0102", 1, 1, 0.95, 1.0, -1, "", (0.1, 0.2)),
        ("0103", -1, 1, 0.70, None, -1, "weniger als 300 Einwohnerinnen und Einwohner", (0.2, 0.3)),
        ("0104", 0, 2, 0.40, 0.3, -1, "", (2.0, -0.7)),
    )
    rules = {"minimum_inhabitants": 300, "outliers": 3.0, "areas": {"0103": "neu"}, "then": "nearest"}
    context = Context(
        snapshot_with_types(
            small_snapshot, tmp_path / "regionen", rows, method="ward-spatial", joined=[["0103", "0101"]], scale="rank",
            exclusions=rules, favoured={"silhouette": 1, "gap": 1, "stability": None}, reason="",
            stability={"1": 0.9, "2": 0.7}, components={"shares": [0.7], "loadings": [[0.9, -0.8]]},
        )
    )  # fmt: skip
    parts = (typechapter.describe, typemoves.named, typecertainty.choice, typechapter.method)
    assert "\n\n---\n\n".join(part(context).markdown for part in parts) == snapshot
    loadings = typecertainty.components(context)
    assert loadings is not None
    assert "Eine Hauptkomponente hält 70\u00a0% der Unterschiede" in loadings.markdown
    assert "| +0,90 |" in loadings.markdown


def test_unsure_assignments_are_named_beside_the_area(typed: Snapshot) -> None:
    text = typecertainty.table(Context(typed)).markdown
    assert "Ein Raum ist unsicher zugeordnet" in text
    assert "| Altstadt | Typ B | 50 | 90 | unsichere Zuordnung, auch nahe an A | A |" in text
    assert "| Westliche Höhe | Typ B | 70 | 100 | mittel, auch nahe an A | B |" in text
    assert "| Bad Quellingen | x | x | x | Angaben fehlen | x |" in text


@pytest.mark.parametrize(
    ("kept", "agreed", "word"),
    [(0.8, 1.0, "hoch"), (0.795, 1.0, "hoch"), (0.79, 1.0, "mittel"), (0.9, 0.6, "mittel"), (0.9, 0.49, "gering"),
     (0.649, 1.0, "mittel"), (0.64, 1.0, "gering"), (0.9, None, "hoch"), (None, None, "x")],
)  # fmt: skip
def test_the_certainty_is_that_of_draws_and_of_methods_as_printed(kept, agreed, word) -> None:
    assert areatypes.Assignment("1", 0, kept, agreed, 1, "", {}).certainty == word


def test_the_table_of_moves_counts_every_area_once_in_both_years(typed: Snapshot) -> None:
    text = typemoves.table(Context(typed)).markdown
    assert "| A Ruhig | 1 | 1 | – | 2 |" in text
    assert "| Typ B | – | 1 | – | 1 |" in text
    assert "| ohne Typ | – | – | 1 | 1 |" in text
    assert "| **Summe 2025** | **1** | **2** | **1** | **4** |" in text


def test_the_table_of_moves_has_no_column_that_nobody_is_in(small_snapshot: Snapshot, tmp_path: Path) -> None:
    text = typemoves.table(Context(snapshot_with_types(small_snapshot, tmp_path / "alle", AREAS[:3]))).markdown
    assert "| **Summe 2025** | **1** | **2** | **3** |" in text
    assert "Typ 2025: ohne" not in text


def test_the_map_says_who_has_no_type(small_snapshot: Snapshot, tmp_path: Path) -> None:
    folder = tmp_path / "karte"
    found = snapshot_with_types(small_snapshot, folder)
    outlines = grid_of_areas(2, 2).assign(id=[row[0] for row in AREAS])
    outlines.to_parquet(folder / "geometry.parquet", index=False)
    part = typechapter.map(Context(found))
    assert "ohne Typ" in part.svg
    assert "B Typ B" not in part.alt
    assert "A Ruhig: Brackenrode; Typ B: Altstadt und Westliche Höhe" in part.alt


def test_the_figure_of_moves_names_who_has_moved(typed: Snapshot) -> None:
    part = typemoves.flows(Context(typed))
    assert part.alt.endswith("Ein Raum hat seit 2020 den Typ gewechselt: von A nach B Altstadt (unsichere Zuordnung).")
    assert "Ein Raum hat seit 2020 den Typ gewechselt" in part.markdown


def test_profiles_hold_means_and_members(typed: Snapshot) -> None:
    part = typechapter.profiles(Context(typed))
    assert "−1,4" in part.svg
    assert "+1,0" in part.svg
    assert "minus 1,4" in part.alt
    assert ">2</td>" in part.markdown


def test_the_stability_of_types_is_said_in_words(typed: Snapshot) -> None:
    text = typecertainty.stability(Context(typed)).markdown
    assert "| A Ruhig | 0,90 | stabil | 1 | 1 | – | – |" in text
    assert "| Typ B | 0,55 | instabil | 2 | – | 1 | 1 |" in text
    assert "[Typ B ist instabil]" in text


def test_methods_are_compared_and_the_own_one_stands_out(typed: Snapshot) -> None:
    text = typecertainty.agreement(Context(typed)).markdown
    assert "| **Ward** | **–** | **0,50** | **0,60** |" in text
    assert "In zwei Räumen kommen alle Verfahren zum selben Typ" in text


def test_the_choice_of_the_number_is_shown_and_not_hidden(typed: Snapshot) -> None:
    part = typecertainty.evidence(Context(typed))
    assert "Eines von drei Kriterien spricht für die gewählte Zahl von zwei Typen" in part.markdown
    assert (
        "legt sich bis 3 nicht fest" in part.svg.replace("</text>", " ").replace("\n", " ") or "nicht fest" in part.svg
    )
    assert "die Stabilität spricht für zwei Typen" in part.alt
    assert ">0,55</td>" in part.markdown


def test_large_types_name_what_is_typical_and_count_the_rest(
    small_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(areatypes, "MOST_NAMED", 1)
    context = Context(snapshot_with_types(small_snapshot, tmp_path / "grosse"))
    text = typechapter.describe(context).markdown
    assert "Dazu gehören zwei Räume; typisch ist Westliche Höhe. Unsicher ist die Zuordnung in einem Raum." in text


def test_without_types_nothing_is_said(small_snapshot: Snapshot) -> None:
    assert areatypes.type_text(Context(small_snapshot, "0101")) == ""
    for part in (
        typechapter.map, typechapter.describe, typechapter.profiles, typechapter.method, typemoves.flows,
        typemoves.table, typemoves.named, typecertainty.table, typecertainty.stability, typecertainty.evidence,
        typecertainty.choice, typecertainty.agreement,
    ):  # fmt: skip
        assert "keine Raumtypen vereinbart" in part(Context(small_snapshot)).markdown
