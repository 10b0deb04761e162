"""Stretches whose ink is broken where a solid curve is registered, or the reverse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from veernet.axes import Floats
from veernet.dashes import DASHES
from veernet.findings.reading import PanelReading
from veernet.intervals import true_intervals
from veernet.trace.dash_patterns import Pattern, log_likelihood
from veernet.trace.features import DASH_WEIGHT, NETWORK_WEIGHT, SHARED

CHUNK = 50
"""Rows that are in one style."""

LEAST_ROWS = 150
"""Rows of a stretch at the least: of a shorter one the ink may be worn, or blotted."""

SWITCH = 4.0
"""Nats for a change of style down the curve, which is rare."""

PRIOR = 3.0
"""Nats by which a registration is likelier right than wrong about a style, before the
ink is seen: of twenty registered curves one is the other kind."""

LEAST_POSTERIOR = 0.9
"""Posterior from which a stretch is told."""

LEAST_SURE = 0.6
"""Confidence of a row whose style is judged: of another the name is in doubt."""

LEAST_DASHES = 0.1
"""Nats by which marks and gaps along the path must agree with the network."""

LEAST_GAP = 3
"""Samples without ink that are a gap, and no speck."""

SOLID_RATE, BROKEN_RATE = 0.004, 0.018
"""Gaps a sample of solid ink at the most, and of broken ink at the least. Half of the
generated solid lines have more, but so have long dashes on thick real prints; broken
ones have .02 and more. Log of experiments, 2026-11-30."""

LEAST_CALLED = 0.02
"""Least and, from one, most probability that the network is taken to give a style."""

PATTERNS = tuple(
    Pattern((period * duty, period * (1 - duty)))
    for period in (7.0, 10.0, 14.0, 20.0, 28.0, 40.0, 56.0, 80.0, 140.0)
    for duty in (0.5, 0.7, 0.85, 0.95)
) + tuple(Pattern(tuple(np.array(DASHES["dash-dot"]) * s)) for s in (0.5, 1.0))
"""Patterns of marks and gaps, in pixels, of which any means that a line is broken."""


@dataclass(frozen=True)
class OddStyle:
    """A stretch of a curve whose ink is not in the style that is registered.

    Parameters
    ----------
    curve
        Index of the curve.
    start, stop
        First row of the panel, and one past the last.
    posterior
        Probability that the style is the other kind: broken for a solid curve, solid
        for a broken one.
    """

    curve: int
    start: int
    stop: int
    posterior: float


def odd_styles(reading: PanelReading) -> Iterator[OddStyle]:
    """Find where curves were read from ink that is broken and should be solid.

    And where it is solid and should be broken. The network's opinion of each row
    chooses stretches, and the dashes along the path must agree.
    """
    if not reading.followed:
        return
    for curve in range(len(reading.paths)):
        rows = _alone(reading, curve)
        chunks = rows.size // CHUNK
        if not chunks:
            continue
        rows = rows[: chunks * CHUNK]
        evidence = _network(reading, curve, rows).reshape(chunks, CHUNK).sum(axis=1)
        for first, last in _stretches(evidence):
            part = rows[first * CHUNK : last * CHUNK]
            if part.size < LEAST_ROWS:
                continue
            dashes = _dashes(reading, curve, part)
            total = float(evidence[first:last].sum()) + dashes
            posterior = float(expit(total - PRIOR))
            if dashes > LEAST_DASHES and posterior >= LEAST_POSTERIOR:
                yield OddStyle(curve, int(part[0]), int(part[-1]) + 1, posterior)


def _alone(reading: PanelReading, curve: int) -> NDArray[np.intp]:
    """Return the rows in which a curve is on ink of its own, in order."""
    gap = np.abs(reading.folded - reading.folded[curve])
    gap[curve] = np.inf
    shared = (gap <= 2 * SHARED).any(axis=0)
    own = reading.inked[curve] & (reading.source[curve] >= 0)
    own &= reading.paths[curve].confidence >= LEAST_SURE
    return np.flatnonzero(own & ~shared)


def _network(reading: PanelReading, curve: int, rows: NDArray[np.intp]) -> Floats:
    """Return (rows,) tempered log odds, by the network, of another style."""
    solid = reading.specs[curve].line == "solid"
    given = np.zeros(rows.size)
    for line in reading.followed[0].called:
        # One broken style is easily taken for another: they count together.
        if (line == "solid") == solid:
            called = np.stack([path.called[line] for path in reading.followed])
            given += np.exp(called[reading.source[curve][rows], rows])
    given = np.clip(given, LEAST_CALLED, 1 - LEAST_CALLED)
    return np.asarray(NETWORK_WEIGHT * np.log((1 - given) / given))


def _stretches(evidence: Floats) -> list[tuple[int, int]]:
    """Return (first, last) chunks in another style: a Viterbi path of two states."""
    own, other = 0.0, -SWITCH
    came = np.empty((evidence.size, 2), dtype=bool)
    for index, odds in enumerate(evidence):
        came[index] = other - SWITCH > own, other >= own - SWITCH
        own, other = max(own, other - SWITCH), max(other, own - SWITCH) + odds
    state = other > own
    states = np.zeros(evidence.size, dtype=bool)
    for index in range(evidence.size - 1, -1, -1):
        states[index] = state
        state = came[index, int(state)]
    found = []
    for start, stop in true_intervals(states):
        # A change of state is dear: its last chunks may be in the own style again.
        odd = np.flatnonzero(evidence[start:stop] > 0) + start
        if odd.size:
            found.append((int(odd[0]), int(odd[-1]) + 1))
    return found


def _dashes(reading: PanelReading, curve: int, rows: NDArray[np.intp]) -> float:
    """Return tempered log odds, by marks and gaps, that the line is the other kind.

    Minus infinity where its ink is broken off as often as that of its own kind.
    """
    source = reading.source[curve][rows]
    solid, broken = 0.0, np.zeros(len(PATTERNS))
    samples = breaks = 0
    for index in np.unique(source):
        path = reading.followed[index]
        wanted = np.zeros(path.column.size, dtype=bool)
        wanted[rows[source == index]] = True
        ink = path.ink[wanted[path.sample_row]]
        solid += float(log_likelihood(ink, None).sum())
        broken += [float(log_likelihood(ink, p).sum()) for p in PATTERNS]
        seen = ink[ink >= 0]
        samples += seen.size
        breaks += sum(b - a >= LEAST_GAP for a, b in true_intervals(seen < 0.5))
    odds = DASH_WEIGHT * (float(broken.max()) - solid)
    rate = breaks / max(samples, 1)
    if reading.specs[curve].line == "solid":
        return odds if rate >= BROKEN_RATE else -np.inf
    return -odds if rate <= SOLID_RATE else -np.inf
