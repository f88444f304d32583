# SPDX-License-Identifier: ISC
"""Bad input: one clear line each on standard error, counted, and what could be read is judged."""
import gzip
import json
import os
import struct
import subprocess

import pytest

from logs import eve, tunnel
from packets import header, packet, query, record, tunnel_records


@pytest.fixture
def scan(dnshound, tmp_path):
    """scan(content) -> (process, its own error lines, the findings' zones, the summary)"""

    def run(*contents, name="input"):
        paths = []
        for i, content in enumerate(contents):
            paths.append(tmp_path / f"{name}{i}" if isinstance(content, bytes) else content)
            if isinstance(content, bytes):
                paths[-1].write_bytes(content)
        ended = dnshound("scan", "--json", *paths)
        lines = [json.loads(line) for line in ended.stdout.splitlines()]
        told = [line for line in ended.stderr.splitlines() if "public_suffix_list" not in line]
        zones = {line["zone"] for line in lines if line["type"] == "finding"
                 and line["subject"] == "pair"}
        return ended, told, zones, lines[-1]

    return run


def count(summary, reason):
    return sum(m["count"] for m in summary["malformed"] if m["reason"] == reason)


@pytest.mark.parametrize("content,reason", [
    (b"", "file-empty"),
    (bytes(range(256)) * 9, "file-unknown-format"),
    (b"dear diary,\ntoday nothing happened\n", "file-unknown-format"),
], ids=["empty", "binary", "text"])
def test_a_file_that_is_nothing_is_an_error(scan, tmp_path, content, reason):
    ended, told, zones, summary = scan(content)
    assert ended.returncode == 2
    assert len(told) == 1
    assert told[0].startswith(f"dnshound: {tmp_path}/input0: error at byte 0: ")
    assert told[0].endswith(f"({reason})")
    assert count(summary, reason) == 1 and summary["events"] == 0


def test_a_good_file_beside_a_missing_one_is_judged(scan, tmp_path):
    ended, told, zones, summary = scan(tmp_path / "nowhere.pcap",
                                       header() + b"".join(tunnel_records()))
    assert ended.returncode == 3
    assert told == [f"dnshound: {tmp_path}/nowhere.pcap: error: No such file or directory "
                    "(file-missing)"]
    assert zones == {"evil.com"}
    assert count(summary, "file-missing") == 1


def test_a_file_without_permission_is_told(dnshound, tmp_path):
    path = tmp_path / "secret.pcap"
    path.write_bytes(header() + b"".join(tunnel_records()))
    path.chmod(0)
    options = {}
    if os.geteuid() == 0:
        options["user"] = 65534
        for folder in [tmp_path, *tmp_path.parents[:2]]:
            folder.chmod(0o755)
    try:
        ended = dnshound("scan", path, **options)
    except PermissionError:
        pytest.skip("nobody may not run the program here")
    assert ended.returncode == 2
    assert f"dnshound: {path}: error: Permission denied (file-permission)" in ended.stderr


@pytest.mark.parametrize("squeeze", [lambda data: data, gzip.compress], ids=["plain", "gzip"])
def test_a_cut_capture_is_a_warning_and_judged(scan, squeeze):
    data = squeeze(header() + b"".join(tunnel_records()))
    ended, told, zones, summary = scan(data[:-20])
    assert ended.returncode == 1
    assert len(told) == 1 and ": warning at byte " in told[0]
    assert zones == {"evil.com"}
    assert summary["events"] >= 100


def test_a_cut_capture_without_findings_is_clean(scan):
    data = header() + record(packet(query([b"www", b"example", b"com"])), 0)
    ended, told, zones, summary = scan(data + data[24:-5])
    assert ended.returncode == 0
    assert count(summary, "record-cut") == 1 and summary["events"] == 1


def test_garbage_between_records_is_told_with_its_place(scan):
    records = tunnel_records()
    before = header() + b"".join(records[:100])
    ended, told, zones, summary = scan(before + b"\xde\xad\xbe\xef" * 9 + b"".join(records[100:]))
    assert ended.returncode == 3
    assert len(told) == 1 and f": error at byte {len(before)}: " in told[0]
    assert zones == {"evil.com"}
    assert count(summary, "record-length") == 1
    assert summary["events"] == 150, "what comes after the garbage is found again"


def test_a_length_of_four_gigabytes_is_told_and_takes_no_memory(scan):
    records = tunnel_records()
    huge = struct.pack("<4I", 1770000010, 0, 0xffffffff, 0xffffffff)
    ended, told, zones, summary = scan(header() + b"".join(records) + huge + b"x" * 100)
    assert ended.returncode == 3
    assert len(told) == 1 and "4294967295" in told[0]
    assert zones == {"evil.com"}


def test_a_name_beyond_255_bytes_is_counted_and_its_neighbours_judged(scan):
    long = record(packet(query([b"a" * 60] * 6 + [b"evil", b"com"])), 1)
    bad = record(packet(query([b"www", b"example", b"com"])[:-9]), 1.5)
    ended, told, zones, summary = scan(header() + long + bad + b"".join(tunnel_records()))
    assert ended.returncode == 1
    assert told == []
    assert zones == {"evil.com"}
    assert summary["coverage"]["names_truncated"] + count(summary, "dns-name") >= 1
    assert sum(m["count"] for m in summary["malformed"]) >= 1


def test_bad_lines_between_good_ones_are_counted(scan):
    lines = eve(tunnel("evil.com")).splitlines()
    bad = ['{"event_type":"dns","dns":', '\xff\xfe', "}{", "x" * 5000]
    for i, line in enumerate(bad):
        lines.insert(20 + 10 * i, line)
    ended, told, zones, summary = scan("\n".join(lines).encode("latin-1"))
    assert zones == {"evil.com"}
    assert summary["events"] == 200
    assert sum(m["count"] for m in summary["malformed"]) == len(bad)


def test_a_directory_of_mixed_things_is_read_for_what_it_holds(scan, tmp_path):
    folder = tmp_path / "logs"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.pcap").write_bytes(header() + b"".join(tunnel_records()))
    (folder / "deep" / "eve.json.gz").write_bytes(gzip.compress(eve(tunnel("bad.org")).encode()))
    (folder / "README").write_text("not a log\n")
    (folder / "empty.log").write_text("")
    (folder / "odd\x1b[31mname").write_bytes(b"\0\1\2\3" * 99)
    ended, told, zones, summary = scan(folder)
    assert ended.returncode == 1, "what lies in a directory and is no input is no error"
    assert zones == {"evil.com", "bad.org"}
    assert len(told) == 3 and all(": note" in line for line in told)
    assert not any("\x1b" in line for line in told)
    assert count(summary, "file-unknown-format") == 2 and count(summary, "file-empty") == 1


def test_no_input_is_told(dnshound):
    for command in ("scan", "hunt", "explain"):
        ended = dnshound(command)
        assert ended.returncode == 2
        assert f"dnshound: {command} what?" in ended.stderr and ended.stdout == ""


def test_a_full_disk_is_no_clean_result(dnshound, tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(header() + b"".join(tunnel_records()))
    program = dnshound("--version").args[0]
    with open("/dev/full", "w") as full:
        ended = subprocess.run([program, "scan", path], stdout=full, stderr=subprocess.PIPE,
                               text=True, timeout=60)
    assert ended.returncode == 2
    assert "could not write" in ended.stderr


def test_json_is_valid_whatever_the_names_are(dnshound, tmp_path):
    import random
    source = random.Random(5)
    records = [record(packet(query([source.randbytes(40), b"evil\xff\x00\x1b", b"com"], 16, i)),
                      i * 0.1) for i in range(120)]
    path = tmp_path / os.fsdecode(b"bytes\xff\xfe.pcap")
    path.write_bytes(header() + b"".join(records))
    for arguments in (["scan"], ["hunt"], ["scan", "--profile", "points"],
                      ["scan", "--profile", "hunt"], ["scan", "--profile", "listener"],
                      ["scan", "--compare", "points,hunt,listener"]):
        ended = subprocess.run([dnshound("--version").args[0], *arguments, "--json", path],
                               capture_output=True, timeout=60)
        lines = ended.stdout.decode("utf-8").splitlines()
        assert len(lines) > 1
        for line in lines:
            json.loads(line)
    table = subprocess.run([dnshound("--version").args[0], "scan", path], capture_output=True,
                           timeout=60)
    assert b"\x1b" not in table.stdout and b"evil\\255" in table.stdout
