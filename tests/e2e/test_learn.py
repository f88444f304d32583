# SPDX-License-Identifier: ISC
"""A site teaches what is ordinary there: two weeks learned, another week judged by it."""
import json
import random

import pytest

from logs import tunnel, zeek

DAY = 86400
CLIENTS = [f"10.0.0.{n}" for n in range(10, 26)]
WORDS = ("www mail cdn api static img login news shop assets media blog docs help video map "
         "account search data web").split()
SITES = [f"{a}{b}.com" for a in ("blue", "red", "north", "old", "fast") for b in
         ("shop", "times", "bank", "garden", "music", "travel")]
BASE36 = "abcdefghijklmnopqrstuvwxyz0123456789"
# A product of this site that tells its maker a random name now and then.
MAKER = "maker-telemetry.net"


def browsing(source, client, day):
    """A client's day: ordinary hosts of ordinary sites."""
    rows = []
    for _ in range(12):
        site = source.choice(SITES)
        at = day * DAY + 28800 + source.random() * 36000
        rows += [(at + i * 0.2, client, f"{source.choice(WORDS)}.{site}") for i in range(4)]
    return rows


def telemetry(source, client, day, names):
    return [(day * DAY + 30000 + i * 60 + source.random(), client,
             "".join(source.choices(BASE36, k=28)) + "." + MAKER) for i in range(names)]


def days(first, last, names, seed=7, clients=CLIENTS, talkers=CLIENTS):
    """Days of a site as rows; each talker tells MAKER so many names a day."""
    source = random.Random(f"{seed}/{first}")
    rows = []
    for day in range(first, last):
        for client in clients:
            rows += browsing(source, client, day)
        for client in talkers:
            rows += telemetry(source, client, day, names)
    return rows


def write(path, rows):
    path.write_text(zeek(sorted(rows)))
    return path


def findings(ended):
    return [line for line in map(json.loads, ended.stdout.splitlines())
            if line["type"] == "finding"]


def zones(baseline):
    """zone -> fields of its line."""
    return {line.split("\t")[1]: line.split("\t") for line in baseline.read_text().splitlines()
            if line.startswith("zone\t")}


@pytest.fixture(scope="module")
def site(dnshound, tmp_path_factory):
    """Two weeks of a site, what was learned from them, and how that ended."""
    where = tmp_path_factory.mktemp("site")
    log = write(where / "past.json", days(0, 14, 4))
    ended = dnshound("learn", log, "-o", where / "site.baseline")
    return log, where / "site.baseline", ended


def test_a_zone_of_the_whole_site_is_ordinary_once_learned(dnshound, tmp_path):
    baseline = tmp_path / "site.baseline"
    ended = dnshound("learn", write(tmp_path / "past.json", days(0, 14, 2)), "-o", baseline)
    assert ended.returncode == 0, ended.stdout
    assert "of 16 clients" in ended.stdout
    assert zones(baseline)[MAKER][2] == "16"

    week = write(tmp_path / "week.json", days(14, 21, 4))
    (before,) = findings(dnshound("scan", "--json", week))
    assert (before["subject"], before["zone"]) == ("zone", MAKER)
    after = dnshound("scan", "--json", "--baseline", baseline, week)
    assert after.returncode == 0 and findings(after) == []


def test_a_finding_that_is_allowed_is_learned(dnshound, site, tmp_path):
    log, baseline, ended = site
    assert ended.returncode == 1 and MAKER in ended.stdout
    assert MAKER not in zones(baseline)

    allow, learned = tmp_path / "allow", tmp_path / "allowed.baseline"
    allow.write_text(f"{MAKER} * * our own product, ticket 9\n")
    assert dnshound("learn", "--allow", allow, log, "-o", learned).returncode == 0
    assert zones(learned)[MAKER][2:4] == ["16", "14"]
    week = write(tmp_path / "week.json", days(14, 21, 6))
    assert dnshound("scan", "--baseline", baseline, week).returncode == 1
    assert dnshound("scan", "--baseline", learned, week).returncode == 0


def test_tunnels_are_still_found(dnshound, tmp_path):
    baseline = tmp_path / "site.baseline"
    dnshound("learn", write(tmp_path / "past.json", days(0, 14, 2)), "-o", baseline)
    at = 16 * DAY + 40000
    for zone in ("sync-box.net", MAKER):  # a new one, and one that the site knows
        rows = [(at + r[0], *r[1:]) for r in tunnel(zone, client="10.0.0.12", count=300)]
        week = write(tmp_path / "week.json", days(14, 21, 1) + rows)
        ended = dnshound("scan", "--json", "--baseline", baseline, week)
        (found,) = [f for f in findings(ended) if f["subject"] == "pair"]
        assert (found["client"], found["zone"]) == ("10.0.0.12", zone)
        assert found["score"] >= 60
        signals = {r["signal"]: r for r in found["reasons"]}
        assert 0 < signals["unlike_site"]["points"] <= 6
        if zone == MAKER:
            assert signals["known_zone"]["points"] > 0
            assert "learned from 16 clients" in signals["known_zone"]["text"]


def test_a_host_that_leaks_while_learning_is_reported_not_learned(dnshound, tmp_path):
    past, baseline = days(0, 14, 0), tmp_path / "site.baseline"
    # It shares its zone with two others, who do not leak: that does not make it ordinary.
    shared = [(d * DAY + 50000, c, "www.sync-box.net") for d in range(14) for c in CLIENTS[:3]]
    leak = [(5 * DAY + r[0], *r[1:])
            for r in tunnel("sync-box.net", client="10.0.0.12", count=300)]
    log = write(tmp_path / "past.json", past + shared + leak)
    ended = dnshound("learn", "--json", log, "-o", baseline)
    assert ended.returncode == 1
    (found,) = [f for f in findings(ended) if f["subject"] == "pair"]
    assert (found["client"], found["zone"]) == ("10.0.0.12", "sync-box.net")
    learned = json.loads(ended.stdout.splitlines()[-1])
    assert (learned["type"], learned["clients"]) == ("baseline", 15)
    assert learned["clients_left_out"] == 1
    assert "sync-box.net" not in zones(baseline)  # two clients are left, who are too few
    again = dnshound("scan", "--json", "--baseline", baseline, log)
    assert {f["zone"] for f in findings(again)} == {"sync-box.net"}


def test_one_client_alone_teaches_nothing(dnshound, tmp_path):
    baseline, source = tmp_path / "site.baseline", random.Random(3)
    own = [(d * DAY + 50000 + i, "10.0.0.11", f"{source.choice(WORDS)}.hobby.org")
           for d in range(14) for i in range(5)]
    pair = own + [(row[0] + 1, "10.0.0.12", row[2].replace("hobby", "club")) for row in own] + [
        (row[0] + 2, "10.0.0.13", row[2].replace("hobby", "club")) for row in own]
    log = write(tmp_path / "past.json", days(0, 14, 0) + pair)
    assert dnshound("learn", log, "-o", baseline).returncode == 0
    assert not {"hobby.org", "club.org"} & set(zones(baseline))
    assert dnshound("learn", "--min-clients", 2, log, "-o", baseline).returncode == 0
    assert "club.org" in zones(baseline) and "hobby.org" not in zones(baseline)
    alone = dnshound("learn", "--min-clients", 1, log, "-o", baseline)
    assert alone.returncode == 2 and "one client alone" in alone.stderr


def test_who_tells_most_does_not_say_what_is_ordinary(dnshound, tmp_path):
    baseline, most = tmp_path / "site.baseline", []
    for loud in (0, 8):
        extra = telemetry(random.Random(1), "10.0.0.10", 3, loud)
        log = write(tmp_path / "past.json", days(0, 14, 1, talkers=CLIENTS[:8]) + extra)
        dnshound("learn", log, "-o", baseline)
        most.append(int(zones(baseline)[MAKER][13]))  # what a pair's slowest sum reaches
    assert most[1] <= most[0] * 1.1


def test_the_same_past_gives_the_same_bytes(dnshound, site, tmp_path):
    log, baseline, _ = site
    for options in (["--jobs", 1], ["--jobs", 2]):
        other = tmp_path / "other.baseline"
        dnshound("learn", *options, log, "-o", other)
        assert other.read_bytes() == baseline.read_bytes()


def test_show_prints_what_was_learned(dnshound, site):
    shown = dnshound("learn", "--show", site[1])
    assert shown.returncode == 0
    assert dnshound("config", "show", site[1]).stdout == shown.stdout
    assert "16 clients" in shown.stdout and "2026-02-02 to 2026-02-15" in shown.stdout
    assert "blueshop.com" in shown.stdout and "Isolation forest: 64 trees" in shown.stdout


@pytest.mark.parametrize("damage,said", [
    (lambda t: t.replace("blueshop", "bluesh0p"), ":1: the file is damaged"),
    (lambda t: t[:-30], ":1: the file is damaged"),
    (lambda t: t.replace("baseline\t1", "baseline\t2"), ":1: this is no baseline, or one of "),
    (lambda t: "", ":1: this is no baseline"),
])
def test_a_damaged_baseline_ends_the_program(dnshound, site, tmp_path, damage, said):
    bad = tmp_path / "bad.baseline"
    bad.write_text(damage(site[1].read_text()))
    for command in (["scan", "--baseline", bad, site[0]], ["learn", "--show", bad]):
        ended = dnshound(*command)
        assert ended.returncode == 2 and ended.stdout == ""
        assert f"dnshound: {bad}{said}" in ended.stderr


def test_nothing_is_written_where_nothing_was_learned(dnshound, tmp_path):
    empty, baseline = tmp_path / "empty.json", tmp_path / "site.baseline"
    empty.write_text("")
    ended = dnshound("learn", empty, "-o", baseline)
    assert ended.returncode == 2 and "nothing to learn from" in ended.stderr
    assert not baseline.exists() and not list(tmp_path.glob("*.part"))
    assert "-o FILE" in dnshound("learn", empty).stderr


def test_budgets_come_from_rare_zones_of_many_clients(dnshound, tmp_path):
    source, baseline = random.Random(5), tmp_path / "site.baseline"
    rare = [(day * DAY + 60000 + n, client,
             "".join(source.choices(BASE36, k=9 + n)) + f".rare{number}.org")
            for day in range(14) for number, client in enumerate(CLIENTS) for n in range(3)]
    for rows, learned in ((days(0, 14, 0), False), (days(0, 14, 0) + rare, True),
                          (days(0, 5, 0) + rare[:5 * 48], False)):
        log = write(tmp_path / "past.json", rows)
        assert dnshound("learn", log, "-o", baseline).returncode == 0
        lines = [line for line in baseline.read_text().splitlines() if line[:7] == "budgets"]
        assert len(lines) == learned
        if learned:  # three names of nine to eleven random characters a day, for two weeks
            assert 60 < int(lines[0].split("\t")[3]) < 500
