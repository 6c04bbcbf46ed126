"""The functions for programs: their examples run, and they cost nothing until they are used."""

from __future__ import annotations

import doctest
import subprocess
import sys

import pytest

import debpatch
from debpatch import api
from debpatch.demo import Demo
from debpatch.errors import DebpatchError


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
