"""Losses on the overlap of regions that weigh it anew: log-Dice and generalised Dice.

Their parameters are those of :mod:`veernet.losses.region`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from veernet.losses.inputs import IGNORE_INDEX, on_logits, split_ignored
from veernet.losses.module import Loss
from veernet.losses.overlap import (
    SMALLEST,
    class_overlap,
    log_sum_where,
    one_hot,
    overlap,
)
from veernet.losses.reduction import (
    Classes,
    counted_classes,
    mean_over,
    mean_over_classes,
)
from veernet.losses.region import check_region

if TYPE_CHECKING:
    from torch import Tensor

LEAST_FOUND = 1e-18
"""Pixels of an absent class that are found, where none are added to them."""


@on_logits
def log_dice_loss(
    logits: Tensor,
    target: Tensor,
    *,
    smooth: float = 0.0,
    per_image: bool = False,
    classes: Classes = "present",
    background: bool = True,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Average -log((2 tp + smooth) / (predicted + true + smooth)) over classes.

    Parameters
    ----------
    smooth
        Added to numerator and denominator, in pixels.
    per_image, classes, background, ignore_index
        As in ``tversky_loss``; ``"all"`` wants ``smooth``, without which an absent
        class costs more than 40 and teaches next to nothing.

    Returns
    -------
    () float
        0 or more, in nats.
    """
    check_region(smooth, classes)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    mask = one_hot(labels, valid, logits.shape[1])
    logs = logits.log_softmax(1)
    counts = overlap(logs.exp(), mask, valid)
    counts = counts if per_image else counts.pooled()
    size = (counts.predicted + counts.true + smooth) / 2
    # The logarithm of each part: that of their ratio would lose the gradient where
    # next to nothing is found, which is where this loss has the most to say. There what
    # is found may be no float32 at all, so without smoothing its own is never taken.
    if smooth > 0:
        found = (counts.shared + smooth / 2).log()
    else:
        dims = (2, 3) if per_image else (0, 2, 3)
        shown = mask.any(dims, keepdim=True)
        total, peak = log_sum_where(mask | ~shown, logs, dims)
        found = (total.log() + peak).reshape(counts.true.shape)
        found = torch.where(counts.true > 0, found, math.log(LEAST_FOUND))
    losses = size.clamp_min(LEAST_FOUND).log() - found
    return mean_over_classes(losses, counts.true, classes, background)


class LogDiceLoss(Loss, function=log_dice_loss, check=check_region):
    r"""Log-Dice loss: ``log_dice_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{c \in K} -\log \frac{2 \sum_x p_{cx} t_{cx} + s}
            {\sum_x p_{cx} + \sum_x t_{cx} + s}

    over the pixels :math:`x` of the batch (or of each image), with the softmax
    probabilities :math:`p` (N, C, H, W), the target :math:`t` as one-hot of the same
    shape, the classes :math:`K` that count and ``smooth`` :math:`s`. Without ``smooth``
    a class costs :math:`-\log \hat s_c + \log(\hat p_c + \hat t_c) - \log 2`, with the
    shares of all pixels that are found, predicted and true: a term that matches the
    truth, as cross-entropy does, and one that wants regions small. It shows what Dice
    hides.

    Choose it where Dice begins on next to nothing found: the gradient of Dice is then
    as small as what is found, and that of its logarithm is not.

    References
    ----------
    .. [Liu24] Liu et al., Do we really need Dice? The hidden region-size biases of
       segmentation losses, Medical Image Analysis 91, 2024, section 3.
    """


@on_logits
def generalised_dice_loss(
    logits: Tensor,
    target: Tensor,
    *,
    smooth: float = 0.0,
    per_image: bool = False,
    classes: Classes = "present",
    background: bool = True,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Return 1 - 2 sum(w tp) / sum(w (predicted + true)), w = 1 / true**2 of a class.

    Parameters
    ----------
    smooth
        Added to numerator and denominator, in pixels of the smallest class.
    per_image
        Whether each image is scored by itself or the batch as one picture.
    classes
        ``"present"`` leaves absent classes out; ``"all"`` gives them the weight of the
        smallest class present.
    background
        Whether class 0 enters.

    Returns
    -------
    () float
        Between 0 and 1.
    """
    check_region(smooth, classes)
    counts = class_overlap(
        logits, target, per_image=per_image, ignore_index=ignore_index
    )
    counted = counted_classes(counts.true, classes, background)
    weights = inverse_square(counts.true, counted)
    found = 2 * (weights * counts.shared).sum(1) + smooth
    size = (weights * (counts.predicted + counts.true)).sum(1) + smooth
    losses = 1 - found / size.clamp_min(SMALLEST)
    shown = (weights > 0).any(1)
    return mean_over((losses * shown).sum(), shown.sum())


def inverse_square(true: Tensor, counted: Tensor) -> Tensor:
    """Return (images, C) weights of classes, as 1 / size**2, that of the smallest 1.

    Only ratios matter to the loss. As such they are floats of any precision, while 1 /
    size**2 itself spans from 1 to 1e-13 on a batch and is infinite for an absent class.

    Parameters
    ----------
    true : (images, C) float
        Pixels of each class.
    counted : (images, C) bool
        Which classes count; an absent one weighs as much as the smallest.
    """
    sizes = true.masked_fill(~counted | (true == 0), torch.inf)
    smallest = sizes.amin(1, keepdim=True)
    # An image of no class that counts has no smallest one, and no weights.
    known = counted & smallest.isfinite()
    ratio = smallest / torch.where(true > 0, true, smallest)
    return torch.where(known, ratio.square(), 0)


class GeneralisedDiceLoss(Loss, function=generalised_dice_loss, check=check_region):
    r"""Generalised Dice: ``generalised_dice_loss`` as a module, the same parameters.

    .. math::

        L = 1 - \frac{2 \sum_{c \in K} w_c \sum_x p_{cx} t_{cx} + s}
            {\sum_{c \in K} w_c \sum_x (p_{cx} + t_{cx}) + s},
        \qquad w_c \propto \Big(\sum_x t_{cx}\Big)^{-2}

    over the pixels :math:`x` of the batch (or of each image), with the softmax
    probabilities :math:`p` (N, C, H, W), the target :math:`t` as one-hot of the same
    shape, the classes :math:`K` that count and ``smooth`` :math:`s`. The weights are
    made relative to the smallest class, so that no class, also no absent one, makes the
    ratio blow up. Where classes are of equal size it is Dice of all classes together.

    Choose it where curves differ much in length: one ratio follows the smallest class
    more closely than the mean of ratios, and is noisier for it.

    References
    ----------
    .. [Sud17] Sudre et al., Generalised Dice overlap as a deep learning loss function
       for highly unbalanced segmentations, DLMIA 2017, section 2.
    """
