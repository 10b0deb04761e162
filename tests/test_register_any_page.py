"""Whatever a page is, it is proposed or refused: no crop or turn is a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.pages import DrawnPage, DrawnSection
from veernet.errors import Refused
from veernet.records import Grey, Scan
from veernet.register.geometry.skew import find_skew
from veernet.register.propose import propose
from veernet.scan import open_scan

CROPS = 24
"""Of the drawn page; a few of each turn are sections, the others are scraps."""

REAL_ROWS = 1500
"""Of a crop of a real scan at most, and CROPPED crops of each."""
CROPPED = 3

TURNS = 8
"""Ways to change a crop: quarter turns, negative, leaning, half the size and half as
large again."""

NARROW = 1, 2, 5, 11, 12, 13, 25, 63, 64, 65
"""Columns of strips of a page: about those of a line, of a window and of a zone."""


def _numeral(grey: Grey) -> tuple[str, float]:
    """Read some number, or none, from any picture: what is recognised is arbitrary."""
    ink = int((grey < 128).sum())
    return (str(ink % 90 * 100), 0.9) if ink % 3 else ("", 0.0)


def _crop(page: Grey, rng: np.random.Generator, turn: int) -> Grey:
    """Return a part of a page: as it is, turned, negative, leaning or scaled."""
    shape = [int(rng.integers(1, most + 1)) for most in page.shape[:2]]
    top, left = (
        int(rng.integers(most - own + 1))
        for most, own in zip(page.shape[:2], shape, strict=True)
    )
    part = page[top : top + shape[0], left : left + shape[1]]
    if turn < 4:
        return np.ascontiguousarray(np.rot90(part, turn))
    if turn == 4:
        return np.asarray(255 - part, dtype=np.uint8)
    if turn > 5:
        zoom = 0.5 if turn == 6 else 1.5
        wide, high = (max(1, round(zoom * part.shape[axis])) for axis in (1, 0))
        return np.asarray(cv2.resize(part, (wide, high), interpolation=cv2.INTER_AREA))
    middle = part.shape[1] / 2, part.shape[0] / 2
    matrix = cv2.getRotationMatrix2D(middle, float(rng.uniform(-9, 9)), 1)
    size = part.shape[1], part.shape[0]
    leaning = cv2.warpAffine(part, matrix, size, borderValue=(255, 255, 255))
    return np.asarray(leaning, dtype=np.uint8)


def _propose_or_refuse(scan: Scan) -> None:
    """Propose what a page holds; a refusal is an answer, sections lie on the page."""
    try:
        proposed = propose(scan, _numeral)
    except Refused:
        return
    assert proposed
    for section in proposed:
        assert 0 <= section.found.first_row < section.found.last_row
        assert section.found.last_row < scan.info.rows


@pytest.fixture(scope="module")
def page() -> Grey:
    drawn = DrawnPage(rows=4200, sections=(DrawnSection(500, 3900),), wander=6)
    return drawn.draw()


@pytest.mark.parametrize("seed", range(CROPS))
def test_a_crop_is_proposed_or_refused(seed: int, page: Grey) -> None:
    _propose_or_refuse(
        Scan.from_array(_crop(page, np.random.default_rng(seed), seed % TURNS))
    )


@pytest.mark.parametrize("columns", NARROW)
def test_a_strip_is_proposed_or_refused(columns: int, page: Grey) -> None:
    for left in (60, 452):
        strip = np.ascontiguousarray(page[:, left : left + columns])
        _propose_or_refuse(Scan.from_array(strip))


@pytest.mark.parametrize("rows", [1, 2, 36, 283])
def test_the_skew_of_a_scrap_is_found_or_open(rows: int) -> None:
    """Lines could fall by more rows, over all zones, than a scrap has."""
    level = np.random.default_rng(rows).random((rows, 40)).astype(np.float16)
    middles, turns = find_skew(level)
    assert len(middles) == len(turns) == 1
    assert not np.isinf(turns).any()


@pytest.mark.real
@pytest.mark.skipif(
    "VEERNET_REAL" not in os.environ, reason="VEERNET_REAL names no folder"
)
def test_crops_of_real_scans_are_proposed_or_refused() -> None:
    rng = np.random.default_rng(20)
    scans = sorted((Path(os.environ["VEERNET_REAL"]) / "scans").glob("*.tif"))
    for number, path in enumerate(scans):
        scan = open_scan(path)
        for turn in range(CROPPED):
            top = int(rng.integers(max(1, scan.info.rows - REAL_ROWS)))
            part = scan.read_stored(top, min(scan.info.rows, top + REAL_ROWS))
            cropped = Scan.from_array(_crop(part, rng, (number + 3 * turn) % TURNS))
            _propose_or_refuse(cropped)
