"""Style is a property of a whole curve: what a network calls the ink under its way.

Pixel by pixel a network takes a worn solid line for dashes, and one pattern of dashes
for another. Down a way the rhythm of the ink tells them apart, and which curve has
which way is decided by all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.special import expit, softmax

from veernet.axes import Floats
from veernet.records import LINES, Evidence, Grey, Line
from veernet.trace.average import sum_around
from veernet.trace.chain import both_ways
from veernet.trace.crossings import BETWEEN
from veernet.trace.lanes import FREE_STYLE, Lane, Way
from veernet.trace.rhythm import agreement, samples

STROKE = 2
"""Columns beside the ink of a way that are called as it is."""

FLOOR = 0.02
"""Least probability of a style."""

FOUND = 0.5
"""Share of the rows in which a curve that was found is read at the least."""

BESIDE = 1
"""Columns beside a way at which its stroke may be seen best."""

TOLD, HEARD = 0.05, 0.3
"""What a nat counts that a network tells of a pixel, and that is heard in the rhythm of
the ink: those of neighbours are nearly the same, and the network's more than others."""

TOGETHER = 3.0
"""Columns within which two ways are on the same ink."""

SOBER = 0.1
"""Share of the log odds of a row that counts where all are added up: whether ink is
heard right is not a matter of chance row by row."""

MEETING, SLIP = 0.15, 1e-3
"""Probability that two ways are exchanged where they meet or one is lost, and in any
other row."""

PHRASE = 65
"""Rows from which the style of ink is heard where it is called anew."""


def profile(lane: Lane, way: Way) -> Floats:
    """Return (styles,) the mean evidence for each style under a way; 0 if unread."""
    known = np.isfinite(way.column)
    if not known.any():
        return np.zeros(lane.maps.shape[0])
    under = _under(lane, lane.folded(way.column))
    return np.asarray(under[:, known].mean(axis=1))


def assign(seen: Sequence[Seen]) -> list[int]:
    """Say which of the ways of some curves is whose, by the style of their ink.

    Parameters
    ----------
    seen
        What was seen of each under the way that it has.

    Returns
    -------
    list of int
        For each curve the place of the one whose way it should have: the exchange for
        which the evidence of all is largest.
    """
    score = np.array([[w.evidence[curve.line].sum() for w in seen] for curve in seen])
    mine, theirs = linear_sum_assignment(score, maximize=True)
    return [int(theirs[i]) for i in np.argsort(mine)]


def belonging(index: int, rivals: Iterable[int], seen: Sequence[Seen]) -> Floats:
    """Return how likely it is, by style, that a way is that of its curve.

    The other way would then be its rival's: what is drawn in dashes beside a worn solid
    line says that the latter is none.

    Parameters
    ----------
    index
        Of the curve.
    rivals
        Indices of those that it may be mistaken for.
    seen
        What was seen of all curves.

    Returns
    -------
    (rows,) float
        The probability that things are as they are rather than exchanged with those of
        the likeliest rival; 1 where they are on the same ink, and without a rival in
        another style.
    """
    mine = seen[index]
    share = np.ones(mine.known.size)
    for rival in rivals:
        if seen[rival].line != mine.line:
            apart = mine.known & ~together(mine.column, seen[rival].column)
            likely = expit(as_they_are(mine, seen[rival]))
            share = np.where(apart, np.minimum(share, likely), share)
    return share


def as_they_are(mine: Seen, theirs: Seen) -> Floats:
    """Return (rows,) log odds that two ways are not exchanged, by all of their ink.

    Ways are exchanged where they meet or where one is lost, and hardly ever between: so
    all ink from one meeting to the next speaks for each of its rows, and that beyond
    speaks less with each meeting.
    """
    same_ink = together(mine.column, theirs.column)
    odds = np.where(same_ink, 0.0, SOBER * _odds(mine, theirs))
    change = np.full(odds.size, SLIP)
    side = np.sign(mine.column - theirs.column)
    met = same_ink.copy()
    # Those that wrap change sides at every fold; where they pass they are near.
    if not (mine.wraps or theirs.wraps):
        met[1:] |= side[1:] * side[:-1] < 0
    for breaks in (met, ~(mine.known & theirs.known)):
        change[_begins(breaks)] = MEETING
    return both_ways(odds, change)


def _begins(breaks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say where breaks begin that are no part of one a few rows above."""
    rows = np.flatnonzero(breaks)
    begins = np.zeros_like(breaks)
    begins[rows[np.diff(rows, prepend=-BETWEEN - 1) > BETWEEN]] = True
    return begins


def together(first: Floats, second: Floats) -> NDArray[np.bool_]:
    """Say in which rows two ways are on the same ink: it is no matter whose it is."""
    return np.asarray(np.abs(first - second) <= TOGETHER)


def _odds(mine: Seen, theirs: Seen) -> Floats:
    """Return (rows,) log odds that two ways are not exchanged, by their styles."""
    as_is = mine.evidence[mine.line] + theirs.evidence[theirs.line]
    return np.asarray(as_is - mine.evidence[theirs.line] - theirs.evidence[mine.line])


@dataclass(frozen=True)
class Seen:
    """What is seen of style under the way of a curve.

    Parameters
    ----------
    line
        Index of the curve's style in `LINES`.
    evidence
        (`LINES`, rows) log odds, but for a constant, that the ink is in each style; 0
        where the curve is not read.
    column
        (rows,) of the panel where its ink is, NaN where it is not read.
    wraps
        Whether the curve does.
    """

    line: int
    evidence: Floats
    column: Floats
    wraps: bool = False

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where the curve is read, (rows,)."""
        return np.isfinite(self.column)


def see(
    lane: Lane, way: Way, image: Grey, size: float, parts: Sequence[NDArray[np.bool_]]
) -> Seen:
    """Look at the ink under a way.

    The network says whether it is solid or broken, the rhythm which of all it is.

    Parameters
    ----------
    lane
        Of the curve.
    way
        That it has.
    image
        (rows, columns) of the panel.
    size
        Of the dashes of the log; see `best_size`.
    parts
        Twice (styles,): which of the network's are solid, and which are broken; see
        `solid_and_broken`.
    """
    column = lane.folded(way.column)
    known = np.isfinite(column)
    under = _under(lane, column)
    told = np.zeros((2, known.size))
    if all(part.any() for part in parts):
        told = np.log(np.stack([under[part].sum(axis=0) for part in parts]) + FLOOR)
    ink, row = samples(image, column)
    evidence = np.zeros((len(LINES), known.size))
    for index, line in enumerate(LINES):
        rhythm = np.bincount(row, agreement(ink, line, size), known.size)
        evidence[index] = HEARD * rhythm + TOLD * told[int(line != "solid")] * known
    return Seen(LINES.index(lane.spec.line), evidence, column, lane.spec.wraps)


def solid_and_broken(
    lines: Sequence[Sequence[Line]],
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which maps hold solid lines only, and which broken ones only."""
    solid = np.array(["solid" in styles for styles in lines])
    mixed = np.array([len(set(styles)) > 1 for styles in lines]) & solid
    return solid & ~mixed, ~solid


def _under(lane: Lane, column: Floats) -> Floats:
    """Return (styles, rows) the evidence for each style at folded columns, 0 at NaN."""
    known = np.isfinite(column)
    rows = np.flatnonzero(known)
    at = np.rint(column[rows]).astype(np.intp)[:, None] + np.arange(-BESIDE, BESIDE + 1)
    at = np.clip(at, 0, lane.maps.shape[2] - 1)
    under = np.zeros((lane.maps.shape[0], column.size))
    under[:, rows] = lane.maps[:, rows[:, None], at].max(axis=2) / 255
    return under


def adapted(lane: Lane, way: Way) -> Lane:
    """Let a lane count the styles that the network calls the ink of its curve.

    A curve that was not found may be any ink that the others have left, but for a
    back-up, which is drawn in few rows.
    """
    read = np.isfinite(way.column).mean()
    if read < FOUND and lane.spec.backup_of is None:
        return replace(lane, share=np.ones_like(lane.share))
    seen = profile(lane, way)
    share = np.maximum(lane.share, seen / max(seen.max(), FLOOR))
    return replace(lane, share=np.clip(share, FREE_STYLE, 1.0).astype(np.float32))


def heard_anew(
    evidence: Evidence, seen: Sequence[Seen], ways: Sequence[Way]
) -> Evidence:
    """Call the ink under all ways by its rhythm.

    Parameters
    ----------
    evidence
        What the network saw; not changed.
    seen, ways
        Of all curves.

    Returns
    -------
    Evidence
        With a copy of the maps. Under a way the sum over styles is parted among those
        that are drawn, by how well the ink of the rows around agrees with each.
        Elsewhere nothing changes.
    """
    lines = sorted({curve.line for curve in seen})
    place = np.array([evidence.index_of(LINES[line]) for line in lines])
    maps = evidence.maps.copy()
    shares = []
    for curve in seen:
        heard = [sum_around(curve.evidence[i], curve.known, PHRASE) for i in lines]
        shares.append(softmax(np.stack(heard), axis=0))
    # What lies beside one stroke may be another's.
    for beside in (STROKE, 0):
        for share, way in zip(shares, ways, strict=True):
            _call(evidence.maps, maps, place, share, way.ink, beside)
    return replace(evidence, maps=maps)


@numba.njit(cache=True, nogil=True)
def _call(
    seen: NDArray[np.uint8],
    maps: NDArray[np.uint8],
    place: NDArray[np.intp],
    share: Floats,
    ink: NDArray[np.int32],
    beside: int,
) -> None:
    styles, rows, columns = maps.shape
    for row in range(rows):
        for part in range(ink.shape[1]):
            start, last = ink[row, part, 0], ink[row, part, 1]
            if start < 0:
                continue
            for c in range(max(start - beside, 0), min(last + beside + 1, columns)):
                total = 0.0
                for s in range(styles):
                    total += seen[s, row, c]
                    maps[s, row, c] = 0
                for k in range(place.size):
                    called = min(total, 255.0) * share[k, row]
                    maps[place[k], row, c] += np.uint8(called)
