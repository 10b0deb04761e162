"""Find the depths that the numerals of a section agree upon.

A chain is a run of numerals from the top down whose depths grow as their rows do, at
one scale that the paper may stretch. Misread numbers do not fit and fall out; a second
chain among what fell out is a second reading of the section, and tells of doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from veernet.axes import Floats
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.printscale import ROWS_PER_UNIT

STRETCH = 0.12
"""Of the distance between two numerals: what paper and scanner stretch at most."""

STEPS = (1000, 500, 250, 200, 100, 50, 25, 20, 10, 5)
"""Depth units between the numerals of a log."""

DEEPEST = 40_000
"""No hole is deeper, in feet or metres."""

_SLACK = 3.0
"""Rows by which a numeral may be off its place beside any stretch."""
_BACK = 24
"""Numerals before one that may be its neighbour in a chain: the rest were misread."""
_PAIRED = 6
_SCALES = 16
_BIN = 0.06
"""Of the logarithm of a scale: scales that are this close count together."""
_ON_STEP = 0.85
"""Share of a chain's weight that must lie on multiples of its step."""
_LEAP = 0.45
"""Steps by which the rows between two numerals may disagree with their depths."""


@dataclass(frozen=True)
class Chain:
    """Numerals that agree on the depth of the rows.

    Parameters
    ----------
    members
        Indices of the numerals, from the top down.
    depths
        What they stand for, (members,); strictly increasing.
    scale
        Rows per depth unit, the median between neighbours.
    step
        Depth units of which all depths are multiples.
    weight
        Sum of the members' confidences.
    """

    members: tuple[int, ...]
    depths: tuple[float, ...]
    scale: float
    step: float
    weight: float


def find_chain(
    numerals: Sequence[Numeral], modulus: int | None = None, leave: Sequence[int] = ()
) -> Chain | None:
    """Find the heaviest chain.

    Parameters
    ----------
    numerals
        From the top down.
    modulus
        Compare only what the numbers leave when divided by this: a log that prints the
        last digits alone. The depths then count from the first member's remainder.
    leave
        Indices of numerals to pass over.

    Returns
    -------
    Chain or None
        None where no two numerals agree.
    """
    # Every depth that a log prints is a multiple of five, and few misreads are.
    left = set(leave)
    index = [
        i
        for i, numeral in enumerate(numerals)
        if i not in left and numeral.number % 5 == 0 and numeral.number < DEEPEST
    ]
    if len(index) < 2:
        return None
    rows = np.array([numerals[i].row for i in index])
    values = np.array([numerals[i].number for i in index], dtype=np.float64)
    weights = np.array([max(numerals[i].confidence, 0.05) for i in index])
    if modulus is not None:
        values %= modulus
    best: tuple[float, list[int], list[float]] | None = None
    for scale in _scales(rows, values, weights, modulus):
        found = _heaviest(rows, values, weights, scale, modulus)
        if best is None or found[0] > best[0] + 1e-9:
            best = found
    if best is None or len(best[1]) < 2:
        return None
    _, members, depths = best
    return _on_step(rows, weights, index, members, depths)


def _rise(low: Floats, high: Floats, modulus: int | None) -> Floats:
    """Depth from one number to the next; at a modulus the least that fits."""
    rise = high - low
    return rise if modulus is None else np.where(rise > 0, rise, rise + modulus)


def _scales(
    rows: Floats, values: Floats, weights: Floats, modulus: int | None
) -> list[float]:
    """Rows per unit that many pairs of near numerals have in common, best first."""
    logs, votes = [], []
    for ahead in range(1, min(_PAIRED, len(rows) - 1) + 1):
        rise = _rise(values[:-ahead], values[ahead:], modulus)
        down = rows[ahead:] - rows[:-ahead]
        good = (rise > 0) & (down > 0)
        good &= down >= ROWS_PER_UNIT[0] * rise
        good &= down <= ROWS_PER_UNIT[1] * rise
        logs.append(np.log(down[good] / rise[good]))
        votes.append(np.minimum(weights[:-ahead], weights[ahead:])[good] / ahead)
    log, vote = np.concatenate(logs), np.concatenate(votes)
    order = np.argsort(log)
    log, vote = log[order], vote[order]
    total = np.concatenate([[0.0], np.cumsum(vote)])
    low = np.searchsorted(log, log - _BIN, side="left")
    high = np.searchsorted(log, log + _BIN, side="right")
    support = total[high] - total[low]
    scales: list[float] = []
    for i in np.argsort(-support, kind="stable"):
        if all(abs(log[i] - np.log(scale)) > _BIN for scale in scales):
            scales.append(float(np.exp(np.median(log[low[i] : high[i]]))))
        if len(scales) == _SCALES:
            break
    return scales


def _heaviest(
    rows: Floats, values: Floats, weights: Floats, scale: float, modulus: int | None
) -> tuple[float, list[int], list[float]]:
    """Return the heaviest chain at a scale: its score, members and depths."""
    count = len(rows)
    score, before = weights.copy(), np.full(count, -1)
    rise_to = np.zeros(count)
    for j in range(1, count):
        first = max(0, j - _BACK)
        down = rows[j] - rows[first:j]
        rise = _rise(values[first:j], values[j], modulus)
        if modulus is not None:
            turns = np.maximum(0, np.round((down / scale - rise) / modulus))
            rise = rise + turns * modulus
        off = np.abs(down - scale * rise)
        room = STRETCH * scale * rise + _SLACK
        if modulus is not None:
            room = np.minimum(room, 0.25 * modulus * scale)
        fits = (rise > 0) & (down > 0) & (off <= room)
        if not fits.any():
            continue
        # A small price on misfit decides between readings that weigh the same.
        gain = np.where(
            fits, score[first:j] - 0.2 * (off / np.maximum(room, 1e-9)) ** 2, -np.inf
        )
        i = int(np.argmax(gain))
        if gain[i] > 0:
            score[j] += gain[i]
            before[j], rise_to[j] = first + i, rise[i]
    at = int(np.argmax(score))
    best, members = float(score[at]), [at]
    while before[members[-1]] >= 0:
        members.append(int(before[members[-1]]))
    members.reverse()
    depths = values[members[0]] + np.cumsum([0.0, *rise_to[members[1:]]])
    return best, members, depths.tolist()


def _on_step(
    rows: Floats,
    weights: Floats,
    index: list[int],
    members: list[int],
    depths: list[float],
) -> Chain | None:
    """Keep the members that lie on multiples of one step, and agree in their leaps."""
    depth, at = np.array(depths), np.array(members)
    weight = weights[at]
    step = 5.0
    for candidate in STEPS:
        on = depth % candidate == 0
        if on.sum() >= 2 and weight[on].sum() >= _ON_STEP * weight.sum():
            step = float(candidate)
            break
    on = depth % step == 0
    depth, at = depth[on], at[on]
    if len(at) < 2:
        return None
    depth, at = _without_leaps(rows, weights, depth, at, step)
    if len(at) < 2:
        return None
    scale = float(np.median(np.diff(rows[at]) / np.diff(depth)))
    return Chain(
        tuple(index[i] for i in at),
        tuple(depth.tolist()),
        scale,
        step,
        float(weights[at].sum()),
    )


def _without_leaps(
    rows: Floats,
    weights: Floats,
    depth: Floats,
    at: np.typing.NDArray[np.intp],
    step: float,
) -> tuple[Floats, np.typing.NDArray[np.intp]]:
    """Keep the heaviest part between leaps of about half a step or more.

    Over many missing numerals the stretch that is allowed adds up to a whole step, and
    would let in a number that was misread by one.
    """
    scale = np.diff(rows[at]) / np.diff(depth)
    local = np.array(
        [np.median(scale[max(0, k - 4) : k + 5]) for k in range(len(scale))]
    )
    leap = np.abs(np.diff(rows[at]) / local - np.diff(depth)) > _LEAP * step
    part = np.concatenate([[0], np.cumsum(leap)])
    heaviest = np.argmax(np.bincount(part, weights=weights[at]))
    keep = part == heaviest
    return depth[keep], at[keep]
