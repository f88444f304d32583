# SPDX-License-Identifier: ISC
"""dnstap of the servers that Debian has, each answering a client in a namespace of its own."""
import shutil
import sys

import pytest

import logs
from conftest import ROOT
from daemon import Daemon

LAB = ROOT / "tools" / "lab"
sys.path.insert(0, str(LAB))
import net  # noqa: E402
import servers  # noqa: E402

QUERIES = 120
OUTSIDE = "10.10.2.1"  # the resolver, as those that it asks see it

# program, its words, its configuration; {work} and {tap} are put in.
UNBOUND = ("unbound", ["-d", "-c", "{work}/tapped.conf"], servers.UNBOUND + """dnstap:
  dnstap-enable: yes
  dnstap-socket-path: "{tap}"
  dnstap-bidirectional: yes
  dnstap-log-client-query-messages: yes
  dnstap-log-client-response-messages: yes
  dnstap-log-resolver-query-messages: yes
  dnstap-log-resolver-response-messages: yes
""")
BIND = ("named", ["-f", "-c", "{work}/tapped.conf"], """options {{
  directory "{work}"; listen-on {{ {resolver}; }}; listen-on-v6 {{ none; }};
  recursion yes; allow-query {{ any; }}; allow-recursion {{ any; }};
  dnssec-validation no; qname-minimization off; pid-file "{work}/named.pid";
  session-keyfile "{work}/session.key"; empty-zones-enable no; allow-new-zones no;
  dnstap {{ all; }}; dnstap-output unix "{tap}";
}};
controls {{ }};
zone "." {{ type hint; file "{work}/root.hints"; }};
""")
KNOT_RESOLVER = ("kresd", ["-n", "-c", "{work}/tapped.conf", "{work}/kresd"], """
net.listen('{resolver}', 53)
cache.storage = 'lmdb://{work}/kresd/cache'
cache.size = 20*MB
modules = {{ 'hints > iterate', 'policy' }}
hints.root({{ ['ns.'] = '{nameserver}' }})
trust_anchors.remove('.')
option('NO_MINIMIZE', true)
option('ALLOW_LOCAL', true)
modules.load('dnstap')
dnstap.config({{socket_path='{tap}', client={{log_queries=true, log_responses=true}}}})
""")
DNSDIST = ("dnsdist", ["--supervised", "--disable-syslog", "-C", "{work}/tapped.conf"], """
setLocal('{resolver}:53')
newServer('{nameserver}:53')
setACL({{'10.0.0.0/8'}})
tap = newFrameStreamUnixLogger('{tap}')
addAction(AllRule(), DnstapLogAction('dnsdist', tap))
addResponseAction(AllRule(), DnstapLogResponseAction('dnsdist', tap))
""")
KNOT = ("knotd", ["-c", "{work}/tapped.conf"], """
server:
    rundir: "{work}/knot"
    listen: {resolver}@53
database:
    storage: "{work}/knot"
mod-dnstap:
  - id: tap
    sink: "unix:{tap}"
template:
  - id: default
    storage: "{work}"
    zonefile-sync: -1
    journal-content: none
    global-module: mod-dnstap/tap
zone:
  - domain: com
    file: com.zone
""")
RECURSOR = ("pdns_recursor", ["--config-dir={work}/pdns"], """
local-address={resolver}
allow-from=10.10.0.0/16
dont-query=
hint-file={work}/root.hints
qname-minimization=no
dnssec=off
socket-dir={work}
daemon=no
disable-syslog=yes
setuid=
setgid=
threads=1
write-pid=no
security-poll-suffix=
lua-config-file={work}/pdns/tap.lua
""")
SERVERS = {"unbound": UNBOUND, "bind": BIND, "knot-resolver": KNOT_RESOLVER, "dnsdist": DNSDIST,
           "knot": KNOT, "pdns-recursor": RECURSOR}


@pytest.fixture
def lab(namespaces, dnshound):
    if not all(map(shutil.which, ("nsd", "dig"))):
        pytest.skip("tools/setup lab was not run")
    with net.Lab() as built:
        built.work.chmod(0o755)
        yield built


def start_server(lab, which, tap):
    program, words, config = SERVERS[which]
    places = {"work": lab.work, "tap": tap, "resolver": net.RESOLVER, "nameserver": net.NAMESERVER}
    for folder in ("knot", "kresd", "pdns"):
        (lab.work / folder).mkdir()
        (lab.work / folder).chmod(0o777)
    path = lab.work / ("pdns/recursor.conf" if which == "pdns-recursor" else "tapped.conf")
    path.write_text(config.format(**places))
    (lab.work / "pdns" / "tap.lua").write_text(
        f'dnstapFrameStreamServer("{tap}", {{logQueries=true, logResponses=true}})\n')
    lab.start("resolver", program, *(word.format(**places) for word in words), log=f"{which}.log")


def ask(lab, names):
    """Each name once as TXT, by one dig."""
    (lab.work / "names").write_text("".join(f"{name} TXT\n" for name in names))
    lab.run("client", "dig", "+tries=1", "+time=2", "+noall", f"@{net.RESOLVER}", "-f",
            lab.work / "names", capture_output=True)


@pytest.mark.parametrize("which", SERVERS)
def test_what_a_server_taps_is_found(lab, which):
    if not shutil.which(SERVERS[which][0]):
        pytest.skip(f"no {SERVERS[which][0]}")
    tap = lab.work / "tap.sock"
    folder = lab.work / "watch"
    folder.mkdir()
    folder.chmod(0o777)
    page = 9400
    config = (f"metrics:\n  listen: 127.0.0.1:{page}\nsources:\n  - dnstap: unix:{tap}\n"
              "    socket_mode: 0666\n    name: tap\n")
    lab.work.chmod(0o777)
    servers.start_nsd(lab)
    with Daemon(folder, config) as d:
        d.ready()
        start_server(lab, which, tap)

        def answers():
            return "status:" in lab.run("client", "sh", "-c",
                                        f"dig +tries=1 +time=1 @{net.RESOLVER} example.com || true",
                                        capture_output=True, text=True).stdout
        d.wait(f"{which}: {lab.log(f'{which}.log')}", answers, 20)
        ask(lab, [row[2] for row in logs.tunnel("example.com", count=QUERIES)])
        found = d.finding("example.com", 15)[1]
        # A recursor that taps only what it asks itself is all that is known of the client.
        one_sided = which == "pdns-recursor"
        assert found["client"] == (OUTSIDE if one_sided else net.CLIENT)
        name = 'dnshound_source_frames_total{source="tap"}'
        d.wait("all of it", lambda: d.metrics(page)[name] >= 2 * QUERIES, 10)
        d.wait("a count", lambda: d.metrics(page)["dnshound_events_total"] >= 2 * QUERIES, 5)
        m = d.metrics(page)
        assert m['dnshound_source_broken_total{source="tap"}'] == 0
        assert not any(v for k, v in m.items() if k.startswith("dnshound_malformed_total"))
        clientless = which in ("knot", "pdns-recursor")
        assert (m["dnshound_upstream_total"] == m["dnshound_events_total"]) == clientless
        d.wait("a warning", lambda: ("nothing of clients" in d.log()) == clientless, 3)
