"""Vertical grid lines that a path followed in place of a curve.

A grid line stands in one column for hundreds of rows; a curve moves. A quiet curve may
stand still as well, and a network takes either for ink. Which it is shows in what is
left over: where a path stands still while a stroke runs elsewhere that no path
explains, the path is on a line of the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.compiled import compiled
from veernet.records import Evidence

LEAST_ROWS = 512
"""Rows that a path must have to be judged: curves seldom stand still for so many."""

STILL = 1.5
"""Columns within which four fifths of a path lie that may be on a grid line throughout:
a curve that stands still so is rare, and there must be ink that no path explains."""

BESIDE_LINE = 3
"""Columns beside a grid line in which a network sees it."""

EXPLAINED_BESIDE = 4
"""Columns beside the ink of paths that they explain."""

INK = 0.5
"""Probability from which ink wants an explanation."""

UNEXPLAINED = 0.1
"""Share of the rows with unexplained ink from which a path that stands still is taken
for a grid line."""


def without_column(evidence: Evidence, column: float) -> Evidence:
    """Blank a grid line that was followed for a curve, in a copy of the maps."""
    maps = evidence.maps.copy()
    first = max(round(column) - BESIDE_LINE, 0)
    maps[:, :, first : round(column) + BESIDE_LINE + 1] = 0
    return replace(evidence, maps=maps)


def stands_still(column: Floats) -> bool:
    """Whether a path, (rows,), lies in one column nearly throughout."""
    known = column[np.isfinite(column)]
    if known.size < LEAST_ROWS:
        return False
    low, high = np.quantile(known, [0.1, 0.9])
    return bool(high - low <= STILL)


def unexplained(evidence: Evidence, inks: Sequence[NDArray[np.int32]]) -> float:
    """Return the share of the rows in which there is ink that no path explains.

    Parameters
    ----------
    evidence
        What the network saw.
    inks
        Of each path, (rows, 2, 2) first and last column of its stroke; see `Way`.
    """
    # A sum of styles fits into 16 bits; a tall panel should not be held in 32.
    ink = evidence.maps.sum(axis=0, dtype=np.uint16) >= 255 * INK
    stacked = np.stack(inks).swapaxes(0, 1).reshape(ink.shape[0], -1, 2)
    _explain(ink, np.ascontiguousarray(stacked), EXPLAINED_BESIDE)
    return float(ink.any(axis=1).mean())


@compiled()
def _explain(ink: NDArray[np.bool_], parts: NDArray[np.int32], reach: int) -> None:
    """Clear ink at and beside the strokes of paths, in place."""
    rows, columns = ink.shape
    for row in range(rows):
        for part in range(parts.shape[1]):
            first, last = parts[row, part, 0], parts[row, part, 1]
            if first >= 0:
                ink[row, max(first - reach, 0) : min(last + reach + 1, columns)] = False
