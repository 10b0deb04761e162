"""Losses on the overlap of regions: Tversky, Dice, Jaccard and squared Dice.

``classes="present"`` leaves out a class that the image (or the pooled batch) does not
show, ``"all"`` counts it; ``per_image`` scores each image by itself instead of the
batch as one picture; ``background`` says whether class 0 enters the mean; ``smooth`` is
added to numerator and denominator, in pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_not_negative,
    check_positive,
    on_logits,
)
from veernet.losses.module import Loss
from veernet.losses.overlap import (
    class_overlap,
    tversky_index,
)
from veernet.losses.reduction import (
    Classes,
    check_classes,
    mean_over_classes,
    power,
)

if TYPE_CHECKING:
    from torch import Tensor


def check_region(smooth: float, classes: str) -> None:
    """Refuse smoothing below zero and unknown classes."""
    check_not_negative(smooth=smooth)
    check_classes(classes)


def check_dials(alpha: float, beta: float, gamma: float, smooth: float) -> None:
    """Refuse hyper-parameters that are negative or make the loss constant."""
    check_not_negative(alpha=alpha, beta=beta, smooth=smooth)
    check_positive(gamma=gamma, **{"alpha + beta": alpha + beta})


def check_tversky(
    alpha: float, beta: float, gamma: float, smooth: float, classes: str
) -> None:
    """Refuse what ``check_dials`` does, and unknown classes."""
    check_dials(alpha, beta, gamma, smooth)
    check_classes(classes)


@on_logits
def tversky_loss(
    logits: Tensor,
    target: Tensor,
    *,
    alpha: float = 0.3,
    beta: float = 0.7,
    gamma: float = 1.0,
    smooth: float = 0.0,
    per_image: bool = False,
    classes: Classes = "present",
    background: bool = True,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Average (1 - TI)**gamma over classes, TI = tp / (tp + alpha fp + beta fn).

    For alpha + beta = 1 the index of a hard mask is F_b with b = sqrt(beta / alpha):
    beta above alpha asks for recall, which keeps thin curves unbroken. The gradient on
    false ink is proportional to tp: a curve of which nothing is found yet teaches the
    network only where it is, so combine with cross-entropy.

    Parameters
    ----------
    alpha, beta
        Weight of false positives and of false negatives, as in [Sal17]_; [Abr19]_ swaps
        the two names.
    gamma
        Focal Tversky: below 1 the last errors of a class count for more.
    smooth
        Added to numerator and denominator, in pixels.
    per_image
        Whether each image is scored by itself or the batch as one picture.
    classes
        ``"present"`` leaves absent classes out; ``"all"`` counts them, which without
        ``smooth`` costs 1 for each and teaches nothing.
    background
        Whether class 0 enters the mean.

    Returns
    -------
    () float
        Between 0 and 1.
    """
    check_tversky(alpha, beta, gamma, smooth, classes)
    counts = class_overlap(
        logits, target, per_image=per_image, ignore_index=ignore_index
    )
    losses = power(1 - tversky_index(counts, alpha, beta, smooth), gamma)
    return mean_over_classes(losses, counts.true, classes, background)


class TverskyLoss(Loss, function=tversky_loss, check=check_tversky):
    r"""Tversky loss: ``tversky_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{c \in K} \left(1 - \frac{S_c + s}
            {S_c + \alpha (P_c - S_c) + \beta (T_c - S_c) + s}\right)^\gamma

    with :math:`S_c = \sum_x p_{cx} t_{cx}`, :math:`P_c = \sum_x p_{cx}` and
    :math:`T_c = \sum_x t_{cx}` over the pixels :math:`x` of the batch (or of each
    image), the softmax probabilities :math:`p` (N, C, H, W), the target :math:`t` as
    one-hot of the same shape, the classes :math:`K` that count, the weights
    :math:`\alpha` of false and :math:`\beta` of missed ink, ``smooth`` :math:`s` and
    the focal exponent :math:`\gamma`.

    Choose it where a gap in a curve costs more than a thick one, as it does for
    tracing.

    References
    ----------
    .. [Sal17] Salehi et al., Tversky loss function for image segmentation using 3D
       fully convolutional deep networks, MLMI 2017, eq. 3.
    .. [Abr19] Abraham and Khan, A novel focal Tversky loss function, ISBI 2019, eq. 4.
    """


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
    """Average 1 - (2 tp + smooth) / (predicted + true + smooth) over classes.

    Counts a curve of 2 % of the pixels as much as the background, whatever their sizes.
    It is the linear form; [Mil16]_ squares both parts of the denominator.

    Parameters
    ----------
    smooth
        Added to numerator and denominator, in pixels.
    per_image, classes, background, ignore_index
        As in ``tversky_loss``, of which this is alpha and beta of one half.

    Returns
    -------
    () float
        Between 0 and 1.
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


class DiceLoss(Loss, function=dice_loss, check=check_region):
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
    """Average 1 - (tp + smooth) / (predicted + true - tp + smooth) over classes.

    Parameters
    ----------
    smooth
        Added to numerator and denominator, in pixels.
    per_image, classes, background, ignore_index
        As in ``tversky_loss``, of which this is alpha and beta of one.

    Returns
    -------
    () float
        Between 0 and 1.
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


class JaccardLoss(Loss, function=jaccard_loss, check=check_region):
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
    """Average 1 - (2 tp + smooth) / (predicted**2 + true + smooth) over classes.

    Parameters
    ----------
    smooth
        Added to numerator and denominator, in pixels.
    per_image, classes, background, ignore_index
        As in ``tversky_loss``.

    Returns
    -------
    () float
        Between 0 and 1.
    """
    check_region(smooth, classes)
    counts = class_overlap(
        logits, target, per_image=per_image, ignore_index=ignore_index, squared=True
    )
    losses = 1 - tversky_index(counts, 0.5, 0.5, smooth / 2)
    return mean_over_classes(losses, counts.true, classes, background)


class SquaredDiceLoss(Loss, function=squared_dice_loss, check=check_region):
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
