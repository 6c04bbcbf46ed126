"""Series and folders of patches, as they lie on disk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from headers import CLEAN, TODAY, patch
from source_packages import packaging, write_tree

from debpatch.dep3.settings import Settings
from debpatch.dep3.targets import open_targets
from debpatch.dep3.validate import HeaderReport, validate
from debpatch.errors import DebpatchError


def package(root: Path, series: str, *names: str, **more: str) -> Path:
    """A package with this series and these patches."""
    files: dict[str, str | bytes] = {**packaging(), "debian/patches/series": series}
    files |= {f"debian/patches/{name}": patch(CLEAN) for name in names}
    return write_tree(root, files | more)


def reports(*paths: Path | str, today: date = TODAY) -> list[HeaderReport]:
    return [
        report
        for target in open_targets([str(path) for path in paths])
        for report in validate(target, Settings(), today)
    ]


def rules(*paths: Path | str) -> set[str]:
    return {finding.rule for report in reports(*paths) for finding in report.findings}


@pytest.mark.parametrize(
    ("rule", "broken", "near_miss"),
    [
        ("series-missing-patch", "a.patch\nb.patch\n", "a.patch # b.patch\n"),
        ("series-duplicate", "a.patch\na.patch -p1\n", "a.patch\n#a.patch\n"),
        ("series-strip", "a.patch -p0\n", "a.patch -p1\n"),
        ("series-unlisted", "\n", "# a.patch needs more work\n"),
    ],
)
def test_a_series_that_breaks_just_this_rule(
    tmp_path: Path, rule: str, broken: str, near_miss: str
) -> None:
    assert rules(package(tmp_path / "broken", broken, "a.patch")) == {rule}
    assert rules(package(tmp_path / "good", near_miss, "a.patch")) == set()


def test_what_another_series_lists_is_not_forgotten(tmp_path: Path) -> None:
    root = package(tmp_path, "a.patch\n", "a.patch", "sub/b.patch", "readme.txt")
    assert rules(root) == {"series-unlisted"}
    (root / "debian/patches/ubuntu.series").write_text("sub/b.patch\n")
    assert rules(root) == set()


def test_a_finding_of_a_series_points_at_its_line(tmp_path: Path) -> None:
    root = package(tmp_path, "# first\n\na.patch\nb.patch\n", "a.patch")
    (*_, series) = reports(root)
    (finding,) = series.findings
    assert (series.path, finding.line) == (str(root / "debian/patches/series"), 4)


@pytest.mark.parametrize("below", ["", "debian", "debian/patches", "debian/patches/a.patch"])
def test_a_package_may_be_named_in_many_ways(tmp_path: Path, below: str) -> None:
    root = package(tmp_path, "a.patch\n", "a.patch")
    assert reports(root / below)[0].path == str(root / "debian/patches/a.patch")


def test_the_package_around_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = package(tmp_path, "a.patch\n", "a.patch")
    monkeypatch.chdir(root / "debian")
    assert [report.path for report in reports()] == ["patches/a.patch", "patches/series"]


def test_a_folder_without_a_package(tmp_path: Path) -> None:
    write_tree(tmp_path, {"series": "b.diff\n", "a.patch": patch(CLEAN), "b.diff": patch(CLEAN)})
    assert [report.path for report in reports(tmp_path)] == [
        str(tmp_path / "b.diff"), str(tmp_path / "series"),
    ]  # fmt: skip
    (tmp_path / "series").unlink()
    assert [Path(report.path).name for report in reports(tmp_path)] == ["a.patch", "b.diff"]


def test_patches_in_no_series_and_no_package(tmp_path: Path) -> None:
    write_tree(tmp_path, {"one": patch(CLEAN), "two": patch("")})
    assert rules(tmp_path / "one") == set()
    assert rules(tmp_path / "one", tmp_path / "two") == {"description-missing", "origin-missing"}


def test_a_link_out_of_the_package_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Description: not yours\n")
    root = package(tmp_path / "package", "a.patch\n")
    (root / "debian/patches/a.patch").symlink_to(secret)
    with pytest.raises(DebpatchError, match="leads out of the source package"):
        reports(root)


@pytest.mark.parametrize("name", ["nothing", "nothing.dsc"])
def test_what_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(DebpatchError, match="nothing"):
        open_targets([str(tmp_path / name)])


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(DebpatchError, match="no series and no patches"):
        open_targets([str(tmp_path)])
