"""Parameter files: every mistake is named with file and line, a misspelt key with the nearest known one."""

from pathlib import Path

import pytest

from sozlib.errors import InputError
from sozlib.parameters import Id, Parameters, load, read_yaml


class Inner(Parameters):
    name: Id
    count: int = 0


class Outer(Parameters):
    title: str
    inner: tuple[Inner, ...] = ()
    kind: str | Inner = ""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "parameters" / "example.yml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path, Outer, tmp_path)
    return [str(problem) for problem in caught.value.problems]


def test_a_misspelt_key_is_named_with_its_line_and_the_nearest_known_key(tmp_path):
    assert mistakes(tmp_path, "title: A\ninner:\n  - name: a\n    coutn: 3\n") == [
        "Fehler: parameters/example.yml, Zeile 4: Unbekannter Schlüssel „coutn“. Meinten Sie „count“?"
    ]


def test_all_mistakes_of_a_file_are_reported_at_once_in_the_order_of_its_lines(tmp_path):
    found = mistakes(tmp_path, "title: A\ninner:\n  - name: a/b\n  - name: c\n    count: viel\nzzz: 1\n")
    assert [m.split(": ")[1] for m in found] == [
        "parameters/example.yml, Zeile 3",
        "parameters/example.yml, Zeile 5",
        "parameters/example.yml, Zeile 6",
    ]
    assert "Bekannt sind: inner, kind, title." in found[2]


def test_a_missing_key_is_named(tmp_path):
    assert mistakes(tmp_path, "inner: []\n") == ["Fehler: parameters/example.yml: Der Schlüssel „title“ fehlt."]


def test_an_id_cannot_leave_its_folder(tmp_path):
    assert "keine gültige Kennung" in mistakes(tmp_path, "title: A\ninner: [{name: ../x}]\n")[0]


def test_broken_yaml_names_the_line(tmp_path):
    assert mistakes(tmp_path, "title: A\ninner: [1, 2\n")[0].startswith(
        "Fehler: parameters/example.yml, Zeile 3: Kein gültiges YAML"
    )


def test_a_key_given_twice_is_an_error(tmp_path):
    assert "Kein gültiges YAML" in mistakes(tmp_path, "title: A\ntitle: B\n")[0]


def test_a_file_in_another_encoding_names_the_line(tmp_path):
    path = tmp_path / "example.yml"
    path.write_bytes("title: A\nname: Haselmünde\n".encode("cp1252"))
    with pytest.raises(InputError, match=r"example.yml, Zeile 2: Die Datei ist nicht UTF-8"):
        read_yaml(path, tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"example.yml: Datei nicht gefunden"):
        read_yaml(tmp_path / "example.yml", tmp_path)


def test_python_objects_are_never_made_from_yaml(tmp_path):
    path = tmp_path / "example.yml"
    path.write_text("title: !!python/object/apply:os.system ['echo']\n", encoding="utf-8")
    with pytest.raises(InputError):
        load(path, Outer, tmp_path)
