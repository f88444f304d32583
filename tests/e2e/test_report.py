# SPDX-License-Identifier: ISC
"""scan --html: a file that a real browser opens without a complaint, and that asks for nothing."""
import json
import re

import pytest
from alertlab import HOSTILE
from browser import Browser
from conftest import EXAMPLES

TUNNELS = sorted(p.name for p in EXAMPLES.glob("*.pcap") if p.name != "ordinary.pcap")


@pytest.fixture(scope="module")
def browser():
    b = Browser()
    yield b
    b.close()


def report(dnshound, folder, *inputs, status=1):
    path = folder / "report.html"
    ended = dnshound("scan", "--html", path, *inputs)
    assert ended.returncode == status, ended.stderr
    return path


def check(browser, path):
    """Everything that holds for any report, in every light and at every width."""
    address = path.as_uri()
    browser.open(address)
    assert browser.said() == []
    assert browser.requests() == [address]
    for dark in (False, True):
        for width in (1120, 360):
            browser.look(width, 900, dark)
            assert browser.overflow() == [], f"{width} px"
            assert browser.faint() == [], "dark" if dark else "light"


@pytest.mark.parametrize("name", TUNNELS)
def test_opens_without_a_complaint(dnshound, browser, tmp_path, name):
    path = report(dnshound, tmp_path, EXAMPLES / name)
    check(browser, path)
    text = browser.run("document.body.innerText")
    assert "What to do now" in text and "T1" in text
    browser.look(1120)
    browser.shot(f"report-{name.removesuffix('.pcap')}")


def test_shows_what_was_found(dnshound, browser, tmp_path):
    path = report(dnshound, tmp_path, EXAMPLES / "iodine-null.pcap", EXAMPLES / "ordinary.pcap",
                  EXAMPLES / "dns2tcp-txt.pcap")
    check(browser, path)
    text = browser.run("document.body.innerText")
    assert "iodine" in text and "dns2tcp" in text and "dnshound carve" in text
    assert browser.run("document.querySelectorAll('section.finding').length") == 2
    # The time line has bars in both directions and tells when it was known.
    assert browser.run("document.querySelectorAll('svg.line rect.up').length") > 3
    assert browser.run("document.querySelectorAll('svg.line rect.down').length") > 1
    assert browser.run("document.querySelectorAll('svg.line line.alert').length") == 2
    # Payload, constant and zone have colours of their own, and the finding stands off the others.
    colours = browser.run("""['p', 'c', 'z'].map(p => getComputedStyle(
        document.querySelector('.names .part-' + p)).backgroundColor)""")
    assert len(set(colours)) == 3
    assert browser.run("document.querySelectorAll('#ordinary circle').length") > 100
    for dark in (False, True):
        browser.look(1120, dark=dark)
        browser.shot("report-dark" if dark else "report-light")
    browser.look(360)
    browser.shot("report-phone")


def test_prints(dnshound, browser, tmp_path):
    path = report(dnshound, tmp_path, EXAMPLES / "iodine-null.pcap")
    browser.open(path.as_uri())
    browser.look(1120, dark=True)
    browser.call("Emulation.setEmulatedMedia", media="print", features=[
        {"name": "prefers-color-scheme", "value": "dark"}])
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.faint() == []
    browser.call("Emulation.setEmulatedMedia", media="")
    assert len(browser.call("Page.printToPDF")["data"]) > 10000


def test_nothing_found_is_said(dnshound, browser, tmp_path):
    path = report(dnshound, tmp_path, EXAMPLES / "ordinary.pcap", status=0)
    check(browser, path)
    assert "Nothing here moves more data" in browser.run("document.body.innerText")


def test_is_the_same_again_and_does_not_change_verdicts(dnshound, tmp_path):
    inputs = [EXAMPLES / "iodine-null.pcap", EXAMPLES / "ordinary.pcap"]
    one = report(dnshound, tmp_path, *inputs).read_bytes()
    assert report(dnshound, tmp_path, *inputs).read_bytes() == one
    plain = dnshound("scan", "--json", *inputs).stdout
    told = dnshound("scan", "--json", "--html", tmp_path / "r.html", *inputs).stdout
    strip = lambda out: [line for line in out.splitlines() if '"summary"' not in line]
    assert strip(plain) == strip(told)


def test_tells_when_it_cannot_be_written(dnshound, tmp_path):
    ended = dnshound("scan", "--html", tmp_path / "no" / "r.html", EXAMPLES / "iodine-null.pcap")
    assert ended.returncode == 3 and "No such file or directory" in ended.stderr


def test_hostile_names_stay_text(dnshound, browser, tmp_path):
    """Zones, subdomains and file names of the corpus of poisons, as an attacker would send them."""
    lines = []
    for i, poison in enumerate(HOSTILE):
        for k in range(60):
            name = f"{k:04x}{'%032x' % (hash((i, k)) & (1 << 128) - 1)}.{poison}"
            lines.append({"event_type": "dns", "timestamp": f"2026-01-02T03:{i:02}:{k:02}.000000+0000",
                          "src_ip": f"10.0.0.{i + 1}", "src_port": 999, "dest_ip": "10.9.9.9",
                          "dest_port": 53, "proto": "UDP",
                          "dns": {"type": "query", "id": k, "rrname": name, "rrtype": "TXT"}})
    source = tmp_path / "<img src=x onerror=alert(1)>.json"
    source.write_text("\n".join(map(json.dumps, lines)) + "\n")
    path = report(dnshound, tmp_path, source)
    check(browser, path)
    text = path.read_text()
    tags = set(re.findall(r"<([a-z0-9]+)", text))
    assert not tags & {"script", "img", "iframe", "object", "link", "a:b"}, tags
    assert browser.run("document.scripts.length + document.images.length") == 0
    assert "<script>" in browser.run("document.body.innerText")
