"""Other surroundings: no HOME, no locale, another clock, a reader that leaves."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from command_line import debpatch, process, program

from trust.commands import READING, Stage, exit_code, git
from trust.faults import LONG, assert_one_line


@pytest.mark.parametrize(
    "changes",
    [
        {"LC_ALL": "C", "LANG": "C", "HOME": "/nonexistent", "TZ": "nonsense"},
        {"LC_ALL": "xx_YY.nonsense", "HOME": "", "COLUMNS": "zero"},
        {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
    ],
)
def test_a_result_is_the_same(stage: Stage, changes: dict[str, Any]) -> None:
    arguments = READING["diff-upstream"](stage)
    assert process(*arguments, env=changes) == debpatch(*arguments)


def test_no_environment_at_all(stage: Stage) -> None:
    done = subprocess.run(
        program(*READING["find-backports"](stage)), capture_output=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == b""
    assert done.stdout


@pytest.mark.parametrize(
    ("moment", "why_not"),
    [
        ("1", "1970-01-01"),
        ("1830297600", None),
        ("4102444800", "2100-01-01"),
    ],
)
def test_a_clock_that_stands_elsewhere(stage: Stage, moment: str, why_not: str | None) -> None:
    """Dates of the future, or of long ago, are dates: a result, or a line that says why not."""
    arguments = READING["import-commits, dry"](stage)
    done = debpatch(*arguments, env={"SOURCE_DATE_EPOCH": moment})
    if why_not:
        assert_one_line(done)
        assert f"distro-info-data does not cover {why_not}" in done.err
    else:
        assert (done.code, done.err) == (0, "")
        assert "\n+++ b/debian/changelog" in done.out
        assert "01 Jan 2028" in done.out


SKEWS: dict[str, Callable[[int], int]] = {
    "as it was": lambda moment: moment + 1,
    "backwards": lambda moment: 3_000_000_000 - moment,
    "all at once": lambda _: 1_000_000_000,
    "in the future": lambda moment: moment + 4_000_000_000,
}


def with_dates(stage: Stage, name: str) -> Stage:
    """The stage with a repository of the same history, committed by another clock."""
    there = stage.out.parent / f"{name}.git"
    marks, new_marks = stage.out.parent / "marks", stage.out.parent / f"{name}.marks"
    history = git(
        stage.repository, "fast-export", "--all", f"--export-marks={marks}",
        "--signed-tags=strip", "--tag-of-filtered-object=drop",
    )  # fmt: skip
    skewed = re.sub(
        r"(?m)^((?:committer|tagger) .*> )(\d+)",
        lambda match: f"{match[1]}{SKEWS[name](int(match[2]))}",
        history,
    )
    git(stage.out.parent, "init", "-q", "--bare", str(there))
    stream = skewed.encode("utf-8", "surrogateescape") + b"\n"
    git(there, "fast-import", "--quiet", f"--export-marks={new_marks}", stdin=stream)
    git(there, "symbolic-ref", "HEAD", "refs/heads/main")
    old, new = (
        dict(line.split() for line in file.read_text().splitlines()) for file in (marks, new_marks)
    )
    sha = {old[mark]: new[mark] for mark in old if mark in new}
    names = {name: sha[commit] for name, commit in stage.names.items() if commit in sha}
    return replace(stage, repository=there, names=names)


def told(stage: Stage) -> list[object]:
    """What is found out about fix and series, without ids."""
    found = debpatch(*READING["find-backports"](stage), "-fjson").json
    plan = debpatch(*READING["plan-backport"](stage), "-fjson").json
    return [
        [(branch["branch"], branch["state"], [(landing["subject"], landing["released_in"])
          for landing in branch["landings"]]) for branch in found["branches"]],
        sorted((each["subject"], each["kind"]) for each in found["follow_ups"]),
        [(step["subject"], step["role"], step["outcome"]) for step in plan["steps"]],
    ]  # fmt: skip


def test_commits_of_a_wrong_clock(stage: Stage) -> None:
    """Parents newer than their children, all of one moment, or of the year 2150."""
    expected = told(with_dates(stage, "as it was"))
    for name in ("backwards", "all at once", "in the future") if LONG else ("backwards",):
        assert told(with_dates(stage, name)) == expected, name


@pytest.mark.parametrize("name", READING if LONG else ["check-conflicts", "export-patch"])
def test_a_reader_that_leaves(stage: Stage, name: str) -> None:
    """As in ``| head``: a command ends quietly."""
    there = replace(stage, out=stage.out / "leaves")
    with subprocess.Popen(
        program(*READING[name](there)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        said = running.stderr.read()
    assert running.returncode == exit_code(name)
    assert b"Traceback" not in said
    assert b"Broken" not in said
