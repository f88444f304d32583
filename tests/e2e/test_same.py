# SPDX-License-Identifier: ISC
"""The same input gives the same verdicts to the byte, however many threads read it in whatever
pieces."""
import os
import pathlib
import re
import subprocess
import threading

import pytest

from conftest import EXAMPLES, ROOT

CAPTURES = sorted(EXAMPLES.glob("*.pcap"))


def findings(text):
    """All lines but the summary, which names the input and the time it took; without the command
    that carves, which names the input too."""
    return [re.sub(r'"carve_command":(null|"[^"]*"),', "", line) for line in text.splitlines()
            if '"type":"summary"' not in line]


def dribbled(path, piece):
    """Standard output of a scan that gets the file through a pipe, so many bytes at a time."""
    program = pathlib.Path(os.environ.get("DNSHOUND", ROOT / "build" / "app" / "dnshound"))
    process = subprocess.Popen([program, "scan", "--json", "--threshold", "0", "--jobs", "2", "-"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, bufsize=0)

    def write():
        data = memoryview(path.read_bytes())
        for at in range(0, len(data), piece):
            process.stdin.write(data[at:at + piece])
        process.stdin.close()

    writer = threading.Thread(target=write)
    writer.start()
    text = process.stdout.read().decode()
    writer.join()
    process.wait()
    return text


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_threads_and_pieces_change_nothing(dnshound, path):
    options = ["scan", "--json", "--threshold", "0"]
    one = findings(dnshound(*options, "--jobs", "1", path).stdout)
    for jobs in (2, 3):
        assert findings(dnshound(*options, "--jobs", jobs, path).stdout) == one
    for piece in (1009, 40000):
        assert findings(dribbled(path, piece)) == one
