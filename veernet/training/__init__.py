"""Training of a network: :func:`train`, and the parts it is made of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from lightning import Callback, LightningDataModule, Trainer, seed_everything
from lightning.pytorch.callbacks import EarlyStopping, LearningRateMonitor
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from torch import nn

from veernet.errors import InputError
from veernet.model import build
from veernet.network import NetworkSpec
from veernet.provenance import commit, hardware
from veernet.training.averages import Averaging
from veernet.training.given import (
    check_channels,
    check_resumed,
    check_trainer,
    check_windows,
    fitting,
    named_as,
)
from veernet.training.keep import KeepBest, KeepState, save_scored, validation_scores
from veernet.training.module import SCORE, MakeOptimizer, Schedule, Segmenter
from veernet.training.pictures import SamplePictures
from veernet.training.ranks import alone_again
from veernet.training.start import begin_from

__all__ = ["Segmenter", "train"]


MOST_SEED = 2**32
"""Of numpy and torch: seeds are 32-bit numbers."""


def train(
    *,
    spec: NetworkSpec,
    loss: nn.Module,
    data: LightningDataModule,
    trainer: Callable[..., Trainer],
    optimizer: MakeOptimizer,
    schedule: Schedule,
    out: str | Path,
    centre_loss: nn.Module | None = None,
    seed: int = 0,
    averaging: Averaging | None = None,
    patience: int | None = None,
    start: str | Path | None = None,
    resume: str | Path | None = None,
    overwrite: bool = True,
    callbacks: Sequence[Callback] = (),
) -> dict[str, float]:
    """Train the network that a specification describes, and save it.

    Writes ``best`` and ``last`` (each JSON and safetensors), ``resume.ckpt``, and logs
    for TensorBoard and as CSV.

    Parameters
    ----------
    spec
        What to build and what its outputs mean.
    loss
        Maps logits and class indices to a scalar.
    data
        Loads batches for training and validation.
    trainer
        Makes the trainer of the loggers, the callbacks and the folder that are given to
        it; it knows devices, precision and when to stop.
    optimizer, schedule
        See :class:`Segmenter`.
    out
        Folder of everything that is written.
    centre_loss
        See :class:`Segmenter`; wanted where the specification has a centre.
    seed
        Of the weights and of the loaders' workers. It seeds torch, numpy and random as
        a whole, once, here: the trainer draws from nothing else.
    averaging
        Which average of the weights is validated and saved, from when on there is one:
        :class:`veernet.training.averages.EMA` or ``SWA``; None for the weights.
    patience
        Stop after so many validations without a better score; None goes on to the end.
    start
        Checkpoint to begin from: of the same architecture, but for its last layer where
        the outputs are others; see :func:`veernet.training.start.begin_from`.
    resume
        ``resume.ckpt`` of a run to go on with.
    overwrite
        Whether the folder may hold a network already; one that is resumed may.
    callbacks
        That watch the run, besides those that keep its networks and pictures.

    Returns
    -------
    dict
        Validation scores of ``best`` by name.
    """
    if spec.centre != (centre_loss is not None):
        has, given = ("a", "no") if spec.centre else ("no", "a")
        msg = f"the network has {has} centre and the training {given} centre_loss"
        raise InputError(msg)
    out = Path(out)
    if not overwrite and resume is None:
        _check_new(out)
    if not 0 <= seed < MOST_SEED:
        msg = f"seed {seed}: give a whole number from 0 to {MOST_SEED - 1}"
        raise InputError(msg)
    seed_everything(seed, workers=True)
    check_windows(spec, data)
    check_channels(spec, data)
    module = Segmenter(
        _network(spec, start),
        loss,
        optimizer,
        schedule,
        [output.name for output in spec.outputs],
        centre_loss,
        averaging,
    )
    device = str(hardware()["device"])
    made = {**spec.made, "commit": commit(), "device": device}
    spec = dataclasses.replace(spec, made=made)
    keep = KeepBest(out / "best", spec)
    # Of the user's settings alone: nothing of ours is called.
    with named_as("the trainer cannot be made as it is set", Exception):
        runner = trainer(
            default_root_dir=out,
            logger=[TensorBoardLogger(out, "tensorboard"), CSVLogger(out, "csv")],
            callbacks=[
                keep,
                KeepState(out / "resume.ckpt"),
                *_watchers(patience),
                *callbacks,
            ],
        )
    check_trainer(runner)
    if resume is not None:
        check_resumed(Path(resume), module)
    with alone_again():
        with fitting():
            runner.fit(module, datamodule=data, ckpt_path=resume, weights_only=True)
        # A run that the clock ends stops between validations.
        runner.validate(module, datamodule=data, verbose=False)
        if runner.is_global_zero:
            save_scored(out / "last", module, spec, validation_scores(runner))
    return keep.scores


def _check_new(out: Path) -> None:
    """Refuse a folder in which another run has left its network."""
    if (out / "best.json").exists() or (out / "last.json").exists():
        msg = (
            f"{out} holds a network: name another folder by out=, go on with it by "
            "resume=, or overwrite=true to write over it"
        )
        raise InputError(msg)


def _network(spec: NetworkSpec, start: str | Path | None) -> nn.Module:
    """Build the network, with the weights to begin from, and see that it fits."""
    network = build(spec.architecture)
    side = 2 * spec.multiple
    takes = f"the network takes no {len(spec.input_channels)} channels"
    with torch.no_grad(), named_as(takes, RuntimeError):
        logits = network.eval()(torch.zeros(1, len(spec.input_channels), side, side))
    if logits.shape != (1, spec.channels, side, side):
        wanted = [output.name for output in spec.outputs]
        names = ", ".join([*wanted, *(["the centre"] if spec.centre else [])])
        msg = (
            f"the network gives {tuple(logits.shape)} for a picture of {side} x {side}:"
            f" wanted are one score a pixel for each of {names}"
        )
        raise InputError(msg)
    if start is not None:
        begin_from(network, spec, Path(start))
    return network.train()


def _watchers(patience: int | None) -> list[Callback]:
    """Return what logs learning rate and pictures, and what ends a run early."""
    watchers = [LearningRateMonitor(logging_interval="step"), SamplePictures()]
    if patience is None:
        return watchers
    return [*watchers, EarlyStopping(SCORE, mode="max", patience=patience)]
