"""Tversky loss: overlap of regions, with a dial between false and missed ink."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_not_negative,
    check_positive,
    on_logits,
)
from veernet.losses.module import Loss
from veernet.losses.overlap import class_overlap, tversky_index
from veernet.losses.reduction import (
    Classes,
    check_classes,
    mean_over_classes,
    power,
)

if TYPE_CHECKING:
    from torch import Tensor


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
    """Mean over classes of (1 - TI)**gamma, TI = tp / (tp + alpha fp + beta fn).

    For alpha + beta = 1 the index of a hard mask is F_b with b = sqrt(beta / alpha):
    beta above alpha asks for recall, which keeps thin curves unbroken. The gradient on
    false ink is proportional to tp: a curve of which nothing is found yet teaches the
    network only where it is, so combine with cross-entropy.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
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

    References
    ----------
    .. [Sal17] Salehi et al., Tversky loss function for image segmentation using 3D
       fully convolutional deep networks, MLMI 2017, eq. 3.
    .. [Abr19] Abraham and Khan, A novel focal Tversky loss function, ISBI 2019, eq. 4.
    """
    check_dials(alpha, beta, gamma, smooth)
    check_classes(classes)
    counts = class_overlap(
        logits, target, per_image=per_image, ignore_index=ignore_index
    )
    losses = power(1 - tversky_index(counts, alpha, beta, smooth), gamma)
    return mean_over_classes(losses, counts.true, classes, background)


def check_dials(alpha: float, beta: float, gamma: float, smooth: float) -> None:
    """Refuse hyper-parameters that are negative or make the loss constant."""
    check_not_negative(alpha=alpha, beta=beta, smooth=smooth)
    check_positive(gamma=gamma, **{"alpha + beta": alpha + beta})


class TverskyLoss(Loss):
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

    def __init__(
        self,
        alpha: float = 0.3,
        beta: float = 0.7,
        gamma: float = 1.0,
        smooth: float = 0.0,
        per_image: bool = False,
        classes: Classes = "present",
        background: bool = True,
        ignore_index: int = IGNORE_INDEX,
    ) -> None:
        check_dials(alpha, beta, gamma, smooth)
        check_classes(classes)
        super().__init__(
            tversky_loss,
            alpha=alpha,
            beta=beta,
            gamma=gamma,
            smooth=smooth,
            per_image=per_image,
            classes=classes,
            background=background,
            ignore_index=ignore_index,
        )
