"""A complete registration by a template: an earlier one of the same layout.

The page tells where its depth lines and edges are; the template tells what is drawn in
the tracks. Which edge of the one is which of the other is told by where they lie
between the outermost ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from veernet.axes import DepthAxis, DepthPoint, Edge
from veernet.errors import InputError
from veernet.records import Registration, Track
from veernet.register.depths.printscale import Unit
from veernet.register.geometry.page import FoundSection
from veernet.register.geometry.verticallines import VerticalLine, find_vertical_lines
from veernet.register.legends.vocabulary import standard_of
from veernet.register.propose import ProposedSection

SNAP = 6.0
"""Columns from its place by the template at which a line is an edge's own."""

NAMES = 2
"""Curves that a legend names from which it is compared with the template's."""

ASPECT = 0.04
"""Share by which the width of a track may miss that of the template's."""


@dataclass(frozen=True)
class Likened:
    """A proposed section with the tracks and scales of a template.

    Parameters
    ----------
    registration
        Complete.
    proposed
        The section that it is of.
    remarks
        What is to be looked at, one sentence each.
    """

    registration: Registration
    proposed: ProposedSection
    remarks: tuple[str, ...]


def like(
    sections: Sequence[ProposedSection],
    templates: Sequence[Registration],
    *,
    image: str,
    page: int,
    name: Path,
) -> tuple[tuple[Likened, ...], tuple[str, ...]]:
    """Make registrations of proposed sections by templates.

    Parameters
    ----------
    sections
        Of a page.
    templates
        The only one serves all sections, several serve those of their names.
    image, page
        What the registrations are of.
    name
        Of the templates' file, for what is said.

    Returns
    -------
    tuple
        Registrations, and why each of the other sections is none.

    Raises
    ------
    InputError
        If no section can be registered; it says why the first one cannot.
    """
    made: list[Likened] = []
    left_out: list[str] = []
    for section in sections:
        try:
            template = _template(section, templates, name)
            made.append(_like(section, template, image, page, name))
        except InputError as error:
            left_out.append(str(error))
    if not made:
        raise InputError(left_out[0])
    return tuple(made), tuple(left_out)


def unit_of(templates: Sequence[Registration]) -> Unit | None:
    """Return the depth unit that all templates have, None where they differ."""
    units: set[Unit] = {"ft" if t.depth.unit == "ft" else "m" for t in templates}
    return units.pop() if len(units) == 1 else None


def _template(
    section: ProposedSection, templates: Sequence[Registration], name: Path
) -> Registration:
    if len(templates) == 1:
        return templates[0]
    for template in templates:
        if template.section == section.name:
            return template
    known = ", ".join(template.section for template in templates)
    msg = f"{section.name}: {name} has no section of that name but {known}"
    raise InputError(msg)


def _like(
    section: ProposedSection,
    template: Registration,
    image: str,
    page: int,
    name: Path,
) -> Likened:
    if section.depth.refusal:
        msg = f"{section.name}: no depths: {section.depth.refusal}"
        raise InputError(msg)
    _compare_legends(section, template, name)
    mapped = _mapped(template, section.found, section.name, name)
    verticals = find_vertical_lines(section.found)
    remarks: list[str] = []
    tracks = []
    for track, (left, right) in zip(template.tracks, mapped, strict=True):
        where = f"track {track.name}"
        tracks.append(
            Track(
                track.name,
                _snapped(left, section.found, verticals, f"{where}, left", remarks),
                _snapped(right, section.found, verticals, f"{where}, right", remarks),
                track.curves,
            )
        )
    remarks += [
        f"{curve.mnemonic}: begins with wrap_start {curve.wrap_start} as in {name.name}"
        for track in template.tracks
        for curve in track.curves
        if curve.wrap_start
    ]
    unit = section.depth.unit or template.depth.unit
    if unit != template.depth.unit:
        remarks.append(f"the depths are in {unit}, those of {name.name} are not")
    registration = Registration(
        section.name,
        DepthAxis(unit, tuple(_plain(point) for point in section.points)),
        tuple(tracks),
        template.step,
        template.null_value,
        image=image,
        page=page,
    )
    return Likened(registration, section, tuple(remarks))


def _compare_legends(
    section: ProposedSection, template: Registration, name: Path
) -> None:
    """Refuse a template with none of the curves that a legend names.

    Raises
    ------
    InputError
        If two or more names are known that the template has not, and none that it has.
    """
    read = {curve.mnemonic for curve in section.legend.curves if curve.known}
    own = {c.mnemonic.upper() for track in template.tracks for c in track.curves}
    if len(read) >= NAMES and not read & (own | {standard_of(each) for each in own}):
        names = ", ".join(sorted(read))
        msg = (
            f"{section.name}: its legend names {names}, none of which is in {name}: is "
            "it of another log?"
        )
        raise InputError(msg)


def _mapped(
    template: Registration, found: FoundSection, where: str, name: Path
) -> list[tuple[float, float]]:
    """Return where the edges of a template's tracks lie at the middle of a section.

    Raises
    ------
    InputError
        If the tracks of the section are not where the template's are.
    """
    middle = float(template.depth.rows[[0, -1]].mean())
    edges = [
        tuple(float(at) for at in template.edges_at(track, middle))
        for track in template.tracks
    ]
    row = _middle(found)
    drawn = [
        (float(t.left.column_at(row)), float(t.right.column_at(row)))
        for t in found.tracks
    ]
    first, last = min(left for left, _ in edges), max(right for _, right in edges)
    stretch = (drawn[-1][1] - drawn[0][0]) / (last - first)
    mapped = [
        (
            drawn[0][0] + stretch * (left - first),
            drawn[0][0] + stretch * (right - first),
        )
        for left, right in edges
    ]
    columns = np.array(mapped).ravel()
    for left, right in drawn:
        ends = [float(columns[np.abs(columns - at).argmin()]) for at in (left, right)]
        if abs((ends[1] - ends[0]) / (right - left) - 1) > ASPECT:
            names = "; ".join(f"{a:.0f} to {b:.0f}" for a, b in drawn)
            would = "; ".join(f"{a:.0f} to {b:.0f}" for a, b in mapped)
            msg = (
                f"{where}: its layout is not that of {name}: tracks are drawn at "
                f"columns {names}, and by the template would be at {would}"
            )
            raise InputError(msg)
    return mapped


def _plain(point: DepthPoint) -> DepthPoint:
    """Return a depth point to a tenth of a row, as a file should have it."""
    return replace(point, row=round(point.row, 1))


def _middle(found: FoundSection) -> float:
    return (found.first_row + found.last_row) / 2


def _snapped(
    column: float,
    found: FoundSection,
    verticals: Sequence[VerticalLine],
    where: str,
    remarks: list[str],
) -> Edge:
    """Return the way of the line at a column of the middle row, or one beside it."""
    at = np.array([float(u.course.column_at(_middle(found))) for u in verticals])
    off = np.abs(at - column)
    borders = np.array([vertical.border for vertical in verticals])
    # Close to the edge of a track that was found, lines of its grid do not count.
    near = np.where(borders | ~(off[borders].min() <= SNAP), off, np.inf)
    best = int(near.argmin())
    if near[best] <= SNAP:
        return verticals[best].course
    border = int(np.where(borders, off, np.inf).argmin())
    course, away = verticals[border].course, column - float(at[border])
    remarks.append(
        f"{where} edge: no line within {SNAP:g} columns of {column:.0f}; it follows an "
        f"edge {abs(away):.0f} columns to the {'left' if away > 0 else 'right'} of it"
    )
    return Edge(course.rows, tuple(round(at + away, 1) for at in course.columns))
