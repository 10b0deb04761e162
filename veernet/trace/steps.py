"""The steps of the dynamic programme, row by row: what numba compiles.

What they compute is told in :mod:`veernet.trace.programme`. They stay in one file: for
what has changed, numba's cache looks at the file of a function, not at those it calls.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veernet.compiled import compiled

ON, OFF_LEFT, OFF_RIGHT, LOST = 0, 1, 2, 3
"""States of a row: on a column, off scale on either side, or lost."""

FULL_WIDTH = 0.8
"""Share of a track from which ink in one row is a printed line to a wrapping curve: in
each copy of the track it would pay anew."""

# The states of a row other than its columns, as places in an array of prices.
_LEFT, _RIGHT, _GONE, _UNSEEN = range(4)

# One byte a state tells how the cheapest path came there: two bits for the best of
# (from above, from the left, from the right), one bit each for whether the run from the
# left or the right goes on to the next column, and two for where the step from above
# began.
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

_BLOCK = 128
"""Rows of which all prices are held at once: they fit into a processor's cache."""

Tables = tuple[
    NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]
]
"""Prices of being on and of crossing each of 256 probabilities, and of each wrap; the
rates, in the order of `RATES`."""

Block = tuple[
    NDArray[np.float32],
    NDArray[np.float32],
    NDArray[np.float32],
    NDArray[np.uint8],
    NDArray[np.int32],
]
"""What there is to know of each row of a block; see `_play`."""

_NEVER = 4
"""State of the rows above the one in which a curve is first seen."""


@compiled(fastmath={"nnan", "nsz"})
def _least(values: NDArray[np.float32]) -> np.float32:
    """Return the least of some prices; as none is NaN, many are compared at once."""
    least = np.float32(np.inf)
    for c in range(values.size):
        least = min(least, values[c])
    return least


@compiled()
def price_row(
    evidence: NDArray[np.uint8],
    occupied_ink: NDArray[np.int32],
    row: int,
    tables: Tables,
    here: NDArray[np.float32],
    across: NDArray[np.float32],
) -> None:
    """Fill in what it costs to be on each column of a row, and to cross it."""
    rows, width = evidence.shape
    being, crossing, penalty, rates = tables
    here[:] = 0.0
    for other in range(occupied_ink.shape[0]):
        first, last = occupied_ink[other, row, 0], occupied_ink[other, row, 1]
        if first >= 0:
            for c in range(first, min(last, width - 1) + 1):
                here[c] = rates[_SHARED]
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
    if penalty.size > 1 and paying > FULL_WIDTH * width:
        for c in range(width):
            across[c] = max(across[c], np.float32(0.0))


@compiled()
def forward_step(
    best: NDArray[np.float32],
    beside: NDArray[np.float32],
    here: NDArray[np.float32],
    across: NDArray[np.float32],
    tables: Tables,
    runs: NDArray[np.float32],
    back_pointer: NDArray[np.uint8],
    state_pointer: NDArray[np.int32],
) -> float:
    """Take the cheapest paths one row further, and note where they came from.

    Prices of the columns are in ``best``, of the other states in ``beside``. They are
    kept near zero, as single precision must not run out on a tall page: what is taken
    off all is returned.
    """
    width, columns = here.size, best.size
    penalty, rates = tables[2], tables[3]
    above, left_run, right_run = runs[0], runs[1], runs[2]

    # The path comes from the row above, from beyond an edge, or is found.
    found = min(beside[_GONE] + rates[_FIND], beside[_UNSEEN])
    state_pointer[_FIRST_SEEN] = beside[_UNSEEN] < beside[_GONE] + rates[_FIND]
    for c in range(columns):
        anew = found < best[c]
        above[c] = found if anew else best[c]
        back_pointer[c] = (LOST if anew else ON) << _START_SHIFT
    for c, place, beyond in ((0, _LEFT, OFF_LEFT), (columns - 1, _RIGHT, OFF_RIGHT)):
        if beside[place] + rates[_EDGE] < above[c]:
            above[c] = beside[place] + rates[_EDGE]
            back_pointer[c] = beyond << _START_SHIFT

    # Runs within the row, from either side; a border between wraps costs an edge. Each
    # step waits for the one before, but not for those of the other side: both at once
    # take half the time. So does not dividing each column by the width.
    rightward, leftward = np.float32(np.inf), np.float32(np.inf)
    for wrap in range(penalty.size):
        base, end = wrap * width, columns - 1 - wrap * width
        rightward += rates[_EDGE]
        leftward += rates[_EDGE]
        for i in range(width):
            c, d = base + i, end - i
            rightward += across[i]
            leftward += across[width - 1 - i]
            if rightward < above[c]:
                back_pointer[c] |= _LEFT_RUN
            else:
                rightward = above[c]
            if leftward < above[d]:
                back_pointer[d] |= _RIGHT_RUN
            else:
                leftward = above[d]
            left_run[c] = rightward
            right_run[d] = leftward

    # Off scale: stay there, or leave through the edge in this row.
    leave_left = right_run[0] + rates[_EDGE]
    leave_right = left_run[columns - 1] + rates[_EDGE]
    state_pointer[_LEFT_HERE] = leave_left < beside[_LEFT]
    state_pointer[_RIGHT_HERE] = leave_right < beside[_RIGHT]
    beside[_LEFT] = min(beside[_LEFT], leave_left) + rates[_OFF_SCALE]
    beside[_RIGHT] = min(beside[_RIGHT], leave_right) + rates[_OFF_SCALE]
    state_pointer[_LOST_AT] = -1
    give_up = _least(best) + rates[_LOSE]
    if give_up < beside[_GONE]:
        beside[_GONE] = give_up
        state_pointer[_LOST_AT] = np.argmin(best)
    beside[_GONE] += rates[_LOST]
    beside[_UNSEEN] += rates[_LOST]

    for wrap in range(penalty.size):
        for i in range(width):
            c = wrap * width + i
            value = left_run[c]
            source = _FROM_LEFT if back_pointer[c] & _LEFT_RUN else _FROM_ABOVE
            if right_run[c] < value:
                value, source = right_run[c], _FROM_RIGHT
            back_pointer[c] |= source
            best[c] = value + here[i] + penalty[wrap]
    floor = min(_least(best), _least(beside))
    best -= floor
    beside -= floor
    return float(floor)


@compiled()
def backward_step(
    rest: NDArray[np.float32],
    beside: NDArray[np.float32],
    here: NDArray[np.float32],
    across: NDArray[np.float32],
    tables: Tables,
    runs: NDArray[np.float32],
) -> float:
    """Take the prices of the rest of the path one row up: `forward_step`, turned round.

    What is taken off all of them is returned.
    """
    width, columns = here.size, rest.size
    penalty, rates = tables[2], tables[3]
    rightward, leftward = runs[0], runs[1]
    for wrap in range(penalty.size):
        for i in range(width):
            c = wrap * width + i
            rightward[c] = here[i] + penalty[wrap] + rest[c]
            leftward[c] = rightward[c]
    beyond = rates[_EDGE] + rates[_OFF_SCALE]
    leftward[0] = min(leftward[0], beyond + beside[_LEFT])
    rightward[columns - 1] = min(rightward[columns - 1], beyond + beside[_RIGHT])
    left_run, right_run = np.float32(np.inf), np.float32(np.inf)
    for wrap in range(penalty.size):
        base, end = wrap * width, columns - 1 - wrap * width
        left_run += rates[_EDGE]
        right_run += rates[_EDGE]
        for i in range(width):
            c, d = base + i, end - i
            left_run = min(leftward[c], left_run)
            right_run = min(rightward[d], right_run)
            leftward[c] = left_run
            rightward[d] = right_run
            left_run += across[i]
            right_run += across[width - 1 - i]

    give_up = rates[_LOSE] + rates[_LOST] + beside[_GONE]
    for c in range(columns):
        entered = min(leftward[c], rightward[c])
        rest[c] = min(give_up, entered)
    lowest = min(_least(rightward), _least(leftward))
    enter_left = min(rightward[0], leftward[0])
    enter_right = min(rightward[columns - 1], leftward[columns - 1])
    beside[_LEFT] = min(rates[_EDGE] + enter_left, rates[_OFF_SCALE] + beside[_LEFT])
    beside[_RIGHT] = min(rates[_EDGE] + enter_right, rates[_OFF_SCALE] + beside[_RIGHT])
    beside[_GONE] = min(rates[_FIND] + lowest, rates[_LOST] + beside[_GONE])
    beside[_UNSEEN] = min(lowest, rates[_LOST] + beside[_UNSEEN])
    floor = min(_least(rest), _least(beside))
    rest -= floor
    beside -= floor
    return float(floor)


@compiled()
def begin(
    columns: int, rates: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the prices above the first row, of the columns and of the other states."""
    edge, never = rates[_EDGE], np.float32(np.inf)
    beside = np.array([edge, edge, never, rates[_LOSE]], dtype=np.float32)
    return np.zeros(columns, dtype=np.float32), beside


@compiled()
def decode(
    evidence: NDArray[np.uint8],
    occupied_ink: NDArray[np.int32],
    tables: Tables,
    through: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.uint8], float]:
    """Run the programme forwards and walk its cheapest path back.

    ``through`` holds, (rows,), the columns at which the path must leave rows, -1 where
    any will do; a path that is held so anywhere is on a column in every row. Empty, it
    holds nothing.
    """
    rows = evidence.shape[0]
    column = np.zeros(rows, dtype=np.int32)
    state = np.full(rows, LOST, dtype=np.uint8)
    best, beside, price = _survey(evidence, occupied_ink, tables, through)
    # After the last row the cheapest of all states stands at zero.
    if beside[-1, _UNSEEN] <= 0.0:
        return column, state, price
    now, at = _last(best[-1], beside[-1])
    block = _block(evidence, tables)
    for i in range(best.shape[0] - 2, -1, -1):
        start, stop = i * _BLOCK, min((i + 1) * _BLOCK, rows)
        _play(
            evidence,
            occupied_ink,
            start,
            stop,
            best[i],
            beside[i],
            tables,
            block,
            through,
        )
        back_pointer, state_pointer = block[3], block[4]
        now, at = _walk_back(
            back_pointer, state_pointer, now, at, column[start:stop], state[start:stop]
        )
        if now == _NEVER:
            break
    return column, state, price


@compiled()
def compare(
    evidence: NDArray[np.uint8],
    occupied_ink: NDArray[np.int32],
    near: NDArray[np.int32],
    tables: Tables,
) -> NDArray[np.float32]:
    """Meet the paths from above and those from below in every row."""
    rows, width = evidence.shape
    copies = tables[2].size
    columns = width * copies
    free = np.empty(0, dtype=np.int32)
    best, beside, _ = _survey(evidence, occupied_ink, tables, free)
    block = _block(evidence, tables)
    here, across, held = block[0], block[1], block[2]
    rest, rest_beside = np.zeros(columns, np.float32), np.zeros(4, np.float32)
    runs = np.empty((2, columns), dtype=np.float32)
    same = np.empty(width, dtype=np.bool_)
    margin = np.zeros(rows, dtype=np.float32)
    for i in range(best.shape[0] - 2, -1, -1):
        start, stop = i * _BLOCK, min((i + 1) * _BLOCK, rows)
        _play(
            evidence, occupied_ink, start, stop, best[i], beside[i], tables, block, free
        )
        for row in range(stop - 1, start - 1, -1):
            at = row - start
            if near[row, 1] >= near[row, 0]:
                _mark_near(near[row], copies, same)
                own, rival = _best_two(held[at], rest, same)
                margin[row] = max(rival - own, np.float32(0.0))
                if rival == np.inf:
                    # A stroke across the whole track leaves no room for a rival.
                    margin[row] = np.nan
            backward_step(rest, rest_beside, here[at], across[at], tables, runs)
    return margin


@compiled()
def _survey(
    evidence: NDArray[np.uint8],
    occupied_ink: NDArray[np.int32],
    tables: Tables,
    through: NDArray[np.int32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
    """Return all prices above each block of rows and below the last one, and the price.

    What else there is to know of each row would take more memory than the picture, and
    less time to find again block by block than to fetch: see `_play`.
    """
    rows, width = evidence.shape
    columns = width * tables[2].size
    blocks = (rows + _BLOCK - 1) // _BLOCK
    above = np.empty((blocks + 1, columns), dtype=np.float32)
    above_beside = np.empty((blocks + 1, 4), dtype=np.float32)
    here, across = np.empty(width, np.float32), np.empty(width, np.float32)
    runs = np.empty((3, columns), dtype=np.float32)
    back_pointer, state_pointer = np.empty(columns, np.uint8), np.empty(4, np.int32)
    best, beside = begin(columns, tables[3])
    if through.size:
        beside[:] = np.inf
    price = 0.0
    for row in range(rows):
        if row % _BLOCK == 0:
            above[row // _BLOCK] = best
            above_beside[row // _BLOCK] = beside
        price_row(evidence, occupied_ink, row, tables, here, across)
        price += forward_step(
            best, beside, here, across, tables, runs, back_pointer, state_pointer
        )
        if through.size:
            _hold(best, beside, through[row])
    above[blocks] = best
    above_beside[blocks] = beside
    return above, above_beside, price


@compiled()
def _block(evidence: NDArray[np.uint8], tables: Tables) -> Block:
    """Return room for what there is to know of a block of rows."""
    rows, width = evidence.shape
    height = min(_BLOCK, rows)
    columns = width * tables[2].size
    return (
        np.empty((height, width), np.float32),
        np.empty((height, width), np.float32),
        np.empty((height, columns), np.float32),
        np.empty((height, columns), np.uint8),
        np.empty((height, 4), np.int32),
    )


@compiled()
def _play(
    evidence: NDArray[np.uint8],
    occupied_ink: NDArray[np.int32],
    start: int,
    stop: int,
    best: NDArray[np.float32],
    beside: NDArray[np.float32],
    tables: Tables,
    block: Block,
    through: NDArray[np.int32],
) -> None:
    """Take a block of rows again from the prices above it, which change, and hold all.

    What is held: prices of being on each column and of crossing it, those of the
    cheapest paths to it, and where they came from.
    """
    here, across, held, back_pointer, state_pointer = block
    runs = np.empty((3, best.size), dtype=np.float32)
    for row in range(start, stop):
        at = row - start
        price_row(evidence, occupied_ink, row, tables, here[at], across[at])
        forward_step(
            best,
            beside,
            here[at],
            across[at],
            tables,
            runs,
            back_pointer[at],
            state_pointer[at],
        )
        if through.size:
            _hold(best, beside, through[row])
        held[at] = best


@compiled()
def _hold(best: NDArray[np.float32], beside: NDArray[np.float32], column: int) -> None:
    """Leave only paths that are on a column, and on a certain one if it is not -1."""
    beside[:] = np.inf
    if column >= 0:
        price = best[column]
        best[:] = np.inf
        best[column] = price


@compiled()
def _mark_near(near: NDArray[np.int32], copies: int, same: NDArray[np.bool_]) -> None:
    """Mark the columns of the track that count as the same place in a row."""
    first, last = near[0], near[1]
    width = same.size
    same[:] = False
    if copies == 1:
        same[max(first, 0) : max(last + 1, 0)] = True
    else:
        for c in range(first, min(last, first + width - 1) + 1):
            same[c % width] = True


@compiled(fastmath={"nnan", "nsz"})
def _best_two(
    above: NDArray[np.float32], rest: NDArray[np.float32], same: NDArray[np.bool_]
) -> tuple[np.float32, np.float32]:
    """Return the price of the best path through the same place, and through others."""
    own, rival = np.float32(np.inf), np.float32(np.inf)
    width = same.size
    for base in range(0, rest.size, width):
        for i in range(width):
            price = above[base + i] + rest[base + i]
            here = price if same[i] else np.float32(np.inf)
            away = np.float32(np.inf) if same[i] else price
            own = min(own, here)
            rival = min(rival, away)
    return own, rival


@compiled()
def _last(best: NDArray[np.float32], beside: NDArray[np.float32]) -> tuple[int, int]:
    """Return the state and the column in which the cheapest path ends."""
    at = int(np.argmin(best))
    now = ON
    value = best[at]
    for place, other in ((_LEFT, OFF_LEFT), (_RIGHT, OFF_RIGHT), (_GONE, LOST)):
        if beside[place] < value:
            value, now = beside[place], other
    return now, at


@compiled()
def _walk_back(
    back_pointer: NDArray[np.uint8],
    state_pointer: NDArray[np.int32],
    now: int,
    at: int,
    column: NDArray[np.int32],
    state: NDArray[np.uint8],
) -> tuple[int, int]:
    """Read the cheapest path up a block of rows; return how the row above it ends.

    The state is `_NEVER` if the curve was not seen above.
    """
    columns = back_pointer.shape[1]
    for row in range(state.size - 1, -1, -1):
        state[row] = now
        column[row] = at
        if now == LOST:
            if state_pointer[row, _LOST_AT] >= 0:
                now, at = ON, state_pointer[row, _LOST_AT]
            continue
        if now == OFF_LEFT:
            if not state_pointer[row, _LEFT_HERE]:
                continue
            at, mode = 0, _FROM_RIGHT
        elif now == OFF_RIGHT:
            if not state_pointer[row, _RIGHT_HERE]:
                continue
            at, mode = columns - 1, _FROM_LEFT
        else:
            mode = back_pointer[row, at] & 3
        if mode == _FROM_LEFT:
            while back_pointer[row, at] & _LEFT_RUN:
                at -= 1
        elif mode == _FROM_RIGHT:
            while back_pointer[row, at] & _RIGHT_RUN:
                at += 1
        now = back_pointer[row, at] >> _START_SHIFT
        if now == LOST and state_pointer[row, _FIRST_SEEN]:
            return _NEVER, at
    return now, at
