"""Work on a Dask cluster that is already there.

No shared file system is needed: what the work reads travels once to each worker, what it makes comes back and is
checked by its digest. A lost worker only delays: Dask gives its orders to another. All machines must have the same
program, or what they make would not be the same.

The cluster must be one that is trusted: Dask's own messages are pickles, whatever the orders are.
"""

from __future__ import annotations

import itertools
import platform
import queue
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sozlib.batch.agenda import Agenda, Job, Result
from sozlib.batch.chapter_run import how_it_ended
from sozlib.batch.identity import agree, identity
from sozlib.batch.parcel import Parcel, places
from sozlib.errors import BuildError, InputError, Place, Problem
from sozlib.files import digest_of

#: Seconds within which the scheduler must answer.
_REACH = 10.0

#: Seconds without any worker after which a build is given up.
_PATIENCE = 120.0

#: Seconds after which the driver looks whether the cluster is still there.
_LOOK = 2.0


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


@dataclass(frozen=True)
class Loss:
    """Why nothing has come back of a job.

    Parameters
    ----------
    why
        A German sentence.
    said
        Last lines of the log.
    outside
        Whether it was ended from outside, so that another try makes sense.
    """

    why: str
    said: str = ""
    outside: bool = True


class Cluster:
    """A Dask cluster that works for one edition; it is spoken to when there is something to do.

    Parameters
    ----------
    address
        Address of the scheduler.
    root
        The project folder.
    edition
        What tells this edition from others of the project.
    pack
        Packs what all the work reads.
    environment
        Environment variables of the processes that do it.
    """

    def __init__(
        self,
        address: str,
        root: Path,
        edition: str,
        pack: Callable[[], Parcel],
        environment: Mapping[str, str] = {},
    ):
        self.address = address
        self._root, self._pack, self._environment = root, pack, environment
        # One edition of one project is built once at a time: what an earlier build has left is replaced.
        self._name = f"sozlib-{digest_of([platform.node(), str(root), edition])[:16]}"
        self._known: Any = None
        self._orders = itertools.count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._known is None:
            return
        with suppress(Exception):  # the scheduler may be gone
            self._known.unregister_worker_plugin(self._name)
        with suppress(Exception):
            self._known.close(_LOOK)

    def __str__(self) -> str:
        count = self.places
        return f"Dask-Cluster {self.address}, {count} {'Platz' if count == 1 else 'Plätze'}"

    @property
    def places(self) -> int:
        """Orders that can be at work at a time."""
        client = self._client()
        with self._lost():
            return sum(client.nthreads().values())

    def work(
        self,
        agenda: Agenda[Job, Result],
        module: str,
        order: Callable[[Job], Parcel],
        take: Callable[[Job, Parcel | Loss], Result],
    ) -> None:
        """Have all jobs of an agenda done.

        Parameters
        ----------
        agenda
            The jobs; takes their results.
        module
            Who does them on a worker, see :meth:`sozlib.batch.remote.WorkPlugin.run`.
        order
            Makes an order of a job: plain data, in which paths may be those of this machine, and files.
        take
            Makes a result of what has come back: the answer's ``result`` with the files, or why there is none.

        Raises
        ------
        BuildError
            The scheduler or all workers were lost; what is done stays done.
        """
        from sozlib.batch.remote import run

        client = self._client()
        running: dict[str, tuple[Job, Any]] = {}
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        alone_since = 0.0
        while agenda.waiting or running:
            count = self.places
            alone_since = 0.0 if count else alone_since or time.monotonic()
            if alone_since and time.monotonic() - alone_since > _PATIENCE:
                raise BuildError(
                    f"Am Scheduler {self.address} ist kein Arbeitsprozess mehr angemeldet. "
                    "Was fertig ist, bleibt; der nächste Bau macht weiter."
                )
            while agenda.waiting and len(running) < count:
                job = agenda.begin()
                key = f"{self._name}/{job.id}/{next(self._orders)}"
                with self._lost():
                    future = client.submit(run, self._name, module, order(job).sealed(), key=key, pure=False)
                running[key] = job, future
                future.add_done_callback(ended.put)
            try:
                future = ended.get(timeout=_LOOK)
            except queue.Empty:
                continue
            job, _ = running.pop(future.key)
            agenda.end(job, take(job, self._returned(future)))

    def _returned(self, future: Any) -> Parcel | Loss:
        """What has come back."""
        if future.status != "finished":
            with self._lost():
                if self._client().status != "running":
                    raise ConnectionError
            error = future.exception() if future.status == "error" else None
            if _killed(error):
                return Loss("Arbeitsprozesse am Cluster wurden mehrmals beendet.", outside=False)
            return Loss(f"{str(error or 'verloren').removesuffix('.')}.")
        with self._lost():
            sealed = future.result()
        try:
            parcel = Parcel.opened(sealed)
        except ValueError:
            return Loss("Das Ergebnis kam nicht unversehrt zurück.")
        about = parcel.about
        return parcel if "result" in about else Loss(how_it_ended(about["code"]), about["said"])

    def _client(self) -> Any:
        """The connection, made when it is first asked for."""
        if self._known is None:
            from sozlib.batch.remote import WorkPlugin

            self._known = _connect(self.address)
            parcel = self._pack().sealed()
            plugin = WorkPlugin(self._name, parcel, places(self._root), self._environment, identity())
            with self._lost():
                self._known.register_plugin(plugin)
        return self._known

    @contextmanager
    def _lost(self) -> Iterator[None]:
        """What it means when the scheduler no longer answers."""
        from distributed.client import FutureCancelledError

        try:
            yield
        except (OSError, FutureCancelledError, TimeoutError) as error:
            raise BuildError(
                f"Die Verbindung zum Scheduler {self.address} ist abgebrochen. "
                "Was fertig ist, bleibt; der nächste Bau macht weiter."
            ) from error


def _connect(address: str) -> Any:
    """Client of a scheduler, once it is sure that all its machines have this program.

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
            "Am Cluster wurde nichts ausgeführt."
        ) from error
    try:
        agree(client, address)
    except BaseException:
        with suppress(Exception):
            client.close(_LOOK)
        raise
    return client


def _killed(error: BaseException | None) -> bool:
    from distributed.scheduler import KilledWorker

    return isinstance(error, KilledWorker)
