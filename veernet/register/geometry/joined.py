"""Join the blocks of one grid that a bleached stretch or a bar has parted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from veernet.axes import Floats
from veernet.register.geometry.depthlines import find_depth_lines
from veernet.register.geometry.sections import Block
from veernet.register.geometry.survey import BAND, Shares

PARTED = 3
"""Bands in a row without vertical lines that part no grid."""

ALIGNED = 3.0
"""Columns within which a line is the same as one above."""

ALIKE = 0.8
"""Share of the lines of the one with fewer that are the other's if it is one grid, and
of even steps of the depth lines between them."""

FAINT = 0.1
"""Of the usual strength: depth lines that are bleached, and more than none."""

EVEN = 0.15
"""Of the spacing by which steps may differ from line to line."""

COMPARED_BANDS = 16
"""Bands to either side in which depth lines are followed from block to block."""


def join_blocks(
    blocks: Sequence[Block], level: Shares, wander: Floats
) -> tuple[Block, ...]:
    """Join blocks whose vertical lines are the same and whose depth lines go on.

    Parameters
    ----------
    blocks
        From top to bottom.
    level : (rows, zones)
        Of the page, as in :class:`~veernet.register.geometry.survey.Survey`.
    wander : (bands,)
        Of its vertical lines.
    """
    joined: list[Block] = []
    for block in blocks:
        above = joined[-1] if joined else None
        if above is None or not _goes_on(above, block, level):
            joined.append(block)
            continue
        own = wander[above.first : block.stop]
        larger = max(above, block, key=lambda each: each.stop - each.first)
        lines = larger.lines - larger.wander[0] + own[0]
        shares, steady = larger.seen, larger.steadiness
        joined[-1] = Block(above.first, block.stop, lines, shares, own, steady)
    return tuple(joined)


def _goes_on(above: Block, below: Block, level: Shares) -> bool:
    """Tell whether the grid of a block goes on in the next."""
    if below.first - above.stop > PARTED:
        return False
    # But for the wander they have the same columns.
    upper, lower = above.lines - above.wander[0], below.lines - below.wander[0]
    off = np.abs(upper[:, None] - lower[None, :])
    fewer = off.min(axis=0) if len(lower) < len(upper) else off.min(axis=1)
    if np.mean(fewer <= ALIGNED) < ALIKE:
        return False
    start = max(above.first, above.stop - COMPARED_BANDS) * BAND
    stop = min(below.stop, below.first + COMPARED_BANDS) * BAND
    lines = find_depth_lines(level[start:stop], start)
    if lines is None:
        return False
    apart = (above.stop - 1) * BAND, (below.first + 1) * BAND
    between = (lines.rows >= apart[0]) & (lines.rows <= apart[1])
    steps = np.diff(lines.rows)[between[1:]] / lines.spacing
    faint = FAINT * float(np.quantile(lines.strength, 0.75))
    return bool(
        len(steps) > 0
        and np.median(lines.strength[between]) > faint
        and np.mean(np.abs(steps - 1) < EVEN) >= ALIKE
    )
