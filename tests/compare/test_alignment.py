"""Which hunk answers which: across files, twice, in parts."""

from __future__ import annotations

from debpatch.formats.diff import Diff

from .diffs import compared, place, rows, sketch

GUARD = """\
 {
     int peer_id = context->peer_id;

+    if (is_locked)
+    {
+        log_debug("cannot ask for statistics now");
+        return 0;
+    }
     CONTEXT
"""


def guard(context: str) -> str:
    return GUARD.replace("CONTEXT", context)


def pairs(upstream: Diff, patch: Diff) -> set[tuple[object, object, str]]:
    found = compared(upstream, patch)
    return {(place(h.upstream), place(h.patch), h.status.value) for h in found.hunks}


def test_hunks_in_another_order_find_each_other() -> None:
    one, two = guard("first();"), " y();\n-    send(frame, 1);\n+    send_all(queue, 17);\n"
    upstream = sketch(a_c=f"@@ one\n{one}@@ two\n{two}")
    patch = sketch(a_c=f"@@ two\n{two}@@ one\n{one}")
    assert pairs(upstream, patch) == {
        (("a.c", 1), ("a.c", 2), "identical"),
        (("a.c", 2), ("a.c", 1), "identical"),
    }


def test_a_renamed_file() -> None:
    upstream = sketch(src__event__io_c=guard("first();"), src__main_c=" x\n+call(a, b);\n")
    patch = sketch(src__tcp_c=guard("first();"), src__main_c=" x\n+call(a, b);\n")
    assert pairs(upstream, patch) == {
        (("src/event/io.c", 1), ("src/tcp.c", 1), "identical"),
        (("src/main.c", 1), ("src/main.c", 1), "identical"),
    }


def test_a_file_that_is_two_at_the_base() -> None:
    """One main loop in place of two: upstream changes one, the port both."""
    fix = " case DCO:\n-    process_incoming(m);\n+    read_and_process(&m->top.dco);\n"
    upstream = sketch(multi__io_c=fix)
    patch = sketch(mtcp_c=fix, mudp_c=fix.replace("case DCO", "if (dco)"))
    assert pairs(upstream, patch) == {
        (("multi/io.c", 1), ("mtcp.c", 1), "identical"),
        (("multi/io.c", 1), ("mudp.c", 1), "context"),
    }


def test_a_guard_carried_twice() -> None:
    upstream = sketch(a_c=guard("ask_one();"))
    patch = sketch(a_c=f"@@ all\n{guard('ask_all();')}@@ one\n{guard('ask_one();')}")
    assert pairs(upstream, patch) == {
        (("a.c", 1), ("a.c", 1), "context"),
        (("a.c", 1), ("a.c", 2), "identical"),
    }


def test_two_hunks_of_upstream_are_not_both_in_one_of_the_patch() -> None:
    """A port can do twice what upstream does once; once what upstream does twice is too little."""
    upstream = sketch(a_c=f"@@ all\n{guard('ask_all();')}@@ one\n{guard('ask_one();')}")
    patch = sketch(a_c=guard("ask_one();"))
    assert pairs(upstream, patch) == {
        (("a.c", 1), None, "missing"),
        (("a.c", 2), ("a.c", 1), "identical"),
    }


FIRST = "-    old_name(peer, 1);\n+    new_name(peer, 1, flags);\n"
SECOND = "-    stop(queue);\n+    stop_all(queue, reason);\n"


def test_a_hunk_split_in_two_is_context() -> None:
    """Only the context between them grew at the base."""
    upstream = sketch(a_c=f" x();\n{FIRST} y();\n{SECOND} z();\n")
    patch = sketch(a_c=f"@@\n x();\n{FIRST} y();\n@@ f\n other();\n{SECOND} z();\n")
    assert pairs(upstream, patch) == {
        (("a.c", 1), ("a.c", 1), "context"),
        (("a.c", 1), ("a.c", 2), "context"),
    }


def test_two_hunks_merged_into_one_are_context() -> None:
    upstream = sketch(a_c=f"@@\n x();\n{FIRST} y();\n@@ f\n other();\n{SECOND} z();\n")
    patch = sketch(a_c=f" x();\n{FIRST} y();\n{SECOND} z();\n")
    assert pairs(upstream, patch) == {
        (("a.c", 1), ("a.c", 1), "context"),
        (("a.c", 2), ("a.c", 1), "context"),
    }


def test_a_hunk_of_which_half_is_carried_is_adapted() -> None:
    upstream = sketch(a_c=f" x();\n{FIRST} y();\n{SECOND} z();\n")
    (found,) = compared(upstream, sketch(a_c=f" x();\n{FIRST} y();\n")).hunks
    assert (found.status.value, found.carried) == ("adapted", (2, 4))


def test_lines_that_are_everywhere_pair_nothing() -> None:
    upstream = sketch(a_c=" x();\n+    return 0;\n")
    patch = sketch(b_c=" y();\n+    return 0;\n+    start_all_over(again);\n+    log(1, 2, 3);\n")
    assert [status for status, _, _ in rows(compared(upstream, patch))] == ["missing", "added"]


def test_a_file_that_both_have_is_left_only_for_something_much_alike() -> None:
    """Prototype and definition change alike; each answers its own."""
    change = "-int {0}(void *p);\n+int {0}(void *p, int flags);\n"
    fix = sketch(a_c=f" x\n{change.format('call')}", a_h=f" y\n{change.format('call')}")
    patch = sketch(a_h=f" y\n{change.format('call')}")
    assert pairs(fix, patch) == {
        (("a.h", 1), ("a.h", 1), "identical"),
        (("a.c", 1), None, "missing"),
    }


def test_comments_are_told_once() -> None:
    """A comment that the patch leaves out is not taken for one like it that is there."""
    first = "@@\n x();\n+    /* step 1 comes first */\n"
    second = "@@ f\n y();\n+    /* step 2 comes first */\n+    go(2);\n"
    assert pairs(sketch(a_c=first + second), sketch(a_c=second)) == {
        (("a.c", 1), None, "missing"),
        (("a.c", 2), ("a.c", 1), "identical"),
    }
