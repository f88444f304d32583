# SPDX-License-Identifier: ISC
"""Tunnels of others, put into a generated site at a chosen rate."""
import bisect
import ipaddress
import json
import os
import struct
from collections import Counter

import sources
import traffic

FAST_BYTES, SLOW_BYTES = 20000, 13000
OWN = "own"
UNSAID = ["-", "?"]


class Replayed:
    """One source at one rate: looks to truth.py like an Attack."""

    def __init__(self, source, rate, client, start):
        self.kind = source
        self.rate, self.start = rate, start
        self.clients = [client]
        self.zones = zones_of(source)
        self.times, self.gone = [], []

    def until(self, time):
        n = bisect.bisect_right(self.times, time)
        return (self.gone[n - 1] if n else 0.0), n

    def schedule(self, asked, limit):
        """asked: the source's events. Keeps those that bring `limit` bytes, at their new times;
        returns (how many, last old time, old start, factor)."""
        seen, carried, gone = set(), 0.0, []
        for e in asked:
            if e.name not in seen:
                seen.add(e.name)
                carried += len(strip(e.name, self.zones)) * 5 / 8
            gone.append(carried)
            if self.rate != OWN and carried >= limit:
                break
        count = len(gone)
        old, last = asked[0].time, asked[count - 1].time
        factor = 1.0 if self.rate == OWN else max(1.0, carried / self.rate) / max(1e-3, last - old)
        self.events = [e._replace(time=self.start + (e.time - old) * factor,
                                  client=self.clients[0]) for e in asked[:count]]
        self.times = [e.time for e in self.events]
        self.gone = gone
        return count, last, old, factor


def zones_of(source):
    if source.zone and not source.zone.startswith("("):
        return [source.zone.lower(), "-"]
    return UNSAID


def strip(name, zones):
    for z in zones:
        if name.lower().endswith("." + z):
            return name[:-len(z) - 1]
    return name


def put(source, rate, client, start, path):
    """Write the source at that rate; returns its truth, or None when there is nothing in it."""
    r = Replayed(source, rate, client, start)
    asked = sources.events(source)
    if not asked:
        return None
    if r.zones == UNSAID:
        bases = Counter(".".join(e.name.lower().split(".")[-2:]) for e in asked)
        r.zones = ["-", bases.most_common(1)[0][0]]
    old_client = busiest(asked, r.zones)
    all_asked, asked = asked, [e for e in asked if e.client == old_client]
    count, last, old, factor = r.schedule(asked, SLOW_BYTES if rate != OWN and rate < 1
                                          else FAST_BYTES)
    others = {e.client for e in all_asked if e.name.lower().endswith(r.zones[0])} - {old_client}
    r.clients += sorted(others)  # forwarders in the capture ask on
    if source.kind in ("pcap", "pcapng"):
        put_capture(r, source, old_client, last, old, factor, path + ".pcap")
    elif source.kind == "zeek json":
        rows = sorted((x for x in sources.json_rows(source.path) if x.get("query")),
                      key=lambda x: x["ts"])
        put_json(r, rows[:count], path + ".log")
    else:
        traffic.write(r.events, path + ".json", traffic.EveWriter)
    return r


def busiest(asked, zones):
    inside = [e.client for e in asked if any(e.name.lower().endswith(z) for z in zones)]
    return Counter(inside or (e.client for e in asked)).most_common(1)[0][0]


def put_capture(r, source, old_client, last, old, factor, path):
    link, frames = sources.frames(source.path)
    old_bytes = ipaddress.ip_address(old_client).packed
    new_bytes = ipaddress.ip_address(r.clients[0]).packed
    readdress = link == 1 and len(old_bytes) == 4
    if not readdress:
        r.clients[0] = old_client
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, link))
        for time, data in sorted(frames, key=lambda f: f[0]):
            if time > last + 0.5:
                break
            at = r.start + (time - old) * factor
            if readdress:
                data = sources.put_address(data, old_bytes, new_bytes)
            out.write(struct.pack("<IIII", int(at), int(at % 1 * 1e6), len(data), len(data)))
            out.write(data)


def put_json(r, rows, path):
    with open(path, "w", encoding="utf-8") as out:
        for x, time in zip(rows, r.times):
            out.write(json.dumps(x | {"ts": round(time, 6), "id.orig_h": r.clients[0]}) + "\n")


def different(tunnels):
    """Without those that hold the same names as another."""
    kept, seen = [], set()
    for s in tunnels:
        names = tuple(e.name for e in sources.events(s))
        if names and names not in seen:
            seen.add(names)
            kept.append(s)
    return kept


def mixture(scene, tunnels, rate, folder):
    """All tunnels at a rate, each on a desktop; returns the truths. Files go into folder."""
    os.makedirs(folder)
    desktops, start = scene.background.desktops(), scene.background.site.start
    truths = []
    for i, s in enumerate(tunnels):
        client = desktops[(i * 13 + 5) % len(desktops)]
        begin = start + 86400 + 8 * 3600 + i * 617 % 30000
        truth = put(s, rate, client, begin, os.path.join(folder, f"{i:03}"))
        if truth:
            truths.append(truth)
    return truths
