# SPDX-License-Identifier: ISC
"""What bench/run and bench/check share: the build, the made traffic, instruction counts."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-bench"
DATA = BUILD / "data"
PROGRAM = BUILD / "app" / "dnshound"
GEN = BUILD / "bench" / "gen"

# The functions that a chunk goes through, one after the other (lib/engine/engine.h).
STAGES = {
    "read": "merge_next",
    "decode": "engine_decode",
    "sequence": "engine_sequence",
    "track": "engine_track",
    "merge": "engine_merge",
}

MIXED = ["tcp=0"]
VARIANTS = {
    "mixed": MIXED,
    "tcp": ["tcp=300"],
    "tunnel": ["tunnel=500", "tcp=0"],
    "flood": ["flood=900", "tcp=0"],
}


def build():
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["meson", "setup", str(BUILD), str(ROOT), "--buildtype=release",
                        "-Dtests=false"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", str(BUILD), "app/dnshound", "bench/gen"], check=True,
                   stdout=subprocess.DEVNULL)
    DATA.mkdir(exist_ok=True)


def traffic(form, transactions, variant="mixed"):
    """The path of a file of made traffic, written if it is not there."""
    path = DATA / f"{variant}-{transactions}.{form}"
    if not path.exists():
        part = path.with_suffix(".part")
        with open(part, "wb") as f:
            subprocess.run([str(GEN), form, str(transactions), *VARIANTS[variant]], check=True,
                           stdout=f)
        part.rename(path)
    return path


def instructions(path):
    """Instructions of each stage, by callgrind: the same on every run."""
    out = BUILD / "callgrind.out"
    subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(PROGRAM),
                    "scan", "--jobs", "1", str(path)], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env=dict(os.environ, LC_ALL="C"))
    text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(out)],
                          capture_output=True, text=True, check=True).stdout
    counts = {}
    for line in text.splitlines():
        m = re.match(r"\s*([\d,]+) \(.*?\)\s+\S*?:(\w+) ", line)
        if m and m.group(2) not in counts:
            counts[m.group(2)] = int(m.group(1).replace(",", ""))
    total = re.search(r"^\s*([\d,]+) .*PROGRAM TOTALS", text, re.M)
    result = {stage: counts.get(function, 0) for stage, function in STAGES.items()}
    result["all"] = int(total.group(1).replace(",", ""))
    return result


def has(program):
    return subprocess.run(["sh", "-c", f"command -v {program}"],
                          stdout=subprocess.DEVNULL).returncode == 0
