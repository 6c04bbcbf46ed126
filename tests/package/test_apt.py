"""apt is run for real, on a machine's configuration and an archive made by the test."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source_packages import CHANGELOG, member, packaging, quilt_package

from debpatch.errors import DebpatchError
from debpatch.package.apt import deb_src_list, deb_src_stanzas, download_source
from debpatch.package.source_package import open_package

needs_apt = pytest.mark.skipif(shutil.which("apt-get") is None, reason="apt is not installed")


def test_one_line_entries_become_source_entries_with_their_options() -> None:
    text = (
        "# comment\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian stable main # why\n"
        "deb-src http://a.example/debian stable main\n"
        "  deb\thttp://a.example/debian stable main\n"
        "deb cdrom:[Debian 13]/ stable main\n"
        "#deb http://off.example stable main\n"
        "rpm http://b.example x\n"
    )
    assert deb_src_list(text) == (
        "deb-src [arch=amd64 signed-by=/k.gpg] http://a.example/debian stable main # why\n"
        "deb-src http://a.example/debian stable main\n"
    )


def test_stanzas_become_source_stanzas_with_their_fields() -> None:
    text = (
        "Types: deb deb-src\n"
        "# a comment in between\n"
        "URIs: http://a.example/debian\n"
        "Suites: stable\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n"
        "\n"
        "Types: deb\nEnabled: no\nURIs: http://off.example\nSuites: x\n"
        "\n"
        "Types: rpm\nURIs: http://rpm.example\nSuites: x\n"
    )
    assert deb_src_stanzas(text) == (
        "Types: deb-src\n"
        "URIs: http://a.example/debian\n"
        "Suites: stable\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n"
    )


@given(st.text())
def test_only_source_entries_come_out_of_any_text(text: str) -> None:
    assert all(line.startswith("deb-src ") for line in deb_src_list(text).split("\n") if line)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with hello 1.0-1, and a machine that has it, binary only, and one that is gone."""
    pool = tmp_path / "archive"
    pool.mkdir()
    dsc = quilt_package(pool, [member("hello-1.0/a", "1\n")])
    publish(pool, dsc)
    machine = tmp_path / "machine"
    (machine / "sources.list.d").mkdir(parents=True)
    (machine / "sources.list").write_text(f"deb [trusted=yes] copy:{pool} ./\n")
    (machine / "sources.list.d/gone.sources").write_text(
        f"Types: deb\nURIs: copy:{tmp_path}/gone\nSuites: ./\nTrusted: yes\n"
    )
    configuration = machine / "apt.conf"
    configuration.write_text(
        f'Dir::Etc::sourcelist "{machine}/sources.list";\n'
        f'Dir::Etc::sourceparts "{machine}/sources.list.d";\n'
        f'APT::Update::Post-Invoke {{ "touch {machine}/hook-ran"; }};\n'
        'APT::Sandbox::User "";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(configuration))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return pool


def publish(pool: Path, dsc: Path) -> None:
    """Write the index of a trivial archive with one package, sources.list(5)."""
    text = dsc.read_text().replace("Source: ", "Package: ")
    sources = f"{text} {described(dsc)}\nDirectory: .\n\n"
    (pool / "Sources").write_text(sources)
    (pool / "Release").write_text(f"Codename: testing\nSHA256:\n {described(pool / 'Sources')}\n")


def described(file: Path) -> str:
    content = file.read_bytes()
    return f"{hashlib.sha256(content).hexdigest()} {len(content)} {file.name}"


@needs_apt
def test_a_package_comes_from_the_archives_of_the_machine(archive: Path) -> None:
    system_lists = sorted(Path("/var/lib/apt/lists").glob("*"))
    package = open_package("apt:hello")
    assert (package.name, str(package.version), package.location) == (
        *("hello", "1.0-1", "apt:hello"),
    )
    assert package.read("a") == b"1\n"
    assert package.root is None
    assert open_package("apt:hello=1.0-1").version == package.version
    assert not (archive.parent / "machine/hook-ran").exists()
    assert sorted(Path("/var/lib/apt/lists").glob("*")) == system_lists


@needs_apt
def test_a_version_or_suite_that_is_not_there_lists_those_that_are(
    archive: Path,  # noqa: ARG001
) -> None:
    for wanted in ("hello=9", "hello/nosuch"):
        with pytest.raises(DebpatchError, match=rf"apt:{wanted}: not found: .* hello 1\.0-1 \("):
            download_source(wanted)


@needs_apt
def test_an_unknown_package_is_one_clear_line(archive: Path) -> None:
    (archive.parent / "machine/sources.list.d/gone.sources").unlink()
    with pytest.raises(
        DebpatchError, match="not found: Unable to find a source package for nosuch"
    ):
        download_source("nosuch")


@needs_apt
def test_an_archive_that_does_not_answer_is_named_when_the_package_is_not_found(
    archive: Path,
) -> None:
    shutil.rmtree(archive)
    with pytest.raises(DebpatchError, match=r"apt:hello: not found: .*(gone|archive)"):
        download_source("hello")


@needs_apt
def test_a_file_that_the_archive_lost_is_one_clear_line(archive: Path) -> None:
    (archive / "hello_1.0.orig.tar.gz").unlink()
    with pytest.raises(DebpatchError, match="apt:hello: cannot be downloaded: "):
        download_source("hello")


@needs_apt
def test_lists_are_fetched_again_after_a_day_or_when_the_sources_change(archive: Path) -> None:
    (archive.parent / "machine/sources.list.d/gone.sources").unlink()
    download_source("hello")
    newer = dict(packaging(), **{"debian/changelog": CHANGELOG.replace("1.0-1", "1.0-2")})
    for file in archive.iterdir():
        file.unlink()
    old = quilt_package(archive, [member("hello-1.0/a", "1\n")], newer)
    dsc = old.rename(archive / "hello_1.0-2.dsc")
    dsc.write_text(dsc.read_text().replace("Version: 1.0-1", "Version: 1.0-2"))
    publish(archive, dsc)
    assert download_source("hello").name == "hello_1.0-1.dsc"
    updated = archive.parent / "cache/debpatch/apt/updated"
    two_days_ago = updated.stat().st_mtime - 2 * 24 * 60 * 60
    os.utime(updated, (two_days_ago, two_days_ago))
    assert download_source("hello").name == "hello_1.0-2.dsc"


@needs_apt
def test_runs_at_the_same_time_wait_for_each_other(archive: Path) -> None:
    code = "from debpatch.package.apt import download_source; print(download_source('hello'))"
    runs = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = {run.communicate()[0].strip() for run in runs}
    assert answers == {f"{archive.parent}/cache/debpatch/apt/packages/hello_1.0-1.dsc"}


@pytest.mark.parametrize(
    "wanted", ["", "-x", "a", "Hello", "x y", "hello/", "hello=;", "../x", "a=-1"]
)
def test_a_name_that_cannot_be_a_package_never_reaches_apt(wanted: str) -> None:
    with pytest.raises(DebpatchError, match="write apt:NAME"):
        download_source(wanted)


def test_without_apt_there_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DebpatchError, match=r"apt-get is not installed; give a \.dsc"):
        download_source("hello")


@pytest.mark.archive
@pytest.mark.skipif("DEBPATCH_TEST_APT" not in os.environ, reason="DEBPATCH_TEST_APT is not set")
def test_a_package_of_this_machine_s_archives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    package = open_package("apt:debian-archive-keyring")
    assert package.name == "debian-archive-keyring"
    assert any(file.path == "debian/control" for file in package.files())
