"""Scores summed up: medians and means with their intervals, and bars.

In the medians a curve that was not read counts as infinitely wrong; the means leave it
out. Intervals are bootstrap percentiles (95 %), drawn by page: curves of one strip are
no independent witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmark.definitions import GROUPS, Bar, Definition
from benchmark.methods import OURS
from benchmark.scoring import CurveScore
from veernet.axes import Floats
from veernet.records import Line

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


@dataclass(frozen=True)
class Summary:
    """The curves of one group of styles that one method read.

    ``swapped`` is the share of curves with a swap, and its interval is of the mean;
    every other interval is of the median. ``invented`` is a share of the rows where no
    curve is drawn. ``lines`` are the styles that its curves have.
    """

    test: str
    method: str
    group: str
    lines: tuple[Line, ...]
    curves: int
    coverage: Figure
    mae_px: Figure
    median_px: Figure
    r_squared: Figure
    filled_mae_px: Figure
    hit_1px: Figure
    hit_3px: Figure
    swapped: Figure
    off_scale: int
    invented: float | None


@dataclass(frozen=True)
class Verdict:
    """Whether a bar was met, and by how much."""

    test: str
    bar: str
    value: float | None
    low: float | None
    high: float | None
    met: bool


def summarise(scores: Sequence[CurveScore]) -> list[Summary]:
    """Summarise each method on each set, all curves together and by style.

    A curve that is drawn in no row is left out, but for its invented rows. A group that
    holds the curves of one before it says nothing new and has no line.
    """
    summaries = []
    for test, method in dict.fromkeys((s.test, s.method) for s in scores):
        mine = [s for s in scores if (s.test, s.method) == (test, method)]
        seen: list[set[Line]] = []
        for name, lines in GROUPS.items():
            group = [s for s in mine if s.line in lines]
            present = {s.line for s in group}
            if group and present not in seen:
                summaries.append(_summary(test, method, name, group))
                seen.append(present)
    return summaries


def _summary(
    test: str, method: str, group: str, scores: Sequence[CurveScore]
) -> Summary:
    drawn = [s for s in scores if s.rows]
    off_scale = sum(s.off_scale for s in scores)

    def over(
        value: Callable[[CurveScore], float | None],
        worst: float,
        least: float = -np.inf,
    ) -> Figure:
        return figure([value(s) for s in drawn], [s.page for s in drawn], worst, least)

    # A curve that stands still has no R-squared, however well it is read.
    moving = [s for s in drawn if s.filled.r_squared is not None]
    return Summary(
        test=test,
        method=method,
        group=group,
        lines=tuple(sorted({s.line for s in scores})),
        curves=len(drawn),
        coverage=over(lambda s: s.coverage, worst=0.0),
        mae_px=over(lambda s: s.read.mae_px, worst=np.inf),
        median_px=over(lambda s: s.read.median_px, worst=np.inf),
        r_squared=figure(
            [s.read.r_squared for s in moving],
            [s.page for s in moving],
            worst=-np.inf,
            # In the mean, one curve that hardly moves would carry all others off.
            least=0.0,
        ),
        filled_mae_px=over(lambda s: s.filled.mae_px, worst=np.inf),
        hit_1px=over(lambda s: s.read.hit_1px, worst=0.0),
        hit_3px=over(lambda s: s.read.hit_3px, worst=0.0),
        swapped=_share([bool(s.read.swaps) for s in drawn], [s.page for s in drawn]),
        off_scale=off_scale,
        invented=sum(s.invented for s in scores) / off_scale if off_scale else None,
    )


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


def _share(hits: Sequence[bool], pages: Sequence[str]) -> Figure:
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


def verdicts(given: Definition, summaries: Sequence[Summary]) -> list[Verdict]:
    """Return how each bar of a set of curves with truth was met."""
    found = []
    for bar in given.bars:
        asked = given.name, bar.method or OURS
        of_all = [s for s in summaries if (s.test, s.method) == asked]
        # By its styles, as a group that holds the curves of another has no line.
        present = {line for s in of_all for line in s.lines}
        lines = present.intersection(GROUPS[bar.group])
        mine = [s for s in of_all if set(s.lines) == lines]
        reached = getattr(mine[0], bar.figure) if mine else Figure(*[None] * 4)
        value = getattr(reached, bar.statistic)
        words = bar.words(over_curves=True)
        met = bool(mine) and bar.met(value)  # of nothing, none is
        found.append(Verdict(given.name, words, value, reached.low, reached.high, met))
    return found


def judge(given: Definition, bar: Bar, value: float | None) -> Verdict:
    """Hold a single value against a bar."""
    words = bar.words(over_curves=False)
    return Verdict(given.name, words, value, None, None, bar.met(value))


def median(values: Floats) -> float:
    """Return the median, infinite values drawn in to what can be averaged."""
    return float(np.median(np.clip(values, -HUGE, HUGE)))


def finite(value: float) -> float | None:
    """Return a number, None where it stands for infinity."""
    return value if abs(value) < HUGE / 2 else None
