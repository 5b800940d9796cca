"""What a monitor is made of, as ``parameters/index.yml`` says: indicators, weights, class limits, exclusions.

Which indicators stand for need and where a class begins are decisions, not results. They stand in one file that
analysts, councillors and neighbours can read and dispute. A project without the file has no monitor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sozlib.analysis.index import BERLIN_DYNAMICS, BERLIN_STATUS
from sozlib.analysis.method import Aggregation, Domains, Method, Normaliser
from sozlib.errors import Place, Problem, raise_errors, relative
from sozlib.indicators.catalogue import Indicator
from sozlib.nearest import nearest
from sozlib.parameters import Id, Parameters, line_of, read_yaml, validate
from sozlib.project import Project

#: Where the definition stands within a project.
FILE = "index.yml"


class IndexIndicator(Parameters):
    """An indicator of the index with its weight; its direction comes from the catalogue unless given.

    ``since`` and ``until`` are the first and the last year in which it counts: an index may drop an indicator that is
    no longer delivered without giving up its earlier years.
    """

    indicator: Id
    weight: Annotated[float, Field(gt=0)] = 1.0
    direction: Literal["burdening", "relieving"] | None = None
    domain: Id | None = None
    since: int | None = None
    until: int | None = None

    def counts(self, period: int) -> bool:
        """Whether it is part of the index of a year."""
        return (self.since is None or self.since <= period) and (self.until is None or period <= self.until)


class IndexDomain(Parameters):
    """A group of indicators that enters the index as one, with its weight."""

    id: Id
    title: str
    weight: Annotated[float, Field(gt=0)] = 1.0


class Within(Parameters):
    """How the indicators of a domain are put together; the English index takes z-values, the German one components."""

    normaliser: Normaliser = "z"
    aggregation: Aggregation = "mean"


class Exclusions(Parameters):
    """Which areas are not classified, by rule and not by taste.

    ``missing``: an area that lacks an indicator is left out (``exclude``), or classified by the others if it has
    ``at_least`` of them (``remaining``). ``outliers``: areas with a value further from the quartiles than this
    multiple of their distance are left out. ``areas``: areas left out one by one, each with its reason.
    """

    minimum_inhabitants: int = Field(300, ge=0)
    missing: Literal["exclude", "remaining"] = "exclude"
    at_least: int = Field(2, ge=1)
    outliers: Annotated[float, Field(gt=0)] | None = None
    areas: dict[Id, str] = Field(default_factory=dict)


class Repetitions(Parameters):
    """How the certainty of the classes is examined: number of runs and what they vary beside chance.

    ``vary_method`` draws normaliser and aggregation among those named here and the index's own.
    """

    runs: int = Field(1000, ge=100, le=20_000)
    weight_spread: float = Field(0.25, ge=0, le=1)
    vary_method: bool = True
    normalisers: tuple[Normaliser, ...] = ("z", "rank")
    aggregations: tuple[Aggregation, ...] = ("sum", "geometric")
    seed: int = Field(0, ge=0)


class MonitorDefinition(Parameters):
    """``parameters/index.yml``: an index of status and dynamics.

    The defaults are those of the Berlin monitor: sum of z-values, standardised again; status classes at −1, +1 and
    +1.5, dynamics classes at −1 and +1. A high score means a high burden. With ``domains`` the indicators of each are
    put together first (``within``), then the domains with their weights, as the English indices of deprivation do it.

    The dynamics come from the differences between two years, or from ``dynamics``: indicators that are delivered as
    changes. Offices that revise a series publish the change of the revised series with it; the difference of two
    published levels would then compare two definitions.

    References
    ----------
    Senatsverwaltung für Stadtentwicklung und Wohnen Berlin: Monitoring Soziale Stadtentwicklung 2021, Indikatorenheft,
    pp. 41–50.
    """

    id: Id
    title: str
    indicators: tuple[IndexIndicator, ...] = Field(min_length=2)
    normaliser: Normaliser = "z"
    aggregation: Aggregation = "sum"
    domains: tuple[IndexDomain, ...] = ()
    within: Within = Within()
    ddof: Literal[0, 1] = 0
    status_limits: tuple[float, float, float] = BERLIN_STATUS
    dynamics_limits: tuple[float, float] = BERLIN_DYNAMICS
    dynamics_years: int = Field(2, ge=1, le=20)
    dynamics: tuple[IndexIndicator, ...] = ()
    exclusions: Exclusions = Exclusions()
    uncertainty: Repetitions = Repetitions()
    classes: Literal["public", "protected"] = "protected"
    reference: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, limits in (("status_limits", self.status_limits), ("dynamics_limits", self.dynamics_limits)):
            if list(limits) != sorted(set(limits)):
                raise ValueError(f"{name}: Die Klassengrenzen müssen aufsteigen.")
        for where, entries in (("indicators", self.indicators), ("dynamics", self.dynamics)):
            ids = [entry.indicator for entry in entries]
            twice = sorted({name for name in ids if ids.count(name) > 1})
            if twice:
                raise ValueError(f"{where}: {', '.join(twice)} steht mehrfach in der Liste.")
            if entries:
                _complete(self.domains, entries, where)
        return self

    def at(self, period: int) -> MonitorDefinition:
        """The definition as it holds for a year, with the indicators that count in it."""
        sides = {name: getattr(self, name) for name in ("indicators", "dynamics")}
        kept = {name: tuple(entry for entry in side if entry.counts(period)) for name, side in sides.items()}
        if kept == sides:
            return self
        named = {entry.domain for entry in kept["indicators"]}
        return self.model_copy(update={**kept, "domains": tuple(d for d in self.domains if d.id in named)})

    @property
    def of_changes(self) -> MonitorDefinition:
        """What the dynamics rest on: the delivered changes where there are any, else the indicators themselves."""
        return self.model_copy(update={"indicators": self.dynamics, "dynamics": ()}) if self.dynamics else self

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the indicators, in order."""
        return tuple(entry.indicator for entry in self.indicators)

    @property
    def weights(self) -> tuple[float, ...]:
        """Weights of the indicators, in order."""
        return tuple(entry.weight for entry in self.indicators)

    @property
    def method(self) -> Method:
        """How the indicators become one number."""
        domains = None
        if self.domains:
            places = {domain.id: number for number, domain in enumerate(self.domains)}
            of = tuple(places[entry.domain or ""] for entry in self.indicators)
            weights = tuple(domain.weight for domain in self.domains)
            domains = Domains(of, weights, self.within.normaliser, self.within.aggregation)
        return Method(self.normaliser, self.aggregation, self.ddof, domains)

    @property
    def methods(self) -> tuple[Method, ...]:
        """The index's own method first, then the others among which the repetitions draw."""
        if not self.uncertainty.vary_method:
            return (self.method,)
        same = {"sum": "mean", "mean": "sum"}.get(self.aggregation)
        added = [a for a in self.uncertainty.aggregations if a != same]
        pairs = product(
            dict.fromkeys((self.aggregation, *added)), dict.fromkeys((self.normaliser, *self.uncertainty.normalisers))
        )
        return tuple(replace(self.method, normaliser=n, aggregation=a) for a, n in pairs)

    def signs(self, catalogue: Sequence[Indicator]) -> tuple[int, ...]:
        """+1 for each indicator that burdens, −1 for each that relieves."""
        known = {indicator.id: indicator.direction for indicator in catalogue}
        return tuple(
            -1 if (entry.direction or known[entry.indicator]) == "relieving" else 1 for entry in self.indicators
        )


def _complete(domains: Sequence[IndexDomain], indicators: Sequence[IndexIndicator], where: str) -> None:
    """Each indicator names one of the domains, each domain has indicators; without domains nobody names one."""
    known, named = [domain.id for domain in domains], {entry.domain for entry in indicators if entry.domain}
    if len(known) != len(set(known)):
        raise ValueError("domains: Eine Kennung steht mehrfach in der Liste.")
    strange = sorted(named - set(known))
    if strange:
        raise ValueError(f"{where}: {', '.join(strange)} steht nicht unter „domains“.")
    without = [entry.indicator for entry in indicators if known and not entry.domain]
    if without:
        raise ValueError(f"{where}: {', '.join(without)} gehört zu keiner Domäne (domain: …).")
    empty = [id for id in known if id not in named]
    if empty:
        raise ValueError(f"domains: {', '.join(empty)} hat keinen Indikator.")


def read_definition(project: Project, catalogue: Sequence[Indicator]) -> MonitorDefinition | None:
    """Definition of a project's monitor, None where it has none.

    Raises
    ------
    InputError
        With every mistake: unknown keys, indicators that the catalogue does not hold, indicators without direction.
    """
    path = project.parameters / FILE
    if not path.is_file():
        return None
    data = read_yaml(path, project.root)
    file = relative(path, project.root)
    definition = validate(data, MonitorDefinition, file)
    raise_errors(_unfit(definition, data, file, {indicator.id: indicator for indicator in catalogue}))
    return definition


def _unfit(definition: MonitorDefinition, data: Any, file: str, known: Mapping[str, Indicator]) -> list[Problem]:
    problems = []
    entries = [
        (side, position, entry)
        for side in ("indicators", "dynamics")
        for position, entry in enumerate(getattr(definition, side))
    ]
    for side, position, entry in entries:
        place = Place(file, line_of(data, (side, position, "indicator")))
        indicator = known.get(entry.indicator)
        if indicator is None:
            near = nearest(entry.indicator, list(known), cutoff=0.5)
            remedy = f"Meinten Sie „{near}“?" if near else "Nennen Sie einen Indikator des Katalogs."
            found = f"Den Indikator „{entry.indicator}“ gibt es im Katalog nicht."
            problems.append(Problem("unknown-indicator", found, remedy, place))
        elif indicator.direction == "neutral" and entry.direction is None:
            found = f"Der Indikator „{entry.indicator}“ hat keine Richtung (direction: neutral im Katalog)."
            remedy = "Setzen Sie hier „direction: burdening“ oder „direction: relieving“."
            problems.append(Problem("no-direction", found, remedy, place))
    return problems
