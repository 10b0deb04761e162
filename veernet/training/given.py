"""Checks of what a user gives a training, before it begins: one line for each error."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import lightning
import torch
from lightning import LightningDataModule, Trainer
from lightning.fabric.utilities.exceptions import MisconfigurationException
from torch import nn

from veernet.errors import InputError
from veernet.files import check_readable
from veernet.network import NetworkSpec

LEAST_PROCESSES = 2
"""Processes that may be tried on any machine."""

LONE = "Expected more than 1 value per channel"
"""What torch says where batch normalisation has one value of each channel."""


@contextmanager
def named_as(what: str, *kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of some kinds into one line that begins with what is wrong."""
    try:
        yield
    except InputError:
        raise
    except kinds as error:
        msg = f"{what}: {one_line(error)}"
        raise InputError(msg) from error


@contextmanager
def lone_values() -> Iterator[None]:
    """Say what to do where batch normalisation has nothing to normalise over."""
    try:
        yield
    except ValueError as error:
        if LONE not in str(error):
            raise
        msg = (
            "batch normalisation needs more than one picture in each batch: "
            "data.batch_size=2 or more, or model.normalisation=group"
        )
        raise InputError(msg) from error


@contextmanager
def fitting() -> Iterator[None]:
    """Tell in one line what Lightning finds wrong once it knows the data as well.

    Raises
    ------
    InputError
        With what it says, if it was Lightning itself that raised it, and not what it
        called.
    """
    try:
        with lone_values():
            yield
    except (ValueError, TypeError, MisconfigurationException) as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        if isinstance(error, InputError) or not _is_lightnings(last.filename):
            raise
        msg = f"the training cannot run as it is set: {one_line(error)}"
        raise InputError(msg) from error


def _is_lightnings(filename: str) -> bool:
    return Path(lightning.__file__).parent in Path(filename).parents


def check_trainer(runner: Trainer) -> None:
    """Refuse counts of which Lightning makes endless loops, or processes by the score.

    Raises
    ------
    InputError
        With the setting and what may be given.
    """
    for name in ("accumulate_grad_batches", "check_val_every_n_epoch"):
        count = getattr(runner, name)
        if count is not None and count < 1:
            msg = f"trainer.{name}={count}: give 1 or more"
            raise InputError(msg)
    processors = os.cpu_count() or 1
    most = max(processors, LEAST_PROCESSES)
    if runner.strategy.root_device.type == "cpu" and runner.num_devices > most:
        msg = (
            f"trainer.devices={runner.num_devices}: a process on a processor each, and "
            f"there are {processors} here: give {most} or fewer"
        )
        raise InputError(msg)


def check_windows(spec: NetworkSpec, data: LightningDataModule) -> None:
    """Refuse windows that a network cannot halve as often as it does."""
    for name in ("rows", "columns"):
        size = getattr(data, name, None)
        if isinstance(size, int) and (size < 1 or size % spec.multiple):
            msg = (
                f"data.{name}={size}: this network takes multiples of {spec.multiple}: "
                f"{max(1, round(size / spec.multiple)) * spec.multiple}, for one"
            )
            raise InputError(msg)


def check_channels(spec: NetworkSpec, data: LightningDataModule) -> None:
    """Refuse data that are of other channels than those that a network takes."""
    channels = getattr(data, "channels", spec.input_channels)
    if tuple(channels) != spec.input_channels:
        taken, offered = ", ".join(spec.input_channels), ", ".join(channels)
        msg = (
            f"input: the network takes {taken}, and the data are of {offered}: give "
            "input=darkness, or colour with pictures of colour (data=folder)"
        )
        raise InputError(msg)


def check_resumed(path: Path, module: nn.Module) -> None:
    """Refuse the state of a run whose network was another one.

    Raises
    ------
    InputError
        If it cannot be read, or its weights have other names or shapes.
    """
    check_readable(path)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        weights = {name: tuple(w.shape) for name, w in state["state_dict"].items()}
    # A damaged pickle or zip makes torch raise nearly anything.
    except Exception as error:
        msg = f"{path} cannot be read as the state of a run: {one_line(error)}"
        raise InputError(msg) from error
    own = {name: tuple(w.shape) for name, w in module.state_dict().items()}
    for name in [*own, *weights]:
        there, here = weights.get(name), own.get(name)
        if there != here:
            msg = (
                f"{path} is of a run with another network or other outputs ({name} is "
                f"{there or 'missing'} there and {here or 'missing'} here): give the "
                "settings of that run, or begin from its weights by start="
            )
            raise InputError(msg)


def one_line(error: BaseException) -> str:
    """Return what an error says, in one line that is not too long."""
    return " ".join(str(error).split())[:200] or type(error).__name__
