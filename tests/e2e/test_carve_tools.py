# SPDX-License-Identifier: ISC
"""Tools that there is no capture of: sessions made by encoders.py are recognised by scan, and carve
gives back what was put in. And what a log that lost the case still gives."""
import base64
import gzip
import hashlib
import json
import random

import pytest

import captured
import encoders
import packets
from conftest import EXAMPLES
from test_carve import write_zeek


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


TEXT = b"".join(b"%05d;Person %d;%d EUR\n" % (n, n * 7, n * 1310) for n in range(150))


def inner_packets(count, seed):
    """IPv4 packets of different sizes up to 100 bytes."""
    source = random.Random(seed)
    out = []
    for n in range(count):
        body = source.randbytes(20 + n % 60)
        out.append(b"\x45\0" + (20 + len(body)).to_bytes(2, "big") + n.to_bytes(2, "big") +
                   b"\0\0\x40\x06\0\0\x0a\1\0\1\x0a\1\0\2" + body)
    return out


def carve(dnshound, folder, *arguments):
    ended = dnshound("carve", "--json", "-o", folder, *arguments)
    assert ended.returncode == 0, ended.stderr
    (target,) = json.loads(ended.stdout)["targets"]
    return target


def named(dnshound, path):
    findings = [json.loads(line) for line in dnshound("scan", "--json", path).stdout.splitlines()]
    return {finding["tool"]["name"] for finding in findings if finding.get("tool")}


def pieces(folder, target, what, way=None):
    return [(folder / item["file"]).read_bytes() for item in target["items"]
            if item["what"] == what and way in (None, item["way"])]


def words():
    """The first book of PacketWhisper, as tests/unit/test_codebook.c checks it."""
    return (b"716l 32el 3937 72tg 90x0 98xv 27m9 86mv 42zj 33h3 053o 47mw 041a 309h 5906 52kp 573m "
            b"16ei 11g6 35rb 99ms 44us 253o 00l0 1049 83w8 589d 60le 809r 24ct 69pn 56cn 84z9 0790 "
            b"51qp 17ye 88m8 0246 70re 371g 87n2 96tp 38ih 78vv 2092 74pn 92b7 216z 19cm 1249 14sd "
            b"36ey 43k1 464e 28w4 09sd 15wg 85mr 55nh 50ze 95xg 93us 03wn 26by 66jc").split()


STREAMS = {
    "OzymanDNS": lambda: encoders.ozymandns(b"SSH-2.0-up" + noise(4000), b"SSH-2.0-x" + noise(9000)),
    **{f"tcp-over-dns-{mark}-{qtype}": lambda mark=mark, qtype=qtype: encoders.tcp_over_dns(
        b"SSH-2.0-up" + noise(4000), b"SSH-2.0-x" + noise(9000), mark, qtype)
       for mark in "abh" for qtype in (encoders.TXT, encoders.CNAME)},
}


@pytest.mark.parametrize("name", STREAMS)
def test_streams_both_ways(dnshound, name, tmp_path):
    path = packets.write_exchange(tmp_path / "a.pcap", STREAMS[name]())
    tool = "tcp-over-dns" if name.startswith("tcp") else name
    assert named(dnshound, path) == {tool}
    target = carve(dnshound, tmp_path / "out", path)
    assert target["tool"] == tool and target["gaps_in_all"] == 0
    assert pieces(tmp_path / "out", target, "stream", "up") == [b"SSH-2.0-up" + noise(4000)]
    assert pieces(tmp_path / "out", target, "stream", "down") == [b"SSH-2.0-x" + noise(9000)]


def test_packets_of_tuns(dnshound, tmp_path):
    up, down = inner_packets(60, 1), inner_packets(40, 2)
    path = packets.write_exchange(tmp_path / "a.pcap", encoders.tuns(up, down))
    assert named(dnshound, path) == {"tuns"}
    target = carve(dnshound, tmp_path / "out", path)
    (pcap,) = pieces(tmp_path / "out", target, "packets")
    assert sorted(data for _, _, data in captured.records(pcap)) == sorted(up + down)


def test_commands_and_results_of_dns_shell(dnshound, tmp_path):
    commands = [(b"whoami", b"corp\\anna\r\n"), (b"Get-ChildItem C:\\", TEXT[:900]),
                (b"type notes.txt", noise(333))]
    path = packets.write_exchange(tmp_path / "a.pcap", encoders.dns_shell(commands))
    assert named(dnshound, path) == {"DNS-Shell"}
    target = carve(dnshound, tmp_path / "out", path)
    assert pieces(tmp_path / "out", target, "stream", "up") == [output for _, output in commands]
    told = [fact["value"] for fact in target["facts"] if fact["key"] == "command"]
    assert told == [command.decode().replace("\\", "\\\\") for command, _ in commands]


def test_files_of_dnsteal(dnshound, tmp_path):
    path = packets.write_exchange(tmp_path / "a.pcap",
                                  encoders.dnsteal(gzip.compress(TEXT), b"people.csv"))
    assert named(dnshound, path) == {"dnsteal"}
    target = carve(dnshound, tmp_path / "out", path)
    (item,) = [item for item in target["items"] if item["what"] == "file"]
    assert item["suggested_name"] == "people.csv"
    assert pieces(tmp_path / "out", target, "file") == [gzip.compress(TEXT)]
    assert pieces(tmp_path / "out", target, "unpacked") == [TEXT]


@pytest.mark.parametrize("encoding", [b"base64", b"base32"])
@pytest.mark.parametrize("password", [None, "s3cret"])
def test_files_of_dnsexfiltrator(dnshound, encoding, password, tmp_path):
    data = b"PK\3\4" + noise(9000)
    path = packets.write_exchange(tmp_path / "a.pcap", encoders.dnsexfiltrator(
        data, b"plan.docx", b"s3cret", encoding))
    assert named(dnshound, path) == {"DNSExfiltrator"}
    words = ["--password", password] if password else []
    target = carve(dnshound, tmp_path / "out", path, *words)
    (item,) = [item for item in target["items"] if item["what"] == "file"]
    assert item["suggested_name"] == "plan.docx" and item["complete"]
    expected = data if password else encoders.rc4(b"s3cret", data)
    assert pieces(tmp_path / "out", target, "file") == [expected]
    assert bool(password) != any("--password" in line for line in target["not_recovered"])


def test_files_of_packetwhisper(dnshound, tmp_path):
    path = packets.write_exchange(tmp_path / "a.pcap", encoders.packetwhisper(
        TEXT[:400], words(), 4, [b"akstat", b"io"]), step=0.5)
    assert named(dnshound, path) == {"PacketWhisper"}
    target = carve(dnshound, tmp_path / "out", path)
    assert pieces(tmp_path / "out", target, "file") == [TEXT[:400]]
    assert any("lost" in line for line in target["not_recovered"])


def test_packetwhisper_below_a_suffix_is_carved_when_it_is_named(dnshound, tmp_path):
    """Every name is a zone of its own there; the data prove the tool."""
    words = [b"d%05x" % (n * 7919 + 1) for n in range(65)]
    real = b"d5ip4p doyyht dzk09z dbetnr".split()
    words[:4] = real
    data = base64.b64decode(b"abcdabcadbcabcdaabcdabcdbbcd" * 4)
    path = packets.write_exchange(tmp_path / "a.pcap", encoders.packetwhisper(
        data, words, 7, [b"cloudfront", b"net"]), step=0.5)
    target = carve(dnshound, tmp_path / "out", path, "--zone", "cloudfront.net")
    assert (target["tool"], target["tool_by"]) == ("PacketWhisper", "its data prove it")
    assert pieces(tmp_path / "out", target, "file") == [data]


def test_commands_and_results_of_saitama_over_its_domains(dnshound, tmp_path):
    result = TEXT + noise(1500)
    path = packets.write_exchange(tmp_path / "a.pcap", encoders.saitama(b"dir C:\\users", result))
    assert named(dnshound, path) == {"Saitama"}
    target = carve(dnshound, tmp_path / "out", path)
    assert {"one.test", "two.test", "three.test"} == set(target["zone"].split(", "))
    assert pieces(tmp_path / "out", target, "stream", "up") == [result]
    told = [fact["value"] for fact in target["facts"] if fact["key"] == "command"]
    assert told == ["dir C:\\\\users"]


def chunks(kind, data):
    size = {"A": 4, "AAAA": 16}.get(kind, 90)
    return encoders.cut(data, size)


DOWN = {
    "TXT-base64": (encoders.TXT, lambda part: encoders.string(base64.b64encode(part))),
    "TXT-hex": (encoders.TXT, lambda part: encoders.string(part.hex().encode())),
    "NULL": (encoders.NULL, lambda part: part),
    "A": (encoders.A, lambda part: part),
    "AAAA": (encoders.AAAA, lambda part: part),
    "CNAME": (encoders.CNAME, lambda part: encoders.name(
        encoders.cut(part.hex().encode(), 60) + encoders.ZONE[1:])),
}


@pytest.mark.parametrize("kind", DOWN)
def test_unknown_tools_bring_files_down(dnshound, kind, tmp_path):
    qtype, rdata = DOWN[kind]
    data = noise(2880)
    exchange = [([b"%d" % n, b"get"] + encoders.ZONE, qtype, [(qtype, rdata(part))])
                for n, part in enumerate(chunks(kind, data))]
    random.Random(kind).shuffle(exchange)
    path = packets.write_exchange(tmp_path / "a.pcap", exchange)
    target = carve(dnshound, tmp_path / "out", path, "--zone", "evil.com")
    (item,) = [i for i in target["items"] if i["what"] == "file" and i["way"] == "down"]
    assert item["sha256"] == hashlib.sha256(data).hexdigest() and item["complete"]


def test_a_log_without_case_gives_iodine_in_base32(dnshound, tmp_path):
    sent = inner_packets(40, 5)
    names = [labels for labels, _, _ in encoders.iodine(sent)]
    path = write_zeek(tmp_path / "dns.log", names, qtype="NULL", number=10)
    target = carve(dnshound, tmp_path / "out", path)
    assert target["tool"] == "iodine"
    (pcap,) = pieces(tmp_path / "out", target, "packets")
    assert [data for _, _, data in captured.records(pcap)] == sent
    assert any("case" in line for line in target["not_recovered"])
    place = target["items"][-1]["from"]["last"]
    assert place == {"input": str(path), "record": len(names) - 1}


@pytest.mark.parametrize("tool", ["dns2tcp", "iodine"])
def test_a_log_without_case_says_what_cannot_come_back(dnshound, tool, tmp_path):
    path = EXAMPLES / {"dns2tcp": "dns2tcp-txt.pcap", "iodine": "iodine-null.pcap"}[tool]
    found = [m for m in captured.messages(path) if m.labels and not m.is_response]
    log = write_zeek(tmp_path / "dns.log", [m.labels for m in found], qtype="TXT", number=16)
    ended = dnshound("carve", "--json", "-o", tmp_path / "out", log, "--tool", tool, "--zone",
                     "example.net" if tool == "dns2tcp" else "example.com")
    assert ended.returncode in (0, 4), ended.stderr
    (target,) = json.loads(ended.stdout)["targets"]
    assert any("case" in line for line in target["not_recovered"])
    assert any("responses" in line for line in target["not_recovered"])
    if tool == "dns2tcp":
        assert target["items"] == [] or all(i["what"] == "texts" for i in target["items"])
