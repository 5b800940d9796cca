"""What the monitor shows and says, and what it never does: a class without its certainty, a colour for the excluded."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from drawings import FULL, NARROW, PALETTE, TEXT, assert_well_drawn, forms, grid_of_areas, texts

from sozlib.chapter import monitor
from sozlib.chapter.context import Context
from sozlib.chapter.matrix import MOST, matrix, matrix_table
from sozlib.chapter.outlines import Inset, Outlines
from sozlib.chapter.placement import placement
from sozlib.chapter.ranks import in_order, rank_intervals
from sozlib.chapter.standing import Standing, certainty_word, standings
from sozlib.chapter.statusmap import CELLS, status_map
from sozlib.snapshot import Snapshot

NAMES = {f"{k:04d}": f"{k} Haselmünde-Bahnhofsviertel" if k % 3 else f"{k} Au" for k in range(1, 31)}


def standing(k: int, status: int | None, dynamics: int | None, **more: object) -> Standing:
    facts = {"rank": k, "rank_low": max(1, k - 2), "rank_high": k + 2, "status_shares": (0.1, 0.2, 0.6, 0.1)}
    return Standing(f"{k:04d}", 2025, status, dynamics, **{**facts, **more})  # type: ignore[arg-type]


EVERYONE = [standing(k, (k % 4) + 1, (k % 3) + 1) for k in range(1, 31)]
GRID = grid_of_areas(5, 6)
MAPS = [Outlines.prepare(GRID, GRID["id"]), Outlines.prepare(GRID, GRID["id"], Inset("Stadt", frozenset({"0001"})))]


@pytest.mark.parametrize("width", [NARROW, TEXT, FULL])
def test_matrix_and_ranks_are_well_drawn(width: int) -> None:
    assert_well_drawn(matrix(EVERYONE, NAMES, palette=PALETTE, plural="Räume", width=width))
    assert_well_drawn(rank_intervals(EVERYONE, NAMES, palette=PALETTE, width=width))


@pytest.mark.parametrize("outlines", MAPS)
@pytest.mark.parametrize("width", [NARROW, TEXT])
def test_the_map_is_well_drawn_and_colours_every_class_in_its_token(outlines: Outlines, width: int) -> None:
    found = {s.area: s for s in EVERYONE}
    found["0004"] = standing(4, None, None, reason="Angaben fehlen")
    labels = {id: str(int(id)) for id in NAMES}
    figure = status_map(outlines, found, labels, palette=PALETTE, width=width)
    assert_well_drawn(figure)
    page = forms(figure)[1]
    fills = dict(re.findall(r'<g data-id="(\w+)"><path d="[^"]+" fill="([^"]+)"', page))
    assert fills["0004"].startswith("url(#")
    assert all(f"--status-{found[id].cell}," in fill for id, fill in fills.items() if id != "0004")
    assert any(text.startswith("ohne Einordnung: 1") for text in texts(figure))


def test_the_matrix_names_each_area_once_in_its_own_cell_and_links_it() -> None:
    links = {s.area: f"../raum-{s.area}/profil.html" for s in EVERYONE}
    html = matrix_table(EVERYONE, NAMES, links, "Räume", "Räume nach Status und Dynamik")
    cells = dict(re.findall(r'<td data-cell="(\w+)"[^>]*>(.*?)</td>', html))
    assert tuple(cells) == CELLS
    for s in EVERYONE:
        holding = [cell for cell, content in cells.items() if f'"../raum-{s.area}/profil.html"' in content]
        assert holding == [s.cell]
    assert "style=" not in html


def test_a_full_cell_tells_its_number_and_an_empty_one_is_read_aloud() -> None:
    crowd = [standing(k, 2, 2) for k in range(1, MOST + 2)]
    html = matrix_table(crowd, NAMES, {}, "Räume", "Matrix")
    assert f"{MOST + 1} Räume</td>" in html
    assert html.count('<span class="sr">kein Eintrag</span>') == 11


def test_certainty_is_judged_as_it_is_printed() -> None:
    assert [certainty_word(v) for v in (0.80, 0.796, 0.794, 0.65, 0.644)] == [
        "hoch",
        "hoch",
        "mittel",
        "mittel",
        "gering",
    ]


def test_the_less_sure_class_decides() -> None:
    shares = {"status_shares": (0.0, 0.9, 0.1, 0.0), "dynamics_shares": (0.5, 0.5, 0.0)}
    assert standing(1, 2, 1, **shares).certainty == "gering"
    assert standing(1, None, None, status_shares=()).certainty == ""


def test_ranks_begin_with_the_highest_burden_and_leave_out_who_has_none() -> None:
    some = [standing(5, 2, 2), standing(2, 4, 2), standing(9, None, None, rank=None)]
    assert [s.rank for s in in_order(some)] == [2, 5]


# A snapshot with a monitor ------------------------------------------------------------------------------------------

AREAS = ("0101", "0102", "0103", "0104")


def row(area: str, period: int, status: float | None, dynamics: float | None, **more: object) -> dict[str, object]:
    facts: dict[str, object] = {"area": area, "period": period, "status": status, "dynamics": dynamics}
    facts |= {"status_score": 1.2, "dynamics_score": 0.1, "rank": 1, "rank_low": 1, "rank_high": 3, "used": 1}
    facts |= {"status_1": 0.0, "status_2": 0.3, "status_3": 0.7, "status_4": 0.0, "reason": "", "dynamics_reason": ""}
    facts |= {"dynamics_1": 0.1, "dynamics_2": 0.9, "dynamics_3": 0.0}
    return facts | more


@pytest.fixture
def monitored(small_snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    folder = tmp_path / "snapshot"
    shutil.copytree(small_snapshot.path, folder)
    meta = json.loads((folder / "snapshot.json").read_text("utf-8"))
    indicator = meta["catalogue"][0]["id"]
    part = f"status:{indicator}"
    none = {"rank": None, "rank_low": None, "rank_high": None, "status_score": None, part: None}
    none |= {f"status_{n}": None for n in range(1, 5)} | {f"dynamics_{n}": None for n in range(1, 4)}
    rows = [
        *(row("0101", year, 3.0, 2.0, **{part: 1.2}) for year in (2024, 2025)),
        *(row("0102", year, status, 2.0, **{part: 0.2}) for year, status in ((2024, 1.0), (2025, 2.0))),
        *(row("0103", year, None, None, **none | {"reason": "Angaben fehlen"}) for year in (2024, 2025)),
        *(row("0104", year, 2.0, 2.0, **none) for year in (2024, 2025)),  # class public, numbers protected
    ]
    pd.DataFrame(rows).to_parquet(folder / "monitor.parquet", index=False)
    meta["monitor"] = {
        "id": "m", "title": "Monitor", "indicators": [{"indicator": indicator, "weight": 1.0, "direction": None}],
        "normaliser": "z", "aggregation": "sum", "ddof": 0, "status_limits": [-1, 1, 1.5], "dynamics_limits": [-1, 1],
        "dynamics_years": 1, "exclusions": {"minimum_inhabitants": 300, "missing": "exclude", "at_least": 2},
        "uncertainty": {"runs": 1000, "weight_spread": 0.25, "vary_method": True}, "classes": "public",
        "reference": "Nach: Verfahren X.",
    }  # fmt: skip
    chapters = [{"template": "overall/monitor", "slug": ""}]
    meta["report"]["volumes"] = {"overall": {"chapters": chapters}, "area": {"chapters": []}}
    meta["digest"] = f"{meta['digest']}-{tmp_path.name}"
    (folder / "snapshot.json").write_text(json.dumps(meta), "utf-8")
    return Snapshot.open(folder)


def test_time_in_a_class_is_counted_from_the_year_it_began(monitored: Snapshot) -> None:
    found = standings(Context(monitored))
    assert (found["0101"].since, found["0101"].since_start) == (2024, True)
    assert (found["0102"].since, found["0102"].since_start) == (2025, False)
    assert found["0103"].since is None


def test_the_chapter_names_doubtful_excluded_protected_and_moved_areas(monitored: Snapshot) -> None:
    text = monitor.doubts(Context(monitored)).markdown
    assert "Bei einem Raum ist die Sicherheit gering: Altstadt." in text
    assert "Nicht eingestuft: Westliche Höhe (Angaben fehlen)." in text
    assert "Ohne Rang, Sicherheit und Beiträge bleiben deshalb: Bad Quellingen." in text
    assert "Seit 2024 hat ein Raum die Statusklasse gewechselt: Altstadt von 1 auf 2." in text


def test_a_protected_area_has_a_class_but_no_number(monitored: Snapshot) -> None:
    part = placement(Context(monitored, "0104"))
    assert part is not None
    assert "Status 2 (mittel)" in part.markdown
    assert "zum Schutz kleiner Zahlen nicht aus" in part.markdown
    table = monitor.certainty_table(Context(monitored)).markdown
    line = next(line for line in table.splitlines() if line.startswith("| Bad Quellingen"))
    assert "." in [cell.strip() for cell in line.split("|")]
    assert "Bad Quellingen" not in monitor.contributions(Context(monitored)).markdown


def test_the_placement_says_class_certainty_duration_and_driver(monitored: Snapshot) -> None:
    part = placement(Context(monitored, "0101"))
    assert part is not None
    leading = monitored.meta["monitor"]["indicators"][0]["indicator"]
    name = Context(monitored).readings.catalogue[leading].noun.nominative
    assert "Status 3 (niedrig), Dynamik stabil (Stand 2025)" in part.markdown
    assert "Die Sicherheit ist mittel" in part.markdown
    assert "seit mindestens 2024" in part.markdown
    assert f"Am stärksten belastend geht {name} ein" in part.markdown.replace("\u00a0", " ").replace("\u2011", "-")
    assert 'href="../ueberblick/monitor.html"' in part.html
    assert part.html.count('class="here"') == 2  # own cell of the matrix, own class among the shares


def test_the_placement_tells_the_class_before_the_drivers_and_why_there_is_none(monitored: Snapshot) -> None:
    moved, lacking = (placement(Context(monitored, area)) for area in ("0102", "0103"))
    assert moved is not None
    assert lacking is not None
    assert "Neu in Statusklasse 2 im Jahr 2025, davor in Klasse 1 (bis 2024)." in moved.markdown
    assert '<ul class="drivers">' in moved.html
    assert '<span class="num">+0,2</span>' in moved.html
    assert "Angaben fehlen." in lacking.html
    assert "drivers" not in lacking.html


def test_names_of_the_most_similar_areas_lead_to_their_profiles(
    monitored: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "B Gemischt. Zum selben Typ gehört Altstadt. Am ähnlichsten sind Altstadt und Neu-Altstadt."
    monkeypatch.setattr("sozlib.chapter.placement.type_text", lambda context: said)
    monkeypatch.setattr("sozlib.chapter.placement.similar", lambda context, area: ["0102"])
    chapters = [{"template": "areas/profil", "slug": ""}]
    context = Context(monitored, "0101")
    context.report["volumes"] = {**context.report["volumes"], "area": {"chapters": chapters}}
    part = placement(context)
    assert part is not None
    assert 'sind <a href="../altstadt/profil.html">Altstadt</a> und Neu-Altstadt.' in part.html
    assert part.html.count("../altstadt/") == 1


def test_without_a_monitor_chapters_stay_as_they_were(small_snapshot: Snapshot) -> None:
    assert placement(Context(small_snapshot, "0101")) is None
    assert "kein Monitor vereinbart" in monitor.matrix(Context(small_snapshot)).markdown
    assert not monitor.definition(Context(small_snapshot))


def test_links_to_volumes_that_are_not_built_become_words() -> None:
    from sozlib.batch.plan import Plan, PlannedChapter, Volume
    from sozlib.book.links import Links

    there = PlannedChapter("au", "profil", Path("x.ipynb"), "Au")
    links = Links(Plan("2026", "public", (Volume("au", 1, "area", "Au", "", (there,), "01"),)))
    html = '<a href="../au/profil.html">Au</a>, <a href="../see/profil.html">See</a>, <a href="x.html">X</a>'
    assert links.living(html) == '<a href="../au/profil.html">Au</a>, See, <a href="x.html">X</a>'
