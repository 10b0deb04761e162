"""The arms of one profile: runs that differ by nothing but their seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from veernet.study.results import ARM

NOMINAL: dict[str, Any] = {
    "optimizer": "adamw",
    "averaging": "none",
    "label_width": 3.0,
    "blank": 0,
}
"""Settings of the five-loss table, whatever the profile."""

DIAL = (0.3, 0.7)
"""Weights of Tversky in the five-loss table."""

VARIED = ("optimizer", "averaging", "lr", "alpha", "beta", "label_width", "blank")


@dataclass(frozen=True)
class Arm:
    """Runs of one setting.

    Parameters
    ----------
    loss
        By the name of its configuration.
    labels
        The other labels that may differ, None where one says nothing.
    runs, seeds
        One run for each seed, in the order of the seeds.
    changed
        Labels that differ from the five-loss table: none for an arm of that table.
    """

    loss: str
    labels: dict[str, Any]
    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    changed: tuple[str, ...]


def make_arms(runs: pd.DataFrame) -> list[Arm]:
    """Group the runs of one profile, the table's arms first.

    A setting and seed that was run twice under two names counts once.
    """
    rates = nominal_rates(runs)
    columns = [name for name in ARM if name not in ("profile", "epochs")]
    ordered = runs.sort_values(["loss", "seed"], kind="stable")
    arms: dict[tuple[Any, ...], dict[int, str]] = {}
    for name, row in ordered.iterrows():
        key = tuple(_clean(row[column]) for column in columns)
        arms.setdefault(key, {}).setdefault(int(row["seed"]), str(name))
    found = []
    for key, by_seed in arms.items():
        labels = dict(zip(columns, key, strict=True))
        loss = str(labels.pop("loss"))
        seeds = tuple(sorted(by_seed))
        changed = tuple(n for n in VARIED if _differs(loss, n, labels, rates))
        members = tuple(by_seed[seed] for seed in seeds)
        found.append(Arm(loss, labels, members, seeds, changed))
    return sorted(found, key=lambda arm: (len(arm.changed), arm.loss, str(arm.labels)))


def nominal_rates(runs: pd.DataFrame) -> dict[str, float]:
    """Return the learning rate that most runs of each optimiser have."""
    known = runs.dropna(subset=["lr"])
    return {
        str(name): float(group["lr"].mode().iloc[0])
        for name, group in known.groupby("optimizer")
    }


def _differs(
    loss: str, name: str, labels: dict[str, Any], rates: dict[str, float]
) -> bool:
    value = labels[name]
    if value is None:
        return False
    if name in ("alpha", "beta"):
        dial = dict(zip(("alpha", "beta"), DIAL, strict=True))
        return loss == "tversky" and float(value) != dial[name]
    if name == "lr":
        return float(value) != rates.get(str(labels["optimizer"]))
    return bool(value != NOMINAL[name])


def _clean(value: object) -> object:
    """Return None for what a table holds where a label says nothing."""
    return None if value is None or value != value else value  # noqa: PLR0124 - NaN
