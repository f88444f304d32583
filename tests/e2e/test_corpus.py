# SPDX-License-Identifier: ISC
"""What scan must say about every labelled source of the corpora: each tunnel found at its zone,
ordinary traffic left alone. What is ordinary by its label only, and not in truth, is listed."""
import csv
import json
import os
import pathlib

import pytest

from conftest import ROOT

CORPUS = pathlib.Path(os.environ.get("DNSHOUND_CORPUS", ROOT.parent / "shared" / "data"))

# Labelled benign, but truly something else: (path ends with, zone) -> why.
NOT_BENIGN = {
    ("open_conns/open/dns.log", "r-1x.com"):
        "24 queries of a dnscat2 session stand between the lookups of the same host",
    ("pcap/fuzz-2006-06-26-2594.pcap", "-"):
        "a fuzzer's damaged SIP packets, sent to port 53 among others: 43 of them are no DNS",
}


def manifest():
    path = CORPUS / "MANIFEST.tsv"
    if not path.exists():
        return []
    with open(path, newline="") as f:
        rows = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    # Some files were links where they come from, and now hold nothing but a path.
    return [row for row in rows if row["kind"] != "txt" and (CORPUS / "open" / row["path"]).exists()
            and not (CORPUS / "open" / row["path"]).read_bytes()[:3] == b"../"]


def scan(dnshound, row, threshold):
    ended = dnshound("scan", "--json", "--threshold", threshold, CORPUS / "open" / row["path"])
    assert ended.returncode in (0, 1), ended.stderr
    return [line for line in map(json.loads, ended.stdout.splitlines())
            if line["type"] == "finding"]


def registered(zone):
    """The last two labels: the manifest's zones have suffixes of one label."""
    return ".".join(zone.lower().split(".")[-2:])


TUNNELS = [row for row in manifest() if row["class"] == "tunnel" and int(row["queries"]) >= 100]
BENIGN = [row for row in manifest() if row["class"] == "benign"]


@pytest.mark.skipif(not TUNNELS, reason="the corpora are not there (DNSHOUND_CORPUS)")
@pytest.mark.parametrize("row", TUNNELS, ids=lambda row: row["path"])
def test_every_tunnel_is_found_at_its_zone(dnshound, row):
    found = {finding["zone"] for finding in scan(dnshound, row, 60)}
    # Zones outside the public DNS belong to the server asked.
    wanted = {registered(row["zone"]), "-"} if not row["zone"].startswith("(") else {"-"}
    assert found & wanted


@pytest.mark.skipif(not BENIGN, reason="the corpora are not there (DNSHOUND_CORPUS)")
def test_ordinary_traffic_is_left_alone(dnshound):
    unexplained = []
    for row in BENIGN:
        for finding in scan(dnshound, row, 50):
            if not any(row["path"].endswith(end) and finding["zone"] == zone
                       for end, zone in NOT_BENIGN):
                unexplained.append((row["path"], finding["zone"], finding["score"]))
    assert len(unexplained) <= 1, unexplained
    assert [u for u in unexplained if u[2] >= 60] == []
