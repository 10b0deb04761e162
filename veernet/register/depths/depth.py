"""Propose the depth points of a section from its numerals and its depth lines.

A depth of 0.9 confidence or more is *stated*: it may go into a registration unseen.
Each thing that could make it wrong puts a ceiling on the confidence, and a sentence
into the notes; what cannot be told at all is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from veernet.axes import DepthPoint, Floats
from veernet.errors import InputError
from veernet.register.depths.chain import Chain
from veernet.register.depths.interpolation import (
    CountedGrid,
    count_lines,
    find_grid,
    find_offset,
    go_on,
    simplify,
    snap,
)
from veernet.register.depths.judge import judge_numbers, judge_scale, judge_stretch
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.printscale import Unit
from veernet.register.depths.proposal import DepthProposal, Doubts
from veernet.register.depths.settle import Unsettled, settle_chain

ASK = "give the depths of --top and --bottom"
_LOOSE = 0.25
"""Of its length: how far a numeral may be off the place that all have by their line."""
_ON_LINE = 1.5
"""Rows within which a place that is stated is a line."""
_MISCOUNT = (2.0, 0.004)
"""Lines, or share of them, whichever is more, that may be lost between two depths."""
_TOLERANCE = (1.5, 0.1)
"""Rows, or depth units, whichever is more: what depth points may leave of a stretch."""


def depth_from_numerals(
    numerals: Sequence[Numeral],
    *,
    lines: Sequence[float] = (),
    strong: Sequence[float] = (),
    dpi: float | None = None,
    unit: Unit | None = None,
    within: tuple[float, float] | None = None,
) -> DepthProposal:
    """Propose depth points from the numerals of one section.

    Parameters
    ----------
    numerals
        What was read in the depth column: misreads are expected.
    lines
        Rows of the depth lines, all weights, increasing; some may be missing and some
        spurious. Without them nothing is stated: numerals stand beside their lines.
    strong
        Rows of the heavier lines alone, where they were told apart. They say which line
        a turned numeral belongs to when lines are closer than it is long.
    dpi
        Rows per inch, if known.
    unit
        ft or m, if known from the header.
    within
        Least and greatest depth that the section can have, if known: settles leading
        digits that are not printed. Digits that no numeral of a section prints cannot
        be missed without it.

    Returns
    -------
    DepthProposal
        With a refusal in place of points where the numerals agree on nothing or on two
        things.

    Raises
    ------
    InputError
        If lines do not increase.
    """
    every, heavy = _increasing("lines", lines), _increasing("strong lines", strong)
    ordered = sorted(numerals, key=lambda numeral: numeral.row)
    doubts = Doubts()
    try:
        chain, asides = settle_chain(ordered, within)
    except Unsettled as reason:
        return DepthProposal(dropped=tuple(ordered), refusal=f"{reason}: {ASK}")
    for ceiling, note in asides:
        doubts.cap(ceiling, note)
    guess = judge_scale(chain.scale, dpi, unit, doubts)
    judge_numbers(ordered, chain, doubts, known=within is not None)
    members = set(chain.members)
    used = [ordered[i] for i in chain.members]
    rows = np.array([numeral.row for numeral in used])
    depths = np.array(chain.depths)
    every = every if len(every) else heavy
    grid = find_grid(every, chain.scale, chain.step)
    points = list(zip(rows.tolist(), depths.tolist(), strict=True))
    residuals = _residuals(rows, depths)
    if not len(every):
        doubts.cap(0.8, "no depth lines: a numeral may stand beside its depth")
    elif grid is None:
        doubts.cap(0.8, "the depth lines do not go with the numerals")
    else:
        if grid.step < 1:
            # 2 ft lines look like it when every numeral has lost its last digit.
            doubts.cap(
                0.85, f"depth lines every {grid.step:g} are finer than logs have"
            )
        offset = _find_line(grid, heavy, used, chain, doubts)
        at = snap(grid, rows - offset, _LOOSE * _length(used))
        held = np.isfinite(at)
        if held.sum() >= 2 and np.all(np.diff(at[held]) > 0):
            if held.mean() < 0.7:
                doubts.cap(0.8, f"{(~held).sum()} numerals have no line of their own")
            anchors = list(zip(at[held].tolist(), depths[held].tolist(), strict=True))
            points = _count(grid, anchors, doubts, chain.step)
            residuals = (rows - offset - at)[held] / chain.scale
        else:
            doubts.cap(0.8, "too few numerals have a line of their own")
            grid = None
    return DepthProposal(
        points=tuple(DepthPoint(row, depth) for row, depth in points),
        confidence=doubts.confidence,
        unit=guess,
        scale=chain.scale,
        step=chain.step,
        line_step=None if grid is None else grid.step,
        used=tuple(used),
        dropped=tuple(n for i, n in enumerate(ordered) if i not in members),
        residuals=tuple(residuals.tolist()),
        notes=tuple(doubts.notes),
        minor=doubts.minor,
    )


def depth_from_points(
    points: Sequence[tuple[float, float]],
    *,
    lines: Sequence[float] = (),
    dpi: float | None = None,
    unit: Unit | None = None,
) -> DepthProposal:
    """Propose depth points from depths that a user states, and the depth lines.

    Parameters
    ----------
    points
        Row and depth of two or more places, say the top and the bottom of the section.
    lines, dpi, unit
        As for `depth_from_numerals`.

    Returns
    -------
    DepthProposal
        The user's points, and between them the lines where the paper is stretched.

    Raises
    ------
    InputError
        If there are fewer than two points, or rows and depths do not both increase.
    """
    ordered = sorted((float(row), float(depth)) for row, depth in points)
    rows, depths = np.reshape(ordered, (-1, 2)).T
    if len(ordered) < 2:
        msg = f"{len(ordered)} depth(s) stated: give --top and --bottom"
        raise InputError(msg)
    if not (np.all(np.diff(rows) > 0) and np.all(np.diff(depths) > 0)):
        listed = ", ".join(f"{depth:g} at row {row:.0f}" for row, depth in ordered)
        msg = f"depth must increase down the page, not {listed}: swap top and bottom"
        raise InputError(msg)
    every = _increasing("lines", lines)
    doubts = Doubts()
    scale = float((rows[-1] - rows[0]) / (depths[-1] - depths[0]))
    guess = judge_scale(scale, dpi, unit, doubts)
    grid = find_grid(every, scale, 0.0)
    found, residuals = ordered, np.zeros(len(ordered))
    if grid is None:
        doubts.cap(0.8, "no depth lines bear out the depths that are stated")
    else:
        # A line that is stated has the depth that is stated, whatever lines usually
        # have; where there is none, the nearest that has one counts.
        on_lines = np.isfinite(snap(grid, rows, _ON_LINE)).all()
        marks = depths if on_lines else np.round(depths / grid.step) * grid.step
        steps = np.diff(marks) / grid.step
        if np.abs(steps - np.round(steps)).max() > 0.1:
            doubts.cap(0.8, "the stated depths are no whole number of lines apart")
        _judge_count(every, rows, marks, grid.step, doubts)
        near = snap(grid, rows + (marks - depths) * scale, grid.spacing)
        if np.isfinite(near).all() and np.all(np.diff(near) > 0):
            anchors = list(zip(near.tolist(), marks.tolist(), strict=True))
            found = _with_ends(_count(grid, anchors, doubts, 0.0), ordered)
            residuals = rows + (marks - depths) * scale - near
        else:
            bare = ", ".join(f"{d:g}" for d in depths[~np.isfinite(near)]) or "one"
            doubts.cap(0.8, f"no depth line near {bare} bears out what is stated")
    return DepthProposal(
        points=tuple(DepthPoint(row, depth) for row, depth in found),
        confidence=doubts.confidence,
        unit=guess,
        scale=scale,
        line_step=None if grid is None else grid.step,
        residuals=tuple((residuals / scale).tolist()),
        notes=tuple(doubts.notes),
        minor=doubts.minor,
    )


def _judge_count(
    lines: Floats, rows: Floats, marks: Floats, step: float, doubts: Doubts
) -> None:
    """Doubt depths between which there are more or fewer lines than they need."""
    seen = int(((lines >= rows[0] - _ON_LINE) & (lines <= rows[-1] + _ON_LINE)).sum())
    due = (marks[-1] - marks[0]) / step + 1
    if abs(seen - due) > max(_MISCOUNT[0], _MISCOUNT[1] * due):
        each = (marks[-1] - marks[0]) / max(1, seen - 1)
        doubts.cap(
            0.4,
            f"{seen} depth lines are seen, {due:.0f} are due: {each:.3g} from one to "
            "the next is no step of logs; is a depth wrong?",
        )


def _with_ends(
    points: list[tuple[float, float]], stated: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Add the first and the last stated point where they lie beyond the lines."""
    first, last = stated[0], stated[-1]
    if first[0] < points[0][0] and first[1] < points[0][1]:
        points = [first, *points]
    if last[0] > points[-1][0] and last[1] > points[-1][1]:
        points = [*points, last]
    return points


def _increasing(name: str, rows: Sequence[float]) -> Floats:
    """Return rows as an array, if they increase."""
    found = np.asarray(rows, dtype=np.float64)
    if not (np.isfinite(found).all() and np.all(np.diff(found) > 0)):
        msg = f"the rows of the {name} must increase from the top down"
        raise InputError(msg)
    return found


def _find_line(
    grid: CountedGrid,
    heavy: Floats,
    used: Sequence[Numeral],
    chain: Chain,
    doubts: Doubts,
) -> Floats:
    """Return the rows from a line to each numeral; doubt it if two lines may be meant.

    Which of two close lines a numeral belongs to shows only where it stands level, or
    where heavier lines, farther apart, mark the depths that have a numeral.
    """
    rows = np.array([numeral.row for numeral in used])
    marks = find_grid(heavy, chain.scale, chain.step)
    sure = marks if marks is not None and marks.step > grid.step else grid
    long = _length(used)
    offset, share = find_offset(sure, rows, _LOOSE * long)
    if share < 0.7 and sure is not grid:
        sure = grid
        offset, share = find_offset(sure, rows, _LOOSE * long)
    if share < 0.7:
        doubts.cap(0.8, "the numerals do not stand alike beside the depth lines")
    if abs(offset) > 0.3 * sure.spacing:
        doubts.cap(0.8, "the numerals stand between two depth lines")
    elif sure.spacing - abs(offset) < 0.75 * long:
        why = "the depth lines are closer than the numerals are long"
        doubts.cap(0.8, f"{why}: all depths may be out by a line")
    offsets = np.full(len(rows), offset)
    # Turned numerals may begin at one place: one digit more then moves the centre.
    digits = np.array([len(numeral.text) for numeral in used])
    for count in np.unique(digits):
        alike = digits == count
        if alike.sum() >= 3:
            own, share = find_offset(sure, rows[alike], _LOOSE * long)
            if share >= 0.7 and abs(own) <= 0.3 * sure.spacing:
                offsets[alike] = own
    return offsets


def _length(used: Sequence[Numeral]) -> float:
    """Return the rows that a numeral takes up, 20 where it is not known."""
    return float(np.median([numeral.rows or 20.0 for numeral in used]))


def _count(
    grid: CountedGrid,
    anchors: list[tuple[float, float]],
    doubts: Doubts,
    outwards: float,
) -> list[tuple[float, float]]:
    """Count the lines from numeral to numeral, and keep what the stretch needs."""
    points = [anchors[0]]
    lost = 0
    for above, below in pairwise(anchors):
        between = count_lines(grid, above, below)
        lost += between is None
        points += [*(between or []), below]
    if lost > 0.5 * (len(anchors) - 1):
        places = f"{lost} pairs of depths" if lost > 1 else "two depths"
        doubts.cap(0.85, f"the count of depth lines is lost between {places}")
    points = [
        *reversed(go_on(grid, points[0], outwards, down=False)),
        *points,
        *go_on(grid, points[-1], outwards, down=True),
    ]
    judge_stretch(points, grid.step, doubts)
    return simplify(
        points, max(_TOLERANCE[0], _TOLERANCE[1] * grid.spacing / grid.step)
    )


def _residuals(rows: Floats, depths: Floats) -> Floats:
    """Depth by which each numeral is off the line through its two neighbours."""
    off = np.zeros(len(rows))
    if len(rows) > 2:
        part = (rows[1:-1] - rows[:-2]) / (rows[2:] - rows[:-2])
        off[1:-1] = depths[:-2] + part * (depths[2:] - depths[:-2]) - depths[1:-1]
    return off
