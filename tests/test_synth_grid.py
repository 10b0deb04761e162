"""Grids: where lines are ruled, what a copy loses of them, and the look of a plot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from veernet.synth.degrade import Scanner
from veernet.synth.grid import Grid, Ruling, draw_grid, ink_grid, paled
from veernet.synth.layout import (
    Layout,
    draw_depth_scale,
    draw_jumps,
    draw_resolution,
    draw_scale,
)
from veernet.synth.recipe import Recipe
from veernet.synth.scales import (
    draw_decades,
    draw_scale_lines,
    hybrid_lines,
    log_lines,
    mixed_lines,
)
from veernet.synth.strips import Strip, draw_strip
from veernet.synth.write import edge_of

ROWS, COLUMNS = 240, 200


def layout() -> Layout:
    return Layout(ROWS, COLUMNS, 10.0, 180.0, 10.0, np.zeros(ROWS))


def plain(**changes) -> Grid:
    line = Ruling(2.0, 1.0)
    grid = draw_grid(np.random.default_rng(0), layout(), log=False)
    return replace(
        grid,
        depth_feet=3.0,
        depth_major=100,
        depth_heavy=100,
        depth_phase=1.0,
        fractions=(0.25, 0.5, 0.75),
        ranks=(0, 0, 0),
        depth_rulings=(line,) * 3,
        scale_rulings=(line,) * 3,
        border=line,
        **{"worn": 0.0, "depth_worn": 0.0, "lost": 0.0, "bleed": 0.0} | changes,
    )


def ink_of(grid: Grid, seed: int = 1) -> np.ndarray:
    ink = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    ink_grid(np.random.default_rng(seed), ink, layout(), grid)
    return ink


@pytest.mark.parametrize("lines", [hybrid_lines, mixed_lines])
def test_lines_of_any_scale_lie_inside_the_track_in_order(lines):
    for seed in range(60):
        fractions, ranks = lines(np.random.default_rng(seed))
        assert len(fractions) == len(ranks)
        assert (np.diff(fractions) > 0).all()
        assert fractions[0] > 0
        assert fractions[-1] < 1
        assert set(ranks) <= {0, 1}
        assert 1 in ranks


def test_a_hybrid_scale_is_even_up_to_where_its_halves_meet_and_crowds_beyond():
    fractions, _ = hybrid_lines(np.random.default_rng(3))
    steps = np.diff((0.0, *fractions))
    even = np.isclose(steps, steps[0])
    assert even[:5].all()
    # Twice the resistivity at the middle stands at half of the conductivity there.
    meet = fractions[np.flatnonzero(even).max()]
    assert min(abs(f - (1 + meet) / 2) for f in fractions) < 1e-9


def test_logarithmic_scales_have_one_to_six_decades_from_any_usual_digit():
    rng = np.random.default_rng(0)
    drawn = {draw_decades(rng) for _ in range(300)}
    assert {d for _, d in drawn} == {1, 2, 3, 4, 5, 6}
    assert {f for f, _ in drawn} == {1.0, 2.0, 4.0, 5.0}
    fractions, ranks = log_lines(rng, (2.0, 4))
    majors = [f for f, rank in zip(fractions, ranks, strict=True) if rank]
    np.testing.assert_allclose(np.diff(majors), 0.25)
    np.testing.assert_allclose(majors[0], np.log10(5) / 4)


def test_scale_lines_of_every_kind_are_drawn():
    rng = np.random.default_rng(1)
    even = []
    for _ in range(300):
        fractions, _ = draw_scale_lines(rng, None)
        steps = np.diff((0.0, *fractions, 1.0))
        even.append(bool(np.allclose(steps, steps[0])))
    assert 0.8 < np.mean(even) < 0.95


def test_lost_lines_are_gone_and_the_others_whole():
    kept = 0
    for seed in range(20):
        ink = ink_of(plain(lost=0.5), seed)
        between = ink[14:26].mean(axis=0)  # clear of depth lines, at 10 and 40 rows
        for column in (55, 100, 145):
            assert between[column] in (0.0, 1.0)
            kept += bool(between[column])
    assert 15 < kept < 45


def test_worn_depth_lines_break_up():
    whole, worn = (ink_of(plain(depth_worn=w))[40] > 0.5 for w in (0.0, 1.0))
    assert whole[10:190].all()
    assert 0.2 < worn[10:190].mean() < 0.98


def test_where_ink_bleeds_lines_swell_at_their_crossings():
    dry, run = ink_of(plain()), ink_of(plain(bleed=1.5))
    assert (run >= dry - 1e-6).all()

    def wide(ink: np.ndarray, row: int) -> int:
        return int(np.count_nonzero(ink[row, 90:111] > 0.5))

    # Just beside a depth line, against half way between two of them.
    assert wide(run, 13) > wide(run, 25)
    assert wide(dry, 13) == wide(dry, 25)


def test_ink_does_not_run_from_line_to_line():
    for seed in range(100):
        rng = np.random.default_rng(seed)
        grid = draw_grid(rng, layout(), log=bool(seed % 2))
        closest = min(np.diff(grid.fractions), default=1.0) * 180
        assert grid.bleed <= 0.1 * min(closest, 10 * grid.depth_feet) + 1e-9


def jumping(seed: int) -> Strip:
    recipe = Recipe(
        rows=ROWS, lines=("solid",), whole_track=True, skew=0.0, plots=0.0, jumps=1.0
    )
    return draw_strip(recipe, np.random.default_rng(seed))


def test_a_stitched_scan_jumps_between_two_rows_truth_edges_and_ink_alike():
    jumped = 0
    for seed in range(20):
        strip = jumping(seed)
        move = np.diff(strip.layout.shift)
        places = np.array(strip.layout.jumps) - 1
        assert np.count_nonzero(move) <= places.size
        assert set(np.flatnonzero(move)) <= set(places)
        left = edge_of(strip.layout, strip.edges[0])
        rows = np.arange(ROWS)
        known = np.interp(rows, left.rows, left.columns)
        np.testing.assert_allclose(known, strip.edges[0], atol=1e-9)
        alone = np.zeros(strip.image.shape, dtype=np.float32)
        strip.curves[0].draw(alone, strip.layout)
        column = strip.columns[0]
        there = np.isfinite(column) & (alone.sum(axis=1) > 1)
        there &= (column > 3) & (column < strip.image.shape[1] - 4)
        if not np.isinf(strip.curves[0].cuts[0]):
            continue
        at = np.rint(column[there]).astype(int)
        assert (alone[np.flatnonzero(there), at] > 0.3).all()
        jumped += 1
    assert jumped > 10


def test_jumps_lie_inside_the_strip():
    for seed in range(40):
        jumps, shift = draw_jumps(np.random.default_rng(seed), 64)
        assert 1 <= len(jumps) <= 2
        assert min(jumps) > 0
        assert max(jumps) < 63
        assert shift[0] == 0 != shift[-1]


def test_scales_run_from_100_to_400_dots_an_inch():
    rng = np.random.default_rng(0)
    scales = [draw_scale(rng) for _ in range(3000)]
    assert 0.5 <= min(scales) < 0.6
    assert 1.95 < max(scales) <= 2.0
    assert 0.9 < np.median(scales) < 1.2


def test_a_plot_has_thin_smoothed_strokes_over_a_paler_grid_and_no_noise():
    recipe = Recipe(
        lines=("solid",), whole_track=True, plots=1.0, clutter=0.0, scanner=Scanner(0.0)
    )
    for seed in range(20):
        strip = draw_strip(recipe, np.random.default_rng(seed))
        curve = strip.curves[0]
        assert curve.width.max() <= 1.3
        assert np.ptp(curve.width) == 0
        assert np.isinf(curve.cuts[0])
        assert strip.grid.depth_rulings[0].darkness <= 0.35
        assert strip.grid.bleed == strip.grid.worn == strip.grid.lost == 0.0
        # What is not ink of curve, grid or edge column is the paper's own white.
        assert np.mean(strip.image == 255) > 0.3
        assert strip.layout.tilt == 0
        assert np.ptp(strip.layout.shift) == 0


def test_paling_keeps_the_places_of_the_lines():
    grid = plain(bleed=1.0, worn=0.5)
    pale = paled(grid, 0.2)
    assert pale.fractions == grid.fractions
    darkness = [ruling.darkness for ruling in pale.depth_rulings]
    assert darkness == pytest.approx([0.2, 0.4, 0.6])


def test_depth_lines_below_a_slip_are_displaced_and_those_above_are_not():
    held, slipped = ink_of(plain()), ink_of(plain(stretch=(100.0, 5.0, 4.0)))
    # Lines at 10, 40, 70, 100; then, four rows lower, at 134, 164, 194, 224.
    np.testing.assert_array_equal(held[:95], slipped[:95])
    between = np.r_[26:50]
    for row in (130, 160, 190, 220):
        assert (held[row, between] > 0.9).all()
        assert (slipped[row, between] == 0).all()
        assert (slipped[row + 4, between] > 0.9).all()


def test_grids_slip_at_the_share_asked_for():
    rng = np.random.default_rng(0)
    slips = [
        draw_grid(rng, layout(), log=False, stretch=0.3).stretch for _ in range(300)
    ]
    assert 0.2 < np.mean([s is not None for s in slips]) < 0.4
    assert draw_grid(rng, layout(), log=False).stretch is None


@pytest.mark.parametrize(("low", "high"), [(75.0, 400.0), (75.0, 90.0)])
def test_resolutions_run_from_end_to_end_of_the_range(low: float, high: float):
    rng = np.random.default_rng(0)
    scales = 200 * np.array([draw_resolution(rng, low, high) for _ in range(2000)])
    assert low <= scales.min() < 1.02 * low
    assert 0.98 * high < scales.max() <= high
    if high > 200:
        assert np.mean(np.abs(scales - 200) <= 20) > 0.2


def test_depth_scales_in_inches_follow_the_resolution():
    rng = np.random.default_rng(0)
    drawn = [draw_depth_scale(rng, (1.0, 2.0), 1.5, (0.5, 40.0)) for _ in range(200)]
    of_one = [rows for rows in drawn if rows < 4.5]
    assert 60 < len(of_one) < 140
    np.testing.assert_allclose(of_one, 3.0, rtol=0.031)  # 300 dpi, 1 inch: 3 rows a ft
    np.testing.assert_allclose([rows for rows in drawn if rows >= 4.5], 6.0, rtol=0.031)
    assert draw_depth_scale(rng, (10.0,), 2.0, (0.5, 12.0)) == 12.0
