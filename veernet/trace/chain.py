"""Two states down a chain, as they are and exchanged, by what speaks for each place."""

from __future__ import annotations

import numba
import numpy as np

from veernet.axes import Floats


def both_ways(odds: Floats, change: Floats) -> Floats:
    """Return the log odds of a state at each place, by those of all places.

    A hidden Markov model of two states, run forwards and backwards in log odds; both
    are as likely before the first place.

    Parameters
    ----------
    odds
        (places,) log odds of the state by what is seen at each.
    change
        (places,) probability that it is another than at the place before.

    Returns
    -------
    (places,) float
    """
    return _both_ways(odds, change)


@numba.njit(cache=True, nogil=True)
def _both_ways(odds: Floats, change: Floats) -> Floats:
    total = odds.copy()
    before = 0.0
    for place in range(odds.size):
        before = _passed(before, change[place])
        total[place] += before
        before += odds[place]
    after = 0.0
    for place in range(odds.size - 1, 0, -1):
        after = _passed(after + odds[place], change[place])
        total[place - 1] += after
    return total


@numba.njit(cache=True, nogil=True)
def _passed(odds: float, change: float) -> float:
    """Return the log odds of a state at the next place, where it may have changed."""
    faint = np.exp(-abs(odds))
    same, other = (1 - change) + change * faint, (1 - change) * faint + change
    stays = np.log(same / other)
    return float(stays if odds > 0 else -stays)
