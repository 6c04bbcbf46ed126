"""The command line: options in, one call, a renderer, an exit code.

Exit codes are those of diff(1): 0 nothing to report, 1 something found, 2 cannot do it.
"""

from __future__ import annotations

import atexit
import gc
import re
import signal
import sys


def main() -> None:
    """Run ``debpatch`` with the arguments of this process, and exit."""
    if sys.argv[1:] == ["--version"]:  # answered before anything heavy is imported
        from debpatch import __version__

        print(f"debpatch {__version__}")
        return
    # An exit unwinds the stack, so that temporary folders go and child processes end.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    # Nearly all that is made lives to the end or goes by itself; to look for cycles among it,
    # meanwhile or at the exit, is costly.
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    # What the terminal's encoding lacks is spelt out; a patch may hold any character.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    from debpatch.errors import DebpatchError

    try:
        from debpatch.cli.app import app

        app(prog_name="debpatch")
    except DebpatchError as error:
        _fail(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or error}; check free space and permissions")
    except Exception as error:  # a user gets one line; --debug brings the traceback back
        said = re.search(r"(?:fatal|error): [^\n]*", str(getattr(error, "stderr", "")))
        if said:  # Git's own words are the clearest
            _fail(f"git failed: {said[0]}; check free space, and run git fsck there")
        _fail(f"internal error: {type(error).__name__}: {error}; run with --debug and report it")


def _fail(message: str) -> None:
    if "--debug" in sys.argv[1:]:
        raise
    from debpatch.render.safe import one_line

    print(f"debpatch: {one_line(message)}", file=sys.stderr)
    sys.exit(2)
