"""Places in German sentences: areas and the whole, with the prepositions and articles that their names ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sozlib.chapter.german import Gender

#: Last parts of names that take an article when they stand alone: "in der Altstadt".
_FEMININE_ENDINGS = ("altstadt", "neustadt", "innenstadt", "vorstadt", "nordstadt", "südstadt", "weststadt", "oststadt")


@dataclass(frozen=True)
class Place:
    """An area or the whole in sentences.

    Parameters
    ----------
    name
        "Brackenrode", "Musterkreis".
    locative
        "in Brackenrode", "im Musterkreis".
    dative
        After "für", "von", "zwischen": the name alone or with its article.
    """

    name: str
    locative: str
    dative: str


def place(name: str, singular: str = "Raum", gender: Gender = "m") -> Place:
    """Area in sentences.

    Most names of places stand without article ("in Brackenrode"). Names that would need one ("Altstadt") or whose
    adjective would have to be bent ("Westliche Höhe") are introduced by what they are: "im Stadtteil Westliche Höhe".
    """
    first, *rest = name.split(" ")
    bent = bool(rest) and (first.endswith(("e", "er", "es")) and first[:1].isupper() and len(first) > 5)
    article = not rest and name.lower() in _FEMININE_ENDINGS
    if article:
        return Place(name, f"in der {name}", f"der {name}")
    if bent:
        where = f"in der {singular}" if gender == "f" else f"im {singular}"
        return Place(name, f"{where} {name}", f"{'der' if gender == 'f' else 'dem'} {singular} {name}")
    return Place(name, f"in {name}", name)


@dataclass(frozen=True)
class Whole:
    """The whole in sentences, from the report's word forms.

    ``name`` is its own name, ``kind`` what it is ("Kreis"); the rest are forms of ``kind``.
    """

    name: str
    kind: str
    locative: str
    kind_locative: str
    kind_genitive: str
    article: str

    @classmethod
    def of(cls, report: dict[str, Any]) -> Whole:
        """From the report in a snapshot's meta."""
        whole = report["whole"]
        fields = ("name", "kind", "locative", "kind_locative", "kind_genitive", "article")
        return cls(**{field: str(whole[field]) for field in fields})

    @property
    def accusative(self) -> str:
        """ "den Kreis", "die Stadt"."""
        return f"{'den' if self.article == 'der' else self.article} {self.kind}"

    @property
    def dative(self) -> str:
        """ "dem Kreis", "der Stadt"."""
        return f"{'der' if self.article == 'die' else 'dem'} {self.kind}"

    @property
    def source(self) -> str:
        """After "unterscheidet sich": "vom Kreis", "von der Stadt"."""
        return f"von der {self.kind}" if self.article == "die" else f"vom {self.kind}"

    @property
    def to(self) -> str:
        """After "Abstand", "Vergleich": "zum Kreis", "zur Stadt"."""
        return f"{'zur' if self.article == 'die' else 'zum'} {self.kind}"
