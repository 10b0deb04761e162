"""Cross-entropy: the baseline that every other loss is measured against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

from veernet.errors import InputError
from veernet.losses.inputs import IGNORE_INDEX, on_logits, split_ignored
from veernet.losses.module import Loss
from veernet.losses.reduction import (
    check_class_weights,
    mean_over,
    weight_per_pixel,
    weights_per_class,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


@on_logits
def cross_entropy_loss(
    logits: Tensor,
    target: Tensor,
    *,
    class_weights: Sequence[float] | None = None,
    label_smoothing: float = 0.0,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Mean negative log-probability of the true class: calibrated, and blind to shape.

    It is that of torch, except that a batch without a valid pixel gives 0, not NaN.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    class_weights
        Weight of a pixel by its class; the mean divides by the sum of these weights.
        Weights w and 1 for a curve and the background call a pixel a curve from
        probability 1 / (1 + w) on.
    label_smoothing
        Share of a pixel's label that is spread evenly over all classes, 0 to 1 (the
        soft cross-entropy).
    ignore_index
        Label of the pixels that do not count.

    Returns
    -------
    () float
        In nats, 0 or more.

    Raises
    ------
    InputError
        If a shape, a label or a hyper-parameter is wrong.
    """
    check_smoothing(label_smoothing)
    weights = weights_per_class(class_weights, logits)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    # Summed here: the sum of torch has no deterministic kernel on a graphics card.
    losses = functional.cross_entropy(
        logits,
        target,
        weight=weights,
        ignore_index=ignore_index,
        reduction="none",
        label_smoothing=label_smoothing,
    )
    weight = weight_per_pixel(labels, valid, weights).sum()
    # Smoothed, pixels whose own class weighs nothing still have terms of the others.
    return mean_over(losses.sum() * (weight > 0), weight)


def check_smoothing(label_smoothing: float) -> None:
    """Refuse a share of the label that is not between 0 and 1."""
    if not 0 <= label_smoothing <= 1:
        msg = f"label_smoothing is {label_smoothing}: give a share from 0 to 1"
        raise InputError(msg)


class CrossEntropyLoss(Loss):
    r"""Cross-entropy: ``cross_entropy_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{\sum_x w_{y_x} \big(-\log p_{y_x x}\big)}{\sum_x w_{y_x}}

    over the pixels :math:`x` that count, with the softmax probabilities :math:`p`
    (N, C, H, W), the classes :math:`y` (N, H, W) and a weight :math:`w` for each class.
    Smoothed by :math:`\epsilon`, the label is :math:`1 - \epsilon` of the true class
    and :math:`\epsilon / C` of every one, and each term has its class's own weight.

    Choose it as the baseline of any comparison, and where the probabilities themselves
    are used: unweighted and unsmoothed, its optimum is calibrated.

    References
    ----------
    .. [Sze16] Szegedy et al., Rethinking the Inception architecture for computer
       vision, CVPR 2016, section 7, for the smoothing.
    """

    def __init__(
        self,
        class_weights: Sequence[float] | None = None,
        label_smoothing: float = 0.0,
        ignore_index: int = IGNORE_INDEX,
    ) -> None:
        check_class_weights(class_weights)
        check_smoothing(label_smoothing)
        super().__init__(
            cross_entropy_loss,
            class_weights=class_weights,
            label_smoothing=label_smoothing,
            ignore_index=ignore_index,
        )
