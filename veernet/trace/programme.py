"""A dynamic programme that finds the cheapest path of one curve down its track.

A well-log curve has one value a row, but its stroke may cover hundreds of columns in a
few rows. The path therefore moves *within* a row as well: on paper every column that it
crosses is paid for, so that it does not jump to a neighbour; on the ridge of ink each
pays, so that a spike is followed to its tip. Beside the columns there are three states
in which a curve is not read: off scale to the left, off scale to the right, and lost. A
wrapping curve runs in the unfolded track: copies of the track side by side, one a wrap
count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.trace.steps import (
    LOST,
    OFF_LEFT,
    OFF_RIGHT,
    ON,
    RATES,
    Tables,
    compare,
    decode,
)

__all__ = [
    "LOST",
    "OFF_LEFT",
    "OFF_RIGHT",
    "ON",
    "Costs",
    "cheapest_path",
    "margin_over_rivals",
]


@dataclass(frozen=True)
class Costs:
    """What a path costs, in nats: differences of log probability.

    Parameters
    ----------
    floor
        The least probability that a pixel is given, so that paper costs -log(floor).
    travel_ink, travel_paper
        Per column crossed within a row, on certain ink and on certain paper. Ink pays:
        that of a spike has to be explained, and the shortest path leaves it out. It
        pays once, on the ridge of a stroke and not on every row of it, and never where
        it is another curve's.
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
    shared: float = 0.6
    wrap: float = 0.1

    def tables(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the costs of being on and of crossing each of 256 probabilities."""
        probability = np.arange(256) / 255.0
        being = -np.log(np.maximum(probability, self.floor))
        share = being / being[0]
        crossing = self.travel_ink + (self.travel_paper - self.travel_ink) * share
        return being.astype(np.float32), crossing.astype(np.float32)


def cheapest_path(
    evidence: NDArray[np.uint8],
    occupied_ink: NDArray[np.int32],
    *,
    wraps: tuple[int, int] = (0, 0),
    wrap_start: int = 0,
    costs: Costs | None = None,
    through: NDArray[np.int32] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.uint8], float]:
    """Find the cheapest path of one curve from the first row to the last.

    Time and memory are linear in rows.

    Parameters
    ----------
    evidence
        (rows, columns) probability that the curve passes, 255 is certainty.
    occupied_ink
        (others, rows, 2) first and last column of the ink of each other curve in each
        row, -1 where it has none.
    wraps
        Lowest and highest wrap count to consider.
    wrap_start
        The wrap count that is free of cost.
    costs
        What a path costs.
    through
        (rows,) unfolded column at which the path must leave a row, less than the first
        of the lowest wrap where any will do. Given, the path is on a column in every
        row: never off scale or lost.

    Returns
    -------
    column : (rows,) int
        Unfolded column at which the path leaves each row; of no meaning where the state
        is not ``ON``.
    state : (rows,) uint8
        ON, OFF_LEFT, OFF_RIGHT or LOST.
    price : float
        What the path costs, in nats.
    """
    first = wraps[0] * evidence.shape[1]
    held = np.empty(0) if through is None else np.maximum(through - first, -1)
    column, state, price = decode(
        np.ascontiguousarray(evidence),
        occupied_ink,
        prices(wraps, wrap_start, costs or Costs()),
        held.astype(np.int32),
    )
    return column + first, state, price


def margin_over_rivals(
    evidence: NDArray[np.uint8],
    occupied_ink: NDArray[np.int32],
    near: NDArray[np.int32],
    *,
    wraps: tuple[int, int] = (0, 0),
    wrap_start: int = 0,
    costs: Costs | None = None,
) -> NDArray[np.float32]:
    """Price by which the best path that runs elsewhere in a row is dearer.

    Every path is weighed as a whole, from the first row to the last. A row in which the
    lead is small is in doubt, however dark the ink: another stroke explains the rows
    above and below as well. Only columns of the track are rivals: that the curve might
    be off scale or lost in the row, or in another wrap, is not weighed. Time is linear
    in rows, and hardly more than that of `cheapest_path`.

    Parameters
    ----------
    evidence, occupied_ink, wraps, wrap_start, costs
        As for `cheapest_path`.
    near
        (rows, 2) first and last unfolded column of what counts as the same place, in
        whichever wrap; the first beyond the last where the curve is not read.

    Returns
    -------
    (rows,) float32
        In nats; 0 where a rival is as cheap or the curve is not read, NaN where its
        stroke leaves no room for a rival.
    """
    return compare(
        np.ascontiguousarray(evidence),
        occupied_ink,
        near,
        prices(wraps, wrap_start, costs or Costs()),
    )


def prices(wraps: tuple[int, int], wrap_start: int, costs: Costs) -> Tables:
    """Return the prices of being on, of crossing and of each wrap, and the rates."""
    being, crossing = costs.tables()
    counts = range(wraps[0], wraps[1] + 1)
    penalty = [costs.wrap * abs(count - wrap_start) for count in counts]
    rates = np.array([getattr(costs, name) for name in RATES], dtype=np.float32)
    return being, crossing, np.array(penalty, dtype=np.float32), rates
