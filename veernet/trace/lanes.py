"""Lanes: the part of a panel in which one curve is looked for, and its way down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import CurveSpec, Evidence, Panel
from veernet.trace.centroid import refine
from veernet.trace.programme import ON, Costs, cheapest_way

OTHER_STYLE = 0.35
"""Share of the evidence for other styles that counts for a curve: at a crossing the ink
is the other curve's, and a bleached line changes style for a stretch."""

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
    evidence
        (rows, width) probability that this curve passes, 255 is certainty.
    """

    spec: CurveSpec
    first: NDArray[np.int32]
    width: int
    period: Floats
    evidence: NDArray[np.uint8]


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

    own = evidence.index_of(spec.line)
    rows, columns = evidence.maps.shape[1:]
    lane = np.zeros((rows, width), dtype=np.uint8)
    shares = np.full(evidence.maps.shape[0], OTHER_STYLE, dtype=np.float32)
    shares[own] = 1.0
    damping = np.ones(width, dtype=np.float32)
    for edge in (beyond, width - 1 - beyond):
        damping[max(edge - BORDER, 0) : edge + BORDER + 1] = BORDER_DAMPING
    # Rows with the same first column are gathered at once; on an upright track that is
    # all of them.
    for start in np.unique(first):
        at = np.flatnonzero(first == start)
        inside = slice(max(start, 0), min(start + width, columns))
        into = slice(inside.start - start, inside.stop - start)
        maps = evidence.maps[:, :, inside]
        for band in np.array_split(at, max(1, at.size // 4096)):
            seen = np.max(maps[:, band] * shares[:, None, None], axis=0)
            lane[band, into] = (seen * damping[into]).astype(np.uint8)
    return Lane(spec, first, width, right - left, lane)


def decode_lane(lane: Lane, others: Iterable[Way], costs: Costs) -> tuple[Way, float]:
    """Find the way of a lane's curve beside the ink of others, and its price."""
    start = lane.spec.wrap_start
    wraps = (start + WRAPS[0], start + WRAPS[1]) if lane.spec.wraps else (0, 0)
    column, state, price = cheapest_way(
        lane.evidence,
        _taken_in(lane, others),
        wraps=wraps,
        wrap_start=start,
        costs=costs,
    )
    on = state == ON
    if lane.spec.wraps and on.any():
        # Copies of the track look alike: only the first row read has a known count.
        column += (start - column[np.argmax(on)] // lane.width) * lane.width
    centroid, strength, span = refine(
        lane.evidence, column, on, circular=lane.spec.wraps
    )
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
