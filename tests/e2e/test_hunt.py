# SPDX-License-Identifier: ISC
"""hunt: every pair's figures, filtered, sorted, grouped, as table, CSV and JSON."""
import csv
import io
import json

import pytest

from logs import eve, ordinary, tunnel, zeek


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "dns.json"
    path.write_text(eve(sorted(tunnel("evil.com", count=60) + tunnel("evil.com", "10.0.0.6", 30, 2)
                               + ordinary() + [(5, "10.0.0.9", "=cmd|x.formula.com"),
                                               (6, "10.0.0.9", "nowhere"),
                                               *((90000 + i, "10.0.0.10", "late.example0.com")
                                                 for i in range(80))])))
    return path


def rows(ended):
    assert ended.returncode == 0, ended.stderr
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert lines[-1]["type"] == "summary"
    return lines[:-1]


def test_every_pair_is_there_with_its_figures(dnshound, log):
    found = {(row["client"], row["zone"]): row for row in rows(dnshound("hunt", "--json", log))}
    assert set(found) == {("10.0.0.7", "evil.com"), ("10.0.0.6", "evil.com"),
                          ("10.0.0.9", "formula.com"), ("10.0.0.9", "-"),
                          ("10.0.0.10", "example0.com"),
                          *(("10.0.0.8", f"example{i}.com") for i in range(5))}
    row = found["10.0.0.7", "evil.com"]
    assert row["queries"] == row["unique_names"] == 60
    assert row["avg_name_length"] == 59 and row["max_subdomain_length"] == 50
    assert row["qtypes"] == [{"type": "TXT", "count": 60}]
    assert row["duration_s"] == 59
    assert row["gap_s"] == 1 and row["gap_spread_percent"] < 5
    assert row["score"] >= 60 and row["severity"] in ("high", "critical")


def test_conditions_in_the_names_of_the_json(dnshound, log):
    found = rows(dnshound("hunt", "--json", "--where",
                          "unique_names > 10 and avg_name_length > 40", log))
    assert {row["client"] for row in found} == {"10.0.0.7", "10.0.0.6"}
    found = rows(dnshound("hunt", "--json", "--where",
                          "not (qtypes contains TXT or zone startswith example)", log))
    assert {row["zone"] for row in found} == {"formula.com", "-"}
    assert rows(dnshound("hunt", "--json", "--where", "queries > 1K", log)) == []


@pytest.mark.parametrize("arguments,said", [
    (["--where", "querys > 1"], "expected a column, found 'querys'\n  querys > 1\n  ^"),
    (["--where", "queries > 1 and"], "  queries > 1 and\n                 ^"),
    (["--where", "queries > many"], "queries is a number"),
    (["--columns", "client,nothing"], "no column 'nothing'; there are\n  subject id"),
    (["--sort", "nothing"], "--sort: there is no column 'nothing'"),
    (["--by", "server"], "--by: 'server'"),
    (["--window", "24"], "--window: '24'"),
    (["--window", "1h", "-"], "standard input cannot be read twice"),
])
def test_what_is_wrong_is_told(dnshound, log, arguments, said):
    ended = dnshound("hunt", *arguments, log)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert said in ended.stderr


def test_sorted_largest_first(dnshound, log):
    for column in ("queries", "bytes_up", "avg_name_length", "last_seen"):
        values = [row[column] for row in rows(dnshound("hunt", "--json", "--sort", column, log))]
        assert values == sorted(values, reverse=True)
    zones = [row["zone"] for row in rows(dnshound("hunt", "--json", "--sort", "zone", log))]
    assert zones == sorted(zones)
    totals = [row["bytes_up"] + row["bytes_down"] for row in rows(dnshound("hunt", "--json", log))]
    assert totals == sorted(totals, reverse=True)


def test_columns_and_top(dnshound, log):
    found = rows(dnshound("hunt", "--json", "--columns", "zone,queries", "--top", 2, log))
    assert [list(row) for row in found] == [["type", "zone", "queries"]] * 2


def test_csv_is_read_back_and_holds_no_formula(dnshound, log):
    ended = dnshound("hunt", "--csv", "--columns", "client,zone,samples,bytes_up", log)
    table = list(csv.reader(io.StringIO(ended.stdout)))
    assert table[0] == ["client", "zone", "samples", "bytes_up"]
    assert len(table) == 11 and all(len(row) == 4 for row in table)
    cells = {cell for row in table for cell in row}
    assert "'=cmd|x.formula.com" in cells and "'-" in cells
    assert not any(cell[:1] in tuple("=+-@\t\r") for cell in cells if cell)


def test_the_window_ends_at_the_newest_event(dnshound, log):
    found = rows(dnshound("hunt", "--json", "--window", "24h", log))
    assert {row["client"] for row in found} == {"10.0.0.10"}
    assert len(rows(dnshound("hunt", "--json", "--window", "2d", log))) == 10


def test_by_zone_and_by_client(dnshound, log):
    by_zone = {row["zone"]: row for row in rows(dnshound("hunt", "--json", "--by", "zone", log))}
    assert by_zone["evil.com"]["clients"] == 2
    assert by_zone["evil.com"]["queries"] == by_zone["evil.com"]["unique_names"] == 90
    assert by_zone["evil.com"]["client"] is None
    assert by_zone["evil.com"]["type"] == "zone"
    by_client = {row["client"]: row
                 for row in rows(dnshound("hunt", "--json", "--by", "client", log))}
    assert by_client["10.0.0.8"]["zones"] == 5 and by_client["10.0.0.8"]["queries"] == 100
    assert by_client["10.0.0.8"]["zone"] == "*"
    found = rows(dnshound("hunt", "--json", "--by", "zone", "--where", "clients > 1", log))
    assert {row["zone"] for row in found} == {"evil.com", "example0.com"}


def test_the_same_name_asked_by_many_is_one_name(dnshound, tmp_path):
    path = tmp_path / "dns.json"
    path.write_text(zeek([(i, f"10.0.0.{i % 50}", f"host{i % 4}.shared.com") for i in range(200)]))
    (row,) = rows(dnshound("hunt", "--json", "--by", "zone", path))
    assert (row["clients"], row["unique_names"], row["queries"]) == (50, 4, 200)


@pytest.mark.parametrize("by", ["client,zone", "zone", "client"])
def test_a_table_fits_a_hundred_columns(dnshound, log, by):
    lines = dnshound("hunt", "--by", by, log).stdout.splitlines()
    assert all(len(line) <= 100 for line in lines[:lines.index("")])
    assert lines[0].split()[-1] == "score"


def test_pairs_beyond_the_memory_are_counted(dnshound, tmp_path):
    path = tmp_path / "dns.json"
    path.write_text(eve([(i * 0.01, f"172.16.{i // 256}.{i % 256}", "www.one.com")
                         for i in range(20000)]))
    ended = dnshound("hunt", "--json", "--memory", "16M", path)
    summary = json.loads(ended.stdout.splitlines()[-1])
    assert summary["pairs_without_figures"] > 0
    assert summary["rows"] + summary["pairs_without_figures"] >= 20000
    assert "had no room" in dnshound("hunt", "--memory", "16M", "--top", 1, path).stdout


def test_a_drip_with_hours_between_its_names_keeps_its_times(dnshound, tmp_path):
    path = tmp_path / "dns.json"
    path.write_text(eve(tunnel("evil.com", count=20, step=7200)))
    (row,) = rows(dnshound("hunt", "--json", path))
    assert row["duration_s"] == 19 * 7200 and row["gap_s"] == 7200


def test_one_wild_time_does_not_move_the_others(dnshound, tmp_path):
    path = tmp_path / "dns.json"
    path.write_text(eve(ordinary(count=50) + [(40 * 86400, "10.0.0.1", "wild.example.net")]
                        + ordinary(count=50, start=50)))
    newest = max(row["last_seen"] for row in rows(dnshound("hunt", "--json", path)))
    assert newest == "2026-02-02T02:41:39.000Z"


def test_a_profile_is_a_hunt_too(dnshound, log):
    ended = dnshound("hunt", "--json", "--profile", "points", log)
    assert {json.loads(line)["type"] for line in ended.stdout.splitlines()} == {
        "profile_row", "summary"}
    both = dnshound("scan", "--profile", "points", "--compare", "hunt", log)
    assert both.returncode == 2 and "not both" in both.stderr
