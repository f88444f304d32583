# SPDX-License-Identifier: ISC
"""Events as generators make them, and the three forms in which they reach dnshound.

A name is a str whose characters are bytes (latin-1), dots between labels. Answers are tuples of
(type, ttl, data): text for addresses and names, bytes for everything else.
"""
import ipaddress
import json
import struct
import time
import zlib
from collections import namedtuple

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "NULL": 10, "PTR": 12, "MX": 15, "TXT": 16,
         "AAAA": 28, "SRV": 33, "SMIMEA": 53, "OPENPGPKEY": 61, "HTTPS": 65}
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
RESOLVER = "10.20.0.53"

# extra: None, or a dict of bytes for the query: "options" (EDNS), "trailing", "additional"
# (records in wire form).
Event = namedtuple("Event", "time client name qtype rcode answers extra")
Event.__new__.__defaults__ = (NOERROR, (), None)


def port_of(event):
    """A port and an id that do not depend on anything but the event."""
    h = zlib.crc32(f"{event.time:.6f}{event.client}{event.name}".encode("latin-1"))
    return 1024 + h % 64000, h >> 16


# Zeek's dns.log, tab-separated ----------------------------------------------------------------

HEADER = "\n".join([
    "#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-",
    "#path\tdns",
    "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\tquery\tqtype\t"
    "rcode\tanswers\tTTLs",
    "#types\ttime\taddr\tport\taddr\tport\tenum\tcount\tstring\tcount\tcount\tvector[string]\t"
    "vector[interval]", ""])


def zeek_text(data):
    """What Zeek leaves readable; the separator of sets would end an element."""
    if isinstance(data, str):
        data = data.encode("latin-1")
    return "".join(chr(c) if 33 <= c < 127 and c not in b",\\" else f"\\x{c:02x}" for c in data)


def zeek_answer(answer):
    kind, _, data = answer
    if kind in ("A", "AAAA"):
        return data
    if kind == "TXT":
        return zeek_text(b"TXT %d " % len(data) + data)
    if isinstance(data, bytes):
        return f"<unknown type={TYPES[kind]}>"
    return zeek_text(data)


class ZeekWriter:
    """Zeek lower-cases names; packets' extras do not get into its log."""
    suffix = ".log"

    def __init__(self, path, server=RESOLVER):
        self.out = open(path, "w", encoding="latin-1")
        self.out.write(HEADER)
        self.server = server
        self.rendered = {(): ("-", "-")}

    def write(self, e):
        port, ident = port_of(e)
        shown = self.rendered.get(e.answers)
        if shown is None:
            if len(self.rendered) > 200000:
                self.rendered = {(): ("-", "-")}
            shown = self.rendered[e.answers] = (
                ",".join(map(zeek_answer, e.answers)),
                ",".join(f"{a[1]}.000000" for a in e.answers))
        name = e.name.lower()
        if not name.isascii() or "\\" in name or not name.isprintable():
            name = zeek_text(name)
        self.out.write(f"{e.time:.6f}\t{e.client}\t{port}\t{self.server}\t53\tudp\t{ident}\t"
                       f"{name}\t{TYPES[e.qtype]}\t{e.rcode}\t{shown[0]}\t{shown[1]}\n")

    def close(self):
        self.out.close()


# Suricata's EVE, version 3: the answer holds the question --------------------------------------

class EveWriter:
    """Keeps case."""
    suffix = ".json"
    RCODES = {NOERROR: "NOERROR", SERVFAIL: "SERVFAIL", NXDOMAIN: "NXDOMAIN", REFUSED: "REFUSED"}

    def __init__(self, path, server=RESOLVER):
        self.out = open(path, "w", encoding="ascii")
        self.server = server

    def write(self, e):
        port, ident = port_of(e)
        seconds = int(e.time)
        stamp = iso(seconds) + f".{int((e.time - seconds) * 1e6):06d}+0000"
        flow = {"timestamp": stamp, "event_type": "dns", "src_ip": e.client, "src_port": port,
                "dest_ip": self.server, "dest_port": 53, "proto": "UDP"}
        question = {"rrname": e.name, "rrtype": e.qtype, "id": ident, "version": 2}
        self.out.write(json.dumps(flow | {"dns": {"type": "query", **question}}) + "\n")
        answers = [{"rrname": e.name, "rrtype": k, "ttl": t,
                    "rdata": d if isinstance(d, str) else d.decode("latin-1")}
                   for k, t, d in e.answers]
        self.out.write(json.dumps(flow | {"dns": {
            "type": "answer", **question, "rcode": self.RCODES[e.rcode],
            "answers": answers}}) + "\n")

    def close(self):
        self.out.close()


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


# Packets --------------------------------------------------------------------------------------

def wire_name(name):
    if not name:
        return b"\0"
    return b"".join(struct.pack("B", len(l)) + l.encode("latin-1")
                    for l in name.split(".")) + b"\0"


def wire_rdata(kind, data):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(data).packed
    if kind == "TXT":
        return b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255]
                        for i in range(0, len(data), 255)) or b"\0"
    if kind == "MX":
        return b"\0\x0a" + wire_name(data)
    if kind == "SRV":
        return struct.pack(">HHH", 0, 100, 389) + wire_name(data)
    return data if isinstance(data, bytes) else wire_name(data)


def messages(e, ident):
    """The query and its response in wire form."""
    extra = e.extra or {}
    question = wire_name(e.name) + struct.pack(">HH", TYPES[e.qtype], 1)
    additional = extra.get("additional", b"")
    count = 1 if additional else 0
    if "options" in extra:
        additional += b"\0" + struct.pack(">HHIH", 41, 1232, 0, len(extra["options"])) + \
            extra["options"]
        count += 1
    query = struct.pack(">HHHHHH", ident, 0x0100, 1, 0, 0, count) + question + additional + \
        extra.get("trailing", b"")
    response = [struct.pack(">HHHHHH", ident, 0x8180 | e.rcode, 1, len(e.answers), 0, 0), question]
    owner = b"\xc0\x0c"
    for kind, ttl, data in e.answers:
        rdata = wire_rdata(kind, data)
        response.append(owner + struct.pack(">HHIH", TYPES[kind], 1, ttl, len(rdata)) + rdata)
        if kind == "CNAME":
            owner = rdata
    return query, b"".join(response)


class PcapWriter:
    """Ethernet, IPv4, UDP without checksums; nanoseconds are not needed."""
    suffix = ".pcap"

    def __init__(self, path, server=RESOLVER):
        self.out = open(path, "wb")
        self.out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        self.server = ipaddress.ip_address(server).packed

    def frame(self, time, src, sport, dst, dport, payload):
        udp = struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0) + src + dst
        data = b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0" + ip + udp
        seconds = int(time)
        self.out.write(struct.pack("<IIII", seconds, int((time - seconds) * 1e6), len(data),
                                   len(data)) + data)

    def write(self, e):
        port, ident = port_of(e)
        client = ipaddress.ip_address(e.client).packed
        query, response = messages(e, ident)
        self.frame(e.time, client, port, self.server, 53, query)
        self.frame(e.time + 0.0005, self.server, 53, client, port, response)

    def close(self):
        self.out.close()


def write(events, path, writer):
    """Write events that are in order of time; returns how many."""
    n = 0
    w = writer(path)
    for n, e in enumerate(events, 1):
        w.write(e)
    w.close()
    return n
