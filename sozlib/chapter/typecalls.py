"""Types of areas at a notebook's keyboard: one short name for each of their parts."""

from __future__ import annotations

from sozlib.chapter import areatypes, typecertainty, typechapter, typemoves
from sozlib.chapter.calls import Calls


class TypeCalls(Calls):
    """``chapter.types``. False where the project has no typology."""

    def __bool__(self) -> bool:
        return bool(areatypes.definition(self._context))

    @property
    def lead(self) -> str:
        """Lead of the types' chapter; returned."""
        return typechapter.lead(self._context)

    @property
    def indicators(self) -> list[str]:
        """Ids of the indicators that make the types; returned."""
        return [str(id) for id in areatypes.definition(self._context).get("indicators", ())]

    def map(self) -> None:
        """Map of the types."""
        self._show(typechapter.map(self._context))

    def describe(self) -> None:
        """A paragraph on each type."""
        self._show(typechapter.describe(self._context))

    def profiles(self) -> None:
        """What marks each type."""
        self._show(typechapter.profiles(self._context))

    def stability(self) -> None:
        """How stable each type is and how sure its areas are."""
        self._show(typecertainty.stability(self._context))

    def flows(self) -> None:
        """Who has moved from which type to which since the reference year: bands."""
        self._show(typemoves.flows(self._context))

    def transitions(self) -> None:
        """How many areas have moved from which type to which: table."""
        self._show(typemoves.table(self._context))

    def moves(self) -> None:
        """The areas that have moved, by name."""
        self._show(typemoves.named(self._context))

    def table(self) -> None:
        """Type of each area, its certainty, its type in the reference year."""
        self._show(typecertainty.table(self._context))

    def choice(self) -> None:
        """Which number of types each criterion favours, and that analysts have decided."""
        self._show(typecertainty.choice(self._context))

    def evidence(self) -> None:
        """What speaks for which number of types: figure."""
        self._show(typecertainty.evidence(self._context))

    def agreement(self) -> None:
        """How far other methods find the same types."""
        self._show(typecertainty.agreement(self._context))

    def components(self) -> None:
        """Loadings of the principal components; nothing where the indicators themselves are used."""
        part = typecertainty.components(self._context)
        if part is not None:
            self._show(part)

    def method(self) -> None:
        """How the types are found."""
        self._show(typechapter.method(self._context))
