"""Figures of runs straight from their tables: what draws are checked against."""

from __future__ import annotations

import pandas as pd


def mask_figures(masks: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of masks by run, set and label.

    Returns
    -------
    DataFrame
        Indexed by run, set, label: ``iou``, ``f1``, ``precision``, ``recall`` of all
        pixels together; ``image_iou``, ``image_f1`` as means over the pictures that
        show the class or call something it; the shares of all pixels that are of the
        class (``true_share``), are called it (``called_share``) and are expected to be
        (``expected_share``, the mean probability); and ``nats``, the mean cross-entropy
        of its pixels.
    """
    keys = ["run", "set", "label"]
    counts = masks.groupby(keys)[
        ["both", "false", "missed", "pixels", "true", "expected", "nats"]
    ].sum()
    both, false, missed = counts["both"], counts["false"], counts["missed"]
    each = masks.assign(
        image_iou=masks["both"] / (masks["both"] + masks["false"] + masks["missed"]),
        image_f1=2
        * masks["both"]
        / (2 * masks["both"] + masks["false"] + masks["missed"]),
    )
    return pd.DataFrame(
        {
            "iou": both / (both + false + missed),
            "f1": 2 * both / (2 * both + false + missed),
            "precision": both / (both + false),
            "recall": both / (both + missed),
            "true_share": counts["true"] / counts["pixels"],
            "called_share": (both + false) / counts["pixels"],
            "expected_share": counts["expected"] / counts["pixels"],
            "nats": counts["nats"] / counts["true"],
        }
    ).join(each.groupby(keys)[["image_iou", "image_f1"]].mean())


def curve_figures(curves: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of curves by run, set, label and tracer.

    Returns
    -------
    DataFrame
        Indexed by run, set, label, tracer: means over the curves of ``mae`` and ``mse``
        (fractions of the track at 300 even depths, gaps filled), ``filled_px`` (pixels,
        all rows), ``hit`` and ``coverage``; medians ``median_mae``, ``median_px``,
        ``median_r_squared``; and ``r_squared``, of all curves together.
    """
    keys = ["run", "set", "label", "tracer"]
    by_curve = curves.groupby(keys)
    means = by_curve[["mae", "mse", "filled_px", "hit", "coverage"]].mean()
    medians = by_curve[["mae", "filled_px", "r_squared"]].median()
    sums = by_curve[["points", "error_squared", "truth_sum", "truth_squared"]].sum()
    spread = sums["truth_squared"] - sums["truth_sum"] ** 2 / sums["points"]
    return means.assign(
        median_mae=medians["mae"],
        median_px=medians["filled_px"],
        median_r_squared=medians["r_squared"],
        r_squared=1 - sums["error_squared"] / spread,
    )
