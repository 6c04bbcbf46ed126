"""Clones kept in the cache, from a server on the loopback that knows nothing of Git."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from repos import Repo

from debpatch.errors import DebpatchError
from debpatch.git.clone import clone, is_url
from debpatch.git.repository import Repository


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "upstream")
    made.commit({"a.c": "one\n"}, tag="v1.0")
    made.git("branch", "stable")
    publish(made)
    return made


def publish(repo: Repo) -> None:
    """Put the repository where the server finds it, by Git's dumb protocol."""
    public = repo.path.parent / "www" / "up.git"
    repo.git("push", "-q", "--mirror", str(public)) if public.exists() else repo.git(
        "clone", "-q", "--mirror", ".", str(public)
    )
    repo.git("-C", str(public), "update-server-info")


@pytest.fixture
def server(repo: Repo) -> Iterator[ThreadingHTTPServer]:
    handler = partial(Quiet, directory=str(repo.path.parent / "www"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def url(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}/up.git"


def names(place: Path) -> set[str]:
    with Repository(place) as repository:
        return {ref.name for ref in repository.refs}


def test_cloned_once_and_then_taken_from_the_cache(
    url: str, server: ThreadingHTTPServer, cache: Path
) -> None:
    place = clone(url)
    assert place.is_relative_to(cache)
    assert names(place) == {"refs/heads/main", "refs/heads/stable", "refs/tags/v1.0"}
    server.shutdown()
    server.server_close()
    assert clone(url) == place


def test_fetched_anew_only_where_that_is_asked_for(url: str, repo: Repo) -> None:
    place = clone(url)
    repo.commit({"a.c": "two\n"}, tag="v1.1")
    repo.git("branch", "-D", "stable")
    publish(repo)
    assert "refs/tags/v1.1" not in names(clone(url))
    assert names(clone(url, update=True)) == {"refs/heads/main", "refs/tags/v1.0", "refs/tags/v1.1"}
    with Repository(place) as repository:
        assert repository.resolve("main") == repo.git("rev-parse", "main")


def test_two_urls_are_two_clones(url: str) -> None:
    assert clone(url) != clone(url + "/")


@pytest.fixture
def git_url(repo: Repo) -> Iterator[str]:
    """The same from Git's own daemon, which tells how far it is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        "git",
        "daemon",
        "--listen=127.0.0.1",
        f"--port={port}",
        "--export-all",
        "--reuseaddr",
    ]
    command += [f"--base-path={repo.path.parent / 'www'}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as daemon:
        try:
            while daemon.poll() is None:
                with (
                    suppress(ConnectionRefusedError),
                    socket.create_connection(("127.0.0.1", port)),
                ):
                    break
            if daemon.poll() is not None:
                pytest.skip("git daemon is not installed")
            yield f"git://127.0.0.1:{port}/up.git"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(daemon.pid, signal.SIGTERM)


def test_progress_is_told(git_url: str) -> None:
    told: list[tuple[str, float | None]] = []
    clone(git_url, progress=lambda stage, share: told.append((stage, share)))
    assert ("receiving objects", 1.0) in told
    assert all(share is None or 0 <= share <= 1 for _, share in told)


def test_a_repository_that_is_not_there_leaves_nothing(url: str, cache: Path) -> None:
    gone = url.replace("up.git", "none.git")
    with pytest.raises(DebpatchError, match=r"none\.git: git clone failed .*not found") as caught:
        clone(gone)
    assert "\n" not in str(caught.value)
    assert [p for p in cache.rglob("*") if p.is_dir() and p.name != "repositories"] == [
        cache / "debpatch"
    ]


def test_what_a_killed_clone_left_goes_with_the_next(url: str) -> None:
    place = clone(url)
    shutil.rmtree(place)
    others = [place.parent / name for name in (f".{place.name}-abc", ".other.git-abc")]
    for other in others:
        other.mkdir()
    assert clone(url) == place
    assert [other.exists() for other in others] == [False, True]


def test_a_failed_update_leaves_the_clone(url: str, server: ThreadingHTTPServer) -> None:
    place = clone(url)
    server.shutdown()
    server.server_close()
    with pytest.raises(DebpatchError, match="git fetch failed"):
        clone(url, update=True)
    assert "refs/tags/v1.0" in names(place)


@pytest.mark.parametrize(
    "url",
    ["file:///etc", "ext::sh -c true", "fd::17", "transport::address", "ftp://example.org/x",
     "-uhost@example.org:x", "https", "--upload-pack=true@x:y"],
)  # fmt: skip
def test_transports_that_can_run_or_read_what_they_like(url: str, cache: Path) -> None:
    with pytest.raises(DebpatchError, match="unsupported protocol; use one of https, http"):
        clone(url)
    assert not cache.exists()


def test_a_redirection_to_such_a_transport_is_not_followed(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Redirecting(Quiet):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"file://{repo.path}/.git{self.path.partition('.git')[2]}")
            self.end_headers()

    monkeypatch.chdir(tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), Redirecting) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with pytest.raises(DebpatchError, match="git clone failed"):
            clone(f"http://127.0.0.1:{made.server_port}/up.git")
        made.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://example.org/x.git", True),
        ("git@example.org:x/y.git", True),
        ("ssh://git@example.org/x", True),
        ("ext::sh -c true", True),
        ("file:///srv/x.git", True),
        ("/srv/x.git", False),
        ("x.git", False),
        ("./a:b", False),
        ("sub/git@host:x", False),
    ],
)
def test_what_is_a_url(location: str, expected: bool) -> None:
    assert is_url(location) is expected
