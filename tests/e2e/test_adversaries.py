# SPDX-License-Identifier: ISC
"""Each adversary of eval/, alone, at ten bytes a second: it is found, at the right place."""
import pathlib
import sys

import pytest

EVAL = pathlib.Path(__file__).resolve().parents[2] / "eval"
sys.path.insert(0, str(EVAL))

import adversaries  # noqa: E402
import names  # noqa: E402
import program  # noqa: E402
import traffic  # noqa: E402
import truth  # noqa: E402

RATE = 10


def cases():
    for f in adversaries.families():
        yield f.name


@pytest.mark.parametrize("name", list(cases()))
def test_found(dnshound, tmp_path, name):
    if not pathlib.Path(names.path()).is_dir():
        pytest.skip(f"no name lists at {names.corpus()} (DNSHOUND_CORPUS)")
    kind = adversaries.find(name)
    attack = adversaries.instance(kind, adversaries.OWN if kind.own else RATE, 1750000000.0,
                                  [f"10.99.0.{i + 1}" for i in range(100)])
    capture = tmp_path / "adversary.pcap"
    traffic.write(kind.make(attack), str(capture), traffic.PcapWriter)
    done = dnshound("scan", "--json", capture)
    said = program.Result(done.stdout.splitlines())
    outcome, _ = truth.sort_out([attack], truth.from_findings(said.alerts()))
    assert outcome[0].found, [(f["zone"], f["score"]) for f in said.findings]
