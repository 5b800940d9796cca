"""A chapter in a fork or in a forked kernel that goes wrong fails alone, and its notebook shows where."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import papermill  # noqa: F401 - before our engines, which it loads as entry points
import pytest
from small_project import job, template

from sozlib.batch import provisioner
from sozlib.batch.chapter_run import ChapterFailure
from sozlib.batch.engines import ForkedEngine, KernelEngine
from sozlib.batch.execute import execute

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="dieses Betriebssystem kennt kein fork"),
    pytest.mark.xdist_group("isolation"),
]
linux = pytest.mark.skipif(sys.platform != "linux", reason="Speichergrenzen gibt es nur unter Linux")

#: Chapters by name: the cells that follow a first one, which prints "vorher".
CHAPTERS = {
    "abgestuerzt": ("import ctypes\nctypes.string_at(0)",),
    "getoetet": ("import os\nprint('letzte Worte')\nos.kill(os.getpid(), 9)",),
    "angehalten": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",),
    "speicher": ("daten = [bytearray(50 * 2**20) for _ in range(20)]",),
    "flut": ("while True:\n    print('x' * 1000)",),
    "unterprozess-flut": ("import subprocess\nsubprocess.run(['yes'])",),
    "bilderflut": ("from IPython.display import HTML, display\nwhile True:\n    display(HTML('x' * 100_000))",),
    "verlassen": ("exit()", "open('danach', 'w')"),
    "fehler": ("raise ValueError('falsch')", "open('danach', 'w')"),
    "reihenfolge": (
        "import os, subprocess\nprint('eins')\nsubprocess.run(['echo', 'zwei'])\nprint('drei')\n"
        "os.write(1, b'vier\\n');",
    ),
    "veraendert": (
        "import os, random, builtins, warnings\nimport matplotlib as mpl, numpy as np, pandas as pd\n"
        "random.seed(1)\nnp.random.seed(1)\nos.environ['SPUR'] = '1'\nos.chdir('/')\nbuiltins.sorted = None\n"
        "pd.DataFrame.sum = None\npd.set_option('display.max_rows', 1)\nmpl.rcParams['font.size'] = 99\n"
        "warnings.simplefilter('error')",
    ),
    "unberuehrt": (
        "import os, random, warnings\nimport matplotlib as mpl, numpy as np, pandas as pd\n"
        "assert 'SPUR' not in os.environ and os.getcwd() != '/'\nassert sorted([2, 1]) == [1, 2]\n"
        "assert pd.DataFrame({'a': [1]}).sum()['a'] == 1 and pd.get_option('display.max_rows') == 60\n"
        "assert mpl.rcParams['font.size'] != 99\nwarnings.warn('nur ein Hinweis')\n"
        "gezogen = random.random(), np.random.random()\n"
        "random.seed(1)\nnp.random.seed(1)\nassert gezogen != (random.random(), np.random.random())",
    ),
}


@dataclass(frozen=True)
class Ran:
    """A chapter that was run: its failure and the outputs of its notebook's cells."""

    failure: ChapterFailure | None
    cells: list[list[dict[str, Any]]]
    seconds: float

    def text(self) -> str:
        return "".join("".join(o.get("text", "")) for cell in self.cells for o in cell)


@pytest.fixture(scope="module", params=["forked", "kernel"])
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """All chapters, one after the other in one worker, with each engine that forks."""
    folder = tmp_path_factory.mktemp("kapitel")
    todo = [
        replace(
            job(template(folder / f"{name}.ipynb", "print('vorher')", *cells), folder / "out", request.param, 3),
            memory_limit=500,
            output_limit=5,
        )
        for name, cells in CHAPTERS.items()
    ]
    results = execute(todo, 1)
    assert not (folder / "danach").exists()
    found = {}
    for one, result in zip(todo, results, strict=True):
        written = json.loads((one.output if result.failure is None else one.failed).read_text(encoding="utf-8"))
        found[one.template.stem] = Ran(
            result.failure, [cell.get("outputs", []) for cell in written["cells"]], result.seconds
        )
    return found


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("abgestuerzt", "DeadKernelError: Der Kapitelprozess wurde beendet (SIGSEGV)"),
        ("getoetet", "DeadKernelError: Der Kapitelprozess wurde beendet (SIGKILL)"),
        ("angehalten", "CellTimeoutError: Nach 3 Sekunden abgebrochen"),
        pytest.param("speicher", "MemoryError", marks=linux),
        ("flut", "OutputLimitError: Mehr als 5 MB Ausgabe"),
        ("unterprozess-flut", "OutputLimitError: Mehr als 5 MB Ausgabe"),
        ("bilderflut", "OutputLimitError: Mehr als 5 MB Ausgabe"),
        ("fehler", "ValueError: falsch"),
    ],
)
def test_the_notebook_shows_where_a_chapter_failed(ran: dict[str, Ran], name: str, error: str) -> None:
    failure = ran[name].failure
    assert failure is not None
    assert failure.error == error
    assert failure.cell == 4  # heading, parameters, "vorher", this one
    assert failure.notebook is not None
    assert "vorher" in ran[name].text()
    assert sum(output["output_type"] == "error" for cell in ran[name].cells for output in cell) == 1


def test_last_words_are_kept(ran: dict[str, Ran]) -> None:
    assert "letzte Worte" in ran["getoetet"].text()
    assert "string_at" in ran["abgestuerzt"].text()  # where C code crashed


def test_a_flood_leaves_a_notebook_that_can_be_opened(ran: dict[str, Ran]) -> None:
    for name in ("flut", "unterprozess-flut"):
        assert "Bytes ausgelassen" in ran[name].text()
        assert len(ran[name].text()) < 200_000


def test_no_cell_runs_after_one_that_failed_or_left(ran: dict[str, Ran]) -> None:
    failure = ran["verlassen"].failure
    assert failure is not None
    assert failure.cell == 5
    assert failure.error == "DeadKernelError: Der Kapitelprozess hat sich beendet (Rückgabewert 0)"


def test_what_a_chapter_writes_stands_in_the_order_of_writing(ran: dict[str, Ran]) -> None:
    assert ran["reihenfolge"].text() == "vorher\neins\nzwei\ndrei\nvier\n"


def test_what_one_chapter_changes_the_next_does_not_see(ran: dict[str, Ran]) -> None:
    assert ran["veraendert"].failure is None
    assert ran["unberuehrt"].failure is None


@pytest.mark.parametrize("engine", ["sozlib-forked", "sozlib-kernel"])
def test_papermills_options_work(tmp_path: Path, engine: str) -> None:
    """In a process of its own: forking needs one without threads."""
    path = template(
        tmp_path / "kapitel.ipynb", "print('eins')", "1 / 0", "print('übersprungen')", "print(area, 'drei')"
    )
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][3]["metadata"]["tags"] = ["raises-exception"]
    notebook["cells"][4]["metadata"]["tags"] = ["skip-execution"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    program = textwrap.dedent("""
        import logging, sys
        import papermill
        import sozlib.batch.engines
        from papermill.exceptions import PapermillExecutionError
        logging.getLogger("papermill").addHandler(logging.StreamHandler(sys.stdout))
        logging.getLogger("papermill").setLevel("INFO")
        if __name__ == "__main__":
            with open("ausgabe.txt", "w") as file:
                try:
                    papermill.execute_notebook(
                        "kapitel.ipynb", "fertig.ipynb", {"area": "0101"}, engine_name=sys.argv[1],
                        kernel_name="python3", language="python", progress_bar=False,
                        log_output=True, stdout_file=file,
                    )
                except PapermillExecutionError as error:
                    print("papermill meldet", error.ename)
            try:
                papermill.execute_notebook(
                    "schlaf.ipynb", "schlaf-fertig.ipynb", engine_name=sys.argv[1], kernel_name="python3",
                    language="python", progress_bar=False, execution_timeout=1,
                )
            except PapermillExecutionError as error:
                print("papermill meldet", error.ename)
    """)
    template(tmp_path / "schlaf.ipynb", "import time\ntime.sleep(0.7)", "time.sleep(0.7)", "time.sleep(60)")
    (tmp_path / "lauf.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "lauf.py", engine], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert "eins" in said
    assert said.count("papermill meldet ZeroDivisionError") == 1  # papermill reports it although the tag allows it
    assert said.count("papermill meldet CellTimeoutError") == 1
    assert (tmp_path / "ausgabe.txt").read_text(encoding="utf-8") == "eins\n0101 drei\n"
    cells = json.loads((tmp_path / "schlaf-fertig.ipynb").read_text(encoding="utf-8"))["cells"]
    counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
    assert counts[-3:] == [2, 3, 4]  # the limit is one for each cell
    written = json.loads((tmp_path / "fertig.ipynb").read_text(encoding="utf-8"))
    assert written["metadata"]["language_info"]["name"] == "python"


def test_a_start_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """Every forked process sleeps before it does anything; ``start_timeout`` is for the start, not for the cells."""
    template(tmp_path / "kapitel.ipynb", "print('nie')")
    (tmp_path / "sitecustomize.py").write_text(
        "import os, time\nos.register_at_fork(after_in_child=lambda: time.sleep(600))\n", encoding="utf-8"
    )
    program = textwrap.dedent("""
        import papermill
        import sozlib.batch.engines
        for engine in ("sozlib-forked", "sozlib-kernel"):
            try:
                papermill.execute_notebook(
                    "kapitel.ipynb", None, engine_name=engine, kernel_name="python3", language="python",
                    progress_bar=False, start_timeout=1, execution_timeout=500,
                )
            except papermill.PapermillExecutionError as error:
                print(f"{error.ename}: {error.evalue}")
            except RuntimeError as error:
                print(error)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.splitlines() == [
        "CellTimeoutError: Nach 1 Sekunden abgebrochen",
        "Kernel didn't respond in 1 seconds",  # as papermill's own engine says it
    ], done.stderr


def test_papermill_knows_the_engines_and_jupyter_the_provisioner() -> None:
    found = {(point.group, point.name): point.load() for point in metadata.distribution("sozlib").entry_points}
    assert found["papermill.engine", "sozlib-forked"] is ForkedEngine
    if ("papermill.engine", "sozlib-kernel") not in found:
        pytest.skip("vor den neuen Einstiegspunkten eingerichtet: uv sync --frozen")
    assert found["papermill.engine", "sozlib-kernel"] is KernelEngine
    assert found["jupyter_client.kernel_provisioners", provisioner.NAME] is provisioner.ForkedProvisioner


#: A widget by hand: it opens a comm, sends its state, and the page answers.
COMM = """\
from comm import create_comm
received = []
comm = create_comm(target_name="sozlib.probe", comm_id="0a1b2c3d", data={"state": {"_model_name": "Probe", "wert": 1}})
comm.on_msg(lambda message: received.append(message["content"]["data"]))
comm.send({"method": "update", "state": {"wert": 2}})
"""


def test_a_forked_kernel_speaks_the_whole_protocol(tmp_path: Path) -> None:
    """Any client of Jupyter's can use it: comms go both ways, a cell can be interrupted, the kernel shut down."""

    async def talk() -> None:
        manager = provisioner.ForkedKernelManager(kernel_name="python3")
        await manager.start_kernel(cwd=str(tmp_path))
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            heard = []
            await client.execute_interactive(COMM, output_hook=heard.append, timeout=60)
            comms = [(message["msg_type"], message["content"]) for message in heard if "comm" in message["msg_type"]]
            assert [kind for kind, _ in comms] == ["comm_open", "comm_msg"]
            assert comms[0][1]["target_name"] == "sozlib.probe"
            assert comms[1][1]["data"]["state"] == {"wert": 2}
            answer = client.session.msg("comm_msg", {"comm_id": "0a1b2c3d", "data": {"wert": 3}})
            client.shell_channel.send(answer)
            said = []
            await client.execute_interactive(
                "import os\nprint(received, os.getcwd())", output_hook=said.append, timeout=60
            )
            text = "".join(message["content"]["text"] for message in said if message["msg_type"] == "stream")
            assert text == f"[{{'wert': 3}}] {tmp_path}\n"
            sleeping = asyncio.ensure_future(
                client.execute_interactive("import time\ntime.sleep(60)", output_hook=lambda _: None, timeout=60)
            )
            await asyncio.sleep(0.5)
            await manager.interrupt_kernel()
            assert (await sleeping)["content"]["ename"] == "KeyboardInterrupt"
            assert await manager.is_alive()
        finally:
            client.stop_channels()
            await manager.shutdown_kernel()
        assert not manager.has_kernel

    asyncio.run(talk())


def test_the_state_of_widgets_is_kept_where_a_chapter_has_any(tmp_path: Path) -> None:
    one = job(template(tmp_path / "widget.ipynb", COMM), tmp_path / "out", "kernel")
    (result,) = execute([one], 1)
    assert result.failure is None
    widgets = json.loads(one.output.read_text(encoding="utf-8"))["metadata"]["widgets"]
    ((name, state),) = widgets["application/vnd.jupyter.widget-state+json"]["state"].items()
    assert name == "widget-1"  # not what was drawn at random
    assert state["model_name"] == "Probe"
    assert state["state"]["wert"] == 2
