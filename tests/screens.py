"""The review page in a real browser: what a person sees and does, for tests."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import lasio
import numpy as np
import pytest

from tests.reviews import CURVES, Client, samples_of

NAMES = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1280, "height": 800}


def chromium() -> str:
    """Return the browser's path; skip the test, saying so, where there is none."""
    given = os.environ.get("VEERNET_CHROMIUM")
    found = given or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium, or VEERNET_CHROMIUM")
    return found


@contextmanager
def browsing() -> Iterator[Any]:
    """Start a browser; skip, saying so, where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    path = chromium()
    with api.sync_playwright() as playwright:
        # In a container the sandbox is refused, and the pages are our own.
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            browser.close()


class Screen:
    """A page of the review of a scan in a folder, and what goes wrong on it."""

    def __init__(self, browser: Any, client: Client, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
        name, _, value = client.cookie.partition("=")
        self.address = f"http://127.0.0.1:{client.port}"
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(self.address + "/?test=1")
        self.wait(lambda: self.page.evaluate("'veernet' in window"))
        self.idle()

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def close(self) -> None:
        """Close the page, which must have run without an error."""
        errors, self.errors = self.errors, []
        self.context.close()
        assert not errors, errors

    def wait(self, until: Any, seconds: float = 120) -> None:
        """Wait until something is so; the page forbids scripts made of strings."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, f"not so; {self.said}"
            self.page.wait_for_timeout(20)

    def idle(self) -> dict[str, Any]:
        """Wait until all is loaded, drawn and saved, and return the state."""
        self.page.evaluate("veernet.idle()")
        return self.state

    @property
    def state(self) -> dict[str, Any]:
        """What is chosen on the page."""
        found: dict[str, Any] = self.page.evaluate("veernet.state")
        return found

    @property
    def revision(self) -> int:
        """Of the document, as the page knows it."""
        return int(self.page.evaluate("veernet.revision"))

    @property
    def said(self) -> str:
        """The line at the foot of the page."""
        return str(self.page.text_content("#message"))

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.idle()

    def show(self, row: float, scale: float = 1.5) -> None:
        """Put a row in the middle of the window."""
        self.page.evaluate("([row, scale]) => veernet.show(row, scale)", [row, scale])
        self.idle()

    def column(self, curve: str, row: int) -> float:
        """Unfolded column of a curve, as the page has it; NaN where unread."""
        found = self.page.evaluate("([c, r]) => veernet.columnAt(c, r)", [curve, row])
        return float(found)

    def place(
        self, curve: str, row: int, beside: float = 0, column: float | None = None
    ) -> tuple[float, float]:
        """Where a sample is on the screen."""
        at = self.column(curve, row) if column is None else column
        found = self.page.evaluate(
            "([c, r, at]) => veernet.screenOf(c, r, at)", [curve, row, at + beside]
        )
        return float(found["x"]), float(found["y"])

    def drag(self, *places: tuple[float, float], steps: int = 6) -> None:
        """Press at the first place, go through the others, let go at the last."""
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=steps)
        self.page.mouse.up()
        self.idle()

    def click(self, place: tuple[float, float]) -> None:
        """Press and let go."""
        self.page.mouse.click(*place)
        self.idle()

    def bytes(self, curve: str) -> bytes:
        """Return the samples of a curve, as the server has them."""
        answer = self.client.get(f"/api/curve/{curve}")
        assert answer.status == 200, answer.body
        return answer.body

    def samples(self, curve: str) -> dict[str, np.ndarray]:
        """Return the samples of a curve, as the server has them."""
        return samples_of(self.bytes(curve))


def equals_values(path: Path, client: Client) -> None:
    """Compare a LAS with what the API says an export holds."""
    las = lasio.read(path)
    for curve in CURVES:
        answer = client.get(f"/api/values/{curve}")
        count = int(answer.headers["x-samples"])
        depth = np.frombuffer(answer.body, "<f8", count)
        value = np.frombuffer(answer.body, "<f8", count, 8 * count)
        assert np.allclose(las.index, depth)
        assert np.allclose(las[curve], value, rtol=1e-4, atol=1e-4, equal_nan=True)
