"""Comparisons of arms: ranks, the rate tuned by loss, gaps to Tversky, the dial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from veernet.report.arms import Arm
from veernet.report.estimates import summary
from veernet.report.figures import FIGURES
from veernet.report.losses import FIVE
from veernet.report.plain import plain
from veernet.study.ranks import ranks, tau_b

RANKED = (
    "test/iou/curves",
    "test/image_iou/curves",
    "test/f1/curves",
    "test/mae/curves/dp",
    "test/mae/curves/skeleton",
    "test/mae/curves/rows",
    "test/median_r_squared/curves/dp",
    "test/r_squared/curves/dp",
    "test/filled_px/curves/dp",
)
CHOSEN_BY = "held-out/mae/curves/dp"
"""By which the rate of a loss is chosen; the test set has no say."""

GAPS = (
    "test/iou/curves",
    "test/mae/curves/dp",
    "test/mae/curves/skeleton",
    "test/mae/curves/rows",
    "test/median_r_squared/curves/dp",
)


def better(column: str) -> int:
    """Return 1 where more is better, -1 where less is."""
    return FIGURES[column.split("/")[1]].better


def rank_losses(arms: Sequence[Arm], table: pd.DataFrame) -> dict[str, Any] | None:
    """Return the ranks of the losses by each figure, and how alike two orders are.

    The agreement is Kendall's tau of two orders of the means: 1 for the same order, -1
    for the reverse.
    """
    own = [arm for arm in arms if not arm.changed and arm.loss in FIVE]
    columns = [column for column in RANKED if column in table]
    if len(own) < 2 or not columns:
        return None
    means = {
        c: [float(table.loc[list(a.runs), c].mean()) for a in own] for c in columns
    }
    signed = {c: np.asarray(values) * better(c) for c, values in means.items()}
    return {
        "losses": [arm.loss for arm in own],
        "columns": columns,
        "ranks": {
            column: list(ranks(values, higher=better(column) > 0))
            for column, values in means.items()
        },
        "agreement": plain(
            [[float(tau_b(signed[a], signed[b])) for b in columns] for a in columns], 3
        ),
    }


def tuned(arms: Sequence[Arm], table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return for each of the five losses the arm of the best rate, and all rates."""
    found = []
    for loss in FIVE:
        own = [arm for arm in arms if arm.loss == loss and set(arm.changed) <= {"lr"}]
        if len(own) < 2 or CHOSEN_BY not in table:
            continue
        scores = [float(table.loc[list(arm.runs), CHOSEN_BY].mean()) for arm in own]
        order = np.argsort([float(arm.labels["lr"]) for arm in own])
        found.append(
            {
                "loss": loss,
                "arm": list(arms).index(own[int(np.nanargmin(scores))]),
                "rates": [own[i].labels["lr"] for i in order],
                "arms": [list(arms).index(own[i]) for i in order],
                "score": plain([scores[i] for i in order]),
            }
        )
    return found


def gaps(arms: Sequence[Arm], table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return how far each loss is from Tversky under each optimiser and average.

    A gap is the loss less Tversky, seed by seed; beside it stands by how much it moved
    from the gap of the plain sweep, with the interval of that.
    """
    methods: dict[tuple[str, str], dict[str, Arm]] = {}
    for arm in arms:
        if set(arm.changed) <= {"optimizer", "averaging"} and arm.loss in FIVE:
            key = (str(arm.labels["optimizer"]), str(arm.labels["averaging"]))
            methods.setdefault(key, {})[arm.loss] = arm
    plain_arms = methods.get(("adamw", "none"), {})
    found = []
    for (optimizer, averaging), by_loss in methods.items():
        if "tversky" not in by_loss:
            continue
        for loss, arm in by_loss.items():
            row: dict[str, Any] = {
                "optimizer": optimizer,
                "averaging": averaging,
                "loss": loss,
                "arm": list(arms).index(arm),
                "gap": {},
                "moved": {},
            }
            for column in GAPS:
                if column not in table or loss == "tversky":
                    continue
                row["gap"][column] = _contrast(table, column, arm, by_loss["tversky"])
                if (optimizer, averaging) != ("adamw", "none") and {
                    loss,
                    "tversky",
                } <= plain_arms.keys():
                    row["moved"][column] = _contrast(
                        table,
                        column,
                        arm,
                        by_loss["tversky"],
                        plain_arms[loss],
                        plain_arms["tversky"],
                    )
            found.append(row)
    return found


def _contrast(table: pd.DataFrame, column: str, *arms: Arm) -> list[Any] | None:
    """Return one less the other, less the same of two more, over common seeds."""
    by_seed: list[Mapping[int, str]] = [
        dict(zip(arm.seeds, arm.runs, strict=True)) for arm in arms
    ]
    common = sorted(set.intersection(*(set(runs) for runs in by_seed)))
    if not common:
        return None
    signs = (1, -1, -1, 1)
    parts = [
        sign * table.loc[[runs[s] for s in common], column].to_numpy(dtype=float)
        for sign, runs in zip(signs, by_seed, strict=False)
    ]
    return summary(np.sum(parts, axis=0))
