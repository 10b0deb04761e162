"""How large a region a loss asks for: its hidden size term, and what it settles on.

Minus the logarithm of Dice is a matching term, -log of the share that is found, plus a
size term, log of predicted and true share together, which at a fixed match only ever
grows with the prediction. Cross-entropy is never less than the Kullback-Leibler
divergence of the true shares from the predicted ones, and so pulls towards the truth
from both sides [Liu24]_.

What a loss settles on is another matter than one of its terms, since a region that
grows also matches more. It shows where pixels cannot be told apart, so that size is all
that is left to choose: one shared logit, and a true share t. There, of the losses of
both classes, cross-entropy and Dice choose t, IoU the odds of t squared, Lovasz-Softmax
one half; of the ink alone, Dice, IoU and Tversky take the whole picture.

References
----------
.. [Liu24] Liu et al., Do we really need dice? The hidden region-size biases of
   segmentation losses, Medical Image Analysis 2024.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy import optimize

from veernet.errors import InputError
from veernet.losses.inputs import IGNORE_INDEX, check_shapes, split_ignored, widened
from veernet.losses.overlap import one_hot, overlap
from veernet.losses.tversky import check_dials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike
    from torch import Tensor, nn

    from veernet.axes import Floats

SHARES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""True shares of ink, from thin curves on a wide page to an even page."""

ROWS, COLUMNS = 20, 100
"""Of the picture whose pixels are all alike: true shares are multiples of 1 / 2000."""

FARTHEST = 12.0
"""Largest logit that is tried: a share of 6 in a million, which counts as nothing."""


@dataclass(frozen=True)
class Decomposition:
    """Minus the logarithm of Dice of one class, in parts that add up to it.

    Parameters
    ----------
    matching
        -log of the probability on the pixels of the class, as a share of all pixels.
    size
        log of predicted and true share together.
    constant
        -log 2.
    """

    matching: float
    size: float
    constant: float

    @property
    def total(self) -> float:
        """Minus the logarithm of Dice."""
        return self.matching + self.size + self.constant


@dataclass(frozen=True)
class Choice:
    """The share of ink that a loss settles on where pixels cannot be told apart.

    Parameters
    ----------
    true
        Share of ink in the picture.
    predicted
        Probability of ink, the same in every pixel.
    value
        Of the loss there.
    inside
        Whether the loss is lowest inside, and not ever lower towards all or nothing.
    """

    true: float
    predicted: float
    value: float
    inside: bool


def decompose(
    logits: Tensor,
    target: Tensor,
    of_class: int = 1,
    ignore_index: int = IGNORE_INDEX,
) -> Decomposition:
    """Part minus the logarithm of Dice, of the pooled batch, into match and size.

    Parameters
    ----------
    logits : (N, C, H, W) float
        Unnormalised class scores.
    target : (N, H, W) int64
        Class index per pixel.
    of_class
        Whose Dice.
    ignore_index
        Label of the pixels that do not count.

    Raises
    ------
    InputError
        If no pixel is of the class.
    """
    check_shapes(logits, target)
    labels, valid = split_ignored(target, logits.shape[1], ignore_index)
    mask = one_hot(labels, valid, logits.shape[1])
    counts = overlap(widened(logits.detach()).softmax(1), mask, valid).pooled()
    pixels = float(valid.sum())
    shared, predicted, true = (
        float(part[0, of_class]) / max(pixels, 1)
        for part in (counts.shared, counts.predicted, counts.true)
    )
    if not true:
        msg = f"no pixel is of class {of_class}: Dice has no logarithm there"
        raise InputError(msg)
    return Decomposition(
        float(-np.log(shared)), float(np.log(predicted + true)), float(-np.log(2))
    )


def tversky_penalty(
    predicted: ArrayLike,
    true: float,
    alpha: float = 0.5,
    beta: float = 0.5,
    matched: float = 1.0,
) -> Floats:
    """Return the size term of minus the logarithm of the Tversky index.

    log of (1 - alpha - beta) m + alpha p + beta t with the match m held fixed, less its
    value at p = t. It rises with the predicted share from end to end: the smallest
    region that keeps the match is the cheapest. Dice is alpha and beta of .5, where the
    match has no part in it; IoU of 1; recall, alpha 0, has no size term.

    Parameters
    ----------
    predicted
        Share of ink, above 0.
    true
        Share of ink, above 0.
    alpha, beta
        Weight of false positives and of false negatives.
    matched
        Share of the true ink that is found.
    """
    check_dials(alpha, beta, 1.0, 0.0)
    p = _share(predicted)
    fixed = (1 - alpha - beta) * matched * true + beta * true
    return np.asarray(np.log((fixed + alpha * p) / (fixed + alpha * true)))


def kl_penalty(predicted: ArrayLike, true: float) -> Floats:
    """Return the divergence of the true from the predicted share, of ink and paper.

    t log (t / p) + (1 - t) log ((1 - t) / (1 - p)): the explicit size term KL, and the
    bound below which cross-entropy never falls, whatever it matches. With the entropy
    of t it is all of cross-entropy where pixels are alike.
    """
    p = _share(predicted)
    return np.asarray(
        true * np.log(true / p) + (1 - true) * np.log((1 - true) / (1 - p))
    )


def l1_penalty(predicted: ArrayLike, true: float) -> Floats:
    """Return the distance of the shares: the explicit size term L1, of two classes."""
    return np.asarray(np.abs(_share(predicted) - true))


def penalty_curves(
    true: float, predicted: Sequence[float]
) -> dict[str, tuple[float, ...]]:
    """Return every size term by name over predicted shares, 0 at the true one."""
    curves = {
        "dice": tversky_penalty(predicted, true),
        "iou": tversky_penalty(predicted, true, 1.0, 1.0),
        "tversky .3 .7": tversky_penalty(predicted, true, 0.3, 0.7),
        "cross-entropy, kl": kl_penalty(predicted, true),
        "l1": l1_penalty(predicted, true),
    }
    return {name: tuple(curve.tolist()) for name, curve in curves.items()}


def chosen_share(loss: nn.Module, true: float) -> Choice:
    """Fit one logit that all pixels share: which share of ink does a loss settle on.

    Every logit of a grid is tried and the best one refined, so that all-or-nothing
    losses, which have no slope to follow, are answered like the others.

    Parameters
    ----------
    loss
        Maps (1, 2, H, W) logits and target to a scalar.
    true
        Share of ink: rounded to what the picture can show, at least one pixel.

    Raises
    ------
    InputError
        If the share leaves the picture no ink, or nothing but ink.
    """
    target = _alike(true)

    def value(logit: float) -> float:
        ink = torch.full(target.shape, logit, dtype=torch.float64)
        with torch.no_grad():
            return float(loss(torch.stack([torch.zeros_like(ink), ink], 1), target))

    grid = np.linspace(-FARTHEST, FARTHEST, 97)
    values = [value(float(logit)) for logit in grid]
    best = int(np.argmin(values))
    inside = 0 < best < len(grid) - 1
    logit, lowest = float(grid[best]), values[best]
    if inside:
        around = (float(grid[best - 1]), float(grid[best + 1]))
        found = optimize.minimize_scalar(
            value, bounds=around, method="bounded", options={"xatol": 1e-9}
        )
        if found.fun < lowest:
            logit, lowest = float(found.x), float(found.fun)
    predicted = 1 / (1 + float(np.exp(-logit)))
    return Choice(float(target.double().mean()), predicted, lowest, inside)


def chosen_shares(
    losses: Mapping[str, nn.Module], true: Sequence[float] = SHARES
) -> dict[str, tuple[Choice, ...]]:
    """Return what each loss settles on at each true share."""
    return {
        name: tuple(chosen_share(loss, share) for share in true)
        for name, loss in losses.items()
    }


def tversky_choice(true: float, alpha: float, beta: float) -> float:
    """Return what the mean Tversky loss over ink and background settles on.

    The odds of t times (alpha + (1 - s) (1 - t)) / (alpha + (1 - s) t), s being
    alpha + beta: t itself wherever s is 1, so for Dice and along the dial, and the
    odds squared for IoU. More than 1 for s makes what is rare rarer.

    Raises
    ------
    InputError
        If alpha or beta is 0: recall and precision are the same whatever the share; or
        beta is above 1, where the loss may have no lowest point inside.
    """
    check_dials(alpha, beta, 1.0, 0.0)
    if alpha == 0 or not 0 < beta <= 1:
        msg = f"alpha is {alpha} and beta {beta}: give them above 0, and beta to 1"
        raise InputError(msg)
    rest = 1 - alpha - beta
    ink = true * (alpha + rest * (1 - true))
    paper = (1 - true) * (alpha + rest * true)
    return ink / (ink + paper)


def _share(predicted: ArrayLike) -> Floats:
    """Return shares as an array, or refuse what is none."""
    p = np.asarray(predicted, dtype=np.float64)
    if not ((p > 0) & (p < 1)).all():
        msg = f"predicted shares are {p.tolist()}: give them above 0 and below 1"
        raise InputError(msg)
    return p


def _alike(true: float) -> Tensor:
    """Return the (1, H, W) target of a picture with a share of ink at its start."""
    pixels = ROWS * COLUMNS
    ink = round(true * pixels)
    if not 0 < ink < pixels:
        msg = f"true share is {true}: give {1 / pixels} to {1 - 1 / pixels}"
        raise InputError(msg)
    return (torch.arange(pixels) < ink).long().reshape(1, ROWS, COLUMNS)
