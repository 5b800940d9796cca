"""The monitor and its audit at a notebook's keyboard: one short name for each of their parts."""

from __future__ import annotations

from sozlib.chapter import monitor, monitormethod, sensitivity
from sozlib.chapter.audited import audited
from sozlib.chapter.calls import Calls


class MonitorCalls(Calls):
    """``chapter.monitor``. False where the project has no monitor."""

    def __bool__(self) -> bool:
        return bool(monitor.definition(self._context))

    @property
    def lead(self) -> str:
        """Lead of the monitor's chapter; returned."""
        return monitor.lead(self._context)

    @property
    def indicators(self) -> list[str]:
        """Ids of the monitor's indicators; returned."""
        return [series.meta.id for series in monitor.indicators(self._context)]

    def matrix(self) -> None:
        """Matrix of status and dynamics."""
        self._show(monitor.matrix(self._context))

    def map(self) -> None:
        """Map of the twelve classes."""
        self._show(monitor.map(self._context))

    def ranks(self) -> None:
        """Rank intervals."""
        self._show(monitor.ranks(self._context))

    def table(self) -> None:
        """Classes of all areas and their certainty."""
        self._show(monitor.certainty_table(self._context))

    def contributions(self) -> None:
        """What each indicator adds to the status of each area."""
        self._show(monitor.contributions(self._context))

    def doubts(self) -> None:
        """Uncertain areas, areas without class, changes of class."""
        self._show(monitor.doubts(self._context))

    def reading_help(self) -> None:
        """How the colours are read."""
        self._show(monitor.reading_help(self._context))

    def method(self) -> None:
        """How the monitor is computed."""
        self._show(monitormethod.method(self._context))


class SensitivityCalls(Calls):
    """``chapter.sensitivity``. False where the monitor has not been audited."""

    def __bool__(self) -> bool:
        return audited(self._context) is not None

    @property
    def lead(self) -> str:
        """Lead of the chapter; returned."""
        return sensitivity.lead(self._context)

    def verdict(self) -> None:
        """What the audit means for decisions."""
        self._show(sensitivity.verdict(self._context))

    def uncertain(self) -> None:
        """Areas whose class is uncertain, with the probability of each class."""
        self._show(sensitivity.uncertain(self._context))

    def coherence(self) -> None:
        """Whether the indicators belong together."""
        self._show(sensitivity.coherence(self._context))

    def correlations(self) -> None:
        """Heat map of the indicators' correlations."""
        self._show(sensitivity.correlations(self._context))

    def weights(self) -> None:
        """Nominal and effective weights."""
        self._show(sensitivity.weights(self._context))

    def without(self) -> None:
        """What changes when an indicator is left out."""
        self._show(sensitivity.without(self._context))

    def dependents(self) -> None:
        """Areas whose class hangs on a single indicator."""
        self._show(sensitivity.dependents(self._context))

    def choices(self) -> None:
        """What changes under other methods."""
        self._show(sensitivity.choices(self._context))

    def switched(self) -> None:
        """Which areas change their class under which other method."""
        self._show(sensitivity.switched(self._context))

    def sources(self) -> None:
        """Which source of uncertainty moves the ranks most."""
        self._show(sensitivity.sources(self._context))

    def method(self) -> None:
        """How the audit is done."""
        self._show(sensitivity.method(self._context))
