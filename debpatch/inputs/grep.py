"""Words looked for in all files of a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from debpatch.errors import DebpatchError
from debpatch.inputs.repository import Repository


def grep(repository: Repository, tree: str, words: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """The lines of text files in ``tree`` that hold one of ``words``: path, number, text.

    Raises DebpatchError where the clone lacks a file.
    """
    if not words:
        return
    status, output, messages = repository.status_and_output(
        "grep", "-z", "-n", "-w", "-F", "-I", "-f", "-", tree, "--",
        stdin="\n".join(words).encode("utf-8", "surrogateescape"),
    )  # fmt: skip
    # What is not here counts as without a match, and is an error that the status does not tell.
    if status > 1 or re.search("^(error|fatal): ", messages, re.M):
        raise DebpatchError(repository.lacks("files of it"))
    text = output.decode("utf-8", "surrogateescape")
    for match in re.finditer(r"([^\0]*)\0([0-9]+)\0([^\n]*)\n", text):  # a path may hold "\n"
        yield match[1].removeprefix(f"{tree}:"), int(match[2]), match[3]
