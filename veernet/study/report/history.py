"""What runs logged while they trained, thinned to what a figure can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from veernet.study.report.plain import plain

POINTS = 60
"""At most so many of each line: epochs and measurements, not every step."""

QUANTITIES = {
    "train/loss": "the run's own loss, training (scales differ between losses)",
    "val/loss": "the run's own loss, held-out (scales differ between losses)",
    "val/iou/solid": "IoU of the solid curve, held-out",
    "val/iou/dashed": "IoU of the dashed curve, held-out",
    "val/f1/solid": "F1 of the solid curve, held-out",
    "val/f1/dashed": "F1 of the dashed curve, held-out",
    "val/curve_mae/solid": "mean error of the solid curve, held-out, px",
    "val/curve_mae/dashed": "mean error of the dashed curve, held-out, px",
    "val/hit@3/solid": "rows of the solid curve within 3 px, held-out",
    "val/hit@3/dashed": "rows of the dashed curve within 3 px, held-out",
    "gradient/foreground": "share of the gradient on ink",
    "gradient/band": "share of the gradient on the hard band beside ink",
    "gradient/background": "share of the gradient on easy background",
}


def training_curves(
    arms: Sequence[Mapping[int, str]], history: pd.DataFrame
) -> dict[str, Any]:
    """Return by quantity, for each arm, a line ``[steps, values]`` for each seed.

    Parameters
    ----------
    arms
        The runs of each by seed.
    history
        As in :class:`veernet.study.results.Study`.
    """
    by_run = {str(name): part for name, part in history.groupby("run")}
    found: dict[str, Any] = {}
    for quantity in QUANTITIES:
        if quantity not in history:
            continue
        lines = [
            [_line(by_run.get(run), quantity) for run in arm.values()] for arm in arms
        ]
        if any(line[0] for arm in lines for line in arm):
            found[quantity] = lines
    return found


def _line(run: pd.DataFrame | None, quantity: str) -> list[Any]:
    """Return steps and values; a run that was resumed logged some steps twice."""
    if run is None or quantity not in run:
        return [[], []]
    known = run[["step", quantity]].dropna().drop_duplicates("step", keep="last")
    known = known.sort_values("step")
    chosen = np.unique(np.linspace(0, len(known) - 1, min(POINTS, len(known))).round())
    kept = known.iloc[chosen.astype(int)]
    return list(plain([kept["step"].to_numpy(dtype=int), kept[quantity].to_numpy()], 4))
