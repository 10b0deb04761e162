"""How sure an edge of a track is: whether lines, depth lines and header agree.

An edge that is a whole division off lies on a line of the grid, so that its own ink
does not tell. Depth lines begin and end at edges, the frame of a header goes down into
them, and tracks have ten or twenty divisions: where one of these speaks for the next
line, the edge is a suggestion, and what speaks against it is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.register.geometry.counts import COUNTS
from veernet.register.geometry.divisions import BACKGROUND_WITHIN, line_ink
from veernet.register.geometry.lineextent import LineExtent
from veernet.register.geometry.sections import Block
from veernet.register.geometry.tracks import INKED, Span
from veernet.register.geometry.verticalink import SEEN

FULL_CONFIDENCE = 0.98
"""Confidence in an edge that nothing speaks against."""

UNSEEN, ODD, OFF, LOG = 0.8, 0.75, 0.6, 0.9
"""Confidence where its own line is not seen, where it has one division more or less
than most tracks, where depth lines or the header speak for another line; and, at most,
in an edge of a track whose lines are not even, so that divisions cannot be counted."""

DRAWN, BARE = 0.6, 0.25
"""Of the depth lines in a track: share that is drawn in the next division where they go
on, and where they do not."""

ABOVE, FRAME = 4, 3
"""Bands above a grid in which the frame of its header is looked for, and in which it is
seen at least. Tables further up have rules of their own over any line of a track."""

SIDES = "left", "right"

SOUGHT_WITHIN = 3
"""Columns about its place in which a line is looked for."""


@dataclass(frozen=True)
class EdgeTrust:
    """How sure an edge is.

    Parameters
    ----------
    confidence
        0 to 1, that it lies on its line.
    notes
        What speaks against it, one sentence each.
    """

    confidence: float = FULL_CONFIDENCE
    notes: tuple[str, ...] = ()


def trust_of(
    span: Span,
    line_extent: LineExtent,
    block: Block,
    straight: NDArray[np.float32],
    taken: Sequence[tuple[float, float]] = (),
) -> tuple[EdgeTrust, EdgeTrust]:
    """Tell how sure both edges of a track are.

    Parameters
    ----------
    span
        The track.
    line_extent, block
        Of its section.
    straight : (bands, columns)
        Strength of the vertical lines of the page, with its wander taken out.
    taken
        Edges of the other columns of the section, which depth lines may cross too.

    Returns
    -------
    (EdgeTrust, EdgeTrust)
        Of the left and of the right edge.
    """
    sides = ((span.left, -1.0), (span.right, 1.0))
    frames = [_frame(column, straight, block) for column, _ in sides]
    # Lines over several divisions are the ticks of scales, or the grid that goes on.
    inner = sum(_frame(float(line), straight, block) for line in span.lines[1:-1])
    framed = all(frames) or inner > 1
    left, right = (
        _trust(span, column, sign, line_extent, straight, block, taken, framed=framed)
        for column, sign in sides
    )
    return left, right


def _trust(
    span: Span,
    column: float,
    sign: float,
    line_extent: LineExtent,
    straight: NDArray[np.float32],
    block: Block,
    taken: Sequence[tuple[float, float]],
    *,
    framed: bool,
) -> EdgeTrust:
    """Tell how sure an edge is; ``framed`` if the header tells no other."""
    sure, notes = FULL_CONFIDENCE, []
    if _ink(line_extent, column) <= INKED:
        sure = min(sure, UNSEEN)
        notes.append("its own line is not seen")
    if span.division is None:
        return EdgeTrust(min(sure, LOG), tuple(notes))
    count = round((span.right - span.left) / span.division)
    by = sign * span.division
    free = not any(left < column + by / 2 < right for left, right in taken)
    inner = _drawn(line_extent, span.left, span.right)
    if free and inner > 0:
        once = _drawn(line_extent, column, column + by) / inner
        twice = _drawn(line_extent, column + by, column + 2 * by) / inner
        if once > DRAWN and twice < BARE:
            sure = min(sure, OFF)
            notes.append("depth lines go on for one division beyond it")
    if inner > 0 and _drawn(line_extent, column - by, column) < BARE * inner:
        sure = min(sure, OFF)
        notes.append("depth lines end one division before it")
    if not framed and not _frame(column, straight, block):
        for away, where in ((by, "beyond"), (-by, "before")):
            if _frame(column + away, straight, block):
                sure = min(sure, OFF)
                notes.append(f"the frame of the header is one division {where} it")
                break
    if {count - 1, count + 1} & set(COUNTS):
        sure = min(sure, ODD)
    return EdgeTrust(sure, tuple(notes))


def _ink(line_extent: LineExtent, column: float) -> float:
    """Return how much an edge's own line is inked; at a margin nothing is beside it."""
    at, last = round(column), len(line_extent.between) - 1
    if BACKGROUND_WITHIN <= at <= last - BACKGROUND_WITHIN:
        return float(line_ink(line_extent.between, np.array([column]))[0])
    near = line_extent.between[
        max(0, at - SOUGHT_WITHIN) : max(0, at + SOUGHT_WITHIN + 1)
    ]
    return float(near.max()) if len(near) else 0.0


def _drawn(line_extent: LineExtent, one: float, other: float) -> float:
    """Return the share of depth lines that are drawn between two columns."""
    first, stop = sorted((round(one), round(other)))
    inside = line_extent.drawn[
        max(0, first + SOUGHT_WITHIN) : max(0, stop - SOUGHT_WITHIN + 1)
    ]
    return max(0.0, float(np.median(inside))) if len(inside) else 0.0


def _frame(column: float, straight: NDArray[np.float32], block: Block) -> bool:
    """Tell whether a vertical line stands above the grid at a column of its first band.

    The frame ends where the grid begins, within a band or two.
    """
    at = round(column - block.wander[0])
    start = max(0, block.first - ABOVE)
    near = straight[
        start : block.first, max(0, at - SOUGHT_WITHIN) : max(0, at + SOUGHT_WITHIN + 1)
    ]
    if not near.size:
        return False
    seen: Floats = np.asarray(near.max(axis=1) > SEEN, dtype=np.float64)
    return bool(seen.sum() >= FRAME)


def edge_doubts(
    trusts: Sequence[tuple[EdgeTrust, EdgeTrust]],
) -> list[tuple[int, str]]:
    """Return a line for each edge of a section's tracks that something speaks against.

    Parameters
    ----------
    trusts
        Of the tracks from left to right.

    Returns
    -------
    list of (int, str)
        With the number of the edge, from 0: two of each track.
    """
    edges = [
        (trust, side)
        for pair in trusts
        for trust, side in zip(pair, SIDES, strict=True)
    ]
    return [
        (
            number,
            f"T{number // 2 + 1}, {side} edge ({trust.confidence:.2f}): "
            f"{' and '.join(trust.notes)}",
        )
        for number, (trust, side) in enumerate(edges)
        if trust.notes
    ]
