# SPDX-License-Identifier: ISC
"""dnshound watch: every kind of source, its life, and what it does when things go wrong."""
import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import logs
import packets
import pytest
from alertlab import Slack, certificate, wait_for  # noqa: F401
from conftest import ROOT, is_running
from daemon import (ACCEPT, FINISH, PROGRAM, READY, START, STOP, Daemon, connect, control, dnstap,
                    free_port, read_control)


@pytest.fixture(autouse=True)
def built(dnshound):
    """Skips when the program is not there."""


def now_rows(zone, count=200, step=0.01):
    """A tunnel that ends now, as rows for logs.py."""
    start = time.time() - logs.START - count * step
    return [(start + seconds, *rest) for seconds, *rest in logs.tunnel(zone, count=count, step=step)]


def queries(zone, count=200):
    """DNS messages of a tunnel."""
    return [packets.query([label.encode() for label in row[2].split(".")], 16, i)
            for i, row in enumerate(logs.tunnel(zone, count=count))]


def test_dnstap_with_handshake(tmp_path):
    tap = tmp_path / "tap.sock"
    with Daemon(tmp_path, f"sources:\n  - dnstap: unix:{tap}\n    socket_mode: 0666\n") as d:
        s = connect(tap)
        s.sendall(control(READY))
        assert read_control(s) == ACCEPT
        s.sendall(control(START))
        sent = time.monotonic()
        for message in queries("tapped.com"):
            s.sendall(dnstap(message, "10.0.0.7", "10.0.0.53", time.time()))
        when, finding = d.finding("tapped.com", 5)
        assert when - sent < 2
        assert finding["client"] == "10.0.0.7" and finding["severity"] not in ("info", "low")
        assert finding["servers"] == ["10.0.0.53"] and finding["bytes_at_alert"] < 1024
        s.sendall(control(STOP, content=False))
        assert read_control(s) == FINISH
        assert d.end() == 0


def test_dnstap_over_tcp_without_handshake(tmp_path):
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - dnstap: 127.0.0.1:{port}\n") as d:
        s = connect(port)
        s.sendall(control(START) + b"".join(
            dnstap(m, "10.0.0.7", "10.0.0.53", time.time()) for m in queries("plain.com")))
        d.finding("plain.com")


def test_a_followed_log_and_its_rotation(tmp_path):
    log = tmp_path / "dns.log"
    rows = now_rows("before.com"), now_rows("after.com"), now_rows("late.com")
    log.write_text(logs.zeek(rows[0]))
    with Daemon(tmp_path, f"sources:\n  - follow: {log}\n") as d:
        d.finding("before.com")
        log.rename(tmp_path / "dns.1.log")
        with (tmp_path / "dns.1.log").open("a") as old:
            old.write(logs.zeek(rows[1]))
        log.write_text(logs.eve(rows[2]))
        d.finding("after.com")
        d.finding("late.com")
        log.write_text(logs.eve(now_rows("emptied.com")))
        d.finding("emptied.com")


def test_lines_that_come_in_pieces_are_one_line(tmp_path):
    log = tmp_path / "dns.log"
    text = logs.zeek(now_rows("pieces.com", 60))
    with Daemon(tmp_path, f"sources:\n  - follow: {log}\n") as d, log.open("w") as f:
        for at in range(0, len(text), 1500):
            f.write(text[at:at + 1500])
            f.flush()
            time.sleep(0.02)
        finding = d.finding("pieces.com")[1]
        d.wait("all of it", lambda: d.told[-1][1]["queries"] > 50 or None, 5)
        assert finding["queries"] <= 60


def test_a_folder_of_captures(tmp_path):
    folder = tmp_path / "captures"
    folder.mkdir()
    (folder / "first.pcap").write_bytes(packets.header() + b"".join(packets.tunnel_records()))
    (folder / "readme.txt").write_text("not a capture\n")
    with Daemon(tmp_path, f"sources:\n  - folder: {folder}\n") as d:
        d.finding("evil.com")
        growing = (folder / "second.pcap").open("wb", buffering=0)
        records = packets.tunnel_records(zone=b"grown")
        growing.write(packets.header() + b"".join(records[:10]))
        time.sleep(1.5)
        assert not any(f["zone"] == "grown.com" for _, f in d.told)
        growing.write(b"".join(records[10:]))
        d.finding("grown.com")


def test_the_listener_takes_what_sensors_write(tmp_path):
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n") as d:
        connect(port).sendall(logs.zeek(now_rows("zeek.com")).encode())
        connect(port).sendall(logs.eve(now_rows("eve.com")).encode())
        d.finding("zeek.com")
        d.finding("eve.com")


def appscope(zone, count=200):
    """What `scope run` sends: the line that begins a connection, then events."""
    yield {"format": "ndjson", "info": {"process": {"libscopever": "v1.4.1", "pid": 6544,
           "procname": "iodine", "cmd": "iodine -f"}, "configuration": {"current": {
               "event": {"enable": "true", "watch": [{"type": "dns", "name": ".*"}]}}},
           "environment": {}}}
    for i, row in enumerate(logs.tunnel(zone, count=count)):
        body = {"sourcetype": "dns", "_time": time.time(), "source": "dns.req", "host": "ubuntu",
                "proc": "iodine", "cmd": "iodine -f", "pid": 6544, "data": {"domain": row[2]}}
        yield {"type": "evt", "id": "ubuntu-iodine-iodine -f", "_channel": "13470757294558",
               "body": body}
        answer = body | {"source": "dns.resp", "data": {
            "duration": 25, "domain": row[2], "addrs": [f"34.107.221.{i % 250}"]}}
        yield {"type": "evt", "id": "ubuntu", "_channel": "1", "body": answer, "unknown": {"a": []}}
    yield {"type": "evt", "body": {"source": "notice", "data": "dropped"}}


def test_the_listener_takes_an_appscope_stream(tmp_path):
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n") as d:
        s = connect(port)
        for line in appscope("scoped.com"):
            s.sendall(json.dumps(line).encode() + b"\n")
        finding = d.finding("scoped.com")[1]
        assert finding["client"] == "127.0.0.1"
        assert finding["process"] == {"host": "ubuntu", "pid": 6544, "comm": "iodine", "exe": "",
                                      "cmdline": "iodine -f"}


def test_the_listener_takes_our_own_agent(tmp_path, dnshound):
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n") as d:
        d.ready()
        names = [row[2] for row in logs.tunnel("agent.com", count=80)]
        script = ("import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                  "s.connect(('127.0.0.1', 53))\n"
                  f"for i, name in enumerate({names!r}):\n"
                  "    wire = b''.join(bytes([len(x)]) + x.encode() for x in name.split('.'))\n"
                  "    try: s.send(i.to_bytes(2, 'big') + bytes([1, 0, 0, 1, 0, 0, 0, 0, 0, 0])"
                  " + wire + b'\\0\\0\\x10\\0\\1')\n"
                  "    except OSError: pass\n")
        ended = dnshound("run", "--to", f"127.0.0.1:{port}", "--", "/usr/bin/python3", "-c", script)
        assert ended.returncode == 0, ended.stderr
        finding = d.finding("agent.com")[1]
        assert finding["servers"] == ["127.0.0.1"] and finding["client"] == "127.0.0.1"
        assert finding["process"]["comm"].startswith("python3")
        assert "socket.SOCK_DGRAM" in finding["process"]["cmdline"]


def test_what_agent_and_sensor_tell_of_one_question_is_one_finding(tmp_path):
    """The agent knows only its loopback address, the sensor no process."""
    port, page = free_port(), free_port()
    with Daemon(tmp_path, f"metrics:\n  listen: 127.0.0.1:{page}\n"
                f"sources:\n  - listen: 127.0.0.1:{port}\n    name: agents\n"
                f"  - listen: unix:{tmp_path}/sensor\n    socket_mode: 0666\n    name: sensor\n") as d:
        agent, sensor = connect(port), connect(tmp_path / "sensor")
        for i, message in enumerate(queries("both.com", 120)):
            now = time.time()
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1e6):06}Z"
            name = b".".join(labels_of(message)).decode()
            seen = json.dumps({
                "ts": now, "id.orig_h": "10.0.0.7", "id.orig_p": 4000 + i, "id.resp_h": "10.0.0.53",
                "id.resp_p": 53, "proto": "udp", "trans_id": i, "query": name, "qclass": 1,
                "qtype_name": "TXT"}) + "\n"
            told = json.dumps({
                "type": "agent.dns", "time": stamp, "host": "h", "direction": "query",
                "transport": "udp", "client": "127.0.0.1", "client_port": 9000,
                "server": "127.0.0.53", "server_port": 53,
                "message": base64.b64encode(message).decode(),
                "process": {"pid": 42, "start_ticks": 7, "comm": "thief", "exe": "/tmp/thief",
                            "cmdline": "thief --all"}}) + "\n"
            for where, line in ((agent, told), (sensor, seen))[::1 if i % 3 else -1]:
                where.sendall(line.encode())
                time.sleep(0.002)
        finding = d.finding("both.com")[1]
        assert finding["client"] == "10.0.0.7"
        named = d.wait("its process", lambda: next(
            (f for _, f in list(d.told) if f["zone"] == "both.com" and f.get("process")), None))
        assert (named["process"]["comm"], named["process"]["pid"]) == ("thief", 42)
        assert named["client"] == "10.0.0.7"
        d.wait("figures", lambda: d.metrics(page)["dnshound_events_total"] == 240, 5)
        assert {f["client"] for _, f in d.told if f["subject"] == "pair"} == {"10.0.0.7"}
        m = d.metrics(page)
        assert m["dnshound_duplicates_total"] > 100
        assert m["dnshound_leaked_up_bytes_total"] > 1000
        assert 0 < m['dnshound_table_fill_ratio{table="pairs"}'] < 0.01
        assert abs(m['dnshound_source_lag_seconds{source="sensor"}']) < 2


def labels_of(message):
    at = 12
    while message[at]:
        yield message[at + 1:at + 1 + message[at]]
        at += 1 + message[at]


def test_a_token_is_asked_for(tmp_path):
    port = free_port()
    (tmp_path / "token").write_text("s3cret\n")
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n"
                f"    token_file: {tmp_path}/token\n") as d:
        stranger = connect(port)
        stranger.sendall(logs.eve(now_rows("stranger.com")).encode())
        try:
            assert stranger.recv(1) == b""
        except ConnectionResetError:
            pass
        friend = connect(port)
        friend.sendall(b'{"type":"agent.start","token":"s3cret"}\n' +
                       logs.eve(now_rows("friend.com")).encode())
        d.finding("friend.com")
        assert not any(f["zone"] == "stranger.com" for _, f in d.told)
        assert "s3cret" not in d.log()


def test_tls(tmp_path):
    import ssl
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", tmp_path / "key.pem",
                    "-out", tmp_path / "cert.pem"], check=True, capture_output=True)
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n"
                f"    certificate: {tmp_path}/cert.pem\n    key: {tmp_path}/key.pem\n") as d:
        plain = connect(port)
        plain.sendall(logs.eve(now_rows("plain.com")).encode())
        context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        context.check_hostname = False
        with context.wrap_socket(connect(port)) as s:
            s.sendall(logs.eve(now_rows("veiled.com")).encode())
            d.finding("veiled.com")
        assert not any(f["zone"] == "plain.com" for _, f in d.told)


def test_a_new_configuration_is_taken_whole_or_not_at_all(tmp_path):
    port = free_port()
    good = f"sources:\n  - listen: 127.0.0.1:{port}\n"
    with Daemon(tmp_path, good) as d:
        d.ready()
        d.write(good + "    nonsense: 1\n")
        d.process.send_signal(signal.SIGHUP)
        d.wait("a complaint", lambda: "old configuration stays" in d.log())
        assert f"{d.config}:7:5: sources: 'nonsense' is no key" in d.log()
        connect(port).sendall(logs.eve(now_rows("still.com")).encode())
        d.finding("still.com")
        other = free_port()
        d.write(good + f"  - listen: 127.0.0.1:{other}\n    name: other\n")
        d.process.send_signal(signal.SIGHUP)
        d.wait("the new one", lambda: "read again" in d.log())
        connect(other).sendall(logs.eve(now_rows("new.com")).encode())
        connect(port).sendall(logs.eve(now_rows("old.com")).encode())
        d.finding("new.com")
        d.finding("old.com")
        assert d.end() == 0


@pytest.mark.parametrize("which", [0, 1], ids=["worker", "herald"])
def test_a_killed_process_is_started_again(tmp_path, which):
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n") as d:
        d.ready()
        os.kill(d.children()[which], signal.SIGKILL)
        d.wait("a word about it", lambda: "started again" in d.log())
        connect(port).sendall(logs.eve(now_rows("again.com")).encode())
        d.finding("again.com")


def test_children_end_with_a_killed_parent(tmp_path):
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{free_port()}\n") as d:
        d.ready()
        children = d.children()
        d.process.kill()
        d.process.wait()
        end = time.monotonic() + 5
        while any(is_running(pid) for pid in children):
            assert time.monotonic() < end
            time.sleep(0.05)


def test_once_reads_what_is_there_and_ends(tmp_path):
    log = tmp_path / "dns.log"
    log.write_text(logs.zeek(now_rows("once.com")))
    with Daemon(tmp_path, f"sources:\n  - follow: {log}\n", "--once") as d:
        d.process.wait(10)
        assert d.end() == 0
        assert any(f["zone"] == "once.com" for _, f in d.told)


def test_the_worker_can_do_little(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root to see the other user")
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{free_port()}\n") as d:
        d.ready()
        worker, herald = d.children()
        d.wait("confined", lambda: "Seccomp:\t2" in pathlib.Path(
            f"/proc/{worker}/status").read_text(), 5)
        d.wait("the herald", lambda: "NoNewPrivs:\t1" in pathlib.Path(
            f"/proc/{herald}/status").read_text(), 5)
        status = {pid: dict(line.split(":\t", 1) for line in pathlib.Path(
            f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
            for pid in (worker, herald)}
        for pid in (worker, herald):
            assert set(status[pid]["Uid"].split()) == {"65534"}
            assert status[pid]["NoNewPrivs"] == "1"
            assert int(status[pid]["CapEff"], 16) == int(status[pid]["CapPrm"], 16) == 0
            assert status[pid]["Groups"].strip() == ""
        assert status[worker]["Seccomp"] == status[herald]["Seccomp"] == "2"


def test_a_command_is_run_by_the_confined_herald(open_folder):
    log, told = open_folder / "dns.log", open_folder / "told"
    told.mkdir(mode=0o777)
    told.chmod(0o777)
    log.write_text(logs.zeek(now_rows("hooked.com")))
    with Daemon(open_folder, f"sinks:\n  - type: command\n    command: [/bin/sh, -c, "
                f"'cat > {told}/$DNSHOUND_EVENT; grep -e Seccomp: -e NoNewPrivs /proc/self/status > {told}/status']\n"
                f"sources:\n  - follow: {log}\n") as d:
        d.wait("the event", lambda: (told / "status").exists() and
               (told / "status").read_text().count("\n") == 2)
        assert json.loads((told / "opened").read_text())["finding"]["zone"] == "hooked.com"
        assert (told / "status").read_text().split() == ["NoNewPrivs:", "1", "Seccomp:", "2"]


def test_a_stuck_worker_is_ended(tmp_path):
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n") as d:
        d.ready()
        os.kill(d.children()[0], signal.SIGSTOP)
        d.wait("a word about it", lambda: "the worker is stuck" in d.log(), 30)
        connect(port).sendall(logs.eve(now_rows("again.com")).encode())
        d.finding("again.com")


TAPS = pathlib.Path(os.environ.get("DNSHOUND_CORPUS", ROOT.parent / "shared" / "data")) / "lab"


@pytest.mark.parametrize("tap", ["unbound_clientquery", "named_all", "knot", "kresd", "dnsdist",
                                 "pdns"])
def test_taps_of_real_servers(tmp_path, tap):
    """What they wrote, sent again by the reference implementation of Frame Streams."""
    path = TAPS / f"{tap}.dnstap"
    if not path.exists() or not shutil.which("fstrm_replay"):
        pytest.skip("no corpora (DNSHOUND_CORPUS), or no fstrm_replay")
    sock, page = tmp_path / "tap.sock", free_port()
    with Daemon(tmp_path, f"metrics:\n  listen: 127.0.0.1:{page}\n"
                f"sources:\n  - dnstap: unix:{sock}\n    socket_mode: 0666\n") as d:
        d.ready()
        sent = subprocess.run(["fstrm_replay", "-t", "protobuf:dnstap.Dnstap", "-r", path, "-u",
                               sock], capture_output=True, text=True, timeout=20)
        assert sent.returncode == 0, sent.stderr
        name = 'dnshound_source_frames_total{source="dnstap-1"}'
        d.wait("frames", lambda: d.metrics(page)[name])
        time.sleep(1.2)
        m = d.metrics(page)
        assert m["dnshound_events_total"] == m[name] > 50
        # An authoritative server has no clients, and this recursor tells only of its own questions.
        assert (m["dnshound_upstream_total"] == m[name]) == (tap in ("knot", "pdns"))
        assert ("nothing of clients" in d.log()) == (tap in ("knot", "pdns"))
        assert m['dnshound_source_broken_total{source="dnstap-1"}'] == 0


def test_listen_prints_a_finding_once_for_people(tmp_path):
    port = free_port()
    with subprocess.Popen([PROGRAM, "listen", "--addr", f"127.0.0.1:{port}"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        s = connect(port)
        for line in appscope("scoped.com"):
            s.sendall(json.dumps(line).encode() + b"\n")
        first = p.stdout.readline()
        time.sleep(1.5)
        p.terminate()
        out, err = p.communicate(timeout=10)
    told = [line for line in [first, *out.splitlines()] if "scoped.com" in line and "score" in line]
    assert "127.0.0.1 asks below scoped.com" in first and 1 <= len(told) <= 3
    assert p.returncode == 0, err


def test_listen_tells_slack(tmp_path, certificate):
    """The one line, from an AppScope stream to the channel; one message, not one a query."""
    slack, port = Slack(certificate), free_port()
    (tmp_path / "token").write_text("xoxb-1\n")
    with subprocess.Popen(
            [PROGRAM, "listen", "--addr", f"127.0.0.1:{port}", "--notifytoken-file",
             tmp_path / "token", "--channelid", "C1", "--ca-file", certificate[0],
             "--api", f"https://localhost:{slack.port}/api/chat.postMessage"], text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as p:
        s = connect(port)
        sent = time.monotonic()
        for line in appscope("scoped.com"):
            s.sendall(json.dumps(line).encode() + b"\n")
        wait_for(lambda: slack.posted)
        assert slack.posted[0]["at"] - sent < 2
        time.sleep(1.5)
        p.terminate()
        err = p.communicate(timeout=10)[1]
    slack.stop()
    assert p.returncode == 0 and "xoxb" not in err
    text = json.dumps(slack.posted[0]["blocks"])
    for word in ("scoped.com", "127.0.0.1", "iodine", "Next step", "score"):
        assert word in text
    # The others are updates, in its thread.
    assert all(m["thread_ts"] == slack.posted[0]["ts"] for m in slack.posted[1:])
    assert len(slack.posted) <= 3


def test_listen_wants_a_token_and_a_channel_together(dnshound, tmp_path):
    for words in (["--channelid", "C1"], ["--notifytoken", "xoxb-1"], ["--bogus"], []):
        ended = dnshound("listen", "--addr", "127.0.0.1:0", *words) if words else dnshound("listen")
        assert ended.returncode == 2 and "listen" in ended.stderr + str(words)


def test_a_token_of_the_command_line_is_hidden(tmp_path):
    port = free_port()
    with subprocess.Popen([PROGRAM, "listen", "--addr", f"127.0.0.1:{port}", "--notifytoken",
                           "xoxb-secret", "--channelid", "C1"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as p:
        connect(port)
        assert b"secret" not in pathlib.Path(f"/proc/{p.pid}/cmdline").read_bytes()
        p.terminate()
        err = p.communicate(timeout=10)[1]
    assert "secret" not in err and p.returncode == 0
