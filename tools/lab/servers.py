# SPDX-License-Identifier: ISC
"""The honest part of the lab: nsd with the invented internet, and unbound that recurses to it."""
import net
from world import World

NSD = """server:
  ip-address: {nameserver}
  username: ""
  chroot: ""
  zonesdir: "{work}"
  database: ""
  pidfile: "{work}/nsd.pid"
  xfrdfile: "{work}/xfrd.state"
  zonelistfile: "{work}/zone.list"
  xfrdir: "{work}"
  server-count: 1
remote-control:
  control-enable: no
"""

# qname-minimisation stays off: iodine 0.7.0 does not get its handshake through unbound 1.17 with
# it. The opened local zones are among those that unbound answers by itself otherwise.
UNBOUND = """server:
  interface: {resolver}
  port: 53
  access-control: 10.10.1.0/24 allow
  do-ip6: no
  username: ""
  chroot: ""
  directory: "{work}"
  pidfile: "{work}/unbound.pid"
  use-syslog: no
  logfile: ""
  module-config: "iterator"
  qname-minimisation: no
  num-threads: 1
  local-zone: "100.51.198.in-addr.arpa." nodefault
  root-hints: "{work}/root.hints"
remote-control:
  control-enable: no
"""


def start_nsd(lab):
    """Starts nsd alone; returns it when it answers. Writes the hints that lead to it."""
    config = NSD.format(nameserver=net.NAMESERVER, work=lab.work)
    for zone, text in World().zones().items():
        name = zone.strip(".") or "root"
        (lab.work / f"{name}.zone").write_text(text)
        config += f'zone:\n  name: "{zone}"\n  zonefile: "{name}.zone"\n'
    (lab.work / "nsd.conf").write_text(config)
    (lab.work / "root.hints").write_text(
        f". 86400 NS ns.\nns. 86400 A {net.NAMESERVER}\n")
    nsd = lab.start("attacker", "nsd", "-d", "-c", lab.work / "nsd.conf", log="nsd.log")
    lab.wait_for("nsd", lambda: "nsd started" in lab.log("nsd.log"), nsd, 10)
    return nsd


def start(lab):
    """Starts both; returns the processes when both answer."""
    nsd = start_nsd(lab)
    (lab.work / "unbound.conf").write_text(
        UNBOUND.format(resolver=net.RESOLVER, work=lab.work))
    unbound = lab.start("resolver", "unbound", "-d", "-c", lab.work / "unbound.conf",
                        log="unbound.log")
    lab.wait_for("unbound", lambda: "start of service" in lab.log("unbound.log"), unbound, 10)
    return [nsd, unbound]
