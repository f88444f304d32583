# SPDX-License-Identifier: ISC
"""The daemon's page: who is refused, what it shows, that it stays quick, and how it looks."""
import http.client
import json
import pathlib
import re
import socket
import sqlite3
import tempfile
import threading
import time

import pytest
from alertlab import HOSTILE
from browser import Browser
from conftest import EXAMPLES, ROOT
from daemon import Daemon, free_port

TOKEN = "0123456789abcdef-of-a-test"
SEVERITIES = ["info", "low", "medium", "high", "critical"]


class Page:
    """A daemon with a page, as programs and browsers see it."""

    def __init__(self, documents):
        # The daemon gives its rights away, and nobody may look into pytest's folders.
        self.temporary = tempfile.TemporaryDirectory()
        self.folder, self.port = pathlib.Path(self.temporary.name), free_port()
        folder = self.folder
        token = folder / "token"
        token.write_text(TOKEN + "\n")
        (folder / "in").mkdir()
        # A folder of its own: SQLite keeps files beside the database.
        (folder / "db").mkdir()
        (folder / "db").chmod(0o777)
        self.database = folder / "db" / "alerts.db"
        self.documents = documents
        self.daemon = Daemon(folder, f"page:\n  listen: 127.0.0.1:{self.port}\n"
                             f"  token_file: {token}\nstore:\n  path: {self.database}\n"
                             f"sources:\n  - folder: {folder / 'in'}\n    name: spool\n")

    def __enter__(self):
        self.daemon.__enter__()
        self.daemon.ready()
        end = time.monotonic() + 10
        while True:
            try:
                if self.ask("GET", "/api/v1/overview")[0] == 200:
                    return self
            except OSError:
                pass
            assert time.monotonic() < end, self.daemon.log()
            time.sleep(0.05)

    def __exit__(self, *arguments):
        self.daemon.__exit__(*arguments)
        self.temporary.cleanup()

    def ask(self, method, path, body=None, token=TOKEN, **headers):
        """(status, headers, body) of one request; header names with _ for -."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        send = {k.replace("_", "-"): v for k, v in headers.items()}
        if token:
            send.setdefault("Authorization", f"Bearer {token}")
        c.request(method, path, body, send)
        answer = c.getresponse()
        data = answer.read()
        c.close()
        return answer.status, dict(answer.getheaders()), data

    def json(self, path):
        status, _, data = self.ask("GET", path)
        assert status == 200, data
        return json.loads(data)

    def fill(self, n, poison=()):
        """Puts n open alerts into the store, as the daemon would have."""
        db = sqlite3.connect(self.database, timeout=20)
        now = int(time.time() * 1e9)
        rows, minutes = [], []
        for i in range(n):
            finding = json.loads(json.dumps(self.documents[i % len(self.documents)]))
            client = f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"
            zone = poison[i] if i < len(poison) else f"{i:x}.example.com"
            severity = SEVERITIES[2 + i % 3]
            finding |= {"client": client, "zone": zone, "severity": severity}
            if i < len(poison):
                finding["samples"] = [poison[i]]
                finding["sample_parts"] = ["p" * len(poison[i])]
                finding["tool"] = {"name": poison[i], "confidence": "likely",
                                   "details": {poison[i]: poison[i]}}
                finding["reasons"] = [{"signal": "x", "points": 1, "value": 1, "text": poison[i]}]
            document = json.dumps({"type": "alert", "event": "opened", "finding": finding})
            rows.append((f"{i:016x}-1", f"{i:016x}", client, zone, finding["verdict"], severity,
                         finding["tool"]["name"] if finding["tool"] else None, document, now, now,
                         now - i, 0, now, 1000 + i, 2000, 30, 3000, 60 + i % 40, 2 + i % 3, 1,
                         3600, 0))
            minutes.append((f"{i:016x}-1", now // 60_000_000_000 - i % 50, 500 + 7 * i, 900, 3))
        db.executemany(f"INSERT INTO alerts VALUES ({','.join('?' * 22)})", rows)
        db.executemany("INSERT INTO minutes VALUES (?, ?, ?, ?, ?)", minutes)
        db.executemany("INSERT INTO pairs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
            (f"{i:016x}", f"10.9.0.{i}", f"quiet{i}.example.org", "suspicious", None, 30 + i, now,
             now, 300, 20, 9) for i in range(8)])
        db.commit()
        db.close()


@pytest.fixture(scope="module")
def documents(dnshound):
    out = dnshound("scan", "--json", EXAMPLES / "iodine-null.pcap",
                   EXAMPLES / "dns2tcp-txt.pcap").stdout
    return [d for d in map(json.loads, out.splitlines()) if d["type"] == "finding"]


@pytest.fixture(scope="module")
def page(documents):
    with Page(documents) as p:
        p.fill(1000, HOSTILE)
        yield p


@pytest.fixture(scope="module")
def browser():
    b = Browser()
    yield b
    b.close()


# ---- who is refused, each clearly ----

def refusal(page, *arguments, **more):
    status, headers, data = page.ask(*arguments, **more)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    return status, json.loads(data)["error"]


def test_without_a_token(page):
    for path in ("/api/v1/overview", "/api/v1/alerts", "/api/v1/events", "/api/v1/mutes"):
        status, error = refusal(page, "GET", path, token=None)
        assert status == 401 and "token" in error
    status, headers, data = page.ask("GET", "/", token=None)
    assert status == 303 and headers["Location"] == "/login" and data == b""
    assert page.ask("GET", "/alerts/0000000000000001-1", token=None)[0] == 303


def test_with_a_wrong_token_or_cookie(page):
    assert refusal(page, "GET", "/api/v1/alerts", token=TOKEN[:-1])[0] == 401
    assert refusal(page, "GET", "/api/v1/alerts", token=TOKEN + "x")[0] == 401
    assert refusal(page, "GET", "/api/v1/alerts", token=None, Cookie="dnshound=" + "0" * 64)[0] == 401
    assert refusal(page, "GET", "/api/v1/alerts", token=None, Cookie="dnshound=")[0] == 401


def test_from_a_foreign_host(page):
    """A name that somebody made point at 127.0.0.1."""
    for host in ("evil.com", f"evil.com:{page.port}", "127.0.0.1.evil.com", "localhost.evil.com",
                 "127.0.0.1@evil.com", "localhost:x"):
        status, error = refusal(page, "GET", "/api/v1/alerts", Host=host)
        assert status == 421 and "localhost" in error
    assert page.ask("GET", "/api/v1/alerts", Host="localhost:9999")[0] == 200


def test_from_a_foreign_origin(page):
    mute = json.dumps({"zone": "x.com", "reason": "r"})
    for origin in ("http://evil.com", "null", "https://127.0.0.1", f"http://127.0.0.1:{page.port + 1}"):
        status, error = refusal(page, "POST", "/api/v1/mutes", mute, Origin=origin,
                                Content_Type="application/json")
        assert status == 403 and "another site" in error
    assert refusal(page, "POST", "/api/v1/mutes", mute, Sec_Fetch_Site="cross-site",
                   Content_Type="application/json")[0] == 403
    assert page.json("/api/v1/mutes")["mutes"] == []


def test_with_oversized_input(page):
    status, error = refusal(page, "POST", "/api/v1/mutes", b"x" * 9000,
                            Content_Type="application/json")
    assert status == 413 and "8 KiB" in error
    assert refusal(page, "GET", "/api/v1/alerts/" + "a" * 300)[0] == 414
    assert refusal(page, "GET", "/api/v1/alerts?q=" + "a" * 300)[0] == 400
    for raw in (b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 100000 + b"\r\n\r\n"):
        assert exchange(page, raw)[:12] in (b"HTTP/1.1 414", b"HTTP/1.1 431", b"HTTP/1.1 413")


def exchange(page, raw):
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as s:
        try:
            s.sendall(raw)
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        data = b""
        try:
            while more := s.recv(65536):
                data += more
        except OSError:
            pass
        return data


def test_with_malformed_input(page):
    for body in (b"", b"{", b"[]", b"\xff\xfe", b"1" * 500, b'{"reason": 7, "zone": "x"}',
                 b'{"zone": "x"}', b'{"reason": "r"}', b'{"reason": "r", "zone": "x", "hours": -1}',
                 b'{"reason": "r", "zone": "x", "hours": 99999999999999}',
                 b'{"reason": "a\\nb", "zone": "x"}',
                 json.dumps({"reason": "r" * 501, "zone": "x"}).encode()):
        assert refusal(page, "POST", "/api/v1/mutes", body, Content_Type="application/json")[0] == 400
    assert refusal(page, "POST", "/api/v1/mutes", "zone=x&reason=r",
                   Content_Type="application/x-www-form-urlencoded")[0] == 415
    for query in ("state=shut", "severity=worst", "limit=501", "limit=-1", "offset=x", "limit="):
        assert refusal(page, "GET", "/api/v1/alerts?" + query)[0] == 400
    for path in ("mutes/x", "mutes/-1", "mutes/"):
        assert refusal(page, "DELETE", "/api/v1/" + path)[0] in (400, 404)
    for method, path in (("PUT", "alerts"), ("GET", "nothing"), ("DELETE", "alerts/1"),
                         ("GET", "alerts/'; drop table alerts; --"), ("GET", "../../etc/passwd")):
        assert refusal(page, method, "/api/v1/" + path.replace(" ", "%20"))[0] == 404
    # What is no HTTP at all is ended, with 400 where there was a request to answer.
    for raw in (b"nonsense\r\n\r\n", b"\x16\x03\x01\x00\xff" * 50, b"GET\r\n\r\n"):
        assert exchange(page, raw)[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 505")
    assert page.json("/api/v1/mutes")["mutes"] == []


def test_a_page_is_for_loopback(tmp_path):
    (tmp_path / "t").write_text(TOKEN)
    for listen, token, says in (("0.0.0.0:0", "t", "loopback"), ("127.0.0.1:0", "none", "token_file")):
        d = Daemon(tmp_path, f"page:\n  listen: {listen}\n  token_file: {tmp_path / token}\n"
                             f"sources:\n  - folder: {tmp_path}\n")
        d.__enter__()
        assert d.process.wait(10) == 2
        d.end()
        assert says in d.log()


# ---- what it says ----

def described(page, path, method, status, value):
    """Whether a body is what the OpenAPI file says of it."""
    spec = json.loads((ROOT / "web" / "openapi.json").read_text())
    schema = spec["paths"][path][method]["responses"][str(status)]["content"]["application/json"]

    def check(schema, value, where):
        if "$ref" in schema:
            schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        if value is None:
            assert schema.get("nullable"), where
            return
        kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
        assert isinstance(value, kinds[schema["type"]]), f"{where}: {value!r}"
        assert value in schema.get("enum", [value]), where
        if schema["type"] == "array":
            for i, item in enumerate(value):
                check(schema["items"], item, f"{where}[{i}]")
        for key in schema.get("required", []):
            assert key in value, f"{where}.{key}"
        if "properties" in schema:
            assert set(value) <= set(schema["properties"]) | {"type"}, f"{where}: {set(value)}"
            for key, item in value.items():
                if key in schema["properties"]:
                    check(schema["properties"][key], item, f"{where}.{key}")

    check(schema["schema"], value, path)


def test_the_api_is_what_its_description_says(page):
    served = json.loads(page.ask("GET", "/api/v1/openapi.json", token=None)[2])
    assert served == json.loads((ROOT / "web" / "openapi.json").read_text())
    for path in ("/overview", "/alerts", "/pairs", "/health", "/mutes"):
        described(page, path, "get", 200, page.json("/api/v1" + path))
    described(page, "/alerts/{id}", "get", 200, page.json("/api/v1/alerts/0000000000000040-1"))
    status, _, data = page.ask("GET", "/api/v1/alerts/none")
    described(page, "/alerts/{id}", "get", status, json.loads(data))
    status, _, data = page.ask("POST", "/api/v1/mutes", json.dumps(
        {"zone": "known.example", "reason": "a ticket", "hours": 5}), Content_Type="application/json")
    assert status == 201
    described(page, "/mutes", "post", 201, json.loads(data))
    mutes = page.json("/api/v1/mutes")
    described(page, "/mutes", "get", 200, mutes)
    assert mutes["mutes"][0]["reason"] == "a ticket" and mutes["mutes"][0]["zone"] == "known.example"
    status, _, data = page.ask("DELETE", f"/api/v1/mutes/{mutes['mutes'][0]['number']}")
    described(page, "/mutes/{number}", "delete", status, json.loads(data))
    assert page.json("/api/v1/mutes")["mutes"] == []
    # Whatever the program answers to is in the description.
    told = set(re.findall(r'"(\w+)(?:/)?"\) == 0|strncmp\(path, "(\w+)/"',
                          (ROOT / "app" / "serve" / "api.c").read_text()))
    for a, b in told - {("open", ""), ("all", ""), ("true", ""), ("GET", ""), ("HEAD", ""),
                        ("POST", ""), ("DELETE", "")}:
        assert any(path.startswith("/" + (a or b)) for path in served["paths"]), (a, b)


def test_filter_and_search(page):
    assert page.json("/api/v1/alerts?limit=500")["total"] == 1000
    worst = page.json("/api/v1/alerts?severity=critical&limit=500")
    assert worst["total"] == 333 and {a["severity"] for a in worst["alerts"]} == {"critical"}
    one = page.json("/api/v1/alerts?q=10.0.1.44")
    assert [a["client"] for a in one["alerts"]] == ["10.0.1.44"]
    first, second = page.json("/api/v1/alerts?limit=10"), page.json("/api/v1/alerts?limit=10&offset=10")
    assert not {a["id"] for a in first["alerts"]} & {a["id"] for a in second["alerts"]}


def test_a_real_tunnel_comes_up(documents):
    with Page(documents) as page:
        data = (EXAMPLES / "iodine-null.pcap").read_bytes()
        part = page.folder / "in" / "part"
        part.write_bytes(data)
        part.chmod(0o644)
        part.rename(page.folder / "in" / "a.pcap")
        end = time.monotonic() + 15
        while not (got := page.json("/api/v1/alerts?state=all"))["total"]:
            assert time.monotonic() < end, page.daemon.log()
            time.sleep(0.1)
        alert = page.json("/api/v1/alerts/" + got["alerts"][0]["id"])
        assert alert["tool"] == "iodine" and alert["zone"] == "example.com"
        assert sum(alert["document"]["timeline"]["bytes_up"]) == alert["document"]["bytes_up"]
        assert page.json("/api/v1/health")["sources"][0]["name"] == "spool"
        # Counters are told once a second.
        while sum(page.json("/api/v1/overview")["events_per_second"]) < 200:
            assert time.monotonic() < end, page.json("/api/v1/overview")
            time.sleep(0.2)


def test_fifty_readers_stay_quick(page):
    """The overview within 100 ms for each of fifty who ask at once, while others listen."""
    streams = []
    for _ in range(10):
        s = socket.create_connection(("127.0.0.1", page.port))
        s.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}"
                  "\r\n\r\n".encode())
        streams.append(s)
    took, failed = [], []

    def read():
        for _ in range(4):
            began = time.monotonic()
            status = page.ask("GET", "/api/v1/overview")[0]
            took.append(time.monotonic() - began)
            if status != 200:
                failed.append(status)

    threads = [threading.Thread(target=read) for _ in range(50)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for s in streams:
        s.settimeout(5)
        data = b""
        while b"data: " not in data:
            data += s.recv(65536)
        s.close()
    took.sort()
    assert not failed
    # The sanitizers and the fifty threads of this test share the machine with the daemon: the
    # median is the page's, the end of the row the scheduler's.
    assert took[len(took) // 2] < 0.1, took


# ---- how it looks ----

def log_in(browser, page):
    browser.call("Network.clearBrowserCookies")
    browser.open(f"http://127.0.0.1:{page.port}/")
    assert browser.run("location.pathname") == "/login"
    browser.run("document.querySelector('input').focus()")
    browser.call("Input.insertText", text=TOKEN)
    browser.key("Enter", text="\r")
    browser.shows("location.pathname === '/' && document.querySelectorAll('#alert-table tbody tr').length > 0")


def test_in_a_browser(page, browser):
    base = f"http://127.0.0.1:{page.port}"
    browser.look()
    browser.open(base + "/login")
    browser.shot("page-login")
    log_in(browser, page)
    browser.shows("document.getElementById('live').textContent === 'live'")
    assert browser.run("document.querySelectorAll('#alert-table tbody tr').length") == 50
    assert browser.run("document.scripts.length") == 1  # names stayed text
    # No script of the page can read the cookie.
    assert browser.run("document.cookie") == ""
    for dark in (False, True):
        for width in (1280, 360):
            browser.look(width, 900, dark)
            assert browser.overflow() == [], width
            assert browser.faint() == []
    for dark in (False, True):
        browser.look(1280, 900, dark)
        browser.shot("page-dark" if dark else "page-light", whole=False)
    browser.look(360, 780)
    browser.shot("page-phone", whole=False)
    browser.look()
    assert all(u.startswith(base) for u in browser.requests()), browser.requests()
    assert browser.said() == []


def test_by_keyboard(page, browser):
    log_in(browser, page)
    browser.key("/", text="/")
    assert browser.run("document.activeElement.id") == "search"
    browser.call("Input.insertText", text="10.0.1.44")
    browser.shows("document.querySelectorAll('#alert-table tbody tr').length === 1")
    browser.run("document.activeElement.blur()")
    browser.key("j", text="j")
    browser.key("Enter", text="\r")
    browser.shows("location.pathname.startsWith('/alerts/') && !!document.getElementById('mute')")
    assert "10.0.1.44" in browser.run("document.body.innerText")
    for dark in (False, True):
        browser.look(360, 780, dark)
        assert browser.overflow() == [] and browser.faint() == []
    browser.look()
    browser.shot("page-alert")
    # Muted with a reason, from the keyboard too.
    browser.run("document.querySelector('[name=reason]').focus()")
    browser.call("Input.insertText", text="ticket 7")
    browser.key("Enter", text="\r")
    browser.shows("document.getElementById('said').textContent.startsWith('Muted')")
    mutes = page.json("/api/v1/mutes")["mutes"]
    assert [m["reason"] for m in mutes] == ["ticket 7"] and mutes[0]["client"] == "10.0.1.44"
    browser.open(f"http://127.0.0.1:{page.port}/")
    browser.shows("!!document.querySelector('#mute-table button')")
    browser.run("document.querySelector('#mute-table button').click()")
    browser.shows("!document.querySelector('#mute-table button')")
    assert page.json("/api/v1/mutes")["mutes"] == []
    assert browser.said() == []


def test_hostile_names_stay_text(page, browser):
    log_in(browser, page)
    for i in range(len(HOSTILE)):
        browser.open(f"http://127.0.0.1:{page.port}/alerts/{i:016x}-1")
        assert browser.said() == [], HOSTILE[i]
        assert browser.run("document.scripts.length + document.images.length") == 1, HOSTILE[i]
        assert browser.run("document.querySelectorAll('a').length") == 1


def test_wrong_tokens_are_slowed_down(page, browser):
    browser.call("Network.clearBrowserCookies")
    statuses = [page.ask("POST", "/login", "token=wrong-wrong-wrong", token=None,
                         Content_Type="application/x-www-form-urlencoded")[0] for _ in range(12)]
    assert statuses[0] == 303 and statuses[-1] == 429
