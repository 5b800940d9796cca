"""What a build has made and the next may take: kept with its key and the digests of its files.

A part of the book (a volume, the downloads, the search index) is a function of its key. On the shelf lies the last one
made; it is taken if its key is the wanted one and its files are as they were put there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sozlib.files import Digests, write_whole


class Shelf:
    """A folder of parts by name; what is known of them lies in a folder beside it.

    Parameters
    ----------
    folder
        Where the parts lie.
    digests
        Digests of files.
    """

    def __init__(self, folder: Path, digests: Digests):
        self.folder, self.digests = folder, digests
        self._keys = folder.with_name(f"{folder.name}-keys")

    def key(self, name: str) -> Any:
        """Key of the part that lies there; None where there is none."""
        return self._read(name).get("key")

    def take(self, name: str, key: object) -> Any:
        """What was said about the part when it was put there; None if there is no such part or it was touched."""
        kept = self._read(name)
        if kept.get("key") != json.loads(json.dumps(key)):
            return None
        if self.digests.below(self.folder / name) != kept.get("files"):
            return None
        return kept["about"]

    def put(self, name: str, key: object, about: object) -> None:
        """Note that the files now in the part's folder were made for that key; what is said about them is plain."""
        files = self.digests.below(self.folder / name)
        content = {"key": key, "about": about, "files": files}
        write_whole(self.record(name), json.dumps(content, ensure_ascii=False))

    def clear(self, name: str) -> Path:
        """Empty folder for a part to be made."""
        self.record(name).unlink(missing_ok=True)
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir(parents=True)
        return self.folder / name

    def keep_only(self, names: Iterable[str]) -> None:
        """Remove all other parts."""
        wanted = set(names)
        for path in (*self.folder.glob("*"), *self._keys.glob("*")):
            if path.stem not in wanted:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def record(self, name: str) -> Path:
        """File that says what is known of a part."""
        return self._keys / f"{name}.json"

    def _read(self, name: str) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self.record(name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}
