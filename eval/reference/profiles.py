#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The three comparison profiles, in floating point, straight from their definitions.

The oracle for lib/judge/profile*.c: slow, unbounded, sharing nothing with it.

    profiles.py dump FILE          queries of a capture or log: time_ns, client, qname, qtype
    profiles.py judge KIND TSV     rows of points, hunt or listener over such a dump

qname is the wire form in hex; captures are read by tshark.
"""
import collections
import gzip
import ipaddress
import json
import math
import re
import subprocess
import sys
from datetime import datetime
from decimal import Decimal

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "NULL": 10, "PTR": 12, "HINFO": 13, "MX": 15,
         "TXT": 16, "RP": 17, "KEY": 25, "AAAA": 28, "SRV": 33, "NAPTR": 35, "DS": 43,
         "RRSIG": 46, "DNSKEY": 48, "SVCB": 64, "HTTPS": 65, "ANY": 255, "*": 255}
Query = collections.namedtuple("Query", "time_ns client labels qtype")


# Reading -----------------------------------------------------------------------------------

def time_ns(value):
    text = str(value)
    if re.fullmatch(r"-?[0-9.]+(e[0-9]+)?", text):
        return int(Decimal(text) * 10**9)
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text.replace("Z", "+00:00"))
    return int(Decimal(repr(datetime.fromisoformat(text).timestamp())) * 10**9)


def labels_of(text):
    """Labels of a name as Zeek and EVE print it: \\xNN for a byte."""
    raw = re.sub(rb"\\x([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]),
                 text.encode("utf-8", "surrogateescape"))
    return [part for part in raw.split(b".") if part]


def is_valid(labels):
    return all(len(x) <= 63 for x in labels) and sum(len(x) + 1 for x in labels) <= 254


def qtype_of(value):
    text = str(value)
    return int(text) if text.isdigit() else TYPES.get(text.upper(), 0)


def read_lines(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", errors="surrogateescape") as f:
        fields = None
        for line in f:
            line = line.rstrip("\n")
            if line.startswith("#"):
                if line.startswith("#fields"):
                    fields = line.split("\t")[1:]
                continue
            if line.startswith("{"):
                yield from read_json(json.loads(line))
            elif fields:
                row = dict(zip(fields, line.split("\t")))
                if row.get("query", "-") not in ("-", ""):
                    yield Query(time_ns(row["ts"]), row["id.orig_h"], labels_of(row["query"]),
                                qtype_of(row.get("qtype", 0)))


def read_json(row):
    if row.get("event_type") == "dns":
        dns = row["dns"]
        if dns.get("type") not in ("query", "request"):
            return
        for question in dns.get("queries", [dns]):
            if question.get("rrname"):
                yield Query(time_ns(row["timestamp"]), row["src_ip"],
                            labels_of(question["rrname"]), qtype_of(question.get("rrtype", 0)))
    elif row.get("query") and "ts" in row:
        yield Query(time_ns(row["ts"]), row["id.orig_h"], labels_of(row["query"]),
                    qtype_of(row.get("qtype", 0)))


def question_labels(message):
    """The first question's labels, from the bytes; None when it is compressed or cut."""
    labels, at = [], 12
    while at < len(message) and message[at]:
        n = message[at]
        if n > 63 or at + 1 + n > len(message):
            return None
        labels.append(message[at + 1:at + 1 + n])
        at += 1 + n
    return labels if at < len(message) else None


def read_capture(path):
    fields = ["frame.time_epoch", "ip.src", "ipv6.src", "dns.qry.type", "dns.qry.name",
              "udp.payload"]
    command = ["tshark", "-r", path, "-Y", "dns.flags.response==0 && dns.count.queries>0",
               "-T", "fields", "-E", "separator=/t", "-E", "occurrence=f"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    for line in done.stdout.decode("utf-8", "surrogateescape").splitlines():
        time, v4, v6, qtype, name, payload = (line.split("\t") + [""] * 6)[:6]
        labels = question_labels(bytes.fromhex(payload.replace(":", ""))) if payload else None
        if labels is None:
            labels = labels_of(name.replace("<Root>", ""))
        if qtype:
            yield Query(time_ns(time), v4 or v6 or "::", labels, int(qtype, 0))


def read(path):
    is_capture = re.search(r"\.pcap(ng)?$", path)
    for query in read_capture(path) if is_capture else read_lines(path):
        if is_valid(query.labels):
            yield query


def dump(path, out):
    for q in read(path):
        wire = b"".join(bytes([len(x)]) + x for x in q.labels) + b"\0"
        client = ipaddress.ip_address(q.client)
        if client.version == 4:
            client = ipaddress.ip_address("::ffff:" + str(client))
        out.write(f"{q.time_ns}\t{client.packed.hex()}\t{wire.hex()}\t{q.qtype}\n")


def load(path):
    with open(path, encoding="ascii") as f:
        for line in f:
            time, client, wire, qtype = line.rstrip("\n").split("\t")
            raw, labels = bytes.fromhex(wire), []
            while raw[0]:
                labels.append(raw[1:1 + raw[0]])
                raw = raw[1 + raw[0]:]
            if labels:
                yield Query(int(time), client, labels, int(qtype))


# Judging -----------------------------------------------------------------------------------

def entropy(counts, divisor):
    return -sum(c / divisor * math.log2(c / divisor) for c in counts) if divisor else 0.0


def text_entropy(text):
    return entropy(collections.Counter(text).values(), len(text))


def looks_encoded(sub):
    base64 = sum(chr(c) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
                 for c in sub)
    if len(sub) >= 10 and base64 / len(sub) > 0.9 and text_entropy(sub) > 4.0:
        return True
    digits = sub.replace(b".", b"").replace(b"-", b"")
    return len(sub) >= 16 and len(digits) % 2 == 0 and re.fullmatch(rb"[0-9a-fA-F]+",
                                                                     digits) is not None


def points(queries):
    domains = {}
    for q in queries:
        domains.setdefault(b".".join(q.labels[-2:]), []).append(q)
    rows = []
    for domain, asked in domains.items():
        n = len(asked)
        if n < 50:
            continue
        subs = [b".".join(q.labels[:-2]) for q in asked]
        distinct = list(dict.fromkeys(subs))
        length = sum(len(s) for s in subs) / n
        mean_entropy = sum(text_entropy(s) for s in subs) / n
        opaque = sum(q.qtype in (16, 10) for q in asked)
        encoded = sum(looks_encoded(s) for s in distinct[:100])
        values = [length, mean_entropy, len(distinct) / n, opaque / n, len(distinct), encoded]
        limits = [30, 3.8, 0.7, 0.3, 30, 20]
        fired = [v > limit for v, limit in zip(values, limits)]
        score = sum(p for p, f in zip([25, 25, 20, 15, 15, 20], fired) if f)
        if score < 50:
            continue
        severity = "CRITICAL" if score >= 80 else "HIGH" if score >= 60 else "MEDIUM"
        times = [q.time_ns for q in asked]
        rows.append((-min(score, 100), -n, domain, [
            domain.hex(), min(score, 100), severity, sum(f << i for i, f in enumerate(fired)), n,
            len(distinct), opaque, len({q.client for q in asked}), min(times), max(times)]
            + [f"{v:.3f}" for v in values]))
    return [row[-1] for row in sorted(rows)]


def hunt(queries):
    types = {16: 1, 10: 2, 5: 4, 15: 8, 1: 16, 28: 32}
    queries = list(queries)
    newest = max((q.time_ns for q in queries), default=0)
    groups = {}
    for q in queries:
        name = b".".join(q.labels)
        if (q.qtype in types and q.time_ns >= newest - 86400 * 10**9
                and (len(name) > 50 or len(q.labels) - 1 > 5)):
            top = q.labels[-2] if len(q.labels) > 1 else b""
            groups.setdefault((q.client, top), []).append((name, q))
    rows = []
    for (client, top), asked in groups.items():
        n, unique = len(asked), len({name for name, _ in asked})
        mean = sum(len(name) for name, _ in asked) / n
        if not (n > 20 and unique > 10 and mean > 40):
            continue
        is_high = (unique > 100 and mean > 60) or (unique > 50 and mean > 50)
        times = [q.time_ns for _, q in asked]
        mask = 0
        for _, q in asked:
            mask |= types[q.qtype]
        rows.append((-n, client, top, [
            client, top.hex(), n, unique, f"{mean:.3f}", max(len(name) for name, _ in asked),
            mask, min(times), max(times), "high" if is_high else "medium"]))
    return [row[-1] for row in sorted(rows)]


def characters(text):
    """UTF-8 characters; each byte that begins none is U+FFFD."""
    at = 0
    while at < len(text):
        for n in (1, 2, 3, 4):
            try:
                c = text[at:at + n].decode("utf-8")
                break
            except UnicodeDecodeError:
                continue
        else:
            c, n = "\ufffd", 1
        yield c
        at += n


def listener(queries):
    rows = []
    for q in queries:
        name = b".".join(q.labels)
        found = list(characters(name))
        long_labels = sum(len(x) > 40 for x in q.labels)
        capitals = sum("A" <= c <= "Z" for c in found)
        others = sum(ord(c) > 127 for c in found)
        bits = entropy(collections.Counter(found).values(), len(name))
        flags = [long_labels > 0, capitals > 0, others > 0, bits > 4.2]
        if any(flags):
            rows.append([q.time_ns, q.client, name.hex(), sum(f << i for i, f in enumerate(flags)),
                         long_labels, capitals, others, f"{bits:.3f}"])
    return rows


KINDS = {"points": points, "hunt": hunt, "listener": listener}


def main(argv):
    if len(argv) == 3 and argv[1] == "dump":
        dump(argv[2], sys.stdout)
    elif len(argv) == 4 and argv[1] == "judge" and argv[2] in KINDS:
        for row in KINDS[argv[2]](load(argv[3])):
            print("\t".join(str(v) for v in row))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv)
