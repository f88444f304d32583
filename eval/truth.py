# SPDX-License-Identifier: ISC
"""Which alert belongs to which adversary, and what had gone by then."""
import program


def covers(truth, zone):
    """Right is the zone itself, or one above or below it (a delegation, a name as captured)."""
    return truth == zone or zone.endswith("." + truth) or \
        ("." in zone and truth.endswith("." + zone))


def is_of(attack, client, zone):
    if client is not None and client not in attack.clients:
        return False
    if zone in ("*",) or zone.startswith("*."):
        return client is not None and (zone in attack.zones or "*" in attack.zones)
    return any(covers(z, zone) for z in attack.zones)


class Outcome:
    """What became of one adversary under one detector."""

    def __init__(self, attack):
        self.attack = attack
        self.time = self.score = self.tool = None

    @property
    def found(self):
        return self.score is not None

    def take(self, time, score, tool=None):
        if self.time is None or (time is not None and time < self.time):
            self.time = time
        self.score = max(score, self.score or 0)
        self.tool = self.tool or tool

    def gone(self):
        """(payload bytes, queries, seconds) before the first alert."""
        if self.time is None:
            return None
        carried, queries = self.attack.until(self.time)
        return carried, queries, max(0.0, self.time - self.attack.start)


def sort_out(attacks, alerts):
    """alerts: (client or None, zone, time, score, tool). Returns outcomes and false alarms as a
    dict (client, zone) -> score. A client's own accounts and its cover traffic are no false alarm
    where an adversary sits."""
    outcomes = [Outcome(a) for a in attacks]
    by_zone, sitting, cover = {}, {}, set()
    for o in outcomes:
        for z in o.attack.zones:
            by_zone.setdefault(z, []).append(o)
        for c in o.attack.clients:
            sitting.setdefault(c, []).append(o)
        cover |= set(getattr(o.attack, "cover", ()))
    false = {}
    for client, zone, time, score, tool in alerts:
        near = by_zone.get(zone, []) + sitting.get(client, []) + by_zone.get(
            ".".join(zone.split(".")[-2:]), [])
        hit = [o for o in dict.fromkeys(near) if is_of(o.attack, client, zone)]
        for o in hit:
            o.take(time, score, tool)
        if not hit and zone not in cover and not (zone.startswith("*") and client in sitting):
            false[client, zone] = max(score, false.get((client, zone), 0))
    return outcomes, false


def from_findings(findings):
    for f in findings:
        tool = f.get("tool") or {}
        yield (f["client"], f["zone"], program.seconds(f["alerted_at"]), f["score"],
               tool.get("name"))
