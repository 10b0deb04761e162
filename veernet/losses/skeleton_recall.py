"""Skeleton Recall loss: what is missed of the middle of each curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from skimage.morphology import skeletonize

from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_not_negative,
    on_logits,
    split_ignored,
)
from veernet.losses.module import Loss
from veernet.losses.overlap import count, one_hot, sum_where
from veernet.losses.reduction import Classes, check_classes, mean_over_classes

if TYPE_CHECKING:
    from torch import Tensor

WIDENINGS = 2
"""How often a skeleton is widened by a pixel, as in the paper."""


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
    """Mean over curves of 1 - recall on the widened skeleton of the truth.

    See :class:`SkeletonRecallLoss` for when to choose it. The skeletons are thinned on
    the processor in every call: on a graphics card it waits for the target.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
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
    check_not_negative(smooth=smooth)
    check_classes(classes)
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


class SkeletonRecallLoss(Loss):
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

    def __init__(
        self,
        smooth: float = 0.0,
        per_image: bool = False,
        per_class: bool = False,
        classes: Classes = "present",
        ignore_index: int = IGNORE_INDEX,
    ) -> None:
        check_not_negative(smooth=smooth)
        check_classes(classes)
        super().__init__(
            skeleton_recall_loss,
            smooth=smooth,
            per_image=per_image,
            per_class=per_class,
            classes=classes,
            ignore_index=ignore_index,
        )
