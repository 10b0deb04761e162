"""Division lines: which vertical lines divide one track, evenly or in decades.

Tracks, depth columns and others stand edge to edge on many prints, all crossed by the
same depth lines. What parts them is that the lines within a track follow a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from veernet.axes import Floats
from veernet.register.geometry.decades import decades_of

OFF_SHARE, OFF_COLUMNS = 0.08, 1.5
"""Share of a division, and columns, by which a line may lie off its place after the one
before; the larger counts."""


FEWEST_TRACK_LINES = 5
"""Lines of an evenly divided track: four divisions."""


MISSING = (2, 5)
"""Divisions from a line to the next at most, where few lines are lost and where many.
"""

FILLED, FILLED_THINLY = 0.75, 0.5
"""Share of a track's places in which a line is seen, where few are lost and where many.
"""

ON = 0.7
"""Share of the lines in a track that follow its rule."""


STEPS_APART = 1.03
"""Ratio of divisions that are tried one after the other."""

ALIKE = 0.03
"""Share by which the divisions of two runs may differ that are one track."""

FARTHEST, LEFT = 6, 0.25
"""Divisions over which a track may go on, and what is left of its lines there at least,
as a share of the others."""

SINGLE = 0.3
"""Share of the lines of a track that stand a single division from the one before."""

STRAY = 0.8
"""Lines in step that one out of step outweighs: a curve at rest seems a line."""

BACKGROUND_WITHIN = 6
"""Columns from a line to what is beside it, at most."""

CLOSEST = 8.0
"""Columns between division lines at least."""


@dataclass(frozen=True)
class TrackLines:
    """Lines of one track among those that stand side by side.

    Parameters
    ----------
    start, stop
        Index of the first and one past the last.
    division
        Columns between even lines; None in decades.
    score
        How many lines follow the rule, less for places without a line.
    """

    start: int
    stop: int
    division: float | None
    score: float


def track_lines_of(lines: Floats) -> tuple[TrackLines, ...]:
    """Divide vertical lines between which depth lines are drawn into those of tracks.

    Parameters
    ----------
    lines : (lines,) float
        Columns, from left to right.

    Returns
    -------
    tuple of TrackLines
        From left to right; adjacent ones share a line. Lines that follow no rule are
        left out; empty where none follow one.
    """
    logarithmic = (TrackLines(a, b, None, score) for a, b, score in decades_of(lines))
    best = max((*_even(lines), *logarithmic), key=lambda run: run.score, default=None)
    if best is None:
        return ()
    before = track_lines_of(lines[: best.start + 1])
    after = (
        TrackLines(r.start + best.stop - 1, r.stop + best.stop - 1, r.division, r.score)
        for r in track_lines_of(lines[best.stop - 1 :])
    )
    return (*before, best, *after)


def join_track_lines(
    runs: Sequence[TrackLines], lines: Floats, between: Floats
) -> tuple[TrackLines, ...]:
    """Join runs that are one track of which lines are lost.

    Parameters
    ----------
    runs
        From left to right.
    lines : (lines,) float
        Of which they are.
    between : (columns,) float
        Share of the ways between depth lines in which a column is inked: what is left
        of a line that is lost, while a depth column of as many divisions has none.
    """
    joined: list[TrackLines] = []
    for run in runs:
        above = joined[-1] if joined else None
        if above is None or not _one_track(above, run, lines, between):
            joined.append(run)
            continue
        first, last = float(lines[above.start]), float(lines[run.stop - 1])
        usual = (above.division or 0.0) / 2 + (run.division or 0.0) / 2
        division = (last - first) / round((last - first) / usual)
        score = above.score + run.score
        joined[-1] = TrackLines(above.start, run.stop, division, score)
    return tuple(joined)


def _one_track(
    left: TrackLines, right: TrackLines, lines: Floats, between: Floats
) -> bool:
    """Tell whether the divisions of a run go on in the next."""
    if left.division is None or right.division is None:
        return False
    division = (left.division + right.division) / 2
    apart = (lines[right.start] - lines[left.stop - 1]) / division
    count = round(apart)
    off = abs(apart - count) * division
    if abs(left.division / right.division - 1) > ALIKE or off > max(
        OFF_SHARE * division, 3
    ):
        return False
    if not 1 <= count <= FARTHEST:
        return False
    if count == 1:
        return True
    both = [*range(left.start, left.stop), *range(right.start, right.stop)]
    places = lines[left.stop - 1] + division * np.arange(1, count)
    own, gone = (
        float(np.median(line_ink(between, at))) for at in (lines[both], places)
    )
    return gone > LEFT * own


def line_ink(between: Floats, columns: Floats) -> Floats:
    """Return by how much columns are inked more than what is beside them.

    Parameters
    ----------
    between : (columns,) float
        Share of the ways between depth lines in which a column is inked.
    columns : (lines,) float
        Where lines are looked for, to two columns.
    """
    # A page may be narrower than what is looked at beside a line.
    wide = np.pad(between, BACKGROUND_WITHIN, mode="edge")
    at = np.clip(
        np.rint(columns).astype(int),
        BACKGROUND_WITHIN,
        len(between) - 1 - BACKGROUND_WITHIN,
    )
    at = np.clip(at, 0, len(between) - 1) + BACKGROUND_WITHIN
    near = np.maximum.reduce([wide[at + by] for by in (-2, -1, 0, 1, 2)])
    beside = np.maximum.reduce([wide[at + by] for by in (-6, -5, 5, 6)])
    return np.asarray(near - beside)


def _even(lines: Floats) -> Iterator[TrackLines]:
    """Yield stretches of lines at even distances."""
    if len(lines) < FEWEST_TRACK_LINES:
        return
    steps = np.diff(lines)
    steps = np.sort(steps[steps >= CLOSEST])
    if not len(steps):
        return
    # Steps that differ by less than a walk mends are tried once.
    kept = [steps[0]]
    for step in steps[1:]:
        if step > STEPS_APART * kept[-1]:
            kept.append(step)
    for most in MISSING:
        for step in kept:
            for first in range(len(lines) - FEWEST_TRACK_LINES + 1):
                run = _walk(lines, first, float(step), most)
                if run is not None:
                    yield run


def _walk(lines: Floats, first: int, step: float, most: int) -> TrackLines | None:
    """Return the lines that follow one at even distances, ``most`` steps apart."""
    if step < CLOSEST:
        return None
    near = max(OFF_SHARE * step, OFF_COLUMNS)
    own, places, fine = [first], [0], step
    while True:
        steps = (lines[own[-1] + 1 :] - lines[own[-1]]) / fine
        whole = np.round(steps)
        fit = (whole >= 1) & (whole <= most) & (np.abs(steps - whole) * fine <= near)
        if not fit.any():
            break
        nearest = int(fit.argmax())
        places.append(places[-1] + int(whole[nearest]))
        own.append(own[-1] + 1 + nearest)
        fine = float((lines[own[-1]] - lines[first]) / places[-1])
        if abs(fine / step - 1) > OFF_SHARE:
            return None
    best: TrackLines | None = None
    least = FILLED if most == MISSING[0] else FILLED_THINLY
    for count in range(FEWEST_TRACK_LINES, len(own) + 1):
        divisions, inside = places[count - 1], own[count - 1] + 1 - first
        filled = count / (divisions + 1)
        # Where few lines are lost, a longer gap is an end.
        thinly = most > MISSING[0] and filled > FILLED
        # Where nearly all are two apart, the division is twice as wide.
        single = np.mean(np.diff(places[:count]) == 1)
        if filled < least or thinly or count < ON * inside or single < SINGLE:
            continue
        # Lines between those in step are of other tracks, or of a finer rule.
        score = count * filled - STRAY * (inside - count)
        if best is None or score > best.score:
            division = float((lines[own[count - 1]] - lines[first]) / divisions)
            best = TrackLines(first, own[count - 1] + 1, division, float(score))
    return best
