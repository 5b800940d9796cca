"""Where the time of a chapter still goes: self time by library, from a profile of the templates as functions."""

from __future__ import annotations

import cProfile
import os
import pstats
import re
import time
from collections import defaultdict
from collections.abc import Sequence

from benchmarks.contestants import _as_function
from sozlib.batch.chapter_run import ChapterJob
from sozlib.batch.forked import prepare

_PACKAGE = re.compile(r"site-packages[/\\]([^/\\.]+)")


def remains(todo: Sequence[ChapterJob]) -> None:
    """Print shares of time by package; each chapter in a fork of a warm process, as in a build."""
    prepare(todo[0].folder / todo[0].parameters["snapshot"])
    total: defaultdict[str, float] = defaultdict(float)
    plain = 0.0
    for job in todo:
        for profiled in (False, True):
            reading, writing = os.pipe()
            if os.fork() == 0:
                os.close(reading)
                began = time.process_time()
                profile = cProfile.Profile()
                if profiled:
                    profile.enable()
                _as_function(job)
                profile.disable()
                rows = pstats.Stats(profile).stats if profiled else {}  # type: ignore[attr-defined]
                shares: defaultdict[str, float] = defaultdict(float)
                for (file, _, name), (_, _, own, _, _) in rows.items():
                    shares[_package(file, name)] += own
                lines = [f"{key}\t{value}" for key, value in shares.items()] or [f"\t{time.process_time() - began}"]
                with os.fdopen(writing, "w") as pipe:
                    pipe.write("\n".join(lines))
                os._exit(0)
            os.close(writing)
            with os.fdopen(reading) as pipe:
                for line in pipe.read().splitlines():
                    key, value = line.split("\t")
                    if profiled:
                        total[key] += float(value)
                    else:
                        plain += float(value)
            os.wait()
    print(f"{len(todo)} chapters as functions: {plain / len(todo):.3f} s cpu each; shares of self time")
    for package, seconds in sorted(total.items(), key=lambda item: -item[1])[:10]:
        print(f"  {package:20} {100 * seconds / sum(total.values()):5.1f} %")


def _package(file: str, name: str) -> str:
    if "sozlib" in file:
        return "sozlib." + re.split(r"[/\\]", file.split("sozlib", 1)[1])[-1].removesuffix(".py")
    if found := _PACKAGE.search(file):
        return found[1]
    if file == "~":
        return "ft2font (letters)" if "ft2font" in name else "built-in functions"
    return "standard library"
