"""Which rules count: options, and ``debian/debpatch.toml``.

::

    [dep3]
    select = ["all"]                # rule ids, kinds of rules, or "all"
    ignore = ["synopsis-long"]

    [dep3.patches]
    "fix-build.patch" = ["author-without-address"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from debpatch.dep3.rules import Rule, all_rules
from debpatch.errors import DebpatchError

if TYPE_CHECKING:
    from debpatch.package.source_package import SourcePackage

FILE = "debian/debpatch.toml"
"""The package's settings."""

ALL = "all"


@dataclass(frozen=True, slots=True)
class Settings:
    """``select`` and ``ignore`` hold rule ids, kinds, or ALL; ``patches`` ignores for one patch."""

    select: tuple[str, ...] = (ALL,)
    ignore: tuple[str, ...] = ()
    patches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def counts(self, rule: Rule, patch: str) -> bool:
        """Whether a finding of ``rule`` in the patch called so is wanted."""
        ignored = {*self.ignore, *self._of(patch)}
        return _covers(self.select, rule) and not _covers(ignored, rule)

    def _of(self, patch: str) -> tuple[str, ...]:
        for name in (patch, patch.rpartition("/")[2]):
            if name in self.patches:
                return self.patches[name]
        return ()

    def narrowed(self, select: Iterable[str], ignore: Iterable[str]) -> Settings:
        """With the command line's wishes: its selection instead, its ignores in addition.

        Raises DebpatchError for a name that is no rule.
        """
        wanted = tuple(select) or self.select
        settings = Settings(wanted, (*self.ignore, *ignore), self.patches)
        settings.check("--select or --ignore")
        return settings

    def check(self, where: str) -> None:
        """Raise DebpatchError where a name is no rule; ``where`` is where it was said."""
        rules = all_rules()
        known = {ALL, *(rule.id for rule in rules), *(rule.kind for rule in rules)}
        named = {
            *self.select,
            *self.ignore,
            *(name for names in self.patches.values() for name in names),
        }
        for name in sorted(named - known):
            raise DebpatchError(f"{where}: no such rule: {name!r}; see validate-dep3 --list-rules")


def settings_of(package: SourcePackage | None) -> Settings:
    """The settings that ``package`` has; the defaults without one. Raises as ``read_settings``."""
    if package is None:
        return Settings()
    return read_settings(package.read(FILE), f"{package.location}: {FILE}")


def read_settings(data: bytes | None, where: str) -> Settings:
    """Read ``debian/debpatch.toml``; None gives the defaults.

    Raises DebpatchError for what is no TOML, an unknown key, or an unknown rule.
    """
    if data is None:
        return Settings()
    try:
        table = tomllib.loads(data.decode()).get("dep3", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DebpatchError(f"{where}: not valid TOML: {error}") from error
    try:
        settings = _settings(**table)
    except TypeError as error:
        raise DebpatchError(
            f"{where}: [dep3] takes select and ignore, which are lists of rules, and a table "
            "patches"
        ) from error
    settings.check(where)
    return settings


def _settings(
    select: object = (ALL,), ignore: object = (), patches: Mapping[str, Any] | None = None
) -> Settings:
    by_patch = {name: _names(rules) for name, rules in dict(patches or {}).items()}
    return Settings(_names(select), _names(ignore), by_patch)


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise TypeError(value)
    return tuple(value)


def _covers(names: Iterable[str], rule: Rule) -> bool:
    return not {ALL, rule.id, rule.kind}.isdisjoint(names)
