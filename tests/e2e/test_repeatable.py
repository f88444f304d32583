# SPDX-License-Identifier: ISC
"""The same input gives the same bytes, however it arrives and however many threads work."""
import gzip
import json
import shutil
import subprocess
import time

import pytest

from conftest import EXAMPLES
from logs import eve, ordinary, tunnel

CAPTURES = [EXAMPLES / "iodine-null.pcap", EXAMPLES / "ordinary.pcap"]


def told(output):
    """Everything but what names the input and the clock."""
    lines = []
    for line in output.splitlines():
        line = json.loads(line)
        line.pop("elapsed_s", None)
        line.pop("inputs", None)
        line.pop("carve_command", None)
        lines.append(json.dumps(line))
    return lines


COMMANDS = [["scan", "--json", "--threshold", "0"], ["hunt", "--json"],
            ["hunt", "--json", "--by", "zone"], ["scan", "--json", "--profile", "points"],
            ["scan", "--json", "--profile", "listener"],
            ["scan", "--json", "--compare", "points,hunt,listener"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_repeated_and_on_any_number_of_threads(dnshound, command):
    first = told(dnshound(*command, "--jobs", 1, *CAPTURES).stdout)
    assert len(first) > 1
    for jobs in (1, 2, 3, 7):
        assert told(dnshound(*command, "--jobs", jobs, *CAPTURES).stdout) == first


@pytest.mark.parametrize("command", COMMANDS[:2], ids=" ".join)
@pytest.mark.parametrize("kind", ["pcap", "eve"])
def test_in_whatever_pieces_it_comes(dnshound, tmp_path, command, kind):
    path = tmp_path / "input"
    if kind == "pcap":
        shutil.copy(CAPTURES[0], path)
    else:
        path.write_text(eve(sorted(tunnel("evil.com") + ordinary())))
    data = path.read_bytes()
    first = told(dnshound(*command, path).stdout)

    packed = tmp_path / "input.gz"
    packed.write_bytes(gzip.compress(data))
    assert told(dnshound(*command, packed).stdout) == first
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", path], check=True)
        assert told(dnshound(*command, f"{path}.zst").stdout) == first

    program = dnshound("--version").args[0]
    for size in (997, 65536):
        process = subprocess.Popen([program, *command, "-"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for at in range(0, len(data), size):
            process.stdin.write(data[at:at + size])
            process.stdin.flush()
            if at < 20 * size:
                time.sleep(0.002)
        output, _ = process.communicate(timeout=60)
        assert told(output) == first
