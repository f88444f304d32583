# SPDX-License-Identifier: ISC
"""A site that generators fill with people: who is there, when they are awake, what names exist.

Everything follows from the seed by keyed random generators, one for each (behaviour, client, day),
so a behaviour gives the same events alone and in the mixture.
"""
import bisect
import functools
import hashlib
import itertools
import random
import zlib

import names
from traffic import NOERROR, Event

DAY = 86400
MONDAY = 1748822400  # 2025-06-02T00:00:00Z, a Monday

# Activity of an office by the hour, then of a machine that never sleeps.
OFFICE = (1, 1, 1, 1, 1, 2, 8, 30, 90, 100, 95, 90, 60, 80, 90, 90, 80, 55, 25, 12, 10, 8, 4, 2)
WEEKEND_SHARE = 0.12


def digest(*parts):
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()


def address_of(text, pool=1):
    h = zlib.crc32(text.encode("latin-1")) + pool
    return f"{20 + h % 180}.{h >> 8 & 255}.{h >> 16 & 255}.{1 + (h >> 24) % 250}"


def zipf(n, exponent):
    return list(itertools.accumulate((i + 1) ** -exponent for i in range(n)))


class Site:
    def __init__(self, seed, clients, days, start=MONDAY):
        self.seed, self.n_clients, self.days, self.start = seed, clients, days, start
        self.sites = names.popular()[:30000]
        self.site_weights = zipf(len(self.sites), 0.95)
        self.others = names.page_names()
        self.other_weights = zipf(len(self.others), 0.9)
        self.hosts = names.hosts()
        self.hours = list(itertools.accumulate(OFFICE))

    def client(self, i):
        return f"10.{20 + i // 60000}.{1 + i // 250 % 240}.{1 + i % 250}"

    def rng(self, *parts):
        return random.Random("/".join(map(str, (self.seed,) + parts)))

    def is_weekend(self, day):
        return day % 7 >= 5

    def share(self, day):
        return WEEKEND_SHARE if self.is_weekend(day) else 1.0

    def moment(self, rng, day):
        """A time of an office day."""
        hour = bisect.bisect(self.hours, rng.random() * self.hours[-1])
        return self.start + day * DAY + (hour + rng.random()) * 3600

    def anytime(self, rng, day):
        return self.start + (day + rng.random()) * DAY

    def morning(self, rng, day):
        """When the machine is started: on Mondays all at once."""
        spread = 1200 if day % 7 == 0 else 4500
        return self.start + day * DAY + 8 * 3600 + rng.gauss(1800, spread / 3)

    def pick(self, rng, items, weights):
        return items[bisect.bisect(weights, rng.random() * weights[-1])]

    @functools.cache
    def answer(self, name, hour=0):
        """The ordinary answer: an address, some by way of an alias, some that rotate."""
        h = zlib.crc32(name.encode("latin-1"))
        if h % 5 == 0:
            edge = f"e{h % 90000}.{'abdg'[h % 4]}.akamaiedge.net"
            return (("CNAME", 300, edge), ("A", 20, address_of(edge, h % 4)))
        pool = hour % 6 if h % 5 == 1 else 0
        return (("A", (60, 300, 3600)[h % 3], address_of(name, pool * 7919)),)

    def look_up(self, rng, time, client, name):
        """As a stub does today: A, often AAAA, sometimes HTTPS."""
        yield Event(time, client, name, "A", NOERROR, self.answer(name, int(time // 3600) % 24))
        draw = rng.random()
        if draw < 0.5:
            yield Event(time + 0.001, client, name, "AAAA")
        if draw < 0.15:
            yield Event(time + 0.002, client, name, "HTTPS")
