"""Coverage-guided fuzzing of the readers of strangers' bytes, with atheris.

::

    python tests/fuzz/campaign.py [TARGET] [libFuzzer's options]

Without a target each has its turn; ``make fuzz`` does that, with a million inputs for each. What
crashes or takes ten seconds is left in a file; its bytes become an example in ``test_TARGET.py``.
Those tests run the same checks on hypothesis's inputs, and need no atheris.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

TARGETS = ("dep3_header", "dep3_fix", "mail", "patch", "series")
_HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Fuzz the target that ``arguments`` begin with, or all; gives the exit status."""
    if arguments and arguments[0] in TARGETS:
        return _fuzz(*arguments)
    for target in TARGETS:
        print(f"== {target}", flush=True)
        status = subprocess.run([sys.executable, __file__, target, *arguments], check=False)
        if status.returncode:
            return status.returncode
    return 0


def _fuzz(target: str, *options: str) -> int:
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

    sys.path.insert(0, str(_HERE.parent))
    with atheris.instrument_imports(include=["debpatch", "email", "fuzz"]):
        module = import_module(f"fuzz.fuzz_{target}")
    usual = ["-timeout=10", "-rss_limit_mb=1000", "-max_len=4096", f"-dict={_HERE / 'words.dict'}"]
    corpus = Path(tempfile.mkdtemp(prefix=f"fuzz-{target}-"))  # libFuzzer ends without a farewell
    for number, seed in enumerate(module.SEEDS):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *usual, *options, str(corpus)], module.check)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
