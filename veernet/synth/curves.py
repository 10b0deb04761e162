"""Curves of a strip: how each is styled, where it runs, and its exact column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from veernet.axes import Floats
from veernet.records import Line, Weight
from veernet.synth.dashes import dash_cuts, worn_gaps
from veernet.synth.ink import UNBROKEN, Ink, arc_length, stroke
from veernet.synth.layout import Layout
from veernet.synth.signals import KINDS, Kind, RealShapes, model_shape, smooth

STROKES: dict[Weight, tuple[float, float]] = {
    "thin": (1.0, 1.9),
    "medium": (1.8, 3.0),
    "heavy": (2.8, 4.4),
}
"""Ranges of stroke width in pixels at 200 dots per inch."""

PAD = 24
"""Rows that curves run on beyond the strip, so that no stroke ends at its border."""


@dataclass(frozen=True)
class Manner:
    """How lively curves are.

    Parameters
    ----------
    kinds
        Weights of the kinds of shape, in the order of ``KINDS``.
    spread
        Range of a curve's spread, in fractions of the track.
    wrap
        Share of the curves that wrap; the others leave the scale, or stick at it.
    beside
        Share of the curves, after the first, that run beside an earlier one.
    samples_per_foot
        Choices of the spacing of the vertices; pens in motion are drawn besides.
    real_share
        Share of the curves shaped by LAS files, where shapes are given.
    """

    kinds: tuple[float, ...] = (0.5, 0.1, 0.16, 0.24)
    spread: tuple[float, float] = (0.05, 0.35)
    wrap: float = 0.3
    beside: float = 0.2
    samples_per_foot: tuple[float, ...] = (1.0, 2.0, 2.0, 4.0, 6.56)
    real_share: float = 0.5


@dataclass(frozen=True)
class DrawnCurve:
    """A curve as the pen drew it.

    Parameters
    ----------
    rows, fraction
        (n,) vertices: row, and unfolded fraction of the track; NaN where the pen is
        up.
    line, weight
        Style.
    width
        (n,) pixels across the stroke at each vertex.
    darkness
        Of the ink.
    cuts
        Arc lengths, in pixels along the unfolded curve, where dashes end and begin.
    wraps
        Whether ink that leaves an edge continues from the other.
    overshoot
        Columns that the pen runs beyond an edge before it stops.
    """

    rows: Floats
    fraction: Floats
    line: Line
    weight: Weight
    width: Floats
    darkness: float = 1.0
    cuts: Floats = field(default_factory=lambda: UNBROKEN)
    wraps: bool = False
    overshoot: float = 0.0

    def column_at(self, layout: Layout) -> tuple[Floats, Floats]:
        """Return the true folded column and wrap count at each row, each (rows,).

        Both are NaN where the curve is off scale or the pen was up.
        """
        rows = np.arange(layout.rows, dtype=np.float64)
        fraction = np.interp(rows, self.rows, self.fraction)
        if self.wraps:
            wrap = np.floor(fraction)
        else:
            reach = self.overshoot / layout.width
            on_scale = (fraction >= -reach) & (fraction <= 1 + reach)
            wrap = np.where(on_scale, 0.0, np.nan)
        column = layout.left + (fraction - wrap) * layout.width + layout.shift
        return column, wrap

    def paint(
        self,
        canvas: Ink,
        layout: Layout,
        width: Floats | float,
        cuts: Floats,
        darkness: float = 1.0,
    ) -> None:
        """Paint the curve, every wrap of it, onto the canvas, in place."""
        low, high = layout.left - self.overshoot, layout.left + layout.width
        high += self.overshoot
        shift = layout.shift_at(self.rows)
        wraps = range(1)
        if self.wraps:
            finite = self.fraction[np.isfinite(self.fraction)]
            if not finite.size:
                return
            wraps = range(int(np.floor(finite.min())), int(np.floor(finite.max())) + 1)
        for wrap in wraps:
            columns = layout.left + (self.fraction - wrap) * layout.width
            stroke(
                canvas,
                self.rows + layout.turn * (columns - layout.pivot),
                columns,
                width,
                darkness=darkness,
                shift=shift,
                limits=(low, high),
                cuts=cuts,
            )

    def draw(self, canvas: Ink, layout: Layout) -> None:
        """Ink the curve as it was drawn."""
        self.paint(canvas, layout, self.width, self.cuts, self.darkness)


def draw_line(rng: np.random.Generator, lines: Sequence[Line]) -> Line:
    """Draw a style from those allowed."""
    return lines[int(rng.integers(len(lines)))]


def vertex_rows(
    rng: np.random.Generator, rows: int, rows_per_foot: float, manner: Manner
) -> Floats:
    """Rows of the vertices: so many samples a foot, or a pen's unbroken motion."""
    per_foot = float(rng.choice(manner.samples_per_foot))
    spacing = max(rows_per_foot / per_foot, 0.5)
    if rng.random() < 0.35:
        spacing = rng.uniform(0.6, 1.5)
    return np.arange(-PAD - spacing, rows + PAD + spacing, spacing)


def place(
    rng: np.random.Generator, shape: Floats, kind: Kind, manner: Manner
) -> tuple[Floats, bool]:
    """Scale a shape to fractions of the track; also whether the curve wraps.

    Some curves stay on scale, some leave it and are drawn back from the other edge
    (wrap), some leave it and are not drawn, and some stick at an edge (saturation).
    """
    if kind == "quiet":
        spread = rng.uniform(0.002, 0.12)
        wraps = bool(rng.random() < 0.5 * manner.wrap)
        return rng.uniform(0.03, 0.97) + spread * shape, wraps
    spread = np.exp(rng.uniform(*np.log(manner.spread)))
    wraps = bool(rng.random() < manner.wrap)
    centre = rng.uniform(0.15, 0.85)
    fraction = centre + spread * shape * (rng.uniform(1, 1.8) if wraps else 1.0)
    if not wraps and rng.random() < 0.15:
        low, high = rng.uniform(-0.01, 0.15), rng.uniform(0.85, 1.01)
        fraction = np.clip(fraction, low, high)
    return fraction, wraps


def pen_width(
    rng: np.random.Generator, columns: Floats, rows: Floats, nominal: float
) -> Floats:
    """Stroke width at each vertex: steady, or uneven and thinner where the pen ran."""
    width = np.full(rows.size, nominal)
    if rng.random() < 0.35:
        uneven = smooth(rng.standard_normal(rows.size), rng.uniform(3, 30))
        width *= np.exp(rng.uniform(0.05, 0.25) * uneven / max(uneven.std(), 1e-6))
    if rng.random() < 0.3:
        speed = np.abs(np.gradient(columns, rows))
        width *= np.maximum((1 + speed / 4) ** -rng.uniform(0.1, 0.45), 0.35)
    return np.asarray(np.clip(width, 0.35, 9.0))


def draw_curve(
    rng: np.random.Generator,
    rows: int,
    rows_per_foot: float,
    width: float,
    line: Line,
    *,
    manner: Manner,
    scale: float = 1.0,
    shapes: RealShapes | None = None,
    near: DrawnCurve | None = None,
) -> DrawnCurve:
    """Draw a curve at random.

    Parameters
    ----------
    rng
        Where every draw comes from.
    rows, rows_per_foot, width
        Of the strip, its depth scale, and the track's columns.
    line
        Style.
    manner
        How lively curves are.
    scale
        Size of strokes and dashes against a print at 200 dots per inch.
    shapes
        Real curves to take shapes from.
    near
        A curve to run beside, crossing and meeting it, as two resistivities do.
    """
    at = near.rows if near else vertex_rows(rng, rows, rows_per_foot, manner)
    weights = np.array(manner.kinds)
    kind = KINDS[int(rng.choice(len(KINDS), p=weights / weights.sum()))]
    step = float(at[1] - at[0]) / rows_per_foot
    if shapes is not None and rng.random() < manner.real_share:
        shape = shapes.window(rng, at.size, step)
    else:
        shape = model_shape(rng, at.size, step, kind)
    if near is None:
        fraction, wraps = place(rng, shape, kind, manner)
    else:
        wraps = near.wraps
        apart = rng.uniform(0.0, 0.08) * (0.3 + smooth(shape, 6.0))
        fraction = rng.uniform(0.7, 1.1) * (near.fraction - 0.5) + 0.5 + apart
        if rng.random() < 0.3:
            fraction = 1.0 - fraction
    weight: Weight = ("thin", "medium", "heavy")[int(rng.choice(3, p=[0.4, 0.4, 0.2]))]
    nominal = float(rng.uniform(*STROKES[weight]) * np.clip(scale, 0.8, 1.9))
    columns = fraction * width
    curve = DrawnCurve(
        rows=at,
        fraction=fraction,
        line=line,
        weight=weight,
        width=pen_width(rng, columns, at, nominal),
        darkness=float(rng.choice([1.0, 1.0, rng.uniform(0.6, 1.0)])),
        wraps=wraps,
        overshoot=float(rng.choice([0.0, 0.0, rng.uniform(0, 14)])),
    )
    length = arc_length(at, columns)
    if line == "solid":
        # A bleached solid line breaks up too, but at no regular spacing.
        return (
            replace(curve, cuts=worn_gaps(rng, length)) if rng.random() < 0.1 else curve
        )
    jitter = float(rng.choice([0.0, 0.0, rng.uniform(0.05, 0.3)]))
    size = scale * np.exp(rng.uniform(np.log(0.5), np.log(1.2)))
    return replace(curve, cuts=dash_cuts(rng, line, length, size, nominal, jitter))
