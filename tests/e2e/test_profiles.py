# SPDX-License-Identifier: ISC
"""--profile prints a rule set's own rows; --compare says why dnshound differs."""
import json

import pytest

from logs import eve, ordinary, tunnel


@pytest.fixture
def log(tmp_path):
    """A tunnel everybody sees; one in few queries; long names that everybody shares."""
    few = tunnel("quiet.org", "10.0.0.5", count=40, seed=4)
    cdn = [(i, f"10.0.1.{i % 40}", f"edge-{i % 60:04d}-static-assets-delivery-frontend.cache"
            f"-region-europe-west.long-names.net") for i in range(800)]
    path = tmp_path / "dns.json"
    path.write_text(eve(sorted(tunnel("evil.com") + few + cdn + ordinary())))
    return path


def lines(ended):
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_points_in_its_columns(dnshound, log):
    ended = dnshound("scan", "--json", "--profile", "points", log)
    *found, summary = lines(ended)
    assert ended.returncode == 1
    assert {row["type"] for row in found} == {"profile_row"}
    (row,) = [row for row in found if row["domain"] == "evil.com"]
    assert row["score"] == 100 and row["severity"] == "CRITICAL"
    assert row["queries"] == row["distinct_subdomains"] == 200
    assert row["mean_length"] == 50 and row["txt_ratio"] == 1
    assert {"mean_length", "unique_ratio"} < {fired["name"] for fired in row["indicators"]}
    assert "quiet.org" not in {row["domain"] for row in found}, "below 50 queries"
    assert summary["profile"] == {"name": "points", "queries": 1140, "flagged": len(found),
                                  "uncounted": 0, "exact": True}


def test_hunt_in_its_own_spelling(dnshound, log):
    *found, summary = lines(dnshound("scan", "--json", "--profile", "hunt", log))
    row = next(row for row in found if row["TopDomain"] == "evil")
    assert list(row)[2:] == ["LastSeen", "ClientIP", "TopDomain", "QueryCount",
                             "UniqueSubdomains", "AvgDomainLength", "MaxDomainLength",
                             "QueryTypes", "TunnelConfidence"]
    assert (row["QueryCount"], row["UniqueSubdomains"]) == (200, 200)
    assert row["TunnelConfidence"] == "high"
    head = dnshound("scan", "--profile", "hunt", log).stdout.splitlines()[0].split()
    assert set(head) == set(list(row)[2:])


def test_listener_flags_names(dnshound, log):
    *found, _ = lines(dnshound("scan", "--json", "--profile", "listener", "--client", "10.0.0.7",
                               log))
    assert len(found) == 200
    assert all(row["client"] == "10.0.0.7" and "long-label" in row["flags"] for row in found)


def test_ordinary_traffic_flags_nothing(dnshound, tmp_path):
    path = tmp_path / "dns.json"
    path.write_text(eve(ordinary()))
    for profile in ("points", "hunt", "listener"):
        assert dnshound("scan", "--profile", profile, path).returncode == 0


def test_compare_tells_what_is_ordinary_and_what_was_missed(dnshound, log):
    ended = dnshound("scan", "--json", "--compare", "points,hunt,listener", log)
    assert ended.returncode == 1
    *found, summary = lines(ended)
    row = {row["domain"]: row for row in found}

    assert row["evil.com"]["points"]["score"] == 100
    assert row["evil.com"]["hunt"]["TunnelConfidence"] == "high"
    assert row["evil.com"]["listener"]["names"] == 200
    assert row["evil.com"]["dnshound"]["found"] and row["evil.com"]["why"] is None

    assert row["quiet.org"]["dnshound"]["found"] and row["quiet.org"]["points"] is None
    assert "points: domains below 50 queries" in row["quiet.org"]["why"]

    assert row["long-names.net"]["points"] is not None
    assert not row["long-names.net"]["dnshound"]["found"]
    assert row["long-names.net"]["why"].startswith("ordinary: ")

    points = next(p for p in summary["profiles"] if p["name"] == "points")
    assert points["missed"] == 1 and points["ordinary"] == 1 and points["found_too"] == 1
    assert points["domains"] == points["found_too"] + points["ordinary"]
    assert summary["found"] == points["found_too"] + points["missed"]

    text = dnshound("hunt", "--compare", "points,hunt", log).stdout
    assert "points: 2 domains, of which dnshound finds 1 too and holds 1 for ordinary" in text
