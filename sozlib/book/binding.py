"""One volume bound: from its executed notebooks to documents and a PDF, wherever a process does it."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator, TypeAdapter

from sozlib.batch.plan import Volume
from sozlib.book import quarto
from sozlib.book.convert import convert_volume
from sozlib.book.document import VolumeDocument
from sozlib.book.motif import write_motif
from sozlib.book.pdf import set_pdf, write_sources
from sozlib.book.prepare import prepare_volume
from sozlib.book.shelf import Shelf
from sozlib.errors import Problem, SozlibError
from sozlib.files import Digests, digest_of, stamps
from sozlib.program import versions
from sozlib.project import Project
from sozlib.snapshot import Snapshot

Chosen = Literal["quarto", "embedded"]


#: A project; as plain data its folder and its cycle, from which another machine reads it.
_Project = Annotated[
    Project,
    PlainValidator(lambda given: Project(*given)),
    PlainSerializer(lambda project: [str(project.root), project.cycle.id]),
]


@dataclass(frozen=True)
class VolumeJob:
    """One volume to bind, by this process or another.

    Parameters
    ----------
    project
        The report project.
    data
        The volume's front matter, see :func:`sozlib.book.imprint.volume_data`.
    snapshot
        The edition's snapshot.
    notebooks
        Folder of the executed notebooks.
    folder
        Where the volume's Quarto project is made.
    volume
        The volume.
    assembler
        Who binds it.
    """

    project: _Project
    data: dict[str, Any]
    snapshot: Path
    notebooks: Path
    folder: Path
    volume: Volume
    assembler: Chosen

    @property
    def id(self) -> str:
        """The volume's id."""
        return self.volume.id

    @property
    def pdfs(self) -> Shelf:
        """Where PDFs are kept from build to build."""
        return Shelf(self.folder.parents[1] / "pdf", Digests())

    @property
    def pdf(self) -> Path:
        """The volume's PDF there."""
        return self.pdfs.folder / self.id / f"{self.id}.pdf"


@dataclass(frozen=True)
class BoundVolume:
    """What came of a volume.

    Parameters
    ----------
    document
        Its chapters, and where its PDF lies.
    problems
        What was found on the way; with an error among them the volume must not be published.
    failure
        A message where there is no volume.
    pdf
        Digest of the PDF.
    outside
        Whether the process that bound it was ended from outside.
    """

    document: VolumeDocument
    problems: tuple[Problem, ...] = ()
    failure: str = ""
    pdf: str = ""
    outside: bool = False

    @property
    def sound(self) -> bool:
        """Whether it may be published."""
        return not self.failure and not any(problem.severity == "error" for problem in self.problems)


#: Bound volumes as plain data.
BOUND = TypeAdapter(BoundVolume)


def failed(volume: Volume, why: object, *, outside: bool = False) -> BoundVolume:
    """A volume that could not be bound."""
    return BoundVolume(VolumeDocument(volume, ()), failure=f"Band „{volume.title}“: {why}", outside=outside)


def bind(job: VolumeJob) -> BoundVolume:
    """Prepare one volume and bind it."""
    volume, published = job.volume, job.project.cycle.published
    try:
        problems = prepare_volume(volume, job.notebooks, job.folder)
        quarto.write_project(job.project, volume, job.folder, job.data)
        if job.assembler == "quarto":
            return BoundVolume(_by_quarto(job), tuple(problems), pdf=Digests().of(job.pdf))
        document, found = convert_volume(volume, job.folder)
        bound = BoundVolume(replace(document, pdf=job.pdf), (*problems, *found))
        if not bound.sound:
            return replace(bound, document=VolumeDocument(volume, ()))
        tokens = (job.folder / "theme" / "tokens.css").read_text(encoding="utf-8")
        motif = job.folder / "theme" / "motif.svg"
        has_motif = write_motif(
            _opened(job.snapshot, (job.snapshot / "snapshot.json").stat().st_mtime_ns), tokens, motif, volume.area
        )
        main = write_sources(document, job.folder, {**job.data, "motif": motif.name if has_motif else None})
        key, shelf = _pdf_key(job.folder, published), job.pdfs
        if shelf.take(volume.id, key) is None:
            shelf.clear(volume.id)
            set_pdf(main, job.folder, job.pdf, published)
            shelf.put(volume.id, key, "")
        return replace(bound, pdf=shelf.digests.of(job.pdf))
    except SozlibError as error:
        return failed(volume, error)


@lru_cache(maxsize=1)
def _opened(snapshot: Path, written: int) -> Snapshot:
    """A snapshot that all volumes of a process share: its outlines are read once."""
    return Snapshot.open(snapshot)


def _pdf_key(folder: Path, published: dt.date) -> str:
    """Key of a PDF: Typst sources, pictures, theme and fonts, and what sets them."""
    digests = Digests()
    names = sorted(name for name, _ in stamps(folder) if not name.endswith((".ipynb", ".qmd", ".yml")))
    return digest_of(
        [digests.below(folder, names), digests.of(Path(set_pdf.__code__.co_filename)), versions(), published]
    )


def _by_quarto(job: VolumeJob) -> VolumeDocument:
    published = job.project.cycle.published
    epoch = int(dt.datetime(published.year, published.month, published.day, tzinfo=dt.UTC).timestamp())
    _, pdf = quarto.render(job.folder, job.volume, epoch)
    job.pdf.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(pdf, job.pdf)
    return VolumeDocument(job.volume, (), job.pdf)
