"""Tracks of a section: where its depth lines are drawn, to the lines at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.register.geometry.counts import Drawn, completed, trimmed
from veernet.register.geometry.divisions import (
    TrackLines,
    join_track_lines,
    line_ink,
    track_lines_of,
)
from veernet.register.geometry.lineextent import LineExtent
from veernet.register.geometry.sections import Block

DRAWN = 0.35
"""Share of the line extent of a track from which depth lines are drawn in a column."""

CROSSED = 0.3
"""Share of the columns of a track in which depth lines are drawn at least."""

SMOOTH = 9
"""Columns over which the line extent is taken: curves and streaks break it."""

WIDE = 2.4
"""Divisions from which a stretch between two vertical lines may be no division."""

REST, REST_LINES = 0.5, 5
"""Share of the widest track beside it, and lines, from which lines that follow no rule
are a track too."""

LOST, WELL_FILLED = (2, 5), 0.85
"""Divisions at the edge of a track whose lines may be lost, where at least that share
of the others is seen, and where less is."""


INKED = 0.15
"""Share of the ways between depth lines in which a line that is not lost is inked."""

STRANGE = 3
"""Lines beside a track from which they are those of another column."""

NARROWEST = 0.16
"""Of the widest track: narrower grids are those of depths, or of estimates."""

SLIM = 0.05
"""Share of the width of all tracks that a depth column has at least."""

OFF_LATTICE = 0.12
"""Share of a division by which a line may lie off the lattice of the others."""

ON_LATTICE = 0.7
"""Share of the lines on one lattice from which the track is divided evenly."""

EDGE_LINE_WITHIN = 3
"""Columns about its place in which an edge's own line is looked for."""


@dataclass(frozen=True)
class Span:
    """A track as it is drawn, before it is known what is drawn in it.

    Parameters
    ----------
    left, right
        Columns of its edges in the first band of its section.
    lines : (lines,) float
        Columns of the vertical lines in it, edges included.
    division
        Columns between its lines where they are even, None where they are not: a
        logarithmic track.
    drawn
        Share of its columns in which depth lines are drawn.
    """

    left: float
    right: float
    lines: Floats
    division: float | None
    drawn: float


def find_spans(line_extent: LineExtent, block: Block) -> tuple[Span, ...]:
    """Find the tracks of a section from left to right.

    Parameters
    ----------
    line_extent
        From :func:`veernet.register.geometry.lineextent.find_line_extent`.
    block
        The section.

    Returns
    -------
    tuple of Span
        Between them, or beside them, is the depth column, where no line is drawn.
    """
    shown = line_extent.drawn.astype(np.float32)[None]
    smooth = cv2.blur(shown, (SMOOTH, 1))[0].astype(np.float64)
    usual = float(np.quantile(smooth, 0.9))
    if usual <= 0:
        return ()
    drawn = Drawn(smooth > DRAWN * usual, line_extent.between, smooth / usual)
    groups = _groups(block.lines, drawn.lines)
    found = []
    for index, group in enumerate(groups):
        # However wide its divisions, a track ends before the next one begins.
        before = groups[index - 1][-1] if index else -np.inf
        after = groups[index + 1][0] if index + 1 < len(groups) else np.inf
        runs = join_track_lines(track_lines_of(group), group, line_extent.between)
        found += _tracks(group, runs, drawn, (float(before), float(after)))
    found = [span for span in found if span.drawn > CROSSED]
    widest = max((span.right - span.left for span in found), default=0.0)
    return tuple(s for s in found if s.right - s.left > NARROWEST * widest)


def _tracks(
    group: Floats,
    runs: Sequence[TrackLines],
    drawn: Drawn,
    room: tuple[float, float],
) -> list[Span]:
    """Return the tracks of lines between which depth lines are drawn."""
    if not runs:
        span = _span(group, drawn, room)
        return [] if span is None else [span]
    found, rests, last = [], [], 0
    for index, run in enumerate(runs):
        lines = group[run.start : run.stop]
        after = runs[index + 1].start if index + 1 < len(runs) else len(group) - 1
        # A track ends before the next; a line or two beside it may be dirt, more are
        # those of another column.
        left = group[last] if index else room[0]
        if run.start - last >= STRANGE:
            left = group[run.start - 1]
        right = group[after] if index + 1 < len(runs) else room[1]
        if after - (run.stop - 1) >= STRANGE:
            right = group[run.stop]
        own = _spanned(lines, run.division, drawn, (float(left), float(right)))
        found += [] if own is None else [own]
        rests.append(group[last : run.start + 1])
        last = run.stop - 1
    rests.append(group[last:])
    widest = max(span.right - span.left for span in found) if found else 0.0
    for rest in rests:
        # Lines that follow no rule: a scale of its own kind if they are many and wide,
        # else those of depth columns and pictures.
        if len(rest) >= REST_LINES and rest[-1] - rest[0] > REST * widest:
            own = _spanned(rest, None, drawn, (float(rest[0]), float(rest[-1])))
            found += [] if own is None else [own]
    return sorted(found, key=lambda span: span.left)


def _groups(lines: Floats, drawn: NDArray[np.bool_]) -> list[Floats]:
    """Divide vertical lines where no depth lines are drawn from one to the next."""
    if len(lines) < 2:
        return []
    groups = [[lines[0]]]
    usual = float(np.median(np.diff(lines)))
    for before, after in pairwise(lines):
        inner = drawn[round(before) + SMOOTH // 2 + 1 : round(after) - SMOOTH // 2]
        # A curve at rest may hide depth lines over a division; a depth column is wider.
        gap = after - before
        if len(inner) > SMOOTH:
            wide = gap > WIDE * usual and inner.mean() < 0.5
            bare = gap > SLIM * (lines[-1] - lines[0]) and inner.mean() < 0.2
            if wide or bare:
                groups.append([])
        groups[-1].append(after)
    return [np.array(group) for group in groups if len(group) > 1]


def _span(lines: Floats, drawn: Drawn, room: tuple[float, float]) -> Span | None:
    division = _division(lines)
    if division is not None:
        lines = _without_borders(lines, division)
    return _spanned(lines, division, drawn, room)


def _spanned(
    lines: Floats,
    division: float | None,
    drawn: Drawn,
    room: tuple[float, float],
) -> Span | None:
    """Return the span of the lines of a track, moved out as far as it is drawn."""
    left, right = float(lines[0]), float(lines[-1])
    if division is not None:
        filled = (len(lines) - 1) / max(1, round((right - left) / division))
        lost = LOST[0] if filled > WELL_FILLED else LOST[1]
        left = _extended(left, -division, drawn, room, lost)
        right = _extended(right, division, drawn, room, lost)
        left, right = completed(left, right, division, drawn, room)
        left, right = trimmed(left, right, lines, division, drawn)
    inner = drawn.lines[max(0, round(left)) : round(right) + 1]
    if len(inner) == 0 or right - left < SMOOTH:
        return None
    inside = lines[(lines > left + 1) & (lines < right - 1)]
    return Span(left, right, np.r_[left, inside, right], division, float(inner.mean()))


def _division(lines: Floats) -> float | None:
    """Return the distance of lines that lie on one lattice, None where few do."""
    if len(lines) < 3:
        return None
    steps = np.diff(lines)
    best, most = None, 0.0
    for step in np.unique(np.round(steps[steps > SMOOTH], 1)):
        offset = lines[:, None] - lines[None, :]
        on = np.abs(offset / step - np.round(offset / step)) < OFF_LATTICE
        anchor = int(on.sum(axis=1).argmax())
        held = on[anchor]
        filled = held.sum() / (1 + (lines[-1] - lines[0]) / step)
        share = held.mean() * min(1.0, filled / 0.5)
        if share > most:
            places = np.round(offset[held, anchor] / step)
            if np.ptp(places) > 0:
                best = float(np.polyfit(places, lines[held], 1)[0])
                most = float(share)
    return best if most >= ON_LATTICE else None


def _without_borders(lines: Floats, division: float) -> Floats:
    """Return lines without those at the ends that are not on the others' lattice.

    A page's border or a scanner's streak may run beside a track.
    """
    middle = np.median((lines - lines[len(lines) // 2] + division / 2) % division)
    phase = lines[len(lines) // 2] + middle - division / 2
    off = np.abs((lines - phase) / division - np.round((lines - phase) / division))
    on = np.flatnonzero(off < 2 * OFF_LATTICE)
    return lines[on[0] : on[-1] + 1] if len(on) > 1 else lines


def _extended(
    end: float, by: float, drawn: Drawn, room: tuple[float, float], lost: int
) -> float:
    """Move an end outwards by whole divisions as far as depth lines are drawn.

    Lines may be lost at an edge, ``lost`` of them at most; where depth lines go on
    further and no vertical line does, they are those of another column.
    """
    inked, blank = end, 0
    while True:
        beyond = end + by
        inner = sorted((round(end), round(beyond)))
        if not -EDGE_LINE_WITHIN <= beyond <= len(drawn.lines) - 1 + EDGE_LINE_WITHIN:
            break
        if drawn.lines[max(0, inner[0]) : inner[1] + 1].mean() < CROSSED:
            break
        near = [
            line
            for line in room
            if abs(beyond - line) <= max(EDGE_LINE_WITHIN, OFF_LATTICE * abs(by))
        ]
        if not near and not room[0] < beyond < room[1]:
            break
        # The next line may be on the lattice: that of the edge.
        end = near[0] if near else beyond
        if near or line_ink(drawn.between, np.array([end]))[0] > INKED:
            if blank <= lost:
                inked, blank = end, 0
        else:
            blank += 1
        if near:
            break
    return end if blank <= lost else inked
