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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sozlib.files import RACY, digest_of, stamps, write_whole

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

    moment: int
    data: str
    environment: dict[str, str]
    trees: dict[str, str]

    def also(self, folders: Iterable[Path]) -> Watched:
        """The same with folders that were not known before; what changed in them since then counts as changed."""
        more = {str(folder): _tree(folder, self.moment) for folder in folders if str(folder) not in self.trees}
        return replace(self, trees=self.trees | more)

    def settled(self, folder: Path) -> Watched:
        """The same with a folder as the build leaves it, because the build itself writes there."""
        return replace(self, trees=self.trees | {str(folder): _tree(folder)})


def look(root: Path, data: str, folders: Iterable[Path]) -> Watched:
    """Stamps of all that a build can read.

    Parameters
    ----------
    root
        The project folder.
    data
        Folder of the raw tables as ``report.yml`` declares it; environment variables in it are filled in.
    folders
        Further folders: what comes with the program.
    """
    moment = time.time_ns()
    own = [root / name for name in ("parameters", "notebooks", "reports/theme")]
    trees = [*own, root / os.path.expandvars(data), Path(__file__).parent, *folders]
    return Watched(moment, data, _environment(data), {str(tree): _tree(tree, moment) for tree in trees})


def write(workshop: Path, asked: dict[str, Any], watched: Watched, report: Path, site: str, says: str) -> None:
    """Write the receipt of a build.

    Parameters
    ----------
    workshop
        The edition's workshop.
    asked
        ``edition``, ``family`` with its ``members`` where it belongs to one, ``default``, ``cycle``,
        ``own_cycle``, ``areas``, ``topics``, ``assembler``.
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
        "report": [str(report), _tree(report)],
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
        return bool(_tree(Path(report)) == seen)
    except (KeyError, TypeError, ValueError):
        return False


def nothing_to_do(root: Path, asked: Asked) -> list[str] | None:
    """What to say if every report asked for is the right one already; None if a build has to look closer."""
    receipts = [read(path.parent) for path in sorted(root.glob(f"reports/*/.work/*/{NAME}"))]
    found: dict[str, dict[str, Any]] = {}
    for edition in _members(receipts, asked.editions) or (None,):
        fitting = next((receipt for receipt in receipts if _fits(receipt, edition, asked)), None)
        if fitting is None:
            return None
        found[str(fitting["asked"]["edition"])] = fitting
    current = all(_current(root, receipt) for receipt in found.values())
    return [str(receipt["says"]) for receipt in found.values()] if current else None


def _members(receipts: Sequence[dict[str, Any]], editions: Sequence[str]) -> tuple[str, ...]:
    """Editions asked for; a family that some receipt knows stands for the members that it had then."""
    families = {str(r["asked"]["family"]): r["asked"]["members"] for r in receipts if r.get("asked", {}).get("family")}
    return tuple(dict.fromkeys(member for edition in editions for member in families.get(edition, (edition,))))


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
            and all(seen and _tree(Path(tree)) == seen for tree, seen in receipt["trees"].items())
            and untouched(receipt)
        )
    except (KeyError, TypeError, OSError):
        return False


def _tree(folder: Path, moment: int | None = None) -> str:
    """Digest of the stamps of all files below a folder; "" where one has changed at that moment or later."""
    found = sorted(stamps(folder))
    if moment is not None and any(about[1] > moment - RACY for _, about in found):
        return ""
    return digest_of(found)


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
