"""Region-size loss: predicted against true shares of the picture, wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch

from veernet.errors import InputError
from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_positive,
    on_logits,
    split_ignored,
)
from veernet.losses.module import Loss
from veernet.losses.overlap import count, log_sum_where, one_hot, sum_where
from veernet.losses.reduction import mean_over

if TYPE_CHECKING:
    from torch import Tensor

Distance = Literal["l1", "kl"]


@on_logits
def region_size_loss(
    logits: Tensor,
    target: Tensor,
    *,
    distance: Distance = "kl",
    sharpness: float = 10.0,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Distance of the predicted shares of the classes from the true ones, per image.

    See :class:`RegionSizeLoss` for when to choose it.

    Parameters
    ----------
    distance
        ``"l1"`` for the mean absolute difference over classes, ``"kl"`` for the
        Kullback-Leibler divergence of the predicted shares from the true ones, in nats.
    sharpness
        Factor on the logits before softmax (the ``temp`` of [Liu24]_'s code): well
        above 1 it counts, more or less, the pixels that a class wins.
    ignore_index
        Label of the pixels that do not count; the shares are of the others.

    Returns
    -------
    () float
        0 or more, mean over the images with a pixel that counts.
    """
    check_size(distance, sharpness)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    true = count(one_hot(labels, valid, logits.shape[1]), logits.dtype)
    pixels = true.sum(1, keepdim=True)
    known = pixels.squeeze(1) > 0
    pixels = pixels.clamp_min(1)
    if distance == "l1":
        probability = (sharpness * logits).softmax(1)
        predicted = sum_where(valid.unsqueeze(1), probability)
        losses = ((predicted - true) / pixels).abs().mean(1)
    else:
        share = true / pixels
        log_share = log_mean(sharpness * logits, valid)
        losses = torch.xlogy(share, share).sum(1) - (share * log_share).sum(1)
    return mean_over((losses * known).sum(), known.sum())


def log_mean(logits: Tensor, valid: Tensor) -> Tensor:
    """Return (N, C) the logarithm of the mean of each class's probability over pixels.

    Taken in the logarithm throughout: with logits times ten, the probability of a curve
    that trails by nine logits is no float32 any more, and the loss, which would say
    nothing there, is wanted for just such a curve.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    valid : (N, H, W) bool
        Pixels to average; all of them in an image that has none.
    """
    included = valid | ~valid.any((1, 2), keepdim=True)
    total, peak = log_sum_where(included.unsqueeze(1), logits.log_softmax(1), (2, 3))
    # The mean first: of the logarithms of a sum and of a million pixels, the difference
    # would have lost the digits that tell a share of the background from another.
    return (total / included.sum((1, 2)).unsqueeze(1)).log() + peak


def check_size(distance: str, sharpness: float) -> None:
    """Refuse a distance that is neither of the two, and no sharpness."""
    if distance not in {"l1", "kl"}:
        msg = f"distance is {distance!r}: give 'l1' or 'kl'"
        raise InputError(msg)
    check_positive(sharpness=sharpness)


class RegionSizeLoss(Loss, function=region_size_loss, check=check_size):
    r"""Region-size loss: ``region_size_loss`` as a module, with the same parameters.

    .. math::

        R_1 = \frac{1}{N C} \sum_{n, c} |\hat p_{nc} - \hat t_{nc}|, \qquad
        R_{KL} = \frac{1}{N} \sum_{n, c} \hat t_{nc}
            \log \frac{\hat t_{nc}}{\hat p_{nc}}

    with the predicted share of an image
    :math:`\hat p_{nc} = \frac{1}{|\Omega|} \sum_{x \in \Omega} p_{ncx}`, where
    :math:`p` = softmax(``sharpness`` times the logits) is (N, C, H, W), and the true
    share :math:`\hat t` likewise, of one-hot targets; :math:`\Omega` are the pixels
    that count. It is zero wherever the shares match, so it says how much of a class
    there is and nothing of where. :math:`R_{KL} \ge (C R_1)^2 / 2`, image by image, is
    Pinsker's inequality.

    Choose it beside cross-entropy, with a weight of 1: cross-entropy alone has too
    little to say for rare classes, and the penalty that Dice hides on the size of
    regions is the same for all of them. KL is infinite for a class that vanishes and
    hardly cares for false ink of an absent one; L1 counts a pixel as a pixel, and so a
    thin curve for little.

    References
    ----------
    .. [Liu24] Liu et al., Do we really need Dice? The hidden region-size biases of
       segmentation losses, Medical Image Analysis 91, 2024, section 3; ``sharpness`` 10
       and weight 1 are those of the published configurations.
    """
