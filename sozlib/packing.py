"""A report as an encrypted package, to be handed to those whose edition it is.

A ZIP file with AES-256 (WinZip's AE-2), which 7-Zip and other common programs open. Its key is made from the passphrase
in only 1,000 rounds of PBKDF2, so the strength lies in the passphrase: short ones are refused. Names of files are not
encrypted; those of a report name topics and areas, which are public. A package is read again and compared before it
takes its place.

References
----------
.. [1] WinZip Computing: AES Encryption Information, AE-1 and AE-2.
.. [2] RFC 8018, PBKDF2.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import pyzipper
from pyzipper.zipfile_aes import AESZipInfo

from sozlib.edition import Edition
from sozlib.errors import BuildError, Problem, SozlibError, raise_errors, relative
from sozlib.files import rename_whole
from sozlib.findings import listed
from sozlib.manifest import NAME as MANIFEST
from sozlib.manifest import compare, read_manifest
from sozlib.project import Project

#: Folder of the packages, beside the editions of a cycle.
FOLDER = "pakete"

#: Fewest characters of a passphrase, and fewest different ones.
SHORTEST, FEWEST = 20, 8

_VARIABLE = re.compile(r"[^A-Z0-9]+")


def passphrases(
    variable: str, editions: Sequence[Edition], environment: Mapping[str, str] = os.environ
) -> dict[str, bytes]:
    """Passphrase of each edition: from ``<variable>_<EDITION>``, else from ``<variable>``.

    Parameters
    ----------
    variable
        Name of the environment variable, from ``report.yml``.
    editions
        What is to be packed.
    environment
        The environment.

    Raises
    ------
    InputError
        For each edition without a passphrase that will do; never with the passphrase.
    """
    found: dict[str, bytes] = {}
    problems = []
    for edition in editions:
        own = f"{variable}_{_VARIABLE.sub('_', edition.id.upper())}"
        name = own if own in environment else variable
        secret = environment.get(name, "")
        if fault := _fault(secret):
            said = f"Ausgabe „{edition.id}“: {fault}"
            remedy = f"Setzen Sie {own} oder für alle {variable}, zum Beispiel auf fünf zufällige Wörter."
            problems.append(Problem("passphrase", said, remedy))
        found[edition.id] = secret.encode("ascii", "replace")
    raise_errors(problems)
    return found


def _fault(secret: str) -> str:
    """Why a passphrase will not do."""
    if not secret:
        return "Es ist keine Passphrase gesetzt."
    if len(secret) < SHORTEST:
        return f"Die Passphrase ist zu kurz; verlangt sind mindestens {SHORTEST} Zeichen."
    if len(set(secret)) < FEWEST:
        return f"Die Passphrase ist zu einförmig; verlangt sind mindestens {FEWEST} verschiedene Zeichen."
    if not (secret.isascii() and secret.isprintable()):
        return "Die Passphrase enthält Umlaute oder Sonderzeichen, die Programme verschieden verstehen."
    return ""


def pack(project: Project, edition: Edition, passphrase: bytes) -> Path:
    """Pack the released report of an edition.

    Returns
    -------
    Path
        ``reports/<cycle>/pakete/<report>-<edition>.zip``, readable by its owner only.

    Raises
    ------
    SozlibError
        There is no report, it is the public one, or it is not what was released.
    """
    report = project.output(edition.id)
    shown = relative(report, project.root)
    if edition.public:
        raise SozlibError("Die öffentliche Ausgabe ist für alle da; verpackt werden nur die anderen.")
    manifest = read_manifest(report)
    problems = compare(report, shown)
    if (manifest.get("edition"), manifest.get("cycle")) != (edition.id, project.cycle.id):
        problems.append(Problem("manifest", f"{shown} ist nicht der Bericht der Ausgabe „{edition.id}“."))
    if problems:
        raise BuildError("Der Bericht ist nicht mehr der freigegebene und wird nicht verpackt.\n\n" + listed(problems))
    digests = {**manifest["outputs"], MANIFEST: hashlib.sha256((report / MANIFEST).read_bytes()).hexdigest()}
    top = f"sozialbericht-{project.cycle.id}-{edition.id}"
    target = project.root / "reports" / project.cycle.id / FOLDER / f"{top}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.neu")
    try:
        _write(beside, report, top, sorted(digests), passphrase, project)
        _prove(beside, top, digests, passphrase)
        rename_whole(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def _write(path: Path, report: Path, top: str, names: Sequence[str], passphrase: bytes, project: Project) -> None:
    """Write the files in fixed order, with the date of publication; only the cipher's salt is random."""
    day = project.cycle.published
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    with pyzipper.AESZipFile(path, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as package:
        package.setpassword(passphrase)
        package.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=2)
        for name in names:
            about = AESZipInfo(f"{top}/{_harmless(name)}", (day.year, day.month, day.day, 0, 0, 0))
            about.compress_type = pyzipper.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            package.writestr(about, (report / name).read_bytes())


def _harmless(name: str) -> str:
    """A name that no program unpacks elsewhere."""
    parts = PurePosixPath(name).parts
    if PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name or ":" in name:
        raise SozlibError(f"Die Datei „{name}“ hat einen Namen, der in keinem Paket stehen darf.")
    return name


def _prove(path: Path, top: str, digests: Mapping[str, str], passphrase: bytes) -> None:
    """Read the package again: every file is in it, as it was released."""
    with pyzipper.AESZipFile(path) as package:
        package.setpassword(passphrase)
        found = {
            about.filename.removeprefix(f"{top}/"): hashlib.sha256(package.read(about)).hexdigest()
            for about in package.infolist()
        }
    if found != dict(digests):
        raise SozlibError("Das Paket ließ sich nicht fehlerfrei zurücklesen; es wurde verworfen.")
