# SPDX-License-Identifier: ISC
"""A scene: ordinary traffic of some days, with adversaries on some of its machines, as files.

The days are made apart from each other, two at a time; the comparators look on while they are."""
import heapq
import multiprocessing
import os

import adversaries
import comparators
import psl
import traffic
from background import Background
from place import DAY


class Scene:
    """rates: which of the adversaries' rates; none of them when empty. totals: how much each is to
    carry, one adversary for each; None for the usual."""

    def __init__(self, folder, clients, days, seed, rates=adversaries.RATES, kinds=None,
                 families=None, totals=(None,)):
        self.folder = folder
        self.background = Background(clients, days, kinds, seed)
        self.attacks = []
        if rates:
            self.attacks = place(self.background, families or ordinary(), rates, totals)
        self.hits = {c.name: [] for c in comparators.ALL}
        self.queries = 0

    def make(self):
        """Write the files. background/DAY.log, and the adversaries once as packets, once as log."""
        os.makedirs(os.path.join(self.folder, "background"))
        planted = sorted((e for a in self.attacks for e in a.kind.make(a)),
                         key=lambda e: (e.time, e.client, e.name))
        if planted:
            for writer in (traffic.PcapWriter, traffic.ZeekWriter):
                traffic.write(planted, self.path("adversaries" + writer.suffix), writer)
        start = self.background.site.start
        by_day = {}
        for e in planted:
            by_day.setdefault(int((e.time - start) // DAY), []).append(e)
        jobs = [(self.background, day, by_day.get(day, []), self.path("background", f"{day:02}.log"))
                for day in range(self.background.site.days)]
        with multiprocessing.Pool(2) as pool:
            for queries, hits in pool.imap(make_day, jobs):
                self.queries += queries
                for name, found in hits.items():
                    self.hits[name] += found
        return self

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def inputs(self, form=".pcap"):
        return [self.path("background")] + \
            ([self.path("adversaries" + form)] if self.attacks else [])


def ordinary():
    """Families that fit into a site's two weeks."""
    return [f for f in adversaries.families() if f.group != "slow"]


def place(background, families, rates, totals):
    """Each adversary on a desktop of its own, as long as there are enough."""
    desktops, attacks = background.desktops(), []
    start = background.site.start
    for kind, total in ((k, t) for k in families for t in totals):
        for rate in adversaries.rates(kind):
            if rate != adversaries.OWN and rate not in rates:
                continue
            n = len(attacks)
            at = (n * 7 + 3) % len(desktops)
            count = 100 if kind.group == "many" else 1
            clients = [desktops[(at + i) % len(desktops)] for i in range(min(count, len(desktops)))]
            begin = start + DAY + (9 * 3600 if rate == 0.05 else 7 * 3600 + n * 311 % 36000)
            attacks.append(adversaries.instance(kind, rate, begin, clients, total,
                                                total or adversaries.SEED))
    return attacks


def make_day(job):
    background, day, planted, path = job
    events = background.day(day)
    end = background.site.start + (day + 1) * DAY
    events = [e for e in events if e.time < end]  # what reaches into the next day is left out
    traffic.write(events, path, traffic.ZeekWriter)
    detectors = [c() for c in comparators.ALL]
    for e in heapq.merge(events, planted, key=lambda e: e.time):
        sub, zone = psl.split(e.name.lower())
        for d in detectors:
            d.feed(e, sub, zone)
    return len(events), {d.name: list(d.day_done()) for d in detectors}
