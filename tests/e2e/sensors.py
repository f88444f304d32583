# SPDX-License-Identifier: ISC
"""Stand-ins for Zeek and Suricata, which Debian 12 lacks: the log lines that they write of the
packets of a capture. Only what the tests need: Ethernet, IPv4, UDP, one question.

Zeek lower-cases names and writes bytes outside printable ASCII as \\xNN; Suricata keeps the case
and escapes the same way."""
import json
import struct

TYPES = {1: "A", 2: "NS", 5: "CNAME", 10: "NULL", 15: "MX", 16: "TXT", 25: "KEY", 28: "AAAA",
         33: "SRV"}
RCODES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}


def packets(path):
    """(seconds, frame) of a pcap in microseconds, little-endian."""
    data = path.read_bytes()
    assert data[:4] == b"\xd4\xc3\xb2\xa1"
    at = 24
    while at < len(data):
        seconds, micros, caplen, _ = struct.unpack_from("<4I", data, at)
        yield seconds + micros / 1e6, data[at + 16:at + 16 + caplen]
        at += 16 + caplen


def read_name(message, at):
    """The labels of a name and the offset after it; pointers are followed."""
    labels, after = [], None
    while message[at]:
        if message[at] >= 0xC0:
            after = after or at + 2
            at = struct.unpack_from(">H", message, at)[0] & 0x3FFF
            continue
        labels.append(message[at + 1:at + 1 + message[at]])
        at += 1 + message[at]
    return labels, after or at + 1


def messages(path):
    """A dict for each DNS message over UDP port 53."""
    for seconds, frame in packets(path):
        if frame[12:14] != b"\x08\x00" or frame[23] != 17:
            continue
        header = 14 + (frame[14] & 15) * 4
        source, target = struct.unpack_from(">2H", frame, header)
        message = frame[header + 8:]
        if 53 not in (source, target) or len(message) < 17:
            continue
        ident, flags, questions, answers = struct.unpack_from(">4H", message)
        labels, at = read_name(message, 12)
        qtype, = struct.unpack_from(">H", message, at)
        yield {"time": seconds, "id": ident, "response": bool(flags & 0x8000), "rcode": flags & 15,
               "src": ".".join(map(str, frame[26:30])), "sport": source,
               "dst": ".".join(map(str, frame[30:34])), "dport": target, "labels": labels,
               "qtype": qtype, "message": message, "records_at": at + 4, "answers": answers}


def escaped(labels, lower):
    def text(byte):
        return chr(byte) if 0x21 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}"
    name = ".".join("".join(map(text, label)) for label in labels)
    return name.lower() if lower else name


def zeek(path):
    """Lines of a JSON dns.log: a query joined with its answer."""
    waiting, lines = {}, []
    for m in messages(path):
        key = (m["id"], m["dport"] if m["response"] else m["sport"], tuple(m["labels"]))
        if not m["response"]:
            waiting[key] = len(lines)
            lines.append({"ts": m["time"], "uid": f"C{len(lines)}", "id.orig_h": m["src"],
                          "id.orig_p": m["sport"], "id.resp_h": m["dst"], "id.resp_p": m["dport"],
                          "proto": "udp", "trans_id": m["id"],
                          "query": escaped(m["labels"], True), "qclass": 1, "qtype": m["qtype"],
                          "qtype_name": TYPES.get(m["qtype"], f"query-{m['qtype']}"),
                          "AA": False, "TC": False, "RD": True, "RA": False, "Z": 0})
        elif key in waiting:
            lines[waiting[key]].update({"rcode": m["rcode"], "rcode_name": RCODES[m["rcode"]]})
    return "".join(json.dumps(line) + "\n" for line in lines)


def eve(path):
    """Lines of an EVE log, dns version 2: queries and answers apart."""
    lines = []
    for m in messages(path):
        stamp = __import__("datetime").datetime.fromtimestamp(
            m["time"], __import__("datetime").timezone.utc)
        dns = {"version": 2, "type": "answer" if m["response"] else "query", "id": m["id"],
               "rrname": escaped(m["labels"], False),
               "rrtype": TYPES.get(m["qtype"], str(m["qtype"])), "tx_id": 0}
        if m["response"]:
            dns |= {"qr": True, "rcode": RCODES[m["rcode"]]}
        lines.append({"timestamp": stamp.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
                      "event_type": "dns", "src_ip": m["src"], "src_port": m["sport"],
                      "dest_ip": m["dst"], "dest_port": m["dport"], "proto": "UDP", "dns": dns})
    return "".join(json.dumps(line) + "\n" for line in lines)
