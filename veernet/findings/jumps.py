"""Jumps: a curve goes on far beside where it ended, and no ink lies under the move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.findings.reading import PanelReading

LEAST_MOVE = 16.0
"""Columns of a jump at the least: five times the line width of the scores."""

LEAST_BROKEN = 48.0
"""Columns of a jump of a broken curve at the least: across a gap between two dashes of
a stroke that is nearly level there is no ink."""

USUAL = 4.0
"""Times by which it is farther than the curve usually moves over as many rows."""

MOST_ROWS = 80
"""Unread rows across which it may be; a longer gap is a finding of its own."""

LEAST_INK = 0.7
"""Share of the columns between that are inked where a curve really moved."""

JUMP_ROWS = 3
"""Rows above and below in which that ink may lie."""

FAST_ROWS, FAST = 4, 8.0
"""Rows before and after a move, and columns that the curve goes the same way in either:
it is on a fast stroke of which the copy has lost a part."""

STROKE = 4
"""Columns at either end of a move that are under the curve's own stroke."""

STAYS, STAYING = 12, 0.9
"""Rows before and after a jump, and the share of them that lie on their own side of its
middle: a curve that comes back at once has lost a spike."""


@dataclass(frozen=True)
class Jump:
    """A move of a curve across paper.

    Parameters
    ----------
    curve
        Index of the curve.
    start, stop
        Last row of the panel before the move, and first row after it.
    move
        Columns.
    """

    curve: int
    start: int
    stop: int
    move: float


def jumps(reading: PanelReading) -> Iterator[Jump]:
    """Find where curves jump across paper, curve by curve."""
    for curve, path in enumerate(reading.paths):
        rows = np.flatnonzero(reading.inked[curve])
        if rows.size < 2:
            continue
        solid = reading.specs[curve].line == "solid"
        least = LEAST_MOVE if solid else LEAST_BROKEN
        moves = np.abs(np.diff(path.column[rows]))
        lags = np.diff(rows)
        usual: dict[int, float] = {}
        for index in np.flatnonzero((moves >= least) & (lags <= MOST_ROWS + 1)):
            lag = int(lags[index])
            if lag not in usual:
                usual[lag] = _usual_move(path.column, lag)
            start, stop = int(rows[index]), int(rows[index + 1])
            far = moves[index] >= least + USUAL * usual[lag]
            if (
                far
                and _stays(path.column, start, stop)
                and not _is_fast(path.column, start, stop)
                and _inked(reading, curve, start, stop) < LEAST_INK
            ):
                yield Jump(curve, start, stop, float(moves[index]))


def _stays(column: Floats, start: int, stop: int) -> bool:
    """Whether a curve comes from one side of a jump and stays on the other."""
    before = column[max(start - STAYS, 0) : start + 1]
    after = column[stop : stop + STAYS + 1]
    middle = (column[start] + column[stop]) / 2
    ahead = np.sign(column[stop] - column[start])
    behind = ahead * (before[np.isfinite(before)] - middle) < 0
    beyond = ahead * (after[np.isfinite(after)] - middle) > 0
    return bool(behind.mean() >= STAYING and beyond.mean() >= STAYING)


def _is_fast(column: Floats, start: int, stop: int) -> bool:
    """Whether a curve goes fast towards a jump and, the same way, on from it."""
    ahead = np.sign(column[stop] - column[start])
    before = column[start] - column[max(start - FAST_ROWS, 0) : start]
    after = column[stop + 1 : stop + FAST_ROWS + 1] - column[stop]
    return all(
        float(np.nanmax(ahead * part, initial=0.0)) >= FAST for part in (before, after)
    )


def _usual_move(column: Floats, lag: int) -> float:
    """Return the mean move over so many rows, 0 where none is known."""
    moved = np.abs(column[lag:] - column[:-lag])
    known = moved[np.isfinite(moved)]
    return float(known.mean()) if known.size else 0.0


def _inked(reading: PanelReading, curve: int, start: int, stop: int) -> float:
    """Return the share of the columns between two rows of a curve that are inked.

    Ink that the network does not see counts as well: of fast strokes and of those that
    run along a depth line it sees little.
    """
    column = reading.paths[curve].column
    ends = np.sort(np.rint(column[[start, stop]]).astype(np.intp))
    between: NDArray[np.intp] = np.arange(ends[0] + STROKE, ends[1] - STROKE + 1)
    if reading.specs[curve].wraps:
        left, right = reading.sheet.edges_of(reading.paths[curve].mnemonic)
        period = right[start] - left[start]
        between = np.rint(left[start] + np.mod(between - left[start], period))
        between = between.astype(np.intp)
    shares = []
    for mask in (reading.ink, reading.dark):
        seen = np.asarray(
            mask.rows(start - JUMP_ROWS, stop + JUMP_ROWS + 1).any(axis=0)
        )
        inside = between[(between >= 0) & (between < seen.size)]
        shares.append(float(seen[inside].mean()) if inside.size else 1.0)
    return max(shares)
