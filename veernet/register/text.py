"""The proposal as a registration file in which every finding says how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from veernet.register.atnumerals import on_numerals
from veernet.register.contents import contents_lines
from veernet.register.depths.printscale import Unit
from veernet.register.edgetext import edge_lines, plain, shared_edges, tolerance_of
from veernet.register.heading.text import well_lines
from veernet.register.legends.record import ACCEPTED
from veernet.register.propose import ProposedSection
from veernet.register.remarks import (
    depth_remarks,
    division_remarks,
    passed_over,
    together,
    wrap_remarks,
)
from veernet.register.tracktext import (
    curve_words,
    mark,
    printable,
    quoted,
    track_lines,
)

_HEAD = """\
# Proposed by veernet register: look at the overlay, correct what is marked as a
# suggestion, and give what is still to be given. Every curve that is drawn in a track
# must be listed, such as
#   - {mnemonic: GR, unit: GAPI, left: 0, right: 150, scale: linear, line: solid}
# A track in which none is drawn is taken out; row_left and row_right, if any, are then
# at the edges that are the outermost. `shift: 2` moves a track two columns rightwards.
# Depth points stand at numerals; one that is "counted" has none, and its depth is that
# of the lines from the nearest.
"""

MANY = 3
"""Sections from which on more of them have a table of contents."""


def proposal_yaml(
    scan: Path, page: int, sections: Sequence[ProposedSection], least: float = ACCEPTED
) -> str:
    """Return proposed sections as YAML, incomplete where something is to be given.

    It is read by :func:`veernet.registration.load_registrations` once that is filled
    in, and until then refused with the missing key's name. What sections share stands
    in a document before them.

    Parameters
    ----------
    scan, page
        What the sections are of.
    sections
        As proposed.
    least
        Confidence from which a curve is listed; below, its line is a comment.
    """
    units = {s.depth.unit for s in sections} - {None}
    top = [
        f"image: {quoted(scan.name)}",
        *([f"page: {page}"] if page else []),
        "step: 0.5",
        "null_value: -999.25",
        *well_lines(sections[0].well, units.pop() if len(units) == 1 else None),
    ]
    if len(sections) == 1:
        body = _section(sections[0], least, {}, ())
        return _HEAD + "\n".join([*top, *body]) + "\n"
    named, names = shared_edges(sections)
    tolerance = min(map(tolerance_of, sections))
    if named:
        top.append("edges:   # of tracks that several sections have")
        for name, (left, right) in named.items():
            top += [f"  {name}:", *edge_lines(left, right, tolerance, "    ")]
    every = together([depth_remarks(section) for section in sections])
    common = [(text, owners) for text, owners in every if len(owners) > 1]
    shared = [text for text, _ in common]
    said = [f"# {_names(sections, owners)}: {text}" for text, owners in common]
    contents = contents_lines(sections) if len(sections) > MANY else []
    documents = ["\n".join([*contents, *said, *top])]
    for section, own in zip(sections, names, strict=True):
        documents.append("\n".join(_section(section, least, own, shared)))
    return _HEAD + "\n---\n".join(documents) + "\n"


def proposal_lines(sections: Sequence[ProposedSection]) -> list[str]:
    """Return a line for each finding, with its confidence.

    What is said of several sections alike is one line.
    """
    lines = []
    for section in sections:
        found = section.found
        tracks = f"{len(found.tracks)} tracks, {len(found.lines.rows)} depth lines"
        lines.append(
            f"{section.name}: rows {found.first_row:.0f} to {found.last_row:.0f}, "
            f"{tracks} ({found.confidence:.2f})"
        )
        lines.append(f"{section.name}: {_depth_words(section)}")
    said = together([_remarks(section) for section in sections])
    lines += [f"{_names(sections, owners)}: {text}" for text, owners in said]
    return lines


def summary_line(sections: Sequence[ProposedSection]) -> str:
    """Return how much was found, and what is still to be given."""
    every = [curve for section in sections for curve in section.legend.curves]
    taken = sum(curve.confidence >= ACCEPTED for curve in every)
    bare = sum(
        len(s.found.tracks)
        - len({c.track for c in s.legend.curves if c.confidence >= ACCEPTED})
        for s in sections
    )
    doubted = len(every) - taken
    hidden = f"; {doubted} more are doubted, and comments" if doubted else ""
    open_ = f"; the curves of {bare} tracks are still to be given" if bare else ""
    well = sum(field.confidence >= ACCEPTED for field in sections[0].well)
    of_well = f", {well} fields of the well" if well else ""
    return f"{len(sections)} sections, {taken} curves{of_well}{hidden}{open_}"


def _remarks(section: ProposedSection) -> list[str]:
    """Return what is said of a section besides where it is and which depths it has."""
    return [
        *depth_remarks(section),
        *division_remarks(section),
        *section.found.edge_doubts,
        *wrap_remarks(section),
        *passed_over(section.found),
        *(curve_words(curve) for curve in section.legend.curves),
    ]


def _names(sections: Sequence[ProposedSection], owners: Sequence[int]) -> str:
    if len(owners) == len(sections) > 1:
        return "all sections"
    return ", ".join(sections[owner].name for owner in owners)


def _depth_words(section: ProposedSection) -> str:
    depth = section.depth
    if depth.refusal:
        return f"no depths: {depth.refusal}"
    first, last = section.points[0], section.points[-1]
    sure = "stated" if depth.stated else "a suggestion"
    span = f"{first.depth:.10g} to {last.depth:.10g}"
    return f"{span} {depth.unit or 'units unknown'}, {sure} ({depth.confidence:.2f})"


def _section(
    section: ProposedSection,
    least: float,
    named: Mapping[str, str],
    shared: Sequence[str],
) -> list[str]:
    """Return a section as lines of YAML, without what it shares with others."""
    found, depth = section.found, section.depth
    unit: Unit | str = depth.unit or ""
    lines = [
        f"section: {section.name}   {mark(found.confidence)}: rows "
        f"{found.first_row:.0f} to {found.last_row:.0f}{_titled(section)}",
        "depth:",
        f"  unit: {unit}" + ("" if unit else "  # still to be given: ft or m"),
    ]
    lines += [f"  # {note}" for note in depth_remarks(section) if note not in shared]
    if depth.refusal:
        lines.append(f"  # {depth.refusal}")
        lines.append("  points:   # still to be given: two or more")
    else:
        lines.append(f"  points:   {mark(depth.confidence)}")
    lines += _points(section)
    lines.append("tracks:")
    lines += track_lines(
        found.tracks,
        section.legend.curves,
        least,
        tolerance=tolerance_of(section),
        shared=named,
    )
    lines += [f"  # {text}" for text in division_remarks(section, parted=True)]
    lines += [f"  # {text}" for text in found.edge_doubts]
    lines += [f"  # {text}" for text in wrap_remarks(section)]
    lines += [f"  # passed over: {text}" for text in passed_over(found)]
    return lines


def _titled(section: ProposedSection) -> str:
    title = section.legend.title
    return "" if title is None else f", printed: {printable(title.text)}"


def _points(section: ProposedSection) -> list[str]:
    """Return depth points, and say of one without a numeral how it was found."""
    lines = []
    own = on_numerals(section.depth) if section.depth.used else None
    for place, point in enumerate(section.points):
        ends = ""
        if point.row_left is not None and point.row_right is not None:
            ends = f", row_left: {plain(point.row_left)}"
            ends += f", row_right: {plain(point.row_right)}"
        ends += ", gap: true" if point.gap else ""
        row, at = plain(point.row), f"{point.depth:.10g}"
        said = ""
        if own is not None and not own[place]:
            said = "   # counted"
        lines.append(f"    - {{row: {row}, depth: {at}{ends}}}{said}")
    return lines
