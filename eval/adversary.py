# SPDX-License-Identifier: ISC
"""One adversary at work: its clock, its zones, and how much it has really carried, when.

A family is a function that takes an Attack and yields the events it asks for. Rates are payload
bytes a second; families that have a schedule of their own ignore the rate.
"""
import bisect
import random
from collections import namedtuple

import names
from traffic import NOERROR, Event

SINK = (("A", 60, "198.51.100.23"),)

# part: "fit" families may teach scorecard and budgets, "test" families never do.
Family = namedtuple("Family", "name group part make own")
FAMILIES = []


def family(group, part, own=False):
    """Enter a function into the table. own: it keeps a schedule of its own, whatever the rate."""
    def enter(make):
        FAMILIES.append(Family(make.__name__, group, part, make, own))
        return make
    return enter


class Attack:
    def __init__(self, kind, rate, total, start, clients, seed):
        self.kind = kind
        self.rate = rate          # payload bytes a second
        self.total = total        # payload bytes to move
        self.start = self.now = start
        self.clients = clients
        self.rng = random.Random(f"adversary/{kind.name}/{rate}/{seed}")
        self.zones = []           # where a finding is right; "*" and "*.tld" are accounts
        self.times, self.gone = [], []
        self.carried = 0.0

    @property
    def client(self):
        return self.clients[0]

    def zone(self, tld=None):
        """A registered domain as one would buy it."""
        words = names.words()
        made = (self.rng.choice(words) + self.rng.choice(words) + "." +
                (tld or self.rng.choice(["com", "net", "org", "info", "site", "co.uk"])))
        self.zones.append(made)
        return made

    def left(self):
        return self.carried < self.total

    def data(self, n):
        return self.rng.randbytes(n)

    def wait(self, size):
        """Time that so many bytes take at the rate, not quite regular."""
        self.now += size / self.rate * self.rng.uniform(0.7, 1.3)

    def ask(self, name, size, qtype="A", rcode=NOERROR, answers=SINK, extra=None, client=None,
            wait=True):
        """One query that carries `size` bytes of payload, in either direction."""
        if size and wait:
            self.wait(size)
        self.carried += size
        self.times.append(self.now)
        self.gone.append(self.carried)
        return Event(self.now, client or self.client, name, qtype, rcode, answers, extra)

    def until(self, time):
        """(payload bytes, queries) gone by a time."""
        n = bisect.bisect_right(self.times, time)
        return (self.gone[n - 1] if n else 0.0), n
