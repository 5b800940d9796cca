"""A snapshot is all a notebook sees: complete, with a digest of every file, never half written."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from sozlib.errors import SozlibError
from sozlib.snapshot import AREA_COLUMNS, INDICATOR_COLUMNS, POPULATION_COLUMNS, Snapshot, write_snapshot

TOKENS = Path(__file__).parents[1] / "reports" / "theme" / "tokens.css"


def write(path: Path, population: int = 100) -> Snapshot:
    areas = pd.DataFrame([{**dict.fromkeys(AREA_COLUMNS), "id": "0101", "name": "Wiesengrund"}])
    indicators = pd.DataFrame([{**dict.fromkeys(INDICATOR_COLUMNS), "indicator": "x", "area": "0101"}])
    people = pd.DataFrame([{**dict.fromkeys(POPULATION_COLUMNS), "area": "0101", "value": population}])
    meta = {"edition": {"id": "public"}, "cycle": {}, "report": {}, "catalogue": [], "sources": []}
    return write_snapshot(
        path, meta=meta, areas=areas, indicators=indicators, population=people, geometry=None, tokens=TOKENS
    )


def test_ids_keep_their_leading_zeros(tmp_path):
    assert write(tmp_path / "snapshot").areas["id"].tolist() == ["0101"]


def test_every_file_has_its_digest(tmp_path):
    snapshot = write(tmp_path / "snapshot")
    files = json.loads((snapshot.path / "snapshot.json").read_text("utf-8"))["files"]
    assert set(files) == {"areas.parquet", "indicators.parquet", "population.parquet", "tokens.css"}
    for name, digest in files.items():
        assert hashlib.sha256((snapshot.path / name).read_bytes()).hexdigest() == digest


def test_the_same_tables_give_the_same_digest_and_other_tables_another(tmp_path):
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert first.digest == second.digest
    assert write(tmp_path / "c", population=101).digest != first.digest


def test_a_new_snapshot_replaces_the_old_one_whole(tmp_path):
    write(tmp_path / "snapshot")
    assert write(tmp_path / "snapshot", population=101).population["value"].tolist() == [101]
    assert [p.name for p in tmp_path.iterdir()] == ["snapshot"]


def test_a_folder_that_is_no_snapshot_says_so(tmp_path):
    with pytest.raises(SozlibError, match="kein Datenstand"):
        Snapshot.open(tmp_path)
