"""The proposal as a registration file in which every finding says how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from veernet.register.propose import ProposedSection
from veernet.register.tracktext import curve_words, mark, plain, quoted, track_lines

_HEAD = """\
# Proposed by veernet register: look at the overlay, correct what is marked as a
# suggestion, and give what is still to be given. A curve whose legend could not be read
# is not listed: every curve that is drawn in a track must be.
"""


_WELL = """\
# well: {WELL: "", UWI: "", COMP: ""}   # for the LAS: headings are not read"""


def proposal_yaml(scan: Path, page: int, sections: Sequence[ProposedSection]) -> str:
    """Return proposed sections as YAML, incomplete where something is to be given.

    It is read by :func:`veernet.registration.load_registrations` once that is filled
    in, and until then refused with the missing key's name.
    """
    documents = [_section(scan, page, section) for section in sections]
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
        for curve in section.legend.curves:
            lines.append(f"{section.name}: {curve_words(curve)}")
    return lines


def summary_line(sections: Sequence[ProposedSection]) -> str:
    """Return how much was found, and what is still to be given."""
    curves = sum(len(section.legend.curves) for section in sections)
    bare = sum(
        len(s.found.tracks) - len({c.track for c in s.legend.curves}) for s in sections
    )
    open_ = f"; the curves of {bare} tracks are still to be given" if bare else ""
    return f"{len(sections)} sections, {curves} curves{open_}"


def _depth_words(section: ProposedSection) -> list[str]:
    depth = section.depth
    if depth.refusal:
        return [f"no depths: {depth.refusal}"]
    first, last = section.points[0], section.points[-1]
    sure = "stated" if depth.stated else "a suggestion"
    span = f"{first.depth:.10g} to {last.depth:.10g}"
    told = f"{span} {depth.unit or 'units unknown'}, {sure} ({depth.confidence:.2f})"
    return [told, *depth.notes]


def _section(scan: Path, page: int, section: ProposedSection) -> str:
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
    lines += track_lines(found.tracks, section.legend.curves)
    return "\n".join(lines) + "\n"
