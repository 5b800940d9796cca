"""Chapters run in processes of their own: the same notebook from both engines, and a failure is one chapter's."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from small_project import areas_table, job, template, write_project

from sozlib.batch.chapter_run import ChapterFailure, ChapterResult, EngineName
from sozlib.batch.choice import choose_engine, with_kernels
from sozlib.batch.execute import chapter_jobs, execute
from sozlib.batch.planning import make_plan
from sozlib.batch.progress import SilentProgress

ENGINES: list[EngineName] = ["plain", "forked"] if hasattr(os, "fork") else ["plain"]
forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="dieses Betriebssystem kennt kein fork")

#: A chapter as analysts write it, and then what is hard to capture.
CHAPTER = (
    "import pandas as pd\nimport matplotlib.pyplot as plt",
    "frame = pd.DataFrame({'raum': ['Altstadt', 'Neuhafen'], 'quote': [12.5, 8.25]})\nframe",
    "figure, axes = plt.subplots(figsize=(3, 2))\naxes.plot([2020, 2025], frame['quote'])",
    "from IPython.display import SVG, Markdown, display\n"
    "display(Markdown('**Fett**'))\n"
    "display({'text/markdown': '::: {#fig-x}', 'text/html': '<b>x</b>', 'image/svg+xml': '<svg/>'}, raw=True,\n"
    "        metadata={'sozlib': {'kind': 'figure', 'id': 'fig-x', 'alt': 'Ein Bild'}})",
    "handle = display('wird ersetzt', display_id='eins')\nhandle.update('ersetzt')",
    "from IPython.display import clear_output\nprint('weg')\nclear_output()\nprint('bleibt')",
    "%config InlineBackend.figure_formats = ['svg']\nplt.figure(figsize=(2, 1)).add_subplot().bar([1, 2], [3, 4]);",
    "import sys\nprint('eins')\nprint('zwei', file=sys.stderr)",
    "import warnings\nwarnings.warn('Achtung')",
    "value = 6 * 7\nvalue",
    "_ + 1",
    "!echo Unterprozess",
    "object()",
    "import numpy as np\n_ = np.random.random()",
)


def run(*paths: Path, out: Path, engine: EngineName, workers: int = 2, time_limit: int = 60) -> list[ChapterResult]:
    return list(execute([job(path, out, engine, time_limit) for path in paths], workers))


def outputs(path: Path) -> list[list[dict[str, Any]]]:
    return [cell.get("outputs", []) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


@forking
def test_all_engines_write_the_same_bytes(tmp_path: Path) -> None:
    path = template(tmp_path / "kapitel.ipynb", *CHAPTER)
    engines: tuple[EngineName, ...] = ("plain", "forked", "kernel")
    for engine in engines:
        (result,) = run(path, out=tmp_path / engine, engine=engine)
        assert result.failure is None
    plain, forked, kernel = (tmp_path / engine / "altstadt" / "kapitel.ipynb" for engine in engines)
    assert outputs(forked) == outputs(kernel) == outputs(plain)
    assert forked.read_bytes() == kernel.read_bytes() == plain.read_bytes()
    figure = outputs(forked)[5][-1]["data"]["image/png"]
    assert base64.b64decode(figure).startswith(b"\x89PNG")
    assert "<svg" in "".join(outputs(forked)[9][-1]["data"]["image/svg+xml"])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_chapter_gives_the_same_bytes_again(tmp_path: Path, engine: EngineName) -> None:
    path = template(tmp_path / "kapitel.ipynb", *CHAPTER, "{'b', 'a', 'c', 'd', 'e'}\nlist({'b', 'a', 'c'})")
    written = []
    for attempt in ("einmal", "nochmal"):
        run(path, out=tmp_path / attempt, engine=engine)
        written.append((tmp_path / attempt / "altstadt" / "kapitel.ipynb").read_bytes())
    assert written[0] == written[1]
    assert str(tmp_path).encode() not in written[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_failing_chapter_is_named_with_cell_and_does_not_stop_the_others(tmp_path: Path, engine: EngineName) -> None:
    bad = template(tmp_path / "falsch.ipynb", "a = 1", "def quote(n):\n    return 1 / n\nquote(0)", "print('nie')")
    good = template(tmp_path / "gut.ipynb", "print(area)")
    failed, fine = run(bad, good, out=tmp_path / "out", engine=engine, workers=1)
    assert fine.failure is None
    assert failed.failure is not None
    assert failed.failure.error == "ZeroDivisionError: division by zero"
    assert failed.failure.cell == 4  # heading, parameters, a = 1, this one
    assert "return 1 / n" in failed.failure.traceback
    assert failed.failure.notebook == tmp_path / "out" / "altstadt" / "falsch.fehler.ipynb"
    assert failed.failure.notebook.is_file()
    assert not (tmp_path / "out" / "altstadt" / "falsch.ipynb").exists()
    assert not any(outputs(failed.failure.notebook)[-1])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("ending", "code"),
    [("getoetet", "import os\nos.kill(os.getpid(), 9)"), ("beendet", "import os\nos._exit(0)")],
)
def test_a_chapter_that_kills_its_process_fails_alone(
    tmp_path: Path, engine: EngineName, ending: str, code: str
) -> None:
    bad = template(tmp_path / f"{ending}.ipynb", "print('vorher')", code, "print('nie')")
    good = template(tmp_path / "gut.ipynb", "print(area)")
    failed, fine = run(bad, good, out=tmp_path / "out", engine=engine, workers=1)
    assert fine.failure is None
    assert failed.failure is not None
    assert failed.failure.cell == 4
    assert "DeadKernelError" in failed.failure.error
    assert failed.failure.notebook is not None
    assert any("vorher" in json.dumps(cell) for cell in outputs(failed.failure.notebook))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chapter_that_hangs_is_given_up(tmp_path: Path, engine: EngineName) -> None:
    path = template(tmp_path / "haengt.ipynb", "import time", "time.sleep(600)")
    (result,) = run(path, out=tmp_path / "out", engine=engine, time_limit=3)
    assert result.failure is not None
    assert "CellTimeoutError" in result.failure.error
    assert result.failure.cell == 4


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chapter_that_stops_early_has_not_succeeded(tmp_path: Path, engine: EngineName) -> None:
    path = template(tmp_path / "halb.ipynb", "print(1)", "import sys\nsys.exit(0)", "print(2)")
    (result,) = run(path, out=tmp_path / "out", engine=engine)
    assert result.failure is not None
    assert result.failure.cell == 5
    assert result.failure.error == "Das Notebook endete vor dieser Zelle."


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chapter_leaves_nothing_to_the_next(tmp_path: Path, engine: EngineName) -> None:
    first = template(
        tmp_path / "erstes.ipynb",
        "import os, statistics\nimport matplotlib as mpl\nos.environ['SPUR'] = '1'\nstatistics.mean = None\n"
        "mpl.rcParams['font.size'] = 99\nspur = 1\nos.chdir('/')",
    )
    second = template(
        tmp_path / "zweites.ipynb",
        "import os, statistics\nimport matplotlib as mpl\n"
        "assert 'SPUR' not in os.environ and statistics.mean and mpl.rcParams['font.size'] != 99\n"
        "assert 'spur' not in globals() and os.getcwd() != '/'",
    )
    results = run(first, second, out=tmp_path / "out", engine=engine, workers=1)
    assert [result.failure for result in results] == [None, None]


@forking
def test_what_child_processes_print_is_in_the_notebook(tmp_path: Path) -> None:
    path = template(tmp_path / "kind.ipynb", "import os\nprint('eins')\nos.system('echo zwei; echo drei >&2');")
    run(path, out=tmp_path, engine="forked")
    streams = outputs(tmp_path / "altstadt" / "kind.ipynb")[-1]
    assert [(output["name"], output["text"]) for output in streams] == [
        ("stdout", ["eins\n", "zwei\n"]),
        ("stderr", ["drei\n"]),
    ]


@forking
def test_forked_chapters_draw_different_random_numbers(tmp_path: Path) -> None:
    paths = [template(tmp_path / f"{n}.ipynb", "import numpy as np\nprint(np.random.random())") for n in "ab"]
    run(*paths, out=tmp_path, engine="forked", workers=1)
    drawn = [outputs(tmp_path / "altstadt" / f"{n}.ipynb")[-1][0]["text"] for n in "ab"]
    assert drawn[0] != drawn[1]


#: Kills what it was forked from, the first time or every time, and counts its tries.
KILL = (
    "import os, time\nwith open('{name}', 'a') as f:\n    f.write('x')\n"
    "if os.path.getsize('{name}') <= {times}:\n    os.kill(os.getppid(), 9)\n    time.sleep(60)"
)


@forking
def test_a_killed_worker_costs_only_its_chapter_which_is_tried_once_more(tmp_path: Path) -> None:
    always = template(tmp_path / "immer.ipynb", KILL.format(name="immer", times=9))
    once = template(tmp_path / "einmal.ipynb", KILL.format(name="einmal", times=1))
    good = template(tmp_path / "gut.ipynb", "print(1)")
    failed, *fine = run(always, once, good, out=tmp_path / "out", engine="forked", workers=1)
    assert failed.failure is not None
    assert failed.failure.error == "Der Arbeitsprozess wurde beendet (SIGKILL)."
    assert failed.failure.cell is None  # none is to blame
    assert [result.failure for result in fine] == [None, None]
    assert (tmp_path / "immer").read_text() == (tmp_path / "einmal").read_text() == "xx"


@forking
def test_a_kernel_that_went_with_its_parent_is_started_once_more(tmp_path: Path) -> None:
    told: list[ChapterFailure | None] = []

    class Told(SilentProgress):
        def postponed(self, result: Any) -> None:
            told.append(result.failure)

    path = template(tmp_path / "einmal.ipynb", KILL.format(name="einmal", times=1))
    (result,) = execute([job(path, tmp_path / "out", "kernel")], 1, Told())
    assert result.failure is None
    assert (tmp_path / "einmal").read_text() == "xx"
    (failure,) = told
    assert failure is not None
    assert failure.error == "Der Prozess, von dem der Kernel abzweigt, hat sich beendet."
    assert failure.cell is None


def test_an_error_of_the_notebook_is_never_repeated(tmp_path: Path) -> None:
    code = "with open('versuche', 'a') as f:\n    f.write('x')\nraise ValueError('Quote fehlt')"
    (result,) = run(template(tmp_path / "fehler.ipynb", code), out=tmp_path / "out", engine=ENGINES[-1])
    assert result.failure is not None
    assert (tmp_path / "versuche").read_text() == "x"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_notebook_cannot_ask_questions(tmp_path: Path, engine: EngineName) -> None:
    (result,) = run(template(tmp_path / "fragt.ipynb", "input('Wie?')"), out=tmp_path / "out", engine=engine)
    assert result.failure is not None
    assert result.failure.error.startswith("StdinNotImplementedError")


@pytest.mark.parametrize("engine", [*ENGINES, pytest.param("kernel", marks=forking)])
def test_interrupting_a_build_ends_all_its_processes(tmp_path: Path, engine: EngineName) -> None:
    path = template(
        tmp_path / "lang.ipynb",
        "import os, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '300'])\n"
        "open('laeuft', 'w').write(f'{os.getpid()} {child.pid}')\n"
        "time.sleep(300)",
    )
    program = textwrap.dedent(f"""
        from pathlib import Path
        from small_project import job
        from sozlib.batch.execute import execute
        if __name__ == "__main__":
            try:
                execute([job(Path({str(path)!r}), Path({str(tmp_path / "out")!r}), {engine!r})], 1)
            except KeyboardInterrupt:
                raise SystemExit(130)
    """)
    script = tmp_path / "bau.py"
    script.write_text(program, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen([sys.executable, str(script)], env=environment, start_new_session=True)
    running = tmp_path / "laeuft"
    until = time.monotonic() + 60
    while not (running.is_file() and len(running.read_text().split()) == 2):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert process.wait(15) == 130
    until = time.monotonic() + 5
    chapter, grandchild = (int(pid) for pid in running.read_text().split())
    watched = [chapter] if engine == "plain" else [chapter, grandchild]
    while any(_alive(pid) for pid in watched):
        assert time.monotonic() < until
        time.sleep(0.05)
    if _alive(grandchild):
        os.kill(grandchild, signal.SIGKILL)
    assert not (tmp_path / "out" / "altstadt" / "lang.ipynb").exists()


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in ("Z", "X")


def test_notebooks_do_not_depend_on_where_the_project_lies(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    plan = make_plan(project, areas_table(), "public")
    todo = chapter_jobs(plan, project.root, tmp_path / "out", project.workshop("public") / "snapshot", "plain")
    assert {job.parameters["snapshot"] for job in todo} == {"../../reports/2026/.work/public/snapshot"}
    assert todo[0].parameters == {
        "area": "",
        "topic": "",
        "cycle": "2026",
        "edition": "public",
        "snapshot": "../../reports/2026/.work/public/snapshot",
    }
    assert todo[0].folder == project.notebooks / "overall"


def test_the_engine_is_chosen_and_the_reason_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_engine("plain") == ("plain", "so verlangt")
    with monkeypatch.context() as mac:
        mac.setattr("sys.platform", "darwin")
        assert choose_engine("auto")[0] == "plain"
        assert choose_engine("forked")[0] == ("forked" if hasattr(os, "fork") else "plain")
        assert choose_engine("kernel")[0] == ("kernel" if hasattr(os, "fork") else "plain")
    monkeypatch.delattr(os, "fork", raising=False)
    for wanted in ("auto", "forked", "kernel"):
        engine, why = choose_engine(wanted)  # type: ignore[arg-type]
        assert (engine, why) == ("plain", "dieses Betriebssystem kennt kein fork")


def test_a_chapter_that_imports_widgets_gets_a_kernel(tmp_path: Path) -> None:
    needs = template(tmp_path / "karte.ipynb", "%matplotlib inline\nx = 1", "from ipywidgets.widgets import IntSlider")
    broken = template(tmp_path / "falsch.ipynb", "import (")
    does_not = template(tmp_path / "text.ipynb", "import pandas as pd  # statt ipywidgets", "kommentar = 'import comm'")
    jobs, told = with_kernels([job(path, tmp_path, "forked") for path in (needs, broken, does_not)], tmp_path)
    assert [one.engine for one in jobs] == ["kernel", "forked", "forked"]
    assert told == "Mit abgezweigtem Kernel: karte.ipynb importiert ipywidgets."
