"""Tracks: which curves one holds, with what pens they are drawn and where they run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from veernet.synth.courses import Course, interrupted
from veernet.synth.curves import DrawnCurve
from veernet.synth.ink import UNBROKEN
from veernet.synth.pens import Pen, draw_pens, ink_course
from veernet.synth.recipe import Recipe
from veernet.synth.relations import draw_courses
from veernet.synth.rock import array_courses, rock_courses
from veernet.synth.signals import RealShapes

ARRAY_CURVES = (3, 5)
"""Fewest and most curves of an array."""

ARRAY_ALIKE = 0.6
"""Share of the curves of an array, after the first, with the pen of an earlier one."""


def draw_curves(
    rng: np.random.Generator,
    recipe: Recipe,
    rows_per_foot: float,
    width: float,
    scale: float,
    shapes: RealShapes | None,
    *,
    plot: bool,
) -> tuple[DrawnCurve, ...]:
    """Draw the curves of a track: their pens, where they run, and their ink.

    Parameters
    ----------
    rng
        Where every draw comes from.
    recipe
        Number, styles and relation of the curves, and how lively they are.
    rows_per_foot, width, scale
        Depth scale; columns of the track; size of strokes against a print at 200 dots
        per inch.
    shapes
        Real curves to take shapes from.
    plot
        Even and whole strokes, as a plotter's.
    """
    pens, courses = _pens_and_courses(
        rng, recipe, rows_per_foot, width, scale, shapes, plot=plot
    )
    if recipe.relation != "crossing" and recipe.manner.stop:
        courses = tuple(
            interrupted(rng, course, recipe.rows, rests=recipe.relation == "free")
            if rng.random() < recipe.manner.stop
            else course
            for course in courses
        )
    curves = tuple(
        ink_course(rng, course, pen, width, scale)
        for course, pen in zip(courses, pens, strict=True)
    )
    if plot:  # a plotter's strokes are even and whole
        curves = tuple(
            replace(
                curve,
                width=np.full(curve.rows.size, pen.width),
                cuts=UNBROKEN if pen.line == "solid" else curve.cuts,
            )
            for curve, pen in zip(curves, pens, strict=True)
        )
    return curves


def _pens_and_courses(
    rng: np.random.Generator,
    recipe: Recipe,
    rows_per_foot: float,
    width: float,
    scale: float,
    shapes: RealShapes | None,
    *,
    plot: bool,
) -> tuple[tuple[Pen, ...], tuple[Course, ...]]:
    """Draw what the curves are drawn with and where they run, one of each a curve."""
    manner = recipe.manner
    mixed = recipe.relation == "free" and not recipe.lines
    most = recipe.curves[1]
    if mixed and manner.array and most >= 3 and rng.random() < manner.array:
        together = (ARRAY_CURVES[0], min(ARRAY_CURVES[1], most))
        alike = replace(manner, alike=ARRAY_ALIKE)
        pens = draw_pens(rng, (), together, scale, alike, plot=plot)
        size = (len(pens), recipe.rows, rows_per_foot)
        return pens, tuple(array_courses(rng, *size, width, manner))
    pens = draw_pens(rng, recipe.lines, recipe.curves, scale, manner, plot=plot)
    size = (len(pens), recipe.rows, rows_per_foot)
    if mixed and manner.rock and rng.random() < manner.rock:
        return pens, tuple(rock_courses(rng, *size, manner))
    relation = recipe.relation
    return pens, draw_courses(
        rng, *size, width, manner=manner, relation=relation, shapes=shapes
    )
