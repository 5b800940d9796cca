"""Packages: what was released is in them, only the passphrase opens them, and it stands nowhere."""

import stat
import zipfile

import pytest
import pyzipper
from syrupy.assertion import SnapshotAssertion
from test_editions import project_with

from sozlib.cli import main
from sozlib.editions import chosen, edition_of
from sozlib.errors import BuildError, InputError, SozlibError
from sozlib.journal import place
from sozlib.manifest import outputs, write_manifest
from sozlib.packing import pack, passphrases
from sozlib.release import keep_apart

SECRET = "Hafen-Ziegel-Wolke-Amsel-9"


@pytest.fixture
def project(tmp_path):
    """A project with a released edition for Altstadt."""
    project = project_with(tmp_path)
    report = project.output("municipal-0101")
    for name, content in {"index.html": b"<h1>Altstadt</h1>", "pdf/altstadt.pdf": bytes(range(256)) * 50}.items():
        (report / name).parent.mkdir(parents=True, exist_ok=True)
        (report / name).write_bytes(content)
    write_manifest(report, {"edition": "municipal-0101", "cycle": "2026", "outputs": outputs(report)})
    return project


def packed(project, secret=SECRET):
    return pack(project, edition_of(project, "municipal-0101"), secret.encode())


def test_what_was_released_comes_out_again(project):
    report = project.output("municipal-0101")
    path = packed(project)
    with pyzipper.AESZipFile(path) as package:
        package.setpassword(SECRET.encode())
        found = {about.filename: package.read(about) for about in package.infolist()}
        assert all(about.flag_bits & 1 and about.wz_aes_strength == 3 for about in package.infolist())
    top = "sozialbericht-2026-municipal-0101"
    assert found == {
        f"{top}/{p.relative_to(report).as_posix()}": p.read_bytes() for p in sorted(report.rglob("*")) if p.is_file()
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.relative_to(project.root).as_posix() == f"reports/2026/pakete/{top}.zip"


@pytest.mark.parametrize("secret", ["", "Hafen-Ziegel-Wolke-Amsel-8", "hafen-ziegel-wolke-amsel-9"])
def test_another_passphrase_opens_nothing(project, secret):
    with pyzipper.AESZipFile(packed(project)) as package:
        package.setpassword(secret.encode() or None)
        for about in package.infolist():
            with pytest.raises(RuntimeError):
                package.read(about)


def test_nothing_of_the_content_or_its_checksum_stands_in_clear(project):
    path = packed(project)
    assert b"Altstadt" not in path.read_bytes()
    with zipfile.ZipFile(path) as package:
        assert {about.CRC for about in package.infolist()} == {0}


def test_two_packages_of_a_report_differ_only_by_the_salt_of_the_cipher(project):
    def outside(path):
        with zipfile.ZipFile(path) as package:
            return [
                (a.filename, a.date_time, a.file_size, a.compress_size, a.external_attr) for a in package.infolist()
            ]

    first = packed(project)
    before, listed = first.read_bytes(), outside(first)
    second = packed(project)
    assert outside(second) == listed
    assert len(second.read_bytes()) == len(before)
    assert second.read_bytes() != before


@pytest.mark.parametrize("change", ["changed", "added", "missing"])
def test_a_report_that_is_not_the_released_one_is_not_packed(project, change):
    page = project.output("municipal-0101") / "index.html"
    if change == "changed":
        page.write_text("<h1>Anders</h1>", encoding="utf-8")
    elif change == "added":
        (page.parent / "notiz.txt").write_text("Entwurf", encoding="utf-8")
    else:
        page.unlink()
    with pytest.raises(BuildError, match="nicht mehr der freigegebene"):
        packed(project)
    assert not list(project.root.glob("reports/2026/pakete/*"))


def test_a_report_in_the_folder_of_another_edition_is_not_packed(project):
    project.output("municipal-0101").rename(project.output("municipal-0102"))
    with pytest.raises(BuildError, match="nicht der Bericht der Ausgabe „municipal-0102“"):
        pack(project, edition_of(project, "municipal-0102"), SECRET.encode())


def test_the_public_edition_and_one_that_was_not_built_are_not_packed(project):
    with pytest.raises(SozlibError, match="für alle da"):
        pack(project, edition_of(project, "public"), SECRET.encode())
    with pytest.raises(SozlibError, match="kein Bericht"):
        pack(project, edition_of(project, "internal"), SECRET.encode())


def test_a_failure_leaves_the_last_package_in_place(project, monkeypatch):
    before = packed(project).read_bytes()
    monkeypatch.setattr("sozlib.packing._prove", lambda *_: (_ for _ in ()).throw(SozlibError("kaputt")))
    with pytest.raises(SozlibError, match="kaputt"):
        packed(project)
    (folder,) = project.root.glob("reports/2026/pakete")
    assert [path.read_bytes() for path in folder.iterdir()] == [before]


def test_every_municipality_can_have_a_passphrase_of_its_own(project):
    environment = {"SOZLIB_PASSPHRASE": SECRET, "SOZLIB_PASSPHRASE_MUNICIPAL_0102": SECRET.upper()}
    found = passphrases("SOZLIB_PASSPHRASE", chosen(project, ["municipal"]), environment)
    assert found == {"municipal-0101": SECRET.encode(), "municipal-0102": SECRET.upper().encode()}


def test_weak_passphrases_are_refused_all_at_once_and_never_shown(project, snapshot: SnapshotAssertion):
    environment = {"GEHEIM_MUNICIPAL_0101": "Amsel9Wolke", "GEHEIM_MUNICIPAL_0102": "abababababababababababab"}
    environment |= {"GEHEIM_INTERNAL": "Häfen-Ziegel-Wolke-Amsel-9"}
    with pytest.raises(InputError) as error:
        passphrases("GEHEIM", chosen(project, ["municipal", "internal"]), environment)
    assert not any(secret in str(error.value) for secret in environment.values())
    assert str(error.value) == snapshot
    with pytest.raises(InputError, match="Es ist keine Passphrase gesetzt"):
        passphrases("GEHEIM", chosen(project, ["internal"]), {})


def test_the_command_packs_a_family_and_notes_it_without_the_passphrase(project, monkeypatch, capsys):
    monkeypatch.setenv("SOZLIB_PASSPHRASE", SECRET)
    assert main(["pack", "--project", str(project.root), "--edition", "municipal-0101"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "reports/2026/pakete/sozialbericht-2026-municipal-0101.zip\n"
    log = place(project).read_text(encoding="utf-8")
    assert '"act": "pack"' in log
    assert SECRET not in log + shown.out + shown.err
    assert main(["pack", "--project", str(project.root)]) == 1
    assert "Nennen Sie die Ausgabe" in capsys.readouterr().err


def test_nothing_but_the_public_edition_lies_below_the_public_folder(tmp_path):
    public = tmp_path / "public"
    public.mkdir()
    keep_apart(tmp_path / "municipal-0101", public)
    (tmp_path / "municipal-0102").symlink_to(public / "gemeinden")
    for place_ in (public / "intern", tmp_path / "municipal-0102", tmp_path):
        with pytest.raises(SozlibError, match="liegt im Ordner der öffentlichen Ausgabe"):
            keep_apart(place_, public)
