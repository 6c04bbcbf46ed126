"""The base: the upstream tag that a package's version is built from."""

from __future__ import annotations

import configparser
import re
from bisect import bisect
from collections.abc import Collection, Sequence

from debpatch.errors import DebpatchError
from debpatch.formats.versions import Release, Version, parse_version, releases
from debpatch.git.repository import Repository
from debpatch.package.source_package import SourcePackage

# What Debian appends to an upstream version: a repacked tarball, the versions of components.
_EPOCH = re.compile(r"^[0-9]+:")
_REALLY = re.compile(r"^.*[+~.-]really[+~.-]?")
_COMPONENTS = re.compile(r"\+~.*$")
_REPACKED = re.compile(
    r"(?:[+~.-](?:ds|repack(?:ed)?|debian|deb[0-9]+u|orig|clean)|[+~.-]?dfsg)(?:[+~.-]?[0-9]+)*$"
)
_SNAPSHOT = re.compile(r"[+~.-](?:git|svn|hg|bzr|cvs|snapshot)|[+~.-]g[0-9a-f]{7,40}\b")
_SHA = re.compile(r"(?<![0-9a-z])(?:git|g)?(?P<sha>[0-9a-f]{7,40})(?![0-9a-z])")
_DATE = re.compile(r"(?:19|20)[0-9]{6}(?:[0-9]{4}|[0-9]{6})?")
_AROUND = 3  # as many tags on either side are shown when none fits


def find_base(
    upstream_version: str,
    package_name: str,
    tags: Collection[str],
    tag_formats: Sequence[str] = (),
) -> str:
    """Find the tag that is ``upstream_version`` of ``package_name`` among upstream's ``tags``.

    ``tag_formats`` are those of the package's gbp.conf, and win. Otherwise tag and version are
    compared in their normal form (see ``Version``), after what Debian put into the version was
    taken out of it: ``1.2~rc1+dfsg`` of foo is ``v1.2-rc1``, ``foo_1_2_rc1`` and so on. Only
    ``releases`` count.

    Raises DebpatchError if no tag fits, if several do, or if the version is a snapshot between
    releases (see ``snapshot_commit``).
    """
    plain = upstream_part(upstream_version)
    for tag_format in tag_formats:
        for version in (upstream_version, plain):
            tag = expand_format(tag_format, version)
            if tag in tags:
                return tag
    if _SNAPSHOT.search(plain):
        raise DebpatchError(
            f"{package_name} {upstream_version} is a snapshot, not a release; give its commit "
            "with --base"
        )
    wanted = parse_version(plain)
    known = releases(tags, package_name)
    found = _matching(wanted, known) if wanted else []
    found = [tag for tag in found if tag.endswith(plain)] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise DebpatchError(
            f"{package_name} {upstream_version} may be any of the tags {', '.join(found)}; "
            "choose one with --base"
        )
    nearest = _nearest(wanted, known) or f"none of its {len(tags)} tags is a version"
    raise DebpatchError(
        f"no upstream tag for {package_name} {upstream_version}; {nearest}; give the tag or "
        "commit with --base"
    )


def package_base(repository: Repository, package: SourcePackage) -> str:
    """The upstream tag that ``package`` is built from; raises DebpatchError if none or several."""
    formats = tag_formats(package.read("debian/gbp.conf") or b"")
    return find_base(package.upstream_version, package.name, repository.tags, formats)


def upstream_part(version: str) -> str:
    """Take out of an upstream version what Debian put in.

    That is the epoch, the version that a ``+really`` overrides, and at the end ``+dfsg``, ``+ds``
    and the like (Developer's Reference 6.7.8.2) and the versions of further components (``+~``).
    """
    version = _COMPONENTS.sub("", _REALLY.sub("", _EPOCH.sub("", version)))
    while (shorter := _REPACKED.sub("", version)) != version:
        version = shorter
    return version


def snapshot_commit(upstream_version: str) -> str | None:
    """The abbreviated commit in the version of a snapshot, as in ``1.2+git20240101.1a2b3c4``.

    None where the version is no snapshot or names no commit. Whether there is such a commit is for
    the caller to look up.
    """
    version = upstream_part(upstream_version)
    mark = _SNAPSHOT.search(version)
    if not mark:
        return None
    shas = [match["sha"] for match in _SHA.finditer(version, mark.start())]
    return next((sha for sha in reversed(shas) if not _DATE.fullmatch(sha)), None)


def _matching(wanted: Version, known: Sequence[Release]) -> list[str]:
    """The tags of this version; with 2.7 and 2.7.0 both there, of the one with equal numbers."""
    same = [release for release in known if release.version == wanted]
    same = same or [release for release in known if release.version.short == wanted.short]
    return [release.tag for release in same]


def _nearest(wanted: Version | None, known: Sequence[Release]) -> str:
    """Say which releases there are around the version; empty where there are none."""
    at = bisect([r.version.key for r in known], wanted.key) if wanted else len(known)
    around = known[max(at - _AROUND, 0) : at + _AROUND]
    return f"the nearest are {', '.join(release.tag for release in around)}" if around else ""


# -- how upstream names its tags, as ``debian/gbp.conf`` says: gbp.conf(5) -------------------------

_OPTIONS = ("upstream-vcs-tag", "upstream-tag")
_VERSION = re.compile(r"%\((?P<kind>h?version)(?P<changes>(?:%(?:\\%|[^%])+%(?:\\%|[^%)])*)*)\)s")
_CHANGE = re.compile(r"%((?:\\%|[^%])+)%((?:\\%|[^%])*)")


def tag_formats(data: bytes) -> tuple[str, ...]:
    """Read the formats of upstream's tags, the surest first.

    ``upstream-vcs-tag`` names a tag of upstream's own, ``upstream-tag`` in many packages one that
    gbp made when it imported a tarball. An unreadable file says nothing.
    """
    # A gbp.conf may lack a heading for its first lines, and it may repeat itself.
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(data.decode("utf-8", "replace"))
    except configparser.Error:
        return ()
    sections = [parser.defaults(), *(parser[name] for name in parser.sections())]
    found = (section.get(option) for option in _OPTIONS for section in sections)
    return tuple(dict.fromkeys(value.strip("'\"") for value in found if value))


def expand_format(tag_format: str, version: str) -> str:
    """Put an upstream version into a format such as ``v%(version%~%-)s``, as gbp does.

    ``%(version)s`` is the version, ``%(hversion)s`` the same with dashes for dots, and
    ``%A%B`` after either replaces A by B. What Git allows in no tag, ``~`` and ``:``, becomes ``_``
    and ``%``.
    """

    def replacement(match: re.Match[str]) -> str:
        text = version.replace(".", "-") if match["kind"] == "hversion" else version
        for old, new in _CHANGE.findall(match["changes"]):
            text = text.replace(old.replace(r"\%", "%"), new.replace(r"\%", "%"))
        return text.replace("~", "_").replace(":", "%")

    return _VERSION.sub(replacement, tag_format)
