"""What the index has is what Git says; and where it has nothing, or is broken, Git is asked."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path

import pytest
from repos import Repo
from trust.faults import stand_in

from debpatch.folders import cache_folder
from debpatch.git.changes import read_changes, read_whole_changes
from debpatch.git.differences import commit_diff, find_renames
from debpatch.git.file_lines import FileLines
from debpatch.git.history import (
    History,
    blame,
    is_ancestor,
    merge_base,
    path_log,
    read_history,
    whole_history,
)
from debpatch.git.index import open_index
from debpatch.git.releases import tags_containing
from debpatch.git.repository import Repository

Answer = Mapping[str, object]


def project(place: Path, object_format: str = "sha1", commits: int = 40) -> Repo:
    """A history with branches, merges, renames, and files that are called oddly."""
    repo = Repo(place, object_format)
    choose = random.Random(5)
    paths = ["a.c", "src/b.c", "src/h\xe9.c", 'odd "name".c', "a b.c", "src/100%.c"]
    made = [repo.commit({path: f"{path}\nbegin\n" for path in paths}, "start", tag="v1.0.0")]
    for number in range(1, commits):
        repo.git("checkout", "-q", "--detach", choose.choice(made[-4:]))
        if number % 7 == 0:
            repo.run("merge", "-q", "-X", "ours", "--no-ff", "-m", f"m{number}", made[-2])
            repo.run("merge", "--abort")
            repo.git("commit", "-q", "--allow-empty", "-m", f"after {number}")
            made.append(repo.git("rev-parse", "HEAD"))
        else:
            path = choose.choice(paths)
            text = (repo.path / path).read_text("utf-8") if (repo.path / path).exists() else ""
            message = f"change {number % 9}\n\nCloses #{number % 6}\nsee {made[-1][:12]}"
            made.append(repo.commit({path: f"{text}line {number}\n same\n"}, message))
        if number == 20:
            repo.git("mv", "src/b.c", "src/c.c")
            made.append(repo.commit({}, "move it"))
            paths[1] = "src/c.c"
        if number % 10 == 0:
            repo.git("tag", f"v1.{number}.0")
        repo.git("update-ref", f"refs/heads/b{number % 5}", "HEAD")
    repo.git("update-ref", "refs/heads/main", "HEAD")
    return repo


PATHS = ("a.c", "src/h\xe9.c", 'odd "name".c', "src/100%.c", "src/c.c", "none.c")


def lines(changes: Mapping[str, Mapping[bytes, FileLines]]) -> list[object]:
    """The changes of commits with all orders in them."""
    return [
        (sha, path, list(f.changed.items()), list(f.context.items()), list(f.texts.items()))
        for sha, files in changes.items()
        for path, file in files.items()
        for f in [file]
    ]


def told(history: History) -> list[object]:
    """A history with all orders in it."""
    return [
        list(history.commits.items()),
        list(history.ages.items()),
        [commit.sha for commit in history.matching({"issue 3", "subject change 4"})],
    ]


def answers(place: Path) -> Answer:
    """Everything that is asked of a repository's commits."""
    with Repository(place) as repository:
        whole = whole_history(repository)
        shas = list(whole.commits)
        first, middle, last = shas[-1], shas[len(shas) // 2], shas[0]
        tips = [last, shas[len(shas) // 3]]
        return {
            "whole": told(whole),
            "part": told(read_history(repository, tips, [middle])),
            "ancestors": [is_ancestor(repository, middle, sha) for sha in shas],
            "tags": sorted(tags_containing(repository, middle)),
            "base": merge_base(repository, middle, last),
            "log": path_log(repository, last, first, ["a.c", "src/c.c"]),
            "blame": blame(repository, last, "a.c", [1]),
            "renames": find_renames(repository, first, last, ["src/c.c"]),
            "all renames": find_renames(repository, first, last),
            "diff": [commit_diff(repository, whole.commits[sha]) for sha in shas[:9]],
            "changes": lines(read_changes(repository, tips, [first], PATHS)),
            "some changes": lines(read_changes(repository, [last], [middle], PATHS[:2])),
            "whole changes": lines(read_whole_changes(repository, shas[::3])),
        }


def plain(place: Path) -> Answer:
    """The same without the index."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEBPATCH_NO_INDEX", "1")
        return answers(place)


def index_file() -> Path:
    """The one index that there is."""
    (found,) = (cache_folder() / "index").glob("*.sqlite")
    return found


def indexes() -> list[Path]:
    return list((cache_folder() / "index").glob("*"))


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What Git was asked since the last time."""
    log = tmp_path / "log"
    log.touch()
    monkeypatch.setenv("PATH", stand_in(tmp_path / "bin", f'echo "$@" >> {log}\nexec $git "$@"'))

    def asked() -> list[str]:
        said = log.read_text("utf-8", "replace").splitlines()
        log.write_text("")
        return said

    return asked


READ = ("log ", "diff-tree", "blame", "merge-base", "for-each-ref --contains")
"""The commands that read history and contents."""


# -- what it has is what Git says ------------------------------------------------------------------


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_first_run_the_next_and_none_say_the_same(tmp_path: Path, object_format: str) -> None:
    repo = project(tmp_path / "upstream", object_format)
    expected = plain(repo.path)
    assert indexes() == []
    assert answers(repo.path) == expected
    assert index_file().stat().st_mode & 0o777 == 0o600
    assert index_file().parent.stat().st_mode & 0o777 == 0o700
    for _ in range(3):
        assert answers(repo.path) == expected


def test_a_second_run_reads_no_history_and_no_contents(
    tmp_path: Path, recorded: Callable[[], list[str]]
) -> None:
    repo = project(tmp_path / "upstream")
    expected = answers(repo.path)
    assert [line for line in recorded() if line.startswith(READ)]
    assert answers(repo.path) == expected
    # What 40 commits say is read at once; one by one they would come from git cat-file.
    said = [line for line in recorded() if line.startswith(READ)]
    assert [line for line in said if "--no-walk=unsorted --stdin -z" not in line] == []


def test_clones_of_a_project_share_one(tmp_path: Path, recorded: Callable[[], list[str]]) -> None:
    repo = project(tmp_path / "upstream")
    answers(repo.path)
    repo.git("clone", "-q", "--mirror", ".", str(tmp_path / "clone.git"))
    expected = plain(tmp_path / "clone.git")
    recorded()
    assert answers(tmp_path / "clone.git") == expected
    assert [line for line in recorded() if line.startswith(READ[1:])] == []
    assert index_file()


def test_a_clone_is_not_told_of_what_it_does_not_have(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    repo.git("clone", "-q", "--mirror", ".", str(tmp_path / "clone.git"))
    for name in ("b1", "b2", "main"):
        subprocess.run(
            ["git", "update-ref", "-d", f"refs/heads/{name}"],
            cwd=tmp_path / "clone.git",
            check=True,
        )
    answers(repo.path)
    assert answers(tmp_path / "clone.git") == plain(tmp_path / "clone.git")
    assert answers(repo.path) == plain(repo.path)


def test_after_a_fetch_only_what_is_new_is_read(tmp_path: Path) -> None:
    """Of the old commits and their contents not even the objects are needed."""
    repo = project(tmp_path / "upstream")
    answers(repo.path)
    old = set(repo.git("rev-list", "--all").split())
    last = repo.git("rev-parse", "main")
    repo.git("checkout", "-q", "main")
    new = [repo.commit({"a.c": f"new {n}\n\n\n"}, f"new {n}\n\nCloses #3") for n in range(5)]
    repo.git("update-ref", "refs/heads/main", "HEAD")
    expected = plain(repo.path)
    for sha in old - {last} - set(repo.git("rev-parse", *repo.git("tag").split()).split()):
        (repo.path / ".git/objects" / sha[:2] / sha[2:]).unlink()
    with Repository(repo.path) as repository:
        whole = whole_history(repository)
        assert list(whole.commits)[:5] == new[::-1]
        assert set(whole.commits) == old | set(new)
        changes = read_changes(repository, [new[-1]], [last], ["a.c"])
        assert list(changes) == new[::-1]
    assert lines(changes) == lines_of(expected, new)
    with Repository(repo.path) as repository:
        assert list(whole_history(repository).commits) == list(whole.commits)


def lines_of(answer: Answer, shas: Iterable[str]) -> list[object]:
    told = answer["changes"]
    assert isinstance(told, list)
    return [each for each in told if each[0] in set(shas) and each[1] == b"a.c"]


def test_portions_do_not_show(tmp_path: Path) -> None:
    """Filled in one run or in thirty, the answers are the same."""
    whole = project(tmp_path / "whole")
    grows = Repo(tmp_path / "grows")
    grows.git("config", "gc.auto", "0")
    for number, sha in enumerate(whole.git("rev-list", "--reverse", "--all").split()):
        grows.git("fetch", "-q", str(whole.path), sha)
        grows.git("update-ref", f"refs/heads/b{number % 3}", sha)
        if number % 2:
            continue
        with Repository(grows.path) as repository:
            history = whole_history(repository)
            history.matching({"issue 3"})
            read_changes(repository, [sha], [], PATHS[: number % 5])
    assert answers(grows.path) == plain(grows.path)
    grows.git("fetch", "-q", "--update-head-ok", str(whole.path), "+refs/*:refs/*")
    assert answers(grows.path) == plain(grows.path) == plain(whole.path)


def test_a_history_that_was_rewritten(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    before = repo.git("rev-parse", "main")
    answers(repo.path)
    repo.git("checkout", "-q", "main~3")
    repo.commit({"a.c": "another way\n"}, "another way")
    repo.git("update-ref", "refs/heads/main", "HEAD")
    for name in [f"b{number}" for number in range(5)]:
        repo.git("update-ref", f"refs/heads/{name}", "main~1")
    expected = plain(repo.path)
    assert answers(repo.path) == expected
    with Repository(repo.path) as repository:
        assert before not in whole_history(repository).commits
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    assert answers(repo.path) == expected


def test_commits_that_are_on_no_branch(tmp_path: Path) -> None:
    """Those that debpatch makes of a package's patches are looked at again in each run."""
    repo = project(tmp_path / "upstream")
    found = []
    for _ in range(3):
        with Repository(repo.path) as repository:
            tip = repository.resolve("main")
            tree = repository.write_tree(repository.tree(tip), {"a.c": ("100644", b"ours\n")})
            own = repository.write_commit(tree, [tip], b"a patch\n\nCloses #3")
            history = read_history(repository, [own], [tip])
            found.append([told(history), lines(read_changes(repository, [own], [tip], ["a.c"]))])
            assert [commit.sha for commit in history.matching({"issue 3"})] == [own]
            assert is_ancestor(repository, tip, own)
    assert found[0] == found[1] == found[2]


# -- where it is broken, foreign, or cannot be kept ------------------------------------------------


def _other_version(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 5")
    connection.close()


def _other_tables(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        for name in ("graph", "keys"):
            connection.execute(f"DROP TABLE {name}")
            connection.execute(f"CREATE TABLE {name} (x, y, z)")
    connection.close()


def _other_facts(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        for name in ("graph", "keys", "changes", "paths", "answers"):
            connection.execute(f"UPDATE {name} SET data = substr(data, 1, 40)")  # noqa: S608
    connection.close()


def _a_hole(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM graph")
    connection.close()


def _facts_of_others(file: Path) -> None:
    """Each fact in the place of another one."""
    with sqlite3.connect(file) as connection:
        for name in ("changes", "paths", "answers"):
            rows = connection.execute(f"SELECT key, data FROM {name}").fetchall()  # noqa: S608
            query = f"UPDATE {name} SET data = ? WHERE key = ?"  # noqa: S608
            for (key, _), (_, other) in zip(rows, rows[1:] + rows[:1], strict=True):
                connection.execute(query, (other, key))
    connection.close()


def _a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _a_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere")


def _a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _a_text(file: Path) -> None:
    file.write_bytes(b"no database\n" * 1000)


BROKEN: Mapping[str, Callable[[Path], None]] = {
    "empty": _empty,
    "a text": _a_text,
    "of another version": _other_version,
    "of other tables": _other_tables,
    "with other facts": _other_facts,
    "with facts in the wrong places": _facts_of_others,
    "with a hole": _a_hole,
    "a folder": _a_folder,
    "a link": _a_link,
    "a pipe": _a_pipe,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_index(tmp_path: Path, name: str) -> None:
    repo = project(tmp_path / "upstream")
    expected = answers(repo.path)
    BROKEN[name](index_file())
    for _ in range(3):
        assert answers(repo.path) == expected


@pytest.mark.parametrize("seed", range(12))
def test_a_file_that_was_damaged_at_random(tmp_path: Path, seed: int) -> None:
    """Cut off, or with other bytes in it."""
    repo = project(tmp_path / "upstream", commits=15)
    expected = answers(repo.path)
    choose = random.Random(seed)
    for _ in range(4):
        data = bytearray(index_file().read_bytes())
        if seed % 2:
            del data[choose.randrange(len(data)) :]
        else:
            for _ in range(choose.choice((1, 10, 200))):
                data[choose.randrange(len(data))] = choose.randrange(256)
        index_file().write_bytes(data)
        assert answers(repo.path) == expected
        assert answers(repo.path) == expected


def test_what_is_broken_is_made_anew(tmp_path: Path, recorded: Callable[[], list[str]]) -> None:
    repo = project(tmp_path / "upstream")
    expected = answers(repo.path)
    index_file().write_bytes(index_file().read_bytes()[:5000])
    assert answers(repo.path) == expected
    recorded()
    assert answers(repo.path) == expected
    assert not [line for line in recorded() if line.startswith(READ[1:])]


def test_removed_or_cut_off_during_a_run(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    expected = answers(repo.path)
    spoils: tuple[Callable[[], None], ...] = (
        lambda: shutil.rmtree(cache_folder()),
        lambda: index_file().unlink(),
        lambda: os.truncate(index_file(), 3000),
    )
    for spoil in spoils:
        answers(repo.path)
        with Repository(repo.path) as repository:
            whole = whole_history(repository)
            spoil()
            assert told(whole) == expected["whole"]
            shas = list(whole.commits)
            tips, first = [shas[0], shas[len(shas) // 3]], shas[-1]
            assert lines(read_changes(repository, tips, [first], PATHS)) == expected["changes"]
        assert answers(repo.path) == expected
        assert answers(repo.path) == expected


def test_a_place_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a file, where not even root can make a folder; in a home that nobody has."""
    repo = project(tmp_path / "upstream", commits=15)
    expected = plain(repo.path)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert answers(repo.path) == expected
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc")
    assert answers(repo.path) == expected


def test_what_others_may_write_to_is_not_read(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream", commits=15)
    expected = answers(repo.path)
    for place in (index_file(), index_file().parent):
        mode = place.stat().st_mode
        before = index_file().read_bytes()
        place.chmod(0o777)
        assert answers(repo.path) == expected
        assert index_file().read_bytes() == before
        place.chmod(mode)


def test_root_leaves_the_cache_of_another_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid():
        pytest.skip("only root can act for several users")
    repo = project(tmp_path / "upstream", commits=15)
    expected = answers(repo.path)
    before = index_file().read_bytes()
    os.chown(index_file(), 65534, 65534)
    assert answers(repo.path) == expected
    assert index_file().read_bytes() == before
    assert index_file().stat().st_uid == 65534
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    monkeypatch.setenv("XDG_CACHE_HOME", str(theirs))
    assert answers(repo.path) == expected
    assert list(theirs.iterdir()) == []


def test_a_shallow_clone_that_is_deepened_later(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--depth=3", "--no-single-branch", f"file://{repo.path}", str(clone))
    with Repository(clone) as repository:
        shallow = list(whole_history(repository).commits)
        boundary = repository.run("rev-list", "--max-parents=0", "--all").decode().split()
        assert len(boundary) > 1
    assert indexes() == []
    answers(repo.path)
    with Repository(clone) as repository:
        assert list(whole_history(repository).commits) == shallow
    subprocess.run(["git", "fetch", "-q", "--unshallow", "--tags"], cwd=clone, check=True)
    assert answers(clone) == plain(clone)
    assert answers(clone) == plain(clone)


# -- several processes -----------------------------------------------------------------------------


def start(place: Path) -> subprocess.Popen[str]:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from debpatch.git.history import whole_history\n"
        "from debpatch.git.changes import read_changes, read_whole_changes\n"
        "from debpatch.git.repository import Repository\n"
        "with Repository(sys.argv[1]) as repository:\n"
        "    whole = whole_history(repository)\n"
        "    whole.matching({'issue 3'})\n"
        "    shas = list(whole.commits)\n"
        "    read_changes(repository, shas[:1], shas[-1:], ['a.c', 'src/c.c'])\n"
        "    read_whole_changes(repository, shas)\n"
        "    print(len(shas))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_several_that_fill_it_at_once(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream")
    expected = plain(repo.path)
    for _ in range(3):
        processes = [start(repo.path) for _ in range(4)]
        said = [process.communicate() for process in processes]
        assert {err for _, err in said} == {""}
        assert len({out for out, _ in said}) == 1
        with sqlite3.connect(index_file()) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        assert answers(repo.path) == expected
        shutil.rmtree(index_file().parent)


def test_another_process_that_has_read_more_meanwhile(tmp_path: Path) -> None:
    """Its numbers of commits are not ours."""
    repo = project(tmp_path / "upstream", commits=20)
    with Repository(repo.path) as repository:
        whole_history(repository).matching({"issue 3"})
        read_changes(repository, [repository.resolve("main")], [], PATHS)
        repo.git("checkout", "-q", "main")
        repo.commit({"a.c": "more\n"}, "more\n\nCloses #3")
        with Repository(repo.path) as other:
            whole_history(other).matching({"issue 3"})
            read_changes(other, [other.resolve("main")], [], PATHS)
    expected = plain(repo.path)
    assert answers(repo.path) == expected
    assert answers(repo.path) == expected


def killed_at(moment: int) -> Callable[..., sqlite3.Connection]:
    """Opens a database as sqlite3 does; at so many statements the process is killed."""
    connect, statements = sqlite3.connect, count()

    def look(_: str) -> None:
        if next(statements) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def opened(place: Path, timeout: float, isolation_level: None) -> sqlite3.Connection:
        connection = connect(place, timeout=timeout, isolation_level=isolation_level)
        connection.set_trace_callback(look)
        return connection

    return opened


@pytest.mark.parametrize("moment", [0, 2, 4, 7, 9, 12, 20, 40])
def test_one_that_is_killed_as_it_writes(tmp_path: Path, moment: int) -> None:
    repo = project(tmp_path / "upstream", commits=15)
    expected = plain(repo.path)
    child = os.fork()
    if child == 0:
        sqlite3.connect = killed_at(moment)  # type: ignore[assignment]
        answers(repo.path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert answers(repo.path) == expected
    assert answers(repo.path) == expected


def test_one_that_another_process_holds_locked(tmp_path: Path) -> None:
    """It is not waited for long, and what it has is read meanwhile."""
    repo = project(tmp_path / "upstream", commits=15)
    expected = answers(repo.path)
    repo.git("checkout", "-q", "main")
    repo.commit({"a.c": "more\n"}, "more")
    new = plain(repo.path)
    connection = sqlite3.connect(index_file(), isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        assert answers(repo.path) == new != expected
    finally:
        connection.close()
    assert answers(repo.path) == new


# -- without it ------------------------------------------------------------------------------------


def test_the_variable_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = project(tmp_path / "upstream", commits=15)
    monkeypatch.setenv("DEBPATCH_NO_INDEX", "1")
    expected = answers(repo.path)
    assert not cache_folder().exists() or indexes() == []
    monkeypatch.setenv("DEBPATCH_NO_INDEX", "")
    assert answers(repo.path) == expected
    assert index_file()


def test_what_ends_by_a_signal_writes_nothing(tmp_path: Path) -> None:
    repo = project(tmp_path / "upstream", commits=15)
    with pytest.raises(SystemExit):
        ended(repo.path)
    assert indexes() == []


def ended(place: Path) -> None:
    with Repository(place) as repository:
        whole_history(repository)
        assert open_index(repository).place
        raise SystemExit


def test_an_empty_repository_has_none(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "upstream")
    with Repository(repo.path) as repository:
        assert list(whole_history(repository).commits) == []
    assert not (cache_folder() / "index").exists()
