# SPDX-License-Identifier: ISC
"""Other detectors, small, over the same events: one day at a time, for their logs rotate daily.

Each has feed(event, sub, zone) and day_done(), which yields (client or None, zone, time, value);
what value alerts is decided by tune.py for those that have a threshold to tune. Profiles are those
of the program's --profile, on a day's log.
"""
import math
from collections import Counter, defaultdict

import names


def entropy(text):
    n = len(text)
    return -sum(c / n * math.log2(c / n) for c in Counter(text).values()) if n else 0.0


class Points:
    """Per last two labels: a score from means over a log."""
    name = "points"

    def __init__(self):
        self.domains = {}

    def feed(self, e, sub, zone):
        labels = e.name.split(".")
        base, below = ".".join(labels[-2:]), ".".join(labels[:-2])
        d = self.domains.get(base)
        if d is None:
            d = self.domains[base] = [0, 0, 0.0, 0, {}, e.client, 0]
        d[0] += 1
        d[1] += len(below)
        bits = d[4].get(below)
        if bits is None:
            bits = d[4][below] = entropy(below)
        d[2] += bits
        d[3] += e.qtype in ("TXT", "NULL")
        d[6] = e.time

    def day_done(self):
        for base, (n, length, bits, odd, subs, client, last) in self.domains.items():
            if n < 50:
                continue
            encoded = sum(looks_encoded(s, b) for s, b in list(subs.items())[:100])
            score = (25 * (length / n > 30) + 25 * (bits / n > 3.8) + 20 * (len(subs) / n > 0.7) +
                     15 * (odd / n > 0.3) + 15 * (len(subs) > 30) + 20 * (encoded > 20))
            if score >= 50:
                yield None, base, last, score
        self.domains = {}


BASE64 = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
HEX = set("0123456789abcdefABCDEF")


def looks_encoded(text, bits):
    if len(text) >= 10 and bits > 4.0 and sum(c in BASE64 for c in text) > 0.9 * len(text):
        return True
    bare = text.replace(".", "").replace("-", "")
    return len(bare) >= 16 and len(bare) % 2 == 0 and set(bare) <= HEX


class Hunt:
    """Client and second-last label, long or many-labelled names only, 24 h."""
    name = "hunt"

    def __init__(self):
        self.groups = defaultdict(lambda: [0, 0, set(), 0])

    def feed(self, e, sub, zone):
        name = e.name
        if (len(name) <= 50 and name.count(".") <= 5) or \
                e.qtype not in ("TXT", "NULL", "CNAME", "MX", "A", "AAAA"):
            return
        g = self.groups[e.client, zone]
        g[0] += 1
        g[1] += len(name)
        g[2].add(name)
        g[3] = e.time

    def day_done(self):
        for (client, zone), (n, length, distinct, last) in self.groups.items():
            if n > 20 and len(distinct) > 10 and length / n > 40:
                yield client, zone, last, 100
        self.groups.clear()


class Listener:
    """Per name, without state: a label over 40, a capital, a byte beyond ASCII, entropy > 4.2."""
    name = "listener"

    def __init__(self):
        self.flagged = {}

    def feed(self, e, sub, zone):
        name = e.name
        key = (e.client, zone)
        if key not in self.flagged and (
                name != name.lower() or not name.isascii() or
                (len(name) > 40 and max(map(len, name.split("."))) > 40) or
                (len(name) > 18 and entropy(name) > 4.2)):
            self.flagged[key] = e.time

    def day_done(self):
        for (client, zone), time in self.flagged.items():
            yield client, zone, time, 100
        self.flagged = {}


class HeavyHitters:
    """ibHH: distinct subdomains of a zone weighted by length, in windows of 120 s (exact here)."""
    name = "ibhh"
    FLOOR = 100  # bytes: less is in no list

    def __init__(self):
        self.window, self.seen = None, {}
        self.out = []

    def close(self):
        for zone, subs in self.seen.items():
            weight = sum(map(len, subs))
            if weight > self.FLOOR:
                self.out.append((None, zone, (self.window + 1) * 120.0, weight))
        self.seen = {}

    def feed(self, e, sub, zone):
        window = int(e.time // 120)
        if window != self.window:
            self.close()
            self.window = window
        if sub:
            self.seen.setdefault(zone, set()).add(sub)

    def day_done(self):
        self.close()
        yield from self.out
        self.out = []


class SixFeatures:
    """The features of Nadler et al. for each zone and six hours; the forest is in forest.py."""
    name = "forest"
    LEAST = 10   # queries of a zone in a window
    SAMPLE = 40  # distinct subdomains looked at for words

    def __init__(self):
        self.window, self.zones = None, {}
        self.out = []
        self.words = set(names.words())

    def longest_word(self, text):
        for size in range(min(9, len(text)), 3, -1):
            if any(text[i:i + size] in self.words for i in range(len(text) - size + 1)):
                return size
        return 0

    def close(self):
        for zone, (n, odd, length, subs) in self.zones.items():
            if n < self.LEAST:
                continue
            sample = list(subs)[:self.SAMPLE]
            text = "".join(sample)
            size = max(1, sum(map(len, sample)))
            row = (entropy(text), odd / n, len(subs) / n, math.log1p(len(subs)), length / n,
                   sum(map(self.longest_word, sample)) / size)
            self.out.append((None, zone, (self.window + 1) * 21600.0, row))
        self.zones = {}

    def feed(self, e, sub, zone):
        window = int(e.time // 21600)
        if window != self.window:
            self.close()
            self.window = window
        z = self.zones.get(zone)
        if z is None:
            z = self.zones[zone] = [0, 0, 0, {}]
        z[0] += 1
        z[1] += e.qtype not in ("A", "AAAA", "HTTPS")
        z[2] += len(sub)
        z[3][sub] = None

    def day_done(self):
        self.close()
        yield from self.out
        self.out = []


ALL = (Points, Hunt, Listener, HeavyHitters, SixFeatures)
