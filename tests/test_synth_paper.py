"""What is inked beside grid and curves: fills, marks, labels, hands and stamps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from veernet.synth import clutter, fills, notes
from veernet.synth.curves import DrawnCurve
from veernet.synth.grid import draw_grid
from veernet.synth.layout import Layout
from veernet.synth.paper import ink_strip

ROWS, COLUMNS = 240, 200
FRAME = Layout(ROWS, COLUMNS, 20.0, 160.0, 10.0, np.zeros(ROWS))
AT = np.arange(COLUMNS)


def paper() -> np.ndarray:
    return np.zeros((ROWS, COLUMNS), dtype=np.float32)


def waves(*phases: float) -> np.ndarray:
    rows = np.arange(ROWS)
    return np.stack([100 + 40 * np.sin(rows / 30 + phase) for phase in phases])


def test_a_fill_lies_between_the_curve_and_an_edge_and_nowhere_else():
    columns = waves(0.0)
    left, right = FRAME.edges
    sides = set()
    for seed in range(60):
        ink = paper()
        fills.ink_fill(np.random.default_rng(seed), ink, FRAME, columns, 0)
        rows, at = np.nonzero(ink)
        if not rows.size:
            continue
        before = at <= columns[0, rows] + 1e-9
        assert before.all() or (~before | (at == columns[0, rows])).all()
        assert (at >= left[rows] - 1).all()
        assert (at <= right[rows] + 1).all()
        sides.add(bool(before.all()))
    assert sides == {True, False}


def test_a_crossover_lies_between_the_two_curves():
    columns = waves(0.0, 1.5)
    low, high = columns.min(axis=0), columns.max(axis=0)
    shares = []
    for seed in range(60):
        ink = paper()
        fills.ink_crossover(np.random.default_rng(seed), ink, columns)
        rows, at = np.nonzero(ink)
        assert ((at >= low[rows] - 1e-9) & (at <= high[rows] + 1e-9)).all()
        inside = (low[:, None] <= AT) & (high[:, None] >= AT)
        shares.append((ink[inside] > 0.5).mean())
    assert max(shares) > 0.3
    assert min(shares) < 0.1


def test_no_curve_lies_hidden_under_a_solid_fill():
    columns = waves(0.0, 1.5, 0.0)
    columns[2] = columns[:2].mean(axis=0)
    wide = np.flatnonzero(np.ptp(columns, axis=0) > 24)
    at = np.rint(columns[2, wide]).astype(int)
    for seed in range(150):
        ink = paper()
        fills.ink_crossover(np.random.default_rng(seed), ink, columns)
        around = np.min([ink[wide, at + i] for i in range(-3, 4)], axis=0)
        # A line of a hatch may run along a row; solid ink would cover most of them.
        assert (around > 0.9).mean() < 0.5


def test_a_curve_that_is_not_drawn_has_no_fill():
    columns = np.full((1, ROWS), np.nan)
    for seed in range(10):
        ink = paper()
        fills.ink_fill(np.random.default_rng(seed), ink, FRAME, columns, 0)
        assert not ink.any()


@pytest.mark.parametrize("pattern", sorted(set(fills.PATTERNS)))
def test_patterns_leave_as_much_paper_as_their_name_says(pattern):
    rows, columns = np.arange(120)[:, None], np.arange(120)[None, :]
    for seed in range(20):
        rng = np.random.default_rng(seed)
        cover = np.broadcast_to(fills._pattern(rng, pattern, rows, columns), (120, 120))
        assert cover.min() >= 0
        assert cover.max() <= 1
        if pattern == "solid":
            assert (cover == 1).all()
        elif pattern == "grey":
            assert cover.max() < 0.7
        else:
            assert 0.005 < cover.mean() < 0.75


@pytest.mark.parametrize(
    "add",
    [
        clutter.ink_casing_shoe,
        clutter.ink_pips,
        notes.ink_handwriting,
        notes.ink_mark_line,
        notes.ink_scribble,
        notes.ink_stamp,
        lambda r, c, f: notes.ink_arrow_labels(r, c, f, waves(0.0, 1.5)),
    ],
)
def test_marks_are_inked_seeded_and_leave_most_of_the_paper(add):
    inked = 0
    for seed in range(25):
        first, again = paper(), paper()
        add(np.random.default_rng(seed), first, FRAME)
        add(np.random.default_rng(seed), again, FRAME)
        assert first.tobytes() == again.tobytes()
        assert first.min() >= 0
        assert first.max() <= 1
        assert (first > 0.3).mean() < 0.35
        inked += bool(first.any())
    assert inked > 10


def test_an_arrow_ends_at_the_curve_that_it_names():
    columns = waves(0.0)
    for seed in range(30):
        ink = paper()
        notes.ink_arrow_labels(np.random.default_rng(seed), ink, FRAME, columns)
        at = np.rint(columns[0]).astype(int)
        assert ink[np.arange(ROWS), at].max() > 0.5


def test_minute_marks_break_the_edge_at_even_intervals():
    broken = 0
    for seed in range(30):
        ink = paper()
        ink[:, [20, 180]] = 1.0
        clutter.ink_minute_marks(np.random.default_rng(seed), ink, FRAME)
        for column in (20, 180):
            gone = ink[:, column] == 0
            starts = np.flatnonzero(np.diff(np.r_[False, gone].astype(int)) == 1)
            if starts.size > 2:
                assert np.ptp(np.diff(starts)) <= 1
                broken += 1
    assert broken > 8


def test_fills_and_notes_leave_the_truth_and_what_lies_under_the_curves_alone():
    rows = np.arange(-10.0, ROWS + 10)
    drawn = DrawnCurve(
        rows, 0.5 + 0.2 * np.sin(rows / 30), "solid", "medium", np.full(rows.size, 2.0)
    )
    other = replace(drawn, fraction=drawn.fraction[::-1])
    grid = draw_grid(np.random.default_rng(0), FRAME, log=False)
    column, _ = drawn.column_at(FRAME)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        ink, under = ink_strip(rng, FRAME, grid, (drawn, other), amount=6.0)
        assert (ink >= under - 1e-6).mean() > 0.9  # boxed words wipe what they cover
        at = np.rint(column).astype(int)
        assert (ink[np.arange(ROWS), at] > 0.5).mean() > 0.8


def test_depths_are_numbered_beyond_the_edges_in_one_column():
    frame = replace(FRAME, left=70.0, width=80.0)
    numbered = 0
    for seed in range(20):
        ink = paper()
        clutter._ink_depths(np.random.default_rng(seed), ink, frame, 0.0, 64.0)
        numbered += bool(ink.any())
        where = np.flatnonzero(ink.any(axis=0))
        if where.size:
            assert where[0] >= 0
            assert np.ptp(where) < 130
    assert numbered > 15
