"""Fit the correction of centroids: how far from that of its stroke a curve runs.

    python scripts/fit_correction.py --strips 800 --processes 2

Strips of the training stream are drawn and followed with the release network. In each
row of a path the truth tells how far the curve is from the centroid. A perceptron is
fitted to the features of :mod:`veernet.trace.correction`, scored on strips that it has
not seen, and written with its provenance beside it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from torch import nn
from tqdm import tqdm

from benchmark.cases import draw_case
from veernet import __version__
from veernet.axes import Floats
from veernet.engines import Engine, load_engine
from veernet.files import write_text
from veernet.segment import segment
from veernet.synth.curves import Manner
from veernet.synth.degrade import Scanner
from veernet.synth.recipe import Recipe
from veernet.trace.correction import (
    FEATURES,
    LAYERS,
    MODEL,
    CorrectionModel,
    Single,
    features,
    mirrored,
)
from veernet.trace.corridors import Corridor, DecodedPath
from veernet.trace.decoding import follow_stroke
from veernet.trace.paths import decode_paths, others_of
from veernet.trace.programme import Costs

OUT = Path(__file__).resolve().parents[1] / "veernet" / "trace" / MODEL

WIDTHS = (256, 384, 512, 768)
"""Columns of the strips, in turn."""

SEVERITIES = (0.5, 1.0, 1.5)
"""How hard scanners are on them, in turn."""

SAME_CURVE = 9
"""Rows over which the curve of a path is the one that is nearest to it."""

ON_CURVE = 25.0
"""Columns from a path, in the median of those rows, within which a curve is its own."""

OF_STROKE = 15.0
"""Columns, or the reach where that is more, beyond which a path has left its curve:
nothing in the stroke would tell."""

HELD_OUT = 10
"""Every so many strips one is not fitted to."""

HIDDEN = (96, 48)
BATCH = 1024
RATE, DECAY = 3e-3, 1e-2
LENIENCE = 0.1
"""Weight of an error falls by so much for each column of reach: what counts is to be
within a few columns."""


@dataclass(frozen=True)
class Samples:
    """Rows of paths with known truth.

    Parameters
    ----------
    features, reach
        See :func:`veernet.trace.correction.features`.
    away
        (n,) columns from the centroid to the curve.
    strip
        (n,) number of the strip.
    """

    features: Single
    reach: Single
    away: Single
    strip: NDArray[np.int64]

    def those(self, chosen: NDArray[np.bool_]) -> Samples:
        """Return some of the samples."""
        return Samples(
            self.features[chosen],
            self.reach[chosen],
            self.away[chosen],
            self.strip[chosen],
        )

    @classmethod
    def joined(cls, parts: Sequence[Samples]) -> Samples:
        """Return the samples of several strips as one."""
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.reach for part in parts]),
            np.concatenate([part.away for part in parts]),
            np.concatenate([part.strip for part in parts]),
        )


def recipe_of(strip: int) -> Recipe:
    """Return what a strip is drawn from: half are lively prints, as plotters draw."""
    manner = Manner(
        plotters=0.7,
        rock=0.35,
        array=0.08,
        hairline=0.35,
        broad=0.3,
        once=0.4,
        edge=0.08,
    )
    rough = replace(
        manner,
        counted=0.6,
        spiky=0.25,
        samples_per_foot=(1.0, 2.0, 2.0, 2.0, 2.0, 4.0, 6.56),
    )
    half = strip // 2
    return Recipe(
        rows=640,
        columns=WIDTHS[half % len(WIDTHS)],
        curves=(1, 4),
        relation="free" if half % 3 == 0 else "separate",
        whole_track=True,
        dpi=(75.0, 400.0),
        inches=(2.0, 5.0, 5.0, 5.0, 10.0) if strip % 2 else (1.0, 2.0, 5.0, 5.0, 10.0),
        rows_per_foot=(3.0, 30.0) if strip % 2 else (1.0, 40.0),
        scanner=Scanner(clean=0.35, severity=SEVERITIES[half % len(SEVERITIES)]),
        manner=rough if strip % 2 else manner,
    )


@cache
def _engine() -> Engine:
    return load_engine()


def collect(strip: int, seed: int) -> Samples | None:
    """Draw a strip and follow it; return the rows of which the truth is known."""
    torch.set_num_threads(1)
    case = draw_case(recipe_of(strip), strip, seed, "train")
    costs = Costs()
    evidence = segment(case.panel, _engine())
    _, corridors, paths = decode_paths(case.panel, evidence, costs, correct=False)
    truth = case.on_panel(case.truth)
    parts = [
        part
        for index, corridor in enumerate(corridors)
        for part in samples_of(strip, corridor, others_of(paths, index), truth, costs)
    ]
    return Samples.joined(parts) if parts else None


def samples_of(
    strip: int,
    corridor: Corridor,
    others: Sequence[DecodedPath],
    truth: Floats,
    costs: Costs,
) -> Iterator[Samples]:
    """Yield the samples of one path, whichever curve it is on."""
    stroke, _, _ = follow_stroke(corridor, others, costs)
    column = corridor.on_panel(stroke.centroid)
    away = truth - column
    if corridor.spec.wraps:
        away -= np.round(away / corridor.period) * corridor.period
    distance = np.where(np.isfinite(away), np.abs(away), np.inf)
    usual = np.stack([median_filter(d, SAME_CURVE, mode="nearest") for d in distance])
    curve, rows = usual.argmin(axis=0), np.arange(column.size)
    away = away[curve, rows]
    known = np.isfinite(away) & (usual.min(axis=0) <= ON_CURVE)
    if known.any():
        at = np.flatnonzero(known)
        found, reach = features(stroke, at)
        numbers = np.full(at.size, strip)
        yield Samples(found, reach, away[at].astype(np.float32), numbers)


class Perceptron(nn.Module):
    """The model while it is fitted."""

    def __init__(self) -> None:
        super().__init__()
        sizes = (FEATURES, *HIDDEN, 1)
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))

    def forward(self, found: torch.Tensor) -> torch.Tensor:
        """Return (n,) shifts before they are made odd."""
        for index, layer in enumerate(self.layers):
            found = layer(nn.functional.silu(found) if index else found)
        return found[:, 0]


def fit(samples: Samples, steps: int) -> CorrectionModel:
    """Fit the perceptron to samples whose path is on its curve."""
    torch.manual_seed(0)
    near = np.abs(samples.away) < np.maximum(OF_STROKE, samples.reach)
    found, mirror = samples.features[near], mirrored(samples.features[near])
    reach, away = (torch.from_numpy(s[near]) for s in (samples.reach, samples.away))
    model = Perceptron()
    optimizer = torch.optim.AdamW(model.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    rng = np.random.default_rng(0)
    for _ in tqdm(range(steps), "fit", disable=None):
        batch = rng.integers(len(found), size=BATCH)
        both = torch.from_numpy(np.concatenate([found[batch], mirror[batch]]))
        one, other = model(both).split(BATCH)
        shift = (one - other) / 2
        loss = nn.functional.huber_loss(
            shift * reach[batch], away[batch], reduction="none"
        )
        loss = (loss / (1 + LENIENCE * reach[batch])).mean()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    layers = [layer for layer in model.layers if isinstance(layer, nn.Linear)]
    return CorrectionModel(
        tuple(layer.weight.detach().numpy() for layer in layers),
        tuple(layer.bias.detach().numpy() for layer in layers),
    )


def score(model: CorrectionModel | None, samples: Samples) -> dict[str, float]:
    """Return the errors of paths on their curves, as they are or corrected."""
    left = samples.away.copy()
    if model is not None:
        left -= samples.reach * np.clip(model.shift(samples.features), -1, 1)
    error = np.abs(left)
    return {
        "rows": float(error.size),
        "mae_px": round(float(error.mean()), 4),
        "beyond_1_px": round(float(np.mean(error > 1)), 4),
        "beyond_3_px": round(float(np.mean(error > 3)), 4),
    }


def write_model(path: Path, model: CorrectionModel) -> None:
    """Write a model in half precision."""
    names = [f"{kind}{i}" for kind in ("weight", "bias") for i in range(LAYERS)]
    arrays = zip(names, (*model.weights, *model.biases), strict=True)
    with path.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as z:
        for name, array in arrays:
            # Dated alike, so that the same model is the same file.
            with z.open(zipfile.ZipInfo(f"{name}.npy"), "w") as part:
                np.lib.format.write_array(part, array.astype(np.float16))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, collect strokes, and write the model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT, help="npz to write")
    parser.add_argument("--strips", type=int, default=800)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=9000, help="of the strips")
    parser.add_argument("--steps", type=int, default=8000, help="of the fit")
    options = parser.parse_args(arguments)
    # Engines hold threads, which do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, context) as pool:
        seeds = [options.seed] * options.strips
        drawn = pool.map(collect, range(options.strips), seeds)
        parts = [p for p in tqdm(drawn, "draw", options.strips, disable=None) if p]
    samples = Samples.joined(parts)
    held = samples.strip // 2 % HELD_OUT == HELD_OUT - 1
    model = fit(samples.those(~held), options.steps)
    unseen = samples.those(held)
    scores = {"centroid": score(None, unseen), "corrected": score(model, unseen)}
    write_model(options.out, model)
    made = {
        "command": f"python scripts/fit_correction.py --strips {options.strips} "
        f"--processes {options.processes} --seed {options.seed} "
        f"--steps {options.steps}",
        "date": datetime.now(UTC).date().isoformat(),
        "veernet": __version__,
        "unseen_strips": scores,
    }
    write_text(options.out.with_suffix(".json"), json.dumps(made, indent=2) + "\n")
    print(json.dumps(scores, indent=2))


if __name__ == "__main__":
    main()
