from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debpatch.formats.references import Reference, alternatives, named_commits

SHA = "5d0c6f1e2b7a49830cbb3f8f7f7b3a1c9e4d2f60"
OTHER = "91ab03c4d5e6f708192a3b4c5d6e7f8091a2b3c4"
THIRD = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"


def named(header: str | bytes) -> list[tuple[str, str]]:
    data = header.encode() if isinstance(header, str) else header
    return [(reference.kind, reference.sha) for reference in named_commits(data)]


@pytest.mark.parametrize(
    ("header", "kind", "sha"),
    [
        (f"Origin: upstream, commit:{SHA}", "origin", SHA),
        (f"origin: commit: {SHA[:7]}", "origin", SHA[:7]),
        ("ORIGIN: commit:1234567", "origin", "1234567"),
        (f"Origin: upstream, 2.6.15, commit:{SHA}", "origin", SHA),
        (f"Origin: backport,\n https://example.org/p/commit/{SHA}.patch", "origin", SHA),
        (f"Applied-Upstream: 4.2, commit:{SHA}", "applied-upstream", SHA),
        (f"Applied-upstream: https://example.org/p/-/commit/{SHA}", "applied-upstream", SHA),
        (f"From {SHA} Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>", "from", SHA),
        (f"(cherry picked from commit {SHA})", "cherry-picked", SHA),
        (f"(cherry-picked from commit {SHA[:12]})", "cherry-picked", SHA[:12]),
        (f"(backported from commit {SHA}\n[me: adapted])", "cherry-picked", SHA),
        (f"[ Upstream commit {SHA} ]", "cherry-picked", SHA),
        (f"commit {SHA} upstream.", "cherry-picked", SHA),
        (f"Upstream commit: {SHA}", "cherry-picked", SHA),
        (f"Upstream commit {SHA}.", "cherry-picked", SHA),
        (f"Upstream-commit: {SHA}", "cherry-picked", SHA),
        (f"Description: x\n Backport of {SHA[:8]}.", "ported", SHA[:8]),
        (f"This is a manual cherry-pick of commit {SHA[:8]} of main", "ported", SHA[:8]),
        (f"This commit is the backport of {SHA}.", "ported", SHA),
        (f"This backports the same fix from {SHA}.", "ported", SHA),
        (f"[#17,1/2] cherry-picked from {SHA}", "ported", SHA),
        (f"This is the port to 2.6 based on commit\n{SHA}", "ported", SHA),
        (f"The original commit in main is\n\n  commit {SHA}\n  Author: A", "ported", SHA),
        (f"This must be backported with {SHA[:9]}.", "mentioned", SHA[:9]),
        (f"It broke when cherry-picking {SHA[:9]}.", "mentioned", SHA[:9]),
        (f"After the backport of {SHA[:9]} it broke.", "mentioned", SHA[:9]),
        (f"Backport of {SHA[:9]} was missing a line.", "mentioned", SHA[:9]),
        (f"Backport of the parser.\nIt follows {SHA[:9]}.", "mentioned", SHA[:9]),
        (f"When we backported it, {SHA[:9]} was left out.", "mentioned", SHA[:9]),
        (f"The features are found based on version since {SHA[:9]}.", "mentioned", SHA[:9]),
        (f"This is {SHA}, adapted", "mentioned", SHA),
        (f"See upstream commit {SHA[:9]} for the story", "mentioned", SHA[:9]),
        (f"the range {SHA[:8]}..v2", "mentioned", SHA[:8]),
        (f"Bug: https://example.org/p/commit/{SHA}", "mentioned", SHA),
        (f'Fixes: {SHA[:12]} ("parser: read the last line")', "cause", SHA[:12]),
        (f"Fixes: https://example.org/p/commit/{SHA}", "cause", SHA),
        (f"This reverts commit {SHA}.", "cause", SHA),
        (f"The leak was introduced in {SHA[:10]}.", "cause", SHA[:10]),
        (f"The leak was introduced by the upstream\ncommit {SHA[:10]}.", "cause", SHA[:10]),
        (f"a regression in the parser from commit {SHA}", "cause", SHA),
        (f"bisected to {SHA[:8]}", "cause", SHA[:8]),
        (f"Fixes {SHA[:8]}.", "cause", SHA[:8]),
        (f"Reverts parts of commit {SHA[:8]}.", "cause", SHA[:8]),
        (f"Follow-up for {SHA}", "cause", SHA),
        (f'Commit {SHA[:8]} ("parser: read\nahead") broke it.', "cause", SHA[:8]),
        (f"Fixed by {SHA[:8]}.", "mentioned", SHA[:8]),
        (f"## DP: Backport of {SHA}", "ported", SHA),
        (f"# Origin: upstream, commit:{SHA}", "origin", SHA),
        (f"#! /bin/sh\n## DP: Origin: backport,\n## DP:  commit:{SHA}", "origin", SHA),
        (f"---\nOrigin: upstream, commit:{SHA}", "origin", SHA),
        (f"Origin: upstream, commit:{SHA}\r\nForwarded: no\r\n", "origin", SHA),
    ],
)
def test_a_commit_is_named(header: str, kind: str, sha: str) -> None:
    assert named(header) == [(kind, sha)]


@pytest.mark.parametrize(
    "url",
    [
        f"https://github.com/o/p/commit/{SHA}",
        f"https://github.com/o/p/commit/{SHA}.diff",
        f"https://github.com/o/p/commit/{SHA}#diff-0123456789abcdef",
        f"https://github.com/o/p/pull/17/commits/{SHA}",
        f"https://gitlab.example.org/o/p/-/commit/{SHA}?merge_request_iid=3",
        f"https://gitlab.example.org/o/p/commit/{SHA}/",
        f"https://git.example.org/cgit/p.git/commit/?id={SHA}",
        f"https://git.example.org/cgit/p.git/commit/src/a.c?h=stable&id={SHA}",
        f"https://git.example.org/cgit/p.git/patch/?id={SHA}",
        f"https://git.example.org/gitweb/?p=p.git;a=commit;h={SHA}",
        f"https://git.example.org/gitweb/?p=p.git;a=commitdiff_plain;h={SHA};hp={OTHER}",
        f"https://git.example.org/?p=p.git&a=patch&h={SHA}",
        f"http://git.example.org/gitweb/p.git/commitdiff/{SHA}",
        f"https://git.example.org/pub/scm/p.git/c/{SHA}",
        f"https://git.example.org/linus/{SHA}",
        f"https://p.googlesource.example/p/+/{SHA}%5E%21/",
        f"https://p.googlesource.example/p/+/{SHA}^!",
        f"https://git.sr.example/~a/p/commit/{SHA}",
    ],
)
def test_an_address_names_a_commit(url: str) -> None:
    assert named(f"Origin: upstream, {url}") == [("origin", SHA)]
    assert named(f"It is at <{url}> and ({url}), they say.") == [("mentioned", SHA)] * 2


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Description: nothing here\n",
        f"From {'0' * 40} Mon Sep 17 00:00:00 2001",
        f"Change-Id: I{SHA}",
        f"Change-Id: {SHA}",
        f"Message-ID: <{SHA}@example.org>",
        f"In-Reply-To: <20240101.{SHA[:9]}@example.org>",
        f"References: <a.{SHA}@example.org>\n <b-{OTHER}@example.org>",
        f"Received: from a.example by b.example with ESMTP id {SHA[:16]};\n id {OTHER[:14]}",
        f"base-commit: {SHA}",
        f"index {SHA[:10]}..{OTHER[:10]} 100644",
        f"write to {SHA[:8]}@example.org or <{SHA}@example.org>",
        "the uuid 5d0c6f1e-2b7a-4983-8cbb-3f8f7f7b3a1c",
        f"https://example.org/p/blob/{SHA}/src/a.c",
        f"https://example.org/p/tree/{SHA}",
        f"https://example.org/p/commits/{SHA}/src/a.c",
        f"https://git.example.org/cgit/p.git/tree/src/a.c?id={SHA}",
        f"https://git.example.org/gitweb/?p=p.git;a=blob;f=a.c;h={SHA}",
        f"https://p.googlesource.example/p/+/{SHA}/src/a.c",
        "https://review.example.org/c/p/+/1234567",
        "Bug: https://bugs.example.org/show_bug.cgi?id=1047039",
        "Origin: other, the ed25519 keys",
        f"https://lists.example.org/msgid/{SHA}",
        "bug 1140745, 20240131, abcdefa, defaced, effaced",
        f"version 1.2+git20240131.{SHA[:7]}-1, v1.2-14-g{SHA[:7]}",
        "0xdeadbeef1 and the checksum " + "a1" * 22,
    ],
)
def test_nothing_is_named(header: str) -> None:
    assert named(header) == []


def test_a_list_after_the_cause_is_all_cause() -> None:
    header = f"Regressed in {SHA[:8]} and commit {OTHER[:8]}.\nFixed by {THIRD[:8]}."
    assert named(header) == [("cause", SHA[:8]), ("cause", OTHER[:8]), ("mentioned", THIRD[:8])]


def test_line_and_text_are_those_of_the_header() -> None:
    header = f"Subject: one\n two\n\nbody\nOrigin: upstream,\n commit:{SHA}\n\nsee {OTHER[:9]}\n"
    assert named_commits(header.encode()) == (
        Reference(SHA, "origin", 6, f"commit:{SHA}"),
        Reference(OTHER[:9], "mentioned", 8, f"see {OTHER[:9]}"),
    )


def test_several_mails_in_one_header() -> None:
    header = (
        f"From {SHA} Mon Sep 17 00:00:00 2001\nSubject: a\n\n---\n"
        f"From {OTHER} Mon Sep 17 00:00:00 2001\nSubject: b\n\n(cherry picked from commit {THIRD})"
    )
    assert named(header) == [("from", SHA), ("from", OTHER), ("cherry-picked", THIRD)]


def test_an_id_split_over_encoded_words_is_whole() -> None:
    header = (
        f"Subject: =?UTF-8?q?Zur=C3=BCck_zu_{SHA[:5]}?=\n =?UTF-8?q?{SHA[5:12]}_hin?=\n"
        f"Origin: commit:{OTHER}\n"
    )
    (first, second) = named_commits(header.encode())
    assert (first.sha, first.line) == (SHA[:12], 1)
    assert (second.sha, second.line) == (OTHER, 3)


def test_a_damaged_encoded_word_is_left_alone() -> None:
    assert named(f"Subject: =?UTF-8?b?a?=\n {SHA}") == [("mentioned", SHA)]


def test_bytes_of_any_charset_are_read() -> None:
    assert named(b"Description: gr\xfc\xdfe\n of " + SHA.encode()) == [("mentioned", SHA)]


def test_alternatives_are_ordered_by_trust() -> None:
    header = (
        f"From {SHA} Mon Sep 17 00:00:00 2001\nSubject: x\n\nsee {'1a' * 4}\n"
        f"(cherry picked from commit {OTHER})\nOrigin: upstream, commit:{THIRD}\n"
    )
    assert alternatives(named_commits(header.encode())) == (THIRD, OTHER, SHA)


def test_what_is_mentioned_counts_where_nothing_else_is_said() -> None:
    references = named_commits(f"Backport of {SHA[:8]}.\nFixes: {OTHER[:8]}\n".encode())
    assert alternatives(references) == (SHA[:8],)


def test_a_cause_is_never_an_alternative() -> None:
    assert alternatives(named_commits(f"This reverts commit {SHA}.".encode())) == ()


def test_an_abbreviation_and_its_id_are_one() -> None:
    references = named_commits(f"Origin: commit:{SHA[:8]}\nApplied-Upstream: {SHA}\n".encode())
    assert alternatives(references) == (SHA,)


@given(st.binary())
def test_any_header_is_read_without_trouble(header: bytes) -> None:
    lines = header.count(b"\n") + 1
    assert all(1 <= reference.line <= lines for reference in named_commits(header))


@given(
    st.text("0123456789abcdef", min_size=40, max_size=40).filter(lambda sha: sha.strip("0")),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters=":"), max_size=40
    ),
)
def test_an_origin_is_found_below_any_text(sha: str, text: str) -> None:
    header = f"{text}\n\nOrigin: upstream, commit:{sha}\n"
    assert ("origin", sha) in named(header)
