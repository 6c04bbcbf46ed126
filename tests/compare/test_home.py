"""A name for another is a renaming only where both are at home."""

from __future__ import annotations

from pathlib import Path

from command_line import debpatch
from repos import Repo

BEFORE = """\
#include <tls.h>

static int
link_open(struct link *link)
{
    connect_socket(link);
    return 0;
}

static int
link_peek(struct link *link)
{
    return %s(link);
}
"""
LINE = "    connect_socket(link);\n"


def compared(
    folder: Path, base: str, before: str, upstream: str, patched: str
) -> tuple[list[str], list[str]]:
    """The hunks' statuses, and the renamings, of a port to ``base`` of upstream's change."""
    repo = Repo(folder / "upstream")
    repo.commit({"link.c": base}, "release", tag="v1")
    repo.commit({"link.c": before}, "development")
    fix = repo.commit({"link.c": upstream}, "fix")
    repo.git("checkout", "-q", "v1")
    repo.write({"link.c": patched})
    patch = folder / "port.patch"
    patch.write_bytes(repo.run("diff").stdout)
    done = debpatch(
        "diff-upstream", "--repo", repo.path, "--base", "v1", "--upstream", fix,
        "--format", "json", patch,
    )  # fmt: skip
    (comparison,) = done.json["comparisons"]
    names = [f"{i['upstream']} -> {i['patch']}" for i in comparison["identifiers"]]
    return [hunk["status"] for hunk in comparison["hunks"]], names


def test_one_constant_for_another_is_no_renaming(tmp_path: Path) -> None:
    base = BEFORE % "peek"
    peer = base.replace(LINE, LINE + "    tls_verify(link, TLS_VERIFY_PEER);\n")
    none = base.replace(LINE, LINE + "    tls_verify(link, TLS_VERIFY_NONE);\n")
    assert compared(tmp_path, base, base, peer, none) == (["adapted"], [])


def test_one_function_for_another_that_both_know_is_no_renaming(tmp_path: Path) -> None:
    base = BEFORE % "read_locked"
    locked = base.replace(LINE, LINE + "    read_all(link);\n")
    plain = base.replace(LINE, LINE + "    read_locked(link);\n")
    assert compared(tmp_path, base, base, locked, plain) == (["adapted"], [])


def test_the_older_name_that_the_base_has_is_one(tmp_path: Path) -> None:
    new, old = BEFORE % "link_read", BEFORE % "link_receive"
    fixed = new.replace(LINE, LINE + "    link_read(link);\n")
    patched = old.replace(LINE, LINE + "    link_receive(link);\n")
    found = compared(tmp_path, old, new, fixed, patched)
    assert found == (["renamed"], ["link_read -> link_receive"])
