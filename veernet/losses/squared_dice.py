"""Squared Dice loss, that of V-Net: overlap with squares in the denominator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veernet.losses.inputs import IGNORE_INDEX, check_not_negative, on_logits
from veernet.losses.module import Loss
from veernet.losses.overlap import class_overlap, tversky_index
from veernet.losses.reduction import Classes, check_classes, mean_over_classes

if TYPE_CHECKING:
    from torch import Tensor


@on_logits
def squared_dice_loss(
    logits: Tensor,
    target: Tensor,
    *,
    smooth: float = 0.0,
    per_image: bool = False,
    classes: Classes = "present",
    background: bool = True,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Mean over classes of 1 - (2 tp + smooth) / (predicted**2 + true + smooth).

    See :class:`SquaredDiceLoss` for when to choose it.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    smooth
        Added to numerator and denominator, in pixels.
    per_image, classes, background, ignore_index
        As in ``tversky_loss``.

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
        logits, target, per_image=per_image, ignore_index=ignore_index, squared=True
    )
    losses = 1 - tversky_index(counts, 0.5, 0.5, smooth / 2)
    return mean_over_classes(losses, counts.true, classes, background)


class SquaredDiceLoss(Loss):
    r"""Squared Dice loss: ``squared_dice_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{c \in K} \left(1 - \frac{2 \sum_x p_{cx} t_{cx} + s}
            {\sum_x p_{cx}^2 + \sum_x t_{cx}^2 + s}\right)

    over the pixels :math:`x` of the batch (or of each image), with the softmax
    probabilities :math:`p` (N, C, H, W), the target :math:`t` as one-hot of the same
    shape, the classes :math:`K` that count and ``smooth`` :math:`s`. It is zero for the
    target alone, as Dice is, but doubt is cheaper: a pixel of false ink pushes in
    proportion to its own probability, so that the faint haze around a curve is let be.

    Choose it in the place of Dice where soft edges are wanted, or to compare with work
    that followed V-Net to the letter. The score of a doubtful network is higher than
    that of Dice, and of a certain one the same.

    References
    ----------
    .. [Mil16] Milletari et al., V-Net: fully convolutional neural networks for
       volumetric medical image segmentation, 3DV 2016, section 3.
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
            squared_dice_loss,
            smooth=smooth,
            per_image=per_image,
            classes=classes,
            background=background,
            ignore_index=ignore_index,
        )
