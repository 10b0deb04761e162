"""Losses on the skeleton of curves: soft clDice and Skeleton Recall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
import torch
from skimage.morphology import skeletonize
from torch.autograd import Function

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
    """Mean over classes of 1 - 2 a b / (a + b), the share of each skeleton that is met.

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


def soft_skeleton(region: Tensor, valid: Tensor, iterations: int) -> Tensor:
    """Return what each opening of a region takes off, from the outline inwards.

    What an opening (erosion, then dilation) removes is too thin to be eroded, and so a
    ridge. After each erosion there is less left, and the ridges of all of them together
    are the skeleton. On a mask it is one, with gaps where the width changes.

    Parameters
    ----------
    region : (N, C, H, W) float or int8
        In [0, 1]: probabilities, or a mask.
    valid : broadcastable to (N, C, H, W), bool
        Pixels that count; to the others everything is as at the edge of the picture.
    iterations
        Erosions after the first opening.

    Returns
    -------
    (N, C, H, W)
        In [0, 1] and of the type of ``region``; 0 where not valid.

    References
    ----------
    .. [Shi21] Shit et al., clDice, CVPR 2021, algorithm 1.
    """
    # Elsewhere the look would wait for the device.
    whole = valid.is_cpu and bool(valid.all())
    skeleton = torch.zeros_like(region)
    for _ in range(iterations + 1):
        inner = erode(region if whole else region.masked_fill(~valid, 1))
        opened = dilate(inner if whole else inner.masked_fill(~valid, 0))
        ridges = torch.relu(region - opened)
        # Either of the two, as if they were independent: it stays below one.
        skeleton = skeleton + ridges * (1 - skeleton)
        region = inner
    return skeleton if whole else skeleton.masked_fill(~valid, 0)


def erode(region: Tensor) -> Tensor:
    """Return (..., H, W) the least of each pixel and its four neighbours."""
    return torch.minimum(-_greatest(-region, -1), -_greatest(-region, -2))


def dilate(region: Tensor) -> Tensor:
    """Return (..., H, W) the greatest of each pixel and its eight neighbours."""
    return _greatest(_greatest(region, -1), -2)


def _greatest(region: Tensor, axis: int) -> Tensor:
    """Return the greatest of each pixel and the two beside it along an axis."""
    return cast("Tensor", _Greatest.apply(region, axis))


class _Greatest(Function):
    """The greatest of three in a row, whose gradient goes to one of them.

    By pictures shifted against each other, which on a processor is several times as
    fast as pooling or as a chain of maxima. Among equals the pixel itself is the
    greatest, then the one before it. Which it is does not change with the gradient, so
    that backward is linear, and differentiable as it stands.
    """

    @staticmethod
    def forward(region: Tensor, axis: int) -> Tensor:
        greatest = region.clone()
        first, last = _but_last(greatest, axis), _but_first(greatest, axis)
        torch.maximum(last, _but_last(region, axis), out=last)
        torch.maximum(first, _but_first(region, axis), out=first)
        return greatest

    @staticmethod
    def setup_context(
        ctx: Any,  # noqa: ANN401
        inputs: tuple[Tensor, int],
        output: Tensor,
    ) -> None:
        region, ctx.axis = inputs
        if not ctx.needs_input_grad[0]:
            return
        own = output == region
        before = torch.zeros_like(own)
        _but_first(before, ctx.axis).copy_(
            _but_first(output, ctx.axis) == _but_last(region, ctx.axis)
        )
        ctx.save_for_backward(own, before & ~own)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        own, before = ctx.saved_tensors
        (gradient,) = gradients
        # Products: to choose by a mask without a pattern takes ten times as long.
        result = gradient * own.to(gradient.dtype)
        back = gradient * before.to(gradient.dtype)
        onward = gradient - result - back
        _but_last(result, ctx.axis).add_(_but_first(back, ctx.axis))
        _but_first(result, ctx.axis).add_(_but_last(onward, ctx.axis))
        return result, None


def _but_first(pixels: Tensor, axis: int) -> Tensor:
    """Return a view of all but the first row or column."""
    return pixels.narrow(axis, 1, pixels.shape[axis] - 1)


def _but_last(pixels: Tensor, axis: int) -> Tensor:
    """Return a view of all but the last row or column."""
    return pixels.narrow(axis, 0, pixels.shape[axis] - 1)


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
    """Mean over curves of 1 - recall on the widened skeleton of the truth.

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
