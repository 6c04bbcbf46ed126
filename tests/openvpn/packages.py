"""A package of OpenVPN 2.6.14 with the series that Debian 13 has, made from upstream's commits."""

from __future__ import annotations

import subprocess
from pathlib import Path

LIKE_DEBIAN_13 = {
    "fix-ftbfs-kernel-6.16.patch": ("1fbbe91d292fb925f5af73b512d7d1c83abfe714", "v2.6.15"),
    "check-message-id.patch": ("68c01720eecc1772b3f648b9e043e396d943f632", "v2.6.15"),
    "CVE-2025-13086.patch": ("fa6a1824b0f37bff137204156a74ca28cf5b6f83", "v2.6.16"),
    "CVE-2026-35058.patch": ("0dc820fe1d0de369d101702151fa06fff0eb360c", "v2.6.20"),
    "CVE-2026-40215.patch": ("4472265ea2d18b88bb5f59fb30d4067a0323aff5", "v2.6.20"),
    "CVE-2026-11771.patch": ("e1bf48ab80a22598000a7ab83d3688f07d139cc7", "v2.6.21"),
    "CVE-2026-12932.patch": ("cd47c629a3f6efce43673e76cad5e26c9a67f223", "v2.6.21"),
    "CVE-2026-13122.patch": ("ee119b24b3178b8402b087a1f3f0930be25c5618", "v2.6.21"),
    "CVE-2026-12996.patch": ("ea01c6544d00e5124ef26d6bc85d7663dfbb4a03", "v2.6.21"),
    "CVE-2026-13698.patch": ("4357bb37542c5045994a8ff80c730484326e5e39", "v2.6.21"),
    "CVE-2026-13117.patch": ("7cfd5c09b2fb802ec4043bef04fbe8dc7978ed72", "v2.6.21"),
}
"""Each patch's commit, and the first release that has it."""

OWN = {
    "no-builds-on-sundays.patch": ("README", "Builds fail on Sundays."),
    "house-style.patch": ("INSTALL", "In this house the daemon is called by its first name."),
    "local-log.patch": ("src/openvpn/errlevel.h", "/* as this distribution logs it */"),
}
"""Patches that are none of upstream's: a line at the end of a file."""


def make_package(openvpn: Path, folder: Path, *, with_header: bool = True) -> Path:
    """Make the package; ``with_header`` says whether its patches are mails, or bare diffs."""
    patches = folder / "debian/patches"
    patches.mkdir(parents=True)
    archive = _git(openvpn, "archive", "v2.6.14")
    subprocess.run(["tar", "-xC", folder], input=archive, check=True)
    for name, (file, line) in OWN.items():
        (patches / name).write_text(_one_line_more(folder, file, line), "utf-8")
    for name, (sha, _) in LIKE_DEBIAN_13.items():
        diff = ("diff-tree", "-p", f"{sha}^", sha)
        mail = ("format-patch", "-1", "--stdout", sha)
        (patches / name).write_bytes(_git(openvpn, *(mail if with_header else diff)))
    (patches / "series").write_text("".join(f"{name}\n" for name in (*OWN, *LIKE_DEBIAN_13)))
    (folder / "debian/changelog").write_text(_CHANGELOG)
    (folder / "debian/source").mkdir()
    (folder / "debian/source/format").write_text("3.0 (quilt)\n")
    return folder


_CHANGELOG = """\
openvpn (2.6.14-1+deb13u3) trixie-security; urgency=high

  * Fixes from upstream.

 -- Ann Author <ann@example.org>  Mon, 01 Jun 2026 00:00:00 +0000
"""


def _one_line_more(folder: Path, file: str, line: str) -> str:
    text = (folder / file).read_text("utf-8").removesuffix("\n").split("\n")
    context = "".join(f" {old}\n" for old in text[-3:])
    at = f"-{len(text) - 2},3 +{len(text) - 2},4"
    return f"--- a/{file}\n+++ b/{file}\n@@ {at} @@\n{context}+{line}\n"


def _git(openvpn: Path, *command: str) -> bytes:
    safe = ("-c", "safe.directory=*", f"--git-dir={openvpn}")
    return subprocess.run(["git", *safe, *command], stdout=subprocess.PIPE, check=True).stdout
