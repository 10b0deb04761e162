"""Lovasz-Softmax loss: the convex surrogate of one minus the mean IoU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from veernet.compiled import compiled
from veernet.losses.inputs import IGNORE_INDEX, on_logits, split_ignored
from veernet.losses.module import Loss
from veernet.losses.overlap import one_hot
from veernet.losses.reduction import Classes, check_classes, mean_over_classes

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor


@on_logits
def lovasz_softmax_loss(
    logits: Tensor,
    target: Tensor,
    *,
    per_image: bool = False,
    classes: Classes = "present",
    background: bool = True,
    ignore_index: int = IGNORE_INDEX,
) -> Tensor:
    """Return the mean over classes of the Lovasz extension of the Jaccard loss.

    Where the network is certain it equals 1 - IoU; the gradient of a pixel depends on
    its rank among the errors, not only on its own. Its authors advise to fine-tune
    after cross-entropy, or to combine the two.

    Parameters
    ----------
    per_image
        Whether each image is scored by itself or the batch as one picture.
    classes
        ``"present"`` leaves absent classes out; ``"all"`` counts for an absent class
        its highest probability.
    background
        Whether class 0 enters the mean.

    Returns
    -------
    () float
        Between 0 and 1.
    """
    check_classes(classes)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    mask = one_hot(labels, valid, logits.shape[1])
    probability = logits.softmax(1)
    # An ignored pixel has no error and so is sorted last, where it moves no other: its
    # increment is multiplied by nothing.
    errors = (mask.to(probability.dtype) - probability).abs()
    # Elsewhere the look would wait for the device.
    if not (valid.is_cpu and bool(valid.all())):
        errors = torch.where(valid.unsqueeze(1), errors, 0)
    errors, mask = _rows(errors, per_image), _rows(mask, per_image)
    first = 0 if background else 1
    extension = lovasz_extension(errors[:, first:], mask[:, first:])
    true = mask.sum(-1, dtype=torch.int32)
    return mean_over_classes(extension, true, classes, background)


class LovaszSoftmaxLoss(Loss, function=lovasz_softmax_loss, check=check_classes):
    r"""Lovasz-Softmax: ``lovasz_softmax_loss`` as a module, with the same parameters.

    .. math::

        L = \frac{1}{|K|} \sum_{c \in K} \sum_k m_{c(k)}
            \big(\Delta_k - \Delta_{k-1}\big), \qquad m_{cx} = |t_{cx} - p_{cx}|

    with the errors :math:`m` of the softmax probabilities :math:`p` (N, C, H, W)
    against the target :math:`t` as one-hot, in the order :math:`m_{c(1)} \ge m_{c(2)}
    \ge \dots` over the pixels of the batch (or of each image), the Jaccard loss
    :math:`\Delta_k` of the mask in which the first :math:`k` are wrong, and the classes
    :math:`K` that count.

    Choose it to fine-tune after cross-entropy where IoU is the score to win; because it
    sorts, it costs several times the other losses.

    References
    ----------
    .. [Ber18] Berman et al., The Lovasz-Softmax loss, CVPR 2018, eq. 7 to 11.
    """


def lovasz_extension(errors: Tensor, mask: Tensor) -> Tensor:
    """Return (...) the Lovasz extension of the Jaccard loss at a vector of errors.

    It is piecewise linear in the errors, so its increments are constants to autograd:
    backward needs no sorting, and the second derivative of the loss is that of softmax.

    Parameters
    ----------
    errors : (..., pixels) float
        0 or more.
    mask : (..., pixels) bool
        Pixels of the class.
    """
    if errors.is_cpu and errors.dtype == torch.float32:
        shape = errors.shape[:-1].numel(), errors.shape[-1]
        increments = increments_by_rank(errors.reshape(shape), mask.reshape(shape))
        increments = increments.reshape(errors.shape)
    else:
        order = errors.argsort(dim=-1, descending=True, stable=True)
        ranked = jaccard_increments(mask.gather(-1, order), errors.dtype)
        increments = torch.empty_like(errors).scatter_(-1, order, ranked)
    return (errors * increments).sum(-1)


def jaccard_increments(mask: Tensor, dtype: torch.dtype = torch.float64) -> Tensor:
    """Return by how much the Jaccard loss grows as each pixel in turn goes wrong.

    With G pixels of the class in all, of which a have gone wrong, and b others, this
    one included: 1 / (G + b) for a pixel of the class, (G - a) / ((G + b) (G + b - 1))
    for another. The difference of two successive losses would cancel in float32.

    Parameters
    ----------
    mask : (..., pixels) bool
        Pixels of the class, in the order in which they go wrong.
    dtype
        Of the result.

    Returns
    -------
    (..., pixels) float
        0 or more; they sum to one.
    """
    wrong = mask.cumsum(-1, dtype=torch.int32)
    total = wrong[..., -1:]
    rank = torch.arange(1, mask.shape[-1] + 1, device=mask.device, dtype=torch.int32)
    union = (total + rank - wrong).to(dtype)
    others = (total - wrong) / (union - 1).clamp_min(1)
    increments = torch.where(mask, 1, others) / union
    # All of the loss of an absent class comes with the first pixel; above it is 0 / 1.
    increments[..., :1] += total == 0
    return increments


def _rows(pixels: Tensor, per_image: bool) -> Tensor:
    """Line up (N, C, H, W) pixels, image by image (N, C, pixels) or all in (1, ...)."""
    if per_image:
        return pixels.flatten(2)
    return pixels.transpose(0, 1).flatten(1).unsqueeze(0)


def increments_by_rank(errors: Tensor, mask: Tensor) -> Tensor:
    """Return by how much the Jaccard loss grows as each pixel in its turn goes wrong.

    The pixels go wrong in the order of their errors, but few need sorting. One outside
    of the class adds nothing once all of the class are wrong, so those with an error
    below the least one inside are left aside; what is inside adds by how many outside
    have gone before, so those above or below all of these are not sorted either. On a
    page that is nearly learnt little is left.

    Parameters
    ----------
    errors : (rows, pixels) float32
        0 or more, on the processor.
    mask : (rows, pixels) bool
        Pixels of the class.

    Returns
    -------
    (rows, pixels) float32
        0 or more, in the place of their pixels; each row sums to one, unless it has
        neither a pixel of the class nor an error.
    """
    # Floats of 0 or more sort as their bits do.
    bits = errors.detach().contiguous().numpy().view(np.int32)
    inside = mask.contiguous().numpy()
    increments = np.zeros(bits.shape, np.float32)
    keys = np.empty(bits.shape[-1], np.int64)
    for row in range(len(bits) if bits.size else 0):
        contested, surpassing, total = _contest(
            bits[row], inside[row], increments[row], keys
        )
        # With the index in the lower half, numpy's vectorised sort of integers finds
        # the order ten times as fast as torch does.
        keys[:contested].sort()
        _rank(keys[:contested], inside[row], surpassing, total, increments[row])
    return torch.from_numpy(increments)


@compiled()
def _contest(
    bits: NDArray[np.int32],
    inside: NDArray[np.bool_],
    increments: NDArray[np.float32],
    keys: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Write the increments that need no order, and keys of the pixels that do.

    Returns
    -------
    contested : int
        Number of keys, which sort the errors from high to low.
    surpassing : int
        Pixels inside whose error is above all outside.
    total : int
        Pixels inside.
    """
    total, least, worst = 0, np.int32(2**31 - 1), 0
    for pixel in range(bits.size):
        if inside[pixel]:
            total += 1
            least = min(least, bits[pixel])
        if bits[pixel] > bits[worst]:
            worst = pixel
    if total == 0:
        # All of the loss of an absent class comes with the first pixel.
        increments[worst] = 1 if bits[worst] > 0 else 0
        return 0, 0, 0
    outside, low, high = 0, np.int32(2**31 - 1), np.int32(-1)
    for pixel in range(bits.size):
        if not inside[pixel] and bits[pixel] > least:
            outside += 1
            low, high = min(low, bits[pixel]), max(high, bits[pixel])
    contested, surpassing = 0, 0
    for pixel in range(bits.size):
        if inside[pixel]:
            if bits[pixel] > high:
                increments[pixel] = 1 / total
                surpassing += 1
                continue
            if bits[pixel] < low:
                increments[pixel] = 1 / (total + outside)
                continue
        elif bits[pixel] <= least:
            continue
        keys[contested] = (-np.int64(bits[pixel]) << 32) | pixel
        contested += 1
    return contested, surpassing, total


@compiled()
def _rank(
    keys: NDArray[np.int64],
    inside: NDArray[np.bool_],
    surpassing: int,
    total: int,
    increments: NDArray[np.float32],
) -> None:
    """Write the increments of pixels in their order; see ``jaccard_increments``."""
    gone, others = surpassing, 0
    for key in keys:
        pixel = key & 0xFFFF_FFFF
        if inside[pixel]:
            gone += 1
            increments[pixel] = 1 / (total + others)
        else:
            others += 1
            union = total + others
            increments[pixel] = (total - gone) / (union * (union - 1))
