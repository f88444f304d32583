#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Ordinary traffic of a site: a mixture of habits over days.

    background.py list
    background.py write CLIENTS DAYS FILE.log [HABIT ...]     the mixture, or some habits alone
"""
import sys

import habits_desktop  # noqa: F401  (both enter their habits)
import habits_server  # noqa: F401
import traffic
from habit import HABITS
from place import Site

SEED = 20240607


class Background:
    """kinds: names of habits; all when not said. 0x20 needs a form that keeps case, so it is
    left out unless named."""

    def __init__(self, clients, days, kinds=None, seed=SEED):
        self.site = Site(seed, clients, days)
        kinds = kinds or [h.name for h in HABITS if h.name != "resolver_0x20"]
        self.desktop = [h for h in HABITS if h.share and h.name in kinds]
        self.special = [h for h in HABITS if not h.share and h.name in kinds]
        self.clients = clients + len(self.special)

    def client_days(self):
        return self.clients * self.site.days

    def desktops(self):
        return [self.site.client(i) for i in range(self.site.n_clients)]

    def special_client(self, kind):
        return f"10.20.250.{10 + [h.name for h in HABITS].index(kind.name)}"

    def day(self, day):
        """A day's events in order of time."""
        events, site = [], self.site
        for i in range(site.n_clients):
            client = site.client(i)
            has = site.rng("habits", i)
            for h in self.desktop:
                if has.random() < h.share:
                    events.extend(h.make(site, site.rng(h.name, i, day), client, day))
        for h in self.special:
            events.extend(h.make(site, site.rng(h.name, day), self.special_client(h), day))
        events.sort(key=lambda e: e.time)
        return events

    def events(self):
        """All days. A day's last lookups may reach a few hours into the next."""
        late = []
        for day in range(self.site.days):
            end = self.site.start + (day + 1) * 86400
            events = late + self.day(day)
            events.sort(key=lambda e: e.time)
            late = [e for e in events if e.time >= end]
            yield from events[:len(events) - len(late)]
        yield from late


def main(args):
    if args[:1] == ["list"]:
        for h in HABITS:
            print(f"{h.name:22} {h.share or 'one host'}")
        return 0
    clients, days, path = int(args[1]), int(args[2]), args[3]
    b = Background(clients, days, args[4:])
    n = traffic.write(b.events(), path, traffic.EveWriter if path.endswith(".json")
                      else traffic.ZeekWriter)
    print(f"{n} queries, {b.client_days()} client-days")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
