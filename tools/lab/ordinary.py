#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Asks what an office asks: laptops, phones, a mail gateway and a monitoring host, at once.

usage: ordinary.py SECONDS RESOLVER

Each client is one address with its own seeded choice of names, its own cache, and the habits of
its kind: address pairs and HTTPS records, search lists, service discovery, typing errors, mail
records, block lists, reverse lookups. Runs in the client's namespace.
"""
import random
import socket
import struct
import subprocess
import sys
import threading
import time

from net import CLIENTS
from world import ALNUM, BLOCKLIST, COMPANY, POOL, SITE, World

A, PTR, MX, TXT, AAAA, SRV, HTTPS = 1, 12, 15, 16, 28, 33, 65
WORLD = World()


class Stub:
    """A stub resolver with an address of its own and a cache."""

    def __init__(self, address, resolver, rng, edns):
        self.address, self.resolver, self.rng, self.edns = address, resolver, rng, edns
        self.known = {}

    def message(self, name, kind):
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        extra = b"\0" + struct.pack(">HHIH", 41, 1232, 0, 0) if self.edns else b""
        return (struct.pack(">HHHHHH", self.rng.getrandbits(16), 0x0100, 1, 0, 0, bool(extra))
                + labels + b"\0" + struct.pack(">HH", kind, 1) + extra)

    def ask(self, name, *kinds):
        """Asks all types at once from one port, as getaddrinfo does; the rcode of the first."""
        if (name, kinds) in self.known:
            return self.known[name, kinds]
        rcode = 2
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((self.address, 0))
            s.connect((self.resolver, 53))
            s.settimeout(2)
            for kind in kinds:
                s.send(self.message(name, kind))
            try:
                rcode = [s.recv(4096) for _ in kinds][0][3] & 15
            except OSError:
                pass
        self.known[name, kinds] = rcode
        return rcode


def popular(rng, names):
    """The first names far more often than the last, as page views are spread."""
    return names[min(int(rng.paretovariate(0.7)) - 1, rng.randrange(len(names)))]


def page(stub, rng):
    site = popular(rng, WORLD.sites)
    kinds = (A, AAAA, HTTPS) if stub.edns else (A, AAAA)
    stub.ask(f"www.{site}", *kinds)
    for _ in range(rng.randrange(1, 7)):
        stub.ask(popular(rng, WORLD.third_party), *kinds)
    if rng.random() < 0.1:
        for shard in rng.sample(WORLD.shards, 3):
            stub.ask(shard, *kinds)


def mistake(stub, rng):
    """A name that does not exist is tried again below the site's search list."""
    name = rng.choice([popular(rng, WORLD.sites) + "m", "wpad", "printer2", "isatap",
                       "www." + popular(rng, WORLD.sites).replace("a", "", 1) + "m"])
    if stub.ask(name, A, AAAA) != 0:
        stub.ask(f"{name}.{SITE}", A, AAAA)


def probes(stub, rng):
    """Three random names at the start of a browser, to see whether the network lies."""
    for _ in range(3):
        stub.ask("".join(rng.choice(ALNUM[:26]) for _ in range(rng.randrange(7, 16))), A)


def directory(stub, rng):
    stub.ask(rng.choice(["_ldap._tcp.dc._msdcs", "_kerberos._tcp", "_ldap._tcp", "_gc._tcp"])
             + f".{SITE}", SRV)
    stub.ask(rng.choice(["dc1", "files", "print", "intranet", "wiki"]) + f".{SITE}", A, AAAA)


def discovery(stub, rng):
    for service in ("lb", "b", "db"):
        stub.ask(f"{service}._dns-sd._udp.0.1.10.10.in-addr.arpa", PTR)
    stub.ask(f"{rng.randrange(4)}.{POOL}", A, AAAA)


def mail(stub, rng):
    """An incoming mail: who is the sender, is he listed, are his signatures good."""
    site, address = rng.choice(WORLD.mail_sites), rng.choice(WORLD.addresses)
    backwards = ".".join(reversed(address.split(".")))
    stub.ask(f"{backwards}.in-addr.arpa", PTR)
    stub.ask(f"{backwards}.{BLOCKLIST}", A)
    stub.ask(site, TXT)
    stub.ask(f"_dmarc.{site}", TXT)
    stub.ask(f"{WORLD.selectors[site]}._domainkey.{site}", TXT)
    stub.ask(site, MX)
    stub.ask(f"mail.{site}", A, AAAA)


def reverse(stub, rng):
    stub.ask(".".join(reversed(rng.choice(WORLD.addresses).split("."))) + ".in-addr.arpa", PTR)


# kind: (EDNS, mean pause in seconds, [(weight, habit)])
KINDS = {
    "laptop": (True, 1.6, [(10, page), (2, mistake), (1, probes), (3, directory), (1, discovery)]),
    "phone": (False, 2.2, [(10, page), (1, discovery)]),
    "mail": (True, 0.8, [(1, mail)]),
    "monitor": (False, 0.5, [(8, reverse), (1, directory)]),
}
OFFICE = ["laptop"] * 12 + ["phone"] * 4 + ["mail", "monitor"]


def client(number, kind, end, resolver):
    rng = random.Random(f"client {number}")
    edns, pause, habits = KINDS[kind]
    stub = Stub(CLIENTS[number], resolver, rng, edns)
    while time.monotonic() < end:
        (habit,) = rng.choices([habit for _, habit in habits], [weight for weight, _ in habits])
        habit(stub, rng)
        time.sleep(rng.expovariate(1 / pause))


def tools(end):
    """The real thing for a few: glibc's resolver through getent, and dig with its cookie."""
    rng = random.Random("tools")
    while time.monotonic() < end:
        site = popular(rng, WORLD.sites)
        for command in (["getent", "ahosts", f"www.{site}"], ["getent", "hosts", COMPANY],
                        ["dig", "+tries=1", site, rng.choice(["MX", "TXT", "NS", "A"])]):
            try:
                subprocess.run(command, stdout=subprocess.DEVNULL, timeout=10)
            except (OSError, subprocess.TimeoutExpired):
                pass
        time.sleep(2)


def main():
    end = time.monotonic() + float(sys.argv[1])
    resolver = sys.argv[2]
    people = [threading.Thread(target=client, args=(number, kind, end, resolver))
              for number, kind in enumerate(OFFICE)]
    people.append(threading.Thread(target=tools, args=(end,)))
    for person in people:
        person.start()
    for person in people:
        person.join()


if __name__ == "__main__":
    main()
