"""How sure a reading is that a way is its own curve's, by the style of the ink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.panels import curve, evidence, panel
from veernet.axes import Edge
from veernet.records import LINES, Evidence, Panel, Track
from veernet.trace import joint, trace
from veernet.trace.average import mean_around
from veernet.trace.joint import _rivals
from veernet.trace.lanes import Way, make_lane
from veernet.trace.programme import Costs
from veernet.trace.styles import (
    Seen,
    as_they_are,
    assign,
    belonging,
    heard_anew,
    solid_and_broken,
)
from veernet.trace.ways import decode_lane

ROWS = 400
AT = np.arange(ROWS)
LEFT, RIGHT = 60 + 20 * np.sin(AT / 25), 150 + 20 * np.sin(AT / 30)


def seen(line, solid, dot, *, known=True, rows=300, place=0):
    """Return what was seen of a curve in one style, under ink that is likely so."""
    evidence = np.zeros((len(LINES), rows))
    evidence[LINES.index("solid")] = 0.05 * np.log(solid)
    evidence[LINES.index("dot")] = 0.05 * np.log(dot)
    column = np.full(rows, 50.0 * LINES.index(line) + place if known else np.nan)
    return Seen(LINES.index(line), known * evidence, column)


def test_a_mean_is_over_the_rows_that_are_known():
    values = np.array([1.0, 2.0, 9.0, 4.0, 5.0, 6.0, 7.0])
    known = np.array([True, True, False, True, False, False, False])
    assert mean_around(values, known, 3) == pytest.approx([1.5, 1.5, 3, 4, 4, 0, 0])


def test_ink_in_its_own_style_belongs_and_ink_in_the_rivals_does_not():
    told = [seen("solid", 0.9, 0.1), seen("dot", 0.1, 0.9)]
    exchanged = [seen("solid", 0.1, 0.9), seen("dot", 0.9, 0.1)]
    for index in (0, 1):
        assert belonging(index, [1 - index], told).min() > 0.9
        assert belonging(index, [1 - index], exchanged).max() < 0.1
    assert assign(told) == [0, 1]
    assert assign(exchanged) == [1, 0]


def test_a_worn_line_belongs_where_its_rival_is_dashed_beyond_doubt():
    worn = seen("solid", 0.5, 0.5)
    assert belonging(0, [1], [worn, seen("dot", 0.02, 0.95)]).min() > 0.85
    assert belonging(0, [1], [worn, seen("dot", 0.5, 0.5)]) == pytest.approx(0.5)
    unread = seen("dot", 0.5, 0.5, known=False)
    assert belonging(0, [1], [worn, unread]) == pytest.approx(0.5)


def test_without_a_rival_in_another_style_there_is_no_doubt():
    alike = [seen("solid", 0.1, 0.9), seen("solid", 0.9, 0.1)]
    assert (belonging(0, [], alike) == 1).all()
    assert (belonging(0, [1], alike) == 1).all()


def test_on_the_same_ink_it_is_no_matter_which_is_whose():
    ghost = seen("dot", 0.9, 0.1, place=-50 * LINES.index("dot") + 2)
    drawn = seen("solid", 0.9, 0.1)
    assert (belonging(0, [1], [drawn, ghost]) == 1).all()
    assert (belonging(1, [0], [drawn, ghost]) == 1).all()


def test_a_few_rows_make_nothing_certain():
    short = seen("solid", 0.001, 0.9, rows=300)
    island = np.where((AT[:300] > 145) & (AT[:300] < 153), short.column, np.nan)
    part = replace(short, column=island, evidence=short.evidence * np.isfinite(island))
    unread = seen("dot", 0.5, 0.5, known=False)
    assert belonging(0, [1], [part, unread])[149] == pytest.approx(0.44, abs=0.05)
    assert belonging(0, [1], [short, unread])[149] < 0.05


def test_ink_speaks_for_all_rows_up_to_a_meeting_and_less_beyond():
    """The ways are exchanged below row 150; the ink of those above tells nothing."""
    rows = np.arange(300)
    heard = np.select([rows < 60, rows < 150], [10.0, 0.0], -10.0)
    pair = [seen("solid", 0.9, 0.1), seen("dot", 0.1, 0.9)]
    pair = [replace(one, evidence=one.evidence * heard) for one in pair]
    meeting = (rows >= 148) & (rows < 152)
    met = as_they_are(
        *(replace(one, column=np.where(meeting, 0.0, one.column)) for one in pair)
    )
    apart = as_they_are(*pair)
    assert met[:148].min() > 0.5
    assert met[152:].max() < -2
    # Where they slipped nobody knows.
    assert (np.diff(apart[60:150]) < 0).all()
    assert apart[140] < -1 < 1 < apart[70]
    assert met[140] > 0.5


def test_the_likeliest_rival_counts():
    told = [
        seen("solid", 0.5, 0.5),
        seen("dot", 0.02, 0.95),
        seen("dot", 0.5, 0.5, place=20),
    ]
    assert belonging(0, [1, 2], told) == pytest.approx(0.5)


def test_curves_whose_styles_are_not_told_apart_are_read_with_less_confidence():
    two = panel([curve("GR"), curve("CALI", "short-dash")], ROWS)
    clear = evidence(two, [("solid", LEFT), ("short-dash", RIGHT)])
    doubtful = replace(clear, maps=np.tile(clear.maps.sum(0) // 2, (2, 1, 1)))
    for sure, unsure in zip(
        trace(two, clear), trace(two, doubtful, likely=0.0), strict=True
    ):
        assert np.median(sure.confidence) > 0.9
        assert np.median(unsure.confidence) < 0.75


def test_curves_of_tracks_side_by_side_are_no_rivals():
    """What is doubtful in one track says nothing of a curve of the next."""
    tracks = [
        Track(name, *(Edge((0,), (float(x),)) for x in edges), (curve(name, line),))
        for name, edges, line in (
            ("T2", (0, 100), "solid"),
            ("T3", (100, 200), "short-dash"),
            ("T23", (0, 200), "dot"),
        )
    ]
    edges = np.array([[[8.0] * ROWS, [108.0] * ROWS], [[108.0] * ROWS, [208.0] * ROWS]])
    edges = np.concatenate([edges, [[edges[0, 0], edges[1, 1]]]])
    image = np.full((ROWS, 217), 255, dtype=np.uint8)
    wide = Panel(tuple(tracks), 0, 200, 8, edges, image)
    maps = Evidence(np.zeros((2, ROWS, 217), np.uint8), (("solid",), LINES[1:]))
    lanes = [make_lane(wide, maps, spec) for spec in wide.curves]
    assert [_rivals(lanes, index) for index in range(3)] == [[2], [2], [0, 1]]


def test_the_ink_of_one_curve_keeps_its_call_beside_another():
    """The order in which curves are listed changes nothing."""
    two = panel([curve("GR"), curve("CALI", "dot")], ROWS)
    columns = [np.full(ROWS, 50.0), np.full(ROWS, 55.0)]
    both = evidence(two, [("solid", columns[0]), ("solid", columns[1])])
    calls = [seen("solid", 0.99, 0.01, rows=ROWS), seen("dot", 0.01, 0.99, rows=ROWS)]
    ways = [_straight(column) for column in columns]
    there = heard_anew(both, calls, ways)
    back = heard_anew(both, calls[::-1], ways[::-1])
    for anew in (there, back):
        assert (anew.maps[0, :, 50] > 200).all()
        assert (anew.maps[1, :, 55] > 200).all()
        assert (anew.maps[1, :, 49:52] < 60).all()
        total = anew.maps.sum(axis=0, dtype=int)
        assert np.abs(total - both.maps.sum(axis=0, dtype=int)).max() <= 2


def test_a_network_that_tells_no_solid_from_broken_leaves_it_to_the_rhythm():
    for lines in ((LINES,), (("solid", "dot"), ("long-dash",)), (("dot",),)):
        solid, broken = solid_and_broken(lines)
        assert not (solid.any() and broken.any())


def _straight(column):
    rows = column.size
    ink = np.full((rows, 2, 2), -1, dtype=np.int32)
    ink[:, 0] = np.stack([column - 1, column + 1], axis=1)
    return Way(column, np.ones(rows), np.zeros(rows, np.uint8), ink[:, 0] * 1.0, ink)


def test_a_level_stroke_is_no_rival_of_itself():
    """Its ink lies a row above and below the way, and there far away in columns."""
    truth = 100 + 80 * np.sin(AT / 15)
    one = panel([curve()], ROWS)
    thick = evidence(one, [("solid", np.roll(truth, up)) for up in (-1, 0, 1)])
    (path,) = trace(one, thick)
    assert path.confidence[20:-20].min() > 0.9


def test_what_runs_on_the_ink_of_a_lost_curve_counts_in_either_order():
    lost = seen("dot", 0.5, 0.5, known=False)
    astray = replace(seen("solid", 0.1, 0.9), column=np.full(300, 40.0))
    assert as_they_are(lost, astray) == pytest.approx(as_they_are(astray, lost))
    assert as_they_are(lost, astray).max() < 0


def test_where_meetings_flicker_they_are_one():
    rows = np.arange(300)
    first, second = seen("solid", 0.1, 0.9), seen("dot", 0.9, 0.1)
    second = replace(second, column=np.full(300, 40.0))
    meeting = (rows >= 150) & (rows < 180)
    once, flicker = (
        as_they_are(replace(first, column=np.where(near, 41.0, 60.0)), second)
        for near in (meeting, meeting & (rows % 3 == 0))
    )
    assert flicker[100] == pytest.approx(once[100], rel=0.3)


def test_ways_are_exchanged_where_their_ink_says_so():
    two = panel([curve("A"), curve("B", "dot")], ROWS)
    drawn = evidence(two, [("solid", LEFT), ("dot", RIGHT)])
    lanes = [make_lane(two, drawn, spec) for spec in two.curves]
    ways = {i: decode_lane(lane, [], Costs())[0] for i, lane in enumerate(lanes)}
    right = [ways[index].column.copy() for index in (0, 1)]
    below = np.arange(ROWS) >= ROWS // 2
    ways[0], ways[1] = joint._exchange(ways[0], ways[1], below)

    def look(index):
        """Hear a solid line at the left, and a dotted one at the right."""
        column = ways[index].column
        heard = np.zeros((len(LINES), ROWS))
        heard[LINES.index("solid")] = np.where(column < 105, 1.0, -1.0)
        heard[LINES.index("dot")] = -heard[LINES.index("solid")]
        return Seen(LINES.index(("solid", "dot")[index]), heard, column)

    joint._part_by_style(lanes, ways, look)
    for index in (0, 1):
        assert np.mean(np.abs(ways[index].column - right[index]) < 1) > 0.97
