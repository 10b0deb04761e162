"""Losses on the skeleton of curves: soft clDice and Skeleton Recall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from skimage.morphology import skeletonize

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

WIDENINGS = 2
"""How often a skeleton is widened by a pixel, as in the paper."""


def check_cldice(iterations: int, smooth: float, classes: str) -> None:
    """Refuse a negative number of erosions or smoothing, and unknown classes."""
    if iterations < 0:
        msg = f"iterations is {iterations}: give 0 or more"
        raise InputError(msg)
    check_skeleton_recall(smooth, classes)


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
    """Return the mean over classes of 1 - 2 a b / (a + b), shares of skeletons met.

    Parameters
    ----------
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

    Returns
    -------
    () float
        Between 0 and 1.
    """
    check_cldice(iterations, smooth, classes)
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


class CLDiceLoss(Loss, function=cldice_loss, check=check_cldice):
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


def check_skeleton_recall(smooth: float, classes: str) -> None:
    """Refuse smoothing below zero and unknown classes."""
    check_not_negative(smooth=smooth)
    check_classes(classes)


@on_logits
def skeleton_recall_loss(
    logits: Tensor,
    target: Tensor,
    *,
    smooth: float = 0.0,
    per_image: bool = False,
    per_class: bool = False,
    classes: Classes = "present",
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Return the mean over curves of 1 - recall on the widened skeleton of the truth.

    See :class:`SkeletonRecallLoss` for when to choose it. The skeletons are thinned on
    the processor in every call: on a graphics card it waits for the target.

    Parameters
    ----------
    smooth
        Added to numerator and denominator, in pixels.
    per_image
        Whether each image is scored by itself or the batch as one picture.
    per_class
        Whether each class has its own skeleton, or all curves together one, which is
        the paper's and differs where curves touch.
    classes
        ``"present"`` leaves absent classes out; ``"all"`` counts them, which wants
        ``smooth``.

    Returns
    -------
    () float
        Between 0 and 1.
    """
    check_skeleton_recall(smooth, classes)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    each = one_hot(labels, valid, logits.shape[1])
    mask = each[:, 1:]
    tube = mask & widened_skeleton(mask if per_class else mask.any(1, keepdim=True))
    probability = logits.softmax(1)[:, 1:]
    shared = sum_where(tube, probability)
    sums = [shared, count(tube, shared.dtype), count(each, shared.dtype)]
    if not per_image:
        sums = [part.sum(0, keepdim=True) for part in sums]
    shared, wanted, pixels = sums
    recall = (shared + smooth) / (wanted + smooth).clamp_min(1 if smooth == 0 else 0)
    return mean_over_classes(1 - recall, pixels, classes, background=False)


def widened_skeleton(mask: Tensor) -> Tensor:
    """Return the skeleton of each mask, widened twice by the pixels beside it.

    Parameters
    ----------
    mask : (N, C, H, W) bool
        Regions, such as curves.

    Returns
    -------
    (N, C, H, W) bool
        Not confined to the regions.
    """
    regions = mask.cpu().numpy()
    tubes = np.zeros(regions.shape, np.bool_)
    beside = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    for which in np.ndindex(regions.shape[:2]):
        if regions[which].any():
            skeleton = skeletonize(regions[which]).astype(np.uint8)
            tubes[which] = cv2.dilate(skeleton, beside, iterations=WIDENINGS) > 0
    return torch.from_numpy(tubes).to(mask.device)


class SkeletonRecallLoss(
    Loss, function=skeleton_recall_loss, check=check_skeleton_recall
):
    r"""Skeleton Recall: ``skeleton_recall_loss`` as a module, with its parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{c \in K} \left(1 -
            \frac{\sum_x p_{cx} s_{cx} + \epsilon}{\sum_x s_{cx} + \epsilon}\right),
        \qquad s = t \wedge \mathrm{dilate}^2(\mathrm{skeleton}(t))

    over the pixels :math:`x` of the batch (or of each image), with the softmax
    probabilities :math:`p` (N, C, H, W), the target :math:`t` as one-hot of the same
    shape, the curves :math:`K` that count, never the background, and ``smooth``
    :math:`\epsilon`.

    Never alone: nothing in it speaks against false ink. Choose it beside Dice and
    cross-entropy where curves are wide and must not break. Up to a width of three
    pixels the widened skeleton is all of the curve, and the loss is one minus recall: a
    Tversky loss of alpha 0 and beta 1.

    References
    ----------
    .. [Kir24] Kirchhoff et al., Skeleton Recall loss for connectivity conserving and
       resource efficient segmentation of thin tubular structures, ECCV 2024, section 3
       and algorithm 1.
    """
