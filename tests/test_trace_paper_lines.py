"""Lines of the paper are no evidence of a curve that stands still on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import MARGIN, curve, evidence, panel
from veernet.axes import DepthAxis, DepthPoint
from veernet.findings import PackedMask, PanelReading
from veernet.findings.panels import of_panel
from veernet.records import Registration
from veernet.trace import follow_paths, name_curves
from veernet.trace.paper_lines import MOST_SURE, lines_of, on_lines
from veernet.trace.programme import Costs

ROWS, WIDTH = 1400, 200
at = np.arange(ROWS)
MOVING = MARGIN + 110 + 40 * np.sin(at / 50)
LINE = MARGIN + 40.0


def gridded(*columns, pen=3):
    """Return a panel with a grid of ten divisions, and strokes at columns."""
    one = panel([curve()], ROWS, WIDTH)
    image = one.image.copy()
    image[::40] = 0
    for place in range(0, WIDTH + 1, WIDTH // 10):
        image[:, MARGIN + place : MARGIN + place + 2] = 0
    for column in columns:
        for row in np.flatnonzero(np.isfinite(column)):
            first = round(column[row]) - pen // 2
            image[row, first : first + pen + 1] = 0
    return replace(one, image=image)


def test_the_grid_of_a_track_is_found_with_its_edges():
    lines = lines_of(gridded(MOVING))["T1"]
    np.testing.assert_allclose([line.place for line in lines], np.arange(11) / 10)
    for line in lines:
        place = MARGIN + line.place * WIDTH + 0.5
        np.testing.assert_allclose(line.column, place, atol=0.6)
        assert np.median(line.width) == 2


def test_a_logarithmic_grid_is_found():
    one = panel([curve()], ROWS, WIDTH)
    image = one.image.copy()
    decades = np.log10(np.outer([1, 10], np.arange(1, 10))).ravel() / 2
    for place in decades:
        image[:, MARGIN + round(place * WIDTH)] = 0
    lines = lines_of(replace(one, image=image))["T1"]
    found = [line.place for line in lines]
    np.testing.assert_allclose(found, [*decades, 1.0], atol=1e-6)


@pytest.mark.parametrize("place", [LINE, float(MARGIN), float(MARGIN + WIDTH)])
def test_a_reading_on_a_line_is_told_unless_ink_makes_the_line_wider(place):
    still = np.where((at >= 600) & (at < 700), place + 0.5, MOVING)
    bare = lines_of(gridded(np.where(still == MOVING, MOVING, np.nan)))["T1"]
    (found,) = on_lines(0, still[None], bare)
    assert (found.start, found.stop) == (600, 700)
    assert MARGIN + found.line * WIDTH == pytest.approx(place)
    drawn = lines_of(gridded(still))["T1"]
    assert on_lines(0, still[None], drawn) == []


def test_a_curve_that_crosses_a_line_or_moves_about_it_does_not_stand():
    lines = lines_of(gridded(MOVING))["T1"]
    assert on_lines(0, MOVING[None], lines) == []
    about = np.where((at >= 600) & (at < 700), LINE + 1.5 * np.sin(at / 3), MOVING)
    assert on_lines(0, about[None], lines) == []


def test_a_stretch_that_is_read_from_the_grid_is_doubted_and_told():
    """A network that takes a line for a curve where the curve is not drawn."""
    gone = (at >= 600) & (at < 800)
    one = gridded(np.where(gone, np.nan, MOVING))
    seen = evidence(one, [("solid", np.where(gone, LINE + 0.5, MOVING))])
    followed = follow_paths(one, seen, Costs())
    (paths,) = name_curves([followed])
    (path,) = paths
    assert path.confidence[620:780].max() <= MOST_SURE
    assert path.confidence[:560].min() > 0.8
    depth = DepthAxis("ft", (DepthPoint(0, 100), DepthPoint(ROWS - 1, 240)))
    masks = PackedMask.of_ink(seen), PackedMask.of_dark(one)
    reading = PanelReading(one.without_picture(), *masks, paths, followed)
    registration = Registration("main", depth, one.tracks)
    (finding,) = [f for f in of_panel(reading, registration) if f.kind == "line"]
    assert finding.text.startswith("GR: read on the upright line at 0.20 of its track")
    assert finding.rows[0] >= 590
    assert finding.rows[1] <= 810
