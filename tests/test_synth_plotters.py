"""Plotters: the dash patterns of a recorder, and the pens that share them."""

from __future__ import annotations

import numpy as np
import pytest

from veernet.dashes import DASHES
from veernet.synth.curves import Manner
from veernet.synth.dashes import BROKEN
from veernet.synth.ink import stroke
from veernet.synth.pens import draw_pens, ink_course
from veernet.synth.plotters import CLEAR, USUAL, draw_plotter
from veernet.synth.relations import draw_courses

INVENTED = Manner(plotters=1.0)


def duty(pattern: tuple[float, ...]) -> float:
    return pattern[0] / (pattern[0] + pattern[1])


@pytest.mark.parametrize("seed", range(50))
def test_marks_and_duty_cycles_keep_their_order(seed: int) -> None:
    dashes = draw_plotter(np.random.default_rng(seed)).dashes
    long, short, dot = (dashes[line] for line in ("long-dash", "short-dash", "dot"))
    assert long[0] > 1.3 * short[0] > 1.3 * 1.5 * dot[0]
    assert 0.9 > duty(long) > duty(short) > duty(dot) > 0.3
    mark, gap, point, again = dashes["dash-dot"]
    assert mark > short[0]
    assert mark > 1.3 * point
    assert gap == again
    assert set(dashes) == set(DASHES)


def test_tables_in_use_lie_within_what_is_drawn() -> None:
    drawn = [draw_plotter(np.random.default_rng(seed)).dashes for seed in range(400)]
    for line in ("long-dash", "short-dash", "dot"):
        marks = np.array([dashes[line][0] for dashes in drawn])
        assert marks.min() < {"long-dash": 12, "short-dash": 6, "dot": 2}[line]
        assert marks.max() > DASHES[line][0]


def test_the_same_state_gives_the_same_plotter() -> None:
    one, other = (draw_plotter(np.random.default_rng(7)) for _ in range(2))
    assert one == other


def test_without_a_share_pens_have_the_usual_table() -> None:
    rng = np.random.default_rng(0)
    pens = draw_pens(rng, ["broken"] * 4, (1, 6), 1.0, Manner())
    assert {id(pen.plotter) for pen in pens} == {id(USUAL)}


@pytest.mark.parametrize("scale", [0.375, 1.0, 2.0])
def test_all_pens_of_a_track_share_a_plotter_and_a_size(scale: float) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        pens = draw_pens(rng, ["broken"] * 4, (1, 6), scale, INVENTED)
        assert len({id(pen.plotter) for pen in pens}) == 1
        (size,) = {pen.dash for pen in pens}
        assert size is not None
        broadest = max(pen.width for pen in pens)
        mark, gap = pens[0].plotter.dashes["dot"]
        # Round ends lengthen every dot by the width: paper must be left.
        assert size * (mark + gap) >= broadest + CLEAR - 1e-9


def test_dots_of_a_broad_pen_at_a_low_resolution_stay_apart() -> None:
    still = Manner(kinds=(0, 0, 0, 1))
    for seed in range(12):
        rng = np.random.default_rng(seed)
        (pen,) = draw_pens(rng, ["dot"], (1, 6), 0.375, INVENTED)
        (course,) = draw_courses(rng, 1, 300, 10.0, 100.0, manner=still)
        cuts = ink_course(rng, course, pen, 100.0, 0.375).cuts
        ink = np.zeros((300, 12), dtype=np.float32)
        stroke(ink, np.array([0.0, 299.0]), np.full(2, 6.0), pen.width, cuts=cuts)
        assert ink[50:250, 6].min() < 0.5


def test_every_broken_style_is_cut_by_the_pattern_of_its_plotter() -> None:
    rng = np.random.default_rng(3)
    pens = draw_pens(rng, BROKEN, (1, 6), 1.0, INVENTED)
    (course,) = draw_courses(rng, 1, 400, 10.0, 100.0, manner=Manner())
    for pen in pens:
        cuts = ink_course(rng, course, pen, 100.0, 1.0).cuts
        assert pen.dash is not None
        period = pen.dash * sum(pen.plotter.dashes[pen.line])
        count = len(pen.plotter.dashes[pen.line])
        measured = (cuts[-1] - cuts[0]) / (cuts.size - 1) * count
        assert measured == pytest.approx(period, rel=0.2)
