#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Stands in for Zeek, which Debian 12 lacks: reads packets from tcpdump on standard input and
writes a JSON line for each query to the file that is named, as they come."""
import pathlib
import struct
import sys

import sensors


class Packet:
    """A capture of one packet, as sensors.py wants its file."""

    def __init__(self, data):
        self.data = data

    def read_bytes(self):
        return self.data


def main():
    source = sys.stdin.buffer
    header = source.read(24)
    with pathlib.Path(sys.argv[1]).open("w") as log:
        while len(record := source.read(16)) == 16:
            data = source.read(struct.unpack("<4I", record)[2])
            log.write(sensors.zeek(Packet(header + record + data)))
            log.flush()


main()
