"""Samples: a log that was plotted from numbers runs straight between its samples.

The pen of a plotter goes in a straight line from one sample to the next, and all
curves of a log are sampled at the same even depths. A stroke has a width and a scan has
rows, so that the corner of a peak is rounded and its tip is read too low, while the
lines that lead to it are read well. Where the corners of the curves are seen to lie at
even depths, each curve is therefore fitted with straight lines between samples: a
linear spline whose knots are the samples, by least squares with Huber's weights
[Huber1964]_. A curve that a galvanometer drew has no such corners, and is left as it
was read.

.. [Huber1964] P. J. Huber, "Robust estimation of a location parameter", Annals of
   Mathematical Statistics 35 (1964), 73-101.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded
from scipy.ndimage import minimum_filter1d

from veernet.axes import DepthAxis, Floats
from veernet.records import ORIGINS, Trace

STEPS = {
    "ft": (0.1, 0.125, 0.2, 0.25, 0.5, 1.0, 2.0),
    "m": (0.05, 0.1, 0.125, 0.1524, 0.2, 0.25, 0.5, 1.0),
}
"""Depths between samples that tools and plotters are set to, by unit of the depths."""

LEAST_ROWS, MOST_ROWS = 3.0, 40.0
"""Rows from sample to sample between which corners can be told: with fewer no line is
seen between two of them, and more than the last were never drawn."""

PHASES = 10
"""Places of the samples that are tried, in parts of a step."""

WINDOW = 60
"""Samples in which one place holds: paper stretches slowly."""

DRIFT = 0.02
"""What a move of the place by one part costs from one window to the next, in shares of
the mean residual; of more parts their square as much."""

CONTRAST = 1.08
"""Mean residual over all places to that at the best ones from which corners are seen:
1.01 to 1.05 for steps that no curve was drawn with, and 1.11 to 2.4 for the right
one (plots of real logs, 2026-11-30)."""

AT_ZERO = 0.15
"""Parts of a step: a place that is no further from whole multiples of the step is
taken to be there, as it is found to a twentieth and registered depths are as good."""

CLEAR = 0.8
"""Confidence of the rows in which corners are looked for."""

FEWEST = 300
"""Such rows of a curve, some sixty samples, from which it is asked for its corners."""

SHARPER = 1.2
"""How much more a curve turns at samples than halfway between two, from which it is
seen to have its corners there: .87 to 1.16 for curves that were drawn otherwise or
sampled more finely (24 of seven scans), 1.3 to 7 for solid curves that were plotted
from samples, and from 1 on for broken ones (2026-11-30)."""

LARGEST = 20.0
"""Columns: a larger turn counts as this one, as it is of a spike or another stroke."""

MOST_RESIDUAL = 2.0
"""Columns: a larger residual counts as this one, as it is of another stroke."""

HUBER = 1.0
"""Columns of residual from which a row weighs less: the third of a stroke's width."""

ROUNDS = 4
"""Of the fit, each with weights from the one before."""

FIRM = 0.01
"""Weight by which a sample without rows around it keeps what lies between its
neighbours."""

BRIDGED = 0.1
"""Weight of a row that was bridged, in those of one that was read."""

STRAIGHT = 6.0
"""Mean residual in columns beyond which the rows between two samples are not of one
curve: they are left as they were read, and those beside them."""


@dataclass(frozen=True)
class Samples:
    """Where the samples of a log were drawn.

    Parameters
    ----------
    step
        Depth between them, in the unit of the depth axis.
    depth
        (samples,) registered depths at which they were drawn.
    row
        (samples,) rows at which they were drawn.
    """

    step: float
    depth: Floats
    row: Floats


@dataclass(frozen=True)
class Plotted:
    """Which curves were plotted from samples.

    Parameters
    ----------
    step
        Depth between samples, in the unit of the depth axis.
    curves
        Their mnemonics.
    """

    step: float
    curves: tuple[str, ...]


def straightened(
    traces: Sequence[Trace], axis: DepthAxis
) -> tuple[list[Trace], Plotted | None]:
    """Lay curves in straight lines between samples, where they show any.

    Curves of a section may be sampled at other steps, or one by hand and another by a
    plotter: each is laid that turns at the samples, and not between them.

    Parameters
    ----------
    traces, axis
        As for `find_samples`.

    Returns
    -------
    list of Trace
        In the order of ``traces``.
    Plotted or None
        Which were laid; None where no curve was.
    """
    samples = find_samples(traces, axis)
    if samples is None:
        return list(traces), None
    own = {t.mnemonic for t in traces if turns_at(t, samples) >= SHARPER}
    laid = [on_samples(t, samples) if t.mnemonic in own else t for t in traces]
    names = tuple(t.mnemonic for t in traces if t.mnemonic in own)
    return laid, Plotted(samples.step, names) if names else None


def turns_at(trace: Trace, samples: Samples) -> float:
    """Return how much more a curve turns at samples than halfway between two.

    Parameters
    ----------
    trace
        As read.
    samples
        Of its section.

    Returns
    -------
    float
        Ratio of the mean turns, 0 where too little of the curve was read to tell.
    """
    row, column = _clear(trace)
    if row.size < FEWEST:
        return 0.0
    halves = np.interp(
        np.arange(2 * samples.row.size - 1) / 2,
        np.arange(samples.row.size),
        samples.row,
    )
    corner, _ = _fit(row, column, np.ones(row.size), halves, 2)
    turn = np.minimum(np.abs(np.diff(corner, 2)), LARGEST)
    # A knot counts where the curve was read on either side of it.
    rows = np.histogram(row, halves)[0] > 0
    seen = rows[1:] & rows[:-1]
    at_sample = np.arange(1, halves.size - 1) % 2 == 0
    here, between = turn[seen & at_sample], turn[seen & ~at_sample]
    if not here.size or not between.size or not between.any():
        return 0.0
    return float(here.mean() / between.mean())


def find_samples(traces: Sequence[Trace], axis: DepthAxis) -> Samples | None:
    """Find the depths at which the curves of a section have their corners.

    Parameters
    ----------
    traces
        Of the section.
    axis
        Its depths.

    Returns
    -------
    Samples or None
        None where curves have no corners, or none at even depths.
    """
    clear = [_clear(trace) for trace in traces]
    clear = [(row, column) for row, column in clear if row.size >= FEWEST]
    if not clear:
        return None
    # Where strips were cut out of a log, depths go on and paper does not.
    strips = axis.strips()
    paper = sum(float(np.ptp(strip.rows)) for strip in strips)
    rows_per_unit = paper / sum(float(np.ptp(strip.depths)) for strip in strips)
    found = [
        _place(clear, axis, step)
        for step in STEPS[axis.unit]
        if LEAST_ROWS <= step * rows_per_unit <= MOST_ROWS
    ]
    contrast, samples = max(found, key=lambda one: one[0], default=(0.0, None))
    return samples if contrast >= CONTRAST else None


def on_samples(trace: Trace, samples: Samples) -> Trace:
    """Lay a curve in straight lines between its samples.

    Parameters
    ----------
    trace
        As read.
    samples
        Of its section.

    Returns
    -------
    Trace
        With other columns in the rows that were read. Where a sample lies between two
        rows, both are moved so far that the line between them passes through it.
    """
    known = np.flatnonzero(np.isfinite(trace.column))
    if known.size < 2:
        return trace
    row, column = trace.row[known].astype(np.float64), trace.column[known]
    weight = np.where(trace.origin[known] == ORIGINS.index("bridged"), BRIDGED, 1.0)
    knots = _around(samples.row, row)
    if knots.size < 2:
        return trace
    corner, residual = _fit(row, column, weight, knots, ROUNDS)
    segment, share = _segments(row, knots)
    laid = (1 - share) * corner[segment] + share * corner[segment + 1]
    # A segment shares its corners with those beside it: all three are of one curve.
    sums = np.bincount(segment, residual, minlength=knots.size)
    counts = np.bincount(segment, minlength=knots.size)
    sound = minimum_filter1d(sums <= STRAIGHT * counts, 3, mode="nearest")
    met = sound & np.append(True, sound[:-1])
    laid += _through(row, laid, knots[met], corner[met])
    result = trace.column.copy()
    result[known] = np.where(sound[segment], laid, column)
    return replace(trace, column=result)


def _clear(trace: Trace) -> tuple[Floats, Floats]:
    """Return rows and columns that were read beyond doubt."""
    own = (trace.origin == ORIGINS.index("auto")) & (trace.confidence >= CLEAR)
    return trace.row[own].astype(np.float64), trace.column[own]


def _place(
    clear: Sequence[tuple[Floats, Floats]], axis: DepthAxis, step: float
) -> tuple[float, Samples]:
    """Find where samples of a step were drawn, and by how much better that fits."""
    first, last = axis.depths[0] / step, axis.depths[-1] / step
    number = np.arange(np.ceil(first) - 1, np.floor(last) + 2)
    ends = np.append(np.arange(0, number.size, WINDOW), number.size - 1)
    bounds = _rows_at(axis, number[ends[1:-1]] * step)
    cost = np.zeros((ends.size - 1, PHASES))
    phase = np.arange(PHASES) / PHASES - 0.5
    for row, column in clear:
        window = np.searchsorted(bounds, row, side="right")
        for index in range(PHASES):
            knots = _around(_rows_at(axis, (number + phase[index]) * step), row)
            if knots.size > 1:
                _, residual = _fit(row, column, np.ones(row.size), knots, 1)
                np.add.at(cost[:, index], window, np.minimum(residual, MOST_RESIDUAL))
    best = _smoothest(cost)
    least = cost[np.arange(len(cost)), best].sum()
    contrast = float(cost.mean(axis=1).sum() / least) if least > 0 else 0.0
    place = np.unwrap(_between(cost, best), period=1.0)
    place = np.where(np.abs(place) <= AT_ZERO, 0.0, place)
    middle = (ends[:-1] + ends[1:]) / 2
    depth = (number + np.interp(np.arange(number.size), middle, place)) * step
    return contrast, Samples(step, depth, _rows_at(axis, depth))


def _smoothest(cost: Floats) -> NDArray[np.intp]:
    """Return the place of each window, (windows,), by the Viterbi algorithm."""
    apart = np.abs(np.subtract.outer(np.arange(PHASES), np.arange(PHASES)))
    move = DRIFT * cost.mean() * np.minimum(apart, PHASES - apart) ** 2
    total = cost[0]
    back = []
    for own in cost[1:]:
        reached = total[:, None] + move
        back.append(reached.argmin(axis=0))
        total = reached.min(axis=0) + own
    best = [int(total.argmin())]
    for pointer in reversed(back):
        best.append(int(pointer[best[-1]]))
    return np.array(best[::-1], dtype=np.intp)


def _between(cost: Floats, best: NDArray[np.intp]) -> Floats:
    """Return places in parts of a step, also between those tried, by parabolas."""
    window = np.arange(len(cost))
    before, own, after = (cost[window, (best + d) % PHASES] for d in (-1, 0, 1))
    bend = before + after - 2 * own
    moved = np.divide(before - after, 2 * bend, out=np.zeros_like(own), where=bend > 0)
    return np.asarray((best + np.clip(moved, -0.5, 0.5)) / PHASES - 0.5)


def _rows_at(axis: DepthAxis, depth: Floats) -> Floats:
    """Return the rows of depths, beyond the ends as the nearest stretch goes on."""
    inside = np.clip(depth, axis.depths[0], axis.depths[-1])
    slope = np.diff(axis.rows)[[0, -1]] / np.diff(axis.depths)[[0, -1]]
    above, below = np.minimum(depth - inside, 0.0), np.maximum(depth - inside, 0.0)
    return np.asarray(axis.row_at(inside) + above * slope[0] + below * slope[1])


def _around(knots: Floats, row: Floats) -> Floats:
    """Return the knots between which the rows lie."""
    first = max(int(np.searchsorted(knots, row[0], side="right")) - 1, 0)
    last = int(np.searchsorted(knots, row[-1], side="left")) + 1
    return knots[first:last]


def _segments(row: Floats, knots: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return in which segment each row lies, and at which share of its length."""
    segment = np.searchsorted(knots, row, side="right") - 1
    segment = np.clip(segment, 0, knots.size - 2)
    start = knots[segment]
    return segment, np.asarray((row - start) / (knots[segment + 1] - start))


def _fit(
    row: Floats, column: Floats, weight: Floats, knots: Floats, rounds: int
) -> tuple[Floats, Floats]:
    """Fit straight lines between knots.

    Parameters
    ----------
    row, column, weight
        (rows,) what was read.
    knots
        (knots,) rows, two or more.
    rounds
        Of reweighting.

    Returns
    -------
    corner : (knots,) float
        Columns at the knots.
    residual : (rows,) float
        Columns between what was read and the lines.
    """
    segment, share = _segments(row, knots)
    rest = 1 - share
    between = np.interp(knots, row, column)
    own = weight
    corner, residual = between, np.zeros_like(column)
    for _ in range(rounds):
        # The normal equations of hat functions: each knot meets its neighbours alone.
        bands = np.zeros((2, knots.size))
        right = FIRM * between
        for at, part in ((segment, rest), (segment + 1, share)):
            bands[1] += np.bincount(at, own * part**2, minlength=knots.size)
            right += np.bincount(at, own * part * column, minlength=knots.size)
        bands[0] = np.bincount(segment + 1, own * rest * share, minlength=knots.size)
        bands[1] += FIRM
        corner = solveh_banded(bands, right)
        residual = np.abs(rest * corner[segment] + share * corner[segment + 1] - column)
        own = weight * np.minimum(1.0, HUBER / np.maximum(residual, HUBER))
    return corner, residual


def _through(row: Floats, laid: Floats, knots: Floats, corner: Floats) -> Floats:
    """Return by how much rows are moved so that lines between them meet the corners."""
    above = np.searchsorted(row, knots, side="right") - 1
    inside = (above >= 0) & (above < row.size - 1)
    inside &= (
        row[np.clip(above + 1, 0, row.size - 1)] - row[np.clip(above, 0, None)] == 1
    )
    above, knots, corner = above[inside], knots[inside], corner[inside]
    share = knots - row[above]
    short = corner - ((1 - share) * laid[above] + share * laid[above + 1])
    short[share == 0] = 0.0
    moved = np.zeros_like(laid)
    np.add.at(moved, above, short)
    np.add.at(moved, above + 1, short)
    return moved
