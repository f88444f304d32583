# SPDX-License-Identifier: ISC
"""A process that has alerts as the daemon has them, receivers for its sinks, and names that an
attacker would choose."""
import http.server
import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What is poison for somebody: terminals, HTML, spreadsheets, CEF, Slack, RPZ, logs, shells, JSON.
HOSTILE = [
    "\x1b[2J\x1b[31mred.evil.com",
    "\x1b]0;title\x07.evil.com",
    "<script>alert(1)</script>.evil.com",
    "\"><img src=x onerror=alert(1)>.evil.com",
    "=cmd|' /C calc'!A0.evil.com",
    "@SUM(1+1).evil.com",
    "+1-1.evil.com",
    "a|b|CEF:0|x|y|z|1|2|10|src=9.9.9.9.evil.com",
    "x src=9.9.9.9 act=closed.evil.com",
    "back\\slash\\.evil.com",
    "<!channel>.evil.com",
    "<@U012345>.evil.com",
    "<http://evil.com|click>.evil.com",
    "`code`*bold*_it_~no~.evil.com",
    "@here.@channel.evil.com",
    "[click](http://evil.com).evil.com",
    "*.evil.com",
    "*",
    "line\nbreak.evil.com",
    "line\r\nHost: x.evil.com",
    "<13>1 2026-01-01T00:00:00Z host app - - - forged",
    "';drop table alerts;--.evil.com",
    "$(reboot).`reboot`.evil.com",
    "{{zone}}{{json}}.evil.com",
    "\",\"severity\":\"info\",\"x\":\".evil.com",
    "%n%s%s%s.evil.com",
    "\xff\xfe\x80.evil.com",
    "\u202egnp.exe.evil.com",
    "\x7f\x01\x02.evil.com",
    "&amp;&lt;.evil.com",
    "a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 50,
]


def quote(text):
    raw = text.encode("latin-1") if all(ord(c) < 256 for c in text) else text.encode()
    return urllib.parse.quote_from_bytes(raw, safe="")


class Drive:
    """The process of tests/helper/alerts_drive.c."""

    def __init__(self, program, store, sinks=(), environment=None, **limits):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, bufsize=1, env={**os.environ, **(environment or {})})
        self.log = []
        threading.Thread(target=self._read_log, daemon=True).start()
        for sink in sinks:
            words = []
            for key, value in sink.items():
                for one in value if isinstance(value, list) else [value]:
                    words.append(f"{key}={quote(str(one))}")
            self.say("sink " + " ".join(words))
        self.say("start store=" + quote(str(store)) +
                 "".join(f" {key}={value}" for key, value in limits.items()))
        self.port = int(self.process.stdout.readline().split()[1])

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line.rstrip())

    def say(self, line):
        self.process.stdin.write(line + "\n")

    def find(self, zone, client="10.0.0.7", **figures):
        self.say(f"find client={quote(client)} zone={quote(zone)}" + "".join(
            f" {key}={quote(str(value))}" for key, value in figures.items()))

    def tick(self, now=None):
        self.say("tick" + (f" now={now}" if now else ""))

    def stats(self):
        self.say("stats")
        return json.loads(self.process.stdout.readline())

    def until(self, condition, seconds=10):
        """Waits until condition(stats) holds."""
        end = time.monotonic() + seconds
        while True:
            stats = self.stats()
            if condition(stats):
                return stats
            assert time.monotonic() < end, f"{stats} {self.log}"
            time.sleep(0.02)

    def sent(self, sink, n, seconds=10):
        return self.until(lambda s: s["sinks"][sink]["sent"] >= n, seconds)

    def logged(self, word):
        """Waits until a message has the word."""
        end = time.monotonic() + 5
        while not any(word in line for line in self.log):
            assert time.monotonic() < end, self.log
            time.sleep(0.02)

    def close(self, ms=2000):
        self.say(f"close ms={ms}")
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0, self.log
        time.sleep(0.02)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(name="drive")
def drive_fixture(tmp_path):
    """drive(sinks, ...) starts one on tmp_path/alerts.db; all end with the test."""
    program = pathlib.Path(os.environ.get("DNSHOUND", ROOT / "build-asan/app/dnshound"))
    program = program.parents[1] / "tests" / "alerts_drive"
    if not program.exists():
        pytest.skip(f"{program} is not built (-Dtests=true)")
    started = []

    def start(*sinks, store=None, environment=None, **limits):
        started.append(
            Drive(program, store or tmp_path / "alerts.db", sinks, environment, **limits))
        return started[-1]

    start.program = program
    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


def lines(path):
    """The JSON objects of a file, each of which must be whole and without control characters."""
    text = path.read_bytes() if path.exists() else b""
    assert text == b"" or text.endswith(b"\n")
    assert not any(byte < 32 and byte != 10 for byte in text)
    return [json.loads(line) for line in text.decode().splitlines()]


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """(CA, certificate, key) for localhost and 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True,
                       cwd=folder)

    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "ca.key", "-out", "ca.pem", "-days", 2, "-subj", "/CN=dnshound test CA",
            "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", 2, "-extfile", "names", "-out", "cert.pem")
    return folder / "ca.pem", folder / "cert.pem", folder / "key.pem"


class Receiver:
    """An HTTPS server that keeps what it gets. answer(request) gives (status, headers, body)."""

    def __init__(self, certificate=None, answer=None, port=0):
        self.requests = []
        self.answer = answer or (lambda request: (200, {}, "ok"))
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = {"path": self.path, "headers": dict(self.headers), "body": body}
                receiver.requests.append(request)
                status, headers, text = receiver.answer(request)
                self.send_response(status)
                for name, value in {"Content-Length": len(text), **headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate[1], certificate[2])
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def bodies(self):
        return [json.loads(r["body"]) for r in self.requests]

    def keys(self):
        return [r["headers"].get("Idempotency-Key") for r in self.requests]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Slack(Receiver):
    """chat.postMessage as https://api.slack.com/methods/chat.postMessage has it."""

    def __init__(self, certificate, token="xoxb-1", channel="C1"):
        super().__init__(certificate, self.post)
        self.token, self.channel, self.posted, self.limit_next = token, channel, [], 0

    def post(self, request):
        if self.limit_next:
            self.limit_next -= 1
            return 429, {"Retry-After": "1"}, '{"ok":false,"error":"ratelimited"}'
        if request["headers"].get("Authorization") != f"Bearer {self.token}":
            return 200, {}, '{"ok":false,"error":"invalid_auth"}'
        message = json.loads(request["body"])
        if message["channel"] != self.channel:
            return 200, {}, '{"ok":false,"error":"channel_not_found"}'
        if len(message["blocks"]) > 50:
            return 200, {}, '{"ok":false,"error":"invalid_blocks"}'
        message["at"] = time.monotonic()
        message["ts"] = f"1700000000.{len(self.posted):06}"
        self.posted.append(message)
        return 200, {}, json.dumps({"ok": True, "channel": self.channel, "ts": message["ts"]})
