"""Lanes: the part of a panel in which one curve is looked for, and its way down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import CurveSpec, Evidence, Panel
from veernet.trace.centroid import refine
from veernet.trace.programme import ON, Costs, cheapest_way

TAKEN_STYLE = 0.1
"""Share of the evidence for other styles that counts on the ink of another curve: at a
crossing it hides the own."""

FREE_STYLE = 0.4
"""Share of it that counts on ink that no other curve has taken: a bleached line changes
style for a stretch, and no network is always right."""

BESIDE = 3
"""Columns beside the ink of another curve that count as its own still."""

BORDER = 2
"""Columns beside a track edge where evidence is damped: a printed border looks like a
saturated curve, and the registration knows where it is."""

BORDER_DAMPING = 0.3

OVERSHOOT = 4
"""Columns beyond the edges in which a curve that does not wrap is still followed."""

WRAPS = (-1, 2)
"""Wrap counts, from the first row's, that a wrapping curve may reach."""


@dataclass(frozen=True)
class Lane:
    """The part of a panel in which one curve is looked for.

    Parameters
    ----------
    spec
        The curve.
    first
        (rows,) panel column of the lane's first column.
    width
        Columns of the lane.
    period
        (rows,) columns between a track's edges: the length of one wrap.
    maps
        (styles, rows, columns of the panel) probability of each style, 255 is
        certainty. It is the evidence itself: a lane holds no copy.
    style
        Index of the curve's own.
    damping
        (width,) share of the evidence that counts.
    """

    spec: CurveSpec
    first: NDArray[np.int32]
    width: int
    period: Floats
    maps: NDArray[np.uint8]
    style: int
    damping: NDArray[np.float32]


@dataclass(frozen=True)
class Way:
    """A curve as decoded: state, sub-pixel column and strength, row by row.

    ``column`` is unfolded, in columns of the panel, NaN off scale and where lost;
    ``span`` (rows, 2) is the folded ink of its stroke in the panel, -1 where none.
    """

    column: Floats
    strength: Floats
    state: NDArray[np.uint8]
    span: NDArray[np.int32]


def make_lane(panel: Panel, evidence: Evidence, spec: CurveSpec) -> Lane:
    """Cut out of a panel's evidence what speaks for one curve."""
    left, right = panel.edges_of(spec.mnemonic)
    # A wrapping curve leaves exactly at the edge; any other may overshoot a little.
    beyond = 0 if spec.wraps else min(OVERSHOOT, panel.margin)
    first = np.round(left).astype(np.int32) - beyond
    width = (
        round(float(np.median(right - left))) + 2 * beyond + (0 if spec.wraps else 1)
    )

    damping = np.ones(width, dtype=np.float32)
    for edge in (beyond, width - 1 - beyond):
        damping[max(edge - BORDER, 0) : edge + BORDER + 1] = BORDER_DAMPING
    style = evidence.index_of(spec.line)
    return Lane(spec, first, width, right - left, evidence.maps, style, damping)


def decode_lane(
    lane: Lane, others: Iterable[Way], costs: Costs, *, settled: bool = True
) -> tuple[Way, float]:
    """Find the way of a lane's curve beside the ink of others, and its price.

    Parameters
    ----------
    lane
        Where to look.
    others
        Ways of the other curves of the panel.
    costs
        What a way costs.
    settled
        Whether those are all others there are, so that what they left is free.

    Returns
    -------
    way : Way
        The cheapest.
    price : float
        What it costs, in nats.
    """
    start = lane.spec.wrap_start
    wraps = (start + WRAPS[0], start + WRAPS[1]) if lane.spec.wraps else (0, 0)
    taken = _taken_in(lane, others)
    evidence = _weigh(
        lane.maps,
        lane.style,
        lane.first,
        lane.damping,
        taken,
        np.float32(TAKEN_STYLE),
        np.float32(FREE_STYLE if settled else TAKEN_STYLE),
        BESIDE,
    )
    column, state, price = cheapest_way(
        evidence, taken, wraps=wraps, wrap_start=start, costs=costs
    )
    on = state == ON
    if lane.spec.wraps and on.any():
        # Copies of the track look alike: only the first row read has a known count.
        column += (start - column[np.argmax(on)] // lane.width) * lane.width
    centroid, strength, span = refine(evidence, column, on, circular=lane.spec.wraps)
    # In the lane a wrap is a whole number of columns; on the panel it is the distance
    # between the edges.
    count = np.floor_divide(centroid, lane.width) if lane.spec.wraps else 0.0
    unfolded = lane.first + centroid + count * (lane.period - lane.width)
    folded = np.where(
        on[:, None], np.mod(span, lane.width) if lane.spec.wraps else span, -1
    )
    crossing = folded[:, 0] > folded[:, 1]
    folded[crossing, 1] = lane.width - 1
    folded = np.where(on[:, None], folded + lane.first[:, None], -1)
    return Way(unfolded, strength, state, folded.astype(np.int32)), price


def _taken_in(lane: Lane, others: Iterable[Way]) -> NDArray[np.int32]:
    """Return the ink of other curves in columns of a lane, (others, rows, 2)."""
    found = []
    for other in others:
        span = other.span - lane.first[:, None]
        outside = (span[:, 1] < 0) | (span[:, 0] >= lane.width) | (other.span[:, 0] < 0)
        found.append(np.where(outside[:, None], -1, np.maximum(span, 0)))
    shape = (len(found), lane.first.size, 2)
    return np.array(found, dtype=np.int32).reshape(shape)


@numba.njit(cache=True, nogil=True)
def _weigh(
    maps: NDArray[np.uint8],
    style: int,
    first: NDArray[np.int32],
    damping: NDArray[np.float32],
    taken: NDArray[np.int32],
    taken_share: np.float32,
    free_share: np.float32,
    beside: int,
) -> NDArray[np.uint8]:
    """Return the probability that one curve passes, (rows, width).

    It is that of its own style and a share of that of the others, by whether the ink is
    another curve's. A network that is not sure of a style divides the probability.
    """
    styles, rows, columns = maps.shape
    width = damping.size
    weighed = np.zeros((rows, width), dtype=np.uint8)
    share = np.empty(width, dtype=np.float32)
    for row in range(rows):
        share[:] = free_share
        for other in range(taken.shape[0]):
            start, last = taken[other, row, 0], taken[other, row, 1]
            if start >= 0:
                share[max(start - beside, 0) : last + beside + 1] = taken_share
        for c in range(max(-first[row], 0), min(width, columns - first[row])):
            seen = np.float32(0.0)
            for s in range(styles):
                part = np.float32(1.0) if s == style else share[c]
                seen += part * maps[s, row, first[row] + c]
            weighed[row, c] = np.uint8(min(seen, np.float32(255.0)) * damping[c])
    return weighed
