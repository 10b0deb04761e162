"""Response of losses to prevalence: the same network, with less and less ink.

A network finds a share r of the ink and takes a share f of the paper for ink, whatever
the page. With a share q of ink, q r of all pixels are found ink, (1 - q) f false ink,
q (1 - r) missed ink and (1 - q) (1 - f) empty paper; every loss of a network that is
certain follows from these four.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from veernet.errors import InputError
from veernet.losses.inputs import check_not_negative
from veernet.losses.region import check_dials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from veernet.axes import Floats

Side = Literal["ink", "background", "mean"]

PREVALENCES = (0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005)
"""From an even page to thin curves on a wide one."""

CONFIDENCE = 0.99
"""Probability that the network gives to what it shows: per-pixel losses ask for it."""


@dataclass(frozen=True)
class Rates:
    """How well a network does on ink and on paper, whatever there is of each.

    Parameters
    ----------
    found
        Share of the ink that it finds, r.
    false
        Share of the paper that it takes for ink, f.

    Raises
    ------
    InputError
        If one is not a share.
    """

    found: float
    false: float

    def __post_init__(self) -> None:
        for name, share in (("found", self.found), ("false", self.false)):
            if not 0 <= share <= 1:
                msg = f"{name} is {share}: give a share, 0 to 1"
                raise InputError(msg)


@dataclass(frozen=True)
class Response:
    """One loss or score over prevalence, beside that of the empty answer.

    Parameters
    ----------
    prevalence
        Share of ink.
    value
        Of the network with the given rates.
    empty
        Of a network that calls everything paper.
    """

    prevalence: tuple[float, ...]
    value: tuple[float, ...]
    empty: tuple[float, ...]


def tversky_response(
    prevalence: ArrayLike,
    rates: Rates,
    alpha: float,
    beta: float,
    side: Side = "ink",
) -> Floats:
    """Return the Tversky index at each prevalence.

    Of the ink it is q r / (q r + alpha (1 - q) f + beta q (1 - r)); Dice is alpha and
    beta of .5, IoU of 1. It falls to 0 with the prevalence, because the false ink
    stays. That of the background tends to 1 - f for IoU, however little of the ink is
    found, and holds the mean of the two near one half.

    Parameters
    ----------
    prevalence
        Share of ink, above 0 and below 1.
    rates
        Of the network.
    alpha, beta
        Weight of false positives and of false negatives, of the class in question.
    side
        Whose index: that of the ink, of the background, or the mean of the two.

    Raises
    ------
    InputError
        If a prevalence is not between 0 and 1 or a hyper-parameter is wrong.

    References
    ----------
    .. [Sal17] Salehi et al., Tversky loss function for image segmentation using 3D
       fully convolutional deep networks, MLMI 2017, eq. 3.
    """
    check_dials(alpha, beta, 1.0, 0.0)
    found, false, missed, empty = _pixels(prevalence, rates)
    of_ink = found / (found + alpha * false + beta * missed)
    of_paper = empty / np.maximum(empty + alpha * missed + beta * false, 1e-300)
    if side == "mean":
        return np.asarray((of_ink + of_paper) / 2)
    return np.asarray(of_ink if side == "ink" else of_paper)


def dice_response(prevalence: ArrayLike, rates: Rates, side: Side = "ink") -> Floats:
    """Return the Dice score: of the ink 2 q r / (q + q r + (1 - q) f)."""
    return tversky_response(prevalence, rates, 0.5, 0.5, side)


def iou_response(prevalence: ArrayLike, rates: Rates, side: Side = "ink") -> Floats:
    """Return the IoU: of the ink q r / (q + (1 - q) f), Dice / (2 - Dice)."""
    return tversky_response(prevalence, rates, 1.0, 1.0, side)


def lovasz_response(prevalence: ArrayLike, rates: Rates, side: Side = "mean") -> Floats:
    """Return Lovasz-Softmax of a network that is certain: one minus the IoU.

    References
    ----------
    .. [Ber18] Berman et al., The Lovasz-Softmax loss, CVPR 2018, eq. 7 to 11: the
       extension equals the set function at the vertices.
    """
    return 1 - iou_response(prevalence, rates, side)


def focal_response(
    prevalence: ArrayLike,
    rates: Rates,
    gamma: float = 2.0,
    confidence: float = CONFIDENCE,
) -> Floats:
    """Return Focal per pixel, of a network that is equally confident everywhere.

    It is a straight line in q: wrong pixels, q (1 - r) + (1 - q) f of them, cost
    c**gamma times -log(1 - c), and right ones (1 - c)**gamma times -log c.

    Parameters
    ----------
    prevalence, rates
        See ``tversky_response``.
    gamma
        0 for cross-entropy.
    confidence
        Probability c of what is shown, above .5 and below 1.

    Raises
    ------
    InputError
        If the confidence or gamma is wrong.

    References
    ----------
    .. [Lin17] Lin et al., Focal loss for dense object detection, ICCV 2017, eq. 4.
    """
    check_not_negative(gamma=gamma)
    if not 0.5 < confidence < 1:
        msg = f"confidence is {confidence}: give more than 0.5 and less than 1"
        raise InputError(msg)
    _, false, missed, _ = _pixels(prevalence, rates)
    wrong, doubt = false + missed, 1 - confidence
    cost_wrong = confidence**gamma * -np.log(doubt)
    cost_right = doubt**gamma * -np.log(confidence)
    return np.asarray(wrong * cost_wrong + (1 - wrong) * cost_right)


def cross_entropy_response(
    prevalence: ArrayLike, rates: Rates, confidence: float = CONFIDENCE
) -> Floats:
    """Return cross-entropy per pixel: ``focal_response`` of gamma 0."""
    return focal_response(prevalence, rates, 0.0, confidence)


def break_even(rates: Rates) -> float:
    """Return the prevalence below which per-pixel losses prefer an empty page.

    f / (r + f), where the false ink outnumbers the ink found; the overlap of the ink is
    better than that of an empty page at any prevalence.

    Raises
    ------
    InputError
        If the network finds nothing and invents nothing.
    """
    if rates.found + rates.false == 0:
        msg = "a network of no ink has no break-even: give rates above 0"
        raise InputError(msg)
    return rates.false / (rates.found + rates.false)


def responses(
    rates: Rates,
    prevalence: Sequence[float] = PREVALENCES,
    *,
    alpha: float = 0.3,
    beta: float = 0.7,
    gamma: float = 2.0,
    confidence: float = CONFIDENCE,
) -> dict[str, Response]:
    """Return every response by name, beside that of an empty page.

    Parameters
    ----------
    rates, prevalence
        See ``tversky_response``.
    alpha, beta
        Of Tversky.
    gamma
        Of Focal.
    confidence
        Of the network, for the losses per pixel.
    """
    q, nothing = np.asarray(prevalence, dtype=np.float64), Rates(0.0, 0.0)

    def both(*values: Floats) -> Response:
        network, empty = (tuple(v.tolist()) for v in values)
        return Response(tuple(prevalence), network, empty)

    pair = (rates, nothing)
    sides: tuple[Side, ...] = ("ink", "background", "mean")
    found = {f"iou/{s}": both(*(iou_response(q, r, s) for r in pair)) for s in sides}
    found |= {f"dice/{s}": both(*(dice_response(q, r, s) for r in pair)) for s in sides}
    found |= {
        f"tversky/{side}": both(
            *(tversky_response(q, r, alpha, beta, side) for r in pair)
        )
        for side in sides
    }
    found["lovasz"] = both(*(lovasz_response(q, r) for r in pair))
    found["cross-entropy"] = both(
        *(cross_entropy_response(q, r, confidence) for r in pair)
    )
    found["focal"] = both(*(focal_response(q, r, gamma, confidence) for r in pair))
    return found


def _pixels(
    prevalence: ArrayLike, rates: Rates
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return shares of found, false and missed ink and of empty paper."""
    q = np.asarray(prevalence, dtype=np.float64)
    if not ((q > 0) & (q < 1)).all():
        msg = f"prevalences are {q.tolist()}: give them above 0 and below 1"
        raise InputError(msg)
    r, f = rates.found, rates.false
    return q * r, (1 - q) * f, q * (1 - r), (1 - q) * (1 - f)
