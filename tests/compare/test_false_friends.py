"""Ports that look equal and are not: none of them may pass for upstream's change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import debpatch
from repos import Repo

CODE = """\
int
process(struct packet *p, int n)
{
    int a = n;
    int b = n + 1;
    use(p->buffer);
    done(p);
    last(p);
    return 0;
}
"""
FILES = {"v4/a.c": CODE, "v6/a.c": CODE, "run.sh": "#!/bin/sh\nexec tool\n", "logo.png": "\0one"}
USE = "    use(p->buffer);\n"

Edit = Callable[[Repo], None]


def change(path: str, old: str, new: str) -> Edit:
    return lambda repo: repo.write({path: FILES[path].replace(old, new)})


def executable(repo: Repo) -> None:
    (repo.path / "run.sh").chmod(0o755)


def both(*edits: Edit) -> Edit:
    def edit(repo: Repo) -> None:
        for each in edits:
            each(repo)

    return edit


ARGUMENT = change("v4/a.c", "last(p)", "last(p, a)")
BODY = "    one();\n    one();\n    one();\n    two();\n    one();\n    one();\n    one();\n"
LOOKALIKES = "".join(f"int f{n}(void)\n{{\n{BODY}}}\n\n" for n in range(60))


@pytest.mark.parametrize(
    ("upstream", "patch"),
    [
        pytest.param(both(executable, ARGUMENT), ARGUMENT, id="mode-dropped"),
        pytest.param(
            both(lambda r: r.write({"logo.png": "\0two"}), ARGUMENT), ARGUMENT, id="binary-dropped"
        ),
        pytest.param(
            lambda r: r.write({"logo.png": "\0two"}),
            lambda r: r.write({"logo.png": "\0three"}),
            id="another-binary",
        ),
        pytest.param(
            both(lambda r: r.write({"empty": ""}), ARGUMENT), ARGUMENT, id="empty-file-dropped"
        ),
        pytest.param(
            both(lambda r: (r.path / "run.sh").rename(r.path / "go.sh"), ARGUMENT),  # type: ignore[arg-type]
            ARGUMENT,
            id="rename-dropped",
        ),
        pytest.param(ARGUMENT, change("v6/a.c", "last(p)", "last(p, a)"), id="another-file"),
        pytest.param(
            both(change("v4/a.c", USE + "    done(p);\n", "    done(p);\n" + USE)),
            change("v4/a.c", "    int a = n;\n", "    int a = n;\n" + USE),
            id="moved-the-other-way",
        ),
        pytest.param(
            both(change("v6/a.c", USE + "    done(p);\n", "    done(p);\n" + USE), ARGUMENT),
            ARGUMENT,
            id="a-move-left-out",
        ),
    ],
)
def test_it_differs(tmp_path: Path, upstream: Edit, patch: Edit) -> None:
    repo = Repo(tmp_path / "upstream")
    base = repo.commit(FILES, "release", tag="v1")
    upstream(repo)
    fix = repo.commit({}, "fix")
    repo.git("checkout", "-q", base)
    patch(repo)
    repo.git("add", "-A")
    file = tmp_path / "port.patch"
    file.write_bytes(repo.run("diff", "--cached", "--binary", "--full-index").stdout)
    done = debpatch(
        "diff-upstream", "--repo", repo.path, "--base", "v1", "--upstream", fix, "--format",
        "json", file,
    )  # fmt: skip
    assert done.code == 1
    assert done.json["comparisons"][0]["verdict"] in {"adapted", "diverged"}


def test_one_of_many_alike_is_left_out(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "upstream")
    base = repo.commit({"a.c": LOOKALIKES}, "release", tag="v1")
    fix = repo.commit({"a.c": LOOKALIKES.replace("two()", "two(1)")}, "fix")
    repo.git("checkout", "-q", base)
    kept = LOOKALIKES.replace("two()", "two(1)").split("\n\n")
    kept[30] = kept[30].replace("two(1)", "two()")
    repo.write({"a.c": "\n\n".join(kept)})
    file = tmp_path / "port.patch"
    file.write_bytes(repo.run("diff").stdout)
    done = debpatch(
        "diff-upstream", "--repo", repo.path, "--base", "v1", "--upstream", fix, "--format",
        "json", file,
    )  # fmt: skip
    (comparison,) = done.json["comparisons"]
    missing = [h["upstream"]["number"] for h in comparison["hunks"] if h["status"] == "missing"]
    assert (comparison["summary"]["identical"], missing) == (59, [31])
