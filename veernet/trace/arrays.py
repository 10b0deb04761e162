"""Arrays: four or more curves of one quantity, on one scale, keep their proportions.

The curves of an array look into the rock to different depths. Where one lies between
two others it nearly always does, and at the same share of the way, whichever end of the
array is on the left: of an array of five in a real log one direction explains 99 % of
how they stand apart. That direction is learnt along with the names, and an assignment
of paths is the likelier the closer its curves keep to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import CurveSpec
from veernet.trace.assignments import moments
from veernet.trace.corridors import related
from veernet.trace.paths import Followed

LEAST_CURVES = 4
"""Curves of an array at the least. Two always stand apart in one direction, and three
nearly so, whoever is who: names of three gained nothing. Log of experiments,
2026-11-30."""

HALF_WEIGHT_GAP = 8.0
"""Columns by which an array must stand apart for a row to count for half: closer
together it says little of the direction, and wider apart no more."""

LEAST_VARIANCE = 0.04
"""Of unit vectors about the direction: no array keeps to it more closely than that."""

INDEPENDENT_ROWS = 60.0
"""Rows that say as much as one row that stood alone. Log of experiments, 2026-11-30."""

MOST_ARRAY = 6.0
"""Nats: the most that one tracklet says."""


def array_of(specs: Sequence[CurveSpec]) -> list[int]:
    """Return the indices of the largest array among curves, empty if there is none."""
    groups = (
        [j for j, other in enumerate(specs) if other is spec or related(spec, other)]
        for spec in specs
    )
    largest = max(groups, key=len, default=[])
    return largest if len(largest) >= LEAST_CURVES else []


class ArrayEvidence:
    """Evidence for whole assignments of a pool that has an array.

    Parameters
    ----------
    pool
        Its paths.
    group
        Indices of the curves of the array.
    bounds
        (tracklets + 1,) rows at which tracklets begin, and the number of rows.
    states
        (states, curves) path of each curve.
    """

    def __init__(
        self,
        pool: Sequence[Followed],
        group: Sequence[int],
        bounds: NDArray[np.intp],
        states: NDArray[np.intp],
    ) -> None:
        folded = np.stack([path.folded for path in pool])
        known = np.isfinite(folded).all(axis=0)
        place = np.where(known, folded, 0.0)
        place -= place.mean(axis=0)
        place /= np.sqrt((place**2).sum(axis=0) + HALF_WEIGHT_GAP**2)
        self._moments = moments(place.T, place.T, bounds).reshape(bounds.size - 1, -1)
        self._rows = max(float(known.sum()), 1.0)
        # (states, curves, curves): where the moment of two curves is in a flat row.
        at = states[:, list(group)]
        self._at = at[:, :, None] * len(pool) + at[:, None, :]
        self._centring = np.eye(len(group)) - 1 / len(group)

    def log_likelihood(self, joint: Floats) -> Floats:
        """Learn the direction from the likeliest assignments.

        Parameters
        ----------
        joint
            (tracklets, states) posterior of the assignments.

        Returns
        -------
        (tracklets, states) float
            Log likelihood of each, 0 for the likeliest.
        """
        expected = np.take_along_axis(
            joint.T @ self._moments, self._at.reshape(len(self._at), -1), axis=1
        )
        spread = expected.sum(axis=0).reshape(self._centring.shape)
        spread = self._centring @ spread @ self._centring
        values, vectors = np.linalg.eigh(spread)
        direction = np.outer(vectors[:, -1], vectors[:, -1])
        away = max(float(values[:-1].sum()), 0.0)
        free = self._rows * (len(values) - 2)
        variance = away / free + LEAST_VARIANCE
        residual = self._moments @ self._placed(self._centring - direction).T
        log = -residual / (2 * variance * INDEPENDENT_ROWS)
        log -= log.max(axis=1, keepdims=True)
        return np.maximum(log, -MOST_ARRAY)

    def _placed(self, weights: Floats) -> Floats:
        """Return (states, moments) the weight of each moment under each assignment."""
        placed = np.zeros((len(self._at), self._moments.shape[1]))
        flat = self._at.reshape(len(self._at), -1)
        np.put_along_axis(placed, flat, weights.reshape(1, -1), axis=1)
        return placed
