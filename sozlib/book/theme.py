"""Where the look of a report comes from: the project's own theme, and the program's for every file it does not bring.

A municipality changes a colour or the wording of its imprint by putting its own file into ``reports/theme``; nothing
else has to be copied.
"""

from __future__ import annotations

from pathlib import Path

from sozlib.errors import SozlibError
from sozlib.project import Project, scaffold

#: Fonts that travel with the package.
FONTS = Path(__file__).resolve().parents[1] / "fonts"


def theme_folders(project: Project) -> tuple[Path, ...]:
    """Folders in which theme files are looked for, the project's own first."""
    return tuple(dict.fromkeys((project.theme, scaffold() / "reports" / "theme")))


def theme_file(project: Project, name: str) -> Path:
    """A file of the theme.

    Raises
    ------
    SozlibError
        No theme folder holds the file.
    """
    for folder in theme_folders(project):
        if (folder / name).is_file():
            return folder / name
    raise SozlibError(
        f"Die Gestaltungsdatei „{name}“ fehlt in reports/theme. „sozlib init“ legt sie in neuen Projekten an."
    )
