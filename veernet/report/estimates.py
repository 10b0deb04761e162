"""Each figure of each arm: the mean over seeds, its spread and its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from veernet.axes import Floats
from veernet.report.arms import Arm
from veernet.report.plain import plain
from veernet.study.statistics import t_interval


def estimate_arms(arms: Sequence[Arm], table: pd.DataFrame) -> dict[str, Any]:
    """Return every figure of every arm, laid out by figure.

    Parameters
    ----------
    arms
        Of one profile.
    table
        From :func:`veernet.report.figures.figure_table`.

    Returns
    -------
    dict
        By column of the table, for each arm ``[mean, low, high, spread, [by seed]]``:
        the ends of the 95 per cent t-interval for new seeds and the standard deviation
        over seeds, None for a single one.
    """
    by_arm = [table.loc[list(arm.runs)].to_numpy(dtype=float) for arm in arms]
    return {
        str(name): [summary(values[:, index]) for values in by_arm]
        for index, name in enumerate(table.columns)
    }


def summary(by_seed: Floats) -> list[Any]:
    """Return mean, low, high, spread and the values of the seeds."""
    low, high = t_interval(by_seed.tolist())
    spread = float(np.std(by_seed, ddof=1)) if len(by_seed) > 1 else float("nan")
    return list(plain([float(np.mean(by_seed)), low, high, spread, by_seed]))
