"""Three ways to run the same chapters, each in two warm processes.

``forked`` is this project's engine. ``papermill`` is papermill as it comes, a kernel for each notebook. ``functions``
is the limit: the templates' code without notebook, shell or papermill, in forks of the same warm process.
"""

from __future__ import annotations

import contextlib
import json
import logging
import multiprocessing
import multiprocessing.connection
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Cost, Stopwatch
from sozlib.batch.chapter_run import ChapterJob

WORKERS = 2


class Pool:
    """Two processes that run chapters one way, kept warm between measurements."""

    def __init__(self, way: str, warm_up: ChapterJob):
        context = multiprocessing.get_context("spawn")
        self._pipes, self._processes = [], []
        for _ in range(WORKERS):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(way, theirs), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        self.run([warm_up] * WORKERS)

    def run(self, todo: Sequence[ChapterJob]) -> Cost:
        """Run chapters, each process taking the next when it is free."""
        began = time.perf_counter()
        waiting, cpu, running = list(reversed(todo)), 0.0, []
        for pipe in self._pipes:
            if waiting:
                pipe.send(waiting.pop())
                running.append(pipe)
        while running:
            for ready in multiprocessing.connection.wait(running):
                pipe = next(pipe for pipe in running if pipe is ready)
                cpu += pipe.recv()
                if waiting:
                    pipe.send(waiting.pop())
                else:
                    running.remove(pipe)
        return Cost(time.perf_counter() - began, cpu)

    def close(self) -> None:
        """End the processes."""
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.send(None)
            process.join()


def _work(way: str, pipe: Any) -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    run = {"forked": _forked, "papermill": _papermill, "functions": _functions}[way]
    while (job := pipe.recv()) is not None:
        watch = Stopwatch()
        run(job)
        pipe.send(watch.cost().cpu)


def _forked(job: ChapterJob) -> None:
    from sozlib.batch.chapter_run import run_chapter

    result = run_chapter(job)
    if result.failure is not None:
        raise RuntimeError(result.failure)


def _papermill(job: ChapterJob) -> None:
    import papermill

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    job.output.parent.mkdir(parents=True, exist_ok=True)
    papermill.execute_notebook(
        str(job.template), str(job.output), parameters=job.parameters, progress_bar=False, cwd=str(job.folder)
    )


def _functions(job: ChapterJob) -> None:
    from sozlib.batch.forked import prepare

    prepare(job.folder / job.parameters["snapshot"])
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            _as_function(job)
            code = 0
        os._exit(code)
    if os.waitpid(pid, 0)[1] != 0:
        raise RuntimeError(f"{job.id} failed as a function")


def _as_function(job: ChapterJob) -> None:
    from sozlib.chapter import chapter

    shown: list[object] = []
    # What a chapter shows is made complete, but handed to nobody.
    vars(chapter)["show"] = lambda part: shown.append((part.bundle(), part.metadata()))
    os.chdir(job.folder)
    cells = json.loads(Path(job.template).read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    names: dict[str, object] = {"__name__": "chapter", **job.parameters}
    for cell in code:
        if "parameters" not in cell["metadata"].get("tags", ()):
            exec(compile("".join(cell["source"]), "<cell>", "exec"), names)
