"""A patch is read as its place says: in a series, edited, with whole paths, without a source."""

from __future__ import annotations

from pathlib import Path

import pytest
from repos import Repo
from source_packages import packaging, write_tree

from debpatch.errors import DebpatchError
from debpatch.git.repository import Repository
from debpatch.git.tree import Edit
from debpatch.landings.revisions import merges_in
from debpatch.package.locate import locate
from debpatch.package.package_tree import package_tree
from debpatch.package.patch_file import read_patch
from debpatch.package.source_package import open_package
from debpatch.package.upstream import Inputs

BODY = "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
BACK = "@@ -1,3 +1,3 @@\n one\n-2\n+two\n three\n"
PLAIN = f"--- a/src/x.c\n+++ b/src/x.c\n{BODY}"
WHOLE = f"--- src/x.c\n+++ src/x.c\n{BODY}"
SOURCE = {"src/x.c": "one\ntwo\nthree\n"}
NEW = "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+new\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "upstream")
    made.commit(SOURCE, tag="v1.0")
    made.commit({"src/x.c": "one\n2\nthree\n"}, tag="v1.1")
    return made


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")


def package_of(
    folder: Path, series: str, patches: dict[str, str], source: dict[str, str] = SOURCE
) -> Path:
    placed = {f"debian/patches/{name}": text for name, text in patches.items()}
    files = {**packaging(), **source, **placed, "debian/patches/series": series}
    return write_tree(folder / "hello-1.0", files)


def result(repo: Repo, patch: Path, package: Path | None = None, base: str | None = None) -> str:
    """What the patch makes of the file; fails where it does not apply."""
    with locate(
        read_patch(patch), Inputs(str(repo.path), str(package) if package else None, base)
    ) as located:
        assert located.tree is not None
        edit = Edit.of(located.tree)
        assert edit.apply(located.patch.files) == []
        return (edit.write("after").read("src/x.c") or b"").decode()


@pytest.mark.parametrize(
    ("options", "text"),
    [(" -p0", WHOLE), (" -R", f"--- a/src/x.c\n+++ b/src/x.c\n{BACK}"), ("", PLAIN)],
)
def test_the_options_of_the_series(repo: Repo, tmp_path: Path, options: str, text: str) -> None:
    package = package_of(tmp_path, f"fix.patch{options}\n", {"fix.patch": text})
    patch = package / "debian/patches/fix.patch"
    assert result(repo, patch, package) == "one\n2\nthree\n"


def test_an_edited_version_replaces_the_patch_of_its_name(repo: Repo, tmp_path: Path) -> None:
    package = package_of(tmp_path, "fix.patch\n", {"fix.patch": PLAIN})
    edited = tmp_path / "fix.patch"
    edited.write_text(PLAIN.replace("+2", "+II"))
    assert result(repo, edited, package) == "one\nII\nthree\n"


def test_another_name_and_header_is_the_same_patch(repo: Repo, tmp_path: Path) -> None:
    package = package_of(tmp_path, "fix.patch\n", {"fix.patch": PLAIN})
    renamed = tmp_path / "other.patch"
    renamed.write_text(f"Description: x\n\n{PLAIN}-- \n2.39\n")
    assert result(repo, renamed, package) == "one\n2\nthree\n"


def test_whole_paths_where_only_they_are_the_trees(repo: Repo, tmp_path: Path) -> None:
    patch = tmp_path / "fix.patch"
    patch.write_text(WHOLE)
    assert result(repo, patch, base="v1.0") == "one\n2\nthree\n"


def test_a_base_that_is_named_wins_over_a_package_that_is_found(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = package_of(tmp_path, "", {}, {"src/x.c": "other\n"})
    monkeypatch.chdir(package)
    patch = tmp_path / "fix.patch"
    patch.write_text(PLAIN)
    with locate(read_patch(patch), Inputs(str(repo.path), base="v1.0")) as located:
        assert located.tree
        assert (located.tree.name, located.found) == ("v1.0", "--base")
    with locate(read_patch(patch), Inputs(str(repo.path))) as located:
        assert located.tree
        assert located.tree.read("src/x.c") == b"other\n"
        assert located.found == "the package around the current directory"


def test_a_base_that_is_not_there_is_an_error_beside_a_package_too(
    repo: Repo, tmp_path: Path
) -> None:
    package = package_of(tmp_path, "fix.patch\n", {"fix.patch": PLAIN})
    with pytest.raises(DebpatchError, match="'v9' is not a commit"):
        result(repo, package / "debian/patches/fix.patch", package, "v9")


def test_packaging_alone_goes_onto_its_base(repo: Repo, tmp_path: Path) -> None:
    package = package_of(
        tmp_path, "new.patch\nfix.patch\n", {"new.patch": NEW, "fix.patch": PLAIN}, {}
    )
    patch = package / "debian/patches/fix.patch"
    with locate(read_patch(patch), Inputs(str(repo.path))) as located:
        assert located.tree
        assert sorted(located.tree.paths) == ["new.c", "src/x.c"]
        assert located.notice is None


def test_a_series_that_does_not_apply_gives_way_to_the_base(repo: Repo, tmp_path: Path) -> None:
    broken = PLAIN.replace(" one\n", " uno\n")
    patches = {"broken.patch": broken, "fix.patch": PLAIN}
    package = package_of(tmp_path, "broken.patch\nfix.patch\n", patches)
    patch = package / "debian/patches/fix.patch"
    with locate(read_patch(patch), Inputs(str(repo.path))) as located:
        assert located.tree
        assert located.tree.name == "v1.0"
        assert located.notice is not None
        assert "broken.patch of the series does not apply" in located.notice


@pytest.mark.parametrize("first", [NEW, "Description: nothing yet\n"])
def test_an_applied_series_whose_first_patch_tells_nothing(
    repo: Repo, tmp_path: Path, first: str
) -> None:
    source = {"src/x.c": "one\n2\nthree\n", "new.c": "new\n"}
    patches = {"first.patch": first, "fix.patch": PLAIN}
    package = package_of(tmp_path, "first.patch\nfix.patch\n", patches, source)
    assert result(repo, package / "debian/patches/fix.patch", package) == "one\n2\nthree\n"


def test_what_quilt_has_applied_must_be_what_the_series_has(repo: Repo, tmp_path: Path) -> None:
    package = package_of(tmp_path, "new.patch\nfix.patch\n", {"new.patch": NEW, "fix.patch": PLAIN})
    write_tree(package, {".pc/applied-patches": "fix.patch\n"})
    with (
        Repository(repo.path) as repository,
        pytest.raises(DebpatchError, match=r"quilt has applied fix\.patch, but .* new\.patch"),
    ):
        package_tree(repository, open_package(package))


def test_merges_of_a_range_are_told(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side", "v1.0")
    repo.commit({"y.c": "y\n"})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    with Repository(repo.path) as repository:
        assert merges_in(repository, "v1.0..main") == (repo.git("rev-parse", "main"),)
        assert merges_in(repository, "v1.0..v1.1, side") == ()


def test_what_an_abbreviation_may_stand_for(repo: Repo) -> None:
    one, other = repo.namesakes()
    short = one[:4]
    with Repository(repo.path) as repository:
        assert set(repository.abbreviated(short)) >= {one, other}
