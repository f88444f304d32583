# SPDX-License-Identifier: ISC
"""Every byte that carve takes out of the captures of real tunnels (the examples, and the corpora
where they are) equals what decoders.py, written a second time, takes out of them."""
import collections
import datetime
import hashlib
import json
import os
import pathlib

import pytest

import captured
import decoders
import test_tools as naming
from conftest import EXAMPLES, ROOT

CORPUS = pathlib.Path(os.environ.get("DNSHOUND_CORPUS", ROOT.parent / "shared" / "data"))
TUNNEL = CORPUS / "open" / "tunnel"
# A resolver asks on behalf of the client here, with the same names.
CLIENTS = {"iodinewithA.pcapng": "192.168.95.128"}
# A resolver that shortens names let only the first label through; one that holds no data at all.
EMPTY = ("iodine_qmin_NULL.pcap", "iodine.pcap")


def found(*patterns):
    """The captures there are, as parameters."""
    paths = [path for folder, pattern in patterns for path in sorted(folder.glob(pattern))
             if path.suffix in (".pcap", ".pcapng")]
    return [pytest.param(path, id=path.name) for path in paths] or [
        pytest.param(None, id="no-corpus", marks=pytest.mark.skip("no corpus (DNSHOUND_CORPUS)"))]


def carve(dnshound, folder, path):
    ended = dnshound("carve", "--json", "-o", folder, path)
    assert ended.returncode in (0, 4), ended.stderr
    return json.loads(ended.stdout)["targets"]


def items(targets, what):
    return [item for target in targets for item in target["items"] if item["what"] == what]


def streams(folder, targets):
    return sorted((folder / item["file"]).read_bytes() for item in items(targets, "stream"))


@pytest.mark.parametrize("path", found(
    (EXAMPLES, "iodine*"), (CORPUS / "lab", "iodine*"), (TUNNEL, "*/iodine*"),
    (TUNNEL, "EndPositive*/*"), (TUNNEL, "*/tunnel/iodine*"),
    (TUNNEL, "ntop+nDPI/tests/cfgs/default/pcap/*iodine*")))
def test_packets_of_iodine(dnshound, path, tmp_path):
    targets = carve(dnshound, tmp_path / "out", path)
    carved = [data for item in items(targets, "packets") for _, _, data in
              captured.records((tmp_path / "out" / item["file"]).read_bytes())]
    up, down = decoders.iodine(path, CLIENTS.get(path.name))
    assert collections.Counter(carved) == collections.Counter(up + down)
    assert carved or path.name in EMPTY


@pytest.mark.parametrize("path", found(
    (EXAMPLES, "dns2tcp*"), (CORPUS / "lab", "dns2tcp*"), (TUNNEL, "*/dns2tcp*"),
    (TUNNEL, "OISF*/tests/dns/bug-1158/*")))
def test_streams_of_dns2tcp(dnshound, path, tmp_path):
    carved = streams(tmp_path / "out", carve(dnshound, tmp_path / "out", path))
    decoded = [data for ways in decoders.dns2tcp(path).values() for data in ways if data]
    assert carved == sorted(decoded) and carved


@pytest.mark.parametrize("path", found((TUNNEL, "elisaUD*/1-dnscat2_un.pcap"),
                                       (TUNNEL, "ntop+nDPI/*/*/*/*/bad-dns-traffic.pcap")))
def test_streams_and_commands_of_dnscat2_in_the_clear(dnshound, path, tmp_path):
    folder = tmp_path / "out"
    targets = carve(dnshound, folder, path)
    sessions = decoders.dnscat2(path)
    assert streams(folder, targets) == sorted(
        data for _, up, down in sessions.values() for data in (up, down) if data)
    commands = [(name, way, body) for options, *ways in sessions.values() if options & 0x20
                for way, stream in zip(("up", "down"), ways)
                for name, is_response, _, body in decoders.dnscat2_commands(stream)
                if not is_response]
    told = [(fact["value"], fact["way"]) for target in targets for fact in target["facts"]
            if fact["key"] == "command"]
    for name, way, body in commands:
        argument = body.split(b"\0")[0].decode()
        assert any(value.startswith(name) and argument in value and where == way
                   for value, where in told), name
    files = {hashlib.sha256(body).hexdigest() for options, *ways in sessions.values()
             if options & 0x20 for stream in ways
             for name, is_response, _, body in decoders.dnscat2_commands(stream)
             if name == "download" and is_response}
    assert {item["sha256"] for item in items(targets, "file")} == files
    assert commands or sessions


@pytest.mark.parametrize("row", [row for row in naming.paths("tunnel")
                                 if not row.values[0] or row.values[0]["kind"] == "txt"])
def test_tables_of_messages(dnshound, row, tmp_path):
    """The corpus' text tables, as captures: queries only."""
    path = naming.capture_of(naming.OPEN / row["path"], tmp_path / "table.pcap")
    folder, tool = tmp_path / "out", naming.expected(row["label"])
    targets = carve(dnshound, folder, path)
    if tool == "iodine":
        carved = [data for item in items(targets, "packets") for _, _, data in
                  captured.records((folder / item["file"]).read_bytes())]
        decoded = decoders.iodine(path)[0]
    else:
        carved = streams(folder, targets)
        ways = (decoders.dns2tcp(path).values() if tool == "dns2tcp" else
                [session[1:] for session in decoders.dnscat2(path).values()])
        decoded = [data for pair in ways for data in pair if data]
    assert collections.Counter(carved) == collections.Counter(decoded)
    # Those of dnscat2 are all encrypted.
    assert bool(carved) != (tool == "dnscat2")


@pytest.mark.parametrize("path", found((TUNNEL, "elisaUD*/1-dnscat2_un.pcap"),))
def test_a_shell_of_dnscat2_yields_what_was_typed_and_shown(dnshound, path, tmp_path):
    targets = carve(dnshound, tmp_path / "out", path)
    facts = {(fact["key"], fact["value"]) for target in targets for fact in target["facts"]}
    assert ("command", "shell shell") in facts
    text = b"".join(streams(tmp_path / "out", targets))
    assert b"Microsoft Windows" in text


@pytest.mark.parametrize("path", found((TUNNEL, "ntop+nDPI/*/*/*/*/dns-exf.pcap")))
def test_files_of_dnsteal(dnshound, path, tmp_path):
    targets = carve(dnshound, tmp_path / "out", path)
    (decoded,) = decoders.dnsteal(path).items()
    (item,) = items(targets, "file")
    assert (item["suggested_name"], item["sha256"]) == (
        decoded[0].decode(), hashlib.sha256(decoded[1]).hexdigest())


@pytest.mark.parametrize("path", found((EXAMPLES, "dns2tcp-txt*"), (EXAMPLES, "iodine-cname*"),
                                       (TUNNEL, "FillCarr*/*")))
def test_places_are_numbers_of_packets(dnshound, path, tmp_path):
    """The record that is told is the packet whose question or answer holds the data."""
    messages = {message.number: message for message in captured.messages(path)}
    targets = carve(dnshound, tmp_path / "out", path)
    for target in targets:
        for item in target["items"]:
            first, last = item["from"]["first"], item["from"]["last"]
            assert first["input"] == last["input"] == str(path)
            assert 1 <= first["record"] <= last["record"]
            for place, when in ((first, "first_time"), (last, "last_time")):
                message = messages[place["record"]]
                assert captured_time(message) == item["from"][when]
        for fact in target["facts"]:
            assert captured_time(messages[fact["from"]["record"]]) == fact["time"]


def captured_time(message):
    when = datetime.datetime.fromtimestamp(int(message.time), datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S") + f".{int(message.time % 1 * 1000 + 1e-4):03d}Z"
