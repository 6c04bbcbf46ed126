"""Headers held against upstream repositories that the test makes with Git."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from headers import TODAY
from repos import Repo
from source_packages import packaging, write_tree

from debpatch.dep3.fix import mend
from debpatch.dep3.rules import all_rules
from debpatch.dep3.settings import Settings
from debpatch.dep3.targets import PatchSet, open_targets
from debpatch.dep3.validate import Finding, HeaderReport, look_up, validate
from debpatch.git.repository import Repository

EVIDENCE = {rule.id for rule in all_rules() if rule.kind == "evidence"}


def source(*changes: tuple[int, str]) -> str:
    lines = [f"line {n};" for n in range(1, 31)]
    for number, text in changes:
        lines[number - 1] = text
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Upstream:
    """A fix on main in 1.1, its backport on a stable branch in 1.0.1, and what is near it."""

    repo: Repo
    fix: str
    port: str
    other: str

    def diff(self, sha: str, *options: str) -> str:
        return self.repo.git("diff-tree", "-p", *options, f"{sha}^", sha) + "\n"


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Upstream:
    repo = Repo(tmp_path_factory.mktemp("upstream"))
    repo.commit({"a.c": source()}, "Begin", tag="v1.0")
    repo.git("branch", "stable")
    repo.commit({"a.c": source((3, "new feature;"))}, "Grow")
    fix = repo.commit(
        {"a.c": source((3, "new feature;"), (5, "guard;"), (15, "checked;"))},
        "Fix the overflow",
        tag="v1.1",
    )
    other = repo.commit(
        {"a.c": source((3, "new feature;"), (5, "guard;"), (15, "checked;"), (25, "other;"))},
        "Do something else",
        tag="v1.2",
    )
    repo.git("checkout", "-q", "stable")
    port = repo.commit(
        {"a.c": source((5, "guard;"), (15, "checked;"))},
        f"Fix the overflow on stable\n\n(cherry picked from commit {fix})",
        tag="v1.0.1",
    )
    return Upstream(repo, fix, port, other)


def check(upstream: Upstream, target: PatchSet, base: str | None = "v1.0") -> HeaderReport:
    with Repository(upstream.repo.path) as repository:
        found = look_up(target, repository, base)
        return next(validate(target, Settings(), TODAY, found))


def report(
    upstream: Upstream, tmp_path: Path, fields: str, diff: str, base: str | None = "v1.0"
) -> HeaderReport:
    """What there is to say of a patch with these fields."""
    header = f"Description: Fix it\nAuthor: A <a@b.example>\nLast-Update: 2024-05-01\n{fields}"
    place = tmp_path / "x.patch"
    place.write_text(header + diff)
    return check(upstream, open_targets([str(place)]).pop(), base)


def proofs(report: HeaderReport) -> dict[str, Finding]:
    return {finding.rule: finding for finding in report.findings if finding.rule in EVIDENCE}


ADAPTED = """\
--- a/a.c
+++ b/a.c
@@ -2,7 +2,7 @@
 line 2;
 line 3;
 line 4;
-line 5;
+guard;
 line 6;
 line 7;
 line 8;
@@ -12,7 +12,7 @@
 line 12;
 line 13;
 line 14;
-line 15;
+checked, but otherwise;
 line 16;
 line 17;
 line 18;
"""


# -- Origin ----------------------------------------------------------------------------------------


def test_a_commit_that_is_not_there(upstream: Upstream, tmp_path: Path) -> None:
    fields = "Origin: upstream, commit:{}\nApplied-Upstream: 1.1\n"
    wrong = report(upstream, tmp_path, fields.format("f" * 39 + "0"), upstream.diff(upstream.fix))
    assert proofs(wrong)["commit-unknown"].line == 4
    assert wrong.unverifiable == "the repository has none of the commits that are named"
    for origin in (f"upstream, commit:{upstream.fix[:10]}", f"vendor, commit:{'f' * 40}",
                   f"upstream, https://forge.example/x/commit/{'f' * 40}"):  # fmt: skip
        text = f"Origin: {origin}\nApplied-Upstream: 1.1\n"
        right = report(upstream, tmp_path, text, upstream.diff(upstream.fix))
        assert "commit-unknown" not in proofs(right)


def test_a_shallow_clone_knows_of_no_missing_commit(upstream: Upstream, tmp_path: Path) -> None:
    clone = tmp_path / "shallow"
    upstream.repo.git("clone", "-q", "--depth=1", f"file://{upstream.repo.path}", str(clone))
    shallow = Upstream(Repo(clone), upstream.fix, upstream.port, upstream.other)
    fields = f"Origin: upstream, commit:{'f' * 40}\n"
    found = report(shallow, tmp_path, fields, upstream.diff(upstream.fix), None)
    assert "commit-unknown" not in proofs(found)


def test_upstream_that_is_a_backport(upstream: Upstream, tmp_path: Path) -> None:
    fields = f"Origin: upstream, commit:{upstream.fix}\nApplied-Upstream: 1.1\n"
    finding = proofs(report(upstream, tmp_path, fields, ADAPTED))["origin-differs"]
    assert "adapted" in finding.message
    assert [witness.sha for witness in finding.evidence] == [upstream.fix]
    assert [witness.released_in for witness in finding.evidence] == ["v1.1"]
    data = (tmp_path / "x.patch").read_bytes()
    mended = mend(data, [finding], TODAY).decode()
    assert f"\nOrigin: backport, commit:{upstream.fix}\n" in mended
    backport = fields.replace("upstream,", "backport,")
    assert not proofs(report(upstream, tmp_path, backport, ADAPTED))


def test_upstream_that_is_something_else(upstream: Upstream, tmp_path: Path) -> None:
    fields = f"Origin: upstream, commit:{upstream.other}\nApplied-Upstream: 1.2\n"
    words = "--- a/README\n+++ b/README\n@@ -1 +1,2 @@\n Words.\n+Nothing but words.\n"
    finding = proofs(report(upstream, tmp_path, fields, words))["origin-differs"]
    assert "diverged" in finding.message
    assert not finding.edits


def test_backport_that_is_identical(upstream: Upstream, tmp_path: Path) -> None:
    fields = f"Origin: backport, commit:{upstream.port}\nApplied-Upstream: 1.0.1\n"
    identical = report(upstream, tmp_path, fields, upstream.diff(upstream.port))
    assert set(proofs(identical)) == {"backport-identical"}
    adapted = report(upstream, tmp_path, fields, ADAPTED)
    assert not proofs(adapted)


@pytest.mark.parametrize("category", ["upstream", "backport"])
def test_only_context_differs(upstream: Upstream, tmp_path: Path, category: str) -> None:
    fields = f"Origin: {category}, commit:{upstream.fix}\nApplied-Upstream: 1.1\n"
    found = report(upstream, tmp_path, fields, upstream.diff(upstream.port))
    assert set(proofs(found)) == {"only-context-differs"}


def test_an_offset_is_no_difference(upstream: Upstream, tmp_path: Path) -> None:
    fields = f"Origin: upstream, commit:{upstream.port}\nApplied-Upstream: 1.0.1\n"
    diff = upstream.diff(upstream.port).replace("@@ -2,7 +2,7 @@", "@@ -9,7 +9,7 @@")
    assert not proofs(report(upstream, tmp_path, fields, diff))


def test_two_commits_in_one_patch_are_upstreams(upstream: Upstream, tmp_path: Path) -> None:
    fields = (
        f"Origin: upstream, commit:{upstream.fix}, commit:{upstream.other}\nApplied-Upstream: 1.2\n"
    )
    both = upstream.repo.git("diff-tree", "-p", f"{upstream.fix}^", upstream.other) + "\n"
    assert "origin-differs" not in proofs(report(upstream, tmp_path, fields, both))


def test_an_origin_that_the_text_tells(upstream: Upstream, tmp_path: Path) -> None:
    text = f"\nThis is commit {upstream.fix[:12]} of upstream.\n"
    found = report(upstream, tmp_path, text, upstream.diff(upstream.fix))
    finding = proofs(found)["origin-not-said"]
    assert finding.adds == (("Origin", f"upstream, commit:{upstream.fix}"),)
    said = f"Origin: upstream, commit:{upstream.fix}\n{text}"
    assert "origin-not-said" not in proofs(
        report(upstream, tmp_path, said, upstream.diff(upstream.fix))
    )


def test_a_commit_mentioned_in_passing_is_no_origin(upstream: Upstream, tmp_path: Path) -> None:
    text = f"\nThis is better than commit {upstream.other[:12]} was.\n"
    assert not proofs(report(upstream, tmp_path, text, ADAPTED))


# -- Applied-Upstream ------------------------------------------------------------------------------


def test_a_fix_that_has_landed(upstream: Upstream, tmp_path: Path) -> None:
    link = "https://forge.example/x/commit/"
    fields = f"Origin: backport, {link}{upstream.fix}\n"
    found = report(upstream, tmp_path, fields, ADAPTED)
    finding = proofs(found)["applied-upstream-missing"]
    assert "1.0.1" in finding.message
    assert "1.1" in finding.message
    assert finding.adds == (("Applied-Upstream", f"1.0.1, {link}{upstream.port}"),)
    assert {(seen.sha, seen.released_in) for seen in finding.evidence} == {
        (upstream.fix, "v1.1"), (upstream.port, "v1.0.1"),
    }  # fmt: skip
    said = f"{fields}Applied-Upstream: 1.0.1, commit:{upstream.port}\n"
    assert not proofs(report(upstream, tmp_path, said, ADAPTED))


def test_where_the_base_is_unknown_the_oldest_release_counts(
    upstream: Upstream, tmp_path: Path
) -> None:
    fields = f"Origin: backport, commit:{upstream.fix}\n"
    finding = proofs(report(upstream, tmp_path, fields, ADAPTED, None))["applied-upstream-missing"]
    assert finding.adds[0][1].startswith("1.0.1, ")


def test_a_release_that_lacks_the_commit(upstream: Upstream, tmp_path: Path) -> None:
    fields = f"Origin: backport, commit:{upstream.other}\nApplied-Upstream: 1.1, commit:"
    fields += upstream.other + "\n"
    diff = upstream.diff(upstream.other)
    finding = proofs(report(upstream, tmp_path, fields, diff))["applied-upstream-release"]
    assert "1.2" in finding.message
    mended = mend((tmp_path / "x.patch").read_bytes(), [finding], TODAY).decode()
    assert f"\nApplied-Upstream: 1.2, commit:{upstream.other}\n" in mended
    for version in ("1.2", "v1.2", "7.5"):
        text = fields.replace(": 1.1", f": {version}")
        assert "applied-upstream-release" not in proofs(report(upstream, tmp_path, text, diff))


def test_the_releases_of_every_branch_count(upstream: Upstream, tmp_path: Path) -> None:
    for version in ("1.0.1", "1.1", "1.2"):
        fields = f"Origin: backport, commit:{upstream.fix}\nApplied-Upstream: {version}\n"
        assert not proofs(report(upstream, tmp_path, fields, ADAPTED))


def test_commits_that_have_nothing_to_do_with_each_other(
    upstream: Upstream, tmp_path: Path
) -> None:
    fields = "Origin: backport, commit:{}\nApplied-Upstream: commit:{}\n"
    wrong = fields.format(upstream.fix, upstream.other)
    assert "commits-disagree" in proofs(report(upstream, tmp_path, wrong, ADAPTED))
    for one, other in ((upstream.fix, upstream.port), (upstream.port, upstream.fix)):
        right = fields.format(one, other)
        assert "commits-disagree" not in proofs(report(upstream, tmp_path, right, ADAPTED))


def test_a_fix_in_the_packaged_version(upstream: Upstream, tmp_path: Path) -> None:
    fields = f"Origin: backport, commit:{upstream.fix}\n"
    found = report(upstream, tmp_path, fields, ADAPTED, "v1.0.1")
    assert set(proofs(found)) == {"already-in-base"}
    assert "already-in-base" not in proofs(report(upstream, tmp_path, fields, ADAPTED, "v1.0"))


# -- what a mail of Git's says ---------------------------------------------------------------------


def test_a_cherry_picked_commit_is_recognised(upstream: Upstream, tmp_path: Path) -> None:
    place = tmp_path / "0001.patch"
    mail = upstream.repo.git("format-patch", "-1", "--stdout", upstream.port)
    place.write_text(mail + "\n")
    found = check(upstream, open_targets([str(place)]).pop())
    assert set(proofs(found)) == {"origin-not-said", "applied-upstream-missing"}
    assert proofs(found)["origin-not-said"].message.count("identical") == 1
    place.write_bytes(mend(place.read_bytes(), found.findings, TODAY))
    assert upstream.repo.git("apply", "--check", "--reverse", str(place)) == ""
    again = check(upstream, open_targets([str(place)]).pop())
    assert not again.findings


def test_an_equal_commit_on_another_branch_is_a_landing(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "upstream")
    repo.commit({"a.c": source()}, "Begin", tag="v1.0")
    repo.git("branch", "stable")
    fix = repo.commit({"a.c": source((5, "guard;"))}, "Fix", tag="v2.0")
    repo.git("checkout", "-q", "stable")
    same = repo.commit({"a.c": source((5, "guard;"))}, "Fix", tag="v1.1")
    repo.commit({"a.c": source((5, "guard;"), (9, "x;"))}, "Fix", tag="v1.2")
    upstream = Upstream(repo, fix, same, fix)
    found = report(upstream, tmp_path, f"Origin: upstream, commit:{fix}\n", upstream.diff(fix))
    evidence = proofs(found)["applied-upstream-missing"].evidence
    assert {seen.sha for seen in evidence} == {fix, same}


@pytest.mark.parametrize(
    ("message", "is_port"),
    [
        ("Guard b\n\nThis backports commit {}.", True),
        ("Guard b\n\nBackport the guard that commit {} has.", True),
        ("Guard b\n\nThis is a reworked backport of {}", True),
        ("Prepare for the guard: needed for backport of commit {}", True),
        ("Backport {}", True),
        ("Guard b\n\n(backported from commit {})", True),
        ("Guard b\n\nThis must be backported along with {}", False),
        ("Guard b\n\nNo backport is needed, this was merged with {}", False),
        ("Guard b\n\nThe backport of {} broke it.", False),
        ("Guard b\n\nNot needed since {}", False),
    ],
)
def test_a_backport_in_upstreams_own_words(tmp_path: Path, message: str, is_port: bool) -> None:
    repo = Repo(tmp_path / "upstream")
    repo.commit({"a.c": source()}, "Begin", tag="v1.0")
    repo.git("branch", "stable")
    fix = repo.commit({"a.c": source((5, "guard;"))}, "Fix", tag="v2.0")
    repo.git("checkout", "-q", "stable")
    port = repo.commit({"b.c": "guard\n"}, message.format(fix[:9]), tag="v1.1")
    upstream = Upstream(repo, fix, port, fix)
    found = report(upstream, tmp_path, f"Origin: upstream, commit:{fix}\n", upstream.diff(fix))
    finding = proofs(found)["applied-upstream-missing"]
    assert {seen.sha for seen in finding.evidence} == ({fix, port} if is_port else {fix})
    where = f"1.1, commit:{port}" if is_port else f"2.0, commit:{fix}"
    assert finding.adds == (("Applied-Upstream", where),)


def test_what_names_no_commit_is_unverifiable(upstream: Upstream, tmp_path: Path) -> None:
    found = report(upstream, tmp_path, "Origin: vendor\n", ADAPTED)
    assert found.unverifiable == "no upstream commit is named"
    assert not proofs(found)


def test_a_damaged_diff_is_unverifiable(upstream: Upstream, tmp_path: Path) -> None:
    damaged = ADAPTED.replace("+guard;\n", "")
    found = report(upstream, tmp_path, f"Origin: upstream, commit:{upstream.fix}\n", damaged)
    assert found.unverifiable
    assert not proofs(found)


# -- the changelog ---------------------------------------------------------------------------------


def test_a_bug_that_the_changelog_closes(tmp_path: Path) -> None:
    header = "Description: Fix it\nAuthor: A <a@b.example>\nLast-Update: 2024-05-01\n"
    files = packaging()
    files["debian/changelog"] = files["debian/changelog"].replace(
        "* First.", "* fix-it.patch: do so. (Closes: #123456)"
    )
    files |= {
        "debian/patches/series": "fix-it.patch\n",
        "debian/patches/fix-it.patch": header + ADAPTED,
    }
    root = write_tree(tmp_path, files)

    def found() -> dict[str, Finding]:
        (target,) = open_targets([str(root)])
        return proofs(next(validate(target, Settings(), TODAY)))

    finding = found()["bug-debian-missing"]
    assert finding.adds == (("Bug-Debian", "https://bugs.debian.org/123456"),)
    for known in ("https://bugs.debian.org/123456", "#123456"):
        text = f"{header}Bug-Debian: {known}\n{ADAPTED}"
        (root / "debian/patches/fix-it.patch").write_text(text)
        assert not found()


def test_every_rule_of_evidence_is_tried() -> None:
    text = Path(__file__).read_text()
    assert {rule for rule in EVIDENCE if f'"{rule}"' in text} == EVIDENCE
