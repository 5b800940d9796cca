"""The audit log: who built, checked, attacked or packed which edition, when, from which data, with which result.

One line of JSON for each act, only ever appended and brought to the disk at once. Every line carries the digest of the
line before, so that a line changed, taken out or put in between later shows. Only the end can be cut off unnoticed;
whoever keeps the digest of the last line elsewhere sees that, too.

This is the one file that names a person. It lies beside the reports and in none of them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sozlib
from sozlib.errors import BuildError, InputError, Place, Problem, SozlibError, spoken
from sozlib.files import settle
from sozlib.project import Project
from sozlib.release import lock

Act = Literal["build", "verify", "attack", "pack"]

#: File below ``reports/``.
NAME = "protokoll.jsonl"

_ACTS: dict[str, str] = {"build": "gebaut", "verify": "geprüft", "attack": "angegriffen", "pack": "verpackt"}
_RESULTS: dict[str, str] = {"done": "ohne Befund", "failed": "gescheitert", "interrupted": "abgebrochen"}

#: Why an act failed, in a few words; the message itself may cite texts and is not kept.
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (InputError, "Eingaben nicht verwendbar"),
    (BuildError, "nicht freigegeben"),
    (SozlibError, "nicht möglich"),
    (OSError, "das Betriebssystem hat abgelehnt"),
    (KeyboardInterrupt, ""),
)


@dataclass(frozen=True)
class Entry:
    """A line of the log.

    Parameters
    ----------
    content
        Its fields: number, time, user, act, cycle, edition, result, remark, version, snapshot (digest of the data),
        manifest (digest of the report's manifest), before (digest of the line before).
    digest
        SHA-256 of the line itself.
    """

    content: dict[str, Any]
    digest: str

    def __str__(self) -> str:
        about = self.content
        time = dt.datetime.fromisoformat(str(about["time"]))
        act = _ACTS.get(str(about["act"]), str(about["act"]))
        result = _RESULTS.get(str(about["result"]), str(about["result"]))
        remark = f" ({about['remark']})" if about.get("remark") else ""
        state = f", Datenstand {str(about['snapshot'])[:12]}" if about.get("snapshot") else ""
        return (
            f"{about['number']}. {time.day}.{time.month}.{time.year}, {time:%H:%M} Uhr, {about['user']}: Ausgabe "
            f"{about['edition']} ({about['cycle']}) {act}, {result}{remark}{state}"
        )


def place(project: Project) -> Path:
    """The log of a project, one for all cycles and editions."""
    return project.root / "reports" / NAME


@contextlib.contextmanager
def noted(project: Project, act: Act, edition: str) -> Iterator[dict[str, Any]]:
    """Note an act when it has ended, however it ends; an act that could not be noted is not begun.

    The caller may put a ``remark`` into what it is given, and ``result`` where failure is no exception.

    Parameters
    ----------
    project
        The report project.
    act
        What is done.
    edition
        Name of the edition's folder.
    """
    about: dict[str, Any] = {"result": "done", "remark": ""}

    def note() -> None:
        known = {"act": act, "cycle": project.cycle.id, "edition": edition}
        append(place(project), {**known, **about, **_state(project, edition)})

    os.close(_opened(place(project)))
    try:
        yield about
    except BaseException as error:
        reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), "Fehler im Programm")
        about |= {"result": "interrupted" if isinstance(error, KeyboardInterrupt) else "failed", "remark": reason}
        with contextlib.suppress(SozlibError):  # why the act failed is what the operator has to know
            note()
        raise
    note()


def append(path: Path, content: dict[str, Any]) -> Entry:
    """Add a line; waits while another process adds one.

    Raises
    ------
    SozlibError
        The log cannot be written; what is not in the log should not be done.
    """
    with os.fdopen(_opened(path), "r+b") as file:
        lock(file.fileno(), wait=True)
        lines = file.read().splitlines(keepends=True)
        whole = {
            "number": len(lines) + 1,
            "time": dt.datetime.now().astimezone().isoformat(timespec="seconds"),
            "user": _user(),
            **content,
            "version": sozlib.__version__,
            "before": _digest(lines[-1]) if lines else "",
        }
        line = json.dumps(whole, ensure_ascii=False).encode("utf-8")
        torn = bool(lines) and not lines[-1].endswith(b"\n")  # a machine that stopped while writing
        file.write((b"\n" if torn else b"") + line + b"\n")
        file.flush()
        settle(file.fileno())
    return Entry(whole, _digest(line))


def _opened(path: Path) -> int:
    """The log, ready to be read and added to."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise SozlibError(f"Das Protokoll lässt sich nicht schreiben. {spoken(error)}") from None


def read(path: Path, shown: str = NAME) -> tuple[list[Entry], list[Problem]]:
    """All lines that can be read, and what is wrong with the chain.

    Parameters
    ----------
    path
        The log; one that is not there is empty.
    shown
        Its path as messages name it.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    before = ""
    for row, line in enumerate(path.read_bytes().splitlines() if path.is_file() else (), 1):
        at = Place(shown, row)
        try:
            content = json.loads(line)
            entry = Entry(content, _digest(line))
            str(entry)
            if content["before"] != before or content["number"] != row:
                found = "Die Zeile schließt nicht an die vorige an: Hier wurde etwas geändert, entfernt oder eingefügt."
                problems.append(Problem("log-chain", found, "Klären Sie, wer Zugriff auf die Datei hatte.", at))
            entries.append(entry)
        except (ValueError, KeyError, TypeError):
            problems.append(Problem("log-line", "Die Zeile ist nicht lesbar.", "", at))
        before = _digest(line)
    return entries, problems


def _digest(line: bytes) -> str:
    return hashlib.sha256(line.rstrip(b"\r\n")).hexdigest()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account with a name
        return "unbekannt"


def _state(project: Project, edition: str) -> dict[str, str]:
    """Digests of data and report as they are now; empty where there is none."""
    found = {"snapshot": "", "manifest": ""}
    whole = edition.removesuffix("-teil")
    with contextlib.suppress(OSError, ValueError, KeyError):
        described = json.loads((project.workshop(whole) / "snapshot" / "snapshot.json").read_text(encoding="utf-8"))
        found["snapshot"] = str(described["digest"])
    with contextlib.suppress(OSError):
        found["manifest"] = _digest((project.output(edition) / "manifest.json").read_bytes())
    return found
