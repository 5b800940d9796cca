"""A chapter as a page: title and lead, contents beside the text, its volume's chapters, the way on."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from sozlib.batch.plan import PlannedChapter, Volume
from sozlib.book.document import ChapterDocument
from sozlib.book.frame import Frame, Page, Step

#: Longest description for search engines.
_DESCRIPTION = 200


def chapter_page(
    frame: Frame, volume: Volume, chapter: PlannedChapter, document: ChapterDocument
) -> tuple[Page, str, dict[str, Any]]:
    """Page, template and context of a chapter."""
    profile = volume.kind == "area" and chapter.topic is None and chapter == volume.chapters[0]
    path = frame.links.chapter(chapter)
    title = volume.title if profile else document.title
    search_title = f"{volume.title}: {document.title}" if volume.kind == "area" and not profile else document.title
    page = Page(
        path,
        title,
        _section(volume, chapter, profile),
        _trail(frame, volume, profile),
        search_title=search_title,
        description=_short(Markup(document.lead_html).striptags()),
        searchable=True,
    )
    kicker = document.kicker if profile and document.kicker else f"{volume.title} · Kapitel {document.number}"
    context = {
        "layout": "profile" if profile else "text",
        "kicker": kicker,
        "lead": Markup(document.lead_html),
        "locator": Markup(document.locator_html),
        "body": Markup(frame.links.living(document.body_html)),
        "contents": [
            {"id": h.id, "html": Markup(_without_number(h.html, h.number)) if h.html else h.text}
            for h in document.contents
        ],
        "pdf": frame.volume_pdf(volume),
        "chapters": [
            {
                "number": position,
                "href": frame.links.chapter(other),
                "title": _in_volume(volume, other),
                "current": other == chapter,
            }
            for position, other in enumerate(volume.chapters, start=1)
        ],
        "chapters_title": f"Alle Kapitel zu {volume.title}" if volume.kind == "area" else "Alle Kapitel dieses Bandes",
        "next_label": "Nachbarprofile" if profile else "Nachbarkapitel",
        "neighbours": _neighbour_volumes(frame, volume) if profile else _neighbours(frame, volume, chapter),
    }
    return page, "chapter.html", context


def _section(volume: Volume, chapter: PlannedChapter, profile: bool) -> str:
    if profile:
        return "areas"
    if chapter.topic is not None:
        return "topics"
    if "indikator" in chapter.template.stem.lower():
        return "indicators"
    return "areas" if volume.kind == "area" else "start"


def _trail(frame: Frame, volume: Volume, profile: bool) -> tuple[Step, ...]:
    if volume.kind == "overall":
        return (frame.home,)
    if profile:
        return (frame.home, frame.areas_step)
    return (frame.home, frame.areas_step, Step(frame.links.volume(volume), volume.title))


def _neighbours(frame: Frame, volume: Volume, chapter: PlannedChapter) -> list[dict[str, str]]:
    chapters = volume.chapters
    position = chapters.index(chapter)
    found = []
    if position > 0:
        before = chapters[position - 1]
        found.append(
            {"href": frame.links.chapter(before), "title": f"‹ {position} {_in_volume(volume, before)}", "rel": "prev"}
        )
    if volume.kind == "area" and position > 1:
        found.append({"href": frame.links.volume(volume), "title": f"Profil {volume.title}", "rel": ""})
    if position + 1 < len(chapters):
        after = chapters[position + 1]
        found.append(
            {
                "href": frame.links.chapter(after),
                "title": f"{position + 2} {_in_volume(volume, after)} ›",
                "rel": "next",
            }
        )
    return found


def _neighbour_volumes(frame: Frame, volume: Volume) -> list[dict[str, str]]:
    """Profiles before and after in the order of the areas, and the way back to all of them."""
    areas = [v for v in frame.plan.volumes if v.kind == "area" and v.chapters]
    position = areas.index(volume)
    numbers = {area["id"]: area["number"] for area in frame.areas}

    def step(other: Volume, before: bool) -> dict[str, str]:
        label = f"{numbers.get(other.area or '', '')} {other.title}".strip()
        title = f"‹ {label}" if before else f"{label} ›"
        return {"href": frame.links.volume(other), "title": title, "rel": "prev" if before else "next"}

    found = [step(areas[position - 1], True)] if position else []
    found.append({"href": "index.html#wahl", "title": f"Alle {frame.report.terms.plural}", "rel": ""})
    if position + 1 < len(areas):
        found.append(step(areas[position + 1], False))
    return found


def _in_volume(volume: Volume, chapter: PlannedChapter) -> str:
    """Title within its volume: the area's name is clear there."""
    return chapter.title.removeprefix(f"{volume.title}: ")


def _without_number(html: str, number: str) -> str:
    return html.removeprefix(number).lstrip() if number else html


def _short(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= _DESCRIPTION:
        return text
    return text[:_DESCRIPTION].rsplit(" ", 1)[0] + " …"
