# SPDX-License-Identifier: ISC
"""What every end-to-end test starts from: the program, the example captures, and their truth."""
import json
import os
import pathlib
import subprocess
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="session")
def dnshound():
    """Runs the program under test: dnshound("scan", "--json", path) gives the ended process."""
    program = pathlib.Path(os.environ.get("DNSHOUND", ROOT / "build" / "app" / "dnshound"))
    if not program.exists() and "DNSHOUND" not in os.environ:
        pytest.skip(f"{program} is not built")

    def run(*arguments, **options):
        return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True,
                              timeout=120, **options)

    return run


@pytest.fixture
def open_folder():
    """Unlike tmp_path, one whose parents another user may pass through."""
    with tempfile.TemporaryDirectory(prefix="dnshound-test-") as folder:
        yield pathlib.Path(folder)


def truths():
    """The truth.json of every example that has one."""
    return [json.loads(path.read_text()) for path in sorted(EXAMPLES.glob("*.truth.json"))]


@pytest.fixture(scope="session")
def namespaces():
    """Skips where network namespaces and tunnel devices cannot be made."""
    if os.geteuid() != 0:
        pytest.skip("needs root for network namespaces")
    if subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let root make network namespaces")
    if not os.path.exists("/dev/net/tun"):
        pytest.skip("no /dev/net/tun")


def is_running(pid):
    """Whether the process is there; one that has ended, and that init has not yet asked after, is
    not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
