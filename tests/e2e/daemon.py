# SPDX-License-Identifier: ISC
"""dnshound watch as a test sees it: started with a configuration, asked what it told, ended."""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("DNSHOUND", ROOT / "build" / "app" / "dnshound"))


class Daemon:
    """with Daemon(folder, yaml) as d: ...; what it prints is collected line by line."""

    def __init__(self, folder, config, *arguments, under=(), environment=None, verb="watch"):
        folder.chmod(0o755)
        self.folder, self.config = folder, folder / "dnshound.yaml"
        self.write(config)
        self.command = [*under, PROGRAM, verb, "-c", self.config, *arguments]
        self.environment = environment
        self.told, self.said, self.threads = [], [], []

    def write(self, config):
        user = "nobody" if os.geteuid() == 0 else '""'
        self.config.write_text(f"user: {user}\nstate: \"\"\nmemory: 32M\nthreads: 2\n{config}")

    def __enter__(self):
        self.process = subprocess.Popen(
            [*map(str, self.command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=self.environment)
        for stream, take in ((self.process.stdout, self.take), (self.process.stderr, self.hear)):
            thread = threading.Thread(target=lambda s=stream, t=take: [t(line) for line in s])
            thread.start()
            self.threads.append(thread)
        return self

    def __exit__(self, *_):
        self.end()
        assert "Sanitizer" not in self.log() and "runtime error" not in self.log(), self.log()

    def take(self, line):
        self.told.append((time.monotonic(), json.loads(line)))

    def hear(self, line):
        self.said.append(line)

    def wait(self, what, said, seconds=10):
        end = time.monotonic() + seconds
        while True:
            found = said()
            if found:
                return found
            assert self.process.poll() is None, f"{what}: it ended\n{''.join(self.said)}"
            assert time.monotonic() < end, f"{what}: nothing within {seconds} s\n{self.log()}"
            time.sleep(0.02)

    def log(self):
        return "".join(self.said)

    def ready(self):
        self.wait("start", lambda: "watching" in self.log())

    def finding(self, zone, seconds=10):
        """The first finding of a zone, and when it was told."""
        return self.wait(f"a finding of {zone}", lambda: next(
            (t for t in list(self.told) if t[1]["zone"] == zone), None), seconds)

    def children(self):
        """(worker, herald): process ids, once both are there."""
        path = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        herald, worker = sorted(map(int, self.wait(
            "two children", lambda: (pids := path.read_text().split())[1:] and pids)))
        return worker, herald

    def metrics(self, port):
        """Name with labels -> value."""
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in page.splitlines() if line and line[0] != "#"}

    def end(self):
        """Ends it as an administrator would; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            for thread in self.threads:
                thread.join(5)
        return self.process.returncode


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def connect(address, tries=100):
    """A stream socket to unix:/path or a port of 127.0.0.1."""
    for _ in range(tries):
        try:
            if isinstance(address, int):
                return socket.create_connection(("127.0.0.1", address))
            s = socket.socket(socket.AF_UNIX)
            s.connect(str(address))
            return s
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nobody listens on {address}")


CONTENT = b"protobuf:dnstap.Dnstap"
ACCEPT, START, STOP, READY, FINISH = 1, 2, 3, 4, 5


def control(kind, content=True):
    field = struct.pack(">2I", 1, len(CONTENT)) + CONTENT if content else b""
    body = struct.pack(">I", kind) + field
    return struct.pack(">2I", 0, len(body)) + body


def read_control(s):
    zero, length = struct.unpack(">2I", exactly(s, 8))
    assert zero == 0
    return struct.unpack(">I", exactly(s, length)[:4])[0]


def exactly(s, n):
    data = b""
    while len(data) < n:
        more = s.recv(n - len(data))
        assert more, "the other end is gone"
        data += more
    return data


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def dnstap(message, client, server, seconds, is_response=False):
    """A payload: CLIENT_QUERY or CLIENT_RESPONSE, as a resolver's own tap writes it."""
    whole, part = divmod(seconds, 1)
    kind = 6 if is_response else 5
    times, body = (12, 14) if is_response else (8, 10)
    inner = (field(1, kind) + field(2, 1) + field(3, 1) + field(4, socket.inet_aton(client)) +
             field(5, socket.inet_aton(server)) + field(6, 40000) + field(7, 53) +
             field(times, int(whole)) + varint(times + 1 << 3 | 5) +
             struct.pack("<I", int(part * 1e9)) + field(body, message))
    payload = field(14, inner) + field(15, 1)
    return struct.pack(">I", len(payload)) + payload
