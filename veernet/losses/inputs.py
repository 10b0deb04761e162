"""Inputs of losses: they are checked once, and widened to float32 once."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar, cast

import torch

from veernet.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

IGNORE_INDEX = -100
"""Label of the pixels that do not count, unless another is given: that of torch."""

LossFunction = TypeVar("LossFunction", bound="Callable[..., Tensor]")


def on_logits(loss: LossFunction) -> LossFunction:
    """Let a loss see checked shapes and logits of float32 or float64, never autocast.

    In half precision the sum over the pixels of a picture overflows or loses the thin
    classes, and autocast of the processor, unlike that of a graphics card, leaves
    softmax in half precision.
    """

    @wraps(loss)
    def guarded(logits: Tensor, target: Tensor, **options: object) -> Tensor:
        check_shapes(logits, target)
        with torch.autocast(logits.device.type, enabled=False):
            return loss(widened(logits), target, **options)

    return cast("LossFunction", guarded)


def widened(logits: Tensor) -> Tensor:
    """Return logits in float32, or in float64 where they are that already."""
    return logits if logits.dtype == torch.float64 else logits.float()


def check_shapes(logits: Tensor, target: Tensor) -> None:
    """Refuse what is not (N, C, H, W) float logits and (N, H, W) int64 class indices.

    Raises
    ------
    InputError
        If a shape or a type is another, or there are fewer than two classes.
    """
    if logits.ndim != 4 or not logits.is_floating_point():
        msg = (
            f"logits are {logits.dtype} of shape {tuple(logits.shape)}: give floats of "
            "shape (N, C, H, W)"
        )
        raise InputError(msg)
    if logits.shape[1] < 2:
        msg = (
            "logits have 1 class: softmax needs two or more, the background among them"
        )
        raise InputError(msg)
    wanted = (logits.shape[0], *logits.shape[2:])
    if tuple(target.shape) != wanted:
        msg = (
            f"target has shape {tuple(target.shape)} for logits of shape "
            f"{tuple(logits.shape)}: give {wanted}"
        )
        raise InputError(msg)
    if target.dtype != torch.int64:
        msg = f"target is {target.dtype}: give class indices as torch.int64"
        raise InputError(msg)


def split_ignored(
    target: Tensor, classes: int, ignore_index: int
) -> tuple[Tensor, Tensor]:
    """Part a target into labels and which of them count.

    Parameters
    ----------
    target : (N, H, W) int64
        Class indices, ``ignore_index`` among them.
    classes
        Number of classes.
    ignore_index
        Label of the pixels that do not count; it may be that of a class.

    Returns
    -------
    labels : (N, H, W) int64
        Class indices, 0 where ignored.
    valid : (N, H, W) bool
        Where not ignored.

    Raises
    ------
    InputError
        If a label is neither a class nor ``ignore_index``.
    """
    valid = target != ignore_index
    # Elsewhere looks and checks would wait for the device; its kernels refuse such
    # labels.
    if valid.is_cpu and bool(valid.all()):
        labels = target
    else:
        labels = torch.where(valid, target, 0)
    if labels.is_cpu and labels.numel() > 0:
        low, high = (int(extreme) for extreme in labels.aminmax())
        if low < 0 or high >= classes:
            wrong = low if low < 0 else high
            msg = (
                f"target has label {wrong}, which is neither one of the {classes} "
                f"classes nor ignore_index {ignore_index}"
            )
            raise InputError(msg)
    return labels, valid


def check_not_negative(**values: float) -> None:
    """Refuse hyper-parameters below zero (or no number, or infinite), by name."""
    for name, value in values.items():
        if not 0 <= value < float("inf"):
            msg = f"{name} is {value}: give 0 or more, and no infinity"
            raise InputError(msg)


def check_positive(**values: float) -> None:
    """Refuse hyper-parameters that are not above zero, or infinite, by name."""
    for name, value in values.items():
        if not 0 < value < float("inf"):
            what = "no infinity" if value > 0 else "more than 0"
            msg = f"{name} is {value}: give {what}, or the loss is constant"
            raise InputError(msg)
