"""What the chapter on changes says and draws: only secured changes count, and what is hidden stays a sign."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from drawings import PALETTE, texts

from sozlib.chapter import changes, otherchanges
from sozlib.chapter.canvas import Dot
from sozlib.chapter.changegrid import change_grid
from sozlib.chapter.context import Context
from sozlib.chapter.dumbbell import Pair, dumbbell
from sozlib.chapter.moved import Change, of_areas
from sozlib.chapter.thenandnow import then_and_now
from sozlib.snapshot import CHANGE_COLUMNS, Snapshot

KEYS = ["above-rising", "below-falling", "same-none"]


def row(indicator: str, area: str, before: float | None, value: float | None, **fields: object) -> dict[str, object]:
    known = before is not None and value is not None
    change = value - before if before is not None and value is not None else None
    usual: dict[str, object] = {
        "indicator": indicator, "area": area, "period": 2025, "reference": 2020,
        "before": before, "value": value, "change": change,
        "lower": change - 1 if change is not None else None, "upper": change + 1 if change is not None else None,
        "status": "" if known else ".", "p": 0.5 if known else None, "q": 0.8 if known else None,
        "verdict": "none" if known else None,
    }  # fmt: skip
    return {**usual, **fields}


@pytest.fixture
def moved(small_snapshot: Snapshot, tmp_path: Path) -> Context:
    """Four areas: one worse, one better by a relieving indicator, one without judgement, one hidden."""
    folder = tmp_path / "snapshot"
    shutil.copytree(small_snapshot.path, folder)
    rising = {"p": 0.001, "q": 0.01, "verdict": "rising"}
    rows = [
        row("above-rising", "0101", 12.0, 18.5, **rising),
        row("above-rising", "0102", 21.0, 21.2),
        row("above-rising", "0103", None, None),
        row("above-rising", "0104", 6.0, 4.0, p=0.002, q=0.01, verdict="falling"),
        row("above-rising", "00", 14.0, 14.1),
        row("below-falling", "0101", 9.0, 14.0, **rising),
        row("same-none", "0102", 40.0, 44.0, **rising),
        row("same-none", "0103", 40.0, 41.0, p=None, q=None, verdict=None),
    ]
    pd.DataFrame(rows, columns=list(CHANGE_COLUMNS)).to_parquet(folder / "changes.parquet", index=False)
    meta = json.loads((folder / "snapshot.json").read_text("utf-8"))
    meta["changes"] = {"compared_with": 2020, "level": 0.05, "incomparable": {"equal": "2023: Neuer Begriff"}}
    meta["digest"] = f"{meta['digest']}-moved"
    (folder / "snapshot.json").write_text(json.dumps(meta), "utf-8")
    return Context(Snapshot.open(folder))


def test_better_and_worse_follow_the_direction_of_the_catalogue(moved: Context) -> None:
    said = {(c.meta.id, c.area): c.meaning for c in of_areas(moved)}
    assert said["above-rising", "0101"] == "worse"
    assert said["above-rising", "0104"] == "better"
    assert said["below-falling", "0101"] == "better"
    assert said["same-none", "0102"] == "higher"
    assert said["above-rising", "0102"] is None


def test_the_lead_counts_only_what_is_secured(moved: Context) -> None:
    assert "Von 5 Werten der Räume haben sich 2 gesichert zum Günstigeren und einer zum Ungünstigeren" in changes.lead(
        moved
    )


def test_the_page_says_how_many_would_stand_out_by_chance(moved: Context) -> None:
    text = changes.chance(moved).markdown
    assert "Geprüft sind 5 Veränderungen" in text
    assert "jeder zwanzigste Befund ein Zufall" in text
    assert "Für 1 weiteren Wert fehlt eines der beiden Jahre" in text


def test_a_change_without_both_years_is_a_sign_and_one_that_is_not_secured_stands_in_brackets(moved: Context) -> None:
    table = changes.grid(moved, KEYS).markdown
    cells = {(c.meta.id, c.area): c.cell for c in of_areas(moved)}
    assert cells["above-rising", "0103"] == "."
    assert cells["above-rising", "0102"] == "(+0,2)"
    assert cells["above-rising", "0101"] == "+6,5"
    assert "Zwei Werte sind gesichert günstiger geworden, einer ungünstiger" in table


def test_the_short_list_has_the_largest_changes_of_both_directions_and_no_other(moved: Context) -> None:
    text = changes.short_list(moved, KEYS).markdown
    assert text.index("ungünstiger |") < text.index("| günstiger |")
    assert "Altstadt" not in text


def test_then_and_now_names_the_largest_change_in_its_alternative_text(moved: Context) -> None:
    part = then_and_now(moved, moved.series("above-rising"))
    assert "Größte Veränderung: Brackenrode, von 12,0 Prozent auf 18,5 Prozent" in part.alt
    assert "Ohne Vergleich: Westliche Höhe" in part.alt


def test_breaks_since_the_reference_year_and_what_they_stop_are_listed(moved: Context) -> None:
    text = otherchanges.definitions(moved).markdown
    assert "Ab 2022: Zensus 2022: neue Basis" in text
    assert "Nicht verglichen, weil sich die Definition geändert hat: Merkmal equal (2023: Neuer Begriff)" in text


def test_without_two_years_the_page_says_so(small_snapshot: Snapshot) -> None:
    context = Context(small_snapshot)
    for part in (changes.chance(context), changes.grid(context, KEYS), otherchanges.definitions(context)):
        assert "keine zwei Jahre" in part.markdown


@pytest.mark.parametrize("width", [340, 680])
def test_many_areas_are_drawn_as_a_readable_selection(moved: Context, width: int) -> None:
    found = {c.area: c for c in of_areas(moved) if c.meta.id == "above-rising"}
    columns = [(id, str(n), f"Raum {n}") for n, id in enumerate([*found, *(f"x{k}" for k in range(16))], 1)]
    figure = change_grid([("Kinder im SGB II", found)], columns, palette=PALETTE, width=width)
    assert {"1", "20", "."} <= set(texts(figure))


def test_a_pair_without_both_values_has_no_mark(moved: Context) -> None:
    rows = [Pair("Altstadt", "Altstadt", 3.0, 5.0, "+2,0"), Pair("Neuhafen", "Neuhafen", None, 17.4, ".")]
    figure = dumbbell(rows, palette=PALETTE)
    assert sum(isinstance(mark, Dot) for mark in figure.marks) == 2


def test_of_hundreds_of_areas_those_that_moved_most_are_shown(moved: Context) -> None:
    many = {f"a{n:03}": f"Raum {n}" for n in range(447)}
    template = next(iter(moved.areas.values()))
    moved.areas.clear()
    moved.areas.update({id: replace(template, id=id, name=name, short_name=name) for id, name in many.items()})
    meta = moved.series("above-rising").meta
    found = [
        Change(
            meta, id, 2025, 2020, 10.0, 10.0 + n / 100, n / 100, None, None, "", 0.5, "rising" if n > 430 else "none"
        )
        for n, id in enumerate(many)
    ]
    chosen = changes.most_moved(moved, found, 20)
    assert len(chosen) == 20
    assert {f"a{n:03}" for n in range(431, 447)} <= set(chosen)
    assert chosen == sorted(chosen)


@pytest.mark.parametrize(
    ("meanings", "said"),
    [
        ([], "hat sich keiner gesichert verändert"),
        (["higher", "lower"], "haben sich 2 gesichert verändert, ohne dass das zu werten ist"),
        (["better"] * 3, "haben sich 3 gesichert zum Günstigeren und keiner zum Ungünstigeren verändert"),
        (
            ["better", "worse", "lower"],
            "haben sich einer gesichert zum Günstigeren und einer zum Ungünstigeren verändert; "
            "einer hat sich verändert, ohne dass das zu werten ist",
        ),
    ],
)
def test_the_lead_names_only_directions_that_there_are(meanings: list[str], said: str) -> None:
    assert changes._counted([SimpleNamespace(meaning=meaning) for meaning in meanings]) == said
