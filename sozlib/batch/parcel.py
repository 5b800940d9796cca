"""What travels between machines: plain data and files, sealed with their digest.

Chapters and volumes are made elsewhere as they would be here: templates, texts, parameters, theme and one snapshot go
there, raw tables never do. The files keep their places relative to the project folder, and what is plain data has its
paths turned into those of the other machine and back, so that a result made elsewhere has the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Self

from sozlib.files import stamps
from sozlib.project import scaffold

#: Folders of a project that chapters may read beside their snapshot.
_FOLDERS = ("notebooks", "parameters")

#: Where lies, elsewhere, what comes with the program and not with the project.
_PROGRAM = ".program"

_ABOUT, _FILES = "about.json", "files/"
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Parcel:
    """Plain data and files.

    Parameters
    ----------
    about
        What JSON can say.
    files
        Contents by path relative to the project folder, with forward slashes.
    """

    about: Any = None
    files: Mapping[str, bytes] = field(default_factory=dict)

    def sealed(self) -> bytes:
        """The whole as a ZIP archive with its SHA-256 before it."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_ABOUT, json.dumps(self.about, ensure_ascii=False))
            for name, content in self.files.items():
                archive.writestr(_FILES + name, content)
        content = stream.getvalue()
        return hashlib.sha256(content).digest() + content

    @classmethod
    def opened(cls, sealed: bytes) -> Self:
        """The parcel in an archive.

        Raises
        ------
        ValueError
            It is not what was sealed.
        """
        if hashlib.sha256(sealed[_DIGEST:]).digest() != sealed[:_DIGEST]:
            raise ValueError("Ein Paket kam nicht unversehrt an.")
        with zipfile.ZipFile(io.BytesIO(sealed[_DIGEST:])) as archive:
            about = json.loads(archive.read(_ABOUT))
            names = [name for name in archive.namelist() if name.startswith(_FILES)]
            return cls(about, {name.removeprefix(_FILES): archive.read(name) for name in names})

    def unpack(self, folder: Path) -> None:
        """Write all files below a folder.

        Raises
        ------
        ValueError
            A path would lead out of it.
        """
        for name, content in self.files.items():
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise ValueError(f"„{name}“ führt aus dem Ordner.")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def pack(root: Path, snapshot: Path, templates: Collection[Path], theme: Sequence[Path] = ()) -> Parcel:
    """What all chapters and volumes of an edition read.

    Parameters
    ----------
    root
        The project folder.
    snapshot
        The edition's snapshot, within it.
    templates
        Notebooks that will be run, of the project or of the program.
    theme
        Folders of the theme's files; those of the first are taken before those of the next.
    """
    paths = {f"{folder}/{name}": root / folder / name for folder in _FOLDERS for name, _ in stamps(root / folder)}
    paths |= {f"reports/theme/{name}": folder / name for folder in reversed(theme) for name, _ in stamps(folder)}
    place = snapshot.resolve().relative_to(root.resolve()).as_posix()
    paths |= {f"{place}/{name}": snapshot / name for name, _ in stamps(snapshot)}
    paths |= {path.relative_to(root).as_posix(): path for path in templates if path.is_relative_to(root)}
    if not all(path.is_relative_to(root) for path in templates):
        packaged = scaffold() / "notebooks"
        paths |= {f"{_PROGRAM}/notebooks/{name}": packaged / name for name, _ in stamps(packaged)}
    return Parcel(files={name: path.read_bytes() for name, path in sorted(paths.items())})


def places(root: Path) -> dict[str, str]:
    """Folders of this machine, and where each lies in an unpacked parcel."""
    return {str(scaffold()): _PROGRAM, str(root): "."}


def moved(plain: Any, ways: Mapping[str, str]) -> Any:
    """Plain data with every text that is a path below one folder turned into the same path below another.

    Parameters
    ----------
    plain
        What JSON can say.
    ways
        Folder → the one that takes its place; of folders within each other the inner one counts.
    """
    if isinstance(plain, dict):
        return {key: moved(value, ways) for key, value in plain.items()}
    if isinstance(plain, list):
        return [moved(value, ways) for value in plain]
    if isinstance(plain, str):
        for old in sorted(ways, key=len, reverse=True):
            if plain.startswith(old) and plain[len(old) : len(old) + 1] in ("", "/", "\\"):
                return ways[old] + plain[len(old) :]
    return plain
