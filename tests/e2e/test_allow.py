# SPDX-License-Identifier: ISC
"""What --allow accepts: told with its reason, out of the table, out of the exit status."""
import json

import pytest

from logs import eve, ordinary, tunnel


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "dns.json"
    path.write_text(eve(sorted(tunnel("evil.com") + ordinary())))
    return path


def allow(tmp_path, text):
    path = tmp_path / "allow.txt"
    path.write_text(text)
    return path


@pytest.mark.parametrize("entry", [
    "evil.com * * exercise, ticket 12",
    "evil.com\t10.0.0.0/24\t2026-02-02\texercise, ticket 12",
    "com 10.0.0.7 2027-01-01 exercise, ticket 12",
    "* 10.0.0.7 * exercise, ticket 12",
])
def test_an_allowed_finding_is_information_with_its_reason(dnshound, tmp_path, log, entry):
    path = allow(tmp_path, "# red team\n\n" + entry + "\n")
    ended = dnshound("scan", "--json", "--allow", path, log)
    assert ended.returncode == 0
    findings = [json.loads(line) for line in ended.stdout.splitlines()]
    (found,) = [line for line in findings if line["type"] == "finding"]
    assert found["severity"] == "info"
    assert found["verdict"] in ("tunnel", "exfiltration") and found["score"] >= 60
    assert found["allowed"] == {"reason": "exercise, ticket 12", "file": str(path), "line": 3}
    assert findings[-1]["findings"]["critical"] == 0

    table = dnshound("scan", "--allow", path, log)
    assert table.returncode == 0
    assert "evil.com" not in table.stdout
    assert "1 finding allowed (exercise, ticket 12)" in table.stdout


@pytest.mark.parametrize("entry", [
    "evil.net * * another zone",
    "il.com * * only the end of its name",
    "x.evil.com * * below it",
    "evil.com 10.0.0.8 * another client",
    "evil.com * 2026-02-01 over by then",
    "- * * names outside the public DNS",
])
def test_what_does_not_match_stays_a_finding(dnshound, tmp_path, log, entry):
    ended = dnshound("scan", "--allow", allow(tmp_path, entry + "\n"), log)
    assert ended.returncode == 1
    assert "evil.com" in ended.stdout
    assert ("expired" in ended.stderr) == ("over by then" in entry)


@pytest.mark.parametrize("entry,said", [
    ("evil.com *", "expected zone, client, until and a reason"),
    ("evil.com * *", "expected zone, client, until and a reason"),
    ("evil..com * * why", "domain name"),
    ("evil.com 10.0.0.0/99 * why", "network"),
    ("evil.com * 2026-13-01 why", "2026-12-31"),
    ("evil.com * tomorrow why", "2026-12-31"),
    ("* * * everything", "allow everything"),
])
def test_a_bad_line_is_told_with_its_number(dnshound, tmp_path, log, entry, said):
    path = allow(tmp_path, "good.com * * fine\n" + entry + "\n")
    ended = dnshound("scan", "--allow", path, log)
    assert ended.returncode == 2
    assert f"dnshound: {path}:2: " in ended.stderr and said in ended.stderr
    assert ended.stdout == ""
