# SPDX-License-Identifier: ISC
"""A real tunnel through a real resolver, watched from three places at once: the resolver's
interface, its own dnstap, and a log that is written from the packets."""
import json
import shutil
import subprocess
import sys
import threading
import time
from datetime import datetime

import pytest

import logs
from alertlab import certificate  # noqa: F401
from conftest import ROOT
from daemon import Daemon
from receivers import Receivers, kept

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
        self.port, self.lab, self.name = port, lab, name
        folder = lab.work / name
        folder.mkdir()
        folder.chmod(0o777)
        super().__init__(folder, source, under=["ip", "netns", "exec", lab.names["resolver"]])

    def write(self, config):
        user = "nobody"
        self.config.write_text(
            f"user: {user}\nstate: {self.folder}/state\nmemory: 32M\nlog_level: debug\n"
            f"alerts:\n  quiet: 8s\n"
            f"metrics:\n  listen: 127.0.0.1:{self.port}\n"
            f"sinks:\n  - type: file\n    address: {self.folder}/state/alerts.json\n{config}")

    def look_out(self, zone):
        """From now on, notes when the zone's first alert stands in the file and in the store."""
        self.seen = self.stored = None

        def look():
            while not (self.seen and self.stored) and self.process.poll() is None:
                if not self.seen and any(e["finding"]["zone"] == zone for e in self.events()):
                    self.seen = time.time()
                if any(row[1] == zone for row in kept(self.folder / "state" / "alerts.db")):
                    self.stored = time.time()
                time.sleep(0.05)
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


def watch_three_ways(lab, certificate, token):
    """Daemons for packets, the resolver's tap, and a log; each tells everybody."""
    tap, log = lab.work / "tap" / "dnstap.sock", lab.work / "dns.log"
    sources = {
        "packets": "sources:\n  - interface: net0\n    filter: udp or tcp or ip[6:2] & 0x1fff != 0\n",
        "tap": f"sources:\n  - dnstap: unix:{tap}\n    socket_mode: 0666\n",
        "log": f"sources:\n  - follow: {log}\n",
    }
    ports = {name: 9400 + i for i, name in enumerate(sources)}
    told = Receivers(lab, certificate, [f"127.0.0.1:{port}" for port in ports.values()])
    sinks = (f"  - type: slack\n    token_file: {token}\n    channel: C1\n"
             f"    api: https://localhost:{told.slack.port}/api/chat.postMessage\n"
             f"    ca_file: {certificate[0]}\n"
             f"  - type: syslog\n    format: json\n    address: {told.rsyslog}\n")
    return tap, log, told, [Watcher(lab, name, f"{sinks}{text}sensor: by-{name}\n", ports[name])
                            for name, text in sources.items()]


def start_tunnel(lab):
    iodined = lab.start("attacker", "iodined", "-f", "-c", "-l", net.IODINED, "-P", "secret",
                        "-d", "dnsa", "172.30.0.1/24", "t.example.com", log="iodined.log")
    lab.wait_for("iodined", lambda: "Listening to dns" in lab.log("iodined.log"), iodined, 10)
    iodine = lab.start("client", "iodine", "-f", "-r", "-P", "secret", "-d", "dnsc", "-T",
                       "NULL", net.RESOLVER, "t.example.com", log="iodine.log")
    lab.wait_for("iodine", lambda: "Connection setup complete" in lab.log("iodine.log"), iodine)
    lab.run("client", "ping", "-q", "-c", "20", "-i", "0.05", "-s", "300", "172.30.0.1",
            capture_output=True)
    return iodine


def test_a_tunnel_is_told_of_from_three_places(lab, monkeypatch, certificate, tmp_path):
    """From each place, to everybody, within 2 s of the first KiB; opened once, closed once."""
    if not all(map(shutil.which, ("rsyslogd", "prometheus"))):
        pytest.skip("no rsyslogd or no prometheus")
    certificate[0].parent.chmod(0o755)
    for parent in certificate[0].parents:
        if parent.stat().st_mode & 0o1 == 0:
            parent.chmod(parent.stat().st_mode | 0o11)
    token = lab.work / "token"
    token.write_text("xoxb-1\n")
    tap, log, told, watchers = watch_three_ways(lab, certificate, token)
    monkeypatch.setattr(servers, "UNBOUND", servers.UNBOUND + DNSTAP.replace("{socket}", str(tap)))
    with watchers[0], watchers[1], watchers[2]:
        for w in watchers:
            w.ready()
            w.look_out("example.com")
        watchers[0].wait("Prometheus scrapes all", lambda: sum(
            samples[-1][1] for samples in (told.scraped("up") or {}).values()) == 3, 30)
        servers.start(lab)
        lab.start("resolver", "sh", "-c",
                  f"tcpdump --immediate-mode -U -n -s 0 -i net0 -w - udp port 53 | "
                  f"/usr/bin/python3 {ROOT}/tests/e2e/standin.py {log}", log="standin.log")
        iodine = start_tunnel(lab)
        for w in watchers:
            w.wait("the file and the store", lambda: w.seen and w.stored)
            event = w.events()[0]
            finding = event["finding"]
            assert event["event"] == "opened" and finding["client"] == net.CLIENT, w.name
            assert finding["zone"] == "example.com" and finding["bytes_at_alert"] <= 1024, w.name
            w.began = datetime.fromisoformat(finding["alerted_at"]).timestamp()
            assert w.seen - w.began < 2 and w.stored - w.began < 2, w.name
        time.sleep(2)
        lab.stop(iodine)
        for w in watchers:
            w.wait("its end", lambda: w.events()[-1]["event"] == "closed" or None, 40)
        time.sleep(1.5)
        opened = told.scraped('dnshound_alerts_total{event="opened"}')
        closed = told.scraped('dnshound_alerts_total{event="closed"}')
        for w in watchers:
            kinds = [e["event"] for e in w.events()]
            assert kinds.count("opened") == kinds.count("closed") == 1, (w.name, kinds)
            assert len(kept(w.folder / "state" / "alerts.db")) == 1
            assert kept(w.folder / "state" / "alerts.db")[0][3] > 0
            posted = [(at, m) for at, m in told.slack.arrived if f"by-{w.name}" in json.dumps(m)]
            assert posted[0][0] - w.began < 2, w.name
            assert all(m.get("thread_ts") for _, m in posted[1:]) and len(posted) == len(kinds)
            logged = [(at, m) for at, m in told.logged() if m["finding"]["sensor"] == f"by-{w.name}"]
            assert [m["event"] for _, m in logged] == kinds
            assert logged[0][0] - w.began < 2, w.name
            page = f"127.0.0.1:{w.port}"
            first = next(at for at, value in opened[page] if value >= 1)
            assert first - w.began < 2, w.name
            assert opened[page][-1][1] == closed[page][-1][1] == 1
            metrics = w.metrics()
            assert metrics['dnshound_alerts_open{severity="critical"}'] == 0
            assert metrics["dnshound_leaked_up_bytes_total"] > 1024
            assert not [k for k, v in metrics.items() if "dropped_total{source" in k and v]
    told.stop()


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
