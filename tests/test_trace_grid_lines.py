"""Vertical grid lines that a network takes for curves."""

from __future__ import annotations

import numpy as np
import pytest

from tests.panels import MARGIN, curve, evidence, panel
from veernet.records import Evidence
from veernet.trace import Costs, follow_paths
from veernet.trace.grid_lines import (
    LEAST_ROWS,
    stands_still,
    unexplained,
)

ROWS = 3 * LEAST_ROWS
AT = np.arange(float(ROWS))
COURSE = MARGIN + 110 + 30 * np.sin(AT / 60)


def lined(one, level, column=MARGIN + 150):
    """Return evidence of a curve and of an upright line that is less likely ink."""
    seen = evidence(one, [("solid", COURSE)])
    maps = seen.maps.copy()
    maps[0, :, column - 1 : column + 2] = np.maximum(
        maps[0, :, column - 1 : column + 2], int(255 * level)
    )
    return Evidence(maps, seen.lines)


@pytest.mark.parametrize("level", [0.7, 0.9])
def test_a_line_is_not_followed_in_place_of_a_curve(level):
    """Two curves, of which one is first found on the line."""
    one = panel([curve("A"), curve("B")], ROWS)
    other = COURSE - 60 + 20 * np.sin(AT / 45)
    both = evidence(one, [("solid", COURSE), ("solid", other)])
    # Where it is pale the second curve is the poorer find.
    pale = (0.6 * both.maps).astype(np.uint8)
    maps = np.maximum(pale, evidence(one, [("solid", COURSE)]).maps)
    seen = Evidence(np.maximum(maps, lined(one, level).maps), both.lines)
    paths = follow_paths(one, seen, Costs())
    for truth in (COURSE, other):
        nearest = min(np.nanmedian(np.abs(p.column - truth)) for p in paths)
        assert nearest < 1


def test_a_quiet_curve_is_kept_where_nothing_is_left_over():
    one = panel([curve("A"), curve("B")], ROWS)
    still = np.full(ROWS, MARGIN + 40.0)
    seen = evidence(one, [("solid", COURSE), ("solid", still)])
    paths = follow_paths(one, seen, Costs())
    assert min(np.nanmax(np.abs(p.column - still)) for p in paths) < 0.5


def test_a_path_stands_still_where_nearly_all_of_it_lies_in_one_column():
    still = np.full(ROWS, 50.0)
    spiked = np.where(AT % 100 < 5, 90.0, still)
    assert stands_still(still)
    assert stands_still(spiked)
    assert not stands_still(still + 2 * np.sin(AT / 30))
    assert not stands_still(np.where(AT < 100, still, np.nan))


def test_ink_is_unexplained_where_no_path_is_near():
    one = panel([curve()], ROWS)
    seen = evidence(one, [("solid", COURSE)])
    ink = np.full((ROWS, 2, 2), -1, dtype=np.int32)
    assert unexplained(seen, [ink]) == pytest.approx(1.0, abs=0.01)
    ink[: ROWS // 2, 0] = np.rint(COURSE[: ROWS // 2, None] + [-1, 1])
    assert unexplained(seen, [ink]) == pytest.approx(0.5, abs=0.02)
