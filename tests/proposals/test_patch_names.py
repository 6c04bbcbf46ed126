"""New patches are called as the package's others are."""

from __future__ import annotations

import pytest

from debpatch.proposals.new_patches import name_patch, read_scheme

SUBJECT = "dco: Fix the read_path of DCO (Linux)"


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ([], "dco-fix-the-read_path-of-dco-linux.patch"),
        (["fix-build.patch"], "dco-fix-the-read_path-of-dco-linux.patch"),
        (["fix-build.diff", "spelling.diff"], "dco-fix-the-read_path-of-dco-linux.diff"),
        (["fix_the_build.patch", "a_b.patch"], "dco_fix_the_read_path_of_dco_linux.patch"),
        (["Fix-Build", "Other-Thing"], "dco-Fix-the-read_path-of-DCO-Linux"),
        (
            ["0001-A-thing.patch", "0007-Other.patch"],
            "0008-dco-Fix-the-read_path-of-DCO-Linux.patch",
        ),
        (["01_a_b.patch", "02_c_d.patch"], "03_dco_fix_the_read_path_of_dco_linux.patch"),
        (
            ["debian/a.patch", "upstream/b.patch"],
            "upstream/dco-fix-the-read_path-of-dco-linux.patch",
        ),
        (["fixes/a.patch", "fixes/b.patch"], "fixes/dco-fix-the-read_path-of-dco-linux.patch"),
        (["a/a.patch", "b/b.patch"], "dco-fix-the-read_path-of-dco-linux.patch"),
        (["CVE-2025-1000.patch"], "dco-fix-the-read_path-of-dco-linux.patch"),
    ],
)
def test_names_follow_the_series(series: list[str], expected: str) -> None:
    assert name_patch(read_scheme(series), SUBJECT, SUBJECT, set(series)) == expected


def test_a_package_that_names_patches_by_cve_goes_on_to() -> None:
    scheme = read_scheme(["CVE-2025-1000.patch", "fix-build.patch"])
    assert name_patch(scheme, SUBJECT, f"{SUBJECT}\n\nCVE-2026-2000", ()) == "CVE-2026-2000.patch"
    both = f"{SUBJECT}\n\nCVE-2026-2000 and CVE-2026-2001"
    assert name_patch(scheme, SUBJECT, both, ()).startswith("dco-fix")


def test_a_name_is_given_once() -> None:
    scheme = read_scheme([])
    assert name_patch(scheme, "a b", "", {"a-b.patch", "a-b-2.patch"}) == "a-b-3.patch"


@pytest.mark.parametrize("subject", ["../../etc/passwd", "...", "/x", "日本", "a" * 300, "-R", " "])
def test_no_subject_leads_anywhere(subject: str) -> None:
    name = name_patch(read_scheme([]), subject, subject, ())
    assert "/" not in name
    assert name[0] not in ".-"
    assert 7 <= len(name) <= 60
