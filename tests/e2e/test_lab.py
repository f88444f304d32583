# SPDX-License-Identifier: ISC
"""The lab: what its forwarder does to names, and that a recording leaves nothing behind."""
import json
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

LAB = ROOT / "tools" / "lab"
sys.path.insert(0, str(LAB))
from fold import damage  # noqa: E402

HEADER = bytes.fromhex("123401000001000000000000")
NAME = b"\x06aBc\xbc\xfdZ\x04TeSt\x00"
REST = b"\x00\x0a\x00\x01"


def test_folding_case_changes_letters_of_the_name_and_nothing_else():
    assert damage("case", HEADER + NAME + REST) == HEADER + b"\x06abc\xbc\xfdz\x04test\x00" + REST


def test_clearing_eighth_bits_keeps_case():
    assert (damage("eighth-bit", HEADER + NAME + REST)
            == HEADER + b"\x06aBc\x3c\x7dZ\x04TeSt\x00" + REST)


@pytest.mark.parametrize("message", [b"", HEADER, HEADER + b"\x3f", HEADER + b"\xc0\x0c" + REST])
def test_what_does_not_parse_passes_unharmed(message):
    assert damage("case", message) == message


def test_a_recording_holds_the_handshake_and_leaves_nothing_behind(namespaces, tmp_path):
    if not all(map(shutil.which, ("iodine", "iodined", "unbound", "nsd", "tcpdump"))):
        pytest.skip("tools/setup lab was not run")
    before = listed()
    ended = subprocess.run([LAB / "record", tmp_path, "iodine-null-idle"], capture_output=True,
                           text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    truth = json.loads((tmp_path / "iodine-null-idle.truth.json").read_text())
    assert truth["packets_sent"] >= 10
    assert b"VACK" in (tmp_path / "iodine-null-idle.pcap").read_bytes()
    assert {name for name in listed() - before if name.startswith("dnshound-")} == set()


def listed():
    told = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True)
    return {line.split()[0] for line in told.stdout.splitlines()}
