"""The soft skeleton: ridges of a map of probabilities, by erosion and dilation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch.autograd import Function

if TYPE_CHECKING:
    from torch import Tensor


def soft_skeleton(region: Tensor, valid: Tensor, iterations: int) -> Tensor:
    """Return what each opening of a region takes off, from the outline inwards.

    What an opening (erosion, then dilation) removes is too thin to be eroded, and so a
    ridge. After each erosion there is less left, and the ridges of all of them together
    are the skeleton. On a mask it is one, with gaps where the width changes.

    Parameters
    ----------
    region : (N, C, H, W) float or int8
        In [0, 1]: probabilities, or a mask.
    valid : broadcastable to (N, C, H, W), bool
        Pixels that count; to the others everything is as at the edge of the picture.
    iterations
        Erosions after the first opening.

    Returns
    -------
    (N, C, H, W)
        In [0, 1] and of the type of ``region``; 0 where not valid.

    References
    ----------
    .. [Shi21] Shit et al., clDice, CVPR 2021, algorithm 1.
    """
    # Elsewhere the look would wait for the device.
    whole = valid.is_cpu and bool(valid.all())
    skeleton = torch.zeros_like(region)
    for _ in range(iterations + 1):
        inner = erode(region if whole else region.masked_fill(~valid, 1))
        opened = dilate(inner if whole else inner.masked_fill(~valid, 0))
        ridges = torch.relu(region - opened)
        # Either of the two, as if they were independent: it stays below one.
        skeleton = skeleton + ridges * (1 - skeleton)
        region = inner
    return skeleton if whole else skeleton.masked_fill(~valid, 0)


def erode(region: Tensor) -> Tensor:
    """Return (..., H, W) the least of each pixel and its four neighbours."""
    return torch.minimum(-_greatest(-region, -1), -_greatest(-region, -2))


def dilate(region: Tensor) -> Tensor:
    """Return (..., H, W) the greatest of each pixel and its eight neighbours."""
    return _greatest(_greatest(region, -1), -2)


def _greatest(region: Tensor, axis: int) -> Tensor:
    """Return the greatest of each pixel and the two beside it along an axis."""
    return cast("Tensor", _Greatest.apply(region, axis))


class _Greatest(Function):
    """The greatest of three in a row, whose gradient goes to one of them.

    By pictures shifted against each other, which on a processor is several times as
    fast as pooling or as a chain of maxima. Among equals the pixel itself is the
    greatest, then the one before it. Which it is does not change with the gradient, so
    that backward is linear, and differentiable as it stands.
    """

    @staticmethod
    def forward(region: Tensor, axis: int) -> Tensor:
        greatest = region.clone()
        first, last = _but_last(greatest, axis), _but_first(greatest, axis)
        torch.maximum(last, _but_last(region, axis), out=last)
        torch.maximum(first, _but_first(region, axis), out=first)
        return greatest

    @staticmethod
    def setup_context(
        ctx: Any,  # noqa: ANN401
        inputs: tuple[Tensor, int],
        output: Tensor,
    ) -> None:
        region, ctx.axis = inputs
        if not ctx.needs_input_grad[0]:
            return
        own = output == region
        before = torch.zeros_like(own)
        _but_first(before, ctx.axis).copy_(
            _but_first(output, ctx.axis) == _but_last(region, ctx.axis)
        )
        ctx.save_for_backward(own, before & ~own)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        own, before = ctx.saved_tensors
        (gradient,) = gradients
        # Products: to choose by a mask without a pattern takes ten times as long.
        result = gradient * own.to(gradient.dtype)
        back = gradient * before.to(gradient.dtype)
        onward = gradient - result - back
        _but_last(result, ctx.axis).add_(_but_first(back, ctx.axis))
        _but_first(result, ctx.axis).add_(_but_last(onward, ctx.axis))
        return result, None


def _but_first(pixels: Tensor, axis: int) -> Tensor:
    """Return a view of all but the first row or column."""
    return pixels.narrow(axis, 1, pixels.shape[axis] - 1)


def _but_last(pixels: Tensor, axis: int) -> Tensor:
    """Return a view of all but the last row or column."""
    return pixels.narrow(axis, 0, pixels.shape[axis] - 1)
