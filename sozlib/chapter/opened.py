"""A snapshot opened before the chapters that read it.

A process that forks a child for each chapter reads the snapshot once; its children find tables, readings and outlines
in their memory instead of reading and converting them again. What a chapter gets is its own: it may change it without
another chapter noticing. In a notebook opened in JupyterLab nothing is prepared and everything is read when asked for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sozlib.chapter.outlines import outlines_of
from sozlib.chapter.readings import Readings
from sozlib.snapshot import Snapshot

#: Names of all tables that a snapshot reads from files.
_TABLES = tuple(name for name, value in vars(Snapshot).items() if isinstance(value, cached_property) and name != "meta")

#: Inode, time and size of ``snapshot.json``, which every new snapshot replaces.
_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True)
class _Prepared:
    stamp: _Stamp
    snapshot: Snapshot
    readings: Readings


_prepared: dict[Path, _Prepared] = {}


def prepare(path: Path) -> bool:
    """Read a snapshot with all that chapters ask of it; another one prepared before is forgotten.

    Returns whether there was anything left to read.

    Parameters
    ----------
    path
        Its folder.
    """
    place = path.resolve()
    stamp = _stamp(path)
    known = _prepared.get(place)
    if known is not None and known.stamp == stamp:
        return False
    _prepared.clear()
    snapshot = Snapshot.open(path)
    for table in _TABLES:
        getattr(snapshot, table)
    readings = Readings(snapshot, str(snapshot.meta["report"]["whole"]["id"]))
    readings.read_all()
    outlines = outlines_of(snapshot)
    if outlines is not None:
        outlines.settle()
    _prepared[place] = _Prepared(stamp, snapshot, readings)
    return True


def open_snapshot(path: Path) -> Snapshot:
    """Open a snapshot, with the tables of the prepared one where it is the same.

    Raises
    ------
    SozlibError
        The folder is no snapshot.
    """
    snapshot = Snapshot.open(path)
    known = _known(path)
    if known is not None:
        for table in _TABLES:
            frame = vars(known.snapshot)[table]
            # pandas copies what is written to, so this costs nothing and keeps the prepared table as it is.
            vars(snapshot)[table] = None if frame is None else frame.copy(deep=False)
    return snapshot


def readings_of(snapshot: Snapshot, whole: str) -> Readings:
    """Readings of a snapshot, those of the prepared one where it is the same."""
    known = _known(snapshot.path)
    if known is None or known.readings.whole_id != whole:
        return Readings(snapshot, whole)
    return known.readings.copy(snapshot)


def _known(path: Path) -> _Prepared | None:
    known = _prepared.get(path.resolve()) if _prepared else None
    return known if known is not None and known.stamp == _stamp(path) else None


def _stamp(path: Path) -> _Stamp:
    about = os.stat(path / "snapshot.json")
    return about.st_dev, about.st_ino, about.st_mtime_ns, about.st_size
