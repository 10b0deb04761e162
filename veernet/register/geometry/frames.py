"""Tracks that stand edge to edge on one even grid: the frame of the header parts them.

Twenty even divisions may be one track of twenty or two of ten. Where the frame of the
header comes down on the middle line as it does on the edges, they are two.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.intervals import true_intervals
from veernet.records import Scan
from veernet.register.geometry.depthlines import DepthLines
from veernet.register.geometry.survey import find_ink
from veernet.register.geometry.tracks import Span

PARTED, INTO = 20, 2
"""Divisions that may be those of several tracks, and how many: two of ten."""

REACH = 0.35
"""Of the width of all tracks: rows above a grid in which its header's frame comes down;
three inches."""

LONG = 0.08
"""Of the same: rows that a frame is drawn without a break, at least; two thirds of an
inch, where letters are a fifth of one and the sample strokes of curves are level."""

NEAR_GRID = 0.03
"""Of the same: rows from the end of a frame to the first depth line, at most."""

TOGETHER = 0.7
"""Share of the frame over the middle beside which that over an edge is drawn too."""

HEADING = 0.03
"""Of the same: rows above the frame over the middle in which that over an edge goes on,
where one heading stands over both halves."""

ASIDE = 0.2
"""Of a division: how far a header that was printed for itself may lie off its grid."""

SIDE = 4
"""Columns about its place in which a frame is looked for: the paper above a grid leans
by a fraction of a degree."""

SEVERAL = 20
"""Depth lines from whose slant that of the header above them is taken."""


def parted(scan: Scan, spans: Sequence[Span], lines: DepthLines) -> list[Span]:
    """Part tracks at the frame that the header sets over their middle.

    Parameters
    ----------
    scan
        The page; the rows above the section are read.
    spans
        Its tracks from left to right, columns as in its first band.
    lines
        Its depth lines.
    """
    if not any(_count(span) == PARTED for span in spans):
        return list(spans)
    width = spans[-1].right - spans[0].left
    first = round(float(lines.rows[0]))
    start = max(0, first - round(REACH * width))
    if first - start < LONG * width:
        return list(spans)
    ink = find_ink(scan.read_stored(start, first))
    fall = float(np.median(lines.skew[:SEVERAL]))
    found: list[Span] = []
    for span in spans:
        two = _count(span) == PARTED and any(
            _framed(ink, span, by, fall, width, lines.middle)
            for by in _shifts(float(span.division or 0.0))
        )
        found += _halves(span) if two else [span]
    return found


def _shifts(division: float) -> list[float]:
    """Return columns by which a header may lie further right than its grid."""
    step = 2 * SIDE
    count = int(ASIDE * division / step)
    return sorted(np.arange(-count, count + 1) * float(step), key=abs)


def _count(span: Span) -> int | None:
    if span.division is None:
        return None
    return round((span.right - span.left) / span.division)


def _framed(
    ink: NDArray[np.uint8],
    span: Span,
    by: float,
    fall: float,
    width: float,
    middle: float,
) -> bool:
    """Tell whether a frame comes down on the middle of a track and on an edge of it.

    It lies ``by`` columns further right than the grid.
    """
    whole = span.right - span.left
    at = [span.left + by + share * whole for share in (0.5, 0.0, 1.0)]
    over, *ends = (_frame(ink, column, fall, middle) for column in at)
    near = [
        (a, b)
        for a, b in true_intervals(over)
        if b - a >= LONG * width and len(over) - b <= NEAR_GRID * width
    ]
    if not near:
        return False
    start, stop = max(near, key=lambda pair: pair[1] - pair[0])
    beside = [end for end in ends if end[start:stop].mean() >= TOGETHER]
    if not beside:
        return False
    # Where the frames of its edges go on above it, the heading there is of one track,
    # and the middle of its scale is marked below.
    above = slice(max(0, start - round(HEADING * width)), max(0, start - SIDE))
    seen = above.stop - above.start > SIDE
    if seen and min(float(end[above].mean()) for end in beside) >= TOGETHER:
        return False
    # Where the grid goes on above what was found, all of its lines do.
    others = [
        _frame(ink, float(line) + by, fall, middle)[start:stop].mean()
        for line in span.lines[1:-1]
        if abs(line + by - at[0]) > 2 * SIDE
    ]
    return not others or float(np.median(others)) < 1 - TOGETHER


def _frame(
    ink: NDArray[np.uint8], column: float, fall: float, middle: float
) -> NDArray[np.bool_]:
    """Return in which rows above a grid a column of it is inked, on a page that leans.

    The last row of the picture is the first depth line at ``middle``; there a column is
    where it is in the first band of the grid.
    """
    rows: Floats = np.arange(len(ink), dtype=np.float64)
    lean = column + fall * (len(ink) - rows - fall * (column - middle))
    places = np.rint(lean).astype(int)[:, None] + np.arange(-SIDE, SIDE + 1)
    inside = (places >= 0) & (places < ink.shape[1])
    seen = ink[np.arange(len(ink))[:, None], np.clip(places, 0, ink.shape[1] - 1)] > 0
    return np.asarray((seen & inside).any(axis=1))


def _halves(span: Span) -> list[Span]:
    """Return the tracks of a span, each with its own lines."""
    ends = np.linspace(span.left, span.right, INTO + 1)
    nearest = [float(span.lines[np.abs(span.lines - at).argmin()]) for at in ends[1:-1]]
    off = 0.25 * float(span.division or 0.0)
    ends[1:-1] = [
        line if abs(line - at) < off else at
        for line, at in zip(nearest, ends[1:-1], strict=True)
    ]
    parts = []
    for left, right in pairwise(ends):
        inner = span.lines[(span.lines > left + 1) & (span.lines < right - 1)]
        lines = np.r_[left, inner, right]
        parts.append(Span(float(left), float(right), lines, span.division, span.drawn))
    return parts
