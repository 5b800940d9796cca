"""What the batch operator sees while chapters run: which one, how many are left, how long it will take."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from sozlib.batch.chapter_run import ChapterResult

Result = TypeVar("Result", contravariant=True)


class Progress(Protocol[Result]):
    """Is told of every job's start and end."""

    def started(self, name: str) -> None:
        """A job begins."""

    def postponed(self, result: Result) -> None:
        """A job was ended from outside and will be tried once more."""

    def finished(self, result: Result) -> None:
        """A job has ended, well or not."""


class SilentProgress:
    """Shows nothing."""

    def started(self, name: str) -> None:
        """Show nothing."""

    def postponed(self, result: object) -> None:
        """Show nothing."""

    def finished(self, result: object) -> None:
        """Show nothing."""


class ShownProgress:
    """A bar on a terminal, one line a chapter elsewhere.

    Parameters
    ----------
    total
        Number of chapters.
    workers
        How many run at a time.
    """

    def __init__(self, total: int, workers: int):
        self._total, self._workers = total, workers
        self._running: list[str] = []
        self._done = 0
        self._began = time.perf_counter()
        self._live = sys.stdout.isatty()

    def __enter__(self) -> Self:
        if self._live:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("Kapitel"),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TextColumn("{task.fields[left]}"),
                TextColumn("{task.fields[names]}"),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("Kapitel", total=self._total, left="", names="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live:
            self._bar.stop()

    def started(self, name: str) -> None:
        """Name the chapter among those that run."""
        self._running.append(name)
        self._show()

    def postponed(self, result: ChapterResult) -> None:
        """Say why the chapter will be tried once more."""
        self._running.remove(result.chapter)
        line = f"  {result.chapter}: {result.failure.error if result.failure else ''} Zweiter Versuch folgt."
        if self._live:
            self._bar.console.print(line, style="yellow", markup=False, highlight=False)
        else:
            print(line, flush=True)
        self._show()

    def finished(self, result: ChapterResult) -> None:
        """Count the chapter; a failure is said at once."""
        self._running.remove(result.chapter)
        self._done += 1
        width = len(str(self._total))
        outcome = f"FEHLER: {result.failure.error}" if result.failure else f"{result.seconds:.1f} s".replace(".", ",")
        line = f"  {self._done:>{width}}/{self._total}  {result.chapter}  {outcome}"
        if not self._live:
            print(f"{line}{self._left(', noch etwa ')}", flush=True)
        elif result.failure:
            self._bar.console.print(line, style="red", markup=False, highlight=False)
        self._show()

    def _left(self, before: str) -> str:
        # The first chapters pay for warming up: no promise before every worker has done one.
        if self._done < self._workers or self._done == self._total:
            return ""
        seconds = (time.perf_counter() - self._began) / self._done * (self._total - self._done)
        return before + (f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min")

    def _show(self) -> None:
        if self._live:
            self._bar.update(
                self._task,
                completed=self._done,
                left=self._left("noch etwa "),
                names=" · ".join(self._running),
            )
