"""Lines of logarithmic tracks: which stand as the digits of decades do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats

OFF_COLUMNS = 1.5
"""Columns by which a line may lie off its place at least."""

OFF_DECADE = 0.012
"""Share of a decade by which a line may lie off its place."""

FEWEST_LOG = 7
"""Lines of a logarithmic track, a decade of which has nine."""

FILLED_LOG = 0.65
"""Share of a track's places in which a line is seen: they are so close that lines lie
on some of them by chance."""

FEWEST_DECADE, MOST_DECADE = 4, 15
"""Lines from one to the same a decade further: some run together at a low resolution,
and some prints have lines at halves."""

SHORTEST_DECADE = 30.0
"""Columns of a decade."""

DIGITS = np.log10(np.arange(1, 11))
HALVES = np.log10(np.arange(1.5, 5, 1.0))
"""Places in a decade: of the lines that every print has, and of some that few have."""

FEW, FIVE = 0.6, 4
"""Share of the digits before the first whole decade, or after the last, in which a line
is seen at least; and the place of the digit 5."""

Found = tuple[int, int, float]
"""First line, one past the last, and score."""


def decades_of(lines: Floats) -> Iterator[Found]:
    """Yield stretches of lines that stand as the digits of decades do.

    Yields
    ------
    start, stop : int
        Index of the first line and one past the last.
    score : float
        How many lines follow the rule, less for places without a line.
    """
    count = len(lines)
    if count < FEWEST_LOG:
        return
    for first in range(count - FEWEST_LOG + 1):
        for last in range(first + FEWEST_DECADE, min(count, first + MOST_DECADE + 1)):
            decade = lines[last] - lines[first]
            if decade < SHORTEST_DECADE:
                continue
            # Lines of 1 are crowded by those of 9 and 8 before them; those of 2 and 3
            # stand free.
            for place in DIGITS[:3]:
                begin = float(lines[first] - place * decade)
                run = _in_decades(lines, begin, float(decade), first)
                if run is not None:
                    yield run


def _in_decades(
    lines: Floats, begin: float, decade: float, anchor: int
) -> Found | None:
    """Return the lines about one that are those of decades of a length."""
    near = max(OFF_DECADE * decade, OFF_COLUMNS)
    at = (lines - begin) / decade
    part = at - np.floor(at)
    off = np.abs(part[:, None] - DIGITS).min(axis=1) * decade
    on = off <= near
    halved = np.abs(part[:, None] - HALVES).min(axis=1) * decade <= near
    known = on | halved
    # Two in a row that are none of a decade's end the track.
    wrong = np.flatnonzero(~known[:-1] & ~known[1:])
    start = int(np.max(wrong[wrong < anchor], initial=-2)) + 2
    stop = int(np.min(wrong[wrong >= anchor], initial=len(lines) - 1)) + 1
    own = np.flatnonzero(on[start:stop]) + start
    if len(own) < FEWEST_LOG:
        return None
    start, stop = int(own[0]), int(own[-1]) + 1
    inside = stop - start
    expected = _places(begin, decade, lines[start], lines[stop - 1], near)
    seen = np.abs(expected[:, None] - lines[own]).min(axis=1) <= near
    filled = float(seen.mean()) if len(expected) else 0.0
    if filled < FILLED_LOG or known[start:stop].sum() < 0.85 * inside:
        return None
    if lines[stop - 1] - lines[start] < 0.9 * decade:
        return None
    score = seen.sum() * filled - 1.5 * float((~known[start:stop]).sum())
    digits = np.abs(part[:, None] - DIGITS).argmin(axis=1)
    own = _from_whole(own, digits)
    return int(own[0]), int(own[-1]) + 1, float(score)


def _from_whole(own: NDArray[np.intp], digits: NDArray[np.intp]) -> NDArray[np.intp]:
    """Leave out lines before the first whole decade, or after the last, that are few.

    Lines of the track beside it stand where some digits would be, by chance. Lines of
    1, 2, 4, 6, 8 and 10 look like those of 1 to 5, so that a single 5 may be whole.
    """
    last = len(DIGITS) - 1
    whole = np.flatnonzero((digits[own] == 0) | (digits[own] == last))
    if not len(whole):
        return own
    before, after = int(whole[0]), len(own) - 1 - int(whole[-1])
    lost = before and before < FEW * (last - digits[own[0]])
    start = before if lost and (before > 1 or digits[own[0]] > FIVE) else 0
    lost = after and after < FEW * digits[own[-1]]
    stop = after if lost and (after > 1 or digits[own[-1]] < FIVE) else 0
    return own[start : len(own) - stop]


def _places(
    begin: float, decade: float, left: float, right: float, near: float
) -> Floats:
    """Return where the digits of decades stand, those that are not too close."""
    first, last = (int(np.floor((end - begin) / decade)) for end in (left, right))
    whole = np.arange(first - 1, last + 2)[:, None]
    apart = np.diff(DIGITS) * decade > 2.5 * near
    places = (begin + decade * (whole + DIGITS[:-1][apart])).ravel()
    return np.asarray(places[(places >= left - near) & (places <= right + near)])
