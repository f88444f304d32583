# SPDX-License-Identifier: ISC
"""Logs that are read by a table of data/inputs/."""
import base64
import datetime
import json
import os
import random
import socket
import subprocess

import pytest

import packets
from daemon import Daemon, free_port
from mapped_samples import AT, CASES, both
from packets import answer, header, packet, query, record

WRITTEN = 1767400000  # 2026-01-03: what a log without years was written before


def write(path, text):
    path.write_text(text)
    os.utime(path, (WRITTEN, WRITTEN))
    return path


def explained(dnshound, path, *options):
    ended = dnshound("explain", "--json", "--top", 1000, "--input", path, *options)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def assert_is(line, expected, text):
    if expected is None:
        assert line["is"] == "skipped", text
    elif isinstance(expected, str):
        assert (line["is"], line["reason"]) == ("malformed", expected), text
    else:
        assert line["is"] == "event", (text, line)
        assert {key: line[key] for key in expected} == expected, text


@pytest.mark.parametrize("preset,told,lines", CASES, ids=[case[0] for case in CASES])
def test_a_preset_reads_what_its_log_writes(dnshound, tmp_path, preset, told, lines):
    log = write(tmp_path / "log", "".join(text + "\n" for text, _ in lines))
    head, *got = explained(dnshound, log, "--input-format", preset)
    wanted = [(text, is_) for text, is_ in lines if is_ != "header"]
    assert head["format"] == preset
    assert len(got) == len(wanted)
    for line, (text, expected) in zip(got, wanted):
        assert_is(line, expected, text)


@pytest.mark.parametrize("preset,told,lines", CASES, ids=[case[0] for case in CASES])
def test_the_content_tells_a_preset_where_that_is_safe(dnshound, tmp_path, preset, told, lines):
    good = [text for text, is_ in lines if not isinstance(is_, str) or is_ == "header"]
    log = write(tmp_path / "log", "".join(text + "\n" for text in good))
    head = explained(dnshound, log)[0]
    assert (head["format"] == preset) == told


# ---- one tunnel, seen by seven logs ----

TUNNEL = "evil.com"


def captured():
    """(seconds, labels, message of the answer) of a tunnel: base32 in TXT questions, its answers
    full of data."""
    source = random.Random(7)
    for i in range(300):
        label = bytes(source.choices(b"abcdefghijklmnopqrstuvwxyz234567", k=50))
        labels = [label, b"evil", b"com"]
        rdata = b"\x3c" + bytes(source.choices(b"ABCDEFGHabcdefgh0123456789+/", k=60))
        yield i * 0.5, labels, answer(labels, 16, [(16, rdata)], i + 1), rdata[1:].decode()


def flow(payload, is_answer):
    data = packet(payload)
    if not is_answer:
        return data
    turned = data[:12] + data[16:20] + data[12:16] + data[22:24] + data[20:22]
    return turned + data[24:]


def as_packets(rows):
    records = b""
    for seconds, labels, message, _ in rows:
        ident = int.from_bytes(message[:2], "big")
        records += record(flow(query(labels, 16, ident), False), seconds)
        records += record(flow(message, True), seconds + 0.01)
    return header() + records


def stamped(seconds, form):
    moment = datetime.datetime.fromtimestamp(packets.START + seconds, datetime.timezone.utc)
    return moment.strftime(form)


def name_of(labels):
    return b".".join(labels).decode()


def as_zeek(rows):
    return [json.dumps({
        "ts": packets.START + seconds, "id.orig_h": "10.0.0.7", "id.orig_p": 40000,
        "id.resp_h": "10.0.0.53", "id.resp_p": 53, "proto": "udp", "query": name_of(labels),
        "qclass": 1, "qtype_name": "TXT", "rcode": 0, "rcode_name": "NOERROR",
        "answers": [f"TXT 60 {text}"], "TTLs": [60.0]}) for seconds, labels, _, text in rows]


def as_eve(rows):
    lines = []
    for seconds, labels, _, text in rows:
        base = {"timestamp": stamped(seconds, "%Y-%m-%dT%H:%M:%S.%f+0000"), "event_type": "dns",
                "proto": "UDP", "src_ip": "10.0.0.7", "src_port": 40000, "dest_ip": "10.0.0.53",
                "dest_port": 53}
        lines.append(json.dumps({**base, "dns": {
            "type": "query", "id": 1, "rrname": name_of(labels), "rrtype": "TXT"}}))
        lines.append(json.dumps({**base, "src_ip": "10.0.0.53", "src_port": 53,
                                 "dest_ip": "10.0.0.7", "dest_port": 40000, "dns": {
            "type": "answer", "id": 1, "rrname": name_of(labels), "rrtype": "TXT",
            "rcode": "NOERROR", "answers": [{"rrname": name_of(labels), "rrtype": "TXT",
                                             "ttl": 60, "rdata": text}]}}))
    return lines


def as_dnsmasq(rows):
    return [f"{stamped(s, '%b %e %H:%M:%S')} dnsmasq[9]: query[TXT] {name_of(labels)} from 10.0.0.7"
            for s, labels, _, _ in rows]


def as_adguard(rows):
    return [json.dumps({
        "T": stamped(s, "%Y-%m-%dT%H:%M:%S.%fZ"), "QH": name_of(labels), "QT": "TXT", "QC": "IN",
        "CP": "", "Answer": base64.b64encode(message).decode(), "IP": "10.0.0.7", "Result": {}})
        for s, labels, message, _ in rows]


def as_route53(rows):
    return [json.dumps({
        "version": "1.100000", "query_timestamp": stamped(s, "%Y-%m-%dT%H:%M:%SZ"),
        "query_name": name_of(labels) + ".", "query_type": "TXT", "query_class": "IN",
        "rcode": "NOERROR", "answers": [{"Rdata": f'"{text}"', "Type": "TXT", "Class": "IN"}],
        "srcaddr": "10.0.0.7", "srcport": "40000", "transport": "UDP"})
        for s, labels, _, text in rows]


def as_dnsevents(rows):
    return ["TimeGenerated [UTC],Computer,SubType,ClientIP,Name,QueryType,ResultCode,IPAddresses"
            ] + [f"\"{stamped(s, '%m/%d/%Y, %I:%M:%S.000 %p')}\",dc1,LookupQuery,10.0.0.7,"
                 f"{name_of(labels)},TXT,0," for s, labels, _, _ in rows]


def ended_lines(ended):
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    pairs = [line for line in lines if line["type"] == "finding" and line["subject"] == "pair"]
    return pairs, lines[-1]


SEEN = {"zeek": as_zeek, "eve": as_eve, "dnsmasq": as_dnsmasq, "adguard": as_adguard,
        "route53": as_route53, "dnsevents": as_dnsevents}
# What cannot be seen: answers' data in dnsmasq and DnsEvents, case in Zeek.
ANSWERS_SEEN = {"zeek", "eve", "adguard", "route53", "dnsevents"}


@pytest.mark.parametrize("log", SEEN)
def test_one_tunnel_gets_the_same_verdict_from_every_log(dnshound, tmp_path, log):
    rows = list(captured())
    capture = tmp_path / "tunnel.pcap"
    capture.write_bytes(as_packets(rows))
    [of_packets], _ = ended_lines(dnshound("scan", "--json", capture))
    path = tmp_path / "log"
    path.write_text("".join(line + "\n" for line in SEEN[log](rows)))
    [of_log], summary = ended_lines(dnshound("scan", "--json", path))
    wanted = {"client": "10.0.0.7", "zone": TUNNEL, "severity": of_packets["severity"]}
    assert {key: of_log[key] for key in wanted} == wanted
    assert of_log["unique_names"] == of_packets["unique_names"] == 300
    assert abs(of_log["bytes_up"] - of_packets["bytes_up"]) <= of_packets["bytes_up"] / 20
    coverage = summary["coverage"]
    assert coverage["answers_seen"] == (log in ANSWERS_SEEN)
    assert coverage["case_known"] == (log != "zeek")
    # Without the answers' data it is known to go out, not that it comes in.
    expected = of_packets["verdict"]
    if log in ("dnsmasq", "dnsevents"):
        assert of_packets["verdict"] == "tunnel"
        expected = "exfiltration"
    assert of_log["verdict"] == expected


def test_corelight_is_zeek(dnshound, tmp_path):
    """Corelight's JSON has Zeek's fields, its times as RFC 3339."""
    log = write(tmp_path / "log", json.dumps({
        "_path": "dns", "_system_name": "sensor", "ts": "2026-01-02T03:04:05.000Z",
        "id.orig_h": "10.0.0.7", "id.orig_p": 5, "id.resp_h": "10.0.0.53", "id.resp_p": 53,
        "proto": "udp", "query": "www.example.com", "qtype_name": "A", "rcode_name": "NXDOMAIN",
        "rcode": 3}) + "\n")
    head, line = explained(dnshound, log)
    assert head["format"] == "json-lines"
    assert_is(line, both("www.example.com", time=AT, rcode=3), log)


# ---- what is not understood ----

def test_an_input_of_which_nothing_is_understood_is_an_error(dnshound, tmp_path):
    rows = list(captured())
    renamed = write(tmp_path / "log", "\n".join(as_route53(rows)).replace("query_name", "qname"))
    ended = dnshound("scan", "--json", "--input-format", "route53", renamed)
    assert ended.returncode == 2
    assert "none of 300 records was understood" in ended.stderr
    assert '{"version": "1.100000"' in ended.stderr
    _, summary = ended_lines(ended)
    assert {"reason": "line-fields", "count": 300} in summary["malformed"]


def test_another_log_than_the_named_one_is_an_error_too(dnshound, tmp_path):
    log = write(tmp_path / "log", "\n".join(as_dnsmasq(list(captured()))))
    ended = dnshound("scan", "--input-format", "bind", log)
    assert ended.returncode == 2
    assert "300 passed over" in ended.stderr


def test_an_unknown_format_is_told_with_those_that_are(dnshound):
    ended = dnshound("scan", "--input-format", "bond", "x")
    assert ended.returncode == 2
    assert "'bond' is none of auto, pcap" in ended.stderr and "bind" in ended.stderr


# ---- times ----

def test_tz_is_for_logs_that_tell_none(dnshound, tmp_path):
    log = write(tmp_path / "log", "02-Jan-2026 04:04:05.000 client 10.0.0.7#5: query: a.example IN "
                                  "A + (10.0.0.53)\n")
    for zone in ("Europe/Berlin", "+01:00"):
        line = explained(dnshound, log, "--tz", zone)[1]
        assert line["time"] == "2026-01-02T03:04:05.000Z"
    ended = dnshound("scan", "--tz", "Mars/Olympus", log)
    assert ended.returncode == 2 and "'Mars/Olympus' is no time zone" in ended.stderr


def test_since_a_span_counts_from_the_newest_event_also_out_of_order(dnshound, tmp_path):
    rows = [(s * 3600, labels, m, t) for (s, labels, m, t) in list(captured())[:60]]
    lines = as_route53(rows)
    random.Random(3).shuffle(lines)
    log = write(tmp_path / "log", "\n".join(lines))
    _, summary = ended_lines(dnshound("scan", "--json", "--since", "10h", log))
    assert summary["coverage"]["outside_time_range"] == 60 - 21
    ended = dnshound("scan", "--since", "10h", "-", stdin=subprocess.DEVNULL)
    assert ended.returncode == 2 and "cannot be read twice" in ended.stderr


# ---- the daemon ----

@pytest.mark.parametrize("format_", ["auto", "dnsmasq"])
def test_a_followed_log_is_read_by_its_preset(tmp_path, format_):
    log = tmp_path / "pihole.log"
    lines = as_dnsmasq(list(captured()))
    log.write_text("\n".join(lines[:100]) + "\n")
    log.chmod(0o644)
    config = f"sources:\n  - follow: {log}\n    format: {format_}\n"
    with Daemon(tmp_path, config) as daemon:
        daemon.ready()
        with log.open("a") as more:
            more.write("\n".join(lines[100:]) + "\n")
        assert daemon.finding(TUNNEL)


def test_listen_takes_lines_of_a_log(tmp_path):
    port = free_port()
    config = f"sources:\n  - listen: 127.0.0.1:{port}\n    format: dnsmasq\n"
    with Daemon(tmp_path, config) as daemon:
        daemon.ready()
        with socket.create_connection(("127.0.0.1", port)) as s:
            s.sendall(("\n".join(as_dnsmasq(list(captured()))) + "\n").encode())
            assert daemon.finding(TUNNEL)
