# SPDX-License-Identifier: ISC
"""Hosts that are not one person: mail gateways, proxies, scanners, resolvers. One client each;
the function yields its events of one day."""
import ipaddress

import names
from habit import habit
from habits_desktop import browsing
from place import address_of, digest
from traffic import NOERROR, NXDOMAIN, Event

LISTED = (("A", 300, "127.0.0.4"),)


def senders(site, rng, day, count):
    """(time, address, sender's domain) of the mails of a day."""
    for _ in range(int(count * max(0.3, site.share(day)))):
        bad = rng.random() < 0.4
        domain = site.pick(rng, site.sites, site.site_weights)
        if bad:
            domain = names.bad_domains()[rng.randrange(35000)]
        yield site.anytime(rng, day), ipaddress.ip_address(rng.getrandbits(32)), domain


@habit()
def mail_gateway(site, rng, client, day):
    """For each mail: reverse name, block lists of addresses, SPF, DKIM, DMARC, MX."""
    for time, ip, domain in senders(site, rng, day, 1500):
        back = ip.reverse_pointer[:-len(".in-addr.arpa")]
        yield Event(time, client, ip.reverse_pointer, "PTR",
                    NOERROR if rng.random() < 0.6 else NXDOMAIN)
        for i, zone in enumerate(("zen.spamhaus.org", "bl.spamcop.net", "psbl.surriel.com",
                                  "list.dnswl.org")):
            hit = rng.random() < 0.2
            yield Event(time + 0.01 * (i + 1), client, f"{back}.{zone}", "A",
                        NOERROR if hit else NXDOMAIN, LISTED if hit else ())
        yield Event(time + 0.1, client, domain, "TXT", NOERROR,
                    (("TXT", 3600, f"v=spf1 ip4:{address_of(domain)} -all".encode()),))
        yield Event(time + 0.2, client, domain, "MX", NOERROR, (("MX", 3600, "mx." + domain),))
        key = digest("key", domain, rng.randrange(2))
        selector = rng.choice(("s1", "google", "default", "selector2", "k1", key[:10],
                               f"2025{key[0]}", key[:32]))
        yield Event(time + 0.3, client, f"{selector}._domainkey.{domain}", "TXT", NOERROR,
                    (("TXT", 3600, b"v=DKIM1; k=rsa; p=" + (key * 6)[:350].encode()),))
        yield Event(time + 0.4, client, "_dmarc." + domain, "TXT", NOERROR,
                    (("TXT", 3600, f"v=DMARC1; p=none; rua=mailto:d@{domain}".encode()),))


@habit(part="test")
def mail_spf_macros(site, rng, client, day):
    """SPF macros that carry sender and address: %{i}._spf.%{d} and %{l}."""
    for time, ip, _ in senders(site, rng, day, 200):
        user = site.hosts[rng.randrange(500)].split(".")[0]
        provider = rng.choice(("spf.protection-mailer.com", "_spf.bigsender.net"))
        yield Event(time, client, f"{ip}._i.{user}._l.{provider}", "A",
                    NOERROR if rng.random() < 0.7 else NXDOMAIN, LISTED)


@habit()
def mail_keys(site, rng, client, day):
    """OPENPGPKEY and SMIMEA: a hash of the recipient below the domain."""
    for _ in range(150):
        domain = site.sites[rng.randrange(400)]
        user = digest("user", rng.randrange(4000))[:56]
        if rng.random() < 0.5:
            yield Event(site.anytime(rng, day), client, f"{user}._openpgpkey.{domain}",
                        "OPENPGPKEY", NXDOMAIN)
        else:
            yield Event(site.anytime(rng, day), client, f"{user}._smimecert.{domain}",
                        "SMIMEA", NXDOMAIN)


@habit()
def mail_hash_lists(site, rng, client, day):
    """Hash block lists and URI block lists; one list is of a vendor nobody declared."""
    for _ in range(600):
        time = site.anytime(rng, day)
        h = digest("mail", rng.randrange(20000))
        yield Event(time, client, f"{h[:40]}.ebl.msbl.org", "A", NXDOMAIN)
        domain = names.bad_domains()[rng.randrange(35000)]
        for i, zone in enumerate(("multi.uribl.com", "dbl.spamhaus.org", "multi.surbl.org")):
            hit = rng.random() < 0.1
            yield Event(time + 0.01 * i, client, f"{domain}.{zone}", "A",
                        NOERROR if hit else NXDOMAIN, LISTED if hit else ())


@habit(part="test")
def mail_undeclared_list(site, rng, client, day):
    """Hashes of attachments, asked at a vendor that no catalogue knows, by one gateway only."""
    for _ in range(100):
        h = digest("attachment", rng.randrange(20000))
        yield Event(site.anytime(rng, day), client, f"{h[:40]}.hashes.mailfilter-vendor.com", "A",
                    NXDOMAIN)


@habit()
def proxy_of_many(site, rng, client, day):
    """One address that is five hundred people."""
    for person in range(500):
        yield from browsing(site, site.rng("proxy", person, day), client, day)


@habit()
def siem(site, rng, client, day):
    """Enriches lists of bad domains: many names that nobody else asks, much NXDOMAIN."""
    bad = names.bad_domains()
    for i in range(3000):
        yield Event(site.start + (day + i / 3000) * 86400 + rng.random(), client,
                    bad[rng.randrange(len(bad))], "A", NXDOMAIN if rng.random() < 0.6 else NOERROR)


@habit()
def scanner(site, rng, client, day):
    """The security team tries names below the site's own zone and below some of its customers'."""
    if day % 7 != 2:
        return
    time = site.start + day * 86400 + 10 * 3600
    for zone in ("example.net", site.sites[77]):
        for i, host in enumerate(site.hosts[:1500]):
            yield Event(time + i * 0.05, client, f"{host}.{zone}", "A",
                        NOERROR if rng.random() < 0.05 else NXDOMAIN)
        time += 3600


@habit()
def monitoring(site, rng, client, day):
    """Reverse names of every address in the logs, and the same hosts every minute."""
    for i in range(2500):
        time = site.start + (day + i / 2500) * 86400 + rng.random()
        if rng.random() < 0.6:
            ip = ipaddress.ip_address(rng.getrandbits(32))
        elif rng.random() < 0.5:
            ip = ipaddress.ip_address(0x0a140000 + rng.randrange(60000))
        else:
            ip = ipaddress.ip_address((0x20010db8 << 96) | rng.getrandbits(64))
        yield Event(time, client, ip.reverse_pointer, "PTR",
                    NOERROR if rng.random() < 0.5 else NXDOMAIN)
        yield Event(time + 0.5, client, f"srv{i % 40}.corp.example.net", "A", NOERROR,
                    site.answer("corp"))


@habit(part="test")
def crawler(site, rng, client, day):
    """Asks for the home pages of a list, once each."""
    for i in range(4000):
        domain = names.popular()[(day * 4000 + i) % 100000]
        time = site.start + (day + i / 4000) * 86400 + rng.random()
        yield from site.look_up(rng, time, client, "www." + domain)


@habit(part="test")
def asn_enrichment(site, rng, client, day):
    """Whose network is this address? Asked for each line of a firewall's log."""
    for _ in range(800):
        ip = ipaddress.ip_address(rng.getrandbits(32))
        back = ip.reverse_pointer[:-len(".in-addr.arpa")]
        text = f"{rng.randrange(60000)} | {ip}/24 | US | arin | 2001-01-01".encode()
        yield Event(site.anytime(rng, day), client, f"{back}.origin.asn.cymru.com", "TXT",
                    NOERROR, (("TXT", 3600, text),))


@habit()
def resolver_0x20(site, rng, client, day):
    """A resolver of a branch that randomises case; its clients browse. Case is known in EVE and
    in packets only."""
    for person in range(20):
        for e in browsing(site, site.rng("branch", person, day), client, day):
            yield e._replace(name="".join(rng.choice((c, c.upper())) for c in e.name))
