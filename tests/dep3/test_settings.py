from __future__ import annotations

import pytest

from debpatch.dep3.rules import Rule, all_rules
from debpatch.dep3.settings import Settings, read_settings
from debpatch.errors import DebpatchError


def counted(settings: Settings, patch: str = "a.patch") -> set[str]:
    return {rule.id for rule in all_rules() if settings.counts(rule, patch)}


def of_kind(kind: str) -> set[str]:
    return {rule.id for rule in all_rules() if rule.kind == kind}


EVERY = {rule.id for rule in all_rules()}


def test_without_settings_all_rules_count() -> None:
    assert counted(read_settings(None, "x")) == EVERY


def test_rules_are_selected_and_ignored_by_id_and_by_kind() -> None:
    settings = read_settings(b'[dep3]\nselect = ["syntax"]\nignore = ["synopsis-long"]\n', "x")
    assert counted(settings) == of_kind("syntax") - {"synopsis-long"}


def test_the_command_line_selects_instead_and_ignores_besides() -> None:
    settings = read_settings(b'[dep3]\nselect = ["syntax"]\nignore = ["bug-number"]\n', "x")
    narrowed = settings.narrowed(["semantics", "bug-number"], ["fields-disagree"])
    assert counted(narrowed) == of_kind("semantics") - {"fields-disagree"}


@pytest.mark.parametrize("patch", ["sub/a.patch", "a.patch"])
def test_one_patch_may_break_a_rule(patch: str) -> None:
    settings = read_settings(b'[dep3.patches]\n"a.patch" = ["bug-number", "evidence"]\n', "x")
    assert counted(settings, patch) == EVERY - of_kind("evidence") - {"bug-number"}
    assert counted(settings, "b.patch") == EVERY


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"[dep3", "not valid TOML"),
        (b"\xff", "not valid TOML"),
        (b"[dep3]\nselekt = []\n", "takes select and ignore"),
        (b"[dep3]\nselect = 'all'\n", "takes select and ignore"),
        (b"[dep3]\nignore = [1]\n", "takes select and ignore"),
        (b"[dep3]\nignore = ['bug-nomber']\n", "no such rule: 'bug-nomber'"),
        (b"[dep3.patches]\nx = ['bug-nomber']\n", "no such rule: 'bug-nomber'"),
        (b"dep3 = 1\n", "takes select and ignore"),
    ],
)
def test_bad_settings_are_told_with_their_file(text: bytes, complaint: str) -> None:
    with pytest.raises(DebpatchError, match=f"debpatch.toml: .*{complaint}"):
        read_settings(text, "debian/debpatch.toml")


def test_other_tools_sections_are_left_alone() -> None:
    assert counted(read_settings(b"[other]\nx = 1\n", "x")) == EVERY


def test_the_rules_are_told_apart() -> None:
    assert all(isinstance(rule, Rule) for rule in all_rules())
    assert len(EVERY) == len(all_rules())
