"""The chapter on sensitivity says which class bears a decision and which does not, for 16 areas and for 447."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from drawings import FULL, NARROW, PALETTE, TEXT, assert_well_drawn, texts

from sozlib.analysis.audit import audit
from sozlib.analysis.definition import MonitorDefinition
from sozlib.analysis.monitor import monitor_table
from sozlib.chapter import monitor, monitormethod, sensitivity
from sozlib.chapter.audited import audited
from sozlib.chapter.context import Context
from sozlib.chapter.heatmap import heatmap
from sozlib.chapter.ranks import MOST, rank_intervals
from sozlib.chapter.standing import Standing
from sozlib.chapter.weighting import Weight, weighting
from sozlib.snapshot import Snapshot

LONG = "Anteil der älteren Menschen mit Grundsicherung im Alter und bei Erwerbsminderung"
INDICATORS = ("above-rising", "above-slightly", "equal")
Make = Callable[..., Context]


def table(areas: list[str], loadings: tuple[float, ...], planted: dict[str, float]) -> pd.DataFrame:
    """Indicators that follow one need as strongly as each loading says; ``planted`` lifts the last one's values."""
    generator = np.random.default_rng(8)
    need, rows = generator.normal(0, 1, len(areas)), []
    for number, (id, loading) in enumerate(zip(INDICATORS, loadings, strict=True)):
        values = 20 + 4 * loading * need + generator.normal(0, 1, len(areas))
        for area, value in zip(areas, values, strict=True):
            lifted = value + (planted.get(area, 0.0) if number == len(INDICATORS) - 1 else 0.0)
            rows.append((id, area, 2025, lifted, lifted - 0.6, lifted + 0.6, ""))
    return pd.DataFrame(rows, columns=["indicator", "area", "period", "value", "lower", "upper", "status"])


@pytest.fixture
def make(small_snapshot: Snapshot, tmp_path: Path) -> Make:
    """Context of an overall chapter on a snapshot of so many areas with a monitor and its audit."""

    def context(
        count: int,
        loadings: tuple[float, ...] = (1, 0.8, 0.6),
        planted: dict[str, float] | None = None,
        hidden: tuple[str, ...] = (),
        **rules: object,
    ) -> Context:
        folder = tmp_path / f"stand-{count}"
        shutil.copytree(small_snapshot.path, folder)
        ids = [f"{number:04d}" for number in range(1, count + 1)]
        given = pd.read_parquet(folder / "areas.parquet")
        first = given[given["level"] == "area"].iloc[0].to_dict()
        rows = [first | {"id": id, "name": f"Ort {id}", "short_name": f"Ort {id}", "slug": f"ort-{id}"} for id in ids]
        others = given[given["level"] != "area"]
        pd.concat([pd.DataFrame(rows), others]).to_parquet(folder / "areas.parquet", index=False)
        entries = [{"indicator": id, "direction": "burdening"} for id in INDICATORS]
        definition = MonitorDefinition.model_validate(
            {"id": "m", "title": "Monitor", "indicators": entries, "uncertainty": {"runs": 200}, **rules}
        )
        catalogue = [SimpleNamespace(id=id, direction="burdening") for id in INDICATORS]
        frame = table(ids, loadings, planted or {})
        shown = frame[~frame["area"].isin(hidden)]
        numbers = monitor_table(definition, catalogue, shown, {}, ids)
        whole = monitor_table(definition, catalogue, frame, {}, ids)
        numbers[["status", "reason"]] = whole[["status", "reason"]]  # as monitor_of_edition does
        numbers.to_parquet(folder / "monitor.parquet", index=False)
        found = audit(definition, catalogue, shown, {}, ids)
        assert found is not None
        found.table.to_parquet(folder / "audit.parquet", index=False)
        meta = json.loads((folder / "snapshot.json").read_text("utf-8"))
        meta |= {"monitor": definition.model_dump(mode="json"), "audit": found.meta}
        meta["digest"] = f"{meta['digest']}-{tmp_path.name}-{count}"
        (folder / "snapshot.json").write_text(json.dumps(meta), "utf-8")
        return Context(Snapshot.open(folder))

    return context


PARTS = (
    *(sensitivity.verdict, sensitivity.uncertain, sensitivity.coherence, sensitivity.correlations),
    *(sensitivity.weights, sensitivity.without, sensitivity.dependents, sensitivity.choices),
    *(sensitivity.switched, sensitivity.sources, sensitivity.method, monitor.ranks),
)


@pytest.mark.parametrize("count", [16, 447])
def test_every_part_speaks_for_few_and_for_many_areas(make: Make, count: int) -> None:
    context = make(count)
    for part in (each(context) for each in PARTS):
        assert part.markdown.strip()
        assert "nan" not in re.sub(r"[a-zäöü]nan|nan[a-zäöü]", "", part.markdown.lower())
        assert len(part.markdown.split('unless-format="html"')[-1].splitlines()) < 60, "no page full of rows in print"
    folded = monitor.ranks(context).markdown
    assert folded.count('<th scope="row">') == count, "all areas are in the numbers of the figure"


def test_the_verdict_counts_and_names_areas_whose_class_is_uncertain(make: Make) -> None:
    context = make(16)
    found = monitor.standings(context)
    unsure = [s for s in found.values() if round(100 * (s.status_share or 0)) < 80]
    assert 0 < len(unsure) < 16
    text = sensitivity.verdict(context).markdown
    assert f"Bei {16 - len(unsure)} von 16 Räumen bestätigen mindestens 80\u00a0% der Wiederholungen" in text
    for standing in unsure[:8]:
        assert context.areas[standing.area].name in text
        assert f"| {context.areas[standing.area].name} |" in sensitivity.uncertain(context).markdown
    likelier = [s for s in unsure if s.status and max(s.status_shares) > (s.status_share or 0)]
    assert ("häufiger als die eigene" in text) == bool(likelier)
    lines = [line for line in sensitivity.uncertain(context).markdown.splitlines() if line.startswith("| Ort")]
    for line in lines:
        shares = [int(cell) for cell in line.split("|")[3:7]]
        assert sum(shares) == pytest.approx(100, abs=2)


def test_a_class_that_hangs_on_one_indicator_is_said_to_and_shown(make: Make) -> None:
    context = make(16, planted={"0009": 60.0})
    found = audited(context)
    assert found is not None
    assert found.base["0009"] == 4
    assert "0009" in {c.area for v in found.without if v.name == "equal" for c in v.changes}
    line = next(row for row in sensitivity.dependents(context).markdown.splitlines() if row.startswith("| Ort 0009"))
    cells = [cell.strip() for cell in line.split("|")]
    assert cells[2] == "4"
    assert cells[5].startswith("→")
    assert "hängt die Klasse an einem einzelnen Indikator" in sensitivity.verdict(context).markdown


def test_indicators_that_say_the_same_run_against_or_have_no_say_are_named(make: Make, tmp_path: Path) -> None:
    same = sensitivity.coherence(make(60, (2, 2, 0.3))).markdown
    assert "Nahezu dasselbe messen „Merkmal above-rising“ und „Merkmal above-slightly“" in same
    against = sensitivity.coherence(make(61, (1.5, 1.5, -0.8))).markdown
    assert "„Merkmal equal“ läuft dem Index entgegen" in against
    assert "weniger als 0,7" in against
    good = sensitivity.coherence(make(62, (0.5, 0.5, 0.5))).markdown
    assert "Kein Indikator läuft dem Index entgegen" in good
    alike = sensitivity.coherence(make(63, (3, 3, 3))).markdown
    assert "Alle Indikatoren laufen nahezu gleich" in alike


def test_where_values_are_protected_the_chapter_says_what_it_rests_on(make: Make) -> None:
    context = make(16, hidden=("0002", "0005"))
    found = audited(context)
    assert found is not None
    assert found.areas == 14
    text = sensitivity.verdict(context).markdown
    assert "Nicht geprüft werden kann die Klasse bei zwei Räumen, weil diese Ausgabe Werte schützt." in text
    assert "14 Räume" in sensitivity.weights(context).markdown
    for part in (each(context) for each in PARTS):
        assert "Ort 0002" not in part.markdown


def test_without_an_audit_the_chapter_says_so(small_snapshot: Snapshot) -> None:
    context = Context(small_snapshot)
    assert audited(context) is None
    for each in PARTS[:-2]:
        assert "keine Prüfung des Monitors" in each(context).markdown


def test_the_method_names_domains_with_their_weights(make: Make) -> None:
    of = dict(zip(INDICATORS, "aab", strict=True))
    entries = [{"indicator": id, "direction": "burdening", "domain": of[id]} for id in INDICATORS]
    domains = [{"id": "a", "title": "Arbeit", "weight": 3}, {"id": "b", "title": "Alter", "weight": 1}]
    context = make(20, indicators=entries, domains=domains, normaliser="rank-exponential")
    text = monitormethod.method(context).markdown.replace("\u00a0", " ")
    assert "Die Bereiche sind, mit ihrem Gewicht: Arbeit (75,0 %) und Alter (25,0 %)." in text
    assert "exponentiell gestreckte Ränge ersetzt; die Bereiche werden gewichtet addiert" in text
    found = audited(context)
    assert found is not None
    assert [part.nominal for part in found.parts] == pytest.approx([0.375, 0.375, 0.25])


# Drawings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [NARROW, TEXT])
@pytest.mark.parametrize("count", [2, 6, 12])
def test_the_heat_map_is_well_drawn_and_shows_every_number(width: int, count: int) -> None:
    generator = np.random.default_rng(count)
    values = np.corrcoef(generator.normal(0, 1, (count, 20)))
    figure = heatmap([LONG] * count, values.tolist(), values[0].tolist(), palette=PALETTE, width=width)
    assert_well_drawn(figure)
    numbers = [text for text in texts(figure) if re.fullmatch(r"\u2212?[01],\d+", text)]
    assert len(numbers) == count * (count - 1) / 2 + count


@pytest.mark.parametrize("width", [NARROW, TEXT, FULL])
def test_weights_are_well_drawn_even_below_zero(width: int) -> None:
    rows = [Weight(LONG, 25, 61.4), Weight("SGB-II-Quote", 25, 42), Weight("Kinder", 50, -3.4)]
    figure = weighting(rows, palette=PALETTE, width=width)
    assert_well_drawn(figure)
    assert "50 → \u22123" in texts(figure)


@pytest.mark.parametrize("width", [NARROW, TEXT])
def test_many_areas_stand_side_by_side_with_their_classes_below(width: int) -> None:
    count = 447
    rows = [
        Standing(f"{k:04d}", 2025, 4 if k < 30 else 3 if k < 60 else 2 if k < 400 else 1, 2, rank=k,
                 rank_low=max(1, k - 9), rank_high=min(count, k + 12), status_shares=(0.1, 0.2, 0.6, 0.1))
        for k in range(1, count + 1)
    ]  # fmt: skip
    figure = rank_intervals(rows, {}, palette=PALETTE, width=width)
    assert_well_drawn(figure)
    assert ("Status 2" if width == TEXT else "2") in texts(figure)
    named = rank_intervals(rows[:MOST], {s.area: f"Ort {s.area}" for s in rows}, palette=PALETTE, width=width)
    assert_well_drawn(named)
    assert sum(text.startswith("Ort") for text in texts(named)) == MOST
