"""One page of each kind, and the type of what opens it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

#: Opens a page: path in the site, then options ``width``, ``dark``, ``server``, ``javascript``.
OpenPage = Callable[..., Page]

KINDS = {
    "start": "index.html",
    "areas": "gebiete.html",
    "topics": "themen.html",
    "indicators": "indikatoren.html",
    "downloads": "downloads.html",
    "search": "suche.html",
    "imprint": "impressum.html",
    "accessibility": "barrierefreiheit.html",
    "summary": "ueberblick/zusammenfassung.html",
    "monitor": "ueberblick/monitor.html",
    "certainty of classes": "ueberblick/sensitivitaet.html",
    "comparison": "ueberblick/vergleich-armut.html",
    "methods": "ueberblick/methoden.html",
    "sheets": "ueberblick/indikatoren.html",
    "profile": "{area}/profil.html",
    "topic": "{area}/armut.html",
}
