"""Other surroundings: no HOME, no locale, another clock, a reader that leaves."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from trust.commands import READING, Stage
from trust.faults import LONG, assert_one_line, command, run


@pytest.mark.parametrize(
    "changes",
    [
        {"LC_ALL": "C", "LANG": "C", "HOME": "/nonexistent", "TZ": "nonsense"},
        {"LC_ALL": "xx_YY.nonsense", "HOME": "", "COLUMNS": "zero"},
        {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
    ],
)
def test_a_result_is_the_same(stage: Stage, changes: dict[str, Any]) -> None:
    expected = run(READING["diff-upstream"](stage))
    done = run(READING["diff-upstream"](stage), **changes)
    assert (done.returncode, done.stdout, done.stderr) == (
        expected.returncode, expected.stdout, expected.stderr
    )  # fmt: skip


def test_no_environment_at_all(stage: Stage) -> None:
    done = subprocess.run(
        command(READING["find-backports"](stage)), capture_output=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
    )  # fmt: skip
    assert done.returncode in {0, 1}
    assert done.stderr == b""
    assert done.stdout


@pytest.mark.parametrize("moment", ["1", "4102444800"])
def test_a_clock_that_stands_elsewhere(stage: Stage, moment: str) -> None:
    """Dates of the future, or of long ago, are dates: a result, or a line that says why not."""
    done = run(READING["import-commits, dry"](stage), SOURCE_DATE_EPOCH=moment)
    if done.returncode == 2:
        assert_one_line(done)
    else:
        assert done.returncode in {0, 1}
        assert "\n+++ b/debian/changelog" in done.stdout


def test_commits_of_the_future(stage: Stage) -> None:
    """What is newer than now is found as well: a clock was wrong when it was committed."""
    done = run(READING["find-backports"](stage), SOURCE_DATE_EPOCH="1000000000")
    expected = run(READING["find-backports"](stage))
    assert (done.returncode, done.stdout) == (expected.returncode, expected.stdout)


@pytest.mark.parametrize("name", READING if LONG else ["check-conflicts", "export-patch"])
def test_a_reader_that_leaves(stage: Stage, name: str) -> None:
    """As in ``| head``: a command ends quietly."""
    there = replace(stage, out=stage.out / "leaves")
    with subprocess.Popen(
        command(READING[name](there)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode in {0, 1}
    assert b"Traceback" not in said
    assert b"Broken" not in said
