# SPDX-License-Identifier: ISC
"""explain: why a name costs what it costs."""
import json

import pytest


@pytest.fixture
def explain(dnshound):
    def run(*names, **options):
        ended = dnshound("explain", "--json", *names, **options)
        assert ended.returncode == 0, ended.stderr
        return [json.loads(line) for line in ended.stdout.splitlines()]

    return run


def test_random_costs_more_than_words(explain):
    word, random = explain("www.example.com", "d3kx9q7wz2.example.com")
    assert word["zone"] == random["zone"] == "example.com"
    assert word["bits"] < 12 and random["bits"] > 40
    assert [label["label"] for label in random["labels"]] == ["d3kx9q7wz2"]


def test_zones_by_the_suffix_list_and_the_site(explain):
    names = explain("a.b.evil.co.uk", "data.evil.github.io", "dnscat.aabb", "4.3.2.1.in-addr.arpa",
                    "x.corp.example.com", "--site-zones", "corp.example.com")
    assert [name["zone"] for name in names] == [
        "evil.co.uk", "evil.github.io", "-", "in-addr.arpa", "corp.example.com"]
    assert names[4]["zone_class"] == "zone of this site"


def test_public_structure_is_folded(explain):
    address, selector = explain("4.3.2.1.in-addr.arpa", "mail2026._domainkey.example.com")
    assert address["bits_after_folding"] < 8 < address["bits"]
    assert selector["fold"] == "key selector (RFC 6376)"


def test_encodings_that_fit(explain):
    (name,) = explain("nbswy3dpeb3w64tmmqqho33soqqho2lunbqxg5dpmuzdgnby.evil.com")
    assert "base32" in name["encodings"]
    assert "hex" not in name["encodings"]


def test_declared_services(explain):
    listed, other, odd = explain("4.3.2.1.zen.spamhaus.org", "www.example.com",
                                 "nbswy3dpeb3w64tm.zen.spamhaus.org")
    assert listed["service"]["category"] == "dnsbl" and listed["service"]["shape"] is True
    assert other["service"] is None
    assert odd["service"]["shape"] is False


def test_names_from_standard_input(explain):
    names = explain("-", input="www.example.com\r\n\na\\027b.example.com\n")
    assert [name["name"] for name in names] == ["www.example.com", "a\\027b.example.com"]


def test_what_is_no_name_is_told_and_the_rest_explained(dnshound):
    ended = dnshound("explain", "a..b", "x" * 64 + ".com", "\x1b[31m..", "www.example.com")
    assert ended.returncode == 2
    assert ended.stderr.count("is no domain name") == 3 and "\x1b" not in ended.stderr
    assert ended.stdout.startswith("www.example.com\n")


def test_help_teaches_by_example(dnshound):
    for command in ("scan", "hunt", "explain"):
        ended = dnshound(command, "--help")
        assert ended.returncode == 0 and ended.stderr == ""
        assert f"  dnshound {command} " in ended.stdout
        assert all(len(line) <= 100 for line in ended.stdout.splitlines())
