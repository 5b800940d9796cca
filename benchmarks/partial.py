"""Builds that make only some of it again: nothing, one text, one template, one indicator in one year."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.measure import Cost, Stopwatch
from sozlib.project import Project

ROOT = Path(__file__).parents[1]

#: What a build says of the chapters and volumes that it made again.
_SAID = re.compile(r"^(?:Ausgeführt|Gebunden): (.*)$", re.MULTILINE)


def partial(project: Project) -> None:
    """Change one thing after the other in a built report and print what the next build costs.

    Parameters
    ----------
    project
        A copy of the demonstration project; it is built first.
    """
    cost, _ = build(project)
    print(f"  {'everything':40} wall {cost.wall:6.1f} s  cpu {cost.cpu:6.1f} s")
    print(f"  {'nothing':40} {nothing(project, 9)}")
    for name, change in (("one text", _text), ("one template", _template), ("one indicator in one year", _indicator)):
        change(project)
        cost, said = build(project)
        print(f"  {name:40} wall {cost.wall:6.1f} s  cpu {cost.cpu:6.1f} s  {'; '.join(said)}")


def many(project: Project, copies: int) -> None:
    """A report with several times as many chapters: what a build costs that has nothing to do.

    Parameters
    ----------
    project
        A copy of the demonstration project; its topics are declared several times.
    copies
        How many times.
    """
    _multiply(project, copies)
    cost, _ = build(project)
    chapters = len(list(project.workshop("public").glob("notebooks/*/*.ipynb")))
    print(f"  {chapters} chapters, everything: wall {cost.wall:.0f} s, cpu {cost.cpu:.0f} s")
    print(f"  {chapters} chapters, nothing: {nothing(project, 9)}")


def build(project: Project) -> tuple[Cost, list[str]]:
    """Build from the shell; what it costs and says it made again."""
    watch = Stopwatch()
    command = [sys.executable, "-m", "sozlib.cli", "build", "--project", str(project.root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    return watch.cost(), _SAID.findall(done.stdout)


def nothing(project: Project, times: int) -> str:
    """Median wall time of a build that has nothing to do, from the shell."""
    time.sleep(0.2)  # files changed a moment ago are looked at once more
    build(project)
    costs = [build(project)[0] for _ in range(times)]
    wall, cpu = median(cost.wall for cost in costs), median(cost.cpu for cost in costs)
    return f"wall {wall:6.2f} s  cpu {cpu:6.2f} s  (median of {times})"


def _text(project: Project) -> None:
    _append(next(iter(sorted(project.notebooks.glob("texts/0*/*.md")))), "\n\nEin Satz mehr.\n")


def _template(project: Project) -> None:
    path = project.notebooks / "areas" / "pflege.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append({"cell_type": "markdown", "id": "mehr", "metadata": {}, "source": ["Ein Satz mehr."]})
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")


def _indicator(project: Project) -> None:
    """One more birth in one area in the last year; in the rows above the area, too."""
    (path,) = (project.root / "data" / "roh" / "bewegung").glob("*.csv")
    lines = path.read_bytes().decode("windows-1252").split("\n")
    last = max(line[:4] for line in lines if re.match(r"\d{4};\d", line))
    for number, line in enumerate(lines):
        cells = line.split(";")
        if cells[0] == last and cells[1] in ("0201", "02", "00"):
            for place in (3, 4):  # all and boys
                more = int(cells[place].replace(".", "")) + 1
                cells[place] = f"{more:,}".replace(",", ".")
            lines[number] = ";".join(cells)
    path.write_bytes("\n".join(lines).encode("windows-1252"))


def _multiply(project: Project, copies: int) -> None:
    """Every area gets the chapters of all topics several times."""
    path = project.parameters / "report.yml"
    once = '      - {template: "areas/{topic}", title: "{topic_title}", slug: "{topic}", for_each: topic}\n'
    again = once.replace('_title}"', '_title} NUMBER"').replace('slug: "{topic}"', 'slug: "{topic}-NUMBER"')
    text = path.read_text(encoding="utf-8")
    if once not in text:
        raise ValueError("report.yml lists the chapters of areas in another way than this benchmark knows")
    more = "".join(again.replace("NUMBER", str(n)) for n in range(2, copies + 1))
    path.write_text(text.replace(once, once + more), encoding="utf-8")


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
