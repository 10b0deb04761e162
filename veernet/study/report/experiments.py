"""Which runs the experiments of a profile would make, and which of them are there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from veernet.study.arms import Arm, arm_of, runs_of

KEYS = {
    "loss": "loss",
    "seed": "seed",
    "optimizer": "optimizer",
    "averaging": "averaging",
    "optimizer.lr": "lr",
    "loss.alpha": "alpha",
    "loss.beta": "beta",
    "data.label_width": "label_width",
    "data.blank": "blank",
}
"""Labels that the overrides of a sweep set."""


@dataclass(frozen=True)
class Experiment:
    """A sweep of the study.

    Parameters
    ----------
    name, says
        Its configuration, and the first sentence of the comment at the head of that.
    profile
        Whose runs it makes.
    wanted
        For each run its arm and seed.
    """

    name: str
    says: str
    profile: str
    wanted: tuple[tuple[Arm, int], ...]

    @property
    def command(self) -> str:
        """Return what makes the runs, or those that are missing."""
        return f"veernet train experiment={self.name}"


def read_experiments(folder: Path) -> list[Experiment]:
    """Read the experiments of the study from a folder of configurations.

    They are read as plain YAML: nothing that they name is called.
    """
    return sorted(
        (
            found
            for path in folder.glob("experiment/*.yaml")
            if (found := _experiment(path)) is not None
        ),
        key=lambda experiment: experiment.name,
    )


def done(experiment: Experiment, runs: pd.DataFrame) -> int:
    """Return how many of the wanted runs are among those of its profile."""
    return sum(seed in runs_of(runs, arm) for arm, seed in experiment.wanted)


def _experiment(path: Path) -> Experiment | None:
    text = path.read_text("utf-8")
    document = yaml.safe_load(text)
    studies = [
        entry["override /study"]
        for entry in document.get("defaults", ())
        if isinstance(entry, dict) and "override /study" in entry
    ]
    if not studies:
        return None
    params = document.get("hydra", {}).get("sweeper", {}).get("params", {})
    fixed = document.get("call", {}).get("labels", {})
    notes = [line[1:].strip() for line in text.splitlines() if line.startswith("#")]
    notes = [line for line in notes if not line.startswith("@")]
    says = re.split(r"(?<=[.]) ", " ".join(itertools.takewhile(bool, notes)))[0]
    wanted = ({**labels, **fixed} for labels in _product(params))
    return Experiment(
        path.stem,
        says,
        studies[0],
        tuple((arm_of(labels), int(labels.get("seed", 0))) for labels in wanted),
    )


def _product(params: dict[str, Any]) -> Iterator[dict[str, str]]:
    labels = {
        KEYS[name]: [part.strip() for part in str(value).split(",") if part.strip()]
        for name, value in params.items()
        if name in KEYS
    }
    for values in itertools.product(*labels.values()):
        yield dict(zip(labels, values, strict=True))
