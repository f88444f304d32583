# SPDX-License-Identifier: ISC
"""Declared services: left alone while their names keep what the catalogue says, found otherwise."""
import json
import random

import pytest

from logs import eve, ordinary, tunnel, zeek

SOURCE = random.Random(7)
B36 = "abcdefghijklmnopqrstuvwxyz0123456789"


def lookups(count, client="10.0.0.9", zone="sophosxl.net", step=1):
    """File reputation lookups: three labels of a fingerprint, then the service's own."""
    return [(i * step, client, ".".join("".join(SOURCE.choices(B36, k=20)) for _ in range(3))
             + f".i.04.s.{zone}") for i in range(count)]


def pair(dnshound, tmp_path, rows, zone, form=eve):
    log = tmp_path / "dns.json"
    log.write_text(form(sorted(rows + ordinary())))
    ended = dnshound("scan", "--json", "--threshold", "0", log)
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    (found,) = [line for line in lines if line["type"] == "finding" and line["zone"] == zone
                and line["subject"] == "pair"]
    return found


@pytest.mark.parametrize("form", [eve, zeek])
def test_lookups_of_the_declared_shape_are_information(dnshound, tmp_path, form):
    found = pair(dnshound, tmp_path, lookups(300), "sophosxl.net", form)
    assert found["bytes_up"] > 3000
    assert found["verdict"] == "declared-service"
    assert found["severity"] == "info"
    reason = next(r for r in found["reasons"] if r["signal"] == "service")
    assert "antivirus" in reason["text"] and "sophos.com" in reason["text"]
    assert found["score"] == max(0, min(100, 50 + sum(r["points"] for r in found["reasons"])))


def test_without_a_catalogue_the_same_lookups_are_a_finding(dnshound, tmp_path):
    log, none = tmp_path / "dns.json", tmp_path / "none.tsv"
    log.write_text(eve(lookups(300)))
    none.write_text("# nothing\n")
    assert dnshound("scan", "--services", none, log).returncode == 1
    assert dnshound("scan", log).returncode == 0


def test_a_tunnel_below_the_service_is_found(dnshound, tmp_path):
    found = pair(dnshound, tmp_path, tunnel("sophosxl.net"), "sophosxl.net")
    assert found["score"] >= 60
    assert found["verdict"] in ("tunnel", "exfiltration")


def test_a_tunnel_among_true_lookups_is_found(dnshound, tmp_path):
    rows = lookups(300, client="10.0.0.7") + tunnel("sophosxl.net")
    found = pair(dnshound, tmp_path, rows, "sophosxl.net")
    assert found["score"] >= 60
    assert "without its shape" in next(
        r["text"] for r in found["reasons"] if r["signal"] == "service")


def test_ten_times_the_amount_is_a_finding(dnshound, tmp_path):
    found = pair(dnshound, tmp_path, lookups(9000, step=0.1), "sophosxl.net")
    assert found["bytes_up"] > 200000
    assert found["score"] >= 50
    assert found["verdict"] != "declared-service"


def test_block_list_lookups_of_a_mail_server_are_information(dnshound, tmp_path):
    rows = [(i, "10.0.0.25", ".".join(str(SOURCE.randrange(256)) for _ in range(4))
             + ".zen.spamhaus.org") for i in range(500)]
    assert pair(dnshound, tmp_path, rows, "spamhaus.org")["severity"] == "info"


@pytest.mark.parametrize("line,said", [
    ("antivirus\texample.com\t<hex:8>\tup\tmany\tnobody\t2020", "bytes a day"),
    ("antivirus\texample.com\t<hex:8\tup\t100\tnobody\t2020", "shape"),
    ("antivirus\texample.com", "seven columns"),
])
def test_a_bad_catalogue_is_told_with_its_line(dnshound, tmp_path, line, said):
    catalogue = tmp_path / "own.tsv"
    catalogue.write_text("# ours\n" + line + "\n")
    ended = dnshound("scan", "--services", catalogue, tmp_path)
    assert ended.returncode == 2
    assert f"{catalogue}:2: " in ended.stderr and said in ended.stderr
