"""Where a patch comes from whose header does not say so."""

from __future__ import annotations

import pytest
from audit.stories import QUOTA, Story, diff, engine, tell
from repos import Repo

from debpatch.errors import DebpatchError
from debpatch.formats.patch import parse_patch
from debpatch.landings.identity import Identity
from debpatch.landings.origin import read_alternatives
from debpatch.package.locate import locate
from debpatch.package.upstream import Inputs


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("upstream"))


def compared_with(
    repo: Repo, text: str, *named: str, base: str = "v1.0"
) -> tuple[list[str], Identity | None]:
    (patch,) = parse_patch(text.encode(), "some.patch")
    with locate(patch, Inputs(str(repo.path), base=base)) as located:
        series, identity = read_alternatives(located, named)
    return [commit.sha for commits in series for commit in commits], identity


def test_by_what_it_changes(story: Story) -> None:
    found, identity = compared_with(story.repo, story.patch("quota"))
    assert found == [story.commits["quota"]]
    assert identity
    assert identity.match == "identical"


def test_a_part_in_other_words(story: Story) -> None:
    ours = QUOTA.replace("hard_quota", "limit").replace("QUOTA_HARD", "QUOTA_HARD | QUOTA_LOG")
    found, identity = compared_with(story.repo, diff(engine(), engine(quota=ours)))
    assert found == [story.commits["quota"]]
    assert identity
    assert 0.6 <= identity.confidence < 0.99


def test_what_it_names_is_not_doubted(story: Story) -> None:
    text = f"Origin: upstream, {story.commits['retry']}\n\n{story.patch('quota')}"
    assert compared_with(story.repo, text) == ([story.commits["retry"]], None)
    given = compared_with(story.repo, text, story.commits["bounds"])
    assert given == ([story.commits["bounds"]], None)


def test_what_upstream_never_did(story: Story) -> None:
    ours = diff(engine(), engine(seal="    seal_result = debian_location(buf, DEBIAN_PATH);"))
    with pytest.raises(
        DebpatchError, match=r"some\.patch: names no upstream commit, and no commit"
    ):
        compared_with(story.repo, ours)


def test_what_the_release_has_already(story: Story) -> None:
    with pytest.raises(
        DebpatchError, match="no commit that the package lacks makes the same change"
    ):
        compared_with(story.repo, story.patch("quota"), base="v2.0")
