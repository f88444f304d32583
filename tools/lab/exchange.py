#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Both ends of a transfer over one TCP connection: the client sends UP, then the server DOWN.

usage: exchange.py serve ADDRESS PORT UP-BYTES RECEIVED-FILE DOWN-FILE
       exchange.py fetch ADDRESS PORT UP-FILE DOWN-BYTES RECEIVED-FILE

Sizes are known to both, so that no half-closed connection is needed: dns2tcp has none. The
stream of each direction is the file, byte for byte.
"""
import pathlib
import socket
import sys
import time

PATIENCE_S = 90


def receive(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(65536)
        if not part:
            break
        data += part
    return data


def serve(address, port, up_bytes, received, down):
    with socket.create_server((address, int(port))) as listener:
        listener.settimeout(PATIENCE_S)
        print("listening", flush=True)
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(PATIENCE_S)
            pathlib.Path(received).write_bytes(receive(connection, int(up_bytes)))
            connection.sendall(pathlib.Path(down).read_bytes())
            connection.recv(1)  # the client closes when it has all


def fetch(address, port, up, down_bytes, received):
    with socket.create_connection((address, int(port)), PATIENCE_S) as connection:
        connection.sendall(pathlib.Path(up).read_bytes())
        pathlib.Path(received).write_bytes(receive(connection, int(down_bytes)))
        time.sleep(0.2)


{"serve": serve, "fetch": fetch}[sys.argv[1]](*sys.argv[2:])
