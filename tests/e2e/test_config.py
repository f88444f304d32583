# SPDX-License-Identifier: ISC
"""dnshound config: places of mistakes, a round trip, and the manual page."""
import shutil
import subprocess

import pytest

from conftest import ROOT

FULL = """user: ""
memory: 64M
site:
  resolvers: [10.0.0.53, "2001:db8::53"]
sources:
  - interface: eth0
    filter: udp port 53
    name: "we\\"ird: # name"
  - listen: "[::1]:9999"
    max_line: 8K
    idle: 90s
  - dnstap: unix:/run/x.sock
    socket_mode: 0600
sinks:
  - type: command
    command: [/bin/true, "a b"]
  - type: file
    address: /tmp/alerts.json
    min_severity: high
"""


def test_places_of_mistakes(dnshound, tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("memory: z\nsources:\n  - interface: a\n    filter: port 53x\n")
    ended = dnshound("config", "check", path)
    assert ended.returncode == 2 and ended.stdout == ""
    assert f"{path}:1:9: memory: 'z' is not a number of bytes" in ended.stderr
    assert f"{path}:3:5: filter: " in ended.stderr


def test_what_is_shown_says_the_same(dnshound, tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(FULL)
    assert dnshound("config", "check", first).returncode == 0
    shown = dnshound("config", "show", first)
    assert shown.returncode == 0 and 'name: "we\\"ird: # name"' in shown.stdout
    second.write_text(shown.stdout)
    again = dnshound("config", "show", second)
    assert again.returncode == 0, again.stderr
    assert again.stdout == shown.stdout
    assert "socket_mode: 0600" in again.stdout and "idle: 90s" in again.stdout


def test_the_manual_page_names_every_key(dnshound):
    if not shutil.which("scdoc"):
        pytest.skip("no scdoc")
    text = dnshound("config", "show", "--man").stdout
    page = subprocess.run(["scdoc"], input=text, capture_output=True, text=True)
    assert page.returncode == 0, page.stderr
    shown = dnshound("config", "show").stdout
    keys = [line.split(":")[0].strip() for line in shown.splitlines()
            if ":" in line and not line.strip().startswith("#")]
    assert len(keys) > 20
    for key in keys:
        assert f"{key}" in page.stdout.replace("\\", ""), key


def test_the_unit_is_hardened():
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze")
    said = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=20",
                           ROOT / "systemd" / "dnshound.service"], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout[-300:] + said.stderr
