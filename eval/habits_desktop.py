# SPDX-License-Identifier: ISC
"""What a desktop does: each function yields one client's events of one day."""
import ipaddress
import zlib

import names
from habit import habit
from place import digest
from traffic import NOERROR, NXDOMAIN, Event

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@habit(share=1.0)
def browsing(site, rng, client, day):
    """Pages: the site's own hosts, then what pages load from others: CDN, ads, measurement."""
    own = [site.pick(rng, site.sites, site.site_weights) for _ in range(6)]
    for _ in range(int(rng.lognormvariate(2.6, 0.6) * site.share(day))):
        time = site.moment(rng, day)
        domain = rng.choice(own) if rng.random() < 0.4 else \
            site.pick(rng, site.sites, site.site_weights)
        yield from site.look_up(rng, time, client, "www." + domain)
        known = zlib.crc32(domain.encode())
        for i in range(rng.randrange(0, 4)):
            host = site.hosts[(known + i * 7) % 400]
            yield from site.look_up(rng, time + 0.1 + i / 9, client, f"{host}.{domain}")
        for i in range(rng.randrange(2, 9)):
            name = site.pick(rng, site.others, site.other_weights)
            yield from site.look_up(rng, time + 0.3 + i / 7, client, name)


@habit(share=0.08)
def encyclopedia(site, rng, client, day):
    """All language editions of one site within seconds: 150 names below one domain."""
    if rng.random() < 0.5:
        return
    time = site.moment(rng, day)
    for i in range(rng.randrange(60, 150)):
        code = LETTERS[i % 26] + LETTERS[(i * 7 + i // 26) % 26]
        yield Event(time + i * 0.03, client, code + ".wikipedia.org", "A", NOERROR,
                    site.answer("wikipedia.org"))


@habit(share=0.35)
def video(site, rng, client, day):
    """Shards of caches."""
    for _ in range(int(rng.randrange(1, 5) * site.share(day))):
        time = site.moment(rng, day)
        for i in range(rng.randrange(2, 7)):
            h = digest("cache", rng.randrange(300))
            name = f"r{1 + int(h[0], 16)}---sn-{h[1:9]}.googlevideo.com"
            yield from site.look_up(rng, time + i, client, name)


@habit(share=0.2)
def metric_beacons(site, rng, client, day):
    """One-off random labels that a measurement script asks once."""
    for _ in range(int(rng.randrange(1, 6) * site.share(day))):
        h = digest(client, day, rng.random())
        time = site.moment(rng, day)
        yield Event(time, client, f"{h[:32]}.clo.footprintdns.com", "A", NOERROR,
                    site.answer("clo.footprintdns.com"))
        yield Event(time + 1, client, f"p2-{h[32:40]}-{h[40:44]}-metric.gstatic.com", "A",
                    NOERROR, site.answer("gstatic.com"))


@habit(share=0.06, part="test")
def ad_recovery(site, rng, client, day):
    """The advertiser's host in long base36 labels below the page's own domain, one page view."""
    if site.is_weekend(day) or rng.random() < 0.6:
        return
    time = site.moment(rng, day)
    host = "ads." + site.sites[40 + zlib.crc32(client.encode()) % 25]
    for i in range(rng.randrange(4, 14)):
        number = int(digest("advertiser", rng.randrange(4000)), 16)
        text = "".join("0123456789abcdefghijklmnopqrstuvwxyz"[number // 36 ** k % 36]
                       for k in range(rng.randrange(40, 50)))
        yield Event(time + i * 0.2, client, f"{text}.{host}", "A", NOERROR, site.answer(host))


@habit(share=0.3, part="test")
def tags(site, rng, client, day):
    """Survey and tag services: the customer's id in a label."""
    for _ in range(int(rng.randrange(0, 4) * site.share(day))):
        customer = rng.randrange(3000)
        h = digest("tag", customer)
        name = f"zn{h[:16]}-{site.sites[customer].split('.')[0]}.siteintercept.qualtrics.com"
        yield from site.look_up(rng, site.moment(rng, day), client, name)


@habit(share=0.5)
def load_balancers(site, rng, client, day):
    for _ in range(int(rng.randrange(0, 6) * site.share(day))):
        n = rng.randrange(2000)
        h = int(digest("elb", n), 16)
        name = f"{site.hosts[n % 300].split('.')[0]}-{h % 10**10:010d}.us-east-1.elb.amazonaws.com"
        yield from site.look_up(rng, site.moment(rng, day), client, name)


@habit(share=0.7)
def telemetry(site, rng, client, day):
    """Vendors' hosts, all day long."""
    vendors = names.vendor_hosts()
    for _ in range(int(30 * site.share(day))):
        yield from site.look_up(rng, site.moment(rng, day), client, rng.choice(vendors))


@habit(share=0.6)
def certificates(site, rng, client, day):
    """OCSP and CRL."""
    hosts = names.certificate_hosts()
    for _ in range(int(12 * site.share(day))):
        yield from site.look_up(rng, site.moment(rng, day), client, rng.choice(hosts))


@habit(share=0.9)
def start_up(site, rng, client, day):
    """Browsers test for wildcards; the domain is looked for; Mondays all machines at once."""
    if site.is_weekend(day) and rng.random() > 0.1:
        return
    time = site.morning(rng, day)
    for i in range(3):
        label = "".join(rng.choice(LETTERS) for _ in range(rng.randrange(7, 16)))
        yield Event(time + 20 + i / 50, client, label, "A", NXDOMAIN)
        yield Event(time + 21 + i / 50, client, label + ".corp.example.net", "A", NXDOMAIN)
    for host in ("connectivitycheck.gstatic.com", "www.msftconnecttest.com",
                 "detectportal.firefox.com"):
        yield from site.look_up(rng, time + 5, client, host)


@habit(share=0.85)
def active_directory(site, rng, client, day):
    if site.is_weekend(day) and rng.random() > 0.1:
        return
    where = f"Office{1 + zlib.crc32(client.encode()) % 4}._sites"
    guid = digest("domain")[:32]
    guid = "-".join((guid[:8], guid[8:12], guid[12:16], guid[16:20], guid[20:]))
    time = site.morning(rng, day)
    for k in range(4):
        for i, host in enumerate((f"_ldap._tcp.{where}.dc._msdcs", "_ldap._tcp.dc._msdcs",
                                  f"_kerberos._tcp.{where}.dc._msdcs", "_ldap._tcp.pdc._msdcs",
                                  f"_gc._tcp.{where}", f"_ldap._tcp.{guid}.domains._msdcs")):
            yield Event(time + k * 7200 + i * 0.2, client, host + ".corp.example.net", "SRV",
                        NOERROR, (("SRV", 600, f"dc{i % 3}.corp.example.net"),))


@habit(share=0.4)
def search_suffixing(site, rng, client, day):
    """Every name that fails is tried again below the search list."""
    for _ in range(int(10 * site.share(day))):
        time = site.moment(rng, day)
        domain = site.pick(rng, site.sites, site.site_weights)
        name = f"{rng.choice(site.hosts[:200])}.{domain}"
        yield Event(time, client, name, "A", NXDOMAIN)
        yield Event(time + 0.01, client, name + ".corp.example.net", "A", NXDOMAIN)
        yield Event(time + 0.02, client, name + ".example.net", "A", NXDOMAIN)


@habit(share=0.25)
def service_discovery(site, rng, client, day):
    """Unicast DNS-SD, and device names."""
    for _ in range(int(8 * site.share(day))):
        time = site.moment(rng, day)
        for i, head in enumerate(("b", "db", "r", "dr", "lb")):
            yield Event(time + i / 100, client, f"{head}._dns-sd._udp.corp.example.net", "PTR",
                        NXDOMAIN)
        for kind in ("_airplay", "_ipp", "_googlecast", "_raop", "_companion-link"):
            yield Event(time + 1, client, f"{kind}._tcp.local", "PTR", NXDOMAIN)
        h = digest("printer", rng.randrange(40))
        yield Event(time + 2, client,
                    f"{h[:12]}@printer-{h[12:16]}._ipp._tcp.corp.example.net", "SRV", NXDOMAIN)


@habit(share=0.5)
def antivirus_declared(site, rng, client, day):
    """Hashes of files, asked by every desktop: services of the catalogue."""
    for _ in range(int(rng.lognormvariate(2.2, 0.8) * site.share(day))):
        time = site.moment(rng, day)
        file = digest("file", int(rng.paretovariate(0.5)) % 200000)
        number = int(file, 16)
        text = "".join("0123456789abcdefghijklmnopqrstuvwxyz"[number // 36 ** k % 36]
                       for k in range(26))
        name = (f"a-0.19-{file[:8]}.{file[8:12]}.1644.{file[12:16]}.3ea1.210.0.{text}."
                "avqs.mcafee.com")
        yield Event(time, client, name, "A", NOERROR, (("A", 300, "127.0.0.128"),))


@habit(share=0.3, part="test")
def antivirus_sophos(site, rng, client, day):
    for _ in range(int(rng.lognormvariate(1.8, 0.8) * site.share(day))):
        file = digest("url", int(rng.paretovariate(0.5)) % 200000)
        yield Event(site.moment(rng, day), client, f"{file[:32]}.i.04.s.sophosxl.net", "TXT",
                    NOERROR, (("TXT", 300, f"r={file[:8]}".encode()),))


@habit(share=0.5, part="test")
def antivirus_undeclared(site, rng, client, day):
    """A vendor that no catalogue knows; all its customers' desktops ask."""
    for _ in range(int(rng.lognormvariate(2.0, 0.8) * site.share(day))):
        file = digest("sample", int(rng.paretovariate(0.5)) % 200000)
        yield Event(site.moment(rng, day), client, f"{file[:40]}.lookup.reputation-vendor.net",
                    "A", NOERROR, (("A", 600, f"127.0.0.{1 + int(file[0], 16)}"),))


@habit(share=0.01)
def ethereum_node(site, rng, client, day):
    """EIP-1459: a tree of base32 names with base64 in TXT."""
    for i in range(150):
        node = digest("enr", rng.randrange(3000))
        name = "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[int(node[k], 16) * 2 + (k & 1)]
                       for k in range(26))
        record = ("enr:-" + (node + digest(node))[:120]).encode()
        yield Event(site.start + (day + i / 150) * 86400 + rng.random(), client,
                    f"{name}.all.mainnet.ethdisco.net", "TXT", NOERROR, (("TXT", 3600, record),))


@habit(share=0.03)
def ipfs_gateway(site, rng, client, day):
    for _ in range(int(rng.randrange(0, 12) * site.share(day))):
        h = digest("cid", rng.randrange(5000))
        text = "".join("abcdefghijklmnopqrstuvwxyz234567"[int(h[k], 16) * 2 + (k & 1)]
                       for k in range(52))
        yield Event(site.moment(rng, day), client, f"bafybei{text}.ipfs.dweb.link", "A", NOERROR,
                    site.answer("ipfs.dweb.link"))


@habit(share=0.1)
def home_media(site, rng, client, day):
    """Addresses and device ids in names."""
    h = digest("plex", client)
    for _ in range(int(8 * site.share(day))):
        ip = f"192-168-{rng.randrange(3)}-{rng.randrange(20)}"
        yield Event(site.moment(rng, day), client, f"{ip}.{h[:32]}.plex.direct", "A", NOERROR,
                    (("A", 60, ip.replace("-", ".")),))


@habit(share=0.15, part="test")
def leak_test_pages(site, rng, client, day):
    """One-off names with which pages find out the visitor's resolver."""
    if rng.random() > 0.2 * site.share(day):
        return
    time = site.moment(rng, day)
    h = digest("probe", client, day)
    for i in range(rng.randrange(6, 20)):
        yield Event(time + i * 0.3, client, f"{h[i:i + 12]}.{i}.dnscheck-page.org", "A", NOERROR,
                    (("A", 0, "198.51.100.99"),))


@habit(share=0.5)
def mail_tracking(site, rng, client, day):
    """Newsletters: the recipient's id in the sender's image host."""
    for _ in range(int(rng.randrange(0, 5) * site.share(day))):
        sender = site.sites[rng.randrange(500)]
        h = digest(client, sender, rng.randrange(3))
        yield from site.look_up(rng, site.moment(rng, day), client, f"{h[:16]}.track.{sender}")


@habit(share=0.05)
def blocker(site, rng, client, day):
    """The site's blocker answers NXDOMAIN or 0.0.0.0 for thousands of names."""
    for _ in range(int(250 * site.share(day))):
        name = site.pick(rng, site.others, site.other_weights)
        blocked = zlib.crc32(name.encode()) % 2
        yield Event(site.moment(rng, day), client, name, "A", NXDOMAIN if blocked else NOERROR,
                    () if blocked else (("A", 2, "0.0.0.0"),))


@habit(share=0.3)
def doh_bootstrap(site, rng, client, day):
    for host in ("dns.google", "cloudflare-dns.com", "mozilla.cloudflare-dns.com", "dns.quad9.net"):
        if rng.random() < 0.4 * site.share(day):
            yield from site.look_up(rng, site.moment(rng, day), client, host)


@habit(share=0.1)
def reverse_desktop(site, rng, client, day):
    """A monitoring tool or a traceroute: v4 and v6 reverse names."""
    for _ in range(int(15 * site.share(day))):
        ip = ipaddress.ip_address(rng.getrandbits(32)) if rng.random() < 0.7 else \
            ipaddress.ip_address((0x2001 << 112) | rng.getrandbits(100))
        yield Event(site.moment(rng, day), client, ip.reverse_pointer, "PTR",
                    NXDOMAIN if rng.random() < 0.5 else NOERROR)
