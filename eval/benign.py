# SPDX-License-Identifier: ISC
"""Ordinary traffic that others recorded: who is bothered, over how many clients and days."""
import os

import comparators
import program
import psl
import sources
import traffic
import truth


def watch(events):
    """The comparators' hits over events in order of time, day by day."""
    hits = {c.name: [] for c in comparators.ALL}
    detectors, day = [c() for c in comparators.ALL], None
    for e in events:
        if e.time // 86400 != day:
            close(detectors, hits)
            day = e.time // 86400
        sub, zone = psl.split(e.name.lower())
        for d in detectors:
            d.feed(e, sub, zone)
    close(detectors, hits)
    return hits


def close(detectors, hits):
    for d in detectors:
        hits[d.name] += d.day_done()


class Group:
    """Sources of one origin and label, counted together: a subject bothers once."""

    def __init__(self, origin, label, part):
        self.origin, self.label, self.part = origin, label, part
        self.queries, self.client_days, self.files = 0, 0.0, 0
        self.false = {}      # (client, zone) -> score
        self.hits = {}
        self.findings = []

    @property
    def is_crawl(self):
        """Machine-made lists of names rather than people."""
        return "crawl" in self.label

    def count(self, events):
        """Client-days are the hours in which a client asked anything, over 24."""
        self.queries += len(events)
        self.client_days += len({(e.client, e.time // 3600) for e in events}) / 24


def groups(found, folder):
    """Run everything over the benign ones among the sources. A zone that the manifest calls a
    tunnel's elsewhere is one here too: one public log of a test machine holds both."""
    os.makedirs(folder, exist_ok=True)
    bad = {s.zone for s in found if s.label_class == "tunnel"}
    out = {}
    for s in found:
        if s.label_class != "benign" and not s.label.startswith("mixed"):
            continue
        events = sources.events(s)
        if not events:
            continue
        key = (s.origin, s.label)
        g = out.setdefault(key, Group(s.origin, s.label, s.part))
        path = s.path
        if s.kind == "txt":
            path = os.path.join(folder, "caret.json")
            traffic.write(events, path, traffic.EveWriter)
        g.count(events)
        g.files += 1
        result = program.scan([path], may_fail=True)
        g.findings += result.findings
        for client, zone, _, score, _ in truth.from_findings(result.alerts()):
            if zone not in bad:
                g.false[client, zone] = max(score, g.false.get((client, zone), 0))
        for name, hits in watch(events).items():
            g.hits.setdefault(name, []).extend(hits)
    return list(out.values())
