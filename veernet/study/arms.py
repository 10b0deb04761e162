"""The arms of the study: which runs make one, which are missing, and who ran them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from veernet.errors import InputError
from veernet.study.measures import common_seeds
from veernet.study.results import Study

FIVE = ("cross_entropy", "dice", "focal", "lovasz", "tversky")
"""The losses of the references."""

NOTHING = "none"
"""The loss of the arm that calls everything background."""

PROFILES = ("full", "tuned", "medium", "small")
"""The best first."""

DIALS = (0.3, 0.7)
"""Tversky's alpha on false and beta on missed ink, where the arm does not say."""


SEEDS = (0, 1, 2)
"""Of every sweep."""

OTHER_LOSSES = (
    "boundary_dice",
    "cldice_dice",
    "cross_entropy_dice",
    "cross_entropy_size_kl",
    "cross_entropy_size_l1",
    "cross_entropy_smooth",
    "cross_entropy_tversky",
    "cross_entropy_weighted",
    "dice_generalised",
    "dice_log",
    "dice_squared",
    "focal_075",
    "focal_dice",
    "jaccard",
    "skeleton_recall",
    "tversky_focal",
)
RATES = (1e-3, 2e-3, 8e-3, 1.6e-2)
"""Learning rates that are tried beside the plain one."""

DIAL = (0.1, 0.3, 0.7)
"""Weights of false positives, and of false negatives, in the Tversky index: each is
tried with each."""

WIDTHS = (1, 10, 30)
"""Pixels: widths of labels that are tried."""

OPTIMISERS = ("sgd", "asam", "sam_sgd", "entropy_sgd")
"""What the sweeps of the small profile try beside the plain arms."""


GRADIENTS = {"sam": 2, "asam": 2, "sam_sgd": 2, "entropy_sgd": 5}
"""Gradients that a step takes of each of its samples, by optimiser where not one."""


@dataclass(frozen=True)
class Arm:
    """A way of training; everything that is not said is as in the plain sweep.

    Parameters
    ----------
    loss, optimizer, averaging, label_width, blank
        Labels of its runs.
    lr
        None for the base rate of the optimiser, see :func:`base_rate`.
    alpha, beta
        None for ``DIALS``, where the loss is Tversky.
    """

    loss: str
    optimizer: str = "adamw"
    averaging: str = "none"
    label_width: float = 3.0
    blank: int = 0
    lr: float | None = None
    alpha: float | None = None
    beta: float | None = None

    @property
    def changed(self) -> tuple[str, ...]:
        """Labels in which it is not as the plain sweep."""
        plain = Arm(self.loss)
        own = [field.name for field in fields(self)]
        return tuple(n for n in own if getattr(self, n) != getattr(plain, n))

    @property
    def name(self) -> str:
        """Its loss, and in what it is not plain."""
        dials = (("alpha", self.alpha), ("beta", self.beta))
        parts = [
            self.loss,
            *([self.optimizer] if self.optimizer != "adamw" else []),
            *([self.averaging] if self.averaging != "none" else []),
            *([f"width {self.label_width:g}"] if self.label_width != 3 else []),
            *([f"blank {self.blank}"] if self.blank else []),
            *([f"rate {self.lr:g}"] if self.lr is not None else []),
            *(f"{dial} {value:g}" for dial, value in dials if value is not None),
        ]
        return ", ".join(parts)

    @property
    def experiment(self) -> str:
        """The experiment that trains it in the small profile."""
        stems = {
            "background": self.loss == NOTHING,
            "rates": self.lr is not None,
            "dial": self.alpha is not None or self.beta is not None,
            "blank": self.blank != 0,
            "imbalance": self.label_width != 3,
            self.averaging: self.averaging != "none",
            "sam": self.optimizer == "sam",
            "entropy": self.optimizer == "entropy_sgd",
            "optimizers": self.optimizer != "adamw",
            "losses": self.loss not in FIVE,
        }
        return (
            next((s for s, holds in stems.items() if holds), "five_losses") + "_small"
        )


@dataclass(frozen=True)
class RunProvenance:
    """What produced a figure: the profile, and machines and commits of its runs."""

    profile: str
    runs: int
    seeds: tuple[int, ...]
    devices: tuple[str, ...]
    commits: tuple[str, ...]


def of_profile(study: Study, profile: str) -> Study:
    """Return the runs of one profile.

    Raises
    ------
    InputError
        If it has none.
    """
    runs = study.runs[study.runs["profile"] == profile]
    if runs.empty:
        msg = f"no run is of the profile {profile}: give one of {profiles(study)}"
        raise InputError(msg)
    masks, curves, history = (
        table[table["run"].isin(runs.index)].reset_index(drop=True)
        for table in (study.masks, study.curves, study.history)
    )
    known = {run: found for run, found in study.landscapes.items() if run in runs.index}
    return Study(runs, masks, curves, history, known)


def profiles(study: Study) -> list[str]:
    """Return the profiles that have runs, the best first, then those of other names."""
    found = {str(name) for name in study.runs["profile"].unique()}
    known = [name for name in PROFILES if name in found]
    return [*known, *sorted(found.difference(known))]


def base_rate(runs: pd.DataFrame, loss: str, optimizer: str = "adamw") -> float | None:
    """Return the learning rate of the plain sweep of one profile.

    It is one for all losses in most profiles, and each loss's own in ``tuned``. None
    where the optimiser has no run with the loss.

    Raises
    ------
    InputError
        If the runs say several.
    """
    own = runs[(runs["optimizer"] == optimizer) & (runs["loss"] == loss)]
    found = own["base_lr"].dropna().astype(float).unique().tolist()
    if len(found) > 1:
        msg = (
            f"runs of {loss}, {optimizer} have the base rates {found}: keep them apart"
        )
        raise InputError(msg)
    return found[0] if found else None


def runs_of(runs: pd.DataFrame, arm: Arm) -> dict[int, str]:
    """Return the runs of an arm by seed, in a table of one profile.

    Of runs that differ in nothing but their name the shortest name stands: the dial at
    its plain point is the plain arm again.
    """
    wanted: dict[str, object] = {"loss": arm.loss}
    if arm.loss != NOTHING:  # whose other labels are those of nothing
        wanted |= {"optimizer": arm.optimizer, "averaging": arm.averaging}
    numbers: dict[str, float | None] = {
        "label_width": arm.label_width,
        "blank": arm.blank,
    }
    if arm.loss != NOTHING:
        rate = arm.lr
        numbers["lr"] = (
            base_rate(runs, arm.loss, arm.optimizer) if rate is None else rate
        )
    if arm.loss == "tversky":
        numbers["alpha"] = DIALS[0] if arm.alpha is None else arm.alpha
        numbers["beta"] = DIALS[1] if arm.beta is None else arm.beta
    kept = np.ones(len(runs), dtype=bool)
    for label, value in wanted.items():
        kept &= (runs[label] == value).to_numpy()
    for label, number in numbers.items():
        if number is not None:
            own = pd.to_numeric(runs[label]).to_numpy(dtype=float)
            kept &= np.isclose(own, number)
    found: dict[int, str] = {}
    for run in sorted(runs.index[kept], key=lambda name: (len(name), name)):
        found.setdefault(int(runs.loc[run, "seed"]), str(run))
    return dict(sorted(found.items()))


def arms_of(runs: pd.DataFrame) -> dict[Arm, dict[int, str]]:
    """Return every arm of one profile with its runs by seed, the plain ones first."""
    trained = runs[runs["loss"] != NOTHING]
    pairs = trained[["loss", "optimizer"]].dropna().drop_duplicates()
    rates = {(str(n), str(o)): base_rate(runs, n, o) for n, o in pairs.to_numpy()}
    arms = {arm_of(row, rates) for row in runs.to_dict("records")}
    ordered = sorted(arms, key=lambda arm: (len(arm.changed), arm.loss, arm.name))
    return {arm: runs_of(runs, arm) for arm in ordered}


def arm_of(
    labels: Mapping[Hashable, Any],
    rates: Mapping[tuple[str, str], float | None] | None = None,
) -> Arm:
    """Return the arm that labels are of; one that says nothing is as in the sweep.

    Parameters
    ----------
    labels
        By name, of a run or of what an experiment sets: numbers may be text.
    rates
        By loss and optimiser the rate that is its base; no rate is unless given.
    """
    said = {str(n): v for n, v in labels.items() if v is not None and v == v}  # noqa: PLR0124 - NaN
    loss = str(said["loss"])
    if loss == NOTHING:  # which nothing trains
        said = {n: v for n, v in said.items() if n in ("label_width", "blank")}
    optimizer = str(said.get("optimizer", "adamw"))
    rate = float(said["lr"]) if "lr" in said else None
    base = (rates or {}).get((loss, optimizer))
    if rate is not None and base is not None and np.isclose(rate, base):
        rate = None
    dial: list[float | None] = [None, None]
    if loss == "tversky":
        pairs = zip(("alpha", "beta"), DIALS, strict=True)
        weights = [(float(said.get(name, plain)), plain) for name, plain in pairs]
        dial = [None if np.isclose(own, plain) else own for own, plain in weights]
    return Arm(
        loss,
        optimizer,
        str(said.get("averaging", "none")),
        float(said.get("label_width", 3)),
        int(said.get("blank", 0)),
        rate,
        *dial,
    )


def lacking(runs: pd.DataFrame, arms: Sequence[Arm], seeds: int = 2) -> list[Arm]:
    """Return the arms with fewer seeds than wanted; one is enough for doing nothing."""
    return [
        arm
        for arm in arms
        if len(runs_of(runs, arm)) < (1 if arm.loss == NOTHING else seeds)
    ]


def best_profile(study: Study, arms: Sequence[Arm]) -> str | None:
    """Return the best profile in which all arms have two seeds in common, if any."""
    for profile in profiles(study):
        runs = study.runs[study.runs["profile"] == profile]
        trained = [runs_of(runs, arm) for arm in arms if arm.loss != NOTHING]
        if not lacking(runs, arms) and len(common_seeds(trained)) >= 2:
            return profile
    return None


def wanting(study: Study, arms: Sequence[Arm]) -> tuple[str, ...]:
    """Return the experiments to run where no profile has all arms.

    They are those of the profile that lacks the fewest arms; all of them where each arm
    has its seeds and they are not the same.
    """
    gaps = [
        lacking(study.runs[study.runs["profile"] == profile], arms)
        for profile in profiles(study)
    ]
    fewest = min(gaps, key=len) or list(arms)
    return tuple(sorted({arm.experiment for arm in fewest}))


def provenance(runs: pd.DataFrame, names: Sequence[str]) -> RunProvenance:
    """Return what produced some runs of one profile."""
    own = runs.loc[sorted(set(names))]
    return RunProvenance(
        profile=str(own["profile"].iloc[0]),
        runs=len(own),
        seeds=tuple(sorted({int(seed) for seed in own["seed"]})),
        devices=tuple(sorted({str(device) for device in own["device"]})),
        commits=tuple(sorted({str(commit) for commit in own["commit"]})),
    )


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
