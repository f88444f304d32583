#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs a command in network and mount namespaces of its own, beside a name server on 127.0.0.1 and
::1 (UDP and TCP) that answers everything, and tells what came to that server. Called by
test_run.py: lab.py TIMEOUT COMMAND...; prints one JSON object."""
import base64
import ctypes
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading

CLONE_NEWNS, CLONE_NEWNET, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 0x40000000, 4096, 16384, 1 << 18
seen = []


def reply(query):
    at = 12
    while query[at]:
        at += 1 + query[at]
    at += 1
    name, (qtype,) = query[12:at], struct.unpack(">H", query[at:at + 2])
    seen.append({"id": struct.unpack(">H", query[:2])[0], "wire": name.hex(), "qtype": qtype})
    answers = {1: b"\x7f\0\0\x02", 16: b"\5hello"}
    rdata = answers.get(qtype)
    answer = b"" if rdata is None else (
        b"\xc0\x0c" + struct.pack(">HHIH", qtype, 1, 60, len(rdata)) + rdata)
    return (query[:2] + b"\x81\x80\0\1" + struct.pack(">H", bool(answer)) + b"\0\0\0\0" +
            query[12:at + 4] + answer)


def serve_udp(family, address, port=53):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind((address, port))

    def loop():
        while True:
            query, peer = sock.recvfrom(65535)
            try:
                sock.sendto(reply(query), peer)
            except IndexError:
                seen.append({"raw": query.hex()})
    threading.Thread(target=loop, daemon=True).start()


def exactly(conn, n):
    data = b""
    while len(data) < n:
        more = conn.recv(n - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def serve_tcp():
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 53))
    sock.listen(16)

    def connection(conn):
        try:
            while True:
                answer = reply(exactly(conn, struct.unpack(">H", exactly(conn, 2))[0]))
                conn.sendall(struct.pack(">H", len(answer)) + answer)
        except (EOFError, OSError):
            conn.close()

    def loop():
        while True:
            threading.Thread(target=connection, args=(sock.accept()[0],), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()


def enter():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS | CLONE_NEWNET):
        sys.exit(77)
    libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    resolv = tempfile.NamedTemporaryFile("w", delete=False)
    resolv.write("nameserver 127.0.0.1\n")
    resolv.close()
    os.chmod(resolv.name, 0o644)
    libc.mount(resolv.name.encode(), b"/etc/resolv.conf", None, MS_BIND, None)
    os.unlink(resolv.name)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def main():
    enter()
    serve_udp(socket.AF_INET, "127.0.0.1")
    serve_udp(socket.AF_INET6, "::1")
    serve_udp(socket.AF_INET, "127.0.0.1", 5300)
    serve_tcp()
    ended = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, capture_output=True,
                           timeout=float(sys.argv[1]))
    print(json.dumps({"status": ended.returncode, "seen": seen,
                      "out": base64.b64encode(ended.stdout).decode(),
                      "err": base64.b64encode(ended.stderr).decode()}))


main()
