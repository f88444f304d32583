# SPDX-License-Identifier: ISC
"""What the daemon tells, inside a network namespace: Slack's stand-in, rsyslog, Prometheus."""
import contextlib
import ctypes
import json
import os
import pathlib
import subprocess
import time
import urllib.parse
import urllib.request

from alertlab import Slack

CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def inside(namespace):
    """This thread is in the namespace; sockets it makes stay there."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/var/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(home, CLONE_NEWNET)
        os.close(there)
        os.close(home)


class Receivers:
    """Started in the resolver's namespace of the lab, for a daemon there."""

    def __init__(self, lab, certificate, targets, rsyslog_port=9601, page=9690):
        self.lab, self.namespace, self.page = lab, lab.names["resolver"], page
        self.folder = lab.work / "receivers"
        self.folder.mkdir()
        with inside(self.namespace):
            self.slack = Slack(certificate)
        self.slack.arrived = []
        post = self.slack.answer

        def stamped(request):
            status, headers, text = post(request)
            if json.loads(text)["ok"]:
                self.slack.arrived.append((time.time(), json.loads(request["body"])))
            return status, headers, text

        self.slack.answer = stamped
        self.syslog = self.folder / "syslog.json"
        (self.folder / "rsyslog.conf").write_text(f"""
global(workDirectory="{self.folder}" maxMessageSize="64k")
module(load="imptcp")
template(name="line" type="list" option.jsonf="on") {{
    property(outname="at" name="timegenerated" dateFormat="rfc3339" format="jsonf")
    property(outname="app" name="app-name" format="jsonf")
    property(outname="msg" name="msg" format="jsonf") }}
ruleset(name="all") {{ action(type="omfile" file="{self.syslog}" template="line") }}
input(type="imptcp" address="127.0.0.1" port="{rsyslog_port}" ruleset="all")
""")
        self.rsyslog = f"tcp://127.0.0.1:{rsyslog_port}"
        lab.start("resolver", "rsyslogd", "-n", "-i", self.folder / "pid", "-f",
                  self.folder / "rsyslog.conf", log="rsyslog.log")
        pathlib.Path(self.folder / "prometheus.yml").write_text(
            "scrape_configs:\n- job_name: dnshound\n  scrape_interval: 1s\n  scrape_timeout: 1s\n"
            f"  static_configs: [{{targets: {json.dumps(targets)}}}]\n")
        prometheus = lab.start(
            "resolver", "prometheus", f"--config.file={self.folder}/prometheus.yml",
            f"--web.listen-address=127.0.0.1:{page}", f"--storage.tsdb.path={self.folder}/tsdb",
            log="prometheus.log")
        lab.wait_for("prometheus", lambda: self.scraped("up") is not None, prometheus, 30)

    def get(self, url):
        with inside(self.namespace):
            return urllib.request.urlopen(url, timeout=5).read().decode()

    def scraped(self, selector):
        """{instance: [(time, value), ...]} of the last minutes; None before it is up."""
        query = urllib.parse.quote(selector + "[5m]")
        try:
            answer = json.loads(self.get(
                f"http://127.0.0.1:{self.page}/api/v1/query?query={query}"))
        except OSError:
            return None
        return {r["metric"]["instance"]: [(at, float(v)) for at, v in r["values"]]
                for r in answer["data"]["result"]}

    def logged(self):
        """(time, message) of each alert that rsyslog has written."""
        from datetime import datetime
        if not self.syslog.exists():
            return []
        rows = [json.loads(line) for line in self.syslog.read_text().splitlines()]
        return [(datetime.fromisoformat(r["at"]).timestamp(),
                 json.loads(r["msg"].lstrip("\ufeff"))) for r in rows]

    def stop(self):
        self.slack.stop()


def kept(path):
    """(id, zone, opened, closed) of the alerts in a store that a daemon is writing."""
    answer = subprocess.run(
        ["/usr/bin/python3", "-c", "import sqlite3, sys, json\n"
         "db = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)\n"
         "print(json.dumps(db.execute('select id, zone, opened_ns, closed_ns from alerts').fetchall()))",
         str(path)], capture_output=True, text=True)
    return json.loads(answer.stdout) if answer.returncode == 0 else []
