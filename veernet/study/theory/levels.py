"""Pictures that show the odds of each pixel and nothing else, fitted by any loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from veernet.errors import InputError
from veernet.losses import TverskyLoss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from veernet.axes import Floats


@dataclass(frozen=True)
class TrainedFlip:
    """Where training flipped, on pixels of many odds.

    Parameters
    ----------
    levels
        Probability of being ink, rising.
    probability
        Of ink, that was learnt for each level.
    below, above
        The last level that was called background and the first that was called ink; the
        ends of the levels where there is none such.
    ordered
        Whether all called ink are above all that are not.
    """

    levels: tuple[float, ...]
    probability: tuple[float, ...]
    below: float
    above: float
    ordered: bool


@dataclass(frozen=True)
class LevelChoice:
    """What a loss settles on where pixels can be told apart by their odds only.

    Parameters
    ----------
    levels, probability
        Share of ink among the pixels of each level, and what was learnt.
    true, predicted, called
        Share of ink in the picture: true, as a mean of probabilities, and as the pixels
        whose probability is above one half.
    """

    levels: tuple[float, ...]
    probability: tuple[float, ...]
    true: float
    predicted: float
    called: float


def fit_levels(
    loss: nn.Module,
    levels: Sequence[float],
    pixels: Sequence[int],
    generator: torch.Generator | None = None,
    *,
    steps: int = 500,
    rate: float = 0.2,
) -> Floats:
    """Fit one logit for each level, and return the probabilities of ink.

    A network that sees no more than the level can do no better.

    Parameters
    ----------
    loss
        Maps (1, 2, 1, pixels) logits and target to a scalar.
    levels
        Probability of being ink, rising.
    pixels
        Of each level.
    generator
        Of noise: in every step each pixel is ink anew with the probability of its
        level. Without it, always the same share of a level is ink.
    steps, rate
        Of Adam; the rate falls to 0 along a cosine, so that the noise of the last
        steps does not decide.

    Returns
    -------
    (levels,) float

    Raises
    ------
    InputError
        If the levels do not rise from 0 to 1 or their pixels are none.
    """
    q, _ = check_levels(levels, pixels)
    repeats = torch.tensor(list(pixels))
    chance = torch.from_numpy(q).repeat_interleave(repeats)[None, None]
    target = inked(levels, pixels)
    logit = torch.zeros(len(q), dtype=torch.float64, requires_grad=True)
    # With the usual memory of squares, the large gradients of the beginning would
    # still slow the settled levels when the index, and with it the flip, has risen.
    optimizer = torch.optim.Adam([logit], lr=rate, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        if generator is not None:
            target = torch.bernoulli(chance, generator=generator).long()
        ink = logit.repeat_interleave(repeats)[None, None]
        value = loss(torch.stack([torch.zeros_like(ink), ink], dim=1), target)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
    return np.asarray(logit.detach().sigmoid().numpy())


def trained_flip(
    levels: Sequence[float],
    alpha: float,
    beta: float,
    generator: torch.Generator,
    *,
    background: bool = False,
    pixels: int | Sequence[int] = 400,
    steps: int = 500,
    rate: float = 0.2,
) -> TrainedFlip:
    """Train the Tversky loss under fresh noise, and see from which level it calls ink.

    The pixels of a level move together, so they stay where they began within the
    ``stable_interval`` of the rest in units of their number: keep levels small beside
    the picture, or what is seen is that interval and not the flip.

    Parameters
    ----------
    levels
        Probability of being ink, rising.
    alpha, beta, background
        See :func:`veernet.study.theory.dial.flip`.
    generator
        Of the noise.
    pixels
        Of each level: one number for all, or one for each.
    steps, rate
        See ``fit_levels``.

    Raises
    ------
    InputError
        If the levels do not rise from 0 to 1 or their pixels are none.
    """
    counts = [pixels] * len(levels) if isinstance(pixels, int) else list(pixels)
    loss = TverskyLoss(alpha, beta, background=background)
    learnt = fit_levels(loss, levels, counts, generator, steps=steps, rate=rate)
    q, called = np.asarray(levels, dtype=np.float64), learnt > 0.5
    below = float(q[~called].max(initial=q[0]))
    above = float(q[called].min(initial=q[-1]))
    return TrainedFlip(
        tuple(q.tolist()), tuple(learnt.tolist()), below, above, below <= above
    )


def chosen_levels(
    loss: nn.Module,
    levels: Sequence[float],
    pixels: Sequence[int],
    *,
    steps: int = 500,
    rate: float = 0.2,
) -> LevelChoice:
    """Return what a loss settles on where a share of each level is ink.

    Parameters
    ----------
    loss
        Maps (1, 2, 1, pixels) logits and target to a scalar.
    levels
        Share of ink among the pixels of a level, rising; rounded to whole pixels.
    pixels
        Of each level.
    steps, rate
        See ``fit_levels``.

    Raises
    ------
    InputError
        If the levels do not rise from 0 to 1 or their pixels are none.
    """
    learnt = fit_levels(loss, levels, pixels, steps=steps, rate=rate)
    counts = np.asarray(pixels, dtype=np.float64)
    share = counts / counts.sum()
    return LevelChoice(
        levels=tuple(float(level) for level in levels),
        probability=tuple(learnt.tolist()),
        true=float(inked(levels, pixels).double().mean()),
        predicted=float(learnt @ share),
        called=float((learnt > 0.5) @ share),
    )


def inked(levels: Sequence[float], pixels: Sequence[int]) -> Tensor:
    """Return the (1, 1, pixels) target in which a share of each level is ink."""
    ink = [round(q * n) for q, n in zip(levels, pixels, strict=True)]
    runs = [part for k, n in zip(ink, pixels, strict=True) for part in (k, n - k)]
    labels = torch.tensor([1, 0] * len(ink))
    return labels.repeat_interleave(torch.tensor(runs))[None, None]


def check_levels(
    levels: Sequence[float], pixels: Sequence[float]
) -> tuple[Floats, Floats]:
    """Return levels and pixels as arrays, or refuse them."""
    q, n = np.asarray(levels, dtype=np.float64), np.asarray(pixels, dtype=np.float64)
    rising = len(q) > 1 and (np.diff(q) > 0).all() and q[0] >= 0 and q[-1] <= 1
    if not rising:
        msg = f"levels are {list(levels)}: give two or more that rise within 0 to 1"
        raise InputError(msg)
    if n.shape != q.shape or not (n > 0).all():
        msg = f"pixels are {list(pixels)}: give one number above 0 for each level"
        raise InputError(msg)
    return q, n
