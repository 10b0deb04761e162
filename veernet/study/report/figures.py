"""What each figure of the study is called, says and can be, and its estimates.

Numbers are cut to the digits that a page wants, and to what JSON knows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from veernet.study.arms import Arm
from veernet.study.comparison import READINGS as TRACERS
from veernet.study.comparison import StudyComparison
from veernet.study.measures import ALL, BACKGROUND, OF_CURVES, Measure
from veernet.study.statistics import Estimate

DIGITS = 5
"""Significant digits: more than any interval of the study resolves."""


def plain(value: Any, digits: int = DIGITS) -> Any:  # noqa: ANN401 - as JSON is
    """Return a value as JSON knows it, None where a number is not finite."""
    if isinstance(value, Mapping):
        return {str(key): plain(part, digits) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), digits)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(part, digits) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return rounded(value, digits)
    return value


def rounded(value: float, digits: int = DIGITS) -> float | int | None:
    """Return a number with so many significant digits, None if it is not finite."""
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


SETS: dict[Literal["test", "held-out"], str] = {
    "test": "test set: pictures of seeds that no training drew from",
    "held-out": "held-out set: a fifth of the pictures, never trained on",
}
READINGS = {
    "dp": "dynamic programme: this tool's tracer finds the best way through the map",
    "skeleton": "skeleton: the method of the references, a thinned mask (of what is "
    "likelier than not)",
    "rows": "rows: the most probable column of every row, however faint",
}
MEANS = {None: "curves", ALL: "all"}
"""Labels of the means over the curves, and over all classes."""


@dataclass(frozen=True)
class Figure:
    """What a figure is.

    Parameters
    ----------
    title, says
        For readers: a name, and a sentence.
    of
        Whether it is of masks or of curves; curves have a reading.
    better
        Which way is better: 1 up, -1 down, 0 for neither.
    digits
        After the decimal point.
    unit
        Empty for shares and ratios.
    least, most
        Bounds that no picture can make it pass, None where there is none.
    """

    title: str
    says: str
    of: Literal["mask", "curve"]
    better: int
    digits: int = 3
    unit: str = ""
    least: float | None = 0
    most: float | None = None


FIGURES: dict[str, Figure] = {
    "mae": Figure(
        "Curve error (MAE)",
        "Mean distance of the curve as read from the true one, at 300 even depths, as "
        "a fraction of the track's width; gaps are filled with straight lines.",
        "curve",
        -1,
        4,
    ),
    "median_mae": Figure(
        "Median curve error", "The same of the middle curve.", "curve", -1, 4
    ),
    "mse": Figure(
        "Curve error, squared (MSE)",
        "Mean squared distance at 300 even depths, in squares of the track's width.",
        "curve",
        -1,
        4,
    ),
    "median_r_squared": Figure(
        "R-squared, median curve",
        "Share of the middle curve's variation that the reading explains.",
        "curve",
        1,
        4,
        least=None,
        most=1,
    ),
    "r_squared": Figure(
        "R-squared, pooled",
        "Share of the variation of all curves together that the readings explain.",
        "curve",
        1,
        4,
        least=None,
        most=1,
    ),
    "mean_r_squared": Figure(
        "R-squared, mean",
        "Mean over the curves; a nearly straight curve that is missed can outweigh all "
        "others, so that it may fall far below zero.",
        "curve",
        1,
        least=None,
        most=1,
    ),
    "filled_px": Figure(
        "Error in pixels, mean",
        "Mean distance on all rows, gaps filled.",
        "curve",
        -1,
        2,
        "px",
    ),
    "median_px": Figure(
        "Error in pixels, median", "The same of the middle curve.", "curve", -1, 2, "px"
    ),
    "hit": Figure(
        "Rows within 3 px",
        "Share of the rows read within three pixels of the truth; unread is a miss.",
        "curve",
        1,
        most=1,
    ),
    "coverage": Figure(
        "Coverage", "Share of the rows that were read at all.", "curve", 1, most=1
    ),
    "iou": Figure(
        "IoU, pooled",
        "Intersection over union: pixels that are of the class and called it, over "
        "those that are or are called; all pictures together.",
        "mask",
        1,
        most=1,
    ),
    "image_iou": Figure(
        "IoU, mean of pictures", "The same by picture.", "mask", 1, most=1
    ),
    "f1": Figure(
        "F1, pooled", "Twice the shared pixels over true and called.", "mask", 1, most=1
    ),
    "image_f1": Figure(
        "F1, mean of pictures", "The same by picture.", "mask", 1, most=1
    ),
    "precision": Figure(
        "Precision", "Share of what is called the class that is.", "mask", 1, most=1
    ),
    "recall": Figure(
        "Recall", "Share of the class that is called so.", "mask", 1, most=1
    ),
    "nats": Figure(
        "Surprise",
        "Mean negative logarithm of the probability of the truth on the class.",
        "mask",
        -1,
        3,
        "nats",
    ),
    "true_share": Figure("True share", "Of all pixels.", "mask", 0, 4, most=1),
    "called_share": Figure("Called share", "Of all pixels.", "mask", 0, 4, most=1),
    "expected_share": Figure(
        "Expected share", "Mean probability over all pixels.", "mask", 0, 4, most=1
    ),
    "called_ratio": Figure(
        "Called over true area", "1 is the true size; above it, too full.", "mask", 0, 2
    ),
    "expected_ratio": Figure(
        "Expected over true area", "The same of the mean probability.", "mask", 0, 2
    ),
}


def measures(curves: Sequence[str]) -> tuple[Measure, ...]:
    """Return all that the page shows of runs whose curves have these labels."""
    labels = (BACKGROUND, *curves, None, ALL)
    return tuple(
        Measure(name, label, tracer)
        for name in FIGURES
        for label in ((*curves, None) if name in OF_CURVES else labels)
        for tracer in (TRACERS if name in OF_CURVES else (None,))
    )


def column_of(which: str, measure: Measure) -> str:
    """Return the name of a column: ``set/figure/label``, ``/reading`` for curves."""
    label = measure.label
    shown = MEANS[label] if label is None or label == ALL else label
    parts = [which, measure.name, shown]
    return "/".join([*parts, *([measure.tracer] if measure.tracer else [])])


def estimate_arms(
    comparison: StudyComparison, profile: str, arms: Mapping[Arm, Mapping[int, str]]
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
                own = plain_estimate(
                    scored.estimate(runs, measure), FIGURES[measure.name]
                )
                row = [*own, plain(by_seed)]
                found.setdefault(column_of(which, measure), []).append(row)
    return found


def plain_estimate(estimate: Estimate, figure: Figure | None = None) -> list[Any]:
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
