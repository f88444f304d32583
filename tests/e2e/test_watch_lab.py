# SPDX-License-Identifier: ISC
"""A real tunnel through a real resolver, watched from three places at once: the resolver's
interface, its own dnstap, and a log that is written from the packets."""
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import datetime

import pytest

import logs
from conftest import ROOT
from daemon import Daemon

LAB = ROOT / "tools" / "lab"
sys.path.insert(0, str(LAB))
import net  # noqa: E402
import servers  # noqa: E402

DNSTAP = """dnstap:
  dnstap-enable: yes
  dnstap-socket-path: "{socket}"
  dnstap-bidirectional: yes
  dnstap-log-client-query-messages: yes
  dnstap-log-client-response-messages: yes
"""


class Watcher(Daemon):
    """A daemon in the resolver's namespace, with a store, a file sink and metrics."""

    def __init__(self, lab, name, source, port):
        self.port, self.lab = port, lab
        folder = lab.work / name
        folder.mkdir()
        folder.chmod(0o777)
        super().__init__(folder, source, under=["ip", "netns", "exec", lab.names["resolver"]])

    def write(self, config):
        user = "nobody"
        self.config.write_text(
            f"user: {user}\nstate: {self.folder}/state\nmemory: 32M\nlog_level: debug\n"
            f"alerts:\n  quiet: 60s\n"
            f"metrics:\n  listen: 127.0.0.1:{self.port}\n"
            f"sinks:\n  - type: file\n    address: {self.folder}/state/alerts.json\n{config}")

    def look_out(self, zone):
        """From now on, notes when the zone's first alert stands in the file."""
        self.seen = None

        def look():
            while self.seen is None and self.process.poll() is None:
                if any(e["finding"]["zone"] == zone for e in self.events()):
                    self.seen = time.time()
                time.sleep(0.02)
        threading.Thread(target=look, daemon=True).start()

    def events(self):
        path = self.folder / "state" / "alerts.json"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def metrics(self):
        page = subprocess.run(
            ["ip", "netns", "exec", self.lab.names["resolver"], "curl", "-s",
             f"http://127.0.0.1:{self.port}/metrics"], capture_output=True, text=True).stdout
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in page.splitlines() if line and line[0] != "#"}


@pytest.fixture
def lab(namespaces, dnshound):
    if not all(map(shutil.which, ("iodine", "iodined", "unbound", "nsd", "tcpdump"))):
        pytest.skip("tools/setup lab was not run")
    with net.Lab() as built:
        built.work.chmod(0o755)
        yield built


def test_a_tunnel_is_told_of_from_three_places(lab, monkeypatch):
    tap, log = lab.work / "tap" / "dnstap.sock", lab.work / "dns.log"
    sources = {
        "packets": "sources:\n  - interface: net0\n    filter: udp or tcp or ip[6:2] & 0x1fff != 0\n",
        "tap": f"sources:\n  - dnstap: unix:{tap}\n    socket_mode: 0666\n",
        "log": f"sources:\n  - follow: {log}\n",
    }
    watchers = {name: Watcher(lab, name, text, 9400 + i)
                for i, (name, text) in enumerate(sources.items())}
    monkeypatch.setattr(servers, "UNBOUND", servers.UNBOUND + DNSTAP.replace("{socket}", str(tap)))
    with watchers["packets"] as packets, watchers["tap"] as tapped, watchers["log"] as followed:
        for w in (packets, tapped, followed):
            w.ready()
            w.look_out("example.com")
        servers.start(lab)
        lab.start("resolver", "sh", "-c",
                  f"tcpdump --immediate-mode -U -n -s 0 -i net0 -w - udp port 53 | "
                  f"/usr/bin/python3 {ROOT}/tests/e2e/standin.py {log}", log="standin.log")
        iodined = lab.start("attacker", "iodined", "-f", "-c", "-l", net.IODINED, "-P", "secret",
                            "-d", "dnsa", "172.30.0.1/24", "t.example.com", log="iodined.log")
        lab.wait_for("iodined", lambda: "Listening to dns" in lab.log("iodined.log"), iodined, 10)
        iodine = lab.start("client", "iodine", "-f", "-r", "-P", "secret", "-d", "dnsc", "-T",
                           "NULL", net.RESOLVER, "t.example.com", log="iodine.log")
        lab.wait_for("iodine", lambda: "Connection setup complete" in lab.log("iodine.log"), iodine)
        lab.run("client", "ping", "-q", "-c", "20", "-i", "0.05", "-s", "300", "172.30.0.1",
                capture_output=True)
        for w in (packets, tapped, followed):
            w.wait(f"{w.folder.name}: an alert", lambda: next(
                (e for e in w.events() if e["finding"]["zone"] == "example.com"), None), 10)
        sent = {w.folder.name: w.events()[0] for w in (packets, tapped, followed)}
        for name, event in sent.items():
            assert event["event"] == "opened" and event["finding"]["client"] == net.CLIENT, name
            assert event["finding"]["bytes_at_alert"] <= 1024, name
        for w in (packets, tapped, followed):
            w.wait("seen", lambda: w.seen)
            leaked = datetime.fromisoformat(sent[w.folder.name]["finding"]["alerted_at"])
            assert w.seen - leaked.timestamp() < 2, w.folder.name
        for w in (packets, tapped, followed):
            w.wait(f"{w.folder.name}: metrics", lambda: w.metrics().get(
                "dnshound_events_total", 0) > 20 or None, 5)
            opened = [e for e in w.events() if e["event"] == "opened"]
            assert len(opened) == len({e["alert_id"] for e in opened})
            assert sum(e["finding"]["zone"] == "example.com" and
                       e["finding"]["subject"] == "pair" for e in opened) == 1
            db = sqlite3.connect(w.folder / "state" / "alerts.db")
            assert db.execute("select count(*) from sqlite_master").fetchone()[0] > 0
            assert not [k for k, v in w.metrics().items() if "dropped_total{source" in k and v]


def test_an_interface_that_goes_away_comes_back(lab):
    """The other sources are watched all the while."""
    log = lab.work / "dns.log"
    w = Watcher(lab, "coming", f"sources:\n  - interface: net1\n  - follow: {log}\n", 9410)
    with w:
        w.ready()
        lab.ip("-n", lab.names["resolver"], "link", "set", "net1", "down")
        w.wait("a word about it", lambda: "is gone" in w.log() or None)
        log.write_text(logs.zeek([(time.time() - logs.START, *row[1:])
                                  for row in logs.tunnel("meanwhile.com")]))
        w.wait("an alert", lambda: any(
            e["finding"]["zone"] == "meanwhile.com" for e in w.events()))
        lab.ip("-n", lab.names["resolver"], "link", "set", "net1", "up")
        w.wait("it is back", lambda: "is back" in w.log() or None, 20)
        before = w.wait("metrics", w.metrics).get('dnshound_source_frames_total{source="interface-1"}', 0)
        lab.run("resolver", "ping", "-c", "3", "-i", "0.2", net.IODINED, capture_output=True)
        w.wait("packets", lambda: w.metrics()[
            'dnshound_source_frames_total{source="interface-1"}'] > before)
