"""Everything that can be read in a file of a report: text, metadata, what is packed inside.

Each kind of file is opened with a reader of its own, not with the program that wrote it, so the gate sees what readers
can see. Text that stands in no visible place (properties of documents, chunks of images, comments) counts as much.
"""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

#: Written by hand or by a program as text; read as they are.
_TEXT = {
    ".html",
    ".htm",
    ".svg",
    ".js",
    ".mjs",
    ".json",
    ".css",
    ".csv",
    ".txt",
    ".md",
    ".xml",
    ".geojson",
    ".typ",
    ".py",
}
_IMAGES = {".png", ".jpg", ".jpeg", ".webp", ".gif"}
_PACKED = {".pf_fragment", ".pf_index", ".pf_meta"}

#: How pagefind's search program begins once unpacked: a mark of its own, then WebAssembly.
_PROGRAM = b"pagefind_dcd\0asm"


@dataclass(frozen=True)
class Passage:
    """Text found in a file.

    Parameters
    ----------
    place
        Where in the file, German: "Seite 3", "Metadaten", "Blatt „Armut“"; empty for the file as a whole.
    text
        What stands there.
    metadata
        Whether readers do not see it on the page.
    """

    place: str
    text: str
    metadata: bool = False


def read(path: Path) -> Iterator[Passage]:
    """All text of a file.

    Parameters
    ----------
    path
        A file of the report; an unknown kind is read as bytes, its printable runs are its text.
    """
    yield from _reader(path)(path)


def _reader(path: Path) -> Callable[[Path], Iterator[Passage]]:
    ending = path.suffix.lower()
    if ending in _TEXT:
        return _plain
    if ending == ".pdf":
        return _pdf
    if ending in (".xlsx", ".docx", ".zip", ".ods"):
        return _zipped
    if ending in _IMAGES:
        return _image
    if ending in _PACKED or ending == ".gz":
        return _packed
    return _bytes


def _plain(path: Path) -> Iterator[Passage]:
    yield Passage("", path.read_text(encoding="utf-8", errors="replace"))


def _bytes(path: Path) -> Iterator[Passage]:
    content = _unpacked(path)
    if not (content.startswith(_PROGRAM) and path.read_bytes() in _pagefind()):
        yield Passage("", printable(content), metadata=True)


@lru_cache(maxsize=1)
def _pagefind() -> bytes:
    """The installed search engine, which carries the program that it puts into every report.

    What stands in it byte for byte holds nothing of a report; whatever it looks like is chance, and its paths are those
    of its makers.
    """
    from pagefind_bin import get_executable

    return Path(get_executable()).read_bytes()


def printable(content: bytes) -> str:
    """Runs of at least four printable characters, one a line."""
    return "\n".join(run.decode("ascii") for run in re.findall(rb"[\x20-\x7e]{4,}", content))


def _packed(path: Path) -> Iterator[Passage]:
    yield Passage("", _unpacked(path).decode("utf-8", errors="replace"))


def _unpacked(path: Path) -> bytes:
    """Content of a file, of one that gzip has packed what is inside: packed bytes look like any number by chance."""
    content = path.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _zipped(path: Path) -> Iterator[Passage]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            text = archive.read(member).decode("utf-8", errors="replace")
            hidden = "docProps" in member.filename
            yield Passage(f"Teil „{member.filename}“", re.sub(r"<[^>]+>", "\n", text) if hidden else text, hidden)
        if archive.comment:
            yield Passage("Kommentar des Archivs", archive.comment.decode("utf-8", errors="replace"), True)


def _image(path: Path) -> Iterator[Passage]:
    from PIL import Image

    with Image.open(path) as image:
        image.load()
        told = [f"{key}: {_said(value)}" for key, value in image.info.items()]
        told += [f"{key}: {_said(value)}" for key, value in image.getexif().items()]
    yield Passage("Metadaten", "\n".join(told), True)


def _said(value: object) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _pdf(path: Path) -> Iterator[Passage]:
    import pikepdf
    import pypdfium2

    with pikepdf.open(path) as pdf:
        told = [f"{key}: {value}" for key, value in (pdf.docinfo or {}).items()]
        stream = pdf.Root.get("/Metadata")
        if stream is not None:
            told.append(stream.read_bytes().decode("utf-8", errors="replace"))
        yield Passage("Metadaten", "\n".join(told), True)
        words = []
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary):
                words += [
                    str(item[key]) for key in ("/Alt", "/ActualText", "/Contents", "/T", "/TU") if _is_text(item, key)
                ]
        if words:
            yield Passage("Alternativtexte", "\n".join(words))
        for name, attached in pdf.attachments.items():
            content = attached.get_file().read_bytes()
            yield Passage(f"Anlage „{name}“", f"{name}\n{content.decode('utf-8', errors='replace')}")
    document = pypdfium2.PdfDocument(path)
    try:
        for number, page in enumerate(document, 1):
            words_of_page = page.get_textpage()
            yield Passage(f"Seite {number}", words_of_page.get_text_bounded().replace("\x02", "").replace("\ufffe", ""))
            words_of_page.close()
            page.close()
    finally:
        document.close()


def _is_text(item: object, key: str) -> bool:
    import pikepdf

    return isinstance(item, pikepdf.Dictionary) and key in item and isinstance(item[key], pikepdf.String)


def strings(text: str) -> str:
    """Strings and numbers of JSON, one a line; the text itself where it is none."""
    try:
        content = json.loads(text)
    except ValueError:
        return text
    lines: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key != "geometry":  # outlines: their coordinates are no statistics
                    lines.append(str(key))
                    walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)
        else:
            lines.append(str(node))

    walk(content)
    return "\n".join(lines)


def spoken(text: str) -> str:
    """Words of a search index: its texts, not its tables of positions and weights."""
    start = min((i for i in (text.find("{"), text.find("[")) if i >= 0), default=0)
    try:
        content = json.loads(text[start:].strip().rstrip(";"))
    except ValueError:
        return text
    if isinstance(content, dict):
        content = [content.get("content", ""), content.get("meta", {}), content.get("url", "")]
    return strings(json.dumps(content, ensure_ascii=False))
