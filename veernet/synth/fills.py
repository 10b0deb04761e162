"""Fills: hatching, dots or solid ink between two curves, or a curve and an edge."""

from __future__ import annotations

import numpy as np

from veernet.axes import Floats
from veernet.synth.ink import Ink
from veernet.synth.layout import Layout

PATTERNS = ("hatch", "hatch", "hatch", "cross", "dots", "solid", "grey")


def ink_fill(
    rng: np.random.Generator, canvas: Ink, layout: Layout, columns: Floats, which: int
) -> None:
    """Fill the space between a curve and an edge over some rows, in place.

    Parameters
    ----------
    rng, canvas, layout
        Where draws come from; the paper; the frame.
    columns : (curves, rows) float
        Where all curves are: under solid ink none but the two sides may lie.
    which
        The curve that is one side.
    """
    edge = layout.edges[int(rng.integers(2))]
    _fill(rng, canvas, columns[which], edge, np.delete(columns, which, axis=0))


def ink_crossover(rng: np.random.Generator, canvas: Ink, columns: Floats) -> None:
    """Fill the space between two of the curves, or only where they stand one way.

    Parameters
    ----------
    rng, canvas, columns
        As of :func:`ink_fill`; two curves at least.
    """
    first, second = rng.choice(len(columns), size=2, replace=False)
    a, b = columns[first], columns[second]
    if rng.random() < 0.5:
        b = np.where(b > a, b, np.nan)
    others = np.delete(columns, [first, second], axis=0)
    _fill(rng, canvas, a, b, others, share=1.0 if rng.random() < 0.4 else 0.5)


def _fill(
    rng: np.random.Generator,
    canvas: Ink,
    first: Floats,
    second: Floats,
    others: Floats,
    share: float = 0.4,
) -> None:
    """Fill between two lines of columns over at most a share of the rows."""
    rows = canvas.shape[0]
    start = int(rng.integers(rows)) if share < 1 else 0
    stop = min(rows, start + int(rng.integers(8, max(9, int(share * rows) + 1))))
    low = np.minimum(first, second)[start:stop]
    high = np.maximum(first, second)[start:stop]
    known = np.isfinite(low) & np.isfinite(high)
    if not known.any():
        return
    left = max(int(np.floor(low[known].min())), 0)
    right = min(int(np.ceil(high[known].max())) + 1, canvas.shape[1])
    if right <= left:
        return
    inner = others[:, start:stop]
    covered = bool(np.any((inner > low + 2) & (inner < high - 2)))
    pattern = PATTERNS[int(rng.integers(len(PATTERNS)))]
    if covered and pattern in {"solid", "grey"}:
        pattern = "hatch"
    at = np.arange(left, right)[None, :]
    cover = _pattern(rng, pattern, np.arange(start, stop)[:, None], at)
    between = (at >= low[:, None]) & (at <= high[:, None])
    part = canvas[start:stop, left:right]
    np.maximum(part, np.where(between, cover, 0).astype(np.float32), out=part)


def _pattern(
    rng: np.random.Generator, pattern: str, rows: Floats, columns: Floats
) -> Floats | float:
    """Ink of a pattern at rows and columns, grey at the sides of its lines."""
    if pattern == "solid":
        return 1.0
    if pattern == "grey":
        return float(rng.uniform(0.15, 0.6))
    spacing = rng.uniform(4, 16)
    width = rng.uniform(0.8, 1.8)
    if pattern == "dots":
        away = np.hypot(
            (rows + 1e4) % spacing - spacing / 2,
            (columns + 1e4) % spacing - spacing / 2,
        )
        return np.asarray(np.clip(width + 0.5 - away, 0, 1))
    lean = float(rng.choice([-1.0, 0.0, 1.0]))
    leans = (-1.0, 1.0) if pattern == "cross" else (lean,)
    cover = np.zeros(1)
    for lean in leans:
        # The distance to the nearest line of the hatch, as grey at its sides.
        away = np.abs((rows + lean * columns + 1e4) % spacing - spacing / 2)
        line = np.clip(width / 2 * (1 + 0.4 * abs(lean)) + 0.5 - away, 0, 1)
        cover = np.maximum(cover, line)
    return cover
