"""Gradients of losses by confidence, by rank of error, and by region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from scipy import ndimage

from veernet.errors import InputError
from veernet.losses.inputs import (
    IGNORE_INDEX,
    check_not_negative,
    check_shapes,
    split_ignored,
    widened,
)
from veernet.study.theory.bins import Binned, binned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor, nn

    from veernet.study.theory.scene import Scene

Region = Literal["foreground", "band", "background"]
REGIONS: tuple[Region, ...] = ("foreground", "band", "background")
"""Ink; background within reach of it, where a curve is too wide or off; all the rest.
Their order is that of the codes that ``regions`` gives."""

IGNORED = -1
"""Label of the pixels that do not count."""

BAND_REACH = 3.0
"""Pixels from the ink to which the hard band goes, unless another is given."""

LEVELS = (0.0, 0.1, 0.5, 0.9, 0.99, 1.0)
"""Between them lie confidently wrong, wrong, right, easy and settled pixels."""

FINE = (0.0, *torch.linspace(-7, 7, 29, dtype=torch.float64).sigmoid().tolist(), 1.0)
"""Edges of probability that resolve both ends: even steps of the logit."""


@dataclass(frozen=True)
class PixelGradients:
    """The gradient of each pixel that counts, beside what may explain it.

    Parameters
    ----------
    magnitude : (pixels,) float
        L1 norm over the classes of the derivative by the logits.
    probability : (pixels,) float
        Of the true class.
    rank : (pixels,) int64
        0 for the largest error, in the order that the loss of a pooled batch sees.
    region : (pixels,) int64
        Index into ``REGIONS``.
    """

    magnitude: Tensor
    probability: Tensor
    rank: Tensor
    region: Tensor


@dataclass(frozen=True)
class Shares:
    """What the regions have of the gradient and of the pixels, each summing to one."""

    gradient: dict[Region, float]
    pixels: dict[Region, float]


@dataclass(frozen=True)
class GradientFigures:
    """Everything that the instrument says of one loss on one scene.

    Parameters
    ----------
    value
        Of the loss.
    total
        Sum of the magnitudes.
    regions
        Shares of foreground, band and easy background.
    levels
        By confidence, in the few bins of ``LEVELS``.
    confidence
        By confidence, in the many bins of ``FINE``.
    rank
        By rank of the error as a share of all pixels, the worst first, in bins of even
        steps of its logarithm.
    """

    value: float
    total: float
    regions: Shares
    levels: Binned
    confidence: Binned
    rank: Binned


def gradient_magnitude(
    loss: nn.Module, logits: Tensor, target: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the value of a loss and the size of its pull on each pixel.

    The size is the L1 norm over the classes. The gradient of any function of softmax
    probabilities sums to zero over them, so half of it is the pull towards some
    classes and half the pull away from the others; for cross-entropy it is
    2 (1 - p) / pixels, whatever the other classes have. Other norms would depend on how
    the error is divided among the wrong classes.

    Parameters
    ----------
    loss
        Maps logits and target to a scalar.
    logits : (N, C, H, W) float
        Unnormalised class scores; half precision is widened.
    target : (N, H, W) int64
        Class index per pixel.

    Returns
    -------
    value : () float
    magnitude : (N, H, W) float
    """
    check_shapes(logits, target)
    with torch.enable_grad():
        leaf = widened(logits.detach()).clone().requires_grad_()
        value = loss(leaf, target)
        (gradient,) = torch.autograd.grad(value, leaf)
    return value.detach(), gradient.abs().sum(1)


def regions(
    target: Tensor, reach: float = BAND_REACH, ignore_index: int = IGNORE_INDEX
) -> Tensor:
    """Tell ink, the hard band beside it, and easy background apart.

    Parameters
    ----------
    target : (N, H, W) int64
        Class index per pixel.
    reach
        Pixels, from centre to centre, that the band goes from the ink of any class.
    ignore_index
        Label of the pixels that do not count.

    Returns
    -------
    (N, H, W) int64
        Index into ``REGIONS``, ``IGNORED`` where the pixel does not count.

    Raises
    ------
    InputError
        If the reach is negative or the target has another shape.
    """
    check_not_negative(reach=reach)
    if target.ndim != 3:
        msg = f"target has shape {tuple(target.shape)}: give (N, H, W)"
        raise InputError(msg)
    codes = np.full(target.shape, REGIONS.index("background"), dtype=np.int64)
    labels = target.detach().cpu().numpy()
    inked = (labels > 0) & (labels != ignore_index)
    for code, ink in zip(codes, inked, strict=True):
        if ink.any():  # the distance to nothing is not defined
            away = ndimage.distance_transform_edt(~ink)
            code[away <= reach] = REGIONS.index("band")
            code[ink] = REGIONS.index("foreground")
    codes[labels == ignore_index] = IGNORED
    return torch.from_numpy(codes)


def pixel_gradients(
    magnitude: Tensor,
    logits: Tensor,
    target: Tensor,
    region: Tensor,
    *,
    of_class: int | None = None,
    ignore_index: int = IGNORE_INDEX,
) -> PixelGradients:
    """Put the gradients of the pixels that count beside confidence, rank and region.

    Parameters
    ----------
    magnitude, region : (N, H, W)
        From ``gradient_magnitude`` and ``regions``.
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    of_class
        Whose error is ranked: |t - p| of this class, as Lovasz-Softmax does class by
        class; None ranks one minus the probability of the true class.
    ignore_index
        Label of the pixels that do not count.
    """
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    probability = widened(logits.detach()).softmax(1)
    true = torch.zeros_like(probability, dtype=torch.bool)
    true.scatter_(1, labels.unsqueeze(1), value=True)
    if of_class is None:
        # The sum of the others: 1 - p would tie all pixels that are nearly certain.
        error = probability.masked_fill(true, 0).sum(1)
    else:
        error = (
            true[:, of_class].to(probability.dtype) - probability[:, of_class]
        ).abs()
    order = error[valid].argsort(descending=True, stable=True)
    rank = torch.empty_like(order)
    rank[order] = torch.arange(len(order), device=order.device)
    return PixelGradients(
        magnitude=magnitude[valid].cpu(),
        probability=probability.gather(1, labels.unsqueeze(1)).squeeze(1)[valid].cpu(),
        rank=rank.cpu(),
        region=region.to(valid.device)[valid].cpu(),
    )


def region_shares(pixels: PixelGradients) -> Shares:
    """Return what foreground, band and easy background have of gradient and pixels."""
    ones = torch.ones_like(pixels.magnitude)
    return Shares(
        _shares(pixels.region, pixels.magnitude), _shares(pixels.region, ones)
    )


def by_confidence(pixels: PixelGradients, edges: Sequence[float] = LEVELS) -> Binned:
    """Return the gradient in bins of the probability of the true class."""
    return binned(pixels.probability, pixels.magnitude, edges)


def by_rank(pixels: PixelGradients, bins: int = 24) -> Binned:
    """Return the gradient in bins of the rank, as a share of all pixels.

    The bins are even in the logarithm: a few worst pixels are what differs, and the
    rest of a page is one plateau. The first holds the worst pixel.
    """
    count = max(len(pixels.rank), 2)
    edges = [0.0, *np.geomspace(1 / count, 1, bins)]
    return binned(pixels.rank / count, pixels.magnitude, edges)


def gradient_figures(
    loss: nn.Module,
    scene: Scene,
    *,
    reach: float = BAND_REACH,
    of_class: int | None = None,
    ignore_index: int = IGNORE_INDEX,
) -> GradientFigures:
    """Return all figures of a loss on a scene; the parameters are those of the parts.

    References
    ----------
    .. [Lin17] Lin et al., Focal loss for dense object detection, ICCV 2017, figure 4:
       the same question asked of the loss instead of the gradient.
    """
    value, magnitude = gradient_magnitude(loss, scene.logits, scene.target)
    pixels = pixel_gradients(
        magnitude,
        scene.logits,
        scene.target,
        regions(scene.target, reach, ignore_index),
        of_class=of_class,
        ignore_index=ignore_index,
    )
    return GradientFigures(
        value=float(value),
        total=float(pixels.magnitude.sum()),
        regions=region_shares(pixels),
        levels=by_confidence(pixels),
        confidence=by_confidence(pixels, FINE),
        rank=by_rank(pixels),
    )


def compare_gradients(
    losses: Mapping[str, nn.Module], scene: Scene, reach: float = BAND_REACH
) -> dict[str, GradientFigures]:
    """Return the figures of several losses by name, all on the same logits."""
    return {
        name: gradient_figures(loss, scene, reach=reach)
        for name, loss in losses.items()
    }


def _shares(codes: Tensor, amount: Tensor) -> dict[Region, float]:
    """Divide a sum among the regions; 0 for each where there is nothing to divide."""
    sums = [float(amount[codes == code].double().sum()) for code in range(len(REGIONS))]
    total = sum(sums)
    parts = (part / total if total else 0.0 for part in sums)
    return dict(zip(REGIONS, parts, strict=True))
