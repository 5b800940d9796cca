"""„Auf einen Blick“: the few sentences of the start page.

If the summary chapter states its findings (a list with the class ``findings``), those are shown: analysts decided on
them. Otherwise they are made from the edition's snapshot, and only what a test secured is called a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html as lxml_html
from markupsafe import Markup

from sozlib.book.document import ChapterDocument
from sozlib.book.links import Links
from sozlib.chapter import german, numbers
from sozlib.chapter.values import AreaValue, area_values
from sozlib.snapshot import Snapshot

#: More would not be a glance.
MOST = 4


@dataclass(frozen=True)
class Finding:
    """A headline, what stands behind it, and where to read on."""

    title: str
    text: str | Markup
    href: str = ""
    link: str = ""


def stated_findings(documents: Iterable[ChapterDocument]) -> tuple[Finding, ...]:
    """Findings that a chapter of the overall volume states itself.

    An item of the list is a heading (``h3`` or ``strong``) followed by text; links lead out of the chapter's folder.
    """
    for document in documents:
        if 'class="findings"' not in document.body_html:
            continue
        root = lxml_html.fragment_fromstring(document.body_html, create_parent="div")
        found = []
        for item in root.cssselect("ul.findings > li, div.findings > ul > li") if _has_cssselect() else _items(root):
            head = item.find(".//h3")
            head = item.find(".//strong") if head is None else head
            if head is None:
                continue
            title = " ".join(head.text_content().split()).rstrip(".:")
            head.drop_tree()
            text = " ".join(item.text_content().split())
            found.append(Finding(title, text, f"{document.chapter.volume}/{document.chapter.slug}.html", document.title))
        if found:
            return tuple(found[:MOST])
    return ()
