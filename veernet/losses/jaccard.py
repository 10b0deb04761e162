"""Jaccard loss: one minus the soft intersection over union, the score of the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veernet.losses.inputs import IGNORE_INDEX, check_not_negative
from veernet.losses.module import Loss
from veernet.losses.reduction import Classes, check_classes
from veernet.losses.tversky import tversky_loss

if TYPE_CHECKING:
    from torch import Tensor


def jaccard_loss(
    logits: Tensor,
    target: Tensor,
    *,
    smooth: float = 0.0,
    per_image: bool = False,
    classes: Classes = "present",
    background: bool = True,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Mean over classes of 1 - (tp + smooth) / (predicted + true - tp + smooth).

    See :class:`JaccardLoss` for when to choose it.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    smooth
        Added to numerator and denominator, in pixels.
    per_image, classes, background, ignore_index
        As in ``tversky_loss``, of which this is alpha and beta of one.

    Returns
    -------
    () float
        Between 0 and 1.

    Raises
    ------
    InputError
        If a shape, a label or a hyper-parameter is wrong.
    """
    return tversky_loss(
        logits,
        target,
        alpha=1.0,
        beta=1.0,
        smooth=smooth,
        per_image=per_image,
        classes=classes,
        background=background,
        ignore_index=ignore_index,
    )


class JaccardLoss(Loss):
    r"""Jaccard (IoU) loss: ``jaccard_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{c \in K} \left(1 - \frac{\sum_x p_{cx} t_{cx} + s}
            {\sum_x (p_{cx} + t_{cx} - p_{cx} t_{cx}) + s}\right)

    over the pixels :math:`x` of the batch (or of each image), with the softmax
    probabilities :math:`p` (N, C, H, W), the target :math:`t` as one-hot of the same
    shape, the classes :math:`K` that count and ``smooth`` :math:`s`. With the Dice
    score :math:`D = 2 J / (1 + J)` it ranks predictions of one class as Dice does; over
    several classes it counts the worst ones for more.

    Choose it where IoU is the score to win and sorting (Lovasz-Softmax) is too slow, or
    as the overlap loss of the references.

    References
    ----------
    .. [Rah16] Rahman and Wang, Optimizing intersection-over-union in deep neural
       networks for image segmentation, ISVC 2016, section 3.
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
            jaccard_loss,
            smooth=smooth,
            per_image=per_image,
            classes=classes,
            background=background,
            ignore_index=ignore_index,
        )
