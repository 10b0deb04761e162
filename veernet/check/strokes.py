"""Ink that no registered curve explains: strokes counted between the depth lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.check.finding import Finding
from veernet.intervals import true_intervals
from veernet.records import Registration, Scan
from veernet.register.geometry.page import FoundSection, FoundTrack
from veernet.register.geometry.survey import find_ink
from veernet.register.geometry.verticallines import VerticalLine, find_vertical_lines
from veernet.register.propose import at_column

STRETCHES = 24
"""Of a section, in which strokes are counted."""

GAPS = 8
"""Between depth lines, of each stretch."""

BLIND_COLUMNS = 3
"""Columns about a vertical line, and between two strokes, that tell nothing."""

STANDS = 0.45
"""Share of a stretch's rows in which a column that is inked is a line of the grid."""

_WIDER = np.ones(5)

MOSTLY = 0.6
"""Share of the rows with more strokes than curves that is worth a note."""

HATCHED = 4
"""Strokes beyond the curves from which they are a fill."""


Stretches: TypeAlias = Sequence[tuple[int, Floats, NDArray[np.uint8]]]
"""First row of a stretch, rows between depth lines, and its ink."""


def check_strokes(
    registration: Registration, found: FoundSection, stretches: Stretches
) -> Iterator[Finding]:
    """Name tracks in which more strokes than curves are drawn, most of the way."""
    middle = float(registration.depth.rows[[0, -1]].mean())
    verticals = find_vertical_lines(found)
    for track in found.tracks:
        ends = track.left.column_at(middle), track.right.column_at(middle)
        curves = _curves(registration, middle, float(ends[0]), float(ends[1]))
        if not curves:
            continue
        counts = np.concatenate(
            [
                _count(ink, rows, start, track, verticals)
                for start, rows, ink in stretches
            ]
            or [np.zeros(0, dtype=np.int64)]
        )
        if len(counts) < GAPS:
            continue
        usual = float(np.median(counts))
        more = float(np.mean(counts > len(curves)))
        if more > MOSTLY and usual <= len(curves) + HATCHED:
            yield Finding(
                registration.section,
                f"columns {ends[0]:.0f} to {ends[1]:.0f}: more strokes than the "
                f"{len(curves)} registered ({', '.join(curves)}) at {more:.0%} of "
                "the rows",
                "list every curve that is drawn, time markers too, from left to right "
                "(export: false if it is not wanted): names slide by one otherwise",
                weight=12 * more,
            )


def _curves(
    registration: Registration, row: float, left: float, right: float
) -> list[str]:
    """Return the curves of the tracks that lie between two columns for the most."""
    names: list[str] = []
    for track in registration.tracks:
        first, last = (float(at) for at in registration.edges_at(track, row))
        shared = min(last, right) - max(first, left)
        # A track that is wider than the drawn one may have its curves in it too.
        if shared > 0.5 * min(last - first, right - left):
            names += [curve.mnemonic for curve in track.curves]
    return names


def read_stretches(
    scan: Scan, registration: Registration, found: FoundSection
) -> Iterator[tuple[int, Floats, NDArray[np.uint8]]]:
    """Yield the first row of a stretch, rows between depth lines, and its ink."""
    lines = at_column(found)
    first, last = registration.depth.rows[[0, -1]]
    lines = lines[(lines >= first) & (lines <= last)]
    chosen = np.linspace(0, max(0, len(lines) - GAPS - 1), STRETCHES).astype(int)
    for place in np.unique(chosen):
        part = lines[place : place + GAPS + 1]
        if len(part) < 2:
            continue
        start, stop = int(part[0]), min(scan.info.rows, int(part[-1]) + 2)
        start = max(0, start)
        yield start, (part[1:] + part[:-1]) / 2, find_ink(scan.read_stored(start, stop))


def _count(
    ink: NDArray[np.uint8],
    rows: Floats,
    start: int,
    track: FoundTrack,
    verticals: Sequence[VerticalLine],
) -> NDArray[np.int64]:
    """Count the strokes in each of some rows of a track."""
    middle = float(rows.mean())
    first = max(0, round(float(track.left.column_at(middle))))
    last = min(ink.shape[1] - 1, round(float(track.right.column_at(middle))))
    grid = (
        np.convolve(ink[:, first : last + 1].mean(axis=0) > STANDS, _WIDER, "same") > 0
    )
    for vertical in verticals:
        at = round(float(vertical.course.column_at(middle))) - first
        if -BLIND_COLUMNS <= at <= last - first + BLIND_COLUMNS:
            grid[max(0, at - BLIND_COLUMNS) : max(0, at + BLIND_COLUMNS + 1)] = True
    part = ink[:, first : last + 1].astype(bool) & ~grid
    at = np.clip(np.rint(rows).astype(int) - start, 1, len(part) - 2)
    return np.array([_strokes(part[row - 1 : row + 2]) for row in at], dtype=np.int64)


def _strokes(rows: NDArray[np.bool_]) -> int:
    """Count strokes in the middle one of three rows.

    A stroke comes from above and goes on below, which a speck does not. Runs of ink
    that a line of the grid may part are one stroke.
    """
    above, inked, below = rows
    last = -np.inf
    count = 0
    for start, stop in true_intervals(inked):
        about = slice(max(0, start - BLIND_COLUMNS), stop + BLIND_COLUMNS)
        if above[about].any() and below[about].any():
            count += start - last > 2 * BLIND_COLUMNS + 2
            last = stop
    return count
