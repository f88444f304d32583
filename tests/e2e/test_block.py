#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""What watch stops: a real tunnel through a real resolver; and what it must never stop, whatever
the traffic says."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import pytest

import logs
from conftest import ROOT
from daemon import Daemon

sys.path.insert(0, str(ROOT / "tools" / "lab"))
import blocked  # noqa: E402
import net  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("DNSHOUND", ROOT / "build" / "app" / "dnshound"))


# ---- a real tunnel ----

@pytest.mark.parametrize("resolver", ["unbound", "bind"])
def test_a_tunnel_is_stopped(namespaces, dnshound, resolver):
    needed = ("iodine", "iodined", "unbound", "unbound-control", "nsd", "dnsperf",
              "named" if resolver == "bind" else "unbound")
    if not all(map(shutil.which, needed)):
        pytest.skip("tools/setup lab was not run")
    with net.Lab() as lab:
        s = blocked.play(lab, PROGRAM, resolver, print)
    assert s.dead_after <= 2, "from the first data fragment to a dead tunnel"
    assert s.times["denied"] - s.times["alert"] <= 1
    assert s.leaked < 64 << 10
    assert s.octets_again > 5000, "after unblock it works again"
    assert s.last_again - s.times["stop"] <= 2
    assert s.asked > 500 and s.lost == 0 and s.denied == 0, "ordinary names never fail meanwhile"


RAW = """user: nobody
state: {folder}/state
memory: 32M
threads: 1
site:
  resolvers: [10.10.1.1]
sources:
  - interface: net0
block:
  dry_run: false
  pairs_file: {folder}/pairs.nft
  pairs_reload: [/usr/sbin/nft, -f, {folder}/pairs.nft]
"""


def test_what_skips_the_resolver_is_stopped(namespaces, dnshound):
    """iodine straight to its server, no DNS any more: by an nftables set of (client, server)."""
    if not all(map(shutil.which, ("iodine", "iodined", "nft"))):
        pytest.skip("tools/setup lab and test were not run")
    with net.Lab() as lab:
        lab.work.chmod(0o755)
        folder = lab.work / "watch"
        folder.mkdir()
        folder.chmod(0o777)
        (folder / "dnshound.yaml").write_text(RAW.format(folder=folder))
        watch = lab.start("resolver", PROGRAM, "watch", "-c", folder / "dnshound.yaml",
                          log="watch.log")
        lab.wait_for("watch", lambda: "pairs.nft: 0 entries" in lab.log("watch.log"), watch, 20)
        server = lab.start("attacker", "iodined", "-f", "-c", "-l", net.IODINED, "-P", "secret",
                           "-d", "dnsa", "172.30.0.1/24", "t.example.com", log="iodined.log")
        lab.wait_for("iodined", lambda: "Listening to dns" in lab.log("iodined.log"), server, 10)
        client = lab.start("client", "iodine", "-f", "-P", "secret", "-d", "dnsc", net.IODINED,
                           "t.example.com", log="iodine.log")
        lab.wait_for("iodine", lambda: "setup complete" in lab.log("iodine.log"), client, 20)
        ping = lab.start("client", "ping", "-i", "0.05", "-s", "400", "-w", "6", "172.30.0.1",
                         log="ping.log")
        lab.wait_for("a block", lambda: "pairs.nft: 1 entries" in lab.log("watch.log"), ping, 10)
        ping.wait(20)
        answered = re.search(r"(\d+) received", lab.log("ping.log"))
        assert answered and int(answered.group(1)) < 40, lab.log("ping.log")[-300:]
        rules = lab.run("resolver", "nft", "-n", "list", "table", "inet", "dnshound",
                        capture_output=True, text=True).stdout
        assert f"{net.CLIENT} . {net.IODINED} timeout" in rules
        # Others, and the client's way to others, stay open.
        lab.run("client", "ping", "-c", "1", "-W", "2", net.NAMESERVER, capture_output=True)
        lab.run("client", "ping", "-c", "1", "-W", "2", "-I", net.CLIENTS[0], net.IODINED,
                capture_output=True)


# ---- what it decides ----

def config(folder, **more):
    keys = {"dry_run": "false", "zone_file": folder / "rpz.zone",
            "pairs_file": folder / "pairs.nft",
            "zone_reload": f"[{folder}/hook, zone]", "pairs_reload": f"[{folder}/hook, pairs]",
            "isolate": f"[{folder}/hook, isolate]", **more}
    return "block:\n" + "".join(f"  {key}: {value}\n" for key, value in keys.items())


class Blocking(Daemon):
    """A daemon that follows a log, with a store and hooks that note what they are given."""

    def __init__(self, folder, site="", **more):
        folder.chmod(0o777)
        hook = folder / "hook"
        hook.write_text(f'#!/bin/sh\necho "$@" >>{folder}/hooked\nenv >>{folder}/environment\n')
        hook.chmod(0o755)
        self.log_file = folder / "dns.log"
        self.state = folder / "state"
        super().__init__(folder, f"{site}sources:\n  - follow: {self.log_file}\n" +
                         config(folder, **more))

    def write(self, text):
        # Another user may not look into the test's folder.
        self.config.write_text(f"user: \"\"\nstate: {self.state}\nmemory: 32M\nthreads: 1\n{text}")

    def tunnel(self, zone="evil.com", **more):
        rows = [(time.time() - logs.START, *row[1:]) for row in logs.tunnel(zone, **more)]
        with self.log_file.open("a") as f:
            text = logs.zeek(rows)
            f.write(text if f.tell() == 0 else
                    "".join(l for l in text.splitlines(True) if l[0] != "#"))

    def zone(self):
        path = self.folder / "rpz.zone"
        return path.read_text() if path.exists() else ""

    def blocks(self):
        done = subprocess.run([PROGRAM, "blocks", "--json", "--store", self.state / "alerts.db"],
                              capture_output=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def order(self, *words):
        done = subprocess.run([PROGRAM, *words, "--store", self.state / "alerts.db"],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def serial(self):
        return int(re.search(r"hostmaster\.localhost\. (\d+)", self.zone()).group(1))

    def hooked(self):
        path = self.folder / "hooked"
        return path.read_text().splitlines() if path.exists() else []


def test_by_hand(dnshound, tmp_path):
    with Blocking(tmp_path) as d:
        d.ready()
        d.wait("an empty zone", lambda: "SOA" in d.zone())
        before = d.serial()
        d.order("block", "Evil.com", "--reason", "ticket 4711\n*.com CNAME .")
        d.wait("the entry", lambda: "\nevil.com CNAME .\n*.evil.com CNAME .\n" in d.zone())
        assert "\n*.com" not in d.zone() and "ticket 4711" in d.zone()
        assert d.serial() > before
        d.wait("the hook", lambda: d.hooked().count("zone") >= 2)
        environment = (tmp_path / "environment").read_text()
        assert set(re.findall(r"^(\w+)=", environment, re.M)) <= {"PATH", "PWD", "SHLVL", "_"}
        if shutil.which("named-checkzone"):
            checked = subprocess.run(["named-checkzone", "-i", "none", "rpz.dnshound",
                                      tmp_path / "rpz.zone"], capture_output=True, text=True)
            assert checked.returncode == 0, checked.stdout
        d.order("block", "--client", "10.0.0.7", "--server", "198.51.100.9", "--reason", "raw")
        d.wait("the pair", lambda: "10.0.0.7 . 198.51.100.9 timeout" in
               (tmp_path / "pairs.nft").read_text())
        d.wait("its hook", lambda: "pairs" in d.hooked())
        assert {b["kind"] for b in d.blocks()} == {"zone", "pair"}
        listed = dnshound("blocks", "--store", d.state / "alerts.db")
        assert listed.returncode == 1 and all(len(l) <= 100 for l in listed.stdout.splitlines())
        d.order("unblock", "evil.com", "--reason", "a mistake")
        d.wait("it is gone", lambda: "evil.com" not in d.zone())
        # A short one ends by itself.
        d.order("block", "short.com", "--for", "1s", "--reason", "for a moment")
        d.wait("it is there", lambda: "short.com" in d.zone())
        d.wait("it is over", lambda: "short.com" not in d.zone())


def test_the_allow_list_wins(dnshound, tmp_path):
    (tmp_path / "allow").write_text("partner.com 10.0.0.1 * ours\nsub.shared.com * * theirs\n")
    site = f"site:\n  zones: [corp.example]\n  allow: [{tmp_path}/allow]\n  resolvers: [10.0.0.53]\n"
    with Blocking(tmp_path, site, never="[kept.org]") as d:
        d.ready()
        for zone in ("partner.com", "www.partner.com", "shared.com", "corp.example", "kept.org",
                     "co.uk", "evil.com"):
            d.order("block", zone, "--reason", "somebody said so")
        d.order("block", "--client", "10.0.0.7", "--server", "10.0.0.53", "--reason", "no")
        d.wait("the entry", lambda: "evil.com CNAME" in d.zone())
        assert re.findall(r"^(\S+) CNAME", d.zone(), re.M) == ["evil.com", "*.evil.com"]
        assert "10.0.0.53" not in (tmp_path / "pairs.nft").read_text()


def test_what_cannot_be_blocked(dnshound, tmp_path):
    for zone in ("*", "*.com", "com", "32.1.0.0.10.rpz-ip", "a..b", ""):
        done = dnshound("block", zone, "--reason", "x", "--store", tmp_path / "none")
        assert done.returncode == 2 and "zone" in done.stderr
    assert "--reason" in dnshound("block", "evil.com", "--store", tmp_path / "none").stderr
    for name in ("unbound", "bind", "knot", "powerdns", "nft"):
        assert "dry_run: false" in dnshound("blocks", "--setup", name).stdout
    assert "min-update-interval 0" in dnshound("blocks", "--setup", "bind").stdout


# ---- by itself ----

def two_way(zone, client="10.0.0.7", seed=1):
    """A tunnel whose server answers with data."""
    lines = []
    for number, row in enumerate(logs.tunnel(zone, client=client, seed=seed, step=0.1)):
        line = json.loads(logs.zeek([(time.time() - logs.START - 20 + row[0], *row[1:])]))
        line["answers"] = [f"TXT 60 {line['query'][::-1][-50:]}{number:010d}"]
        line["TTLs"] = [1.0]
        lines.append(json.dumps(line) + "\n")
    return "".join(lines)


def one_way(zone, client="10.0.0.7"):
    return logs.zeek([(time.time() - logs.START - 20 + row[0], *row[1:])
                      for row in logs.tunnel(zone, client=client, step=0.1)])


def alerted(d, zone):
    listed = subprocess.run([PROGRAM, "alerts", "list", "--json", "--store",
                             d.state / "alerts.db"], capture_output=True, text=True).stdout
    return zone in {json.loads(line)["zone"] for line in listed.splitlines()}


def test_by_itself_only_what_is_seen_both_ways(dnshound, tmp_path):
    """A query can be spoofed or lured out of a client: that alone stops no partner."""
    (tmp_path / "popular").write_text("1,popular.com\n2,other.org\n")
    (tmp_path / "allow").write_text("allowed.com * * ours\n")
    site = f"site:\n  allow: [{tmp_path}/allow]\n"
    with Blocking(tmp_path, site, popular=tmp_path / "popular", min_severity="medium",
                  min_confidence="consistent") as d:
        d.ready()
        d.wait("a store", (d.state / "alerts.db").exists)
        d.order("alerts", "mute", "--zone", "muted.com", "--reason", "agreed with Ms Ito")
        d.log_file.write_text(two_way("muted.com", seed=7) + one_way("partner.com") + two_way("popular.com", seed=2) +
                              two_way("allowed.com", seed=3) + two_way("evil.com", seed=4))
        for zone in ("partner.com", "popular.com", "evil.com"):
            d.wait(f"an alert of {zone}", lambda z=zone: alerted(d, z), 20)
        d.wait("the entry", lambda: "evil.com CNAME" in d.zone())
        time.sleep(0.5)
        assert re.findall(r"^(\w\S+) CNAME", d.zone(), re.M) == ["evil.com"]
        d.wait("the host is isolated", lambda: "isolate 10.0.0.7" in d.hooked())
        d.wait("a word about the muted", lambda: "not muted.com" in d.log())
        assert "popular" in d.log() and "not popular.com" in d.log()
        # What was taken back is not blocked again by itself.
        d.order("unblock", "evil.com", "--reason", "an exercise")
        d.wait("it is gone", lambda: "evil.com" not in d.zone())
        with d.log_file.open("a") as f:
            f.write(two_way("evil.com", seed=5) + two_way("worse.net", seed=6))
        d.wait("the next", lambda: "worse.net CNAME" in d.zone(), 20)
        assert "evil.com" not in d.zone()


def test_a_dry_run_only_says_so(dnshound, tmp_path):
    with Blocking(tmp_path, dry_run="true", min_severity="medium",
                  min_confidence="consistent") as d:
        d.ready()
        d.log_file.write_text(two_way("evil.com"))
        d.wait("a word about it", lambda: "would block evil.com" in d.log(), 20)
        assert [b["kind"] for b in d.blocks()] == ["dry-run"]
        time.sleep(0.5)
        assert d.zone() == "" and d.hooked() == []


def test_no_more_than_max_entries(dnshound, tmp_path):
    with Blocking(tmp_path, max_entries=2, min_severity="medium", min_confidence="consistent") as d:
        d.ready()
        d.log_file.write_text("".join(two_way(f"evil{i}.com", seed=i) for i in range(4)))
        d.wait("it is full", lambda: "max_entries (2)" in d.log(), 20)
        assert d.zone().count(" CNAME .\n") == 4


def test_the_serial_rises_over_restarts(dnshound, tmp_path):
    serials = []
    for start in range(3):
        with Blocking(tmp_path) as d:
            d.ready()
            d.order("block", f"evil{start}.com", "--reason", "x")
            d.wait("the entry", lambda s=start: f"evil{s}.com CNAME" in d.zone())
            serials.append(d.serial())
    assert serials == sorted(set(serials))
    assert d.zone().count("\n*.evil") == 3
    assert not [p for p in tmp_path.iterdir() if p.name.endswith(".new")]
