# SPDX-License-Identifier: ISC
"""Tools are named on every capture of them, and on nothing else, over the corpora beside the
repository (DNSHOUND_CORPUS). Skips without them."""
import csv
import json
import os
import pathlib
import struct
import sys

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "eval"))

import background  # noqa: E402
import names  # noqa: E402
import traffic  # noqa: E402

CORPUS = pathlib.Path(os.environ.get("DNSHOUND_CORPUS", ROOT.parent / "shared" / "data"))
OPEN = CORPUS / "open"
# What a label of the manifest begins with, or holds, and the tool that is meant.
TOOLS = {"iodine": "iodine", "dns2tcp": "dns2tcp", "dnscat2": "dnscat2", "DNS exfil": "dnsteal"}
# A single query of dnsteal; twenty idle polls of an unencrypted dnscat2, which never sends.
LESS_THAN_EXACT = {"dns-exf.pcap": "dnsteal", "dns.log": "dnscat2", "ORIGINALdns.log": "dnscat2"}
# Here r-1x.com, told as ordinary by its origin, truly is dnscat2: the same client, the same polls.
MISLABELLED = {("activecm+rita/test_data/open_conns/open/dns.log", "r-1x.com"): "dnscat2"}


def manifest(kind):
    if not (CORPUS / "MANIFEST.tsv").exists():
        return []
    with open(CORPUS / "MANIFEST.tsv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [row for row in rows if row["class"] == kind]


def expected(label):
    return next(tool for start, tool in TOOLS.items() if label.startswith(start))


def capture_of(text, path):
    """A pcap of the DNS messages in the last but one column of a text table, bare IPv4."""
    with open(path, "wb") as pcap:
        pcap.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for number, line in enumerate(text.read_text(encoding="utf-8").splitlines()):
            fields = line.split("^")
            digits = next(field for field in reversed(fields) if len(field) > 40)
            message = bytes.fromhex("0" * (len(digits) % 2) + digits)
            while message[2:6] != b"\x01\x00\x00\x01":  # zeroes at the start were not printed
                message = b"\0" + message
            udp = struct.pack(">HHHH", 40000, 53, 8 + len(message), 0) + message
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number & 0xFFFF, 0, 64, 17, 0,
                             bytes([10, 0, 0, 1]), bytes([10, 0, 0, 53]))
            seconds = 1500000000 + number // 2
            pcap.write(struct.pack("<IIII", seconds, 0, 20 + len(udp), 20 + len(udp)) + ip + udp)
    return path


def pairs(dnshound, path):
    """What every pair of an input was recognised as: (zone, tool, confidence)."""
    ended = dnshound("hunt", "--json", "--top", "0", path)
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert lines and lines[-1]["type"] == "summary", ended.stderr
    return {(pair["zone"], pair["tool"], pair["confidence"]) for pair in lines[:-1]
            if pair.get("tool")}


def paths(kind):
    return [pytest.param(row, id=row["path"].split("/", 1)[1]) for row in manifest(kind)] or [
        pytest.param(None, id="no-corpus", marks=pytest.mark.skip("no corpus (DNSHOUND_CORPUS)"))]


@pytest.mark.parametrize("row", paths("tunnel"))
def test_the_tool_is_named(dnshound, row, tmp_path):
    path = OPEN / row["path"]
    if row["kind"] == "txt":
        path = capture_of(path, tmp_path / "table.pcap")
    found = pairs(dnshound, path)
    assert {tool for _, tool, _ in found} == {expected(row["label"])}
    if (OPEN / row["path"]).name not in LESS_THAN_EXACT:
        assert "exact" in {confidence for _, _, confidence in found}


@pytest.mark.skipif(not (CORPUS / "lab").exists(), reason="no corpus (DNSHOUND_CORPUS)")
def test_our_own_captures_of_tools_are_named_and_emulations_are_not(dnshound):
    for path in sorted((CORPUS / "lab").glob("*.pcap")):
        tool = path.name.split("_")[0]
        tool = {tool} if tool in ("iodine", "dns2tcp") else set()
        if path.name == "iodine_qmin_NULL.pcap":
            continue  # a resolver let nothing but the first label through
        assert {named for _, named, _ in pairs(dnshound, path)} == tool, path.name


@pytest.mark.skipif(not OPEN.exists(), reason="no corpus (DNSHOUND_CORPUS)")
def test_no_tool_is_named_in_ordinary_traffic(dnshound, tmp_path):
    seen = 0
    for row in manifest("benign"):
        path = OPEN / row["path"]
        if not path.is_file():
            continue
        if row["kind"] == "txt":
            continue  # bare names
        found = {(zone, tool) for zone, tool, _ in pairs(dnshound, path)}
        excused = {(zone, tool) for (file, zone), tool in MISLABELLED.items()
                   if row["path"].endswith(file)}
        assert found <= excused, row["path"]
        seen += 1
    assert seen > 100


@pytest.mark.parametrize("writer", [traffic.ZeekWriter, traffic.EveWriter, traffic.PcapWriter],
                         ids=["zeek", "eve", "pcap"])
def test_no_tool_is_named_in_the_mixture_of_ordinary_habits(dnshound, writer, tmp_path):
    """All that eval/ makes of ordinary behaviour, a day of it, in every form that it can have."""
    if not pathlib.Path(names.path()).is_dir():
        pytest.skip(f"no name lists at {names.corpus()} (DNSHOUND_CORPUS)")
    habits = [habit.name for habit in background.HABITS]
    path = tmp_path / ("day" + writer.suffix)
    assert traffic.write(background.Background(60, 1, habits).events(), str(path), writer) > 50000
    assert pairs(dnshound, path) == set()
