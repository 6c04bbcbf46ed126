"""An upstream project with two lines of releases, and packages of its first release.

::

    v1.0 ── bounds ── retry ── unsafe ── undo ── split ── merge ── rename ── v2.0 ── v2.1
       └─ bounds' ── v1.1 ── later ── v1.2
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from pathlib import Path

from repos import Repo
from source_packages import packaging, write_tree

from debpatch.audit.audit import Audit, PatchAudit, Scope, audit_series
from debpatch.git.repository import Repository
from debpatch.package.source_package import open_package

NAMES = (
    "parse",
    "bounds",
    "retry",
    "unsafe",
    "drain",
    "encode",
    "decode",
    "quota",
    "lease",
    "seal",
)


def engine(**bodies: str) -> str:
    """A file of functions; ``bodies`` replace some of theirs."""
    return "".join(
        f"int {name}_packet(struct buffer *buf, int {name}_length)\n{{\n"
        f"    int {name}_result = prepare_{name}(buf);\n"
        f"{bodies.get(name, f'    {name}_result += {name}_length;')}\n"
        f"    log_message(D_{name.upper()}, buf);\n"
        f"    return finish_{name}(buf, {name}_result);\n}}\n\n"
        for name in NAMES
    )


BOUNDS = """\
    if (bounds_length < 0 || bounds_length > buf->capacity)
    {
        return reject_oversized(buf, bounds_length);
    }
    bounds_result += bounds_length;"""
RETRY = """\
    while (retry_needed(buf, retry_length))
    {
        retry_result += resend_fragment(buf);
    }"""
UNSAFE = "    unsafe_result = trust_whatever_came(buf, unsafe_length, NULL);"
DRAIN = """\
    size_t pending_bytes = count_pending(buf);
    discard_pending_bytes(buf, pending_bytes);
    drain_result -= reclaim_memory(buf, pending_bytes);"""
QUOTA = """\
    struct quota *hard_quota = find_quota(buf, QUOTA_HARD);
    quota_result = charge_against_quota(hard_quota, quota_length);
    release_quota(hard_quota);"""
ENCODE = """\
    struct escape *escapes = collect_escapes(buf, ESCAPE_ALL);
    encode_result = encode_with_escape(buf, escapes);
    free_escapes(escapes);"""
MERGED = "    lease_result = renew_lease_early(buf, lease_length, LEASE_MARGIN);"


@dataclass(frozen=True)
class Story:
    """The repository, and its commits by the names above."""

    repo: Repo
    commits: Mapping[str, str]

    def patch(self, commit: str, *paths: str) -> str:
        """What a commit changes, as git-diff(1) shows it."""
        sha = self.commits[commit]
        return self.repo.git("diff", f"{sha}^", sha, "--", *paths) + "\n"

    def mail(self, commit: str) -> str:
        """The commit as git-format-patch(1) writes it."""
        return self.repo.git("format-patch", "-1", "--stdout", self.commits[commit]) + "\n"


def tell(folder: Path) -> Story:
    """Build the repository in ``folder``."""
    repo = Repo(folder)
    now: dict[str, str] = {}
    commits: dict[str, str] = {}

    def commit(name: str, message: str, files: Mapping[str, str] = {}, **bodies: str) -> None:
        now.update(bodies)
        commits[name] = repo.commit({"src/engine.c": engine(**now), **files}, message)

    commit("start", "Start", {"README": "engine\n", "src/table.h": "#define ROWS 12\n",
                              "src/util.c": engine().replace("_packet", "_helper")})  # fmt: skip
    repo.git("tag", "v1.0")
    commit("bounds", "Check the bounds of packets", {"tests/bounds.c": "check();\n"}, bounds=BOUNDS)
    commit("retry", "Retry lost fragments", retry=RETRY)
    commit("unsafe", "Take a short cut", unsafe=UNSAFE)
    undone = f'Revert "Take a short cut"\n\nThis reverts commit {commits["unsafe"]}.'
    now.pop("unsafe")
    commit("undo", undone)
    commit("drain", "Drain what is pending", drain=DRAIN)
    commit("quota", "Charge against the quota", quota=QUOTA)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"README": "engine, and how to use it\n"}, "Explain")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    commit("merge", "Merge side", lease=MERGED)
    repo.git("mv", "src/util.c", "src/helpers.c")
    commit("rename", "Rename the helpers")
    helpers = engine(encode=ENCODE).replace("_packet", "_helper")
    commit("encode", "Escape what is encoded", {"src/helpers.c": helpers})
    repo.git("tag", "v2.0")
    commit("repair", f"Mend the bounds\n\nFixes: {commits['bounds'][:12]}",
           bounds=BOUNDS.replace("> buf->capacity", ">= buf->capacity"))  # fmt: skip
    repo.git("tag", "v2.1")
    repo.git("checkout", "-q", "-b", "release/1", "v1.0")
    repo.git("cherry-pick", "-x", commits["bounds"])
    commits["landed"] = repo.head()
    repo.git("tag", "v1.1")
    repo.commit({"src/table.h": "#define ROWS 24\n"}, "More rows")
    repo.git("tag", "v1.2")
    repo.git("checkout", "-q", "main")
    return Story(repo, commits)


def package(
    folder: Path, patches: Mapping[str, str], series: str | None = None, **files: str
) -> Path:
    """An unpacked package of version 1.0 with these patches."""
    source = {
        "README": "engine\n",
        "src/engine.c": engine(),
        "src/table.h": "#define ROWS 12\n",
        "src/util.c": engine().replace("_packet", "_helper"),
    }
    listed = "".join(f"{name}\n" for name in patches) if series is None else series
    packed = {f"debian/patches/{name}": text for name, text in patches.items()}
    return write_tree(
        folder,
        {**packaging(), **source, **files, **packed, "debian/patches/series": listed},
    )


def audit(story: Story, place: Path, onto: str | None = None) -> Audit:
    """The audit of the package at ``place``."""
    with Repository(story.repo.path) as repository:
        return audit_series(
            repository,
            open_package(place),
            Scope(date(2026, 1, 1), onto=onto),
        )


def audit_one(story: Story, folder: Path, patch: str, onto: str | None = None) -> PatchAudit:
    """The audit of a package with this patch alone."""
    (found,) = audit(story, package(folder, {"one.patch": patch}), onto).patches
    return found


def diff(before: str, after: str, path: str = "src/engine.c") -> str:
    """A unified diff of two contents of a file."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(unified_diff(old, new, f"a/{path}", f"b/{path}"))
