# SPDX-License-Identifier: ISC
"""What tunnels carried, decoded for a second time: written from what is known of their wire
formats and from nothing of the program, as plain as possible, and with whole files in memory. They
take clean captures; what the program does with loss, tests say elsewhere."""
import base64
import collections
import socket
import struct
import zlib

import captured

A, CNAME, NULL, MX, TXT, KEY, SRV, PRIVATE = 1, 5, 10, 15, 16, 25, 33, 65399
BASE32 = b"abcdefghijklmnopqrstuvwxyz012345"
LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODECS = {  # of iodine: bits, alphabet
    "base32": (5, BASE32),
    "base64": (6, LETTERS + b"-0123456789+"),
    "base64u": (6, LETTERS + b"-0123456789_"),
    "base128": (7, LETTERS + b"0123456789" + bytes(range(0xBC, 0xFE))),
}


def bits_of(text, codec):
    """Symbols to bytes, first bit first; bits that are left over fall away. None for a foreign
    symbol."""
    width, alphabet = CODECS[codec]
    if codec == "base32":
        text = text.lower()
    number = 0
    for symbol in text:
        value = alphabet.find(symbol)
        if value < 0:
            return None
        number = number << width | value
    whole = len(text) * width // 8
    return (number >> (len(text) * width - whole * 8)).to_bytes(whole, "big")


def inflated(data):
    try:
        return zlib.decompressobj().decompress(data)
    except zlib.error:
        return None


def strings(rdata):
    out, at = b"", 0
    while at < len(rdata):
        out += rdata[at + 1:at + 1 + rdata[at]]
        at += 1 + rdata[at]
    return out


def domain_length(names):
    """How many labels at the end all but a few of the names have in common."""
    best = 0
    for depth in range(1, 8):
        ends = collections.Counter(tuple(label.lower() for label in name[-depth:])
                                   for name in names if len(name) > depth)
        if ends and ends.most_common(1)[0][1] >= 0.9 * len(names):
            best = depth
    return best


# ---- iodine ----

class Fragments:
    """One way of one user: fragments become packets when all of a sequence number are there."""

    def __init__(self):
        self.parts, self.last, self.sent = {}, {}, {}

    def put(self, seq, number, is_last, data):
        parts = self.parts.setdefault(seq, {})
        if parts.get(number, data) != data or self.last.get(seq, number) < number:
            parts.clear()
            self.last.pop(seq, None)
            self.sent.pop(seq, None)
        parts[number] = data
        if is_last:
            self.last[seq] = number
        if self.sent.get(seq) or seq not in self.last:
            return None
        whole = range(self.last[seq] + 1)
        if not all(i in parts for i in whole):
            return None
        self.sent[seq] = True
        for other in (1, 2, 3, 4):  # those come again for new packets
            for table in (self.parts, self.last, self.sent):
                table.pop((seq + other) % 8, None)
        return [parts[i] for i in whole]


def iodine_down(message):
    """The bytes in an answer."""
    names = sorted((rdata[:2] if kind in (MX, SRV) else b"", labels)
                   for kind, rdata, labels in message.answers if labels)
    if names:
        out = b""
        for _, labels in names:
            text = b"".join(labels)
            codec = {b"h": "base32", b"i": "base64", b"j": "base64u", b"k": "base128"}.get(
                text[:1].lower())
            # Behind the data stands something like a domain of two letters.
            out += bits_of(text[1:-2], codec) or b"" if codec else b""
        return out
    for kind, rdata, _ in message.answers:
        if kind in (NULL, PRIVATE):
            return rdata
        if kind == TXT:
            text = strings(rdata)
            codec = {b"t": "base32", b"s": "base64", b"u": "base64u", b"v": "base128"}.get(
                text[:1].lower())
            return text[1:] if text[:1] == b"r" else bits_of(text[1:], codec) if codec else b""
    return b""


def iodine(path, client=None):
    """The inner packets, (up, down), of a client where there are several, or a resolver."""
    found = [m for m in captured.messages(path) if client in (None, socket.inet_ntoa(m.client))]
    raw = [m.payload for m in found if m.payload[:3] == b"\x10\xd1\x9e"]
    out = [inflated(data[4:])[4:] for data in raw if data[3] >> 4 == 2]
    asked = [m for m in found if m.labels]
    suffix = domain_length([m.labels for m in asked if not m.is_response])
    ways = collections.defaultdict(Fragments)
    up, down = [], []
    for message in asked:
        text = b"".join(message.labels[:-suffix] if suffix else message.labels)
        first = text[:1].lower()
        if not first or first not in b"0123456789abcdefp":
            continue
        if not message.is_response and first != b"p" and len(text) > 5:
            head = [BASE32.find(c) for c in text[1:4].lower()]
            if min(head) < 0:
                continue
            word = head[0] << 10 | head[1] << 5 | head[2]
            seq, number, is_last = word >> 12, word >> 8 & 15, word & 1
            parts = ways[first, "up"].put(seq, number, is_last, text[5:])
            if parts:
                up += [packet for packet in [try_codecs(parts)] if packet]
        elif message.is_response:
            data = iodine_down(message)
            if not data or len(data) < 3:
                continue
            seq, number, is_last = data[1] >> 5, data[1] >> 1 & 15, data[1] & 1
            parts = ways["down"].put(seq, number, is_last, data[2:])
            packet = inflated(b"".join(parts)) if parts and data[0] & 0x80 else None
            if packet:
                down.append(packet[4:])
    return out + up, down


def try_codecs(parts):
    for codec in CODECS:
        decoded = [bits_of(part, codec) for part in parts]
        packet = inflated(b"".join(decoded)) if None not in decoded else None
        if packet and packet[4] >> 4 in (4, 6):
            return packet[4:]
    return None


# ---- dns2tcp ----

def dns2tcp_packet(text):
    text = text.replace(b".", b"")
    data = base64.b64decode(text + b"=" * (-len(text) % 4))
    session, _, seq, kind = struct.unpack("<H", data[:2]) + struct.unpack(">HHB", data[2:7])
    return session, seq, kind, data[7:]


def dns2tcp(path):
    """{session: (up, down)}"""
    pieces = collections.defaultdict(lambda: ({}, {}))
    asked = [m for m in captured.messages(path) if m.qtype in (TXT, KEY) and m.labels]
    suffix = domain_length([m.labels for m in asked])
    for message in asked:
        if any(label.startswith(b"=") for label in message.labels):
            continue
        texts = [b"".join(message.labels[:-suffix])]
        if message.is_response:
            parts = sorted(strings(rdata) if kind == TXT else rdata
                           for kind, rdata, _ in message.answers if kind in (TXT, KEY))
            texts.append([part[1:] for part in parts])
        for way, text in enumerate(texts):
            try:
                if way == 0:
                    session, seq, kind, data = dns2tcp_packet(text)
                else:
                    whole = b"".join(base64.b64decode(t + b"=" * (-len(t) % 4)) for t in text)
                    if len(whole) < 7:
                        continue
                    session = struct.unpack("<H", whole[:2])[0]
                    seq, kind, data = *struct.unpack(">HB", whole[4:7]), whole[7:]
            except (ValueError, struct.error):
                continue
            if kind & 8:
                pieces[session][way].setdefault(seq, data)
    return {session: tuple(b"".join(way[seq] for seq in sorted(way)) for way in ways)
            for session, ways in pieces.items()}


# ---- dnscat2 ----

def dnscat2_packet(labels):
    """The hex in front of the domain, and of what a search list put behind that."""
    text = b""
    for label in labels[1:] if labels and labels[0] == b"dnscat" else labels:
        if not all(c in b"0123456789abcdefABCDEF" for c in label):
            break
        text += label
    return bytes.fromhex(text.decode()) if len(text) % 2 == 0 else b""


def dnscat2_answer(message):
    for kind, rdata, labels in message.answers:
        if kind == TXT:
            return dnscat2_packet([strings(rdata)])
        if labels:
            return dnscat2_packet(labels)
    return b""


def dnscat2(path):
    """{session: (options, up, down)} of those in the clear."""
    starts, options, pieces, sealed = {}, {}, collections.defaultdict(lambda: ({}, {})), set()
    for message in captured.messages(path):
        if not message.labels:
            continue
        packets = [dnscat2_packet(message.labels)]
        if message.is_response:
            packets.append(dnscat2_answer(message))
        for way, data in enumerate(packets):
            if len(data) < 5:
                continue
            kind, session = data[2], struct.unpack(">H", data[3:5])[0]
            if kind == 3:
                sealed.add(session)
            if kind == 0 and len(data) >= 9:
                starts[session, way], flags = struct.unpack(">2H", data[5:9])
                if way == 0:
                    options[session] = flags
            if kind == 1 and len(data) > 9:
                pieces[session][way].setdefault(struct.unpack(">H", data[5:7])[0], data[9:])
    out = {}
    for session, ways in pieces.items():
        if session in sealed:
            continue
        streams = []
        for way, parts in enumerate(ways):
            at, stream = starts.get((session, way), next(iter(parts), 0)), b""
            while at in parts:
                stream += parts[at]
                at = (at + len(parts[at])) & 0xFFFF
            streams.append(stream)
        # One that was under way already is told by its first command.
        out[session] = options.get(session, 0x20), *streams
    return out


DNSCAT2_COMMANDS = {0: "ping", 1: "shell", 2: "exec", 3: "download", 4: "upload", 5: "shutdown",
                    6: "delay", 0x1000: "tunnel-connect", 0x1001: "tunnel-data",
                    0x1002: "tunnel-close", 0xFFFF: "error"}


def dnscat2_commands(stream):
    """(name, is a response, id, body) of every whole command in a stream."""
    at, out = 0, []
    while at + 8 <= len(stream):
        length, ident, command = struct.unpack(">IHH", stream[at:at + 8])
        if at + 4 + length > len(stream):
            break
        out.append((DNSCAT2_COMMANDS.get(command, hex(command)), bool(ident & 0x8000),
                    ident & 0x7FFF, stream[at + 8:at + 4 + length]))
        at += 4 + length
    return out


# ---- the small ones ----

def ozymandns(path):
    """{id: (up, down)}"""
    out = collections.defaultdict(lambda: (b"", {}))
    seen = set()
    for message in captured.messages(path):
        labels = [label.lower() for label in message.labels or []]
        at = next((i for i, label in enumerate(labels) if label.startswith(b"id-")), 0)
        if at == 0 or at + 1 == len(labels):
            continue
        up, down = out[labels[at]]
        if labels[at + 1] == b"up" and tuple(labels) not in seen:
            seen.add(tuple(labels))
            text = b"".join(labels[:at - 1]).upper()
            up += base64.b32decode(text + b"=" * (-len(text) % 8))
        elif labels[at + 1] == b"down" and message.is_response:
            for kind, rdata, _ in message.answers:
                part, where = b"", 0
                while kind == TXT and where < len(rdata):
                    part += base64.b64decode(rdata[where + 1:where + 1 + rdata[where]])
                    where += 1 + rdata[where]
                down.setdefault(int(labels[at - 1].split(b"-")[0]), part)
        out[labels[at]] = up, down
    return {key: (up, b"".join(down[at] for at in sorted(down))) for key, (up, down) in out.items()}


def dnsteal(path):
    """{file name: bytes}, as sent"""
    out, seen = collections.defaultdict(bytes), set()
    for message in captured.messages(path):
        labels = message.labels or []
        data = [label[:-1] for label in labels if label.endswith(b"-")]
        if data and tuple(labels) not in seen:
            seen.add(tuple(labels))
            out[b".".join(label for label in labels if not label.endswith(b"-"))] += b"".join(data)
    return {name: base64.b64decode(text.replace(b"*", b"+") + b"=" * (-len(text) % 4))
            for name, text in out.items()}
