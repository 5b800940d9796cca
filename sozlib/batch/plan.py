"""The plan: which chapters there are, in which volumes, from which template, with which parameters.

It is made and checked before a kernel starts: what cannot work is said at once, not after twenty minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class PlannedChapter:
    """One notebook to be executed.

    Parameters
    ----------
    volume
        Id of its volume, also the volume's folder name.
    slug
        Name of its files within the volume's folder.
    template
        The notebook, absolute.
    title
        Title of the chapter as readers see it.
    area, topic
        Ids, where the chapter is about one.
    """

    volume: str
    slug: str
    template: Path
    title: str
    area: str | None = None
    topic: str | None = None

    @property
    def id(self) -> str:
        """Identity within an edition, ``<volume>/<slug>``."""
        return f"{self.volume}/{self.slug}"


@dataclass(frozen=True)
class Volume:
    """One book: the overall volume, or one area's.

    ``number`` counts volumes from 1; ``area`` is None for the overall volume.
    """

    id: str
    number: int
    kind: Literal["overall", "area"]
    title: str
    subtitle: str
    chapters: tuple[PlannedChapter, ...]
    area: str | None = None


@dataclass(frozen=True)
class Plan:
    """All volumes of one edition of one cycle."""

    cycle: str
    edition: str
    volumes: tuple[Volume, ...]

    @property
    def chapters(self) -> tuple[PlannedChapter, ...]:
        """All chapters in reading order."""
        return tuple(chapter for volume in self.volumes for chapter in volume.chapters)
