"""The loss of the centre: in which pixel of each row a curve has its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from veernet.losses.inputs import check_not_negative, widened

if TYPE_CHECKING:
    from torch import Tensor


def centre_target(columns: Tensor, width: int) -> Tensor:
    """Return the label of the centre: a curve between two pixels divides its row's one.

    The centroid of the label is the true column exactly, which no drawn mask gives: the
    ink of a nearly level stroke covers a hundred columns in a row, and the curve has
    one of them.

    Parameters
    ----------
    columns : (N, K, H) float
        True column of each curve in each row, NaN where it is not drawn.
    width
        Columns of the picture; what lies beyond them is left out.

    Returns
    -------
    (N, H, W) float
        In [0, 1]. Where curves cross, the larger share counts.
    """
    # A curve has a share of two pixels of a row only, so that nothing else is computed.
    first = columns.nan_to_num(-2.0, -2.0, -2.0).floor()
    both = torch.stack([first, first + 1], dim=-1)  # (N, K, H, 2)
    share = 1 - (both - columns[..., None]).abs()
    inside = (both >= 0) & (both <= width - 1)
    share = torch.where(inside, share, 0.0).transpose(1, 2).flatten(2)
    at = both.clamp(0, width - 1).long().transpose(1, 2).flatten(2)
    target = columns.new_zeros(columns.shape[0], columns.shape[2], width)
    return target.scatter_reduce(2, at, share, "amax")


def centre_loss(
    logits: Tensor, columns: Tensor, *, positive_weight: float = 1.0
) -> Tensor:
    r"""Cross-entropy of the centre with its shares, per row in which a curve is drawn.

    With the share :math:`t` of a pixel, its probability :math:`p` and the weight
    :math:`w`, :math:`-\sum (w t \log p + (1 - t) \log (1 - p)) / \sum t`: divided
    by the rows of curves, or by the rows where curves are fewer, and not by the pixels,
    it does not change with the width of the picture.

    Parameters
    ----------
    logits : (N, H, W) float
        Of the centre.
    columns : (N, K, H) float
        True column of each curve in each row, NaN where it is not drawn.
    positive_weight
        Above 1 it finds more centres, and more that are none.

    Returns
    -------
    () float
        In nats, 0 or more.
    """
    logits = widened(logits)
    target = centre_target(columns.to(logits), logits.shape[-1])
    # -log p is softplus(z) - z of a score z, and -log(1 - p) is softplus(z).
    softplus = functional.softplus(logits)
    if positive_weight != 1:
        softplus = softplus * (1 + (positive_weight - 1) * target)
    total = (softplus - positive_weight * target * logits).sum()
    # Pictures with next to no curve in them would weigh more than all others.
    rows = target.shape[0] * target.shape[1]
    return total / target.sum().clamp(min=rows)


class CentreLoss(nn.Module):
    """:func:`centre_loss` as a module, with the weight that it has beside the others.

    Parameters
    ----------
    positive_weight
        See :func:`centre_loss`.
    weight
        Factor on the loss.

    References
    ----------
    .. [He19] He et al., Fully Convolutional Boundary Regression for Retina OCT
       Segmentation, MICCAI 2019, finds surfaces in columns of pixels alike.
    """

    def __init__(self, positive_weight: float = 1.0, weight: float = 1.0) -> None:
        super().__init__()
        check_not_negative(positive_weight=positive_weight, weight=weight)
        self.positive_weight = positive_weight
        self.weight = weight

    def forward(self, logits: Tensor, columns: Tensor) -> Tensor:
        """Return the weighted loss of (N, H, W) logits with (N, K, H) columns."""
        loss = centre_loss(logits, columns, positive_weight=self.positive_weight)
        return self.weight * loss
