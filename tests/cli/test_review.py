"""``debpatch review`` as a user meets it, on good days and on bad ones."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import Done, debpatch, environment, flat, program, refusal

from debpatch.demo import Demo
from debpatch.render.words import some

REPORTS = {"report.json", "report.html"}
SOMEBODY = {
    "DEBFULLNAME": "Ann Author",
    "DEBEMAIL": "ann@example.org",
    "SOURCE_DATE_EPOCH": "1763683200",  # trixie is stable
}


@pytest.fixture(autouse=True)
def _somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name to propose with, a day, a folder to stand in, and one for what is temporary."""
    for name in ("here", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    for name, value in SOMEBODY.items():
        monkeypatch.setenv(name, value)


def review(demo: Demo, *options: str | Path, patch: Path | None = None) -> Done:
    return debpatch(
        "review", "--repo", demo.repository, "--package", demo.package, *options,
        patch or demo.patch,
    )  # fmt: skip


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def short(demo: Demo, *names: str) -> list[str]:
    return [demo.commits[name][:12] for name in names]


# -- the demo's case: upstream has a backport, which needs more, and was repaired ------------------


@pytest.fixture(scope="module")
def told(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any, Path]:
    """The page, the report and the folder of the demo's review."""
    folder = tmp_path_factory.mktemp("told") / "review"
    done = debpatch(
        "review", "--repo", demo.repository, "--package", demo.package, "--closes", "1140745",
        "--output", folder, demo.patch, env=SOMEBODY,
    )  # fmt: skip
    assert (done.code, done.err) == (1, "")
    return done.out, json.loads((folder / "report.json").read_text()), folder


def test_the_page_begins_with_the_verdict(demo: Demo, told: tuple[str, Any, Path]) -> None:
    page = flat(told[0])
    (series,) = short(demo, "s3")
    assert page.startswith(f"{demo.patch.name}: replace Upstream backported this itself")
    assert f"{series} in v1.4.6" in page


def test_three_things_to_do_come_next(demo: Demo, told: tuple[str, Any, Path]) -> None:
    steps = [line for line in told[0].splitlines() if line[:4] in {"  1.", "  2.", "  3.", "  4."}]
    assert len(steps) == 3
    first, second, third = told[1]["next_steps"]
    revisions = ",".join(short(demo, "p1", "p2", "s3", "later-fix"))
    assert first["command"].startswith(f"debpatch import-commits {revisions} ")
    assert any("src/link_bsd.c still has link_do_read" in text for text in second["evidence"])
    assert any("no Applied-Upstream" in text for text in second["evidence"])
    assert third["command"].startswith("mutt -H ")


def test_the_first_thing_to_do_can_be_done(
    demo: Demo, told: tuple[str, Any, Path], tmp_path: Path
) -> None:
    """In a copy of the package the command of the first step writes the series."""
    package = tmp_path / "copy"
    shutil.copytree(demo.package, package)
    command = told[1]["next_steps"][0]["command"].replace(str(demo.package), str(package))
    before = (package / "debian/patches/series").read_text()
    assert debpatch(*command.split()[1:]).code == 0
    added = (package / "debian/patches/series").read_text().removeprefix(before)
    assert len(added.splitlines()) == 4


@pytest.mark.skipif(shutil.which("dpkg-source") is None, reason="dpkg-source is not installed")
def test_a_packed_package_is_unpacked_first(demo: Demo, tmp_path: Path) -> None:
    done = debpatch(
        "review", "--repo", demo.repository, "--package", demo.dsc, "-f", "json",
        "-o", tmp_path / "r", demo.patch,
    )  # fmt: skip
    command = done.json["next_steps"][0]["command"]
    assert command.startswith(f"dpkg-source -x {demo.dsc} && debpatch import-commits ")
    unpack, _, imports = command.partition(" && debpatch ")
    subprocess.run(unpack.split(), capture_output=True, check=True)
    assert debpatch(*imports.split()).code == 0
    series = Path(f"{demo.package.name}/debian/patches/series").read_text()
    assert len(series.splitlines()) == len((demo.package / "debian/patches/series").read_text()
                                           .splitlines()) + 4  # fmt: skip


def test_the_version_in_unstable_can_be_told(
    demo: Demo, told: tuple[str, Any, Path], tmp_path: Path
) -> None:
    """What the request lacks without it is said with the option that gives it."""
    options = ("--closes", "1140745", "--unstable", "1.5.0-1", "-f", "json")
    found = review(demo, *options, "-o", tmp_path / "r").json
    assert any("give it with --unstable" in text for text in told[1]["next_steps"][-1]["evidence"])
    assert not any("--unstable" in text for text in found["next_steps"][-1]["evidence"])
    request = (tmp_path / "r/proposals/request.mail").read_text()
    assert "Unstable has 1.5.0-1" in request


def test_the_evidence(demo: Demo, told: tuple[str, Any, Path]) -> None:
    page = flat(told[0])
    fix, backport, repair = short(demo, "fix", "s3", "later-fix")
    assert f"fix {fix} link: process frames immediately after read first in v1.5.0" in page
    assert f"backport {backport}" in page
    assert f"repairs {backport}" in page
    assert f"{fix} alone: conflict in 4 files" in page
    assert "the plan of 4 commits: clean" in page
    assert repair in page
    assert "the header has no Applied-Upstream" in page


def test_what_the_package_has_already_is_told(demo: Demo, told: tuple[str, Any, Path]) -> None:
    carried = {
        each["sha"]: each["carried_by"]["patch"]
        for each in told[1]["neighbours"]
        if each["carried_by"]
    }
    assert carried[demo.commits["cve"]] == "CVE-2025-99042.patch"


def test_the_plan(demo: Demo, told: tuple[str, Any, Path]) -> None:
    plan = told[1]["plan"]
    assert plan["clean"]
    assert [(step["sha"], step["role"]) for step in plan["steps"]] == [
        (demo.commits["p1"], "prerequisite"), (demo.commits["p2"], "prerequisite"),
        (demo.commits["s3"], "wanted"), (demo.commits["later-fix"], "follow-up"),
    ]  # fmt: skip


def test_the_report_has_all_of_it_to_look_at(demo: Demo, told: tuple[str, Any, Path]) -> None:
    html = (told[2] / "report.html").read_text()
    for word in (*short(demo, "fix", "s3", "later-fix", "cve"), "link_bsd.c", "<svg"):
        assert word in html


def test_the_folder(told: tuple[str, Any, Path]) -> None:
    page, report, folder = told
    documents = {f"proposals/{name}" for name in ("request.mail", "control.mail", "changelog")}
    debdiff = "proposals/tidewatch_1.4.2-3+deb13u2.debdiff"
    assert files(folder) == {*REPORTS, *documents, debdiff}
    assert set(report["documents"]) == {*documents, debdiff}
    for name in files(folder):
        assert f"  {name}\n" in page
    request = (folder / "proposals/request.mail").read_text()
    assert "the hand-made patch" in request
    assert "new upstream release v1.4.6" in request


def test_all_fits_into_80_columns_but_commands(told: tuple[str, Any, Path]) -> None:
    long = [line for line in told[0].splitlines() if len(line) > 80]
    assert all(line.startswith("     $ ") for line in long)


# -- other patches ---------------------------------------------------------------------------------


def test_a_patch_of_the_series(demo: Demo, tmp_path: Path) -> None:
    patch = demo.package / "debian/patches/CVE-2025-99042.patch"
    done = review(demo, "--format", "json", "--output", tmp_path / "r", patch=patch)
    found = done.json
    assert found["series_entry"] == patch.name
    assert found["onto"] == f"tidewatch 1.4.2-3+deb13u1 before {patch.name}"
    assert found["comparison"]["comparisons"][0]["verdict"] == "identical"
    assert (found["verdict"], done.code) == ("mend", 1)
    assert any("in its series" in why for why in found["unknown"])


def test_a_patch_of_no_upstream_commit(demo: Demo, tmp_path: Path) -> None:
    patch = tmp_path / "loose.patch"
    patch.write_text("--- /dev/null\n+++ b/NEWS.Debian\n@@ -0,0 +1 @@\n+Read the manual first.\n")
    done = review(demo, "--output", tmp_path / "r", patch=patch)
    assert (done.code, done.err) == (1, "")
    page = flat(done.out)
    assert page.startswith(
        "loose.patch: unknown The upstream commit that it comes from is not known."
    )
    assert f"debpatch review --upstream SHA --repo {demo.repository}" in page
    assert files(tmp_path / "r") == REPORTS


def test_the_whole_of_a_patch_that_names_a_part_of_it_is_looked_for(
    demo: Demo, tmp_path: Path
) -> None:
    mail = subprocess.run(
        ["git", "format-patch", "-1", "--stdout", demo.commits["number"]],
        cwd=demo.repository, capture_output=True, text=True, check=True,
    ).stdout.rpartition("-- \n")[0]  # fmt: skip
    other = (demo.package / "debian/patches/CVE-2025-99042.patch").read_text()
    patch = tmp_path / "two.patch"
    patch.write_text(mail + other[other.index("--- ", other.index("\n---\n") + 5) :])
    done = debpatch("review", "--repo", demo.repository, "--base", "v1.4.1", "-o", tmp_path / "r",
                    patch)  # fmt: skip
    page = flat(done.out)
    for commit in short(demo, "number", "cve"):
        assert f"fix {commit}" in page
    assert ", as the patch does not name them" in page
    assert "It is upstream's change" in page


def test_naming_the_commit_is_as_good(demo: Demo, tmp_path: Path) -> None:
    patch = tmp_path / "loose.patch"
    text = demo.patch.read_text()
    patch.write_text(text[text.index("---\n") :])
    fix = demo.commits["fix"]
    done = review(demo, "--upstream", fix, "-f", "json", "-o", tmp_path / "r", patch=patch)
    assert done.json["verdict"] == "replace"


def test_without_a_package(demo: Demo, tmp_path: Path) -> None:
    """The patch's paths name the base, and the plan is for that."""
    done = debpatch(
        "review", "--repo", demo.repository, "-f", "json", "-o", tmp_path / "r", demo.patch
    )
    found = done.json
    assert (found["package"], found["base"], found["onto"]) == (None, "v1.4.2", "v1.4.2")
    assert found["verdict"] == "replace"
    assert found["next_steps"][0]["command"].startswith("git cherry-pick -x ")
    assert any("give it with --package" in why for why in found["unknown"])


def test_a_patch_without_a_header_is_looked_for(
    demo: Demo, told: tuple[str, Any, Path], tmp_path: Path
) -> None:
    """What it changes says where it comes from, and all the rest follows."""
    patch = tmp_path / "bare.patch"
    text = demo.patch.read_text()
    patch.write_text(text[text.index("--- ") :])
    done = review(demo, "-f", "json", "-o", tmp_path / "r", patch=patch)
    found, (_, named, folder) = done.json, told
    assert found["comparison"]["identified"]["evidence"] == ["content"]
    assert named["comparison"]["identified"] is None
    says = "found by content, as the patch does not name it"
    assert says in (tmp_path / "r/report.html").read_text()
    assert says not in (folder / "report.html").read_text()
    for what in ("verdict", "fixes", "series", "plan"):
        assert found[what] == named[what]


def test_without_a_base(demo: Demo, tmp_path: Path) -> None:
    patch = tmp_path / "loose.patch"
    patch.write_bytes(demo.patch.read_bytes().replace(b"tidewatch-1.4.2", b"a"))
    done = debpatch("review", "--repo", demo.repository, "-f", "json", "-o", tmp_path / "r", patch)
    found = done.json
    assert (found["base"], found["onto"], found["plan"]) == (None, None, None)
    assert any("give --base" in why for why in found["unknown"])


def test_an_upstream_commit_that_applies_is_taken_as_it_is(demo: Demo, tmp_path: Path) -> None:
    """The fix of a leak is in the package's own line, and the patch does something else to it."""
    commit = demo.commits["leak"]
    text = subprocess.run(
        ["git", "format-patch", "-1", "--stdout", commit],
        cwd=demo.repository, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    patch = tmp_path / "leak.patch"
    patch.write_text(text)
    done = debpatch(
        "review", "--repo", demo.repository, "--base", "v1.4.0", "-f", "json", "-o", tmp_path / "r",
        patch,
    )  # fmt: skip
    found = done.json
    assert found["comparison"]["comparisons"][0]["verdict"] == "identical"
    assert found["verdict"] == "mend"


def test_a_repair_comes_after_the_patch(demo: Demo, tmp_path: Path) -> None:
    """Where the package does not have the patch yet, that comes first."""
    package = tmp_path / "package"
    shutil.copytree(demo.package, package)
    imports = ("import-commits", "--repo", demo.repository, "--package", package)
    assert debpatch(*imports, ",".join(demo.commits[name] for name in ("p1", "p2"))).code == 0
    series = (package / "debian/patches/series").read_text()
    assert debpatch(*imports, demo.commits["s3"]).code == 0
    name = (package / "debian/patches/series").read_text().split()[-1]
    patch = (package / "debian/patches" / name).rename(tmp_path / name)
    (package / "debian/patches/series").write_text(series)
    options = ("--repo", demo.repository, "--package", package, "-f", "json")
    found = debpatch("review", *options, "-o", tmp_path / "r", patch).json
    (step,) = [step for step in found["next_steps"] if "as well" in step["sentence"]]
    assert step["evidence"][-1].endswith(
        "does not have the patch yet; add it with quilt import first"
    )


@pytest.mark.parametrize("has_repair", [False, True])
def test_a_repair_is_to_be_taken_unless_the_series_has_it(
    demo: Demo, tmp_path: Path, has_repair: bool
) -> None:
    package = tmp_path / "package"
    shutil.copytree(demo.package, package)
    names = ("p1", "p2", "s3", "later-fix") if has_repair else ("p1", "p2", "s3")
    revisions = ",".join(demo.commits[name] for name in names)
    imported = debpatch(
        "import-commits", revisions, "--repo", demo.repository, "--package", package
    )
    assert imported.code == 0
    entries = (package / "debian/patches/series").read_text().split()
    patch = package / "debian/patches" / entries[-2 if has_repair else -1]
    done = debpatch("review", "--repo", demo.repository, "-f", "json", "-o", tmp_path / "r", patch)
    found, (repair, backport) = done.json, short(demo, "later-fix", "s3")
    (picked,) = found["repairs"]
    assert picked["sha"] == demo.commits["later-fix"]
    assert picked["outcome"] == ("already-applied" if has_repair else "clean")
    steps = [step for step in found["next_steps"] if repair in step["sentence"]]
    assert bool(steps) is not has_repair
    for step in steps:
        assert step["evidence"][0].endswith(f"repairs {backport}, and applies cleanly on top")
        assert step["command"].startswith(f"debpatch import-commits {repair} ")


def test_what_does_more_than_the_commit_it_names_is_not_replaced(
    demo: Demo, tmp_path: Path
) -> None:
    """Upstream's commit for that line applies, and would lose most of the patch."""
    commit = demo.commits["leak"]
    text = subprocess.run(
        ["git", "format-patch", "-1", "--stdout", commit],
        cwd=demo.repository, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    more = "--- a/src/more.c\n+++ b/src/more.c\n@@ -0,0 +1,40 @@\n" + "+int more;\n" * 40
    patch = tmp_path / "more.patch"
    patch.write_text(text.rpartition("-- \n")[0] + more)
    done = debpatch(
        "review", "--repo", demo.repository, "--base", "v1.4.0", "-f", "json", "-o", tmp_path / "r",
        patch,
    )  # fmt: skip
    found = done.json
    assert found["verdict"] == "mend"
    assert found["summary"].endswith(", and has 1 hunk of its own.")
    assert found["next_steps"][0]["evidence"] == [
        "1 hunk of its own in src/more.c, found in none of the compared commits"
    ]


def test_what_the_package_has_already_is_dropped(demo: Demo, tmp_path: Path) -> None:
    """The same change as a patch of the series, under another name and with other lines around."""
    shutil.copytree(demo.package, tmp_path / "package")
    text = (demo.package / "debian/patches/CVE-2025-99042.patch").read_text()
    renamed = tmp_path / "again.patch"
    extra = "--- a/README\n+++ b/README\n@@ -0,0 +1 @@\n+x\n"
    renamed.write_text(text.rpartition("-- \n")[0] + extra if "-- \n" in text else text + extra)
    commit = demo.commits["cve"]
    done = review(demo, "-f", "json", "--upstream", commit, "-o", tmp_path / "r", patch=renamed)
    assert done.json["verdict"] == "drop"
    assert done.json["documents"] == []


def test_a_sentence_names_few_files() -> None:
    files = [f"{n}.c" for n in range(8)]
    assert some(files[:2]) == "0.c, 1.c"
    assert some(files[:7]) == "0.c, 1.c, 2.c, 3.c, 4.c, 5.c, 6.c"
    assert some(files) == "0.c, 1.c, 2.c, 3.c, 4.c, 5.c and 2 more"


# -- bad input -------------------------------------------------------------------------------------


def test_a_folder_that_is_there_is_not_written_to(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.txt").write_text("precious")
    arguments = ("review", "--repo", demo.repository, "-o", folder, demo.patch)
    assert "exists, and is not a review; give another directory" in refusal(*arguments)
    assert "is not a review" in refusal(*arguments, "--force")
    assert files(folder) == {"chapter.txt"}


def test_an_older_review_is_replaced_only_on_demand(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "review"
    folder.mkdir()
    (folder / "report.json").write_text("{}")
    (folder / "old.txt").write_text("")
    arguments = ("review", "--repo", demo.repository, "-o", folder, demo.patch)
    assert "replace it with --force" in refusal(*arguments)
    assert files(folder) == {"report.json", "old.txt"}
    assert debpatch(*arguments, "--force").code == 1
    assert files(folder) == REPORTS


def test_a_file_is_no_folder(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = refusal("review", "--repo", demo.repository, "-o", tmp_path / "file", demo.patch)
    assert "is a file; give a directory" in said


def test_the_usual_folder_is_named_after_the_patch(demo: Demo) -> None:
    assert review(demo).code == 1
    assert [path.name for path in Path().iterdir()] == [f"review-{demo.patch.stem}"]


def test_a_repository_of_another_project(demo: Demo, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", other], check=True)
    commit = ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q"]
    subprocess.run(["git", *commit, "--allow-empty", "-m", "x"], cwd=other, check=True)
    done = debpatch(
        "review", "--repo", other, "--package", demo.package, "-o", tmp_path / "r", demo.patch
    )
    assert (done.code, done.err) == (1, "")
    assert "unknown" in done.out.splitlines()[0]
    assert f"which {other} does not have" in flat(done.out)


def test_a_patch_that_appears_twice(demo: Demo, tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(demo.package, package)
    series = package / "debian/patches/series"
    series.write_text(series.read_text() + "CVE-2025-99042.patch\n")
    said = refusal(
        "review", "--repo", demo.repository, "--package", package, "-o", tmp_path / "r",
        package / "debian/patches/CVE-2025-99042.patch",
    )  # fmt: skip
    assert "CVE-2025-99042.patch of the series does not apply" in said
    assert not (tmp_path / "r").exists()


def test_a_full_disk(tmp_path: Path) -> None:
    """What cannot be written whole is not there, and what was there is as it was."""
    place = tmp_path / "place"
    place.mkdir()
    script = (
        "import resource, signal, sys\n"
        "from debpatch import files\n"
        "from pathlib import Path\n"
        "from debpatch.errors import DebpatchError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: files.write_folder(Path(sys.argv[1]), {'report.json': b'{}',\n"
        "                         'proposals/a': b'a' * 9999})\n"
        "except DebpatchError as error: print(error)\n"
    )
    target = place / "review"
    command = [sys.executable, "-c", script, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{target}: cannot be written: File too large; nothing was\n"
    assert list(place.iterdir()) == []
    target.mkdir()
    (target / "report.json").write_text("old")
    subprocess.run(command, check=True, capture_output=True)
    assert [path.name for path in place.iterdir()] == ["review"]
    assert (target / "report.json").read_text() == "old"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_review_leaves_nothing(
    demo: Demo, tmp_path: Path, number: signal.Signals
) -> None:
    """In the middle of its work, where a git of ours waits for ever."""
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "git").write_text(
        "#!/bin/sh\n"
        f'case "$*" in *merge-tree*) echo > {shims}/waiting; exec sleep 1000;; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    (shims / "git").chmod(0o755)
    folder = tmp_path / "there" / "r"
    process = subprocess.Popen(
        program("review", "--repo", demo.repository, "--package", demo.package, "-o", folder,
                demo.patch),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env=environment(PATH=f"{shims}:{os.environ['PATH']}"),
    )  # fmt: skip
    while not (shims / "waiting").exists():
        assert process.poll() is None
    os.killpg(process.pid, number)
    assert process.communicate() == (b"", b"")
    assert process.returncode == 128 + number
    assert not folder.parent.exists()
    assert list((tmp_path / "tmp").iterdir()) == []


# -- the demo command ------------------------------------------------------------------------------


def test_demo_is_a_review(tmp_path: Path) -> None:
    done = debpatch("demo", tmp_path / "demo")
    assert (done.code, done.err) == (0, "")
    html = tmp_path / "demo/review/report.html"
    assert f"Open {html} in a browser" in done.out
    assert html.is_file()
    assert "link-process-frames-immediately.patch: replace" in done.out
    assert os.path.commonpath([html, tmp_path]) == str(tmp_path)
