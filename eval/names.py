# SPDX-License-Identifier: ISC
"""Names of the open lists, read where they lie: nothing of them is kept in the repository."""
import collections
import csv
import functools
import json
import os
import random
import re


def corpus():
    return os.environ.get("DNSHOUND_CORPUS",
                          os.path.join(os.path.dirname(__file__), "../../shared/data"))


def path(*parts):
    return os.path.join(corpus(), "open", "names", *parts)


def misp(name):
    with open(path("MISP+misp-warninglists", "lists", name, "list.json")) as f:
        return json.load(f)["list"]


def shuffled(names, seed):
    names = list(names)
    random.Random(seed).shuffle(names)
    return names


def plain(names):
    return [n for n in names if re.fullmatch(r"[a-z0-9-]{1,40}(\.[a-z0-9-]{1,40})+", n)]


@functools.cache
def popular():
    """Registered domains, the better known first; the lists do not rank within themselves."""
    order = []
    for name in ("moz-top500", "alexa", "tranco10k", "cloudflare-top100k"):
        order += shuffled(plain(misp(name)), name)
    return list(dict.fromkeys(order))


@functools.cache
def page_names():
    """Names that popular pages made a crawler ask, and the most asked names of a resolver."""
    with open(path("netrack+learn", "dns", "plain", "names.csv")) as f:
        names = [row[-1].rstrip(".").lower() for row in csv.reader(f)]
    names = [n for n in names if not n.endswith(".arpa")] + misp("cisco_top20k")
    return shuffled(dict.fromkeys(plain(names)), "pages")


@functools.cache
def subdomains():
    """(text, times seen) of subdomains that a provider's clients asked; those for validation,
    for the host-name model may have learned from the training ones."""
    seen = {}
    with open(path("loshmii+DNS-exfil-bert", "data", "processed", "subset", "val_100k.csv")) as f:
        for row in csv.DictReader(f):
            if row["label"] == "0":
                seen[row["text"]] = seen.get(row["text"], 0) + 1
    return sorted(seen.items(), key=lambda i: (-i[1], i[0]))


@functools.cache
def hosts():
    """Ordinary host labels, most frequent first."""
    return [t for t, _ in subdomains()
            if len(t) <= 30 and t.count(".") <= 2 and not re.search(r"\d+\.\d+\.\d+", t)
            and re.fullmatch(r"[a-z0-9.-]+", t)]


@functools.cache
def words():
    """4096 words that occur in many registered domains: a dictionary to hide in."""
    seen = collections.Counter(
        w for n in popular() for w in set(re.findall(r"[a-z]{4,9}", n.split(".")[0])))
    return sorted(sorted(seen, key=lambda w: (-seen[w], w))[:4096])


@functools.cache
def certificate_hosts():
    return plain(misp("crl-hostname"))


@functools.cache
def vendor_hosts():
    return plain(n.lstrip("*.") for n in
                 misp("microsoft-win10-connection-endpoints") + misp("microsoft-office365") +
                 misp("captive-portals"))


@functools.cache
def bad_domains():
    """Stands in for a feed of indicators."""
    return plain(n.lstrip(".") for n in misp("dynamic-dns"))
