"""What a finished site must keep: pages that lead somewhere, PDFs that everyone can read, nothing hidden in any file.

``sozlib build`` runs these checks before a report is released and ``sozlib verify`` at any time. They look at the
files alone, so they also find what someone changed afterwards. Each file is inspected by itself, side by side with
others. A build keeps what it has learned of a file: as long as the file, what is looked for and the program are the
same to the byte, so is the result. ``verify`` keeps nothing and believes nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from sozlib.batch.plan import Plan
from sozlib.book.imprint import notices
from sozlib.book.pages import PageFacts, check_links, facts
from sozlib.book.pdfua import pdf_findings
from sozlib.crew import Crew
from sozlib.disclosure.hidden import is_written, read_hidden, record_of
from sozlib.editions import edition_of
from sozlib.errors import Place, Problem
from sozlib.files import Digests, digest_of, write_whole
from sozlib.gate.gate import Examined, Gate
from sozlib.gate.machine import Machine
from sozlib.gate.pages import parse
from sozlib.program import program
from sozlib.project import Project
from sozlib.snapshot import Snapshot

#: What a build has learned of files, beside the record of hidden cells: it holds numbers as they do.
KEPT = "geprueft.json"

#: Below so many bytes it is not worth while to start other processes.
_FEW = 4_000_000


@dataclass(frozen=True)
class Inspected:
    """What was learned of one file; plain data.

    Parameters
    ----------
    gate
        What the gate found.
    page
        Facts of a page.
    pdf
        What PDF/UA misses in a volume.
    """

    gate: Examined
    page: PageFacts | None = None
    pdf: tuple[str, ...] = ()

    @property
    def faultless(self) -> bool:
        """Whether the file by itself gives no reason to stop."""
        return not self.gate.findings and not self.pdf


_INSPECTED = TypeAdapter(dict[str, tuple[str, Inspected]])


@dataclass(frozen=True)
class Inspection:
    """What every file is inspected for.

    Parameters
    ----------
    site
        Folder of the report.
    gate
        What must not get out.
    notices
        Words that must stand in every PDF's description.
    """

    site: Path
    gate: Gate
    notices: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over what is looked for and who looks."""
        return digest_of([self.gate.digest, self.notices, program(Digests())])

    def of(self, name: str) -> Inspected:
        """Inspect one file, named by its path in the report."""
        path = self.site / name
        if name.endswith(".html"):
            try:
                tree = parse(path.read_text(encoding="utf-8", errors="replace"))
            except Exception:  # the gate says so
                return Inspected(self.gate.examine(path, name))
            return Inspected(self.gate.examine(path, name, tree), facts(tree))
        pdf = tuple(pdf_findings(path, *self.notices)) if name.startswith("pdf/") and name.endswith(".pdf") else ()
        return Inspected(self.gate.examine(path, name), pdf=pdf)

    def some(self, names: Iterable[str]) -> dict[str, Inspected]:
        """Inspect some files."""
        return {name: self.of(name) for name in names}


def check_site(
    site: Path,
    project: Project,
    plan: Plan,
    snapshot: Snapshot | None = None,
    *,
    crew: Crew | None = None,
    digests: Mapping[str, str] | None = None,
) -> list[Problem]:
    """Check a site folder before its release.

    Parameters
    ----------
    site
        The folder of the site.
    project
        The report project, for the words every PDF must carry.
    plan
        What the site must contain.
    snapshot
        The edition's data, for the search for what it hides; without it the gate looks for traces of the machine.
    crew
        Processes among which files are shared out.
    digests
        Digest of files as they are now; what was learned of such a file in an earlier build is taken from there. A
        file that is not named is inspected.

    Returns
    -------
    list
        Everything that is wrong, pages first.
    """
    inspection = _inspection(site, project, plan.edition, snapshot)
    kept = Kept.of(snapshot, inspection) if snapshot is not None and digests is not None else None
    known = kept.known(digests or {}) if kept is not None else {}
    inspected = known | _inspect(inspection, [name for name in _files(site) if name not in known], crew)
    if kept is not None:
        kept.keep(inspected, digests or {})
    return [
        *_pages(site, inspected),
        *check_presence(site, plan),
        *_pdfs(inspected),
        *_gate(inspection.gate, inspected),
    ]


def check_files(
    site: Path, project: Project, edition: str, snapshot: Snapshot | None, crew: Crew | None = None
) -> list[Problem]:
    """Check every file of a released report anew: links, PDFs, and that nothing hidden stands in any file."""
    inspection = _inspection(site, project, edition, snapshot)
    inspected = _inspect(inspection, _files(site), crew)
    return [*_pages(site, inspected), *_pdfs(inspected), *_gate(inspection.gate, inspected)]


def _inspection(site: Path, project: Project, edition: str, snapshot: Snapshot | None) -> Inspection:
    marks = tuple(notices(project, edition_of(project, edition)))
    return Inspection(site, gate_of(project, snapshot), marks)


def gate_of(project: Project, snapshot: Snapshot | None) -> Gate:
    """Gate of an edition: what must not get out of it or out of this machine; see :mod:`sozlib.gate.gate`."""
    record = record_of(snapshot.path) if snapshot is not None else None
    hidden = read_hidden(record) if record is not None and is_written(record) else None
    return Gate.of(snapshot, hidden, Machine.here(project.root))


def check_presence(site: Path, plan: Plan) -> list[Problem]:
    """Every planned chapter has its page, every volume its PDF."""
    wanted = ["index.html"]
    for volume in plan.volumes:
        wanted.append(f"pdf/{volume.id}.pdf")
        wanted += [f"{chapter.id}.html" for chapter in volume.chapters]
    return [
        Problem("missing-page", "Die Datei fehlt im Bericht.", "Bauen Sie den Bericht neu.", Place(name))
        for name in wanted
        if not (site / name).is_file()
    ]


@dataclass(frozen=True)
class Kept:
    """What earlier builds have learned of files.

    A file is known by name and digest; nothing of it counts once anything that is looked for, or the program, is
    another. Files with a finding are not kept.

    Parameters
    ----------
    path
        Where it lies; readable by its owner only.
    key
        Digest of the inspection.
    """

    path: Path
    key: str

    @classmethod
    def of(cls, snapshot: Snapshot, inspection: Inspection) -> Kept:
        """What is kept for an edition."""
        return cls(record_of(snapshot.path) / KEPT, inspection.digest)

    def known(self, digests: Mapping[str, str]) -> dict[str, Inspected]:
        """What is known of those files that are as they were."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if content["key"] != self.key:
                return {}
            files = _INSPECTED.validate_python(content["files"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return {name: about for name, (digest, about) in files.items() if digest and digests.get(name) == digest}

    def keep(self, inspected: Mapping[str, Inspected], digests: Mapping[str, str]) -> None:
        """Keep what was learned of this report's files for the next build."""
        if not self.path.parent.is_dir():
            return
        files = {
            name: (digests[name], about) for name, about in inspected.items() if name in digests and about.faultless
        }
        content = {"key": self.key, "files": _INSPECTED.dump_python(files, mode="json")}
        write_whole(self.path, json.dumps(content, ensure_ascii=False))
        os.chmod(self.path, 0o600)


def _inspect(inspection: Inspection, names: Sequence[str], crew: Crew | None) -> dict[str, Inspected]:
    sizes = {name: (inspection.site / name).stat().st_size for name in names}
    if crew is None or crew.size == 1 or sum(sizes.values()) < _FEW:
        return inspection.some(names)
    # Dealt out by size, so that all shares cost about the same.
    ordered = sorted(names, key=lambda name: -sizes[name])
    shares = [ordered[start :: 3 * crew.size] for start in range(3 * crew.size)]
    found: dict[str, Inspected] = {}
    for share in crew.each(inspection.some, shares):
        found |= share
    return found


def _files(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())


def _pages(site: Path, inspected: Mapping[str, Inspected]) -> list[Problem]:
    return check_links(site, {name: about.page for name, about in inspected.items() if about.page is not None})


def _pdfs(inspected: Mapping[str, Inspected]) -> list[Problem]:
    remedy = "Bauen Sie den Bericht neu."
    return [
        Problem("pdf", found, remedy, Place(name)) for name, about in sorted(inspected.items()) for found in about.pdf
    ]


def _gate(gate: Gate, inspected: Mapping[str, Inspected]) -> list[Problem]:
    return gate.verdict({name: about.gate for name, about in inspected.items()})
