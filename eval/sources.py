# SPDX-License-Identifier: ISC
"""Labelled sources of others: which there are, and each as packets or log lines of a chosen time.

Nothing of them is kept. What a capture really carried is known for few; for the others the payload
is taken as five eighths of the characters of its distinct subdomains, which base32 would give.
"""
import csv
import json
import os
import re
import struct
import subprocess
from collections import namedtuple

import names
import traffic
from reference import profiles
from traffic import Event

class Source(namedtuple("Source", "path kind label_class label zone queries origin part")):
    own = False

    @property
    def name(self):
        """Whose, and which file."""
        return self.origin.split("/")[0] + "/" + os.path.basename(self.path)


TYPE_NAMES = {v: k for k, v in traffic.TYPES.items()}

# Origins from which scorecard and budgets may learn. All others are for testing.
FIT_ORIGINS = ("Raaaaag/", "BoneLee/", "activecm/")
LEAST_QUERIES = 100


def manifest(path, root):
    """A list of sources: tab-separated with a header; paths are relative to root."""
    with open(path, encoding="utf-8") as f:
        for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            file = os.path.join(root, r["path"])
            if os.path.isfile(file):
                part = "fit" if r["origin_repo"].startswith(FIT_ORIGINS) else "test"
                yield Source(file, r["kind"], r["class"], r["label"], r["zone"],
                             int(r["queries"] or 0), r["origin_repo"], part)


def examples():
    """The project's own captures, whose payload is known."""
    folder = os.path.join(os.path.dirname(__file__), "../examples")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".truth.json"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                truth = json.load(f)
            capture = os.path.join(folder, name.replace(".truth.json", ".pcap"))
            if "tool" in truth and truth.get("bytes_up") and os.path.exists(capture):
                yield capture, truth


def all_sources(more=()):
    found = list(manifest(os.path.join(names.corpus(), "MANIFEST.tsv"),
                          os.path.join(names.corpus(), "open")))
    for path in more:
        found += manifest(path, os.path.dirname(os.path.abspath(path)))
    return found


# Bro-like lines with '^' between fields, as one public set has them -----------------------------

def caret_events(path):
    """The name is what comes before type and class (0x00000001), or before a list of types."""
    with open(path, encoding="latin-1") as f:
        for n, line in enumerate(f):
            cells = line.rstrip("\n").split("^")
            times = [c for c in cells if re.fullmatch(r"1[3-6]\d{8}(\.\d+)?", c)]
            at = next((i for i, c in enumerate(cells) if c == "0x00000001"), None)
            if at is not None:
                name, qtype = cells[at - 2], int(cells[at - 1])
            else:
                at = next((i for i, c in enumerate(cells)
                           if re.fullmatch(r"[0-9a-f]{4}(;[0-9a-f]{4})*", c) and i), None)
                if at is None:
                    continue
                name, qtype = cells[at - 1], int(cells[at].split(";")[0], 16)
            kind = next((k for k, v in traffic.TYPES.items() if v == qtype), "A")
            if times and name:
                yield Event(float(times[0]) + n * 1e-6, "192.0.2.77", name, kind)


def events(source):
    """The queries, in order of time."""
    if source.kind == "txt":
        return sorted(caret_events(source.path), key=lambda e: e.time)
    found = (Event(q.time_ns / 1e9, q.client, b".".join(q.labels).decode("latin-1"),
                   TYPE_NAMES.get(q.qtype, str(q.qtype))) for q in profiles.read(source.path))
    return sorted((e for e in found if e.name), key=lambda e: e.time)


# Zeek's JSON ----------------------------------------------------------------------------------

def json_rows(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(l) for l in f if l.startswith("{")]


# Captures: classic pcap, any link type; frames are changed in time and address only -------------

def frames(path):
    """(link type, [(time, bytes)])."""
    with open(path, "rb") as f:
        data = f.read()
    if data[:4] == b"\x0a\x0d\x0d\x0a" or data[:4] not in (
            b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\xc3\xd4"):
        data = subprocess.run(["editcap", "-F", "pcap", path, "-"], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    order = ">" if data[:4] == b"\xa1\xb2\xc3\xd4" else "<"
    unit = 1e-9 if data[:4] == b"\x4d\x3c\xb2\xa1" else 1e-6
    link = struct.unpack_from(order + "I", data, 20)[0]
    out, at = [], 24
    while at + 16 <= len(data):
        seconds, fraction, size, _ = struct.unpack_from(order + "IIII", data, at)
        out.append((seconds + fraction * unit, data[at + 16:at + 16 + size]))
        at += 16 + size
    return link, out


def put_address(frame, old, new):
    """An address exchanged in an Ethernet frame's IPv4 header; other frames stay."""
    if frame[12:14] != b"\x08\x00" or len(frame) < 34:
        return frame
    src, dst = frame[26:30], frame[30:34]
    return frame[:26] + (new if src == old else src) + (new if dst == old else dst) + frame[34:]
