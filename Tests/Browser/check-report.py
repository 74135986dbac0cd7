#!/usr/bin/env python3
"""Works with a report in a headless Chromium as a reader would, and says what went wrong.

usage: check-report.py REPORT.html [--browser chromium] [--screenshots FOLDER]

Nothing but Python and a Chromium is needed. A script clicks, types and drags in the page at desktop and phone width, light and dark; the
browser tells what went wrong and what was asked of the network. `swift test` does not run this.
"""
import argparse
import base64
import fcntl
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

READER = r"""
(async function () {
  var found = [];
  function check(name, holds, saw) { found.push({ name: name, holds: Boolean(holds), saw: String(saw) }); }
  function fire(target, type, more) { target.dispatchEvent(new (more && more.pointerType ? PointerEvent : MouseEvent)(type, Object.assign({ bubbles: true, cancelable: true }, more))); }
  function key(target, name, more) { target.dispatchEvent(new KeyboardEvent("keydown", Object.assign({ key: name, bubbles: true, cancelable: true }, more))); }
  function pixels(canvas) {
    var all = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, sum = 0;
    for (var i = 0; i < all.length; i += 4) sum = (sum * 31 + all[i] * 7 + all[i + 1] * 5 + all[i + 2] * 3 + all[i + 3]) | 0;
    return sum;
  }
  function soon() { return new Promise(function (done) { requestAnimationFrame(function () { requestAnimationFrame(done); }); }); }
  async function work() {
    await soon();
    var page = window.rlLabReport;
    check("the script ran", page && page.length > 0, page && page.length);
    check("static curves are hidden", Array.from(document.querySelectorAll(".static-curves")).every(function (f) { return f.hidden; }), "");
    check("nothing was loaded", performance.getEntriesByType("resource").length === 0, performance.getEntriesByType("resource").length);
    var roots = document.querySelectorAll(".panel");
    for (var k = 0; k < roots.length; k++) {
      var root = roots[k], panel = page[k], canvas = root.querySelector("canvas"), place = "panel " + k + ": ";
      var first = pixels(canvas), all = panel.state();
      check(place + "something is drawn", first !== 0, first);
      var boxes = root.querySelectorAll(".legend input");
      var on = Array.from(boxes).find(function (b) { return b.checked; });
      on.click(); await soon();
      check(place + "hiding a variant hides it", panel.state().visible === all.visible - 1, panel.state().visible);
      check(place + "hiding a variant redraws", pixels(canvas) !== first, "");
      on = Array.from(root.querySelectorAll(".legend input")).find(function (b) { return !b.checked; });
      root.querySelector(".all").click(); await soon();
      check(place + "all are shown", panel.state().visible === boxes.length, panel.state().visible);
      root.querySelector(".none").click(); await soon();
      check(place + "all are hidden", panel.state().visible === 0, panel.state().visible);
      root.querySelector(".all").click(); await soon();
      var home = panel.state().view;
      root.querySelector(".in").click(); await soon();
      var near = panel.state().view;
      check(place + "the button zooms in", near.x1 - near.x0 < 0.6 * (home.x1 - home.x0), JSON.stringify(near));
      root.querySelector(".reset").click(); await soon();
      check(place + "reset shows everything", panel.state().view.x1 === home.x1, JSON.stringify(panel.state().view));
      var box = canvas.getBoundingClientRect();
      var a = { pointerType: "mouse", pointerId: 1, clientX: box.left + box.width * 0.3, clientY: box.top + box.height * 0.3 };
      var b = { pointerType: "mouse", pointerId: 1, clientX: box.left + box.width * 0.6, clientY: box.top + box.height * 0.7 };
      canvas.setPointerCapture = function () {};
      fire(canvas, "pointerdown", a); fire(canvas, "pointermove", b); fire(canvas, "pointerup", b); await soon();
      var part = panel.state().view;
      check(place + "dragging zooms into a part", part.x0 > home.x0 && part.x1 < home.x1 && part.y0 > home.y0 && part.y1 < home.y1, JSON.stringify(part));
      fire(canvas, "dblclick"); await soon();
      check(place + "a double click resets", panel.state().view.x0 === home.x0, JSON.stringify(panel.state().view));
      canvas.focus();
      check(place + "the curves take the keyboard", document.activeElement === canvas, document.activeElement.tagName);
      key(canvas, "Escape"); key(canvas, "ArrowRight"); key(canvas, "ArrowRight"); await soon();
      var said = root.querySelector(".readout").textContent;
      check(place + "arrow keys read values", panel.state().cursor !== null && /\d/.test(said), said);
      key(canvas, "+"); await soon();
      check(place + "plus zooms", panel.state().view.x1 - panel.state().view.x0 < home.x1 - home.x0, "");
      key(canvas, "0"); await soon();
      var slider = root.querySelector(".smooth"), before = pixels(canvas);
      if (Number(slider.max) > 1) {
        slider.value = Math.min(10, Number(slider.max)); slider.dispatchEvent(new Event("input")); await soon();
        check(place + "smoothing is said on the axis", panel.state().axis.indexOf("mean of " + slider.value) > 0, panel.state().axis);
        check(place + "smoothing redraws", pixels(canvas) !== before, "");
        slider.value = 1; slider.dispatchEvent(new Event("input")); await soon();
      }
      var metric = root.querySelector("select");
      for (var m = 0; m < metric.options.length; m++) {
        metric.selectedIndex = m; metric.dispatchEvent(new Event("change")); await soon();
        check(place + "metric " + metric.value + " has a view", isFinite(panel.state().view.y1), JSON.stringify(panel.state().view));
      }
      check(place + "the canvas has a label", (canvas.getAttribute("aria-label") || "").length > 20, canvas.getAttribute("aria-label"));
      check(place + "controls have names", Array.from(root.querySelectorAll("button, input, select")).every(function (c) {
        return (c.getAttribute("aria-label") || (c.labels && c.labels.length && c.labels[0].textContent) || c.textContent).trim();
      }), "");
    }
    check("nothing is wider than the window", document.documentElement.scrollWidth <= window.innerWidth + 1, document.documentElement.scrollWidth + " of " + window.innerWidth);
    check("headings begin with one h1", document.querySelectorAll("h1").length === 1, "");
    check("figures have titles", Array.from(document.querySelectorAll("figure svg")).every(function (s) { return s.querySelector("title"); }), "");
  }
  try { await work(); } catch (error) { check("no exception", false, error.stack); }
  return found;
})()
"""


class Browser:
    """A headless Chromium that is spoken to over two pipes (its DevTools protocol)."""

    def __init__(self, program, folder):
        to_read, self.to = os.pipe()
        self.source, from_write = os.pipe()
        arguments = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
                     "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profile", "about:blank"]

        def place():
            # High copies first, so that neither end is overwritten before it is copied.
            high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in (to_read, from_write)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        close_fds=False, preexec_fn=place)
        os.close(to_read)
        os.close(from_write)
        self.rest, self.number, self.events = b"", 0, []
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def read(self):
        while b"\0" not in self.rest:
            piece = os.read(self.source, 1 << 16)
            if not piece:
                raise RuntimeError("the browser is gone")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, address, width, height, theme, mobile):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if mobile else 1, mobile=mobile)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.events = []
        self.call("Page.navigate", url=address)
        while not any(e["method"] == "Page.loadEventFired" for e in self.events):
            self.events.append(self.read())

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(json.dumps(result["exceptionDetails"])[:500])
        return result["result"].get("value")

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self):
        self.process.kill()
        self.process.wait()


def faults_of(browser, place):
    """What the page complained of, and what it asked the network for."""
    faults = []
    for event in browser.events:
        name, more = event["method"], event.get("params", {})
        if name == "Runtime.exceptionThrown":
            faults.append(f"{place}: an exception: {more['exceptionDetails'].get('text')}")
        if name == "Runtime.consoleAPICalled" and more["type"] in ("error", "warning"):
            faults.append(f"{place}: the console says {more['args']}")
        if name == "Log.entryAdded" and more["entry"]["level"] == "error":
            faults.append(f"{place}: the log says {more['entry']['text']}")
        if name == "Network.requestWillBeSent" and not more["request"]["url"].startswith(("file:", "data:")):
            faults.append(f"{place}: a request to {more['request']['url']}")
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    address = options.report.resolve().as_uri()
    faults = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(options.browser, folder)
        try:
            for name, width, height, mobile in (("desktop", 1280, 900, False), ("phone", 390, 844, True)):
                for theme in ("light", "dark"):
                    place = f"{name}, {theme}"
                    start = time.monotonic()
                    browser.open(address, width, height, theme, mobile)
                    browser.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
                    opened = time.monotonic() - start
                    if options.screenshots:
                        options.screenshots.mkdir(parents=True, exist_ok=True)
                        browser.picture(options.screenshots / f"{name}-{theme}.png")
                    checks = browser.evaluate(READER)
                    faults += [f"{place}: {c['name']}: saw {c['saw']}" for c in checks if not c["holds"]]
                    faults += faults_of(browser, place)
                    print(f"{place}: {sum(c['holds'] for c in checks)} of {len(checks)} checks hold; drawn after {opened:.2f} s")
            browser.call("Emulation.setScriptExecutionDisabled", value=True)
            browser.open(address, 1280, 900, "light", False)
            browser.call("Emulation.setScriptExecutionDisabled", value=False)
            seen = browser.evaluate("Array.from(document.querySelectorAll('.static-curves')).filter(f => f.clientHeight > 100).length")
            if not seen:
                faults.append("without scripts no curves are seen")
        finally:
            browser.close()
    print(f"{options.report.stat().st_size / 1e6:.2f} MB")
    for fault in faults:
        print("FAIL", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
