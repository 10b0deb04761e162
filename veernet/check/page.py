"""A registration against the page: its geometry as it is found, and the ink."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from veernet.check.beyond import check_beyond
from veernet.check.depths import check_depths
from veernet.check.edges import check_edges
from veernet.check.finding import Finding, worst_first
from veernet.check.legend import check_legend
from veernet.check.marks import check_marks
from veernet.check.quick import check_quickly
from veernet.check.strokes import check_strokes, read_stretches
from veernet.check.tracks import check_divisions, check_parts, check_tracks
from veernet.check.well import check_wells
from veernet.errors import InputError
from veernet.records import Registration, Scan
from veernet.rectify import panels
from veernet.register.depths.parts import part_of
from veernet.register.geometry.page import FoundSection, find_sections
from veernet.register.geometry.verticallines import find_vertical_lines
from veernet.register.legends.legend import read_legends
from veernet.register.ocr.reader import Reader

FEWEST_DEPTH_LINES = 3
"""Depth lines between the first and the last depth point that can be compared."""


def check(
    scan: Scan,
    registrations: Sequence[Registration],
    progress: Callable[[int, int], None] | None = None,
    *,
    read: Reader | None = None,
) -> tuple[Finding, ...]:
    """Check registrations of one page.

    Parameters
    ----------
    scan
        The page.
    registrations
        Of its sections, or of some of them.
    progress
        Is told how many rows of how many are surveyed.
    read
        Reads print: the headers name curves too. None not to look at them.

    Returns
    -------
    tuple of Finding
        Those that would make a wrong curve first.
    """
    found = find_sections(scan, progress)
    findings = [
        f for r in registrations for f in check_section(scan, r, found, registrations)
    ]
    findings += check_wells(registrations)
    if read is not None:
        findings += _of_headers(scan, registrations, found, read)
    return worst_first(findings)


def _of_headers(
    scan: Scan,
    registrations: Sequence[Registration],
    found: Sequence[FoundSection],
    read: Reader,
) -> Iterator[Finding]:
    """Compare registrations with the headers of the sections that they are of."""
    own = {id(r): _own(r, found) for r in registrations}
    wanted = [one for one in found if any(one is two for two in own.values())]
    legends = read_legends(scan, found, read, wanted)
    for registration in registrations:
        section = own[id(registration)]
        if section is not None:
            (legend,) = (
                legend
                for one, legend in zip(found, legends, strict=True)
                if one is section
            )
            yield from check_legend(registration, section, legend.curves)


def _own(
    registration: Registration, found: Sequence[FoundSection]
) -> FoundSection | None:
    """Return the section that a registration is of, None where there is none."""
    first, last = registration.depth.rows[[0, -1]]
    own = max(found, key=lambda one: _shared(one, first, last), default=None)
    return own if own is not None and _shared(own, first, last) > 0 else None


def check_section(
    scan: Scan,
    registration: Registration,
    found: Sequence[FoundSection],
    every: Sequence[Registration] = (),
) -> Iterator[Finding]:
    """Check a registration against the sections that were found on its page.

    Parameters
    ----------
    scan, registration
        The page, and what is registered.
    found
        Sections of the page.
    every
        All registrations of the page: what another reads is not lost.
    """
    section = registration.section
    stated, opened = Path(registration.image or "").name, Path(scan.info.path).name
    if stated and opened and stated != opened:
        what = f"the registration is of {stated}, the scan is {opened}"
        yield Finding(section, what, "check that they belong together", weight=50)
    yield from check_quickly(scan.info, registration)
    try:
        panels(scan, registration)
    except InputError as error:
        what, _, do = str(error).rpartition(": ")
        yield Finding(section, what, do, severe=True, weight=200)
        return
    first, last = registration.depth.rows[[0, -1]]
    rows = f"rows {first:.0f} to {last:.0f}"
    if not found:
        what = f"{rows}: no grid is found on the page"
        yield Finding(section, what, "nothing could be compared with it", weight=50)
        return
    # Strips that are spliced have depth lines, and often a grid, of their own.
    strips = [replace(registration, depth=axis) for axis in registration.depth.strips()]
    if not strips:
        what = f"{rows}: there is a gap below each depth point, and nothing is left"
        do = "give two points to each strip, and a gap to the last of a strip alone"
        yield Finding(section, what, do, severe=True, weight=200)
    grids: list[FoundSection] = []
    for strip in strips:
        own = _own(strip, found)
        if own is None:
            yield _nowhere(strip, found)
            return
        yield from _beyond(strip, own)
        yield from check_depths(scan, strip, _between(own, *strip.depth.rows[[0, -1]]))
        grids.append(own)
    yield from check_parts(registration)
    others = [one for one in every if one is not registration]
    yield from check_beyond(scan, registration, others)
    alone = all(own is grids[0] for own in grids)
    for strip, own in list(zip(strips, grids, strict=True))[: 1 if alone else None]:
        drawn = registration if alone else strip
        yield from check_edges(scan.info, drawn, find_vertical_lines(own))
        yield from check_tracks(drawn, own)
        yield from check_divisions(drawn, own)
        stretches = list(read_stretches(scan, drawn, own))
        yield from check_strokes(drawn, own, stretches)
        yield from check_marks(drawn, own, stretches)


def _nowhere(registration: Registration, found: Sequence[FoundSection]) -> Finding:
    """Say that depths are registered where there is no grid."""
    first, last = registration.depth.rows[[0, -1]]
    known = ", ".join(f"{f.first_row:.0f} to {f.last_row:.0f}" for f in found)
    what = (
        f"rows {first:.0f} to {last:.0f}: no grid is found there, but in rows {known}"
    )
    do = "is it the registration of this scan, page and resolution?"
    return Finding(registration.section, what, do, severe=True, weight=200)


def _shared(found: FoundSection, first: float, last: float) -> float:
    """Return the rows that a section and a registration have in common."""
    return min(found.last_row, last) - max(found.first_row, first)


def _between(found: FoundSection, first: float, last: float) -> FoundSection:
    """Return a section from one row to another.

    The grid may run on into another section, whose heavier lines are counted anew.
    """
    rows, margin = found.lines.rows, found.lines.spacing
    inside = np.flatnonzero((rows >= first - margin) & (rows <= last + margin))
    if len(inside) < FEWEST_DEPTH_LINES:
        return found
    return part_of(found, int(inside[0]), int(inside[-1]) + 1)


def _beyond(registration: Registration, found: FoundSection) -> Iterator[Finding]:
    """Name rows that are registered where the grid has ended."""
    rows = registration.depth.rows
    spacing = found.lines.spacing
    for beyond, row, end in (
        (found.first_row - rows[0], rows[0], found.first_row),
        (rows[-1] - found.last_row, rows[-1], found.last_row),
    ):
        if beyond > 2 * spacing:
            yield Finding(
                registration.section,
                f"the depth point at row {row:g} lies {beyond:.0f} rows outside the "
                f"grid, which ends at row {end:.0f}",
                "curves that are read there are none",
                severe=bool(beyond > 10 * spacing),
                weight=beyond / spacing,
            )
