"""Curves of a strip as they were drawn: their manner, their ink, their exact column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from veernet.axes import Floats
from veernet.records import Line, Weight
from veernet.synth.ink import UNBROKEN, Ink, stroke
from veernet.synth.layout import Layout

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
    spiky
        Share of the curves with spikes that cross the track in a few rows.
    saturate
        Share of the curves that rest at an edge for long stretches.
    blocky
        Share of the curves drawn as stairs, a reading held over its interval.
    stop
        Share of the curves that begin or end inside the strip, or pause.
    cross, coincide, amplify
        Shares of the curves, after the first, that keep crossing an earlier one, run
        on top of one for long stretches, or repeat one at several times its scale or,
        where it is off scale, at a fraction of it (a back-up curve).
    alike
        Share of the curves, after the first, drawn with the pen of an earlier one.
    hairline, broad
        Shares of the thin strokes that are thinner still, and of the heavy ones that
        are heavier.
    plotters
        Share of the tracks whose broken lines follow the table of a plotter that is
        drawn for the track, instead of ``DASHES``.
    rock
        Share of the tracks whose curves all follow the beds of one rock.
    array
        Share of the tracks that hold an array: three to five curves that run together.
    edge
        Share of the curves that run along an edge of the track.
    once
        Share of the wrapping curves that are not drawn beyond their first wrap.
    ruled
        Share of the curves that are lines by a ruler, as a bit size is.
    counted
        Share of the curves that scatter from sample to sample, as counts of gamma rays
        and neutrons do, so that the pen turns sharply at every one.
    """

    kinds: tuple[float, ...] = (0.46, 0.18, 0.16, 0.2)
    spread: tuple[float, float] = (0.05, 0.35)
    wrap: float = 0.3
    beside: float = 0.2
    samples_per_foot: tuple[float, ...] = (1.0, 2.0, 2.0, 4.0, 6.56)
    real_share: float = 0.5
    spiky: float = 0.15
    saturate: float = 0.12
    blocky: float = 0.05
    stop: float = 0.12
    cross: float = 0.15
    coincide: float = 0.12
    amplify: float = 0.08
    alike: float = 0.4
    hairline: float = 0.2
    broad: float = 0.2
    plotters: float = 0.0
    rock: float = 0.0
    array: float = 0.0
    edge: float = 0.0
    once: float = 0.0
    ruled: float = 0.0
    counted: float = 0.0


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
                self.rows + layout.line_skew * (columns - layout.pivot),
                columns,
                width,
                darkness=darkness,
                shift=shift,
                limits=(low, high),
                cuts=cuts,
            )

    def joined_at(self, rows: Floats) -> DrawnCurve:
        """Add vertices at rows, without moving the curve: where the paper jumps."""
        if not rows.size:
            return self
        at = np.union1d(self.rows, rows)
        return replace(
            self,
            rows=at,
            fraction=np.interp(at, self.rows, self.fraction),
            width=np.interp(at, self.rows, self.width),
        )

    def draw(self, canvas: Ink, layout: Layout) -> None:
        """Ink the curve as it was drawn."""
        self.paint(canvas, layout, self.width, self.cuts, self.darkness)
