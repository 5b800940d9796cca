"""The audit log: every act is in it, and no line can be changed, taken out or put in without a trace."""

import contextlib
import json
import multiprocessing
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_project import write_project

from sozlib.cli import main
from sozlib.errors import BuildError, InputError
from sozlib.journal import append, noted, place, read

ACTS = [{"act": "build", "edition": "public", "cycle": "2026", "result": "done", "remark": ""}] * 3


def written(path, acts=ACTS):
    return [append(path, act) for act in acts]


def test_each_line_carries_the_digest_of_the_line_before(tmp_path):
    path = tmp_path / "reports" / "protokoll.jsonl"
    entries = written(path)
    assert [entry.content["before"] for entry in entries] == ["", entries[0].digest, entries[1].digest]
    found, problems = read(path)
    assert found == entries
    assert not problems
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@given(st.integers(0, 3), st.data())
@settings(max_examples=40, deadline=None)
def test_a_line_changed_later_shows(tmp_path_factory, number, data):
    path = tmp_path_factory.mktemp("log") / "protokoll.jsonl"
    last = written(path, [*ACTS, ACTS[0]])[-1].digest
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kind = data.draw(st.sampled_from(["change", "remove", "insert", "swap"]))
    if kind == "change":
        lines[number] = lines[number].replace("public", "intern", 1)
    elif kind == "remove":
        del lines[number]
    elif kind == "insert":
        lines.insert(number, lines[data.draw(st.integers(0, 3))])
    else:
        other = data.draw(st.integers(0, 3).filter(lambda n: n != number))
        lines[number], lines[other] = lines[other], lines[number]
    path.write_text("".join(lines), encoding="utf-8")
    entries, problems = read(path)
    # That its end was changed, the chain cannot tell, but whoever noted the last digest can.
    assert problems or entries[-1].digest != last


def test_a_line_cut_off_by_a_power_failure_does_not_break_the_next_ones(tmp_path):
    path = tmp_path / "protokoll.jsonl"
    written(path)
    path.write_bytes(path.read_bytes()[:-20])
    append(path, ACTS[0])
    entries, problems = read(path, "reports/protokoll.jsonl")
    assert [entry.content["number"] for entry in entries] == [1, 2, 4]
    assert [str(problem) for problem in problems] == [
        "Fehler: reports/protokoll.jsonl, Zeile 3: Die Zeile ist nicht lesbar."
    ]


def _append_some(path):
    for _ in range(10):
        append(path, ACTS[0])


def test_processes_that_write_at_the_same_time_keep_one_chain(tmp_path):
    path = tmp_path / "protokoll.jsonl"
    several = [multiprocessing.get_context("fork").Process(target=_append_some, args=(path,)) for _ in range(4)]
    for process in several:
        process.start()
    for process in several:
        process.join()
    entries, problems = read(path)
    assert len(entries) == 40
    assert not problems


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (None, "done"),
        (BuildError("Wert 17"), "failed"),
        (InputError([]), "failed"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_an_act_is_noted_however_it_ends(tmp_path, error, result):
    project = write_project(tmp_path)
    with contextlib.suppress(BuildError, InputError, KeyboardInterrupt), noted(project, "build", "public"):
        if error:
            raise error
    line = place(project).read_text(encoding="utf-8")
    assert json.loads(line)["result"] == result
    assert "17" not in json.loads(line)["remark"]


def test_the_log_is_shown_in_german_and_its_chain_checked(tmp_path, capsys):
    project = write_project(tmp_path)
    assert main(["log", "--project", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "Das Protokoll ist leer.\n"
    with noted(project, "attack", "municipal-0101"), noted(project, "build", "public"):
        pass
    assert main(["log", "--project", str(tmp_path), "--edition", "municipal"]) == 0
    shown = capsys.readouterr().out
    assert "Ausgabe municipal-0101 (2026) angegriffen, ohne Befund" in shown
    assert "Ausgabe public" not in shown
    assert "2 Einträge, die Kette ist geschlossen." in shown
    path = place(project)
    path.write_text(path.read_text(encoding="utf-8").replace("public", "intern"), encoding="utf-8")
    assert main(["log", "--project", str(tmp_path)]) == 3
    assert "Hier wurde etwas geändert, entfernt oder eingefügt." in capsys.readouterr().out


def test_a_log_that_cannot_be_written_says_so(tmp_path, capsys):
    project = write_project(tmp_path)
    place(project).mkdir()
    with pytest.raises(Exception, match="Das Protokoll lässt sich nicht schreiben"), noted(project, "build", "public"):
        pass
