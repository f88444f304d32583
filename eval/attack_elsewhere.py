# SPDX-License-Identifier: ISC
"""Adversaries who write where nobody looks: answers, public structure, beside the question."""
import base64
import ipaddress
import struct

from adversary import family
from payload import base32, hex_text, labels
from traffic import NOERROR, NXDOMAIN, wire_name


# Answers: the rate is that of the answers -----------------------------------------------------

@family("answers", "fit")
def txt_answers(a):
    zone = a.zone()
    i = 0
    while a.left():
        data = a.data(150)
        i += 1
        yield a.ask(f"c{i}.{zone}", 150, "TXT", answers=(("TXT", 1, base64.b64encode(data)),))


@family("answers", "test")
def null_answers(a):
    """Few names, asked again and again."""
    zone = a.zone()
    i = 0
    while a.left():
        i += 1
        yield a.ask(f"p{i % 8}.{zone}", 200, "NULL", answers=(("NULL", 0, a.data(200)),))


def addresses(a, kind, size, count):
    zone = a.zone()
    i = 0
    while a.left():
        i += 1
        answers = tuple((kind, 5, str(ipaddress.ip_address(a.data(size)))) for _ in range(count))
        yield a.ask(f"s{i}.{zone}", size * count, kind, answers=answers)


@family("answers", "fit")
def address_answers(a):
    """Four bytes an address, eight addresses an answer."""
    yield from addresses(a, "A", 4, 8)


@family("answers", "test")
def address6_answers(a):
    yield from addresses(a, "AAAA", 16, 4)


@family("answers", "fit")
def cname_answers(a):
    zone = a.zone()
    i = 0
    while a.left():
        i += 1
        target = labels(base32(a.data(60))) + "." + zone
        yield a.ask(f"r{i % 50}.{zone}", 60, "A",
                    answers=(("CNAME", 1, target), ("A", 1, "198.51.100.7")))


# Public structure -----------------------------------------------------------------------------

@family("folded", "fit")
def domainkey(a):
    zone = a.zone()
    while a.left():
        yield a.ask(base32(a.data(25)) + "._domainkey." + zone, 25, "TXT",
                    answers=(("TXT", 300, b"v=DKIM1; k=rsa; p="),))


@family("folded", "test")
def acme_challenge(a):
    zone = a.zone()
    while a.left():
        yield a.ask("_acme-challenge." + base32(a.data(25)) + "." + zone, 25, "TXT",
                    rcode=NXDOMAIN, answers=())


@family("folded", "fit")
def own_reverse_zone(a):
    """A delegation of 3fff::/32 (RFC 9637) in ip6.arpa: twelve bytes a name, all nibbles."""
    prefix = "0.0.0.0.f.f.f.3.ip6.arpa"
    a.zones += ["ip6.arpa", prefix]
    while a.left():
        yield a.ask(".".join(hex_text(a.data(12))) + "." + prefix, 12, "PTR", rcode=NXDOMAIN,
                    answers=())


@family("folded", "test")
def search_list(a):
    """Looks as if a search list had been appended to a name of another domain."""
    zone = a.zone()
    while a.left():
        yield a.ask("www." + base32(a.data(20)) + ".com." + zone, 20, rcode=NXDOMAIN, answers=())


@family("folded", "fit")
def service_labels(a):
    zone = a.zone()
    while a.left():
        yield a.ask("_" + base32(a.data(9)) + "._tcp." + zone, 9, "SRV", rcode=NXDOMAIN,
                    answers=())


# Beside the question --------------------------------------------------------------------------

@family("outside", "fit")
def edns_option(a):
    zone = a.zone()
    while a.left():
        data = a.data(100)
        yield a.ask("www." + zone, 100,
                    extra={"options": struct.pack(">HH", 65001, len(data)) + data})


@family("outside", "test")
def trailing_bytes(a):
    zone = a.zone()
    while a.left():
        yield a.ask("www." + zone, 100, extra={"trailing": a.data(100)})


@family("outside", "fit")
def extra_record(a):
    zone = a.zone()
    while a.left():
        data = a.data(100)
        record = wire_name("x") + struct.pack(">HHIH", 10, 1, 0, len(data)) + data
        yield a.ask("www." + zone, 100, extra={"additional": record})


# Little and rarely ----------------------------------------------------------------------------

@family("c2", "fit", own=True)
def txt_commands(a):
    """Fifty questions, two bytes up in each; the answers carry the commands."""
    zone = a.zone()
    a.rate = 2 / 60
    for _ in range(50):
        reply = base64.b64encode(a.data(a.rng.randrange(20, 120)))
        yield a.ask(hex_text(a.data(2)) + "." + zone, 2, "TXT", answers=(("TXT", 1, reply),))


@family("c2", "test", own=True)
def null_commands(a):
    zone = a.zone()
    a.rate = 2 / 30
    for _ in range(50):
        yield a.ask(base32(a.data(2)) + "." + zone, 2, "NULL",
                    answers=(("NULL", 0, a.data(a.rng.randrange(30, 200))),))


@family("slow", "test", own=True)
def one_a_day(a):
    """Thirty bytes a day at nine, for ninety days."""
    zone = a.zone()
    for day in range(90):
        a.now = a.start + day * 86400 + a.rng.uniform(-600, 600)
        yield a.ask(labels(base32(a.data(30))) + "." + zone, 30, wait=False)


# Atomic Red Team, T1071.004: own scripts of the same behaviour --------------------------------

@family("atomic", "test", own=True)
def atomic_volume(a):
    """A thousand TXT questions below random numbers, as fast as they are answered."""
    zone = a.zone()
    for _ in range(1000):
        a.now += a.rng.uniform(0.02, 0.1)
        yield a.ask(f"atomicredteam.{a.rng.randrange(1, 999999)}.{zone}", 2.5, "TXT", NXDOMAIN, (),
                    wait=False)


@family("atomic", "test", own=True)
def atomic_beacon(a):
    """The same every thirty seconds, a fifth of jitter, for half an hour."""
    zone = a.zone()
    for _ in range(60):
        a.now += 30 * a.rng.uniform(0.8, 1.2)
        yield a.ask(f"atomicredteam.{a.rng.randrange(1, 999999)}.{zone}", 2.5, "TXT", NXDOMAIN, (),
                    wait=False)


@family("atomic", "test", own=True)
def atomic_long_names(a):
    """A text without information that grows until no more fits."""
    zone = a.zone()
    text = "atomicredteam" * 16
    for n in range(1, 190):
        a.now += a.rng.uniform(0.5, 1.5)
        yield a.ask(f"{labels(text[:n], 63)}.{a.rng.randrange(1, 999999)}.{zone}", 2.5, "TXT",
                    NXDOMAIN, (), wait=False)


@family("atomic", "test", own=True)
def atomic_session(a):
    """A session in the manner of dnscat2: ids, counters, TXT, CNAME and MX in turn."""
    zone = a.zone()
    session = hex_text(a.data(2))
    seq = 1
    for n in range(200):
        a.now += a.rng.uniform(0.6, 1.4)
        data = a.data(a.rng.choice((0, 0, 0, 20, 40)))
        head = hex_text(a.data(2)) + "01" + session + f"{seq & 0xffff:04x}{n & 0xffff:04x}"
        seq += len(data)
        qtype = a.rng.choice(["TXT", "CNAME", "MX"])
        back = hex_text(a.data(9))
        reply = back.encode() if qtype == "TXT" else back + "." + zone
        yield a.ask(labels(head + hex_text(data), 60) + "." + zone, len(data) or 1, qtype, NOERROR,
                    ((qtype, 60, reply),), wait=False)
