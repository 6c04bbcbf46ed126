"""The bug tracker, by a module that stands in for python-debianbts; no test asks the real one."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from debpatch.proposals.bugs import ask_tracker


def bug(**changes: Any) -> SimpleNamespace:
    """A Bugreport, with the attributes that python-debianbts 4.1 documents."""
    known = {
        "bug_num": 9000077, "subject": "tidewatch: loses\n frames", "source": "tidewatch",
        "severity": "important", "tags": ["patch", "upstream"], "archived": False,
        "found_versions": ["tidewatch/1.4.2-3", "1.4.2-2"], "fixed_versions": [],
    }  # fmt: skip
    return SimpleNamespace(**{**known, **changes})


def tracker(monkeypatch: pytest.MonkeyPatch, answer: Any) -> list[list[int]]:
    """Let ``debianbts.get_status`` answer so; gives what it is asked."""
    asked: list[list[int]] = []

    def get_status(numbers: list[int]) -> Any:
        asked.append(numbers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    module = ModuleType("debianbts")
    module.__dict__["get_status"] = get_status
    monkeypatch.setitem(sys.modules, "debianbts", module)
    return asked


def test_bugs_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tracker(monkeypatch, [bug(), bug(bug_num=2, found_versions=["other/1.0"])])
    answer = ask_tracker([9000077, 2, 3])
    assert asked == [[9000077, 2, 3]]
    assert answer.problem is None
    first, second = answer.reports
    assert (first.title, first.severity, first.tags) == (
        "tidewatch: loses frames", "important", ("patch", "upstream")
    )  # fmt: skip
    assert (first.found, first.fixed, second.found) == (("1.4.2-3", "1.4.2-2"), (), ("other/1.0",))
    assert answer.about(2) is second
    assert answer.about(3) is None


def test_no_bugs_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tracker(monkeypatch, [])
    assert ask_tracker([]).reports == ()
    assert asked == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (OSError("Name or service\nnot known"), "Name or service not known"),
        (TimeoutError(), "TimeoutError"),
        (RuntimeError("SOAP fault: no"), "SOAP fault: no"),
        ([SimpleNamespace(bug_num="x", source="y")], "invalid literal"),
    ],
)
def test_no_answer_is_one_too(monkeypatch: pytest.MonkeyPatch, answer: Any, said: str) -> None:
    tracker(monkeypatch, answer)
    found = ask_tracker([1])
    assert found.reports == ()
    assert said in (found.problem or "")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "debianbts", None)
    found = ask_tracker([1])
    assert found.reports == ()
    assert "python3-debianbts" in (found.problem or "")
