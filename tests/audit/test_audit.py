from __future__ import annotations

from pathlib import Path

import pytest
from repos import Repo
from source_packages import write_tree

from audit.stories import (
    BOUNDS,
    DRAIN,
    ENCODE,
    MERGED,
    QUOTA,
    RETRY,
    Story,
    audit,
    audit_one,
    diff,
    engine,
    package,
    tell,
)
from debpatch.errors import DebpatchError


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("upstream"))


def header(text: str = "") -> str:
    return f"Description: something\nAuthor: Ann <ann@example.org>\n{text}\n"


DEBIAN = header() + diff(
    engine(), engine(seal="    seal_result = debian_specific_location(buf, DEBIAN_PATH_CONF);")
)


# -- which commit ----------------------------------------------------------------------------------


def test_a_named_commit_is_compared(story: Story, tmp_path: Path) -> None:
    named = header(f"Origin: upstream, {story.commits['retry']}")
    found = audit_one(story, tmp_path, named + story.patch("retry"))
    assert found.applies
    assert found.identity
    assert [commit.sha for commit in found.identity.commits] == [story.commits["retry"]]
    assert found.identity.match == "identical"
    assert found.released_in
    assert found.released_in.tag == "v2.0"


def test_a_commit_is_found_by_content_alone(story: Story, tmp_path: Path) -> None:
    found = audit_one(story, tmp_path, header() + story.patch("retry"))
    assert found.identity
    assert found.identity.commits[0].sha == story.commits["retry"]
    assert found.identity.match == "identical"


def test_a_commit_is_found_in_a_file_that_moved(story: Story, tmp_path: Path) -> None:
    helper = engine().replace("_packet", "_helper")
    escaped = engine(encode=ENCODE).replace("_packet", "_helper")
    found = audit_one(story, tmp_path, header() + diff(helper, escaped, "src/util.c"))
    assert found.identity
    assert found.identity.commits[0].sha == story.commits["encode"]


def test_a_patch_of_debians_own_has_no_commit(story: Story, tmp_path: Path) -> None:
    found = audit_one(story, tmp_path, DEBIAN, "v2.1")
    assert found.identity is None
    assert found.droppable.own is None
    assert found.outcome
    assert found.outcome.fate == "applies"


def test_a_commit_that_is_named_and_not_carried_is_told(story: Story, tmp_path: Path) -> None:
    wrong = header(f"Origin: upstream, {story.commits['quota']}")
    found = audit_one(story, tmp_path, wrong + story.patch("retry"))
    assert found.identity
    assert found.identity.commits[0].sha == story.commits["retry"]
    assert [commit.sha for commit in found.unproved] == [story.commits["quota"]]


def test_the_cause_of_a_bug_is_not_what_a_patch_carries(story: Story, tmp_path: Path) -> None:
    cause = header(f"Bug: broken by {story.commits['quota']}")
    found = audit_one(story, tmp_path, cause + DEBIAN)
    assert found.identity is None
    assert found.unproved == ()


def test_several_commits_in_one_patch(story: Story, tmp_path: Path) -> None:
    both = diff(engine(), engine(drain=DRAIN, quota=QUOTA))
    found = audit_one(story, tmp_path, header() + both)
    assert found.identity
    wanted = [story.commits["drain"], story.commits["quota"]]
    assert [commit.sha for commit in found.identity.commits] == wanted
    assert found.identity.own[0] == 0


def test_what_is_left_out_of_a_commit_is_told(story: Story, tmp_path: Path) -> None:
    found = audit_one(story, tmp_path, header() + story.patch("bounds", "src"))
    assert found.identity
    assert found.identity.left_out == ("tests/bounds.c",)
    assert found.identity.match == "identical"


def test_a_part_of_a_commit_and_something_else(story: Story, tmp_path: Path) -> None:
    other = "\n".join(f"    seal_result += weigh_seal_{n}(buf, {n} * 77);" for n in range(40))
    mixed = diff(engine(), engine(bounds=BOUNDS, seal=other))
    named = header(f"Origin: backport, {story.commits['bounds']}")
    found = audit_one(story, tmp_path, named + mixed)
    assert found.identity
    lines, of = found.identity.own
    assert lines * 2 > of
    assert found.droppable.own is None


def test_a_mail_of_upstreams_with_another_diff(story: Story, tmp_path: Path) -> None:
    head, _, _ = story.mail("drain").partition("diff --git")
    other = diff(engine(), engine().replace("log_message(D_DRAIN, buf)", "stop_early(buf)"))
    found = audit_one(story, tmp_path, head.replace(story.commits["drain"], "0" * 40) + other)
    assert found.identity
    assert found.identity.commits[0].sha == story.commits["drain"]
    assert found.identity.match == "diverged"
    assert not found.droppable.sure


# -- from which release on -------------------------------------------------------------------------


def test_a_cherry_pick_on_the_packages_own_line_counts(story: Story, tmp_path: Path) -> None:
    named = header(f"Origin: upstream, {story.commits['bounds']}")
    found = audit_one(story, tmp_path, named + story.patch("bounds"))
    assert found.identity
    assert found.identity.commits[0].sha == story.commits["bounds"]
    assert found.droppable.own
    assert found.droppable.own.tag == "v1.1"
    assert found.droppable.sure


def test_what_upstream_repaired_afterwards(story: Story, tmp_path: Path) -> None:
    repair = diff(engine(bounds=BOUNDS), engine(bounds=BOUNDS.replace("> buf->c", ">= buf->c")))
    both = {"one.patch": header() + story.patch("bounds"), "two.patch": header() + repair}
    found = audit_one(story, tmp_path / "one", both["one.patch"])
    assert [later.follow_up.commit.sha for later in found.follow_ups] == [story.commits["repair"]]
    assert found.has_work
    first, second = audit(story, package(tmp_path / "two", both)).patches
    assert second.identity
    assert second.identity.commits[0].sha == story.commits["repair"]
    assert [later.carried_by for later in first.follow_ups] == ["two.patch"]
    assert not first.has_work


def test_a_reverted_commit_cannot_be_dropped(story: Story, tmp_path: Path) -> None:
    found = audit_one(story, tmp_path, header() + story.patch("unsafe"), "v2.1")
    assert found.identity
    assert found.identity.commits[0].sha == story.commits["unsafe"]
    assert found.droppable.own is None
    assert [later.follow_up.kind for later in found.follow_ups] == ["reverts"]
    assert found.outcome
    assert found.outcome.fate == "applies"


def test_code_that_reads_so_already_needs_no_commit(story: Story, tmp_path: Path) -> None:
    merged = header() + diff(engine(), engine(lease=MERGED))
    found = audit_one(story, tmp_path, merged, "2.0")
    assert found.identity is None
    assert found.droppable.proof == "content"
    assert found.droppable.own
    assert found.droppable.own.tag == "v2.0"
    assert found.outcome
    assert found.outcome.fate == "droppable"


# -- applies, here and there -----------------------------------------------------------------------


def test_why_a_patch_does_not_apply(story: Story, tmp_path: Path) -> None:
    patches = {
        "good.patch": header() + story.patch("retry"),
        "again.patch": header() + story.patch("retry"),
        "nowhere.patch": header() + diff(engine(lease=MERGED), engine(lease=RETRY)),
        "absent.patch": header() + diff("a\nb\nc\n", "a\nB\nc\n", "src/gone.c"),
        "last.patch": DEBIAN,
    }
    found = audit(story, package(tmp_path, patches)).patches
    assert [patch.applies for patch in found] == [True, False, False, False, True]
    whys = [patch.obstacles[0].why for patch in found[1:4]]
    assert whys == ["there-already", "no-place", "file-absent"]


def test_onto_a_new_release(story: Story, tmp_path: Path) -> None:
    patches = {
        "retry.patch": header() + story.patch("retry"),
        "upon.patch": header()
        + diff(engine(retry=RETRY), engine(retry=RETRY, decode="    decode_twice(buf);")),
        "debian.patch": DEBIAN,
        "conflict.patch": header()
        + diff(engine(retry=RETRY), engine(retry=RETRY, bounds="    bounds_result = 0;")),
        "configure.patch": header() + diff("one\ntwo\n", "one\nthree\n", "configure"),
    }
    place = package(tmp_path, patches, configure="one\ntwo\n")
    found = audit(story, place, "v2.0")
    fates = [str(patch.outcome.fate) for patch in found.patches if patch.outcome]
    assert fates == ["droppable", "applies", "applies", "conflict", "unknown"]
    (conflict,) = [p.outcome for p in found.patches if p.patch.name == "conflict.patch"]
    assert conflict
    assert [(o.path, o.hunk) for o in conflict.obstacles] == [("src/engine.c", 1)]


def test_a_package_with_its_series_applied(story: Story, tmp_path: Path) -> None:
    place = package(tmp_path, {"one.patch": header() + story.patch("retry")})
    (place / "src/engine.c").write_text(engine(retry=RETRY))
    (found,) = audit(story, place).patches
    assert found.applies


# -- bad input -------------------------------------------------------------------------------------


def test_no_patches_are_nothing_to_do(story: Story, tmp_path: Path) -> None:
    found = audit(story, package(tmp_path, {}))
    assert (found.patches, found.has_work) == ((), False)


def test_a_patch_twice_and_one_that_is_missing(story: Story, tmp_path: Path) -> None:
    place = package(tmp_path, {"one.patch": DEBIAN}, "one.patch\none.patch\ntwo.patch\n")
    one, again, missing = audit(story, place).patches
    assert one.applies
    assert (again.applies, again.patch.repeats) == (False, 1)
    assert missing.applies is None
    assert missing.patch.problem == "debian/patches/two.patch is not there"


def test_a_patch_twice_where_quilt_has_applied_it_once(story: Story, tmp_path: Path) -> None:
    text = header() + story.patch("retry")
    place = package(tmp_path, {"one.patch": text}, "one.patch\none.patch\n")
    (place / "src/engine.c").write_text(engine(retry=RETRY))
    write_tree(place / ".pc", {".version": "2\n", "applied-patches": "one.patch\n"})
    one, again = audit(story, place).patches
    assert (one.applies, again.applies) == (True, False)


def test_a_damaged_patch(story: Story, tmp_path: Path) -> None:
    whole = header() + story.patch("retry")
    found = audit_one(story, tmp_path, whole[: whole.rindex("\n+")])
    assert found.applies is None
    assert found.patch.problem


def test_another_projects_repository(tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit({"lib/main.py": "pass\n", "README": "other\n"}, tag="v1.0")
    place = package(tmp_path / "package", {"one.patch": DEBIAN})
    with pytest.raises(DebpatchError, match="have no file in common"):
        audit(Story(other, {}), place)


def test_an_unknown_version(story: Story, tmp_path: Path) -> None:
    place = package(tmp_path, {"one.patch": DEBIAN})
    with pytest.raises(DebpatchError, match=r"no upstream tag for hello 9\.9; the nearest are"):
        audit(story, place, "9.9")


def test_a_base_that_is_not_known(story: Story, tmp_path: Path) -> None:
    place = package(tmp_path, {"one.patch": header() + story.patch("retry")})
    changelog = place / "debian/changelog"
    changelog.write_text(changelog.read_text().replace("1.0-1", "1.0.7-1"))
    found = audit(story, place)
    assert found.base is None
    assert found.unknown
    (patch,) = found.patches
    assert patch.identity
    assert patch.identity.commits[0].sha == story.commits["retry"]
