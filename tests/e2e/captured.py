# SPDX-License-Identifier: ISC
"""Captures read by hand, for decoders that must owe nothing to the program: UDP to or from port 53
out of pcap and pcapng, as DNS messages."""
import struct
from collections import namedtuple

# number: of the packet, from 1; labels: of the question; answers: (type, rdata, labels or None).
Message = namedtuple("Message", "number time client server is_response labels qtype answers payload")
NAME_AT = {5: 0, 15: 2, 33: 6, 2: 0, 12: 0}
LINK = {1: 14, 101: 0, 113: 16, 0: 4, 12: 0, 228: 0}


def records(data):
    """(link type, seconds, bytes) of every packet."""
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        yield from blocks(data)
        return
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    parts = 1e9 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1e6
    link = struct.unpack(order + "I", data[20:24])[0]
    at = 24
    while at + 16 <= len(data):
        seconds, part, length, _ = struct.unpack(order + "4I", data[at:at + 16])
        yield link, seconds + part / parts, data[at + 16:at + 16 + length]
        at += 16 + length


def blocks(data):
    order, links, at = "<", [], 0
    while at + 12 <= len(data):
        kind = struct.unpack(order + "I", data[at:at + 4])[0]
        if kind == 0x0A0D0D0A:
            order = "<" if data[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        length = struct.unpack(order + "I", data[at + 4:at + 8])[0]
        body = data[at + 8:at + length - 4]
        if kind == 1:
            links.append((struct.unpack(order + "H", body[:2])[0], ticks(order, body[8:])))
        elif kind == 6:
            face, high, low, size = struct.unpack(order + "4I", body[:16])
            yield links[face][0], (high << 32 | low) / links[face][1], body[20:20 + size]
        at += length


def ticks(order, options):
    """Of a second: what if_tsresol says, else a million."""
    while len(options) >= 4:
        code, length = struct.unpack(order + "2H", options[:4])
        if code == 9:
            return 2 ** (options[4] & 127) if options[4] & 128 else 10 ** options[4]
        options = options[4 + length + -length % 4:]
    return 10 ** 6


def datagram(link, data):
    """(source, port, destination, port, payload) of UDP over IPv4, whole."""
    if link not in LINK:
        return None
    if link == 1 and data[12:14] == b"\x81\x00":
        data = data[4:]
    packet = data[LINK[link]:]
    if len(packet) < 28 or packet[0] >> 4 != 4 or packet[9] != 17:
        return None
    udp = packet[(packet[0] & 15) * 4:]
    source, destination, length = struct.unpack(">3H", udp[:6])
    return packet[12:16], source, packet[16:20], destination, udp[8:length]


def name_at(message, at):
    """(labels, offset behind the name)"""
    labels, end, hops = [], None, 0
    while message[at]:
        if message[at] >= 0xC0:
            end = end or at + 2
            at = struct.unpack(">H", message[at:at + 2])[0] & 0x3FFF
            hops += 1
            if hops > 100:
                raise ValueError("a loop of pointers")
            continue
        labels.append(message[at + 1:at + 1 + message[at]])
        at += 1 + message[at]
    return labels, end or at + 1


def parse(message):
    """(is a response, labels, type, answers); None for what is no message with a question."""
    if len(message) < 12 or struct.unpack(">H", message[4:6])[0] != 1 or message[2] & 0x78:
        return None
    try:
        labels, at = name_at(message, 12)
        qtype = struct.unpack(">H", message[at:at + 2])[0]
        at += 4
        answers = []
        for _ in range(struct.unpack(">H", message[6:8])[0]):
            _, at = name_at(message, at)
            kind, _, _, length = struct.unpack(">2HIH", message[at:at + 10])
            at += 10
            inner = name_at(message, at + NAME_AT[kind])[0] if kind in NAME_AT else None
            answers.append((kind, message[at:at + length], inner))
            at += length
    except (IndexError, struct.error, ValueError):
        return None
    return bool(message[2] & 0x80), labels, qtype, answers


def messages(path):
    for number, (link, time, data) in enumerate(records(path.read_bytes()), 1):
        found = datagram(link, data)
        if not found or 53 not in (found[1], found[3]):
            continue
        source, port, destination, to, payload = found
        is_query = to == 53
        client, server = (source, destination) if is_query else (destination, source)
        parsed = parse(payload)
        if parsed and parsed[0] != is_query:
            yield Message(number, time, client, server, *parsed, payload)
        else:
            yield Message(number, time, client, server, not is_query, None, None, [], payload)
