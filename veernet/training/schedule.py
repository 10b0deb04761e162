"""Schedules of the learning rate from the start to the end of a training.

A schedule maps the share of the run that is done, 0 to 1, to a factor of the
optimiser's learning rate. The share is that of the steps or of the time, whichever is
further on, so a run that ends by the clock decays as fully as one that ends by its
count.
"""

from __future__ import annotations

import math

from veernet.errors import InputError


def constant(share: float, *, warm_up: float = 0.0) -> float:
    """Rise over the warm-up share, then stay at 1."""
    return _rise(share, warm_up)


def cosine(share: float, *, warm_up: float = 0.03, floor: float = 0.0) -> float:
    """Rise over the warm-up share, then fall to the floor as half a cosine.

    References
    ----------
    .. [Los17] Loshchilov and Hutter, SGDR, ICLR 2017, eq. 5 without restarts.
    """
    fallen = 0.5 - 0.5 * math.cos(math.pi * _after(share, warm_up))
    return _rise(share, warm_up) * (1 - (1 - floor) * fallen)


def trapezoid(
    share: float, *, warm_up: float = 0.03, decay: float = 0.3, floor: float = 0.0
) -> float:
    """Rise over the warm-up share, stay at 1, fall straight over the decay share.

    References
    ----------
    .. [Hae24] Hägele et al., Scaling Laws and Compute-Optimal Training Beyond Fixed
       Training Durations, NeurIPS 2024.
    """
    _check_share("decay", decay)
    return _rise(share, warm_up) * (1 - (1 - floor) * _after(share, 1 - decay))


def swa(
    share: float, *, warm_up: float = 0.03, start: float = 0.75, factor: float = 0.2
) -> float:
    """Rise over the warm-up, fall as half a cosine to a factor at the start, and stay.

    For an average of weights that begins at the same share: the factor keeps them
    moving.

    References
    ----------
    .. [Izm18] Izmailov et al., Averaging Weights Leads to Wider Optima and Better
       Generalization, UAI 2018. The authors fall straight, to 0.2 for VGG-16 and to 0.5
       for residual networks.
    """
    _check_share("start", start)
    if share >= start:
        return factor
    return cosine(share / start, warm_up=warm_up / start, floor=factor)


def _rise(share: float, warm_up: float) -> float:
    """Straight from 0 to 1 over the warm-up, but never 0: no step is wasted."""
    _check_share("warm_up", warm_up)
    return min(1.0, max(share / warm_up, 0.01)) if warm_up else 1.0


def _after(share: float, start: float) -> float:
    """Return the share of what lies behind a start that is done."""
    return min(max((share - start) / (1 - start), 0.0), 1.0) if start < 1 else 0.0


def _check_share(name: str, share: float) -> None:
    if not 0 <= share <= 1:
        msg = f"schedule.{name}={share}: give a share of the run, 0 to 1"
        raise InputError(msg)
