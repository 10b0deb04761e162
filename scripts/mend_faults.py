"""Break a reading at many places, mend it in the browser, and count the gestures.

    python scripts/mend_faults.py WELL.tif --registration WELL.yaml [--trace FILE]

Works on a copy of the scan; without ``--trace`` it is digitised first. Every curve is
broken at twenty places: it jumps to a neighbour, is cut, or wraps wrongly. Each fault
is then mended as a person would: the tool's key, two points on the ink and Enter, a
point more where it is still off; or a drag over the rows. What was read before is the
ink that the person sees. Prints gestures per fault, and ends with 1 if one is not
mended.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLACES = 20
"""Faults of each curve."""

LENGTHS = (30, 100)
"""Rows of a fault: three to ten feet of a common scan."""

FIRST_POINTS = 3
"""Rows above and below a fault at which the first two points are set."""

CLEAR = 20
"""Rows about a fault that are read, and have no other fault."""

JUMP_COLUMNS = 15.0
"""Columns that a jump to a neighbour goes at its widest, at least."""

STEEP = 60.0
"""Columns from row to row beyond which a place is a wrap or a spike, and left alone."""

TOLERANCE = 3.0
"""Columns: a line's width, within which a mended row is where it was read."""

MOST_POINTS = 8

ZOOM = 7.5
"""Pixels of the screen for a row: neighbouring rows can be pointed at one by one."""

NAMES = ("chromium", "chromium-browser", "google-chrome")

Columns = NDArray[np.float64]


@dataclass(frozen=True)
class Fault:
    """A stretch of a curve that was broken: rows counted from the curve's first."""

    curve: str
    kind: str
    start: int
    stop: int
    by: int = 0


class Session:
    """The page in a browser, and the server behind it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.ask = page.context.request
        self.document = self.ask.get(f"{address}/api/document").json()
        self.first = self.document["curves"][0]["first_row"]
        self.names = [curve["mnemonic"] for curve in self.document["curves"]]
        tracks = self.document["registration"]["tracks"]
        self.track = {c["mnemonic"]: t["name"] for t in tracks for c in t["curves"]}
        self.wraps = {c["mnemonic"]: c["wraps"] for t in tracks for c in t["curves"]}

    def columns(self, curve: str) -> Columns:
        """Return the unfolded columns of a curve, as the server has them."""
        body = self.ask.get(f"{self.address}/api/curve/{curve}").body()
        return np.frombuffer(body, "<f4", len(body) // 10).astype(np.float64)

    def edit(self, **edit: object) -> bool:
        """Change the reading behind the page's back; return whether that is legal."""
        base = self.ask.get(f"{self.address}/api/document").json()["revision"]
        body = {"base": base, "id": str(uuid.uuid4()), "edit": edit}
        headers = {"Content-Type": "application/json", "Origin": self.address}
        answer = self.ask.post(
            f"{self.address}/api/edit", data=json.dumps(body), headers=headers
        )
        return bool(answer.ok)

    def idle(self) -> None:
        """Wait until all is loaded, drawn and saved."""
        self.page.evaluate("veernet.idle()")

    def preview(self, curve: str, first: int, last: int) -> Columns:
        """Return the columns of some rows as they would be after Enter."""
        columns = self.columns(curve)
        for patch in self.page.evaluate("veernet.draft"):
            if patch["curve"] == curve:
                start = patch["row0"] - self.first
                given = np.array(patch["column"], dtype=np.float64)
                columns[start : start + len(given)] = given
        return columns[first : last + 1]

    def place(self, curve: str, row: int, column: float) -> tuple[int, int]:
        """Return the pixel of the screen that a person would point at."""
        at = self.page.evaluate(
            "([c, r, at]) => veernet.screenOf(c, r, at)",
            [curve, self.first + row, float(column)],
        )
        return round(at["x"]), round(at["y"])


def break_all(session: Session, rng: np.random.Generator) -> list[Fault]:
    """Break every curve, and return where."""
    good = {name: session.columns(name) for name in session.names}
    faults: list[Fault] = []
    for name in session.names:
        kinds = ("jump", "cut", "wrap") if session.wraps[name] else ("jump", "cut")
        free = np.isfinite(good[name])
        steps = np.abs(np.diff(good[name], append=np.nan))
        own: list[Fault] = []
        for _ in range(4000):
            if len(own) == PLACES:
                break
            length = int(rng.integers(*LENGTHS))
            start = int(rng.integers(CLEAR, len(free) - length - CLEAR))
            about = slice(start - CLEAR, start + length + CLEAR)
            if not free[about].all() or steps[about].max() > STEEP:
                continue
            kind = kinds[len(own) % len(kinds)]
            fault = Fault(name, kind, start, start + length, int(rng.choice([-1, 1])))
            if _break(session, fault, good):
                free[about] = False
                own.append(fault)
        faults += own
    return faults


def _break(session: Session, fault: Fault, good: dict[str, Columns]) -> bool:
    """Break one place; return whether it could be."""
    rows = {
        "curve": fault.curve,
        "row0": session.first + fault.start,
        "row1": session.first + fault.stop,
    }
    if fault.kind == "cut":
        return session.edit(action="cut", **rows)
    if fault.kind == "wrap":
        return session.edit(action="wrap", by=fault.by, **rows)
    part = slice(fault.start, fault.stop + 1)
    for other in session.names:
        if other == fault.curve or session.track[other] != session.track[fault.curve]:
            continue
        away = np.abs(good[other][part] - good[fault.curve][part])
        if np.isnan(away).any() or away.max() < JUMP_COLUMNS:
            continue
        rowed = enumerate(good[other][part].tolist(), rows["row0"])
        if session.edit(action="redraw", curve=fault.curve, points=list(rowed)):
            return True
    return False


class Person:
    """Mends by keys and pointer alone, and counts what that takes."""

    def __init__(self, session: Session) -> None:
        self.session, self.page = session, session.page
        self.chosen, self.tool = "", ""
        self.gestures = 0

    def press(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)
        self.session.idle()
        self.gestures += 1

    def mend(self, fault: Fault, ink: Columns) -> int:
        """Mend a fault; return how many gestures it took."""
        self.gestures = 0
        middle = self.session.first + (fault.start + fault.stop) / 2
        self.page.evaluate("([r, s]) => veernet.show(r, s)", [middle, ZOOM])
        self.session.idle()
        if fault.curve != self.chosen:
            self.press(str(self.session.names.index(fault.curve) + 1))
            self.chosen = fault.curve
        tool = "u" if fault.kind == "wrap" else "t"
        if tool != self.tool:
            self.press(tool)
            self.tool = tool
        if fault.kind == "wrap":
            self._unwrap(fault, ink)
        else:
            self._retrace(fault, ink)
        return self.gestures

    def _unwrap(self, fault: Fault, ink: Columns) -> None:
        """Drag over the rows, the direction chosen if it is not yet."""
        back = str(-fault.by)
        if self.page.input_value("#turns") != back:
            self.page.select_option("#turns", back)
            self.page.focus("#window")
            self.gestures += 1
        first = self.session.place(fault.curve, fault.start, ink[fault.start])
        last = self.session.place(fault.curve, fault.stop, ink[fault.stop])
        self.page.mouse.move(first[0] + 15, first[1])
        self.page.mouse.down()
        self.page.mouse.move(last[0] + 15, last[1], steps=4)
        self.page.mouse.up()
        self.session.idle()
        self.gestures += 1

    def _retrace(self, fault: Fault, ink: Columns) -> None:
        """Set two points, one more where the preview is off the ink, and keep it."""
        first, last = fault.start - FIRST_POINTS, fault.stop + FIRST_POINTS
        rows = [first, last]
        for row in rows:
            self._point(fault, row, ink)
        while len(rows) < MOST_POINTS:
            self.page.mouse.move(5, 5)
            self.session.idle()
            shown = self.session.preview(fault.curve, first, last)
            off = np.abs(shown - ink[first : last + 1])
            worst = int(np.argmax(np.where(np.isnan(off), np.inf, off)))
            if off[worst] <= TOLERANCE:
                break
            rows.append(first + worst)
            self._point(fault, rows[-1], ink)
        self.press("Enter")

    def _point(self, fault: Fault, row: int, ink: Columns) -> None:
        """Set a point on the ink."""
        self.page.mouse.click(*self.session.place(fault.curve, row, ink[row]))
        self.session.idle()
        self.gestures += 1


def mend_all(session: Session, seed: int) -> bool:
    """Break and mend, print what it took, and return whether all is mended."""
    good = {name: session.columns(name) for name in session.names}
    faults = break_all(session, np.random.default_rng(seed))
    session.idle()
    while session.page.evaluate("veernet.revision") < len(faults):
        time.sleep(0.1)
    person, begun = Person(session), time.perf_counter()
    took = [person.mend(fault, good[fault.curve]) for fault in faults]
    spent = time.perf_counter() - begun
    for kind in ("jump", "cut", "wrap"):
        counts = [n for n, f in zip(took, faults, strict=True) if f.kind == kind]
        if counts:
            reported = f"{np.mean(counts):.2f} gestures each, {max(counts)} at most"
            print(f"{kind:<6} {len(counts):4d} faults, {reported}")
    print(f"all    {len(faults):4d} faults in {spent:.0f} s")
    left = 0
    for name in session.names:
        now = session.columns(name)
        off = np.abs(now - good[name])
        lost = int((np.isnan(now) != np.isnan(good[name])).sum())
        left += lost + int((off > TOLERANCE).sum())
        reported = f"at most {np.nanmax(off):.2f} px off, {lost} rows read in one alone"
        print(f"{name:<6} {reported}")
    return left == 0


@contextmanager
def page_of(scan: Path, *more: str) -> Iterator[Session]:
    """Serve a scan, open its page, and digitise it if that is still to be done."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    browser_path = next(filter(None, map(shutil.which, NAMES)), None)
    if browser_path is None:
        msg = "no chromium here: apt-get install chromium"
        raise SystemExit(msg)
    command = [sys.executable, "-m", "veernet", "review", str(scan), *more]
    command += ["--no-open", "--token", "faults"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip().partition("/?")[0]
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=browser_path, args=["--no-sandbox"]
                )
                page = browser.new_page(viewport={"width": 1600, "height": 1000})
                page.goto(f"{address}/?token=faults")
                page.goto(f"{address}/?test=1")
                while not page.evaluate("'veernet' in window"):
                    page.wait_for_timeout(20)
                page.evaluate("veernet.idle()")
                if page.evaluate("veernet.state.stage") == "digitise":
                    page.click("#digitise")
                while page.evaluate("veernet.state.stage") != "review":
                    page.wait_for_timeout(200)
                page.evaluate("veernet.idle()")
                yield Session(page, address)
                browser.close()
        finally:
            server.terminate()


def main() -> int:
    """Copy the scan, break its reading, and mend it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scan", type=Path)
    parser.add_argument("--registration", type=Path, required=True)
    parser.add_argument("--trace", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scan = Path(shutil.copy(options.scan, folder))
        more = ["--registration", str(options.registration)]
        if options.trace:
            more += ["--trace", str(options.trace)]
        with page_of(scan, *more) as session:
            return 0 if mend_all(session, options.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
