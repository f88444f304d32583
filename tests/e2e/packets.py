# SPDX-License-Identifier: ISC
"""Captures made up for a test: DNS over UDP over IPv4, without a link layer."""
import socket
import struct

START = 1770000000
RAW_IP = 101


def wire(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def query(labels, qtype=1, ident=1):
    return struct.pack(">6H", ident, 0x0100, 1, 0, 0, 0) + wire(labels) + struct.pack(
        ">2H", qtype, 1)


def packet(payload, client="10.0.0.7", server="10.0.0.53"):
    udp = struct.pack(">4H", 40000, 53, 8 + len(payload), 0) + payload
    return struct.pack(">2B3H2BH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + socket.inet_aton(
        client) + socket.inet_aton(server) + udp


def header():
    return struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, RAW_IP)


def record(data, seconds):
    whole, part = divmod(seconds, 1)
    return struct.pack("<4I", START + int(whole), int(part * 1e6), len(data), len(data)) + data


def tunnel_records(count=150, zone=b"evil", step=0.1):
    import random
    source = random.Random(3)
    alphabet = b"abcdefghijklmnopqrstuvwxyz234567"
    return [record(packet(query([bytes(source.choices(alphabet, k=50)), zone, b"com"], 16, i)),
                   i * step) for i in range(count)]


def answer(labels, qtype, records, ident=1):
    """A response; records are (type, rdata)."""
    head = struct.pack(">6H", ident, 0x8180, 1, len(records), 0, 0)
    body = wire(labels) + struct.pack(">2H", qtype, 1)
    for kind, rdata in records:
        body += b"\xc0\x0c" + struct.pack(">2HIH", kind, 1, 60, len(rdata)) + rdata
    return head + body


def response(payload, client="10.0.0.7", server="10.0.0.53"):
    udp = struct.pack(">4H", 53, 40000, 8 + len(payload), 0) + payload
    return struct.pack(">2B3H2BH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + socket.inet_aton(
        server) + socket.inet_aton(client) + udp


def write_exchange(path, exchange, step=0.05, client="10.0.0.7"):
    """A capture of (labels, type, records or None for no response)."""
    out = [header()]
    for i, (labels, qtype, records) in enumerate(exchange):
        out.append(record(packet(query(labels, qtype, i & 0xffff), client), i * step))
        if records is not None:
            out.append(record(response(answer(labels, qtype, records, i & 0xffff), client),
                              i * step + 0.01))
    path.write_bytes(b"".join(out))
    return path
