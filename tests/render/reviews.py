"""Reviews whose report.html is looked at: the demo's, one of hostile texts, a huge one."""

from __future__ import annotations

from pathlib import Path

from command_line import debpatch
from repos import Repo

from debpatch.demo import build_demo

EVIL = "</style></script></title><script>owned()</script><img src=x onerror=owned()>"
"""What runs where it is not escaped."""
QUOTES = "\"'` onmouseover=owned() style=position:fixed x=\"'"
"""What leaves an attribute where it is not escaped."""
CONTROLS = "\x1b[31m\x1b]8;;javascript:owned()\x07\u202e\u2066\u200b\x9b"
"""What repaints a terminal, or shows text in another order."""
HOSTILE = f"{EVIL}{QUOTES}{CONTROLS}"


def review(folder: Path, patch: Path, *options: str | Path) -> Path:
    """Review ``patch`` into ``folder``, which holds report.html then."""
    done = debpatch("review", patch, "--output", folder, *options)
    assert done.code == 1, done.err
    return folder / "report.html"


def demo(folder: Path) -> Path:
    """The report on the demo's patch."""
    made = build_demo(folder / "demo")
    return review(
        folder / "review", made.patch, "--repo", made.repository, "--package", made.package
    )


def hostile(folder: Path) -> Path:
    """The report on a patch, onto a repository, in which every text is an attack."""
    repo = Repo(folder / "upstream")
    path = f"{EVIL}{QUOTES}".replace("/", "|") + "\u202e.c"

    def source(value: str, name: str = "len") -> str:
        return (
            f"int f(void) /* {EVIL} {QUOTES} */\n{{\n    int {name};\n\n    {name} = 1;\n"
            f'    puts("{HOSTILE}");\n    {value}\n    return {name};\n}}\n'
        )

    repo.commit({path: source("old();"), "gone.c": "int gone;\n"}, f"start {HOSTILE}", "v1.0")
    repo.git("branch", "release/1.0")
    repo.commit({path: source("old();", "length")}, f"Rename {HOSTILE}")
    fix = repo.commit(
        {path: source(f'new("{HOSTILE}");', "length"), "gone.c": f"int gone; // {HOSTILE}\n"},
        f"Fix {HOSTILE}\n\n{HOSTILE}",
        "v2.0",
    )
    repo.commit({"gone.c": "int gone;\n"}, f'Repair {HOSTILE}\n\nFixes: {fix[:12]} ("{EVIL}")')
    repo.git("checkout", "-q", "release/1.0")
    repo.commit(
        {path: source(f'new("{HOSTILE}");')}, f"Port {HOSTILE}\n\n(cherry picked from commit {fix})"
    )
    repo.git("tag", "v1.1")
    repo.git("checkout", "-q", "--detach", "v1.0")
    repo.write({path: source(f'now("{HOSTILE}");')})
    diff = repo.run("diff").stdout
    header = (
        f"Description: {HOSTILE}\n {HOSTILE}\n"
        f"Origin: backport, commit:{fix}\n"
        f"Bug: https://github.com/{QUOTES}/x/commit/{fix}\n"
        f"Author: {HOSTILE}\nForwarded: javascript:owned(){HOSTILE}\n"
        f"Last-Update: {HOSTILE}\n---\n"
    )
    patch = folder / f"{EVIL}{QUOTES}.patch".replace("/", "|")
    patch.write_bytes(header.encode() + diff)
    repo.git("checkout", "-q", "-f", "main")
    return review(folder / "review", patch, "--repo", repo.path, "--base", "v1.0")


def huge(folder: Path, hunks: int = 1000) -> Path:
    """The report on a patch of so many hunks, of which some are carried and some are not."""
    repo = Repo(folder / "upstream")

    def source(file: int, call: str, every: int = 1) -> str:
        calls = (
            f"int\nhandle_{file}_{n}(struct context *context, int length)\n{{\n"
            f"    int state_{n} = read_state(context, {file * n});\n"
            f"    {call if n % every == 0 else 'check'}_state_{file}_{n}(context, length);\n"
            f"    write_state(context, state_{n}, length + {n});\n    return state_{n};\n}}\n\n"
            for n in range(20)
        )
        return "".join(calls)

    files = range(hunks // 20)
    repo.commit({f"src/part_{n}.txt": source(n, "check") for n in files}, "start", "v1.0")
    fix = repo.commit({f"src/part_{n}.txt": source(n, "verify") for n in files}, "Verify", "v2.0")
    repo.git("checkout", "-q", "--detach", "v1.0")
    repo.write({f"src/part_{n}.txt": source(n, "verify", 1 + n % 3) for n in files})
    diff = repo.run("diff").stdout
    patch = folder / "verify.patch"
    patch.write_bytes(f"Description: verify\nOrigin: backport, {fix}\n---\n".encode() + diff)
    repo.git("checkout", "-q", "-f", "main")
    return review(folder / "review", patch, "--repo", repo.path, "--base", "v1.0")
