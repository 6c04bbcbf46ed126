"""Where the files that ship with debpatch lie: the templates and the demo's sources."""

from __future__ import annotations

from pathlib import Path

from debpatch.errors import DebpatchError

_PACKAGE = Path(__file__).resolve().parent


def fixtures() -> Path:
    """Return the folder of the fixtures, ``demo`` among them."""
    return _shipped("fixtures")


def templates() -> Path:
    """Return the folder of the Jinja2 templates."""
    return _shipped("templates")


def _shipped(name: str) -> Path:
    inside = _PACKAGE / name
    if inside.is_dir():  # an installed wheel
        return inside
    checkout = _PACKAGE.parent
    # Beside an installed package lie strangers; one of them may well be called "templates".
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise DebpatchError(f"{inside} is missing, so the installation is damaged; reinstall debpatch")
