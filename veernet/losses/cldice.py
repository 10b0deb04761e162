"""Soft clDice loss: overlap of each skeleton with the other region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from veernet.errors import InputError
from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_not_negative,
    on_logits,
    split_ignored,
)
from veernet.losses.module import Loss
from veernet.losses.overlap import SMALLEST, count, one_hot, sum_where
from veernet.losses.reduction import Classes, check_classes, mean_over_classes
from veernet.losses.skeleton import soft_skeleton

if TYPE_CHECKING:
    from torch import Tensor


@on_logits
def cldice_loss(
    logits: Tensor,
    target: Tensor,
    *,
    iterations: int = 3,
    smooth: float = 1.0,
    per_image: bool = False,
    classes: Classes = "present",
    background: bool = False,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Mean over classes of 1 - 2 a b / (a + b), the share of each skeleton that is met.

    See :class:`CLDiceLoss` for when to choose it.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    iterations
        Times that a region is eroded for its skeleton: half the width of the widest
        curve, in pixels. Each costs as much as a loss on regions.
    smooth
        Added to numerator and denominator of both shares, in pixels. A prediction
        without ridges has no skeleton, and 0 without it.
    per_image
        Whether each image is scored by itself or the batch as one picture.
    classes
        ``"present"`` leaves absent classes out; ``"all"`` counts them.
    background
        Whether class 0 enters the mean.
    ignore_index
        Label of the pixels that do not count.

    Returns
    -------
    () float
        Between 0 and 1.

    Raises
    ------
    InputError
        If a shape, a label or a hyper-parameter is wrong.
    """
    check_iterations(iterations)
    check_not_negative(smooth=smooth)
    check_classes(classes)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    first = 0 if background else 1
    each = one_hot(labels, valid, logits.shape[1])
    mask = each[:, first:]
    probability = logits.softmax(1)[:, first:]
    counting = valid.unsqueeze(1)
    claimed = soft_skeleton(probability, counting, iterations)
    # Of a mask it is one of zeros and ones, which eight bits hold.
    true = soft_skeleton(mask.to(torch.int8), counting, iterations) > 0
    sums = [
        sum_where(mask, claimed),
        sum_where(counting, claimed),
        sum_where(true, probability),
        count(true, probability.dtype),
        count(each, probability.dtype),
    ]
    if not per_image:
        sums = [part.sum(0, keepdim=True) for part in sums]
    right, drawn, met, wanted, pixels = sums
    precision = (right + smooth) / (drawn + smooth).clamp_min(SMALLEST)
    recall = (met + smooth) / (wanted + smooth).clamp_min(SMALLEST)
    score = 2 * precision * recall / (precision + recall).clamp_min(SMALLEST)
    return mean_over_classes(1 - score, pixels, classes, background)


def check_iterations(iterations: int) -> None:
    """Refuse a negative number of erosions."""
    if iterations < 0:
        msg = f"iterations is {iterations}: give 0 or more"
        raise InputError(msg)


class CLDiceLoss(Loss):
    r"""Soft clDice (centre-line Dice): ``cldice_loss`` as a module, its parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{c \in K} \left(1 - \frac{2 a_c b_c}{a_c + b_c}\right),
        \qquad a_c = \frac{\sum_x S(p)_{cx} t_{cx} + s}{\sum_x S(p)_{cx} + s}, \qquad
        b_c = \frac{\sum_x S(t)_{cx} p_{cx} + s}{\sum_x S(t)_{cx} + s}

    over the pixels :math:`x` of the batch (or of each image), with the softmax
    probabilities :math:`p` (N, C, H, W), the target :math:`t` as one-hot of the same
    shape, their soft skeletons :math:`S`, the curves :math:`K` that count and
    ``smooth`` :math:`s`. Precision :math:`a` is of the predicted skeleton, recall
    :math:`b` of the true one: a curve that is whole scores well though it is a little
    too thin or too thick.

    Never alone: where the probabilities are flat there is no skeleton, and nothing
    speaks against the flood. Choose it beside Dice where curves are wide and their
    connection matters more than their outline. Up to a width of two pixels the skeleton
    is the curve, and recall that of Dice.

    References
    ----------
    .. [Shi21] Shit et al., clDice, a novel topology-preserving loss function for
       tubular structure segmentation, CVPR 2021, algorithms 1 and 2.
    """

    def __init__(
        self,
        iterations: int = 3,
        smooth: float = 1.0,
        per_image: bool = False,
        classes: Classes = "present",
        background: bool = False,
        ignore_index: int = IGNORE_INDEX,
    ) -> None:
        check_iterations(iterations)
        check_not_negative(smooth=smooth)
        check_classes(classes)
        super().__init__(
            cldice_loss,
            iterations=iterations,
            smooth=smooth,
            per_image=per_image,
            classes=classes,
            background=background,
            ignore_index=ignore_index,
        )
