#!/usr/bin/python3
"""Writes the first inputs of the carvers' fuzz targets: a short session of each tool, made up here."""
import base64
import lzma
import os
import struct
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/e2e"))

import encoders  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = [1, 5, 10, 15, 16, 25, 33, 65399]
B32 = "abcdefghijklmnopqrstuvwxyz012345"


def event(qtype, name, rtype=None, rdata=b""):
    name = name.encode("latin-1")
    choice = TYPES.index(qtype) | (8 if rtype else 0)
    out = bytes([choice, len(name)]) + name
    if rtype:
        out += bytes([TYPES.index(rtype)]) + struct.pack(">H", len(rdata)) + rdata
    return out


def write(target, name, data):
    folder = os.path.join(HERE, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def b32(data):
    bits = "".join(f"{b:08b}" for b in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(B32[int(bits[i:i + 5], 2)] for i in range(0, len(bits), 5))


def labels(text):
    return ".".join(text[i:i + 57] for i in range(0, len(text), 57))


def iodine():
    frame = b"\0\0\x08\0\x45" + bytes(range(40))
    packed = zlib.compress(frame)
    up = "0" + B32[1 << 2] + B32[0] + B32[1] + "a" + b32(packed)
    half = len(packed) // 2
    parts = ["0" + B32[2 << 2] + B32[0] + B32[0] + "b" + b32(packed[:half]),
             "0" + B32[2 << 2] + B32[1 << 3] + B32[1] + "c" + b32(packed[half:])]
    down = bytes([0x80, 1 << 5 | 1]) + packed
    write("carve_iodine", "null", event(10, "v" + b32(b"\0\0\5\2\1\1"), 10, b"VACK\1\2\3\4\0") +
          event(10, "laabc", 10, b"10.0.0.1-10.0.0.2-1130-27") + event(10, "saaaaa", 10, b"Base32") +
          event(10, labels(up)) + b"".join(event(10, labels(p)) for p in parts) +
          event(10, "p" + b32(b"\0\0\0\1"), 10, down))
    txt = b"t" + b32(down).encode()
    write("carve_iodine", "txt", event(16, "p" + b32(b"\0\0\0\1"), 16,
                                       bytes([len(txt)]) + txt))
    host = labels("h" + b32(down)).split(".") + ["xy"]
    wire = b"".join(bytes([len(x)]) + x.encode() for x in host) + b"\0"
    write("carve_iodine", "names", event(5, "paaaaaaa", 5, wire) +
          event(15, "paaaaaaa", 15, b"\0\12" + wire) + event(33, "paaaaaaa", 33, bytes(6) + wire))
    raw = b"\x10\xd1\x9e\x20" + packed
    write("carve_iodine", "raw", bytes([32, len(raw)]) + raw)


def dns2tcp():
    def name(seq, kind, data=b"", control=""):
        text = base64.b64encode(struct.pack("<H", 0x1234) + struct.pack(">HHB", 0, seq, kind) + data)
        return ".".join(filter(None, [labels(text.decode().rstrip("=")), control]))

    def text(seq, kind, data=b""):
        packed = struct.pack("<H", 0x1234) + struct.pack(">HHB", 0, seq, kind) + data
        t = b"A" + base64.b64encode(packed).rstrip(b"=")
        return bytes([len(t)]) + t
    write("carve_dns2tcp", "session", event(16, name(9, 0, b"ssh", "=connect"), 16, text(9, 0)) +
          event(16, name(1, 4), 16, text(1, 0x18, b"SSH-2.0-x")) + event(16, name(3, 8, b"cc")) +
          event(16, name(2, 8, b"bb"), 16, text(2, 0x10)) + event(25, name(7, 8, b"late")))


def dnscat2():
    def packet(kind, body):
        return (b"\1\2" + bytes([kind]) + b"\xab\xcd" + body).hex()

    def text(kind, body):
        t = packet(kind, body).encode()
        return bytes([len(t)]) + t
    command = struct.pack(">IHH", 14, 7, 3) + b"/etc/hosts"
    answer = struct.pack(">IHH", 12, 0x8007, 3) + b"a secret"
    write("carve_dnscat2", "download", event(16, packet(0, b"\0\1\0\x20"), 16, text(0, b"\0\2\0\0")) +
          event(16, packet(1, b"\0\1\0\0"), 16, text(1, b"\0\2\0\0" + command)) +
          event(16, packet(1, b"\0\1\0\0" + answer)) + event(16, packet(2, b"\0bye\0")))
    write("carve_dnscat2", "encrypted", event(15, packet(3, bytes(4) + bytes(64))) +
          b"".join(event(15, "dnscat." + packet(1, bytes(6) + struct.pack(">H", n) + bytes(5)))
                   for n in range(6)))
    write("carve_dnscat2", "address", event(1, packet(1, b"\0\1\0\0x"), 1, b"\0\2ab"))


def generic():
    data = b"the quick brown fox jumps over the lazy dog " * 4
    parts = [data[i:i + 4] for i in range(0, len(data), 4)]
    write("carve_generic", "hex", b"".join(event(1, f"{p.hex()}.{i:x}.ab") for i, p in enumerate(parts)))
    write("carve_generic", "loss", b"".join(event(1, f"{i:04x}-{b32(p)}") for i, p in enumerate(parts)
                                            if i % 7 != 3))
    text = base64.urlsafe_b64encode(data).decode()
    write("carve_generic", "cut", b"".join(event(1, f"{n}.{text[i:i + 5]}")
                                           for n, i in enumerate(range(0, len(text), 5))))
    write("carve_generic", "nonce", b"".join(event(1, f"x{i * 7919 % 10000:04d}.{p.hex() * 4}.s{i % 2}")
                                             for i, p in enumerate(parts)))


def small_tools():
    text = base64.urlsafe_b64encode(bytes(range(256))).decode().rstrip("=")
    hello = base64.b32encode(b"a.txt|7").decode().rstrip("=").lower()
    write("carve_dnsexfiltrator", "file", event(16, f"init.{hello}.base64") + b"".join(
        event(16, f"{n}.{text[i:i + 50]}") for n, i in enumerate(range(0, len(text), 50)) if n != 2))
    write("carve_dnsteal", "file", b"".join(
        event(1, f"{text[i:i + 50].replace('_', '/').replace('-', '*')}-.a.txt")
        for i in range(0, len(text), 50)))
    write("carve_dns_shell", "result", event(16, "k", 16, b"\3dir") + event(1, "k.CMDC2") +
          event(1, "a.CMD0.6162") + event(1, "b.CMD2.6364") + event(1, "c.CMD1.65") + event(1, "d.END"))
    down = base64.b64encode(b"SSH-2.0-x") + b"\n"
    write("carve_ozymandns", "session", event(1, "mzxw6ytb.7-0.id-12.up.sshdns.x") + event(
        16, "0-9.id-12.down.sshdns.x", 16, bytes([len(down)]) + down))
    packet = base64.b32encode(b"\x45" + bytes(39)).decode().lower().replace("=", "0")
    wire = b"".join(bytes([len(x)]) + x.encode() for x in labels("d" + packet).split(".")) + b"\0"
    write("carve_tuns", "packets", event(5, labels("d" + packet)) + event(5, "r1", 5, wire))


A63 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
A37 = "abcdefghijklmnopqrstuvwxyz0123456789-"
A87 = "".join(chr(c) for c in range(33, 126) if chr(c) not in '"\\()@;')


def groups(alphabet, size, symbols, data):
    out = ""
    for at in range(0, len(data), size):
        number, text = int.from_bytes(data[at:at + size].ljust(size, b"\0"), "big"), ""
        for _ in range(symbols):
            number, digit = divmod(number, len(alphabet))
            text = alphabet[digit] + text
        out += text
    return out


def tcp_over_dns():
    def packet(number, flags, data=b""):
        head = bytes([0x34, 0x12, number, 0, flags])
        total = sum(head) - head[1] + len(data) + sum(data)
        return head + bytes([-total & 255]) + data

    def name(mark, data):
        if mark == "a":
            return labels("a" + "".join(chr(97 + (b & 15)) + chr(97 + (b >> 4)) for b in data))
        shape = (A63, 5, 7) if mark == "b" else (A37, 7, 11)
        return labels(mark + groups(*shape, bytes([len(data), 0])) + groups(*shape, data))

    def text(data):
        out = (groups(A87, 4, 5, bytes([len(data), 0])) + groups(A87, 4, 5, data)).encode()
        return bytes([len(out)]) + out
    # Raw LZMA of 40 letters, as liblzma writes it; the last five bytes end it.
    alone = lzma.compress(b"abc " * 20, lzma.FORMAT_ALONE, filters=[
        {"id": lzma.FILTER_LZMA1, "dict_size": 4096}])
    packed = bytes([80, 0]) + alone[13:]
    write("carve_tcp_over_dns", "session", event(16, name("a", packet(1, 0, b"SSH-2.0-"))) +
          event(16, name("b", packet(2, 1, b"client"))) + event(16, name("h", packet(4, 1, b"x"))) +
          event(16, name("a", packet(0, 2, b"noop")), 16, text(packet(1, 1, b"server"))) +
          event(5, name("a", packet(3, 1, b"late"))))
    write("carve_tcp_over_dns", "packed", b"".join(
        event(5, name("a", packet(n + 1, 9 if at + 20 >= len(packed) else 0, packed[at:at + 20])))
        for n, at in enumerate(range(0, len(packed), 20))))
    write("carve_tcp_over_dns", "hole", b"".join(
        event(5, name("a", packet(n, 1 if n % 3 == 0 else 0, b"part %d " % n)))
        for n in (1, 2, 4, 5, 6, 9)))
    cname = b"".join(bytes([len(x)]) + x.encode()
                     for x in name("a", packet(1, 1, b"down")).split(".")) + b"\0"
    write("carve_tcp_over_dns", "cname", event(5, name("h", packet(0, 2, b"poll")), 5, cname))


def packetwhisper():
    words = {"a": "716l", "b": "32el", "c": "3937", "=": "659x"}
    write("carve_packetwhisper", "akstat", b"".join(
        event(1, f"{words[c]}{i:04d}.akstat.io") for i, c in enumerate("abcaabbccaab==abca")))
    write("carve_packetwhisper", "titles", b"".join(
        event(1, f"{t}.John.{w}.yoyodyne.com") * 2 for t, w in zip(
            ["Mr", "Dr", "Sir", "Prof", "Lord"] * 4,
            ["Barnett", "Bigboote", "Ready.to.Fly", "Camp"] * 5)))
    write("carve_packetwhisper", "books", event(1, "a67231234.cdn.optimizely.com") +
          event(1, "36419412345.log.optimizely.com") + event(1, "d5ip4p1234567.cloudfront.net"))


def numbers():
    for name, alphabet in (("base36", "0123456789abcdefghijklmnopqrstuvwxyz"), (
            "base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")):
        out = b""
        for n in range(24):
            value, text = int.from_bytes(bytes((n * 37 + i * 11) & 255 for i in range(20)), "big"), ""
            while value:
                value, digit = divmod(value, len(alphabet))
                text = alphabet[digit] + text
            out += event(1, f"{text}.{n}")
        write("carve_generic", name, out)


def answers():
    data = bytes(range(7, 250)) * 2
    chunks = [data[at:at + 12] for at in range(0, len(data), 12)]

    def text(chunk):
        out = base64.b64encode(chunk)
        return bytes([len(out)]) + out
    write("carve_generic", "down-txt", b"".join(
        event(16, f"{n}.get", 16, text(chunk)) for n, chunk in enumerate(chunks)))
    write("carve_generic", "down-null", b"".join(
        event(10, f"x{n * 7 % 40}.p", 10, chunk) for n, chunk in enumerate(chunks)))
    write("carve_generic", "down-a", b"".join(
        event(1, f"{n:x}", 1, chunk[:4]) for n, chunk in enumerate(chunks)))
    write("carve_generic", "down-names", b"".join(
        event(5, f"{n}.a.io", 5, bytes([24]) + chunk.hex().encode() + b"\1a\2io\0")
        for n, chunk in enumerate(chunks)))


def lossy():
    """The ways with a hole in them."""
    def job(text):
        return f"abcdefg{('abcdefg|!|' + text).encode().hex()}"
    parts = [f"{n}|!|{bytes(range(n, n + 9)).hex()}" for n in range(8)]
    write("carve_det", "hole", b"".join(event(1, labels(job(text))) for text in [
        "f.txt|!|REGISTER|!|0123", *parts[:3], *parts[5:], "8|!|DONE"]))
    write("carve_dns_shell", "hole", event(1, "k.CMDC9") + b"".join(
        event(1, f"a{n}.CMD{n}.61626364") for n in (0, 1, 5, 7)) + event(1, "d.END"))
    down = base64.b64encode(b"123456789") + b"\n"
    write("carve_ozymandns", "hole", b"".join(
        event(16, f"{at}-9.id-12.down.x", 16, bytes([len(down)]) + down) for at in (0, 9, 36, 27)))
    text = base64.b32encode(bytes(range(200))).decode().rstrip("=").lower()
    write("carve_generic", "cut-hole", b"".join(
        event(1, f"{text[at:at + 9]}.{n}") for n, at in enumerate(range(0, len(text), 9))
        if n not in (4, 5, 9)))
    text = base64.urlsafe_b64encode(bytes(range(250))).decode().rstrip("=")
    write("carve_dnsexfiltrator", "hole", b"".join(
        event(16, f"{n}.{text[at:at + 30]}") for n, at in enumerate(range(0, len(text), 30))
        if n not in (2, 3)))


def saitama():
    for name, lost in (("deflated", ()), ("hole", (2,))):
        write("carve_saitama", name, b"".join(
            event(1, b".".join(asked).decode(), 1, records[0][1])
            for asked, _, records in encoders.saitama(b"dir", b"a secret " * 40, lost=lost)))


iodine()
lossy()
saitama()
tcp_over_dns()
packetwhisper()
answers()
numbers()
small_tools()
generic()
dns2tcp()
dnscat2()
