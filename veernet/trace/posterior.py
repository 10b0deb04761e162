"""Posterior: for each curve and row, where it is and how surely.

The mass of a curve at a column is the sum over all paths there of the probability that
the path is the curve's, times that of the path being on its stroke. The column with
most mass within one line width is reported, and that mass is its confidence: where
curves run together a value is sure though the name of the stroke is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.trace.identity import Identity
from veernet.trace.paths import Followed

LINE_WIDTH = 3.0
"""Columns within which two paths give the same value: the line width of the scores."""

LEAST_MASS = 0.3
"""Posterior mass from which a curve whose own path is lost is read from another."""


@dataclass(frozen=True)
class Located:
    """Where a curve is, row by row.

    Parameters
    ----------
    column
        (rows,) unfolded column of the panel, NaN where no path has it.
    mass
        (rows,) posterior mass within one line width of the column, in [0, 1].
    strength
        (rows,) mean probability of ink under the path that is reported.
    state
        (rows,) of the path that the curve most likely has.
    """

    column: Floats
    mass: Floats
    strength: Floats
    state: NDArray[np.uint8]


def locate(paths: Sequence[Followed], identity: Identity) -> list[Located]:
    """Find each curve of a pool, in the order of its members.

    Parameters
    ----------
    paths
        All paths of the panel.
    identity
        Of the pool.
    """
    pool = [paths[index] for index in identity.members]
    by_row = identity.by_row()
    assigned = np.repeat(identity.assignment(), np.diff(identity.bounds), axis=0)
    return [
        _locate(pool, path, by_row[:, k], assigned[:, k]) for k, path in enumerate(pool)
    ]


def _locate(
    pool: Sequence[Followed],
    own: Followed,
    share: Floats,
    assigned: NDArray[np.intp],
) -> Located:
    """Locate one curve.

    Its share of each path is (rows, paths); the path that it is given, (rows,).
    """
    folded = np.stack([path.folded for path in pool], axis=1)
    held = np.stack([path.held for path in pool], axis=1)
    rows = np.arange(len(folded))
    known = np.isfinite(folded)
    weight = np.where(known, share * held, 0.0)
    near = np.abs(folded[:, :, None] - folded[:, None, :]) <= LINE_WIDTH
    mass = np.where(known, (near * weight[:, None, :]).sum(axis=2), -1.0)
    # The path that the likeliest assignment gives, so that no stroke is left out while
    # two curves are on another; where it is lost, the path with most mass.
    best = np.argmax(mass, axis=1)
    elsewhere = ~known[rows, assigned] & (mass[rows, best] >= LEAST_MASS)
    chosen = np.where(elsewhere, best, assigned)
    read = known[rows, chosen]
    column = np.where(read, folded[rows, chosen], np.nan)
    likeliest = np.argmax(share, axis=1)
    states = np.stack([path.state for path in pool], axis=1)
    strength = np.stack([path.strength for path in pool], axis=1)
    if own.spec.wraps:
        column = _unfold(pool, own, column, chosen)
    return Located(
        column=column,
        mass=np.where(read, np.clip(mass[rows, chosen], 0.0, 1.0), 0.0),
        strength=np.where(read, strength[rows, chosen], 0.0),
        state=np.where(read, states[rows, chosen], states[rows, likeliest]).astype(
            np.uint8
        ),
    )


def _unfold(
    pool: Sequence[Followed], own: Followed, column: Floats, chosen: NDArray[np.intp]
) -> Floats:
    """Add the wrap count to folded columns of a curve.

    Along a path the count changes where the path folds. Where the curve goes on on
    another path, the count is the one under which it moves least.
    """
    period = own.right - own.left
    rows = np.flatnonzero(np.isfinite(column))
    if not rows.size:
        return column
    counts = np.stack([np.rint((p.column - p.folded) / period) for p in pool], axis=1)
    at = chosen[rows]
    count = counts[rows, at]
    moved = np.diff(column[rows]) / period[rows[1:]]
    nearest = -np.rint(moved)
    same = at[1:] == at[:-1]
    wrapping = np.array([p.spec.wraps for p in pool])[at[1:]]
    step = np.where(same & wrapping, np.diff(count), nearest)
    total = own.spec.wrap_start + np.concatenate([[0.0], np.cumsum(step)])
    unfolded = column.copy()
    unfolded[rows] = column[rows] + total * period[rows]
    return unfolded
