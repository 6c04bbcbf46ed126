"""The identifier map: evidence only where it holds everywhere."""

from __future__ import annotations

import pytest

from .diffs import compared, sketch


def names(upstream: str, patch: str, name: str = "a_c") -> dict[str, str]:
    found = compared(sketch(**{name: upstream}), sketch(**{name: patch}))
    return {renaming.upstream: renaming.patch for renaming in found.identifiers}


def test_a_map_over_several_hunks_counts_them_all() -> None:
    upstream = """
        @@ one
         x();
        +    start(peer->queue);
        @@ two
         y();
        +    stop(peer->queue, 1);
    """
    found = compared(sketch(a_c=upstream), sketch(a_c=upstream.replace("peer", "client")))
    assert [(r.upstream, r.patch, r.occurrences) for r in found.identifiers] == [
        ("peer", "client", 2)
    ]
    assert {hunk.status.value for hunk in found.hunks} == {"renamed"}


def test_a_name_that_would_become_two_is_not_renamed() -> None:
    upstream = "@@ one\n x();\n+start(peer, 1);\n@@ two\n y();\n+stop(peer, 2);\n"
    patch = "@@ one\n x();\n+start(client, 1);\n@@ two\n y();\n+stop(server, 2);\n"
    assert names(upstream, patch) == {}


def test_two_names_that_would_become_one_are_not_renamed() -> None:
    upstream = "@@ one\n x();\n+start(peer, 1);\n@@ two\n y();\n+stop(host, 2);\n"
    patch = "@@ one\n x();\n+start(client, 1);\n@@ two\n y();\n+stop(client, 2);\n"
    assert names(upstream, patch) == {}


def test_a_name_that_stays_itself_elsewhere_is_not_renamed() -> None:
    upstream = "@@ one\n x();\n+start(peer, 1);\n@@ two\n y();\n+stop(peer, 2);\n"
    assert names(upstream, upstream.replace("start(peer", "start(client")) == {}


def test_names_that_change_places_are_renamed_both() -> None:
    upstream = " x();\n+copy(source, 1);\n+check(target, 2);\n"
    patch = " x();\n+copy(target, 1);\n+check(source, 2);\n"
    assert names(upstream, patch) == {"source": "target", "target": "source"}


@pytest.mark.parametrize(
    ("upstream", "patch", "found"),
    [
        ("dco->c->multi", "dco->multi", {"dco->c->multi": "dco->multi"}),
        ("m->top.c1", "m->c1", {"m->top.c1": "m->c1"}),
        ("std::move", "move", {"std::move": "move"}),
        ("dco->multi", "ctx->multi", {"dco": "ctx"}),
        ("dco->multi.x", "dco->many.x", {"multi": "many"}),
        ("dco->multi", "dco.multi", {"dco->multi": "dco.multi"}),
    ],
)
def test_member_chains(upstream: str, patch: str, found: dict[str, str]) -> None:
    fix = " x();\n-    old(CHAIN, 1);\n+    call(CHAIN);\n"
    assert names(fix.replace("CHAIN", upstream), fix.replace("CHAIN", patch)) == found


def test_a_chain_is_renamed_as_a_whole_before_its_parts() -> None:
    upstream = "@@ one\n x();\n+call(dco->c->multi, dco);\n@@ two\n y();\n+stop(multi);\n"
    patch = "@@ one\n x();\n+call(ctx->multi, ctx);\n@@ two\n y();\n+stop(all);\n"
    assert names(upstream, patch) == {"dco->c->multi": "ctx->multi", "dco": "ctx", "multi": "all"}


def test_words_of_comments_strings_and_prose_are_no_names() -> None:
    assert (
        names(' x();\n+log(peer, "lost"); /* bad */\n', ' x();\n+log(peer, "gone"); /* ok */\n')
        == {}
    )
    assert names(" x\n+this must not fail\n", " x\n+this must always fail\n", "README") == {}


def test_what_a_language_brings_with_it_is_no_name_of_the_patch() -> None:
    assert names(" x()\n+y = min(a, 1)\n", " x()\n+y = max(a, 1)\n", "a_py") == {}
    assert names(" x();\n+return true;\n", " x();\n+return false;\n") == {}


def test_one_line_of_a_hunk_that_is_otherwise_adapted_is_no_evidence() -> None:
    upstream = " x();\n+start(peer, 1);\n+first(queue, 17);\n+last(queue);\n"
    patch = " x();\n+start(client, 1);\n+first(queue);\n+other(socket, 3, 4);\n"
    assert names(upstream, patch) == {}


def test_two_lines_of_adapted_hunks_are() -> None:
    upstream = " x();\n+start(peer, 1);\n+stop(peer, 2, 3);\n+if (queue > 17) { last(queue); }\n"
    patch = " x();\n+start(client, 1);\n+stop(client, 2, 3);\n+other(socket, 3, 4);\n"
    assert names(upstream, patch) == {"peer": "client"}


def test_names_in_directives_are_names() -> None:
    upstream = " x\n+#ifdef ENABLE_PEER\n+#endif\n"
    patch = upstream.replace("ENABLE_PEER", "ENABLE_CLIENT")
    assert names(upstream, patch) == {"ENABLE_PEER": "ENABLE_CLIENT"}
