"""Which runs the experiments of a profile would make, and which of them are there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from veernet.report.arms import DIAL, NOMINAL, Arm

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
        Its configuration, and what the comment at the head of that says.
    profile
        Whose runs it makes.
    wanted
        For each run the labels that it sets, with its seed.
    """

    name: str
    says: str
    profile: str
    wanted: tuple[dict[str, Any], ...]

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


def done(experiment: Experiment, arms: Sequence[Arm]) -> int:
    """Return how many of the wanted runs the arms of its profile hold."""
    return sum(any(_is(arm, wanted) for arm in arms) for wanted in experiment.wanted)


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
    says = " ".join(itertools.takewhile(bool, notes))
    return Experiment(path.stem, says, studies[0], tuple(_product(params, fixed)))


def _product(params: dict[str, Any], fixed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    labels = {
        KEYS[name]: _values(value) for name, value in params.items() if name in KEYS
    }
    for values in itertools.product(*labels.values()):
        yield {**dict(zip(labels, values, strict=True)), **fixed}


def _values(value: object) -> list[Any]:
    return [yaml.safe_load(part.strip()) for part in _parts(value)]


def _parts(value: object) -> list[str]:
    return [part for part in str(value).split(",") if part.strip()]


def _is(arm: Arm, wanted: dict[str, Any]) -> bool:
    """Whether an arm has a wanted run, all else being as in the five-loss table."""
    own = {"loss": arm.loss, **arm.labels}
    dial = dict(zip(("alpha", "beta"), DIAL, strict=True))
    for name, value in wanted.items():
        if name != "seed" and not _same(own.get(name), value):
            return False
    for name in arm.changed:
        if name in wanted:
            continue
        if name in dial or name in NOMINAL or name == "lr":
            return False
    return int(wanted.get("seed", 0)) in arm.seeds


def _same(own: object, wanted: object) -> bool:
    # YAML 1.1 reads 1e-3 as text.
    try:
        return float(str(own)) == float(str(wanted))
    except ValueError:
        return str(own) == str(wanted)
