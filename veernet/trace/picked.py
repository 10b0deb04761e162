"""What picks tell of a curve: the style of its ink, and which other paths there are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.intervals import true_intervals
from veernet.records import Evidence
from veernet.trace.corridors import Corridor

OTHER_KIND = 0.25
"""Share of the evidence for solid ink where picks are on dashes, and the other way
round. At `FREE_STYLE` a path leaves a faint stroke for a dark one beside it, out to its
tip and back. Dashes of one kind are taken for another too often to be told apart so."""

NOTHING = 0.05
"""Share of the evidence about the picks that is nothing: the network is seldom sure."""

AROUND = 12, 2
"""Rows and columns about a pick in which its ink is: a dash and its gap."""

OTHER_STROKE = 8
"""Columns from a path at which ink is of another stroke, and none of its own."""

HELD = 6
"""Rows about a pick in which no other path is looked for."""

SHORTEST = 8
"""Rows in which two paths are apart, for them to be different ones."""


def of_picked_style(
    corridor: Corridor, evidence: Evidence, rows: NDArray[np.intp], at: Floats
) -> Corridor:
    """Return a corridor in which ink counts by whether it is of the style of the picks.

    Where they are on ink of the other kind, and there is next to none of the curve's
    own, as of a line that was mended by hand, that ink counts in full. Where both kinds
    are seen, as dashes beside a line of the grid look solid, ink counts as it does
    where nobody has picked.

    Parameters
    ----------
    corridor
        Of the curve.
    evidence
        That it is cut out of.
    rows, at
        (picks,) rows and unfolded columns of the panel.
    """
    solid = np.array(["solid" in lines for lines in evidence.lines])
    dashed = np.array([any(one != "solid" for one in ls) for ls in evidence.lines])
    own, other = (solid, dashed) if corridor.spec.line == "solid" else (dashed, solid)
    if np.any(solid & dashed) or not (solid.any() and dashed.any()):
        return corridor  # evidence of one kind alone tells nothing of styles
    seen = _ink_about(corridor, rows, at)
    if seen[own].sum() >= seen[other].sum():
        share = np.where(other & ~corridor.own, np.float32(OTHER_KIND), corridor.share)
    elif seen[own].sum() <= NOTHING * seen[other].sum():
        share = np.where(other, np.float32(1.0), corridor.share)
    else:
        return corridor
    return replace(corridor, share=share)


def _ink_about(corridor: Corridor, rows: NDArray[np.intp], at: Floats) -> Floats:
    """(styles,) evidence about the picks."""
    full = np.full(corridor.first.size, np.nan)
    full[rows] = at
    columns = np.rint(corridor.folded(full)[rows]).astype(np.intp)
    seen = np.zeros(corridor.share.size)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        about = slice(max(row - AROUND[0], 0), row + AROUND[0] + 1)
        beside = slice(max(column - AROUND[1], 0), max(column + AROUND[1] + 1, 0))
        seen += corridor.maps[:, about, beside].sum(axis=(1, 2), dtype=np.float64)
    return seen


@dataclass(frozen=True)
class Rival:
    """Rows between picks in which a path might run elsewhere.

    Parameters
    ----------
    start, stop
        The rows, the last excluded.
    margin
        Mean evidence under the other path less that under the path itself.
    """

    start: int
    stop: int
    margin: float


def hidden(
    evidence: NDArray[np.uint8],
    column: NDArray[np.int32],
    inside: NDArray[np.bool_],
    *,
    circular: bool,
) -> NDArray[np.uint8]:
    """Return evidence without the stroke under a path, in some rows.

    Parameters
    ----------
    evidence
        (rows, columns) of the corridor.
    column
        (rows,) unfolded column of the path.
    inside
        (rows,) where it is hidden.
    circular
        Whether columns wrap around; otherwise the stroke ends at the track.
    """
    rest = evidence.copy()
    width = evidence.shape[1]
    for row in np.flatnonzero(inside).tolist():
        ends = sorted((int(column[max(row - 1, 0)]), int(column[row])))
        at = np.arange(ends[0] - OTHER_STROKE, ends[1] + OTHER_STROKE + 1)
        rest[row, at % width if circular else at[(at >= 0) & (at < width)]] = 0
    return rest


def rivals(
    one: tuple[NDArray[np.int32], Floats],
    other: tuple[NDArray[np.int32], Floats],
    free: NDArray[np.bool_],
) -> list[Rival]:
    """Return where a path might run otherwise, the likeliest first.

    Parameters
    ----------
    one, other
        (rows,) unfolded columns and evidence of the path, and of the one that is found
        where its stroke is hidden.
    free
        (rows,) away from picks.
    """
    apart = free & (np.abs(one[0] - other[0]) > OTHER_STROKE)
    found = [
        Rival(
            start,
            stop,
            float(other[1][start:stop].mean() - one[1][start:stop].mean()),
        )
        for start, stop in true_intervals(apart)
        if stop - start >= SHORTEST
    ]
    return sorted(found, key=lambda rival: (-rival.margin, rival.start))


def away_from(rows: NDArray[np.intp], size: int) -> NDArray[np.bool_]:
    """(size,) rows between the picks that are not at one."""
    free = np.zeros(size, dtype=np.bool_)
    free[rows[0] : rows[-1] + 1] = True
    for row in rows:
        free[max(int(row) - HELD, 0) : int(row) + HELD + 1] = False
    return free
