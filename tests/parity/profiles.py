#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Do the profiles say, row for row, what their definitions say?

Runs each profile in C and in eval/reference/profiles.py, and compares: over made-up queries that
crowd around every threshold, and over those of every capture and log of the corpora, where these
are there. Names and every decision must be equal; figures shown with three decimals may differ
in the last one.

    profiles.py PROFILE_ROWS_PROGRAM [CORPUS_FOLDER]
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "eval", "reference"))
import profiles as reference  # noqa: E402

BUDGET = str(64 << 20)
DNS_FILE = re.compile(r"(\.pcap(ng)?|dns\.log(\.labeled)?|dns\..*\.log\.gz|\.json)$", re.I)


def sources(folder):
    for part in ("formats", "benign", "tunnel"):
        for base, _, files in os.walk(os.path.join(folder, "open", part)):
            for name in sorted(files):
                path = os.path.join(base, name)
                if DNS_FILE.search(name) and os.path.getsize(path) > 2000:
                    yield path


def is_same_row(ours, theirs):
    if len(ours) != len(theirs):
        return False
    for a, b in zip(ours, theirs):
        if a == b:
            continue
        if "." not in a or "." not in b or abs(float(a) - float(b)) > 0.00101:
            return False
    return True


def difference(program, kind, table):
    done = subprocess.run([program, kind, BUDGET, table], capture_output=True, text=True, check=True)
    ours = [line.split("\t") for line in done.stdout.splitlines()]
    theirs = [[str(v) for v in row] for row in reference.KINDS[kind](reference.load(table))]
    if "exact=1" not in done.stderr:
        return len(theirs), "not exact: " + done.stderr.strip()
    if len(ours) != len(theirs):
        return len(theirs), f"{len(ours)} rows, the reference has {len(theirs)}"
    for a, b in zip(ours, theirs):
        if not is_same_row(a, b):
            return len(theirs), f"row differs:\n  ours      {a}\n  reference {b}"
    return len(theirs), None


def made_up(seed, out):
    """Queries of some forty zones, each zone on or beside several thresholds at once."""
    rng = random.Random(seed)
    day = 86400 * 10**9
    alphabets = [b"0123456789abcdef", b"0123456789ABCDEF", b"abcdefghijklmnop", bytes(range(256)),
                 b"abcdefghijklmnopqrstuvwxyz234567", b"ABCDwxyz0189+/=-_", b"ab", "äöüßÉ日".encode()]
    for zone in range(40):
        base = [rng.choice([b"evil", b"Evil", b"co", b"x%d" % zone]), rng.choice([b"com", b"uk"])]
        n = rng.choice([10, 20, 21, 49, 50, 51, 60, 100, 200])
        distinct = max(1, min(n, rng.choice([1, 10, 11, 30, 31, n * 7 // 10, n * 7 // 10 + 1, 50,
                                             51, 100, 101, n])))
        alphabet = rng.choice(alphabets)
        length = rng.choice([0, 5, 9, 10, 15, 16, 29, 30, 31, 36, 40, 41, 47, 48, 60, 100, 200])
        labels = rng.choice([1, 2, 4, 5, 6])
        names = []
        for i in range(distinct):
            text = bytes(rng.choice(alphabet) for _ in range(max(0, length + rng.choice([-1, 0, 0, 1]))))
            if rng.random() < 0.2:  # every character equally often: entropy on a whole number
                text = (alphabet * 16)[:len(text)]
            size = max(1, min(63, -(-len(text) // labels)))
            names.append([text[at:at + size] for at in range(0, len(text), size)] + base)
        types = [16 if i < n * 3 // 10 + rng.choice([0, 1]) else rng.choice([1, 28, 65])
                 for i in range(n)]
        for i in range(n):
            name = names[i % distinct]
            wire = b"".join(bytes([len(x)]) + x for x in name) + b"\0"
            if not reference.is_valid(name):
                continue
            time = 10**18 + rng.choice([0, 1, day - 1, day, day + 1, day // 2, rng.randrange(2 * day)])
            client = bytes(15) + bytes([rng.choice([1, 1, 1, 2])])
            out.write(f"{time}\t{client.hex()}\t{wire.hex()}\t{types[i]}\n")


def tables(corpus, tmp):
    """Each input as a table: (what it is, path, number of queries)."""
    jobs = [(f"made up, seed {seed}", lambda out, seed=seed: made_up(seed, out))
            for seed in range(30)]
    if not os.path.isdir(os.path.join(corpus, "open")) or not shutil.which("tshark"):
        print(f"corpora skipped: need tshark, and the files in {corpus} (DNSHOUND_CORPUS)")
    else:
        jobs += [(path, lambda out, path=path: reference.dump(path, out))
                 for path in sources(corpus)]
    union = os.path.join(tmp, "all")
    total = 0
    for i, (what, write) in enumerate(jobs):
        table = os.path.join(tmp, str(i))
        with open(table, "w", encoding="ascii") as out:
            write(out)
        with open(table, encoding="ascii") as f, open(union, "a", encoding="ascii") as out:
            lines = f.readlines()
            out.writelines(lines)
        total += len(lines)
        if lines:
            yield what, table, len(lines)
    yield "all together", union, total


def main(program, corpus):
    bad = inputs = queries = 0
    rows = dict.fromkeys(reference.KINDS, 0)
    with tempfile.TemporaryDirectory() as tmp:
        for what, table, n in tables(corpus, tmp):
            inputs += 1
            queries += n
            for kind in reference.KINDS:
                n, why = difference(program, kind, table)
                rows[kind] += n
                if why:
                    bad += 1
                    print(f"{kind} over {what}: {why}")
    print(f"{inputs} inputs, {queries} queries; rows compared: {rows}; {bad} differences")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else
                  os.environ.get("DNSHOUND_CORPUS", os.path.join(ROOT, "..", "shared", "data"))))
