"""Chapters on a Dask cluster: the same notebooks whatever happens to a worker, or a clear word beforehand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from small_project import job, template, write_project_with_data

from sozlib.batch import cluster
from sozlib.batch.chapter_run import ChapterResult
from sozlib.batch.cluster import Cluster, connected, scheduler_address
from sozlib.batch.keys import key_file
from sozlib.batch.parcel import Parcel, content_digest
from sozlib.batch.planning import make_plan
from sozlib.build import Wish, run
from sozlib.errors import BuildError, InputError
from sozlib.files import Digests
from sozlib.program import PACKAGE
from sozlib.state import prepare

distributed = pytest.importorskip("distributed")

pytestmark = pytest.mark.xdist_group("cluster")


class Machines:
    """A scheduler and its workers: processes of their own with folders of their own, on this machine only."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        about = folder / "scheduler.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(about))
        until = time.monotonic() + 60
        while not (about.is_file() and about.stat().st_size):
            assert time.monotonic() < until
            time.sleep(0.1)
        self.address: str = json.loads(about.read_text(encoding="utf-8"))["address"]

    def _start(self, kind: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", kind, *arguments, "--no-dashboard"]
        log = (self.folder / f"{kind}-{len(self._running)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                command, cwd=self.folder, env={**os.environ, **environment}, stdout=log, stderr=log
            )
        self._running.append(process)
        return process

    def worker(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker, wait until the scheduler knows it."""
        place = self.folder / f"platz-{len(self._running)}"
        place.mkdir()
        known = self.known()
        options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--local-directory", str(place))
        process = self._start("worker", self.address, *options, **environment)
        until = time.monotonic() + 60
        while self.known() == known:
            assert time.monotonic() < until
            time.sleep(0.2)
        return process

    def known(self) -> int:
        """Number of workers that the scheduler knows."""
        with distributed.Client(self.address, set_as_default=False) as client:
            return len(client.nthreads())

    def end(self) -> None:
        """End all that is still running."""
        for process in reversed(self._running):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    started = Machines(tmp_path_factory.mktemp("cluster"))
    try:
        started.worker()
        yield started
    finally:
        started.end()


def notebooks(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*.ipynb"))}


def keys(folder: Path) -> dict[str, Any]:
    found = {path.relative_to(folder).with_suffix("").as_posix(): key_file(path) for path in folder.glob("*/*.ipynb")}
    return {name: json.loads(path.read_text(encoding="utf-8"))["key"] for name, path in found.items()}


def test_a_lost_worker_only_delays_and_nothing_is_run_again_elsewhere(machines: Machines, tmp_path: Path) -> None:
    """One of two workers is killed while chapters run; a local build then finds every chapter as it would make it."""
    project = write_project_with_data(tmp_path / "projekt")
    for path in sorted(project.notebooks.glob("a*/*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"][-1]["source"] += "\nimport time\ntime.sleep(0.4)"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        if path.stem == "kita":
            notebook["cells"][-1]["source"] += "\nprint(open('../../parameters/hinweis.txt').read())"
            path.write_text(json.dumps(notebook), encoding="utf-8")
    (project.root / "parameters" / "hinweis.txt").write_text("Hinweis", encoding="utf-8")
    shutil.copytree(project.root, tmp_path / "hier" / "projekt")
    snapshot = prepare(project, "public")
    plan = make_plan(project, snapshot.areas, "public")
    made = project.workshop("public") / "notebooks"
    lost = machines.worker()

    def lose() -> None:
        while not list(made.glob("*/*.ipynb")):
            time.sleep(0.02)
        lost.kill()

    killer = threading.Thread(target=lose)
    killer.start()
    said: list[str] = []
    wish = Wish(executor="dask", scheduler=machines.address)
    states = run(project, plan, made, snapshot, wish, said.append, Digests())
    killer.join()
    lost.wait()
    assert [state.reasons for state in states] == [("neu",)] * 9
    assert f"auf dem Dask-Cluster {machines.address}, 2 Plätze" in said[0]

    digests = Digests()
    assert not any(state.reasons for state in run(project, plan, made, snapshot, Wish(), said.append, digests))
    assert said[-1] == "Kein Kapitel hat sich geändert."
    here = type(project)(tmp_path / "hier" / "projekt")
    own = prepare(here, "public")
    local = here.workshop("public") / "notebooks"
    run(here, make_plan(here, own.areas, "public"), local, own, Wish(workers=1), said.append, Digests())
    assert notebooks(made) == notebooks(local)
    assert len(notebooks(made)) == 9
    assert keys(made) == keys(local)
    assert "parameters/hinweis.txt" in keys(made)["altstadt/kita"]["files"]


def test_a_failing_chapter_and_one_whose_process_was_killed(machines: Machines, tmp_path: Path) -> None:
    """An error of the notebook is said once; a death from outside is tried once more."""
    before = set(machines.folder.rglob("sozlib-*"))  # that of a killed worker, which Dask's next one there removes
    bad = template(tmp_path / "falsch.ipynb", "raise ValueError('Quote fehlt')")
    unlucky = template(
        tmp_path / "pech.ipynb",
        f"import os, time\nwith open({str(tmp_path / 'versuche')!r}, 'a') as f:\n    f.write('x')\n"
        f"if os.path.getsize({str(tmp_path / 'versuche')!r}) == 1:\n    os.kill(os.getppid(), 9)\n    time.sleep(60)",
    )
    (tmp_path / "stand").mkdir()
    (tmp_path / "notebooks").mkdir()
    jobs = [job(path, tmp_path / "out", "forked") for path in (bad, unlucky)]
    with connected(machines.address) as here:
        failed, fine = here.execute(jobs, tmp_path, tmp_path / "stand")
    assert fine.failure is None
    assert (tmp_path / "versuche").read_text() == "xx"
    assert failed.failure is not None
    assert failed.failure.error == "ValueError: Quote fehlt"
    assert failed.failure.template == bad
    assert failed.failure.notebook == tmp_path / "out" / "altstadt" / "falsch.fehler.ipynb"
    assert failed.failure.notebook.is_file()
    assert jobs[1].output.is_file()
    assert set(machines.folder.rglob("sozlib-*")) <= before  # nothing stays on a worker that lives


def test_another_program_on_a_worker_is_said_before_anything_runs(machines: Machines, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "sozlib", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "sozlib" / "chapter" / "numbers.py").open("a", encoding="utf-8") as file:
        file.write("# anders\n")
    other = machines.worker(PYTHONPATH=str(tmp_path))
    try:
        with pytest.raises(BuildError) as raised, connected(machines.address):
            pass
    finally:
        other.kill()
        other.wait()
    first, *workers, last = str(raised.value).splitlines()
    assert first == "Am Dask-Cluster läuft nicht dasselbe Programm wie hier; es wurde kein Kapitel ausgeführt."
    (worker,) = workers
    assert worker.startswith("  Arbeitsprozess tcp://127.0.0.1:")
    assert worker.endswith(": sozlib hat dort andere Dateien")
    assert "uv.lock" in last


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_REACH", 0.5)
    with pytest.raises(BuildError, match=r"Dask-Scheduler tcp://127\.0\.0\.1:9 ist nicht zu erreichen"):
        connected("tcp://127.0.0.1:9").__enter__()


def test_without_dask_or_address_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scheduler_address("tcp://a:1") == "tcp://a:1"
    with pytest.raises(InputError, match="DASK_SCHEDULER_ADDRESS"):
        scheduler_address(None)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'sozlib\[dask\]'"):
        scheduler_address("tcp://a:1")


class Returned:
    """A future whose chapter has come back."""

    status = "finished"

    def __init__(self, notebook: bytes, digest: str):
        self._delivery = SimpleNamespace(
            result=ChapterResult("altstadt/a", 1.0, None, (("file", "notebooks/a.csv"), ("file", "/etc/x"))),
            notebook=notebook,
            digest=digest,
        )

    def result(self) -> Any:
        return self._delivery


def test_what_comes_back_is_checked_before_it_is_taken(tmp_path: Path) -> None:
    here, one = Cluster(None, "tcp://a:1"), job(tmp_path / "a.ipynb", tmp_path / "out")
    result = here._taken(Returned(b"halb", content_digest(b"ganz")), one, tmp_path)
    assert result.outside
    assert result.failure is not None
    assert result.failure.error == "Das Notebook kam nicht unversehrt zurück."
    assert not one.output.exists()
    result = here._taken(Returned(b"ganz", content_digest(b"ganz")), one, tmp_path)
    assert result.failure is None
    assert one.output.read_bytes() == b"ganz"
    assert result.reads == (("file", str(tmp_path / "notebooks/a.csv")), ("file", "/etc/x"))


@pytest.mark.parametrize("name", ["../fremd", "/etc/fremd", "a/../../fremd"])
def test_a_parcel_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="führt aus dem Ordner"):
        Parcel({name: b""}).unpack(tmp_path / "hier")
