"""What is remarked on in a proposal: once, and only where it decides something."""

from __future__ import annotations

from collections.abc import Container, Sequence

from veernet.register.depths.proposal import STATED
from veernet.register.geometry.columns import ColumnKind
from veernet.register.geometry.page import FoundSection
from veernet.register.heading.heading import WellField
from veernet.register.legends.record import ACCEPTED, WHOLE
from veernet.register.propose import ProposedSection
from veernet.register.tracktext import odd_divisions

LEAST_WIDTH = 0.05
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


def depth_remarks(section: ProposedSection) -> list[str]:
    """Return what lowers the confidence in depths.

    Told are the doubts that decide how sure depths are, not the lesser ones; of depths
    that are stated what a person is to decide alone, and nothing of depths that are
    refused but the reason, which is told with them.
    """
    depth = section.depth
    notes = [note for note in depth.notes if note not in depth.minor]
    if depth.refusal:
        notes = []
    elif depth.stated:
        notes = [note for note in depth.notes if note in depth.asked]
    return notes


def well_remark(fields: Sequence[WellField], known: Container[str] = ()) -> str:
    """Name the fields of the well that are taken, and not sure; empty if none are.

    Parameters
    ----------
    fields
        As a heading has them.
    known
        Fields that are known otherwise, and are not named.
    """
    doubted = [f for f in fields if ACCEPTED <= f.confidence < STATED]
    names = ", ".join(field.name for field in doubted if field.name not in known)
    return names and f"the well: {names} are suggestions: compare them with the heading"


def division_remarks(section: ProposedSection, *, parted: bool = False) -> list[str]:
    """Return which tracks have an odd number of divisions.

    Parameters
    ----------
    section
        With its legend, whose scales may part a track.
    parted
        Only those that scales part: the others say it beside their number.
    """
    parts = {c.track for c in section.legend.curves if c.span != WHOLE}
    odd = [
        (number, odd_divisions(track))
        for number, track in enumerate(section.found.tracks)
        if number in parts or not parted
    ]
    return [f"T{number + 1} has {said}" for number, said in odd if said]


def wrap_remarks(section: ProposedSection) -> list[str]:
    """Return a line for each track whose ink wraps while none of its curves is told to.

    The legend seldom says it, and a reading without it loses what wraps.
    """
    reported = {curve.track for curve in section.legend.curves if curve.wraps}
    return [
        f"T{number + 1}: ink leaves at one edge and comes in at the other at {count} "
        "of the places looked at: `wraps: true` is to be given to the curve that does"
        for number, count in enumerate(section.wrapping)
        if count and number not in reported
    ]


def passed_over(found: FoundSection) -> list[str]:
    """Return a line for each column of a section that is no track of curves."""
    row = (found.first_row + found.last_row) / 2
    first, last = found.tracks[0].left, found.tracks[-1].right
    least = LEAST_WIDTH * float(last.column_at(row) - first.column_at(row))
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


def together(said: Sequence[Sequence[str]]) -> list[tuple[str, tuple[int, ...]]]:
    """Return each remark once, with the sections that it is made of.

    Parameters
    ----------
    said
        The remarks of each section.

    Returns
    -------
    list of (str, tuple of int)
        In the order in which they are first made.
    """
    owners: dict[str, list[int]] = {}
    for index, remarks in enumerate(said):
        for text in dict.fromkeys(remarks):
            owners.setdefault(text, []).append(index)
    return [(text, tuple(indices)) for text, indices in owners.items()]
