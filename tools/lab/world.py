# SPDX-License-Identifier: ISC
"""An invented internet: names that behave like those of offices and homes, and their zone files.

The same for everybody (seeded). No name is taken from anyone's traffic; the shapes are the
ordinary ones: content networks with hashed hosts, load balancers, video shards, directory and
service lookups, block lists, mail records.
"""
import random

from net import DNS2TCPD, IODINED, NAMESERVER

COMPANY = "fenwickpartners.com"
SITE = f"corp.{COMPANY}"
PLATFORM = "kestrelcloud.com"
EDGE = "swiftedge.net"
VIDEO = "lanternvideo.com"
BLOCKLIST = "zen.blockhaus.org"
POOL = "pool.timekeepers.org"

FIRST = """amber birch cedar delta ember falcon garnet harbour indigo juniper kelp lantern meadow
northern oak pebble quartz river silver timber upland velvet willow yellow zephyr""".split()
SECOND = """books bakery cycles dental energy fitness garden hotel insurance journal kitchen logistics
market news outdoor print recipes school travel university video weather yoga""".split()
TLDS = ["com"] * 10 + ["org"] * 3 + ["net"] * 3 + ["de"] * 4 + ["co.uk"] * 2 + ["io"]
HEX = "0123456789abcdef"
ALNUM = "abcdefghijklmnopqrstuvwxyz0123456789"


def text(rng, alphabet, length):
    return "".join(rng.choice(alphabet) for _ in range(length))


class World:
    def __init__(self):
        rng = random.Random("world")
        stems = [f + s for f in FIRST for s in SECOND]
        rng.shuffle(stems)
        self.sites = [f"{stem}.{rng.choice(TLDS)}" for stem in stems[:140]]
        self.edges = [f"d{text(rng, ALNUM, 13)}.{EDGE}" for _ in range(25)]
        self.balancers = [f"{rng.choice(['web', 'api', 'prod', 'ingest'])}-"
                          f"{rng.randrange(10**9, 10**10)}.eu-central-1.elb.{PLATFORM}"
                          for _ in range(10)]
        self.shards = [f"r{rng.randrange(1, 9)}---sn-{text(rng, ALNUM, 8)}.{VIDEO}"
                       for _ in range(15)]
        self.platform = [f"{name}.{PLATFORM}" for name in """www login account settings-win
            v10.events.data v20.events.data telemetry update dl.delivery ocsp crl time push
            client.wns storage outlook calendar maps fonts apis tiles s3.eu-central-1""".split()]
        self.third_party = ([f"{name}.{site}" for site in self.sites[:12]
                             for name in ("cdn", "static", "pixel", "tags")]
                            + self.edges + self.balancers + self.platform)
        self.cname = {}
        for site in self.sites:
            if rng.random() < 0.4:
                self.cname[f"www.{site}"] = rng.choice(self.edges + self.balancers)
        self.mail_sites = [site for site in self.sites if rng.random() < 0.5]
        self.selectors = {site: rng.choice(["s1", "s2048", "mail", "k1", "selector1"])
                          for site in self.mail_sites}
        self.addresses = [f"198.51.100.{n}" for n in range(1, 250)]
        self.rng = rng

    def zones(self):
        """Zone name -> text of its file."""
        tlds = sorted({tld.rpartition(".")[2] for tld in TLDS})
        records = {tld: [] for tld in tlds}
        records["arpa"] = []

        def add(name, kind, data):
            records[name.rpartition(".")[2]].append(f"{name}. 300 {kind} {data}")

        def host(name):
            add(name, "A", self.rng.choice(self.addresses))
            if self.rng.random() < 0.6:
                add(name, "AAAA", f"2001:db8::{self.rng.randrange(1, 65535):x}")

        for site in self.sites:
            host(site)
            host(f"*.{site}")
            if f"www.{site}" in self.cname:
                add(f"www.{site}", "CNAME", self.cname[f"www.{site}"] + ".")
            add(f"mail.{site}", "A", self.rng.choice(self.addresses))
        for site in self.mail_sites:
            add(site, "MX", f"10 mail.{site}.")
            add(site, "TXT", '"v=spf1 mx include:_spf.kestrelcloud.com ~all"')
            add(f"_dmarc.{site}", "TXT", f'"v=DMARC1; p=none; rua=mailto:dmarc@{site}"')
            key = text(self.rng, ALNUM, 200)
            add(f"{self.selectors[site]}._domainkey.{site}", "TXT", f'"v=DKIM1; k=rsa; p={key}"')
        for name in self.edges + self.balancers + self.shards + self.platform:
            host(name)
        for n in range(4):
            host(f"{n}.{POOL}")
        add("_spf.kestrelcloud.com", "TXT", '"v=spf1 ip4:198.51.100.0/24 -all"')
        for name in ("dc1", "files", "print", "intranet", "wiki"):
            add(f"{name}.{SITE}", "A", f"10.20.0.{self.rng.randrange(2, 250)}")
        for service in ("_ldap._tcp", "_kerberos._tcp", "_ldap._tcp.dc._msdcs", "_gc._tcp"):
            port = 88 if "kerberos" in service else 389
            add(f"{service}.{SITE}", "SRV", f"0 100 {port} dc1.{SITE}.")
        add(f"*.{BLOCKLIST}".replace("*", "2.0.0.127"), "A", "127.0.0.2")
        for n in range(1, 250, 2):
            add(f"{n}.100.51.198.in-addr.arpa", "PTR", f"host-{n}.{PLATFORM}.")
        for at, (tunnel, address) in enumerate(TUNNELS.items()):
            add(tunnel, "NS", f"ns{at + 1}.{tunnel.partition('.')[2]}.")
            add(f"ns{at + 1}.{tunnel.partition('.')[2]}", "A", address)

        files = {".": zone_text(".", [f"{tld}. 86400 NS ns.{tld}." for tld in records]
                                + [f"ns.{tld}. 86400 A {NAMESERVER}" for tld in records])}
        for tld, lines in records.items():
            files[tld] = zone_text(f"{tld}.", lines)
        return files


# Where the tunnels live: names reserved for documentation (RFC 2606), delegated to the attacker.
TUNNELS = {"t.example.com": IODINED, "d.example.net": DNS2TCPD}


def zone_text(origin, lines):
    ns = "ns." + origin.lstrip(".")
    return (f"{origin} 86400 SOA {ns} hostmaster.{origin.lstrip('.')} 1 3600 600 86400 300\n"
            f"{origin} 86400 NS {ns}\n{ns} 86400 A {NAMESERVER}\n" + "\n".join(lines) + "\n")
