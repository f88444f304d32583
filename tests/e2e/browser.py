# SPDX-License-Identifier: ISC
"""A real Chromium without a screen, driven over its own debugging pipe: opens pages, takes
pictures, presses keys, and tells what a page complained of and what it asked the network for."""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import pytest

# Pictures that tests take, to be looked at.
SHOTS = pathlib.Path(os.environ.get("DNSHOUND_SHOTS", tempfile.gettempdir() + "/dnshound-shots"))


class Browser:
    def __init__(self):
        program = shutil.which("chromium")
        if not program:
            pytest.skip("chromium is not installed")
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_them, to_us = os.pipe(), os.pipe()

        def arrange():
            # The pipe has to be descriptors 3 and 4, whatever numbers it has here.
            first, second = os.dup(to_them[0]), os.dup(to_us[1])
            high, higher = 200, 201
            os.dup2(first, high)
            os.dup2(second, higher)
            os.dup2(high, 3)
            os.dup2(higher, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run",
             "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
             f"--user-data-dir={self.folder.name}", "--remote-debugging-pipe", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=arrange)
        os.close(to_them[0])
        os.close(to_us[1])
        self.write, self.read = to_them[1], to_us[0]
        os.set_blocking(self.read, False)
        self.buffer, self.number, self.answers, self.events = b"", 0, {}, []
        self.session = None
        target = next(t for t in self.call("Target.getTargets")["targetInfos"]
                      if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"],
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def pump(self):
        try:
            self.buffer += os.read(self.read, 1 << 20)
        except BlockingIOError:
            time.sleep(0.005)
        while b"\0" in self.buffer:
            line, self.buffer = self.buffer.split(b"\0", 1)
            message = json.loads(line)
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.events.append(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data):]
        end = time.monotonic() + 30
        while self.number not in self.answers:
            assert time.monotonic() < end, f"the browser does not answer {method}"
            self.pump()
        answer = self.answers.pop(self.number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def open(self, address):
        """Loads a page; what it asked for and said from then on is in requests() and said()."""
        self.events.clear()
        self.call("Page.navigate", url=address)
        self.until(lambda: any(e["method"] == "Page.loadEventFired" for e in self.events), address)

    def until(self, is_true, what, seconds=15):
        end = time.monotonic() + seconds
        while True:
            value = is_true()
            if value:
                return value
            assert time.monotonic() < end, f"{what}: nothing within {seconds} s; {self.said()}"
            self.pump()

    def run(self, script):
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True,
                           awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def shows(self, script, seconds=15):
        return self.until(lambda: self.run(script), script, seconds)

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.events
                if e["method"] == "Network.requestWillBeSent"]

    def said(self):
        """Errors and warnings of the console, and exceptions nobody caught."""
        told = []
        for e in self.events:
            p = e.get("params", {})
            if e["method"] == "Runtime.exceptionThrown":
                told.append(p["exceptionDetails"].get("text", "") + str(
                    p["exceptionDetails"].get("exception", {}).get("description", "")))
            elif e["method"] == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
                told.append(p["entry"]["text"])
            elif e["method"] == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning"):
                told.append(str(p["args"]))
        return told

    def look(self, width=1120, height=900, dark=False):
        """A window of that size, and whether its user likes it dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def shot(self, name, whole=True):
        """A picture as SHOTS/name.png."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        (SHOTS / f"{name}.png").write_bytes(base64.b64decode(data["data"]))

    def overflow(self):
        """Elements that reach out of the window to the right, other than those that scroll."""
        return self.run("""[...document.querySelectorAll('body *')].filter(e => {
            const box = e.getBoundingClientRect();
            if (box.width === 0 || box.right <= innerWidth + 1) return false;
            return !e.closest('.scroll');
        }).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40))""")

    def faint(self):
        """Texts whose contrast is below 4.5 to 1 (WCAG AA), each once."""
        return self.run("""(() => {
            const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
            const light = c => { const f = c.slice(0, 3).map(v => { v /= 255;
                return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
                return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
            const bad = new Set();
            const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let n; n = walk.nextNode();) {
                const e = n.parentElement;
                if (!n.data.trim() || !e.getClientRects().length || e.closest('title')) continue;
                const style = getComputedStyle(e);
                const ink = rgb(e.closest('svg') ? style.fill : style.color);
                let ground = [255, 255, 255];
                for (let p = e; p; p = p.parentElement) {
                    const b = rgb(getComputedStyle(p).backgroundColor);
                    if (b.length === 3 || b[3] > .9) { ground = b; break; }
                }
                const a = light(ink), b = light(ground);
                const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (ratio < 4.5) bad.add(`${ratio.toFixed(1)} ${e.tagName}.${
                    e.getAttribute('class')}: ${n.data.trim().slice(0, 30)}`);
            }
            return [...bad];
        })()""")

    def key(self, key, code=None, text=None):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key,
                      windowsVirtualKeyCode={"Enter": 13, "Tab": 9, "Escape": 27}.get(key, 0),
                      **({"text": text} if text and kind == "keyDown" else {}))

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (AssertionError, OSError):
            self.process.kill()
        self.process.wait(10)
        os.close(self.write)
        os.close(self.read)
        self.folder.cleanup()
