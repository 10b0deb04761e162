"""The steps of the dynamic programme, row by row: what numba compiles.

What they compute is told in :mod:`veernet.trace.programme`. They stay in one file: for
what has changed, numba's cache looks at the file of a function, not at those it calls.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

ON, OFF_LEFT, OFF_RIGHT, LOST = 0, 1, 2, 3
"""States of a row: on a column, off scale on either side, or lost."""

FULL_WIDTH = 0.8
"""Share of a track from which ink in one row is a printed line to a wrapping curve: in
each copy of the track it would pay anew."""

# The states of a row other than its columns, as places in an array of prices.
_LEFT, _RIGHT, _GONE, _UNSEEN = range(4)

# One byte a state tells how the cheapest way came there, so that a tall panel stays
# small: two bits for the best of (from above, from the left, from the right), one bit
# each for whether the run from the left or the right goes on to the next column, and
# two for where the step from above started.
_FROM_ABOVE, _FROM_LEFT, _FROM_RIGHT = 0, 1, 2
_LEFT_RUN, _RIGHT_RUN = 4, 8
_START_SHIFT = 4

# What a row notes of its other states: whether the curve left the scale in this row,
# at which column it was lost (-1: it was not), and whether one that is found in this
# row was never seen above it.
_LEFT_HERE, _RIGHT_HERE, _LOST_AT, _FIRST_SEEN = range(4)

# The costs that are numbers, as places in the array that the programme takes.
RATES = ("off_scale", "edge", "lost", "lose", "find", "shared")
_OFF_SCALE, _EDGE, _LOST, _LOSE, _FIND, _SHARED = range(len(RATES))

_BLOCK = 512
"""Rows of which all prices are held at once while ways are compared."""


@numba.njit(cache=True, nogil=True)
def price_row(
    evidence: NDArray[np.uint8],
    taken: NDArray[np.int32],
    row: int,
    being: NDArray[np.float32],
    crossing: NDArray[np.float32],
    shared: np.float32,
    copies: int,
    here: NDArray[np.float32],
    across: NDArray[np.float32],
) -> None:
    """Fill in what it costs to be on each column of a row, and to cross it."""
    rows, width = evidence.shape
    here[:] = 0.0
    for other in range(taken.shape[0]):
        first, last = taken[other, row, 0], taken[other, row, 1]
        if first >= 0:
            for c in range(first, min(last, width - 1) + 1):
                here[c] = shared
    paying = 0
    for c in range(width):
        ink = evidence[row, c]
        across[c] = crossing[ink]
        if across[c] < 0.0:
            if (
                here[c] > 0.0
                or (row > 0 and evidence[row - 1, c] >= ink)
                or (row < rows - 1 and evidence[row + 1, c] > ink)
            ):
                across[c] = 0.0
            else:
                paying += 1
        here[c] += being[ink]
    if copies > 1 and paying > FULL_WIDTH * width:
        for c in range(width):
            across[c] = max(across[c], np.float32(0.0))


@numba.njit(cache=True, nogil=True)
def advance(
    best: NDArray[np.float32],
    beside: NDArray[np.float32],
    here: NDArray[np.float32],
    across: NDArray[np.float32],
    penalty: NDArray[np.float32],
    rates: NDArray[np.float32],
    runs: NDArray[np.float32],
    came: NDArray[np.uint8],
    notes: NDArray[np.int32],
) -> float:
    """Take the cheapest ways one row further, and note where they came from.

    Prices of the columns are in ``best``, of the other states in ``beside``. They are
    kept near zero, as single precision must not run out on a tall page: what is taken
    off all is returned.
    """
    width, columns = here.size, best.size
    above, left_run, right_run = runs[0], runs[1], runs[2]

    # The way comes from the row above, from beyond an edge, or is found.
    found = min(beside[_GONE] + rates[_FIND], beside[_UNSEEN])
    notes[_FIRST_SEEN] = beside[_UNSEEN] < beside[_GONE] + rates[_FIND]
    lowest, lowest_at = np.float32(np.inf), 0
    for c in range(columns):
        if best[c] < lowest:
            lowest, lowest_at = best[c], c
        start = ON
        value = best[c]
        if found < value:
            value, start = found, LOST
        if c == 0 and beside[_LEFT] + rates[_EDGE] < value:
            value, start = beside[_LEFT] + rates[_EDGE], OFF_LEFT
        if c == columns - 1 and beside[_RIGHT] + rates[_EDGE] < value:
            value, start = beside[_RIGHT] + rates[_EDGE], OFF_RIGHT
        above[c] = value
        came[c] = start << _START_SHIFT

    # Runs within the row, from either side; a border between wraps costs an edge.
    left_run[0] = above[0]
    for c in range(1, columns):
        run = left_run[c - 1] + across[c % width]
        if c % width == 0:
            run += rates[_EDGE]
        if run < above[c]:
            left_run[c] = run
            came[c] |= _LEFT_RUN
        else:
            left_run[c] = above[c]
    right_run[columns - 1] = above[columns - 1]
    for c in range(columns - 2, -1, -1):
        run = right_run[c + 1] + across[c % width]
        if c % width == width - 1:
            run += rates[_EDGE]
        if run < above[c]:
            right_run[c] = run
            came[c] |= _RIGHT_RUN
        else:
            right_run[c] = above[c]

    # Off scale: stay there, or leave through the edge in this row.
    leave_left = right_run[0] + rates[_EDGE]
    leave_right = left_run[columns - 1] + rates[_EDGE]
    notes[_LEFT_HERE] = leave_left < beside[_LEFT]
    notes[_RIGHT_HERE] = leave_right < beside[_RIGHT]
    beside[_LEFT] = min(beside[_LEFT], leave_left) + rates[_OFF_SCALE]
    beside[_RIGHT] = min(beside[_RIGHT], leave_right) + rates[_OFF_SCALE]
    notes[_LOST_AT] = -1
    if lowest + rates[_LOSE] < beside[_GONE]:
        beside[_GONE] = lowest + rates[_LOSE]
        notes[_LOST_AT] = lowest_at
    beside[_GONE] += rates[_LOST]
    beside[_UNSEEN] += rates[_LOST]

    floor = np.float32(beside.min())
    for c in range(columns):
        value = left_run[c]
        way = _FROM_LEFT if came[c] & _LEFT_RUN else _FROM_ABOVE
        if right_run[c] < value:
            value, way = right_run[c], _FROM_RIGHT
        came[c] |= way
        best[c] = value + here[c % width] + penalty[c // width]
        floor = min(floor, best[c])
    best -= floor
    beside -= floor
    return float(floor)


@numba.njit(cache=True, nogil=True)
def retreat(
    rest: NDArray[np.float32],
    beside: NDArray[np.float32],
    here: NDArray[np.float32],
    across: NDArray[np.float32],
    penalty: NDArray[np.float32],
    rates: NDArray[np.float32],
    runs: NDArray[np.float32],
) -> float:
    """Take the prices of the rest of the way one row up: `advance`, turned round.

    What is taken off all of them is returned.
    """
    width, columns = here.size, rest.size
    rightward, leftward = runs[0], runs[1]
    for c in range(columns):
        rightward[c] = here[c % width] + penalty[c // width] + rest[c]
        leftward[c] = rightward[c]
    beyond = rates[_EDGE] + rates[_OFF_SCALE]
    leftward[0] = min(leftward[0], beyond + beside[_LEFT])
    rightward[columns - 1] = min(rightward[columns - 1], beyond + beside[_RIGHT])
    for c in range(columns - 2, -1, -1):
        run = rightward[c + 1] + across[(c + 1) % width]
        if (c + 1) % width == 0:
            run += rates[_EDGE]
        rightward[c] = min(rightward[c], run)
    for c in range(1, columns):
        run = leftward[c - 1] + across[(c - 1) % width]
        if c % width == 0:
            run += rates[_EDGE]
        leftward[c] = min(leftward[c], run)

    give_up = rates[_LOSE] + rates[_LOST] + beside[_GONE]
    lowest = np.float32(np.inf)
    for c in range(columns):
        entered = min(rightward[c], leftward[c])
        lowest = min(lowest, entered)
        rest[c] = min(entered, give_up)
    enter_left = min(rightward[0], leftward[0])
    enter_right = min(rightward[columns - 1], leftward[columns - 1])
    beside[_LEFT] = min(rates[_EDGE] + enter_left, rates[_OFF_SCALE] + beside[_LEFT])
    beside[_RIGHT] = min(rates[_EDGE] + enter_right, rates[_OFF_SCALE] + beside[_RIGHT])
    beside[_GONE] = min(rates[_FIND] + lowest, rates[_LOST] + beside[_GONE])
    beside[_UNSEEN] = min(lowest, rates[_LOST] + beside[_UNSEEN])
    floor = min(rest.min(), beside.min())
    rest -= floor
    beside -= floor
    return float(floor)


@numba.njit(cache=True, nogil=True)
def begin(
    columns: int, rates: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the prices above the first row, of the columns and of the other states."""
    edge, never = rates[_EDGE], np.float32(np.inf)
    beside = np.array([edge, edge, never, rates[_LOSE]], dtype=np.float32)
    return np.zeros(columns, dtype=np.float32), beside


@numba.njit(cache=True, nogil=True)
def decode(
    evidence: NDArray[np.uint8],
    taken: NDArray[np.int32],
    being: NDArray[np.float32],
    crossing: NDArray[np.float32],
    penalty: NDArray[np.float32],
    rates: NDArray[np.float32],
) -> tuple[NDArray[np.int32], NDArray[np.uint8], float]:
    """Run the programme forwards and walk its cheapest way back."""
    rows, width = evidence.shape
    copies = penalty.shape[0]
    columns = width * copies
    came = np.empty((rows, columns), dtype=np.uint8)
    notes = np.empty((rows, 4), dtype=np.int32)
    here, across = np.empty(width, np.float32), np.empty(width, np.float32)
    runs = np.empty((3, columns), dtype=np.float32)
    best, beside = begin(columns, rates)
    price = 0.0
    for row in range(rows):
        price_row(
            evidence, taken, row, being, crossing, rates[_SHARED], copies, here, across
        )
        price += advance(
            best, beside, here, across, penalty, rates, runs, came[row], notes[row]
        )
    # After the last row the cheapest of all states stands at zero.
    if beside[_UNSEEN] <= 0.0:
        return np.zeros(rows, np.int32), np.full(rows, LOST, np.uint8), price
    column, state = _walk_back(best, beside, came, notes)
    return column, state, price


@numba.njit(cache=True, nogil=True)
def compare(
    evidence: NDArray[np.uint8],
    taken: NDArray[np.int32],
    near: NDArray[np.int32],
    being: NDArray[np.float32],
    crossing: NDArray[np.float32],
    penalty: NDArray[np.float32],
    rates: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Meet the ways from above and those from below in every row."""
    rows, width = evidence.shape
    copies = penalty.shape[0]
    columns = width * copies
    blocks = (rows + _BLOCK - 1) // _BLOCK
    begun = np.empty((blocks, columns), dtype=np.float32)
    begun_beside = np.empty((blocks, 4), dtype=np.float32)
    held = np.empty((min(_BLOCK, rows), columns), dtype=np.float32)
    here, across = np.empty((2, held.shape[0], width), np.float32)
    runs = np.empty((3, columns), dtype=np.float32)
    came, notes = np.empty(columns, np.uint8), np.empty(4, np.int32)
    rest, rest_beside = np.zeros(columns, np.float32), np.zeros(4, np.float32)
    lead = np.zeros(rows, dtype=np.float32)

    best, beside = begin(columns, rates)
    for row in range(rows):
        if row % _BLOCK == 0:
            begun[row // _BLOCK] = best
            begun_beside[row // _BLOCK] = beside
        price_row(
            evidence,
            taken,
            row,
            being,
            crossing,
            rates[_SHARED],
            copies,
            here[0],
            across[0],
        )
        advance(best, beside, here[0], across[0], penalty, rates, runs, came, notes)

    for block in range(blocks - 1, -1, -1):
        start, stop = block * _BLOCK, min((block + 1) * _BLOCK, rows)
        best[:] = begun[block]
        beside[:] = begun_beside[block]
        for row in range(start, stop):
            at = row - start
            price_row(
                evidence,
                taken,
                row,
                being,
                crossing,
                rates[_SHARED],
                copies,
                here[at],
                across[at],
            )
            advance(
                best,
                beside,
                here[at],
                across[at],
                penalty,
                rates,
                runs,
                came,
                notes,
            )
            held[at] = best
        for row in range(stop - 1, start - 1, -1):
            own, rival = np.float32(np.inf), np.float32(np.inf)
            reach = near[row, 1] - near[row, 0]
            for c in range(columns):
                price = held[row - start, c] + rest[c]
                away = c - near[row, 0]
                if 0 <= (away % width if copies > 1 else away) <= reach:
                    own = min(own, price)
                else:
                    rival = min(rival, price)
            if near[row, 1] >= near[row, 0]:
                lead[row] = max(rival - own, np.float32(0.0))
                if rival == np.inf:
                    # A stroke across the whole track leaves no room for a rival.
                    lead[row] = np.nan
            at = row - start
            retreat(rest, rest_beside, here[at], across[at], penalty, rates, runs)
    return lead


@numba.njit(cache=True, nogil=True)
def _walk_back(
    best: NDArray[np.float32],
    beside: NDArray[np.float32],
    came: NDArray[np.uint8],
    notes: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Read the cheapest way from the last row up."""
    rows, columns = came.shape
    column = np.zeros(rows, dtype=np.int32)
    state = np.zeros(rows, dtype=np.uint8)
    at = int(np.argmin(best))
    now = ON
    value = best[at]
    for place, other in ((_LEFT, OFF_LEFT), (_RIGHT, OFF_RIGHT), (_GONE, LOST)):
        if beside[place] < value:
            value, now = beside[place], other

    for row in range(rows - 1, -1, -1):
        state[row] = now
        column[row] = at
        if now == LOST:
            if notes[row, _LOST_AT] >= 0:
                now, at = ON, notes[row, _LOST_AT]
            continue
        if now == OFF_LEFT:
            if not notes[row, _LEFT_HERE]:
                continue
            at, mode = 0, _FROM_RIGHT
        elif now == OFF_RIGHT:
            if not notes[row, _RIGHT_HERE]:
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
        if now == LOST and notes[row, _FIRST_SEEN]:
            state[:row] = LOST
            break
    return column, state
