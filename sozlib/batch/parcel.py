"""What travels to another machine so that chapters run there as here: templates, texts, parameters, one snapshot.

Raw tables never travel. The files keep their places relative to the project folder, so a notebook executed elsewhere
has the same parameters, and the same bytes, as one executed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from sozlib.batch.chapter_run import ChapterJob, ChapterResult
from sozlib.files import digest_of, stamps, write_whole

#: Folders of a project that chapters may read beside their snapshot.
_FOLDERS = ("notebooks", "parameters")

#: Where templates lie that come with the program.
_PROGRAM = ".program"


@dataclass(frozen=True)
class Parcel:
    """Files by path relative to the project folder, with forward slashes."""

    files: Mapping[str, bytes]

    @cached_property
    def contents(self) -> dict[str, str]:
        """Digest of each file."""
        return {name: content_digest(content) for name, content in sorted(self.files.items())}

    @cached_property
    def digest(self) -> str:
        """Digest of the whole."""
        return digest_of(self.contents)

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
            write_whole(folder / name, content)


def content_digest(content: bytes) -> str:
    """SHA-256 of bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def pack(root: Path, snapshot: Path, templates: Collection[Path]) -> Parcel:
    """Parcel of a project folder, one snapshot in it, and templates that may lie elsewhere."""
    paths = {f"{folder}/{name}": root / folder / name for folder in _FOLDERS for name, _ in stamps(root / folder)}
    place = snapshot.resolve().relative_to(root.resolve()).as_posix()
    paths |= {f"{place}/{name}": snapshot / name for name, _ in stamps(snapshot)}
    paths |= {_travelling_path(template, root): template for template in templates}
    return Parcel({name: path.read_bytes() for name, path in sorted(paths.items())})


def _travelling_path(path: Path, root: Path) -> str:
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    return f"{_PROGRAM}/{content_digest(str(path).encode())[:16]}.ipynb"


def leaving(job: ChapterJob, root: Path) -> ChapterJob:
    """The job with paths relative to the project folder, for another machine."""
    return replace(
        job,
        template=Path(_travelling_path(job.template, root)),
        output=job.output.relative_to(root),
        folder=job.folder.relative_to(root),
    )


def arrived(job: ChapterJob, folder: Path) -> ChapterJob:
    """A job that has come from elsewhere, with paths in this machine's folder."""
    return replace(job, template=folder / job.template, output=folder / job.output, folder=folder / job.folder)


def returning(result: ChapterResult, folder: Path) -> ChapterResult:
    """A result without this machine's folder in what was read."""
    inside = f"{folder.as_posix()}/"
    read = tuple((kind, name.removeprefix(inside) if kind == "file" else name) for kind, name in result.reads)
    return replace(result, reads=read)


def returned(result: ChapterResult, job: ChapterJob, root: Path) -> ChapterResult:
    """A result that has come back, with the paths of this project."""
    read = tuple(
        (kind, str(root / name) if kind == "file" and not Path(name).is_absolute() else name)
        for kind, name in result.reads
    )
    failure = result.failure
    if failure is not None:
        failure = replace(failure, template=job.template, notebook=job.failed if failure.notebook else None)
    return replace(result, failure=failure, reads=read)
