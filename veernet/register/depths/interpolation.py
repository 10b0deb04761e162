"""Give the depth lines between two numerals their depths, by counting them.

Lines are missing where they are faint, and too many where a curve runs level; paper
and scanner stretch. Numerals say how many lines there must be between them, and lines
say where between them the paper was stretched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.register.geometry.simplify import simplify_mask

LINE_STEPS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0)
"""Depth units between neighbouring lines of a grid."""

_CLOSEST = 5.0
"""Rows between lines that can be told apart."""
_STEP_MISS = 0.1
"""Share by which a spacing may miss the step of its grid."""
_OFF = 0.25
"""Spacings by which a line may be off and still be told from its neighbour."""
_OUTWARDS = 0.15
"""Spacings by which a line may be off where no numeral bears it out."""
_BLIND = 6
"""Lines in a row that may be spurious."""
_SEEN = 0.5
"""Share of the lines between two numerals that must be seen to have been counted."""


@dataclass(frozen=True)
class CountedGrid:
    """The depth lines of a section, evenly spaced but for stretch.

    Parameters
    ----------
    rows
        Where lines were seen that have a neighbour, increasing, (lines,): ink that runs
        level by chance has none.
    spacing
        Rows between neighbouring lines, the median.
    step
        Depth units between neighbouring lines.
    """

    rows: Floats
    spacing: float
    step: float


def find_grid(rows: Floats, scale: float, numeral_step: float) -> CountedGrid | None:
    """Tell what depth lies between two lines.

    Parameters
    ----------
    rows
        Lines that were seen, increasing.
    scale
        Rows per depth unit.
    numeral_step
        Depth units between numerals; every numeral has a line.

    Returns
    -------
    CountedGrid or None
        None where the lines do not go with the numerals.
    """
    if len(rows) < 4:
        return None
    for step in LINE_STEPS:
        if abs(numeral_step / step - round(numeral_step / step)) > 1e-6:
            continue
        spacing = step * scale
        if spacing < _CLOSEST:
            continue
        # Lines of a grid have a neighbour one spacing away and none at half of it; the
        # finest step that bears this out is the grid's, as all its multiples do too.
        seen = _have_neighbour(rows, spacing)
        half = _have_neighbour(rows, 0.5 * spacing).mean()
        if seen.mean() >= 0.6 and seen.mean() - half >= 0.3:
            gaps = np.diff(rows)
            single = gaps[np.abs(gaps / spacing - 1) < _STEP_MISS]
            if len(single):
                spacing = float(np.median(single))
            return CountedGrid(rows[seen], spacing, step)
    return None


def _have_neighbour(rows: Floats, gap: float) -> NDArray[np.bool_]:
    """Return which lines have another one a gap above or below, (lines,)."""
    room = _STEP_MISS * gap + 0.5
    found = np.zeros(len(rows), dtype=bool)
    for at in (rows - gap, rows + gap):
        found |= np.abs(_nearest(rows, at) - at) <= room
    return found


def find_offset(grid: CountedGrid, rows: Floats, room: float) -> tuple[float, float]:
    """Find how far numerals stand from their lines, the same for all.

    Parameters
    ----------
    grid
        Lines to which the numerals belong.
    rows
        Centres of numerals, (numerals,).
    room
        Rows by which a numeral may be off, as its digits are or their number.

    Returns
    -------
    offset : float
        Rows from a line down to the centre of its numeral, within half a spacing.
    share : float
        Of the numerals, those that agree with it to the room or a fifth of a spacing.
    """
    off = (rows - _nearest(grid.rows, rows)) / grid.spacing
    off = off[np.abs(off) <= 0.6]
    if not len(off):
        return 0.0, 0.0
    away = off[:, None] - off[None, :]
    away -= np.round(away)
    near = np.abs(away) <= min(0.2, room / grid.spacing)
    best = int(np.argmax(near.sum(0)))
    offset = off[best] + float(np.mean(away[near[:, best], best]))
    offset -= round(offset)
    return float(offset * grid.spacing), float(near[:, best].sum() / len(rows))


def snap(grid: CountedGrid, rows: Floats, room: float) -> Floats:
    """Return the line at each row, (rows,), NaN where none is near."""
    near = _nearest(grid.rows, rows)
    return np.where(np.abs(near - rows) <= min(_OFF * grid.spacing, room), near, np.nan)


def count_lines(
    grid: CountedGrid, above: tuple[float, float], below: tuple[float, float]
) -> list[tuple[float, float]] | None:
    """Give depths to the lines between two lines whose depths are known.

    Parameters
    ----------
    grid
        The lines.
    above, below
        Row and depth of the two.

    Returns
    -------
    list of (row, depth) or None
        The lines between that were counted; None where the count is in doubt: too few
        are seen, or they do not come out at the depth below.
    """
    steps = round((below[1] - above[1]) / grid.step)
    inside = (grid.rows > above[0] + 0.4 * grid.spacing) & (
        grid.rows < below[0] - 0.4 * grid.spacing
    )
    rows = np.concatenate([[above[0]], grid.rows[inside], [below[0]]])
    labels = _count_each(rows, steps)
    if labels is None:
        labels = _count_even(rows, steps, (below[0] - above[0]) / steps)
    if labels is None:
        return None
    return [
        (float(row), above[1] + grid.step * label)
        for row, label in zip(rows[1:-1], labels[1:-1], strict=True)
        if label >= 0
    ]


def _count_each(rows: Floats, steps: int) -> list[int] | None:
    """Label lines one by one, where exactly as many are seen as there must be.

    Then no gap need be judged, and one may be half as wide again as the others.
    """
    if len(rows) != steps + 1:
        return None
    gaps = np.diff(rows)
    relative = gaps / np.median(gaps)
    if relative.min() < 0.6 or relative.max() > 1.75:
        return None
    return list(range(steps + 1))


def _count_even(rows: Floats, steps: int, spacing: float) -> list[int] | None:
    """Label lines by whole spacings, with lines missing and to spare; -1 for the last.

    The way from the first line to the last that visits most lines, each a whole number
    of spacings below the one before.
    """
    count = len(rows)
    reached_by: list[dict[int, tuple[int, float, int, int]]] = [{0: (0, 0.0, -1, -1)}]
    for k in range(1, count):
        here: dict[int, tuple[int, float, int, int]] = {}
        for j in range(max(0, k - 1 - _BLIND), k):
            gap = (rows[k] - rows[j]) / spacing
            down = round(gap)
            if down < 1 or abs(gap - down) > _OFF:
                continue
            for label, (seen, cost, _, _) in reached_by[j].items():
                way = (seen + 1, cost - abs(gap - down), j, label)
                if label + down <= steps and way > here.get(label + down, (-1,)):
                    here[label + down] = way
        reached_by.append(here)
    if steps not in reached_by[-1]:
        return None
    labels = [-1] * count
    k, label = count - 1, steps
    while k >= 0:
        labels[k] = label
        _, _, k, label = reached_by[k][label]
    seen = sum(label >= 0 for label in labels) - 2
    spare = count - 2 - seen
    if seen < _SEEN * (steps - 1) or spare > 0.2 * max(1, steps):
        return None
    return labels


def go_on(
    grid: CountedGrid, start: tuple[float, float], most: float, *, down: bool
) -> list[tuple[float, float]]:
    """Count lines outwards from the first or the last numeral.

    No numeral beyond bears the count out, so it ends where a line is missing: a feed
    that slips by a spacing looks the same.
    """
    sign = 1.0 if down else -1.0
    rows = np.sort(sign * grid.rows)
    found: list[tuple[float, float]] = []
    row, depth = sign * start[0], start[1]
    for line in rows[rows > row + 0.4 * grid.spacing]:
        if line - row < (1 - _OUTWARDS) * grid.spacing:
            continue
        if (
            line - row > (1 + _OUTWARDS) * grid.spacing
            or len(found) * grid.step >= most
        ):
            break
        row, depth = float(line), depth + sign * grid.step
        if depth < 0:
            break
        found.append((sign * row, depth))
    return found


def simplify(
    points: list[tuple[float, float]], tolerance: float
) -> list[tuple[float, float]]:
    """Leave out points that lie within a tolerance, in rows, of the line of others."""
    rows, depths = np.transpose(points)
    keep = simplify_mask(depths, rows, tolerance)
    return [point for point, kept in zip(points, keep, strict=True) if kept]


def weighted_median(values: Floats, weights: Floats) -> float:
    """Return the value with half of the weight at or below it."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, 0.5 * total[-1])])


def _nearest(lines: Floats, rows: Floats) -> Floats:
    """Return the nearest of increasing lines to each row."""
    after = np.clip(np.searchsorted(lines, rows), 1, len(lines) - 1)
    low, high = lines[after - 1], lines[after]
    return np.asarray(np.where(rows - low < high - rows, low, high), dtype=np.float64)
