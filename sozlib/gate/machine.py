"""Traces of the machine and of who sat before it: user, host, folders."""

from __future__ import annotations

import getpass
import os
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path

#: Names that many machines share and that ordinary text holds too; they identify nobody.
_COMMON = frozenset(
    {"root", "user", "admin", "administrator", "runner", "ubuntu", "debian", "vagrant", "docker", "jovyan", "build"}
    | {"builder", "localhost", "test", "public", "daten", "data", "bericht", "default", "nobody", "guest", "local"}
    | {"home", "main"}
)

#: Folders in which only a machine's own files lie.
_FOLDERS = re.compile(
    r"(?<![\w./:])(?:/home/[\w.-]+|/Users/[\w.-]+|/root/[\w.-]+|/tmp/[\w.-]+|/var/(?:folders|tmp)/[\w.-]+|"
    r"/private/var/[\w.-]+|/mnt/[\w.-]+|/opt/[\w.-]+)"
    r"|(?<![A-Za-z])[A-Za-z]:\\(?:Users|Benutzer|Windows|Temp)\\[\w. -]+|\\\\[\w.-]+\\[\w.$-]+\\|file:///\S+"
)


#: One of these stands in every path of :data:`_FOLDERS`; looking for them is much faster.
_SIGNS = ("/home/", "/Users/", "/root/", "/tmp/", "/var/", "/mnt/", "/opt/", ":\\", "\\\\", "file:///")


@dataclass(frozen=True)
class Machine:
    """What identifies a machine and its user.

    Parameters
    ----------
    names
        User and host names.
    folders
        Absolute paths of the project, the home folder, the program.
    """

    names: frozenset[str]
    folders: frozenset[str]
    _search: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = sorted(re.escape(name) for name in self.names)
        folders = sorted((re.escape(folder) for folder in self.folders), key=len, reverse=True)
        parts = [rf"(?<!\w)(?<!\w-)(?:{'|'.join(names)})(?!\w)(?!-\w)"] if names else []
        parts += [rf"(?:{'|'.join(folders)})"] if folders else []
        object.__setattr__(self, "_search", re.compile("|".join(parts) or r"(?!)"))

    @classmethod
    def here(cls, project: Path | None = None) -> Machine:
        """This machine.

        Parameters
        ----------
        project
            The project folder, whose path must not get out either.
        """
        names = {socket.gethostname(), socket.gethostname().split(".")[0], *_user()}
        folders = {str(Path.home()), str(Path(__file__).parents[2]), *([str(project.resolve())] if project else [])}
        return cls(
            frozenset(n for n in names if len(n) >= 4 and n.lower() not in _COMMON),
            frozenset(f for f in folders if f.count(os.sep) > 1 or len(f) > 6),
        )

    def traces(self, text: str) -> list[str]:
        """What of it stands in a text, each once."""
        found = [match[0] for match in self._search.finditer(text)]
        if any(sign in text for sign in _SIGNS):
            found += [match[0] for match in _FOLDERS.finditer(text)]
        return list(dict.fromkeys(found))


def _user() -> set[str]:
    try:
        return {getpass.getuser()}
    except (OSError, KeyError):  # no name is known for this user number
        return set()
