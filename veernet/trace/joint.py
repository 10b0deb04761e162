"""All curves of a panel decoded together, so that no two follow the same ink."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.records import CurveSpec, Evidence, Panel
from veernet.trace.centroid import refine
from veernet.trace.crossings import swaps
from veernet.trace.programme import ON, Costs, cheapest_way

OTHER_STYLE = 0.2
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

SWEEPS = 2
"""Rounds of decoding each curve with all others in place."""


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


def decode(panel: Panel, evidence: Evidence, costs: Costs) -> tuple[Way, ...]:
    """Decode every curve of a panel, in the order of the registration.

    Curves are decoded one after the other, each avoiding the ink that those before it
    took, then again with all others in place. Curves that are drawn alike are told
    apart by where they head when they meet, and are named in the registration's order
    from left to right.

    Parameters
    ----------
    panel
        The tracks and their curves.
    evidence
        What the network saw.
    costs
        What a way costs.

    Returns
    -------
    tuple of Way
        One per curve of ``panel.curves``.
    """
    lanes = [_lane(panel, evidence, spec) for spec in panel.curves]
    ways: dict[int, Way] = {}
    # A style that only one curve has is the surest evidence: those curves go first.
    order = sorted(range(len(lanes)), key=lambda i: (len(_alike(lanes, i)), i))
    for _ in range(SWEEPS):
        for index in order:
            others = [way for other, way in ways.items() if other != index]
            ways[index] = _decode_lane(lanes[index], others, costs)
    for group in {tuple(_alike(lanes, i)) for i in order}:
        _name(group, ways)
    return tuple(ways[i] for i in range(len(lanes)))


def _alike(lanes: list[Lane], index: int) -> list[int]:
    """Return the curves that share a lane and a look with one, itself included."""

    def look(lane: Lane) -> tuple[object, ...]:
        return lane.spec.line, lane.spec.wraps, int(lane.first[0]), lane.width

    return [i for i, lane in enumerate(lanes) if look(lane) == look(lanes[index])]


def _lane(panel: Panel, evidence: Evidence, spec: CurveSpec) -> Lane:
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


def _decode_lane(lane: Lane, others: list[Way], costs: Costs) -> Way:
    taken = np.full((len(others), lane.first.size, 2), -1, dtype=np.int32)
    for index, other in enumerate(others):
        inside = other.span[:, 1] >= lane.first
        inside &= other.span[:, 0] - lane.first < lane.width
        inside &= other.span[:, 0] >= 0
        taken[index, inside] = other.span[inside] - lane.first[inside, None]
        taken[index, inside] = np.maximum(taken[index, inside], 0)
    start = lane.spec.wrap_start
    wraps = (start + WRAPS[0], start + WRAPS[1]) if lane.spec.wraps else (0, 0)
    column, state = cheapest_way(
        lane.evidence, taken, wraps=wraps, wrap_start=start, costs=costs
    )
    on = state == ON
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
    return Way(unfolded, strength, state, folded.astype(np.int32))


def _name(group: tuple[int, ...], ways: dict[int, Way]) -> None:
    """Sort out curves that are drawn alike, in place: who is who after each meeting."""
    for a, b in combinations(group, 2):
        for row in swaps(ways[a].column, ways[b].column):
            ways[a], ways[b] = _exchange(ways[a], ways[b], row)

    def middle(way: Way) -> float:
        read = way.column[np.isfinite(way.column)]
        return float(np.median(read)) if read.size else np.inf

    named = sorted((ways[i] for i in group), key=middle)
    ways.update(zip(group, named, strict=True))


def _exchange(first: Way, second: Way, row: int) -> tuple[Way, Way]:
    """Exchange what two ways are from a row on."""

    def joined(head: Way, tail: Way) -> Way:
        fields = ("column", "strength", "state", "span")
        parts = {f: (getattr(head, f)[:row], getattr(tail, f)[row:]) for f in fields}
        return replace(head, **{f: np.concatenate(both) for f, both in parts.items()})

    return joined(first, second), joined(second, first)
