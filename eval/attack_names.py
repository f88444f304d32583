# SPDX-License-Identifier: ISC
"""Adversaries who write into names, openly or in disguise."""
import names
from adversary import SINK, family
from payload import base128, base32, base64url, hex_text, labels
from traffic import NXDOMAIN


# In the open ----------------------------------------------------------------------------------

@family("direct", "fit")
def hexadecimal(a):
    zone = a.zone()
    while a.left():
        yield a.ask(labels(hex_text(a.data(30))) + "." + zone, 30)


@family("direct", "fit")
def base32_names(a):
    zone = a.zone()
    while a.left():
        yield a.ask(labels(base32(a.data(50))) + "." + zone, 50)


@family("direct", "test")
def base64url_names(a):
    zone = a.zone()
    while a.left():
        yield a.ask(labels(base64url(a.data(60))) + "." + zone, 60, "TXT",
                    answers=(("TXT", 0, b"ok"),))


@family("direct", "fit")
def base128_names(a):
    zone = a.zone()
    while a.left():
        yield a.ask(labels(base128(a.data(100))) + ".t." + zone, 100, "NULL",
                    answers=(("NULL", 0, a.data(4)),))


# In disguise ----------------------------------------------------------------------------------

@family("words", "fit")
def dictionary_words(a):
    """Three words of 4096: 4.5 bytes a name."""
    zone, words = a.zone(), names.words()
    while a.left():
        yield a.ask(".".join(a.rng.choice(words) for _ in range(3)) + "." + zone, 4.5)


@family("words", "test")
def hyphened_words(a):
    zone, words = a.zone(), names.words()
    while a.left():
        picked = [a.rng.choice(words) for _ in range(4)]
        yield a.ask("-".join(picked[:2]) + "." + "-".join(picked[2:]) + "." + zone, 6)


@family("short", "fit")
def short_labels(a):
    """Five bytes in eight letters."""
    zone = a.zone()
    while a.left():
        yield a.ask(base32(a.data(5)) + "." + zone, 5)


@family("short", "test")
def shorter_labels(a):
    """Two bytes in four letters; the name of a fleet's machine looks no other."""
    zone = a.zone()
    while a.left():
        yield a.ask("n" + base32(a.data(2)) + "." + zone, 2)


@family("case", "fit")
def random_case(a):
    """Base32 whose case is noise, as a resolver's would be."""
    zone = a.zone()
    while a.left():
        text = labels(base32(a.data(25))) + "." + zone
        yield a.ask("".join(a.rng.choice((c, c.upper())) for c in text), 25)


@family("case", "test")
def case_channel(a):
    """Always the same forty letters; the bits are in their case."""
    zone = a.zone()
    host = "content-delivery-static-assets-frontend-images"
    while a.left():
        text = "".join(a.rng.choice((c, c.upper())) if c.isalpha() else c for c in host)
        yield a.ask(text + "." + zone, 5)


@family("chaff", "test")
def chaff(a):
    """Four ordinary names in the same zone for one with payload."""
    zone, hosts = a.zone(), names.hosts()
    while a.left():
        for _ in range(4):
            a.now += 0.2 * 20 / a.rate * a.rng.random()
            yield a.ask(a.rng.choice(hosts[:200]) + "." + zone, 0)
        yield a.ask(base32(a.data(20)) + "." + zone, 20)


@family("tempo", "fit")
def pauses(a):
    """Bursts of 400 bytes, then hours of silence."""
    zone = a.zone()
    burst = 0
    while a.left():
        if burst >= 400:
            a.now += min(burst / a.rate, 6 * 3600) * a.rng.uniform(0.8, 1.2)
            burst = 0
        yield a.ask(base32(a.data(20)) + "." + zone, 20, wait=False)
        a.now += a.rng.uniform(0.1, 2)
        burst += 20


@family("tempo", "test")
def behind_a_flood(a):
    """The same host floods another zone with random names, twenty for each with payload."""
    zone, flooded = a.zone(), a.zone("net")
    a.zones.remove(flooded)
    a.cover = [flooded]
    while a.left():
        for _ in range(20):
            label = "".join(a.rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(12))
            a.now += 20 / a.rate / 21 * a.rng.uniform(0.7, 1.3)
            yield a.ask(label + "." + flooded, 0, rcode=NXDOMAIN, answers=())
        a.now += 20 / a.rate / 21
        yield a.ask(base32(a.data(20)) + "." + zone, 20, wait=False)


# What repeats ---------------------------------------------------------------------------------

def codebook(a, size, bits):
    zone = a.zone()
    book = [h.split(".")[0] + "." + zone for h in names.hosts()[:size * 3:3]]
    while a.left():
        yield a.ask(a.rng.choice(book), bits / 8)


@family("codebook", "fit")
def codebook_64(a):
    yield from codebook(a, 64, 6)


@family("codebook", "test")
def codebook_16(a):
    yield from codebook(a, 16, 4)


@family("channel", "fit")
def type_channel(a):
    """One name; two bits in its type."""
    zone = a.zone()
    while a.left():
        yield a.ask("www." + zone, 0.25, a.rng.choice(["A", "AAAA", "TXT", "MX"]),
                    answers=())


@family("channel", "test")
def timing_channel(a):
    """One name; a short or a long gap."""
    zone = a.zone()
    while a.left():
        a.now += 0.125 / a.rate * a.rng.choice((0.5, 1.5))
        yield a.ask("api." + zone, 0.125, answers=SINK, wait=False)


# Spread ---------------------------------------------------------------------------------------

@family("rotation", "fit")
def rotate_50_domains(a):
    zones = [a.zone() for _ in range(50)]
    a.zones.append("*")
    i = 0
    while a.left():
        yield a.ask(base32(a.data(20)) + "." + zones[i % 50], 20)
        i += 1


@family("rotation", "test")
def registered_label(a):
    """The payload is the domain: nobody registered it, or somebody all of them by wildcard."""
    a.zones += ["*", "*.com"]
    while a.left():
        yield a.ask(base32(a.data(20)) + ".com", 20, rcode=NXDOMAIN, answers=())


@family("rotation", "test")
def rotate_words_domains(a):
    """As rotation, over 50 domains, in words."""
    zones, words = [a.zone() for _ in range(50)], names.words()
    a.zones.append("*")
    i = 0
    while a.left():
        picked = "-".join(a.rng.choice(words) for _ in range(3))
        yield a.ask(picked + "." + zones[i % 50], 4.5)
        i += 1


@family("many", "test")
def hundred_hosts(a):
    """A hundred hosts leak to one place, each a hundredth."""
    zone = a.zone()
    while a.left():
        yield a.ask(base32(a.data(20)) + "." + zone, 20, client=a.rng.choice(a.clients))


# Under names that others made known -----------------------------------------------------------

@family("tenant", "fit")
def below_a_tenant(a):
    zone = "".join(a.rng.choice("abcdefghijklmnop") for _ in range(9)) + ".github.io"
    a.zones.append(zone)
    while a.left():
        yield a.ask(labels(base32(a.data(20))) + "." + zone, 20)


@family("tenant", "test")
def below_a_distribution(a):
    zone = "d" + base32(a.data(8)) + ".cloudfront.net"
    a.zones.append(zone)
    while a.left():
        yield a.ask(labels(base32(a.data(20))) + "." + zone, 20)


@family("tenant", "test")
def as_tenants(a):
    """Each payload is a tenant's name of its own."""
    a.zones += ["*.cloudfront.net", "*"]
    while a.left():
        yield a.ask("d" + base32(a.data(8)) + ".cloudfront.net", 8)


@family("tenant", "test")
def below_a_popular_name(a):
    """Somebody's account below a domain that everybody asks."""
    zone = names.popular()[a.rng.randrange(30, 90)]
    a.zones.append(zone)
    while a.left():
        yield a.ask(base32(a.data(20)) + ".u." + zone, 20)
