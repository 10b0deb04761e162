"""Increments of the Jaccard loss on a processor, from the pixels that are contested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from veernet.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor


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
