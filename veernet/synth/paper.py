"""Paper: all that is inked on a strip, in the order of its layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from veernet.axes import Floats
from veernet.synth import clutter, fills, notes
from veernet.synth.curves import DrawnCurve
from veernet.synth.grid import Grid, ink_grid
from veernet.synth.ink import Ink
from veernet.synth.layout import Layout


def ink_strip(
    rng: np.random.Generator,
    layout: Layout,
    grid: Grid,
    curves: Sequence[DrawnCurve],
    amount: float,
) -> tuple[Ink, Ink]:
    """Ink the paper: grid, what lies under the curves, curves, what lies over them.

    Parameters
    ----------
    rng, layout, grid, curves
        Where draws come from, and what is drawn.
    amount
        Factor on the shares of everything but grid and curves.

    Returns
    -------
    ink, under : (rows, columns) float32
        All of it, and what lies under the curves.
    """
    ink: Ink = np.zeros((layout.rows, layout.columns), dtype=np.float32)
    ink_grid(rng, ink, layout, grid)
    clutter.ink_depth_column(rng, ink, layout)
    if rng.random() < 0.08 * amount:
        clutter.ink_minute_marks(rng, ink, layout)
    if rng.random() < 0.06 * amount:
        clutter.ink_labels(rng, ink, layout, boxed=True)
    under = ink.copy()
    columns = _columns(layout, curves)
    for index, curve in enumerate(curves):
        if rng.random() < 0.05 * amount:
            fills.ink_fill(rng, ink, layout, columns, index)
        curve.draw(ink, layout)
    if len(curves) > 1 and rng.random() < 0.08 * amount:
        fills.ink_crossover(rng, ink, columns)
    _annotate(rng, ink, layout, columns, amount)
    return ink, under


def _columns(layout: Layout, curves: Sequence[DrawnCurve]) -> Floats:
    """Return the true column of each curve at each row, (curves, rows)."""
    columns = [curve.column_at(layout)[0] for curve in curves]
    return np.array(columns).reshape(len(curves), layout.rows)


def _annotate(
    rng: np.random.Generator,
    ink: Ink,
    layout: Layout,
    columns: Floats,
    amount: float,
) -> None:
    """Ink over the curves what recorders, printers and hands add, in place."""
    if rng.random() < 0.10 * amount:
        clutter.ink_pips(rng, ink, layout)
    if rng.random() < 0.10 * amount:
        clutter.ink_labels(rng, ink, layout, boxed=bool(rng.random() < 0.4))
    if rng.random() < 0.07 * amount:
        notes.ink_arrow_labels(rng, ink, layout, columns)
    if rng.random() < 0.03 * amount:
        clutter.ink_casing_shoe(rng, ink, layout)
    if rng.random() < 0.04 * amount:
        notes.ink_mark_line(rng, ink, layout)
    if rng.random() < 0.06 * amount:
        notes.ink_handwriting(rng, ink, layout)
    if rng.random() < 0.03 * amount:
        notes.ink_scribble(rng, ink, layout)
    if rng.random() < 0.02 * amount:
        notes.ink_stamp(rng, ink, layout)
