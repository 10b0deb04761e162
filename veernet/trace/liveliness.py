"""How lively two curves are tells who is who all along, where directions leave doubts.

Where two curves of one pen meet, direction says which goes where, and is wrong at one
meeting in twelve. But a curve that is smooth stays smooth: over the stretches between
all meetings of a log the livelier of two is the same one more often than not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from veernet.axes import Floats
from veernet.trace.chain import both_ways

LAGS = (2, 8, 24)
"""Rows over which a change of direction is measured."""

STEEPEST = 10.0
"""Columns a row of a change of direction that counts: spikes outweigh all else."""

STILL = 0.05
"""Columns: the liveliness of a curve that is read with the noise of its ink."""

LONG = 40
"""Rows: a longer stretch between two meetings says no more."""

TRUST = 8.0
"""Log of the odds that a long stretch gives between two curves of which one is livelier
by a factor of e, throughout."""

ROUNDS = 4
"""Of learning how the curves differ and of parting them by it, at most."""

SOBER_HEADING, SOBER_BENDS = 0.5, 0.4
"""Share of the log odds by direction and by liveliness that counts as how sure one may
be: fits over a few rows and over many are of the same rows."""

CERTAIN = 30.0
"""Log odds of what is not in question."""

LEAST_CHANGE = 0.02
"""Probability of a change at a meeting where directions leave no doubt at all."""


def contrast(
    first: Floats, second: Floats, bounds: Sequence[tuple[int, int]]
) -> tuple[Floats, Floats]:
    """Compare two ways in each stretch.

    Parameters
    ----------
    first, second
        (rows,) columns, NaN where unread.
    bounds
        First row and one past the last of each stretch between two meetings.

    Returns
    -------
    ratio : (stretches,) float
        Log of how much livelier the first is; 0 where nothing tells.
    weight : (stretches,) float
        From 0 to 1, how much the stretch says.
    """
    ratio, weight = np.zeros(len(bounds)), np.zeros(len(bounds))
    for index, (start, stop) in enumerate(bounds):
        one, other = (_liveliness(way[start:stop]) for way in (first, second))
        known = np.isfinite(one - other)
        if known.any():
            ratio[index] = np.mean((one - other)[known])
            weight[index] = min(stop - start, LONG) / LONG
    return ratio, weight


def part(odds: Floats, ratio: Floats, weight: Floats) -> NDArray[np.bool_]:
    """Decide at which meetings two ways change places.

    The cheapest chain of two states, as they are and exchanged, over all stretches: the
    odds of a meeting pay for a change, and liveliness for the state.

    Parameters
    ----------
    odds
        (meetings,) log of the odds that directions give for a change.
    ratio, weight
        (meetings + 1,) of the stretches between; see `contrast`.

    Returns
    -------
    (meetings,) bool
    """
    changes = odds > 0
    for _ in range(ROUNDS):
        sign = 1.0 - 2.0 * (np.cumsum(np.concatenate([[False], changes])) % 2)
        usual = np.sum(sign * ratio * weight) / max(weight.sum(), 1.0)
        again = _cheapest(odds, TRUST * usual * ratio * weight)
        if (again == changes).all():
            break
        changes = again
    return changes


def how_sure(odds: Floats, ratio: Floats, weight: Floats, named: int) -> Floats:
    """Return the log odds that two ways are not exchanged, from meeting to meeting.

    Which is which is known where they were named; every meeting that leaves a doubt
    casts it on all that lies beyond, unless liveliness says that nothing has changed.

    Parameters
    ----------
    odds, ratio, weight
        As for `part`, of the ways as they were parted.
    named
        Index of the stretch in which they were.

    Returns
    -------
    (meetings + 1,) float
    """
    # What is usual is known from the other stretches: none is its own witness.
    others = np.sum(ratio * weight) - ratio * weight
    usual = others / np.maximum(weight.sum() - weight, 1.0)
    favour = 2 * SOBER_BENDS * TRUST * usual * ratio * weight
    favour[named] += CERTAIN
    change = np.clip(expit(SOBER_HEADING * odds), LEAST_CHANGE, 0.5)
    return both_ways(favour, np.concatenate([[0.5], change]))


def _cheapest(odds: Floats, favour: Floats) -> NDArray[np.bool_]:
    """Return where the best chain changes; ``favour`` speaks for the first state."""
    score = np.array([favour[0], -favour[0]])
    came = np.zeros((odds.size, 2), dtype=np.intp)
    for meeting, gain in enumerate(odds):
        for state in (0, 1):
            kept, changed = score[state] - gain / 2, score[1 - state] + gain / 2
            came[meeting, state] = state if kept >= changed else 1 - state
        score = np.array(
            [
                max(score[0] - gain / 2, score[1] + gain / 2) + favour[meeting + 1],
                max(score[1] - gain / 2, score[0] + gain / 2) - favour[meeting + 1],
            ]
        )
    state = int(np.argmax(score))
    changes = np.zeros(odds.size, dtype=bool)
    for meeting in range(odds.size - 1, -1, -1):
        before = int(came[meeting, state])
        changes[meeting] = before != state
        state = before
    return changes


def _liveliness(column: Floats) -> Floats:
    """Return (lags,) log of the mean change of direction, NaN where too short."""
    known = column[np.isfinite(column)]
    found = np.full(len(LAGS), np.nan)
    for index, lag in enumerate(LAGS):
        if known.size > 2 * lag + 2:
            bend = np.abs(known[2 * lag :] - 2 * known[lag:-lag] + known[: -2 * lag])
            bend = np.minimum(bend, STEEPEST * lag)
            found[index] = np.log(np.mean(bend) + STILL)
    return found
