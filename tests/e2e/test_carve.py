# SPDX-License-Identifier: ISC
"""carve gives back what was sent, says what is missing, and writes nowhere else."""
import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import random
import shlex
import subprocess
import sys
import tarfile
import zipfile

import pytest

import packets
from conftest import EXAMPLES, ROOT, truths

sys.path.insert(0, str(ROOT / "tools" / "lab"))
import inner  # noqa: E402

CORPUS = pathlib.Path(os.environ.get("DNSHOUND_CORPUS", ROOT.parent / "shared" / "data"))
WITH_FILES = [truth for truth in truths() if truth["tool"] and truth["bytes_up"]]
PAYLOAD, NOTHING, WRONG = 0, 4, 2


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def carve(dnshound, folder, *arguments, status=PAYLOAD, **options):
    """The manifest, after checking that what it says of the files is so."""
    ended = dnshound("carve", "--json", "-o", folder, *arguments, **options)
    assert ended.returncode == status, ended.stderr
    manifest = json.loads(ended.stdout)
    assert json.loads((folder / "manifest.json").read_text()) == manifest
    listed = {"manifest.json"}
    for item in items(manifest):
        data = (folder / item["file"]).read_bytes()
        assert (len(data), sha256(data)) == (item["bytes"], item["sha256"])
        listed.add(item["file"])
    assert {path.name for path in folder.iterdir()} == listed
    return manifest


def items(manifest, what=None):
    return [item for target in manifest["targets"] for item in target["items"]
            if what in (None, item["what"])]


def write_names(path, names, qtype=1, step=0.05, client="10.0.0.7"):
    """A capture of queries for these names (lists of labels)."""
    path.write_bytes(packets.header() + b"".join(
        packets.record(packets.packet(packets.query(name, qtype, i & 0xffff), client), i * step)
        for i, name in enumerate(names)))
    return path


@pytest.mark.parametrize("truth", WITH_FILES, ids=lambda truth: truth["case"])
def test_the_files_of_the_examples_come_back(dnshound, truth, tmp_path):
    manifest = carve(dnshound, tmp_path / "out", EXAMPLES / f"{truth['case']}.pcap")
    if truth["tool"] == "iodine":
        (item,) = items(manifest, "packets")
        found = inner.streams((tmp_path / "out" / item["file"]).read_bytes()).values()
        assert {sha256(data) for data in found} == {truth["sha256_up"], truth["sha256_down"]}
    else:
        assert ({(item["way"], item["sha256"]) for item in items(manifest, "stream")}
                == {("up", truth["sha256_up"]), ("down", truth["sha256_down"])})
    assert all(item["complete"] for item in items(manifest))
    assert {target["tool"] for target in manifest["targets"]} == {truth["tool"]}


TUNNEL = CORPUS / "open" / "tunnel"
# Inputs, and what the commands that scan tells for them must end in.
TOLD = {
    "dns2tcp": ([EXAMPLES / "dns2tcp-txt.pcap"], PAYLOAD),
    "several": ([EXAMPLES / "dns2tcp-txt.pcap", EXAMPLES / "iodine-null.pcap",
                 EXAMPLES / "ordinary.pcap"], PAYLOAD),
    "folder": ([EXAMPLES], PAYLOAD),
    "commands": ([TUNNEL / "elisaUD-cloud+IncidentesCiberseguridad/1-dnscat2_un.pcap"], PAYLOAD),
    "encrypted": ([TUNNEL / "Raaaaag+dns_tunneling_traffic/dnscat2.pcapng"], NOTHING),
    "no-domain": ([TUNNEL / "ntop+nDPI/tests/cfgs/default/pcap/dns-tunnel-iodine.pcap"], PAYLOAD),
    "unknown": ([CORPUS / "lab" / "exfil_b32_A_dnsexf.pcap"], PAYLOAD),
}


def run_told(command, folder):
    """The command as a shell would read it, with a real folder for DIR."""
    program = os.environ.get("DNSHOUND", ROOT / "build" / "app" / "dnshound")
    line = command.replace("dnshound", shlex.quote(str(program)), 1).replace(
        "-o DIR", f"-o {shlex.quote(str(folder))}")
    return subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True).returncode


@pytest.mark.parametrize("name", TOLD)
def test_the_command_that_scan_tells_works(dnshound, name, tmp_path):
    inputs, status = TOLD[name]
    if not all(path.exists() for path in inputs):
        pytest.skip("no corpora: set DNSHOUND_CORPUS")
    shown = [line.split(": ", 1)[1] for line in dnshound("scan", *inputs).stdout.splitlines()
             if "dnshound carve " in line]
    findings = [json.loads(line) for line in dnshound("scan", "--json", *inputs).stdout.splitlines()]
    told = [f for f in findings if f["type"] == "finding" and f["carve_command"]]
    assert shown == [f["carve_command"] for f in told] != []
    for n, finding in enumerate(told):
        assert run_told(finding["carve_command"], tmp_path / str(n)) == status
        manifest = json.loads((tmp_path / str(n) / "manifest.json").read_text())
        (target,) = manifest["targets"]
        assert target["tool"] == (finding["tool"] or {"name": "generic"})["name"]
        assert finding["carvable"] == (finding["tool"] is not None and status == PAYLOAD)


def test_ordinary_traffic_holds_nothing(dnshound, tmp_path):
    manifest = carve(dnshound, tmp_path / "out", EXAMPLES / "ordinary.pcap", status=NOTHING)
    assert manifest["targets"] == []


def test_standard_input_gives_the_same(dnshound, tmp_path):
    path = EXAMPLES / "iodine-null.pcap"
    first = carve(dnshound, tmp_path / "a", path)
    with path.open() as file:
        second = carve(dnshound, tmp_path / "b", "-", stdin=file)
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, path.read_bytes())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        third = carve(dnshound, tmp_path / "c", "-", stdin=file)
    os.wait()
    told = json.dumps(first["targets"]).replace(json.dumps(str(path)), '"-"')
    assert json.loads(told) == second["targets"] == third["targets"]


# How made-up tools send a file: name -> (bytes in a name, their labels, the rest of the name).
def hexadecimal(part, n):
    return [part.hex().encode()[:60], part.hex().encode()[60:], b"%x" % n]


def base32(part, n):
    return [b"%d" % n, base64.b32encode(part).rstrip(b"=").lower()]


def base64url(part, n):
    return [base64.urlsafe_b64encode(part).rstrip(b"="), b"%04x" % n]


def number(alphabet, part):
    """Bytes as one big number; leading zero bytes as base58 has them, when it is that."""
    value, text = int.from_bytes(part, "big"), b""
    while value:
        value, digit = divmod(value, len(alphabet))
        text = alphabet[digit:digit + 1] + text
    zeros = len(part) - len(part.lstrip(b"\0"))
    return alphabet[:1] * (zeros if len(alphabet) == 58 else 0) + text


def base36(part, n):
    return [number(b"0123456789abcdefghijklmnopqrstuvwxyz", part), b"%d" % n]


def base58(part, n):
    return [b"%d" % n, number(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", part)]


EXFILTRATION = {
    "base36": (30, base36),
    "base58": (40, base58),
    "hex": (50, hexadecimal),
    "base32": (35, base32),
    "base64url": (45, base64url),
}
ZONE = [b"t", b"evil", b"com"]


def exfiltrate(how, data):
    """The names that carry the data, in order."""
    if how == "nine":  # encoded first, then cut into labels of nine symbols
        text = base64.b32encode(data).rstrip(b"=").lower()
        return [[text[at:at + 9], b"%d" % n, *ZONE]
                for n, at in enumerate(range(0, len(text), 9))]
    size, labels = EXFILTRATION[how]
    return [[label for label in labels(data[at:at + size], n) if label] + ZONE
            for n, at in enumerate(range(0, len(data), size))]


HOWS = [*EXFILTRATION, "nine"]


@pytest.mark.parametrize("how", HOWS)
def test_unknown_tools_in_random_order_with_copies_give_the_same_file(dnshound, how, tmp_path):
    source = random.Random(how)
    data = source.randbytes(20000)
    names = exfiltrate(how, data)
    names += source.sample(names, len(names) // 50)
    source.shuffle(names)
    path = write_names(tmp_path / "a.pcap", names)
    manifest = carve(dnshound, tmp_path / "out", path)
    (item,) = items(manifest, "file")
    assert item["sha256"] == sha256(data)
    assert item["complete"]
    assert manifest["targets"][0]["tool"] == "generic"


def gaps_expected(how, lost, count):
    """(offset, missing) of every hole: at which byte of what is carved, and how many names. Where
    text was cut, eight symbols are five bytes, and a block is known when all of it is."""
    out, carved = [], 0
    for n in range(count):
        if n not in lost:
            if how == "nine" and (n == 0 or n - 1 in lost):
                symbols = -(-n * 9 // 8) * 8  # where decoding is in step again
            if how == "nine":
                end = (n + 1) * 9
                whole = max(0, end - symbols)
                following = n + 1 in lost or n + 1 == count
                new = whole * 5 // 8 if following else whole // 8 * 5
                carved += new
                symbols += whole if following else whole // 8 * 8
            else:
                carved += EXFILTRATION[how][0]
        elif n - 1 not in lost:
            run = next(m for m in range(n, count) if m not in lost) - n
            out.append((carved, run))
    return out


@pytest.mark.parametrize("how", HOWS)
def test_unknown_tools_with_loss_report_every_gap(dnshound, how, tmp_path):
    source = random.Random(how)
    names = exfiltrate(how, source.randbytes(20000))
    lost = set(source.sample(range(2, len(names) - 1), len(names) // 50))
    kept = [(n, name) for n, name in enumerate(names) if n not in lost]
    source.shuffle(kept)
    path = write_names(tmp_path / "a.pcap", [name for _, name in kept])
    (item,) = items(carve(dnshound, tmp_path / "out", path), "file")
    expected = gaps_expected(how, lost, len(names))
    assert [(gap["offset"], gap["missing"]) for gap in item["gaps"]] == expected
    records = {n: record for record, (n, _) in enumerate(kept, 1)}
    behind = sorted(n + 1 for n in lost if n + 1 not in lost)
    assert [gap["before"]["record"] for gap in item["gaps"]] == [records[n] for n in behind]
    assert not item["complete"]


HOSTILE = [b"../../../../tmp/dnshound-was-here", b"..", b"a\0b\nc\x1b[31m", b"/etc/passwd",
           b"C:\\x\\..\\y", b"n" * 100 + b".txt", b"-rf"]


PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_from_the_traffic_stay_in_the_directory(dnshound, name, tmp_path):
    greeting = base64.b32encode(name + b"|30").rstrip(b"=")
    labels = [b"init"] + [greeting[at:at + 60] for at in range(0, len(greeting), 60)]
    source = random.Random(1)
    names = [labels + [b"base64", b"evil", b"com"]]
    names += [[b"%d" % n, base64.urlsafe_b64encode(source.randbytes(45)), b"evil", b"com"]
              for n in range(30)]
    path = write_names(tmp_path / "a.pcap", names, qtype=16)
    folder = tmp_path / "deep" / "out"
    folder.parent.mkdir()
    manifest = carve(dnshound, folder, path, "--zone", "evil.com")
    (item,) = items(manifest, "file")
    assert item["file"].startswith("000") and len(item["file"]) <= 80
    assert set(item["file"]) <= PLAIN
    assert item["suggested_name"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pcap", "deep"]
    assert not pathlib.Path("/tmp/dnshound-was-here").exists()
    texts = next(item for item in items(manifest, "texts"))
    assert b"\x1b" not in (folder / texts["file"]).read_bytes()


def archive(kind, entries):
    """A zip or tar.gz of (name, bytes); None for bytes is a link to /etc/passwd."""
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in entries:
                file.writestr(name, data or b"")
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data or b"")
            if data is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            file.addfile(info, io.BytesIO(data or b""))
    return out.getvalue()


BOMBS = {
    "gzip": lambda: gzip.compress(bytes(40 << 20)),
    "zip": lambda: archive("zip", [("a", bytes(40 << 20))]),
    "tar": lambda: archive("tar", [("a", bytes(40 << 20))]),
    "entries": lambda: archive("zip", [(f"{n}", bytes(4 << 10)) for n in range(600)]),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_ends_at_the_limit(dnshound, kind, tmp_path):
    path = write_names(tmp_path / "a.pcap", exfiltrate("hex", BOMBS[kind]()))
    manifest = carve(dnshound, tmp_path / "out", path, "--max-bytes", "1M")
    (packed,), unpacked = items(manifest, "file"), items(manifest, "unpacked")
    assert manifest["limit_reached"]
    if kind == "entries":
        assert packed["unpacked_in_part"] and all(item["bytes"] == 4 << 10 for item in unpacked[:-1])
    else:
        assert unpacked[-1]["bytes_beyond_limit"] > 0 and not unpacked[-1]["complete"]
    names = [path for path in (tmp_path / "out").iterdir() if path.name != "manifest.json"]
    assert sum(path.stat().st_size for path in names) <= 1 << 20
    assert len(names) <= 300


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_and_links_in_archives_stay_in_the_directory(dnshound, kind, tmp_path):
    entries = [("../../../../tmp/dnshound-was-here", b"one"), ("/etc/passwd", b"two"),
               ("a/b/../c.txt", b"three"), ("n" * 200, b"four"), ("x\n\x1b[31m", b"five")]
    if kind == "tar":
        entries += [("link", None), ("link/inside", b"six")]
    path = write_names(tmp_path / "a.pcap", exfiltrate("hex", archive(kind, entries)))
    folder = tmp_path / "deep" / "out"
    folder.parent.mkdir()
    manifest = carve(dnshound, folder, path, "--zone", "evil.com")
    files = [item for item in items(manifest, "unpacked")]
    assert sorted((folder / item["file"]).read_bytes() for item in files) == sorted(
        data for _, data in entries if data)
    assert all(set(item["file"]) <= PLAIN for item in files)
    assert not any(entry.is_symlink() for entry in folder.iterdir())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pcap", "deep"]
    assert not pathlib.Path("/tmp/dnshound-was-here").exists()


def test_what_is_packed_is_unpacked_one_level(dnshound, tmp_path):
    text = b"number;name;amount\n" * 900 + random.Random(4).randbytes(3000)
    once = gzip.compress(text)
    path = write_names(tmp_path / "a.pcap", exfiltrate("base32", gzip.compress(once)))
    manifest = carve(dnshound, tmp_path / "out", path)
    (packed,), (unpacked,) = items(manifest, "file"), items(manifest, "unpacked")
    assert packed["type"] in ("application/gzip", "application/x-gzip")
    assert unpacked["sha256"] == sha256(once)
    assert unpacked["unpacked_from"] == packed["file"]


KINDS = {
    "text/plain": b"number;name;amount\n" * 90,
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" * 20,
    "image/png": base64.b64decode(
        b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Erk"
        b"Jggg==") + bytes(900),
    "application/x-": pathlib.Path("/bin/true").read_bytes()[:9000],  # an ELF executable
    "application/zip": archive("zip", [("a.txt", random.Random(9).randbytes(2000))]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_sent_is_recognised(dnshound, kind, tmp_path):
    path = write_names(tmp_path / "a.pcap", exfiltrate("base32", KINDS[kind]))
    (item,) = items(carve(dnshound, tmp_path / "out", path, "--zone", "evil.com"), "file")
    assert item["type"].startswith(kind)
    assert item["sha256"] == sha256(KINDS[kind])


def test_a_directory_in_use_is_left_alone(dnshound, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "mine").write_text("mine")
    path = EXAMPLES / "dns2tcp-txt.pcap"
    ended = dnshound("carve", "-o", folder, path)
    assert ended.returncode == WRONG and "not empty" in ended.stderr
    assert [p.name for p in folder.iterdir()] == ["mine"]


def test_force_adds_and_overwrites_nothing(dnshound, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "0001-texts.txt").symlink_to(tmp_path / "elsewhere")
    (folder / "manifest.json").write_text("old")
    ended = dnshound("carve", "--json", "--force", "-o", folder, EXAMPLES / "dns2tcp-txt.pcap")
    assert ended.returncode == PAYLOAD, ended.stderr
    assert (folder / "manifest.json").read_text() == "old"
    assert json.loads((folder / "manifest-0002.json").read_text()) == json.loads(ended.stdout)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("words", [
    ["-o", "OUT"], ["INPUT"], ["-o", "OUT", "INPUT", "--tool", "nonesuch"],
    ["-o", "OUT", "INPUT", "--tool", "sliver"], ["-o", "OUT", "/nonexistent"],
    ["-o", "OUT", "INPUT", "--password", "a", "--password-file", "b"],
    ["-o", "/proc/none/out", "INPUT"]])
def test_wrong_commands_are_told(dnshound, words, tmp_path):
    replace = {"OUT": tmp_path / "out", "INPUT": EXAMPLES / "dns2tcp-txt.pcap"}
    ended = dnshound("carve", *[replace.get(word, word) for word in words])
    assert ended.returncode == WRONG
    assert ended.stderr.startswith("dnshound: ")


ZEEK = """#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tdns
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected
#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\tstring\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\tbool\tbool\tcount\tvector[string]\tvector[interval]\tbool
"""


def zeek_text(label):
    """As Zeek writes a label: lower case, and what is no ASCII as \\xNN."""
    return "".join(chr(c) if 32 < c < 127 and c != 92 else f"\\x{c:02x}" for c in label.lower())


def write_zeek(path, names, qtype="A", number=1):
    lines = [f"{packets.START + n / 20:.6f}\tC{n}\t10.0.0.7\t40000\t10.0.0.53\t53\tudp\t{n}\t-\t"
             f"{'.'.join(map(zeek_text, name))}\t1\tC_INTERNET\t{number}\t{qtype}\t-\t-\tF\tF"
             "\tT\tF\t0\t-\t-\tF\n"
             for n, name in enumerate(names)]
    path.write_text(ZEEK + "".join(lines))
    return path


def test_a_source_without_case_gives_what_does_not_need_it(dnshound, tmp_path):
    data = random.Random(2).randbytes(9000)
    path = write_zeek(tmp_path / "dns.log", exfiltrate("hex", data))
    manifest = carve(dnshound, tmp_path / "out", path)
    (item,) = items(manifest, "file")
    assert item["sha256"] == sha256(data)
    assert any("case" in line for line in manifest["targets"][0]["not_recovered"])
    assert any("responses" in line for line in manifest["targets"][0]["not_recovered"])


def test_two_runs_agree_to_the_byte(dnshound, tmp_path):
    path = EXAMPLES / "iodine-cname.pcap"
    carve(dnshound, tmp_path / "a", path)
    carve(dnshound, tmp_path / "b", path)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_a_deeper_zone_and_another_client_are_told_apart(dnshound, tmp_path):
    path = EXAMPLES / "dns2tcp-txt.pcap"
    carve(dnshound, tmp_path / "a", path, "--zone", "d.example.net")
    carve(dnshound, tmp_path / "b", path, "--zone", "x.example.net", status=NOTHING)
    carve(dnshound, tmp_path / "c", path, "--client", "10.10.1.3", status=NOTHING)


def test_the_command_that_scan_tells_is_safe_to_copy(dnshound, tmp_path):
    truth = next(truth for truth in truths() if truth["case"] == "dns2tcp-txt")
    data = (EXAMPLES / f"{truth['case']}.pcap").read_bytes()
    # The same lengths, so that nothing else of the capture changes.
    data = data.replace(b"\x07example\x03net", b"\x07x;y$'z \x03net")
    (tmp_path / "a b.pcap").write_bytes(data)
    told = dnshound("scan", tmp_path / "a b.pcap").stdout
    (line,) = [line for line in told.splitlines() if "dnshound carve" in line]
    words = shlex.split(line.split("dnshound ", 1)[1])
    assert words[1] == str(tmp_path / "a b.pcap")
    assert run_told(line.split(": ", 1)[1], tmp_path / "out") == PAYLOAD


OPEN = [
    ("elisaUD-cloud+IncidentesCiberseguridad/1-dnscat2_un.pcap", "dnscat2", "command"),
    ("Raaaaag+dns_tunneling_traffic/dnscat2.pcapng", "dnscat2", "encrypted-bytes"),
    ("Raaaaag+dns_tunneling_traffic/dns2tcp.pcapng", "dns2tcp", "resource"),
    ("FillCarr+DNSTunneling_PacketAnalyser/iodine-dns-tunnel-tt.pcapng", "iodine", "network"),
]


@pytest.mark.parametrize("name,tool,fact", OPEN)
def test_open_captures_tell_what_they_carried(dnshound, name, tool, fact, tmp_path):
    path = CORPUS / "open" / "tunnel" / name
    if not path.exists():
        pytest.skip("no corpora: set DNSHOUND_CORPUS")
    encrypted = fact == "encrypted-bytes"
    manifest = carve(dnshound, tmp_path / "out", path, status=NOTHING if encrypted else PAYLOAD)
    (target,) = [target for target in manifest["targets"] if target["tool"] == tool]
    assert fact in {entry["key"] for entry in target["facts"]}
    assert encrypted == any("encrypted" in line for line in target["not_recovered"])
    for item in target["items"]:
        if item["what"] == "stream" and tool == "dns2tcp":
            data = (tmp_path / "out" / item["file"]).read_bytes()
            assert data.startswith(b"SSH-2.0-")
