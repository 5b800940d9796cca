"""Addresses within the site, so that every page finds every other from the plan alone.

All are relative: the site works from a folder, from any path of a web server and from a USB stick.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sozlib.batch.plan import Plan, PlannedChapter, Volume

#: A link from a chapter to a page of another volume.
_ELSEWHERE = re.compile(r'<a href="\.\./([\w./-]+\.html)(?:#[^"]*)?"[^>]*>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True)
class Links:
    """Addresses of a plan's pages, relative to the site's root."""

    plan: Plan

    def chapter(self, chapter: PlannedChapter) -> str:
        """Page of a chapter."""
        return f"{chapter.volume}/{chapter.slug}.html"

    def volume(self, volume: Volume) -> str:
        """Entrance of a volume: its first chapter."""
        return self.chapter(volume.chapters[0]) if volume.chapters else "index.html"

    def area(self, area: str) -> str | None:
        """Profile of an area; None when the plan leaves the area out."""
        volume = self.volume_of(area)
        return self.volume(volume) if volume else None

    def volume_of(self, area: str) -> Volume | None:
        """Volume of an area."""
        return next((v for v in self.plan.volumes if v.area == area and v.chapters), None)

    def area_topic(self, area: str, topic: str) -> str | None:
        """Chapter on a topic in an area."""
        return next((self.chapter(c) for c in self.plan.chapters if c.area == area and c.topic == topic), None)

    def comparison(self, topic: str) -> str | None:
        """Overall chapter on a topic."""
        return next((self.chapter(c) for c in self.overall if c.topic == topic), None)

    def overall_chapter(self, *words: str) -> str | None:
        """Overall chapter without a topic whose template's name holds one of the words."""
        for chapter in self.overall:
            if chapter.topic is None and any(word in chapter.template.stem.lower() for word in words):
                return self.chapter(chapter)
        return None

    def living(self, html: str) -> str:
        """A chapter's HTML without links to pages of other volumes that this plan leaves out; their words stay."""
        there = {self.chapter(chapter) for chapter in self.plan.chapters}
        return _ELSEWHERE.sub(lambda match: match[0] if match[1] in there else match[2], html)

    @property
    def overall(self) -> tuple[PlannedChapter, ...]:
        """Chapters of the overall volume."""
        return tuple(c for v in self.plan.volumes if v.kind == "overall" for c in v.chapters)


def upwards(path: str) -> str:
    """What leads from a page back to the site's root: ``""`` or ``"../"``."""
    return "../" * path.count("/")
