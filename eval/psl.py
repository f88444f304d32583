# SPDX-License-Identifier: ISC
"""Registered domains for the comparators: the Public Suffix List, private section included."""
import functools

PATH = "/usr/share/publicsuffix/public_suffix_list.dat"


@functools.cache
def rules():
    with open(PATH, encoding="utf-8") as f:
        lines = [l.split()[0] for l in f if l.strip() and not l.startswith("//")]
    return {l.encode("idna").decode() if not l.isascii() and "*" not in l and "!" not in l else l
            for l in lines}


@functools.lru_cache(maxsize=400000)
def split(name):
    """(subdomain, registered domain) of a lower-case name; the suffix itself has no subdomain."""
    known, labels = rules(), name.split(".")
    n = len(labels)
    length = 1
    for i in range(n):
        rest = labels[i:]
        if "!" + ".".join(rest) in known:
            length = len(rest) - 1
            break
        if ".".join(rest) in known or (len(rest) > 1 and "*." + ".".join(rest[1:]) in known):
            length = len(rest)
            break
    cut = max(0, n - length - 1)
    return ".".join(labels[:cut]), ".".join(labels[cut:])
