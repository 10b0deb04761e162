"""One log is one section: spliced strips with a gap in depths belong together.

A grid that goes on while the depths jump downwards is a log of which a stretch was not
run or not printed. Where depths fall back it is another section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veernet.register.depths.proposal import DepthProposal
from veernet.register.geometry.depthlines import DepthLines
from veernet.register.geometry.page import FoundSection
from veernet.register.legends.legend import Legend

SEAM = 25
"""Spacings of depth lines from one strip to the next, at most: three inches, in which a
splice and its title fit."""

JUMP = 0.25
"""Of the depths that both strips have: what may be missing between them."""

SCALE = 0.02
"""Share by which rows a unit may differ between strips of one log."""

Part = tuple[FoundSection, DepthProposal, Legend]


def one_log(parts: Sequence[Part]) -> list[Part]:
    """Join neighbouring parts of a page that are one log with a gap in its depths.

    Parameters
    ----------
    parts
        Sections with their depths and legends, from the top down.

    Returns
    -------
    list of Part
        The depth point above a gap says so.
    """
    joined: list[Part] = []
    for part in parts:
        if joined and _goes_on(joined[-1], part):
            joined[-1] = _joined(joined[-1], part)
        else:
            joined.append(part)
    return joined


def _goes_on(above: Part, below: Part) -> bool:
    """Tell whether the log of a part goes on in the next, deeper."""
    (upper, first, _), (lower, second, _) = above, below
    if upper.tracks != lower.tracks or not (first.points and second.points):
        return False
    if first.unit != second.unit or not (first.scale and second.scale):
        return False
    spacing = upper.lines.spacing
    seam = lower.first_row - upper.last_row
    top, end = first.points[0].depth, first.points[-1].depth
    start, bottom = second.points[0].depth, second.points[-1].depth
    return (
        seam <= SEAM * spacing
        and abs(second.scale / first.scale - 1) <= SCALE
        and abs(lower.lines.spacing / spacing - 1) <= SCALE
        and end < start
        and start - end <= JUMP * (end - top + bottom - start)
    )


def _joined(above: Part, below: Part) -> Part:
    (upper, first, legend), (lower, second, _) = above, below
    found = replace(
        upper, last_row=lower.last_row, lines=_lines(upper.lines, lower.lines)
    )
    end, start = first.points[-1], second.points[0]
    points = (*first.points[:-1], replace(end, gap=True), *second.points)
    depth = replace(
        first,
        points=points,
        confidence=min(first.confidence, second.confidence),
        used=(*first.used, *second.used),
        dropped=(*first.dropped, *second.dropped),
        residuals=(*first.residuals, *second.residuals),
        notes=(
            *dict.fromkeys((*first.notes, *second.notes)),
            f"from {end.depth:.10g} to {start.depth:.10g} is a gap, where strips are "
            "spliced: is it one log?",
        ),
    )
    return found, depth, legend


def _lines(above: DepthLines, below: DepthLines) -> DepthLines:
    return replace(
        above,
        rows=np.concatenate([above.rows, below.rows]),
        strength=np.concatenate([above.strength, below.strength]),
        turn=np.concatenate([above.turn, below.turn]),
    )
