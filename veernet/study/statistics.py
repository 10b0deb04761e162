"""Estimates from a few seeds and many pictures, and what their intervals cover.

A figure of the study is a mean over seeds of what each trained network scores on the
same pictures. It would come out differently for other pictures and for other seeds, and
the two are crossed: every network sees every picture. Both are drawn again here, with
weights that all figures share, so that the difference of two arms or a difference of
differences is computed draw by draw like any other figure, and whatever the arms have
in common cancels. The best of several is not: noise lifts it once where it is observed
and again in every draw, and its interval would lie beside the truth. Arms are compared
by twos, and :meth:`Estimate.for_all` widens the intervals of many.

With three seeds the bootstrap is no guide to a fourth. It knows ten ways to draw three
of three, its variance is two thirds of the right one, and where all three differences
have one sign it never sees the other: by itself it would call one in four differences
of nothing real. So every estimate has two intervals. ``crossed`` is the bootstrap of
pictures and seeds, which covers new pictures, and of the seeds only those that were
run. The other, on which every verdict of the study stands, covers new seeds too: the
pictures are drawn again as before, and the mean over seeds moves with Student's t of
one degree of freedom less than there are seeds. For a figure that hangs on no picture
it is the t-interval. It takes the seeds to be draws from a normal distribution, which
three of them cannot show; it covers no other data, network or schedule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from veernet.axes import Floats
from veernet.errors import InputError

COUNT = 4000
"""Draws: the ends of a t-interval of two degrees of freedom come within 5 per cent."""

LEVEL = 0.95
"""Coverage that intervals are made for."""


@dataclass(frozen=True)
class Estimate:
    """A figure, and how far another study like this one may find it.

    Parameters
    ----------
    value
        As observed, mean over seeds.
    low, high
        Ends of the interval for new seeds and new pictures, NaN for a single seed.
    crossed_low, crossed_high
        Ends of the crossed bootstrap: new pictures, and the seeds that were run.
    spread
        Standard deviation over seeds; NaN where there is one seed, or where the figure
        is not one of each seed (an order of several).
    seeds
        How many.
    """

    value: float
    low: float
    high: float
    crossed_low: float
    crossed_high: float
    spread: float
    seeds: int

    def for_all(self, comparisons: int) -> Estimate:
        """Return the figure with an interval for one of so many that are looked at.

        All of them together cover at the level of one (Bonferroni). The interval for
        new seeds is stretched about the value by the ratio of Student's t at the two
        levels: exact where seeds alone move the figure, too wide where pictures do.
        """
        if self.seeds < 2:
            return self
        tail, degrees = (1 - LEVEL) / 2, self.seeds - 1
        ratio = stats.t.isf(tail / comparisons, degrees) / stats.t.isf(tail, degrees)
        low, high = (
            self.value + float(ratio) * (end - self.value)
            for end in (self.low, self.high)
        )
        return replace(self, low=low, high=high)

    def __str__(self) -> str:
        """Return value and interval, for a sentence."""
        if not np.isfinite(self.low):
            return f"{self.value:.4g}"
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"


def exact(value: float) -> Estimate:
    """Return a figure of theory, or of a fixed scene, that no seed or picture moves."""
    return Estimate(value, value, value, value, value, 0.0, 0)


def bare(value: float, seeds: int = 0) -> Estimate:
    """Return a figure that has no interval."""
    none = float("nan")
    return Estimate(value, none, none, none, none, none, seeds)


class BootstrapDraws:
    """Weights with which pictures and seeds are drawn again, shared by all figures.

    Parameters
    ----------
    rng
        All randomness is taken from it here, so that no figure hangs on which others
        were asked for before.
    pictures
        Of the set; 0 where pictures are not the unit.
    seeds
        Labels of all seeds that may occur.
    count
        Of draws.

    Attributes
    ----------
    pictures : (1 + count, pictures) float
        How often each picture is drawn; the first row is the set itself.
    counts : (pictures, 1 + count) int
        The same, laid out for medians.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        pictures: int,
        seeds: Sequence[int],
        count: int = COUNT,
    ) -> None:
        self.count = count
        self.pictures = np.ones((1 + count, pictures))
        if pictures:
            even = np.full(pictures, 1 / pictures)
            self.pictures[1:] = rng.multinomial(pictures, even, count)
        # Sums of counts stay below the number of pictures, and small ones add faster.
        kind = np.int16 if pictures <= np.iinfo(np.int16).max else np.int64
        self.counts = np.ascontiguousarray(self.pictures.T.astype(kind))
        self._labels = sorted(set(seeds))
        shape = (count, len(self._labels))
        self._normal = rng.standard_normal(shape)
        self._squared = rng.standard_normal(shape) ** 2
        self._uniform = rng.random(shape)
        self._weights: dict[tuple[int, ...], Floats] = {}

    def of_seeds(self, seeds: Sequence[int]) -> Floats:
        """Return the weights of some seeds, (2, 1 + count, seeds).

        First for new seeds, then for the bootstrap; the first row of each is the plain
        mean. For x of the seeds with mean m and standard deviation s, the former make
        the weighted mean m + t s / sqrt(n), t being Student's with n - 1 degrees, and
        do so at once for every x: contrasts of arms that were run with the same seeds
        get the t-interval of their differences.
        """
        key = tuple(seeds)
        if key not in self._weights:
            self._weights[key] = self._of_seeds(key)
        return self._weights[key]

    def _of_seeds(self, seeds: Sequence[int]) -> Floats:
        unknown = sorted(set(seeds) - set(self._labels))
        if unknown or not seeds:
            msg = f"weights of the seeds {list(seeds)}: give some of {self._labels}"
            raise InputError(msg)
        size = len(seeds)
        at = [self._labels.index(seed) for seed in seeds]
        weights = np.full((2, 1 + self.count, size), 1 / size)
        if size == 1:
            weights[0, 1:] = np.nan
            return weights
        normal = self._normal[:, at]
        squared = self._squared[:, at[1:]].sum(axis=1, keepdims=True)
        away = normal - normal.mean(axis=1, keepdims=True)
        weights[0, 1:] += away / np.sqrt(size * squared)
        drawn = (self._uniform[:, at] * size).astype(np.intp)
        weights[1, 1:] = (drawn[:, :, None] == np.arange(size)).sum(axis=1) / size
        return np.moveaxis(np.moveaxis(weights, 2, 0).copy(), 0, 2)

    def mean(self, values: Floats, seeds: Sequence[int]) -> Floats:
        """Return the mean over seeds, draw by draw.

        Parameters
        ----------
        values : (seeds, 1 + count) or (seeds,) float
            What each seed scores on each draw of pictures, or whatever the pictures.
        seeds
            Their labels.

        Returns
        -------
        (2, 1 + count) float
            For new seeds, and for the bootstrap; the first column is as observed.
        """
        table = np.asarray(values, dtype=np.float64)
        if table.ndim == 1:
            table = table[:, None]
        # Seed by seed, each of which lies in one piece.
        weights = np.moveaxis(self.of_seeds(seeds), 2, 0)
        found = weights[0] * table[0]
        for own, row in zip(weights[1:], table[1:], strict=True):
            found += own * row
        return np.asarray(found)


def estimate(drawn: Floats, by_seed: Floats | None = None, seeds: int = 0) -> Estimate:
    """Return the figure and its intervals from its draws.

    Parameters
    ----------
    drawn : (2, 1 + count) float
        From :meth:`BootstrapDraws.mean`, or any function of such means.
    by_seed : (seeds,) float
        As observed, where the figure is one of each seed: gives spread and number.
    seeds
        Their number, where it is not.
    """
    tail = (1 - LEVEL) / 2
    ends = np.quantile(drawn[:, 1:], (tail, 1 - tail), axis=1).T.tolist()
    spread = float("nan")
    if by_seed is not None:
        seeds = len(by_seed)
        spread = float(np.std(by_seed, ddof=1)) if seeds > 1 else spread
    (low, high), (crossed_low, crossed_high) = ends
    value = float(drawn[0, 0])
    return Estimate(value, low, high, crossed_low, crossed_high, spread, seeds)


def t_interval(by_seed: Sequence[float]) -> tuple[float, float]:
    """Return the t-interval of the mean of what each seed gives, NaN for a single one.

    It is for figures that hang on no picture, and what :func:`estimate` tends to there.
    """
    values = np.asarray(by_seed, dtype=np.float64)
    if len(values) < 2:
        return float("nan"), float("nan")
    error = float(values.std(ddof=1)) / len(values) ** 0.5
    reach = float(stats.t.ppf((1 + LEVEL) / 2, len(values) - 1)) * error
    return float(values.mean()) - reach, float(values.mean()) + reach


def weighted_median(values: Floats, counts: NDArray[np.integer[Any]]) -> Floats:
    """Return the median of values that are drawn so many times each.

    Parameters
    ----------
    values : (n,) float
        Finite.
    counts : (n, draws) int
        How often each is drawn, of a type that holds their sum.

    Returns
    -------
    (draws,) float
        The mean of the two in the middle where their number is even, NaN where nothing
        is drawn.
    """
    if not len(values):
        return np.full(counts.shape[1], np.nan)
    order = np.argsort(values, kind="stable")
    ordered, drawn = values[order], counts[order]
    # Row by row, so that the draws of a row, which lie side by side, add at once.
    np.cumsum(drawn, axis=0, dtype=drawn.dtype, out=drawn)
    total = drawn[-1]
    # Whole numbers below half the total, and up to it.
    below = np.add.reduce(drawn < (total + 1) // 2, axis=0, dtype=drawn.dtype)
    above = np.add.reduce(drawn <= total // 2, axis=0, dtype=drawn.dtype)
    last = len(values) - 1
    middle = (ordered[below.clip(0, last)] + ordered[above.clip(0, last)]) / 2
    return np.where(total > 0, middle, np.nan)


def share(flags: Floats) -> float:
    """Return the share of the draws for new seeds in which something holds.

    Parameters
    ----------
    flags : (2, 1 + count) bool
        The first column, as observed, is left out.
    """
    return float(np.mean(flags[0, 1:]))
