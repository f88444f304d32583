# SPDX-License-Identifier: ISC
"""Logs made up for a test, in Suricata's EVE and in Zeek's JSON form."""
import json

START = 1770000000  # 2026-02-02T02:40:00Z


def eve(rows):
    """Each row: (seconds, client, name[, type]). Queries as Suricata logs them."""
    return "".join(json.dumps({
        "timestamp": stamp(row[0]), "event_type": "dns", "src_ip": row[1], "src_port": 40000,
        "dest_ip": "10.0.0.53", "dest_port": 53, "proto": "UDP",
        "dns": {"type": "query", "id": number & 0xffff, "rrname": row[2],
                "rrtype": row[3] if len(row) > 3 else "A", "tx_id": 0}}) + "\n"
        for number, row in enumerate(rows))


def zeek(rows):
    """The same rows as Zeek logs them, with an answer NOERROR."""
    return "".join(json.dumps({
        "ts": START + row[0], "uid": f"C{number}", "id.orig_h": row[1], "id.orig_p": 40000,
        "id.resp_h": "10.0.0.53", "id.resp_p": 53, "proto": "udp", "query": row[2], "qclass": 1,
        "qtype_name": row[3] if len(row) > 3 else "A", "rcode": 0, "rcode_name": "NOERROR"}) + "\n"
        for number, row in enumerate(rows))


def stamp(seconds):
    import datetime
    moment = datetime.datetime.fromtimestamp(START + seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f+0000")


def tunnel(zone, client="10.0.0.7", count=200, seed=1, step=1.0):
    """A fast base32 tunnel below a zone."""
    import random
    source = random.Random(seed)
    return [(i * step, client, "".join(source.choices("abcdefghijklmnopqrstuvwxyz234567", k=50))
             + "." + zone, "TXT") for i in range(count)]


def ordinary(client="10.0.0.8", count=100, start=0):
    words = ["www", "mail", "cdn", "api", "static", "img", "login", "news"]
    return [(start + i, client, f"{words[i % 8]}.example{i % 5}.com") for i in range(count)]
