"""Dice loss: overlap of regions, false and missed ink weighing the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veernet.losses.inputs import IGNORE_INDEX, check_not_negative
from veernet.losses.module import Loss
from veernet.losses.reduction import Classes, check_classes
from veernet.losses.tversky import tversky_loss

if TYPE_CHECKING:
    from torch import Tensor


def dice_loss(
    logits: Tensor,
    target: Tensor,
    *,
    smooth: float = 0.0,
    per_image: bool = False,
    classes: Classes = "present",
    background: bool = True,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Mean over classes of 1 - (2 tp + smooth) / (predicted + true + smooth).

    Counts a curve of 2 % of the pixels as much as the background, whatever their sizes.
    It is the linear form; [Mil16]_ squares both parts of the denominator.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    smooth
        Added to numerator and denominator, in pixels.
    per_image, classes, background, ignore_index
        As in ``tversky_loss``, of which this is alpha and beta of one half.

    Returns
    -------
    () float
        Between 0 and 1.

    Raises
    ------
    InputError
        If a shape, a label or a hyper-parameter is wrong.

    References
    ----------
    .. [Mil16] Milletari et al., V-Net, 3DV 2016, section 3.
    """
    return tversky_loss(
        logits,
        target,
        alpha=0.5,
        beta=0.5,
        smooth=smooth / 2,  # the Tversky index is the ratio of the halves
        per_image=per_image,
        classes=classes,
        background=background,
        ignore_index=ignore_index,
    )


class DiceLoss(Loss):
    r"""Dice loss: ``dice_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{c \in K} \left(1 - \frac{2 \sum_x p_{cx} t_{cx} + s}
            {\sum_x p_{cx} + \sum_x t_{cx} + s}\right)

    over the pixels :math:`x` of the batch (or of each image), with the softmax
    probabilities :math:`p` (N, C, H, W), the target :math:`t` as one-hot of the same
    shape, the classes :math:`K` that count and ``smooth`` :math:`s`.

    Choose it where classes are rare and false ink and missed ink matter the same.

    References
    ----------
    .. [Mil16] Milletari et al., V-Net, 3DV 2016, section 3, with squares in the
       denominator; this is the linear form that most of the field means.
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
            dice_loss,
            smooth=smooth,
            per_image=per_image,
            classes=classes,
            background=background,
            ignore_index=ignore_index,
        )
