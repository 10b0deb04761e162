"""Strips: the truth is where the ink is, to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from veernet.errors import InputError
from veernet.records import LINES
from veernet.synth.curves import DrawnCurve, Manner
from veernet.synth.dashes import BROKEN, dash_cuts
from veernet.synth.dataset import OUTPUTS, class_of_line
from veernet.synth.degrade import Scanner
from veernet.synth.grid import Ruling, draw_grid, ink_grid
from veernet.synth.ink import UNBROKEN
from veernet.synth.layout import Layout
from veernet.synth.legible import legible
from veernet.synth.recipe import Recipe
from veernet.synth.strips import draw_strip, render_mask

CLASSES = class_of_line(OUTPUTS)
PERFECT = Scanner(severity=0.0)
ROWS, COLUMNS = 200, 160


def layout(*, shift: np.ndarray | None = None, left=20.0, width=100.0) -> Layout:
    move = np.zeros(ROWS) if shift is None else shift
    return Layout(ROWS, COLUMNS, left, width, 10.0, move)


def curve(fraction, *, line="solid", wraps=False, width=2.0, cuts=UNBROKEN):
    rows = np.arange(-10.0, ROWS + 10)
    return DrawnCurve(
        rows=rows,
        fraction=fraction(rows),
        line=line,
        weight="medium",
        width=np.full(rows.size, width),
        cuts=cuts,
        wraps=wraps,
    )


def ink_of(drawn: DrawnCurve, frame: Layout) -> np.ndarray:
    ink = np.zeros((frame.rows, frame.columns), dtype=np.float32)
    drawn.draw(ink, frame)
    return ink


def centroids(ink: np.ndarray) -> np.ndarray:
    at = np.arange(ink.shape[1])
    return (ink @ at) / ink.sum(axis=1)


LEAN = 0.004 * (np.arange(ROWS) - ROWS / 2) + 2 * np.sin(np.arange(ROWS) / 60)


@pytest.mark.parametrize("shift", [None, LEAN], ids=["level", "leaning and weaving"])
def test_the_truth_of_a_gentle_curve_is_the_centroid_of_its_ink(shift):
    frame = layout(shift=shift)
    drawn = curve(lambda r: 0.5 + 0.3 * np.sin(r / 40))
    column, _ = drawn.column_at(frame)
    error = centroids(ink_of(drawn, frame)) - column
    assert np.abs(error).max() < 0.12
    assert abs(error.mean()) < 0.01


def test_the_truth_of_a_drawn_strip_is_where_its_ink_is():
    recipe = Recipe(
        rows=300,
        lines=("solid",),
        whole_track=True,
        clutter=0,
        skew=0.01,
        scanner=PERFECT,
        manner=Manner(
            kinds=(0, 0, 1, 0),
            spread=(0.02, 0.05),
            wrap=0,
            spiky=0,
            saturate=0,
            blocky=0,
            stop=0,
            broad=0,
        ),
    )
    for seed in range(10):
        strip = draw_strip(recipe, np.random.default_rng(seed))
        alone = ink_of(strip.curves[0], strip.layout)
        column = strip.columns[0]
        gentle = np.abs(np.gradient(column)) < 0.5
        gentle &= alone.sum(axis=1) > 0.5  # worn lines have gaps
        # The stroke of a steep row, or the end of a worn one, reaches into the next.
        gentle = np.convolve(~gentle, np.ones(7), mode="same") == 0
        error = (centroids(alone + 1e-9) - column)[gentle]
        assert np.median(np.abs(error)) < 0.1
        assert np.abs(error).max() < 0.5


def test_a_wrapping_curve_folds_and_counts_its_wraps():
    frame = layout()
    drawn = curve(lambda r: r / 50, wraps=True)
    column, wrap = drawn.column_at(frame)
    rows = np.arange(ROWS)
    np.testing.assert_array_equal(wrap, rows // 50)
    np.testing.assert_allclose(column, 20 + 2 * (rows % 50), atol=1e-9)
    ink = ink_of(drawn, frame)
    # At the wrap the stroke runs out at the right edge and in at the left one.
    assert ink[49, 117:121].max() == 1.0
    assert ink[50, 19:22].max() == 1.0
    assert ink[:, 124:].max() == 0.0


def test_a_curve_off_scale_is_neither_drawn_nor_true_nor_labelled():
    frame = layout()
    drawn = curve(lambda r: np.where((r > 60) & (r < 120), 1.6, 0.5))
    column, wrap = drawn.column_at(frame)
    off = np.flatnonzero(np.isnan(column))
    assert off.tolist() == list(range(61, 120))
    assert np.isnan(wrap[off]).all()
    assert not ink_of(drawn, frame)[64:117].any()
    assert not render_mask(frame, [drawn], CLASSES)[64:117].any()


def test_the_mask_is_the_stated_distance_around_the_truth_whatever_the_stroke():
    frame = layout()
    drawn = curve(lambda r: 0.5 + 0.002 * r, width=7.0)
    mask = render_mask(frame, [drawn], CLASSES, width=3.0)
    column, _ = drawn.column_at(frame)
    slope = 0.2  # columns a row
    distance = np.abs(np.arange(COLUMNS) - column[:, None]) / np.hypot(1, slope)
    np.testing.assert_array_equal(mask == 1, distance <= 1.5)


def test_masks_bridge_the_gaps_of_dashes_unless_told_not_to():
    frame = layout()
    cuts = dash_cuts(np.random.default_rng(0), "short-dash", 300, 1.0, 2.0)
    drawn = curve(lambda r: 0 * r + 0.5, line="short-dash", cuts=cuts)
    bridged = render_mask(frame, [drawn], CLASSES)
    parted = render_mask(frame, [drawn], CLASSES, bridge_gaps=False)
    assert (bridged[:, 70] == 2).all()
    assert 0.5 < (parted[:, 70] == 2).mean() < 0.85
    assert not (ink_of(drawn, frame)[:, 70] > 0.5).all()


def test_dashed_lies_over_solid_where_they_cross():
    frame = layout()
    solid = curve(lambda r: 0 * r + 0.5)
    dashed = curve(lambda r: r / ROWS, line="dot")
    for order in ([solid, dashed], [dashed, solid]):
        assert render_mask(frame, order, CLASSES)[100, 70] == 2


@pytest.mark.parametrize("seed", range(4))
def test_the_same_seed_gives_the_same_bytes(seed):
    a, b = (draw_strip(Recipe(), np.random.default_rng(seed)) for _ in range(2))
    assert a.image.tobytes() == b.image.tobytes()
    assert a.columns.tobytes() == b.columns.tobytes()
    assert a.mask(CLASSES).tobytes() == b.mask(CLASSES).tobytes()


def test_masks_agree_with_the_true_columns_on_any_strip():
    for seed in range(60):
        strip = draw_strip(Recipe(), np.random.default_rng(seed))
        mask = strip.mask(CLASSES)
        for line, column in zip(strip.lines, strip.columns, strict=True):
            rows = np.flatnonzero(np.isfinite(column))
            at = np.rint(column[rows]).astype(int)
            inside = (at >= 0) & (at < strip.layout.columns)
            assert (mask[rows[inside], at[inside]] >= CLASSES[line]).all()


def test_a_strip_states_its_edges_and_styles():
    recipe = Recipe(lines=("solid", "broken", "dot"), whole_track=True)
    strip = draw_strip(recipe, np.random.default_rng(3))
    assert strip.lines[0] == "solid"
    assert strip.lines[1] in BROKEN
    assert strip.lines[2] == "dot"
    left, right = strip.edges
    assert (left >= 0).all()
    assert (right <= recipe.columns - 1).all()
    np.testing.assert_allclose(right - left, strip.layout.width)


def test_wide_tracks_are_seen_through_a_window_that_curves_run_through():
    seen = 0
    for seed in range(100):
        strip = draw_strip(Recipe(), np.random.default_rng(seed))
        assert strip.image.shape == (256, 256)
        seen += bool(strip.mask(CLASSES).any())
    assert seen > 80


def test_strips_may_be_taller_at_random():
    recipe = Recipe(rows=64, more_rows=64)
    heights = {
        draw_strip(recipe, np.random.default_rng(s)).image.shape[0] for s in range(30)
    }
    assert min(heights) >= 64
    assert max(heights) <= 128
    assert len(heights) > 10


def test_bilevel_scans_hold_black_and_white_only():
    recipe = replace(Recipe(), scanner=Scanner(bilevel=1.0))
    for seed in range(10):
        image = draw_strip(recipe, np.random.default_rng(seed)).image
        assert set(np.unique(image)) <= {0, 255}


@pytest.mark.parametrize("line", ["solid", "dot"])
@pytest.mark.parametrize("under_it", ["blank paper", "depth lines"])
def test_a_curve_is_legible_by_its_own_ink_alone(line, under_it):
    """Grid lines that cross a curve look like ink of it where it has been wiped out."""
    rng = np.random.default_rng(0)
    cuts = dash_cuts(rng, line, 3 * ROWS, 1.0, 2.0)
    drawn = curve(lambda r: 0.5 + 0.2 * np.sin(r / 20), line=line, cuts=cuts)
    under = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    if under_it == "depth lines":
        under[::3] = 1.0
    ink = under.copy()
    drawn.draw(ink, layout())

    column, _ = drawn.column_at(layout())

    def kept(of: np.ndarray) -> bool:
        return legible(np.uint8(255 * (1 - of)), column[None], ink, under)

    assert kept(ink)
    assert not kept(under)
    worn = ink.copy()
    worn[: 3 * ROWS // 4] = under[: 3 * ROWS // 4]
    assert not kept(worn)


def test_the_ink_of_another_curve_does_not_make_a_curve_legible():
    faint = curve(lambda r: 0.5 + 0 * r)
    bold = curve(lambda r: 0.5 + np.where(r % 60 < 45, 0.0, 0.2), width=3.0)
    under = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    ink, kept = under.copy(), under.copy()
    for drawn in (faint, bold):
        drawn.draw(ink, layout())
    bold.draw(kept, layout())
    image = np.uint8(255 * (1 - kept))
    columns = np.stack([drawn.column_at(layout())[0] for drawn in (faint, bold)])
    assert not legible(image, columns, ink, under)


def test_every_curve_of_a_strip_can_be_seen():
    recipe = Recipe(scanner=Scanner(severity=2.0, clean=0.0))
    for seed in range(20):
        strip = draw_strip(recipe, np.random.default_rng(seed))
        paper = float(np.median(strip.image))
        for column in strip.columns:
            rows = np.flatnonzero(np.isfinite(column))
            at = np.rint(column[rows]).astype(int)
            inside = (at > 0) & (at < strip.image.shape[1] - 1)
            if inside.sum() < 100:
                continue
            darkest = np.min(
                [strip.image[rows[inside], at[inside] + i] for i in (-1, 0, 1)], axis=0
            )
            assert np.mean(darkest < paper - 25) > 0.15


def test_unknown_styles_are_refused():
    with pytest.raises(InputError, match="'dashed'"):
        Recipe(lines=("solid", "dashed"))


def test_curve_numbers_must_be_in_order():
    with pytest.raises(InputError, match="fewest and most"):
        Recipe(curves=(4, 1))


def test_classes_cover_every_style():
    assert set(CLASSES) == set(LINES)


def test_worn_scale_lines_break_each_at_places_of_its_own_and_a_datum_never():
    rng = np.random.default_rng(7)
    frame = layout(left=10.0, width=140.0)
    grid = replace(
        draw_grid(rng, frame, log=False),
        fractions=(0.25, 0.5, 0.75),
        ranks=(0, 0, 2),
        depth_feet=1e6,
        depth_phase=-1e5,
        scale_rulings=(Ruling(2.0, 1.0), Ruling(2.0, 1.0), Ruling(5.0, 1.0)),
        worn=1.0,
        lost=0.0,
        bleed=0.0,
    )
    ink = np.zeros((ROWS, COLUMNS), dtype=np.float32)
    ink_grid(rng, ink, frame, grid)
    first, second, datum = (ink[:, c] > 0.5 for c in (45, 80, 115))
    for line in (first, second):
        assert 0.2 < line.mean() < 0.98
    assert (first != second).any()
    assert datum.all()
    assert (ink[:, 113:118] > 0.5).all()


def test_lines_of_a_grid_leave_most_of_the_paper_white():
    rng = np.random.default_rng(0)
    for _ in range(200):
        frame = replace(layout(left=10.0, width=140.0), scale=2.0)
        grid = draw_grid(rng, frame, log=False)
        minor = grid.depth_rulings[0].width
        assert minor <= 0.2 * grid.depth_feet * frame.rows_per_foot + 1e-9
        closest = min(np.diff(grid.fractions), default=1.0) * frame.width
        fine, _, datum = (ruling.width for ruling in grid.scale_rulings)
        assert fine <= max(0.2 * closest, 0.8) + 1e-9
        assert datum <= max(0.4 * closest, 0.8 * 1.8) + 1e-9


def test_a_recipe_of_a_resolution_sets_the_size_of_dashes():
    recipe = Recipe(plots=0.0, dpi=(75.0, 75.0))
    strips = [draw_strip(recipe, np.random.default_rng(seed)) for seed in range(6)]
    assert {strip.layout.scale for strip in strips} == {0.375}


def test_a_recipe_in_inches_draws_usual_depth_scales():
    recipe = Recipe(dpi=(200.0, 200.0), inches=(2.0,), plots=0.0)
    drawn = [
        draw_strip(recipe, np.random.default_rng(seed)).layout.rows_per_foot
        for seed in range(20)
    ]
    assert 6 <= np.sum(np.abs(np.array(drawn) / 4 - 1) <= 0.03) <= 18


@pytest.mark.parametrize("size", [{"rows": 15}, {"columns": 33}])
def test_a_strip_in_which_nothing_can_be_drawn_is_told(size: dict[str, int]) -> None:
    with pytest.raises(InputError, match=r"less than 16 rows and 34 columns"):
        Recipe(**size)
    smallest = Recipe(rows=16, columns=34, lines=("solid", "broken"), whole_track=True)
    assert draw_strip(smallest, np.random.default_rng(1)).image.shape == (16, 34)
