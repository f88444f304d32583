# SPDX-License-Identifier: ISC
"""Logs that are read by a table of data/inputs/."""
import json
import os

import pytest

from mapped_samples import CASES

WRITTEN = 1767400000  # 2026-01-03: what a log without years was written before


def write(path, text):
    path.write_text(text)
    os.utime(path, (WRITTEN, WRITTEN))
    return path


def explained(dnshound, path, *options):
    ended = dnshound("explain", "--json", "--top", 1000, "--input", path, *options)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def assert_is(line, expected, text):
    if expected is None:
        assert line["is"] == "skipped", text
    elif isinstance(expected, str):
        assert (line["is"], line["reason"]) == ("malformed", expected), text
    else:
        assert line["is"] == "event", (text, line)
        assert {key: line[key] for key in expected} == expected, text


@pytest.mark.parametrize("preset,told,lines", CASES, ids=[case[0] for case in CASES])
def test_a_preset_reads_what_its_log_writes(dnshound, tmp_path, preset, told, lines):
    log = write(tmp_path / "log", "".join(text + "\n" for text, _ in lines))
    head, *got = explained(dnshound, log, "--input-format", preset)
    wanted = [(text, is_) for text, is_ in lines if is_ != "header"]
    assert head["format"] == preset
    assert len(got) == len(wanted)
    for line, (text, expected) in zip(got, wanted):
        assert_is(line, expected, text)


@pytest.mark.parametrize("preset,told,lines", CASES, ids=[case[0] for case in CASES])
def test_the_content_tells_a_preset_where_that_is_safe(dnshound, tmp_path, preset, told, lines):
    good = [text for text, is_ in lines if not isinstance(is_, str) or is_ == "header"]
    log = write(tmp_path / "log", "".join(text + "\n" for text in good))
    head = explained(dnshound, log)[0]
    assert (head["format"] == preset) == told
