"""For every rule of form and meaning: headers that break just that rule, and near misses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from headers import CLEAN, DIFF, MAIL, problems

from debpatch.dep3.rules import all_rules
from debpatch.formats.dep3_header import LIMIT


def plus(*lines: str) -> str:
    """The clean header with more fields."""
    return CLEAN + "".join(f"{line}\n" for line in lines)


def without(name: str) -> str:
    """The clean header without a field."""
    return "".join(
        line for line in CLEAN.splitlines(keepends=True) if not line.startswith(f"{name}:")
    )


LONG = "Subject: " + "x" * 81
JUST_RIGHT = "Subject: " + "x" * 80
REST = "Author: Ann Author <ann@example.org>\nLast-Update: 2024-05-01\n"

# rule, headers that break it, headers that nearly do
MUTATIONS: list[tuple[str, list[str], list[str]]] = [
    (
        "description-missing",
        [REST, "Description:\n" + REST],
        ["Subject: Keep still\n" + REST, "Description: Keep still\n" + REST],
    ),
    (
        "origin-missing",
        [without("Author"), plus().replace(" Ann Author <ann@example.org>", "")],
        [without("Author") + "From: A <a@example.org>\n"],
    ),
    (
        "author-missing",
        [without("Author") + "Origin: vendor\n"],
        [plus("Origin: vendor")],
    ),
    (
        "last-update-missing",
        [without("Last-Update")],
        [MAIL, CLEAN],
    ),
    (
        "placeholder",
        [
            CLEAN.replace("Keep the frobnicator from frobbing twice",
                          "<short summary of the patch>"),
            CLEAN.replace("It did", "TODO: Put a short summary on the line above. It did"),
            plus("Bug: <upstream-bugtracker-url>"),
            plus("Origin: (upstream|backport|vendor|other), (<patch-url>|commit:<commit-id>)"),
            plus("Reviewed-by: <name and email of a reviewer, optional>"),
        ],
        [CLEAN.replace("whenever", "in lib<version>.so whenever"), plus("Origin: vendor, <me>")],
    ),
    ("not-utf8", [CLEAN.replace("did", "d\udce4d")], [CLEAN.replace("did", "däd")]),
    ("header-too-long", [CLEAN + "\n" + "text " * (LIMIT // 4)], [CLEAN + "\n" + "text " * 9999]),
    ("several-mails", [MAIL + DIFF + MAIL], [MAIL + DIFF + "-- \n2.39.5\n"]),
    (
        "last-update-no-date",
        [
            CLEAN.replace("2024-05-01", date)
            for date in ("2024-13-01", "2024/05/01", "yesterday", "2024-5-1", "Mon, 1 Jan 2024")
        ],
        [CLEAN.replace("2024-05-01", " 2024-02-29 ")],
    ),
    (
        "field-misspelt",
        [
            plus("Orign: vendor"),
            plus("Bug-Upsteam: https://bugs.example.org/1"),
            plus("Debian-Bug: https://bugs.debian.org/1234"),
            CLEAN.replace("Last-Update", "Last-Updated"),
            CLEAN.replace("Author", "Authors"),
        ],
        [plus("Reviewed-on: https://x.example/1"), plus("bug-FEDORA: https://x.example/1"),
         plus("origin: vendor"), plus("X-Orign: vendor")],
    ),
    (
        "bug-number",
        [plus("Bug: 1234"), plus("Bug-Debian: #123456"), plus("Bug-Ubuntu: LP: #1234")],
        [plus("Bug: https://x.example/1234"), plus("Bug: none yet"), plus("Bug: GCC PR 1234")],
    ),
    (
        "bug-several-urls",
        [plus("Bug: https://x.example/1 https://x.example/2"),
         plus("Bug-Debian: https://bugs.debian.org/1111,", " https://bugs.debian.org/2222")],
        [plus("Bug: https://x.example/1", "Bug: https://x.example/2")],
    ),
    (
        "bug-old-url",
        [
            plus("Bug-Debian: http://bugs.debian.org/123456"),
            plus("Bug-Debian: https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=123456"),
        ],
        [
            plus("Bug-Debian: https://bugs.debian.org/123456"),
            plus("Bug-Debian: https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=123456#20"),
            plus("Bug-Debian: https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=12345;msg=20"),
        ],
    ),
    (
        "origin-category",
        [plus("Origin: Debian"), plus("Origin: Fedora, https://x.example/"), plus("Origin: up,x")],
        [plus("Origin: Upstream, https://x.example/"), plus("Origin: https://x.example/"),
         plus("Origin: commit:1234567"), plus("Origin: taken from a mail"), plus("Origin: other")],
    ),
    (
        "field-after-separator",
        [CLEAN + "---\nForwarded: no\n", MAIL.replace("---\n", "---\nBug: https://x.example/\n")],
        [CLEAN + "---\nForwarded: (no|not-needed|<patch-forwarded-url>)\n",
         CLEAN + "---\nSomething: else\n"],
    ),
    (
        "field-in-text",
        [MAIL.replace("asked once.\n", "asked once.\nForwarded: no\n")],
        [MAIL.replace("asked once.\n", "asked once.\n\nForwarded: no\n"),
         MAIL.replace("Signed", "(cherry picked from commit 1234567)\nForwarded: no\nSigned")],
    ),
    (
        "description-broken",
        [
            CLEAN.replace(" It did", "It did"),
            CLEAN.replace(" It did", "\n It did"),
        ],
        [CLEAN.replace(" It did", " .\n It did"), CLEAN.replace(" It did", "\tIt did"),
         "Description: Keep still\n" + REST + "\nIt did so.\n"],
    ),
    (
        "field-repeated",
        [plus("Forwarded: no", "Forwarded: no"), plus("Origin: vendor", "Origin: other")],
        [plus("Author: B <b@example.org>", "Acked-by: C <c@example.org>"),
         plus("Bug-Debian: https://bugs.debian.org/111", "Bug-Debian: https://bugs.debian.org/112")],
    ),
    ("synopsis-long", [f"{LONG}\n{REST}"], [f"{JUST_RIGHT}\n{REST}"]),
    (
        "author-without-address",
        [plus("Author: Ann Author"), plus("From: Ann Author <https://example.org>")],
        [plus("Author: ann@example.org"), plus("Reviewed-by: Ann Author")],
    ),
    (
        "acceptance-unknown",
        [plus("X-Debpatch-Accept: synopsis-lang because")],
        [plus("X-Debpatch-Accept: synopsis-long, bug-number because it is so")],
    ),
    (
        "debian-bug-in-bug",
        [plus("Bug: https://bugs.debian.org/123456")],
        [plus("Bug: https://debbugs.gnu.org/12345"),
         plus("Bug-Debian: https://bugs.debian.org/123456")],
    ),
    (
        "forwarded-without-link",
        [plus("Forwarded: yes"),
         plus("Forwarded: Yes", "Bug-Debian: https://bugs.debian.org/123456")],
        [plus("Forwarded: yes", "Bug: https://x.example/1"),
         CLEAN.replace("once.", "once, see https://lists.example/1.") + "Forwarded: yes\n"],
    ),
    (
        "forwarded-near-miss",
        [plus(f"Forwarded: {word}") for word in (
            "non-needed", "<not-needed>", "not needed", "not-needed.", "n/a", "not-yet", "none")],
        [plus("Forwarded: No"), plus("Forwarded: NOT-NEEDED"),
         plus("Forwarded: note in https://x.example/1")],
    ),
    (
        "forwarded-remark",
        [plus("Forwarded: no, Debian specific"), plus("Forwarded: not-needed (build only)")],
        [plus("Forwarded: no"), plus("Forwarded: no-reply@example.org"),
         plus("Forwarded: not-needed", "X-Reason: build only")],
    ),
    (
        "date-in-future",
        [CLEAN.replace("2024-05-01", "2024-06-03")],
        [CLEAN.replace("2024-05-01", "2024-06-02")],
    ),
    (
        "applied-upstream-negative",
        [plus("Applied-Upstream: no"), plus("Applied-Upstream: rejected, see the bug")],
        [plus("Applied-Upstream: 1.2"), plus("Applied-Upstream: notes-1.2")],
    ),
    (
        "fields-disagree",
        [plus("Forwarded: no", "Forwarded: https://x.example/1"), plus("Last-Update: 2024-05-02")],
        [plus("Bug: https://x.example/1", "Bug: https://x.example/2")],
    ),
    (
        "not-needed-but-upstream",
        [plus("Origin: backport, https://x.example/1", "Forwarded: not-needed"),
         plus("Origin: upstream, 1.2, commit:1234567", "Forwarded: not-needed")],
        [plus("Origin: vendor", "Forwarded: not-needed"),
         plus("Origin: backport, https://x.example/1", "Forwarded: no")],
    ),
    (
        "not-forwarded-but-bug",
        [plus("Bug: https://x.example/1", "Forwarded: no")],
        [plus("Bug: https://x.example/1", "Forwarded: https://x.example/1"),
         plus("Bug-Debian: https://bugs.debian.org/123456", "Forwarded: no")],
    ),
]  # fmt: skip


def each(which: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    cases = [(row[0], header) for row in MUTATIONS for header in row[which]]
    return pytest.mark.parametrize(("rule", "header"), cases, ids=lambda text: text[:40])


@each(1)
def test_a_header_that_breaks_just_this_rule(rule: str, header: str) -> None:
    assert set(problems(header)) == {rule}


@each(2)
def test_a_header_that_nearly_does(rule: str, header: str) -> None:
    assert rule not in problems(header)


def test_a_file_without_a_diff() -> None:
    assert set(problems(CLEAN, diff="")) == {"no-diff"}
    assert not problems(CLEAN, diff="Binary files a/x and b/x differ\n")


def test_every_rule_is_tried() -> None:
    tried = {row[0] for row in MUTATIONS} | {"no-diff"}
    assert tried == {rule.id for rule in all_rules() if rule.kind in {"syntax", "semantics"}}


def test_every_rule_says_where_it_comes_from_and_what_is_wrong() -> None:
    for rule in all_rules():
        assert rule.summary.endswith("."), rule.id
        assert len(rule.summary) < 120, rule.id


def test_a_problem_points_at_its_line() -> None:
    (problem,) = problems(plus("Forwarded: non-needed"))["forwarded-near-miss"]
    assert problem.line == 5


def test_the_description_tells_what_is_lost() -> None:
    (problem,) = problems(CLEAN.replace(" It did", "It did"))["description-broken"]
    assert (problem.line, "Author on line 3" in problem.message) == (2, True)
