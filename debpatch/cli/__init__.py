"""The command line: options in, one call, a renderer, an exit code.

Exit codes are those of diff(1): 0 nothing to report, 1 something found, 2 cannot do it.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Run ``debpatch`` with the arguments of this process, and exit."""
    if sys.argv[1:] == ["--version"]:  # answered before anything heavy is imported
        from debpatch import __version__

        print(f"debpatch {__version__}")
        return
    # An exit unwinds the stack, so that temporary folders go and child processes end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    from debpatch.errors import DebpatchError

    try:
        from debpatch.cli.app import app

        app(prog_name="debpatch")
    except DebpatchError as error:
        _fail(str(error))
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # a user gets one line; --debug brings the traceback back
        _fail(f"internal error: {type(error).__name__}: {error}; run with --debug and report it")


def _fail(message: str) -> None:
    if "--debug" in sys.argv[1:]:
        raise
    from debpatch.render.safe import escape

    print(f"debpatch: {escape(message)}", file=sys.stderr)
    sys.exit(2)
