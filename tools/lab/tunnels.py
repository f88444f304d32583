# SPDX-License-Identifier: ISC
"""How a case is played: the tunnel is set up, a file goes up, another comes down."""
import hashlib
import re
import subprocess
import time

import net
import payload
from capture import Capture, count

HERE = __file__.rpartition("/")[0]
PYTHON = "/usr/bin/python3"
INNER = "172.30.0.1"  # iodined's end of its tunnel
PORT = 9000


def version(package):
    return subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True,
                          text=True).stdout or "unknown"


def exchange(lab, case, address, port, serve_at):
    """Sends case.up, fetches case.down; LabError when a byte is missing at either end."""
    up = payload.document(case.name, case.up)
    down = payload.noise(case.name, case.down)
    (lab.work / "up").write_bytes(up)
    (lab.work / "down").write_bytes(down)
    server = lab.start("attacker", PYTHON, f"{HERE}/exchange.py", "serve", serve_at, PORT,
                       len(up), lab.work / "up.received", lab.work / "down", log="serve.log")
    lab.wait_for("the file's receiver", lambda: "listening" in lab.log("serve.log"), server, 10)
    lab.run("client", PYTHON, f"{HERE}/exchange.py", "fetch", address, port, lab.work / "up",
            len(down), lab.work / "down.received")
    lab.stop(server)
    for name, sent in (("up", up), ("down", down)):
        if (lab.work / f"{name}.received").read_bytes() != sent:
            raise net.LabError(f"the file sent {name} did not arrive whole")
    return up, down


def iodine(lab, case, path):
    domain = "t.example.com"
    options = ["-I", "1"] if case.up == 0 else []
    if case.fragment:
        options += ["-m", case.fragment]
    if not case.lazy:
        options += ["-L", "0"]
    if case.down_codec:
        options += ["-O", case.down_codec]
    if case.record:
        options += ["-T", case.record]
    server = net.IODINED if case.raw else net.FOLDER if case.fold else net.RESOLVER
    if not case.raw:
        options += ["-r"]
    daemon = lab.start("attacker", "iodined", "-f", "-c", "-l", net.IODINED, "-P", "secret",
                       "-d", "dnsa", f"{INNER}/24", domain, log="iodined.log")
    lab.wait_for("iodined", lambda: "Listening to dns" in lab.log("iodined.log"), daemon, 10)
    if case.fold:
        forwarder = lab.start("resolver", PYTHON, f"{HERE}/fold.py", case.fold, net.FOLDER,
                              net.RESOLVER, log="fold.log")
        lab.wait_for("fold.py", lambda: "listening" in lab.log("fold.log"), forwarder, 10)
    up = down = b""
    with Capture(lab, path):
        client = lab.start("client", "iodine", "-f", "-P", "secret", "-d", "dnsc", *options,
                           server, domain, log="iodine.log")
        lab.wait_for("iodine", lambda: "Connection setup complete" in lab.log("iodine.log"),
                     client)
        time.sleep(1 if case.up else 3.5)  # idle: some pings
        if case.up:
            up, down = exchange(lab, case, INNER, PORT, INNER)
        lab.stop(client)
    said = lab.log("iodine.log")
    codecs = {way: re.search(f"Switching {way} to codec (\\S+)", said)
              for way in ("upstream", "downstream")}
    raw = "directly to" in said and "Sending raw traffic" in said
    if raw != case.raw:
        raise net.LabError(f"raw mode is {raw}, wanted {case.raw}:\n{said}")
    return up, down, {
        "tool": "iodine", "tool_version": version("iodine"), "zone": "example.com",
        "tunnel_domain": domain, "server": server,
        "record_type": None if raw else case.record,
        "upstream_codec": None if raw else found(codecs["upstream"], "Base32"),
        "downstream_codec": None if raw else found(codecs["downstream"], "Raw"),
        "lazy": case.lazy, "raw_udp": raw, "inner_protocol": "ipv4", "inner_server": INNER,
        "command": " ".join(["iodine", "-f", "-P", "secret", *map(str, options), server, domain]),
    }


def found(match, otherwise):
    return match.group(1).rstrip(".") if match else otherwise


DNS2TCPD = """listen = {address}
port = 53
user = root
chroot = {work}
domain = d.example.net
resources = sink:127.0.0.1:{port}
key = secretkey
"""


def dns2tcp(lab, case, path):
    domain, local = "d.example.net", 7000
    (lab.work / "dns2tcpd.conf").write_text(
        DNS2TCPD.format(address=net.DNS2TCPD, work=lab.work, port=PORT))
    daemon = lab.start("attacker", "dns2tcpd", "-F", "-d", "1", "-f", lab.work / "dns2tcpd.conf",
                       log="dns2tcpd.log")
    lab.wait_for("dns2tcpd", lambda: "Change to user" in lab.log("dns2tcpd.log"), daemon, 20)
    words = ["dns2tcpc", "-T", case.record, "-z", domain, "-k", "secretkey", "-r", "sink", "-l",
             local, net.RESOLVER]
    with Capture(lab, path):
        client = lab.start("client", *words, log="dns2tcpc.log")
        lab.wait_for("dns2tcpc", lambda: "Listening on port" in lab.log("dns2tcpc.log"), client, 20)
        up, down = exchange(lab, case, "127.0.0.1", local, "127.0.0.1")
        time.sleep(1)
        lab.stop(client)
    return up, down, {
        "tool": "dns2tcp", "tool_version": version("dns2tcp"), "zone": "example.net",
        "tunnel_domain": domain, "server": net.RESOLVER, "record_type": case.record,
        "upstream_codec": "Base64", "downstream_codec": "Base64", "inner_protocol": "tcp",
        "command": " ".join(map(str, words)),
    }


def ordinary(lab, case, path):
    with Capture(lab, path):
        lab.run("client", PYTHON, f"{HERE}/ordinary.py", case.seconds, net.RESOLVER,
                timeout=case.seconds + 60)
    return b"", b"", {"tool": None, "server": net.RESOLVER,
                      "command": f"ordinary.py {case.seconds} {net.RESOLVER}"}


def play(lab, case, folder):
    """Records a case: NAME.pcap, NAME.truth.json's content as a dict, and the two files."""
    path = folder / f"{case.name}.pcap"
    up, down, truth = case.play(lab, case, path)
    for suffix, data in (("up", up), ("down", down)):
        if data:
            (folder / f"{case.name}.{suffix}").write_bytes(data)
    return {
        "case": case.name, "client": None if case.play is ordinary else net.CLIENT, **truth,
        "bytes_up": len(up), "sha256_up": hashlib.sha256(up).hexdigest(),
        "bytes_down": len(down), "sha256_down": hashlib.sha256(down).hexdigest(),
        **count(path),
    }
