"""The one exception that reaches a user."""


class DebpatchError(Exception):
    """Something debpatch cannot do, told in one line: what, where, and what to do about it.

    The command line prints the message and exits with 2, as ``diff`` does in trouble.
    """
