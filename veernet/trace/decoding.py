"""Decoding: where a curve runs down its corridor beside other ink, and how surely."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled
from veernet.trace.centroid import refine
from veernet.trace.correction import FollowedStroke, corrected
from veernet.trace.corridors import (
    BESIDE_KNOWN,
    Corridor,
    DecodedPath,
    keep_beside,
    related,
)
from veernet.trace.exits import doubt_exits
from veernet.trace.programme import (
    LOST,
    ON,
    Costs,
    cheapest_path,
    margin_over_rivals,
)
from veernet.trace.tinted import HIDDEN

OCCUPIED_STYLE = 0.35
"""Share of the evidence for other styles that counts on the ink of another path: at a
crossing it hides the own. More, and a curve that left the scale is read from the ink of
its neighbour; less, and curves that run together are lost. Log, 2026-11-30."""

RELATED = 0.85
"""Least probability of ink that counts where another curve on the same scale, as of an
array of resistivities, is: these measure one rock and often run together, and other
curves hardly ever do for long."""

UNRELATED = 0.66
"""Most that counts where any other curve is: with the cost of shared ink it is then
dearer to run on for long than to be off scale."""

LEVEL = np.uint8(255 * 0.9)
"""Evidence, of 255, of a level stroke of the picture that no other curve has: to run on
it costs little and pays little, as it may be handwriting."""

OCCUPIED_BESIDE = 3
"""Columns beside the ink of another curve that count as its own still."""

SAME_STROKE = 4
"""Columns beside a path that are the same stroke still, and no rival of it."""

SAME_STROKE_ROWS = 2
"""Rows above and below that are as well: a stroke that is nearly level may be crossed
as late as it is thick."""


def decode_path(
    corridor: Corridor,
    others: Iterable[DecodedPath],
    costs: Costs,
    *,
    settled: bool = True,
    correct: bool = False,
) -> DecodedPath:
    """Decode the path of a corridor's curve beside the ink of other paths.

    Parameters
    ----------
    corridor
        Where to look.
    others
        Paths of the other curves of the panel.
    costs
        What a path costs.
    settled
        Whether those are all others there are, so that what they left is free.
    correct
        Whether its columns are moved from the centroids of its stroke to where the
        curve runs; of no use for a path that is decoded again.

    Returns
    -------
    DecodedPath
        The path of least cost.
    """
    stroke, state, crossed = follow_stroke(corridor, others, costs, settled=settled)
    centroid = corrected(stroke) if correct else stroke.centroid
    ends = np.stack([corridor.on_panel(end) for end in crossed.T], axis=1)
    ink = _ink(corridor, stroke.span, np.isfinite(centroid))
    return DecodedPath(
        corridor.spec, corridor.on_panel(centroid), stroke.strength, state, ends, ink
    )


def follow_stroke(
    corridor: Corridor,
    others: Iterable[DecodedPath],
    costs: Costs,
    *,
    settled: bool = True,
) -> tuple[FollowedStroke, NDArray[np.uint8], NDArray[np.int32]]:
    """Follow the stroke of a corridor's curve beside the ink of other paths.

    Parameters
    ----------
    corridor, others, costs, settled
        As for `decode_path`.

    Returns
    -------
    stroke : FollowedStroke
        On the path of least cost.
    state : (rows,) uint8
        ON, OFF_LEFT, OFF_RIGHT or LOST.
    crossed : (rows, 2) int
        Lowest and highest unfolded column of the corridor that the path crosses in a
        row.
    """
    start = corridor.spec.wrap_start
    evidence, occupied_ink = _seen(
        corridor, _occupied_in(corridor, others), settled=settled
    )
    column, state, _ = cheapest_path(
        evidence, occupied_ink, wraps=corridor.wraps, wrap_start=start, costs=costs
    )
    on = state == ON
    if corridor.spec.wraps:
        state[~on] = LOST  # there is no place beyond an edge to go to
    else:
        doubt_exits(evidence, column, state)
    if corridor.spec.wraps and on.any():
        # Copies of the track look alike: only the first row read has a known count.
        column += (start - column[np.argmax(on)] // corridor.width) * corridor.width
    before = np.where(np.roll(on, 1), np.roll(column, 1), column)
    before[:1] = column[:1]
    crossed = np.stack([np.minimum(before, column), np.maximum(before, column)], axis=1)
    return stroke_along(corridor, evidence, column, on), state, crossed


def stroke_along(
    corridor: Corridor,
    evidence: NDArray[np.uint8],
    column: NDArray[np.int32],
    on: NDArray[np.bool_],
) -> FollowedStroke:
    """Return the stroke along a path.

    Parameters
    ----------
    corridor
        In which the path is.
    evidence
        (rows, width) probability that the curve is there, 255 is certainty.
    column
        (rows,) unfolded column of the corridor at which the path leaves each row.
    on
        (rows,) whether it is on a column in the row.
    """
    circular = corridor.spec.wraps
    found = refine(
        evidence, column, on, corridor.centre, corridor.first, circular=circular
    )
    return FollowedStroke(
        *found, evidence, corridor.centre, corridor.first, circular=circular
    )


def _ink(
    corridor: Corridor, stroke: NDArray[np.int32], on: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Return a stroke where it lies in the panel; see `DecodedPath`."""
    ink = np.full((stroke.shape[0], 2, 2), -1, dtype=np.int32)
    folded = np.mod(stroke, corridor.width) if corridor.spec.wraps else stroke.copy()
    # A stroke may be longer than the track that it wraps in.
    whole = on & (stroke[:, 1] - stroke[:, 0] >= corridor.width - 1)
    folded[whole] = 0, corridor.width - 1
    over = on & (folded[:, 0] > folded[:, 1])
    ink[on, 0] = folded[on]
    ink[over, 0, 1] = corridor.width - 1
    ink[over, 1] = np.stack([np.zeros_like(folded[over, 1]), folded[over, 1]], axis=1)
    return np.where(ink >= 0, ink + corridor.first[:, None, None], -1).astype(np.int32)


def margin_of(
    corridor: Corridor, path: DecodedPath, others: Iterable[DecodedPath], costs: Costs
) -> Floats:
    """Return the margin over the best rival that no other path explains, row by row.

    That the curve might be on the stroke of another path is a question of identity, not
    of where strokes run: ink of other paths is no rival but where the path shares it.

    Parameters
    ----------
    corridor
        Corridor in which the path was decoded.
    path
        The path.
    others
        The other paths of the panel.
    costs
        Of the dynamic programme.

    Returns
    -------
    (rows,) float
        In nats: the cost of the best path that is elsewhere in the row less that of the
        best one on the same stroke; see `margin_over_rivals`. NaN where a stroke across
        the whole track leaves no room for a rival.
    """
    on = np.isfinite(path.column)
    first, last = (
        np.where(on, corridor.in_corridor(end), np.nan) for end in path.span.T
    )
    near = np.empty((on.size, 2))
    near[:, 0] = np.fmin.reduce(_around(first)) - SAME_STROKE
    near[:, 1] = np.fmax.reduce(_around(last)) + SAME_STROKE
    near[~on] = 0, -1
    place = np.round(near).astype(np.int32)
    occupied = _occupied_in(corridor, others)
    evidence, occupied_ink = _seen(corridor, occupied)
    _clear(evidence, occupied[0], place, OCCUPIED_BESIDE, corridor.spec.wraps)
    return margin_over_rivals(
        evidence,
        occupied_ink,
        place,
        wraps=corridor.wraps,
        wrap_start=corridor.spec.wrap_start,
        costs=costs,
    ).astype(np.float64)


@compiled()
def _clear(
    evidence: NDArray[np.uint8],
    occupied_ink: NDArray[np.int32],
    near: NDArray[np.int32],
    beside: int,
    circular: bool,
) -> None:
    """Blank the ink of other paths but where it is near the path itself, in place."""
    rows, width = evidence.shape
    keep = np.empty(width, dtype=np.bool_)
    for row in range(rows):
        first, last = near[row, 0], near[row, 1]
        keep[:] = False
        for c in range(first, min(last, first + width - 1) + 1):
            if circular or 0 <= c < width:
                keep[c % width] = True
        for other in range(occupied_ink.shape[0]):
            start, stop = occupied_ink[other, row, 0], occupied_ink[other, row, 1]
            if start >= 0:
                for c in range(max(start - beside, 0), min(stop + beside + 1, width)):
                    if not keep[c]:
                        evidence[row, c] = 0


def _around(values: Floats) -> Floats:
    """Return (rows around, rows) the values of the rows beside each."""
    padded = np.pad(values, SAME_STROKE_ROWS, constant_values=np.nan)
    return np.asarray(sliding_window_view(padded, values.size))


def _seen(
    corridor: Corridor,
    occupied: tuple[NDArray[np.int32], NDArray[np.bool_]],
    *,
    settled: bool = True,
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Return the evidence for a corridor's curve beside others, and the ink of those.

    What other paths occupy is that of `_occupied_in`.

    That which by its colour is none of the corridor's curve is left out of the latter:
    to run beneath it costs nothing more.
    """
    occupied_ink, related = occupied
    evidence = _weigh(
        corridor.maps,
        corridor.share,
        corridor.own,
        corridor.first,
        corridor.damping,
        occupied_ink,
        np.where(related, 255 * RELATED, 0).astype(np.float32),
        np.where(related, 255 * RELATED, 255 * UNRELATED).astype(np.float32),
        np.float32(OCCUPIED_STYLE),
        settled,
        OCCUPIED_BESIDE,
    )
    if corridor.level is not None and settled:
        _add_level(evidence, corridor.level, occupied_ink, OCCUPIED_BESIDE, LEVEL)
    if corridor.colour is not None:
        corridor.colour.apply(
            evidence,
            corridor.maps,
            corridor.first,
            corridor.damping,
            occupied_ink,
            OCCUPIED_BESIDE,
            HIDDEN,
        )
        occupied_ink = corridor.colour.shared(occupied_ink, related, corridor.first)
    if corridor.known is not None:
        keep_beside(evidence, corridor.known, BESIDE_KNOWN, corridor.spec.wraps)
    return evidence, occupied_ink


@compiled()
def _add_level(
    evidence: NDArray[np.uint8],
    level: NDArray[np.bool_],
    occupied_ink: NDArray[np.int32],
    beside: int,
    least: np.uint8,
) -> None:
    """Let level strokes count that no other path has, in place."""
    rows, width = evidence.shape
    free = np.empty(width, dtype=np.bool_)
    for row in range(rows):
        free[:] = True
        for other in range(occupied_ink.shape[0]):
            start, last = occupied_ink[other, row, 0], occupied_ink[other, row, 1]
            if start >= 0:
                free[max(start - beside, 0) : last + beside + 1] = False
        for c in range(width):
            if free[c] and level[row, c]:
                evidence[row, c] = max(evidence[row, c], least)


def _occupied_in(
    corridor: Corridor, others: Iterable[DecodedPath]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the ink of other paths in columns of a corridor, (parts, rows, 2).

    And of each part whether it was decoded for a curve on the same scale.
    """
    found, of_a_kind = [], []
    parts = ((other, part) for other in others for part in other.ink.swapaxes(0, 1))
    for other, ink in parts:
        if (ink < 0).all():
            continue
        of_a_kind.append(related(corridor.spec, other.spec))
        at = ink - corridor.first[:, None]
        outside = (at[:, 1] < 0) | (at[:, 0] >= corridor.width) | (ink[:, 0] < 0)
        found.append(np.where(outside[:, None], -1, np.maximum(at, 0)))
    shape = (len(found), corridor.first.size, 2)
    inks = np.array(found, dtype=np.int32).reshape(shape)
    return inks, np.array(of_a_kind, dtype=bool)


@compiled()
def _weigh(
    maps: NDArray[np.uint8],
    shares: NDArray[np.float32],
    own: NDArray[np.bool_],
    first: NDArray[np.int32],
    damping: NDArray[np.float32],
    occupied_ink: NDArray[np.int32],
    least: NDArray[np.float32],
    most: NDArray[np.float32],
    occupied_share: np.float32,
    settled: bool,
    beside: int,
) -> NDArray[np.uint8]:
    """Return the probability that one curve passes, (rows, width).

    It is that of its own style and a share of that of the others, by whether the ink is
    another curve's. A network that is not sure of a style divides the probability.
    """
    styles, rows, columns = maps.shape
    width = damping.size
    weighed = np.zeros((rows, width), dtype=np.uint8)
    free = np.empty(width, dtype=np.bool_)
    floor = np.empty(width, dtype=np.float32)
    ceiling = np.empty(width, dtype=np.float32)
    seen = np.empty(width, dtype=np.float32)
    for row in range(rows):
        free[:] = settled
        floor[:] = 0.0
        ceiling[:] = 255.0
        for other in range(occupied_ink.shape[0]):
            start, last = occupied_ink[other, row, 0], occupied_ink[other, row, 1]
            if start >= 0:
                free[max(start - beside, 0) : last + beside + 1] = False
                for c in range(max(start, 0), min(last + 1, width)):
                    floor[c] = max(floor[c], least[other])
                    ceiling[c] = min(ceiling[c], most[other])
        start, stop = max(-first[row], 0), min(width, columns - first[row])
        seen[:] = 0.0
        for s in range(styles):
            share = shares[s]
            hidden = share if own[s] else occupied_share
            for c in range(start, stop):
                part = share if free[c] else hidden
                seen[c] += part * maps[s, row, first[row] + c]
        for c in range(start, stop):
            # Another path explains the ink, however sure the network is of it.
            total = max(min(seen[c], ceiling[c]), floor[c])
            weighed[row, c] = np.uint8(np.int32(total * damping[c]))
    return weighed
