"""Source packages through the machine's own apt, beside its state and never in it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from debpatch.errors import DebpatchError
from debpatch.files import alone_in
from debpatch.folders import cache_folder

# Debian Policy 5.6.1 and 5.6.12; a suite as apt_preferences(5) has it.
_WANTED = re.compile(
    r"([a-z0-9][a-z0-9+.-]+)"
    r"(?:/([A-Za-z0-9][A-Za-z0-9._+~/-]*)|=([0-9][A-Za-z0-9.+:~-]*))?"
)
_DSC = re.compile(r"^'[^']*' ([^\s/]+\.dsc) ", re.MULTILINE)
_SOURCE = ("apt-get", "source", "--only-source", "--download-only")
_LISTS_STAY_FRESH = 24 * 60 * 60  # seconds

_CONFIGURATION = """\
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{folder}/sources";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""
"""What differs from the machine's apt; its keys, proxies and hosts' passwords stay as they are.

No package counts as installed, so that the choice of a version does not depend on it, and hooks of
the machine's own updates do not run.
"""


def download_source(wanted: str) -> Path:
    """Download a source package, give the path of its ``.dsc``.

    ``wanted`` is ``NAME`` (the highest version of all suites), ``NAME/SUITE`` or ``NAME=VERSION``.
    The archives are those of the machine's apt, binary ones taken as source archives; one that has
    no sources or does not answer is passed over as long as another has the package. The package
    lists are fetched again after a day. All of it stays in the user's cache; runs at the same time
    wait for each other.

    Raises DebpatchError where there is no apt, no such package or version, or no network.
    """
    if not _WANTED.fullmatch(wanted):
        raise DebpatchError(f"apt:{wanted}: write apt:NAME, apt:NAME/SUITE or apt:NAME=VERSION")
    if not shutil.which("apt-get"):
        raise DebpatchError(f"apt:{wanted}: apt-get is not installed; give a .dsc or a directory")
    folder = cache_folder() / "apt"
    try:
        for below in ("state/lists/partial", "cache/archives/partial", "sources", "packages"):
            (folder / below).mkdir(parents=True, exist_ok=True)
        with alone_in(folder / "lock"):
            trouble = _update(folder)
            try:
                return _download(folder, wanted, trouble)
            except DebpatchError:  # perhaps the lists are out of date: the next run fetches them
                (folder / "updated").unlink(missing_ok=True)
                raise
    except OSError as error:
        raise DebpatchError(f"apt:{wanted}: {folder} cannot be used ({error})") from error


def ask_versions(name: str) -> Callable[[], Mapping[str, str]]:
    """Ask for the highest version of a package in each suite that the machine's apt lists have.

    apt takes its time, so the answer is what comes of calling what is given. Suites are named as
    the machine's sources name them. Nothing is fetched; empty without apt.
    """
    if not (_WANTED.fullmatch(name) and shutil.which("apt-cache")):
        return dict
    process = subprocess.Popen(
        ["apt-cache", "madison", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C"},
    )
    return lambda: _highest(process.communicate()[0])


def _highest(madison: str) -> Mapping[str, str]:
    from debian.debian_support import Version

    known: dict[str, str] = {}
    for _, text, where in _rows(madison):
        suite = where.split()[1].partition("/")[0]
        version = _BINARY_REBUILD.sub("", text.strip())
        known[suite] = max(version, known.get(suite, version), key=Version)
    return known


_BINARY_REBUILD = re.compile(r"\+b\d+$")


def _update(folder: Path) -> str:
    """Fetch the package lists if they are old; give apt's first complaint, empty if it had none.

    ``updated`` holds the sources of the last update without complaint, and its age.
    """
    (folder / "status").touch()
    (folder / "apt.conf").write_text(_CONFIGURATION.format(folder=folder))
    sources = _machine_sources()
    for name, text in sources.items():
        (folder / "sources" / name).write_text(text)
    updated = folder / "updated"
    signature = "".join(sources.values())
    if (
        updated.exists()
        and updated.read_text() == signature
        and time.time() - updated.stat().st_mtime < _LISTS_STAY_FRESH
    ):
        return ""
    trouble = _complaint(_run(folder, "cache", "apt-get", "update"))
    if not trouble:
        updated.write_text(signature)
    return trouble


def _machine_sources() -> dict[str, str]:
    """The machine's package sources as source archives, by the name of the file for them."""
    shell = ["apt-config", "shell", "list", "Dir::Etc::sourcelist/f", "parts"]
    answer = subprocess.run(
        [*shell, "Dir::Etc::sourceparts/d"], check=False, capture_output=True, text=True
    )
    places = dict(word.split("=", 1) for word in shlex.split(answer.stdout))
    parts = sorted(Path(places["parts"]).glob("*")) if "parts" in places else []
    files = [Path(places["list"]), *parts] if "list" in places else parts

    def join(suffix: str, convert: Callable[[str], str]) -> str:
        texts = (f.read_text(errors="replace") for f in files if f.suffix == suffix and f.is_file())
        return "\n".join(convert(text) for text in texts)

    return {
        "machine.list": join(".list", deb_src_list),
        "machine.sources": join(".sources", deb_src_stanzas),
    }


def _download(folder: Path, wanted: str, trouble: str) -> Path:
    # Where the files are not yet, apt lists them all.
    answer = _run(folder, "cache", *_SOURCE, "--print-uris", wanted)
    found = _DSC.search(answer.stdout)
    if answer.returncode or not found:
        reason = _versions(folder, wanted) or trouble or _complaint(answer)
        raise DebpatchError(f"apt:{wanted}: not found: {reason}")
    answer = _run(folder, "packages", *_SOURCE, wanted)
    if answer.returncode:
        raise DebpatchError(f"apt:{wanted}: cannot be downloaded: {_complaint(answer)}; try again")
    return folder / "packages" / found[1]


def _versions(folder: Path, wanted: str) -> str:
    """Say which versions of a package there are; empty where there is none."""
    name = re.split("[/=]", wanted)[0]
    answer = _run(folder, "cache", "apt-cache", "madison", name)
    known = dict.fromkeys(
        f"{source.strip()} {version.strip()} ({where.split()[1]})"
        for source, version, where in _rows(answer.stdout)
    )
    return f"the machine's apt sources have {', '.join(known)}" if known else ""


def _rows(madison: str) -> list[list[str]]:
    """The rows of `apt-cache madison`: package, version, and archive with suite."""
    return [row.split("|") for row in madison.splitlines() if row.count("|") == 2]


def _run(folder: Path, cwd: str, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of apt's programs on the private state, in a folder of it."""
    return subprocess.run(
        [program, "-q", "-c", str(folder / "apt.conf"), *arguments],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        cwd=folder / cwd,
        env={**os.environ, "LC_ALL": "C"},
    )


def _complaint(answer: subprocess.CompletedProcess[str]) -> str:
    """The first error that apt reports, else its first warning of a failure, else nothing."""
    lines = answer.stderr.splitlines()
    for sign in ("E: ", "W: Failed to fetch ", "W: GPG error"):
        for line in lines:
            if line.startswith(sign):
                return line[len("E: ") :]
    return f"{answer.args[0]} gave {answer.returncode}" if answer.returncode else ""


# -- source archives for the binary ones that this machine uses: the formats of sources.list(5) ----

_ENTRY = re.compile(r"\s*deb(?:-src)?\s+(?P<where>.+?)\s*")
_NO = {"no", "false", "without", "off", "disable", "0"}  # as apt's StringToBool


def deb_src_list(text: str) -> str:
    """Turn a one-line-style file (``.list``) into its ``deb-src`` entries, options kept.

    Entries for CD-ROMs are left out: only apt-cdrom can fetch from those.
    """
    matches = (_ENTRY.fullmatch(line) for line in text.splitlines())
    places = dict.fromkeys(match["where"] for match in matches if match)
    return "".join(f"deb-src {place}\n" for place in places if "cdrom:" not in place)


def deb_src_stanzas(text: str) -> str:
    """Turn a deb822-style file (``.sources``) into its enabled stanzas with ``Types: deb-src``.

    All other fields stay, ``Signed-By`` with a key in it too.
    """
    from debian.deb822 import Deb822

    stanzas = []
    for stanza in Deb822.iter_paragraphs(text, use_apt_pkg=False):
        types = stanza.get("Types", "").split()
        if {"deb", "deb-src"}.isdisjoint(types) or stanza.get("Enabled", "").lower() in _NO:
            continue
        stanza["Types"] = "deb-src"
        stanzas.append(stanza.dump())
    return "\n".join(stanzas)
