# SPDX-License-Identifier: ISC
"""dnshound watch under attack and under the axe: floods, half-open peers, endless lines, kill -9."""
import json
import os
import pathlib
import random
import resource
import signal
import socket
import threading
import time

import logs
import pytest
from daemon import READY, Daemon, connect, control, dnstap, free_port
from test_watch import built, now_rows, queries  # noqa: F401


def peak_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 12000:
        pytest.skip("may not open 12,000 files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_ten_thousand_connections_that_say_nothing(tmp_path, many_files):
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n    max_connections: 300\n") as d:
        d.ready()
        idle = []
        for _ in range(10000):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(("127.0.0.1", port))
            idle.append(s)
        time.sleep(1)
        s = connect(port)
        s.sendall(logs.eve(now_rows("heard.com")).encode())
        d.finding("heard.com")
        assert peak_kib(d.children()[0]) < 100 << 10
        for s in idle:
            s.close()


def test_a_line_without_end_costs_nothing(tmp_path):
    port = free_port()
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n") as d:
        d.ready()
        before = peak_kib(d.children()[0])
        talker = connect(port)
        talker.sendall(logs.eve(now_rows("first.com", 3)).encode() + b'{"a":"')
        block = b"x" * (1 << 20)
        for _ in range(300):
            talker.sendall(block)
        talker.sendall(b'"}\n' + logs.eve(now_rows("after.com")).encode())
        d.finding("after.com")
        stranger = connect(port)
        with pytest.raises(OSError):
            for _ in range(100):
                stranger.sendall(block)
        assert peak_kib(d.children()[0]) < before + (20 << 10)


def test_garbage_ends_its_own_connection_only(tmp_path):
    port, tap = free_port(), tmp_path / "tap.sock"
    config = (f"sources:\n  - listen: 127.0.0.1:{port}\n  - dnstap: unix:{tap}\n"
              "    socket_mode: 0666\n")
    source = random.Random(7)
    with Daemon(tmp_path, config) as d:
        d.ready()
        worker = d.children()[0]
        good = connect(tap)
        good.sendall(control(READY))
        for _ in range(200):
            for address in (port, tap):
                s = connect(address)
                try:
                    s.sendall(source.choice([
                        source.randbytes(source.randrange(2000)), b"GET / HTTP/1.1\r\n\r\n",
                        control(READY) + source.randbytes(300), b"\0\0\0\0\xff\xff\xff\xff",
                        control(2) + b"\xff\xff\xff\xff" + source.randbytes(50),
                        b'{"type":"agent.dns"}\n' + source.randbytes(100) + b"\n"]))
                except OSError:
                    pass
                s.close()
        good.recv(100)
        good.sendall(control(2) + b"".join(
            dnstap(m, "10.0.0.7", "10.0.0.53", time.time()) for m in queries("well.com")))
        d.finding("well.com")
        assert d.children()[0] == worker


def test_a_flood_of_random_names_stays_in_its_budget(tmp_path):
    port = free_port()
    source = random.Random(11)
    with Daemon(tmp_path, f"sources:\n  - listen: 127.0.0.1:{port}\n") as d:
        d.ready()
        s = connect(port)
        now = time.time() - logs.START
        for _ in range(40):
            s.sendall(logs.eve([(now, f"10.{source.randrange(256)}.{source.randrange(256)}.1",
                                 f"{source.randbytes(12).hex()}.{source.randbytes(5).hex()}.com")
                                for _ in range(2500)]).encode())
        s.sendall(logs.eve(now_rows("amid.com", 400)).encode())
        d.finding("amid.com", 20)
        # The budget is 32M; beside it, the program, its tables and threads.
        assert peak_kib(d.children()[0]) < 120 << 10


@pytest.mark.parametrize("rounds", [int(os.environ.get("DNSHOUND_KILLS", "12"))])
def test_kill_9_at_any_moment(open_folder, rounds):
    """Under load, again and again: it goes on with what it knew."""
    port, page = free_port(), free_port()
    source = random.Random(5)
    state = open_folder / "state"
    daemon = Daemon(open_folder, "")
    user = "nobody" if os.geteuid() == 0 else '""'
    daemon.config.write_text(
        f"user: {user}\nstate: {state}\nmemory: 32M\nthreads: 2\nlog_level: debug\n"
        f"metrics:\n  listen: 127.0.0.1:{page}\n"
        f"sources:\n  - listen: 127.0.0.1:{port}\n"
        f"sinks:\n  - type: file\n    address: {state}/alerts.json\n")
    sent, over = [0], threading.Event()

    def load():
        rows = logs.tunnel("victim.com", count=max(200000, 15000 * rounds), seed=9)
        s = None
        while not over.is_set():
            batch = rows[sent[0]:sent[0] + 50]
            now = time.time() - logs.START
            text = logs.eve([(now, *row[1:]) for row in batch]).encode()
            try:
                s = s or connect(port)
                s.sendall(text)
                sent[0] += 50
            except OSError:
                s = None
            time.sleep(0.005)

    with daemon as d:
        d.ready()
        thread = threading.Thread(target=load)
        thread.start()
        began = time.monotonic()
        try:
            for n in range(rounds):
                time.sleep(source.uniform(0.1, 0.9))
                os.kill(d.children()[0], signal.SIGKILL)
                d.wait("again", lambda: d.log().count("started again") > n, 15)
                d.children()
        finally:
            over.set()
            thread.join()
        seconds = time.monotonic() - began
        time.sleep(2.2)
        counted = d.metrics(page)["dnshound_queries_total"]
        assert d.end() == 0
    assert "begins anew" not in d.log()
    events = [json.loads(line) for line in (state / "alerts.json").read_text().splitlines()]
    opened = [e for e in events if e["event"] == "opened"
              and e["finding"]["subject"] == "pair"]
    assert len(opened) == 1 and opened[0]["finding"]["zone"] == "victim.com"
    assert len({e["event_id"] for e in events}) == len(events)
    # Of each life, what lay unread in its socket is gone, far less than a second's worth.
    lost = sent[0] - counted
    assert 0 <= lost <= rounds * 1000, (sent[0], counted)
    if "DNSHOUND_REPORT" in os.environ:
        pathlib.Path(os.environ["DNSHOUND_REPORT"]).write_text(json.dumps({
            "kills": rounds, "sent": sent[0], "counted": counted, "seconds": seconds,
            "alerts": len(opened), "events": len(events)}))
