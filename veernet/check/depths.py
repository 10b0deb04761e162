"""Depth points against the depth lines of the page: on a line, and on the right one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from veernet.axes import Floats
from veernet.check.counting import Counted, count_lines, is_sure, lines_to
from veernet.check.drawn import fits
from veernet.check.fall import check_fall
from veernet.check.finding import Finding, cut_short
from veernet.records import Registration, Scan
from veernet.register.geometry.page import FoundSection
from veernet.register.propose import at_column

ON_LINE = 2.0
"""Rows about a depth line in which its point may be."""

BETWEEN = 0.25
"""Spacings off its line from which a point may as well be at the next."""

DOUBTFUL = ", which is doubtful: lines are missing there, or too faint to count"
"""Said where lines that are counted are no proof."""

AGREE = 0.8
"""Share of the heavier lines that must tell the same shift."""


def check_depths(
    scan: Scan, registration: Registration, found: FoundSection
) -> Iterator[Finding]:
    """Compare depth points with the lines of the section that they are of."""
    counted = count_lines(registration, found)
    if counted is None:
        yield from _no_step(scan, registration, found)
        return
    off, shift = _compared(scan, registration, found, counted)
    spacing = found.lines.spacing
    common = float(np.median(off))
    if (
        abs(common) * spacing > ON_LINE
        and (np.abs(off - common) * spacing <= ON_LINE).all()
    ):
        yield _all_off(registration, common, spacing)
    else:
        beside = list(_beside(registration, found, counted, off))
        yield from cut_short(
            beside, f"depth points more than {ON_LINE:g} rows off theirs"
        )
    sure = np.abs(off) <= BETWEEN
    counts = list(_counts(registration, found, counted, shift, sure))
    yield from cut_short(counts, "points or stretches with too many or too few lines")
    if sure.all() and np.ptp(shift) == 0:
        yield from _heavier(registration, found, counted)
    yield from check_fall(scan, registration, found)


def _no_step(
    scan: Scan, registration: Registration, found: FoundSection
) -> Iterator[Finding]:
    """Say that lines and depths agree nowhere, unless it is that lines are missing."""
    points, unit = registration.depth.points, registration.depth.unit
    index = lines_to(registration, found, at_column(found))
    apart = [
        k
        for k in range(len(points) - 1)
        # Where every line is seen, their number says more than their places.
        if is_sure(found, index[k], index[k + 1])
        or not fits(scan, registration, found, k)
    ]
    if not apart:
        yield from check_fall(scan, registration, found)
        return
    if len(apart) < len(points) - 1:
        reported = [_unlike(registration, k) for k in apart]
        yield from cut_short(
            reported, "stretches whose lines are not where they are due"
        )
        return
    first, last = points[0], points[-1]
    step = (last.depth - first.depth) / max(1.0, float(np.ptp(index)))
    sure = is_sure(found, index[0], index[-1])
    yield Finding(
        registration.section,
        f"{first.depth:g} to {last.depth:g} {unit}, rows {first.row:g} to "
        f"{last.row:g}: {np.ptp(index):.0f} depth lines are counted, {step:.3g} {unit} "
        f"each, no step of logs{'' if sure else DOUBTFUL}",
        "compare the depth points with the numerals",
        severe=sure,
        weight=100,
    )


def _unlike(registration: Registration, k: int) -> Finding:
    """Doubt a stretch whose lines cannot be counted and lie elsewhere than is due."""
    above, below = registration.depth.points[k : k + 2]
    unit = registration.depth.unit
    return Finding(
        registration.section,
        f"{above.depth:g} to {below.depth:g} {unit}, rows {above.row:g} to "
        f"{below.row:g}: the depth lines that are drawn are not where the two points "
        f"have them{DOUBTFUL}",
        "compare both points with the numerals",
        weight=75,
    )


def _compared(
    scan: Scan, registration: Registration, found: FoundSection, counted: Counted
) -> tuple[Floats, Floats]:
    """Compare points with lines, counted ones or, where some are missing, drawn ones.

    Returns
    -------
    off, shift : (points,) float
        Lines by which each point is beside its line, and the lines that are counted to
        it beyond those that are due.
    """
    due = counted.index - registration.depth.depths / counted.step
    # Lines stand at multiples of their step, so a point on its line is a whole number.
    off = due - np.rint(due)
    beyond = np.diff(due)
    beside = np.abs(off) * found.lines.spacing > ON_LINE
    agreed = np.zeros(len(off), dtype=bool)
    for k in range(len(beyond)):
        doubted = abs(beyond[k]) > BETWEEN or beside[k] or beside[k + 1]
        clear = is_sure(found, counted.index[k], counted.index[k + 1])
        if doubted and not clear and fits(scan, registration, found, k):
            beyond[k] = 0.0
            agreed[k : k + 2] = True
    shift = np.rint(due[0] + np.append(0.0, np.cumsum(beyond)))
    return np.where(agreed, 0.0, off), shift


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"


def _reported(registration: Registration, k: int) -> str:
    point = registration.depth.points[k]
    return f"depth point {point.depth:g} {registration.depth.unit} at row {point.row:g}"


def _all_off(registration: Registration, common: float, spacing: float) -> Finding:
    rows = common * spacing
    side = "below" if rows > 0 else "above"
    unit = registration.depth.unit
    scale = spacing / abs(common * spacing)
    return Finding(
        registration.section,
        f"all {len(registration.depth.points)} depth points stand {abs(rows):.1f} rows "
        f"{side} their depth lines, one line in {scale:.1f}",
        f"move them, or correct their depths in {unit}",
        severe=abs(common) > BETWEEN,
        weight=60 * abs(common),
    )


def _beside(
    registration: Registration, found: FoundSection, counted: Counted, off: Floats
) -> Iterator[Finding]:
    """Name points that are on no line of their depth."""
    spacing = found.lines.spacing
    for k in np.flatnonzero(np.abs(off) * spacing > ON_LINE).tolist():
        at = counted.index[k]
        row = registration.depth.rows[k] - off[k] * spacing
        yield Finding(
            registration.section,
            f"{_reported(registration, k)} is {abs(off[k]) * spacing:.1f} rows off the "
            f"nearest depth line that may be its own, at row {row:.0f}",
            "set it on the line of its depth",
            severe=bool(abs(off[k]) > BETWEEN and is_sure(found, at - 2, at + 2)),
            weight=float(50 * abs(off[k])),
        )


def _counts(
    registration: Registration,
    found: FoundSection,
    counted: Counted,
    shift: Floats,
    sure: NDArray[np.bool_],
) -> Iterator[Finding]:
    """Name points, and stretches, whose depths and lines differ by whole lines."""
    known = np.flatnonzero(sure)
    values = shift[known]
    single = [
        place
        for place in range(len(known))
        if len(known) >= 3 and _alone(values, place)
    ]
    for place in single:
        k = int(known[place])
        near = known[max(0, place - 1) : place + 2]
        lines = values[place] - values[1 if place == 0 else place - 1]
        row = counted.row_of(counted.index[k] - lines)
        row += registration.depth.rows[k] - counted.rows[k]
        word = "line" if abs(lines) == 1 else "lines"
        clear = is_sure(found, counted.index[near[0]], counted.index[near[-1]])
        yield Finding(
            registration.section,
            f"{_reported(registration, k)} {'is' if clear else 'may be'} "
            f"{abs(lines):.0f} depth {word} too {'low' if lines > 0 else 'high'}, as "
            f"counted from its neighbours{'' if clear else DOUBTFUL}",
            f"by them its row is {row:.0f}; or its depth is another"
            if clear
            else "compare it with its numeral",
            severe=clear,
            weight=float(80 + abs(lines)),
        )
    rest = np.delete(known, single)
    for a, b in pairwise(rest.tolist()):
        if shift[a] == shift[b]:
            continue
        points, unit = registration.depth.points, registration.depth.unit
        due = (points[b].depth - points[a].depth) / counted.step
        clear = is_sure(found, counted.index[a], counted.index[b])
        lines = (points[b].depth - points[a].depth) / counted.step + shift[b] - shift[a]
        yield Finding(
            registration.section,
            f"{points[a].depth:g} to {points[b].depth:g} {unit}, rows "
            f"{points[a].row:g} to {points[b].row:g}: {lines:.0f} steps of "
            f"{counted.step:g} {unit} are counted{'' if clear else DOUBTFUL}, where "
            f"{due:.0f} are due",
            "compare both points with the numerals",
            severe=clear,
            weight=float(70 + abs(shift[b] - shift[a])),
        )


def _alone(values: Floats, place: int) -> bool:
    """Whether a point differs from its neighbours, and these agree."""
    last = len(values) - 1
    near = {0: (1, 2), last: (last - 1, last - 2)}.get(place, (place - 1, place + 1))
    return bool(values[near[0]] == values[near[1]] != values[place])


def _heavier(
    registration: Registration, found: FoundSection, counted: Counted
) -> Iterator[Finding]:
    """Name depths by which the heavier lines would not stand at round depths."""
    every, first = max(found.lines.heavier, default=(0, 0))
    if every < 5:
        return
    axis = registration.depth
    places = np.arange(first, len(counted.lines), every)
    within = (counted.index[0] - 0.5 <= places) & (places <= counted.index[-1] + 0.5)
    places = places[within]
    if len(places) < 3:
        return
    depths = np.interp(places, counted.index, axis.depths)
    beyond = np.rint(depths / counted.step).astype(int) % every
    shift = int(np.bincount(beyond).argmax())
    if shift == 0 or np.mean(beyond == shift) < AGREE:
        return
    lines = shift if shift <= every / 2 else shift - every
    yield Finding(
        registration.section,
        f"every {every}th line is heavier, and by the depth points these are at "
        f"{depths[0]:g}, {depths[1]:g}, {depths[2]:g} {axis.unit}",
        f"all points seem {_lines(abs(lines))} too "
        f"{'deep' if lines > 0 else 'shallow'}: compare the numerals",
        severe=True,
        weight=90,
    )
