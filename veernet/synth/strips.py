"""Strips: tracks drawn with the exact column of every curve at every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.order import from_left
from veernet.records import Grey, Line
from veernet.synth.curves import DrawnCurve
from veernet.synth.damage import damage
from veernet.synth.degrade import Scanner, scan
from veernet.synth.grid import Grid, draw_grid, paled
from veernet.synth.ink import UNBROKEN, Ink
from veernet.synth.layout import (
    Layout,
    draw_depth_scale,
    draw_jumps,
    draw_resolution,
    draw_rows_per_foot,
    draw_scale,
    draw_shift,
)
from veernet.synth.legible import legible
from veernet.synth.paper import ink_strip
from veernet.synth.recipe import Recipe
from veernet.synth.signals import RealShapes
from veernet.synth.tracks import draw_curves

Mask = NDArray[np.uint8]

HEAVIER = 1.6
"""Ratio of the widths of two pens of different weights that tells them apart."""

RESCANS = (1.0, 0.6, 0.3, 0.0)
"""Severity of the scans that a strip goes through, at most, until every curve shows."""

BY_INCHES = 0.6
"""Share of the strips whose depth scale is one of those given in inches."""


@dataclass(frozen=True)
class Strip:
    """A drawn track and the truth about it.

    Parameters
    ----------
    image
        (rows, columns) uint8, 0 black, 255 white.
    columns
        (curves, rows) true folded column at each row, NaN where the curve is not drawn.
    wraps
        (curves, rows) wrap count, so that the unfolded column is ``columns + wraps *
        width``; NaN where the curve is not drawn.
    lines
        Style of each curve.
    edges
        (2, rows) columns of the track's left and right edge.
    layout, curves, grid
        What the strip was drawn from.
    """

    image: Grey
    columns: Floats
    wraps: Floats
    lines: tuple[Line, ...]
    edges: Floats
    layout: Layout
    curves: tuple[DrawnCurve, ...]
    grid: Grid

    def mask(
        self, classes: dict[Line, int], width: float = 3.0, *, bridge_gaps: bool = True
    ) -> Mask:
        """Class of each pixel; see :func:`render_mask`."""
        return render_mask(
            self.layout, self.curves, classes, width, bridge_gaps=bridge_gaps
        )


def render_mask(
    layout: Layout,
    curves: Sequence[DrawnCurve],
    classes: dict[Line, int],
    width: float = 3.0,
    *,
    bridge_gaps: bool = True,
) -> Mask:
    """Label the pixels whose distance to a curve is at most half the label's width.

    Parameters
    ----------
    layout, curves
        The frame, and what was drawn in it.
    classes
        Class of each line style; where curves overlap the higher class is on top, so a
        dashed curve shows across a solid one.
    width
        Pixels across a label, whatever the stroke's own width.
    bridge_gaps
        Label the gaps between dashes too.

    Returns
    -------
    (rows, columns) uint8
        0 is background. Where a curve is off scale there is nothing but background.
    """
    mask = np.zeros((layout.rows, layout.columns), dtype=np.uint8)
    for label in sorted({classes[c.line] for c in curves}):
        cover: Ink = np.zeros(mask.shape, dtype=np.float32)
        for curve in curves:
            if classes[curve.line] == label:
                cuts = UNBROKEN if bridge_gaps else curve.cuts
                curve.paint(cover, layout, width, cuts)
        # Coverage is one half where the distance is half the width.
        mask[cover >= 0.5] = label
    return mask


def draw_strip(
    recipe: Recipe, rng: np.random.Generator, shapes: RealShapes | None = None
) -> Strip:
    """Draw a strip at random.

    Parameters
    ----------
    recipe
        Sizes, ranges and shares.
    rng
        Where every draw comes from: the same state gives the same strip.
    shapes
        Real curves to take shapes from.
    """
    rows = recipe.rows + int(rng.integers(recipe.more_rows + 1))
    recipe = replace(recipe, rows=rows)
    plot = bool(rng.random() < recipe.plots)
    scale = _draw_size(rng, recipe, plot=plot)
    rows_per_foot = _draw_depth_scale(rng, recipe, scale)
    width = _track_width(rng, recipe)
    curves = draw_curves(rng, recipe, rows_per_foot, width, scale, shapes, plot=plot)
    shift = draw_shift(rng, recipe.rows, 0.0 if plot else recipe.skew)
    jumps: tuple[int, ...] = ()
    if not plot and recipe.jumps and rng.random() < recipe.jumps:
        jumps, jumped = draw_jumps(rng, recipe.rows)
        shift += jumped
    layout = Layout(
        rows=recipe.rows,
        columns=recipe.columns,
        left=_track_left(rng, recipe, width, curves),
        width=width,
        rows_per_foot=rows_per_foot,
        shift=shift,
        tilt=0.0 if plot else float(rng.normal(0, recipe.tilt)),
        scale=scale,
        jumps=jumps,
    )
    joined = [curve.joined_at(layout.jump_rows) for curve in curves]
    curves = as_listed(joined, layout)
    grid = draw_grid(
        rng,
        layout,
        log=bool(rng.random() < recipe.log),
        stretch=0.0 if plot else recipe.stretch,
    )
    if plot:
        grid = paled(grid, pale=float(rng.uniform(0.08, 0.35)))
    amount = recipe.clutter * (0.3 if plot else 1.0)
    ink, under = ink_strip(rng, layout, grid, curves, amount)
    if plot:
        image = scan(ink, rng, Scanner(bilevel=0.0, severity=0.0))
        return finish(image, layout, curves, grid)
    for severity in RESCANS:
        scanner = replace(recipe.scanner, severity=severity * recipe.scanner.severity)
        if severity == 0 and scanner.bilevel < 1:
            # No threshold keeps the palest hair lines.
            scanner = replace(scanner, bilevel=0.0)
        strip = finish(scan(ink, rng, scanner), layout, curves, grid)
        image = damage(rng, strip.image, strip.columns, scanner.severity)
        strip = replace(strip, image=image)
        if legible(strip.image, strip.columns, ink, under):
            break
    return strip


def as_listed(curves: Sequence[DrawnCurve], layout: Layout) -> tuple[DrawnCurve, ...]:
    """Put curves that are drawn alike in the order in which a registration lists them.

    Curves that differ in style, or clearly in weight, keep their places.
    """
    ordered = list(curves)
    for places in _alike(curves):
        unfolded = np.stack([_from_where_it_starts(curves[i], layout) for i in places])
        for place, member in zip(places, from_left(unfolded), strict=True):
            ordered[place] = curves[places[member]]
    return tuple(ordered)


def _from_where_it_starts(curve: DrawnCurve, layout: Layout) -> Floats:
    """Return (rows,) unfolded columns, counted from the wrap of the first row drawn."""
    column, wrap = curve.column_at(layout)
    drawn = np.isfinite(wrap)
    start = wrap[np.argmax(drawn)] if drawn.any() else 0.0
    return np.asarray(column + (wrap - start) * layout.width)


def _alike(curves: Sequence[DrawnCurve]) -> list[list[int]]:
    """Group the indices of curves that nobody could tell apart by their looks."""
    groups: list[list[int]] = []
    widths = [float(np.median(curve.width)) for curve in curves]
    for look in dict.fromkeys((c.line, c.wraps) for c in curves):
        members = [i for i, c in enumerate(curves) if (c.line, c.wraps) == look]
        members.sort(key=lambda i: widths[i])
        groups.append(members[:1])
        for before, index in pairwise(members):
            heavier = widths[index] >= HEAVIER * widths[before]
            if heavier and curves[index].weight != curves[before].weight:
                groups.append([])
            groups[-1].append(index)
    return [sorted(group) for group in groups]


def finish(
    image: Grey, layout: Layout, curves: Sequence[DrawnCurve], grid: Grid
) -> Strip:
    """Join a picture with the truth of what is in it."""
    columns = np.full((len(curves), layout.rows), np.nan)
    wraps = columns.copy()
    for index, curve in enumerate(curves):
        columns[index], wraps[index] = curve.column_at(layout)
    return Strip(
        image=image,
        columns=columns,
        wraps=wraps,
        lines=tuple(c.line for c in curves),
        edges=layout.edges,
        layout=layout,
        curves=tuple(curves),
        grid=grid,
    )


def _draw_size(rng: np.random.Generator, recipe: Recipe, *, plot: bool) -> float:
    """Draw the size of type and strokes against a print at 200 dots per inch."""
    if plot:
        return float(rng.uniform(0.45, 1.0))
    return draw_scale(rng) if recipe.dpi is None else draw_resolution(rng, *recipe.dpi)


def _draw_depth_scale(rng: np.random.Generator, recipe: Recipe, scale: float) -> float:
    """Draw rows per foot: of a usual print, or any."""
    limits = recipe.rows_per_foot
    if recipe.inches and rng.random() < BY_INCHES:
        return draw_depth_scale(rng, recipe.inches, scale, limits)
    return draw_rows_per_foot(rng, *limits)


def _track_width(rng: np.random.Generator, recipe: Recipe) -> float:
    if recipe.whole_track:
        return recipe.columns - 1 - float(rng.uniform(4, 0.12 * recipe.columns))
    low, high = np.log(recipe.track_width)
    return float(np.exp(rng.uniform(low, high)))


def _track_left(
    rng: np.random.Generator,
    recipe: Recipe,
    width: float,
    curves: Sequence[DrawnCurve],
) -> float:
    """Place the window: the whole track, or a part of it that a curve runs through."""
    spare = recipe.columns - 1 - width
    if spare > 0:
        return float(rng.uniform(0.25, 0.75) * spare)
    margin = float(rng.uniform(4, 30))
    if curves and rng.random() < 0.85:
        curve = curves[int(rng.integers(len(curves)))]
        drawn = curve.fraction[np.isfinite(curve.fraction)]
        fraction = float(drawn[int(rng.integers(drawn.size))]) if drawn.size else 0.5
        fraction -= np.floor(fraction) if curve.wraps else 0.0
        left = recipe.columns * rng.uniform(0.1, 0.9) - fraction * width
    else:
        left = rng.uniform(spare - margin, margin)
    return float(np.clip(left, spare - margin, margin))
