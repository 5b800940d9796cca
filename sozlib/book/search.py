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
from collections.abc import Iterator, Mapping
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


#: What the fallback finds on a page, as plain data: whether the page says what of it is to be found, and its entries
#: as (path, page, heading, text).
Indexed = tuple[bool, list[list[str]]]


def index_page(name: str, text: str) -> Indexed:
    """Entries of one page, cut at the headings that have an anchor.

    Parameters
    ----------
    name
        Its path from the site's root.
    text
        The page. An element with ``data-pagefind-body`` is what is to be found; without one it is ``main``.
    """
    root = lxml_html.fromstring(text)
    marked = root.xpath("//*[@data-pagefind-body]")
    bodies = marked or root.xpath("//main")
    entries = [entry for body in bodies for entry in _sections(name, _title(body), body)]
    return bool(marked), [[e.path, e.page, e.heading, e.text] for e in entries]


def index_pages(folder: Path, known: Mapping[str, Indexed] | None = None) -> dict[str, Indexed]:
    """All pages below a folder in the order of their paths; those known already are not read."""
    known = known or {}
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.html"))]
    return {name: known.get(name) or index_page(name, (folder / name).read_text(encoding="utf-8")) for name in names}


def index_entries(pages: Mapping[str, Indexed]) -> tuple[Entry, ...]:
    """Entries of all searchable pages.

    Where a page says what is to be found, only such pages count; where none does (another assembler wrote them), all
    do, as with pagefind.
    """
    some = any(marked for marked, _ in pages.values())
    return tuple(Entry(*entry) for marked, entries in pages.values() if marked or not some for entry in entries)


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


def write_fallback(folder: Path, known: Mapping[str, Indexed] | None = None) -> dict[str, Indexed]:
    """Write :data:`FALLBACK` for the pages below ``folder``; returns what is found on each."""
    pages = index_pages(folder, known)
    rows = [[e.path, e.page, e.heading, e.text] for e in index_entries(pages) if e.text or e.heading]
    content = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    path = folder / FALLBACK
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"window.SUCHINDEX={content};\n", encoding="utf-8", newline="\n")
    return pages


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


def write_index(folder: Path, known: Mapping[str, Indexed] | None = None) -> dict[str, Indexed]:
    """Both indexes for the finished pages below ``folder``; returns what the fallback finds on each page.

    Parameters
    ----------
    folder
        The site.
    known
        What was found on pages that are the same as when they were read.
    """
    pages = write_fallback(folder, known)
    write_pagefind(folder)
    return pages
