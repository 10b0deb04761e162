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

from veernet.errors import InputError
from veernet.losses.tversky import check_dials


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


def expected_index(
    answer: float, odds: float, rest: Counts, alpha: float, beta: float
) -> float:
    """Return the expected Tversky index for a soft answer to a noisy pixel.

    Parameters
    ----------
    answer
        Predicted probability of ink, 0 to 1.
    odds
        True probability of ink.
    rest
        Counts of the other pixels.
    alpha, beta
        Weight of false positives and of false negatives.
    """
    if_ink = Counts(rest.found + answer, rest.false, rest.missed + 1 - answer)
    if_empty = Counts(rest.found, rest.false + answer, rest.missed)
    return odds * if_ink.index(alpha, beta) + (1 - odds) * if_empty.index(alpha, beta)


def stable_interval(rest: Counts, alpha: float, beta: float) -> tuple[float, float]:
    """Return between which odds the slope of the expected index leaves both ends alone.

    Below the first, ink is no resting point for gradient descent, above the second
    background is none; between them a pixel stays where it began. The flip lies
    between, and the two meet as the picture grows. For alpha + beta of 1 or more.
    """
    weighed = rest.weighed(alpha, beta)
    slope = weighed + beta - (1 - beta) * rest.found
    ends = []
    for answer in (1.0, 0.0):
        gain = slope / (weighed + beta + (1 - beta) * answer) ** 2
        loss = alpha * rest.found / (weighed + alpha * answer) ** 2
        ends.append(_balance(gain, loss))
    return ends[0], ends[1]


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
