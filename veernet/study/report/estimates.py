"""Estimates of the study as the page shows them: lists, cut where a figure ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from veernet.study.arms import Arm
from veernet.study.comparison import Comparison
from veernet.study.report.figures import FIGURES, SETS, Figure, column_of, measures
from veernet.study.report.plain import plain
from veernet.study.statistics import Estimate


def estimate_arms(
    comparison: Comparison, profile: str, arms: Mapping[Arm, Mapping[int, str]]
) -> dict[str, list[Any]]:
    """Return every figure of every arm, laid out by figure.

    Parameters
    ----------
    comparison
        With the figures, draw by draw.
    profile
        Whose.
    arms
        Its arms, each with its runs by seed.

    Returns
    -------
    dict
        By column, see :func:`veernet.study.report.figures.column_of`, for each arm
        ``[mean, low, high, spread, [by seed]]``: the ends of the 95 per cent interval
        for new seeds and new pictures, cut at the bounds of the figure, and the
        standard deviation over seeds; None where there is none.
    """
    found: dict[str, list[Any]] = {}
    for which in SETS:
        scored = comparison.on(profile, which)
        for runs in arms.values():
            for measure in measures(scored.curve_labels):
                by_seed = scored.of_runs(runs, measure)[:, 0]
                own = told(scored.estimate(runs, measure), FIGURES[measure.name])
                row = [*own, plain(by_seed)]
                found.setdefault(column_of(which, measure), []).append(row)
    return found


def told(estimate: Estimate, figure: Figure | None = None) -> list[Any]:
    """Return value, low, high and spread, the ends cut at the bounds of a figure.

    An interval that covers all that the figure can be says nothing, and is left out.
    """
    low, high = estimate.low, estimate.high
    if figure is not None:
        least = -np.inf if figure.least is None else figure.least
        most = np.inf if figure.most is None else figure.most
        if low <= least and high >= most:
            low = high = float("nan")
        low, high = max(low, least), min(high, most)
    return list(plain([estimate.value, low, high, estimate.spread]))
