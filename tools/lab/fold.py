#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A DNS forwarder that damages names as some middle boxes do.

usage: fold.py case|eighth-bit LISTEN-ADDRESS RESOLVER-ADDRESS

`case` folds the letters of each query's name to lower case: iodine then falls back to Base32.
`eighth-bit` clears the top bit of its bytes: no Base128, but Base64. iodine's own -O chooses the
downstream codec only, so this is how the upstream one is chosen.
"""
import select
import socket
import sys


def damage(how, message):
    """The message with its first question's name folded; what does not parse is left alone."""
    data = bytearray(message)
    at = 12
    while at < len(data) and 0 < data[at] < 64 and at + data[at] < len(data):
        for i in range(at + 1, at + 1 + data[at]):
            if how == "eighth-bit":
                data[i] &= 0x7f
            elif 0x41 <= data[i] <= 0x5a:
                data[i] |= 0x20
        at += 1 + data[at]
    return bytes(data)


def main():
    how, listen, resolver = sys.argv[1:]
    if how not in ("case", "eighth-bit"):
        sys.exit(__doc__)
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.bind((listen, 53))
    behind = {}  # the client's (address, port) -> its own socket to the resolver
    print("listening", flush=True)
    while True:
        ready, _, _ = select.select([front, *behind.values()], [], [])
        for one in ready:
            if one is front:
                message, client = front.recvfrom(65535)
                if client not in behind:
                    behind[client] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    behind[client].connect((resolver, 53))
                behind[client].send(damage(how, message))
            else:
                client = next(key for key, value in behind.items() if value is one)
                front.sendto(one.recv(65535), client)


if __name__ == "__main__":
    main()
