from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source_packages import CONTROL, packaging, write_tree

from debpatch.formats.repository_url import is_safe, repository_at_forge, repository_of_change
from debpatch.package.source_package import open_package
from debpatch.package.upstream import UpstreamLocation, candidates, watched_repositories

SHA = "0123456789abcdef0123456789abcdef01234567"


def test_all_that_a_package_and_a_patch_say_in_order(tmp_path: Path) -> None:
    files = {
        **packaging(),
        "debian/control": CONTROL.replace("Package:", "Package:", 1).replace(
            "Maintainer:",
            "Homepage: https://gitlab.example.org/group/sub/hello/-/wikis/home\nMaintainer:",
        ),
        "debian/upstream/metadata": (
            "---\nBug-Database: https://x.example/bugs\n"
            "Reference:\n  Repository: https://nested.example/no.git\n"
            'Repository: "https://git.example.org/hello.git"  # main\n'
        ),
        "debian/watch": (
            'version=4\nopts="mode=git, pgpmode=none" \\\n'
            "  https://git.example.org/hello refs/tags/v(.*)\n"
            "https://github.com/greet/@PACKAGE@/tags .*/v(.*).tar.gz\n"
        ),
    }
    package = open_package(write_tree(tmp_path, files))
    header = f"Origin: upstream, https://github.com/greet/hello/commit/{SHA}.\n".encode()
    other = f"Bug: <https://codeberg.org/fork/hello/commit/{SHA}>\xe9\n".encode("latin-1")
    assert candidates(package, header + other) == [
        UpstreamLocation("https://git.example.org/hello.git", "debian/upstream/metadata"),
        UpstreamLocation("https://github.com/greet/hello", "debian/watch"),
        UpstreamLocation(
            "https://gitlab.example.org/group/sub/hello", "Homepage in debian/control"
        ),
        UpstreamLocation("https://codeberg.org/fork/hello", "the patch's header"),
    ]


def test_a_package_and_a_patch_that_say_nothing(tmp_path: Path) -> None:
    assert candidates(open_package(write_tree(tmp_path, packaging())), "Subject: x\n") == []
    assert candidates(None, b"") == []


@pytest.mark.parametrize(
    ("change", "repository"),
    [
        (f"https://github.com/o/r/commit/{SHA}", "https://github.com/o/r"),
        (f"https://github.com/o/r/commit/{SHA}.patch", "https://github.com/o/r"),
        (f"https://github.com/o/r/pull/12/commits/{SHA}", "https://github.com/o/r"),
        ("https://github.com/o/r/pull/12", "https://github.com/o/r"),
        (f"https://gitlab.com/g/s/p/-/commit/{SHA}", "https://gitlab.com/g/s/p"),
        (
            f"https://gitlab.gnome.org/GNOME/glib/commit/{SHA}",
            "https://gitlab.gnome.org/GNOME/glib",
        ),
        ("https://gitlab.com/g/p/-/merge_requests/7", "https://gitlab.com/g/p"),
        (f"https://bitbucket.org/o/r/commits/{SHA}", "https://bitbucket.org/o/r"),
        (f"https://git.sr.ht/~o/r/commit/{SHA}", "https://git.sr.ht/~o/r"),
        (
            f"https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git/commit/?id={SHA}",
            "https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git",
        ),
        (
            f"https://git.example.org/cgit/p.git/commit/src/a.c?h=main&id={SHA}",
            "https://git.example.org/cgit/p.git",
        ),
        (f"https://git.example.org/p.git/patch/?id={SHA}", "https://git.example.org/p.git"),
        (
            f"https://sourceware.org/git/?p=glibc.git;a=commit;h={SHA}",
            "https://sourceware.org/git/glibc.git",
        ),
        (
            f"https://sourceware.org/git/gitweb.cgi?p=glibc.git;a=commitdiff;h={SHA}",
            "https://sourceware.org/git/glibc.git",
        ),
        (
            f"https://git.postgresql.org/gitweb/?p=postgresql.git;a=commit;h={SHA}",
            "https://git.postgresql.org/git/postgresql.git",
        ),
        (
            f"https://chromium.googlesource.com/webm/libwebp/+/{SHA}%5E%21/",
            "https://chromium.googlesource.com/webm/libwebp",
        ),
        ("https://github.com/o/r/issues/12", None),
        ("https://bugs.debian.org/commit/", None),
        ("https://example.org/a/commit/", None),
        (f"https://evil.example/?p=../../x;h={SHA}", None),
        ("https://[broken/commit/abcdef0", None),
    ],
)
def test_the_address_of_a_change_gives_the_repository(change: str, repository: str | None) -> None:
    assert repository_of_change(change) == repository


@pytest.mark.parametrize(
    ("page", "repository"),
    [
        ("https://github.com/o/r", "https://github.com/o/r"),
        ("http://www.github.com/o/r.git/", "https://github.com/o/r.git"),
        ("https://api.github.com/repos/o/r/releases", "https://github.com/o/r"),
        ("https://github.com/o/r/releases/latest", "https://github.com/o/r"),
        ("https://gitlab.freedesktop.org/a/b/c/-/tags", "https://gitlab.freedesktop.org/a/b/c"),
        ("https://salsa.debian.org/apt-team/apt", "https://salsa.debian.org/apt-team/apt"),
        ("https://github.com/o", None),
        ("https://o.github.io/r", None),
        ("https://github.com/--upload-pack=x/r", None),
        ("https://example.org/o/r", None),
        ("", None),
    ],
)
def test_a_page_at_a_forge_gives_the_repository(page: str, repository: str | None) -> None:
    assert repository_at_forge(page) == repository


@pytest.mark.parametrize(
    "url",
    [
        *("https://h.example/r", "http://h.example/r", "git://h.example/r"),
        *("ssh://git@h.example/r", "https://h.example:8443/~o/r.git"),
    ],
)
def test_ordinary_addresses_are_safe(url: str) -> None:
    assert is_safe(url)


@pytest.mark.parametrize(
    "url",
    [
        *("--upload-pack=touch x", "-x", "ext::sh -c x", "file:///etc", "/etc", "../x", ""),
        *("ssh://-oProxyCommand=x/r", "ssh://-o@h/r", "https://", "https://h.example"),
        *(
            "https://h.example/a b",
            "https://h.example/a\nb",
            "fd::3",
            "git@h.example:r",
            "ftp://h/r",
        ),
        *("https://[x/r", "javascript:x"),
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    assert not is_safe(url)


def test_an_unsafe_repository_is_left_out(tmp_path: Path) -> None:
    metadata = {"debian/upstream/metadata": "Repository: ext::sh\n"}
    package = open_package(write_tree(tmp_path, {**packaging(), **metadata}))
    assert candidates(package, "") == []


@pytest.mark.parametrize(
    ("watch", "repositories"),
    [
        ("version=4\nopts=mode=git https://g.example/r.git HEAD\n", ["https://g.example/r.git"]),
        ("version=3\nhttps://h.example/ x-(.*).tar.gz\n", []),
        ("version=4\nopts=mode=svn https://g.example/r\n", []),
        ("Version: 5\n\nSource: https://g.example/r.git\nMode: git\n", ["https://g.example/r.git"]),
        ("Version: 5\nMode: git\n\nSource: https://g.example/r\n", ["https://g.example/r"]),
        ("# c\nVersion: 5\n\nTemplate: Github\nOwner: o\nProject: r\n", ["https://github.com/o/r"]),
        ("Version: 5\n\nTemplate: GitHub\nOwner: o\n", []),
        (
            "Version: 5\n\nTemplate: Gitlab\nDist: https://gitlab.com/g/p\n",
            ["https://gitlab.com/g/p"],
        ),
        ("", []),
        ("nonsense\n", []),
        ("version=x\n", []),
        ('version=4\nopts="mode=git https://g.example/r\n', []),
        ("version=4\nopts=", []),
    ],
)
def test_what_a_watch_file_follows(watch: str, repositories: list[str]) -> None:
    assert watched_repositories(watch, "hello") == repositories


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert all(is_safe(location.url) for location in candidates(None, f"https://{text}"))
    assert isinstance(watched_repositories(f"version=4\n{text}", "hello"), list)
    assert isinstance(watched_repositories(f"Version: 5\n\n{text}", "hello"), list)
