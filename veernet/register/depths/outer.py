"""Numerals above the first and below the last depth line: the log goes on to them.

Where a grid is bleached at an end its lines are lost before its numerals are. They
stand as far from their depths as the others, so that these are told by them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from veernet.axes import DepthPoint
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.proposal import DepthProposal

SURE = 0.8
"""Confidence from which a numeral tells a depth without a line."""

OFF = 3.0, 0.01
"""Rows, or share of the way from the nearest depth, by which it may be off its place;
the larger counts."""

STEPS = 3.5
"""Steps of the numerals from the nearest depth to one beyond it, at most."""

FEWEST = 3
"""Numerals of a section that tell how far theirs stand from their depths, at least."""


def with_outer(
    depth: DepthProposal, numerals: Sequence[Numeral], first: float, last: float
) -> DepthProposal:
    """Add the depths of numerals beyond those that are told.

    Parameters
    ----------
    depth
        Of a section, from lines and numerals.
    numerals
        Read in its column, beyond its lines too.
    first, last
        Rows from which and to which the numerals are of this section.
    """
    known = [n for n in depth.used if n.confidence >= SURE]
    if len(depth.points) < 2 or len(known) < FEWEST or not depth.scale:
        return depth
    rows = np.array([point.row for point in depth.points])
    depths = np.array([point.depth for point in depth.points])
    # What is printed may lack the leading digit.
    at = np.interp([n.row for n in known], rows, depths)
    digits = {round(d - n.number, -3) for d, n in zip(at, known, strict=True)}
    if len(digits) != 1:
        return depth
    (more,) = digits
    places = np.interp([n.number + more for n in known], depths, rows)
    beside = float(np.median([n.row for n in known] - places))
    own = [n for n in numerals if first <= n.row <= last and n.confidence >= SURE]
    above = _beyond(depth, own, more, beside, down=False)
    below = _beyond(depth, own, more, beside, down=True)
    found = (*above, *below)
    if not found:
        return depth
    points = {p.depth: p for p in (*(p for p, _ in found), *depth.points)}
    reported = ", ".join(f"{at:g}" for at in sorted(point.depth for point, _ in found))
    note = f"told by the numeral alone, where no depth line is found: {reported}"
    new = [n for _, n in found if n not in depth.used]
    return replace(
        depth,
        points=tuple(points[d] for d in sorted(points)),
        used=tuple(sorted((*depth.used, *new), key=lambda n: n.row)),
        dropped=tuple(n for n in depth.dropped if n not in new),
        notes=(*depth.notes, note),
        asked=(*depth.asked, note),
    )


def _beyond(
    depth: DepthProposal,
    numerals: Sequence[Numeral],
    more: float,
    beside: float,
    *,
    down: bool,
) -> list[tuple[DepthPoint, Numeral]]:
    """Return the depths of numerals outwards of those that are told, with these."""
    scale, step = float(depth.scale or 1.0), float(depth.step or 100.0)
    end = depth.points[-1 if down else 0]
    sign = 1.0 if down else -1.0
    found: list[tuple[DepthPoint, Numeral]] = []
    ordered = sorted(numerals, key=lambda n: sign * n.row)
    for numeral in ordered:
        at, row = numeral.number + more, numeral.row - beside
        away = sign * (at - end.depth)
        if at % step or not 0 < away <= STEPS * step:
            continue
        due = end.row + sign * away * scale
        if row < 0 or abs(row - due) > max(OFF[0], OFF[1] * abs(due - end.row)):
            continue
        end = DepthPoint(round(row, 1), at)
        found.append((end, numeral))
    return found
