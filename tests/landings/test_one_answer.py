"""Every command gives the same answer on where a fix has landed, however it landed there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import debpatch
from one_answer import Answers, ask
from repos import Repo
from source_packages import packaging, write_tree

NAMES = ("ancestor", "trailer", "named", "subject", "date", "mail", "content", "reverted",
         "restored", "undone", "repaired", "tagged", "merged", "alone")  # fmt: skip
"""A file and a fix each, by how the fix lands on the stable line."""


def text(name: str, *, fixed: bool = False, spelt: str = "EINVAL") -> str:
    """A file of C; the fix adds a check to it."""
    check = (
        f"    if ({name}_length > {name.upper()}_LIMIT)\n"
        f"        return reject_{name}(context, {spelt});\n"
    )
    return (
        f"int\nread_{name}(struct context *context, int {name}_length)\n{{\n"
        f"    int result = prepare_{name}(context);\n{check if fixed else ''}"
        f"    result += consume_{name}(context, {name}_length);\n    return result;\n}}\n"
    )


@dataclass(frozen=True)
class Story:
    """The repository, a package of its first release without and with the patches, the fixes."""

    repo: Repo
    bare: Path
    patched: Path
    patches: Path
    fixes: dict[str, str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEBFULLNAME", "Ann Author")
        patch.setenv("DEBEMAIL", "ann@example.org")
        yield _tell(tmp_path_factory.mktemp("story"))


def _tell(folder: Path) -> Story:
    repo = Repo(folder / "upstream")
    repo.commit(_files(), "Start", tag="v1.0")
    fixes = {"ancestor": _fix(repo, "ancestor")}
    repo.git("tag", "v1.1")
    repo.git("branch", "stable/1")
    for name in NAMES[1:]:
        if name == "merged":
            repo.git("checkout", "-q", "-b", "topic")
        said = "\n\nMessage-Id: <mail@example.org>" if name == "mail" else ""
        fixes[name] = _fix(repo, name, said)
        if name == "merged":
            repo.git("checkout", "-q", "main")
            repo.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic")
            repo.git("branch", "-q", "-D", "topic")
    repo.commit({"README": "2.0\n"}, "Release 2.0", tag="v2.0")
    repo.git("checkout", "-q", "stable/1")
    repo.clock += 100_000
    shas = {}
    for name, message in {
        "named": "Reject what is too long\n\nThis is a backport of {short}.",
        "subject": "[1.x] Check the length of subject (#12)",
        "mail": "Reject long mail\n\nMessage-Id: <mail@example.org>",
        "content": "Refuse too much",
    }.items():
        spelt = "-1" if name == "content" else "EINVAL"
        changed = {f"{name}.c": text(name, fixed=True, spelt=spelt)}
        shas[name] = repo.commit(changed, message.format(short=fixes[name][:10]))
    for name in ("trailer", "reverted", "restored", "repaired", "undone"):
        repo.git("cherry-pick", "-x", fixes[name])
        shas[name] = repo.head()
    repo.git("revert", "--no-edit", "HEAD")
    for name in ("date", "merged"):
        repo.git("cherry-pick", fixes[name])
    repo.commit({"README": "1.2\n"}, "Release 1.2", tag="v1.2")
    repo.git("revert", "--no-edit", shas["reverted"])
    repo.git("revert", "--no-edit", shas["restored"])
    repo.git("revert", "--no-edit", "HEAD")
    repaired = text("repaired", fixed=True).replace("return result", "return checked(result)")
    repo.commit(
        {"repaired.c": repaired}, f'Check the result\n\nFixes: {shas["repaired"][:12]} ("x")'
    )
    repo.commit({"README": "1.3\n"}, "Release 1.3", tag="v1.3")
    repo.git("checkout", "-q", "--detach", "v1.0")
    repo.git("cherry-pick", "-x", fixes["tagged"])
    repo.git("tag", "v0.9.1")
    repo.git("checkout", "-q", "main")
    patches = folder / "patches"
    patches.mkdir()
    for name, sha in fixes.items():
        diff = repo.git("diff", f"{sha}^", sha)
        (patches / f"{name}.patch").write_text(
            f"Description: Check the length of {name}\nOrigin: upstream, commit:{sha}\n"
            f"Last-Update: 2026-01-01\n---\n{diff}\n"
        )
    bare = write_tree(folder / "bare", {**_files(), **packaging(version="1.0-1")})
    series = {f"debian/patches/{file.name}": file.read_bytes() for file in patches.iterdir()}
    listed = "".join(f"{name}.patch\n" for name in NAMES)
    files = {**_files(), **packaging(version="1.0-1"), "debian/patches/series": listed, **series}
    return Story(repo, bare, write_tree(folder / "patched", files), patches, fixes)


def _files() -> dict[str, str | bytes]:
    return {f"{name}.c": text(name) for name in NAMES}


def _fix(repo: Repo, name: str, said: str = "") -> str:
    changed = {f"{name}.c": text(name, fixed=True)}
    return repo.commit(changed, f"Check the length of {name}{said}")


@pytest.mark.parametrize("name", NAMES)
def test_headers_and_landings_agree(story: Story, name: str) -> None:
    answers = ask(story.fixes[name], story.repo.path, story.patches / f"{name}.patch")
    assert answers.contradictions() == []
    assert len(answers.landings["find-backports"]) == (1 if name in {"ancestor", "alone"} else 2)
    assert answers.landings["validate-dep3"] == answers.landings["find-backports"]


@pytest.mark.parametrize("name", ["trailer", "content", "reverted", "repaired"])
def test_all_commands_agree(story: Story, tmp_path: Path, name: str) -> None:
    patch = story.patches / f"{name}.patch"
    answers = ask(story.fixes[name], story.repo.path, patch, story.bare, tmp_path)
    assert {"review", "propose-update", "diff-upstream"} <= answers.documents.keys()
    assert answers.contradictions() == []


def test_the_audit_agrees_with_what_is_said_of_each_fix(story: Story) -> None:
    done = debpatch("audit-series", story.patched, "--repo", story.repo.path, "--format", "json")
    by_name = {patch["name"].removesuffix(".patch"): patch for patch in done.json["patches"]}
    assert by_name.keys() == set(NAMES)
    for name, patch in by_name.items():
        found = debpatch("find-backports", story.fixes[name], "--repo", story.repo.path,
                         "--format", "json").json  # fmt: skip
        assert Answers({"audit-series": patch, "find-backports": found}).contradictions() == []
        assert patch["upstream"]["sha"] == found["sha"]
        said = {(each["sha"], each["kind"]) for each in found["follow_ups"]}
        assert {(each["sha"], each["kind"]) for each in patch["follow_ups"]} == said, name
    droppable = {name: patch["droppable_from"] for name, patch in by_name.items()}
    assert droppable == dict.fromkeys(NAMES, "v2.0") | {
        "ancestor": "v1.1", "named": "v1.2", "subject": "v1.2", "mail": "v1.2", "content": "v1.2",
        "trailer": "v1.2", "date": "v1.2", "merged": "v1.2", "restored": "v1.2",
        "repaired": "v1.2",
    }  # fmt: skip


def test_releases_are_the_package_s_where_projects_share_a_repository(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "upstream")
    repo.commit({"alone.c": text("alone")}, "Start", tag="hello-1.0")
    fix = _fix(repo, "alone")
    for number in range(4):
        repo.git("tag", f"another-0.{number}")
    repo.commit({"README": "1.1\n"}, "Release", tag="hello-1.1")
    files = {"alone.c": text("alone"), **packaging(version="1.0-1")}
    assert "hello (1.0-1)" in files["debian/changelog"]
    package = write_tree(tmp_path / "package", files)
    patch = tmp_path / "fix.patch"
    patch.write_text(f"Origin: upstream, commit:{fix}\n---\n{repo.git('diff', f'{fix}^', fix)}\n")
    for command in (("find-backports", fix), ("diff-upstream", patch)):
        done = debpatch(*command, "--repo", repo.path, "--package", package, "--format", "json")
        told = Answers({command[0]: done.json})
        assert told.released_in == {fix: {"hello-1.1"}}, command
