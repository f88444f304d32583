#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""dnshound rules: what each format says is what its own tool accepts, and no name of traffic ever
becomes more than a name."""
import json
import re
import shutil
import subprocess
import uuid

import pytest

from alertlab import HOSTILE
from conftest import EXAMPLES

yaml = pytest.importorskip("yaml")

BLOCK = ("rpz", "unbound", "dnsmasq", "hosts", "nft")
FIND = ("suricata", "sigma", "kql", "spl")
# Names that try to leave the place they are written to, beside those every sink has to survive.
BREAKERS = [
    "a\nalert ip any any -> any any (sid:1;).com", 'x"; content:"y.com', "x;drop.com", "a|00|b.com",
    "evil.com CNAME rpz-passthru.\n*.com", "$INCLUDE /etc/passwd", "@", "*", "*.com", "com", "co.uk",
    "github.io", "32.1.0.0.10.rpz-client-ip", "evil.rpz-nsdname", "x\ty.com", "a(b.com", "a;b.com",
    "evil.com/#/..", "evil.com/127.0.0.1", "a.com\nconf-file=/etc/shadow", "' or 1=1 --.com",
    "x')].com", "'\nlevel: low\nx: '.com", 'a") | union *.com', "```|delete.com", "[search x].com",
    "a } ; flush ruleset.com", "\\\"; }; .com", "a\\.b.com", "..", "", "-", "\x00.com", "a" * 64 + ".com",
]
NAMES = HOSTILE + BREAKERS + ["évil.com", "10.0.0.53", "evil.com."]


def finding(zone, **more):
    return {"type": "finding", "schema_version": 1, "id": "0123456789abcdef", "subject": "pair",
            "client": "10.0.0.7", "zone": zone, "servers": ["10.0.0.53"], "verdict": "tunnel",
            "severity": "high", "score": 80, "tool": None, "samples": [], "reasons": [],
            "allowed": None, **more}


def escaped(name):
    """As dnshound prints a name; HOSTILE itself comes to rules raw, as from somebody else."""
    return "".join(c if 33 <= ord(c) < 127 and c not in '\\"' else f"\\{ord(c) & 255:03d}"
                   for c in name)


@pytest.fixture(name="made")
def made_fixture(dnshound, tmp_path):
    """made(findings, format, ...): what rules says of them."""
    def make(findings, form, *options):
        path = tmp_path / "findings.json"
        path.write_text("".join(json.dumps(f) + "\n" for f in findings))
        done = dnshound("rules", "--format", form, *options, path)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"[\n\t -~]*", done.stdout), "control characters, or not ASCII"
        return done.stdout
    return make


def hostile():
    return [finding(name, verdict=name, tool={"name": name}, client=name, id=name,
                    samples=[name, escaped(name)], reasons=[{"text": name}])
            for raw in NAMES for name in (raw, escaped(raw)) if "\0" not in name] + [finding("evil.com")]


def real():
    """Ordinary ones, and what skips the resolver."""
    return [finding("evil.com", tool={"name": "iodine"}, reasons=[{"text": "17 KiB of names; a lot"}],
                    samples=["x1.evil.com"]),
            finding("xn--bcher-kva.co.uk", severity="medium", client="2001:db8::7"),
            finding("noise.net", severity="info", verdict="declared-service"),
            finding("ours.org", allowed={"reason": "a test", "file": "allow", "line": 1}),
            finding("-", verdict="non-dns", servers=["198.51.100.9", "10.0.0.53"]),
            finding("-", verdict="dns-bypass", client="2001:db8::7", servers=["2001:db8:1::5"]),
            {"type": "summary", "events": 1}]


def zones_of(text, pattern):
    return sorted(set(re.findall(pattern, text, re.M)))


PATTERNS = {
    "suricata": r'content:"\.([^"]+)"', "sigma": r"^    query: '([^']+)'",
    "kql": None, "spl": r'"\*\.([^"]+)"', "rpz": r"^\*\.(\S+) CNAME \.$",
    "unbound": r'^\tlocal-zone: "([^"]+)\." always_nxdomain$', "dnsmasq": r"^address=/([^/]+)/$",
    "hosts": r"^0\.0\.0\.0 (\S+)$",
}


@pytest.mark.parametrize("form", [f for f in PATTERNS if PATTERNS[f]])
def test_zones(made, form):
    """Blocking formats leave out what is declared or allowed; those that find keep it."""
    said = zones_of(made(real(), form), PATTERNS[form])
    expected = ["evil.com", "xn--bcher-kva.co.uk"]
    if form == "hosts":
        expected.append("x1.evil.com")
    if form in FIND:
        expected += ["noise.net", "ours.org"]
    assert said == sorted(expected)


def test_what_is_left_out_is_told(dnshound, tmp_path):
    path = tmp_path / "f.json"
    path.write_text("".join(json.dumps(finding(z)) + "\n" for z in ("co.uk", "*.com", "a;b.com")))
    done = dnshound("rules", "--unbound", path)
    assert done.returncode == 0 and done.stderr.count("left out") == 3
    assert "public suffix" in done.stderr
    assert "local-zone" not in done.stdout


def test_pipes_aliases_and_mistakes(dnshound):
    line = json.dumps(finding("evil.com"))
    assert "evil.com CNAME ." in dnshound("rules", "--rpz", "-", input=line).stdout
    event = json.dumps({"type": "alert", "event": "opened", "finding": finding("evil.com")})
    assert "evil.com CNAME ." in dnshound("rules", "--rpz", "-", input=event).stdout
    state = json.dumps({"type": "alert_state", "zone": "evil.com", "severity": "high",
                        "verdict": "tunnel", "tool": "iodine"})
    assert "evil.com CNAME ." in dnshound("rules", "--rpz", "-", input=state).stdout
    half = dnshound("rules", "--rpz", "-", input="oops\n" + line)
    assert half.returncode == 2 and "-:1" in half.stderr and "evil.com CNAME" in half.stdout
    assert dnshound("rules", "--format", "iptables", "-").returncode == 2
    assert dnshound("rules", "-").returncode == 2
    assert dnshound("rules", "--rpz").returncode == 2
    assert dnshound("rules", "--rpz", "/nowhere").returncode == 2
    assert dnshound("rules", "--rpz", "--tool", "iodine").returncode == 2
    assert dnshound("rules", "--sigma", "--tool", "nosuch").returncode == 2


def test_of_a_real_capture(dnshound, made):
    scanned = dnshound("scan", "--json", EXAMPLES / "iodine-null.pcap").stdout
    found = [json.loads(line) for line in scanned.splitlines()]
    assert zones_of(made(found, "rpz"), PATTERNS["rpz"]) == ["example.com"]
    assert made(found, "rpz") and "iodine" in made(found, "rpz")


# ---- hostile names ----

def test_nothing_breaks_out(made):
    """Every line of every format is one the format itself makes."""
    plain = r"[a-z0-9_-]+(\.[a-z0-9_-]+)+"
    master = r"([a-z0-9_-]|\\\d{3})+(\.([a-z0-9_-]|\\\d{3})+)+"
    clean = r"[\w .,:%()/+?-]*"
    lines = {
        "suricata": rf'#.*|alert dns \$HOME_NET any -> any any \(msg:"{clean}"; dns\.query; dotprefix; '
                    r'content:"\.([a-z0-9_.-]|\|[0-9a-f]{2}\|)+"; nocase; endswith; '
                    r'threshold:type limit, track by_src, count 1, seconds 60; '
                    r'classtype:trojan-activity; priority:\d; sid:1\d{6}; rev:1; '
                    rf'metadata:created_by dnshound, severity \w+, verdict {clean};\)',
        "rpz": rf";{clean}|\$TTL 60|@ SOA localhost\. hostmaster\.localhost\. \d+ 60 30 604800 60|"
               rf"@ NS localhost\.|(\*\.)?{master} CNAME \.|; [ -~]*",
        "unbound": rf'# [ -~]*|server:|\t# {clean}|\tlocal-zone: "{plain}\." always_nxdomain',
        "dnsmasq": rf"# [ -~]*|address=/{plain}/",
        "hosts": rf"# [ -~]*|(0\.0\.0\.0|::) {plain}",
        "spl": rf"```[^`]*```|\(tag=network tag=resolution tag=dns\) query IN \((\"(\*\.)?{plain}\"(, )?)+\)|"
               r"\| (eval|stats|sort) [ -~]*|",
    }
    for form, pattern in lines.items():
        for line in made(hostile(), form).splitlines():
            assert re.fullmatch(pattern, line), f"{form}: {line}"
    zones = zones_of(made(hostile(), "rpz"), PATTERNS["rpz"])
    assert "evil.com" in zones and "com" not in zones and not [
        z for z in zones if z.rsplit(".", 1)[-1].startswith("rpz-")]
    assert not {"co.uk", "github.io", "\\042.com"} & set(zones)


def test_a_wildcard_is_never_blocked(made):
    for form in BLOCK:
        text = made([finding("*.com"), finding("*"), finding("\\042.com"), finding("com")], form)
        assert not re.search(r"^(\*|com|\\042)", text, re.M) and "/com/" not in text


# ---- against the real tools ----

def need(*programs):
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed (tools/setup test)")


def run(*words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(name="file", params=["real", "hostile", "none"])
def file_fixture(request, made, tmp_path):
    """file(format): a file of rules of ordinary findings, of hostile ones, of none at all."""
    def write(form, *options):
        path = tmp_path / f"rules.{form}"
        path.write_text(made({"real": real, "hostile": hostile, "none": list}[request.param](), form,
                             *options))
        return path
    return write


def test_named_checkzone(file, tmp_path):
    need("named-checkzone")
    said = run("named-checkzone", "-i", "none", "rpz.dnshound", file("rpz"))
    assert "OK" in said and "ignored" not in said


def test_named_serves_it(file, tmp_path):
    need("named-checkconf")
    zone, conf = file("rpz"), tmp_path / "named.conf"
    conf.write_text(f'options {{ directory "{tmp_path}"; response-policy {{ zone "rpz.dnshound"; }}; }};'
                    f'zone "rpz.dnshound" {{ type primary; file "{zone}"; }};')
    run("named-checkconf", "-z", conf)


def test_unbound_checkconf(file, tmp_path):
    need("unbound-checkconf")
    conf = tmp_path / "unbound.conf"
    conf.write_text(f'server:\n  chroot: ""\n  username: ""\n  directory: "{tmp_path}"\n'
                    f'include: "{file("unbound")}"\n')
    assert "no errors" in run("unbound-checkconf", conf)


def test_dnsmasq(file):
    need("dnsmasq")
    assert "OK" in run("dnsmasq", "--test", "-C", file("dnsmasq"))


def test_nft(namespaces, file):
    need("nft")
    path = file("nft", "--resolver", "10.0.0.53")
    run("unshare", "--net", "nft", "-c", "-f", path)
    # Twice, too: it replaces itself.
    listed = run("unshare", "--net", "sh", "-c", f"nft -f {path} && nft -f {path} && nft -n list ruleset")
    assert "10.0.0.53" not in listed
    if '"non-dns ' in path.read_text():
        assert "10.0.0.7 . 198.51.100.9" in listed and "2001:db8::7 . 2001:db8:1::5" in listed


def tool_rules(dnshound, form):
    names = dnshound("rules", "--tool", "list").stdout.split()
    assert {"generic", "iodine", "dns2tcp", "dnscat2"} <= set(names)
    return [dnshound("rules", "--format", form, "--tool", name).stdout for name in names]


@pytest.fixture(name="suricata")
def suricata_fixture(tmp_path):
    """suricata(words): its output; fast.log is in tmp_path."""
    need("suricata")
    files = {"classification": "config classification: trojan-activity,A Trojan was detected,1\n",
             "reference": "", "threshold": ""}
    for name, text in files.items():
        (tmp_path / f"{name}.config").write_text(text)
    conf = tmp_path / "suricata.yaml"
    conf.write_text("%YAML 1.1\n---\nvars:\n  address-groups:\n    HOME_NET: '[10.0.0.0/8]'\n"
                    f"default-log-dir: {tmp_path}\n"
                    f"classification-file: {tmp_path}/classification.config\n"
                    f"reference-config-file: {tmp_path}/reference.config\n"
                    f"threshold-file: {tmp_path}/threshold.config\n"
                    "outputs:\n  - fast:\n      enabled: yes\n      filename: fast.log\n"
                    "app-layer:\n  protocols:\n    dns:\n      udp:\n        enabled: yes\n"
                    "        detection-ports:\n          dp: 53\n"
                    "      tcp:\n        enabled: yes\n        detection-ports:\n          dp: 53\n")
    return lambda *words: run("suricata", "-v", "-c", conf, "-l", tmp_path, *words)


def test_suricata(dnshound, suricata, file):
    path = file("suricata")
    path.write_text(path.read_text() + "".join(tool_rules(dnshound, "suricata")))
    said = suricata("-T", "-S", path)
    assert re.search(r"[1-9]\d* rules successfully loaded, 0 rules failed", said), said


@pytest.mark.parametrize("tool, capture", [("iodine", "iodine-null"), ("dns2tcp", "dns2tcp-txt")])
def test_suricata_finds_it(dnshound, suricata, tmp_path, tool, capture):
    """By its zone and by its traits; nothing in an ordinary office."""
    scanned = dnshound("scan", "--json", EXAMPLES / f"{capture}.pcap").stdout
    path = tmp_path / "dnshound.rules"
    path.write_text(dnshound("rules", "--suricata", "-", input=scanned).stdout +
                    dnshound("rules", "--suricata", "--tool", tool).stdout)
    suricata("-r", EXAMPLES / f"{capture}.pcap", "-S", path)
    log = (tmp_path / "fast.log").read_text()
    assert "tunnel through example." in log and f"names of {tool}, which" in log, log
    (tmp_path / "fast.log").unlink()
    path.write_text("".join(tool_rules(dnshound, "suricata")))
    suricata("-r", EXAMPLES / "ordinary.pcap", "-S", path)
    assert (tmp_path / "fast.log").read_text() == ""


def test_suricata_grammar(dnshound, file):
    """Where there is no Suricata: the parser of suricata-update."""
    parser = subprocess.run(
        ["/usr/bin/python3", "-c", "from suricata.update import rule; import sys, json; "
         "print(json.dumps([{k: r[k] for k in ('sid', 'msg', 'classtype')} if r else None "
         "for r in (rule.parse(l) for l in sys.stdin if not l.startswith('#'))]))"],
        input=file("suricata").read_text() + "".join(tool_rules(dnshound, "suricata")),
        capture_output=True, text=True)
    if parser.returncode:
        pytest.skip("suricata-update is not installed (tools/setup test)")
    rules = json.loads(parser.stdout)
    assert len(rules) > 10 and all(r and r["msg"].startswith("dnshound ") for r in rules)
    assert len({r["sid"] for r in rules}) >= len(rules) - 1


# The published schema of Sigma 2 (detection and correlation rules): what is required, which words
# there are, how long what may be.
LEVELS = {"informational", "low", "medium", "high", "critical"}


def check_sigma(text):
    assert not re.search(r"[^\n -~]", text)
    rules = [d for d in yaml.safe_load_all(text) if d]
    ids = [r["id"] for r in rules]
    assert len(ids) == len(set(ids))
    for r in rules:
        assert isinstance(r["title"], str) and len(r["title"]) <= 256
        assert uuid.UUID(r["id"]).version == 5 and str(uuid.UUID(r["id"])) == r["id"]
        assert r["status"] == "experimental" and r["level"] in LEVELS
        assert isinstance(r["author"], str) and isinstance(r["description"], str)
        assert re.fullmatch(r"\d{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])", r["date"])
        assert len(r["tags"]) == len(set(r["tags"]))
        assert all(re.fullmatch(r"[a-z0-9_-]+\.[a-z0-9._-]+", t) for t in r["tags"])
        assert all(len(f) >= 2 for f in r["falsepositives"])
        assert ("detection" in r) != ("correlation" in r)
        if "detection" in r:
            assert set(r["logsource"]) <= {"category", "product", "service", "definition"}
            names = set(r["detection"]) - {"condition"}
            assert set(re.findall(r"\w+", r["detection"]["condition"])) - {"or", "and", "not"} == names
            for search in (r["detection"][n] for n in names):
                for key, value in search.items():
                    assert key.split("|")[0] in ("query", "record_type")
                    if key.endswith("|re"):
                        re.compile(value)
        else:
            c = r["correlation"]
            assert c["type"] == "value_count" and set(c["rules"]) <= set(ids)
            assert re.fullmatch(r"\d+[smhd]", c["timespan"]) and c["group-by"] == ["src_ip"]
            assert c["condition"]["field"] == "query" and isinstance(c["condition"]["gte"], int)
    return rules


def test_sigma(dnshound, file, made):
    check_sigma(file("sigma").read_text())
    for text in tool_rules(dnshound, "sigma"):
        assert check_sigma(text)


def test_sigma_ids_are_stable_and_info_is_informational(made):
    first, again = (yaml.safe_load_all(made([finding("noise.net", severity=s)], "sigma"))
                    for s in ("info", "high"))
    first, again = [r for r in first if r], [r for r in again if r]
    assert [r["id"] for r in first] == [r["id"] for r in again] and len(first) == 2
    assert {r["level"] for r in first} == {"informational"} and again[0]["level"] == "high"


# A small grammar of the part of KQL that is used here, and the columns that each table has.
TABLES = {
    "DnsEvents": {"SubType", "TimeGenerated", "Name", "QueryType", "ClientIP"},
    "_Im_Dns": {"TimeGenerated", "DnsQuery", "DnsQueryTypeName", "SrcIpAddr"},
    "DeviceNetworkEvents": {"ActionType", "Timestamp", "AdditionalFields", "DeviceName"},
}
TOKEN = re.compile(r'\s+|//[^\n]*|@"[^"]*"|"(?:[^"\\]|\\.)*"|\d+[smhd]?|in~|[A-Za-z_]\w*|>=|==|=~|[|(),=>.;]')
FUNCTIONS = {"ago", "tolower", "tostring", "parse_json", "count", "dcount", "min", "max", "take_any",
             "bin", "strlen", "_Im_Dns", "has_any"}
WORDS = {"where", "extend", "summarize", "order", "by", "desc", "matches", "regex", "in", "starttime"}


def check_kql(text):
    tables = []
    for query in text.split(";\n"):
        tokens, at = [], 0
        while at < len(query):
            m = TOKEN.match(query, at)
            assert m, f"no token of KQL: {query[at:at + 40]!r}"
            at = m.end()
            if not m[0].isspace() and not m[0].startswith("//"):
                tokens.append(m[0])
        if not tokens:
            continue
        table = tokens[0]
        known = set(TABLES[table]) | {table}
        depth = 0
        for i, token in enumerate(tokens):
            depth += (token == "(") - (token == ")")
            assert depth >= 0
            if token == "|":
                assert depth == 0 and tokens[i + 1] in ("where", "extend", "summarize", "order")
            if re.fullmatch(r"[A-Za-z_]\w*", token) and tokens[i - 1] != ".":
                if tokens[i + 1:i + 2] == ["="]:
                    known.add(token)
                assert token in known | FUNCTIONS | WORDS, f"{table} has no {token}"
            if token.startswith('@"'):
                re.compile(token[2:-1])
        assert depth == 0
        tables.append(table)
    return tables


def test_kql(dnshound, file):
    text = file("kql").read_text()
    assert check_kql(text) in ([], ["DnsEvents", "_Im_Dns", "DeviceNetworkEvents"])
    for text in tool_rules(dnshound, "kql"):
        assert set(check_kql(text)) == set(TABLES)


def test_traits_find_the_tools(dnshound):
    """The expressions of Sigma, over the names that captures of the tools hold."""
    found = {}
    for tool, capture in (("iodine", "iodine-null.pcap"), ("dns2tcp", "dns2tcp-txt.pcap")):
        scanned = dnshound("scan", "--json", EXAMPLES / capture).stdout.splitlines()
        names = json.loads(scanned[0])["samples"]
        rules = check_sigma(dnshound("rules", "--sigma", "--tool", tool).stdout)
        found[tool] = [r["title"] for r in rules if "detection" in r and any(
            re.search(r["detection"]["names"]["query|re"], name) for name in names)]
    assert found["iodine"] and found["dns2tcp"], found
