"""The report as one document of plain values: all that the page shows."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from veernet import __version__
from veernet.errors import InputError
from veernet.files import check_readable
from veernet.provenance import commit
from veernet.study.arms import (
    DIALS,
    FIVE,
    NOTHING,
    Arm,
    arms_of,
    base_rate,
    sample_gradients,
)
from veernet.study.claims import Claim
from veernet.study.comparison import READING, StudyComparison
from veernet.study.measures import BACKGROUND, OF_CURVES
from veernet.study.published import PUBLISHED, remarks
from veernet.study.report.compare import gaps, rank_losses, tuned
from veernet.study.report.experiments import Experiment, done
from veernet.study.report.figures import FIGURES, READINGS, SETS, estimate_arms, plain
from veernet.study.report.findings import findings
from veernet.study.report.landscapes import landscape_section
from veernet.study.report.losses import AWARENESS, FAMILIES, TUNING, title
from veernet.study.report.regions import Regions, regions_section
from veernet.study.report.theory import theory
from veernet.study.report.verdicts import verdicts
from veernet.study.results import Study
from veernet.study.statistics import COUNT

THEIRS = {
    "background": BACKGROUND,
    "curve 1": "solid",
    "curve 2": "dashed",
    "all classes": "all",
}
"""Our labels for what the references score."""


@dataclass(frozen=True)
class Sources:
    """What the report is made of beside the runs.

    Parameters
    ----------
    experiments
        What could be run.
    claims
        From :func:`veernet.study.report.verdicts.judged`.
    costs
        What ``scripts/loss_cost.py`` wrote, as :func:`read_costs` reads it.
    regions
        Scores of pictures with six classes.
    seed, count
        Of the draws behind every interval: those of the claims have the same.
    """

    experiments: Sequence[Experiment] = ()
    claims: Sequence[Claim] = ()
    costs: dict[str, Any] | None = None
    regions: Regions | None = None
    seed: int = 0
    count: int = COUNT


def make_document(study: Study, sources: Sources) -> dict[str, Any]:
    """Return everything that the page shows.

    Profiles stand side by side and are never averaged together.
    """
    comparison = StudyComparison(
        study, np.random.default_rng(sources.seed), sources.count
    )
    profiles = {
        str(name): _profile(str(name), part, comparison, sources)
        for name, part in study.runs.groupby("profile", sort=False)
    }
    # The largest first: it is what the page opens with.
    order = sorted(profiles, key=lambda p: -profiles[p]["about"]["samples"])
    document = {
        "made": {
            "date": time.strftime("%Y-%m-%d"),
            "version": __version__,
            "commit": commit(),
        },
        "losses": {name: asdict(family) for name, family in FAMILIES.items()},
        "five": FIVE,
        "map": {"awareness": AWARENESS, "tuning": TUNING},
        "figures": {name: asdict(figure) for name, figure in FIGURES.items()},
        "sets": SETS,
        "readings": READINGS,
        "quantities": QUANTITIES,
        "published": {"figures": _published(), "remarks": remarks()},
        "theory": theory(),
        "costs": sources.costs,
        "regions": regions_section(sources.regions),
        "claims": verdicts(sources.claims),
        "profiles": {name: profiles[name] for name in order},
    }
    return {"findings": findings(document), **document}


def _profile(
    name: str, runs: pd.DataFrame, comparison: StudyComparison, sources: Sources
) -> dict[str, Any]:
    arms = arms_of(runs)
    base = [own for arm, own in arms.items() if not arm.changed]
    history = comparison.study.history
    history = history[history["run"].isin(runs.index)]
    landscapes = comparison.study.landscapes
    measured = {run: landscapes[run] for run in runs.index if run in landscapes}
    return {
        "about": _about(runs, len(measured)),
        "experiments": _experiments(name, runs, sources.experiments),
        "arms": [_arm(arm, own, runs) for arm, own in arms.items()],
        "estimates": estimate_arms(comparison, name, arms),
        "history": training_curves(base, history),
        "ranks": rank_losses(comparison, name),
        "tuned": tuned(comparison, name, arms),
        "gaps": gaps(comparison, name, arms),
        "landscape": landscape_section(arms, comparison, name, measured),
    }


def _arm(arm: Arm, own: Mapping[int, str], runs: pd.DataFrame) -> dict[str, Any]:
    """Return an arm with every label as its runs had it."""
    labels = asdict(arm)
    loss = labels.pop("loss")
    if arm.lr is None and loss != NOTHING:
        labels["lr"] = base_rate(runs, loss, arm.optimizer)
    if loss == "tversky":
        labels["alpha"] = DIALS[0] if arm.alpha is None else arm.alpha
        labels["beta"] = DIALS[1] if arm.beta is None else arm.beta
    changed = [f"{n.replace('_', ' ')} {plain(labels[n])}" for n in arm.changed]
    return {
        "loss": loss,
        "labels": plain(labels),
        "runs": list(own.values()),
        "seeds": list(own),
        "changed": list(arm.changed),
        "gradients": sample_gradients(runs, own.values()),
        "title": ", ".join([title(loss), *changed]),
    }


def _about(runs: pd.DataFrame, landscapes: int) -> dict[str, Any]:
    """Return what produced the runs of a profile."""
    hardware = runs[["device", "cores", "threads"]].drop_duplicates()
    finished = runs["finished"].astype(str)
    return {
        "runs": len(runs),
        "samples": int((runs["train_samples"] * runs["epochs"].fillna(1)).max()),
        "pictures": int(runs["train_samples"].max()),
        "epochs": sorted({int(n) for n in runs["epochs"].dropna()}),
        "seeds": sorted({int(n) for n in runs["seed"]}),
        "minutes": plain([runs["minutes"].median(), runs["minutes"].sum()], 3),
        "hardware": [
            f"{row.device}, {row.cores} {_counted('core', row.cores)}, "
            f"{row.threads} {_counted('thread', row.threads)} a run"
            for row in hardware.itertuples()
        ],
        "trained": sorted({str(name) for name in runs["commit"]}),
        "scored": sorted({str(name) for name in runs["scored"]}),
        "dates": sorted({finished.min(), finished.max()}),
        "landscapes": landscapes,
    }


def _experiments(
    profile: str, runs: pd.DataFrame, experiments: Sequence[Experiment]
) -> list[dict[str, Any]]:
    """Return how much of each experiment of a profile was run.

    A profile without experiments of its own (the medium one) borrows the small ones.
    """
    own = [one for one in experiments if one.profile == profile]
    study = "" if own else f" study={profile}"
    own = own or [one for one in experiments if one.profile == "small"]
    return [
        {
            "name": one.name,
            "says": one.says,
            "command": one.command + study,
            "wanted": len(one.wanted),
            "done": done(one, runs),
        }
        for one in own
    ]


def _counted(word: str, count: object) -> str:
    return word if count == 1 else f"{word}s"


def _published() -> list[dict[str, Any]]:
    """Return the figures of the references under the labels of ours."""
    return [
        {
            "loss": one.loss or "any",
            "figure": one.figure,
            "label": THEIRS[one.of],
            "value": one.value,
            "note": one.note,
            "source": one.source,
            "comparable": one.comparable,
            "reading": READING if one.figure in OF_CURVES else None,
        }
        for one in PUBLISHED
    ]


def read_costs(path: Path) -> dict[str, Any]:
    """Read what ``scripts/loss_cost.py`` wrote.

    Raises
    ------
    InputError
        If the file holds something else.
    """
    check_readable(path)
    try:
        document = json.loads(path.read_text("utf-8"))
        found = {"conditions": document["conditions"], "losses": document["losses"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} cannot be read as costs: write it with scripts/loss_cost.py"
        raise InputError(msg) from error
    return dict(plain(found, 4))


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
