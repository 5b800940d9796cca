"""Where a chapter plays: the words for its area, for the whole and for the kind of areas that the report has."""

from __future__ import annotations

from dataclasses import dataclass

from sozlib.chapter import german
from sozlib.chapter.german import Gender
from sozlib.chapter.places import Place, Whole, place


@dataclass(frozen=True)
class Setting:
    """The words of a chapter.

    Parameters
    ----------
    area
        Id of the area; None in overall chapters.
    place
        The area in sentences.
    whole
        The whole in sentences.
    names
        Names of the areas of the reporting level by id, in their order.
    singular, plural, plural_dative, gender
        What an area is called.
    """

    area: str | None
    place: Place
    whole: Whole
    names: dict[str, str]
    singular: str
    plural: str
    plural_dative: str
    gender: Gender

    def name(self, area: str) -> str:
        """Name of an area, of the whole for its id."""
        return self.names.get(area, self.whole.name)

    def count(self, n: int) -> str:
        """ "drei Räume", "kein Raum"."""
        return german.counted(n, self.singular, self.plural, self.gender)

    def where(self, area: str) -> str:
        """An area with its preposition: "in Brackenrode", "in der Altstadt"."""
        return place(self.name(area), self.singular, self.gender).locative

    @property
    def theirs(self) -> str:
        """The whole's values, to lie above or below: "den Werten des Kreises"."""
        return f"den Werten {self.whole.kind_genitive}"
