"""Curves that go on above the first or below the last depth point: not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.check.finding import Finding
from veernet.intervals import true_intervals
from veernet.records import Registration, Scan, Track
from veernet.register.geometry.survey import find_ink

WINDOW = 48
"""Rows that are looked at together: more than the gaps of a broken line."""

FARTHEST = 6000
"""Rows beyond a depth point that are looked at."""

LEAST = 24
"""Rows of ink beyond a depth point that are worth a word: 0.12 inches at 200 dpi."""

MUCH = 72
"""The same where nobody has asked: most logs end some rows after a round depth."""

STANDS = 0.6
"""Share of a window's rows in which a column that is inked is a vertical line."""

LEVEL = 0.4
"""Share of a track's columns from which an inked row is a depth line."""

WAVERS = 3
"""Columns by which a vertical line may lie elsewhere in the next window."""

WIDEST = 0.15
"""Of a track's width: a wider run of ink is no stroke of a curve."""

HIDDEN = 6
"""Windows in which the grid alone is seen, as a curve may be hidden on its lines."""

INKED = 0.6
"""Of the share of rows with strokes within the log, that in a window beyond it."""

LETTERS = 2.0
"""Strokes in a row for each within the log, from which they are lettering."""

KEPT = 0.6
"""Share of the vertical lines of the log that must go on in a window: they end with the
grid. A header has edges alone."""


@dataclass(frozen=True)
class _Window:
    """What a window of a track shows.

    Parameters
    ----------
    inked : (rows,) bool
        Rows that have a stroke.
    strokes
        In a row that has any, in the mean.
    verticals : (lines,) int
        Columns from the left edge at which vertical lines stand.
    """

    inked: NDArray[np.bool_]
    strokes: float
    verticals: NDArray[np.int64]


def check_beyond(
    scan: Scan,
    registration: Registration,
    others: Sequence[Registration] = (),
    least: int = LEAST,
) -> Iterator[Finding]:
    """Name curves that are drawn above the first depth point or below the last.

    Parameters
    ----------
    scan, registration
        The page, and the section on it.
    others
        Sections of the same page: what they read is not lost.
    least
        Rows of ink from which they are told.
    """
    for below in (False, True):
        end = _end(scan, registration, others, below=below)
        reached = [
            _reach(scan, registration, t, end, below) for t in registration.tracks
        ]
        rows = max(reached, default=0)
        if rows < least:
            continue
        track = registration.tracks[int(np.argmax(reached))]
        yield _finding(registration, track, rows, below)


def _end(
    scan: Scan,
    registration: Registration,
    others: Sequence[Registration],
    *,
    below: bool,
) -> int:
    """Return the row at which the search ends: the page's, or another section's.

    It is the depth point itself where another section reads on both sides of it.
    """
    first, last = registration.depth.rows[[0, -1]]
    spans = [r.depth.rows[[0, -1]] for r in others]
    at = last if below else first
    if any(top < at < base for top, base in spans):
        return int(at)
    if below:
        tops = [top for top, _ in spans if top >= last]
        return int(min([scan.info.rows, last + FARTHEST, *tops]))
    bases = [base for _, base in spans if base <= first]
    return int(max([0, first - FARTHEST, *bases]))


def _reach(
    scan: Scan, registration: Registration, track: Track, end: int, below: bool
) -> int:
    """Return over how many rows beyond a depth point the curves of a track go on."""
    at = round(float(registration.depth.rows[-1 if below else 0]))
    way = 1 if below else -1
    inside = _look(scan, registration, track, at, at - way * 4 * WINDOW)
    if inside is None or not inside.inked.any():
        return 0
    lines, reached, at_end = inside.verticals, 0, 0
    # Of the rows that are looked at, those up to the last in which a curve is seen.
    while True:
        start = at + way * at_end
        if way * (end - start) <= 0:
            return reached
        stop = min(start + WINDOW, end) if below else max(start - WINDOW, end)
        window = _look(scan, registration, track, start, stop)
        if window is None or not _is_grid(window, lines, inside):
            # The last rows of a log seldom fill a window.
            whole = reached == at_end
            return reached + (_rest(window, inside, below) if whole else 0)
        at_end += abs(stop - start)
        lines = _followed(lines, window.verticals)
        if window.inked.mean() >= INKED * inside.inked.mean():
            reached = at_end
        elif at_end - reached >= HIDDEN * WINDOW or not len(window.verticals):
            return reached


def _is_grid(window: _Window, lines: NDArray[np.int64], inside: _Window) -> bool:
    """Tell whether the vertical lines of the log go on, without lettering."""
    if window.strokes > LETTERS * inside.strokes + 1:
        return False
    return not len(lines) or bool(_near(lines, window.verticals).mean() >= KEPT)


def _near(lines: NDArray[np.int64], verticals: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which lines are among the uprights of a window."""
    apart = np.abs(lines[:, None] - verticals)
    return np.asarray(apart.min(axis=1, initial=2 * WAVERS) <= WAVERS)


def _followed(
    lines: NDArray[np.int64], verticals: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return lines where a window has them; those that it does not show stay."""
    near = _near(lines, verticals)
    moved = lines.copy()
    if near.any():
        apart = np.abs(lines[near][:, None] - verticals)
        moved[near] = verticals[apart.argmin(axis=1)]
    return moved


def _rest(window: _Window | None, inside: _Window, below: bool) -> int:
    """Return the rows of the window at which a log ends that still have its strokes."""
    if window is None or window.strokes > LETTERS * inside.strokes + 1:
        return 0
    inked = window.inked if below else window.inked[::-1]
    gone = [
        start for start, stop in true_intervals(~inked) if stop - start >= WINDOW // 4
    ]
    return gone[0] if gone else 0


def _look(
    scan: Scan, registration: Registration, track: Track, start: int, stop: int
) -> _Window | None:
    """Return what a track shows from one row to another, None off the page."""
    top, base = max(0, min(start, stop)), min(scan.info.rows, max(start, stop))
    if base - top < WINDOW // 3:
        return None
    middle = np.array([(top + base) / 2])
    left, right = (float(edge[0]) for edge in registration.edges_at(track, middle))
    first, last = max(0, round(left)), min(scan.info.columns, round(right) + 1)
    if last - first < 3 * WAVERS:
        return None
    ink = find_ink(scan.read_stored(top, base))[:, first:last].astype(bool)
    verticals = _stands(ink)
    beside = np.convolve(verticals, np.ones(3), "same") > 0
    beside[:WAVERS] = beside[-WAVERS:] = True
    level = ink[:, ~beside].mean(axis=1) > LEVEL if (~beside).any() else ink[:, 0]
    counts = _counts(ink & ~beside, WIDEST * (right - left))
    counts[level] = 0
    inked = counts > 0
    # A depth line hides the stroke that crosses it.
    for row in np.flatnonzero(level):
        near = inked[max(0, row - 4) : row + 5]
        inked[row] = bool(near.any())
    strokes = float(counts[counts > 0].mean()) if (counts > 0).any() else 0.0
    return _Window(inked, strokes, np.flatnonzero(verticals))


def _stands(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (columns,) where vertical lines of the grid stand."""
    shares = np.array(
        [part.mean(axis=0) for part in np.array_split(ink, len(ink) // WINDOW or 1)]
    )
    return np.asarray(shares.min(axis=0) > STANDS)


def _counts(ink: NDArray[np.bool_], widest: float) -> NDArray[np.int64]:
    """Count the strokes in each row: runs of ink that another row continues."""
    wider: Floats = np.zeros(ink.shape)
    wider[1:] += ink[:-1]
    wider[:-1] += ink[1:]
    wider[:, 1:] += wider[:, :-1]
    own = ink & (wider > 0)
    step = np.diff(own.astype(np.int8), axis=1, prepend=0, append=0)
    counts = np.zeros(len(ink), dtype=np.int64)
    for row in np.flatnonzero(own.any(axis=1)).tolist():
        widths = np.flatnonzero(step[row] < 0) - np.flatnonzero(step[row] > 0)
        counts[row] = int((widths <= widest).sum())
    return counts


def _finding(
    registration: Registration, track: Track, rows: int, below: bool
) -> Finding:
    """Say which rows and depths have curves that are not read."""
    axis = registration.depth
    first, last = axis.points[0], axis.points[-1]
    end = round((last.row + rows) if below else (first.row - rows))
    depth = float(axis.depth_at(end))
    lost = abs(depth - (last.depth if below else first.depth))
    names = ", ".join(curve.mnemonic for curve in track.curves)
    most = "at least " if rows >= FARTHEST else ""
    where = f"in track {track.name} ({names})"
    about = f"row {end} (about {depth:.0f} {axis.unit})"
    if below:
        what = (
            f"curves go on below the last depth point: {where} to {about}, and depths "
            f"end at row {last.row:g} ({last.depth:g} {axis.unit})"
        )
    else:
        what = (
            f"curves begin above the first depth point: {where} from {about}, and "
            f"depths begin at row {first.row:g} ({first.depth:g} {axis.unit})"
        )
    edge = (last.row + 1, end) if below else (end, first.row - 1)
    return Finding(
        registration.section,
        f"{what}: {most}{lost:.0f} {axis.unit} of ink are not read",
        f"if that is log, add a depth point at its {'last' if below else 'first'} "
        "depth line; a calibration, or another section, is left out",
        weight=16.0 + rows,
        kind="beyond",
        rows=(int(edge[0]), int(edge[1])),
        depths=(last.depth, depth) if below else (depth, first.depth),
    )
