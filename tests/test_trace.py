"""The tracers: where the curves of a panel run, and what they do not invent."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest

from tests.panels import MARGIN, curve, evidence, panel, stroke
from veernet.axes import Floats, Scale
from veernet.colour import NEUTRAL
from veernet.errors import InputError
from veernet.network import ConfidenceTable
from veernet.records import ORIGINS, Affinity, Evidence, Panel
from veernet.synth.ink import stroke as paint
from veernet.trace import BRIDGE, SHORTEST, Tracer, steps, trace
from veernet.trace.centroid import refine
from veernet.trace.corridors import UNKNOWN, make_corridor
from veernet.trace.decoding import _ink
from veernet.trace.meetings import load_model
from veernet.trace.paths import decode_paths
from veernet.trace.programme import (
    LOST,
    OFF_LEFT,
    OFF_RIGHT,
    ON,
    Costs,
    cheapest_path,
    margin_over_rivals,
    prices,
)

ROWS = 400
AT = np.arange(ROWS)
BOTH = get_args(Tracer)


def _error(path, truth):
    return np.abs(path.column - truth)


def _read_pen(truth):
    """Trace a pen that is as thick in rows as in columns, on a track of 400 columns."""
    one = panel([curve()], ROWS, 400)
    seen = evidence(one, [])
    ink = np.zeros(one.image.shape, dtype=np.float32)
    paint(ink, AT.astype(float), truth + MARGIN, 3.0)
    seen.maps[0] = np.rint(255 * ink)
    (path,) = trace(one, seen)
    return path


@pytest.mark.parametrize("tracer", BOTH)
def test_a_lone_curve_is_read_to_a_fraction_of_a_pixel(tracer):
    truth = 108 + 60 * np.sin(AT / 37) + 9 * np.sin(AT / 5)
    one = panel([curve()], ROWS)
    (path,) = trace(one, evidence(one, [("solid", truth)], noise=30), tracer=tracer)
    assert np.isfinite(path.column).mean() > 0.97
    # A skeleton stands on whole pixels and is ragged where the stroke is steep.
    assert np.nanmedian(_error(path, truth)) < (0.25 if tracer == "dp" else 0.6)
    assert np.nanpercentile(_error(path, truth), 95) < 1.5


def test_a_spike_of_a_hundred_columns_in_three_rows_is_followed():
    truth = np.full(ROWS, 60.0)
    truth[198:205] += [10, 40, 90, 120, 90, 40, 10]
    one = panel([curve()], ROWS)
    (path,) = trace(one, evidence(one, [("solid", truth)]))
    assert np.isfinite(path.column).all()
    assert path.column[201] > 60 + 90
    assert np.max(_error(path, truth)[[196, 206]]) < 0.3


def test_a_moving_window_beats_a_fixed_one_on_a_steep_stroke():
    rows = 40
    truth = 20.0 + 4.5 * np.arange(rows)
    ink = stroke(truth, (rows, 217))
    column, state, _ = cheapest_path(ink, np.empty((0, rows, 2), np.int32))
    start = np.zeros(rows, np.int32)
    centroid, _, span = refine(ink, column, state == ON, UNKNOWN, start, circular=False)
    inner = slice(2, rows - 2)
    assert np.abs(centroid - truth)[inner].max() < 0.3
    assert np.all(np.diff(span, axis=1)[inner] >= 4)


def _centroids(panel: Panel, seen: Evidence) -> list[Floats]:
    """Return (rows,) per curve the centroid of its stroke, before it is corrected."""
    _, corridors, paths = decode_paths(panel, seen, Costs(), correct=False)
    return [paths[index].column for index in range(len(corridors))]


@pytest.mark.parametrize("wraps", [False, True])
def test_the_centre_says_where_on_the_stroke_the_curve_is(wraps):
    truth = 60.3 + 30 * np.sin(AT / 20)
    one = panel([curve(wraps=wraps)], ROWS)
    seen = evidence(one, [("solid", truth + MARGIN + 0.8)])  # a mask that is off
    at = np.arange(one.image.shape[1])
    share = np.maximum(1 - np.abs(at - (truth + MARGIN)[:, None]), 0)
    centre = np.rint(255 * share).astype(np.uint8)
    centre[300:] = 0  # it does not tell
    (column,) = _centroids(one, replace(seen, centre=centre))
    away = column - truth - MARGIN
    assert np.abs(away[:300]).max() < 0.02
    assert np.median(away[300:]) == pytest.approx(0.8, abs=0.1)


def test_where_a_steep_stroke_leaves_the_row_in_doubt_its_centre_is_spread():
    truth = 20 + 18.0 * np.minimum(AT, 10)
    one = panel([curve()], ROWS)
    seen = evidence(one, [("solid", truth + MARGIN)])
    at = np.arange(one.image.shape[1])
    spread = np.exp(-0.5 * ((at - (truth + MARGIN)[:, None]) / 4) ** 2)
    # No peak of it is to be trusted.
    spread *= np.random.default_rng(5).uniform(0.0, 0.2, spread.shape)
    centre = np.rint(255 * spread).astype(np.uint8)
    (column,) = _centroids(one, replace(seen, centre=centre))
    assert np.abs(column - truth - MARGIN)[1:10].mean() < 1.0


def test_the_centre_of_a_crossing_curve_is_not_taken_for_the_own():
    first, second = 60 + 0.25 * AT, np.full(ROWS, 110.0)
    two = panel([curve("A"), curve("B", "short-dash")], ROWS)
    seen = evidence(two, [("solid", first), ("short-dash", second)])
    at = np.arange(two.image.shape[1])
    shares = [np.maximum(1 - np.abs(at - c[:, None]), 0) for c in (first, second)]
    centre = np.rint(255 * np.maximum(*shares)).astype(np.uint8)
    found = _centroids(two, replace(seen, centre=centre))
    for away in np.abs(np.stack(found) - np.stack([first, second])):
        assert away[np.abs(first - second) > 8].max() < 0.02
        assert away.max() < 4


@pytest.mark.parametrize("tracer", BOTH)
def test_styles_keep_two_curves_apart_where_they_cross(tracer):
    first, second = 60 + 0.25 * AT, 160 - 0.25 * AT
    two = panel([curve("A"), curve("B", "short-dash")], ROWS)
    seen = evidence(two, [("solid", first), ("short-dash", second)])
    a, b = trace(two, seen, tracer=tracer)
    assert np.nanmax(_error(a, first)) < 2
    assert np.nanmax(_error(b, second)) < 2


def test_two_curves_of_one_style_cross_and_keep_their_direction():
    first, second = 40 + 0.35 * AT, 180 - 0.35 * AT
    two = panel([curve("A"), curve("B")], ROWS)
    seen = evidence(two, [("solid", first), ("solid", second)], noise=20)
    paths = trace(two, seen)
    errors = [
        min(np.nanmax(_error(p, first)), np.nanmax(_error(p, second))) for p in paths
    ]
    assert max(errors) < 4


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_like_curves_that_begin_together_are_named_where_they_part(seed):
    apart = np.clip(20 * (AT - 3), 4, 80)
    first, second = np.full(ROWS, 70.0) + 5 * np.sin(AT / 20), 74.0 + apart
    two = panel([curve("A"), curve("B")], ROWS)
    noise = np.random.default_rng(seed).normal(0, 0.5, (2, ROWS))
    seen = evidence(two, [("solid", first + noise[0]), ("solid", second + noise[1])])
    a, b = trace(two, seen)
    assert np.isfinite(a.column).mean() > 0.9
    assert np.nanmedian(_error(a, first)) < 2
    assert np.nanmedian(_error(b, second)) < 2


def test_doubt_at_a_meeting_of_like_curves_lasts(monkeypatch):
    undecided = replace(load_model(), output=load_model().output * 0, output_bias=0.0)
    monkeypatch.setattr("veernet.trace.meetings.load_model", lambda: undecided)
    away = np.clip((np.abs(AT - 200) - 50) / 2, 0, 40)
    first, second = 90 - away, 90 + away
    two = panel([curve("A"), curve("B")], ROWS)
    a, b = trace(two, evidence(two, [("solid", first), ("solid", second)]), likely=0.0)
    for path in (a, b):
        assert np.median(path.confidence[20:100]) > 0.9
        # On one stroke the value is sure, whichever of the two it is.
        assert np.median(path.confidence[170:230]) > 0.9
        assert np.median(path.confidence[300:380]) < 0.7


def test_two_curves_of_one_style_that_touch_and_part_are_not_swapped():
    away = ((AT - ROWS / 2) / 30) ** 2
    touching = 90 - away, 93 + away  # side by side where they meet
    two = panel([curve("A"), curve("B")], ROWS)
    a, b = trace(two, evidence(two, [("solid", c) for c in touching]))
    # Touching strokes merge: a line width of error is all that may come of it.
    assert np.nanmax(_error(a, touching[0])) < 4
    assert np.nanmax(_error(b, touching[1])) < 4


def test_a_back_up_has_only_the_ink_that_its_main_curve_leaves():
    swing = 120 + 100 * np.sin(AT / 40)
    main = np.where(swing > 200, np.nan, swing) + MARGIN
    backup = np.where(swing > 200, 0.2 * (swing - 150), np.nan) + MARGIN
    specs = [replace(curve("N10B"), backup_of="N10"), curve("N10")]
    two = panel(specs, ROWS)
    drawn = [("solid", main), ("solid", backup)]
    other, own = trace(two, evidence(two, drawn))
    assert np.isfinite(own.column)[np.isfinite(main)].mean() > 0.95
    assert np.nanmax(_error(own, main)) < 2
    assert np.isfinite(other.column)[np.isfinite(backup)].mean() > 0.8
    assert np.nanmax(_error(other, backup)) < 2
    assert not np.isfinite(other.column)[np.isfinite(main)].any()


def test_curves_that_are_drawn_alike_are_named_from_left_to_right():
    two = panel([curve("LEFT"), curve("RIGHT")], ROWS)
    # The right one is the stronger: it is found first, and must not be named first.
    weak = evidence(two, [("solid", np.full(ROWS, 50.0))])
    strong = evidence(two, [("solid", np.full(ROWS, 150.0))])
    seen = Evidence(np.maximum(weak.maps // 2, strong.maps), weak.lines)
    left, right = trace(two, seen)
    assert np.nanmedian(left.column) == pytest.approx(50, abs=0.2)
    assert np.nanmedian(right.column) == pytest.approx(150, abs=0.2)


def test_wrap_counts_stay_with_the_curves_they_were_stated_for():
    upper = replace(curve("A", wraps=True), wrap_start=1)
    two = panel([upper, curve("B", wraps=True)], ROWS, 100)
    drawn = [np.full(ROWS, MARGIN + at) for at in (30.0, 70.0)]
    a, b = trace(two, evidence(two, [("solid", column) for column in drawn]))
    assert np.nanmedian(a.column) == pytest.approx(MARGIN + 130, abs=0.2)
    assert np.nanmedian(b.column) == pytest.approx(MARGIN + 70, abs=0.2)


def _coloured(two, seen, *drawn):
    """Give a panel of two curves ink of their colours, 1 and 2 in the map of tints."""
    tint = np.zeros(two.image.shape, dtype=np.uint8)
    for number, columns in enumerate(drawn, start=1):
        ink = stroke(columns, tint.shape) > 0
        tint[ink] = number
        two.image[ink] = 0
    weight = np.full((2, 256), NEUTRAL, dtype=np.uint8)
    weight[0, [1, 2]] = 240, 5
    weight[1, [1, 2]] = 5, 240
    return replace(seen, affinity=Affinity(tint, weight))


RED, BLUE = (
    replace(curve(name), colour=colour)
    for name, colour in (("RED", "#ff0000"), ("BLUE", "#0000ff"))
)


def test_colour_tells_curves_apart_that_touch_and_turn_back():
    first, second = 104 - 0.3 * np.abs(AT - 200), 104 + 0.3 * np.abs(AT - 200)
    two = panel([RED, BLUE], ROWS)
    seen = evidence(two, [("solid", first), ("solid", second)], noise=20)
    blind = trace(two, seen)
    assert max(np.nanmax(_error(p, first)) for p in blind) > 50
    assert min(np.nanmax(_error(p, first)) for p in blind) > 50
    a, b = trace(two, _coloured(two, seen, first, second))
    assert np.nanmax(_error(a, first)) < 3
    assert np.nanmax(_error(b, second)) < 3


def test_colour_tells_curves_apart_where_the_style_seen_is_the_wrong_one():
    first, second = np.full(ROWS, 60.0), np.full(ROWS, 150.0)
    two = panel([RED, replace(BLUE, line="dot")], ROWS)
    seen = evidence(two, [("dot", first), ("solid", second)])
    a, b = trace(two, _coloured(two, seen, first, second))
    assert np.nanmax(_error(a, first)) < 1
    assert np.nanmax(_error(b, second)) < 1


def test_ink_of_its_colour_is_followed_where_no_line_is_seen():
    first, second = 60 + 0.1 * AT, np.full(ROWS, 150.0)
    two = panel([RED, BLUE], ROWS)
    broken = np.where((AT > 150) & (AT < 250), np.nan, first)
    seen = evidence(two, [("solid", broken), ("solid", second)])
    a, _ = trace(two, _coloured(two, seen, first, second))
    assert np.isfinite(a.column).all()
    assert np.nanmax(_error(a, first)) < 1


def test_a_curve_goes_on_beneath_the_ink_of_another_colour():
    first = 60 + 30 * np.sin(AT / 60)
    second = np.where((AT > 150) & (AT < 200), first, 150.0)
    two = panel([RED, BLUE], ROWS)
    seen = evidence(two, [("solid", first), ("solid", second)])
    # Drawn last, so that there is nothing of the other below it.
    a, _ = trace(two, _coloured(two, seen, first, second))
    assert np.isfinite(a.column[150:200]).mean() > 0.9
    assert np.nanmax(_error(a, first)) < 3


def test_a_panel_of_a_few_rows_is_read():
    one = panel([curve()], 4)
    (path,) = trace(one, evidence(one, [("solid", np.full(4, 60.0))]))
    assert np.isfinite(path.column).all()


def test_a_curve_off_scale_is_unread_there_and_read_on_return():
    truth = 60 - 90 * np.sin(np.pi * AT / ROWS)
    visible = np.where(truth >= MARGIN, truth, np.nan)
    one = panel([curve()], ROWS)
    (path,) = trace(one, evidence(one, [("solid", visible)]))
    gone = truth < MARGIN - 6
    assert not np.isfinite(path.column[gone]).any()
    on_scale = truth > MARGIN + 6
    assert np.isfinite(path.column[on_scale]).mean() > 0.97
    assert np.nanmax(_error(path, truth)[on_scale]) < 3


def test_the_first_row_read_has_the_wrap_count_that_is_stated():
    """However long a curve stays wrapped, its beginning is what is known."""
    width = 200
    unfolded = MARGIN + np.interp(AT, [0, 20, 60, 399], [150.0, 150.0, 300.0, 320.0])
    pieces = [
        np.where(
            np.floor((unfolded - MARGIN) / width) == k, unfolded - k * width, np.nan
        )
        for k in (0, 1)
    ]
    one = panel([curve(wraps=True)], ROWS, width)
    (path,) = trace(one, evidence(one, [("solid", p) for p in pieces]))
    assert np.nanmedian(_error(path, unfolded)) < 0.5


@pytest.mark.parametrize("direction", [1, -1])
def test_a_wrap_is_unfolded_and_comes_back(direction):
    width = 200
    excursion = direction * 160 * np.exp(-(((AT - 200) / 40) ** 2))
    unfolded = MARGIN + (120 if direction > 0 else 80) + excursion
    folded = MARGIN + np.mod(unfolded - MARGIN, width)
    pieces = [
        np.where(np.floor((unfolded - MARGIN) / width) == k, folded, np.nan)
        for k in (-1, 0, 1)
    ]
    # A potential: what is never below zero would be told from the values.
    one = panel([replace(curve("SP", wraps=True), unit="MV")], ROWS, width)
    (path,) = trace(one, evidence(one, [("solid", p) for p in pieces]))
    assert np.isfinite(path.column).mean() > 0.9
    assert np.nanmedian(_error(path, unfolded)) < 0.5
    assert np.nanpercentile(_error(path, unfolded), 98) < 6
    assert np.median(path.confidence) > 0.9


def test_a_short_gap_is_bridged_at_low_confidence_and_a_long_one_left_open():
    truth = 100 + 30 * np.sin(AT / 60)
    broken = truth.copy()
    broken[100 : 100 + BRIDGE - 4] = np.nan
    broken[250:330] = np.nan
    one = panel([curve()], ROWS)
    (path,) = trace(one, evidence(one, [("solid", broken)]))
    bridged = path.origin == ORIGINS.index("bridged")
    assert bridged[102 : 100 + BRIDGE - 6].all()
    assert path.confidence[bridged].max() <= 0.3 < path.confidence[50]
    assert np.nanmax(_error(path, truth)[bridged]) < 2
    assert not np.isfinite(path.column[256:324]).any()
    assert (path.confidence[~np.isfinite(path.column)] == 0).all()
    assert (path.origin[256:324] == ORIGINS.index("none")).all()


@pytest.mark.parametrize("tracer", BOTH)
def test_blank_paper_yields_nothing(tracer):
    one = panel([curve()], ROWS)
    (path,) = trace(one, evidence(one, [], noise=40), tracer=tracer)
    assert not np.isfinite(path.column).any()
    assert not path.confidence.any()


@pytest.mark.parametrize("tracer", BOTH)
def test_a_fleck_is_no_curve(tracer):
    fleck = np.full(ROWS, np.nan)
    fleck[50 : 50 + SHORTEST - 2] = 100
    one = panel([curve()], ROWS)
    (path,) = trace(one, evidence(one, [("solid", fleck)]), tracer=tracer)
    assert not np.isfinite(path.column).any()


def test_a_printed_border_does_not_hold_a_curve_that_left_the_scale():
    truth = np.where(AT < 200, 60.0, np.nan)
    exit_stroke = np.interp(AT, [199, 203], [60, MARGIN], left=np.nan, right=np.nan)
    border = np.full(ROWS, float(MARGIN))
    one = panel([curve()], ROWS)
    (path,) = trace(
        one,
        evidence(one, [("solid", truth), ("solid", exit_stroke), ("solid", border)]),
    )
    assert np.isfinite(path.column[:199]).all()
    assert np.isfinite(path.column[210:]).mean() < 0.05
    assert (path.origin[215:] == ORIGINS.index("off-left")).mean() > 0.95


def test_the_confidence_table_is_applied():
    one = panel([curve()], ROWS)
    seen = evidence(one, [("solid", np.full(ROWS, 80.0))])
    table = ConfidenceTable((0.0, 1.0), (0.0, 0.6))
    (plain,), (measured,) = trace(one, seen), trace(one, seen, confidence=table)
    assert measured.confidence[200] == pytest.approx(0.6 * plain.confidence[200])


def test_evidence_of_another_panel_is_refused():
    one, other = panel([curve()], ROWS), panel([curve()], ROWS, 100)
    with pytest.raises(InputError, match=r"evidence .* is not of panel"):
        trace(one, evidence(other, []))


def test_an_unknown_tracer_is_refused():
    one = panel([curve()], ROWS)
    with pytest.raises(InputError, match="tracer 'magic' is not known"):
        trace(one, evidence(one, []), tracer="magic")  # type: ignore[arg-type]


def _price_of(way, ink, costs):
    """Price of a way that enters the first row and leaves each at given columns."""
    being, crossing = costs.tables()
    crossed = crossing[ink]
    padded = np.pad(ink.astype(int), ((1, 1), (0, 0)), constant_values=-1)
    ridge = (ink > padded[:-2]) & (ink >= padded[2:])
    crossed[(crossed < 0) & ~ridge] = 0
    total = 0.0
    for row, (before, here) in enumerate(pairwise(way)):
        step = range(min(before, here), max(before, here) + 1)
        # The column that is left behind was paid for in the row above.
        total += sum(crossed[row, c] for c in step if c != before)
        total += being[ink[row, here]]
    return total


@pytest.mark.parametrize("travel_ink", [0.05, -0.3], ids=["ink costs", "ink pays"])
def test_the_path_is_the_cheapest_of_all(travel_ink):
    """On a tiny track the programme agrees with trying every way."""
    rng = np.random.default_rng(3)
    costs = Costs(
        travel_ink=travel_ink, travel_paper=0.7, off_scale=9.0, lost=9.0, lose=99.0
    )
    # Where it enters the first row, then where it leaves each.
    every = np.array(np.meshgrid(*[range(4)] * 5)).reshape(5, -1).T
    for _ in range(20):
        ink = rng.integers(0, 256, (4, 4)).astype(np.uint8)
        column, state, paid = cheapest_path(
            ink, np.empty((0, 4, 2), np.int32), costs=costs
        )
        assert (state == ON).all()
        best = min(_price_of(way, ink, costs) for way in every)
        found = min(_price_of((enter, *column), ink, costs) for enter in range(4))
        assert found == pytest.approx(best, rel=1e-5)
        assert paid == pytest.approx(best, rel=1e-5)


def test_ink_pays_only_the_curve_that_has_not_shared_it():
    ink = np.zeros((3, 40), dtype=np.uint8)
    ink[:, 5] = 255
    ink[1, 5:30] = 255
    free = np.empty((0, 3, 2), np.int32)
    occupied_ink = np.full((1, 3, 2), -1, np.int32)
    occupied_ink[0] = 0, 39
    paid, nothing = Costs(travel_ink=-0.2), Costs(travel_ink=0.0)
    assert cheapest_path(ink, free, costs=paid)[2] < 0
    assert cheapest_path(ink, occupied_ink, costs=paid)[2] == pytest.approx(
        cheapest_path(ink, occupied_ink, costs=nothing)[2]
    )


def test_a_spike_is_followed_to_its_tip_past_a_shorter_path():
    """The evidence leaks across the foot of a spike: straight on is cheaper."""
    truth = 60 + 90 * np.clip(1 - np.abs(AT - 200) / 4, 0, None)
    one = panel([curve()], ROWS)
    seen = evidence(one, [("solid", truth)])
    maps = seen.maps.copy()
    maps[0, 194:207, 58:63] = np.maximum(maps[0, 194:207, 58:63], 230)
    (path,) = trace(one, Evidence(maps, seen.lines))
    assert np.nanmax(path.column[195:206]) > 120
    assert _error(path, truth)[:190].max() < 1


@pytest.mark.parametrize("shape", ["steps", "spikes"])
def test_thick_strokes_are_crossed_once(shape):
    """A flat stroke is as thick in rows as an upright one is in columns."""
    rng = np.random.default_rng(2)
    if shape == "steps":
        truth = np.repeat(rng.uniform(30, 370, 10), ROWS // 10)
    else:
        truth = np.full(ROWS, 200.0)
        for row in range(20, ROWS - 20, 40):
            reach = rng.uniform(-150, 150)
            truth[row - 4 : row + 5] += reach * (1 - np.abs(np.arange(-4, 5)) / 4)
    path = _read_pen(truth)
    away = _error(path, truth + MARGIN)
    # Over each of the nine steps the two rows beside the edge are inked across as well.
    assert (away > 20).sum() <= (18 if shape == "steps" else 8)
    assert np.nanmedian(away) < 0.3


def test_a_steep_stroke_is_read_at_its_middle_wherever_the_path_crosses_it():
    """The ink of forty columns a row is three times as wide, and so is the choice."""
    truth = np.clip(60 + 40.0 * (AT - 200), 60, 340)
    path = _read_pen(truth)
    assert _error(path, truth + MARGIN)[202:206].max() < 6


def test_doubt_between_styles_is_no_doubt_of_the_curve():
    truth, rival = 78 + 10 * np.sin(AT / 15), 138 + 10 * np.sin(AT / 15)
    one = panel([curve()], ROWS)
    seen = evidence(one, [("solid", truth), ("dot", truth)])
    beside = evidence(one, [("solid", rival)])
    maps = seen.maps // 2 + (0.55 * beside.maps).astype(np.uint8)
    (path,) = trace(one, Evidence(maps, seen.lines))
    assert _error(path, truth).max() < 1
    maps[1] = 0
    (path,) = trace(one, Evidence(maps, seen.lines))
    assert _error(path, rival).max() < 1


def test_confidence_falls_where_another_stroke_is_as_likely():
    """For eighty rows the ink forks: nothing tells which branch is the curve."""
    away = 12 * np.sin(np.pi * np.clip((AT - 160) / 80, 0, 1)) ** 2
    one = panel([curve()], ROWS)
    seen = evidence(one, [("solid", 100 + away), ("solid", 100 - away)])
    (path,) = trace(one, seen)
    fork = np.abs(AT - 200) < 12
    plain = (np.abs(AT - 200) > 60) & (AT > 10) & (AT < ROWS - 10)
    assert path.confidence[plain].min() > 0.9
    assert path.confidence[fork].max() < 0.1
    # What is as likely wrong as right is left open, and no line is drawn across.
    assert np.isnan(path.column[fork]).all()
    assert np.isfinite(path.column[plain]).all()
    (reported,) = trace(one, seen, likely=0.0)
    assert np.isfinite(reported.column).all()


def test_a_gap_is_bridged_across_missing_ink_but_not_across_doubt():
    away = 12 * np.sin(np.pi * np.clip((AT - 100) / 40, 0, 1)) ** 2
    middle = np.full(ROWS, 100.0)
    middle[300:310] = np.nan
    one = panel([curve()], ROWS)
    drawn = [("solid", np.where(AT < 200, 100 + k * away, middle)) for k in (-1, 1)]
    drawn = [(line, np.where(AT < 200, c, middle)) for line, c in drawn]
    (path,) = trace(one, evidence(one, drawn))
    assert (path.origin[302:308] == ORIGINS.index("bridged")).all()
    assert np.isnan(path.column[114:126]).all()
    assert not (path.origin[90:150] == ORIGINS.index("bridged")).any()


def test_a_stroke_over_the_edge_takes_ink_on_both_sides():
    one = panel([curve(wraps=True)], 5, 100)
    corridor = make_corridor(one, evidence(one, []), one.curves[0])
    stroke = np.array([[20, 30], [90, 110], [-105, -95], [150, 270], [20, 30]])
    on = np.array([True, True, True, True, False])
    nowhere = [-1, -1]
    assert (
        _ink(corridor, stroke.astype(np.int32), on) - MARGIN * on[:, None, None]
        == [
            [[20, 30], [n - MARGIN for n in nowhere]],
            [[90, 99], [0, 10]],
            [[95, 99], [0, 5]],
            [[0, 99], [n - MARGIN for n in nowhere]],
            [nowhere, nowhere],
        ]
    ).all()


@pytest.mark.parametrize("wraps", [(0, 0), (-1, 2)], ids=["one copy", "four copies"])
def test_the_programme_backwards_agrees_with_it_forwards(wraps):
    """In every row the cheapest path up to it and on to the end has one price."""
    rng = np.random.default_rng(8)
    for _ in range(20):
        rows, width = int(rng.integers(2, 25)), int(rng.integers(2, 12))
        ink = (rng.random((rows, width)) ** 3 * 255).astype(np.uint8)
        ink[rng.random(rows) < 0.3] = 0
        occupied_ink = np.full((1, rows, 2), -1, np.int32)
        occupied_ink[0, ::3] = 1, 2
        free = rng.uniform(0, 4, 6)
        costs = Costs(
            travel_ink=-0.1,
            travel_paper=free[0],
            off_scale=free[1],
            edge=free[2],
            lost=free[3] / 2,
            lose=free[4],
            find=free[5],
            wrap=0.3,
        )
        tables = prices(wraps, 0, costs)
        columns = width * tables[2].size
        here, across = np.empty((2, width), np.float32)
        runs = np.empty((3, columns), np.float32)
        back_pointer, state_pointer = np.empty(columns, np.uint8), np.empty(4, np.int32)

        above = []
        best, beside = steps.begin(columns, tables[3])
        total = 0.0
        for row in range(rows):
            above.append((best + total, beside + total))
            steps.price_row(ink, occupied_ink, row, tables, here, across)
            total += steps.forward_step(
                best, beside, here, across, tables, runs, back_pointer, state_pointer
            )
        rest, others = np.zeros(columns, np.float32), np.zeros(4, np.float32)
        left = 0.0
        for row in range(rows - 1, -1, -1):
            steps.price_row(ink, occupied_ink, row, tables, here, across)
            left += steps.backward_step(rest, others, here, across, tables, runs)
            paid = min((above[row][0] + rest).min(), (above[row][1] + others).min())
            assert paid + left == pytest.approx(total, abs=1e-3)


@pytest.mark.parametrize("travel_ink", [0.05, -0.3], ids=["ink costs", "ink pays"])
def test_the_margin_is_that_over_the_cheapest_path_elsewhere(travel_ink):
    """On a tiny track it agrees with trying every way down its columns."""
    rng = np.random.default_rng(5)
    costs = Costs(
        travel_ink=travel_ink, travel_paper=0.7, off_scale=99.0, lost=99.0, edge=99.0
    )
    every = np.array(np.meshgrid(*[range(4)] * 5)).reshape(5, -1).T
    for _ in range(10):
        ink = rng.integers(0, 256, (4, 4)).astype(np.uint8)
        prices = np.array([_price_of(way, ink, costs) for way in every])
        near = np.array([[0, 1], [1, 2], [3, 3], [0, -1]], dtype=np.int32)
        margin = margin_over_rivals(
            ink, np.empty((0, 4, 2), np.int32), near, costs=costs
        )
        for row, (first, last) in enumerate(near):
            inside = (every[:, row + 1] >= first) & (every[:, row + 1] <= last)
            wanted = 0.0
            if inside.any():
                wanted = max(prices[~inside].min() - prices[inside].min(), 0.0)
            assert margin[row] == pytest.approx(wanted, abs=1e-4)


def test_the_margin_does_not_depend_on_how_the_rows_are_cut_into_blocks():
    rng = np.random.default_rng(6)
    ink = rng.integers(0, 256, (1300, 30)).astype(np.uint8)
    column, _, _ = cheapest_path(ink, np.empty((0, 1300, 2), np.int32))
    near = np.stack([column - 1, column + 1], axis=1).astype(np.int32)
    whole = margin_over_rivals(ink, np.empty((0, 1300, 2), np.int32), near)
    # Far from either end a lead depends on the rows around it alone.
    part = margin_over_rivals(
        ink[200:900], np.empty((0, 700, 2), np.int32), near[200:900]
    )
    np.testing.assert_allclose(part[100:-100], whole[300:800], atol=1e-3)
    assert (whole >= 0).all()
    assert whole.max() > 1


def test_a_block_of_ink_beside_a_curve_is_not_visited_row_by_row():
    truth = np.full(ROWS, 60.0)
    one = panel([curve()], ROWS)
    seen = evidence(one, [("solid", truth)])
    seen.maps[0, 180:220, 88:158] = 255
    (path,) = trace(one, seen)
    assert (_error(path, truth) > 5).sum() <= 2


def test_a_depth_line_taken_for_ink_does_not_change_the_wrap_count():
    truth = 60 + 20 * np.sin(AT / 25)
    one = panel([curve(wraps=True)], ROWS, 400)
    seen = evidence(one, [("solid", truth + MARGIN)])
    seen.maps[0, 300:303, MARGIN : MARGIN + 401] = 255
    (path,) = trace(one, seen)
    assert (_error(path, truth + MARGIN) > 2).sum() <= 3


def test_ink_that_no_other_curve_occupies_is_read_whatever_its_style():
    """For a stretch a solid curve is taken for a dashed one, and as for itself lost."""
    solid, dashed = 60 + 20 * np.sin(AT / 25), 140 + 20 * np.sin(AT / 30)
    two = panel([curve("GR"), curve("CALI", "short-dash")], ROWS)
    seen = evidence(two, [("solid", solid), ("short-dash", dashed)])
    seen.maps[1, 150:250, :110] = seen.maps[0, 150:250, :110]
    seen.maps[0, 150:250] = 0
    first, second = trace(two, seen)
    assert np.isfinite(first.column).all()
    assert np.nanmax(_error(first, solid)) < 1
    assert np.nanmax(_error(second, dashed)) < 1


def test_states_say_on_which_side_a_curve_left():
    ink = np.zeros((60, 30), dtype=np.uint8)
    ink[:20, 14:17] = 255
    ink[20, 0:17] = 255
    ink[40, 0:17] = 255
    ink[41:, 14:17] = 255
    nobody = np.empty((0, 60, 2), np.int32)
    _, state, _ = cheapest_path(ink, nobody)
    assert (state[:20] == ON).all()
    assert (state[21:39] == OFF_LEFT).all()
    assert (state[42:] == ON).all()
    _, mirrored, _ = cheapest_path(ink[:, ::-1].copy(), nobody)
    assert (mirrored[21:39] == OFF_RIGHT).all()


def test_a_curve_that_ends_inside_the_track_is_lost():
    ink = np.zeros((200, 201), dtype=np.uint8)
    ink[:60, 99:102] = 255
    _, state, _ = cheapest_path(ink, np.empty((0, 200, 2), np.int32))
    assert (state[:60] == ON).all()
    assert (state[100:] == LOST).all()


def test_a_curve_that_begins_inside_the_track_was_not_there_above():
    ink = np.zeros((200, 201), dtype=np.uint8)
    ink[140:, 99:102] = 255
    column, state, _ = cheapest_path(ink, np.empty((0, 200, 2), np.int32))
    assert (state[:110] == LOST).all()
    assert (state[140:] == ON).all()
    assert (abs(column[150:] - 100) <= 1).all()


def test_a_curve_that_ends_is_not_found_again_in_a_short_stroke_elsewhere():
    ink = np.zeros((400, 301), dtype=np.uint8)
    ink[:150, 60:63] = 255
    ink[200:270, 240:243] = 255
    nobody = np.empty((0, 400, 2), np.int32)
    _, state, _ = cheapest_path(ink, nobody)
    assert (state[:150] == ON).all()
    assert (state[180:] == LOST).all()
    ink[200:, 240:243] = 255
    column, state, _ = cheapest_path(ink, nobody, costs=Costs(find=40.0))
    assert (state[210:] == ON).all()
    assert (abs(column[210:] - 241) <= 1).all()


def test_a_path_that_jumped_to_its_neighbour_is_put_right():
    """One curve fades where another swings close: greedy ways change over there."""
    quiet = np.full(ROWS, 180.0)
    rough = 80 + 66 * np.exp(-(((AT - 200) / 30) ** 2)) + 20 * np.sin(AT / 15)
    two = panel([curve("LIVELY"), curve("QUIET")], ROWS)
    seen = evidence(two, [("solid", quiet), ("solid", rough)])
    maps = seen.maps.copy()
    maps[0, 196:204, 172:190] //= 6
    a, b = trace(two, Evidence(maps, seen.lines))
    assert np.nanpercentile(_error(a, rough), 99) < 2
    assert np.nanpercentile(_error(b, quiet), 99) < 2


def test_a_curve_is_not_sought_where_its_value_would_be_impossible():
    """A resistivity on the right quarter of a track leaves the rest to others."""
    porosity = replace(curve("NPHI"), unit="V/V", scale=Scale("linear", 0.3, -0.1))
    micro = replace(curve("MINV"), unit="OHMM", scale=Scale("linear", -60, 20))
    one = panel([micro, porosity], ROWS, 200)
    far = MARGIN + 60 + 20 * np.sin(AT / 30)
    near = MARGIN + 180 + 10 * np.sin(AT / 20)
    both = evidence(one, [("solid", far), ("solid", near)])
    resistivity, other = trace(one, both)
    assert np.nanmax(_error(resistivity, near)) < 1
    assert np.nanmax(_error(other, far)) < 1
    # Where it is not drawn, the other's ink is not taken for it.
    alone = evidence(one, [("solid", far)])
    resistivity, other = trace(one, alone)
    assert not np.isfinite(resistivity.column).any()
    assert np.isfinite(other.column).mean() > 0.97
