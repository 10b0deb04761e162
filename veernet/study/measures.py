"""Figures of runs, draw by draw: the sums of the pictures drawn, and ratios of them.

A figure that is a ratio of sums (pooled IoU, pooled R-squared) is computed anew from
the sums of each draw; it is no mean over pictures and is not drawn like one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from veernet.axes import Floats
from veernet.errors import InputError
from veernet.study.results import Study
from veernet.study.statistics import (
    COUNT,
    BootstrapDraws,
    Estimate,
    estimate,
    weighted_median,
)

BACKGROUND = "background"

ALL = "all classes"
"""Label of the mean over background and curves."""

Sums = Mapping[str, Floats]

OF_MASKS: dict[str, Callable[[Sums], Floats]] = {
    "iou": lambda s: s["both"] / (s["both"] + s["false"] + s["missed"]),
    "f1": lambda s: 2 * s["both"] / (2 * s["both"] + s["false"] + s["missed"]),
    "precision": lambda s: s["both"] / (s["both"] + s["false"]),
    "recall": lambda s: s["both"] / (s["both"] + s["missed"]),
    "image_iou": lambda s: s["image_iou"] / s["shown"],
    "image_f1": lambda s: s["image_f1"] / s["shown"],
    "true_share": lambda s: s["true"] / s["pixels"],
    "called_share": lambda s: (s["both"] + s["false"]) / s["pixels"],
    "expected_share": lambda s: s["expected"] / s["pixels"],
    "called_ratio": lambda s: (s["both"] + s["false"]) / s["true"],
    "expected_ratio": lambda s: s["expected"] / s["true"],
    "log_size": lambda s: np.log(s["expected"] / s["true"]),
    "nats": lambda s: s["nats"] / s["true"],
}
"""Figures of masks by name, of all pixels together or (``image_``) as means over the
pictures that show the class or call something it; ``nats`` is the mean cross-entropy of
its pixels, and a ratio is of the pixels called it, or expected to be (the sum of the
probability), over those that are."""

MEANS = ("mae", "mse", "filled_px", "hit", "coverage")
MEDIANS = {
    "median_mae": "mae",
    "median_px": "filled_px",
    "median_r_squared": "r_squared",
}
OF_CURVES = (*MEANS, *MEDIANS, "r_squared", "mean_r_squared")
"""Figures of curves by name: means and medians over them of errors in fractions of the
track at 300 even depths, gaps filled (``_px``: in pixels, all rows), R-squared of all
together, and the mean of each one's R-squared over those that vary."""

LOWER = frozenset({"mae", "mse", "filled_px", "median_mae", "median_px", "nats"})
"""Figures of which less is better."""

MASK_SUMS = (
    "both",
    "false",
    "missed",
    "true",
    "expected",
    "pixels",
    "nats",
    "image_iou",
    "image_f1",
    "shown",
)
SUMMED = 64
"""Tables of sums that are kept: those of an arm, and some to spare."""

KEPT = 4096
"""Figures of runs that are kept draw by draw: 0.13 GB with 4000 draws."""

ROUNDED = 0.01
"""Share by which a sum of one curve may differ between runs."""

POOLED = ("points", "error_squared", "truth_sum", "truth_squared")


@dataclass(frozen=True)
class Measure:
    """One figure of a run.

    Parameters
    ----------
    name
        Of ``OF_MASKS`` or ``OF_CURVES``.
    label
        Class or curve; None for the mean over the curves, ``ALL`` with background.
    tracer
        How the curve was read, for figures of curves.

    Raises
    ------
    InputError
        If there is no such figure, or a tracer is missing or is one too many.
    """

    name: str
    label: str | None = None
    tracer: str | None = None

    def __post_init__(self) -> None:
        if self.name not in OF_MASKS and self.name not in OF_CURVES:
            msg = (
                f"no figure is named {self.name}: give one of {[*OF_MASKS, *OF_CURVES]}"
            )
            raise InputError(msg)
        if (self.name in OF_CURVES) != (self.tracer is not None):
            msg = f"{self.name} read by {self.tracer}: figures of curves want a tracer"
            raise InputError(msg)

    @property
    def higher(self) -> bool:
        """Whether more is better."""
        return self.name not in LOWER

    def __str__(self) -> str:
        """Return it in words."""
        words = [self.label or "curves", self.name.replace("_", " ")]
        return " ".join([*words, *([f"({self.tracer})"] if self.tracer else [])])


class Resampled:
    """The figures of the runs of one profile on one set, draw by draw.

    Parameters
    ----------
    study
        Of one profile.
    which
        Set: ``held-out`` or ``test``.
    rng
        Of the draws.
    count
        Number of draws.

    Raises
    ------
    InputError
        If the runs are of several profiles or saw other pictures than one another, or
        there is nothing of that set.
    """

    def __init__(
        self,
        study: Study,
        which: Literal["held-out", "test"],
        rng: np.random.Generator,
        count: int = COUNT,
    ) -> None:
        profiles = study.runs["profile"].unique().tolist()
        masks = study.masks[study.masks["set"] == which]
        if len(profiles) != 1 or masks.empty:
            msg = f"runs of {profiles} on the set {which}: give one profile with scores"
            raise InputError(msg)
        pictures = masks.groupby("run")["picture"].nunique()
        if pictures.min() != pictures.max():
            msg = f"runs saw {sorted(set(pictures))} pictures: score them on the same"
            raise InputError(msg)
        self.runs = study.runs
        self.profile = str(profiles[0])
        labels = masks["label"].unique().tolist()
        self.curve_labels = tuple(label for label in labels if label != BACKGROUND)
        self.draws = BootstrapDraws(
            rng,
            pictures=int(pictures.iloc[0]),
            seeds=[int(seed) for seed in study.runs["seed"]],
            count=count,
        )
        self._masks = _Rows(_with_images(masks), ["run", "label"])
        curves = study.curves[study.curves["set"] == which]
        _check_truth(curves)
        self._curves = _Rows(curves, ["run", "label", "tracer"])
        self._kept: dict[tuple[str, Measure], Floats] = {}
        self._summed: dict[tuple[str | None, ...], Sums] = {}

    def of_run(self, run: str, measure: Measure) -> Floats:
        """Return a figure of a run, (1 + count,), the first as observed."""
        if (run, measure) not in self._kept:
            drawn = self._drawn(run, measure)
            while len(self._kept) >= KEPT:  # the oldest goes
                del self._kept[next(iter(self._kept))]
            self._kept[run, measure] = drawn
        return self._kept[run, measure]

    def of_runs(self, runs: Mapping[int, str], measure: Measure) -> Floats:
        """Return a figure of runs by seed, (seeds, 1 + count)."""
        return np.stack([self.of_run(run, measure) for run in runs.values()])

    def mean(self, runs: Mapping[int, str], measure: Measure) -> Floats:
        """Return the mean over seeds, (2, 1 + count): see :class:`BootstrapDraws`."""
        return self.draws.mean(self.of_runs(runs, measure), list(runs))

    def estimate(self, runs: Mapping[int, str], measure: Measure) -> Estimate:
        """Return the mean over seeds with its intervals."""
        values = self.of_runs(runs, measure)
        return estimate(self.draws.mean(values, list(runs)), values[:, 0])

    def contrast(
        self, parts: Sequence[tuple[float, Mapping[int, str]]], measure: Measure
    ) -> Estimate:
        """Return a weighted sum of arms, paired by seed and by picture.

        Parameters
        ----------
        parts
            Weight of each arm, and its runs by seed: 1 and -1 for a difference. Seeds
            that one of them lacks are left out.
        measure
            What is compared.

        Raises
        ------
        InputError
            If they have no seed in common.
        """
        common = common_seeds([runs for _, runs in parts])
        if not common:
            msg = "the arms have no seed in common: run them with the same seeds"
            raise InputError(msg)
        values = np.zeros((len(common), 1 + self.draws.count))
        for weight, runs in parts:
            values += weight * self.of_runs({s: runs[s] for s in common}, measure)
        return estimate(self.draws.mean(values, common), values[:, 0])

    def _drawn(self, run: str, measure: Measure) -> Floats:
        if measure.label in (None, ALL):
            paper = (BACKGROUND,) if measure.label == ALL else ()
            labels = (*paper, *self.curve_labels)
            each = [replace(measure, label=label) for label in labels]
            return np.asarray(np.mean([self.of_run(run, m) for m in each], axis=0))
        with np.errstate(invalid="ignore", divide="ignore"):
            if measure.name in OF_MASKS:
                key: tuple[str | None, ...] = (run, measure.label)
                sums = self._sums(key, self._masks, MASK_SUMS)
                return np.asarray(OF_MASKS[measure.name](sums))
            return self._of_curves((run, measure.label, measure.tracer), measure.name)

    def _of_curves(self, key: tuple[str | None, ...], name: str) -> Floats:
        if name in MEDIANS or name == "mean_r_squared":
            rows = self._curves.of(*key)
            values = rows[MEDIANS.get(name, "r_squared")].astype(np.float64)
            known = np.isfinite(values)
            at = rows["picture"][known]
            if name in MEDIANS:
                return weighted_median(values[known], self.draws.counts[at])
            of_pictures = np.zeros((self.draws.pictures.shape[1], 2))
            of_pictures[at] = np.column_stack([values[known], np.ones(len(at))])
            total, drawn = (self.draws.pictures @ of_pictures).T
            return np.asarray(total / drawn)
        sums = self._sums(key, self._curves, (*MEANS, *POOLED))
        if name in MEANS:
            return np.asarray(sums[name] / sums["drawn"])
        spread = sums["truth_squared"] - sums["truth_sum"] ** 2 / sums["points"]
        return np.asarray(1 - sums["error_squared"] / spread)

    def _sums(
        self, key: tuple[str | None, ...], table: _Rows, names: Sequence[str]
    ) -> Sums:
        """Return the sums of all columns, and of the pictures drawn, at once."""
        if key not in self._summed:
            while len(self._summed) >= SUMMED:  # the oldest goes
                del self._summed[next(iter(self._summed))]
            rows = table.of(*key)
            at = rows["picture"]
            values = np.zeros((self.draws.pictures.shape[1], len(names) + 1))
            for column, name in enumerate(names):
                values[at, column] = rows[name]
            values[at, -1] = 1
            sums = np.ascontiguousarray((self.draws.pictures @ values).T)
            self._summed[key] = dict(zip((*names, "drawn"), sums, strict=True))
        return self._summed[key]


class _Rows:
    """The rows of a table by key, found once."""

    def __init__(self, table: pd.DataFrame, keys: list[str]) -> None:
        self._columns: dict[str, Any] = {
            str(name): table[name].to_numpy() for name in table if name not in keys
        }
        self._places: dict[Any, Any] = dict(table.groupby(keys).indices)

    def of(self, *key: str | None) -> dict[str, Any]:
        if key not in self._places:
            msg = (
                f"nothing is scored of {', '.join(map(str, key))}: score the run again"
            )
            raise InputError(msg)
        places = self._places[key]
        return {name: values[places] for name, values in self._columns.items()}


def _check_truth(curves: pd.DataFrame) -> None:
    """Refuse runs that were scored on other curves than one another.

    A generator that has changed since draws other ones under the same seed. Sums of the
    truth tell them apart; those of packed runs are rounded.
    """
    by_curve = curves.groupby(["picture", "label"])["truth_sum"]
    least, most = by_curve.min(), by_curve.max()
    apart = (most - least) > ROUNDED * most
    if apart.any():
        picture, label = apart[apart].index[0]
        own = curves[(curves["picture"] == picture) & (curves["label"] == label)]
        ends = own["truth_sum"].idxmin(), own["truth_sum"].idxmax()
        first, other = (own.loc[end, "run"] for end in ends)
        msg = (
            f"{first} and {other} were scored on other curves (picture {picture}, "
            f"{label}): keep runs of other pictures in folders of their own"
        )
        raise InputError(msg)


def _with_images(masks: pd.DataFrame) -> pd.DataFrame:
    """Add IoU and F1 of each picture, and whether it shows or calls the class."""
    both, wrong = masks["both"], masks["false"] + masks["missed"]
    shown = (both + wrong) > 0
    return masks.assign(
        image_iou=(both / (both + wrong).where(shown, 1)),
        image_f1=(2 * both / (2 * both + wrong).where(shown, 1)),
        shown=shown,
    )


def common_seeds(arms: Sequence[Mapping[int, str]]) -> list[int]:
    """Return the seeds that all arms have, in rising order."""
    return sorted(set.intersection(*(set(runs) for runs in arms))) if arms else []
