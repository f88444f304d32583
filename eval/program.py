# SPDX-License-Identifier: ISC
"""The real binary, run on files, and what it says."""
import datetime
import json
import os
import subprocess

BINARY = os.environ.get("DNSHOUND", os.path.join(os.path.dirname(__file__),
                                                 "../build/app/dnshound"))
MEDIUM = 50


def seconds(text):
    if not text:
        return None
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Result:
    def __init__(self, lines):
        said = [json.loads(l) for l in lines]
        self.findings = [d for d in said if d["type"] == "finding"]
        self.summary = next((d for d in said if d["type"] == "summary"), {})

    def alerts(self, threshold=MEDIUM):
        return [f for f in self.findings
                if f["score"] >= threshold and f["severity"] not in ("info", "low")]


# What every site tells its detector: its own reverse zone.
SITE = ("--site-zones", "8.b.d.0.1.0.0.2.ip6.arpa")


def scan(inputs, *options, threshold=MEDIUM, may_fail=False):
    """options: as on the command line. may_fail: damaged captures are told, and read as far as
    they go."""
    done = subprocess.run([BINARY, "scan", "--json", "--threshold", str(threshold), *SITE, *options,
                           *inputs], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1) and not may_fail:
        raise RuntimeError(f"dnshound {inputs}: {done.stderr.decode()[-500:]}")
    return Result(done.stdout.splitlines())
