"""What arms were given to learn from: equal sample steps are not equal gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from veernet.study.arms import NOTHING, Arm

GRADIENTS = {"sam": 2, "asam": 2, "sam_sgd": 2, "entropy_sgd": 5}
"""Gradients that a step takes of each of its samples, by optimiser where not one."""


def gradients_a_step(optimizer: str) -> int:
    """Return how many gradients of each sample a step of an optimiser takes."""
    return GRADIENTS.get(optimizer, 1)


def sample_gradients(runs: pd.DataFrame, names: Iterable[str]) -> int | None:
    """Return how many gradients of a sample each run of an arm took.

    0 where nothing was trained, None where the runs do not say their epochs.

    Parameters
    ----------
    runs
        Of a study, indexed by name.
    names
        Runs of one arm, which have all but the seed in common.
    """
    first = runs.loc[next(iter(names))]
    if first["loss"] == NOTHING:
        return 0
    if pd.isna(first["epochs"]):
        return None
    steps = int(first["train_samples"]) * int(first["epochs"])
    return steps * gradients_a_step(str(first["optimizer"]))


def told(runs: pd.DataFrame, arms: Mapping[Arm, Iterable[str]]) -> str:
    """Return a sentence on what the arms took, by optimiser; empty where none says.

    Parameters
    ----------
    runs
        Of a study, indexed by name.
    arms
        With their runs.
    """
    taken: dict[str, set[int]] = {}
    for arm, names in arms.items():
        gradients = sample_gradients(runs, names)
        if gradients:
            taken.setdefault(arm.optimizer, set()).add(gradients)
    parts = [
        f"{optimizer} {' or '.join(f'{count:,}' for count in sorted(counts))}"
        for optimizer, counts in taken.items()
    ]
    return f"Gradients of a sample a run: {', '.join(parts)}." if parts else ""
