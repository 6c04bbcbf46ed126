"""What the user does not say is found where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from repos import Repo
from source_packages import packaging, write_tree

from debpatch.errors import DebpatchError
from debpatch.git.repository import Repository
from debpatch.landings.origin import named_alternatives
from debpatch.package.locate import locate
from debpatch.package.patch_file import read_patch
from debpatch.package.upstream import Inputs

BODY = "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
PLAIN = f"--- a/x.c\n+++ b/x.c\n{BODY}"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "upstream")
    made.commit({"x.c": "one\ntwo\nthree\n"}, tag="v1.0")
    made.commit({"x.c": "one\n2\nthree\n"}, "mend it")
    made.commit({"x.c": "1\n2\nthree\n"}, tag="v1.1")
    return made


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")


def write(tmp_path: Path, text: str) -> Path:
    place = tmp_path / "fix.patch"
    place.write_text(text)
    return place


def found(
    repo: Repo | None, patch: Path, package: Path | None = None, base: str | None = None
) -> tuple[str | None, str | None, str | None]:
    """The base, the tree's name and why there is none."""
    with locate(
        read_patch(patch),
        Inputs(str(repo.path) if repo else None, str(package) if package else None, base),
    ) as located:
        tree = located.tree.name if located.tree else None
        return located.base, tree, located.unknown


def test_the_base_that_is_named(repo: Repo, tmp_path: Path) -> None:
    assert found(repo, write(tmp_path, PLAIN), base="v1.0") == ("v1.0", "v1.0", None)


def test_the_base_in_quilts_paths(repo: Repo, tmp_path: Path) -> None:
    quilt = f"--- hello-1.1.orig/x.c\n+++ hello-1.1/x.c\n{BODY}"
    assert found(repo, write(tmp_path, quilt)) == ("v1.1", "v1.1", None)


@pytest.mark.parametrize(
    ("prefix", "why"),
    [
        ("a", "the patch's paths name no version; give --base"),
        ("hello", "the patch's paths name no version; give --base"),
        ("hello-3.0", "no upstream tag for hello 3.0"),
    ],
)
def test_a_base_that_cannot_be_derived_is_unknown(
    repo: Repo, tmp_path: Path, prefix: str, why: str
) -> None:
    base, tree, unknown = found(repo, write(tmp_path, PLAIN.replace("a/", f"{prefix}/")))
    assert (base, tree) == (None, None)
    assert why in (unknown or "")


def test_the_package_one_stands_in_is_not_one_for_any_patch(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quilt = f"--- hello-1.1.orig/x.c\n+++ hello-1.1/x.c\n{BODY}"
    here = write_tree(tmp_path / "other", {**packaging(version="2.0-1"), "y.c": "other\n"})
    monkeypatch.chdir(here)
    assert found(repo, write(tmp_path, quilt)) == ("v1.1", "v1.1", None)
    (here / "x.c").write_text("one\ntwo\nthree\n")
    assert "2.0-1" in (found(repo, write(tmp_path, quilt))[1] or "")


def test_the_package_that_is_named(repo: Repo, tmp_path: Path) -> None:
    package = write_tree(tmp_path / "hello", {**packaging(), "x.c": "one\ntwo\nthree\n"})
    name = "hello 1.0-1 with 0 patches applied"
    assert found(repo, write(tmp_path, PLAIN), package) == ("v1.0", name, None)


@pytest.mark.parametrize("header", ["", "Forwarded: no\n"])
def test_the_package_that_the_patch_lies_in(repo: Repo, tmp_path: Path, header: str) -> None:
    package = write_tree(
        tmp_path / "hello",
        {
            **packaging(),
            "x.c": "one\ntwo\nthree\n",
            "debian/patches/series": "fix.patch\n",
            "debian/patches/fix.patch": header + PLAIN,
        },
    )
    name = "hello 1.0-1 with 0 patches applied"  # not with the patch itself
    assert found(repo, package / "debian/patches/fix.patch") == ("v1.0", name, None)


def test_the_package_around_the_current_folder(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = write_tree(
        tmp_path / "hello", {**packaging(), "x.c": "one\ntwo\nthree\n", "src/y.c": "one\n"}
    )
    monkeypatch.chdir(package / "src")
    assert found(repo, write(tmp_path, PLAIN))[1] == "hello 1.0-1 with 0 patches applied"


def test_a_package_whose_version_upstream_does_not_have(repo: Repo, tmp_path: Path) -> None:
    """It has its own tree, so that is no reason to stop."""
    package = write_tree(tmp_path / "hello", {**packaging(version="9.9-1"), "x.c": "one\n"})
    base, tree, unknown = found(repo, write(tmp_path, PLAIN), package)
    assert (base, tree, unknown) == (None, "hello 9.9-1 with 0 patches applied", None)


def test_nothing_names_the_repository(tmp_path: Path) -> None:
    with pytest.raises(DebpatchError, match="names the upstream repository; give it with --repo"):
        found(None, write(tmp_path, PLAIN))


def test_what_is_named_and_not_there(repo: Repo, tmp_path: Path) -> None:
    patch = write(tmp_path, PLAIN)
    with pytest.raises(DebpatchError, match="'v9' is not a commit"):
        found(repo, patch, base="v9")
    with pytest.raises(DebpatchError, match="none"):
        found(repo, patch, package=tmp_path / "none")


# -- alternatives that the patch names -------------------------------------------------------------


def alternatives(repo: Repo, tmp_path: Path, header: str) -> tuple[str, ...]:
    with Repository(repo.path) as repository:
        return named_alternatives(repository, read_patch(write(tmp_path, header + PLAIN)))


def test_the_commit_in_the_header(repo: Repo, tmp_path: Path) -> None:
    fix = repo.git("rev-parse", "HEAD~1")
    for header in (
        f"Origin: backport, https://example.org/commit/{fix}\n",
        f"Origin: upstream, commit:{fix}\n",
        f"Description: mend it\n Backport of upstream {fix}.\n",
        f"From {fix} Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nSubject: mend\n\n---\n",
        f"Subject: mend\n\n(cherry picked from commit {fix})\n",
    ):
        (found_,) = alternatives(repo, tmp_path, header)
        assert fix.startswith(found_)


def test_commits_that_the_repository_does_not_have(repo: Repo, tmp_path: Path) -> None:
    gone = "0123456789abcdef0123456789abcdef01234567"
    with pytest.raises(DebpatchError, match=r"names 0123456789ab, which .* does not have"):
        alternatives(repo, tmp_path, f"Origin: upstream, commit:{gone}\n")


def test_no_commit_in_the_header(repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(DebpatchError, match="names no upstream commit; give it with --upstream"):
        alternatives(repo, tmp_path, "Description: mend it\n")
