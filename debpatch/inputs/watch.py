"""Which repository ``debian/watch`` follows: uscan(1), debian-watch(5)."""

from __future__ import annotations

from collections.abc import Iterator

from debpatch.inputs.repository_url import repository_at_forge


def watched_repositories(text: str, package_name: str) -> list[str]:
    """The repositories that a watch file names, those in Git mode first.

    A watch on the tags or releases of a forge names its repository too. Reads versions 3 and 4,
    and 5 with ``Source`` or the templates for GitHub and GitLab. A file that is wrong says nothing.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    is_deb822 = bool(lines) and lines[0].lower().startswith("version:")
    watches = list(_deb822_watches(text) if is_deb822 else _line_watches(text))
    by_git = [url for url, in_git_mode in watches if in_git_mode]
    at_forge = [repository_at_forge(_expand(url, package_name)) for url, _ in watches]
    return [_expand(url, package_name) for url in by_git] + [url for url in at_forge if url]


def _line_watches(text: str) -> Iterator[tuple[str, bool]]:
    """Each watch's URL of a file in version 3 or 4, and whether it is in Git mode."""
    from debian.watch import MissingVersion, WatchFile

    try:
        file = WatchFile.from_lines(text.splitlines(keepends=True)) or WatchFile()
    except (MissingVersion, ValueError, TypeError, IndexError):
        return  # all of these are how python-debian says that it cannot read a file
    for watch in file:
        options = (option.replace(" ", "") for option in (*file.options, *watch.options))
        yield watch.url, "mode=git" in options


def _deb822_watches(text: str) -> Iterator[tuple[str, bool]]:
    """The same for version 5; its first paragraph has defaults for the others."""
    from debian.deb822 import Deb822

    defaults: dict[str, str] = {}
    for paragraph in Deb822.iter_paragraphs(text, use_apt_pkg=False):
        own = {key.replace("-", "").lower(): value for key, value in paragraph.items()}
        fields = {**defaults, **own}
        defaults = defaults or fields
        template = fields.get("template", "").lower()
        if template == "github":
            yield f"https://github.com/{fields.get('owner', '')}/{fields.get('project', '')}", False
        elif template == "gitlab":
            yield fields.get("dist", ""), False
        elif "source" in fields:
            yield fields["source"], fields.get("mode", "").lower() == "git"


def _expand(url: str, package_name: str) -> str:
    return url.replace("@PACKAGE@", package_name)
