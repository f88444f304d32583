# SPDX-License-Identifier: ISC
"""What the user says of the site: resolvers, inside addresses, own zones, times, clients."""
import json

import pytest

from logs import eve, ordinary, tunnel

RESOLVER = "10.0.0.53"  # whom all clients of logs.py ask


def findings(ended):
    return {(line["client"], line["zone"]) for line in map(json.loads, ended.stdout.splitlines())
            if line["type"] == "finding" and line["subject"] == "pair"}


def summary(ended):
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture
def log(tmp_path):
    """A client's tunnel, and the same questions 20 s later from the resolver to the world."""
    passed_on = [(row[0] + 20, RESOLVER, row[2], row[3]) for row in tunnel("evil.com")]
    text = eve(sorted(tunnel("evil.com") + passed_on + ordinary()))
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        if line["src_ip"] == RESOLVER:
            line["dest_ip"] = "198.51.100.1"
    path = tmp_path / "dns.json"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_configured_resolver_is_not_credited_while_its_clients_are_seen(dnshound, log):
    assert ("10.0.0.7", "evil.com") in findings(dnshound("scan", "--json", log))
    ended = dnshound("scan", "--json", "--resolvers", f"192.0.2.1,{RESOLVER}", log)
    assert findings(ended) == {("10.0.0.7", "evil.com")}
    assert summary(ended)["coverage"]["asked_by_resolvers"] == 200


def test_behind_a_resolver_its_questions_are_all_there_is(dnshound, tmp_path):
    path = tmp_path / "dns.json"
    text = eve(tunnel("evil.com", client="10.0.0.99"))
    path.write_text(text.replace('"10.0.0.53"', '"198.51.100.1"'))
    ended = dnshound("scan", "--json", "--resolvers", "10.0.0.99", path)
    assert findings(ended) == {("10.0.0.99", "evil.com")}


def test_what_comes_from_outside_is_not_judged(dnshound, tmp_path):
    path = tmp_path / "dns.json"
    path.write_text(eve(tunnel("evil.com", client="203.0.113.9") + tunnel("bad.org", seed=2)))
    ended = dnshound("scan", "--json", "--internal", "10.0.0.0/8,fd00::/8", path)
    assert findings(ended) == {("10.0.0.7", "bad.org")}
    assert summary(ended)["coverage"]["asked_from_outside"] == 200


@pytest.mark.parametrize("option,value", [
    ("--resolvers", "10.0.0.1,host"), ("--internal", "10.0.0.0/33"), ("--client", "10.0.0"),
    ("--zone", "a..b"), ("--site-zones", "corp.example,-.."), ("--since", "yesterday"),
    ("--threshold", "101"), ("--threshold", "-1"), ("--memory", "lots"), ("--profile", "other"),
    ("--compare", "points,other"), ("--services", "/nowhere"), ("--allow", "/nowhere"),
    ("--psl", "/nowhere"), ("--scorecard", "/nowhere"), ("--input-format", "word"),
])
def test_a_bad_value_is_told_and_nothing_is_read(dnshound, log, option, value):
    ended = dnshound("scan", option, value, log)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "dnshound: " in ended.stderr and value.split(",")[-1] in ended.stderr


def test_since_and_until_cut_the_input(dnshound, log):
    ended = dnshound("scan", "--json", "--since", "1770000010", "--until",
                     "2026-02-02T02:40:19", log)
    assert summary(ended)["coverage"]["first_event"] == "2026-02-02T02:40:10.000Z"
    assert summary(ended)["coverage"]["last_event"] == "2026-02-02T02:40:19.000Z"


def test_the_reverse_zones_of_inside_networks_are_the_sites_own(dnshound, tmp_path):
    """Nothing is told to anybody by asking for one's own addresses."""
    names = [".".join(f"{i * 2654435761 % 16**24:024x}") + ".8.b.d.0.1.0.0.2.ip6.arpa"
             for i in range(400)]
    path = tmp_path / "dns.json"
    path.write_text(eve([(1000.0 + i, "10.0.0.7", name, "PTR") for i, name in enumerate(names)]))
    assert findings(dnshound("scan", "--json", path)) == {("10.0.0.7", "8.b.d.0.1.0.0.2.ip6.arpa")}
    inside = dnshound("scan", "--json", "--internal", "10.0.0.0/8,2001:db8::/32", path)
    assert findings(inside) == set()
