"""The review page as a person uses it, in headless Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.reviews import serving
from tests.screens import Screen, equals_values

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")

DATA = Path(__file__).parent.parent / "data"
CURVES = ("GR", "CALI", "ILD", "ILM")

ROW, END = 940, 1000
"""Rows of the sample in which all curves are read and GR stays in its track."""

WRAPPED = 864
"""Row of the sample where GR is beyond its right edge."""


@pytest.fixture(scope="module")
def sample(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """Return the sample, digitised from its scan and registration by the page."""
    folder = tmp_path_factory.mktemp("sample")
    for name in ("sample.tif", "sample.yaml"):
        shutil.copy(DATA / name, folder)
    with serving(folder / "sample.tif", registration=folder / "sample.yaml") as client:
        screen = Screen(browser, client, folder)
        assert screen.state["stage"] == "digitise"
        screen.page.click("#digitise")
        screen.wait(lambda: screen.state["stage"] == "review")
        screen.idle()
        yield screen
        screen.close()


def _bend(screen: Screen) -> None:
    x, y = screen.place("GR", ROW)
    screen.drag((x, y), (x + 25, y))


def _redraw(screen: Screen) -> None:
    screen.press("r")
    (x, y), end = screen.place("GR", ROW), screen.place("GR", END)
    screen.drag((x, y), (x - 40, y + 40), end)
    screen.press("Enter")


def _retrace(screen: Screen) -> None:
    screen.press("t")
    for row in (ROW, END):
        x, y = screen.place("GR", row)
        screen.click((x + 3, y))
    screen.press("Enter")


def _another_way(screen: Screen) -> None:
    screen.press("t")
    screen.click(screen.place("GR", ROW))
    screen.press("w")
    assert "Set two points first" in screen.said
    screen.click(screen.place("GR", END))
    first = screen.page.evaluate("veernet.draft")
    screen.press("w")
    assert "another way" in screen.said
    assert screen.page.evaluate("veernet.draft") != first
    screen.press("Enter")


def _straight(screen: Screen) -> None:
    screen.press("t")
    for row in (ROW, END):
        screen.click(screen.place("GR", row))
    screen.page.keyboard.down("Alt")
    screen.press("Enter")
    screen.page.keyboard.up("Alt")


def _over(key: str, curve: str = "GR", *more: str) -> Callable[[Screen], None]:
    """Return the gesture of a tool that works on rows."""

    def gesture(screen: Screen) -> None:
        screen.press(str(CURVES.index(curve) + 1), key)
        screen.drag(screen.place(curve, ROW, 8), screen.place(curve, END, 8))
        screen.press(*more)

    return gesture


def _join(screen: Screen) -> None:
    screen.client.edit("cut", curve="GR", row0=ROW + 10, row1=END - 10)
    screen.wait(lambda: np.isnan(screen.column("GR", ROW + 20)))
    _over("j")(screen)


def _swap(screen: Screen) -> None:
    screen.press("3", "s")
    screen.click(screen.place("ILD", ROW))
    screen.press("Enter")


def _value(screen: Screen) -> None:
    screen.press("v")
    screen.drag(screen.place("GR", ROW, 8), screen.place("GR", END, 8))
    screen.page.keyboard.type("75")
    screen.press("Enter")


def _nudge(screen: Screen) -> None:
    screen.click(screen.place("GR", ROW))
    screen.press("ArrowRight", "Shift+ArrowRight", "Enter")


GESTURES: dict[str, tuple[Callable[[Screen], None], str]] = {
    "bend": (_bend, "GR"),
    "redraw": (_redraw, "GR"),
    "retrace": (_retrace, "GR"),
    "another way": (_another_way, "GR"),
    "straight": (_straight, "GR"),
    "cut": (_over("x"), "GR"),
    "join": (_join, "GR"),
    "swap": (_swap, "ILD"),
    "hand over": (_over("g", "ILD"), "ILD"),
    "unwrap": (_over("u"), "GR"),
    "off scale": (_over("o", "ILM"), "ILM"),
    "shift": (_over("c", "GR", "Shift+ArrowLeft", "Enter"), "GR"),
    "value": (_value, "GR"),
    "accept": (_over("a"), "GR"),
    "nudge": (_nudge, "GR"),
}


@pytest.mark.parametrize("name", GESTURES)
def test_a_gesture_is_one_entry_and_undo_and_redo_are_exact(
    sample: Screen, name: str
) -> None:
    gesture, curve = GESTURES[name]
    sample.press("Escape", "Escape", "1", "d")
    sample.show((ROW + END) / 2)
    if name == "join":
        _join(sample)
        revision = sample.revision - 1
    else:
        revision = sample.revision
        gesture(sample)
    assert sample.revision == revision + 1, sample.said
    edited = {each: sample.bytes(each) for each in CURVES}
    sample.press("Control+z")
    before = {each: sample.bytes(each) for each in CURVES}
    assert before[curve] != edited[curve], sample.said
    sample.press("Control+Shift+z")
    assert {each: sample.bytes(each) for each in CURVES} == edited
    sample.press("Control+z")
    assert {each: sample.bytes(each) for each in CURVES} == before
    if name == "join":
        sample.press("Control+z")
    # What is drawn is what is saved.
    at = sample.samples(curve)["column"][ROW - 240 + 30]
    assert sample.column(curve, ROW + 30) == pytest.approx(at, nan_ok=True)


def test_what_gestures_make_of_a_curve(sample: Screen) -> None:
    sample.press("Escape", "Escape", "1", "d")
    sample.show((ROW + END) / 2)
    start = sample.column("GR", ROW)
    x, y = sample.place("GR", ROW)
    # One pixel of the screen is so many columns.
    per_pixel = 1 / sample.state["view"]["columnScale"]
    sample.drag((x, y), (x + 25, y))
    assert sample.column("GR", ROW) == pytest.approx(start + 25 * per_pixel, abs=2)
    sample.press("Control+z")
    width = 490  # of the track
    before = sample.samples("GR")["column"].copy()
    _over("u")(sample)
    moved = sample.samples("GR")["column"] - before
    assert np.allclose(moved[ROW - 230 : END - 250], width, atol=0.01)
    assert np.all(moved[: ROW - 260] == 0)
    sample.press("Control+z")


def test_a_wrap_is_drawn_to_the_edges_and_never_across(sample: Screen) -> None:
    sample.press("Escape", "Escape", "1", "d")
    sample.show(WRAPPED, 12)
    drawn = sample.page.evaluate(
        """() => {
          const canvas = document.getElementById('curves');
          const view = veernet.state.view;
          const left = Math.round((118 - view.column) * view.columnScale);
          const right = Math.round((591 - view.column) * view.columnScale);
          const { width, height } = canvas;
          const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
          const shares = [];
          for (let y = 0; y < height; y += 1) {
            let count = 0;
            for (let x = left; x < right; x += 1) {
              count += data[4 * (y * width + x) + 3] > 40 ? 1 : 0;
            }
            shares.push(count / (right - left));
          }
          return shares;
        }"""
    )
    steps = np.abs(np.diff(sample.samples("GR")["column"])) / 490
    # At twelve pixels a row a level line across would fill a whole pixel row.
    assert max(drawn) < max(0.5, np.nanmax(steps))
    assert max(drawn) > 0


def test_from_scan_and_registration_to_a_las_by_the_page(sample: Screen) -> None:
    sample.press("Escape", "Escape", "1", "d")
    sample.press("e")
    sample.wait(lambda: sample.page.is_visible("#export-now"))
    sample.page.click("#export-now")
    # The registration that it began with is there, and is not written over unasked.
    sample.page.click("#write-over")
    sample.wait(lambda: "sample.las" in sample.page.inner_text("#export-result"))
    sample.errors = [line for line in sample.errors if "409" not in line]
    equals_values(sample.folder / "sample.las", sample.client)
    sample.press("Escape")


def test_a_broken_reading_is_mended_by_gestures(sample: Screen) -> None:
    sample.press("Escape", "Escape", "1", "d")
    good = {each: sample.samples(each)["column"].copy() for each in CURVES}
    start = sample.revision
    edit = sample.client.edit
    faults = (
        edit("swap", curve="ILD", other="ILM", row0=700, row1=800),
        edit("cut", curve="GR", row0=1300, row1=1380),
        edit("wrap", curve="GR", row0=1500, row1=1600, by=1),
        edit("shift", curve="CALI", row0=1700, row1=1760, by=30),
    )
    assert all(fault.status == 200 for fault in faults)
    sample.wait(lambda: sample.revision == start + 4)

    sample.press("3", "s")
    sample.show(750)
    sample.drag(sample.place("ILD", 700), sample.place("ILD", 800))
    sample.press("Enter")

    sample.press("1", "t")
    sample.show(1340)
    for row in (1296, 1384):
        sample.click(sample.place("GR", row))
    sample.press("Enter")

    sample.press("d")
    sample.show(1550)
    sample.drag(sample.place("GR", 1500, -30), sample.place("GR", 1600, -30))
    sample.press("u", "ArrowLeft", "Enter")

    sample.press("2", "d")
    sample.show(1730)
    sample.drag(sample.place("CALI", 1700, 30), sample.place("CALI", 1760, 30))
    sample.press("c", *["Shift+ArrowLeft"] * 3, "Enter")

    assert sample.revision == start + 8, sample.said
    for each in CURVES:
        now = sample.samples(each)["column"]
        assert np.array_equal(np.isnan(now), np.isnan(good[each])), each
        assert np.nanmax(np.abs(now - good[each])) < 1.5, each
    for _ in range(8):
        sample.press("Control+z")
    for each in CURVES:
        assert np.array_equal(
            sample.samples(each)["column"], good[each], equal_nan=True
        )


def test_no_canvas_is_larger_than_the_window(sample: Screen) -> None:
    sizes = sample.page.evaluate(
        "[...document.querySelectorAll('canvas')].map((c) => [c.width, c.height])"
    )
    assert all(width <= 1280 and height <= 800 for width, height in sizes)
