"""Crossings: ink that leaves one edge and comes in at the other is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import MARGIN, curve, panel
from tests.wraps import ROWS, WIDTH, drawn, nowhere, peak
from veernet.axes import DepthAxis, DepthPoint
from veernet.findings import PackedMask, PanelReading
from veernet.findings.wraps import uncrossed
from veernet.records import ORIGINS, Registration, TracedPath
from veernet.trace import follow_paths, name_curves
from veernet.trace.crossings import (
    MOST_SURE,
    Crossing,
    crossings_of,
    doubt_off_scale,
    doubt_uncrossed,
    is_crossed,
    is_inked,
    strokes_of,
)
from veernet.trace.programme import Costs

CROSSING = Crossing(1, 100, 120)
at = np.arange(float(ROWS))


def test_a_peak_that_wraps_is_a_crossing_whichever_edge_it_leaves():
    (one,) = crossings_of(drawn(peak(1.5), nowhere())[0])["T1"]
    assert one.side == 1
    truth = (peak(1.5) - MARGIN) / WIDTH
    beyond = np.flatnonzero(truth > 1)
    assert abs(one.start - beyond[0]) <= 4
    assert abs(one.stop - beyond[-1]) <= 4
    mirrored = 2 * MARGIN + WIDTH - peak(1.5)
    (other,) = crossings_of(drawn(mirrored, nowhere())[0])["T1"]
    assert other.side == -1


@pytest.mark.parametrize("columns", [peak(0.97), np.minimum(peak(1.5), 206.0)])
def test_a_curve_that_keeps_to_its_track_crosses_nothing(columns):
    assert crossings_of(drawn(columns, nowhere())[0])["T1"] == ()


def test_worn_depth_lines_cross_nothing():
    """Pieces of level lines touch both edges in the same rows."""
    rng = np.random.default_rng(3)
    one = panel([curve()], ROWS, WIDTH)
    image = one.image.copy()
    for row in range(10, ROWS - 3, 10):
        image[row : row + 3] = np.where(rng.random((3, image.shape[1])) < 0.85, 0, 255)
        image[row : row + 3, 60:150] = 255
    assert crossings_of(replace(one, image=image))["T1"] == ()


def test_a_reading_that_went_along_is_told_from_one_that_did_not():
    flat = np.full(ROWS, 0.9)
    inside = (at >= 100) & (at < 120)
    assert not is_crossed(CROSSING, flat)
    assert not is_crossed(CROSSING, np.where(inside, 0.99, flat))
    assert is_crossed(CROSSING, np.where(inside, 1.2, flat))
    assert is_crossed(CROSSING, np.full(ROWS, np.nan))  # unread is not wrong
    # A second leaving of the far edge within a stretch that is wrapped once.
    assert not is_crossed(CROSSING, flat + 1)
    assert is_crossed(CROSSING, flat + 1 + inside)


def test_what_is_read_as_if_nothing_crossed_is_doubted_there_alone():
    fraction = np.where((at >= 104) & (at < 116), 0.995, 0.9)
    path = TracedPath(
        "GR", MARGIN + WIDTH * fraction, np.full(ROWS, 0.98), np.ones(ROWS)
    )
    stuck = doubt_uncrossed(path, [CROSSING], fraction, wraps=False).confidence
    np.testing.assert_array_equal(stuck < 0.5, (at >= 104) & (at < 116))
    lost = doubt_uncrossed(path, [CROSSING], fraction, wraps=True).confidence
    np.testing.assert_array_equal(lost < 0.5, (at >= 100) & (at < 120))
    assert lost.min() == MOST_SURE
    assert doubt_uncrossed(path, [], fraction, wraps=True) is path


def test_a_curve_is_not_off_scale_where_its_ink_is_in_the_track():
    off = (at >= 60) & (at < 180)
    origin = np.where(off, ORIGINS.index("off-right"), ORIGINS.index("auto"))
    column = np.where(off, np.nan, 150.0)
    path = TracedPath("GR", column, 0.9 * ~off, origin.astype(np.uint8))
    strokes = is_inked(strokes_of(drawn(peak(2.4), nowhere())[0])["T1"])
    assert strokes[100:150].any()
    assert not strokes[:80].any()
    unread = doubt_off_scale(path, strokes)
    assert (unread.origin[off] == ORIGINS.index("none")).all()
    bare = is_inked(strokes_of(drawn(np.full(ROWS, 204.0), nowhere())[0])["T1"])
    np.testing.assert_array_equal(doubt_off_scale(path, bare).origin, path.origin)


def read(spec):
    """Return a panel in which a peak wraps, as it is read, and its registration."""
    one, seen = drawn(peak(1.5), nowhere())
    one = replace(one, tracks=panel([spec], ROWS, WIDTH).tracks)
    followed = follow_paths(one, seen, Costs())
    (paths,) = name_curves([followed])
    depth = DepthAxis("ft", (DepthPoint(0, 100), DepthPoint(ROWS - 1, 130)))
    masks = PackedMask.of_ink(seen), PackedMask.of_dark(one)
    reading = PanelReading(one.without_picture(), *masks, paths, followed)
    return reading, Registration("main", depth, one.tracks)


def test_a_curve_that_is_not_registered_to_wrap_and_does_is_told():
    reading, registration = read(curve())
    (finding,) = uncrossed(reading, registration)
    assert finding.kind == "wraps"
    assert finding.curves == ("GR",)
    assert "leaves the right edge of track T1" in finding.text
    assert "`wraps: true`" in finding.text
    start, stop = finding.rows
    (path,) = reading.paths
    beyond = slice(start + 4, stop - 4)
    assert path.confidence[beyond].max() <= MOST_SURE


def test_a_curve_that_is_read_across_the_edge_is_not_told():
    reading, registration = read(curve(wraps=True))
    assert list(uncrossed(reading, registration)) == []
    assert np.nanmax(reading.paths[0].column) > MARGIN + 1.4 * WIDTH
    # The same reading, put back into its track.
    (path,) = reading.paths
    folded = MARGIN + np.mod(path.column - MARGIN, WIDTH)
    folded = np.where(path.column > MARGIN + WIDTH, MARGIN + WIDTH - 1, folded)
    cut = replace(reading, paths=(replace(path, column=folded),))
    (finding,) = uncrossed(cut, registration)
    assert "wrap count" in finding.text
