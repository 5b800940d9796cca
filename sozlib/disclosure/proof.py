"""The attack as a step of the build and as a command: run once for each state of an edition, its result kept.

An edition whose attack finds a protected count too precisely is not built.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sozlib.disclosure.hidden import read_hidden, record_of
from sozlib.disclosure.ledger import NOTHING, Ledger
from sozlib.edition import Edition
from sozlib.errors import BuildError
from sozlib.files import digest_of
from sozlib.observations.load import read_sources
from sozlib.project import Project
from sozlib.snapshot import Snapshot

if TYPE_CHECKING:
    from sozlib.disclosure.attack import Attack, Inference
    from sozlib.observations.source import Source

#: Result of the last attack, beside the record of hidden cells.
RESULT = "angriff.json"


def run_attack(
    project: Project,
    snapshot: Snapshot,
    held: Sequence[Snapshot] = (),
    earlier: Ledger = NOTHING,
    *,
    exact: bool = True,
) -> Attack:
    """Attack a snapshot; what the rule protects and is found too precisely comes first.

    Parameters
    ----------
    project
        Its sources say which measures are counts.
    snapshot
        The edition.
    held
        Snapshots of further editions that the same readers have.
    earlier
        What they know from earlier releases.
    exact
        See :func:`sozlib.disclosure.attack.attack`.
    """
    from sozlib.disclosure.attack import attack  # not needed where the last result still holds

    kinds = kinds_of(read_sources(project)[0].values())
    hidden = read_hidden(record_of(snapshot.path))
    numbers, limits = tuple(earlier.counts(kinds)), tuple(earlier.limits(kinds))
    return attack(snapshot, hidden, kinds, held, earlier=numbers, before=limits, exact=exact)


def kinds_of(sources: Iterable[Source]) -> dict[str, str]:
    """Kinds of the measures as the attack takes them, see :data:`sozlib.disclosure.system.ADDED`."""
    return {m.id: "guarded" if m.dominance else m.kind for source in sources for m in source.measures}


def prove(project: Project, snapshot: Snapshot, held: Sequence[Snapshot] = (), earlier: Ledger = NOTHING) -> str:
    """Attack an edition unless this very state has withstood an attack already.

    Parameters
    ----------
    project, snapshot, held, earlier
        See :func:`run_attack`.

    Returns
    -------
    str
        German sentence on the result; empty for an edition that hides nothing.

    Raises
    ------
    BuildError
        A protected count can be inferred too precisely; names the worst ones, never their numbers.
    """
    if not Edition.model_validate(snapshot.meta["edition"]).protects:
        return ""
    result = record_of(snapshot.path) / RESULT
    # What was published earlier is among the inputs that the digest covers.
    state = digest_of([snapshot.digest, *(other.digest for other in held)])
    kept = _kept(result, state)
    if kept is not None:
        return kept
    found = run_attack(project, snapshot, held, earlier, exact=False)
    short = [inference for inference in found if not inference.safe]
    if short:
        raise BuildError(
            "Die Geheimhaltung hält einem Angriff nicht stand; der Bericht wird nicht gebaut.\n\n"
            + "\n".join(described(inference, snapshot) for inference in short[:20])
            + (f"\n… und {len(short) - 20} weitere" if len(short) > 20 else "")
        )
    said = summary(found.inferences, found.revised)
    result.write_text(json.dumps({"digest": state, "said": said}, ensure_ascii=False), encoding="utf-8")
    return said


def summary(found: Sequence[Inference], revised: int = 0) -> str:
    """German sentences on an attack that failed; ``revised`` see :class:`~sozlib.disclosure.attack.Attack`."""
    protected = [inference for inference in found if inference.required > 0 and not inference.lost]
    lost = sum(inference.lost for inference in found)
    known = (
        f" {lost} {'ist' if lost == 1 else 'sind'} durch frühere oder andere Ausgaben schon genauer bekannt, als die "
        "Regel erlaubt; daran ändert diese Ausgabe nichts mehr."
        if lost
        else ""
    )
    if revised:
        known += (
            f" Frühere Klassen oder gerundete Zahlen, die den heutigen Anzahlen widersprechen ({revised} Grenzen), "
            "gelten als berichtigt und bleiben außer Betracht."
        )
    if not protected:
        return f"Angriff: {len(found)} gesperrte Zahlen, keine davon muss oder kann geschützt bleiben.{known}"
    least = min(inference.width for inference in protected)
    widths = sorted({inference.required for inference in protected if inference.within is None})
    # How far an amount must stay open would tell what its largest contributor has.
    amounts = any(inference.within is not None for inference in protected)
    asked = " oder ".join([*map(_number, widths), *(["bei Beträgen der Abstand ihrer Regel"] if amounts else [])])
    return (
        f"Angriff: {len(found)} gesperrte Zahlen, davon {len(protected)} zu schützen; "
        f"alle bleiben auf mindestens {_number(least)} ungewiss (verlangt: {asked}).{known}"
    )


def described(inference: Inference, snapshot: Snapshot) -> str:
    """A hidden count and the interval that can be inferred, in German."""
    names = dict(zip(snapshot.areas["id"], snapshot.areas["name"], strict=True))
    count = inference.count
    if inference.told:
        where = f"{count.name}, {names.get(count.area, count.area)}, {count.period}"
        return f"{where}: schon in einer früheren Ausgabe veröffentlicht"
    high = f"und {_number(inference.high)}" if inference.high != float("inf") else "und beliebig viel"
    asked = f"; verlangt ist eine Breite von {_number(inference.required)}" if inference.required else ""
    if inference.within is not None:
        asked = "; der Betrag muss weiter offen bleiben, nach unten und nach oben" if not inference.safe else ""
    if inference.lost:
        asked += ", frühere oder andere Ausgaben lassen sie schon nicht mehr zu"
    return (
        f"{count.name}, {names.get(count.area, count.area)}, {count.period}: "
        f"zwischen {_number(inference.low)} {high}{asked}"
    )


def _kept(path: Path, digest: str) -> str | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(content["said"]) if content.get("digest") == digest else None


def _number(value: float) -> str:
    return f"{value:.0f}".replace("-", "\u2212")
