"""Every figure of every run in one wide table, and what each figure is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from veernet.study.results import Study, curve_figures, mask_figures

SETS = {
    "test": "test set: pictures of seeds that no training drew from",
    "held-out": "held-out set: a fifth of the pictures, never trained on",
}
READINGS = {
    "dp": "dynamic programme: this tool's tracer finds the best way through the map",
    "skeleton": "skeleton: the method of the references, a thinned mask",
    "rows": "rows: the most probable column of every row, however faint",
}
CURVES = "curves"
"""Label of the mean over the classes that are curves."""
ALL = "all"
"""Label of the mean over all classes, background included."""


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
    """

    title: str
    says: str
    of: Literal["mask", "curve"]
    better: int
    digits: int = 3
    unit: str = ""


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
    ),
    "r_squared": Figure(
        "R-squared, pooled",
        "Share of the variation of all curves together that the readings explain.",
        "curve",
        1,
        4,
    ),
    "mean_r_squared": Figure(
        "R-squared, mean",
        "Mean over the curves; a nearly straight curve that is missed can outweigh all "
        "others, so that it may fall far below zero.",
        "curve",
        1,
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
    ),
    "coverage": Figure(
        "Coverage", "Share of the rows that were read at all.", "curve", 1
    ),
    "iou": Figure(
        "IoU, pooled",
        "Intersection over union: pixels that are of the class and called it, over "
        "those that are or are called; all pictures together.",
        "mask",
        1,
    ),
    "image_iou": Figure("IoU, mean of pictures", "The same by picture.", "mask", 1),
    "f1": Figure(
        "F1, pooled", "Twice the shared pixels over true and called.", "mask", 1
    ),
    "image_f1": Figure("F1, mean of pictures", "The same by picture.", "mask", 1),
    "precision": Figure(
        "Precision", "Share of what is called the class that is.", "mask", 1
    ),
    "recall": Figure("Recall", "Share of the class that is called so.", "mask", 1),
    "nats": Figure(
        "Surprise",
        "Mean negative logarithm of the probability of the truth on the class.",
        "mask",
        -1,
        3,
        "nats",
    ),
    "true_share": Figure("True share", "Of all pixels.", "mask", 0, 4),
    "called_share": Figure("Called share", "Of all pixels.", "mask", 0, 4),
    "expected_share": Figure(
        "Expected share", "Mean probability over all pixels.", "mask", 0, 4
    ),
    "called_ratio": Figure(
        "Called over true area", "1 is the true size; above it, too full.", "mask", 0, 2
    ),
    "expected_ratio": Figure(
        "Expected over true area", "The same of the mean probability.", "mask", 0, 2
    ),
}


def figure_table(study: Study) -> pd.DataFrame:
    """Return the figures of a study, indexed by run.

    Returns
    -------
    DataFrame
        Columns are named ``set/figure/label`` for masks, ``set/figure/label/reading``
        for curves; the labels ``curves`` and ``all`` are means over classes.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        masks = mask_figures(study.masks)
        masks["called_ratio"] = masks["called_share"] / masks["true_share"]
        masks["expected_ratio"] = masks["expected_share"] / masks["true_share"]
        curves = curve_figures(study.curves)
        by_curve = study.curves.groupby(["run", "set", "label", "tracer"])
        curves["mean_r_squared"] = by_curve["r_squared"].mean()
    lines = masks[masks.index.get_level_values("label") != "background"]
    masks = pd.concat([masks, _mean_of(lines, CURVES), _mean_of(masks, ALL)])
    curves = pd.concat([curves, _mean_of(curves, CURVES)])
    return pd.concat([_wide(masks), _wide(curves)], axis="columns").sort_index()


def _mean_of(figures: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the mean over the labels, as a label of its own."""
    others = [name for name in figures.index.names if name != "label"]
    mean = figures.groupby(level=others).mean()
    mean["label"] = label
    return mean.set_index("label", append=True).reorder_levels(
        [str(n) for n in figures.index.names]
    )


def _wide(figures: pd.DataFrame) -> pd.DataFrame:
    """Lay (run, set, label, ...) by figure out as a row for each run."""
    figures = figures[[name for name in FIGURES if name in figures]]
    levels = [name for name in figures.index.names if name != "run"]
    wide = pd.DataFrame(figures.unstack(levels))  # noqa: PD010 - an index, no pivot
    wide.columns = pd.Index(
        ["/".join([key[1], key[0], *key[2:]]) for key in wide.columns]
    )
    return wide
