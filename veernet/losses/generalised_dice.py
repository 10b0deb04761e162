"""Generalised Dice loss: one overlap of all classes, weighed by their sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from veernet.losses.inputs import IGNORE_INDEX, check_not_negative, on_logits
from veernet.losses.module import Loss
from veernet.losses.overlap import SMALLEST, class_overlap
from veernet.losses.reduction import (
    Classes,
    check_classes,
    counted_classes,
    mean_over,
)

if TYPE_CHECKING:
    from torch import Tensor


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
    """One minus 2 sum(w tp) / sum(w (predicted + true)), w = 1 / true**2 of a class.

    See :class:`GeneralisedDiceLoss` for when to choose it.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    smooth
        Added to numerator and denominator, in pixels of the smallest class.
    per_image
        Whether each image is scored by itself or the batch as one picture.
    classes
        ``"present"`` leaves absent classes out; ``"all"`` gives them the weight of the
        smallest class present.
    background
        Whether class 0 enters.
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


class GeneralisedDiceLoss(Loss):
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
            generalised_dice_loss,
            smooth=smooth,
            per_image=per_image,
            classes=classes,
            background=background,
            ignore_index=ignore_index,
        )
