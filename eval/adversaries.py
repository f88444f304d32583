#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""All adversaries: the table, and what a run of the evaluation takes from it.

    adversaries.py list
    adversaries.py write NAME RATE FILE.pcap     one adversary alone, for a look at it
"""
import sys

import adversary
import attack_elsewhere  # noqa: F401  (both enter their families)
import attack_names  # noqa: F401
import traffic

SEED = 20240607
RATES = (100, 10, 1, 0.05)
FAST_BYTES, SLOW_BYTES = 20000, 13000
OWN = "own"


def families():
    return adversary.FAMILIES


def find(name):
    return next(f for f in families() if f.name == name)


def instance(kind, rate, start, clients, total=None, seed=SEED):
    """One adversary at one rate; its events have to be drawn to know its truth."""
    total = total or (SLOW_BYTES if rate != OWN and rate < 1 else FAST_BYTES)
    return adversary.Attack(kind, rate, total, start, clients, seed)


def rates(kind):
    return (OWN,) if kind.own else RATES


def main(args):
    if args[:1] == ["list"]:
        for f in families():
            print(f"{f.group:10} {f.part:5} {f.name:22} {f.make.__doc__ or ''}".split("\n")[0])
        return 0
    name, rate, path = args[1:4]
    kind = find(name)
    a = instance(kind, OWN if kind.own else float(rate), 1750000000.0,
                 [f"10.99.0.{i + 1}" for i in range(100)])
    n = traffic.write(kind.make(a), path, traffic.PcapWriter)
    print(f"{n} queries, {a.carried:.0f} bytes, {a.now - a.start:.0f} s, zones {a.zones[:3]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
