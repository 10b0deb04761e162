"""Which of a family of maskings each setting of the dial of Tversky prefers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

from veernet.errors import InputError
from veernet.losses.tversky import check_dials
from veernet.study.theory.dial import Counts, flip_limit
from veernet.study.theory.levels import check_levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from veernet.axes import Floats

    Mask = NDArray[np.bool_]

SETTINGS = tuple((round(1 - beta / 10, 1), beta / 10) for beta in range(1, 10))
"""Pairs of alpha and beta along the dial, from precision to recall; they sum to one."""


@dataclass(frozen=True)
class DialPoint:
    """What a setting of the dial prefers.

    Parameters
    ----------
    alpha, beta
        Weight of false positives and of false negatives.
    best
        Position of the preferred masking in the family it was chosen from.
    threshold
        Odds from which a pixel is called ink, by theory, at the preferred masking.
    index, precision, recall
        Of the preferred masking.
    """

    alpha: float
    beta: float
    best: int
    threshold: float
    index: float
    precision: float
    recall: float


def picture_flip(
    levels: Sequence[float],
    pixels: Sequence[float],
    alpha: float,
    beta: float,
    *,
    background: bool = False,
) -> DialPoint:
    """Return what is best for a large picture whose pixels are all noisy.

    Each pixel's flip hangs on the index, and the index on all flips: the best masking
    calls ink all pixels above some level, and is found by trying them all; at it, the
    threshold of ``flip_limit`` parts the levels that it parts.

    Parameters
    ----------
    levels
        Probability of being ink, rising.
    pixels
        How many of each level.
    alpha, beta, background
        See ``flip``.

    Returns
    -------
    DialPoint
        ``best`` is the first level that is called ink.

    Raises
    ------
    InputError
        If the levels do not rise from 0 to 1 or their pixels are none.
    """
    check_dials(alpha, beta, 1.0, 0.0)
    q, n = check_levels(levels, pixels)
    candidates = []
    for cut in range(len(q)):
        ink, empty = q * n, (1 - q) * n
        candidates.append(
            Counts(
                float(ink[cut:].sum()),
                float(empty[cut:].sum()),
                float(ink[:cut].sum()),
                float(empty[:cut].sum()),
            )
        )
    return _preferred(candidates, alpha, beta, background=background)


def along_dial(
    maskings: Sequence[Mask],
    truth: Mask,
    settings: Sequence[tuple[float, float]] = SETTINGS,
) -> tuple[DialPoint, ...]:
    """Return which of a fixed family of maskings each setting of the dial prefers.

    As beta grows against alpha, the recall of the preferred masking never falls and its
    precision never rises, whatever the family: 1 / TI - 1 is alpha fp / tp plus
    beta fn / tp.

    Parameters
    ----------
    maskings
        Each of the shape of the truth.
    truth : bool
        Where the ink is.
    settings
        Pairs of alpha and beta.

    Raises
    ------
    InputError
        If there is no masking, one has another shape, or the truth no ink.
    """
    if not maskings or any(mask.shape != truth.shape for mask in maskings):
        shapes = sorted({mask.shape for mask in maskings})
        msg = f"maskings of shapes {shapes} for a truth of {truth.shape}: give its own"
        raise InputError(msg)
    family = [count(mask, truth) for mask in maskings]
    return tuple(_preferred(family, alpha, beta) for alpha, beta in settings)


def count(mask: Mask, truth: Mask) -> Counts:
    """Count how two bool masks overlap."""
    return Counts(
        float((mask & truth).sum()),
        float((mask & ~truth).sum()),
        float((~mask & truth).sum()),
        float((~mask & ~truth).sum()),
    )


def thresholded(probability: Floats, thresholds: Sequence[float]) -> list[Mask]:
    """Return a masking for each threshold: where the probability is above it."""
    return [np.asarray(probability > threshold) for threshold in thresholds]


def thickened(truth: Mask, margins: Sequence[float]) -> list[Mask]:
    """Return the truth grown by so many pixels, or shrunk where that is negative."""
    outside = ndimage.distance_transform_edt(~truth)
    inside = ndimage.distance_transform_edt(truth)
    # The first pixel on either side is at a distance of 1 from the other.
    away = np.where(truth, 1 - inside, outside)
    return [np.asarray(away <= margin) for margin in margins]


def _preferred(
    family: Sequence[Counts], alpha: float, beta: float, *, background: bool = False
) -> DialPoint:
    """Return the masking of highest index, the first of equals."""
    values = [counts.index(alpha, beta) for counts in family]
    if background:
        values = [
            (value + counts.turned().index(alpha, beta)) / 2
            for value, counts in zip(values, family, strict=True)
        ]
    best = int(np.argmax(values))
    chosen = family[best]
    return DialPoint(
        alpha=alpha,
        beta=beta,
        best=best,
        threshold=flip_limit(chosen, alpha, beta, background=background),
        index=values[best],
        precision=chosen.precision,
        recall=chosen.recall,
    )
