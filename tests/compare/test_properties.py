"""What must hold for any patch: compared with itself, and with itself changed in a known way."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from debpatch.compare.comparison import Verdict
from debpatch.formats.diff import Diff

from .diffs import NAMES, Function, compared, edits, git_diff, rows, sources, text, without

Pair = tuple[list[list[str]], list[list[str]]]


@st.composite
def fixes(draw: st.DrawFn) -> Pair:
    """A file before and after a fix."""
    before = draw(sources())
    after = draw(edits(before))
    assume(text(before) != text(after))
    return before, after


def diff(before: Sequence[Function], after: Sequence[Function], path: str = "src/main.c") -> Diff:
    return git_diff({path: text(before)}, {path: text(after)})


def statuses(upstream: Diff, patch: Diff) -> list[str]:
    return [status for status, _, _ in rows(compared(upstream, patch))]


def hunks(changed: Diff) -> list[tuple[str, int]]:
    return [(file.path, hunk.number) for file in changed.files for hunk in file.hunks]


def changed(fix: Diff) -> list[list[str]]:
    """The changed lines of each hunk without their white space."""
    return [
        [line.sign + "".join(line.text.split()) for line in hunk.lines if line.sign != " "]
        for file in fix.files
        for hunk in file.hunks
    ]


@given(st.dictionaries(st.sampled_from(["a.c", "b.c", "sub/a.c", "x.py"]), fixes(), min_size=1))
def test_a_patch_is_identical_to_itself(fixes: dict[str, Pair]) -> None:
    same = git_diff(
        {path: text(before) for path, (before, _) in fixes.items()},
        {path: text(after) for path, (_, after) in fixes.items()},
    )
    found = compared(same, same)
    assert rows(found) == [("identical", place, place) for place in hunks(same)]
    assert found.verdict is Verdict.IDENTICAL
    assert found.identifiers == ()
    assert found.carried[0] == found.carried[1]


@given(fixes(), st.lists(st.sampled_from(["int moved;", "/* down */", ""]), min_size=1))
def test_moved_down_it_is_still_identical(fix: Pair, above: list[str]) -> None:
    before, after = fix
    moved = diff([above, *before], [above, *after])
    assert set(statuses(diff(before, after), moved)) == {"identical"}


@given(fixes())
def test_with_other_context_it_is_context(fix: Pair) -> None:
    before, after = fix
    ours = diff(before, after)
    around = {line.text for file in ours.files for h in file.hunks for line in h.lines
              if line.sign == " "}  # fmt: skip
    changed = {line for file in ours.files for h in file.hunks for line in (*h.removed, *h.added)}
    touched = around - changed - {""}

    def elsewhere(source: Sequence[Function]) -> list[list[str]]:
        return [[f"{n} // ported" if n in touched else n for n in lines] for lines in source]

    theirs = diff(elsewhere(before), elsewhere(after))
    assume([h.removed + h.added for f in ours.files for h in f.hunks]
           == [h.removed + h.added for f in theirs.files for h in f.hunks])  # fmt: skip
    expected = {"context"} if touched else {"identical"}
    assert set(statuses(ours, theirs)) <= expected | {"identical"}
    assert len(hunks(ours)) == len(rows(compared(ours, theirs)))


@given(fixes(), st.data())
def test_with_a_hunk_dropped_just_that_one_is_missing(fix: Pair, data: st.DataObject) -> None:
    whole = diff(*fix)
    places = hunks(whole)
    assume(len(places) > 1)
    dropped = data.draw(st.integers(0, len(places) - 1))
    found = rows(compared(whole, without(whole, dropped)))
    assert found == [
        ("missing", place, None) if n == dropped else ("identical", place, place)
        for n, place in enumerate(places)
    ]


@given(fixes())
def test_with_a_hunk_of_its_own_just_that_one_is_added(fix: Pair) -> None:
    before, after = fix
    last = ["", "int audit(void)", "{", *(f"    check_{n}();" for n in "abcdefgh"), "}"]
    own = [*last[:-4], "    audit_peer(4711);", *last[-4:]]
    upstream = diff([*before, last], [*after, last])
    *places, added = hunks(patch := diff([*before, last], [*after, own]))
    kept = [("identical", place, place) for place in places]
    assert rows(compared(upstream, patch)) == [*kept, ("added", None, added)]


@given(fixes(), st.dictionaries(st.sampled_from(NAMES), st.just("_ng"), min_size=1, max_size=2))
def test_renamed_throughout_it_is_renamed_by_just_that_map(
    fix: Pair, suffixes: dict[str, str]
) -> None:
    before, after = fix

    def renamed(source: Sequence[Function]) -> list[list[str]]:
        def new(word: re.Match[str]) -> str:
            return word[0] + suffixes.get(word[0], "")

        return [[re.sub(r"\w+", new, line) for line in lines] for lines in source]

    ours = diff(before, after)
    found = compared(ours, diff(renamed(before), renamed(after)))
    code = [
        line
        for file in ours.files
        for hunk in file.hunks
        for line in (*hunk.removed, *hunk.added)
        if "/*" not in line and '"' not in line
    ]
    used = {name for name in suffixes if any(name in re.findall(r"\w+", line) for line in code)}
    assert {(r.upstream, r.patch) for r in found.identifiers} == {
        (name, f"{name}_ng") for name in used
    }
    assert {hunk.status.value for hunk in found.hunks} <= {"identical", "context", "renamed"}
    # No files are at hand here that could vouch for the names.
    equal = {Verdict.IDENTICAL, Verdict.EQUIVALENT}
    assert found.verdict in ({Verdict.ADAPTED} if used else equal)


@given(fixes())
def test_with_other_white_space_it_is_formatting(fix: Pair) -> None:
    before, after = fix

    def spread(source: Sequence[Function]) -> list[list[str]]:
        return [[re.sub(r"([-+=<>!*/&|]+|[(;])", r" \1 ", n).replace("    ", "\t") for n in lines]
                for lines in source]  # fmt: skip

    ours, theirs = diff(before, after), diff(spread(before), spread(after))
    # Which of several equal lines is the new one, Git guesses by their indentation.
    assume(changed(ours) == changed(theirs))
    found = compared(ours, theirs)
    assert len(found.hunks) == len(hunks(ours))
    for hunk in found.hunks:
        assert hunk.upstream is not None
        says_nothing = all(line.is_blank for line in hunk.upstream.lines)
        assert hunk.status.value == ("context" if says_nothing else "formatting")
    assert found.verdict is Verdict.EQUIVALENT
    assert found.identifiers == ()


@given(fixes())
def test_with_other_comments_it_is_formatting(fix: Pair) -> None:
    def remarked(source: Sequence[Function], remark: str) -> list[list[str]]:
        return [[f"{n} /* {remark} */" if n.endswith(";") else n for n in f] for f in source]

    ours, theirs = (
        diff(remarked(fix[0], remark), remarked(fix[1], remark))
        for remark in ("as the protocol wants it", "by the book")
    )
    found = compared(ours, theirs)
    assert len(found.hunks) == len(hunks(ours))
    for hunk in found.hunks:
        assert hunk.upstream is not None
        has_remark = any("*/" in line and ";" in line for line in hunk.upstream.text.split("\n"))
        assert hunk.status.value in ({"formatting"} if has_remark else {"identical", "context"})
    assert found.verdict in {Verdict.IDENTICAL, Verdict.EQUIVALENT}
