"""Diffs as Git, quilt, diff and people write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repos import Repo

from debpatch.errors import DebpatchError
from debpatch.formats.diff import Diff, FileDiff, parse_diff

HUNK = """\
@@ -1,3 +1,4 @@ int main(void)
 one
-two
+2
+three
 four
"""
FILE = f"--- a/main.c\n+++ b/main.c\n{HUNK}"


def parse(text: str, strip: int = 1) -> Diff:
    return parse_diff(text.encode("utf-8", "surrogateescape"), strip=strip)


def only(text: str) -> FileDiff:
    (file,) = parse(text).files
    return file


def test_a_hunk() -> None:
    (hunk,) = only(FILE).hunks
    assert (hunk.number, hunk.section) == (1, "int main(void)")
    assert (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) == (1, 3, 1, 4)
    assert (hunk.removed, hunk.added) == (("two",), ("2", "three"))
    assert [line.text for line in hunk.old] == ["one", "two", "four"]
    assert [line.text for line in hunk.new] == ["one", "2", "three", "four"]


@pytest.mark.parametrize(
    ("head", "path", "prefix"),
    [
        ("--- a/src/x.c\n+++ b/src/x.c\n", "src/x.c", None),
        ("--- i/src/x.c\n+++ w/src/x.c\n", "src/x.c", "i"),
        ("--- pkg-1.0.orig/src/x.c\n+++ pkg-1.0/src/x.c\n", "src/x.c", "pkg-1.0"),
        ("--- pkg-1.0/src/x.c.orig\n+++ pkg-1.0/src/x.c\n", "src/x.c", "pkg-1.0"),
        ("--- a/x.c\t2020-01-02 03:04:05.000 +0000\n+++ b/x.c\t2020-01-02\n", "x.c", None),
        ("--- a/x.c 2020-01-02 03:04:05 +0000\n+++ b/x.c 2020-01-02 03:04:05\n", "x.c", None),
        ("Index: p/x.c\n=====\n--- p.orig/x.c\n+++ p/x.c\n", "x.c", "p"),
        ("--- a//src//x.c\n+++ b//src//x.c\n", "src/x.c", None),
        ("--- x.c\n+++ x.c\n", "x.c", None),
        ('--- "a/\\303\\251 \\"q\\".c"\n+++ "b/\\303\\251 \\"q\\".c"\n', 'é "q".c', None),
        ("--- a/two words.c\n+++ b/two words.c\n", "two words.c", None),
    ],
)
def test_names(head: str, path: str, prefix: str | None) -> None:
    diff = parse(head + HUNK)
    assert [(file.old_path, file.new_path) for file in diff.files] == [(path, path)]
    assert diff.prefix == prefix


@pytest.mark.parametrize("null", ["/dev/null", "/dev/null\t2020-01-02", "a/x\t1970-01-01 00:00:00"])
def test_a_file_that_is_created_or_deleted(null: str) -> None:
    body = "@@ -0,0 +1 @@\n+new\n"
    created = only(f"--- {null}\n+++ b/x\n{body}")
    assert (created.old_path, created.new_path, created.path) == (None, "x", "x")
    deleted = only(f"--- a/x\n+++ {null}\n@@ -1 +0,0 @@\n-old\n")
    assert (deleted.old_path, deleted.new_path, deleted.path) == ("x", None, "x")


PROSE = "Description: mend it\n--- note\n+++ plus\n\n-- \nindex of all\nBinary things\n---\n"


def test_text_around_the_sections_is_passed_over() -> None:
    diff = parse(f"{PROSE}{FILE}\nmore prose\n-- \n2.39.2\n{FILE}")
    assert diff.preamble == PROSE.encode()
    assert [file.path for file in diff.files] == ["main.c", "main.c"]


def test_what_stands_before_quilts_index_line_is_the_preamble() -> None:
    diff = parse(f"{PROSE}Index: a/main.c\n=======\n{FILE}")
    assert diff.preamble == PROSE.encode()


@pytest.mark.parametrize("line", ["-- SQL", "++ x", "-", "+ ", "@@ -1 +1 @@", "\f", "a\rb", "\x85"])
def test_lines_that_look_like_something_else(line: str) -> None:
    (hunk,) = only(f"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n keep\n-{line}\n+{line}!\n").hunks
    assert (hunk.removed, hunk.added) == ((line,), (f"{line}!",))


def test_no_newline_at_the_end_of_a_file() -> None:
    (hunk,) = only("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n").hunks
    assert [(line.sign, line.newline) for line in hunk.lines] == [("-", False), ("+", True)]


def test_empty_lines_stand_for_empty_context() -> None:
    (hunk,) = only("--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n\n+b\n").hunks
    assert [line.text for line in hunk.old] == ["a", ""]


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    (file,) = parse_diff(b"--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+caf\xe9\n").files
    assert file.hunks[0].added[0].encode("utf-8", "surrogateescape") == b"caf\xe9"


@pytest.mark.parametrize("path", ["a/../../etc/passwd", "a/x/../../y", "a//../x", '"a/..\\057x"'])
def test_paths_that_lead_out_of_the_tree_are_refused(path: str) -> None:
    with pytest.raises(DebpatchError, match="leads out of the tree"):
        parse(f"--- {path}\n+++ {path}\n{HUNK}")


def test_an_absolute_path_is_read_below_the_tree() -> None:
    assert only(f"--- /etc/passwd\n+++ /etc/passwd\n{HUNK}").path == "etc/passwd"


@pytest.mark.parametrize("lines", range(3, 7))
def test_a_hunk_that_is_cut_short(lines: int) -> None:
    short = "".join(FILE.splitlines(keepends=True)[:lines])
    with pytest.raises(DebpatchError, match=r"x\.patch:\d+: .*main\.c.*cut off") as caught:
        parse_diff(short.encode(), where="x.patch")
    assert "\n" not in str(caught.value)


def test_a_hunk_with_more_lines_than_it_says() -> None:
    with pytest.raises(DebpatchError, match="cut off or damaged"):
        parse(FILE.replace("-1,3 +1,4", "-1,3 +1,1"))


# -- as Git writes it ------------------------------------------------------------------------------


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path)
    (tmp_path / "run.sh").touch()
    made.commit({"src/x.c": "one\ntwo\nthree\n", "logo.png": b"\x89PNG\0\1\2", "run.sh": "ls\n"})
    return made


def git_diff(repo: Repo, *options: str) -> Diff:
    return parse_diff(repo.run("diff", *options, "HEAD~", "HEAD").stdout)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--no-prefix",),
        ("--src-prefix=i/", "--dst-prefix=w/"),
        ("--full-index",),
        ("--patience", "-U0"),
        ("-W",),
    ],
)
def test_with_any_prefix(repo: Repo, options: tuple[str, ...]) -> None:
    repo.commit(
        {"src/x.c": "one\n2\nthree\n", "a b.txt": "new\n", "run.sh": None, "logo.png": None}
    )
    data = repo.run("diff", *options, "HEAD~", "HEAD").stdout
    diff = parse_diff(data, strip=0 if "--no-prefix" in options else 1)
    found = {file.path: (file.old_path, file.new_path, len(file.hunks)) for file in diff.files}
    assert found == {
        "a b.txt": (None, "a b.txt", 1),
        "logo.png": ("logo.png", None, 0),
        "run.sh": ("run.sh", None, 1),
        "src/x.c": ("src/x.c", "src/x.c", 1),
    }


def test_a_rename_a_mode_and_a_binary_file(repo: Repo) -> None:
    repo.git("mv", "src/x.c", "src/y z.c")
    (repo.path / "run.sh").chmod(0o755)
    repo.commit({"logo.png": b"\x89PNG\0\3"})
    for options in ((), ("--binary",)):
        binary, mode, rename = sorted(git_diff(repo, "-M", *options).files, key=lambda f: f.path)
        assert (binary.path, binary.binary, binary.hunks) == ("logo.png", True, ())
        assert (mode.path, mode.old_mode, mode.new_mode) == ("run.sh", "100644", "100755")
        assert (rename.old_path, rename.new_path) == ("src/x.c", "src/y z.c")


@pytest.mark.parametrize("name", ["é.c", "a\tb", 'q"q', "two  blanks", "b/x a/x", "back\\slash"])
def test_unusual_names(repo: Repo, name: str) -> None:
    repo.commit({name: "1\n"})
    repo.commit({name: "2\n"})
    assert [file.path for file in git_diff(repo).files] == [name]
    (repo.path / name).chmod(0o755)
    repo.commit({})
    assert [file.path for file in git_diff(repo).files] == [name]


# -- whatever comes --------------------------------------------------------------------------------

_LINES = (
    *FILE.splitlines(), "diff --git a/x b/x", "diff --git x", "diff --git x x", "index 1..2 100644",
    "new file mode 100644", "rename from x", "rename to y", "GIT binary patch", "literal 3",
    "Binary files a/x and b/x differ", "--- /dev/null", "+++ /dev/null", "@@ -0,0 +1 @@", "+", "-",
    "", " ", "\\ No newline at end of file", "@@ -1,99999999 +1 @@", "Index: x", "--- a/../x",
)  # fmt: skip


@given(st.lists(st.sampled_from(_LINES) | st.text(max_size=12), max_size=14))
def test_it_is_a_diff_or_a_clear_line(lines: list[str]) -> None:
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    try:
        diff = parse_diff(data)
    except DebpatchError:
        return
    assert data.startswith(diff.preamble)
    for file in diff.files:
        assert ".." not in file.path.split("/")
        for number, hunk in enumerate(file.hunks, 1):
            assert hunk.number == number
            assert (len(hunk.old), len(hunk.new)) == (hunk.old_count, hunk.new_count)


def test_the_mark_of_a_missing_newline_in_another_language() -> None:
    """GNU diff writes it in the language of whoever makes the patch."""
    mark = "\\ Kein Zeilenumbruch am Dateiende."
    text = (
        f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n{mark}\n+b\n{mark}\n"
        "--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n"
    )
    first, second = parse_diff(text.encode()).files
    assert [line.newline for line in first.hunks[0].lines] == [False, False]
    assert [line.newline for line in second.hunks[0].lines] == [True, True]
    english = text.replace(mark, "\\ No newline at end of file")
    assert parse_diff(english.encode()).files == (first, second)
