"""Make release weights of a training: export, score, and say how they were made.

    python scripts/release.py runs/release/best --hardware "2 CPU cores" --minutes 72

Takes the checkpoint of a training (``best.json`` and ``best.safetensors``, with the
run's ``.hydra`` folder beside them) and writes the same network as three files: JSON,
safetensors and ONNX. Scores are measured on strips of the test stream, which was not
trained on. The same checkpoint gives the same bytes.

With ``--calibrated`` the network gets a table of confidence, from strips of the
validation stream. The release has none: on plots of real logs the posterior is right as
it comes, and a table of drawn strips makes it far too unsure (log of experiments,
2026-11-30).
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from benchmark.cases import Case, draw_cases
from benchmark.definitions import TWO_CURVES, GeneratedSet, generated_set
from benchmark.figures import Figure
from benchmark.methods import OURS, TRACER, methods
from benchmark.scoring import score_all
from benchmark.summary import Summary, summarise, verdicts
from benchmark.table import format_markdown, format_verdicts
from veernet import __version__, checkpoint
from veernet.axes import Floats
from veernet.engines import Engine, EngineName, TorchEngine, load_engine
from veernet.errors import InputError
from veernet.files import replacing
from veernet.network import ConfidenceTable, NetworkSpec
from veernet.records import ORIGINS
from veernet.rectify import to_trace
from veernet.segment import segment
from veernet.synth.recipe import Recipe
from veernet.trace import LIKELY, trace
from veernet.weights import RELEASE, SUFFIXES, weights_file

OUT = Path(__file__).resolve().parents[1] / "veernet" / "weights" / RELEASE

LARGEST = 16 * 2**20
"""Bytes of the three files together."""

AGREE = 1e-3
"""Largest difference of a probability between the engines."""

WITHIN = 3.0
"""Pixels: the line width that confidence is stated for."""

CALIBRATED_ON = ("separate", "many", TWO_CURVES, "one curve")
"""Sets of curves that their strokes mostly tell apart: names that like curves exchange
where they cross would make every stroke look doubtful."""

LEAST_SAMPLES = 200
"""Samples between two knots of the confidence table: a share of fewer is chance."""

ENGINES: tuple[EngineName, ...] = ("onnx", "openvino")


def confidence_table(
    score: Floats, near: NDArray[np.bool_], bins: int = 8
) -> ConfidenceTable:
    """Measure what a tracer's score is worth, by isotonic regression.

    Parameters
    ----------
    score
        (samples,) in [0, 1], as the tracer gives it.
    near
        (samples,) whether the sample lay within one line width of the truth.
    bins
        The knots are the means of so many bins of equal width together with so many of
        equal count: some where samples are many, some where they are few.

    Returns
    -------
    ConfidenceTable
        Of at most twice as many knots, the probability never falling.

    Raises
    ------
    InputError
        If the samples are too few, or too much alike, for two knots.
    """
    edges = _inner_edges(score, bins) if score.size else np.array([])
    if not edges.size:
        msg = (
            f"{score.size} rows read, of {np.unique(score).size} scores, give "
            "no confidence table: draw more strips or train for longer"
        )
        raise InputError(msg)
    place = np.digitize(score, edges)
    count = np.bincount(place)
    share = np.bincount(place, near) / count
    rising = isotonic_regression(share, weights=count).x
    # Scores near 1 may be one when they are rounded.
    knots, first = np.unique(
        np.round(np.bincount(place, score) / count, 4), return_index=True
    )
    return ConfidenceTable(
        tuple(knots.tolist()), tuple(np.round(rising[first], 4).tolist())
    )


def _inner_edges(score: Floats, bins: int) -> Floats:
    """Return the scores between bins, each with enough samples."""
    even = np.linspace(score.min(), score.max(), bins + 1)
    shares = np.quantile(score, np.linspace(0, 1, bins + 1))
    kept = [float(score.min())]
    for edge in np.unique([*even, *shares])[1:-1]:
        below = np.sum((score >= kept[-1]) & (score < edge))
        if min(below, np.sum(score >= edge)) >= LEAST_SAMPLES:
            kept.append(float(edge))
    return np.array(kept[1:])


def calibration_samples(
    cases: Iterable[Case], engine: Engine
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the score of every row read, and whether it was near the truth.

    Bridged rows are left out, as the tracer gives them a confidence of their own. A row
    read where no curve is drawn is far from the truth.
    """
    score, near = [], []
    for case in cases:
        evidence = segment(case.panel, engine)
        paths = trace(case.panel, evidence, tracer=TRACER, likely=0.0)
        for path, truth in zip(paths, case.truth, strict=True):
            column = to_trace(path, case.panel, case.registration).column
            read = path.origin == ORIGINS.index("auto")
            score.append(path.confidence[read])
            near.append(np.abs(column - truth)[read] <= WITHIN)
    return np.concatenate(score), np.concatenate(near)


def calibration_error(
    table: ConfidenceTable, score: Floats, near: NDArray[np.bool_], bins: int = 10
) -> float | None:
    """Return the expected calibration error: mean gap of confidence and share near.

    Of the rows that are likely enough to be read; None if there are none.
    """
    sure = table.probability_of(score)
    near, sure = near[sure >= LIKELY], sure[sure >= LIKELY]
    if not sure.size:
        return None
    place = np.minimum((sure * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(place, sure - near)
    return float(np.sum(np.abs(gaps)) / sure.size)


def training_of(stem: Path) -> dict[str, Any]:
    """Read how a checkpoint was trained from the ``.hydra`` folder beside it."""
    folder = stem.parent / ".hydra"
    if not (folder / "config.yaml").is_file():
        msg = f"there is no {folder / 'config.yaml'}: name a checkpoint in its run"
        raise InputError(msg)
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    overrides = yaml.safe_load((folder / "overrides.yaml").read_text("utf-8"))
    # Paths of the machine that trained it are no one's business, but for their ends.
    start = config.get("start")
    begun = {"start": "/".join(Path(start).parts[-2:])} if start else {}
    kept = [o for o in overrides if o.split("=")[0] not in {"out", "start", "resume"}]
    trainer, recipe = config["trainer"], dict(config["data"].get("recipe", {}))
    recipe.pop("_target_", None)
    accumulated = trainer.get("accumulate_grad_batches", 1)
    return {
        "command": " ".join(["veernet train", *kept]),
        **begun,
        "seed": config["seed"],
        "batch": config["data"]["batch_size"] * accumulated,
        "rows_per_foot": recipe.get("rows_per_foot", Recipe().rows_per_foot),
    }


def describe(
    stem: Path, spec: NetworkSpec, hardware: str, minutes: float
) -> NetworkSpec:
    """Add to a specification how its network was made."""
    training = training_of(stem)
    low, high = training.pop("rows_per_foot")
    batch = training.pop("batch")
    made = {
        **training,
        "hardware": hardware,
        "minutes": minutes,
        **spec.made,
        "samples": spec.made["steps"] * batch,
        "veernet": __version__,
        "torch": torch.__version__,
    }
    return dataclasses.replace(spec, made=made, rows_per_foot=(low, high))


def check_agreement(stem: Path, case: Case) -> float:
    """Return the largest difference between torch and the other engines.

    Raises
    ------
    InputError
        If it is too large.
    """
    multiple = NetworkSpec.load(weights_file(stem, ".json")).multiple
    rows, columns = (side // multiple * multiple for side in case.strip.image.shape)
    grey = case.strip.image[:rows, :columns].astype(np.float32)
    tile = (1 - grey / np.float32(255))[None, None]
    wanted = TorchEngine(stem)(tile)
    worst = 0.0
    for name in ENGINES:
        difference = np.abs(load_engine(stem, name, exact=True)(tile) - wanted).max()
        if not difference <= AGREE:
            msg = f"{name} differs from torch by {difference:g}: export it again"
            raise InputError(msg)
        worst = max(worst, float(difference))
    return worst


def calibrate_release(stem: Path, count: int, seed: int) -> ConfidenceTable:
    """Measure the confidence of a staged network on strips of the validation stream."""
    cases = draw_cases(calibration_recipes(), count, seed, "validation")
    return confidence_table(*calibration_samples(cases, load_engine(stem)))


def score_release(stem: Path, count: int, seed: int) -> dict[str, Any]:
    """Score a staged and calibrated network on the test set, and print the table."""
    given, engine = scored_set(), load_engine(stem)
    cases = list(draw_cases(given.recipes, count, seed, given.stream))
    table = engine.spec.confidence
    ours = {OURS: methods(table)[OURS]}
    scores = score_all(given.name, cases, engine, ours)
    summaries = summarise(list(scores))
    print(format_markdown(summaries))
    met = verdicts(given, summaries)
    print(format_verdicts(met))
    samples = calibration_samples(cases, engine)
    return {
        "strips": count,
        "seed": seed,
        "bars": {verdict.bar: verdict.met for verdict in met},
        "table": [_plain(summary) for summary in summaries],
        "calibration_error": calibration_error(table, *samples) if table else None,
    }


def scored_set() -> GeneratedSet:
    """Return the set that a release is scored on."""
    return generated_set(TWO_CURVES)


def calibration_recipes() -> tuple[Recipe, ...]:
    """Return recipes of the sets that confidence is measured on, in turn."""
    sets = [generated_set(name) for name in CALIBRATED_ON]
    turns = range(max(len(s.recipes) for s in sets))
    return tuple(s.recipes[turn % len(s.recipes)] for turn in turns for s in sets)


def _plain(summary: Summary) -> dict[str, Any]:
    """Return a summary with its figures as dictionaries."""
    fields = dataclasses.asdict(summary)
    return {k: v._asdict() if isinstance(v, Figure) else v for k, v in fields.items()}


def check_size(stem: Path) -> int:
    """Return the bytes of the three files together, refusing too many."""
    size = sum(weights_file(stem, suffix).stat().st_size for suffix in SUFFIXES)
    if size > LARGEST:
        msg = f"the three files have {size} bytes together, more than {LARGEST}"
        raise InputError(msg)
    return size


def release(
    run: Path,
    out: Path,
    *,
    hardware: str,
    minutes: float,
    count: int = 200,
    seed: int = 0,
    calibrated: bool = False,
) -> None:
    """Make the three files of a checkpoint, and move them to their place at the end.

    Parameters
    ----------
    run, out
        Stems of the checkpoint and of the files to write.
    hardware, minutes
        What it was trained on, and for how long.
    count, seed
        Of the strips it is scored on, and of as many that it may be calibrated on.
    calibrated
        Whether to measure a table of confidence.

    Raises
    ------
    InputError
        If the checkpoint is broken, the engines disagree, or the files are too large.
    """
    model, spec = checkpoint.load(run)
    spec = describe(run, spec, hardware, minutes)
    with tempfile.TemporaryDirectory() as folder:
        stem = Path(folder) / out.name
        checkpoint.save(stem, model, spec)
        checkpoint.export_onnx(stem, model, spec)
        (case,) = draw_cases(scored_set().recipes, 1, seed, "validation")
        print(f"engines agree to {check_agreement(stem, case):.1e}")
        table = calibrate_release(stem, count, seed) if calibrated else None
        spec = dataclasses.replace(spec, confidence=table)
        spec.save(weights_file(stem, ".json"))
        scores = {"validation": spec.scores, "test": score_release(stem, count, seed)}
        spec = dataclasses.replace(spec, scores=scores)
        spec.save(weights_file(stem, ".json"))
        size = check_size(stem)
        for suffix in SUFFIXES:
            with replacing(weights_file(out, suffix)) as temporary:
                temporary.write_bytes(weights_file(stem, suffix).read_bytes())
    print(spec.confidence)
    print(f"wrote {out}{{{','.join(SUFFIXES)}}}, {size / 2**20:.1f} MiB together")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, and make the release."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="stem of the checkpoint")
    parser.add_argument("--out", type=Path, default=OUT, help="stem of the release")
    parser.add_argument("--hardware", required=True, help="that it was trained on")
    parser.add_argument("--minutes", type=float, required=True, help="of training")
    parser.add_argument("--count", type=int, default=200, help="of strips")
    parser.add_argument("--seed", type=int, default=0, help="of the strips")
    parser.add_argument(
        "--calibrated", action="store_true", help="measure a table of confidence too"
    )
    options = vars(parser.parse_args(arguments))
    release(options.pop("run"), options.pop("out"), **options)


if __name__ == "__main__":
    main()
