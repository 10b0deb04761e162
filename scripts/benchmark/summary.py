"""Scores summed up: medians and means with their intervals, and bars.

In the medians a curve that was not read counts as infinitely wrong; the means leave it
out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.bars import GROUPS, Bar
from benchmark.confidence import RISKS, Reliability, stack, tally, weighted
from benchmark.definitions import Definition
from benchmark.figures import Figure, draws, figure, number, percentiles, ratio, share
from benchmark.methods import OURS
from benchmark.scoring import CurveScore
from veernet.axes import Floats
from veernet.records import Line

RESAMPLES = 200
"""Of the counts by confidence: fewer, as each draws all of its levels."""


@dataclass(frozen=True)
class Summary:
    """The curves of one group of styles that one method read.

    ``swapped`` is the share of curves with a swap. Of ``hit_3px_rows`` on, figures are
    means over the rows of all curves: shares of them within 3 px, and of what is read
    that is wrong; the share that can be read, the surest first, with at most 2 and 5 %
    of it wrong; the share right of those with a confidence above .9; and the expected
    calibration error over what is read. The intervals of all these are of the mean,
    every other is of the median. ``invented`` is a share of the rows where no curve is
    drawn. ``lines`` are the styles that its curves have.
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
    hit_3px_rows: Figure
    wrong: Figure
    readable_2: Figure
    readable_5: Figure
    sure_right: Figure
    calibration_error: Figure
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
    pages = [s.page for s in drawn]
    off_scale = sum(s.off_scale for s in scores)

    def over(
        value: Callable[[CurveScore], float | None],
        worst: float,
        least: float = -np.inf,
    ) -> Figure:
        return figure([value(s) for s in drawn], pages, worst, least)

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
        swapped=share([bool(s.read.swaps) for s in drawn], pages),
        **_over_rows(drawn, pages),
        off_scale=off_scale,
        invented=sum(s.invented for s in scores) / off_scale if off_scale else None,
    )


def _over_rows(scores: Sequence[CurveScore], pages: Sequence[str]) -> dict[str, Figure]:
    """Return the figures that count the rows of all curves together."""
    rows = np.array([float(s.rows) for s in scores])
    read = rows * np.array([s.coverage for s in scores])
    hits = rows * np.array([s.read.hit_3px or 0.0 for s in scores])
    wrong = read * np.array([s.wrong or 0.0 for s in scores])
    counts = [s.by_confidence for s in scores], [s.rows for s in scores]
    low, high = RISKS
    statistics: dict[str, Callable[[Reliability], Floats]] = {
        "readable_2": lambda rows_: rows_.coverage(low),
        "readable_5": lambda rows_: rows_.coverage(high),
        "sure_right": Reliability.right_when_sure,
        "calibration_error": Reliability.calibration_error,
    }
    if not any(s.by_confidence for s in scores):
        stated = dict.fromkeys(statistics, Figure(None, None, None, None))
    else:
        whole, curves = tally(*counts), stack(*counts)
        drawn = weighted(curves, draws(pages, RESAMPLES))
        stated = {
            name: Figure(None, number(of(whole)), *percentiles(of(drawn)))
            for name, of in statistics.items()
        }
    return {
        "hit_3px_rows": ratio(hits, rows, pages),
        "wrong": ratio(wrong, read, pages),
        **stated,
    }


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
