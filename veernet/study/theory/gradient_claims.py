"""What the references say of the gradients of Focal and Lovasz, as figures.

S7: the gradient of Focal on easy pixels collapses; pixels of equal confidence get equal
gradients from Focal but, by their rank, different ones from Lovasz-Softmax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from veernet.errors import InputError
from veernet.losses import CrossEntropyLoss, FocalLoss, LovaszSoftmaxLoss
from veernet.losses.inputs import check_not_negative
from veernet.study.theory.gradients import gradient_magnitude, pixel_gradients, regions
from veernet.study.theory.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from torch import Tensor

    from veernet.axes import Floats

Side = Literal["curve", "background"]

CONFIDENCES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
"""Probabilities of the true class, from wrong to settled."""

WORSE = (0, 1, 3, 10, 30, 100, 300, 1000)
"""Numbers of worse pixels, to both sides of the 200 that the curve has."""

SURE = 0.999
"""Probability of the true class of a pixel that is out of the way."""


@dataclass(frozen=True)
class FocalCollapse:
    """How Focal treats a pixel, next to cross-entropy.

    Parameters
    ----------
    gamma
        Of the loss.
    probability
        Of the true class.
    modulation
        (1 - p)**gamma: the share of the loss that is left, as usually drawn.
    factor
        The share of the gradient that is left.
    easy
        Probability from which a pixel is easy.
    easy_pixels, easy_cross_entropy, easy_focal
        Share of easy pixels among the pixels of a scene, and in the gradient of
        either loss.
    """

    gamma: float
    probability: tuple[float, ...]
    modulation: tuple[float, ...]
    factor: tuple[float, ...]
    easy: float
    easy_pixels: float
    easy_cross_entropy: float
    easy_focal: float


@dataclass(frozen=True)
class RankResponse:
    """The gradient of one pixel whose own probability never changes.

    Parameters
    ----------
    side
        Whether the pixel is of the curve or of the background.
    probability
        Of its true class.
    worse
        Pixels of the background that are more wrong than it.
    focal, lovasz
        L1 norm of its gradient, beside each number of worse pixels.
    """

    side: Side
    probability: float
    worse: tuple[int, ...]
    focal: tuple[float, ...]
    lovasz: tuple[float, ...]


def focal_factor(probability: ArrayLike, gamma: float) -> Floats:
    """Gradient of Focal relative to that of cross-entropy, for any number of classes.

    (1 - p)**gamma - gamma p (1 - p)**(gamma - 1) log p. Near p = 1 it is
    (1 + gamma) (1 - p)**gamma, so that easy pixels keep three times what the modulating
    factor promises at gamma 2; below some p it exceeds 1, where Focal pulls harder.

    Parameters
    ----------
    probability
        Of the true class, above 0 and below 1.
    gamma
        0 or more.

    Raises
    ------
    InputError
        If gamma is negative or a probability is none or certain.

    References
    ----------
    .. [Lin17] Lin et al., Focal loss for dense object detection, ICCV 2017, appendix B
       (by the logit of a sigmoid).
    """
    check_not_negative(gamma=gamma)
    p = np.asarray(probability, dtype=np.float64)
    if not ((p > 0) & (p < 1)).all():
        msg = f"probabilities are {p.tolist()}: give them above 0 and below 1"
        raise InputError(msg)
    left = 1 - p
    factor = left**gamma - gamma * p * left ** (gamma - 1) * np.log(p)
    return np.asarray(factor)


def focal_collapse(
    scene: Scene,
    gamma: float = 2.0,
    easy: float = 0.9,
    probability: Sequence[float] = CONFIDENCES,
) -> FocalCollapse:
    """Return what Focal leaves of the gradient: by confidence, and of easy pixels."""
    p = np.asarray(probability, dtype=np.float64)
    shares = []
    for loss in (CrossEntropyLoss(), FocalLoss(gamma)):
        _, magnitude = gradient_magnitude(loss, scene.logits, scene.target)
        where = regions(scene.target)
        pixels = pixel_gradients(magnitude, scene.logits, scene.target, where)
        counted = pixels.probability >= easy
        shares.append(float(pixels.magnitude[counted].sum() / pixels.magnitude.sum()))
    return FocalCollapse(
        gamma=gamma,
        probability=tuple(probability),
        modulation=tuple(((1 - p) ** gamma).tolist()),
        factor=tuple(focal_factor(p, gamma).tolist()),
        easy=easy,
        easy_pixels=float(counted.double().mean()),
        easy_cross_entropy=shares[0],
        easy_focal=shares[1],
    )


def lovasz_increment(side: Side, curve_pixels: int, worse: int) -> float:
    """Return the derivative of Lovasz by the error of the worst pixel of its side.

    1 / (G + b) for a pixel of the curve that b pixels of the background precede, and
    G / ((G + b) (G + b + 1)) for the next pixel of the background, as long as no pixel
    of the curve is more wrong. A pixel of the curve is held back by the background
    before it and by nothing else: the curve's own pixels all pull alike.

    References
    ----------
    .. [Ber18] Berman et al., The Lovasz-Softmax loss, CVPR 2018, eq. 7 to 11.
    """
    union = curve_pixels + worse
    if side == "curve":
        return 1 / union
    return curve_pixels / (union * (union + 1))


def rank_response(
    side: Side = "curve",
    probability: float = 0.7,
    *,
    curve_pixels: int = 200,
    pixels: int = 4000,
    worse: Sequence[int] = WORSE,
    gamma: float = 2.0,
) -> RankResponse:
    """Hold one pixel still, and make ever more of the background worse than it.

    Two classes; all other pixels of the curve are surely right. Lovasz is that of the
    curve alone, whose ``lovasz_increment`` times 2 p (1 - p) is expected.

    Parameters
    ----------
    side
        What the pixel is.
    probability
        Of its true class.
    curve_pixels, pixels
        Of the curve, and in all.
    worse
        Numbers of pixels of the background whose probability of the truth is half.
    gamma
        Of Focal.

    Raises
    ------
    InputError
        If there is no room for so many worse pixels, or the pixel would not be more
        wrong than the sure ones.
    """
    room = pixels - curve_pixels - 1
    if not worse or not 0 <= min(worse) <= max(worse) <= room or curve_pixels < 1:
        msg = f"{list(worse)} worse pixels: give 0 to {room}, the rest of the picture"
        raise InputError(msg)
    if not 0 < probability < SURE:
        msg = f"probability is {probability}: give more than 0 and less than {SURE}"
        raise InputError(msg)
    target = torch.zeros((1, 1, pixels), dtype=torch.int64)
    target[..., :curve_pixels] = 1
    probe = 0 if side == "curve" else pixels - 1
    focal, lovasz = FocalLoss(gamma), LovaszSoftmaxLoss(background=False)
    found: dict[str, list[float]] = {"focal": [], "lovasz": []}
    for count in worse:
        right = torch.full((1, 1, pixels), SURE, dtype=torch.float64)
        right[..., curve_pixels : curve_pixels + count] = probability / 2
        right[..., probe] = probability
        logits = _two_classes(right, target)
        for name, loss in (("focal", focal), ("lovasz", lovasz)):
            _, magnitude = gradient_magnitude(loss, logits, target)
            found[name].append(float(magnitude[0, 0, probe]))
    return RankResponse(
        side, probability, tuple(worse), tuple(found["focal"]), tuple(found["lovasz"])
    )


def _two_classes(right: Tensor, target: Tensor) -> Tensor:
    """Return (N, 2, H, W) logits that give the true classes these probabilities."""
    margin = right.logit()
    curve = torch.where(target == 1, margin, -margin)
    return torch.stack([torch.zeros_like(curve), curve], dim=1)
