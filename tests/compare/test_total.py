"""Whatever two diffs say: nothing is lost, nothing is counted twice, nothing breaks."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from debpatch.compare.change import Change, changes
from debpatch.compare.comparison import compare
from debpatch.compare.equality import Status
from debpatch.compare.lines import carried, pair_lines
from debpatch.formats.diff import Diff, parse_diff

# What lexers, terminals and line splitters stumble over.
_AWKWARD = (
    "", " ", "\t\t", "}", "{", "/*", "*/", " * in a comment", "// \\", '"', "'''", "#define X \\",
    "int main(void)", "a->b.c::d", "x = y;", "return 0;", "def f(self):", "#", "<!--", "%{", "\f",
    "\r", "a\rb", "\x1b[2J", "\u2028", "\u202e", "\udcff", "\0", "- x", "++", "@@ -1 +1 @@",
    "--- a/x", "+++ b/x", "diff --git a/x b/x", "\\ No newline", "é", "0x1F", "\u3000",
)  # fmt: skip
_PATHS = ("a.c", "sub/a.c", "b.h", "x.py", "x.sh", "Makefile", "doc.txt", "noext", "a.rs", "a.html")

awkward_lines = st.sampled_from(_AWKWARD) | st.text(max_size=8).map(lambda t: t.replace("\n", ""))
changed_lines = st.tuples(st.sampled_from(" -+"), awkward_lines)


@st.composite
def hunk_texts(draw: st.DrawFn) -> str:
    """A hunk whose header counts right."""
    lines = draw(st.lists(changed_lines, min_size=1, max_size=8))
    lines.append((draw(st.sampled_from("-+")), draw(awkward_lines)))
    signs = Counter(sign for sign, _ in lines)
    old, new = signs[" "] + signs["-"], signs[" "] + signs["+"]
    section = draw(st.sampled_from(("", " int f(void)", " class A:", " \x1b[0m")))
    rows = [f"@@ -{bool(old):d},{old} +{bool(new):d},{new} @@{section}"]
    rows += [sign + text for sign, text in lines]
    if draw(st.booleans()):
        rows.append("\\ No newline at end of file")
    return "".join(f"{row}\n" for row in rows)


@st.composite
def any_diffs(draw: st.DrawFn) -> Diff:
    """A diff that nobody would write."""
    files = draw(
        st.dictionaries(st.sampled_from(_PATHS), st.lists(hunk_texts(), min_size=1, max_size=4))
    )
    text = "".join(f"--- a/{path}\n+++ b/{path}\n{''.join(hunks)}" for path, hunks in files.items())
    return parse_diff(text.encode("utf-8", "surrogatepass"))


@given(any_diffs(), any_diffs())
def test_every_hunk_of_both_sides_is_there(upstream: Diff, patch: Diff) -> None:
    ours, theirs = changes(upstream.files, "1" * 40), changes(patch.files, None)
    found = compare(ours, theirs, None)
    assert {hunk.upstream for hunk in found.hunks} - {None} == set(ours)
    assert {hunk.patch for hunk in found.hunks} - {None} == set(theirs)
    assert len({(hunk.upstream, hunk.patch) for hunk in found.hunks}) == len(found.hunks)
    assert sum(found.summary.values()) == len(found.hunks)
    for hunk in found.hunks:
        alone = {(True, False): Status.MISSING, (False, True): Status.ADDED}
        sides = hunk.upstream is not None, hunk.patch is not None
        assert (hunk.status in alone.values()) == (sides in alone)
        assert hunk.status is alone.get(sides, hunk.status)
        assert 0 <= hunk.carried[0] <= hunk.carried[1]
    assert 0 <= found.carried[0] <= found.carried[1]


@given(any_diffs())
def test_any_diff_is_identical_to_itself(diff: Diff) -> None:
    found = compare(changes(diff.files, "1" * 40), changes(diff.files, None), None)
    assert {hunk.status for hunk in found.hunks} <= {Status.IDENTICAL}
    assert found.verdict == "identical"


def one_change(diff: Diff) -> Change | None:
    return next(iter(changes(diff.files, None)), None)


@given(any_diffs(), any_diffs(), st.dictionaries(st.just("x"), st.just("y")))
def test_each_line_of_both_hunks_is_paired_once(
    upstream: Diff, patch: Diff, names: dict[str, str]
) -> None:
    ours, theirs = one_change(upstream), one_change(patch)
    if ours is None or theirs is None:
        return
    pairs = pair_lines(ours, theirs, names)
    for sign in "-+":
        for side, hunk in (("upstream", ours), ("patch", theirs)):
            paired = [line for pair in pairs if (line := getattr(pair, side))]
            assert len(paired) == len(hunk.lines)
            here = [line for line in hunk.lines if line.sign == sign]
            assert [line for line in paired if line.sign == sign] == here
    for pair in pairs:
        assert pair.upstream or pair.patch
        if pair.upstream and pair.patch:
            assert pair.upstream.sign == pair.patch.sign
        else:
            assert not pair.equal
    lines, of = carried(pairs)
    assert lines <= of == len(ours.lines)
