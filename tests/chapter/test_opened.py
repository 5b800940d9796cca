"""A snapshot read beforehand is the same as one read by the chapter, and nobody can spoil it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sozlib.chapter import opened
from sozlib.chapter.context import Context, locate
from sozlib.chapter.rehearsal import rehearse
from sozlib.snapshot import Snapshot


@pytest.fixture
def place(small_snapshot: Snapshot, tmp_path: Path) -> Iterator[Path]:
    """Folder of a snapshot that the test may change."""
    copy = shutil.copytree(small_snapshot.path, tmp_path / "snapshot")
    yield copy
    opened._prepared.clear()


def test_a_prepared_snapshot_holds_what_the_files_hold(place: Path) -> None:
    fresh = Context(locate(str(place), "", ""))
    assert opened.prepare(place)
    assert not opened.prepare(place)
    ready = Context(locate(str(place), "", ""))
    assert "indicators" in vars(ready.snapshot)
    for table in ("areas", "indicators", "population"):
        assert getattr(ready.snapshot, table).equals(getattr(fresh.snapshot, table))
    for indicator in fresh.readings.catalogue:
        one, other = fresh.readings[indicator], ready.readings[indicator]
        assert one.periods == other.periods
        assert [one.over_time(a) for a in fresh.all_areas] == [other.over_time(a) for a in fresh.all_areas]


def test_what_one_chapter_changes_another_does_not_see(place: Path) -> None:
    opened.prepare(place)
    first = locate(str(place), "", "")
    before = first.indicators["value"].tolist()
    first.indicators.loc[:, "value"] = 0.0
    first.indicators["own"] = 1
    first.meta["report"]["title"] = "verändert"
    Context(first).readings.catalogue.clear()
    second = locate(str(place), "", "")
    assert second.indicators["value"].equals(Snapshot.open(place).indicators["value"])
    assert len(second.indicators) == len(before)
    assert "own" not in second.indicators
    assert second.meta["report"]["title"] != "verändert"
    assert Context(second).readings.catalogue


def test_a_new_snapshot_in_the_same_place_is_noticed(place: Path) -> None:
    opened.prepare(place)
    newer = place.with_name("newer")
    shutil.copytree(place, newer)
    areas = Snapshot.open(place).areas.assign(name="neu")
    areas.to_parquet(newer / "areas.parquet")
    described = (newer / "snapshot.json").read_text(encoding="utf-8")
    (newer / "snapshot.json").write_text(described + "\n", encoding="utf-8")
    shutil.rmtree(place)
    newer.rename(place)
    assert set(locate(str(place), "", "").areas["name"]) == {"neu"}


def test_the_rehearsal_leaves_no_trace_in_what_is_drawn(place: Path) -> None:
    from sozlib.chapter import figures

    def trend() -> str:
        context = Context(Snapshot.open(place))
        return figures.trend(context, context.series(next(iter(context.readings.catalogue)))).markdown

    before = trend()
    rehearse(Snapshot.open(place))
    assert trend() == before
