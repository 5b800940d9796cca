"""Volumes on other machines: their notebooks go there, the finished volume with its PDF comes back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter

from sozlib.batch.agenda import Agenda
from sozlib.batch.cluster import Cluster, Loss
from sozlib.batch.companion import answer
from sozlib.batch.parcel import Parcel
from sozlib.batch.progress import SilentProgress
from sozlib.book.binding import BOUND, BoundVolume, VolumeJob, bind, failed
from sozlib.files import stamps

_JOB = TypeAdapter(VolumeJob)


def bind_on(cluster: Cluster, jobs: Sequence[VolumeJob], done: Callable[[VolumeJob, BoundVolume], None]) -> None:
    """Bind volumes on a cluster, with the same bytes as here.

    Parameters
    ----------
    cluster
        Where.
    jobs
        The volumes.
    done
        Is given every volume with what came of it, as soon as its files lie where
        :func:`sozlib.book.binding.bind` would have written them.

    Raises
    ------
    BuildError
        The scheduler or all workers were lost; volumes that are done stay done.
    """
    agenda: Agenda[VolumeJob, BoundVolume] = Agenda(jobs, SilentProgress(), done)
    cluster.work(agenda, __name__, _order, _take)


def _order(job: VolumeJob) -> Parcel:
    """The volume with its executed notebooks."""
    notebooks = [job.notebooks / f"{chapter.id}.ipynb" for chapter in job.volume.chapters]
    files = {path.relative_to(job.project.root).as_posix(): path.read_bytes() for path in notebooks if path.is_file()}
    return Parcel(_JOB.dump_python(job, mode="json"), files)


def _take(job: VolumeJob, back: Parcel | Loss) -> BoundVolume:
    """The result that has come back, with the volume and its PDF put into their places."""
    if isinstance(back, Loss):
        return failed(job.volume, "\n".join(filter(None, (back.why, back.said))), outside=back.outside)
    shutil.rmtree(job.folder, ignore_errors=True)
    job.pdfs.clear(job.id)
    back.unpack(job.project.root)
    return BOUND.validate_python(back.about["result"])


def main() -> None:
    """Body of a companion that binds volumes; see :mod:`sozlib.batch.companion`."""
    answer(_bind)


def _bind(request: Any) -> dict[str, Any]:
    job = _JOB.validate_python(request)
    result = bind(job)
    made = [job.folder / name for name, _ in stamps(job.folder)]
    made += [path for path in (job.pdf, job.pdfs.record(job.id)) if path.is_file()]
    return {"result": BOUND.dump_python(result, mode="json"), "files": [str(path) for path in made]}
