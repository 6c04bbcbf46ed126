"""What all commands say of a fix, held against each other: no two may contradict each other."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from command_line import debpatch

Facts = Mapping[str, Any]

ABOUT_LANDINGS = {"applied-upstream-missing", "applied-upstream-release"}
"""Findings whose evidence is where the fix has landed."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The JSON of each command, by its name."""

    documents: Mapping[str, Any]

    @property
    def landings(self) -> Mapping[str, set[str]]:
        """By command the commits that it takes for the fix or a landing of it."""
        found: dict[str, set[str]] = {}
        for command, document in self.documents.items():
            if command == "find-backports":
                found[command] = {
                    landing["sha"]
                    for branch in document["branches"]
                    for landing in branch["landings"]
                    if landing["confidence"] >= 0.6
                } | {document["sha"]}
            if command == "validate-dep3":
                found[command] = {
                    witness["sha"]
                    for patch in document["patches"]
                    for finding in patch["findings"]
                    if finding["rule"] in ABOUT_LANDINGS
                    for witness in finding["evidence"]
                }
            if command == "review":
                (survey,) = (each for each in document["backports"])
                nested = Answers({"find-backports": survey})
                found[command] = nested.landings["find-backports"]
        return found

    @property
    def follow_ups(self) -> Mapping[str, set[tuple[str, str]]]:
        """By command the later commits, and what they are: fixes, reverts, mentions."""
        found: dict[str, set[tuple[str, str]]] = {}
        for command, document in self.documents.items():
            lists = [each["follow_ups"] for each in _objects(document) if "follow_ups" in each]
            if lists:
                found[command] = {(one["sha"], one["kind"]) for each in lists for one in each}
        return found

    @property
    def released_in(self) -> Mapping[str, set[str | None]]:
        """For each commit all releases that are said to be the first that has it."""
        said: dict[str, set[str | None]] = defaultdict(set)
        for document in self.documents.values():
            for each in _objects(document):
                if isinstance(each.get("sha"), str) and "released_in" in each:
                    said[each["sha"]].add(each["released_in"])
        return said

    def contradictions(self) -> list[str]:
        """Commits of which two answers say two things."""
        different = [
            f"{sha[:12]}: in {sorted(map(str, releases))}"
            for sha, releases in self.released_in.items()
            if len(releases) > 1
        ]
        landings = self.landings
        if landings.get("validate-dep3"):
            one, other = landings["find-backports"], landings["validate-dep3"]
            different += [f"{sha[:12]}: a landing to one only" for sha in sorted(one ^ other)]
        if "review" in landings:
            one, other = landings["find-backports"], landings["review"]
            different += [f"{sha[:12]}: a landing to one only" for sha in sorted(one ^ other)]
        return different


def _objects(document: Any) -> Iterator[Facts]:
    if isinstance(document, dict):
        yield document
        for value in document.values():
            yield from _objects(value)
    elif isinstance(document, list):
        for value in document:
            yield from _objects(value)


def ask(
    sha: str, repo: Path, patch: Path, package: Path | None = None, folder: Path | None = None
) -> Answers:
    """Ask the commands that speak of the fix ``sha``, which ``patch`` carries and names.

    With ``package``, a source package that the patch is for, those that are about one as well;
    these write into ``folder``.
    """
    where = ("--repo", repo)
    asked: dict[str, tuple[str | Path, ...]] = {
        "find-backports": ("find-backports", sha, *where),
        "validate-dep3": ("validate-dep3", patch, *where),
    }
    if package and folder:
        onto = (*where, "--package", package)
        asked["diff-upstream"] = ("diff-upstream", patch, *onto)
        asked["propose-update"] = (
            "propose-update", "--kind", "maintainer", *onto, "--patch", patch,
            "--output", folder / "proposal",
        )  # fmt: skip
    documents = {}
    for command, arguments in asked.items():
        done = debpatch(*arguments, "--format", "json")
        assert done.code == int(command != "diff-upstream"), (command, done.err)
        documents[command] = done.json
    if package and folder:
        debpatch("review", patch, *onto, "--output", folder / "review")
        documents["review"] = json.loads((folder / "review/report.json").read_text())
    return Answers(documents)
