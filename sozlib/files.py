"""Files that are whole or not there, and how it is seen whether one has changed.

A result is written beside its place, brought to the disk and renamed: a build that is killed at any moment leaves no
half file that the next could take for a result. Whether a file has changed its digest says; the digest is computed
anew only where size, time or inode differ.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

#: Size in bytes, time of change in nanoseconds, inode.
Stamp = tuple[int, int, int]

#: A file changed so shortly before it was looked at may change once more without its time telling (nanoseconds).
RACY = 100_000_000

#: Folders that hold nothing of a project's own.
_IGNORED = frozenset({"__pycache__", ".ipynb_checkpoints", ".git"})


def stamps(folder: Path | str) -> Iterator[tuple[str, Stamp]]:
    """All files below a folder with their stamps, by path relative to it with forward slashes.

    A folder that is not there or may not be read has no files. Links to folders are followed, but not in circles.
    """
    waiting = [""]
    linked = {os.path.realpath(folder)}
    while waiting:
        below = waiting.pop()
        try:
            entries = os.scandir(os.path.join(folder, below))
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            continue
        with entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.is_symlink():
                        place = os.path.realpath(entry.path)
                        if any(known == place or known.startswith(os.path.join(place, "")) for known in linked):
                            continue
                        linked.add(place)
                    if entry.name not in _IGNORED:
                        waiting.append(f"{below}{entry.name}/")
                    continue
                with contextlib.suppress(FileNotFoundError):  # gone in between
                    about = entry.stat() if os.name != "nt" else os.stat(entry.path)
                    yield f"{below}{entry.name}", (about.st_size, about.st_mtime_ns, about.st_ino)


def digest_of(parts: object) -> str:
    """SHA-256 of plain data (whatever JSON can say), hexadecimal."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Digests:
    """SHA-256 of files, remembered as long as their stamps stay.

    Parameters
    ----------
    store
        File that remembers from build to build; without one, only this object does.
    """

    def __init__(self, store: Path | None = None):
        self._store = store
        self._known: dict[str, tuple[list[int], str]] = {}
        self._changed = False
        if store is not None:
            with contextlib.suppress(OSError, ValueError):
                self._known = json.loads(store.read_text(encoding="utf-8"))
        if not isinstance(self._known, dict):
            self._known = {}

    def of(self, path: Path) -> str:
        """Digest of a file; "" where there is none.

        Raises
        ------
        OSError
            The file is there but cannot be read.
        """
        name = str(path)
        try:
            about = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return ""
        found = [about.st_size, about.st_mtime_ns, about.st_ino]
        known = self._known.get(name)
        if known is not None and known[0] == found:
            return known[1]
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        if _now() - about.st_mtime_ns > RACY:
            self._known[name] = (found, content)
            self._changed = True
        return content

    def below(self, folder: Path, names: Iterable[str] | None = None) -> dict[str, str]:
        """Digests of all files below a folder (or of those named), by path relative to it."""
        chosen = sorted(name for name, _ in stamps(folder)) if names is None else names
        return {name: self.of(folder / name) for name in chosen}

    def keep(self) -> None:
        """Remember what was computed for the next build."""
        if self._store is not None and self._changed:
            write_whole(self._store, json.dumps(self._known))
            self._changed = False


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file that is there whole or not at all, whatever happens meanwhile."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.neu")
    try:
        with beside.open("wb") as file:
            file.write(data)
            settle(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def rename_whole(beside: Path, path: Path) -> None:
    """Put a finished file into its place, once it is on the disk."""
    with beside.open("rb+") as file:
        settle(file.fileno())
    os.replace(beside, path)


def settle(descriptor: int) -> None:
    """Bring a file to the disk; some network drives cannot, and nothing better is to be had there."""
    with contextlib.suppress(OSError):
        os.fsync(descriptor)


def _now() -> int:
    import time

    return time.time_ns()
