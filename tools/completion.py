"""Write the files that make shells complete: ``python tools/completion.py FOLDER``.

They are what ``debpatch --show-completion`` prints, where each shell's packages have them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from debpatch.cli.app import completion

_FILES = {"bash": "bash/debpatch", "fish": "fish/debpatch.fish", "zsh": "zsh/_debpatch"}


def write(folder: Path) -> None:
    """Write a file for each shell below ``folder``."""
    for shell, name in _FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(completion(shell).strip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
