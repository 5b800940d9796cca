"""Which program makes a report: the digest of its own files and the versions of the libraries it stands on.

Another program may turn the same inputs into another result, so its digest is part of every key.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from functools import cache
from importlib import metadata
from pathlib import Path

from sozlib.files import Digests, digest_of, stamps

#: Folder of the program's own files.
PACKAGE = Path(__file__).parent

#: What no chapter can read: the book is made from executed chapters, the rest speaks with the operator.
BEYOND_CHAPTERS = (
    *("book/", "gate/", "scaffold/", "cli.py", "commands.py", "build.py", "preview.py", "scaffold.py", "release.py"),
    *("manifest.py", "receipt.py", "findings.py", "german_arguments.py", "state.py", "inputs.py"),
    *("written.py", "crew.py"),
    *("batch/agenda.py", "batch/chapters.py", "batch/choice.py", "batch/cluster.py", "batch/execute.py"),
    *("batch/identity.py", "batch/keys.py", "batch/parcel.py", "batch/plan.py", "batch/planning.py"),
    *("batch/progress.py", "batch/remote", "batch/summary.py", "batch/templates.py"),
)


def program(digests: Digests, without: Collection[str] = ()) -> str:
    """Digest of the program.

    Parameters
    ----------
    digests
        Digests of files.
    without
        Beginnings of paths within the package that do not count. What is not named counts, so a new module does.
    """
    names = sorted(
        name for name, _ in stamps(PACKAGE) if not name.endswith(".pyc") and not name.startswith(tuple(without))
    )
    return digest_of([digests.below(PACKAGE, names), versions()])


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of every library that the program itself asks for."""
    found = {"python": sys.version}
    for requirement in metadata.requires("sozlib") or ():
        if "extra ==" in requirement:
            continue
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found
