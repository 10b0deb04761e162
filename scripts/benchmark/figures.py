"""Figures over curves: medians, means and shares, with bootstrap intervals.

Intervals are percentiles (95 %) of draws by page: curves of one strip are no
independent witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats

RESAMPLES = 1000
INTERVAL = (2.5, 97.5)

HUGE = 1e9
"""Stands for infinity, so that differences and interpolation stay defined."""


class Figure(NamedTuple):
    """Median and mean over curves, and the interval of the headline of the two.

    None stands for infinity, or for what does not exist.
    """

    median: float | None
    mean: float | None
    low: float | None
    high: float | None


def figure(
    values: Sequence[float | None],
    pages: Sequence[str],
    worst: float,
    least: float = -np.inf,
) -> Figure:
    """Return median and mean of values, and the interval of the median.

    Parameters
    ----------
    values
        None counts as the worst in the median, and is left out of the mean.
    pages
        Where each is from: what is drawn together in the bootstrap.
    worst
        What None counts as.
    least
        In the mean, what is less counts as that.
    """
    if not values:
        return Figure(None, None, None, None)
    filled = np.array([worst if v is None else v for v in values])
    known = [max(v, least) for v in values if v is not None]
    low, high = interval(filled, pages)
    mean = float(np.mean(known)) if known else None
    return Figure(finite(median(filled)), mean, low, high)


def share(hits: Sequence[bool], pages: Sequence[str]) -> Figure:
    """Return the share of curves of which something is true, and its interval."""
    if not hits:
        return Figure(None, 0.0, None, None)
    values = np.array(hits, dtype=np.float64)
    return Figure(None, float(values.mean()), *interval(values, pages, np.mean))


def interval(
    values: NDArray[np.float64],
    pages: Sequence[str],
    statistic: Callable[[Floats], np.floating] | None = None,
) -> tuple[float | None, float | None]:
    """Return the bootstrap interval of a statistic, the median unless given.

    Parameters
    ----------
    values
        (curves,) or (curves, columns); infinite ones are allowed.
    pages
        (curves,) where each is from.
    statistic
        From values, drawn with replacement, to a number.
    """
    rng = np.random.default_rng(0)
    clipped = np.clip(values, -HUGE, HUGE)
    places: dict[str, list[int]] = {}
    for index, page in enumerate(pages):
        places.setdefault(page, []).append(index)
    groups = [np.array(rows) for rows in places.values()]
    drawn = rng.integers(len(groups), size=(RESAMPLES, len(groups)))
    of = statistic or np.median
    found = [of(clipped[np.concatenate([groups[i] for i in row])]) for row in drawn]
    low, high = np.percentile(found, INTERVAL)
    return finite(float(low)), finite(float(high))


def ratio(part: Floats, whole: Floats, pages: Sequence[str]) -> Figure:
    """Return a sum over curves as a share of another, and its interval."""
    if not whole.sum():
        return Figure(None, None, None, None)
    weights = draws(pages, RESAMPLES)
    with np.errstate(invalid="ignore"):
        sums = (weights @ part) / (weights @ whole)
    return Figure(None, float(part.sum() / whole.sum()), *percentiles(sums))


def draws(pages: Sequence[str], count: int) -> Floats:
    """Return (draws, curves) how often each curve is drawn in a bootstrap by page."""
    rng = np.random.default_rng(0)
    names, place = np.unique(np.asarray(pages), return_inverse=True)
    times = rng.multinomial(names.size, np.full(names.size, 1 / names.size), size=count)
    return np.asarray(times[:, place], dtype=np.float64)


def percentiles(drawn: Floats) -> tuple[float | None, float | None]:
    """Return the interval of what is known of the draws."""
    known = drawn[np.isfinite(drawn)]
    if not known.size:
        return None, None
    low, high = np.percentile(known, INTERVAL)
    return float(low), float(high)


def number(value: Floats) -> float | None:
    """Return a number, None for NaN."""
    return None if np.isnan(value) else float(value)


def median(values: Floats) -> float:
    """Return the median, infinite values drawn in to what can be averaged."""
    return float(np.median(np.clip(values, -HUGE, HUGE)))


def finite(value: float) -> float | None:
    """Return a number, None where it stands for infinity."""
    return value if abs(value) < HUGE / 2 else None
