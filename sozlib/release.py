"""The switch: a report that is complete takes the place of the last one, and only then.

Nothing half is ever seen: a build works beside the report, and what fails or is killed leaves the last good report
where it was.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from sozlib.errors import SozlibError
from sozlib.files import write_whole

#: ``renameat2`` flag: swap two names in one step.
_EXCHANGE = 2
_AT_CWD = -100


def switch_in(site: Path, report: Path) -> None:
    """Put a finished site in the place of a report.

    Where the system can swap two folders in one step (Linux), there is no moment without a report. Elsewhere the
    old one is renamed first; :func:`recover` brings it back if the program ends between the two steps.

    Parameters
    ----------
    site
        The finished folder; on the same file system as ``report``.
    report
        The place of the released report.
    """
    report.parent.mkdir(parents=True, exist_ok=True)
    recover(report)
    _settle()
    old = _aside(report)
    if not report.exists():
        os.replace(site, report)
        return
    if _exchange(site, report):
        os.replace(site, old)
    else:
        os.replace(report, old)
        os.replace(site, report)
    shutil.rmtree(old, ignore_errors=True)


def recover(report: Path) -> None:
    """Finish or undo a switch that was interrupted."""
    old = _aside(report)
    if old.exists() and not report.exists():
        os.replace(old, report)
    shutil.rmtree(old, ignore_errors=True)


def keep_apart(report: Path, public: Path) -> None:
    """Refuse a place below the public folder, or around it: what lies there is published with it.

    Raises
    ------
    SozlibError
        The places are not apart, be it by a link between folders.
    """
    one, other = report.resolve(), public.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise SozlibError(
            f"{report.as_posix()} liegt im Ordner der öffentlichen Ausgabe ({other.as_posix()}). Entfernen Sie die "
            "Verknüpfung; dort darf nur stehen, was alle sehen dürfen."
        )


@contextlib.contextmanager
def exclusive(workshop: Path) -> Iterator[None]:
    """Keep a second build out of the same workshop.

    The lock is the system's: it ends with the process that holds it, however that ends. A file that a killed build
    left behind therefore holds up nobody; what stands in it only tells who is building.

    Raises
    ------
    SozlibError
        Another process is building there: which, and since when.
    """
    workshop.mkdir(parents=True, exist_ok=True)
    holder = workshop / ".lock-holder"
    handle = os.open(workshop / ".lock", os.O_RDWR | os.O_CREAT)
    try:
        if not lock(handle):
            raise SozlibError(
                f"{workshop.as_posix()}: Hier läuft schon ein Bau{_who(holder)}. Warten Sie, bis er fertig ist, "
                "oder brechen Sie ihn ab."
            )
        since = dt.datetime.now()
        write_whole(holder, f"{os.getpid()} {since.isoformat(timespec='minutes')}")
        try:
            yield
        finally:
            holder.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _who(holder: Path) -> str:
    """„ (Prozess 4711, seit 22.11.2026, 14:05 Uhr)“, as far as it is known."""
    try:
        process, since = holder.read_text(encoding="utf-8").split()
        began = dt.datetime.fromisoformat(since)
    except (OSError, ValueError):
        return ""
    return f" (Prozess {process}, seit {began.day}.{began.month}.{began.year}, {began:%H:%M} Uhr)"


def lock(handle: int, *, wait: bool = False) -> bool:
    """Take the system's lock on an open file; False if another process has it.

    Parameters
    ----------
    handle
        Descriptor of the file.
    wait
        Wait for the other process to end instead.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _settle() -> None:
    """Bring the new report to the disk before it takes the old one's place."""
    if hasattr(os, "sync"):
        os.sync()


def _aside(report: Path) -> Path:
    return report.with_name(f".{report.name}.old")


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    import ctypes

    libc = ctypes.CDLL(None)
    if not hasattr(libc, "renameat2"):
        return False
    done: int = libc.renameat2(_AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE)
    return done == 0
