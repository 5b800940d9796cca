"""Run all chapters of a plan on a Dask cluster that is already there.

No shared file system is needed: what chapters read travels once to each worker, executed notebooks come back and are
checked by their digest. A lost worker only delays: Dask gives its chapters to another. All machines must have the same
program, or their notebooks would not be the same.
"""

from __future__ import annotations

import itertools
import platform
import queue
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sozlib.batch.agenda import Agenda
from sozlib.batch.chapter_run import ChapterFailure, ChapterJob, ChapterResult
from sozlib.batch.parcel import content_digest, leaving, pack, returned
from sozlib.batch.progress import Progress, SilentProgress
from sozlib.errors import BuildError, InputError, Place, Problem, spoken
from sozlib.files import digest_of, write_whole

if TYPE_CHECKING:
    from sozlib.batch.remote import Delivery, Identity

#: Seconds within which the scheduler must answer.
_REACH = 10.0

#: Seconds without any worker after which a build is given up.
_PATIENCE = 120.0

#: Seconds after which the driver looks whether the cluster is still there.
_LOOK = 2.0

Done = Callable[[ChapterJob, ChapterResult], None]


def scheduler_address(given: str | None) -> str:
    """Address of the scheduler: the one given, otherwise the one that Dask's own settings name.

    Raises
    ------
    InputError
        There is none, or Dask is not installed.
    """
    try:
        import dask
        import distributed  # noqa: F401
    except ImportError:
        found = "Für „executor: dask“ fehlt die Bibliothek „distributed“."
        raise InputError(
            [Problem("dask-missing", found, "Installieren Sie sie: pip install 'sozlib[dask]'.", Place("--executor"))]
        ) from None
    address = given or dask.config.get("scheduler-address", None)
    if not address:
        remedy = "Geben Sie sie an, etwa --scheduler tcp://rechner:8786, oder setzen Sie DASK_SCHEDULER_ADDRESS."
        found = "Die Adresse des Dask-Schedulers fehlt."
        raise InputError([Problem("no-scheduler", found, remedy, Place("--scheduler"))])
    return str(address)


class Cluster:
    """A connection to a Dask cluster whose machines all have this program; see :func:`connected`."""

    def __init__(self, client: Any, address: str):
        self._client = client
        self.address = address

    @property
    def places(self) -> int:
        """Chapters that can run at a time."""
        with self._lost():
            return sum(self._client.nthreads().values())

    def execute(
        self,
        todo: Sequence[ChapterJob],
        root: Path,
        snapshot: Path,
        progress: Progress[ChapterResult] | None = None,
        environment: Mapping[str, str] = {},
        done: Done | None = None,
    ) -> tuple[ChapterResult, ...]:
        """Run jobs, return their results in the same order, as :func:`sozlib.batch.execute.execute` does.

        Parameters
        ----------
        todo
            The jobs.
        root, snapshot
            The project folder, and the edition's snapshot within it.
        progress, environment, done
            As there.

        Raises
        ------
        BuildError
            The scheduler or all workers were lost; chapters that are done stay done.
        """
        from sozlib.batch.remote import ChapterPlugin, identity

        parcel = pack(root, snapshot, {job.template for job in todo})
        # One edition of one project is built once at a time: what an earlier build has left is replaced.
        name = f"sozlib-{digest_of([platform.node(), str(root), str(snapshot)])[:16]}"
        with self._lost():
            self._client.register_plugin(ChapterPlugin(name, parcel, environment, identity()))
        try:
            return self._execute(name, todo, root, progress or SilentProgress(), done)
        finally:
            with suppress(Exception):  # the scheduler may be gone
                self._client.unregister_worker_plugin(name)

    def _execute(
        self, name: str, todo: Sequence[ChapterJob], root: Path, progress: Progress[ChapterResult], done: Done | None
    ) -> tuple[ChapterResult, ...]:
        from sozlib.batch.remote import run

        agenda = Agenda(todo, progress, done)
        running: dict[str, tuple[ChapterJob, Any]] = {}
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        tries = itertools.count()
        alone_since = 0.0
        while agenda.waiting or running:
            places = self.places
            alone_since = 0.0 if places else alone_since or time.monotonic()
            if alone_since and time.monotonic() - alone_since > _PATIENCE:
                raise BuildError(
                    f"Am Scheduler {self.address} ist kein Arbeitsprozess mehr angemeldet. "
                    "Fertige Kapitel bleiben; der nächste Bau macht weiter."
                )
            while agenda.waiting and len(running) < places:
                job = agenda.begin()
                key = f"{name}/{job.id}/{next(tries)}"
                with self._lost():
                    future = self._client.submit(run, name, leaving(job, root), key=key, pure=False)
                running[key] = job, future
                future.add_done_callback(ended.put)
            try:
                future = ended.get(timeout=_LOOK)
            except queue.Empty:
                continue
            job, _ = running.pop(future.key)
            agenda.end(job, self._taken(future, job, root))
        return agenda.results

    def _taken(self, future: Any, job: ChapterJob, root: Path) -> ChapterResult:
        """A chapter's result, with its notebook in place."""
        if future.status != "finished":
            with self._lost():
                if self._client.status != "running":
                    raise ConnectionError
            error = future.exception() if future.status == "error" else None
            why = "Arbeitsprozesse am Cluster wurden mehrmals beendet" if _killed(error) else str(error or "verloren")
            failure = ChapterFailure(job.id, job.template, f"{why.removesuffix('.')}.", outside=not _killed(error))
            return ChapterResult(job.id, 0.0, failure)
        with self._lost():
            delivery: Delivery = future.result()
        result = returned(delivery.result, job, root)
        if delivery.notebook is None:
            return result
        if content_digest(delivery.notebook) != delivery.digest:
            failure = ChapterFailure(job.id, job.template, "Das Notebook kam nicht unversehrt zurück.", outside=True)
            return ChapterResult(job.id, result.seconds, failure)
        try:
            for stale in (job.output, job.failed):
                stale.unlink(missing_ok=True)
            write_whole(job.output if result.failure is None else job.failed, delivery.notebook)
        except OSError as error:  # no room, no right to write: the next chapter may have more luck
            result = ChapterResult(job.id, result.seconds, ChapterFailure(job.id, job.template, spoken(error)))
        return result

    @contextmanager
    def _lost(self) -> Iterator[None]:
        """What it means when the scheduler no longer answers."""
        from distributed.client import FutureCancelledError

        try:
            yield
        except (OSError, FutureCancelledError, TimeoutError) as error:
            raise BuildError(
                f"Die Verbindung zum Scheduler {self.address} ist abgebrochen. "
                "Fertige Kapitel bleiben; der nächste Bau macht weiter."
            ) from error


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """Cluster behind a scheduler, once it is sure that all its machines have this program.

    Raises
    ------
    BuildError
        The scheduler cannot be reached, has no workers, or a machine has another program.
    """
    from distributed import Client

    try:
        client: Any = Client(address, timeout=_REACH, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise BuildError(
            f"Der Dask-Scheduler {address} ist nicht zu erreichen. Läuft er, und stimmt die Adresse? "
            "Es wurde kein Kapitel ausgeführt."
        ) from error
    try:
        _agree(client, address)
        yield Cluster(client, address)
    finally:
        with suppress(Exception):
            client.close(_LOOK)


def _agree(client: Any, address: str) -> None:
    from sozlib.batch.remote import identity

    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=_REACH)
    workers = client.run(identity, on_error="return")
    if not workers:
        raise BuildError(f"Am Dask-Scheduler {address} ist kein Arbeitsprozess angemeldet (dask worker {address}).")
    try:
        scheduler: object = client.run_on_scheduler(identity)
    except Exception as error:
        scheduler = error
    here = identity()
    machines = {f"Scheduler {address}": scheduler, **{f"Arbeitsprozess {name}": it for name, it in workers.items()}}
    lines = [f"  {name}: {told}" for name, it in machines.items() if (told := _difference(here, it))]
    if lines:
        raise BuildError(
            "\n".join(
                [
                    "Am Dask-Cluster läuft nicht dasselbe Programm wie hier; es wurde kein Kapitel ausgeführt.",
                    *lines,
                    "Richten Sie alle Rechner mit derselben Version von sozlib und derselben uv.lock ein.",
                ]
            )
        )


def _difference(here: Identity, there: object) -> str:
    """What another machine's program differs in, in German; "" where it is the same."""
    from sozlib.batch.remote import Identity

    if isinstance(there, ModuleNotFoundError):
        return f"„{there.name}“ ist dort nicht installiert"
    if not isinstance(there, Identity):
        return f"sozlib antwortet nicht ({there})"
    other = [
        f"{name} {there.versions.get(name) or 'fehlt'} statt {version or 'keiner'}"
        for name, version in here.versions.items()
        if there.versions.get(name) != version
    ]
    if not other and there.program != here.program:
        other = ["sozlib hat dort andere Dateien"]
    return "; ".join(other)


def _killed(error: BaseException | None) -> bool:
    from distributed.scheduler import KilledWorker

    return isinstance(error, KilledWorker)
