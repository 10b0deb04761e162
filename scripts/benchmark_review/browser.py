"""The page of a review in Chromium: frames, and memory."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from benchmark_review.telling import tell, tell_all

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome")

FRAMES = """
(milliseconds) => new Promise((done) => {
  const frames = []; let last = performance.now(); const end = last + milliseconds;
  function step(now) {
    frames.push(now - last); last = now;
    if (now < end) requestAnimationFrame(step); else done(frames);
  }
  requestAnimationFrame(step);
})
"""


def browse(port: int, rows: int) -> None:
    """Tell how the page does in Chromium, where there is one."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        print("no chromium here: the page itself is not measured")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--js-flags=--expose-gc"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        begun = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/?token=benchmark")
        page.goto(f"http://127.0.0.1:{port}/?test=1")
        while not page.evaluate("'veernet' in window"):
            page.wait_for_timeout(10)
        page.evaluate("veernet.idle()")
        tell("page shows all, seconds", time.perf_counter() - begun)
        page.evaluate("([row, scale]) => veernet.show(row, scale)", [rows // 2, 1])
        page.evaluate("veernet.idle()")
        frames = gesture(page, lambda: pan(page))
        tell_all("frame while panning, ms", [one / 1000 for one in frames])
        frames = gesture(page, lambda: drag(page, rows // 2))
        tell_all("frame while dragging a curve, ms", [one / 1000 for one in frames])
        for row in range(0, rows, rows // 60):
            page.evaluate("([row, scale]) => veernet.show(row, scale)", [row, 1])
            page.evaluate("veernet.idle()")
        client = page.context.new_cdp_session(page)
        client.send("HeapProfiler.collectGarbage")
        heap = client.send("Runtime.getHeapUsage")
        tell("heap after the whole log, MB", heap["usedSize"] / 1e6)
        tell("arrays after the whole log, MB", heap["backingStorageSize"] / 1e6)
        browser.close()


def gesture(page: Page, move: Callable[[], None]) -> list[float]:
    """Return the milliseconds of each frame while something is moved."""
    page.evaluate(f"() => {{ window.frames_ = ({FRAMES})(2500); }}")
    end = time.monotonic() + 2.3
    while time.monotonic() < end:
        move()
    frames: list[float] = page.evaluate("() => window.frames_")
    return frames[1:]


def pan(page: Page) -> None:
    """Roll the wheel over the page."""
    page.mouse.move(640, 400)
    for _ in range(20):
        page.mouse.wheel(0, 60)
        page.wait_for_timeout(16)


def drag(page: Page, row: int) -> None:
    """Bend a curve forth and back, and let go with Escape."""
    curve = page.evaluate("veernet.state").get("active") or "C21"
    at = page.evaluate("([c, r]) => veernet.columnAt(c, r)", [curve, row])
    place = page.evaluate(
        "([c, r, at]) => veernet.screenOf(c, r, at)", [curve, row, at]
    )
    page.mouse.move(place["x"], place["y"])
    page.mouse.down()
    for step in range(30):
        page.mouse.move(place["x"] + (step % 15) - 7, place["y"])
        page.wait_for_timeout(16)
    page.keyboard.press("Escape")
    page.mouse.up()
