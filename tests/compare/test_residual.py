"""Residual references: what a patch stops defining and the tree still uses."""

from __future__ import annotations

import pytest

from debpatch.compare.residual import residual_references
from debpatch.git.tree import Edit

from .conftest import MakeTree
from .diffs import git_diff

HEADER = "#define LINK_MAX 8\n\nstruct link;\n\nint link_read(struct link *link);\n"
SOURCE = '#include "link.h"\n\nint\nlink_read(struct link *link)\n{\n    return 0;\n}\n'
BSD = '#include "link.h"\n\nint\nlink_read(struct link *link)\n{\n    return 1;\n}\n'


def found(
    make: MakeTree, before: dict[str, str], after: dict[str, str], others: dict[str, str]
) -> list[tuple[str, str, int]]:
    """What is left over in ``others`` when a patch makes ``after`` of ``before``."""
    diff = git_diff(before, after)
    edit = Edit.of(make({**before, **others}))
    assert edit.apply(diff.files) == []
    references = residual_references(diff.files, edit.write("after"))
    return [(use.identifier, use.path, use.line) for use in references]


def renamed(files: dict[str, str], old: str, new: str) -> dict[str, str]:
    return {path: text.replace(old, new) for path, text in files.items()}


def test_a_definition_forgotten_for_another_system(tree: MakeTree) -> None:
    files = {"link.h": HEADER, "link_linux.c": SOURCE}
    after = renamed(files, "link_read", "link_read_all")
    assert found(tree, files, after, {"link_bsd.c": BSD}) == [("link_read", "link_bsd.c", 4)]


def test_each_use_is_named(tree: MakeTree) -> None:
    files = {"link.h": HEADER, "link.c": SOURCE}
    main = "int main(void)\n{\n    link_read(0);\n    f = &link_read;\n    link_reads();\n}\n"
    after = renamed(files, "link_read", "link_get")
    assert found(tree, files, after, {"main.c": main, "z.c": "x = link_read(1);\n"}) == [
        ("link_read", "main.c", 3),
        ("link_read", "main.c", 4),
        ("link_read", "z.c", 1),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.c", "/* see link_read() */\n"),
        ("main.c", "// link_read\n"),
        ("main.c", 'const char *s = "link_read";\n'),
        ("main.c", "int my_link_read(void);\n"),
        ("README", "link_read reads\n"),
        ("NEWS.txt", "link_read reads\n"),
        ("script.py", "# link_read\n"),
    ],
)
def test_what_is_no_use(tree: MakeTree, name: str, text: str) -> None:
    files = {"link.h": HEADER, "link.c": SOURCE}
    assert found(tree, files, renamed(files, "link_read", "link_get"), {name: text}) == []


def test_a_macro(tree: MakeTree) -> None:
    files = {"link.h": HEADER}
    after = renamed(files, "LINK_MAX", "LINKS")
    uses = "struct link links[LINK_MAX];\n#if LINK_MAX > 4\n#endif\n"
    assert found(tree, files, after, {"a.c": uses}) == [
        ("LINK_MAX", "a.c", 1),
        ("LINK_MAX", "a.c", 2),
    ]


def test_a_type(tree: MakeTree) -> None:
    before = {"link.h": "struct frame {\n    int kind;\n};\n"}
    after = {"link.h": "struct link_frame {\n    int kind;\n};\n"}
    assert found(tree, before, after, {"a.c": "struct frame *first;\n"}) == [("frame", "a.c", 1)]


def test_static_functions_are_their_files_own(tree: MakeTree) -> None:
    before = {"a.c": "static int\nhelp(void)\n{\n    return 0;\n}\n"}
    after = {"a.c": "static int\nassist(void)\n{\n    return 0;\n}\n"}
    other = "static int\nhelp(void)\n{\n    return 1;\n}\n"
    assert found(tree, before, after, {"b.c": other}) == []


def test_what_only_moves_is_still_defined(tree: MakeTree) -> None:
    before = {"a.c": SOURCE, "b.c": "int b;\n"}
    after = {"a.c": "int a;\n", "b.c": f"int b;\n{SOURCE}"}
    assert found(tree, before, after, {"main.c": "int x = link_read(0);\n"}) == []


def test_a_deleted_file(tree: MakeTree) -> None:
    main = {"main.c": "int main(void)\n{\n    return link_read(0);\n}\n"}
    assert found(tree, {"link.c": SOURCE}, {}, main) == [("link_read", "main.c", 3)]


def test_use_in_a_file_that_the_patch_touches_too(tree: MakeTree) -> None:
    """A caller further down was forgotten."""
    body = SOURCE + "\n" * 9 + "int again(void)\n{\n    return link_read(0);\n}\n"
    after = body.replace("link_read(struct", "link_get(struct")
    assert found(tree, {"link.c": body}, {"link.c": after}, {}) == [("link_read", "link.c", 19)]


def test_python(tree: MakeTree) -> None:
    before = {"a.py": "def read(link):\n    return 1\n\n\nclass Link:\n    pass\n"}
    after = {"a.py": "def read_all(link):\n    return 1\n\n\nclass Chain:\n    pass\n"}
    uses = "from a import Link, read\n# read\nread(Link())\nprint('read')\n"
    assert found(tree, before, after, {"b.py": uses}) == [
        ("Link", "b.py", 1),
        ("Link", "b.py", 3),
        ("read", "b.py", 1),
        ("read", "b.py", 3),
    ]
