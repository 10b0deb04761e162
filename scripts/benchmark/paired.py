"""How this tool compares with the best baseline on the same curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.definitions import Definition
from benchmark.figures import HUGE, Figure, finite, interval, median
from benchmark.methods import OURS, PERFECT
from benchmark.scoring import CurveScore
from benchmark.summary import Verdict
from veernet.axes import Floats

SLACK = 0.05
"""Pixels by which this tool may be worse than the best baseline, in the median."""

ALL_BASELINES = "all"

Errors = dict[str, dict[tuple[str, str], float | None]]
"""By method, then by page and curve: an error, None for infinite."""


@dataclass(frozen=True)
class Paired:
    """How this tool compares with the best baseline on the same curves.

    Parameters
    ----------
    test, figure, among, baseline, curves
        What was compared, which baselines there were, with which, on how many curves.
    ours, theirs
        Medians.
    difference
        Median of ours less theirs, with its interval.
    times
        Theirs over ours, medians both, with its interval.
    """

    test: str
    figure: str
    among: str
    baseline: str
    curves: int
    ours: float | None
    theirs: float | None
    difference: Figure
    times: Figure


def compare(
    test: str,
    figure_name: str,
    values: Errors,
    among: str = ALL_BASELINES,
) -> Paired | None:
    """Compare this tool with the best baseline on the same curves.

    Parameters
    ----------
    test, figure_name, among
        What is compared, and which baselines there are.
    values
        Errors in pixels.

    Returns
    -------
    Paired or None
        None without a baseline.
    """
    table = {
        method: np.array([HUGE if v is None else min(v, HUGE) for v in own.values()])
        for method, own in values.items()
    }
    mine = table.pop(OURS, np.array([]))
    if not table or not mine.size:
        return None
    best = min(table, key=lambda name: (float(np.median(table[name])), name))
    pages = [page for page, _ in values[OURS]]
    both = np.stack([mine, table[best]], axis=1)
    away = both[:, 0] - both[:, 1]
    ours, theirs = (float(v) for v in np.median(both, axis=0))
    return Paired(
        test,
        figure_name,
        among,
        best,
        len(mine),
        finite(ours),
        finite(theirs),
        Figure(finite(median(away)), None, *interval(away, pages)),
        Figure(finite(float(_times(both))), None, *interval(both, pages, _times)),
    )


def paired_verdicts(given: Definition, paired: Paired) -> list[Verdict]:
    """Return whether this tool is no worse than the best baseline, or better enough.

    Nothing is asked with gaps filled, nor against some baselines only.
    """
    if paired.among != ALL_BASELINES or "filled" in paired.figure:
        return []
    words = f"{paired.figure} less that of {paired.baseline}, paired, <= {SLACK:g} px"
    gap = paired.difference
    found = [
        Verdict(
            given.name,
            words,
            gap.median,
            gap.low,
            gap.high,
            _is_within(paired),
        )
    ]
    if given.times_better is not None:
        times = paired.times
        found.append(
            Verdict(
                given.name,
                f"times better than {paired.baseline} >= {given.times_better:g}",
                times.median,
                times.low,
                times.high,
                # None is infinitely better.
                times.median is None or times.median >= given.times_better,
            )
        )
    return found


def _is_within(paired: Paired) -> bool:
    gap = paired.difference.median
    if gap is None:
        # Infinite: whoever left the curves unread is the worse one.
        return paired.ours is not None
    return gap <= SLACK


def errors_of(scores: Sequence[CurveScore], test: str, *, filled: bool) -> Errors:
    """Return by method, page and curve the MAE in pixels of a set."""
    found: Errors = {}
    for s in scores:
        if s.test == test and s.rows and s.method not in PERFECT:
            of = s.filled if filled else s.read
            found.setdefault(s.method, {})[s.page, s.mnemonic] = of.mae_px
    return found


def _times(both: Floats) -> np.floating:
    ours, theirs = np.median(both, axis=0)
    if theirs >= HUGE / 2:
        return np.float64(HUGE if ours < HUGE / 2 else 1.0)
    return np.float64(theirs / max(ours, 1e-6))
