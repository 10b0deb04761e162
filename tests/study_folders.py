"""Made-up studies: folders of runs as the study leaves them, without any training."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from veernet.study.landscape.record import Landscape, write
from veernet.study.landscape.slices import Lines, Plane
from veernet.study.parts import CURVES, LANDSCAPE, MASKS, RUN, SCORED

CLASSES = ("background", "solid", "dashed")
PIXELS = 4096
SKILL = {
    "cross_entropy": 0.6,
    "dice": 0.8,
    "focal": 0.75,
    "lovasz": 0.7,
    "tversky": 0.85,
}
"""How much of the ink each loss finds."""


def write_run(
    folder: Path,
    loss: str,
    seed: int,
    *,
    profile: str = "small",
    pictures: int = 6,
    landscape: bool = False,
    name: str | None = None,
    **labels: Any,
) -> Path:
    """Write one run; the labels that are not given are those of the plain sweep."""
    rng = np.random.default_rng([seed, *f"{loss}{sorted(labels.items())}".encode()])
    dial = loss == "tversky"
    own: dict[str, Any] = {
        "profile": profile,
        "loss": loss,
        "optimizer": "adamw",
        "averaging": "none",
        "lr": 0.004,
        "alpha": 0.3 if dial else None,
        "beta": 0.7 if dial else None,
        "label_width": 3.0,
        "blank": 0,
        "epochs": 2,
        **labels,
    }
    changes = "".join(f",{key}={value}" for key, value in sorted(labels.items()))
    run = folder / (name or f"loss={loss},seed={seed}{changes}")
    run.mkdir(parents=True)
    made = {
        "arm": "background" if loss == "none" else "train",
        "train_samples": 100,
        "minutes": 1.5,
        "resumed": False,
        "finished": "2026-11-22",
        "version": "0.1.0",
        "commit": "abc1234",
        "device": "x86_64, AVX2",
        "cores": 2,
        "threads": 1,
    }
    settings = {f"rates.{own['optimizer']}": 0.004}
    document = {"labels": own, "seed": seed, **made, "settings": settings}
    (run / RUN).write_text(json.dumps(document), "utf-8")
    (run / SCORED).write_text('{"commit": "abc1235", "version": "0.1.0"}', "utf-8")
    skill = 0.0 if loss == "none" else SKILL.get(loss, 0.7) + rng.uniform(-0.03, 0.03)
    skill += 0.1 * (float(own["beta"] or 0.7) - 0.7)
    ink = 0.01 * float(own["label_width"]) / (2 if own["blank"] else 1)
    masks = [_masks(rng, which, pictures, skill, ink) for which in ("held-out", "test")]
    pd.concat(masks).to_parquet(run / MASKS, index=False)
    curves = [_curves(rng, which, pictures, skill) for which in ("held-out", "test")]
    pd.concat(curves).to_parquet(run / CURVES, index=False)
    if loss != "none":
        _log(rng, run, skill)
    if landscape:
        write(run / LANDSCAPE, _landscape(rng, skill))
    return run


def write_study(
    folder: Path, losses: Iterable[str], seeds: int = 2, **more: Any
) -> Path:
    """Write the runs of some losses in the plain setting."""
    for loss in losses:
        for seed in range(1 if loss == "none" else seeds):
            write_run(folder, loss, seed, **more)
    return folder


def _masks(
    rng: np.random.Generator, which: str, pictures: int, skill: float, ink: float
) -> pd.DataFrame:
    rows = []
    for picture in range(pictures):
        true = {label: int(PIXELS * ink) for label in CLASSES[1:]}
        found = {c: int(n * skill * rng.uniform(0.9, 1)) for c, n in true.items()}
        false = {c: int(n * skill * rng.uniform(0.1, 0.3)) for c, n in true.items()}
        missed = {c: true[c] - found[c] for c in true}
        true["background"] = PIXELS - sum(true.values())
        found["background"] = true["background"] - sum(false.values())
        false["background"], missed["background"] = (
            sum(missed.values()),
            sum(false.values()),
        )
        rows += [
            {
                "set": which,
                "picture": picture,
                "label": label,
                "both": found[label],
                "false": false[label],
                "missed": missed[label],
                "pixels": PIXELS,
                "true": true[label],
                "expected": found[label] + false[label] + 0.5,
                "nats": true[label] * 0.3,
            }
            for label in CLASSES
        ]
    return pd.DataFrame(rows)


def _curves(
    rng: np.random.Generator, which: str, pictures: int, skill: float
) -> pd.DataFrame:
    rows = []
    for picture in range(pictures):
        for label in CLASSES[1:]:
            for tracer in ("dp", "skeleton", "rows"):
                error = (1 - skill) * rng.uniform(0.05, 0.2)
                rows.append(
                    {
                        "set": which,
                        "picture": picture,
                        "label": label,
                        "tracer": tracer,
                        "rows": 64,
                        "coverage": skill,
                        "hit": skill,
                        "filled_px": 110 * error,
                        "mae": error,
                        "r_squared": 1 - 8 * error,
                        "points": 300,
                        "error_squared": 300 * error**2,
                        "truth_sum": 150.0,
                        "truth_squared": 90.0,
                    }
                )
    return pd.DataFrame(rows)


def _log(rng: np.random.Generator, run: Path, skill: float) -> None:
    steps = np.arange(0, 200, 20)
    rise = 1 - np.exp(-steps / 60)
    log = pd.DataFrame(
        {
            "step": steps,
            "train/loss": 1 - skill * rise,
            "val/loss": 1.05 - skill * rise,
            "val/iou/solid": skill * rise + rng.uniform(-0.02, 0.02, len(steps)),
            "val/iou/dashed": 0.8 * skill * rise,
            "gradient/foreground": 0.2 + 0.4 * rise,
            "gradient/band": 0.2 + 0.1 * rise,
            "gradient/background": 0.6 - 0.5 * rise,
        }
    )
    (run / "csv" / "version_0").mkdir(parents=True)
    log.to_csv(run / "csv" / "version_0" / "metrics.csv", index=False)


def _landscape(rng: np.random.Generator, skill: float) -> Landscape:
    deltas = (-0.8, -0.4, -0.2, 0.0, 0.2, 0.4, 0.8)
    width = 0.2 + 0.4 * skill + rng.uniform(-0.02, 0.02)
    probes = ("matched_cross_entropy", "one_minus_miou", "curve_mae", "loss/own")
    values: dict[str, list[list[float | None]]] = {
        probe: [
            [0.1 + (d / width) ** 2 * rng.uniform(0.9, 1.1) for d in deltas]
            for _ in range(3)
        ]
        for probe in probes
    }
    tilt = rng.uniform(-0.5, 0.5)
    grid = (-0.8, -0.4, 0.0, 0.4, 0.8)
    planes: dict[str, list[list[float | None]]] = {
        probe: [
            [0.1 + (a * a + b * b + tilt * a * b) / width**2 for b in grid]
            for a in grid
        ]
        for probe in probes
    }
    # A corner that overflowed, and one that lies lower than the trained weights.
    planes["loss/own"][0][0] = None
    planes["curve_mae"][1][3] = 0.05
    numbers: dict[str, float | None] = {}
    for probe in probes:
        numbers[f"basin/{probe}/mean"] = width
        numbers[f"basin/{probe}/median"] = None
        numbers[f"basin/{probe}/step"] = 0.1
    for measure in (
        "worst_l2",
        "asam",
        "adaptive_eigenvalue",
        "average",
        "keskar_0.001",
    ):
        numbers[f"{measure}/matched_cross_entropy"] = 1 / width + rng.uniform(0, 0.1)
    return Landscape(numbers, Lines(deltas, values), Plane(grid, planes), {"seed": 0})
