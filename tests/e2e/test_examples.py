# SPDX-License-Identifier: ISC
"""The example captures are what their truth says, and scan says it too."""
import hashlib
import json

import pytest

from conftest import EXAMPLES, truths

TUNNELS = [truth for truth in truths() if truth["tool"]]
WITH_FILES = [truth for truth in TUNNELS if truth["bytes_up"]]
AS_DNS = [truth for truth in WITH_FILES if not truth.get("raw_udp")]


def name(truth):
    return truth["case"]


@pytest.mark.parametrize("truth", truths(), ids=name)
def test_the_files_are_those_of_the_truth(truth):
    for way in ("up", "down"):
        path = EXAMPLES / f"{truth['case']}.{way}"
        data = path.read_bytes() if path.exists() else b""
        assert len(data) == truth[f"bytes_{way}"]
        assert hashlib.sha256(data).hexdigest() == truth[f"sha256_{way}"]


def scan(dnshound, truth):
    ended = dnshound("scan", "--json", EXAMPLES / f"{truth['case']}.pcap")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert lines[-1]["type"] == "summary"
    return ended, [line for line in lines if line["type"] == "finding"
                   and line["severity"] in ("medium", "high", "critical")]


@pytest.mark.parametrize("truth", AS_DNS, ids=name)
def test_scan_finds_the_tunnel_and_names_its_tool(dnshound, truth):
    ended, findings = scan(dnshound, truth)
    assert ended.returncode == 1
    pair = [finding for finding in findings if finding["subject"] == "pair"
            and (finding["client"], finding["zone"]) == (truth["client"], truth["zone"])]
    assert len(pair) == 1
    assert pair[0]["tool"]["name"] == truth["tool"]


@pytest.mark.parametrize("truth", AS_DNS, ids=name)
def test_scan_says_how_much_left_within_a_factor_of_four(dnshound, truth):
    _, findings = scan(dnshound, truth)
    pair = next(finding for finding in findings if finding["subject"] == "pair")
    # The file compresses to about a third on its way; headers and acknowledgements come on top.
    assert truth["bytes_up"] / 4 <= pair["bytes_up"] <= truth["bytes_up"] * 4


def test_scan_finds_nothing_in_ordinary_traffic(dnshound):
    (ordinary,) = [truth for truth in truths() if not truth["tool"]]
    ended, findings = scan(dnshound, ordinary)
    assert findings == []
    assert ended.returncode == 0
