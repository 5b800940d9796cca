"""An edition: what one circle of readers may see.

Everybody reads the public edition. A municipality gets an edition of its own that shows it its own values in full and
the others as everybody sees them; the office keeps one with everything. What is shown of whom is declared once in
``parameters/report.yml``, so that a data protection officer can read it there, and is true by construction: the
snapshot of an edition holds nothing else (:mod:`sozlib.disclosure.showing`).
"""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from sozlib.parameters import Id, Parameters

#: What an edition shows of an indicator in an area; "rounded" is the value computed from rounded counts.
Showing = Literal["value", "rounded", "class", "nothing"]

#: Whose area it is: the readers' own, another one of the reporting level, or a sum of several above it.
Side = Literal["own", "others", "sums"]

SIDES: tuple[Side, ...] = ("own", "others", "sums")

#: The edition that everybody may read.
PUBLIC = "public"

#: What is shown rounded is a multiple of this where an edition names no other: with it, 1 and 2 become 0.
_BASE = 5

#: Names of other folders beside those of editions: partial builds, previews, packages.
_TAKEN = re.compile(r".*-(?:teil|vorschau)|pakete", re.IGNORECASE)


class Show(Parameters):
    """What is shown of the own areas, of others and of sums; where nothing is said, the wider rule counts."""

    own: Showing | None = Field(None, description="Eigene Gebiete: value, rounded, class oder nothing")
    others: Showing | None = Field(
        None, description="Andere Gebiete der Berichtsebene: value, rounded, class oder nothing"
    )
    sums: Literal["value", "rounded", "nothing"] | None = Field(
        None, description="Regionen und Ganzes: value, rounded oder nothing"
    )


class Shows(Show):
    """What an edition shows: the general rule, and others for topics and single indicators."""

    topics: dict[Id, Show] = Field(default_factory=dict, description="Themenfeld → was davon gezeigt wird")
    indicators: dict[Id, Show] = Field(default_factory=dict, description="Indikator → was davon gezeigt wird")

    def of(self, indicator: str, topic: str, side: Side) -> Showing:
        """What is shown of an indicator: its own rule, else that of its topic, else the general one, else the value.

        Examples
        --------
        >>> shows = Shows(others="class", topics={"kita": Show(others="value")})
        >>> shows.of("betreuungsquote", "kita", "others"), shows.of("armut", "geld", "others")
        ('value', 'class')
        """
        rules = (self.indicators.get(indicator), self.topics.get(topic), self)
        said = (getattr(rule, side) for rule in rules if rule is not None)
        return next((showing for showing in said if showing is not None), "value")

    @property
    def everything(self) -> bool:
        """Whether nothing is held back."""
        return not any(self.tells(showing) for showing in ("rounded", "class", "nothing"))

    def tells(self, showing: Showing) -> bool:
        """Whether some rule says so."""
        rules = (self, *self.topics.values(), *self.indicators.values())
        return any(getattr(rule, side) == showing for rule in rules for side in SIDES)

    def as_seen_by_others(self, public: Shows) -> Shows:
        """The same, with what the public edition shows of areas wherever nothing is said of others.

        A rule for others of one's own, however wide, stands for all of the public edition's.
        """
        if self.others is not None:
            return self
        topics, indicators = dict(self.topics), dict(self.indicators)
        for mine, theirs in ((topics, public.topics), (indicators, public.indicators)):
            for id, rule in theirs.items():
                own = mine.get(id, Show())
                mine[id] = Show(own=own.own, others=own.others or rule.others, sums=own.sums or rule.sums)
        general = {"own": self.own, "others": public.others, "sums": self.sums or public.sums}
        return Shows(**general, topics=topics, indicators=indicators)


class Edition(Parameters):
    """What one circle of readers may see, or with ``for_each`` a family of editions, one for each municipality.

    ``minimum_count``: counts above zero and below it are protected, with all that follows from them. In an edition
    with own areas this is for the others; ``own_minimum_count`` is for the own ones. ``minimum_denominator`` is for the
    others, too.
    """

    id: Id
    title: str = Field(description="Bezeichnung; in einer Reihe steht {area} für den Namen der Gemeinde")
    notice: str = Field("", description="Hinweis auf jeder Seite und in jeder Datei; {area} wie im Titel")
    minimum_count: int = Field(0, ge=0, description="Anzahlen über null und darunter werden gesperrt")
    minimum_denominator: int = Field(
        0, ge=0, description="Werte mit kleinerem Nenner werden samt Zähler gesperrt (sonst nur „/“ nach dem Katalog)"
    )
    for_each: Id | None = Field(None, description="Ebene, deren Gebiete Gemeinden sind: je Gemeinde eine Ausgabe")
    together: tuple[Id, ...] = Field(
        (), description="Gebiete höherer Ebenen, deren Teile zusammen eine Gemeinde sind (eine Stadt aus Stadtteilen)"
    )
    own: tuple[Id, ...] = Field((), description="Eigene Gebiete der Leserinnen und Leser, auf der Berichtsebene")
    own_minimum_count: int = Field(0, ge=0, description="Wie minimum_count, für die eigenen Gebiete")
    shows: Shows = Shows()
    round_to: Literal[3, 5, 10] | None = Field(
        None, description="Vielfaches, auf das gerundet wird, was shows als rounded nennt: 3, 5 oder 10 (sonst 5)"
    )
    volumes: Literal["own", "all"] = Field("own", description="Bände einer Ausgabe mit eigenen Gebieten")
    reader_also_holds: tuple[Id, ...] | None = Field(
        None, description="Ausgaben, die dieselben Leser ebenfalls haben; der Angriff rechnet sie ein (sonst public)"
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if _TAKEN.fullmatch(self.id):
            raise ValueError(f"„{self.id}“: „pakete“ und Namen auf -teil und -vorschau sind schon vergeben.")
        if self.for_each and self.own:
            raise ValueError("for_each und own schließen sich aus: eine Reihe bildet die eigenen Gebiete selbst.")
        if self.together and not self.for_each:
            raise ValueError("together gehört zu for_each.")
        if self.round_to and not self.shows.tells("rounded") and not self.own:
            raise ValueError("round_to gehört zu shows: Nennen Sie dort, was gerundet erscheint (rounded).")
        if (self.for_each or self.own) and self.id == PUBLIC:
            raise ValueError("Die öffentliche Ausgabe ist für alle da und hat keine eigenen Gebiete.")
        if (self.for_each or self.own) and "minimum_count" not in self.model_fields_set:
            raise ValueError("minimum_count fehlt: Unter welcher Anzahl sind die anderen Gebiete geschützt?")
        if self.minimum_denominator and self.minimum_count <= 1:
            raise ValueError("minimum_denominator braucht minimum_count: Ohne geschützte Anzahlen schützt es nichts.")
        return self

    @property
    def public(self) -> bool:
        """Whether everybody may read it."""
        return self.id == PUBLIC

    @property
    def base(self) -> int:
        """Base of what is shown rounded."""
        return self.round_to or _BASE

    @property
    def protects(self) -> bool:
        """Whether it holds anything back."""
        return self.minimum_count > 1 or self.own_minimum_count > 1 or not self.shows.everything

    @property
    def mark(self) -> str:
        """Which edition it is and for whom, as it stands on every page and in every file."""
        return f"{self.title}. {self.notice}".strip() if self.notice else self.title

    @property
    def protection(self) -> str:
        """What it holds back, in sentences for readers."""
        if not self.protects:
            return f"Diese Ausgabe enthält kleine Zahlen. {self.notice}".strip()
        counts = (
            f"Anzahlen über null und unter {self.minimum_count} sind gesperrt (Zeichen „.“){self.unless_rounded}, dazu "
            "weitere, aus denen sie sich errechnen ließen."
        )
        return " ".join(filter(None, (counts if self.minimum_count > 1 else "", self.beyond_counts)))

    @property
    def unless_rounded(self) -> str:
        """What is added to a sentence on hidden counts where some appear rounded instead."""
        return ", soweit sie nicht gerundet sind" if self.shows.tells("rounded") else ""

    @property
    def beyond_counts(self) -> str:
        """What it holds back beside small counts, and what is different for own areas, in sentences for readers.

        What is rounded depends on the sources, too: :func:`sozlib.indicators.rounding.note` says it.
        """
        said = []
        if self.minimum_denominator:
            said.append(
                f"Gesperrt sind auch Werte, die sich auf weniger als {self.minimum_denominator} Menschen beziehen."
            )
        if self.own and self.minimum_count > 1:
            few = f"sind es die unter {self.own_minimum_count}" if self.own_minimum_count > 1 else "gilt das nicht"
            said.append(f"Für die eigenen Gebiete {few}, außer wo ein eigener Wert den eines anderen verriete.")
        if self.shows.tells("class"):
            said.append("Von einigen Werten steht nur die Klasse da, in der sie liegen.")
        if self.shows.tells("nothing"):
            said.append("Einige Werte werden in dieser Ausgabe nicht gezeigt (Zeichen „.“).")
        return " ".join(said)

    @property
    def holds(self) -> tuple[str, ...]:
        """Ids of further editions that the same readers have."""
        return self.reader_also_holds or ()
