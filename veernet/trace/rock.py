"""Rock: which of two curves that are drawn alike runs on the left, told by the others.

All curves of a log measure one rock. How far neutron and density stand apart goes with
the gamma ray, and how far the resistivities of an array do with porosity; this holds
from one end of a log to the other, where the direction of a pen says nothing beyond the
next few rows. So the place of each curve within its pool is regressed on the curves of
all other pools, over the stretches that it most likely has, and a tracklet is evidence
for the curves whose place it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from veernet.axes import Floats
from veernet.trace.assignments import moments
from veernet.trace.average import mean_around
from veernet.trace.paths import Followed

SMOOTH_ROWS = 41
"""Rows over which the other curves are averaged: tools see beds of different height."""

LIKELY_MASS = 0.5
"""Posterior mass from which the course of a curve is known."""

INDEPENDENT_ROWS = 200.0
"""Rows that say as much of the place of a curve as one row that stood alone: beds are
many rows tall, and no relation is a straight line. Log of experiments, 2026-11-30."""

RIDGE = 60.0
"""Rows that the coefficients' being nought counts for."""

LEAST_SPREAD = 2.0
"""Columns: no curve is foretold more closely than that."""

MOST_ROCK = 3.0
"""Nats: the most that the place of one tracklet says."""


def covariates(courses: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return (rows, curves) standardised courses, 0 where a curve is not known.

    Parameters
    ----------
    courses
        Of each curve, (rows,) column, and the posterior mass that it has there.
    """
    rows = courses[0][0].size if courses else 0
    found = np.zeros((rows, len(courses)))
    for index, (column, mass) in enumerate(courses):
        known = np.isfinite(column) & (mass > LIKELY_MASS)
        spread = float(np.std(column[known])) if known.any() else 0.0
        if spread > 0:
            smooth = mean_around(column, known, SMOOTH_ROWS)
            centred = smooth - column[known].mean()
            found[known, index] = centred[known] / spread
    return found


class RockEvidence:
    """Evidence of the place of each tracklet among its pool.

    Parameters
    ----------
    pool
        Its paths.
    bounds
        (tracklets + 1,) rows at which tracklets begin, and the number of rows.
    others
        (rows, covariates) of the curves of other pools.
    """

    def __init__(
        self, pool: Sequence[Followed], bounds: NDArray[np.intp], others: Floats
    ) -> None:
        folded = np.stack([path.folded for path in pool])
        known = np.isfinite(folded)
        whole = known.sum(axis=0) == len(pool)
        level = np.where(whole, np.where(known, folded, 0.0).mean(axis=0), 0.0)
        spread = level[whole].std() if whole.any() else 0.0
        scaled = (level - level[whole].mean()) / spread if spread > 0 else level * 0
        design = np.column_stack([np.ones(level.size), scaled, others])
        design[~whole] = 0.0
        place = np.where(whole, np.where(known, folded, 0.0) - level, 0.0)
        # (tracklets, covariates, covariates), (tracklets, paths, covariates) and
        # (tracklets, paths): the sums by which any regression is made.
        self._gram = moments(design, design, bounds)
        self._moment = moments(place.T, design, bounds)
        self._square = np.add.reduceat(place.T**2, bounds[:-1])
        self._rows = float(whole.sum())

    def evidence(self, posterior: Floats) -> PlaceEvidence:
        """Learn the place of each curve from its most likely tracklets.

        Each tracklet is left out of the regression that it is judged by.

        Parameters
        ----------
        posterior
            (tracklets, curves, paths) probability of a curve being on a path.
        """
        moment = np.einsum("tkp,tpq->tkq", posterior, self._moment)
        gram = self._gram.sum(axis=0) - self._gram
        wanted = moment.sum(axis=0) - moment
        ridge = RIDGE * np.eye(gram.shape[-1])
        slope = np.linalg.solve(gram + ridge, wanted.transpose(0, 2, 1))  # (t, q, k)
        fitted = np.einsum("tqk,tqr,trk->tk", slope, self._gram, slope)
        cross = np.einsum("tqk,tpq->tkp", slope, self._moment)
        residual = self._square[:, None, :] - 2 * cross + fitted[:, :, None]
        count = max(self._rows * posterior.shape[1], 1.0)
        variance = float((posterior * residual).sum()) / count + LEAST_SPREAD**2
        log = -residual / (2 * variance * INDEPENDENT_ROWS)
        # Only differences between curves matter; they are bounded path by path.
        most = log.max(axis=1, keepdims=True)
        common = float(most.sum()) - count * np.log(variance) / (2 * INDEPENDENT_ROWS)
        return PlaceEvidence(np.maximum(log - most, -MOST_ROCK), common, variance)

    def leaning(self, kept: Floats) -> Floats:
        """Return on which side of two paths the first curve is, up to one sign.

        (tracklets, relations) nats, under each of the orthogonal relations to the other
        curves, first the one that explains most, given how likely the two keep their
        paths at each meeting.

        Parameters
        ----------
        kept
            (tracklets,) probability that the curves keep their paths on the way into a
            tracklet, less that of their exchange.
        """
        moment = self._moment[:, 0]
        product = np.zeros((moment.shape[1],) * 2)
        sum_ = np.zeros(moment.shape[1])
        for keeps, own in zip(kept, moment, strict=True):
            sum_ = keeps * sum_ + own
            product += np.outer(own, sum_) + np.outer(sum_, own) - np.outer(own, own)
        gram = self._gram.sum(axis=0) + RIDGE * np.eye(moment.shape[1])
        _, vectors = eigh(product, gram)
        lean = moment @ vectors[:, ::-1]
        typical = np.median(np.abs(lean), axis=0)
        return np.asarray(
            np.clip(lean / np.maximum(typical, 1e-9), -MOST_ROCK, MOST_ROCK)
        )


@dataclass(frozen=True)
class PlaceEvidence:
    """Log likelihood of the places of tracklets.

    Parameters
    ----------
    difference
        (tracklets, curves, paths) log likelihood, 0 for the likeliest curve of a path.
    common
        Log likelihood that all curves have in common.
    variance
        Of places about those foretold, in squared columns.
    """

    difference: Floats
    common: float
    variance: float
