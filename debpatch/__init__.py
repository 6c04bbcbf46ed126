"""Compare, check and propose Debian backport patches against their upstream."""

__version__ = "0.1.0"
