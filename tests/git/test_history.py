"""A history read at once says what Git says of its commits one by one."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from repos import Repo

from debpatch.errors import DebpatchError
from debpatch.git.differences import commit_diff
from debpatch.git.history import (
    History,
    blame,
    commits_between,
    is_ancestor,
    merge_base,
    path_log,
    read_history,
    whole_history,
)
from debpatch.git.releases import first_release, tags_containing
from debpatch.git.repository import Repository


def tangled(repo: Repo, seed: int) -> list[str]:
    """A history with branches and merges."""
    choose = random.Random(seed)
    commits = [repo.commit({"f": "0"}, "start")]
    for number in range(1, 25):
        repo.git("checkout", "-q", "--detach", choose.choice(commits[-5:]))
        other = choose.choice(commits)
        if number % 4 == 0:
            repo.clock += 60
            repo.git("merge", "-q", "-s", "ours", "--no-ff", "-m", "merge", other)
            commits.append(repo.head())
        else:
            commits.append(repo.commit({"f": str(number)}, f"change {number}\n\nBody: \xe9"))
    for number, sha in enumerate(commits):
        repo.git("update-ref", f"refs/heads/b{number}", sha)
    return list(dict.fromkeys(commits))


def test_who_has_whom(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    commits = tangled(repo, 1)
    with Repository(tmp_path) as repository:
        history = read_history(repository, commits)
        bits = {sha: 1 << number for number, sha in enumerate(commits)}
        reached, inherited = history.reached(bits), history.inherited(bits)
    for other in commits:
        has = repo.git("rev-list", other).split()
        for sha in commits:
            assert bool(reached[sha] & bits[other]) == (sha in has)
            assert bool(inherited[other] & bits[sha]) == (sha in has)


def test_the_range_and_the_fields(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    commits = tangled(repo, 2)
    with Repository(tmp_path) as repository:
        history = read_history(repository, commits[-3:], [commits[5]])
        wanted = repo.git("rev-list", *commits[-3:], f"^{commits[5]}").split()
        assert set(history.commits) == set(wanted)
        for sha, commit in history.commits.items():
            assert commit == repository.commit(sha)


def test_parts_of_the_whole_are_what_git_reads(tmp_path: Path) -> None:
    """Also where a part begins, or ends, at a commit of our own beside upstream's."""
    repo = Repo(tmp_path)
    commits = tangled(repo, 3)
    for number, sha in enumerate(commits[::4]):
        repo.git("tag", f"v1.{number}", sha)
    choose = random.Random(4)
    with Repository(tmp_path) as whole, Repository(tmp_path) as plain:
        own = {each: [each.write_commit(plain.tree(commits[9]), [commits[9], commits[3]], b"own")]
               for each in (whole, plain)}  # fmt: skip
        for each, made in own.items():
            made.append(each.write_commit(plain.tree(commits[9]), made, b"another"))
        assert own[whole] == own[plain]
        known = [*commits, *own[plain]]
        whole_history(whole)
        for _ in range(60):
            tips, without = (choose.sample(known, choose.randint(0, 3)) for _ in range(2))
            found, wanted = (read_history(each, tips, without) for each in (whole, plain))
            assert dict(found.commits) == dict(wanted.commits), (tips, without)
            seen: set[str] = set()
            for sha, commit in found.commits.items():
                assert not seen & set(commit.parents)
                seen.add(sha)
        for sha in known:
            assert tags_containing(whole, sha) == tags_containing(plain, sha)
            assert first_release(whole, sha) == first_release(plain, sha)
            for other in known:
                assert is_ancestor(whole, sha, other) == is_ancestor(plain, sha, other)


def test_much_beside_the_whole_is_read_by_git(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    first = repo.commit({"f": "0"}, "first")
    with Repository(tmp_path) as repository:
        whole_history(repository)
        tip = first
        for number in range(300):
            tip = repository.write_commit(repository.tree(first), [tip], str(number).encode())
        assert len(read_history(repository, [tip], [first]).commits) == 300


# -- the order -------------------------------------------------------------------------------------


def skewed(repo: Repo, seed: int) -> list[str]:
    """A history whose clocks go wrong, and stand still."""
    choose = random.Random(seed)
    commits = [repo.commit({"f": "0"}, "start")]
    for number in range(1, 30):
        repo.git("checkout", "-q", "--detach", choose.choice(commits[-4:]))
        repo.clock = 1_700_000_000 + choose.choice((0, 0, 60, -5000, 5000))
        if number % 5 == 0:
            repo.git("merge", "-q", "-s", "ours", "--no-ff", "-m", "m", choose.choice(commits[-6:]))
            commits.append(repo.head())
        else:
            commits.append(repo.commit({"f": str(number)}, f"change {number}"))
    return list(dict.fromkeys(commits))


@pytest.mark.parametrize("seed", range(4))
def test_the_order_follows_from_the_commits_alone(tmp_path: Path, seed: int) -> None:
    """However they are reached and whatever else there is: children first, then the younger."""
    repo = Repo(tmp_path / "upstream")
    commits = skewed(repo, seed)
    choose = random.Random(seed)
    orders = []
    for name in ("one", "two", "three"):
        clone = Repo(tmp_path / name)
        (clone.path / ".git/objects/info/alternates").write_text(
            f"{repo.path}/.git/objects\n", encoding="utf-8"
        )
        for at, sha in enumerate(choose.sample(commits, len(commits) if name == "one" else 9)):
            clone.git("update-ref", f"refs/heads/{choose.randint(0, 99)}-{at}", sha)
        with Repository(clone.path) as repository:
            orders.append(list(whole_history(repository).commits))
    whole = orders[0]
    assert sorted(whole) == sorted(commits)
    for order in orders:
        assert order == [sha for sha in whole if sha in set(order)]
    ages: dict[str, int] = {}
    for line in repo.git("log", "--reverse", "--topo-order", "--format=%H %ct %P", *commits).split(
        "\n"
    ):
        sha, date, *parents = line.split()
        ages[sha] = max([int(date), *(ages[parent] + 1 for parent in parents)])
    assert whole == sorted(whole, key=lambda sha: (-ages[sha], sha))


def test_ages_parts_and_what_is_said(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    commits = tangled(repo, 5)
    with Repository(tmp_path) as repository:
        history = whole_history(repository)
        part = history.part(commits[-2:], [commits[3]])
        for each in (history, part):
            order = list(each.commits)
            assert [each.ages[sha] for sha in order] == list(range(len(order)))[::-1]
            assert [commit.sha for commit in each.commits.values()] == order
            assert dict(each.commits) == {sha: repository.commit(sha) for sha in order}
            assert len(each.commits) == len(order) == len(each.ages)
        outside = next(sha for sha in commits if sha not in part.commits)
        for mapping in (part.commits, part.ages):
            assert mapping.get(outside) is None
            assert mapping.get("0" * 40) is None
        assert outside not in part.commits
        assert history.commits[outside].sha == outside


def test_commits_by_their_keys(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    commits = [repo.commit({"f": str(n)}, f"change {n % 7}\n\nCloses #{n % 5}") for n in range(30)]
    commits.append(repo.commit({"f": "x"}, f"Revert it\n\nThis reverts {commits[4]}."))
    with Repository(tmp_path) as repository:
        whole = whole_history(repository)
        part = whole.part([commits[20]], [commits[9]])
        for keys in ({"issue 3"}, {"subject change 2", "issue 4"}, {commits[4][:7]}, {"issue 99"}):
            for history in (part, whole, part):
                found = [c.sha for c in history.matching(keys)]
                wanted = [c.sha for c in history.commits.values() if keys & c.keys]
                assert [sha for sha in found if keys & history.commits[sha].keys] == wanted
                assert found == [sha for sha in history.commits if sha in found]
        assert [c.sha for c in whole.matching({commits[4][:7]})] == [commits[-1], commits[4]]


def test_a_history_of_some_commits(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    commits = tangled(repo, 6)
    with Repository(tmp_path) as repository:
        whole = whole_history(repository)
        some = History.of(repository, [whole.commits[sha] for sha in commits[::2]])
        assert list(some.commits) == [sha for sha in whole.commits if sha in commits[::2]]


# -- commits that are not as they should be --------------------------------------------------------

_WHO = b"A <a@example.org> 1700000000 +0000"


def _raw(tree: str, *lines: bytes, message: bytes = b"a message\n") -> bytes:
    return b"\n".join([b"tree " + tree.encode(), *lines, b"", message])


ODD: dict[str, Callable[[str], bytes]] = {
    "plain": lambda tree: _raw(tree, b"author " + _WHO, b"committer " + _WHO),
    "latin 1": lambda tree: _raw(
        tree, b"author J\xf6 <j@example.org> 5 +0100", b"committer " + _WHO,
        b"encoding ISO-8859-1", message=b"caf\xe9\n",
    ),
    "an encoding that nobody knows": lambda tree: _raw(
        tree, b"author J\xf6 <j@example.org> 5 +0100", b"committer " + _WHO,
        b"encoding unicode_escape", message=b"caf\\xe9\n",
    ),
    "no UTF-8": lambda tree: _raw(tree, b"author " + _WHO, b"committer " + _WHO, message=b"\xff\n"),
    "a signature": lambda tree: _raw(
        tree, b"author " + _WHO, b"committer " + _WHO, b"gpgsig -----BEGIN", b" encoding x", b" END"
    ),
    "no name": lambda tree: _raw(tree, b"author <a@example.org> 5 +0000", b"committer " + _WHO),
    "no address": lambda tree: _raw(tree, b"author A <> 5 +0000", b"committer A <> 6 +0000"),
    "no person": lambda tree: _raw(tree, b"author nobody", b"committer nobody"),
    "many brackets": lambda tree: _raw(
        tree, b"author A <b> C <d>> 5 +0000", b"committer A <<b> 6 +0000"
    ),
    "blanks": lambda tree: _raw(tree, b"author  A  B  < a b > 5 +0000", b"committer " + _WHO),
    "a date of another world": lambda tree: _raw(
        tree, b"author A <a> 99999999999999999999999 +0000",
        b"committer A <a> 99999999999999999999999 +0000",
    ),
    "a date before all": lambda tree: _raw(
        tree, b"author A <a> -77 +0000", b"committer A <a> -77 +0000"
    ),
    "a message that begins late": lambda tree: _raw(
        tree, b"author " + _WHO, b"committer " + _WHO, message=b"\n\n  late\n\nbody"
    ),
    "no message": lambda tree: _raw(tree, b"author " + _WHO, b"committer " + _WHO, message=b""),
    "a message with CR": lambda tree: _raw(
        tree, b"author " + _WHO, b"committer " + _WHO, message=b"one\r\n\r\ntwo\r\n\n"
    ),
    "a message with NUL": lambda tree: _raw(
        tree, b"author " + _WHO, b"committer " + _WHO, message=b"one\0two\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_a_commit_is_told_as_git_tells_it(tmp_path: Path, name: str) -> None:
    """Whether it is read alone or with all others, and whatever is in it."""
    repo = Repo(tmp_path)
    repo.commit({"f": "0"}, "start", tag="v1.0")
    (tmp_path / "odd").write_bytes(ODD[name](repo.git("rev-parse", "HEAD^{tree}")))
    sha = repo.git("hash-object", "-w", "-t", "commit", "--literally", "odd")
    (tmp_path / ".git/refs/heads/odd").write_text(f"{sha}\n")
    with Repository(tmp_path) as repository:
        alone, among = repository.commit(sha), whole_history(repository).commits[sha]
        assert alone == among
        assert among.keys
    said = repo.run("log", "-1", "--format=%an <%ae>", sha).stdout.decode("utf-8", "replace")
    assert f"{alone.author}\n" == said
    if name == "latin 1":
        assert (alone.author, alone.message) == ("J\xf6 <j@example.org>", "caf\xe9\n")


# -- what cannot be answered -----------------------------------------------------------------------


def test_only_git_says_that_nothing_is_in_common(tmp_path: Path) -> None:
    """What a broken clone does not know is no answer."""
    repo = Repo(tmp_path)
    first = repo.commit({"f": "0"}, "first", tag="v1.0")
    second = repo.commit({"f": "1"}, "second")
    repo.git("checkout", "-q", "--orphan", "other")
    apart = repo.commit({"f": "2"}, "another beginning")
    with Repository(tmp_path) as repository:
        assert merge_base(repository, first, second) == first
        assert merge_base(repository, second, apart) is None
        assert not is_ancestor(repository, second, apart)
    (tmp_path / ".git/objects" / first[:2] / first[2:]).unlink()
    with Repository(tmp_path) as repository:
        with pytest.raises(DebpatchError, match=f"damaged and lacks {first}"):
            merge_base(repository, second, apart)
        with pytest.raises(DebpatchError, match="damaged"):
            is_ancestor(repository, apart, second)


def test_one_that_is_closed_says_so(tmp_path: Path) -> None:
    """And never that it has none, or is damaged."""
    repo = Repo(tmp_path)
    sha = repo.commit({"f": "0"}, "first", tag="v1.0")
    last = repo.commit({"f": "1"}, "last")
    with Repository(tmp_path) as repository:
        history = whole_history(repository)
        commit, tree = repository.commit(last), repository.tree(last)
        assert repository.refs
        assert commit_diff(repository, commit)
        assert is_ancestor(repository, sha, last)
        assert repository.entries(tree)
    questions: tuple[Callable[[], object], ...] = (
        lambda: repository.refs,
        lambda: repository.tags,
        lambda: repository.head,
        lambda: repository.tag_commits,
        lambda: repository.resolve("main"),
        lambda: repository.has("main"),
        lambda: repository.commit(last),
        lambda: repository.entries(tree),
        lambda: repository.read(tree, "f"),
        lambda: repository.is_file(last, "f"),
        lambda: repository.abbreviated(sha[:7]),
        lambda: repository.write_tree(None, {}),
        lambda: repository.empty_tree,
        lambda: repository.run("rev-parse", "HEAD"),
        lambda: repository.folder("x"),
        lambda: whole_history(repository),
        lambda: read_history(repository, [last]),
        lambda: is_ancestor(repository, sha, last),
        lambda: merge_base(repository, sha, last),
        lambda: tags_containing(repository, sha),
        lambda: first_release(repository, sha),
        lambda: commit_diff(repository, commit),
        lambda: path_log(repository, last, None, ["f"]),
        lambda: blame(repository, last, "f", [1]),
        lambda: commits_between(repository, sha, last),
    )
    for number, ask in enumerate(questions):
        with pytest.raises(DebpatchError, match="is closed"):
            print(number, ask())
    assert list(history.commits) == [last, sha]  # a value that was read
    repository.close()
