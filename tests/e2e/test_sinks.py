#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Every sink against a real receiver, or a stand-in that speaks the real protocol over TLS; hostile
names through each; receivers that are slow, absent, refusing or talk nonsense."""
import hashlib
import hmac
import json
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest

from alertlab import (HOSTILE, Receiver, Slack, certificate, drive_fixture,  # noqa: F401
                      free_port, lines, wait_for)

T0 = 1767323000
JSON_FORMATS = ["json", "ecs", "ocsf", "eve"]


def escaped(name):
    """As it stands in JSON: bytes that are no UTF-8 are told as \\xNN."""
    try:
        raw = name.encode("latin-1") if all(ord(c) < 256 for c in name) else name.encode()
        return raw.decode()
    except UnicodeDecodeError:
        return "".join(chr(b) if b < 128 else f"\\x{b:02x}" for b in raw)


def zone_of(form, event):
    return {"json": lambda: event["finding"]["zone"],
            "ecs": lambda: event["dns"]["question"]["registered_domain"],
            "ocsf": lambda: event["observables"][-1]["value"],
            "eve": lambda: event["dnshound"]["finding"]["zone"]}[form]()


@pytest.mark.parametrize("form", JSON_FORMATS)
def test_hostile_names_stay_data_in_json(drive, tmp_path, form):
    out = tmp_path / "out.json"
    d = drive({"name": "f", "type": "file", "format": form, "address": out})
    for name in HOSTILE:
        d.find(name, sample="s." + name, comm=name, cmdline=name, now=T0)
    d.sent("f", len(HOSTILE))
    d.close()
    assert [zone_of(form, e) for e in lines(out)] == [escaped(n) for n in HOSTILE]


def test_fields_of_the_formats(drive, tmp_path):
    sinks = [{"name": f, "type": "file", "format": f, "address": tmp_path / f}
             for f in JSON_FORMATS]
    d = drive(*sinks, quiet=600)
    d.find("evil.com", sample="a.evil.com", tool="iodine", comm="curl", up=4096, now=T0)
    d.find("evil.com", up=40960, now=T0 + 100)
    d.tick(T0 + 1000)
    for form in JSON_FORMATS:
        d.sent(form, 3)
    d.close()
    own, ecs, ocsf, eve = (lines(tmp_path / f) for f in JSON_FORMATS)
    ids = [e["event_id"] for e in own]
    assert [e["event"]["id"] for e in ecs] == ids
    assert ecs[0]["event"]["kind"] == "alert" and ecs[0]["event"]["risk_score"] == 90
    assert ecs[0]["threat"]["technique"] == {"id": ["T1048"], "subtechnique": {"id": ["T1048.003"]}}
    assert ecs[0]["source"]["ip"] == "10.0.0.7" and ecs[0]["process"]["name"] == "curl"
    assert [e["activity_id"] for e in ocsf] == [1, 2, 3]
    assert [e["type_uid"] for e in ocsf] == [200401, 200402, 200403]
    assert all(e["class_uid"] == 2004 and e["time"] // 1000 >= T0 for e in ocsf)
    assert len({e["finding_info"]["uid"] for e in ocsf}) == 1
    assert [e["metadata"]["uid"] for e in ocsf] == ids
    assert eve[0]["alert"]["severity"] == 1 and eve[0]["event_type"] == "alert"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000", eve[0]["timestamp"])
    assert eve[0]["dns"] == {"type": "query", "rrname": "a.evil.com", "rrtype": "NULL"}


def read_cef(line):
    """(header fields, extension) by the rules of the format."""
    parts = re.split(r"(?<!\\)(?:\\\\)*\|", line, maxsplit=7)
    extension = {}
    for match in re.finditer(r"(?:^| )([A-Za-z0-9]+)=((?:[^\\=]|\\.)*?)(?= [A-Za-z0-9]+=|$)",
                             parts[7]):
        extension[match.group(1)] = re.sub(
            r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m.group(1), m.group(1)), match.group(2))
    return parts[:7], extension


def test_hostile_names_stay_data_in_cef(drive, tmp_path):
    out = tmp_path / "cef.txt"
    d = drive({"name": "f", "type": "file", "format": "cef", "address": out})
    for name in HOSTILE:
        d.find(name, sample="s." + name, comm=name, now=T0)
    d.sent("f", len(HOSTILE))
    d.close()
    text = out.read_bytes()
    assert not any(b < 32 and b != 10 for b in text)
    rows = text.decode().splitlines()
    assert len(rows) == len(HOSTILE)
    for row, name in zip(rows, HOSTILE):
        head, extension = read_cef(row)
        assert head[0] == "CEF:0" and head[1] == "dnshound" and head[6] == "10", row
        assert extension["src"] == "10.0.0.7" and extension["act"] == "opened", row
        shown = "".join(" " if (ord(c) < 32 and c not in "\r\n") or ord(c) == 127 else c
                        for c in escaped(name))
        assert extension["destinationDnsDomain"] == shown


# --- syslog

def rsyslog(tmp_path, certificate, kinds):
    """A real rsyslogd that writes one JSON object a message; skips where there is none."""
    if not shutil.which("rsyslogd"):
        pytest.skip("no rsyslogd")
    ports = {kind: free_port() for kind in ("udp", "tcp", "tls")}
    ca, cert, key = certificate
    config = f"""
global(workDirectory="{tmp_path}" maxMessageSize="64k"
       defaultNetstreamDriverCAFile="{ca}" defaultNetstreamDriverCertFile="{cert}"
       defaultNetstreamDriverKeyFile="{key}" parser.escapeControlCharactersOnReceive="on")
module(load="imudp") module(load="imuxsock" SysSock.Use="off") module(load="imtcp"
    StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
module(load="imptcp")
template(name="line" type="list" option.jsonf="on") {{
    property(outname="msg" name="msg" format="jsonf")
    property(outname="app" name="app-name" format="jsonf")
    property(outname="pri" name="pri" format="jsonf")
    property(outname="msgid" name="msgid" format="jsonf")
    property(outname="sd" name="structured-data" format="jsonf") }}
ruleset(name="all") {{ action(type="omfile" file="{tmp_path}/out.json" template="line") }}
input(type="imudp" address="127.0.0.1" port="{ports['udp']}" ruleset="all")
input(type="imptcp" address="127.0.0.1" port="{ports['tcp']}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="{ports['tls']}" ruleset="all")
input(type="imuxsock" Socket="{tmp_path}/log" ruleset="all")
"""
    (tmp_path / "rsyslog.conf").write_text(config)
    checked = subprocess.run(["rsyslogd", "-N1", "-f", tmp_path / "rsyslog.conf"],
                             capture_output=True, text=True)
    if checked.returncode and "gtls" in checked.stderr:
        pytest.skip("rsyslogd without rsyslog-gnutls")
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(["rsyslogd", "-n", "-i", tmp_path / "pid", "-f",
                                tmp_path / "rsyslog.conf"], stderr=subprocess.DEVNULL)

    def is_up():
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", ports["tls"])) == 0 and (tmp_path / "log").exists()
    wait_for(is_up)
    return process, ports


def syslog_sinks(tmp_path, ports, certificate):
    common = {"type": "syslog", "ca": certificate[0]}
    return [{"name": "udp", "format": "json", "address": f"udp://127.0.0.1:{ports['udp']}", **common},
            {"name": "tcp", "format": "json", "address": f"tcp://127.0.0.1:{ports['tcp']}", **common},
            {"name": "tls", "format": "cef", "address": f"tls://localhost:{ports['tls']}", **common},
            {"name": "local", "format": "cef", "address": f"local:{tmp_path}/log", **common}]


def test_syslog_by_rsyslog(drive, tmp_path, certificate):
    process, ports = rsyslog(tmp_path, certificate, "all")
    try:
        d = drive(*syslog_sinks(tmp_path, ports, certificate))
        for name in HOSTILE:
            d.find(name, sample="s." + name, now=T0)
        for sink in ("udp", "tcp", "tls", "local"):
            d.sent(sink, len(HOSTILE))
        d.close()
        out = tmp_path / "out.json"
        wait_for(lambda: out.exists() and
                 len(out.read_text().splitlines()) == 4 * len(HOSTILE))
    finally:
        process.terminate()
        process.wait()
    got = [json.loads(line) for line in out.read_text().splitlines()]
    assert {g["app"] for g in got} == {"dnshound"}
    assert {int(g["pri"]) for g in got} == {16 * 8 + 2}  # local0.critical
    own = [json.loads(g["msg"]) for g in got if g["msg"].startswith("{")]
    assert sorted(e["finding"]["zone"] for e in own) == sorted(2 * [escaped(n) for n in HOSTILE])
    assert all(f'id="{json.loads(g["msg"])["event_id"]}"' in g["sd"] and g["msgid"] == "opened"
               for g in got if g["msg"].startswith("{"))
    assert sum(g["msg"].lstrip().startswith("CEF:0|dnshound|") for g in got) == 2 * len(HOSTILE)


def test_syslog_over_tls_wants_the_right_certificate(drive, tmp_path, certificate):
    process, ports = rsyslog(tmp_path, certificate, "all")
    try:
        d = drive({"name": "tls", "type": "syslog", "address": f"tls://localhost:{ports['tls']}"})
        d.find("evil.com", now=T0)
        d.until(lambda s: s["sinks"]["tls"]["failed"] >= 1)
        assert d.stats()["sinks"]["tls"]["sent"] == 0
        d.close()
    finally:
        process.terminate()
        process.wait()


def test_a_syslog_server_that_was_away_gets_everything(drive, tmp_path):
    """Reset in the middle, absent for a while: at least once, in order."""
    port, got = free_port(), []

    def serve(n, then_reset):
        server = socket.create_server(("127.0.0.1", port), reuse_port=True)
        connection, _ = server.accept()
        data = b""
        while len(re.findall(rb"\d+ <", data)) < n:
            more = connection.recv(65536)
            if not more:
                break
            data += more
        time.sleep(0.2)
        if then_reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.close()
        server.close()
        got.append(data)

    d = drive({"name": "tcp", "type": "syslog", "address": f"tcp://127.0.0.1:{port}"})
    first = threading.Thread(target=serve, args=(3, True))
    first.start()
    for i in range(3):
        d.find(f"a{i}.com", now=T0)
    first.join(10)
    for i in range(3):
        d.find(f"b{i}.com", now=T0)
    d.until(lambda s: s["sinks"]["tcp"]["failed"] >= 2)
    second = threading.Thread(target=serve, args=(3, False))
    second.start()
    d.sent("tcp", 6)
    second.join(10)
    d.close()
    seen = re.findall(rb"destinationDnsDomain=(\w+)", b"".join(got))
    assert sorted(set(seen)) == [b"a0", b"a1", b"a2", b"b0", b"b1", b"b2"]


# --- Slack

def slack_sink(tmp_path, port, certificate, **more):
    (tmp_path / "token").write_text("xoxb-1\n")
    return {"name": "slack", "type": "slack", "channel": "C1", "token_file": tmp_path / "token",
            "api": f"https://localhost:{port}/api/chat.postMessage", "ca": certificate[0], **more}


def test_slack_threads_and_words(drive, tmp_path, certificate):
    slack = Slack(certificate)
    d = drive(slack_sink(tmp_path, slack.port, certificate), quiet=600)
    d.find("evil.com", tool="iodine", comm="curl", up=181014, now=T0)
    d.sent("slack", 1)
    d.close()
    d = drive(slack_sink(tmp_path, slack.port, certificate), quiet=600)  # remembers the thread
    d.find("evil.com", up=500000, now=T0 + 100)
    d.find("other.com", now=T0 + 100)
    d.tick(T0 + 1000)
    d.sent("slack", 4)
    d.close()
    slack.stop()
    opened, updated, other, *closed = slack.posted
    assert "thread_ts" not in opened and updated["thread_ts"] == opened["ts"]
    assert "thread_ts" not in other
    assert sorted(m["thread_ts"] for m in closed) == sorted([opened["ts"], other["ts"]])
    text = json.dumps(opened["blocks"])
    for word in ("Who", "10.0.0.7", "curl", "Where", "evil.com", "How much", "176.7 KiB",
                 "How sure", "iodine", "Next step", "Isolate the client"):
        assert word in text
    assert opened["metadata"]["event_payload"]["event_id"] in text
    assert opened["unfurl_links"] is False


def test_slack_retry_after_is_honoured(drive, tmp_path, certificate):
    slack = Slack(certificate)
    slack.limit_next = 1
    d = drive(slack_sink(tmp_path, slack.port, certificate))
    start = time.monotonic()
    d.find("evil.com", now=T0)
    d.sent("slack", 1)
    assert time.monotonic() - start >= 1.0
    d.close()
    slack.stop()
    assert len(slack.posted) == 1 and len(slack.requests) == 2


def test_hostile_names_are_no_mentions_in_slack(drive, tmp_path, certificate):
    slack = Slack(certificate)
    hook = Receiver(certificate)
    (tmp_path / "url").write_text(f"https://localhost:{hook.port}/services/T/B/secret\n")
    d = drive(slack_sink(tmp_path, slack.port, certificate, rate=9000),
              {"name": "hook", "type": "slack", "address_file": tmp_path / "url", "rate": 9000,
               "ca": certificate[0]})
    for name in HOSTILE:
        d.find(name, sample="s." + name, comm=name, now=T0)
    d.sent("slack", len(HOSTILE))
    d.sent("hook", len(HOSTILE))
    d.close()
    slack.stop()
    hook.stop()

    def texts(part):
        if isinstance(part, dict):
            for key, value in part.items():
                if key == "text" and isinstance(value, str):
                    yield value
                else:
                    yield from texts(value)
        elif isinstance(part, list):
            for value in part:
                yield from texts(value)

    assert len(hook.bodies()) == len(HOSTILE)
    for message in slack.posted + hook.bodies():
        for text in texts(message):
            assert "<" not in text and ">" not in text
            assert re.sub(r"&(amp|lt|gt);", "", text).count("&") == 0
            assert text.count("`") % 2 == 0
            assert all(ord(c) >= 32 or c == "\n" for c in text)
            # Outside of code spans stands no word of traffic that Slack would take for more.
            outside = "".join(text.split("`")[::2])
            if text != message["text"]:
                assert "@here" not in outside and "http" not in outside


def test_a_wrong_token_is_said_without_the_token(drive, tmp_path, certificate):
    slack = Slack(certificate, token="xoxb-other")
    d = drive(slack_sink(tmp_path, slack.port, certificate))
    d.find("evil.com", now=T0)
    d.until(lambda s: s["sinks"]["slack"]["failed"] >= 1)
    d.logged("invalid_auth")
    (tmp_path / "token").write_text("xoxb-other\n")  # a new one needs no restart
    d.sent("slack", 1)
    d.close()
    slack.stop()
    assert not any("xoxb" in line for line in d.log)


def test_a_flood_becomes_a_digest(drive, tmp_path, certificate):
    slack = Slack(certificate)
    d = drive(slack_sink(tmp_path, slack.port, certificate, rate=60))
    for i in range(300):
        d.find(f"z{i}.com", up=1000 + i, now=T0)
    d.until(lambda s: s["opened"] == 300 or any(
        d.find(f"z{i}.com", up=1000 + i, now=T0) for i in range(300)))
    d.until(lambda s: s["sinks"]["slack"]["digests"] >= 1 and
            s["sinks"]["slack"]["pending"] == 0, 15)
    d.close()
    slack.stop()
    digests = [m for m in slack.posted if "more alert messages" in m["text"]]
    single = len(slack.posted) - len(digests)
    told = sum(int(m["text"].split()[0]) for m in digests)
    assert single <= 80 and told + single == 300
    assert "The worst:" in digests[0]["text"]


# --- webhooks

def hook_sink(receiver, certificate, **more):
    scheme = "https" if certificate else "http"
    sink = {"name": "hook", "type": "webhook",
            "address": f"{scheme}://localhost:{receiver.port}/in", **more}
    return {**sink, "ca": certificate[0]} if certificate else sink


def test_webhook_signature_and_key(drive, tmp_path, certificate):
    receiver = Receiver(certificate)
    (tmp_path / "key").write_text("s3cret\n")
    (tmp_path / "token").write_text("tok\n")
    d = drive(hook_sink(receiver, certificate, hmac_file=tmp_path / "key",
                        token_file=tmp_path / "token", header=["X-Site: lab"]))
    d.find("evil.com", now=T0)
    d.sent("hook", 1)
    d.close()
    receiver.stop()
    (request,) = receiver.requests
    when, value = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})",
                               request["headers"]["X-DNSHound-Signature"]).groups()
    signed = hmac.new(b"s3cret", when.encode() + b"." + request["body"], hashlib.sha256)
    assert hmac.compare_digest(signed.hexdigest(), value)
    assert abs(int(when) - time.time()) < 30
    assert request["headers"]["Authorization"] == "Bearer tok"
    assert request["headers"]["X-Site"] == "lab"
    event = json.loads(request["body"])
    assert request["headers"]["Idempotency-Key"] == event["event_id"]


def test_a_receiver_that_was_down_gets_everything_and_can_tell(drive, tmp_path):
    port = free_port()
    away = type("Away", (), {"port": port})
    d = drive(hook_sink(away, None))
    for i in range(5):
        d.find(f"a{i}.com", now=T0)
    d.until(lambda s: s["sinks"]["hook"]["failed"] >= 2)
    d.kill()  # and the sender dies meanwhile
    d = drive(hook_sink(away, None))
    for i in range(5):
        d.find(f"b{i}.com", now=T0)
    d.until(lambda s: s["opened"] == 5)
    answers = iter([(500, {}, "no"), (503, {"Retry-After": "1"}, "wait"), (200, {}, "ok"),
                    (404, {}, "no")])
    receiver = Receiver(answer=lambda request: next(answers, (200, {}, "ok")), port=port)
    d.sent("hook", 10, 40)
    d.close()
    receiver.stop()
    zones = [b["finding"]["zone"] for b in receiver.bodies()]
    assert sorted(set(zones)) == sorted([f"a{i}.com" for i in range(5)] +
                                        [f"b{i}.com" for i in range(5)])
    assert len(set(receiver.keys())) == 10
    for key in set(receiver.keys()):  # repeats have the same key and the same body
        assert len({r["body"] for r in receiver.requests
                    if r["headers"]["Idempotency-Key"] == key}) == 1


def test_presets(drive, tmp_path, certificate):
    elastic_answers = iter([
        '{"errors":true,"items":[{"create":{"status":429}}]}',
        '{"errors":false,"items":[{"create":{"status":201}}]}'] +
        ['{"errors":true,"items":[{"create":{"status":409}}]}'] * 9)
    receivers = {"splunk": Receiver(certificate), "teams": Receiver(certificate),
                 "pagerduty": Receiver(certificate, lambda r: (202, {}, "{}")),
                 "elastic": Receiver(certificate, lambda r: (200, {}, next(elastic_answers))),
                 "template": Receiver(certificate)}
    (tmp_path / "token").write_text("tok\n")
    template = '{"zone":"{{zone}}","n":{{bytes_up}},"all":{{json}}}'
    sinks = [hook_sink(r, certificate, format=f, token_file=tmp_path / "token",
                       **({"template": template} if f == "template" else {}),
                       **({"index": "soc"} if f in ("splunk", "elastic") else {}))
             for f, r in receivers.items()]
    for sink, form in zip(sinks, receivers):
        sink["name"] = form
    d = drive(*sinks, quiet=600)
    d.find("evil.com", sample="x.evil.com", now=T0)
    for form in receivers:
        d.sent(form, 1)
    d.tick(T0 + 1000)
    for form in receivers:
        d.sent(form, 2)
    d.close()
    for receiver in receivers.values():
        receiver.stop()

    splunk = receivers["splunk"].requests
    assert splunk[0]["headers"]["Authorization"] == "Splunk tok"
    body = json.loads(splunk[0]["body"])
    assert body["time"] == T0 and body["index"] == "soc" and body["event"]["event"] == "opened"

    elastic = receivers["elastic"].requests
    assert elastic[0]["headers"]["Authorization"] == "ApiKey tok"
    assert elastic[0]["headers"]["Content-Type"] == "application/x-ndjson"
    assert len(elastic) == 3 and elastic[0]["body"] == elastic[1]["body"]
    action, document, rest = elastic[0]["body"].split(b"\n")
    assert rest == b"" and json.loads(document)["event"]["kind"] == "alert"
    assert json.loads(action) == {"create": {
        "_index": "soc", "_id": json.loads(document)["event"]["id"]}}

    pager = [json.loads(r["body"]) for r in receivers["pagerduty"].requests]
    assert [p["event_action"] for p in pager] == ["trigger", "resolve"]
    assert pager[0]["routing_key"] == "tok" and pager[0]["dedup_key"] == pager[1]["dedup_key"]
    assert pager[0]["payload"]["severity"] == "critical"
    assert "Authorization" not in receivers["pagerduty"].requests[0]["headers"]

    card = json.loads(receivers["teams"].requests[0]["body"])["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["type"] == "AdaptiveCard"

    filled = json.loads(receivers["template"].requests[0]["body"])
    assert filled["zone"] == "evil.com" and filled["n"] == 2048
    assert filled["all"]["finding"]["zone"] == "evil.com"


def test_hostile_names_through_the_presets(drive, certificate):
    forms = ["splunk", "teams", "template"]
    receivers = {form: Receiver(certificate) for form in forms}
    sinks = [hook_sink(r, certificate, format=f, **(
        {"template": '{"zone":"{{zone}}","comm":"{{comm}}","sample":"{{sample}}"}'}
        if f == "template" else {})) for f, r in receivers.items()]
    for sink, form in zip(sinks, forms):
        sink["name"] = form
    d = drive(*sinks)
    for name in HOSTILE:
        d.find(name, sample="s." + name, comm=name, now=T0)
    for form in forms:
        d.sent(form, len(HOSTILE))
    d.close()
    for receiver in receivers.values():
        receiver.stop()
    names = [escaped(n) for n in HOSTILE]
    assert [b["event"]["finding"]["zone"] for b in receivers["splunk"].bodies()] == names
    assert [b["zone"] for b in receivers["template"].bodies()] == names
    for body in receivers["teams"].bodies():  # text of traffic stands in TextRuns alone
        for block in body["attachments"][0]["content"]["body"]:
            assert block["type"] == "RichTextBlock"
            assert [run["type"] for run in block["inlines"]] == ["TextRun"]


# --- a command

def test_a_command_gets_the_event_and_no_shell(drive, tmp_path):
    out = tmp_path / "got"
    program = tmp_path / "hook"
    program.write_text(f'#!/bin/sh\ncat >> {out}\necho >> {out}\n'
                       f'echo "$1 $DNSHOUND_EVENT $DNSHOUND_EVENT_ID" >> {out}.env\n'
                       f'test ! -e {tmp_path}/fail\n')
    program.chmod(0o755)
    (tmp_path / "fail").touch()
    d = drive({"name": "hook", "type": "command", "command": [program, "$(id);`id`"]})
    d.find("$(reboot);`reboot`.evil.com", now=T0)
    d.until(lambda s: s["sinks"]["hook"]["failed"] >= 1)
    (tmp_path / "fail").unlink()
    d.sent("hook", 1)
    d.close()
    events = [json.loads(line) for line in out.read_text().splitlines() if line]
    assert len(events) >= 2 and len({e["event_id"] for e in events}) == 1
    assert events[0]["finding"]["zone"] == "$(reboot);`reboot`.evil.com"
    assert (tmp_path / "got.env").read_text().startswith(
        f"$(id);`id` opened {events[0]['event_id']}\n")


def test_a_command_that_hangs_is_killed(drive):
    d = drive({"name": "hook", "type": "command", "command": ["/bin/sleep", "99"], "timeout": 1})
    d.find("evil.com", now=T0)
    d.until(lambda s: s["sinks"]["hook"]["failed"] >= 1)
    d.logged("did not end")
    d.close(ms=100)


# --- receivers that misbehave

def hang(connection):
    time.sleep(30)


def babble(connection):
    for _ in range(2000):
        connection.sendall(b"\x00\xff nonsense \r\n" * 64)


def drip(connection):
    for _ in range(300):
        connection.sendall(b"H")
        time.sleep(0.1)


def endless(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 500 No\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


@pytest.mark.parametrize("manners", [hang, babble, drip, endless, reset, None])
def test_a_bad_receiver_stalls_nobody(drive, tmp_path, manners):
    port = free_port()
    if manners:
        server = socket.create_server(("127.0.0.1", port), backlog=64)

        def serve():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=guard, args=(connection,), daemon=True).start()

        def guard(connection):
            try:
                manners(connection)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
    (tmp_path / "token").write_text("tok\n")
    out = tmp_path / "own.json"
    where = f"127.0.0.1:{port}"
    d = drive({"name": "own", "type": "file", "address": out},
              {"name": "hook", "type": "webhook", "address": f"http://{where}/", "timeout": 1},
              {"name": "https", "type": "webhook", "address": f"https://{where}/", "timeout": 1},
              {"name": "slack", "type": "slack", "channel": "C", "token_file": tmp_path / "token",
               "api": f"http://{where}/", "timeout": 1},
              {"name": "tls", "type": "syslog", "address": f"tls://{where}", "timeout": 1})
    took = []
    for i in range(200):
        d.find(f"z{i}.com", now=T0, timed=1)
        took.append(int(d.process.stdout.readline().split()[1]))
    d.sent("own", 200)
    for sink in ("hook", "https", "slack", "tls"):
        d.until(lambda s: s["sinks"][sink]["failed"] >= 1)
        assert d.stats()["sinks"][sink]["sent"] == 0
    start = time.monotonic()
    d.close(ms=300)
    assert time.monotonic() - start < 4
    assert len(lines(out)) == 200
    # Sanitizers and a busy machine: what counts is that no call waits for a timeout.
    assert sorted(took)[190] < 20000 and max(took) < 500000
    if manners:
        server.close()


def test_what_a_sink_cannot_be_is_said(drive, tmp_path):
    for sink, word in [
            ({"type": "file"}, "path"),
            ({"type": "slack", "channel": "C"}, "token and channel"),
            ({"type": "webhook", "address": "ftp://x/"}, "https://"),
            ({"type": "webhook", "address": "http://x/", "format": "cef"}, "no format cef"),
            ({"type": "webhook", "address": "http://x/", "format": "template",
              "template": "{{nonsense}}"}, "nonsense"),
            ({"type": "syslog", "address": "514"}, "udp://HOST:PORT"),
            ({"type": "command", "command": ["reboot"]}, "whole path")]:
        with pytest.raises(IndexError):
            drive({"name": "x", **sink})
        d = subprocess.run([drive.program], input="sink name=x " + " ".join(
            f"{k}={v[0] if isinstance(v, list) else v}" for k, v in sink.items()) + "\n",
            capture_output=True, text=True)
        assert d.returncode == 2 and word in d.stderr


# --- Prometheus

def test_prometheus_scrapes(drive, tmp_path):
    import urllib.request
    if not shutil.which("prometheus"):
        pytest.skip("no prometheus")
    d = drive({"name": "own", "type": "file", "address": tmp_path / "own.json"})
    d.find("evil.com", now=T0)
    d.sent("own", 1)
    page = urllib.request.urlopen(f"http://127.0.0.1:{d.port}/metrics").read()
    checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert b'dnshound_alerts_total{event="opened"} 1' in page
    assert b'dnshound_alerts_open{severity="critical"} 1' in page
    for path, status in (("/", 404), ("/metrics/x", 404)):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f"http://127.0.0.1:{d.port}{path}")
        assert error.value.code == status
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"http://127.0.0.1:{d.port}/metrics", data=b"x")
    assert error.value.code == 405
    port = free_port()
    (tmp_path / "prometheus.yml").write_text(
        "scrape_configs:\n- job_name: dnshound\n  scrape_interval: 1s\n"
        f"  static_configs: [{{targets: ['127.0.0.1:{d.port}']}}]\n")
    process = subprocess.Popen(
        ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--web.listen-address=127.0.0.1:{port}",
         f"--storage.tsdb.path={tmp_path}/tsdb"], stderr=subprocess.DEVNULL)
    try:
        def value():
            try:
                answer = json.load(urllib.request.urlopen(
                    f"http://127.0.0.1:{port}/api/v1/query?query=dnshound_sink_sent_total"))
                return answer["data"]["result"][0]["value"][1]
            except (OSError, IndexError):
                return None
        wait_for(lambda: value() == "1", 30)
    finally:
        process.terminate()
        process.wait()
    d.close()
