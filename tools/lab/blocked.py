# SPDX-License-Identifier: ISC
"""A tunnel is dug, told of and stopped: watch beside a real resolver that reads its policy zone.

    with net.Lab() as lab:
        story = blocked.play(lab, program, "unbound", print)
"""
import http.server
import json
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import net
import servers
from world import World

INNER, PORT, DOMAIN = "172.30.0.1", 9000, "t.example.com"
HERE = pathlib.Path(__file__).resolve().parent

RPZ = """rpz:
  name: rpz.dnshound
  zonefile: "{zone}"
  rpz-log: yes
"""
CONTROL = """remote-control:
  control-enable: yes
  control-interface: {work}/unbound.ctl
  control-use-cert: no
"""

NAMED = """options {{
  directory "{work}"; pid-file "{work}/named.pid"; session-keyfile "{work}/session.key";
  listen-on {{ {resolver}; }}; listen-on-v6 {{ none; }};
  recursion yes; allow-query {{ any; }}; allow-recursion {{ any; }};
  dnssec-validation no; qname-minimization off; empty-zones-enable no;
  response-policy {{ zone "rpz.dnshound" min-update-interval 0; }};
}};
key "lab" {{ algorithm hmac-sha256; secret "bGFiLWxhYi1sYWItbGFiLWxhYi1sYWI="; }};
controls {{ inet 127.0.0.1 port 953 allow {{ 127.0.0.1; }} keys {{ "lab"; }}; }};
zone "." {{ type hint; file "{work}/root.hints"; }};
zone "rpz.dnshound" {{ type primary; file "{zone}"; allow-query {{ none; }}; }};
"""
RNDC = """key "lab" { algorithm hmac-sha256; secret "bGFiLWxhYi1sYWItbGFiLWxhYi1sYWI="; };
options { default-key "lab"; default-server 127.0.0.1; default-port 953; };
"""
EMPTY = "$TTL 60\n@ SOA localhost. hostmaster.localhost. 1 60 30 604800 60\n@ NS localhost.\n"

WATCH = """user: nobody
state: {state}
memory: 32M
threads: 1
site:
  resolvers: [{resolver}]
sources:
  - interface: net0
sinks:
  - type: file
    address: {state}/alerts.json
  - type: slack
    address: http://127.0.0.1:8080/slack
block:
  dry_run: false
  zone_file: {zone}
  zone_reload: [{reload}]
"""


class Story:
    """What happened, with times in seconds since the tunnel's first data fragment."""

    def __init__(self, lab, program, resolver):
        self.lab, self.program, self.resolver = lab, str(program), resolver
        self.folder = lab.work / "watch"
        self.folder.mkdir()
        self.folder.chmod(0o777)
        self.zone = self.folder / "rpz.dnshound.zone"
        self.zone.write_text(EMPTY)
        self.zone.chmod(0o644)
        self.times = {}
        self.ended = False

    # ---- the parts ----

    def start_resolver(self):
        lab = self.lab
        if self.resolver == "unbound":
            original = servers.UNBOUND
            servers.UNBOUND = original.replace(
                'module-config: "iterator"', 'module-config: "respip iterator"').partition(
                    "remote-control:")[0] + RPZ.replace("{zone}", str(self.zone)) + CONTROL
            try:
                servers.start(lab)
            finally:
                servers.UNBOUND = original
            return ["/usr/sbin/unbound-control", "-c", lab.work / "unbound.conf",
                    "auth_zone_reload", "rpz.dnshound"]
        nsd, unbound = servers.start(lab)
        lab.stop(unbound)
        (lab.work / "named.conf").write_text(
            NAMED.format(work=lab.work, resolver=net.RESOLVER, zone=self.zone))
        (lab.work / "rndc.conf").write_text(RNDC)
        named = lab.start("resolver", "named", "-g", "-c", lab.work / "named.conf",
                          log="named.log")
        lab.wait_for("named", lambda: "running" in lab.log("named.log"), named, 20)
        return ["/usr/sbin/rndc", "-c", lab.work / "rndc.conf", "reload", "rpz.dnshound"]

    def start_watch(self, reload):
        lab, conf = self.lab, self.folder / "dnshound.yaml"
        conf.write_text(WATCH.format(
            state=self.folder / "state", resolver=net.RESOLVER, zone=self.zone,
            reload=", ".join(f'"{word}"' for word in reload)))
        lab.start("resolver", "/usr/bin/python3", HERE / "blocked.py", "slack", log="slack.log")
        watch = lab.start("resolver", self.program, "watch", "-c", conf, log="watch.log")
        lab.wait_for("watch", lambda: "watching" in lab.log("watch.log"), watch, 20)

    def start_iodined(self):
        lab = self.lab
        daemon = lab.start("attacker", "iodined", "-f", "-c", "-l", net.IODINED, "-P", "secret",
                           "-d", "dnsa", f"{INNER}/24", DOMAIN, log="iodined.log")
        lab.wait_for("iodined", lambda: "Listening to dns" in lab.log("iodined.log"), daemon, 10)
        receiver = lab.start("attacker", "/usr/bin/python3", HERE / "blocked.py", "receive", INNER,
                             PORT, log="received.log")
        lab.wait_for("the receiver", lambda: "listening" in lab.log("received.log"), receiver, 10)

    def start_iodine(self, log):
        lab = self.lab
        client = lab.start("client", "iodine", "-f", "-r", "-P", "secret", "-d", "dnsc", "-T",
                           "NULL", net.RESOLVER, DOMAIN, log=log)
        return client

    def ask_ordinary(self):
        """dnsperf: ordinary names, 100 a second, until it is told to end."""
        names = self.lab.work / "names"
        names.write_text("".join(f"www.{site} A\n" for site in World().sites))
        return self.lab.start("client", "dnsperf", "-s", net.RESOLVER, "-d", names, "-l", "3600",
                              "-Q", "100", "-S", "1", log="dnsperf.log")

    def end_ordinary(self, dnsperf):
        dnsperf.send_signal(signal.SIGINT)
        dnsperf.wait(20)
        said = self.lab.log("dnsperf.log")
        self.asked = int(re.search(r"Queries sent:\s+(\d+)", said).group(1))
        self.lost = int(re.search(r"Queries lost:\s+(\d+)", said).group(1))
        self.denied = re.search(r"Response codes:.*", said).group(0).count("(") - 1

    # ---- what can be seen ----

    def received(self):
        """[(time, octets so far)] at the attacker's end of the tunnel."""
        return [(float(t), int(n)) for t, n in
                re.findall(r"^got (\S+) (\d+)$", self.lab.log("received.log"), re.M)]

    def blocks(self):
        done = subprocess.run([self.program, "blocks", "--json", "--store",
                               self.folder / "state" / "alerts.db"], capture_output=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def command(self, *words):
        done = subprocess.run([self.program, *words, "--store",
                               self.folder / "state" / "alerts.db"], capture_output=True, text=True)
        if done.returncode != 0:
            raise net.LabError(f"{words}: {done.stdout}{done.stderr}")

    def look_out(self):
        """Notes when the alert and the zone's entry stand in their files."""
        def look():
            alerts = self.folder / "state" / "alerts.json"
            while not {"alert", "zone"} <= set(self.times) and not self.ended:
                now = time.time()
                if "alert" not in self.times and alerts.exists() and \
                        '"zone":"example.com"' in alerts.read_text():
                    self.times["alert"] = now
                if "zone" not in self.times and "example.com CNAME" in self.zone.read_text():
                    self.times["zone"] = now
                time.sleep(0.005)
        threading.Thread(target=look, daemon=True).start()

    def wait(self, what, said, seconds=20):
        end = time.monotonic() + seconds
        while not said():
            if time.monotonic() > end:
                raise net.LabError(f"{what}: nothing within {seconds} s\n" +
                                   self.lab.log("watch.log"))
            time.sleep(0.02)

    def is_denied(self, name):
        done = subprocess.run(self.lab.command("client", [
            "/usr/bin/python3", HERE / "blocked.py", "one", net.RESOLVER, name]),
            capture_output=True, text=True)
        return done.stdout.strip() == "3"


def play(lab, program, resolver, say=lambda *_: None):
    """Digs the tunnel, sends through it until it is dead, unblocks, and sends again."""
    lab.work.chmod(0o755)
    s = Story(lab, program, resolver)
    reload = s.start_resolver()
    s.start_watch(reload)
    s.start_iodined()
    ordinary = s.ask_ordinary()
    lab.wait_for("dnsperf", lambda: "Sending queries" in lab.log("dnsperf.log"), ordinary, 10)
    s.look_out()
    s.times["start"] = time.time()
    client = s.start_iodine("iodine.log")
    # Whatever gets through is sent from the moment at which there is a tunnel.
    lab.start("client", "/usr/bin/python3", HERE / "blocked.py", "send", INNER, PORT,
              log="sent.log")
    s.wait("an alert", lambda: "alert" in s.times)
    s.wait("an entry in the policy zone", lambda: "zone" in s.times)
    s.wait("a denial", lambda: s.is_denied("www.t.example.com"))
    s.times["denied"] = time.time()
    time.sleep(3)
    s.got = s.received()
    s.policy = s.zone.read_text()
    s.alert = next(event for event in map(json.loads, (
        s.folder / "state" / "alerts.json").read_text().splitlines())
        if event["finding"]["zone"] == "example.com")
    s.slack = lab.log("slack.log").strip()
    s.setup_complete = "Connection setup complete" in lab.log("iodine.log")
    s.first = re.search(r"^first (\S+)", lab.log("sent.log"), re.M)
    lab.stop(client)

    # Somebody takes it back: it works again, and is not blocked again by itself.
    s.command("unblock", "example.com", "--reason", "an exercise")
    s.wait("the way is open", lambda: not s.is_denied("www.t.example.com"))
    before = len(s.received())
    again = s.start_iodine("again.log")
    lab.wait_for("iodine", lambda: "Connection setup complete" in lab.log("again.log"), again, 30)
    s.wait("data again", lambda: len(s.received()) > before + 20, 20)
    s.times["stop"] = time.time()
    s.command("block", "example.com", "--reason", "enough of it", "--for", "10m")
    s.wait("a denial", lambda: s.is_denied("www.t.example.com"))
    time.sleep(2.5)
    s.ended = True
    s.last_again = s.received()[-1][0]
    s.octets_again = s.received()[-1][1] - (s.got[-1][1] if s.got else 0)
    s.end_ordinary(ordinary)
    tell(s, say)
    return s


def tell(s, say):
    """The time line."""
    zero = float(s.first.group(1)) if s.first else s.times["start"]
    rows = [("the client starts iodine", s.times["start"]),
            ("its first data fragment", zero),
            ("watch tells of it", s.times["alert"]),
            ("the policy zone has the entry", s.times["zone"]),
            ("the resolver denies the zone", s.times["denied"])]
    if s.got:
        rows.append(("the last octet comes out", s.got[-1][0]))
    s.dead_after = (s.got[-1][0] if s.got else s.times["denied"]) - zero
    s.leaked = s.got[-1][1] if s.got else 0
    say(f"{s.resolver}: seconds since the tunnel's first data fragment")
    for text, when in sorted(rows, key=lambda row: row[1]):
        say(f"  {when - zero:+7.3f}  {text}")
    say(f"  {s.leaked} octets got out" + ("" if s.setup_complete else
                                          "; the tunnel was dead before it was up"))
    say(f"then unblocked by hand: {s.octets_again} octets got out through the same tunnel; "
        f"blocked by hand: dead {max(0, s.last_again - s.times['stop']):.3f} s later")
    say(f"dnsperf beside it: {s.asked} ordinary queries, {s.lost} lost, "
        f"{s.denied} other answers than NOERROR")


# ---- what runs inside the namespaces ----

def receive(address, port):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, int(port)))
    print("listening", flush=True)
    total = 0
    while True:
        total += len(server.recv(2000))
        print("got", time.time(), total, flush=True)


def slack():
    """Takes what the sink for Slack posts, and prints its texts."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            for text in texts_of(body.get("blocks", body)):
                print("  " + text.replace("\n", "\n  "), flush=True)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    http.server.HTTPServer(("127.0.0.1", 8080), Handler).serve_forever()


def texts_of(node):
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        node = [value for value in node.values() if not isinstance(value, str)]
    for inner in node if isinstance(node, list) else []:
        yield from texts_of(inner)


def send(address, port):
    """Datagrams, so that nothing waits for a way that is gone."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    first = True
    while True:
        try:
            with open("/sys/class/net/dnsc/operstate", encoding="ascii"):
                s.sendto(b"secret" * 50, (address, int(port)))
            if first:
                print("first", time.time(), flush=True)
            first = False
        except OSError:
            pass
        time.sleep(0.01)


def query(server, name, kind=1, number=1):
    labels = b"".join(bytes([len(p)]) + p.encode() for p in name.split("."))
    packet = number.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0" + bytes(
        [kind]) + b"\0\1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.sendto(packet, (server, 53))
        try:
            return s.recv(4096)[3] & 15
        except OSError:
            return -1


if __name__ == "__main__":
    import sys
    verb, *words = sys.argv[1:]
    if verb == "one":
        print(query(words[0], words[1]))
    else:
        {"receive": receive, "send": send, "slack": slack}[verb](*words)
