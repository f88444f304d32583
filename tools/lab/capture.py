# SPDX-License-Identifier: ISC
"""Records what the client's network card carries on port 53, and counts it."""
import re
import struct
import time

from net import LabError

# Without --immediate-mode the last block is lost when tcpdump is ended.
# Buffer in KiB.
TCPDUMP = ["tcpdump", "--immediate-mode", "-B", "16384", "-Z", "root", "-U", "-n", "-s", "0", "-i", "net0"]

# Later fragments carry no port.
PORT_53 = "port 53 or ip[6:2] & 0x1fff != 0"


class Capture:
    def __init__(self, lab, path):
        self.lab, self.path = lab, path

    def __enter__(self):
        self.process = self.lab.start("client", *TCPDUMP, "-w", self.path, PORT_53,
                                      log="tcpdump.log")
        self.lab.wait_for("tcpdump", lambda: "listening on" in self.lab.log("tcpdump.log"),
                          self.process, 10)
        return self

    def __exit__(self, kind, *_):
        time.sleep(1.5)
        self.lab.stop(self.process)
        lost = re.search(r"(\d+) packets? dropped", self.lab.log("tcpdump.log"))
        if kind is None and (lost is None or lost.group(1) != "0"):
            raise LabError("the recording lost packets")


def count(path):
    """How many packets went to port 53 and came from it, and for how long."""
    data = path.read_bytes()
    assert data[:4] == b"\xd4\xc3\xb2\xa1"
    at, sent, received, times = 24, 0, 0, []
    while at < len(data):
        seconds, micros, length = struct.unpack_from("<III", data, at)
        ip = data[at + 30:at + 16 + length]
        times.append(seconds + micros / 1e6)
        if not struct.unpack_from(">H", ip, 6)[0] & 0x1fff:
            source, destination = struct.unpack_from(">HH", ip, (ip[0] & 15) * 4)
            sent += destination == 53
            received += source == 53
        at += 16 + length
    return {"packets_sent": sent, "packets_received": received,
            "seconds": round(times[-1] - times[0], 3) if times else 0}
