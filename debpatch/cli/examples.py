"""Examples for the help and the manual of each command.

They run as they stand, one after the other, in the folder that ``debpatch demo`` makes; the tests
run them. The ids of the demo's commits are the same everywhere.
"""

from __future__ import annotations

import shlex

Example = tuple[str, str]
"""What one wants to know or to do, and the command's line."""

_FIX = "229cc2fa8912"
_SERIES = "77940e3ba924,ff70338d157e"
_HERE = "--repo tidewatch.git --package tidewatch-1.4.2"
_AUTHOR = "--author 'Grete Vinter <grete@debian.example.org>'"
_PATCH = "link-process-frames-immediately.patch"

EXAMPLES: dict[str, tuple[Example, ...]] = {
    "review": (
        (
            "Review a patch: what it carries, what to do next, and the documents to send.",
            f"debpatch review {_HERE} {_PATCH}",
        ),
    ),
    "audit-series": (
        (
            "Which patches of a package are upstream commits, and in which release are they?",
            "debpatch audit-series tidewatch-1.4.2 --repo tidewatch.git",
        ),
        (
            "What happens to them with a new upstream release?",
            "debpatch audit-series tidewatch-1.4.2 --repo tidewatch.git --onto v1.4.7",
        ),
    ),
    "diff-upstream": (
        (
            "What does a patch carry of the upstream commit that its header names?",
            f"debpatch diff-upstream {_HERE} {_PATCH}",
        ),
        (
            "And of upstream's own backport, a series of two commits?",
            f"debpatch diff-upstream {_HERE} --upstream {_SERIES} {_PATCH}",
        ),
    ),
    "validate-dep3": (
        (
            "Are the headers of a package's patches true?",
            "debpatch validate-dep3 --repo tidewatch.git tidewatch-1.4.2",
        ),
        (
            "What can be corrected in this one?",
            f"debpatch validate-dep3 {_HERE} --diff {_PATCH}",
        ),
    ),
    "check-conflicts": (
        (
            "Do these commits apply to a release as they are?",
            f"debpatch check-conflicts {_SERIES} --repo tidewatch.git --onto v1.4.2",
        ),
    ),
    "find-backports": (
        (
            "Which branches have this fix, and what repaired it?",
            f"debpatch find-backports {_FIX} --repo tidewatch.git",
        ),
    ),
    "plan-backport": (
        (
            "What is the smallest series with these commits that applies to the package?",
            f"debpatch plan-backport {_SERIES} --repo tidewatch.git --onto tidewatch-1.4.2",
        ),
    ),
    "import-commits": (
        (
            "What would a commit look like as a patch of the package?",
            f"debpatch import-commits 7473a6d40c0b {_HERE} --dry-run",
        ),
    ),
    "export-patch": (
        (
            "Turn a patch into a mail for upstream.",
            f"debpatch export-patch {_PATCH} --repo tidewatch.git --onto v1.4.2 {_AUTHOR}",
        ),
    ),
    "propose-update": (
        (
            "Write the request to the stable release managers for the package with one more patch.",
            f"debpatch propose-update --kind pu {_HERE} --patch {_PATCH} --output request",
        ),
    ),
    "index": (
        (
            "Read all of upstream's commits in advance.",
            "debpatch index --repo tidewatch.git",
        ),
    ),
    "demo": (("Create the directory that the other examples use.", "debpatch demo tour"),),
}


def folded(command: str, width: int = 72) -> list[str]:
    """The lines of a command for a shell, each but the last with a backslash at its end.

    An option stays with the word after it.
    """
    parts: list[str] = []
    for word in map(shlex.quote, shlex.split(command)):
        if parts and parts[-1].startswith("-") and " " not in parts[-1]:
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    lines = parts[:1]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) > width:
            lines.append("   ")
        lines[-1] += f" {part}"
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def epilog(name: str) -> str | None:
    """The examples of the command ``name`` as the end of its help; None where it has none."""
    examples = EXAMPLES.get(name)
    if examples is None:
        return None
    lines = [
        line
        for what, command in examples
        for line in (f"  {what}", *(f"    {part}" for part in folded(command)))
    ]
    return "\n".join(["\b", "Examples, in the directory that `debpatch demo` creates:", *lines])
