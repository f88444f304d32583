# SPDX-License-Identifier: ISC
"""The TCP streams inside a pcap of bare IPv4 packets, as `dnshound carve` writes it."""
import struct

LINKTYPE_RAW = 101


def packets(data):
    """The packets of a pcap file."""
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<"}[data[:4]]
    (link,) = struct.unpack_from(order + "I", data, 20)
    assert link == LINKTYPE_RAW
    at = 24
    while at < len(data):
        (length,) = struct.unpack_from(order + "I", data, at + 8)
        yield data[at + 16:at + 16 + length]
        at += 16 + length


def streams(data):
    """(source, destination) -> the bytes of that way, in order of their sequence numbers."""
    first, parts = {}, {}
    for ip in packets(data):
        if len(ip) < 40 or ip[0] >> 4 != 4 or ip[9] != 6:
            continue
        head = (ip[0] & 15) * 4
        source, destination, seq = struct.unpack_from(">HHI", ip, head)
        key = (ip[12:16], source), (ip[16:20], destination)
        first.setdefault(key, seq)
        body = ip[head + (ip[head + 12] >> 4) * 4:]
        if body:
            parts.setdefault(key, {})[seq - first[key] - 1 & 0xffffffff] = body
    whole = {}
    for key, pieces in parts.items():
        stream = bytearray()
        for at, body in sorted(pieces.items()):
            stream[at:at + len(body)] = body
        whole[key] = bytes(stream)
    return whole
