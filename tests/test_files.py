"""Files are written whole or not at all; tests/trust kills what writes them."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from debpatch.errors import DebpatchError
from debpatch.files import write_documents, write_file, write_folder


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_mode_that_any_has_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    file = tmp_path / "a {name}"
    write_file(file, [b"one ", b"two"])
    assert (file.read_bytes(), mode(file)) == (b"one two", 0o640)
    file.chmod(0o604)
    write_file(file, [b"three"])
    assert (file.read_bytes(), mode(file)) == (b"three", 0o604)
    write_documents(tmp_path, {file.name: b"four", "b": b"five"})
    assert (file.read_bytes(), mode(file), mode(tmp_path / "b")) == (b"four", 0o604, 0o640)
    write_folder(tmp_path / "c", {"d/e": b"six"})
    assert [mode(tmp_path / name) for name in ("c", "c/d", "c/d/e")] == [0o750, 0o750, 0o640]


def test_a_file_stays_where_its_text_cannot_be_made(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise DebpatchError("no more of it")

    file = tmp_path / "file"
    file.write_text("old")
    with pytest.raises(DebpatchError, match="no more of it"):
        write_file(file, pieces())
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write_file, args=(pipe, [b"one ", b"two"]))
    writer.start()
    assert pipe.read_bytes() == b"one two"
    writer.join()
    assert pipe.is_fifo()


@pytest.mark.parametrize("taken", ["a", "b"])
def test_documents_where_there_is_a_folder(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken / "inside").mkdir(parents=True)
    with pytest.raises(DebpatchError, match=f"^{tmp_path}: cannot write there: .* directory$"):
        write_documents(tmp_path, {"a": b"1", "b": b"2"})
    assert (tmp_path / taken / "inside").is_dir()
