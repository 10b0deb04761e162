"""Propose the registration of a page: sections, tracks, depths and curves.

A finding of 0.9 confidence or more is stated; one below is a suggestion and marked as
one; what was not found is left out and said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from veernet.axes import DepthPoint, Edge, Floats
from veernet.errors import InputError
from veernet.records import Scan
from veernet.register.ahead import read_print
from veernet.register.atnumerals import at_numerals
from veernet.register.depths.depth import ASK, depth_from_numerals, depth_from_points
from veernet.register.depths.numerals import Numeral
from veernet.register.depths.outer import with_outer
from veernet.register.depths.parts import split_section
from veernet.register.depths.printscale import Unit
from veernet.register.depths.proposal import DepthProposal
from veernet.register.geometry.page import FoundSection, sections_of
from veernet.register.geometry.survey import take_survey
from veernet.register.heading.heading import WellField
from veernet.register.legends.legend import Legend, read_legends
from veernet.register.naming import MAIN, longest, main_of, names_of
from veernet.register.ocr.reader import Reader
from veernet.register.ocr.recognise import Recogniser
from veernet.register.onelog import one_log
from veernet.register.plots import print_about, without_plots
from veernet.register.refusals import (
    refuse_other_plots,
    refuse_ruined,
    refuse_without_a_log,
)
from veernet.register.wrapping import wrapping_places

LEVEL = 0.75
"""Rows that a depth line may fall across all tracks and still be called level."""

DIGIT = 0.7
"""Confidence in depths whose leading digit is that of another section, at most."""

REST = 2.5
"""Depth lines beyond the first or the last depth that are not worth a note."""

NO_COLUMN = "beside the tracks is no column whose numerals agree"
"""What is said where there are no depths."""


@dataclass(frozen=True)
class ProposedSection:
    """A section of a page, with its depths as far as they could be told.

    Parameters
    ----------
    name
        ``main`` is called so on the page, or is the longest that covers most depth;
        ``repeat``, ``repeat-2`` and so on are called so, or are shorter ones at its
        scale whose depths lie within those of main; others are named by their order.
    found
        Where it is.
    depth
        Its depth points, or why there are none; rows are those at the middle of the
        depth column.
    points
        The same with the rows at the outer edges where the page is turned.
    legend
        What its header says of curves; empty where none could be read.
    well
        What the heading of the page says of the well; the same in all sections.
    wrapping
        For each track, the places at which its ink leaves at one edge and comes in at
        the other; empty where that was not looked at.
    """

    name: str
    found: FoundSection
    depth: DepthProposal
    points: tuple[DepthPoint, ...]
    legend: Legend = field(default_factory=Legend)
    well: tuple[WellField, ...] = ()
    wrapping: tuple[int, ...] = ()


def propose(
    scan: Scan,
    recognise: Recogniser | None,
    *,
    read: Reader | None = None,
    stated: tuple[float, float] | None = None,
    unit: Unit | None = None,
    within: Sequence[float] | None = None,
    heading: bool = False,
    progress: Callable[[int, int], None] | None = None,
    reading: Callable[[int, int], None] | None = None,
    threads: int = 1,
) -> tuple[ProposedSection, ...]:
    """Propose what a registration of a page would say.

    Parameters
    ----------
    scan
        The page.
    recognise
        Reads numerals; None where depths are stated.
    read
        Reads print; None to leave curves and scales to be given, and not to look for
        words that tell another plot from a log.
    stated
        Depths of the first and the last depth line of the longest section; the others
        then have none. None to read them.
    unit
        Of the depths, where it is known; else that of a legend is taken.
    within
        Least and greatest depth of all sections, where they are known: settles leading
        digits that the numerals leave out.
    heading
        Whether to read the fields of the well above the first section; ``read`` is then
        called three times more at most.
    progress
        Is told how many rows of how many are surveyed.
    reading
        Is told how much of its print is read, in rows: it follows the survey, and takes
        most of the time.
    threads
        That read print; with more than one, both readers are called from several
        threads at once, and what is proposed is the same.

    Returns
    -------
    tuple of ProposedSection
        From top to bottom.

    Raises
    ------
    Refused
        If there is no section of a log on the page, most of it is ruined by speckle, or
        all its columns are another plot: arrows of a dipmeter, or waveforms.
    """
    if recognise is None and stated is None:
        msg = "depths are neither stated nor can numerals be read: give a recogniser"
        raise InputError(msg)
    dpi = None if scan.info.dpi is None else scan.info.dpi[1]
    survey = take_survey(scan, progress)
    refuse_ruined(scan, survey, dpi)
    found = sections_of(scan, survey)
    refuse_without_a_log(scan, found)
    if read is not None:
        main = found[longest(found)]
        words = print_about(scan, main, read)
        found = without_plots(found, main, words)
        if not found:
            refuse_other_plots(scan, [text.text for text in words])
    legends = (Legend(),) * len(found)
    numerals = recognise if stated is None else None
    seen = read_print(
        *(scan, found, read, numerals),
        heading=heading,
        threads=threads,
        progress=reading,
    )
    if seen.read is not None:
        legends = read_legends(scan, found, seen.read)
    well = seen.well
    units = {legend.depth_unit for legend in legends} - {None}
    if unit is None and len(units) == 1:
        # One well is logged in one unit.
        unit = units.pop()
    if stated is not None:
        spliced = [
            (part, legend)
            for section, legend in zip(found, legends, strict=True)
            for part, _ in split_section(section, (), _unread)
        ]
        return _completed(scan, _stated(spliced, stated, dpi, unit), well)
    span = None if within is None else (float(within[0]), float(within[1]))

    def depths(section: FoundSection, numerals: Sequence[Numeral]) -> DepthProposal:
        lines = at_column(section)
        strong = lines[_heavier(section)].tolist()
        return depth_from_numerals(
            numerals,
            lines=lines.tolist(),
            strong=strong,
            dpi=dpi,
            unit=unit,
            within=span,
        )

    parts: list[tuple[FoundSection, DepthProposal, Legend]] = []
    for (placed, numbers), legend in zip(seen.placed, legends, strict=True):
        if placed.depth_column is None:
            nothing = DepthProposal(refusal=f"{NO_COLUMN}: {ASK}")
            parts.append((placed, nothing, legend))
            continue
        split = split_section(placed, numbers, depths)
        for place, (part, depth) in enumerate(split):
            # Lines may be lost at an end of the grid, and numerals not.
            margin = part.lines.spacing
            top = part.first_row - margin if place else -np.inf
            end = part.last_row + margin if place + 1 < len(split) else np.inf
            more = with_outer(depth, numbers, top, end)
            # What is printed above the first part is no title of the others.
            own = replace(legend, title=None) if place else legend
            parts.append((_reaching(part, more), more, own))
    sections, depths_of, legends = zip(*parts, strict=True)
    titles = [legend.title for legend in legends]
    covers = depths_of[main_of(sections, depths_of, titles)]
    whole = one_log(
        [
            (section, _finished(section, _with_digit(depth, covers)), legend)
            for section, depth, legend in parts
        ]
    )
    sections, depths_of, legends = zip(*whole, strict=True)
    names = names_of(sections, depths_of, [legend.title for legend in legends])
    proposed = map(_proposed, names, sections, depths_of, legends)
    return _completed(scan, tuple(proposed), well)


def _reaching(section: FoundSection, depth: DepthProposal) -> FoundSection:
    """Return a section that reaches as far as its depths."""
    if not depth.points:
        return section
    first, last = depth.points[0].row, depth.points[-1].row
    return replace(
        section,
        first_row=min(section.first_row, first),
        last_row=max(section.last_row, last),
    )


def _completed(
    scan: Scan, sections: tuple[ProposedSection, ...], well: tuple[WellField, ...]
) -> tuple[ProposedSection, ...]:
    """Add to sections what the heading says, and where their ink wraps."""
    return tuple(
        replace(section, well=well, wrapping=wrapping_places(scan, section.found))
        for section in sections
    )


def _unread(section: FoundSection, numerals: Sequence[Numeral]) -> DepthProposal:  # noqa: ARG001
    return DepthProposal(refusal="numerals were not read")


def _stated(
    parts: Sequence[tuple[FoundSection, Legend]],
    stated: tuple[float, float],
    dpi: float | None,
    unit: Unit | None,
) -> tuple[ProposedSection, ...]:
    """Give the longest section the depths that are stated of its ends."""
    sections, legends = zip(*parts, strict=True)
    main = sections[longest(sections)]
    lines = at_column(main).tolist()
    ends = zip((lines[0], lines[-1]), stated, strict=True)
    depth = depth_from_points(list(ends), lines=lines, dpi=dpi, unit=unit)
    unsaid = DepthProposal(refusal=f"depths were stated for {MAIN} alone")
    proposals = [depth if section is main else unsaid for section in sections]
    whole = [*map(_finished, sections, proposals)]
    names = names_of(sections, whole, [legend.title for legend in legends])
    names[names.index(MAIN)], names[longest(sections)] = names[longest(sections)], MAIN
    return tuple(map(_proposed, names, sections, whole, legends))


def _heavier(section: FoundSection) -> Floats:
    """Return which lines are of the heaviest rank that stands out."""
    every, first = max(section.lines.heavier, default=(0, 0))
    places = np.arange(len(section.lines.rows))
    return np.asarray(places % every == first if every else places < 0)


def at_column(section: FoundSection) -> Floats:
    """Return the rows of depth lines at the middle of the depth column, (lines,)."""
    lines = section.lines
    middle = section.middle_at(lines.rows)
    return np.asarray(lines.rows + lines.skew * (middle - lines.middle))


def _finished(section: FoundSection, depth: DepthProposal) -> DepthProposal:
    """Return depths with their points at numerals, and what has none noted."""
    return at_numerals(_with_rest(section, depth), at_column(section))


def _proposed(
    name: str, section: FoundSection, depth: DepthProposal, legend: Legend
) -> ProposedSection:
    points = _skewed(section, depth.points)
    return ProposedSection(name, section, depth, points, legend)


def _with_rest(section: FoundSection, depth: DepthProposal) -> DepthProposal:
    """Note what of a section lies beyond the depths that are told, and is not read."""
    if not depth.points:
        return depth
    lines = at_column(section)
    first, last = depth.points[0], depth.points[-1]
    notes = []
    for beside, point, rest in (
        ("above", first, lines[lines < first.row - REST * section.lines.spacing]),
        ("below", last, lines[lines > last.row + REST * section.lines.spacing]),
    ):
        if len(rest):
            notes.append(
                f"{len(rest)} depth lines {beside} {point.depth:g}, rows {rest[0]:.0f} "
                f"to {rest[-1]:.0f}, have no depth yet: give a point at their end"
            )
    said = (*depth.notes, *notes)
    return replace(depth, notes=said, asked=(*depth.asked, *notes))


def _skewed(
    section: FoundSection, points: Sequence[DepthPoint]
) -> tuple[DepthPoint, ...]:
    """Add to depth points where their lines meet the outer edges of all tracks."""
    if not points:
        return ()
    rows = np.array([point.row for point in points])
    skew = np.interp(rows, at_column(section), section.lines.skew)
    column = section.middle_at(rows)
    first = section.tracks[0].left.column_at(rows)
    last = section.tracks[-1].right.column_at(rows)
    falls = skew * (first - column), skew * (last - column)
    if np.abs(falls).max() < LEVEL:
        return tuple(points)
    ends = np.round([rows + fall for fall in falls], 1)
    skewed = tuple(
        replace(point, row_left=float(left), row_right=float(right))
        for point, left, right in zip(points, *ends, strict=True)
    )
    # Points so close that their lines would cross say less than none.
    increasing = (np.diff(ends, axis=1) > 0).all()
    return skewed if increasing else tuple(points)


def _with_digit(depth: DepthProposal, main: DepthProposal) -> DepthProposal:
    """Add to depths the leading digit with which main covers them, if not without.

    A repeat may print 4300 for the 14300 of the section that it repeats.
    """
    if depth is main or depth.stated or not depth.points or not main.points:
        return depth
    first, last = depth.points[0].depth, depth.points[-1].depth
    top, bottom = main.points[0].depth, main.points[-1].depth
    if first < bottom and last > top:
        return depth
    for digit in range(1, 3):
        added = digit * 10.0 ** len(f"{last:.0f}")
        if top <= first + added and last + added <= bottom:
            note = (
                f"{added:g} is added to the {first:g} to {last:g} that its numerals "
                "read: main covers them so, and not as they are"
            )
            points = tuple(replace(p, depth=p.depth + added) for p in depth.points)
            sure = min(depth.confidence, DIGIT)
            notes = (*depth.notes, note)
            return replace(depth, points=points, confidence=sure, notes=notes)
    return depth


def all_edges(section: ProposedSection) -> tuple[Edge, ...]:
    """Return the edges of tracks, and of the parts of them that have own scales."""
    edges = []
    for number, track in enumerate(section.found.tracks):
        own = (c.span for c in section.legend.curves if c.track == number)
        for fraction in sorted({0.0, 1.0, *(end for span in own for end in span)}):
            edges.append(track.line_at(fraction))
    return tuple(edges)
