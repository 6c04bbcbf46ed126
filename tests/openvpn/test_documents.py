"""The command lines of the documentation that are about OpenVPN print what is shown.

DEBPATCH_OPENVPN_DSC names the package of Debian 13 that the tutorial shows, a ``.dsc``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from documents import documents, lines, run

PACKAGE = "openvpn-2.6.14"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's source, unpacked."""
    dsc = os.environ.get("DEBPATCH_OPENVPN_DSC")
    if not dsc or shutil.which("dpkg-source") is None:
        pytest.skip("DEBPATCH_OPENVPN_DSC is not set, or dpkg-source is not installed")
    folder = tmp_path_factory.mktemp("package") / PACKAGE
    unpack = ["dpkg-source", "--no-check", "-x", dsc, str(folder)]
    subprocess.run(unpack, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_command_lines(
    document: Path,
    openvpn: Path,
    dco_patch: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/openvpn").symlink_to(openvpn.absolute())
    shutil.copy(dco_patch, tmp_path)
    folder = tmp_path
    for line in lines(document):
        if line.is_synopsis or not line.is_of_openvpn:
            continue
        if "apt:" in line.command and not os.environ.get("DEBPATCH_TEST_APT"):
            continue
        if PACKAGE in line.command and not (tmp_path / PACKAGE).exists():
            shutil.copytree(request.getfixturevalue("package"), tmp_path / PACKAGE, symlinks=True)
        if line.command.startswith("cd "):
            folder = tmp_path / line.command.removeprefix("cd ")
        else:
            here = folder if "debian/patches" in line.command else tmp_path
            run(line, here, HOME=str(tmp_path), DEBPATCH_REPO=str(tmp_path / "src/openvpn"))
