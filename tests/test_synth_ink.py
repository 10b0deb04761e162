"""Strokes: their width, their dashes, and what they leave untouched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veernet.dashes import DASHES
from veernet.records import Line
from veernet.synth.dashes import dash_cuts
from veernet.synth.ink import stroke


def canvas(rows: int, columns: int) -> np.ndarray:
    return np.zeros((rows, columns), dtype=np.float32)


@given(column=st.floats(8, 16), width=st.floats(1, 6))
@settings(max_examples=40, deadline=None)
def test_an_upright_stroke_is_as_wide_as_asked_and_centred(column, width):
    ink = canvas(9, 25)
    stroke(ink, np.array([-5.0, 14.0]), np.full(2, column), width)
    across = ink[4]
    assert across.sum() == pytest.approx(width, abs=0.02)
    # Flanks are ramps of a pixel: a stroke of 1.4 px is out by 0.086 at the most.
    assert np.average(np.arange(25), weights=across) == pytest.approx(column, abs=0.09)


def test_coverage_is_the_distance_to_the_nearest_segment():
    rows, columns = np.array([3.2, 9.7, 15.1, 22.0]), np.array([4.0, 20.5, 7.3, 7.3])
    ink = canvas(30, 30)
    stroke(ink, rows, columns, 3.0)
    grid = np.stack(np.mgrid[:30, :30], axis=-1).astype(float)
    distance = np.full((30, 30), np.inf)
    for a, b in zip(np.c_[rows, columns][:-1], np.c_[rows, columns][1:], strict=True):
        along = np.clip(((grid - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
        away = np.linalg.norm(grid - (a + along[..., None] * (b - a)), axis=-1)
        distance = np.minimum(distance, away)
    np.testing.assert_allclose(ink, np.clip(2.0 - distance, 0, 1), atol=1e-6)


def test_a_stroke_thinner_than_a_pixel_is_grey():
    ink = canvas(5, 5)
    stroke(ink, np.array([-2.0, 7.0]), np.full(2, 2.0), 0.5)
    assert ink[2].tolist() == pytest.approx([0, 0, 0.375, 0, 0])


def test_nothing_is_drawn_beyond_the_limits_or_across_a_gap():
    ink = canvas(20, 40)
    rows = np.array([4.0, 4.0, np.nan, 15.0, 15.0])
    columns = np.array([0.0, 39.0, np.nan, 0.0, 39.0])
    stroke(ink, rows, columns, 1.0, limits=(10.0, 30.0))
    assert np.flatnonzero(ink[4]).tolist() == list(range(10, 31))
    assert not ink[6:14].any()
    np.testing.assert_array_equal(ink[15], ink[4])


def test_the_shift_moves_a_stroke_after_it_was_clipped():
    ink = canvas(5, 40)
    stroke(
        ink,
        np.full(2, 2.0),
        np.array([0.0, 39.0]),
        1.0,
        limits=(10.0, 20.0),
        shift=np.full(2, 5.0),
    )
    assert np.flatnonzero(ink[2]).tolist() == list(range(15, 26))


@pytest.mark.parametrize("line", ["long-dash", "short-dash", "dot", "dash-dot"])
@pytest.mark.parametrize("width", [1.5, 3.0])
def test_dashes_have_the_proportions_of_their_style(line: Line, width: float):
    length = 20_000
    ink = canvas(length, 9)
    rng = np.random.default_rng(0)
    cuts = dash_cuts(rng, line, length, 1.0, width)
    stroke(ink, np.array([0.0, length - 1.0]), np.full(2, 4.0), width, cuts=cuts)
    pattern = np.array(DASHES[line])
    inked = (ink[:, 4] >= 0.5).mean()
    assert inked == pytest.approx(pattern[::2].sum() / pattern.sum(), abs=0.04)
    starts = np.count_nonzero(np.diff((ink[:, 4] >= 0.5).astype(int)) == 1)
    assert starts == pytest.approx(length / pattern.sum() * pattern.size / 2, rel=0.02)


def test_a_solid_line_is_not_cut():
    cuts = dash_cuts(np.random.default_rng(0), "solid", 100.0, 1.0, 2.0)
    assert np.isinf(cuts).all()
