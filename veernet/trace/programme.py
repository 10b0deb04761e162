"""A dynamic programme that finds the cheapest way of one curve down its track.

A well-log curve has one value a row, but its stroke may cover hundreds of columns in a
few rows. The way therefore moves *within* a row as well: on paper every column that it
crosses is paid for, so that it does not jump to a neighbour; on the ridge of ink each
pays, so that a spike is followed to its tip. Beside the columns there are three states
in which a curve is not read: off scale to the left, off scale to the right, and lost. A
wrapping curve runs in the unfolded track: copies of the track side by side, one a wrap
count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

ON, OFF_LEFT, OFF_RIGHT, LOST = 0, 1, 2, 3
"""States of a row: on a column, off scale on either side, or lost."""

FULL_WIDTH = 0.8
"""Share of a track from which ink in one row is a printed line to a wrapping curve: in
each copy of the track it would pay anew."""

# One byte a state tells how the cheapest way came there, so that a tall panel stays
# small: two bits for the best of (from above, from the left, from the right), one bit
# each for whether the run from the left or the right goes on to the next column, and
# two for where the step from above started.
_FROM_ABOVE, _FROM_LEFT, _FROM_RIGHT = 0, 1, 2
_LEFT_RUN, _RIGHT_RUN = 4, 8
_START_SHIFT = 4


@dataclass(frozen=True)
class Costs:
    """What a way costs, in nats: differences of log probability.

    Parameters
    ----------
    floor
        The least probability that a pixel is given, so that paper costs -log(floor).
    travel_ink, travel_paper
        Per column crossed within a row, on certain ink and on certain paper. Ink pays:
        that of a spike has to be explained, and the shortest way leaves it out. It pays
        once, on the ridge of a stroke and not on every row of it, and never where it is
        another curve's.
    off_scale
        Per row off scale.
    edge
        For leaving or entering at an edge, and for passing from one wrap to the next.
    lost
        Per row lost.
    lose
        For a curve that ends above the last row, or begins below the first: with
        ``lost`` and ``floor`` it sets the gap that is coasted through rather than given
        up.
    find
        For finding a curve again that was lost. Curves that end within a log are many,
        and those that go on elsewhere in the track are few.
    shared
        Per row on the ink of another curve of the track.
    wrap
        Per row and wrap away from the first, so that wraps do not stay on unpaid.
    """

    floor: float = 0.02
    travel_ink: float = -0.08
    travel_paper: float = 1.0
    off_scale: float = 1.0
    edge: float = 2.0
    lost: float = 1.0
    lose: float = 40.0
    find: float = 120.0
    shared: float = 0.95
    wrap: float = 0.1

    def tables(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the costs of being on and of crossing each of 256 probabilities."""
        probability = np.arange(256) / 255.0
        being = -np.log(np.maximum(probability, self.floor))
        share = being / being[0]
        crossing = self.travel_ink + (self.travel_paper - self.travel_ink) * share
        return being.astype(np.float32), crossing.astype(np.float32)


def cheapest_way(
    evidence: NDArray[np.uint8],
    taken: NDArray[np.int32],
    *,
    wraps: tuple[int, int] = (0, 0),
    wrap_start: int = 0,
    costs: Costs | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.uint8], float]:
    """Find the cheapest way of one curve from the first row to the last.

    Time and memory are linear in rows.

    Parameters
    ----------
    evidence
        (rows, columns) probability that the curve passes, 255 is certainty.
    taken
        (others, rows, 2) first and last column of the ink of each other curve in each
        row, -1 where it has none.
    wraps
        Lowest and highest wrap count to consider.
    wrap_start
        The wrap count that is free of cost.
    costs
        What a way costs.

    Returns
    -------
    column : (rows,) int
        Unfolded column at which the way leaves each row; of no meaning where the state
        is not ``ON``.
    state : (rows,) uint8
        ON, OFF_LEFT, OFF_RIGHT or LOST.
    price : float
        What the way costs, in nats.
    """
    costs = costs or Costs()
    being, crossing = costs.tables()
    penalty = np.array(
        [costs.wrap * abs(k - wrap_start) for k in range(wraps[0], wraps[1] + 1)],
        dtype=np.float32,
    )
    column, state, price = _decode(
        np.ascontiguousarray(evidence),
        taken,
        being,
        crossing,
        penalty,
        np.float32(costs.off_scale),
        np.float32(costs.edge),
        np.float32(costs.lost),
        np.float32(costs.lose),
        np.float32(costs.find),
        np.float32(costs.shared),
    )
    return column + wraps[0] * evidence.shape[1], state, price


@numba.njit(cache=True, nogil=True)
def _decode(
    evidence: NDArray[np.uint8],
    taken: NDArray[np.int32],
    being: NDArray[np.float32],
    crossing: NDArray[np.float32],
    penalty: NDArray[np.float32],
    off: np.float32,
    edge: np.float32,
    lost: np.float32,
    lose: np.float32,
    find: np.float32,
    shared: np.float32,
) -> tuple[NDArray[np.int32], NDArray[np.uint8], float]:
    """Run the programme forwards and walk its cheapest way back."""
    rows, width = evidence.shape
    copies = penalty.shape[0]
    columns = width * copies
    came = np.empty((rows, columns), dtype=np.uint8)
    # Per row: where each of the three unread states came from. A way that leaves the
    # scale came down some column; it is found again by walking from the edge.
    came_off = np.zeros((rows, 2), dtype=np.uint8)
    came_lost = np.full(rows, -1, dtype=np.int32)
    # Whether a curve that is found in a row was never seen above it.
    came_first = np.zeros(rows, dtype=np.bool_)

    extra = np.zeros(width, dtype=np.float32)
    here = np.empty(width, dtype=np.float32)
    across = np.empty(width, dtype=np.float32)
    best = np.zeros(columns, dtype=np.float32)
    above = np.empty(columns, dtype=np.float32)
    left_run = np.empty(columns, dtype=np.float32)
    right_run = np.empty(columns, dtype=np.float32)
    off_left, off_right, gone, unseen = edge, edge, np.float32(np.inf), lose
    price = 0.0

    for row in range(rows):
        extra[:] = 0.0
        for other in range(taken.shape[0]):
            first, last = taken[other, row, 0], taken[other, row, 1]
            if first >= 0:
                for c in range(first, min(last, width - 1) + 1):
                    extra[c] = shared
        for c in range(width):
            here[c] = being[evidence[row, c]] + extra[c]
            across[c] = crossing[evidence[row, c]]
            if across[c] < 0.0 and (
                extra[c] > 0.0
                or (row > 0 and evidence[row - 1, c] >= evidence[row, c])
                or (row < rows - 1 and evidence[row + 1, c] > evidence[row, c])
            ):
                across[c] = 0.0
        if copies > 1 and np.sum(across < 0.0) > FULL_WIDTH * width:
            across = np.maximum(across, np.float32(0.0))

        # The way comes from the row above, from beyond an edge, or is found.
        found = min(gone + find, unseen)
        came_first[row] = unseen < gone + find
        lowest, lowest_at = np.float32(np.inf), 0
        for c in range(columns):
            if best[c] < lowest:
                lowest, lowest_at = best[c], c
            start = ON
            value = best[c]
            if found < value:
                value, start = found, LOST
            if c == 0 and off_left + edge < value:
                value, start = off_left + edge, OFF_LEFT
            if c == columns - 1 and off_right + edge < value:
                value, start = off_right + edge, OFF_RIGHT
            above[c] = value
            came[row, c] = start << _START_SHIFT

        # Runs within the row, from either side; a border between wraps costs an edge.
        left_run[0] = above[0]
        for c in range(1, columns):
            run = left_run[c - 1] + across[c % width]
            if c % width == 0:
                run += edge
            if run < above[c]:
                left_run[c] = run
                came[row, c] |= _LEFT_RUN
            else:
                left_run[c] = above[c]
        right_run[columns - 1] = above[columns - 1]
        for c in range(columns - 2, -1, -1):
            run = right_run[c + 1] + across[c % width]
            if c % width == width - 1:
                run += edge
            if run < above[c]:
                right_run[c] = run
                came[row, c] |= _RIGHT_RUN
            else:
                right_run[c] = above[c]

        # Off scale: stay there, or leave through the edge in this row.
        leave_left, leave_right = right_run[0] + edge, left_run[columns - 1] + edge
        came_off[row, 0] = leave_left < off_left
        came_off[row, 1] = leave_right < off_right
        off_left = min(off_left, leave_left) + off
        off_right = min(off_right, leave_right) + off
        if lowest + lose < gone:
            gone = lowest + lose
            came_lost[row] = lowest_at
        gone += lost
        unseen += lost

        floor = np.float32(np.inf)
        for c in range(columns):
            value = left_run[c]
            way = _FROM_LEFT if came[row, c] & _LEFT_RUN else _FROM_ABOVE
            if right_run[c] < value:
                value, way = right_run[c], _FROM_RIGHT
            came[row, c] |= way
            best[c] = value + here[c % width] + penalty[c // width]
            floor = min(floor, best[c])
        # Costs are kept near zero: single precision must not run out on a tall page.
        floor = min(floor, gone, unseen, off_left, off_right)
        for c in range(columns):
            best[c] -= floor
        off_left, off_right = off_left - floor, off_right - floor
        gone, unseen = gone - floor, unseen - floor
        price += float(floor)

    # After the last row the cheapest of all states stands at zero.
    if unseen <= 0.0:
        return np.zeros(rows, np.int32), np.full(rows, LOST, np.uint8), price
    column, state = _walk_back(
        best, off_left, off_right, gone, came, came_off, came_lost, came_first
    )
    return column, state, price


@numba.njit(cache=True, nogil=True)
def _walk_back(
    best: NDArray[np.float32],
    off_left: np.float32,
    off_right: np.float32,
    gone: np.float32,
    came: NDArray[np.uint8],
    came_off: NDArray[np.uint8],
    came_lost: NDArray[np.int32],
    came_first: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Read the cheapest way from the last row up."""
    rows, columns = came.shape
    column = np.zeros(rows, dtype=np.int32)
    state = np.zeros(rows, dtype=np.uint8)
    at = int(np.argmin(best))
    now = ON
    value = best[at]
    if off_left < value:
        value, now = off_left, OFF_LEFT
    if off_right < value:
        value, now = off_right, OFF_RIGHT
    if gone < value:
        now = LOST

    for row in range(rows - 1, -1, -1):
        state[row] = now
        column[row] = at
        if now == LOST:
            if came_lost[row] >= 0:
                now, at = ON, came_lost[row]
            continue
        if now == OFF_LEFT:
            if not came_off[row, 0]:
                continue
            at, mode = 0, _FROM_RIGHT
        elif now == OFF_RIGHT:
            if not came_off[row, 1]:
                continue
            at, mode = columns - 1, _FROM_LEFT
        else:
            mode = came[row, at] & 3
        if mode == _FROM_LEFT:
            while came[row, at] & _LEFT_RUN:
                at -= 1
        elif mode == _FROM_RIGHT:
            while came[row, at] & _RIGHT_RUN:
                at += 1
        now = came[row, at] >> _START_SHIFT
        if now == LOST and came_first[row]:
            state[:row] = LOST
            break
    return column, state
