"""The dial of Tversky: from which odds on a pixel is worth calling ink.

A pixel is ink with probability q, and nobody can tell. Cross-entropy answers q. An
index of overlap answers yes or no, and the q at which it flips follows from the rest of
the picture. With its tp, fp, fn and D = tp + alpha fp + beta fn, calling the pixel ink
gains (tp + 1) / (D + 1) - tp / (D + beta) if it is ink, and loses
tp / D - tp / (D + alpha) if it is not. As D grows, the two are even at

    q* = alpha TI / (1 + (alpha + beta - 1) TI) = alpha tp / (alpha P + beta T),

with P and T the predicted and the true size. It falls with beta and rises with alpha,
and of the two only the ratio matters: Dice and Jaccard share it. Where the background
has an index of its own in the mean, as by default, the flip is drawn towards one half:
all the way where ink and paper are even, hardly at all where ink is rare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from veernet.errors import InputError
from veernet.losses.region import check_dials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from veernet.axes import Floats


@dataclass(frozen=True)
class Counts:
    """How a predicted and a true mask overlap, in pixels or in expected pixels.

    Parameters
    ----------
    found, false, missed, empty
        True positives, false positives, false negatives, true negatives of the ink.

    Raises
    ------
    InputError
        If one is negative, or there is no ink in the truth.
    """

    found: float
    false: float
    missed: float
    empty: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.found, self.false, self.missed, self.empty)
        if not (min(numbers) >= 0 and self.found + self.missed > 0):
            msg = f"counts are {numbers}: give 0 or more, and some ink in the truth"
            raise InputError(msg)

    @property
    def precision(self) -> float:
        """Share of the predicted ink that is ink; 1 where none is predicted."""
        predicted = self.found + self.false
        return self.found / predicted if predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the ink that is predicted."""
        return self.found / (self.found + self.missed)

    def turned(self) -> Counts:
        """Return the counts of the background as the class that is looked for."""
        return Counts(self.empty, self.missed, self.false, self.found)

    def index(self, alpha: float, beta: float) -> float:
        """Return the Tversky index."""
        return self.found / self.weighed(alpha, beta)

    def weighed(self, alpha: float, beta: float) -> float:
        """Return the denominator of the index, tp + alpha fp + beta fn."""
        return self.found + alpha * self.false + beta * self.missed


def flip(rest: Counts, alpha: float, beta: float, *, background: bool = False) -> float:
    """Return the q from which the expected index is higher if the pixel is called ink.

    Exact for any picture. For alpha + beta of 1 or more, the expected index of the ink
    is highest at one of the two ends among soft answers too, so that this is where the
    optimum of training jumps.

    Parameters
    ----------
    rest
        Counts of the other pixels.
    alpha, beta
        Weight of false positives and of false negatives.
    background
        Whether the index of the background has the same say, as in the mean over both
        classes; the counts then need the empty pixels.

    Raises
    ------
    InputError
        If a hyper-parameter is wrong, or the index does not hang on the pixel.

    References
    ----------
    .. [Sal17] Salehi et al., Tversky loss function for image segmentation using 3D
       fully convolutional deep networks, MLMI 2017, eq. 3.
    .. [Lip14] Lipton et al., Optimal thresholding of classifiers to maximize F1
       measure, ECML PKDD 2014: half the highest F1, the limit for alpha and beta of .5.
    """
    check_dials(alpha, beta, 1.0, 0.0)
    gain, loss = _exact(rest, alpha, beta)
    if background:
        # It gains by a pixel that is empty what it loses by one that is ink.
        gain_empty, loss_empty = _exact(rest.turned(), alpha, beta)
        gain, loss = gain + loss_empty, loss + gain_empty
    return _balance(gain, loss)


def flip_limit(
    counts: Counts, alpha: float, beta: float, *, background: bool = False
) -> float:
    """Return the flip in a picture so large that one pixel moves it by a trifle.

    The parameters are those of ``flip``; of the ink alone it is
    alpha TI / (1 + (alpha + beta - 1) TI).
    """
    check_dials(alpha, beta, 1.0, 0.0)
    gain, loss = _slopes(counts, alpha, beta)
    if background:
        gain_empty, loss_empty = _slopes(counts.turned(), alpha, beta)
        gain, loss = gain + loss_empty, loss + gain_empty
    return _balance(gain, loss)


@dataclass(frozen=True)
class DialPoint:
    """What a setting of the dial prefers in a picture of many odds.

    Parameters
    ----------
    alpha, beta
        Weight of false positives and of false negatives.
    best
        The first level that is called ink.
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

    Raises
    ------
    InputError
        If the levels do not rise from 0 to 1 or their pixels are none.
    """
    check_dials(alpha, beta, 1.0, 0.0)
    q, n = _check_levels(levels, pixels)
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


def _check_levels(
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


def _exact(rest: Counts, alpha: float, beta: float) -> tuple[float, float]:
    """Return what calling one pixel more costs or brings, if right and if wrong."""
    found, weighed = rest.found, rest.weighed(alpha, beta)
    gain = (found + 1) / (weighed + 1) - _ratio(found, weighed + beta)
    return gain, _ratio(found, weighed) - _ratio(found, weighed + alpha)


def _slopes(counts: Counts, alpha: float, beta: float) -> tuple[float, float]:
    """Return the same of a pixel that is a trifle of the picture."""
    weighed = counts.weighed(alpha, beta)
    index = counts.index(alpha, beta)
    return (1 - (1 - beta) * index) / weighed, alpha * index / weighed


def _ratio(found: float, weighed: float) -> float:
    """Divide; nothing found is an index of 0, even of nothing."""
    return found / weighed if found else 0.0


def _balance(gain: float, loss: float) -> float:
    """Return the probability at which gain if right and loss if wrong are even."""
    if gain + loss == 0:
        msg = "the index does not hang on the pixel: alpha, beta or the counts are 0"
        raise InputError(msg)
    return loss / (gain + loss)
