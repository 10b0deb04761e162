"""The sufficient statistics of every loss and score on regions, and their ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.autograd import Function

from veernet.losses.inputs import split_ignored

if TYPE_CHECKING:
    from torch import Tensor

SMALLEST = 1e-8
"""Least denominator of an index; it matters only where beta is 0 or a class absent."""


@dataclass(frozen=True)
class Overlap:
    """How predicted and true classes overlap, each (images, C).

    Parameters
    ----------
    shared
        Probability of the class, summed over the pixels that are of the class: the soft
        true positives.
    predicted
        Probability of the class, or its square where asked for, summed over all pixels
        that count.
    true
        Pixels of the class.
    """

    shared: Tensor
    predicted: Tensor
    true: Tensor

    def pooled(self) -> Overlap:
        """Sum over the images: the batch as one picture, each (1, C)."""
        return Overlap(
            self.shared.sum(0, keepdim=True),
            self.predicted.sum(0, keepdim=True),
            self.true.sum(0, keepdim=True),
        )


def one_hot(labels: Tensor, valid: Tensor, classes: int) -> Tensor:
    """Return (N, C, H, W) bool: of which class a pixel is, of none where ignored."""
    shape = (labels.shape[0], classes, *labels.shape[1:])
    mask = torch.zeros(shape, dtype=torch.bool, device=labels.device)
    return mask.scatter_(1, labels.unsqueeze(1), valid.unsqueeze(1))


def class_overlap(
    logits: Tensor,
    target: Tensor,
    *,
    per_image: bool,
    ignore_index: int,
    squared: bool = False,
) -> Overlap:
    """Count how what a network is given to predict overlaps with the truth.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    per_image
        Whether each image is counted by itself or the batch as one picture.
    ignore_index
        Label of the pixels that do not count.
    squared
        Whether ``predicted`` sums squares.

    Returns
    -------
    Overlap
        Per image, (N, C), or pooled, (1, C).

    Raises
    ------
    InputError
        If a label is neither a class nor ``ignore_index``.
    """
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    mask = one_hot(labels, valid, logits.shape[1])
    counts = overlap(logits.softmax(1), mask, valid, squared=squared)
    return counts if per_image else counts.pooled()


def overlap(
    probability: Tensor, mask: Tensor, valid: Tensor, *, squared: bool = False
) -> Overlap:
    """Count the overlap of probabilities with a mask, image by image.

    The shared part is a sum of products. The form (P + T - |P - T|) / 2, which serves
    soft labels, cancels in float32: the Dice score of a thin curve on a large batch is
    off by tens of per cent in smp 0.6.0. And sums, not matrix products, because those
    may be computed in TF32.

    Parameters
    ----------
    probability : (N, C, H, W) float
        Sums to one over the classes.
    mask : (N, C, H, W) bool
        Of which class a pixel is, of none where ignored.
    valid : (N, H, W) bool
        Where not ignored.
    squared
        Whether ``predicted`` sums squares; those of the mask are the mask.

    Returns
    -------
    Overlap
        Per image, (N, C).
    """
    if squared:
        shared = sum_where(mask, probability)
        predicted = sum_where(valid.unsqueeze(1), probability.square())
    else:
        shared, predicted = cast(
            "tuple[Tensor, Tensor]", _Sums.apply(probability, mask, valid)
        )
    return Overlap(shared, predicted, count(mask, probability.dtype))


class _Sums(Function):
    """The two sums of probabilities, whose gradient is two numbers for each class.

    So it is laid out in one pass over the pixels, where the chain of the operations
    takes five; it is linear, and its backward differentiable as it stands.
    """

    @staticmethod
    def forward(
        probability: Tensor, mask: Tensor, valid: Tensor
    ) -> tuple[Tensor, Tensor]:
        counting = valid.unsqueeze(1)
        # Elsewhere the look would wait for the device.
        if valid.is_cpu and bool(valid.all()):
            return sum_where(mask, probability), probability.sum((2, 3))
        return sum_where(mask, probability), sum_where(counting, probability)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], _: object) -> None:  # noqa: ANN401
        _, mask, valid = inputs
        ctx.save_for_backward(mask, valid)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401
        mask, valid = ctx.saved_tensors
        shared, predicted = (gradient[..., None, None] for gradient in gradients)
        each = torch.where(mask, shared + predicted, predicted)
        if not (valid.is_cpu and bool(valid.all())):
            each = torch.where(valid.unsqueeze(1), each, 0)
        return each, None, None


def sum_where(mask: Tensor, values: Tensor) -> Tensor:
    """Return (N, C) the sums of (N, C, H, W) values over the pixels of a mask."""
    return torch.where(mask, values, 0).sum((2, 3))


def log_sum_where(
    mask: Tensor, logs: Tensor, dims: tuple[int, ...]
) -> tuple[Tensor, Tensor]:
    """Return the sum of what has these logarithms over a mask, as parts of its own.

    Sums of probabilities that are no float32 any more have a logarithm all the same,
    and a gradient.

    Parameters
    ----------
    mask : (N, C or 1, H, W) bool
        With a pixel in each of what is summed.
    logs : (N, C, H, W) float
        0 or less.
    dims
        Over which to sum.

    Returns
    -------
    total : (...) float
        The sum, over its largest part: 1 or more.
    peak : (...) float
        The logarithm of that part.
    """
    kept = logs.masked_fill(~mask, -torch.inf)
    peak = kept.detach().amax(dims, keepdim=True)
    return (kept - peak).exp().sum(dims), peak.squeeze(dims)


def count(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """Return (N, C) the number of pixels of a (N, C, H, W) mask."""
    # Summed as int32, which is thirty times as fast as the int64 that is the default.
    return mask.sum((2, 3), dtype=torch.int32).to(dtype)


def tversky_index(
    counts: Overlap, alpha: float, beta: float, smooth: float = 0.0
) -> Tensor:
    """Return (images, C) the overlap relative to itself and the weighted errors.

    It is (tp + smooth) / (tp + alpha fp + beta fn + smooth): Dice for alpha and beta of
    one half, Jaccard (IoU) of one, precision of (1, 0), recall of (0, 1).
    """
    errors = alpha * (counts.predicted - counts.shared)
    errors = errors + beta * (counts.true - counts.shared)
    denominator = counts.shared + errors + smooth
    return (counts.shared + smooth) / denominator.clamp_min(SMALLEST)
