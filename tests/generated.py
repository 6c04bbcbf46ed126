"""Random histories of two branches that touch the same files in many ways."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

from repos import Repo

_ATTRIBUTES = (
    "*.txt merge=union\n",
    "*.txt -merge\n",
    "a.txt binary\n",
    "*.txt -text\n",
    "[attr]joined merge=union\n*.c joined\n",
    "*.c merge=custom\n",
    "/sub/*.txt merge=union conflict-marker-size=12\n",
    "* text=auto eol=crlf\n",
)
_NAMES = ("a.txt", "b.c", "sub/a.txt", "sub/deep/c.c", "other/d.txt", "sub/e.c", "sp ace.txt")


class Generator:
    """Makes one history from one seed, and the picks to try on it."""

    def __init__(self, repo: Repo, seed: int) -> None:
        self.repo = repo
        self.random = random.Random(seed)

    def build(self) -> tuple[list[str], list[str]]:
        """Give the commits of one branch and those of the other, oldest first."""
        repo = self.repo
        names = os.fsdecode(b"latin-\xe9.txt"), "quo\"te\\'.c", *_NAMES
        files: dict[str, bytes | str | None] = {name: self._text(name) for name in names}
        files["data.bin"] = bytes(range(256)) * 4
        files["crlf.txt"] = "".join(f"line {n}\r\n" for n in range(20))
        repo.commit(files, "start")
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
        repo.git("commit", "-q", "-m", "submodule")
        (repo.path / "module").mkdir(exist_ok=True)
        branches = []
        for name in ("topic", "stable"):
            repo.git("checkout", "-q", "--force", "-B", name, "main")
            branches.append([self._change() for _ in range(4)])
        return branches[0], branches[1]

    def _text(self, name: str) -> str:
        return "".join(f"{Path(name).name} line {n}\n" for n in range(self.random.randint(6, 30)))

    def _change(self) -> str:
        operations: list[Callable[[], None]] = [
            *[self._edit] * 6, self._rename, self._rename_folder, self._delete, self._add,
            self._mode, self._link, self._binary, self._newline, self._attributes, self._module,
            self._swap_kind,
        ]  # fmt: skip
        for operation in self.random.choices(operations, k=self.random.randint(1, 4)):
            operation()
        self.repo.git("add", "-A", "--", ".", ":!module")
        self.repo.clock += 60
        self.repo.git("commit", "-q", "--allow-empty", "-m", f"change {self.repo.clock}")
        return self.repo.head()

    def _pick_file(self) -> Path:
        """One of the files, links left out."""
        root = self.repo.path
        paths = (path for path in root.rglob("*") if path.relative_to(root).parts[0] != ".git")
        files = (path for path in paths if path.is_file() and not path.is_symlink())
        return self.random.choice(sorted(files, key=os.fspath))

    def _edit(self) -> None:
        path = self._pick_file()
        lines = path.read_bytes().splitlines(keepends=True) or [b"first\n"]
        at = self.random.randrange(len(lines))
        count = self.random.randint(0, 2)
        # Few words to choose from, so that both sides now and then make the same change.
        new = [b"changed %d\n" % self.random.randint(1, 3)] * self.random.randint(0, 2)
        lines[at : at + count] = new
        path.write_bytes(b"".join(lines))

    def _rename(self) -> None:
        path = self._pick_file()
        name = self.random.choice(["moved.txt", "sub/moved.c", f"other/{path.name}"])
        target = self.repo.path / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)

    def _rename_folder(self) -> None:
        if (self.repo.path / "sub").is_dir() and not (self.repo.path / "new").exists():
            (self.repo.path / "sub").rename(self.repo.path / "new")

    def _delete(self) -> None:
        self._pick_file().unlink()

    def _add(self) -> None:
        name = self.random.choice(["added.txt", "sub/added.c", "sub2"])
        path = self.repo.path / name
        if not path.is_dir():
            path.parent.mkdir(exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_text(f"added {self.random.randint(1, 2)}\n" * 3)

    def _mode(self) -> None:
        path = self._pick_file()
        path.chmod(path.stat().st_mode ^ 0o111)

    def _link(self) -> None:
        path = self._pick_file()
        path.unlink()
        path.symlink_to(self.random.choice(["a.txt", "nowhere"]))

    def _binary(self) -> None:
        path = self.repo.path / "data.bin"
        if path.is_file():
            path.write_bytes(path.read_bytes() + bytes([0, self.random.randint(1, 3)]))

    def _newline(self) -> None:
        path = self._pick_file()
        path.write_bytes(path.read_bytes().rstrip(b"\n"))

    def _attributes(self) -> None:
        folder = self.random.choice(["", "sub/"])
        path = self.repo.path / f"{folder}.gitattributes"
        if path.parent.is_dir():
            path.write_text(self.random.choice(_ATTRIBUTES))

    def _module(self) -> None:
        commit = self.random.choice("23") * 40
        self.repo.git("update-index", "--add", "--cacheinfo", f"160000,{commit},module")

    def _swap_kind(self) -> None:
        """A file becomes a folder."""
        path = self._pick_file()
        path.unlink()
        (path / "inside").mkdir(parents=True)
        (path / "inside" / "file.txt").write_text("inside\n")
