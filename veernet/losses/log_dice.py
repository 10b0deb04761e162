"""Log-Dice loss: the negative logarithm of the overlap of each class."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_not_negative,
    on_logits,
    split_ignored,
)
from veernet.losses.module import Loss
from veernet.losses.overlap import log_sum_where, one_hot, overlap
from veernet.losses.reduction import Classes, check_classes, mean_over_classes

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
    """Mean over classes of -log((2 tp + smooth) / (predicted + true + smooth)).

    See :class:`LogDiceLoss` for when to choose it.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    smooth
        Added to numerator and denominator, in pixels.
    per_image, classes, background, ignore_index
        As in ``tversky_loss``; ``"all"`` wants ``smooth``, without which an absent
        class costs more than 40 and teaches next to nothing.

    Returns
    -------
    () float
        0 or more, in nats.

    Raises
    ------
    InputError
        If a shape, a label or a hyper-parameter is wrong.
    """
    check_not_negative(smooth=smooth)
    check_classes(classes)
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


class LogDiceLoss(Loss):
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

    def __init__(
        self,
        smooth: float = 0.0,
        per_image: bool = False,
        classes: Classes = "present",
        background: bool = True,
        ignore_index: int = IGNORE_INDEX,
    ) -> None:
        check_not_negative(smooth=smooth)
        check_classes(classes)
        super().__init__(
            log_dice_loss,
            smooth=smooth,
            per_image=per_image,
            classes=classes,
            background=background,
            ignore_index=ignore_index,
        )
