"""What types of areas are made of, as ``parameters/typology.yml`` says: indicators, method, number, exclusions.

How many types there are and by what areas are alike are decisions. They stand in one file, with the analysts' reason
for the number if they give one; a project without the file has no types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sozlib.analysis.typology import Method, Scale
from sozlib.errors import Place, Problem, raise_errors, relative
from sozlib.indicators.catalogue import Indicator
from sozlib.nearest import nearest
from sozlib.parameters import Id, Parameters, line_of, read_yaml, validate
from sozlib.project import Project

#: Where the definition stands within a project.
FILE = "typology.yml"
#: Letters of the types; there are no more colours than these that can be told apart.
LETTERS = "ABCDEFGH"
_Count = Annotated[int, Field(ge=2, le=len(LETTERS))]


class TypeExclusions(Parameters):
    """Which areas the types are found without, by rule and not by taste, and what becomes of them.

    ``minimum_inhabitants``: smaller areas, as far as the edition shows their inhabitants. ``outliers``: areas with a
    value further from the quartiles than this multiple of their distance. ``areas``: one by one, each with its reason.
    ``then``: ``nearest`` assigns them afterwards to the nearest type and marks them; ``none`` leaves them without type.
    """

    minimum_inhabitants: int = Field(0, ge=0)
    outliers: Annotated[float, Field(gt=0)] | None = None
    areas: dict[Id, str] = Field(default_factory=dict)
    then: Literal["nearest", "none"] = "nearest"


class TypologyDefinition(Parameters):
    """``parameters/typology.yml``: which areas are alike.

    ``components``: number of principal components (2) or the share of the variance that they hold (0.9); without it
    the indicators themselves are used. ``reference``: the year whose types give the letters; it stays the same over
    cycles. ``reference_types``: their number there, where it is not ``types``. ``names``: names of types by letter.
    ``reason``: why this number of types, printed in the chapter. ``most``: the highest number of types looked at.
    """

    id: Id
    title: str
    indicators: tuple[Id, ...] = Field(min_length=2)
    types: _Count
    reason: str = ""
    most: _Count = len(LETTERS)
    scale: Scale = "z"
    components: Annotated[int, Field(ge=1)] | Annotated[float, Field(gt=0, lt=1)] | None = None
    method: Method = "ward"
    reference: int
    reference_types: _Count | None = None
    exclusions: TypeExclusions = TypeExclusions()
    runs: int = Field(200, ge=50, le=2000)
    seed: int = Field(0, ge=0)
    names: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        twice = sorted({name for name in self.indicators if self.indicators.count(name) > 1})
        if twice:
            raise ValueError(f"indicators: {', '.join(twice)} steht mehrfach in der Liste.")
        letters = LETTERS[: max(self.types, self.reference_types or 0)]
        unknown = sorted(set(self.names) - set(letters))
        if unknown:
            found = f"names: {', '.join(unknown)} ist kein Buchstabe von A bis {letters[-1]}."
            raise ValueError(f"{found} So viele Typen gibt es bei „types: {self.types}“.")
        if self.components is not None and self.components > len(self.indicators):
            raise ValueError(f"components: Es gibt nur {len(self.indicators)} Merkmale, also höchstens so viele.")
        if self.most < self.types:
            raise ValueError(f"most: {self.most} ist kleiner als die gewählte Zahl der Typen ({self.types}).")
        return self


def read_typology(project: Project, catalogue: Sequence[Indicator]) -> TypologyDefinition | None:
    """Definition of a project's typology, None where it has none.

    Raises
    ------
    InputError
        With every mistake.
    """
    path = project.parameters / FILE
    if not path.is_file():
        return None
    data = read_yaml(path, project.root)
    file = relative(path, project.root)
    definition = validate(data, TypologyDefinition, file)
    known = [indicator.id for indicator in catalogue]
    problems = []
    for position, name in enumerate(definition.indicators):
        if name not in known:
            near = nearest(name, known)
            remedy = f"Meinten Sie „{near}“?" if near else "Nennen Sie einen Indikator des Katalogs."
            found = f"Den Indikator „{name}“ gibt es im Katalog nicht."
            place = Place(file, line_of(data, ("indicators", position)))
            problems.append(Problem("unknown-indicator", found, remedy, place))
    if definition.method == "ward-spatial" and project.report.areas.geometry is None:
        found = "„method: ward-spatial“ bildet zusammenhängende Gebiete; der Bericht hat keine Gebietsgrenzen."
        remedy = "Nennen Sie in report.yml „areas: geometry“ oder hier ein anderes Verfahren (ward, k-means, mixture)."
        problems.append(Problem("no-geometry", found, remedy, Place(file, line_of(data, ("method",)))))
    raise_errors(problems)
    return definition
