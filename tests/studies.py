"""Studies with known figures: runs that were never trained, and score as told."""

from collections.abc import Callable, Container, Sequence
from typing import Any

import numpy as np
import pandas as pd

from veernet.study.arms import Arm, runs_of
from veernet.study.results import Study

LABELS = ("background", "solid", "dashed")
PIXELS, TRUE = 10_000, 150
PICTURES = 30

ScoresOf = Callable[[Arm, int], dict[str, Any]]


def study(
    arms: Sequence[Arm],
    scores_of: ScoresOf,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    profile: str = "small",
    seed: int = 0,
) -> Study:
    """Return a study whose runs score as told.

    Parameters
    ----------
    arms
        Of which each seed is one run.
    scores_of
        For an arm and a seed, any of ``iou`` of each curve (one number, or one for
        each), ``mae`` of each curve, ``size`` (expected over true pixels) and ``true``
        (pixels of a curve): else .5, .03, 1 and 150.
    """
    runs, masks, curves = {}, [], []
    for arm in arms:
        for number in (0,) if arm.loss == "none" else seeds:
            run = f"{profile}/{arm.name},seed={number}"
            runs[run] = _labels(arm, number, profile)
            scores = {"iou": 0.5, "mae": 0.03, "size": 1.0, "true": TRUE}
            scores |= scores_of(arm, number)
            masks += _masks(run, scores)
            curves += _curves(run, scores)
    # Errors that are larger on some pictures than on others, the same for all runs.
    noise = np.random.default_rng(seed).normal(0, 1, PICTURES)
    hard = 1 + 0.1 * (noise - noise.mean())
    errors = _everywhere(curves)
    own = hard[errors["picture"]]
    errors["mse"] = (errors["mae"] * own) ** 2
    errors["mae"] *= own
    errors["error_squared"] = 300 * errors["mse"]
    errors["truth_sum"] += errors["picture"] % 3
    return Study(
        runs_table(runs),
        _everywhere(masks),
        errors,
        pd.DataFrame({"run": [], "step": []}),
    )


def runs_table(runs: dict[str, dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(runs, orient="index").rename_axis("run")


def runs_only(arms: Sequence[Arm], profile: str = "small") -> pd.DataFrame:
    """Return the runs of a study without their scores."""
    return runs_table(
        {
            f"{profile}/{arm.name},seed={seed}": _labels(arm, seed, profile)
            for arm in arms
            for seed in ((0,) if arm.loss == "none" else (0, 1, 2))
        }
    )


def _everywhere(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows once for each set and picture."""
    table = pd.DataFrame(rows)
    whole = table.loc[table.index.repeat(2 * PICTURES)].reset_index(drop=True)
    times = np.arange(len(whole))
    return whole.assign(
        set=np.where(times % 2, "test", "held-out"), picture=times // 2 % PICTURES
    )


def _labels(arm: Arm, seed: int, profile: str) -> dict[str, Any]:
    dials = (arm.alpha or 0.3, arm.beta or 0.7)
    tversky = arm.loss == "tversky"
    return {
        "profile": profile,
        "loss": arm.loss,
        "optimizer": arm.optimizer,
        "averaging": arm.averaging,
        "lr": arm.lr or 4e-3,
        "base_lr": 4e-3,
        "alpha": dials[0] if tversky else None,
        "beta": dials[1] if tversky else None,
        "label_width": arm.label_width,
        "blank": arm.blank,
        "epochs": 7 if arm.optimizer == "entropy_sgd" else 10,
        "train_samples": 1600,
        "seed": seed,
        "device": "a device",
        "commit": "0123abc",
    }


def without(made: Study, arm: Arm, seeds: Container[int]) -> Study:
    """Return a study that lacks some seeds of an arm."""
    own = runs_of(made.runs, arm)
    gone = [run for seed, run in own.items() if seed in seeds]
    return Study(
        made.runs.drop(index=gone),
        made.masks[~made.masks["run"].isin(gone)],
        made.curves[~made.curves["run"].isin(gone)],
        made.history,
    )


def _both(value: float | tuple[float, float]) -> tuple[float, float]:
    return value if isinstance(value, tuple) else (value, value)


def _masks(run: str, scores: dict[str, Any]) -> list[dict[str, Any]]:
    """Each curve of so many pixels, as many of which are false as are missed."""
    rows, true = [], float(scores["true"])
    wrong = 0.0
    for label, iou in zip(LABELS[1:], _both(scores["iou"]), strict=True):
        both = true * 2 * iou / (1 + iou)
        wrong += true - both
        rows.append(_mask(run, label, both, true - both, true * scores["size"]))
    paper = PIXELS - 2 * true
    rows.append(_mask(run, LABELS[0], paper - wrong, wrong, paper))
    return rows


def _mask(
    run: str, label: str, both: float, wrong: float, expected: float
) -> dict[str, Any]:
    return {
        "run": run,
        "label": label,
        "both": both,
        "false": wrong,
        "missed": wrong,
        "pixels": PIXELS,
        "true": both + wrong,
        "expected": expected,
        "nats": 0.1 * (both + wrong),
    }


def _curves(run: str, scores: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "run": run,
            "label": label,
            "tracer": tracer,
            "mae": mae,
            "filled_px": 256 * mae,
            "hit": 0.9,
            "coverage": 1.0,
            "r_squared": 1 - 10 * mae,
            "points": 300,
            "truth_sum": 150.0,
            "truth_squared": 90.0,
        }
        for label, mae in zip(LABELS[1:], _both(scores["mae"]), strict=True)
        for tracer in ("dp", "skeleton", "rows")
    ]
