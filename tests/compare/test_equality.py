"""The ladder, rung by rung: what may differ, and what is a difference."""

from __future__ import annotations

import pytest

from debpatch.compare.comparison import HunkComparison

from .diffs import compared, sketch


def only(upstream: str, patch: str, name: str = "a_c") -> HunkComparison:
    """The comparison of two diffs of one hunk each."""
    (hunk,) = compared(sketch(**{name: upstream}), sketch(**{name: patch})).hunks
    return hunk


def rung(upstream: str, patch: str, name: str = "a_c") -> str:
    return only(upstream, patch, name).status.value


def test_the_same_lines_at_another_place_are_identical() -> None:
    fix = ' int greet(void)\n-{ puts("hi"); }\n+{ puts("hello"); }\n'
    upstream, patch = sketch(a_c=fix), sketch(a_c=f"@@\n-gone();\n@@ further down\n{fix}")
    same, own = compared(upstream, patch).hunks
    assert (same.status.value, own.status.value) == ("identical", "added")
    assert same.patch is not None
    assert same.patch.hunk.old_start != 1


def test_the_section_after_the_at_signs_does_not_count() -> None:
    hunk = " x\n+new_call(y);\n"
    found = compared(sketch(a_c=f"@@ int one(void)\n{hunk}"), sketch(a_c=f"@@ two\n{hunk}"))
    assert [h.status.value for h in found.hunks] == ["identical"]


@pytest.mark.parametrize(
    "patch",
    [
        " before();\n+call(one);\n other();\n",
        "+call(one);\n",
        " before();\n+call(one);\n after();\n more();\n",
    ],
)
def test_other_lines_around_are_context(patch: str) -> None:
    hunk = only(" before();\n+call(one);\n after();\n", patch)
    assert hunk.status.value == "context"
    assert hunk.carried == (1, 1)


@pytest.mark.parametrize(
    ("upstream", "patch"),
    [
        ("+    if (a && b)\n+        stop();\n", "+\tif (a  &&  b)\n+\t\tstop( );\n"),
        ("+call(one, two);\n", "+call(one,\n+     two);\n"),
        ("+call(one);\n+\n+call(two);\n", "+call(one);\n+call(two);\n"),
        ("+call(one); /* the first */\n", "+call(one); /* number 1 */\n"),
        ("+call(one); /* the first */\n", "+call(one); // number 1\n"),
        ("+/* why */\n+call(one);\n", "+/* because\n+ * of that\n+ */\n+call(one);\n"),
        ("-old(a);\n+/* why */\n+call(one);\n", "-old (a);\n+// so\n+call (one);\n"),
    ],
)
def test_other_white_space_and_words_of_comments_are_formatting(upstream: str, patch: str) -> None:
    hunk = only(f" x();\n{upstream}", f" x();\n{patch}")
    assert hunk.status.value == "formatting"
    assert hunk.carried[0] == hunk.carried[1]


@pytest.mark.parametrize(
    ("upstream", "patch"),
    [
        ("-/* old */\n+call(one);\n", "+call(one);\n"),  # a comment that goes is a change
        ("+/* new */\n+call(one);\n", "+call(one);\n"),
        ('+put("a b");\n', '+put("a  b");\n'),  # in strings white space says something
        ('+put(" ");\n', '+put("  ");\n'),
        ("+put(' ');\n", "+put('\t');\n"),
        ("+return true;\n", "+return false;\n"),
        ("+return NULL;\n", "+return true;\n"),
        ("+limit = 10;\n", "+limit = 11;\n"),
        ("+if (a < b)\n", "+if (a > b)\n"),
        ("-call(1);\n+call(2);\n", "-call(2);\n+call(1);\n"),
    ],
)
def test_what_changes_the_meaning_is_adapted(upstream: str, patch: str) -> None:
    assert rung(f" x();\n{upstream} y();\n", f" x();\n{patch} y();\n") == "adapted"


def test_where_only_a_comment_changes_its_words_count() -> None:
    upstream = " x();\n-/* reads one message */\n+/* reads and handles one message */\n"
    assert rung(upstream, upstream.replace("+/* reads and handles", "+/* reads + handles")) == (
        "adapted"
    )
    assert rung(upstream, upstream.replace("handles one", "handles   one")) == "formatting"


def test_a_line_break_at_the_end_of_the_file_is_formatting() -> None:
    ends = " x();\n+call(one);\n"
    assert rung(ends, ends + "\\ No newline at end of file\n") == "formatting"


@pytest.mark.parametrize(
    ("name", "upstream", "patch", "status"),
    [
        ("a_py", "+if x:\n+    y()\n", "+    if x:\n+        y()\n", "adapted"),
        ("a_py", "+guard(x)\n", "+    guard(x)\n", "adapted"),
        ("a_py", "+x = f(1)\n", "+x = f( 1 )\n", "formatting"),
        ("a_py", "+if x:\n+    y()\n+    z()\n", "+if x:\n+    y()\n+z()\n", "adapted"),
        ("a_yaml", "+key:\n+  sub: 2\n", "+key:\n+sub: 2\n", "adapted"),
        ("Makefile", "+all:\n+\tcc x.c\n", "+all:\n+cc x.c\n", "adapted"),
        ("a_c", "+if (x)\n+    y();\n", "+if (x)\n+y();\n", "formatting"),
        ("a_py", "+x = f(1)  # why\n", "+x = f(1)  # because\n", "formatting"),
        ("a_sh", '+rm -rf "$DIR"/tmp\n', '+rm -rf "$DIR"/ tmp\n', "adapted"),
        ("a_sh", "+# why\n+run\n", "+# because\n+run\n", "formatting"),
        ("a_conf", "+allow 10.0.0.0/8\n", "+allow 10.0.0.0 /8\n", "adapted"),
        ("a_c", "+#define SQ(x) x*x\n", "+#define SQ (x) x*x\n", "adapted"),
        ("a_c", "+n = y - -z;\n", "+n = y--z;\n", "adapted"),
        ("README", "+it must not fail\n", "+it must not fail  \n", "formatting"),
        ("README", "+it must not fail\n", "+it must always fail\n", "adapted"),
        ("README", "+see # 5\n", "+see # 6\n", "adapted"),
    ],
)
def test_each_language_by_its_own_rules(name: str, upstream: str, patch: str, status: str) -> None:
    assert rung(f" \n{upstream}", f" \n{patch}", name) == status


def test_a_hunk_that_begins_inside_a_comment() -> None:
    upstream = " * tells of the call\n+ * and of more\n */\n+void call(int one);\n"
    assert rung(upstream, upstream.replace("of more", "of other things")) == "formatting"


def test_names_changed_throughout_are_renamed() -> None:
    hunk = only(
        " x();\n-    old(peer, peer->id);\n+    call(peer, peer->id);\n",
        " x();\n-    old(client, client->id);\n+    call(client, client->id);\n",
    )
    assert hunk.status.value == "renamed"
    assert [(r.upstream, r.patch, r.occurrences) for r in hunk.identifiers] == [
        ("peer", "client", 4)
    ]


def test_carried_counts_changed_lines_of_upstream_that_the_patch_has() -> None:
    hunk = only(
        " x();\n-one(a, b);\n+two(a, b);\n+\n+three(b);\n+four(c, d);\n",
        " x();\n-one (a, b);\n+two(a,  b);\n+six(d, e);\n",
    )
    assert (hunk.status.value, hunk.carried) == ("adapted", (2, 4))
