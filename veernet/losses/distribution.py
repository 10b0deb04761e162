"""Losses on the distribution of the classes of a pixel: cross-entropy and Focal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from veernet.errors import InputError
from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_not_negative,
    on_logits,
    split_ignored,
)
from veernet.losses.module import Loss
from veernet.losses.reduction import (
    check_class_weights,
    mean_over,
    power,
    weight_per_pixel,
    weights_per_class,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def check_cross_entropy(
    class_weights: Sequence[float] | None, label_smoothing: float
) -> None:
    """Refuse class weights below zero, and a share of the label beyond 0 to 1."""
    check_class_weights(class_weights)
    if not 0 <= label_smoothing <= 1:
        msg = f"label_smoothing is {label_smoothing}: give a share from 0 to 1"
        raise InputError(msg)


@on_logits
def cross_entropy_loss(
    logits: Tensor,
    target: Tensor,
    *,
    class_weights: Sequence[float] | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Return the mean negative log-probability of the true class.

    It is that of torch, except that a batch without a valid pixel gives 0, not NaN.

    Parameters
    ----------
    class_weights
        Weight of a pixel by its class; the mean divides by the sum of these weights.
        Weights w and 1 for a curve and the background call a pixel a curve from
        probability 1 / (1 + w) on.
    label_smoothing
        Share of a pixel's label that is spread evenly over all classes, 0 to 1 (the
        soft cross-entropy).

    Returns
    -------
    () float
        In nats, 0 or more.
    """
    check_cross_entropy(None, label_smoothing)
    weights = weights_per_class(class_weights, logits)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    # Summed here: the sum of torch has no deterministic kernel on a graphics card.
    losses = functional.cross_entropy(
        logits,
        target,
        weight=weights,
        ignore_index=ignore_index,
        reduction="none",
        label_smoothing=label_smoothing,
    )
    weight = weight_per_pixel(labels, valid, weights).sum()
    # Smoothed, pixels whose own class weighs nothing still have terms of the others.
    return mean_over(losses.sum() * (weight > 0), weight)


class CrossEntropyLoss(Loss, function=cross_entropy_loss, check=check_cross_entropy):
    r"""Cross-entropy: ``cross_entropy_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{\sum_x w_{y_x} \big(-\log p_{y_x x}\big)}{\sum_x w_{y_x}}

    over the pixels :math:`x` that count, with the softmax probabilities :math:`p`
    (N, C, H, W), the classes :math:`y` (N, H, W) and a weight :math:`w` for each class.
    Smoothed by :math:`\epsilon`, the label is :math:`1 - \epsilon` of the true class
    and :math:`\epsilon / C` of every one, and each term has its class's own weight.

    Choose it as the baseline of any comparison, and where the probabilities themselves
    are used: unweighted and unsmoothed, its optimum is calibrated.

    References
    ----------
    .. [Sze16] Szegedy et al., Rethinking the Inception architecture for computer
       vision, CVPR 2016, section 7, for the smoothing.
    """


def check_focal(gamma: float, class_weights: Sequence[float] | None) -> None:
    """Refuse a focus or class weights below zero."""
    check_not_negative(gamma=gamma)
    check_class_weights(class_weights)


@on_logits
def focal_loss(
    logits: Tensor,
    target: Tensor,
    *,
    gamma: float = 2.0,
    class_weights: Sequence[float] | None = None,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Return the mean of -(1 - p)**gamma log p, p the probability of the true class.

    Down-weights the easy background that fills a log without saying how rare a curve
    is. The modulating factor overstates it: the gradient relative to cross-entropy is
    (1 - p)**gamma - gamma p (1 - p)**(gamma - 1) log p, 0.029 and not 0.01 at p = 0.9.

    Parameters
    ----------
    gamma
        How strongly easy pixels are left aside; 0 is cross-entropy.
    class_weights
        Weight of a pixel by its class (the paper's alpha); the mean divides by the sum
        of these weights.

    Returns
    -------
    () float
        0 or more.
    """
    check_not_negative(gamma=gamma)
    weights = weights_per_class(class_weights, logits)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    losses = functional.cross_entropy(
        logits, target, ignore_index=ignore_index, reduction="none"
    )
    # 1 - p from the logarithm: 1 - exp(-loss) cancels where p is near one.
    modulated = power(-torch.expm1(-losses), gamma) * losses
    weight = weight_per_pixel(labels, valid, weights)
    return mean_over((weight * modulated).sum(), weight.sum())


class FocalLoss(Loss, function=focal_loss, check=check_focal):
    r"""Focal loss: ``focal_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{\sum_x w_{y_x} (1 - p_{y_x x})^\gamma \big(-\log p_{y_x x}\big)}
            {\sum_x w_{y_x}}

    over the pixels :math:`x` that count, with the softmax probabilities :math:`p`
    (N, C, H, W), the classes :math:`y` (N, H, W), a weight :math:`w` for each class and
    the focus :math:`\gamma \ge 0`.

    Choose it where easy background drowns the curves but no class weights are wanted.

    References
    ----------
    .. [Lin17] Lin et al., Focal loss for dense object detection, ICCV 2017, eq. 5.
    """
