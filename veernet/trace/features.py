"""Features: how well each tracklet agrees with the description of each curve.

All are log likelihoods in nats, tempered: the evidence of neighbouring rows is
correlated, and adding it up as if it were independent would make it far too sure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats, fraction_of
from veernet.quantities import is_impossible
from veernet.trace.dash_patterns import Patterns, log_likelihood
from veernet.trace.paths import Followed

DASH_WEIGHT = 0.03
"""Tempering of the dash HMM, per sample of one pixel."""

NETWORK_WEIGHT = 0.015
"""Tempering of the network's log probability of a style, per row."""

SHARED = 3.0
"""Columns within which two paths are on the same ink, whose style is of neither."""

MOST_STYLE = 40.0
"""Nats: the most that the style of one tracklet says."""

OUTSIDE = 6.0
"""Columns beyond the edges of its track at which a curve cannot be."""

OUTSIDE_COST, MOST_OUTSIDE = 1.0, 20.0
"""Nats a row outside the track of a curve or where its value would be impossible, and
the most for a tracklet, for its folds as well."""

FOLD_COST = 2.0
"""Nats a fold of a path, from one edge of the track to the other, under a curve that
does not wrap."""

LAGS = (2, 8, 24)
"""Rows over which a change of direction, the roughness of a curve, is measured."""

STEEPEST = 10.0
"""Columns a row of a change of direction that counts: spikes outweigh all else."""

STILL = 0.05
"""Columns: the roughness of a curve that is read with the noise of its ink."""

LONG = 40
"""Rows: a longer tracklet says no more of its roughness."""


def style_evidence(
    paths: Sequence[Followed],
    members: Sequence[int],
    patterns: Patterns,
    bounds: NDArray[np.intp],
) -> Floats:
    """Return (tracklets, curves, paths) how likely the ink is in a curve's style.

    Parameters
    ----------
    paths
        All paths of the panel.
    members
        The pool; its curves are those of its paths' corridors.
    patterns
        Dash pattern of each broken style of the page.
    bounds
        (tracklets + 1,) rows at which tracklets begin, and the number of rows.
    """
    specs = [paths[i].spec for i in members]
    lines = sorted({spec.line for spec in specs})
    result = np.zeros((bounds.size - 1, len(members), len(members)))
    if len(lines) == 1:
        return result
    folded = np.stack([path.folded for path in paths])
    for place, index in enumerate(members):
        path = paths[index]
        gap = np.abs(folded - path.folded)
        gap[index] = np.inf
        alone = ~(gap <= SHARED).any(axis=0)
        for line in lines:
            dash = log_likelihood(path.ink, patterns.get(line))
            rows = DASH_WEIGHT * np.bincount(path.sample_row, dash, path.column.size)
            rows += NETWORK_WEIGHT * path.called[line]
            total = np.add.reduceat(np.where(alone, rows, 0.0), bounds[:-1])
            for curve, spec in enumerate(specs):
                if spec.line == line:
                    result[:, curve, place] = total
    # Only differences between curves matter; they are bounded path by path.
    result -= result.max(axis=1, keepdims=True)
    return np.maximum(result, -MOST_STYLE)


def corridor_evidence(
    paths: Sequence[Followed], members: Sequence[int], bounds: NDArray[np.intp]
) -> Floats:
    """Return (tracklets, curves, paths) what places and folds of a path say.

    A path outside a curve's track is not that curve's, nor is one that would give it an
    impossible value; and one that leaves an edge and comes back at the other belongs to
    a curve that wraps.
    """
    result = np.zeros((bounds.size - 1, len(members), len(members)))
    for place, index in enumerate(members):
        path = paths[index]
        wraps = np.floor(fraction_of(path.column, path.left, path.right))
        folds = np.zeros(path.column.size)
        if path.spec.wraps:
            folds[1:] = np.nan_to_num(np.abs(np.diff(wraps)))
        fold_cost = FOLD_COST * np.add.reduceat(folds, bounds[:-1])
        fold_cost = np.minimum(fold_cost, MOST_OUTSIDE)
        for curve, other in enumerate(members):
            spec = paths[other]
            outside = path.folded < spec.left - OUTSIDE
            outside |= path.folded > spec.right + OUTSIDE
            # The ink of a curve that wraps may be of another wrap.
            if not spec.spec.wraps:
                fraction = fraction_of(path.folded, spec.left, spec.right)
                outside |= is_impossible(spec.spec, fraction)
            cost = OUTSIDE_COST * np.add.reduceat(outside.astype(float), bounds[:-1])
            result[:, curve, place] -= np.minimum(cost, MOST_OUTSIDE)
            if not spec.spec.wraps:
                result[:, curve, place] -= fold_cost
    return result


def shape_features(pool: Sequence[Followed], bounds: NDArray[np.intp]) -> Floats:
    """Measure the roughness and the stroke width of each tracklet.

    Returns
    -------
    (tracklets, paths, `LAGS` + 2) float
        Log roughness at each lag and log stroke width, NaN where too little is known;
        last the weight of the tracklet, from 0 to 1 by its length.
    """
    result = np.full((bounds.size - 1, len(pool), len(LAGS) + 2), np.nan)
    for place, path in enumerate(pool):
        for tracklet in range(bounds.size - 1):
            rows = slice(bounds[tracklet], bounds[tracklet + 1])
            column, stroke = path.column[rows], path.stroke[rows]
            column = column[np.isfinite(column)]
            stroke = stroke[np.isfinite(stroke)]
            result[tracklet, place, : len(LAGS)] = _roughness(column)
            if stroke.size >= LAGS[0]:
                result[tracklet, place, -2] = np.log(np.median(stroke))
            result[tracklet, place, -1] = min(column.size, LONG) / LONG
    return result


def _roughness(column: Floats) -> Floats:
    """Return (lags,) log of the mean change of direction, NaN where too short."""
    found = np.full(len(LAGS), np.nan)
    for index, lag in enumerate(LAGS):
        if column.size > 2 * lag + 2:
            bend = np.abs(column[2 * lag :] - 2 * column[lag:-lag] + column[: -2 * lag])
            found[index] = np.log(np.mean(np.minimum(bend, STEEPEST * lag)) + STILL)
    return found
