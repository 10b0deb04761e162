"""The reduction of all losses: a mean over what counts, and 0 where nothing counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch

from veernet.errors import InputError
from veernet.losses.inputs import check_not_negative, check_positive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

Classes = Literal["present", "all"]

FLOOR = 1e-6
"""Below it ``power`` is linear: x**-0.5 is then at most 1000."""


def mean_over(total: Tensor, amount: Tensor) -> Tensor:
    """Divide a sum of weighted terms by the sum of their weights; 0 for 0 / 0.

    The gradient is zero too where nothing counts: dividing by one instead of by a tiny
    number keeps it from overflowing under a gradient scaler.
    """
    return total / amount.masked_fill(amount == 0, 1)


def weights_per_class(
    class_weights: Sequence[float] | None, logits: Tensor
) -> Tensor | None:
    """Return class weights as a (C,) tensor beside the logits, None where none given.

    Raises
    ------
    InputError
        If there is not one weight per class, or one is negative.
    """
    if class_weights is None:
        return None
    if len(class_weights) != logits.shape[1]:
        msg = (
            f"{len(class_weights)} class weights for {logits.shape[1]} classes: give "
            "one per class, the background first"
        )
        raise InputError(msg)
    check_class_weights(class_weights)
    return logits.new_tensor([float(weight) for weight in class_weights])


def check_class_weights(class_weights: Sequence[float] | None) -> None:
    """Refuse class weights below zero, and none above."""
    if class_weights is None:
        return
    for index, weight in enumerate(class_weights):
        check_not_negative(**{f"the weight of class {index}": weight})
    check_positive(**{"the sum of the class weights": sum(class_weights)})


def weight_per_pixel(labels: Tensor, valid: Tensor, weights: Tensor | None) -> Tensor:
    """Return (N, H, W) the weight of each pixel's class, 0 where it is ignored."""
    if weights is None:
        return valid
    return weights[labels] * valid


def counted_classes(true: Tensor, classes: Classes, background: bool) -> Tensor:
    """Tell which classes of which images enter the mean of a region loss.

    Parameters
    ----------
    true : (images, C)
        Pixels of each class in the truth.
    classes
        ``"present"`` for those that the image shows, ``"all"`` for every class of an
        image that has any pixel to count.
    background
        Whether class 0 enters.

    Returns
    -------
    (images, C) bool
    """
    present = true > 0
    counted = present if classes == "present" else present.any(1, keepdim=True)
    wanted = torch.ones_like(present)
    wanted[:, 0] = background
    return counted & wanted


def mean_over_classes(
    losses: Tensor, true: Tensor, classes: Classes, background: bool
) -> Tensor:
    """Return the mean of (images, C) losses over the classes that count.

    Parameters
    ----------
    losses : (images, C) float
        Finite, also where a class does not count; (images, C - 1) without those of the
        background, where it does not enter.
    true, classes, background
        As in ``counted_classes``.

    Returns
    -------
    () float
        0 with zero gradient where nothing counts.
    """
    counted = counted_classes(true, classes, background)[:, -losses.shape[1] :]
    return mean_over((losses * counted).sum(), counted.sum())


def check_classes(classes: str) -> None:
    """Refuse a choice of classes that is neither of the two."""
    if classes not in {"present", "all"}:
        msg = f"classes is {classes!r}: give 'present' or 'all'"
        raise InputError(msg)


def power(base: Tensor, exponent: float) -> Tensor:
    """Raise a base of 0 or more to a power whose gradient is finite at 0.

    The gradient of x**g without bounds for 0 < g < 1 makes NaN of every weight once one
    pixel saturates; below ``FLOOR`` the power continues as a straight line to 0.
    """
    if exponent == 0:
        return base.new_ones(()).expand_as(base)
    return base * base.clamp_min(FLOOR) ** (exponent - 1)
