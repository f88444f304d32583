# SPDX-License-Identifier: ISC
"""How much left: what scan says against what the names really carry, decoded by the tool's own
rules. The sessions are those of examples/, as packets and as the text that sensors make of them."""
import json

import pytest

import sensors
from conftest import EXAMPLES, truths

FACTOR = 1.3
BASE32 = "abcdefghijklmnopqrstuvwxyz012345"
BITS = {"Base32": 5, "Base64": 6, "Base64u": 6, "Base128": 7}


def iodine_bits(labels, codec):
    """Bits of one iodine name: data has five base32 characters of header, then the codec; all
    else is base32 behind a letter, but for the fixed strings that test the path."""
    text = b"".join(labels)
    if text[:1].lower() in b"0123456789abcdef":
        return 5 * 4 + (len(text) - 5) * BITS[codec]
    if text[:1].lower() in b"zys":
        return 0
    return (len(text) - 1) * 5


def dns2tcp_bits(labels, _):
    return sum(len(label) * 6 for label in labels if not label.startswith(b"="))


DECODERS = {"iodine": iodine_bits, "dns2tcp": dns2tcp_bits}
TUNNELS = [truth for truth in truths() if truth["tool"] in DECODERS and truth["bytes_up"]
           and not truth.get("raw_udp")]


def carried_bytes(truth):
    """What the distinct names below the tunnel's domain carry."""
    domain = truth["tunnel_domain"].split(".")
    path = EXAMPLES / f"{truth['case']}.pcap"
    names = {tuple(m["labels"][:-len(domain)]) for m in sensors.messages(path) if not m["response"]}
    bits = DECODERS[truth["tool"]]
    return sum(bits(labels, truth.get("upstream_codec")) for labels in names) / 8


def bytes_up(dnshound, path, truth):
    ended = dnshound("scan", "--json", path)
    return next(line["bytes_up"] for line in map(json.loads, ended.stdout.splitlines())
                if line["type"] == "finding" and line["zone"] == truth["zone"])


@pytest.mark.parametrize("truth", TUNNELS, ids=lambda truth: truth["case"])
def test_packets(dnshound, truth, record_property):
    said = bytes_up(dnshound, EXAMPLES / f"{truth['case']}.pcap", truth)
    true = carried_bytes(truth)
    print(f"{truth['case']}: {said} said, {true:.0f} carried, ratio {said / true:.2f}")
    assert true / FACTOR <= said <= true * FACTOR


@pytest.mark.parametrize("truth", TUNNELS, ids=lambda truth: truth["case"])
@pytest.mark.parametrize("log", [sensors.zeek, sensors.eve], ids=["zeek", "eve"])
def test_logs(dnshound, truth, log, tmp_path):
    path = tmp_path / "log.json"
    path.write_text(log(EXAMPLES / f"{truth['case']}.pcap"))
    said = bytes_up(dnshound, path, truth)
    true = carried_bytes(truth)
    print(f"{truth['case']} {log.__name__}: {said} said, {true:.0f} carried, {said / true:.2f}")
    # Without case, six bits of base64 are a little over five, and seven of base128 six and a half.
    lost = 5.2 / 6 if log is sensors.zeek else 1
    assert true * lost / FACTOR <= said <= true * FACTOR
