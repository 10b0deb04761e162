"""Labels of edits, for a history and beside an undo."""

from __future__ import annotations

from collections.abc import Sequence

from veernet.edits.kinds import Bend, Edit, Points, Redraw, Retrace, Swap
from veernet.edits.samples import Patch
from veernet.records import Registration

WORDS = {
    "bend": "bent",
    "redraw": "redrawn",
    "retrace": "retraced",
    "cut": "cut",
    "join": "joined",
    "swap": "swapped with {partner}",
    "hand": "handed to {partner}",
    "wrap": "moved by {by:+d} wrap",
    "off": "off scale at the {side}",
    "shift": "shifted by {by:+.1f} columns",
    "value": "set to {value:g}",
    "accept": "accepted",
}


def rows_of(edit: Edit) -> tuple[float, float]:
    """Return the first and the last row that an edit names."""
    if isinstance(edit, Redraw):
        return edit.points[0][0], edit.points[-1][0]
    if isinstance(edit, Retrace):
        return edit.picks[0][0], edit.picks[-1][0]
    if isinstance(edit, Bend):
        return edit.row, edit.row
    return edit.row0, edit.row0 if edit.row1 is None else edit.row1


def label(edit: Edit, registration: Registration) -> str:
    """Name an edit in a few words, with its depths: ``GR cut, 450.0 to 460.0 ft``."""
    top, base = (f"{d:.1f}" for d in registration.depth.depth_at(rows_of(edit)))
    known = {n: getattr(edit, n) for n in ("by", "side", "value") if hasattr(edit, n)}
    partner = getattr(edit, "other", None) or getattr(edit, "to", None)
    words = WORDS[edit.action].format(partner=partner, **known)
    if isinstance(edit, Swap) and edit.row1 is None:
        return f"{edit.curve} {words}, from {top} {registration.depth.unit}"
    where = top if top == base else f"{top} to {base}"
    return f"{edit.curve} {words}, {where} {registration.depth.unit}"


def tell_step(edit: Edit, patches: Sequence[Patch], registration: Registration) -> str:
    """Say all of an edit and what it changed, as an audit trail keeps it.

    A curve that was drawn or traced anew is told with every point.
    """
    depth = registration.depth
    points: Points = ()
    kind = "column "
    if isinstance(edit, Redraw):
        points, kind = edit.points, "" if edit.values else "column "
    elif isinstance(edit, Retrace):
        points = edit.picks
    elif isinstance(edit, Bend):
        points = ((edit.row, edit.column),)
    through = "; ".join(
        f"{float(depth.depth_at(row)):.2f} {depth.unit} at {kind}{number:g}"
        for row, number in points
    )
    rows = ", ".join(f"{p.curve} {int(p.changed.sum())} rows" for p in patches)
    phrases = [label(edit, registration), *([f"through {through}"] if points else [])]
    return f"{', '.join(phrases)}; changed: {rows or 'nothing'}"
