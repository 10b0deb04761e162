"""Propose the registration of a page: sections, tracks, depths and curves.

A finding of 0.9 confidence or more is stated; one below is a suggestion and marked as
one; what was not found is left out and said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from veernet.axes import DepthPoint, Edge, Floats
from veernet.errors import InputError, Refused
from veernet.records import Scan
from veernet.register.depth import depth_from_numerals, depth_from_points
from veernet.register.legend import Legend, read_legends
from veernet.register.numerals import Numeral, read_numerals
from veernet.register.page import FoundSection, find_sections
from veernet.register.printscale import Unit
from veernet.register.proposal import DepthProposal
from veernet.register.reader import Reader
from veernet.register.recognise import Recogniser

LEVEL = 0.75
"""Rows that a depth line may fall across all tracks and still be called level."""

MAIN, REPEAT = "main", "repeat"


@dataclass(frozen=True)
class ProposedSection:
    """A section of a page, with its depths as far as they could be told.

    Parameters
    ----------
    name
        ``main`` is the longest; ``repeat`` a shorter one whose depths lie within those
        of main; others are named by their order.
    found
        Where it is.
    depth
        Its depth points, or why there are none; rows are those at the middle of the
        depth column.
    points
        The same with the rows at the outer edges where the page is turned.
    legend
        What its header says of curves; empty where none could be read.
    """

    name: str
    found: FoundSection
    depth: DepthProposal
    points: tuple[DepthPoint, ...]
    legend: Legend = field(default_factory=Legend)


def propose(
    scan: Scan,
    recognise: Recogniser | None,
    *,
    read: Reader | None = None,
    stated: tuple[float, float] | None = None,
    unit: Unit | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[ProposedSection, ...]:
    """Propose what a registration of a page would say.

    Parameters
    ----------
    scan
        The page.
    recognise
        Reads numerals; None where depths are stated.
    read
        Reads the print of legends; None to leave curves and scales to be given.
    stated
        Depths of the first and the last depth line of the longest section, which is
        then the only one; None to read them.
    unit
        Of the depths, where it is known; else that of a legend is taken.
    progress
        Is told how many rows of how many are surveyed.

    Returns
    -------
    tuple of ProposedSection
        From top to bottom.

    Raises
    ------
    Refused
        If there is no section of a log on the page.
    """
    found = find_sections(scan, progress)
    if not found:
        what = "no grid that depth lines cross in even steps was found"
        msg = f"{what}: blank, ruined, a table, a photograph or a plot without a grid"
        raise Refused(msg)
    legends = (Legend(),) * len(found)
    if read is not None:
        legends = read_legends(scan, found, read)
    told = {legend.depth_unit for legend in legends} - {None}
    if unit is None and len(told) == 1:
        # One well is logged in one unit.
        unit = told.pop()
    dpi = None if scan.info.dpi is None else scan.info.dpi[1]
    if stated is not None:
        longest = max(found, key=lambda section: section.last_row - section.first_row)
        ends = zip(_at_column(longest)[[0, -1]].tolist(), stated, strict=True)
        lines = _at_column(longest).tolist()
        depth = depth_from_points(list(ends), lines=lines, dpi=dpi, unit=unit)
        legend = legends[found.index(longest)]
        return (_proposed(MAIN, longest, depth, legend),)
    depths = [_read(scan, section, recognise, dpi, unit) for section in found]
    names = _names(found, depths)
    return tuple(map(_proposed, names, found, depths, legends))


def _read(
    scan: Scan,
    section: FoundSection,
    recognise: Recogniser | None,
    dpi: float | None,
    unit: Unit | None,
) -> DepthProposal:
    """Read the numerals of a section, and propose its depths."""
    if recognise is None:
        msg = "depths are neither stated nor can numerals be read: give a recogniser"
        raise InputError(msg)
    lines = _at_column(section)
    margin = section.lines.spacing
    rows = (
        max(0, int(section.first_row - margin)),
        min(scan.info.rows, int(section.last_row + margin) + 1),
    )
    left, right = section.depth_column
    numerals: Sequence[Numeral] = read_numerals(scan.read, rows, left, right, recognise)
    strong = lines[_heavier(section)]
    return depth_from_numerals(
        numerals, lines=lines.tolist(), strong=strong.tolist(), dpi=dpi, unit=unit
    )


def _heavier(section: FoundSection) -> Floats:
    """Return which lines are of the heaviest rank that stands out."""
    every, first = max(section.lines.heavier, default=(0, 0))
    places = np.arange(len(section.lines.rows))
    return np.asarray(places % every == first if every else places < 0)


def _at_column(section: FoundSection) -> Floats:
    """Return the rows of the depth lines at the middle of the depth column."""
    left, right = section.depth_column
    lines = section.lines
    middle = (left.column_at(lines.rows) + right.column_at(lines.rows)) / 2
    return np.asarray(lines.rows + lines.turn * (middle - lines.middle))


def _proposed(
    name: str, section: FoundSection, depth: DepthProposal, legend: Legend
) -> ProposedSection:
    points = _turned(section, depth.points)
    return ProposedSection(name, section, depth, points, legend)


def _turned(
    section: FoundSection, points: Sequence[DepthPoint]
) -> tuple[DepthPoint, ...]:
    """Add to depth points where their lines meet the outer edges of all tracks."""
    if not points:
        return ()
    rows = np.array([point.row for point in points])
    turn = np.interp(rows, _at_column(section), section.lines.turn)
    column = sum(e.column_at(rows) for e in section.depth_column) / 2
    first = section.tracks[0].left.column_at(rows)
    last = section.tracks[-1].right.column_at(rows)
    falls = turn * (first - column), turn * (last - column)
    if np.abs(falls).max() < LEVEL:
        return tuple(points)
    ends = np.round([rows + fall for fall in falls], 1)
    turned = tuple(
        replace(point, row_left=float(left), row_right=float(right))
        for point, left, right in zip(points, *ends, strict=True)
    )
    # Points so close that their lines would cross say less than none.
    increasing = (np.diff(ends, axis=1) > 0).all()
    return turned if increasing else tuple(points)


def _names(found: Sequence[FoundSection], depths: Sequence[DepthProposal]) -> list[str]:
    lengths = [section.last_row - section.first_row for section in found]
    main = int(np.argmax(lengths))
    names: list[str] = []
    for index, depth in enumerate(depths):
        if index == main:
            names.append(MAIN)
            continue
        repeated = REPEAT not in names and _lies_within(depth, depths[main])
        names.append(REPEAT if repeated else f"section-{index + 1}")
    return names


def _lies_within(depth: DepthProposal, main: DepthProposal) -> bool:
    """Tell whether depths are some of the main section's, at the same scale."""
    if not depth.points or not main.points or not depth.scale or not main.scale:
        return False
    inside = (
        main.points[0].depth - 1 <= depth.points[0].depth
        and depth.points[-1].depth <= main.points[-1].depth + 1
    )
    return inside and abs(depth.scale / main.scale - 1) < 0.05


def all_edges(section: FoundSection) -> tuple[Edge, ...]:
    """Return the edges of a section's tracks from left to right."""
    return tuple(e for track in section.tracks for e in (track.left, track.right))
