#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""The life of alerts: opened once, updated when worse, closed when quiet, over restarts, mutes and
kill -9; and what `dnshound alerts` says of it."""
import json
import os
import random
import sqlite3
import time

from alertlab import HOSTILE, drive_fixture, lines  # noqa: F401

T0 = 1767323000


def file_sink(path, **more):
    return {"name": "own", "type": "file", "address": path, **more}


def told(path):
    return [(e["event"], e["finding"]["zone"]) for e in lines(path)]


def test_one_alert_opened_updated_closed(drive, tmp_path):
    out = tmp_path / "own.json"
    d = drive(file_sink(out), quiet=600, update=60)
    for second in range(0, 50, 5):  # the same finding again and again: nothing new
        d.find("evil.com", up=2000 + second, now=T0 + second)
    d.find("evil.com", up=9000, now=T0 + 30)  # doubled, but too soon
    d.find("evil.com", up=9000, now=T0 + 70)
    d.tick(T0 + 400)
    d.find("evil.com", up=9100, now=T0 + 500)
    d.tick(T0 + 1000)  # not quiet long enough
    d.tick(T0 + 1101)
    d.find("evil.com", up=9100, last=T0 + 500, now=T0 + 1200)  # told again, nothing happened
    d.sent("own", 3)
    d.close()
    events = lines(out)
    assert [e["event"] for e in events] == ["opened", "updated", "closed"]
    assert len({e["alert_id"] for e in events}) == 1
    assert [e["event_id"].rsplit("-", 1)[1] for e in events] == ["1", "2", "3"]
    assert events[2]["finding"]["bytes_up"] == 9100 and events[2]["closed_at"]
    assert events[0]["finding"]["id"] == events[0]["alert_id"].split("-")[0]


def test_what_becomes_more_severe_is_told_at_once(drive, tmp_path):
    out = tmp_path / "own.json"
    d = drive(file_sink(out))
    d.find("evil.com", score=55, up=600, now=T0)
    d.find("evil.com", score=85, up=700, now=T0 + 1)
    d.find("evil.com", score=85, up=700, tool="iodine", now=T0 + 100)
    d.sent("own", 3)
    d.close()
    assert [(e["event"], e["severity"]) for e in lines(out)] == [
        ("opened", "medium"), ("updated", "critical"), ("updated", "critical")]


def test_a_beacon_is_not_quiet_between_its_questions(drive, tmp_path):
    out = tmp_path / "own.json"
    d = drive(file_sink(out), quiet=600)
    d.find("slow.com", gap=3600000, now=T0)
    d.tick(T0 + 3600 * 3)
    d.find("slow.com", gap=3600000, queries=101, now=T0 + 3600 * 3)
    d.tick(T0 + 3600 * 8)
    d.sent("own", 2)
    d.close()
    assert [e["event"] for e in lines(out)] == ["opened", "closed"]


def test_a_new_message_after_the_end_is_a_new_alert(drive, tmp_path):
    out = tmp_path / "own.json"
    d = drive(file_sink(out), quiet=600)
    d.find("evil.com", now=T0)
    d.tick(T0 + 601)
    d.find("evil.com", queries=200, now=T0 + 700)
    d.sent("own", 3)
    d.close()
    events = lines(out)
    assert [e["event"] for e in events] == ["opened", "closed", "opened"]
    assert events[0]["alert_id"] != events[2]["alert_id"]


def test_a_restart_repeats_nothing(drive, tmp_path):
    out = tmp_path / "own.json"
    for start in range(3):
        d = drive(file_sink(out), quiet=600)
        d.find("evil.com", up=2000, now=T0 + start)
        d.find("meh.com", score=30, up=100, now=T0 + start)
        d.until(lambda s: s["sinks"]["own"]["pending"] == 0 and len(lines(out)) >= 1)
        d.close()
    d = drive(file_sink(out), quiet=600)
    d.tick(T0 + 700)
    d.sent("own", 1)
    d.close()
    assert told(out) == [("opened", "evil.com"), ("closed", "evil.com")]


def test_a_new_sink_does_not_get_the_past(drive, tmp_path):
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    d = drive(file_sink(first))
    d.find("old.com", now=T0)
    d.sent("own", 1)
    d.close()
    d = drive(file_sink(first), {**file_sink(second), "name": "late"})
    d.find("new.com", now=T0 + 1)
    d.sent("late", 1)
    d.close()
    assert told(second) == [("opened", "new.com")]
    assert len(told(first)) == 2


def test_mutes(drive, dnshound, tmp_path):
    out, store = tmp_path / "own.json", tmp_path / "alerts.db"
    d = drive(file_sink(out), quiet=100000)
    now = int(time.time())
    d.find("evil.com", up=2000, now=now)
    d.find("a.corp.example", client="10.0.0.9", now=now)
    d.sent("own", 2)

    def alerts(*words):
        return dnshound("alerts", "--store", store, *words)

    listed = alerts("list")
    assert listed.returncode == 1 and "evil.com" in listed.stdout
    assert all(len(line) <= 100 for line in listed.stdout.splitlines())
    finding = json.loads(alerts("list", "--json", "--zone", "evil.com").stdout)["finding_id"]
    assert alerts("mute", finding[:6]).returncode == 2  # a reason is required
    assert "reason" in alerts("mute", finding[:6]).stderr
    assert alerts("mute", "--reason", "x").returncode == 2
    assert alerts("mute", "--until", "2001-01-01", "--zone", "x.org", "--reason", "x").returncode == 2
    assert alerts("mute", finding[:6], "--reason", "exercise").returncode == 0
    assert alerts("mute", "--zone", "corp.example", "--until", "2099-01-01", "--reason",
                  "ours").returncode == 0
    mutes = [json.loads(line) for line in alerts("mutes", "--json").stdout.splitlines()]
    assert [m["reason"] for m in mutes] == ["exercise", "ours"]
    assert "exercise" in alerts("mutes").stdout

    time.sleep(1.5)  # a mute of another process holds within a second
    d.find("b.corp.example", now=now)
    d.find("evil.com", up=50000, now=now + 100)
    assert d.stats()["muted"] == 2
    time.sleep(0.2)
    assert len(lines(out)) == 2
    assert " m" in alerts("list").stdout
    assert alerts("unmute", "1").returncode == 0
    assert alerts("unmute", "77").returncode == 2
    d.until(lambda s: d.find("evil.com", up=50000, now=now + 200) or
            s["sinks"]["own"]["sent"] == 3)
    d.close()
    assert told(out)[2] == ("updated", "evil.com")
    assert alerts("show", finding[:6]).returncode == 0
    assert "updated" in alerts("show", finding[:6]).stdout
    assert alerts("show", "zzz").returncode == 2
    minutes = [json.loads(line) for line in alerts("show", finding[:6], "--json").stdout.splitlines()]
    history = [m for m in minutes if m["type"] == "alert_minute"]
    assert sum(m["bytes_up"] for m in history) == 50000


def test_hostile_names_in_the_table(drive, dnshound, tmp_path):
    d = drive(file_sink(tmp_path / "own.json"))
    for name in HOSTILE:
        d.find(name, sample="x." + name)
    d.sent("own", len(HOSTILE))
    d.close()
    store = tmp_path / "alerts.db"
    for words in (["list"], ["show", ""]):
        ended = dnshound("alerts", "--store", store, *words)
        assert ended.returncode in (0, 1)
        assert all(32 <= ord(c) < 127 or c == "\n" for c in ended.stdout)
        assert all(len(line) <= 100 for line in ended.stdout.splitlines())
    rows = dnshound("alerts", "--store", store, "list", "--json").stdout.splitlines()
    assert len([json.loads(row) for row in rows]) == len(HOSTILE)


def test_what_is_wrong_with_a_store_is_said(dnshound, tmp_path):
    missing = dnshound("alerts", "--store", tmp_path / "none.db", "list")
    assert missing.returncode == 2 and "none.db" in missing.stderr
    (tmp_path / "noise.db").write_bytes(b"no database at all " * 400)
    noise = dnshound("alerts", "--store", tmp_path / "noise.db", "list")
    assert noise.returncode == 2 and "damaged" in noise.stderr
    newer = sqlite3.connect(tmp_path / "newer.db")
    newer.execute("PRAGMA user_version = 99")
    newer.commit()
    newer.close()
    ended = dnshound("alerts", "--store", tmp_path / "newer.db", "list")
    assert ended.returncode == 2 and "newer" in ended.stderr


def test_a_flood_of_findings_is_bounded_and_loses_no_alert(drive, tmp_path):
    out = tmp_path / "own.json"
    d = drive(file_sink(out), max=3000)
    d.until(lambda s: s["opened"] == 2000 or any(  # the daemon comes again at each tick
        d.find(f"z{i}.com", now=T0) for i in range(2000)), 30)
    d.sent("own", 2000, 30)
    d.until(lambda s: s["refused"] > 0 or any(
        d.find(f"z{i}.com", now=T0) for i in range(2000, 4000)), 30)
    d.close(10000)
    zones = [zone for _, zone in told(out)]
    assert len(zones) == len(set(zones)) and set(zones) >= {f"z{i}.com" for i in range(2000)}


def test_kill_9_loses_no_alert_and_doubles_no_line(drive, tmp_path):
    """At random moments of a load of new alerts; DNSHOUND_KILLS=100 for the long run."""
    out, store = tmp_path / "own.json", tmp_path / "alerts.db"
    dice = random.Random(4)
    sinks = [file_sink(out), {**file_sink(tmp_path / "cef.txt"), "name": "cef", "format": "cef"}]
    rounds, fed = int(os.environ.get("DNSHOUND_KILLS", "12")), 0
    for _ in range(rounds):
        d = drive(*sinks, quiet=100000, max=30000)
        # What the daemon has found before it finds again.
        for i in range(fed):
            d.find(f"z{i}.com", up=5000, now=T0)
        end = time.monotonic() + dice.uniform(0.0, 0.25)
        while time.monotonic() < end:
            d.find(f"z{fed}.com", up=5000, now=T0)
            fed += 1
            time.sleep(0.001)
        d.kill()
    d = drive(*sinks, quiet=100000, max=30000)
    end = time.monotonic() + 30
    while True:
        for i in range(fed):
            d.find(f"z{i}.com", up=5000, now=T0)
        d.stats()
        base = sqlite3.connect(store)
        n = base.execute("SELECT count(*) FROM alerts").fetchone()[0]
        base.close()
        if n == fed:
            break
        assert time.monotonic() < end
        time.sleep(0.1)
    d.until(lambda s: all(k["pending"] == 0 for k in s["sinks"].values()) and
            len(lines(out)) >= fed, 30)
    d.close(5000)
    base = sqlite3.connect(store)
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept = [row[0] for row in base.execute("SELECT id FROM events ORDER BY seq")]
    base.close()
    written = [e["event_id"] for e in lines(out)]
    assert written == kept
    assert sorted(zone for _, zone in told(out)) == sorted(f"z{i}.com" for i in range(fed))
    cef = (tmp_path / "cef.txt").read_text().splitlines()
    assert [line.split("externalId=")[1].split(" ")[0] for line in cef] == kept


def test_half_a_line_is_cut_off_and_a_moved_file_goes_on(drive, tmp_path):
    out = tmp_path / "own.json"
    d = drive(file_sink(out))
    d.find("one.com", now=T0)
    d.sent("own", 1)
    out.rename(tmp_path / "own.json.1")  # logrotate
    d.find("two.com", now=T0)
    d.sent("own", 2)
    d.close()
    with open(out, "ab") as file:
        file.write(b'{"type":"alert","event":"ope')
    d = drive(file_sink(out))
    d.find("three.com", now=T0)
    d.sent("own", 1)
    d.close()
    assert told(tmp_path / "own.json.1") == [("opened", "one.com")]
    assert told(out) == [("opened", "two.com"), ("opened", "three.com")]


def test_a_file_that_cannot_be_written_is_said_and_nothing_is_lost(drive, tmp_path):
    out = tmp_path / "folder" / "own.json"  # not there yet
    d = drive(file_sink(out))
    d.find("evil.com", now=T0)
    d.until(lambda s: s["sinks"]["own"]["failed"] >= 1)
    d.logged("cannot deliver")
    out.parent.mkdir()
    d.sent("own", 1)
    d.close()
    assert told(out) == [("opened", "evil.com")]


def test_the_store_is_its_owners(drive, tmp_path):
    store = tmp_path / "alerts.db"
    drive(file_sink(tmp_path / "own.json")).close()
    base = sqlite3.connect(store)
    assert base.execute("PRAGMA user_version").fetchone() == (2,)
    assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert os.stat(store).st_mode & 0o777 == 0o600
    base.close()


def test_a_line_written_just_before_the_end_is_not_written_again(drive, tmp_path):
    """Killed between the line and the note of it: the place is one behind."""
    out, store = tmp_path / "own.json", tmp_path / "alerts.db"
    cef = {**file_sink(tmp_path / "cef.txt"), "name": "cef", "format": "cef"}
    for moved in (False, True):
        d = drive(file_sink(out), cef)
        d.find(f"evil{moved}.com", now=T0)
        d.sent("own", 1)
        d.sent("cef", 1)
        d.close()
        base = sqlite3.connect(store)
        base.execute("UPDATE places SET seq = seq - 1")
        base.commit()
        base.close()
        if moved:
            out.rename(tmp_path / "own.json.1")
    d = drive(file_sink(out), cef)
    d.sent("own", 1)
    d.sent("cef", 1)
    d.close()
    assert told(tmp_path / "own.json.1") == [("opened", "evilFalse.com"), ("opened", "evilTrue.com")]
    assert lines(out) == []
    assert len((tmp_path / "cef.txt").read_text().splitlines()) == 2


def test_an_older_store_is_brought_up_to_date(drive, dnshound, tmp_path):
    """Version 1 knew no blocks."""
    store = tmp_path / "alerts.db"
    d = drive(file_sink(tmp_path / "own.json"))
    d.find("evil.com", now=T0)
    d.sent("own", 1)
    d.close()
    base = sqlite3.connect(store)
    base.execute("DROP TABLE blocks")
    base.execute("PRAGMA user_version = 1")
    base.commit()
    base.close()
    assert dnshound("blocks", "--store", store).returncode == 2
    drive(file_sink(tmp_path / "own.json")).close()
    assert dnshound("blocks", "--store", store).returncode == 0
    assert "evil.com" in dnshound("alerts", "--store", store, "list", "--all").stdout
