"""Tracks have ten or twenty divisions: one more or less is looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats

COUNTS, FAINT = (10, 20), 0.15
"""Divisions that nearly all tracks have, and the share of the usual depth lines that is
drawn where one of these is worn away."""

NONE = 0.2
"""Share of the depth lines in a track below which none are drawn in a division more
than that: it is the column beside it."""

MORE = 2
"""Divisions more than that at most."""

LINE_WITHIN = 3
"""Columns about a line that are of it."""


@dataclass(frozen=True)
class Drawn:
    """In which columns depth lines are drawn, and how much is inked between them.

    ``share`` is the share of what is usual that is drawn.
    """

    lines: NDArray[np.bool_]
    between: Floats
    share: Floats


def completed(
    left: float, right: float, division: float, drawn: Drawn, room: tuple[float, float]
) -> tuple[float, float]:
    """Add the division that a track lacks of ten or twenty, where its lines are faint.

    Its edge is lost, and its depth lines are drawn on the worn paper here and there.
    """
    if round((right - left) / division) + 1 not in COUNTS:
        return left, right
    faint = []
    for end, by in ((left, -division), (right, division)):
        first, stop = sorted((round(end + by), round(end)))
        open_ = room[0] + LINE_WITHIN < end + by < room[1] - LINE_WITHIN
        inner = drawn.share[max(0, first) : stop]
        inside = (
            first >= -LINE_WITHIN
            and stop <= len(drawn.share) + LINE_WITHIN
            and len(inner) > 0
        )
        faint.append(float(inner.mean()) if open_ and inside else 0.0)
    if max(faint) < FAINT:
        return left, right
    if faint[0] >= faint[1]:
        return left - division, right
    return left, right + division


def trimmed(
    left: float, right: float, lines: Floats, division: float, drawn: Drawn
) -> tuple[float, float]:
    """Take away a division or two beyond ten or twenty in which no depth line is drawn.

    The column beside a track may end where its next line would be.
    """
    count = round((right - left) / division)
    more = [count - usual for usual in COUNTS if 0 < count - usual <= MORE]
    if not more:
        return left, right
    share = drawn.share
    usual = float(np.median(share[max(0, round(left)) : round(right) + 1]))
    by = more[0] * division
    ends = [(left + k * division, left + (k + 1) * division) for k in range(more[0])]
    if _most(share, ends) <= NONE * usual:
        # The line of the edge was not on the lattice: the next ones tell where it is.
        inner = lines[lines > left + by - 0.5 * division][0]
        return _nearest(inner, left + by, division), right
    ends = [(right - (k + 1) * division, right - k * division) for k in range(more[0])]
    if _most(share, ends) <= NONE * usual:
        inner = lines[lines < right - by + 0.5 * division][-1]
        return left, _nearest(inner, right - by, division)
    return left, right


def _most(share: Floats, ends: Sequence[tuple[float, float]]) -> float:
    """Return the share of depth lines in that of some divisions that has most."""
    inside = (
        share[max(0, round(a) + LINE_WITHIN) : round(b) - LINE_WITHIN + 1]
        for a, b in ends
    )
    return max(float(np.median(own)) if len(own) else 0.0 for own in inside)


def _nearest(line: float, place: float, division: float) -> float:
    """Return the place on the lattice of a line that is nearest to one."""
    return float(line + division * round((place - line) / division))
