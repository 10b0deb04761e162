"""Boundary loss: wrong pixels by their distance from the edge of the true region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from veernet.losses.inputs import IGNORE_INDEX, on_logits, split_ignored
from veernet.losses.module import Loss
from veernet.losses.overlap import one_hot, sum_where
from veernet.losses.reduction import mean_over

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor


@on_logits
def boundary_loss(
    logits: Tensor,
    target: Tensor,
    *,
    background: bool = False,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Return the mean over images and classes of errors, weighed by their distance.

    See :class:`BoundaryLoss` for when to choose it. The distances are measured on the
    processor in every call: on a graphics card it waits for the target.

    Parameters
    ----------
    background
        Whether class 0 enters the mean.
    ignore_index
        Label of the pixels that do not count, as errors or as places to measure from.

    Returns
    -------
    () float
        Between 0 and 1.
    """
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    first = 0 if background else 1
    mask = one_hot(labels, valid, logits.shape[1])[:, first:]
    probability = logits.softmax(1)[:, first:]
    weight = signed_distance(mask, valid).to(probability.dtype).abs()
    errors = weight * torch.where(mask, 1 - probability, probability)
    counting = valid.unsqueeze(1)
    total = sum_where(counting, weight)
    known = total > 0  # neither absent nor all there is
    losses = mean_over(sum_where(counting, errors), total)
    return mean_over((losses * known).sum(), known.sum())


def signed_distance(mask: Tensor, valid: Tensor) -> Tensor:
    """Return how far each pixel is from the other side of its region's edge, in pixels.

    Positive outside of a class, negative inside, and nowhere 0: the definition that
    subtracts one inside is 0 on the whole of a curve of one or two pixels, for which
    drawing nothing is then the best there is.

    Parameters
    ----------
    mask : (N, C, H, W) bool
        Of which class a pixel is.
    valid : (N, H, W) bool
        Pixels to measure to: those of ``mask`` and of its outside.

    Returns
    -------
    (N, C, H, W) float32
        0 all over where an image has no pixel inside, or none outside.
    """
    inside = mask.cpu().numpy()
    outside = (~mask & valid.unsqueeze(1)).cpu().numpy()
    distance = np.zeros(inside.shape, np.float32)
    for which in np.ndindex(inside.shape[:2]):
        if inside[which].any() and outside[which].any():
            distance[which] = _to_nearest(inside[which]) - _to_nearest(outside[which])
    return torch.from_numpy(distance).to(mask.device)


def _to_nearest(wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return (H, W) the distance of each pixel from the nearest wanted one."""
    away = (~wanted).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))


class BoundaryLoss(Loss, function=boundary_loss):
    r"""Boundary loss: ``boundary_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{(n, c) \in K}
            \frac{\sum_x |\varphi_{ncx}| \, |p_{ncx} - t_{ncx}|}
            {\sum_x |\varphi_{ncx}|}

    with the softmax probabilities :math:`p` (N, C, H, W), the target :math:`t` as
    one-hot of the same shape, the distance :math:`\varphi` of a pixel from the nearest
    one on the other side of the class's edge, positive outside and negative inside, and
    the images and curves :math:`K` in which the class is shown. Since :math:`\varphi`
    has the sign of :math:`1 - 2 t`, the numerator is
    :math:`\sum_x \varphi (p - t)`: the paper's integral, with the constant that it
    drops, so that the target alone gives 0; the denominator makes it a share of the
    worst that can be.

    Never alone: a pixel far off the curve counts for a hundred on it, so that drawing
    nothing costs next to nothing. Choose it beside a region loss and with a small
    weight, against false ink far from any curve, which a region loss counts as it
    counts ink that is a pixel off. On curves of a few pixels it is a penalty on false
    ink by its distance, and little more.

    References
    ----------
    .. [Ker21] Kervadec et al., Boundary loss for highly unbalanced segmentation,
       Medical Image Analysis 67, 2021, eq. 5.
    """
