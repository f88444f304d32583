# SPDX-License-Identifier: ISC
"""Records what the client's network card carries on port 53, and counts it."""
import struct
import time

# Without --immediate-mode the last block is lost when tcpdump is ended.
TCPDUMP = ["tcpdump", "--immediate-mode", "-Z", "root", "-U", "-n", "-s", "0", "-i", "net0"]


class Capture:
    def __init__(self, lab, path):
        self.lab, self.path = lab, path

    def __enter__(self):
        self.process = self.lab.start("client", *TCPDUMP, "-w", self.path, "port", "53",
                                      log="tcpdump.log")
        self.lab.wait_for("tcpdump", lambda: "listening on" in self.lab.log("tcpdump.log"),
                          self.process, 10)
        return self

    def __exit__(self, *_):
        time.sleep(1.5)
        self.lab.stop(self.process)


def count(path, client):
    """How many packets the client sent and received, and for how long."""
    data = path.read_bytes()
    assert data[:4] == b"\xd4\xc3\xb2\xa1"
    at, sent, received, times = 24, 0, 0, []
    source = bytes(map(int, client.split(".")))
    while at < len(data):
        seconds, micros, length = struct.unpack_from("<III", data, at)
        frame = data[at + 16:at + 16 + length]
        times.append(seconds + micros / 1e6)
        sent += frame[26:30] == source
        received += frame[30:34] == source
        at += 16 + length
    return {"packets_sent": sent, "packets_received": received,
            "seconds": round(times[-1] - times[0], 3) if times else 0}
