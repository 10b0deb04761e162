"""Depth lines counted from one depth point to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from veernet.axes import Floats
from veernet.records import Registration
from veernet.register.depths.interpolation import LINE_STEPS
from veernet.register.geometry.page import FoundSection
from veernet.register.propose import at_column

PLAUSIBLE = 0.12
"""Share by which lines may miss a step of logs before it is another."""

SEEN = 0.8
"""Share of the lines between two points that must be inked to have been counted."""

FAINT = 0.35
"""Of the usual strength of a line: weaker is not inked."""

EVEN = 0.1
"""Share by which the spacing of lines differs where the paper has not slipped."""

SLIPPED = 0.25
"""Spacings, all together, by which uneven lines may have hidden one or made one up."""

ABOUT = 9
"""Lines that tell what is even thereabouts: paper stretches slowly too."""

COLUMNS = 7
"""Across the tracks, at which a level registration of a turned page may have been
measured."""


@dataclass(frozen=True)
class Counted:
    """Depth points by the lines they are at.

    Parameters
    ----------
    rows : (points,) float
        Where they are at the column at which lines are compared.
    lines : (lines,) float
        Rows of the lines there.
    index : (points,) float
        Lines from the first to each point, to a fraction.
    step
        Depth units between lines.
    """

    rows: Floats
    lines: Floats
    index: Floats
    step: float

    def row_of(self, index: float) -> float:
        """Row of a line, going on beyond the last as it ends."""
        places = np.arange(len(self.lines), dtype=np.float64)
        return _beyond(np.array([index]), places, self.lines).item()


def count_lines(registration: Registration, found: FoundSection) -> Counted | None:
    """Count lines between points, None where they are no step of logs apart."""
    best: tuple[float, Counted] | None = None
    for rows_of_lines in _candidates(registration, found):
        index = lines_to(registration, found, rows_of_lines)
        apart = np.diff(index)
        deep = np.diff(registration.depth.depths)
        steps = deep[apart > 0.5] / np.rint(apart[apart > 0.5])
        if len(steps) == 0:
            return None
        usual = float(np.median(np.append(steps, deep.sum() / apart.sum())))
        step = min(LINE_STEPS, key=lambda known: abs(np.log(known / usual)))
        if abs(usual / step - 1) > PLAUSIBLE:
            return None
        due = index - registration.depth.depths / step
        miss = float(np.abs(due - np.rint(due)).mean())
        if best is None or miss < best[0] - 0.02:
            rows = _rows(registration, found)
            best = miss, Counted(rows, rows_of_lines, index, step)
    return None if best is None else best[1]


def _candidates(registration: Registration, found: FoundSection) -> list[Floats]:
    """Return the rows of the lines where the points may have been measured.

    That is the depth column; but people measure where they see a line best, and on a
    turned page that is another row.
    """
    own = at_column(found)
    if registration.depth.skewed:
        return [own]
    rows, middle = found.lines.rows, found.lines.middle
    left = found.tracks[0].left.column_at(rows)
    right = found.tracks[-1].right.column_at(rows)
    across = [left + along * (right - left) for along in np.linspace(0, 1, COLUMNS)]
    return [own, *(rows + found.lines.skew * (at - middle) for at in across)]


def _rows(registration: Registration, found: FoundSection) -> Floats:
    """Return the rows of the points at the middle of the depth column."""
    rows = registration.depth.rows
    column = found.middle_at(rows)
    return registration.page_row(rows, column)


def lines_to(registration: Registration, found: FoundSection, lines: Floats) -> Floats:
    """Return the lines from the first to each point, to a fraction, (points,)."""
    return _beyond(
        _rows(registration, found), lines, np.arange(len(lines), dtype=np.float64)
    )


def _beyond(at: Floats, known: Floats, wanted: Floats) -> Floats:
    """Interpolate; what lies outside goes on at the mean pace."""
    inside = np.interp(at, known, wanted)
    pace = np.ptp(wanted) / np.ptp(known)
    outside = np.minimum(at - known[0], 0) + np.maximum(at - known[-1], 0)
    return np.asarray(inside + pace * outside)


def is_sure(found: FoundSection, first: float, last: float) -> bool:
    """Whether the lines between two were surely counted: inked, and without a slip.

    Where they are spaced otherwise than elsewhere in the section some are missing.
    """
    start, stop = max(0, int(first) - 1), int(np.ceil(last)) + 2
    gaps = np.diff(found.lines.rows)
    usual = float(np.median(gaps[start:stop])) if len(gaps[start:stop]) else np.nan
    if not abs(usual / found.lines.spacing - 1) < PLAUSIBLE:
        return False
    uneven = np.abs(gaps / median_filter(gaps, ABOUT, mode="nearest") - 1)[start:stop]
    slips = uneven[uneven > EVEN].sum()
    return inked(found, first, last) >= SEEN and bool(slips < SLIPPED)


def inked(found: FoundSection, first: float, last: float) -> float:
    """Return the share of the lines between two that are clearly there."""
    strength = found.lines.strength
    part = strength[max(0, int(first)) : int(np.ceil(last)) + 1]
    if len(part) == 0:
        return 0.0
    return float(np.mean(part > FAINT * np.median(strength)))
