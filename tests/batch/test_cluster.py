"""Chapters and volumes on a Dask cluster: the same report whatever happens to a worker, or a clear word beforehand."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_project import job, template, write_project_with_data

from sozlib.batch import cluster
from sozlib.batch.chapter_run import ChapterJob
from sozlib.batch.cluster import Cluster, Loss, scheduler_address
from sozlib.batch.keys import key_file
from sozlib.batch.parcel import Parcel, moved, pack
from sozlib.batch.remote_chapters import execute_on
from sozlib.build import Wish, build
from sozlib.errors import BuildError, InputError
from sozlib.program import PACKAGE

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

    @property
    def started(self) -> int:
        """Number of processes started so far; a worker's folder bears its number."""
        return len(self._running)

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


def contents(folder: Path, pattern: str = "**/*") -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.glob(pattern))}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file()}


def keys(folder: Path) -> dict[str, Any]:
    found = {path.relative_to(folder).with_suffix("").as_posix(): key_file(path) for path in folder.glob("*/*.ipynb")}
    return {name: json.loads(path.read_text(encoding="utf-8"))["key"] for name, path in found.items()}


def cluster_of(machines: Machines, root: Path, *jobs: ChapterJob) -> Cluster:
    packed = partial(pack, root, root / "stand", {one.template for one in jobs})
    return Cluster(machines.address, root, "public", packed)


def test_lost_workers_only_delay_and_nothing_is_made_again_elsewhere(machines: Machines, tmp_path: Path) -> None:
    """Of three workers one is killed while chapters run, one while it binds a volume; the report is the one of here."""
    project = write_project_with_data(tmp_path / "projekt")
    for path in sorted(project.notebooks.glob("a*/*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"][-1]["source"] += "\nimport time\ntime.sleep(0.4)"
        if path.stem == "kita":
            notebook["cells"][-1]["source"] += "\nprint(open('../../parameters/hinweis.txt').read())"
            notebook["cells"].append(
                {"cell_type": "markdown", "id": "bild", "metadata": {}, "source": "![Ein Tor](tor.svg)"}
            )
        path.write_text(json.dumps(notebook), encoding="utf-8")
    (project.root / "parameters" / "hinweis.txt").write_text("Hinweis", encoding="utf-8")
    (project.notebooks / "areas" / "tor.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"><path d="M1 1h7v7"/></svg>'
    )
    shutil.copytree(project.root, tmp_path / "hier" / "projekt")
    workshop = project.workshop("public")
    first, second = machines.worker(), machines.worker()
    its_own = machines.folder / f"platz-{machines.started - 1}"

    def lose() -> None:
        while not list((workshop / "notebooks").glob("*/*.ipynb")):
            time.sleep(0.02)
        first.kill()
        while not list(its_own.glob("**/quarto/*/*.ipynb")):
            time.sleep(0.005)
        second.kill()

    killer = threading.Thread(target=lose, daemon=True)
    killer.start()
    said: list[str] = []
    build(project, "public", Wish(executor="dask", scheduler=machines.address), said.append)
    killer.join(1)
    assert (first.wait(), second.wait()) == (-signal.SIGKILL, -signal.SIGKILL)
    assert any(line.startswith(f"Ausführung am Dask-Cluster {machines.address}, 3 Plätze") for line in said)
    assert f"Bücher und Seiten am Dask-Cluster {machines.address}, 2 Plätze: alle 3 Bände …" in said
    assert "Ausgeführt: alle 9 Kapitel" in said

    again: list[str] = []
    build(project, "public", Wish(workers=1), again.append)
    assert "Kein Kapitel hat sich geändert." in again
    assert again[-1].startswith("Nichts zu tun")
    here = type(project)(tmp_path / "hier" / "projekt")
    build(here, "public", Wish(workers=1), said.append)
    local = here.workshop("public")
    assert keys(workshop / "notebooks") == keys(local / "notebooks")
    assert "parameters/hinweis.txt" in keys(workshop / "notebooks")["altstadt/kita"]["files"]
    for part, count in (("notebooks", 9), ("quarto", 3), ("pdf", 3)):
        pattern = "*/*.ipynb" if part == "notebooks" else "**/*"
        assert contents(workshop / part, pattern) == contents(local / part, pattern)
        assert len(contents(workshop / part, pattern)) >= count
    assert contents(project.output("public")) == contents(here.output("public"))


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
    with cluster_of(machines, tmp_path, *jobs) as here:
        failed, fine = execute_on(here, jobs, tmp_path)
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
        with pytest.raises(BuildError) as raised, cluster_of(machines, tmp_path) as here:
            assert here.places
    finally:
        other.kill()
        other.wait()
    first, *workers, last = str(raised.value).splitlines()
    assert first == "Am Dask-Cluster läuft nicht dasselbe Programm wie hier; dort wurde nichts ausgeführt."
    (worker,) = workers
    assert worker.startswith("  Arbeitsprozess tcp://127.0.0.1:")
    assert worker.endswith(": sozlib hat dort andere Dateien")
    assert "uv.lock" in last


def test_a_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_REACH", 0.5)
    with pytest.raises(BuildError, match=r"Dask-Scheduler tcp://127\.0\.0\.1:9 ist nicht zu erreichen"):
        str(Cluster("tcp://127.0.0.1:9", Path(), "public", Parcel))


def test_without_dask_or_address_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scheduler_address("tcp://a:1") == "tcp://a:1"
    with pytest.raises(InputError, match="DASK_SCHEDULER_ADDRESS"):
        scheduler_address(None)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'sozlib\[dask\]'"):
        scheduler_address("tcp://a:1")


def test_what_comes_back_is_checked_before_it_is_taken() -> None:
    here, sealed = Cluster("tcp://a:1", Path(), "public", Parcel), Parcel({"result": 1}, {"a": b"ganz"}).sealed()
    done = SimpleNamespace(status="finished", result=lambda: sealed)
    assert here._returned(done) == Parcel({"result": 1}, {"a": b"ganz"})
    damaged = SimpleNamespace(status="finished", result=lambda: sealed[:-1])
    assert here._returned(damaged) == Loss("Das Ergebnis kam nicht unversehrt zurück.")
    dead = SimpleNamespace(status="finished", result=Parcel({"code": -9, "said": "kein Speicher"}).sealed)
    assert here._returned(dead) == Loss("Der Arbeitsprozess wurde beendet (SIGKILL).", "kein Speicher")


@settings(max_examples=25)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    ),
    st.dictionaries(st.text("abc/", min_size=1), st.binary()),
)
def test_a_parcel_is_what_was_sealed(about: Any, files: dict[str, bytes]) -> None:
    assert Parcel.opened(Parcel(about, files).sealed()) == Parcel(about, files)


def test_paths_of_one_machine_become_those_of_another_and_back() -> None:
    there = {"/land/bericht": "/platz/projekt", "/land/bericht/.venv/sozlib": "/platz/projekt/.program"}
    plain = {
        "notebook": "/land/bericht/notebooks/a.ipynb",
        "template": ["/land/bericht/.venv/sozlib/notebooks/b.ipynb"],
        "words": "siehe /land/bericht/notebooks",
        "other": "/land/berichte/a",
        "root": "/land/bericht",
    }
    moved_there = moved(plain, there)
    assert moved_there == {
        "notebook": "/platz/projekt/notebooks/a.ipynb",
        "template": ["/platz/projekt/.program/notebooks/b.ipynb"],
        "words": "siehe /land/bericht/notebooks",
        "other": "/land/berichte/a",
        "root": "/platz/projekt",
    }
    assert moved(moved_there, {new: old for old, new in there.items()}) == plain


@pytest.mark.parametrize("name", ["../fremd", "/etc/fremd", "a/../../fremd"])
def test_a_parcel_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="führt aus dem Ordner"):
        Parcel(files={name: b""}).unpack(tmp_path / "hier")
