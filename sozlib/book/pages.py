"""What a page refers to and what can be referred to on it, and whether all pages of a site fit together.

A page is read once (:func:`facts`), by itself; whether its links lead anywhere is asked of all pages together
(:func:`check_links`).
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sozlib.errors import Place, Problem
from sozlib.files import stamps
from sozlib.gate.pages import parse

_CSS_URL = re.compile(r"(?:url|src|image-set)\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,5})\s?|\\(.)")
#: What lets a page run inline scripts or load from elsewhere.
_OPEN_POLICY = re.compile(r"'unsafe-(?:inline|eval)'|\*|//|https?:", re.IGNORECASE)
_LOADING = frozenset({"script", "iframe", "source", "video", "audio", "embed"})
_LOADING_LINKS = frozenset({"stylesheet", "icon", "preload", "modulepreload", "manifest"})


@dataclass(frozen=True)
class PageFacts:
    """What a page refers to, and what can be referred to on it; plain data.

    Parameters
    ----------
    ids
        Ids on the page, in their order.
    links, loads
        Addresses that readers can follow, and those that the browser follows by itself.
    findings
        What no page may hold, in German.
    lang
        The page's language.
    h1
        How many headings of the first level there are.
    """

    ids: tuple[str, ...]
    links: tuple[str, ...]
    loads: tuple[str, ...]
    findings: tuple[str, ...]
    lang: str
    h1: int


def facts(tree: Any) -> PageFacts:
    """Facts of a parsed page."""
    ids, links, loads, findings = [], [], [], []
    h1, policy = 0, ""
    for element in tree.iter("*"):
        tag, attributes = element.tag, element.attrib
        if "id" in attributes:
            ids.append(attributes["id"])
        if tag == "h1":
            h1 += 1
        findings += [f"Attribut „{key}“" for key in attributes if key.startswith("on")]
        if tag == "a" and "href" in attributes:
            links.append(attributes["href"])
        elif tag == "img":
            loads.append(attributes.get("src", ""))
            if "alt" not in attributes:
                findings.append(f"Bild „{attributes.get('src', '')}“ ohne Alternativtext")
        elif tag in _LOADING and "src" in attributes:
            loads.append(attributes["src"])
        elif tag == "link" and attributes.get("rel") in _LOADING_LINKS:
            loads.append(attributes.get("href", ""))
        elif tag == "meta" and attributes.get("http-equiv", "").lower() == "content-security-policy":
            policy = policy or attributes.get("content", "")
        elif tag in {"use", "image"}:
            loads.append(attributes.get("href") or attributes.get("xlink:href") or "")
    if "default-src 'none'" not in policy or _OPEN_POLICY.search(policy):
        findings.append("Seite ohne strenge Content Security Policy")
    return PageFacts(tuple(ids), tuple(links), tuple(loads), tuple(findings), tree.get("lang", ""), h1)


def check_pages(site: Path) -> list[Problem]:
    """All pages and style sheets of a site; see :func:`check_links`."""
    pages = {
        path.relative_to(site).as_posix(): facts(parse(path.read_text(encoding="utf-8")))
        for path in sorted(site.rglob("*.html"))
    }
    return check_links(site, pages)


def check_links(site: Path, pages: Mapping[str, PageFacts]) -> list[Problem]:
    """Links lead to files and anchors that exist; nothing is loaded from elsewhere; ids are unique on a page.

    Parameters
    ----------
    site
        Folder of the site, for the names of its files and its style sheets.
    pages
        Facts of every page by its path in the site.
    """
    files = {name for name, _ in stamps(site)}
    anchors = {name: frozenset(page.ids) for name, page in pages.items()}
    problems: list[Problem] = []
    for name, page in sorted(pages.items()):
        place = Place(name)
        problems += _check_page(page, place)
        problems += _check_targets(name, page, files, anchors, place)
    for name in sorted(file for file in files if file.endswith(".css")):
        for match in _CSS_URL.finditer(_plain_css((site / name).read_text(encoding="utf-8"))):
            address = match[1] or match[2]
            if _is_foreign(address):
                problems.append(_foreign(address, Place(name)))
    return problems


def _plain_css(text: str) -> str:
    """Style sheet without comments, its escapes (``\\68ttps``) resolved."""
    return _CSS_ESCAPE.sub(lambda e: chr(int(e[1], 16)) if e[1] else e[2], _CSS_COMMENT.sub("", text))


def _check_page(page: PageFacts, place: Place) -> Iterator[Problem]:
    for id in sorted(id for id, times in Counter(page.ids).items() if times > 1):
        yield Problem("duplicate-id", f"Die Kennung „{id}“ gibt es auf der Seite mehrfach.", "", place)
    if page.lang != "de":
        yield Problem("page-language", f"Die Sprache der Seite ist „{page.lang}“ statt „de“.", "", place)
    if page.h1 != 1:
        yield Problem("page-title", f"Die Seite hat {page.h1} Überschriften der Ebene 1 statt einer.", "", place)
    for finding in page.findings:
        yield Problem("page-content", f"Nicht zulässig: {finding}.", "", place)
    for address in page.loads:
        if _is_foreign(address):
            yield _foreign(address, place)


def _check_targets(
    name: str, page: PageFacts, files: Collection[str], anchors: Mapping[str, Collection[str]], place: Place
) -> Iterator[Problem]:
    for address in dict.fromkeys([*page.links, *page.loads]):
        if not address or address.startswith("data:"):
            continue
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        path = posixpath.join(posixpath.dirname(name), unquote(parts.path))
        target = posixpath.normpath(path) if parts.path else name
        inside = posixpath.normpath(posixpath.join(target, "index.html"))
        target = inside if target not in files and inside in files else target
        if target == ".." or target.startswith(("../", "/")):
            yield Problem("link-outside", f"Der Verweis „{address}“ führt aus dem Bericht hinaus.", "", place)
        elif target not in files:
            yield Problem("dead-link", f"Der Verweis „{address}“ führt ins Leere.", "", place)
        elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
            yield Problem("dead-anchor", f"Die Stelle „{address}“ gibt es nicht.", "", place)


def _foreign(address: str, place: Place) -> Problem:
    return Problem("external-request", f"Es wird „{address}“ aus dem Netz geladen.", "", place)


def _is_foreign(address: str) -> bool:
    return bool(re.match(r"(?:[a-z][a-z0-9+.-]*:)?//", address.strip(), re.IGNORECASE))
