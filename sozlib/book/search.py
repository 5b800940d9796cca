"""Search without a server: pagefind over http(s), a small index of our own where pages are opened as files.

Pagefind's WebAssembly cannot be loaded from ``file://``; a classic script can. Both indexes are made from the same
pages, and both stay in the reader's browser.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

from sozlib.errors import BuildError

#: Name of the script that holds the index for ``file://``.
FALLBACK = "assets/suchindex.js"

#: Longest stretch of text kept for one entry of the fallback index.
_LONGEST = 1200

#: Pagefind's own user interfaces; the site has its own.
_UNUSED = (
    *("pagefind-ui.js", "pagefind-ui.css", "pagefind-modular-ui.js", "pagefind-modular-ui.css"),
    *("pagefind-highlight.js", "pagefind-component-ui.js", "pagefind-component-ui.css"),
)

#: What is no text to be found: drawings, data behind figures, navigation.
_LEFT_OUT = frozenset({"svg", "script", "style", "nav", "noscript", "details"})


#: Elements that do not part words.
_INLINE = frozenset({"a", "abbr", "b", "code", "em", "i", "mark", "q", "small", "span", "strong", "sub", "sup", "u"})


@dataclass(frozen=True)
class Entry:
    """One hit that the fallback can give: a page or a section of one.

    ``path`` is relative to the site's root and may end in an anchor.
    """

    path: str
    page: str
    heading: str
    text: str


def index_entries(folder: Path) -> tuple[Entry, ...]:
    """Entries of all searchable pages below a folder, in the order of their paths.

    A page is searchable if an element carries ``data-pagefind-body``; where no page does (another assembler wrote
    them), every ``main`` is read, as pagefind does. Pages are cut at the headings that have an anchor.
    """
    pages = [
        (path.relative_to(folder).as_posix(), lxml_html.fromstring(path.read_text(encoding="utf-8")))
        for path in sorted(folder.rglob("*.html"))
    ]
    bodies = [(path, body) for path, root in pages for body in root.xpath("//*[@data-pagefind-body]")]
    if not bodies:
        bodies = [(path, body) for path, root in pages for body in root.xpath("//main")]
    return tuple(entry for path, body in bodies for entry in _sections(path, _title(body), body))


def _title(body: Any) -> str:
    meta = str(body.get("data-pagefind-meta", ""))
    if meta.startswith("title:"):
        return meta.removeprefix("title:")
    return str(body.getroottree().getroot().findtext(".//title") or "").split(" – ")[0].strip()


def _sections(path: str, title: str, body: Any) -> Iterator[Entry]:
    anchor, heading, words = "", "", list[str]()
    for name, anchor_here, text in _stream(body):
        if name:
            yield _entry(path, anchor, title, heading, words)
            anchor, heading, words = anchor_here, text, []
        else:
            words.append(text)
    yield _entry(path, anchor, title, heading, words)


def _entry(path: str, anchor: str, title: str, heading: str, words: list[str]) -> Entry:
    text = re.sub(r"\s+", " ", "".join(words)).strip()
    return Entry(f"{path}#{anchor}" if anchor else path, title, heading, text[:_LONGEST])


def _stream(element: Any) -> Iterator[tuple[str, str, str]]:
    """Headings (tag, anchor, text) and texts ("", "", text) in reading order."""
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT or element.get("data-pagefind-ignore") is not None:
        return
    if element.tag in ("h1", "h2", "h3"):
        text = re.sub(r"\s+", " ", element.text_content()).strip()
        anchor = element.get("id") or (element.getparent().get("id") if element.tag != "h1" else "") or ""
        if element.tag != "h1" and anchor:
            yield element.tag, anchor, text
        elif element.tag != "h1":
            yield "", "", text
        return
    gap = "" if element.tag in _INLINE else " "
    yield "", "", gap + (element.text or "")
    for child in element:
        yield from _stream(child)
        yield "", "", child.tail or ""
    yield "", "", gap


def write_fallback(folder: Path) -> None:
    """Write :data:`FALLBACK` for the pages below ``folder``."""
    entries = [e for e in index_entries(folder) if e.text or e.heading]
    rows = [[e.path, e.page, e.heading, e.text] for e in entries]
    content = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    path = folder / FALLBACK
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"window.SUCHINDEX={content};\n", encoding="utf-8", newline="\n")


def write_pagefind(folder: Path) -> None:
    """Index the pages below ``folder`` with pagefind, in German.

    Raises
    ------
    BuildError
        Pagefind could not index the pages; its message is in the error.
    """
    shutil.rmtree(folder / "pagefind", ignore_errors=True)
    command = [sys.executable, "-m", "pagefind", "--site", str(folder), "--force-language", "de", "--quiet"]
    result = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    if result.returncode or not (folder / "pagefind" / "pagefind.js").is_file():
        said = (result.stderr or result.stdout).strip()
        raise BuildError(f"Der Suchindex ließ sich nicht anlegen (pagefind): {said or 'keine Meldung'}")
    for name in _UNUSED:
        (folder / "pagefind" / name).unlink(missing_ok=True)


def write_index(folder: Path) -> None:
    """Both indexes for the finished pages below ``folder``."""
    write_fallback(folder)
    write_pagefind(folder)
