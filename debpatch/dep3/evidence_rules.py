"""Rules that hold a header against the evidence: upstream's repository, the changelog."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from debpatch.dep3.evidence import Evidence, Match, Named
from debpatch.dep3.rules import Case, Problem, Witness, revalue, rule
from debpatch.formats.dep3_fields import commits_in, debian_bug, parse_origin, urls_in
from debpatch.formats.versions import Release, parse_version

if TYPE_CHECKING:
    from debpatch.landings.standing import InReleases


@rule("commit-unknown", "error", "evidence")
def commit_unknown(case: Case) -> Iterator[Problem]:
    """Origin or Applied-Upstream names a commit that upstream's repository does not have.

    DEP-3, "Origin": a patch from upstream lists "the relevant commit identifier". This is
    not reported if the repository is shallow, partial or empty, or the patch is from elsewhere.
    """
    evidence = case.evidence
    if evidence is None or not evidence.complete:
        return
    missing = {named.sha.lower() for named in evidence.named if named.is_missing}
    for field in case.header.all("origin", "applied-upstream"):
        if field.key == "origin" and parse_origin(field.text).category in {"vendor", "other"}:
            continue
        for sha in commits_in(field.text):
            if sha.lower() in missing:
                yield Problem(
                    field.line,
                    f"upstream's repository has no commit {sha}",
                    "check the id, or fetch from upstream",
                )


@rule("origin-differs", "warning", "evidence")
def origin_differs(case: Case) -> Iterator[Problem]:
    """Origin says "upstream", but the patch changes other lines than the commit that it names.

    DEP-3, "Origin": "upstream" is for "a patch cherry-picked from the upstream VCS", "backport" for
    one "that had to be modified to apply on the current version".
    """
    claim = _origin_claim(case, "upstream")
    if claim is None or claim[1].same_lines:
        return
    named, match = claim
    field = case.header.first("origin")
    assert field is not None  # noqa: S101 - the claim stands there
    other = re.sub("upstream", "backport", field.text, count=1, flags=re.IGNORECASE)
    is_port = match.carried
    yield Problem(
        field.line,
        f"Origin says upstream, but the patch's lines differ from {_named(named)}: {match}",
        'write "backport"' if is_port else "check the commit; little of it is in the patch",
        edits=(revalue(case.header, field, other),) if is_port else (),
        evidence=_witnesses(named),
    )


@rule("backport-identical", "info", "evidence")
def backport_identical(case: Case) -> Iterator[Problem]:
    """Origin says "backport", but the patch is identical to the commit.

    DEP-3, "Origin": "backport" is for a patch "that had to be modified to apply on the current
    version".
    """
    claim = _origin_claim(case, "backport")
    field = case.header.first("origin")
    if claim and field and claim[1] is Match.IDENTICAL:
        other = re.sub("backport", "upstream", field.text, count=1, flags=re.IGNORECASE)
        yield Problem(
            field.line,
            f"Origin says backport, but the patch is identical to {_named(claim[0])}",
            'write "upstream"',
            edits=(revalue(case.header, field, other),),
            evidence=_witnesses(claim[0]),
        )


@rule("only-context-differs", "info", "evidence")
def only_context_differs(case: Case) -> Iterator[Problem]:
    """The patch changes the same lines as the commit in its Origin, in another context.

    Both "upstream" and "backport" are true of it; there is nothing to compare for a reviewer.
    """
    claim = _origin_claim(case, "upstream") or _origin_claim(case, "backport")
    field = case.header.first("origin")
    if claim and field and claim[1] is Match.CONTEXT:
        yield Problem(
            field.line,
            f"the changed lines are those of {_named(claim[0])}, only their context differs",
            evidence=_witnesses(claim[0]),
        )


def _origin_claim(case: Case, category: str) -> tuple[Named, Match] | None:
    """The commit that makes an Origin of this category truest, and how like it the patch is.

    Git's ``From`` line and cherry-pick trailers are asked too: where Origin names the commit on the
    main branch, they may name the one that was taken.
    """
    evidence, origin = case.evidence, case.header.first("origin")
    if evidence is None or origin is None or parse_origin(origin.text).category != category:
        return None
    named = [one for one in evidence.of("origin") if one.match]
    if not named:
        return None
    others = [one for one in evidence.of("from", "cherry-picked") if one.match]
    rank = list(Match)
    best = min([*named, *others], key=lambda one: rank.index(one.match or Match.DIVERGED))
    match = best.match or Match.DIVERGED
    if evidence.together and rank.index(evidence.together) < rank.index(match):
        match = evidence.together
    return best, match


@rule("applied-upstream-release", "warning", "evidence")
def applied_upstream_release(case: Case) -> Iterator[Problem]:
    """Applied-Upstream names a release that does not contain the commit.

    DEP-3, "Applied-Upstream (optional)": it holds "the upstream version expected to contain this
    patch". All tags that contain the fix count, on all branches.
    """
    evidence, field = case.evidence, case.header.first("applied-upstream")
    if evidence is None or field is None or not evidence.landings:
        return
    word, comma, rest = field.text.partition(",")
    version = parse_version(word.strip().lower().removeprefix("v"))
    said = [known for known in evidence.releases if version and known.version.key == version.key]
    having = {release for landing in evidence.landings for release in landing.releases}
    if not said or set(said) & having:
        return
    best = _best(evidence)
    first = _first(best, evidence.base)
    right = f"{release_name(first)}{comma}{rest}" if first else None
    yield Problem(
        field.line,
        f"{word.strip()} does not contain the fix; {_where(evidence.landings)}",
        f'write "{release_name(first)}"' if first else "remove the version",
        edits=(revalue(case.header, field, right),) if right else (),
        evidence=tuple(map(_witness, evidence.landings)),
    )


@rule("already-in-base", "warning", "evidence")
def already_in_base(case: Case) -> Iterator[Problem]:
    """The packaged upstream version already has the fix."""
    evidence = case.evidence
    if evidence is None or evidence.base is None:
        return
    for landing in _in_base(evidence):
        yield Problem(
            None,
            (
                f"{release_name(evidence.base)}, the packaged version, already has the "
                f"fix: {_landed(landing)}"
            ),
            "remove the patch, unless it reverts that commit",
            evidence=(_witness(landing),),
        )
        return


def _in_base(evidence: Evidence) -> list[InReleases]:
    is_carried = evidence.source and evidence.source.match and evidence.source.match.carried
    return [
        landing
        for landing in evidence.landings
        if is_carried and landing.landing.is_whole and evidence.base in landing.releases
    ]


@rule("commits-disagree", "warning", "evidence")
def commits_disagree(case: Case) -> Iterator[Problem]:
    """Applied-Upstream and Origin name unrelated commits."""
    evidence, field = case.evidence, case.header.first("applied-upstream")
    if evidence is None or field is None:
        return
    origins = {named.commit.sha for named in evidence.of("origin") if named.commit}
    applied = [named for named in evidence.of("applied-upstream") if named.commit]
    related = origins | {landing.commit.sha for landing in evidence.landings}
    if origins and applied and not {n.commit.sha for n in applied if n.commit} & related:
        yield Problem(
            field.line,
            f"Applied-Upstream names {_named(applied[0])}, but Origin another commit",
            "check which of the two the patch is",
            evidence=_witnesses(*applied),
        )


@rule("applied-upstream-missing", "warning", "evidence")
def applied_upstream_missing(case: Case) -> Iterator[Problem]:
    """The fix has landed upstream, but the header does not say so.

    DEP-3, "Applied-Upstream (optional)": it tells whoever packages the next version that the patch
    can be dropped.
    """
    evidence = case.evidence
    if evidence is None or case.header.first("applied-upstream") or not evidence.landings:
        return
    if _in_base(evidence) or not (evidence.source and evidence.source.match):
        return
    if not evidence.source.match.carried and evidence.source.kind != "origin":
        return
    best = _best(evidence)
    first = _first(best, evidence.base)
    commit = _link(case, best.commit.sha)
    value = f"{release_name(first)}, {commit}" if first else commit
    yield Problem(
        None,
        f"{_where(evidence.landings)}, but the header has no Applied-Upstream",
        f'write "Applied-Upstream: {value}"',
        adds=(("Applied-Upstream", value),),
        evidence=tuple(map(_witness, evidence.landings)),
    )


@rule("origin-not-said", "info", "evidence")
def origin_not_said(case: Case) -> Iterator[Problem]:
    """The patch carries an upstream commit that the header names, but there is no Origin.

    DEP-3, "Origin": "For patches backported/taken from upstream, it should point into the upstream
    VCS web interface when possible, otherwise it can simply list the relevant commit identifier".
    """
    evidence = case.evidence
    if evidence is None or case.header.first("origin") or evidence.source is None:
        return
    source = evidence.source
    if source.commit is None or source.match is None:
        return
    category = "upstream" if source.match.same_lines else "backport"
    value = f"{category}, {_link(case, source.commit.sha)}"
    yield Problem(
        source.line,
        f"the patch carries {_named(source)} ({source.match}), but the header has no Origin",
        f'write "Origin: {value}"',
        adds=(("Origin", value),),
        evidence=_witnesses(source),
    )


@rule("bug-debian-missing", "info", "evidence")
def bug_debian_missing(case: Case) -> Iterator[Problem]:
    """The changelog closes a Debian bug with this patch, but the header does not name the bug.

    Debian Policy 4.4 for ``Closes``; DEP-3, "Bug-<Vendor> or Bug".
    """
    said = {bug[0] for field in case.header.bugs for url in urls_in(field.value)
            if (bug := debian_bug(url))}  # fmt: skip
    numbers = {int(number) for f in case.header.bugs for number in re.findall(r"\d{3,}", f.text)}
    for number in case.closes:
        if number not in said | numbers:
            url = f"https://bugs.debian.org/{number}"
            yield Problem(
                None,
                f"the changelog closes #{number} with this patch, but the header does not name it",
                f'write "Bug-Debian: {url}"',
                adds=(("Bug-Debian", url),),
            )


# -- how to speak of it ----------------------------------------------------------------------------


def release_name(release: Release) -> str:
    """The version of a release as Applied-Upstream gives it: ``2.6.20`` for ``v2.6.20``."""
    text = re.sub(r"^\D*", "", release.tag.removeprefix(release.project))
    return text if "." in text else re.sub(r"(?<=\d)[_-](?=\d)", ".", text)


def _best(evidence: Evidence) -> InReleases:
    """The landing to name: on the package's own release line, else the one released first."""
    line = evidence.base.version.numbers[:2] if evidence.base else None

    def rank(landing: InReleases) -> tuple[bool, tuple[bool, object]]:
        first = _first(landing, evidence.base)
        return (first is None or first.version.numbers[:2] != line, _age(first))

    return min(evidence.landings, key=rank)


def _first(landing: InReleases, base: Release | None) -> Release | None:
    """The first release with ``landing``, on the package's release line where there is one."""
    line = base.version.numbers[:2] if base else None
    near = [release for release in landing.releases if release.version.numbers[:2] == line]
    return near[0] if near else landing.first


def _where(landings: Iterable[InReleases]) -> str:
    """In which releases the fix is, the oldest first, by which commits."""
    by_release: dict[str, list[str]] = {}
    for landing in sorted(landings, key=lambda landing: _age(landing.first)):
        name = release_name(landing.first) if landing.first else "no release yet"
        by_release.setdefault(name, []).append(landing.commit.short)
    *places, last = (f"{name} ({', '.join(shas)})" for name, shas in by_release.items())
    return f"the fix is in {', '.join(places)} and {last}" if places else f"the fix is in {last}"


def _age(release: Release | None) -> tuple[bool, object]:
    return (release is None, release.version.key if release else ())


def _landed(landing: InReleases) -> str:
    return f'{landing.commit.short} ("{landing.commit.subject}")'


def _named(named: Named) -> str:
    return f'{named.commit.short} ("{named.commit.subject}")' if named.commit else named.sha


def _witness(landing: InReleases) -> Witness:
    return Witness(landing.commit.sha, landing.commit.subject, landing.released_in)


def _witnesses(*named: Named) -> tuple[Witness, ...]:
    return tuple(
        Witness(one.commit.sha, one.commit.subject, one.releases[0].tag if one.releases else None)
        for one in named
        if one.commit
    )


def _link(case: Case, sha: str) -> str:
    """The commit's address, made after one in the header where there is one, else its id."""
    evidence = case.evidence
    here = {n.sha: n for n in evidence.named if n.commit} if evidence else {}
    for field in case.header.all("origin", "applied-upstream"):
        for url in urls_in(field.text):
            for written in here:
                if re.search(rf"/commit/{written}$", url):
                    return url.removesuffix(written) + sha
    return f"commit:{sha}"
