"""Level strokes: ink beside the edges that a network does not see is followed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import MARGIN, curve, panel
from tests.wraps import AT, ROWS, WIDTH, drawn, inked, nowhere, peak
from veernet.trace import trace
from veernet.trace.level import level_strokes


def test_strokes_across_the_track_are_found_and_its_grid_is_not():
    columns = peak(2.4)
    one, _ = drawn(columns, nowhere())
    first = np.full(ROWS, MARGIN, dtype=np.int32)
    found = level_strokes(one.image, first, WIDTH)
    ink = inked(columns)[:, MARGIN : MARGIN + WIDTH] > 0
    near = ink | np.roll(ink, 1, axis=0) | np.roll(ink, -1, axis=0)
    assert not found[~near].any()
    steep = np.abs(np.gradient(columns)) > 10
    rows = np.flatnonzero(steep & (AT % 20 != 0))
    middle = ink[rows, 10:-10]
    assert found[rows, 10:-10][middle].mean() > 0.6
    assert found[rows, 0].any()  # joined to the edge that they come from


def test_the_interior_of_a_fill_is_no_stroke():
    image = np.full((60, 120), 255, dtype=np.uint8)
    for row in range(10, 50):
        image[row, : 90 - 4 * abs(row - 30)] = 0
    found = level_strokes(image, np.zeros(60, dtype=np.int32), 120)
    assert not found[25:36, :40].any()
    assert found[:20].any()
    assert found[40:].any()


@pytest.mark.parametrize("height", [1.12, 1.5])
def test_a_small_wrap_whose_ink_is_not_seen_is_not_cut_at_the_edge(height):
    """The network sees the curve up to the edge that it leaves, and the border there.

    What came in at the other edge is filled.
    """
    truth = peak(height)
    unseen = nowhere()
    unseen[:, : MARGIN + WIDTH // 2] = True
    one, seen = drawn(truth, unseen)
    for row in range(ROWS):
        one.image[row, MARGIN : max(int(truth[row]) - WIDTH, MARGIN)] = 0
    seen.maps[0, 112:138, MARGIN + WIDTH - 2 : MARGIN + WIDTH + 1] = 255
    (path,) = trace(one, seen)
    top = slice(121, 130)
    assert np.nanmax(path.column[top]) > truth[top].max() - 6
    assert np.nanmax(np.abs(path.column - truth)) < WIDTH / 2


def test_a_peak_that_leaves_the_far_edge_twice_is_wrapped_twice():
    """Of the outline that crosses the whole track the network sees a half."""
    truth = peak(2.4)
    unseen = nowhere()
    unseen[:, : MARGIN + WIDTH // 2] = True
    unseen[:100] = unseen[150:] = False
    one, seen = drawn(truth, unseen)
    (path,) = trace(one, seen)
    read = np.isfinite(path.column)
    assert read[115:136].mean() > 0.8
    assert np.nanmax(path.column) > MARGIN + 2.3 * WIDTH
    wrong = np.abs(path.column - truth)[read] > WIDTH / 2
    assert wrong.mean() < 0.01


def test_a_curve_that_does_not_wrap_stays_within_its_track():
    truth = np.minimum(peak(1.12), MARGIN + WIDTH)
    one, seen = drawn(truth, nowhere())
    one = replace(one, tracks=panel([curve()], ROWS, WIDTH).tracks)
    (path,) = trace(one, seen)
    assert np.nanmax(path.column) <= MARGIN + WIDTH + 4
