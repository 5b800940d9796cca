"""Whether all machines of a cluster have the same program: otherwise what they make would not be the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sozlib.errors import BuildError
from sozlib.files import Digests
from sozlib.program import program, versions

#: Seconds that the first worker gets to come up.
_WAIT = 10.0


@dataclass(frozen=True)
class Identity:
    """Which program a machine has: the digest of its files, and versions of what it stands on."""

    program: str
    versions: Mapping[str, str]


def identity() -> Identity:
    """Identity of the program here."""
    return Identity(program(Digests()), versions())


def agree(client: Any, address: str) -> None:
    """Make sure that the scheduler and all workers of a Dask client have this program.

    Raises
    ------
    BuildError
        There are no workers, or a machine has another program.
    """
    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=_WAIT)
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
                    "Am Dask-Cluster läuft nicht dasselbe Programm wie hier; dort wurde nichts ausgeführt.",
                    *lines,
                    "Richten Sie alle Rechner mit derselben Version von sozlib und derselben uv.lock ein.",
                ]
            )
        )


def _difference(here: Identity, there: object) -> str:
    """What another machine's program differs in, in German; "" where it is the same."""
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
