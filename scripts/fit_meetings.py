"""Fit the meeting model: which of two paths goes on as which curve.

    python scripts/fit_meetings.py --minutes 10 --processes 2

Strips of the validation stream are drawn and followed with the release network. At
each meeting of two paths the truth tells whether they exchange their curves. A
perceptron with one hidden layer is fitted to the features of
:mod:`veernet.trace.meetings`, scored by cross-validation over strips, and written as
JSON with its provenance.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmark.cases import Case, draw_case
from benchmark.definitions import generated_set
from veernet import __version__
from veernet.axes import Floats
from veernet.engines import load_engine
from veernet.files import write_text
from veernet.segment import segment
from veernet.synth.curves import Manner
from veernet.synth.recipe import Recipe
from veernet.trace.meetings import ARRAYS, MODEL, MeetingModel, features, meeting_rows
from veernet.trace.paths import Followed, follow_paths
from veernet.trace.programme import Costs

OUT = Path(__file__).resolve().parents[1] / "veernet" / "trace" / MODEL

SIDE_ROWS = 10
"""Rows on either side of a meeting that tell whose stroke a path is on."""

WITHIN, MOST_OF, FEW_OF = 2.5, 0.75, 0.5
"""Columns from the truth, the share of those rows within them on the curve that is
followed, and the share from which another curve might be the one as well."""

FOLDS = 5
"""Parts of the strips in the cross-validation."""

LEAST_SPREAD = 0.05
"""Least standard deviation by which a feature is scaled."""


@dataclass(frozen=True)
class Sample:
    """A meeting with known truth.

    Parameters
    ----------
    strip
        Number of its strip: meetings of one strip stay in one fold.
    alike
        Whether the two curves are of one style.
    features
        See :func:`veernet.trace.meetings.features`.
    exchanged
        Whether the paths exchange their curves.
    """

    strip: int
    alike: bool
    features: Floats
    exchanged: bool


def recipes() -> tuple[Recipe, ...]:
    """Return what strips are drawn from, in turn: every way in which curves meet."""
    crossing = generated_set("crossing").recipes
    many = generated_set("many").recipes
    digital = Manner(samples_per_foot=(2.0, 4.0), real_share=0.0, spiky=0.05)
    prints = [
        replace(
            recipe,
            rows_per_foot=(8.0, 12.0),
            relation=relation,
            manner=replace(digital, beside=0.4, cross=0.3, coincide=0.15),
        )
        for recipe in crossing[:2]
        for relation in ("crossing", "free")
    ]
    return (*crossing[:2], *prints, *many, *crossing[2:])


def collect(seed: int, minutes: float) -> list[Sample]:
    """Collect meetings for so many minutes from strips of one seed."""
    engine, found, strip = load_engine(), [], 0
    drawn, end = recipes(), time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        case = draw_case(drawn[strip % len(drawn)], strip, seed, "validation")
        strip += 1
        paths = follow_paths(case.panel, segment(case.panel, engine), Costs())
        found += list(samples_of(case, paths, 100_000 * seed + strip))
    return found


def samples_of(case: Case, paths: Sequence[Followed], strip: int) -> Iterator[Sample]:
    """Yield the meetings of a strip of which the truth is known."""
    truth = case.on_panel(case.strip.columns)
    for one, other in combinations(paths, 2):
        for start, stop in meeting_rows(one, other):
            sides = (
                np.arange(start - SIDE_ROWS, start),
                np.arange(stop, stop + SIDE_ROWS),
            )
            before, after = (
                [followed(p, truth, r) for p in (one, other)] for r in sides
            )
            if None in (*before, *after) or before[0] == before[1]:
                continue
            if after not in (before, before[::-1]):
                continue
            lines = {
                case.panel.curves[curve].line for curve in before if curve is not None
            }
            yield Sample(
                strip=strip,
                alike=len(lines) == 1,
                features=features(one, other, start, stop),
                exchanged=after != before,
            )


def followed(path: Followed, truth: Floats, rows: NDArray[np.intp]) -> int | None:
    """Say which curve a path follows in some rows, None where that is not certain."""
    rows = rows[(rows >= 0) & (rows < truth.shape[1])]
    if rows.size < SIDE_ROWS // 2:
        return None
    near = np.abs(truth[:, rows] - path.folded[rows]) <= WITHIN
    share = near.mean(axis=1)
    best, *others = np.argsort(-share)
    if share[best] < MOST_OF or (share[others] >= FEW_OF).any():
        return None
    return int(best)


def fit(found: Floats, exchanged: Floats, hidden: int, decay: float) -> MeetingModel:
    """Fit a perceptron by L-BFGS.

    Parameters
    ----------
    found
        (meetings, features).
    exchanged
        (meetings,) 1 where paths exchange their curves, else 0.
    hidden
        Units of the hidden layer.
    decay
        Weight of the squared weights in the loss.
    """
    generator = torch.Generator().manual_seed(0)
    centre, spread = found.mean(axis=0), np.maximum(found.std(axis=0), LEAST_SPREAD)
    inputs = torch.from_numpy((found - centre) / spread)
    wanted = torch.from_numpy(exchanged)

    def parameter(*shape: int) -> torch.Tensor:
        drawn = 0.3 * torch.randn(*shape, generator=generator, dtype=torch.float64)
        return drawn.requires_grad_()

    into, bias = parameter(hidden, found.shape[1]), parameter(hidden)
    out, offset = parameter(hidden), parameter(1)
    optimizer = torch.optim.LBFGS(
        [into, bias, out, offset],
        lr=0.5,
        max_iter=300,
        line_search_fn="strong_wolfe",
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        odds = torch.tanh(inputs @ into.T + bias) @ out + offset
        loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, wanted)
        loss = loss + decay * (into.square().sum() + out.square().sum())
        loss.backward()
        return loss

    optimizer.step(closure)
    arrays = [tensor.detach().numpy() for tensor in (into, bias, out)]
    return MeetingModel(centre, spread, *arrays, output_bias=float(offset.detach()))


def cross_validate(
    samples: Sequence[Sample], hidden: int, decay: float
) -> dict[str, dict[str, float]]:
    """Return accuracy and log loss of meetings of like and unlike curves."""
    found = np.stack([s.features for s in samples])
    exchanged = np.array([float(s.exchanged) for s in samples])
    alike = np.array([s.alike for s in samples])
    fold = np.array([s.strip for s in samples]) % FOLDS
    odds = np.zeros(len(samples))
    for part in range(FOLDS):
        held = fold == part
        model = fit(found[~held], exchanged[~held], hidden, decay)
        odds[held] = [model.log_odds(row) for row in found[held]]
    right = (odds > 0) == (exchanged > 0)
    loss = np.logaddexp(0.0, np.where(exchanged > 0, -odds, odds))
    return {
        name: {
            "meetings": float(kind.sum()),
            "exchanged": float(exchanged[kind].mean()),
            "accuracy": float(right[kind].mean()),
            "log_loss": float(loss[kind].mean()),
        }
        for name, kind in (("alike", alike), ("unlike", ~alike))
        if kind.any()
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, collect meetings, and write the model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=OUT, help="JSON to write")
    parser.add_argument("--minutes", type=float, default=10.0, help="of drawing strips")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7000, help="of the strips")
    parser.add_argument("--hidden", type=int, default=20, help="units")
    parser.add_argument("--decay", type=float, default=1e-3)
    options = parser.parse_args(arguments)
    seeds = range(options.seed, options.seed + options.processes)
    # Engines hold threads, which do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, context) as pool:
        parts = list(pool.map(collect, seeds, [options.minutes] * len(seeds)))
    samples = [sample for part in parts for sample in part]
    scores = cross_validate(samples, options.hidden, options.decay)
    model = fit(
        np.stack([s.features for s in samples]),
        np.array([float(s.exchanged) for s in samples]),
        options.hidden,
        options.decay,
    )
    kept = {
        "made": {
            "command": f"python scripts/fit_meetings.py --minutes {options.minutes:g} "
            f"--processes {options.processes} --seed {options.seed} "
            f"--hidden {options.hidden} --decay {options.decay:g}",
            "strips": len({sample.strip for sample in samples}),
            "date": datetime.now(UTC).date().isoformat(),
            "veernet": __version__,
            "cross_validation": scores,
        },
        **{
            name: np.round(getattr(model, name), 5).tolist()
            for name in (*ARRAYS, "output_bias")
        },
    }
    write_text(options.out, json.dumps(kept) + "\n")
    print(json.dumps(scores, indent=2))


if __name__ == "__main__":
    main()
