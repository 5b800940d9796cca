"""``sozlib init``: a project folder of one's own, so that a municipality keeps its data in its own repository.

What the program brings (templates, catalogue, theme) is copied; what only the municipality knows (its name, its
areas, its tables) is asked for in comments. The demonstration district's sources are not copied: they describe
tables that nobody else has.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sozlib.errors import SozlibError
from sozlib.project import scaffold

_START = Path(__file__).parent / "start"

#: What every project gets from the program: folder there, folder in the project. The whole catalogue lies beside the
#: indicators in use, because each of them needs raw tables that a new project does not have yet.
_COPIED = {
    "notebooks": "notebooks",
    "parameters/indicators": "parameters/katalog",
    "reports/theme": "reports/theme",
}

#: Never copied: what editors and runs leave behind.
_LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")


def init(folder: Path) -> str:
    """Make a project folder.

    Parameters
    ----------
    folder
        A folder that does not exist yet or is empty (a ``.git`` folder may be in it).

    Returns
    -------
    str
        What to do next, in German.

    Raises
    ------
    SozlibError
        The folder has content; nothing was changed.
    """
    if folder.exists() and not folder.is_dir():
        raise SozlibError(f"{folder.as_posix()} ist kein Ordner.")
    present = sorted(path.name for path in folder.iterdir() if path.name != ".git") if folder.exists() else []
    if present:
        shown = ", ".join(present[:5]) + (" …" if len(present) > 5 else "")
        raise SozlibError(
            f"{folder.as_posix()} ist nicht leer ({shown}). Es wurde nichts geändert; nennen Sie einen neuen Ordner."
        )
    source = scaffold()
    folder.mkdir(parents=True, exist_ok=True)
    for name, place in _COPIED.items():
        _copy(source / name, folder / place)
    _copy(_START, folder)
    (folder / "gitignore").rename(folder / ".gitignore")
    for name in ("data", "notebooks/texts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return _NEXT.format(folder=folder.as_posix())


def _copy(source: Path, target: Path) -> None:
    """Copy a folder's files, without the texts: those are about the demonstration district's areas."""
    if not source.is_dir():
        raise SozlibError(f"Im Programm fehlt {source.as_posix()}. Installieren Sie sozlib neu.")
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        if path.is_dir() or parts[0] == "texts" or set(parts) & set(_LEFT_OUT):
            continue
        copy = target.joinpath(*parts)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


_NEXT = """Angelegt: {folder}

So geht es weiter (README.md im Ordner erklärt die Schritte):
  1. parameters/report.yml: Titel, Herausgeber, Name des Kreises oder der Stadt
  2. data/gebiete.csv: Ihre Gebiete; data/gebiete.geojson: ihre Grenzen (nicht nötig für den Anfang)
  3. parameters/sources/: zu jeder Rohtabelle eine Datei; einwohner.yml ist ein Beispiel
  4. sozlib check --project {folder}"""
