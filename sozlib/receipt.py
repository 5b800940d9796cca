"""The receipt of a build: by it the next one sees in a moment that there is nothing to do.

It holds the stamps of everything that a build can read (parameters, notebooks, theme, raw tables, the program and the
libraries beside it) and of the report that came out. If all of them are as they were, the report is the right one and
no other question is asked. If one is not, the build looks closer, chapter by chapter. This module is all that is
loaded for that first look: no library, no parameter file.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sozlib.files import RACY, digest_of, stamp, stamps, write_whole

NAME = "receipt.json"


@dataclass(frozen=True)
class Asked:
    """What the operator asked for, as typed; nothing typed stands for what ``report.yml`` says."""

    editions: Sequence[str] = ()
    cycle: str | None = None
    areas: Sequence[str] = ()
    topics: Sequence[str] = ()
    assembler: str | None = None


@dataclass(frozen=True)
class Watched:
    """What a build can read, with the stamps of the moment before it began."""

    data: str
    environment: dict[str, str]
    trees: dict[str, str]
    files: dict[str, list[int] | None]


def look(root: Path, data: str, folders: Iterable[Path], files: Iterable[Path] = ()) -> Watched:
    """Stamps of all that a build can read.

    Parameters
    ----------
    root
        The project folder.
    data
        Folder of the raw tables as ``report.yml`` declares it; environment variables in it are filled in.
    folders
        Further folders: what comes with the program.
    files
        Further files: raw tables that lie elsewhere.
    """
    own = [root / name for name in ("parameters", "notebooks", "reports/theme")]
    trees = [*own, root / os.path.expandvars(data), Path(__file__).parent, *folders]
    return Watched(
        data,
        _environment(data),
        {str(tree): _tree(tree) for tree in trees},
        {str(file): _stamp(file) for file in files},
    )


def write(workshop: Path, asked: dict[str, Any], watched: Watched, report: Path, site: str, says: str) -> None:
    """Write the receipt of a build.

    Parameters
    ----------
    workshop
        The edition's workshop.
    asked
        ``edition``, ``default``, ``cycle``, ``own_cycle``, ``areas``, ``topics``, ``assembler``.
    watched
        What :func:`look` saw before the build began.
    report
        The released report.
    site
        Key of the site.
    says
        What the next build says if there is nothing to do.
    """
    content = {
        "asked": asked,
        "data": watched.data,
        "environment": watched.environment,
        "trees": watched.trees,
        "files": watched.files,
        "report": [str(report), _tree(report, racy=False)],
        "site": site,
        "says": says,
    }
    write_whole(workshop / NAME, json.dumps(content, ensure_ascii=False, indent=1))


def read(workshop: Path) -> dict[str, Any]:
    """Receipt of the last good build; empty where there is none."""
    try:
        content: dict[str, Any] = json.loads((workshop / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content


def untouched(receipt: dict[str, Any]) -> bool:
    """Whether the report that the receipt is about is still as it was released."""
    try:
        report, seen = receipt["report"]
        return bool(_tree(Path(report), racy=False) == seen)
    except (KeyError, TypeError, ValueError):
        return False


def nothing_to_do(root: Path, asked: Asked) -> list[str] | None:
    """What to say if every report asked for is the right one already; None if a build has to look closer."""
    receipts = [read(path.parent) for path in sorted(root.glob(f"reports/*/.work/*/{NAME}"))]
    said = []
    for edition in dict.fromkeys(asked.editions) or (None,):
        found = next((receipt for receipt in receipts if _fits(receipt, edition, asked)), None)
        if found is None or not _current(root, found):
            return None
        said.append(str(found["says"]))
    return said


def _fits(receipt: dict[str, Any], edition: str | None, asked: Asked) -> bool:
    about = receipt.get("asked", {})
    return bool(
        about
        and (about["edition"] == edition if edition else about["default"])
        and (about["cycle"] == asked.cycle if asked.cycle else about["own_cycle"])
        and about["areas"] == list(asked.areas)
        and about["topics"] == list(asked.topics)
        and about["assembler"] == asked.assembler
    )


def _current(root: Path, receipt: dict[str, Any]) -> bool:
    try:
        return (
            receipt["environment"] == _environment(receipt["data"])
            and str(root / os.path.expandvars(receipt["data"])) in receipt["trees"]
            and all(seen and _tree(Path(tree), racy=False) == seen for tree, seen in receipt["trees"].items())
            and all(seen and _stamp(Path(file)) == seen for file, seen in receipt["files"].items())
            and untouched(receipt)
        )
    except (KeyError, TypeError, OSError):
        return False


def _tree(folder: Path, racy: bool = True) -> str:
    """Digest of the stamps of all files below a folder; "" where one of them may still be changing."""
    found = sorted(stamps(folder))
    latest = time.time_ns() - RACY
    if racy and any(about[1] > latest for _, about in found):
        return ""
    return digest_of(found)


def _stamp(file: Path) -> list[int] | None:
    found = stamp(file)
    return list(found) if found else None


def _environment(data: str) -> dict[str, str]:
    """Whatever else decides about a report: the interpreter, the libraries installed, Quarto, the data folder."""
    installed = []
    for folder in sys.path:
        try:
            installed += [name for name in os.listdir(folder or ".") if name.endswith(".dist-info")]
        except OSError:
            continue
    places = os.environ.get("PATH", "").split(os.pathsep)
    names = ("quarto", "quarto.exe", "quarto.cmd")
    quarto = next((path for place in places for name in names if os.path.isfile(path := os.path.join(place, name))), "")
    return {
        "python": sys.version,
        "libraries": digest_of(sorted(set(installed))),
        "quarto": quarto,
        "data": os.path.expandvars(data),
    }
