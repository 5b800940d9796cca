"""Symbolic links in a project's folders: a project that is passed on reads nothing of the machine it comes to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from sozlib.errors import Place, Problem


def links_out(root: Path, folders: Sequence[Path]) -> list[Problem]:
    """Links that lead out of where they lie.

    Parameters
    ----------
    root
        Folder that they may lead to, with all that is in it.
    folders
        Where links are looked for; folders that are not there have none.
    """
    home = root.resolve()
    return [
        Problem(
            "link-outside",
            "Die Verknüpfung führt aus dem Projekt.",
            "Legen Sie eine Kopie ab. Liegen die Rohtabellen anderswo, nennt data in parameters/report.yml den Ordner.",
            Place(link.relative_to(root).as_posix() if link != root else link.as_posix()),
        )
        for folder in folders
        for link in _links(folder)
        if not link.resolve().is_relative_to(home)
    ]


def _links(folder: Path) -> Iterator[Path]:
    if folder.is_symlink():
        yield folder
    for below, folders, files in os.walk(folder):
        yield from (path for name in sorted((*folders, *files)) if (path := Path(below, name)).is_symlink())
