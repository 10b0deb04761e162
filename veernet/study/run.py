"""One run of the study: a network is trained and scored, once, whoever asks how often.

A run is a folder. Each of its stages leaves a file when it is complete and is passed
over where that file lies, so the command that was interrupted is the command that goes
on, and any number of processes may work through one sweep side by side. When it is
finished, the run adds itself to the file of its sweep, beside its folder.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import torch
from filelock import FileLock, Timeout
from torch import nn
from torch.utils.data import DataLoader, Subset

from veernet import __version__
from veernet.checkpoint import load
from veernet.files import replacing, write_text
from veernet.network import NetworkSpec
from veernet.provenance import commit, hardware
from veernet.study.kept import SUFFIX, add_run, kept_files, kept_names
from veernet.study.landscape import Settings, measure, write
from veernet.study.parts import CURVES, LANDSCAPE, MASKS, RUN, SCORED
from veernet.study.scores import AllBackground, score
from veernet.synth.dataset import make_loader
from veernet.synth.generated import GeneratedData
from veernet.training import train
from veernet.training.ranks import agreed, is_first

log = logging.getLogger(__name__)

TRAIN, PASS = "train", "pass over"
"""What the first of several processes does with a run, and the others with it."""

LANDSCAPE_PICTURES = 64
"""Pictures of the training part that landscapes are measured on: the same for all."""

Arm = Literal["train", "background"]


def run(
    *,
    labels: Mapping[str, str | float | None],
    settings: Mapping[str, Any] | None = None,
    spec: NetworkSpec,
    data: GeneratedData,
    out: str | Path,
    seed: int = 0,
    arm: Arm = "train",
    landscape: Settings | None = None,
    sweep: str | None = None,
    **training: Any,  # noqa: ANN401 - passed on as they are
) -> None:
    """Train and score one network of the study, as far as that is not done yet.

    Writes ``run.json`` (labels, seed, settings, commit, hardware, minutes),
    ``masks.parquet`` and ``curves.parquet``
    (:class:`~veernet.study.scores.StudyScores`, of the sets ``held-out`` and ``test``),
    ``scored.json`` (by which commit), and what
    :func:`veernet.training.train` writes. It is the last network that is scored, not
    the best one: no arm gains by choosing.

    Parameters
    ----------
    labels
        What tells the run from the others: profile, loss, optimizer and the like.
    settings
        All that it was configured with but for seeds and places, by dotted name: what
        runs of one arm must have in common.
    spec, data, out, seed
        As in :func:`veernet.training.train`; the data have a test set.
    arm
        ``background`` scores the network that never calls anything a curve.
    landscape
        How finely to measure the landscape around the last network, on pictures that it
        was trained on; None leaves it out. Runs that are done already are measured too.
    sweep
        Name of the file, beside ``out``, to which the finished run is added (see
        :mod:`veernet.study.kept`); a run that any file there holds is passed over. None
        keeps it in its folder alone.
    **training
        Further arguments of :func:`veernet.training.train`.
    """
    out = Path(out)
    own = {**training, "spec": spec, "data": data, "out": out, "seed": seed}
    own["overwrite"] = True
    if not is_first():
        # Another process has the run; this one takes part where that trains.
        if agreed(str(out), TRAIN) == TRAIN:
            train(**own, **_state(out))
        return
    if sweep is not None and not (out / RUN).is_file() and _kept(out) is not None:
        agreed(str(out), PASS)
        log.info("%s is kept already: passed over", out)
        return
    out.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(out / "lock", timeout=0):
            trained = (out / RUN).is_file()
            agreed(str(out), PASS if trained or arm != "train" else TRAIN)
            if not trained:
                made = _train(arm, data, out, own)
                record = {"labels": dict(labels), "seed": seed, **made}
                record["settings"] = dict(settings or {})
                _write_json(out / RUN, record)
            if not (out / SCORED).is_file():
                _score(arm, spec, data, out)
                _write_json(out / SCORED, {"commit": commit(), "version": __version__})
            if landscape is not None and not (out / LANDSCAPE).is_file():
                if (out / "last.json").is_file():
                    _survey(data, out, training["loss"], landscape)
                else:
                    log.warning("%s has no network: its landscape is left out", out)
            if sweep is not None:
                _keep(out, sweep)
    except Timeout:
        agreed(str(out), PASS)
        log.warning("%s is being worked on by another process: passed over", out)


def _kept(out: Path) -> tuple[Path, bool] | None:
    """Return the file beside a run that keeps it, and whether its landscape too."""
    for path in kept_files(out.parent, nested=False):
        names = kept_names(path)
        if out.name in names:
            return path, names[out.name]
    return None


def _keep(out: Path, sweep: str) -> None:
    """Add a finished run to the file of its sweep, unless all of it is kept.

    One that another sweep keeps stays there: were it in two files, one could be without
    the landscape that was measured later.
    """
    path, measured = _kept(out) or (None, False)
    if path is None or (not measured and (out / LANDSCAPE).is_file()):
        add_run(path or out.parent / f"{sweep}{SUFFIX}", out.name, out)


def _state(out: Path) -> dict[str, Any]:
    """Return the state to go on from, where a run was interrupted."""
    state = out / "resume.ckpt"
    return {"resume": state} if state.is_file() else {}


def _train(
    arm: Arm, data: GeneratedData, out: Path, own: Mapping[str, Any]
) -> dict[str, Any]:
    """Train, and return what is to be known of it."""
    begun = time.perf_counter()
    resumed = _state(out)
    if arm == "train":
        train(**own, **resumed)
        # The state of the optimiser is as large as the network twice, and done with.
        (out / "resume.ckpt").unlink(missing_ok=True)
    network = out / "last.safetensors"
    return {
        "arm": arm,
        # So that a network that is kept elsewhere can be told for that of this run.
        "network": sha256(network.read_bytes()).hexdigest()
        if network.is_file()
        else None,
        "train_samples": data.train_samples,
        "minutes": (time.perf_counter() - begun) / 60,
        "resumed": bool(resumed),
        "finished": time.strftime("%Y-%m-%d"),
        "version": __version__,
        "commit": commit(),
        **hardware(),
    }


def _score(arm: Arm, spec: NetworkSpec, data: GeneratedData, out: Path) -> None:
    network: nn.Module = AllBackground(len(spec.outputs))
    if arm == "train":
        network, spec = load(out / "last")
    if torch.cuda.is_available():
        network.cuda()
    names = [output.name for output in spec.outputs]
    styles = spec.lines
    loaders: dict[str, DataLoader[Any]] = {
        "held-out": data.val_dataloader(),
        "test": data.test_dataloader(),
    }
    scores = {name: score(network, b, names, styles) for name, b in loaders.items()}
    _write_table(out / MASKS, {name: s.masks for name, s in scores.items()})
    _write_table(out / CURVES, {name: s.curves for name, s in scores.items()})


def _survey(
    data: GeneratedData, out: Path, loss: nn.Module, settings: Settings
) -> None:
    """Measure the landscape, with the directions of one seed for all runs."""
    size = data.batch_size
    pictures = Subset(
        data.train_set, range(min(LANDSCAPE_PICTURES, data.train_samples))
    )
    batches = list(make_loader(pictures, size, 0))
    write(out / LANDSCAPE, measure(out / "last", batches, loss=loss, settings=settings))


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(document, indent=2) + "\n")


def _write_table(path: Path, by_set: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables of several sets as one, with a column that tells them apart."""
    whole = pd.concat(by_set, names=["set"]).reset_index(level=0)
    with replacing(path) as temporary:
        whole.to_parquet(temporary, index=False)
