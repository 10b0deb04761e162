"""Tracks: which curves one holds, as its recipe and its manner say."""

from __future__ import annotations

import numpy as np
import pytest

from veernet.synth.curves import Manner
from veernet.synth.recipe import Recipe
from veernet.synth.strips import draw_strip
from veernet.synth.tracks import draw_curves


@pytest.mark.parametrize("plot", [False, True])
def test_given_lines_come_in_their_order_with_even_strokes_on_a_plot(plot: bool):
    lines = ("solid", "long-dash", "dot")
    recipe = Recipe(lines=lines, relation="separate")
    rng = np.random.default_rng(0)
    curves = draw_curves(rng, recipe, 10.0, 400.0, 1.0, None, plot=plot)
    assert tuple(curve.line for curve in curves) == lines
    if plot:
        assert all(np.ptp(curve.width) == 0 for curve in curves)
        assert np.isinf(curves[0].cuts[0])


def test_strips_of_arrays_have_three_to_five_curves() -> None:
    recipe = Recipe(manner=Manner(array=1.0), whole_track=True, plots=0.0)
    counts = set()
    for seed in range(12):
        strip = draw_strip(recipe, np.random.default_rng(seed))
        counts.add(len(strip.lines))
        drawn = np.isfinite(strip.columns).all(axis=0)
        if drawn.any():
            spread = np.ptp(strip.columns[:, drawn], axis=0)
            assert np.median(spread) < 0.75 * strip.layout.width
    assert counts == {3, 4, 5}


def test_a_recipe_without_room_draws_no_array() -> None:
    recipe = Recipe(manner=Manner(array=1.0), curves=(1, 2))
    strip = draw_strip(recipe, np.random.default_rng(0))
    assert len(strip.lines) <= 2


def test_given_lines_are_drawn_as_given_whatever_the_rock() -> None:
    recipe = Recipe(manner=Manner(array=1.0, rock=1.0), lines=("solid", "dot"))
    strip = draw_strip(recipe, np.random.default_rng(0))
    assert sorted(strip.lines) == ["dot", "solid"]


def test_the_same_seed_gives_the_same_strip_of_rock() -> None:
    recipe = Recipe(manner=Manner(rock=1.0, ruled=0.2, edge=0.2, once=0.5))
    one, other = (draw_strip(recipe, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.columns, other.columns, equal_nan=True)
