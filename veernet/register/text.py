"""The proposal as a registration file in which every finding says how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from veernet.register.geometry.columns import ColumnKind
from veernet.register.geometry.page import FoundSection
from veernet.register.propose import ProposedSection
from veernet.register.tracktext import (
    TAKEN,
    curve_words,
    mark,
    odd_divisions,
    plain,
    quoted,
    track_lines,
)

_HEAD = """\
# Proposed by veernet register: look at the overlay, correct what is marked as a
# suggestion, and give what is still to be given. A curve whose legend could not be read
# is not listed: every curve that is drawn in a track must be.
"""


TOLD = 0.05
"""Of the width of all tracks: a column beside them that is told of."""

_KINDS: dict[ColumnKind, str] = {
    "print": "print, no curve track",
    "table": "a table, no curve track",
    "picture": "rock, waveforms or a picture, no curve track",
    "arrows": "arrows or other marks that stand here and there, no curve track",
    "dipmeter": "the arrows of a dipmeter, by the words over it, no curve track",
    "waveforms": "waveforms, by the words over it, no curve track",
    "curves without a grid": "ink on no grid that is found: a curve there is to be "
    "given its track",
}

_WELL = """\
# well: {WELL: "", UWI: "", COMP: ""}   # for the LAS: headings are not read"""


def proposal_yaml(
    scan: Path, page: int, sections: Sequence[ProposedSection], least: float = TAKEN
) -> str:
    """Return proposed sections as YAML, incomplete where something is to be given.

    It is read by :func:`veernet.registration.load_registrations` once that is filled
    in, and until then refused with the missing key's name.

    Parameters
    ----------
    scan, page
        What the sections are of.
    sections
        As proposed.
    least
        Confidence from which a curve is listed; below, its line is a comment.
    """
    documents = [_section(scan, page, section, least) for section in sections]
    return _HEAD + "---\n".join(documents)


def proposal_lines(sections: Sequence[ProposedSection]) -> list[str]:
    """Return a line for each finding, with its confidence."""
    lines = []
    for section in sections:
        found = section.found
        tracks = f"{len(found.tracks)} tracks, {len(found.lines.rows)} depth lines"
        lines.append(
            f"{section.name}: rows {found.first_row:.0f} to {found.last_row:.0f}, "
            f"{tracks} ({found.confidence:.2f})"
        )
        lines += [f"{section.name}: {text}" for text in _depth_words(section)]
        for number, track in enumerate(found.tracks, 1):
            odd = odd_divisions(track)
            lines += [f"{section.name}: T{number} has {odd}"] if odd else []
        lines += [f"{section.name}: {text}" for text in found.edge_doubts]
        lines += [f"{section.name}: {text}" for text in passed_over(found)]
        for curve in section.legend.curves:
            lines.append(f"{section.name}: {curve_words(curve)}")
    return lines


def passed_over(found: FoundSection) -> list[str]:
    """Return a line for each column of a section that is no track of curves."""
    row = (found.first_row + found.last_row) / 2
    first, last = found.tracks[0].left, found.tracks[-1].right
    least = TOLD * float(last.column_at(row) - first.column_at(row))
    lines: list[str] = []
    before = -1.0
    for column in found.others:
        left, right = (float(e.column_at(row)) for e in (column.left, column.right))
        words = _KINDS.get(column.kind)
        depths = found.depth_column is not None and column.left == found.depth_column[0]
        if words is None or depths or right - left < least:
            continue
        if lines and abs(left - before) < 1 and lines[-1].endswith(words):
            lines[-1] = f"{lines[-1].partition(' to ')[0]} to {right:.0f}: {words}"
        else:
            lines.append(f"columns {left:.0f} to {right:.0f}: {words}")
        before = right
    return lines


def summary_line(sections: Sequence[ProposedSection]) -> str:
    """Return how much was found, and what is still to be given."""
    every = [curve for section in sections for curve in section.legend.curves]
    taken = sum(curve.confidence >= TAKEN for curve in every)
    bare = sum(
        len(s.found.tracks)
        - len({c.track for c in s.legend.curves if c.confidence >= TAKEN})
        for s in sections
    )
    doubted = len(every) - taken
    hidden = f"; {doubted} more are doubted, and comments" if doubted else ""
    open_ = f"; the curves of {bare} tracks are still to be given" if bare else ""
    return f"{len(sections)} sections, {taken} curves{hidden}{open_}"


def _depth_words(section: ProposedSection) -> list[str]:
    depth = section.depth
    if depth.refusal:
        return [f"no depths: {depth.refusal}"]
    first, last = section.points[0], section.points[-1]
    sure = "stated" if depth.stated else "a suggestion"
    span = f"{first.depth:.10g} to {last.depth:.10g}"
    told = f"{span} {depth.unit or 'units unknown'}, {sure} ({depth.confidence:.2f})"
    return [told, *depth.notes]


def _section(scan: Path, page: int, section: ProposedSection, least: float) -> str:
    found, depth = section.found, section.depth
    lines = [
        f"image: {quoted(scan.name)}",
        *([f"page: {page}"] if page else []),
        f"section: {section.name}   {mark(found.confidence)}: rows "
        f"{found.first_row:.0f} to {found.last_row:.0f}",
        "depth:",
    ]
    unit = depth.unit or ""
    lines.append(f"  unit: {unit}" + ("" if unit else "  # still to be given: ft or m"))
    lines += [f"  # {note}" for note in depth.notes]
    if depth.refusal:
        lines.append(f"  # {depth.refusal}")
        lines.append("  points:   # still to be given: two or more")
    else:
        lines.append(f"  points:   {mark(depth.confidence)}")
    for point in section.points:
        turn = ""
        if point.row_left is not None and point.row_right is not None:
            turn = f", row_left: {plain(point.row_left)}"
            turn += f", row_right: {plain(point.row_right)}"
        row, at = plain(point.row), f"{point.depth:.10g}"
        lines.append(f"    - {{row: {row}, depth: {at}{turn}}}")
    lines += ["step: 0.5", "null_value: -999.25", _WELL, "tracks:"]
    lines += track_lines(found.tracks, section.legend.curves, least)
    lines += [f"  # {text}" for text in found.edge_doubts]
    lines += [f"  # passed over: {text}" for text in passed_over(found)]
    return "\n".join(lines) + "\n"
