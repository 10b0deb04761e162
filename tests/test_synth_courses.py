"""Where curves run: spikes, saturation, stairs, pauses, and the company they keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from veernet.dashes import DASHES
from veernet.errors import InputError
from veernet.synth.courses import (
    SCATTER,
    Course,
    add_spikes,
    along_edge,
    counted,
    draw_course,
    held,
    interrupted,
    ruled,
    saturated,
    wrapped_once,
)
from veernet.synth.curves import PAD, Manner
from veernet.synth.degrade import Scanner
from veernet.synth.pens import draw_pens, ink_course
from veernet.synth.recipe import Recipe
from veernet.synth.relations import amplified, coinciding, crossing
from veernet.synth.strips import Strip, draw_strip

ROWS = 400
PERFECT = Scanner(severity=0.0)
ROUGH = Manner(kinds=(1, 0, 0, 0), wrap=0.0)


def wave(phase: float = 0.0, *, wraps: bool = False) -> Course:
    rows = np.arange(-24.0, ROWS + 24)
    return Course(rows, 0.5 + 0.3 * np.sin(rows / 40 + phase), wraps)


def ink_of(strip: Strip, index: int) -> np.ndarray:
    ink = np.zeros(strip.image.shape, dtype=np.float32)
    strip.curves[index].draw(ink, strip.layout)
    return ink


def test_spikes_cross_hundreds_of_columns_in_a_few_rows():
    rng = np.random.default_rng(0)
    rises = []
    for _ in range(60):
        spiked = add_spikes(rng, wave())
        assert np.isfinite(spiked.fraction).all()
        # Columns of a track of 800 that the pen runs within six rows.
        rises.append(800 * np.abs(spiked.fraction[6:] - spiked.fraction[:-6]).max())
    assert np.median(rises) > 200


def test_the_truth_of_a_spike_is_the_middle_of_its_ink():
    recipe = Recipe(
        rows=ROWS,
        columns=400,
        lines=("solid",),
        whole_track=True,
        skew=0,
        manner=replace(
            ROUGH, spiky=1.0, saturate=0, blocky=0, stop=0, samples_per_foot=(1.0,)
        ),
    )
    steep = 0
    for seed in range(20):
        strip = draw_strip(recipe, np.random.default_rng(seed))
        ink, column = ink_of(strip, 0), strip.columns[0]
        run = np.abs(np.diff(column, prepend=column[:1]))
        rows = np.flatnonzero(np.isfinite(column) & (ink.sum(axis=1) > 1.0))
        at = np.rint(column[rows]).astype(int)
        within = (at > 3) & (at < 395) & (strip.curves[0].cuts[0] == np.inf)
        assert (ink[rows[within], at[within]] > 0.3).all()
        steep += np.count_nonzero(run > 30)
    assert steep > 20


def test_a_saturated_curve_rests_at_an_edge_for_a_long_stretch():
    rng = np.random.default_rng(1)
    for _ in range(40):
        course = saturated(rng, wave(wraps=True))
        assert not course.wraps
        limit = min(course.fraction.min(), 1 - course.fraction.max(), key=abs)
        assert abs(limit) < 0.07
        edge = limit if abs(course.fraction.min() - limit) < 1e-9 else 1 - limit
        assert np.mean(np.abs(course.fraction - edge) < 1e-9) > 0.15


def test_stairs_hold_a_reading_and_step_within_a_row():
    course = held(wave(), every=20.0)
    assert (np.diff(course.rows) > 0).all()
    values = course.at(np.arange(0.0, ROWS))
    assert np.mean(np.diff(values) == 0) > 0.85
    assert np.unique(np.round(values, 9)).size < ROWS / 8


def test_an_interrupted_curve_has_neither_ink_nor_truth_where_the_pen_was_up():
    recipe = Recipe(
        rows=300,
        lines=("solid",),
        whole_track=True,
        manner=replace(ROUGH, stop=1.0, spread=(0.05, 0.1)),
    )
    for seed in range(20):
        strip = draw_strip(recipe, np.random.default_rng(seed))
        column, ink = strip.columns[0], ink_of(strip, 0)
        up = np.isnan(column)
        reach = int(np.ceil(strip.curves[0].width.max())) + 2
        deep = np.convolve(up, np.ones(2 * reach + 1), mode="same") == 2 * reach + 1
        assert not ink[deep].any()
        assert np.isfinite(ink).all()
        assert not strip.mask({"solid": 1})[deep].any()
    assert 0.02 < np.isnan(strip.columns[0]).mean() < 0.95


def test_interruptions_are_of_every_kind():
    rng = np.random.default_rng(2)
    kinds = set()
    for _ in range(40):
        up = np.isnan(interrupted(rng, wave(), ROWS).fraction)
        assert up.any()
        kinds.add((bool(up[0]), bool(up[-1])))
    assert kinds >= {(True, False), (False, True), (False, False)}


def crossings(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Rows at which one curve passes from one side of another to the other."""
    side = np.sign(b - a)
    rows = np.flatnonzero(side != 0)
    return rows[1:][np.diff(side[rows]) != 0]


@pytest.mark.parametrize("kind", range(4))
def test_two_curves_told_to_cross_do_so_in_every_400_rows(kind):
    """On any shape below, at clear angles and at shallow ones, inside the track."""
    weights = np.eye(4)[kind]
    recipe = Recipe(
        rows=900,
        columns=300,
        lines=("solid", "solid"),
        relation="crossing",
        whole_track=True,
        manner=Manner(kinds=tuple(weights), wrap=0.0),
    )
    angles: list[float] = []
    for seed in range(12):
        strip = draw_strip(recipe, np.random.default_rng(seed))
        a, b = strip.columns
        assert np.isfinite(strip.columns).all()
        at = crossings(a, b)
        for start in range(0, 501, 100):
            assert np.count_nonzero((at >= start) & (at < start + 400)) >= 1
        angles.extend(np.abs(np.diff(b - a))[np.minimum(at, 898)])
    assert np.quantile(angles, 0.1) < 1.0
    assert np.quantile(angles, 0.9) > 2.0


def test_two_curves_of_one_line_are_drawn_with_one_pen():
    recipe = Recipe(lines=("dot", "solid", "dot"), whole_track=True)
    for seed in range(10):
        first, other, again = draw_strip(recipe, np.random.default_rng(seed)).curves
        assert (first.line, first.weight, first.darkness) == (
            again.line,
            again.weight,
            again.darkness,
        )
        assert other.line == "solid"
    pens = draw_pens(
        np.random.default_rng(0), ("solid", "solid"), (1, 6), 1.0, Manner()
    )
    assert pens[0] == pens[1]


def test_long_dashes_are_longer_than_the_short_ones_of_their_track():
    sizes = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        pens = draw_pens(rng, ("long-dash", "short-dash"), (1, 6), 1.0, Manner())
        long, short = (DASHES[pen.line][0] * pen.dash for pen in pens)
        assert long > 1.7 * short
        sizes.append(short)
    assert max(sizes) > 2 * min(sizes)


@pytest.mark.parametrize("whole", [True, False])
def test_separate_curves_keep_apart_at_every_row(whole):
    recipe = Recipe(rows=300, curves=(2, 6), relation="separate", whole_track=whole)
    seen = set()
    for seed in range(60):
        strip = draw_strip(recipe, np.random.default_rng(seed))
        seen.add(len(strip.lines))
        if len(strip.lines) < 2:
            continue
        for row in strip.columns.T:
            known = np.sort(row[np.isfinite(row)])
            assert (np.diff(known) >= 12).all()
    assert seen >= {2, 3, 4}


def test_a_coinciding_curve_lies_on_the_other_for_long_stretches_and_leaves_it():
    rng = np.random.default_rng(3)
    together = []
    for _ in range(30):
        near = wave()
        course = coinciding(rng, wave(2.0), near, width=500.0)
        rows = np.arange(0.0, ROWS)
        apart = 500 * np.abs(course.at(rows) - near.at(rows))
        together.append(np.mean(apart < 2.6))
        longest = np.diff(np.flatnonzero(np.r_[True, apart >= 2.6, True])).max()
        assert longest > 20
    assert 0.3 < np.mean(together) < 0.9


def test_an_amplified_curve_is_the_other_at_another_scale():
    rng = np.random.default_rng(4)
    kinds = set()
    for _ in range(40):
        near, other = amplified(rng, wave())
        known = np.isfinite(other.fraction)
        assert known.any()
        slope, _ = np.polyfit(near.fraction[known], other.fraction[known], 1)
        residual = other.fraction[known] - np.polyval(
            np.polyfit(near.fraction[known], other.fraction[known], 1),
            near.fraction[known],
        )
        assert np.abs(residual).max() < 1e-9
        kinds.add("backup" if slope < 1 else "amplified")
        if slope < 1:
            on_scale = (near.fraction > 0.03) & (near.fraction < 0.97)
            assert not (known & on_scale).any()
    assert kinds == {"backup", "amplified"}


def test_crossing_keeps_the_wraps_of_the_curve_it_crosses():
    course = crossing(np.random.default_rng(5), wave(wraps=True), 10.0, 500.0)
    assert course.wraps
    assert not crossing(np.random.default_rng(5), wave(), 10.0, 500.0).wraps


def test_the_same_seed_gives_the_same_course_and_stroke():
    def drawn():
        rng = np.random.default_rng(6)
        course = draw_course(rng, ROWS, 10.0, manner=replace(ROUGH, spiky=1.0))
        (pen,) = draw_pens(rng, ("dash-dot",), (1, 1), 1.0, ROUGH)
        return ink_course(rng, course, pen, 400.0, 1.0)

    a, b = drawn(), drawn()
    for name in ("rows", "fraction", "width", "cuts"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_numbers_of_curves_run_from_the_fewest_to_the_most_with_many_rare():
    rng = np.random.default_rng(7)
    counts = [len(draw_pens(rng, (), (1, 6), 1.0, Manner())) for _ in range(2000)]
    share = np.bincount(counts, minlength=7) / 2000
    assert set(counts) == {1, 2, 3, 4, 5, 6}
    assert share[5] + share[6] < 0.2
    assert share[2] > share[5]


def test_a_track_may_have_no_curve():
    drawn = [
        draw_pens(np.random.default_rng(seed), (), (0, 1), 1.0, Manner())
        for seed in range(20)
    ]
    assert {len(pens) for pens in drawn} == {0, 1}


def test_strokes_have_hairlines_and_broad_ones():
    rng = np.random.default_rng(8)
    pens = [draw_pens(rng, ("solid",), (1, 1), 1.0, Manner())[0] for _ in range(800)]
    thin = [p.width for p in pens if p.weight == "thin"]
    heavy = [p.width for p in pens if p.weight == "heavy"]
    assert min(thin) < 0.95
    assert max(heavy) > 5.5
    assert np.median(thin) < 2 < np.median(heavy)


def test_unknown_relations_are_refused():
    with pytest.raises(InputError, match="'apart'"):
        Recipe(relation="apart")  # type: ignore[arg-type]


def test_a_curve_along_an_edge_moves_on_both_sides_of_it():
    near, beyond = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        fraction = 0.5 + 0.2 * np.sin(np.arange(600) / 25)
        course = along_edge(rng, Course(np.arange(600.0), fraction))
        from_edge = np.minimum(course.fraction, 1 - course.fraction)
        near.append(np.mean(np.abs(from_edge) < 0.08))
        beyond.append((from_edge < 0).any())
    assert min(near) > 0.2
    assert np.mean(near) > 0.5
    assert 0.1 < np.mean(beyond) < 0.9


def test_a_curve_that_wraps_once_is_not_drawn_beyond_its_back_up_scale():
    fraction = np.array([-0.4, 0.5, 0.99, 1.4, 1.99, 2.3, 1.2])
    course = wrapped_once(Course(np.arange(7.0), fraction, wraps=True))
    assert np.isnan(course.fraction).tolist() == [1, 0, 0, 0, 0, 1, 0]
    assert course.wraps


def test_ruled_lines_are_straight_and_cover_the_strip():
    steps = 0
    for seed in range(60):
        course = ruled(np.random.default_rng(seed), 256)
        assert course.rows[0] < -PAD
        assert course.rows[-1] > 256 + PAD - 1
        assert (np.diff(course.rows) > 0).all()
        assert course.rows.size <= 14
        assert (course.fraction >= 0).all()
        assert (course.fraction <= 1).all()
        steps += bool((np.diff(course.fraction) == 0).any())
    assert 15 < steps < 45


def test_ruled_lines_are_drawn_at_their_share():
    manner = Manner(ruled=1.0)
    course = draw_course(np.random.default_rng(0), 256, 10.0, manner=manner)
    assert course.rows.size <= 14


def test_counts_scatter_from_sample_to_sample():
    calm = Course(np.arange(0.0, 2000.0, 4.0), np.linspace(0.2, 0.8, 500))
    course = counted(np.random.default_rng(3), calm)
    scatter = course.fraction - calm.fraction
    spread = np.std(calm.fraction)
    assert SCATTER[0] * spread * 0.8 < np.std(scatter) < SCATTER[1] * spread * 1.2
    # Each sample by itself, unlike the motion of a pen.
    assert abs(np.corrcoef(scatter[:-1], scatter[1:])[0, 1]) < 0.15
    assert np.array_equal(course.rows, calm.rows)


def test_a_pen_that_draws_every_row_does_not_scatter():
    calm = Course(np.arange(0.0, 300.0, 1.0), np.linspace(0.2, 0.8, 300))
    assert counted(np.random.default_rng(3), calm) is calm


def test_counts_are_drawn_at_their_share():
    def roughness(counted: float) -> float:
        manner = Manner(
            counted=counted,
            spiky=0.0,
            blocky=0.0,
            samples_per_foot=(2.0,),
            kinds=(0, 0, 1, 0),
        )
        found = []
        for seed in range(40):
            course = draw_course(np.random.default_rng(seed), 400, 20.0, manner=manner)
            turns = np.diff(course.fraction, n=2) / max(np.std(course.fraction), 1e-9)
            found.append(np.median(np.abs(turns)))
        return float(np.mean(found))

    assert roughness(1.0) > 3 * roughness(0.0)
