"""The functions for programs: their examples run, and they cost nothing until they are used."""

from __future__ import annotations

import doctest
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import debpatch
from debpatch import api, commands
from debpatch.demo import Demo
from debpatch.errors import DebpatchError
from debpatch.package.upstream import Inputs
from debpatch.render import audit, comparison, conflicts, landings, plan, review
from debpatch.review.gather import Wishes


def test_the_examples(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo.repository.parent)
    result = doctest.testmod(api)
    assert result.attempted >= 10
    assert result.failed == 0


def test_every_public_function_has_an_example() -> None:
    for name in debpatch.__all__:
        assert getattr(debpatch, name).__doc__
        if name != "DebpatchError":
            assert ">>>" in getattr(debpatch, name).__doc__


def test_headers_are_held_against_upstream(demo: Demo) -> None:
    patch = str(demo.patch)
    (alone,) = debpatch.validate_headers(patch)
    (beside,) = debpatch.validate_headers(patch, repo=str(demo.repository))
    assert alone.unverifiable
    assert beside.unverifiable is None
    assert "applied-upstream-missing" in {finding.rule for finding in beside.findings}


def test_what_cannot_be_done(demo: Demo) -> None:
    with pytest.raises(DebpatchError, match="is not a commit"):
        debpatch.find_backports("nowhere", repo=str(demo.repository))
    assert debpatch.DebpatchError is DebpatchError


def test_nothing_is_imported_before_it_is_used() -> None:
    program = "import sys, debpatch; print({'git', 'click', 'debian'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "set()\n"


def test_a_name_that_is_none() -> None:
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        debpatch.guess  # noqa: B018


def test_results_are_data_that_go_anywhere(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo.patch.parent)
    inputs = Inputs(str(demo.repository), str(demo.package))
    fixes = f"{demo.commits['p1']},{demo.commits['s2']}"
    wishes = Wishes("review", datetime(2026, 1, 1, tzinfo=UTC), None)
    for found, document in (
        (commands.compare_patch(demo.patch.name, inputs), comparison.document),
        (commands.find_backports(demo.commits["p1"], inputs), landings.document),
        (commands.check_conflicts(fixes, "v1.4.2", inputs, blame=True), conflicts.document),
        (commands.plan_backport(fixes, "v1.4.2", inputs, commands.PlanWishes()), plan.document),
        (commands.audit_series(inputs), audit.document),
        (commands.review_patch(demo.patch.name, inputs, wishes), review.document),
    ):
        shown: Callable[[object], object] = document  # type: ignore[assignment]
        assert shown(pickle.loads(pickle.dumps(found))) == shown(found)  # noqa: S301 - our own
