"""``python -m benchmarks WHAT``: measure and print; README.md says what each one is for."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pypandoc

from benchmarks.berlin import berlin
from benchmarks.certainty import certainty
from benchmarks.contestants import WORKERS, Pool
from benchmarks.disclosure import disclosure
from benchmarks.measure import Cost, MemoryWatch, Stopwatch, bytecode_compiled, machine, middle
from benchmarks.partial import many, partial
from benchmarks.remains import remains
from benchmarks.suppression import suppression
from sozlib.batch.chapter_run import ChapterJob
from sozlib.batch.execute import chapter_jobs, execute
from sozlib.batch.planning import make_plan
from sozlib.project import Project
from sozlib.state import make_snapshot

ROOT = Path(__file__).parents[1]


def demonstration(folder: Path) -> Project:
    """Copy of the demonstration project without anything built."""
    for part in ("notebooks", "parameters", "data", "reports/theme"):
        shutil.copytree(ROOT / part, folder / part)
    return Project(folder)


def jobs(project: Project, out: Path, areas: Sequence[str] = ()) -> list[ChapterJob]:
    """Chapters of the public edition."""
    snapshot, _ = make_snapshot(project, "public")
    plan = make_plan(project, snapshot.areas, "public", only_areas=areas)
    return list(chapter_jobs(plan, project.root, out, snapshot.path, "forked"))


def chapters(folder: Path, rounds: int) -> None:
    """Steady cost of a chapter in three ways, in rounds of all three."""
    project = demonstration(folder / "project")
    todo = jobs(project, folder / "out", ("ueberblick", "brackenrode"))
    ways = ("forked", "papermill", "functions")
    pools = {way: Pool(way, todo[-1]) for way in ways}
    found: dict[str, list[Cost]] = {way: [] for way in ways}
    for turn in range(rounds):
        for way in ways if turn % 2 == 0 else reversed(ways):
            found[way].append(pools[way].run(todo) / len(todo))
    for pool in pools.values():
        pool.close()
    print(f"{len(todo)} chapters, {rounds} rounds, {WORKERS} processes; seconds a chapter, medians")
    for way in ways:
        cost = middle(found[way])
        print(f"  {way:10} wall {cost.wall:.3f}  cpu {cost.cpu:.3f}")
    for one, other in (("papermill", "forked"), ("forked", "functions")):
        pairs = list(zip(found[one], found[other], strict=True))
        wall, cpu = median(a.wall / b.wall for a, b in pairs), median(a.cpu / b.cpu for a, b in pairs)
        print(f"  {one} / {other}: wall {wall:.2f}, cpu {cpu:.2f} (medians of {rounds} pairs)")


def scale(folder: Path, count: int) -> None:
    """Time and memory of many chapters: the demonstration's, repeated; four readings on the way."""
    every = jobs(demonstration(folder / "project"), folder / "out")
    todo = [
        replace(job, id=f"{job.id}-{n}", output=job.output.with_stem(f"{job.output.stem}-{n}"))
        for n in range(-(-count // len(every)))
        for job in every
    ][:count]
    watch, finished = Stopwatch(), 0
    print(f"  {'chapters':>10} {'wall s':>8} {'peak memory so far, MB':>24}")
    with MemoryWatch() as memory:

        def done(job: ChapterJob, result: object) -> None:
            nonlocal finished
            finished += 1
            if finished % max(1, count // 4) == 0:
                print(f"  {finished:10} {watch.cost().wall:8.0f} {memory.peak:24.0f}", flush=True)

        results = execute(todo, WORKERS, done=done)
    cost = watch.cost()
    failed = sum(result.failure is not None for result in results)
    print(f"  {count} chapters: wall {cost.wall:.0f} s, cpu {cost.cpu:.0f} s ({cost.cpu / count:.3f} a chapter)")
    print(f"  {failed} failed")


def report(folder: Path, every: int) -> None:
    """The whole demonstration report, cold; and plain papermill with single calls for each chapter's page and PDF.

    Of the chapters of the plain way only each ``every``-th is run, and its cost multiplied.
    """
    built = demonstration(folder / "built")
    watch = Stopwatch()
    command = [sys.executable, "-m", "sozlib.cli", "build", "--project", str(built.root)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    whole = watch.cost()
    print(f"  sozlib build: wall {whole.wall:.0f} s, cpu {whole.cpu:.0f} s")
    complete = jobs(demonstration(folder / "plain"), folder / "out")
    todo = complete[::every]
    factor = len(complete) / len(todo)
    print(f"  plain way: {len(todo)} of {len(complete)} chapters, cost multiplied by {factor:.2f}")
    pool = Pool("papermill", todo[-1])
    executed = pool.run(todo) * factor
    pool.close()
    print(f"  plain papermill, {WORKERS} processes: wall {executed.wall:.0f} s, cpu {executed.cpu:.0f} s")
    pages = _each(todo, lambda name: [sys.executable, "-m", "nbconvert", "--to", "html", name]) * factor
    print(f"  nbconvert, one call a chapter: wall {pages.wall:.0f} s, cpu {pages.cpu:.0f} s")
    pandoc = pypandoc.get_pandoc_path()
    setter = "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[1] + '.pdf')"
    words = _each(todo, lambda name: [pandoc, name, "-s", f"--extract-media={name}-media", "-o", f"{name}.typ"])
    pdfs = (words + _each(todo, lambda name: [sys.executable, "-c", setter, f"{name}.typ"])) * factor
    print(f"  pandoc and Typst, one call each a chapter: wall {pdfs.wall:.0f} s, cpu {pdfs.cpu:.0f} s")
    for what, plain in (("pages alone", executed + pages), ("pages and PDFs", executed + pages + pdfs)):
        print(f"  plain with {what} / sozlib: wall {plain.wall / whole.wall:.1f}, cpu {plain.cpu / whole.cpu:.1f}")


def _each(todo: Sequence[ChapterJob], command: Callable[[str], list[str]]) -> Cost:
    """Cost of a command run for each executed notebook in its folder, one after the other."""
    watch = Stopwatch()
    for job in todo:
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command(job.output.name), check=True, cwd=job.output.parent, **quiet)
    return watch.cost()


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = [
        "chapters",
        "scale",
        "report",
        "partial",
        "many",
        "berlin",
        "profile",
        "disclosure",
        "suppression",
        "certainty",
    ]
    parser.add_argument("what", choices=known)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of chapters and certainty")
    parser.add_argument("--count", type=int, default=600, help="number of chapters for scale")
    parser.add_argument("--copies", type=int, default=6, help="many: how often each area gets its topics")
    parser.add_argument("--every", type=int, default=1, help="report: run only each n-th chapter the plain way")
    parser.add_argument("--size", type=int, nargs=3, default=(447, 85, 10), help="disclosure: areas, indicators, years")
    parser.add_argument("--seconds", type=float, default=300, help="suppression: time for each way and table")
    given = parser.parse_args()
    print(f"{given.what}: {machine()}")
    with tempfile.TemporaryDirectory(prefix="sozlib-bench-") as name, bytecode_compiled():
        folder = Path(name)
        if given.what == "chapters":
            chapters(folder, given.rounds)
        elif given.what == "scale":
            scale(folder, given.count)
        elif given.what == "partial":
            partial(demonstration(folder / "project"))
        elif given.what == "many":
            many(demonstration(folder / "project"), given.copies)
        elif given.what == "berlin":
            berlin(folder / "project")
        elif given.what == "report":
            report(folder, given.every)
        elif given.what == "disclosure":
            disclosure(*given.size)
        elif given.what == "suppression":
            suppression(given.seconds)
        elif given.what == "certainty":
            certainty(given.rounds)
        else:
            remains(jobs(demonstration(folder / "project"), folder / "out", ("brackenrode",)))
    print(f"  afterwards: {machine()}")


if __name__ == "__main__":
    main()
