"""What a stated confidence is worth: risk and coverage, and calibration.

Confidence is the probability that a column lies within one line width of the truth, and
a row is right where it does. Rows are counted by their confidence in thousandths, so
that counts of curves, and of strips drawn again in a bootstrap, are simply added.

Only rows count in which the curve is drawn: what is read where none is, the share of
invented rows tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from veernet.axes import Floats

LEVELS = 1000
"""Steps of confidence that are told apart."""

BINS = 10
"""Bins of equal width for the expected calibration error."""

SURE = 0.9
"""Confidence above which rows are called sure."""

RISKS = (0.02, 0.05)
"""Shares of what is read that may be wrong, for which the coverage is given."""

Counts = tuple[tuple[int, int, int], ...]
"""Confidence in thousandths, rows read with it, and how many of them are right."""

Tally = NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """Rows of one bin of confidence: how many, what was stated, and what was right."""

    low: float
    high: float
    rows: int
    stated: float
    right: float


@dataclass(frozen=True)
class Reliability:
    """Rows counted by their confidence.

    Parameters
    ----------
    read, right
        (..., LEVELS + 1) rows read with each confidence, and those that are right;
        leading axes are kept by every figure.
    drawn
        (...) rows in which the curves are drawn.
    """

    read: Tally
    right: Tally
    drawn: Tally

    def coverage(self, risk: float) -> Tally:
        """Return the largest share of rows that can be read at a risk.

        Rows are read from the surest downwards, all those of one confidence together,
        as long as at most the risk's share of what is read is wrong.
        """
        read = np.cumsum(self.read[..., ::-1], axis=-1)
        wrong = read - np.cumsum(self.right[..., ::-1], axis=-1)
        kept = np.where(wrong <= risk * read, read, 0.0)
        return _share(kept.max(axis=-1), self.drawn)

    def right_when_sure(self, above: float = SURE) -> Tally:
        """Return the share right of the rows with a confidence above a limit."""
        first = round(above * LEVELS) + 1
        read = self.read[..., first:].sum(axis=-1)
        return _share(self.right[..., first:].sum(axis=-1), read)

    def calibration_error(self) -> Tally:
        """Return the expected calibration error over what is read [Naeini2015]_.

        The gap between the mean confidence of a bin and the share right in it, weighted
        by the rows of the bin.

        .. [Naeini2015] M. P. Naeini, G. F. Cooper, M. Hauskrecht: Obtaining well
           calibrated probabilities using Bayesian binning. AAAI 2015.
        """
        gaps = np.add.reduceat(
            self.read * (np.arange(LEVELS + 1) / LEVELS) - self.right,
            _starts(),
            axis=-1,
        )
        return _share(np.abs(gaps).sum(axis=-1), self.read.sum(axis=-1))

    def bins(self) -> list[Bin]:
        """Return the bins that hold rows, of counts without leading axes."""
        levels = np.arange(LEVELS + 1) / LEVELS
        found = []
        starts = _starts()
        for index, start in enumerate(starts):
            stop = starts[index + 1] if index + 1 < BINS else LEVELS + 1
            rows = self.read[start:stop].sum()
            if rows:
                stated = float((self.read * levels)[start:stop].sum() / rows)
                right = float(self.right[start:stop].sum() / rows)
                low, high = index / BINS, (index + 1) / BINS
                found.append(Bin(low, high, int(rows), stated, right))
        return found


def count(confidence: Floats, right: ArrayLike) -> Counts:
    """Count rows by their confidence, those without any left out.

    Parameters
    ----------
    confidence
        (rows,) of the rows read, NaN where none is stated.
    right
        (rows,) whether each is within one line width of the truth.
    """
    stated = np.isfinite(confidence)
    level = np.rint(np.clip(confidence[stated], 0, 1) * LEVELS).astype(np.intp)
    true = np.bincount(level, np.asarray(right, dtype=float)[stated], LEVELS + 1)
    rows = np.bincount(level, minlength=LEVELS + 1)
    known = np.flatnonzero(rows)
    return tuple((int(i), int(rows[i]), int(true[i])) for i in known)


def tally(counts: Iterable[Counts], drawn: Sequence[int]) -> Reliability:
    """Join the counts of several curves.

    Parameters
    ----------
    counts
        One a curve.
    drawn
        Rows in which each is drawn.
    """
    by_curve = stack(counts, drawn)
    return Reliability(
        by_curve.read.sum(axis=0), by_curve.right.sum(axis=0), by_curve.drawn.sum()
    )


def stack(counts: Iterable[Counts], drawn: Sequence[int]) -> Reliability:
    """Return the counts of several curves, one row of the arrays a curve."""
    read = np.zeros((len(drawn), LEVELS + 1))
    right = np.zeros_like(read)
    for index, each in enumerate(counts):
        for level, rows, true in each:
            read[index, level] += rows
            right[index, level] += true
    return Reliability(read, right, np.asarray(drawn, dtype=np.float64))


def weighted(curves: Reliability, weights: Tally) -> Reliability:
    """Return counts of curves summed with weights, (draws, curves)."""
    return Reliability(
        weights @ curves.read, weights @ curves.right, weights @ curves.drawn
    )


def _starts() -> NDArray[np.intp]:
    """Return the first level of each bin; the last holds certainty too."""
    return np.arange(BINS, dtype=np.intp) * (LEVELS // BINS)


def _share(part: Tally, whole: Tally) -> Tally:
    """Return part / whole, NaN of nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))
