"""The review page on a page that is turned: drawn and pressed where the ink is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from tests.reviews import COLUMNS, FIRST, LAST, ROWS, files, registration, serving
from tests.screens import Screen
from veernet.axes import DepthAxis, DepthPoint, Edge
from veernet.export import Provenance, write_traces
from veernet.export.onpage import ink
from veernet.files import sha256
from veernet.records import Registration, Trace, Track
from veernet.registration import save_registrations

pytest.importorskip("fastapi", reason="pip install 'veernet[review]'")

LINE_SKEW = 24.0
"""Rows by which depth lines fall from the leftmost track edge to the rightmost: 3.6
degrees, more than any scanner feeds."""


def turned() -> Registration:
    """Return the small scan's registration on a turned page, square to its lines."""
    level = registration()
    points = tuple(
        DepthPoint(row, depth, row - LINE_SKEW / 4, row + 3 * LINE_SKEW / 4)
        for row, depth in ((FIRST, 1000.0), (LAST, 1050.0))
    )

    def leaning(edge: Edge) -> Edge:
        (column,) = edge.columns
        lean = LINE_SKEW / 380 * ROWS
        return Edge((0.0, float(ROWS)), (column + lean / 2, column - lean / 2))

    tracks = tuple(
        Track(track.name, leaning(track.left), leaning(track.right), track.curves)
        for track in level.tracks
    )
    return replace(level, depth=DepthAxis("ft", points), tracks=tracks)


def readings(known: Registration) -> tuple[Trace, ...]:
    """Return a reading of its curves; GR wraps."""
    row = np.arange(FIRST, LAST + 1, dtype=np.int64)
    found = []
    specs = [spec for track in known.tracks for spec in track.curves]
    for place, spec in enumerate(specs):
        track, _ = known.curve(spec.mnemonic)
        left, right = known.edges_at(track, row)
        middle = (0.9, 0.5, 0.3, 0.6)[place]
        fraction = middle + 0.2 * np.sin(row / (17 + 5 * place))
        column = left + fraction * (right - left)
        every = np.full(row.size, 0.95), np.ones(row.size, np.uint8)
        found.append(Trace(spec.mnemonic, row, column, *every))
    return tuple(found)


@pytest.fixture
def well(browser: Any, tmp_path: Path) -> Iterator[Screen]:
    page = np.full((ROWS, COLUMNS), 255, np.uint8)
    scan, known = tmp_path / "well.tif", turned()
    for trace in readings(known):
        where = ink(trace, known)
        at = np.rint(where.row).astype(int), np.rint(where.column).astype(int)
        page[at] = 0
    tifffile.imwrite(scan, page)
    given = files(scan)
    save_registrations(given["registration"], known)
    made = Provenance(scan=scan.name, scan_sha256=sha256(scan))
    write_traces(given["trace"], readings(known), known, made)
    with serving(scan, **given) as client:
        screen = Screen(browser, client, tmp_path)
        yield screen
        screen.close()


def screen_of(well: Screen, row: float, column: float) -> tuple[float, float]:
    """Where a place on the page is in the window."""
    view = well.state["view"]
    box = well.page.locator("#window").bounding_box()
    x = (column + 0.5 - view["column"]) * view["columnScale"]
    return box["x"] + x, box["y"] + (row + 0.5 - view["row"]) * view["rowScale"]


def test_curves_are_drawn_on_their_ink(well: Screen) -> None:
    known = turned()
    well.show(350, 1)
    for trace in readings(known):
        where = ink(trace, known)
        for row in range(200, 500, 60):
            at = where.row[row - FIRST], where.column[row - FIRST]
            there = screen_of(well, *map(float, at))
            assert well.place(trace.mnemonic, row) == pytest.approx(there, abs=0.05)
    # What the canvas holds: the curve's own colour within a pixel of its ink.
    painted = """([x, y]) => {
      const canvas = document.getElementById('curves');
      const box = canvas.getBoundingClientRect();
      const ratio = canvas.width / box.width;
      const at = [(x - box.left - 2) * ratio, (y - box.top - 2) * ratio];
      const side = 5 * ratio;
      const { data } = canvas.getContext('2d').getImageData(...at, side, side);
      return data.some((value) => value > 0);
    }"""
    for trace in readings(known):
        where = ink(trace, known)
        for row in range(200, 500, 25):
            at = where.row[row - FIRST], where.column[row - FIRST]
            there = screen_of(well, *map(float, at))
            assert well.page.evaluate(painted, list(there)), (trace.mnemonic, row)


@pytest.mark.parametrize("curve", ["GR", "ILM"])
def test_a_press_on_ink_is_a_place_of_its_own_row(well: Screen, curve: str) -> None:
    known, row, end = turned(), 300, 340
    well.show(row, 2)
    trace = next(one for one in readings(known) if one.mnemonic == curve)
    where = ink(trace, known)
    first, last = (
        screen_of(well, float(where.row[at]), float(where.column[at]))
        for at in (row - FIRST, end - FIRST)
    )
    well.press("1" if curve == "GR" else "4", "t")
    well.click(first)
    well.click(last)
    well.page.keyboard.down("Alt")
    well.press("Enter")
    well.page.keyboard.up("Alt")
    kept = well.samples(curve)
    edited = np.flatnonzero(kept["flags"] & 2) + FIRST
    assert (edited[0], edited[-1]) == (row, end)
    for at in (row, end):
        read = trace.column[at - FIRST]
        assert kept["column"][at - FIRST] == pytest.approx(read, abs=0.6)
    well.press("x")
    well.drag(first, last)
    well.press("Enter")
    unread = np.flatnonzero(np.isnan(well.samples(curve)["column"])) + FIRST
    assert (unread[0], unread[-1]) == (row, end)


def test_a_row_that_is_typed_moves_the_whole_line(well: Screen) -> None:
    well.page.click("[data-stage=register]")
    well.idle()

    def point() -> dict[str, float]:
        reported = well.client.get("/api/document").json["registration"]
        return dict(reported["depth"]["points"][0])

    before = point()
    field = well.page.locator("#panel input[title='Row of the scan']").first
    field.fill(str(before["row"] + 5))
    field.press("Enter")
    well.wait(lambda: point() != before)
    moved = {k: v if k == "depth" else pytest.approx(v + 5) for k, v in before.items()}
    assert point() == moved
