"""Every header of many real packages is read: ``make test-archive`` downloads them through apt."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date

import pytest

from debpatch.dep3.fix import mend
from debpatch.dep3.settings import Settings
from debpatch.dep3.targets import PatchSet, open_targets
from debpatch.dep3.validate import validate
from debpatch.errors import DebpatchError
from debpatch.formats.dep3_header import read_header

pytestmark = [
    pytest.mark.archive,
    pytest.mark.skipif(
        "DEBPATCH_TEST_APT" not in os.environ, reason="downloads packages: make test-archive"
    ),
]

PACKAGES = """
    apache2 bash bind9 binutils busybox bzip2 cpio cron cups curl cyrus-sasl2 dovecot exim4
    freeradius ghostscript glib2.0 glibc gnutls28 groff grub2 haproxy imagemagick initramfs-tools
    iproute2 krb5 libvirt libxml2 libxslt lynx man-db mutt nano ncurses net-tools nginx openldap
    openssh openssl openvpn pam perl php8.2 postfix postgresql-15 procps python-django python3.11
    qemu rsync ruby3.1 samba screen shadow squid strongswan sudo systemd tar tcpdump tiff tmux unzip
    util-linux vim w3m wireshark wpa xterm zip
""".split()  # noqa: SIM905 - words read best as words
AT_LEAST = 40  # of them; mirrors lag behind, and new suites rename packages


def test_every_header_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    layouts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    missing: dict[str, str] = {}
    for name in PACKAGES:
        for target in _downloaded(name, missing):
            texts = {patch.path: patch.read() for patch in target.patches}
            for report in validate(target, Settings(), date.today()):
                rules.update(f"{found.severity} {found.rule}" for found in report.findings)
                if report.name is None:
                    continue
                data = texts[report.path]
                header = read_header(data)
                layouts[header.layout] += 1
                said = b"".join(header.data[line.start : line.end] for line in header.lines)
                assert data.startswith(said), report.path
                if header.layout == "none":
                    assert not said.strip(), report.path
                mended = mend(data, report.findings, date.today())
                assert mended.endswith(data[len(said) :]), report.path
    number = len(PACKAGES) - len(missing)
    if number < AT_LEAST:
        pytest.skip(f"only {number} packages came: {next(iter(missing.values()))}")
    total = sum(layouts.values())
    with capsys.disabled():
        print(f"\n{total} patches of {number} packages, 0 unread; not had: {' '.join(missing)}")
        for layout, count in layouts.most_common():
            print(f"  {layout:10} {count:5} {count / total:6.1%}")
        for rule, count in rules.most_common():
            print(f"  {rule:34} {count:5}")
    assert total > 1000


def _downloaded(name: str, missing: dict[str, str]) -> list[PatchSet]:
    try:
        return open_targets([f"apt:{name}"])
    except DebpatchError as error:
        missing[name] = str(error)
        return []
