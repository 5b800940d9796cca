"""Types of areas as the report shows them: letters, members, marks, moves, and how sure they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sozlib.chapter import areatypes
from sozlib.chapter.context import Context
from sozlib.snapshot import Snapshot


@pytest.fixture
def typed(small_snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """Two types; the second area has moved, the fourth has none."""
    folder = tmp_path / "snapshot"
    shutil.copytree(small_snapshot.path, folder)
    meta = json.loads((folder / "snapshot.json").read_text("utf-8"))
    ids = [str(entry["id"]) for entry in meta["catalogue"][:2]]
    rows = [
        {"area": area, "period": year, "type": type_, "kept": kept, "reason": "" if kept else "Angaben fehlen"}
        | {f"mark:{ids[0]}": mark, f"mark:{ids[1]}": None if mark is None else 0.1}
        for year, second in ((2020, 0), (2025, 1))
        for area, type_, kept, mark in (
            ("0101", 0, 0.9, -1.0),
            ("0102", second, 0.5, 0.8),
            ("0103", 1, 0.7, 1.2),
            ("0104", -1, None, None),
        )
    ]
    pd.DataFrame(rows).to_parquet(folder / "typology.parquet", index=False)
    meta["typology"] = {
        "id": "t", "title": "Typen", "indicators": ids, "types": 2, "scale": "z", "method": "ward", "reference": 2020,
        "runs": 100, "seed": 0, "names": {"A": "Ruhig"}, "stability": {"0": 0.9, "1": 0.55},
        "evidence": [{"types": 2, "silhouette": 0.5, "gap": 0.4, "gap_error": 0.1, "stability": 0.8, "smallest": 1}],
    }  # fmt: skip
    meta["report"]["volumes"] = {"overall": {"chapters": []}, "area": {"chapters": []}}
    meta["digest"] = f"{meta['digest']}-typen"
    (folder / "snapshot.json").write_text(json.dumps(meta), "utf-8")
    return Snapshot.open(folder)


def test_every_area_is_named_in_its_type_and_the_unsure_ones_again(typed: Snapshot) -> None:
    text = areatypes.describe(Context(typed)).markdown
    assert "**A Ruhig.** Niedrig:" in text
    assert "Dazu gehören: Brackenrode. Der Typ besteht aus einem einzigen Gebiet." in text
    assert "**Typ B.** Hoch:" in text
    assert "Dazu gehören: Altstadt und Westliche Höhe." in text
    assert "Unsicher zugeordnet: Altstadt." in text
    assert "Ohne Typ, weil Angaben fehlen: Bad Quellingen." in text


def test_the_table_counts_who_has_moved_since_the_reference_year(typed: Snapshot) -> None:
    text = areatypes.table(Context(typed)).markdown
    assert "Ein Raum hat seit 2020 den Typ gewechselt" in text
    assert "| Altstadt | Typ B | 50 | gering | A |" in text
    assert "| Bad Quellingen | x | x | x | x |" in text


def test_profiles_hold_means_members_and_stability(typed: Snapshot) -> None:
    text = areatypes.profiles(Context(typed)).markdown
    assert "| −1,0 | +1,0 |" in text
    assert "| Stabilität | 0,90 | 0,55 |" in text
    assert "| Zahl der Räume | 1 | 2 |" in text


def test_the_profile_of_an_area_names_its_type_and_who_shares_it(typed: Snapshot) -> None:
    assert "Zum selben Typ gehört Westliche Höhe." in areatypes.type_text(Context(typed, "0102"))
    assert "Kein anderes Gebiet" in areatypes.type_text(Context(typed, "0101"))
    assert areatypes.type_text(Context(typed, "0104")) == ""


def test_without_types_nothing_is_said(small_snapshot: Snapshot) -> None:
    assert areatypes.type_text(Context(small_snapshot, "0101")) == ""
    assert "keine Raumtypen vereinbart" in areatypes.describe(Context(small_snapshot)).markdown
